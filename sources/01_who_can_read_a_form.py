# %% [markdown]
# # Who can read a form?
#
# You need 14 minutes. At the end you can
#
# - find a secret in a capture, with one line of Python,
# - name the part of a message in which it is,
# - say who could see it on a real network.

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
# This is the code that ran. `SensitiveInfoView` takes the field
# `sensitive_info` out of the address, tells another program (the back office)
# that something came, and shows the value in its answer. (`SecurePageView`
# comes later, with the session.)

# %%
before

# %% [markdown] tags=["claim"]
# Your sentence is in the first line of the **request**, and in the page that
# comes back, the **answer**. Not only what you send can leak. What you are sent
# can leak, too.

# %% tags=["docassert"]
assert before.seen["wire_request_line"]
assert before.seen["wire_response"]

# %% [markdown]
# ## One line is a listener
#
# A **capture** is a list of packets. Ask each packet for the bytes you want.
# The address needs its own form of your words: `quote_plus` writes them as the
# browser did.

# %%
from urllib.parse import quote_plus

words = quote_plus(secret).encode()
found = [p for p in before.capture.packets if words in bytes(p)]
found[0].summary()

# %% [markdown]
# This is scapy's short view of the packet: layer in layer, from one port to
# another. `Raw` is what the packet carries. It is the text of HTTP:

# %%
print(found[0]["Raw"].load.decode())

# %% [markdown] tags=["claim"]
# This packet is the request. Your words are in the first line.

# %% tags=["docassert"]
assert words in found[0]["Raw"].load.split(b"\r\n")[0]
assert found[0]["Raw"].load.startswith(b"GET /sensitive?")

# %% [markdown]
# Now look for a sentence that nobody sent. The list is empty. But an empty list
# can also mean that you searched for the wrong form, or that a packet was lost.
# So the lab says "not seen" only after it found a control text.

# %%
[p for p in before.capture.packets if b"Otto never paints" in bytes(p)]

# %% [markdown] tags=["claim"]
# The visitor's browser sends the control text with every request. It is in the
# request above: in the line `User-Agent`, in brackets. It begins with the word
# `control`.

# %% tags=["docassert"]
agent = f"User-Agent: LabBrowser/1.0 ({before.evidence.control})\r\n"
assert agent.encode() in found[0]["Raw"].load
assert before.evidence.control.startswith("control ")

# %% [markdown]
# ## Where is it?
#
# On the left, who sent what. On the right, the bytes of each message. The dark
# block is your secret, at its true place.

# %%
from labapp.figures import packet_ladder

packet_ladder(before)

# %% [markdown]
# ## Predict
#
# Think of a view that never looks at the form. It *answers* with a secret of
# its own. How often does **your** sentence cross then? How often does the
# view's secret?

# %%
from labapp import predict

question = {"your sentence": "?", "the view's secret": "?"}
guess = predict("how often each crosses", question, choices=(0, 1, 2))
guess

# %% [markdown]
# ## The other direction
#
# An example published on the web works like that. The line with `-` is from the
# visit before, the line with `+` is from the published example:

# %%
from labapp.site import published

answered = visit(secret, view=published.SensitiveInfoView)
print(before.diff(answered))

# %% [markdown]
# Count both in what crossed when the form was sent, and compare:

# %%
packets = answered.step("submit").capture.packets
crossed = b"".join(bytes(p) for p in packets)
yours, the_views = crossed.count(words), crossed.count(b"opens at nine")
guess.beside({"your sentence": yours, "the view's secret": the_views})

# %% [markdown] tags=["claim"]
# Your sentence crosses once: the browser sends it, although this view does not
# read it. And the view's own secret crosses once, in the answer:

# %% tags=["docassert"]
assert (yours, the_views) == (1, 1)
assert answered.seen["wire_request_line"]
assert not answered.seen["wire_response"]

