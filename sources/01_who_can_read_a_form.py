# %% [markdown]
# # Who can read a form?
#
# You need 14 minutes. At the end you can
#
# - find a secret in a capture, with one line of Python,
# - name the part of a message in which it stands,
# - say who could see these packets, and who could not.

# %% [markdown]
# **nothing** > POST > stars > redirect > session > CSRF check > HTTPS
#
# You are here: 0 of 6. No remediation is applied yet.

# %%
from labapp import visit

secret = "Mia paints at night"  # type nothing true
before = visit(secret)
print(before.source)

# %% [markdown]
# This is the view under study, and it is the code that ran. It takes the field
# `sensitive_info` out of the address. It tells a back office that something
# came. It shows the value in its answer.

# %% [markdown]
# ## Predict
#
# How many times does your sentence cross between browser and server? Could the
# laptop next to you see these packets? Write your answers.

# %%
times = "?"  # 0, 1 or 2
neighbour = "?"  # yes or no

# %%
before

# %% [markdown] tags=["claim"]
# It crosses twice: to the server in the first line of the **request**, and back
# in the page. Not only what you send can leak. What you are sent can leak, too.

# %% tags=["docassert"]
assert before.seen["wire_request_line"]
assert before.seen["wire_response"]

# %% [markdown]
# ## One line is a listener
#
# A **capture** is a list of packets. Ask each packet for the bytes you want:

# %%
[p for p in before.capture.packets if secret.encode() in bytes(p)]

# %% [markdown] tags=["claim"]
# Where is the request? In an address, some signs are written in another way. A
# space becomes a plus sign. `quote_plus` writes as the browser did:

# %% tags=["docassert"]
from urllib.parse import quote_plus

found = before.findings["wire_request_line"].sightings[0].found
assert found == quote_plus(secret).encode()

# %%
from urllib.parse import quote_plus

words = quote_plus(secret).encode()
[p for p in before.capture.packets if words in bytes(p)]

# %% [markdown]
# Does a listener find everything? Look for a sentence that nobody sent. An
# empty list is what "not seen" looks like.

# %%
[p for p in before.capture.packets if b"Otto never paints" in bytes(p)]

# %% [markdown]
# ## Where does it stand?
#
# On the left, who sent what. On the right, the bytes of each message. The dark
# block is your secret, at its true place.

# %%
from labapp.figures import packet_ladder

packet_ladder(before)

# %% [markdown] tags=["claim"]
# A **conversation** is one connection, put together from its packets. Every
# **sighting** has a place and an encoding: here the request line, and the body
# of the answer.

# %% tags=["docassert"]
where = {s.where for f in before.findings.values() for s in f.sightings}
assert {"request line", "body of the answer"} <= where

# %% [markdown]
# ## The other direction
#
# The published example does not read the form. It *answers* with a secret of
# its own. Our view differs from it by one line:

# %%
from labapp.site import published

answered = visit(secret, view=published.SensitiveInfoView)
print(answered.diff(before))

# %%
[p for p in answered.capture.packets if b"opens at nine" in bytes(p)]

# %% [markdown] tags=["claim"]
# The secret of the answer is in the clear as well. And your sentence? The
# browser still sends it in the address. The view does not even look at it.

# %% tags=["docassert"]
assert b"opens at nine" in b"".join(map(bytes, answered.capture.packets))
assert answered.seen["wire_request_line"]
assert not answered.seen["wire_response"]

# %% [markdown]
# ## Who stands where?
#
# An **observer** is somebody who can see a part of what a visit leaves. Each
# stands at another place.

# %%
from labapp.figures import positions

positions(before)

# %% [markdown] tags=["claim"]
# Could your neighbour see these packets? No. Both ends are this machine: the
# packets went from 127.0.0.1 to 127.0.0.1 and never left. The capture shows
# *what the bytes are*, not *who is there*.

# %% tags=["docassert"]
packets = before.capture.packets
assert {p["IP"].src for p in packets} == {"127.0.0.1"}
assert {p["IP"].dst for p in packets} == {"127.0.0.1"}

# %% [markdown]
# On a real network the same bytes pass the air, a router and many cables.
# Everybody there could do what you just did.

# %% [markdown]
# ## What the visitor does
#
# Every visit has the same steps. Each step has a capture of its own. Later
# chapters show only the steps that matter to them.

# %%
from labapp.figures import visit_steps

visit_steps(before)

# %% [markdown]
# ## The map so far
#
# The **exposure map** asks every observer: did you see the secret?

# %%
from labapp.figures import exposure_map

exposure_map(before)

# %% [markdown]
# ## What this did not fix
#
# Nothing: we only looked. You found a secret in a capture, you named its place,
# and you know who could have seen it.
#
# ---
#
# **You may go on to the next chapter here.**

# %% [markdown]
# ## Deeper: the machinery, in the open
#
# A web server runs in a thread of this kernel, on a port the system chose.

# %%
import threading

[t.name for t in threading.enumerate() if "labapp" in t.name]

# %% [markdown]
# A capture is made around a connection. Here you speak HTTP by hand, and look
# at your own packets with scapy.

# %%
from labapp.lab.laboratory import laboratory

lab = laboratory()
hello = b"GET / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n"
with lab.backend.record() as recording, lab.backend.connect() as client:
    client.sendall(hello)
    while client.recv(65536):
        pass
recording.capture.packets.summary()

# %% [markdown] tags=["claim"]
# The bytes you sent are in one of these packets, as you wrote them. The lab
# knows that the capture is complete: it saw the connection open and close.

# %% tags=["docassert"]
assert any(hello in bytes(p) for p in recording.capture.packets)
assert recording.capture.complete

# %% [markdown]
# Save the packets of the visit, download the file and open it in Wireshark. The
# display filter `http` shows the request.

# %%
before.capture.save("before.pcap")

# %% [markdown]
# How real are these packets? `lab.choice` says which way to capture was taken,
# and why not the others.

# %%
print(lab.choice)