# %%
[p] = [p for p in packets if b"opens at nine" in bytes(p)]
answer = p["Raw"].load.decode()
print(answer[answer.index("<h1>") : answer.index("</mark>")])

# %% [markdown]
# ## What the visitor does
#
# A visit does more than send a form. Each step has a capture of its own, such
# as `before.step("submit").capture`. Steps 4 to 6 are for later chapters. In
# step 5 the view crashes (`500`), with `DEBUG` off, then on. In step 6,
# `other.test` is the site of a stranger.

# %%
from labapp.figures import visit_steps

visit_steps(before)

# %% [markdown]
# ## Who is where?
#
# An **observer** is somebody who can see a part of what a visit leaves. Each is
# in a different place.

# %%
from labapp.figures import positions

positions(before)

# %% [markdown] tags=["claim"]
# Could the laptop next to you see these packets? No. Both ends are this machine:
# they went from 127.0.0.1 to 127.0.0.1 and never left. The capture shows *what
# the bytes are*, not *who is there*.

# %% tags=["docassert"]
ends = [(p["IP"].src, p["IP"].dst) for p in before.capture.packets]
assert set(ends) == {("127.0.0.1", "127.0.0.1")}

# %% [markdown]
# On a real network the same bytes pass the air, a router and many cables.
# Everybody there could do what you just did.

# %% [markdown]
# ## The map so far
#
# The **exposure map** asks every observer: did you see the secret? Later
# chapters change and explain these rows.
#
# - *the cookie*: 04. *submit in your name*: 05.
# - *an old link says http://*: it leads to the site without HTTPS: 06.
# - *browser cache*, below: pages that the browser keeps on its disk.

# %%
from labapp.figures import exposure_map

exposure_map(before)

# %% [markdown]
# ## What this did not fix
#
# Nothing: we only looked. You found a secret in a capture, you named its place,
# and you know who could see it on a real network.
#
# ---
#
# **You may go on to [What does POST change?](02_what_does_post_change.ipynb)
# here.**

# %% [markdown]
# ## Deeper: try it in your own browser
#
# So far a small browser inside this lab was the visitor. Now it is you. `serve`
# gives a link to the same site. Open it, type a new sentence into the form and
# send it. Type nothing true.

# %%
from labapp import serve

mine = serve()
mine

# %% [markdown]
# Then run the next cell. It shows what crossed since you sent the form. Nobody
# told this notebook your sentence: it is read from the packets, `mine.capture`.

# %%
mine

# %% [markdown] tags=["claim"]
# Cookies know no ports. So your browser may send those of Jupyter along, and
# they open your account there. The lab drops them before it captures: none is
# in these packets.

# %% tags=["docassert"]
of_jupyter = b"_xsrf", b"username-", b"jupyterhub"
met = [x for p in mine.capture.packets for x in of_jupyter if x in bytes(p)]
assert met == []

# %% [markdown]
# In a later chapter, write `serve(remedy.post)`: where is your sentence then?
# HTTPS is not possible here. Your browser does not know who made the lab's
# certificate, and it would warn you. Do not get used to clicking such a warning
# away: chapter 07 shows why.

# %% [markdown]
# ## Deeper, for later: the machinery in the open
#
# A web server runs in a thread of this kernel, on a port the system chose.

# %%
import threading

[t.name for t in threading.enumerate() if "labapp" in t.name]

# %% [markdown]
# A capture is made around a connection. Here you speak HTTP by hand, and look
# at your own packets with scapy. `S` opens a connection, `F` closes it, `P`
# carries data.

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
# Save the packets of the visit and open the file in Wireshark. The display
# filter `http` shows the request. The lab's folder is gone when the kernel
# stops. To keep or to download the file, write `"before.pcap"` instead: it is
# then beside this notebook.

# %%
before.capture.save(lab.folder / "before.pcap")

# %% [markdown]
# How real are these packets? This says which way to get them was taken, and why
# a better one was not, if there is one.

# %%
print(lab.choice)
