# %% [markdown]
# # See your own words cross the network
#
# You need 6 minutes. Click into the next cell, change the words in quotes if you
# like (eight letters or more), and press **Shift+Enter**. If nothing appears, click
# and press again.
#
# - I use this machine only.
# - I type nothing true: it will be on screen.
# - I capture only my own traffic.

# %%
from labapp import remedy, visit

secret = "Rex sleeps at noon"  # change the words, then Shift+Enter
before = visit(secret)
before

# %% [markdown] tags=["claim"]
# A small browser inside this lab opened a web page, typed your sentence into its
# form and sent it. This is a **visit**. Your sentence is the **secret**, and it
# is boxed. When the form was sent, it crossed twice: to the server, and back in
# the answer. On a real network, anybody on the way could read it.

# %% tags=["docassert"]
ways = [before.findings[x] for x in ("wire_request_line", "wire_response")]
assert [x.step for w in ways for x in w.sightings] == ["submit"] * 2

# %% [markdown]
# ## Predict: what does HTTPS change?
#
# HTTPS encrypts what crosses. The name of this encryption is **TLS**. Who will
# still have your sentence? Press Shift+Enter and choose in the lists. Or write
# **yes** or **no** instead of the question marks first.

# %%
from labapp import predict

guess = predict("after HTTPS", listener="?", log="?", history="?")
guess

# %%
after = visit(secret, remedy.https)
after

# %% [markdown] tags=["claim"]
# It is the same visit, with one **remediation** applied: a change meant to
# help. A listener on the network still sees that something crosses. The words
# are gone.

# %% tags=["docassert"]
wire = [seen for place, seen in after.seen.items() if "wire" in place]
assert wire == [False] * 4
assert after.works

# %% [markdown]
# Is everybody else gone too? Your prediction, beside what the lab measured:

# %%
guess.beside(after)

# %% [markdown] tags=["claim"]
# The listener **no**, the server log **yes**, the browser history **yes**. HTTPS
# closes the network. It does not close what browser and server keep.

# %% tags=["docassert"]
measured = [line.measured for line in guess.beside(after).lines]
assert measured == ["no", "yes", "yes"]

# %% [markdown]
# Each row of the next figure is somebody who could look. A bar means that they
# have your secret. The last row is about acting: there, a bar means that a
# stranger can send the form for you. Find your three rows; later chapters
# explain the others.

# %%
from labapp.figures import exposure_map

exposure_map(before, after)

# %% [markdown] tags=["claim"]
# The error e-mail holds your sentence as well, with HTTPS and without it.

# %% tags=["docassert"]
rest = ("report_text", "report_html")
assert all(before.seen[place] and after.seen[place] for place in rest)

# %% [markdown]
# ## The listener's whole program
#
# A **capture** is the list of packets that crossed. Reading it takes one line.
# (`encode()` makes bytes of your words, `bytes(p)` those of a packet.) A packet
# is printed with all its headers. What it carries is at the end, in `Raw`.

# %%
[p for p in before.capture.packets if secret.encode() in bytes(p)]

# %% [markdown] tags=["claim"]
# Only one packet, or none? An address writes a space as `+`, and a page writes
# an apostrophe as `&#x27;`. The lab looks for such forms too, and finds your
# secret in both directions. In the encrypted visit it finds neither.

# %% tags=["docassert"]
places = ("wire_request_line", "wire_response")
assert all(before.findings[place].sightings for place in places)
assert not any(after.findings[place].sightings for place in places)

# %% [markdown]
# ## How real are these packets?
#
# Before its first capture, the lab tests each way to get packets, and takes the
# best one that works here.

# %%
print(before.how)

# %% [markdown] tags=["claim"]
# A "not seen" counts only if the capture is complete, and if a harmless text,
# sent on purpose, was found by the same search. Otherwise the lab says
# *unknown*. Here nothing is unknown.

# %% tags=["docassert"]
assert before.capture.complete
assert after.capture.complete
assert None not in after.seen.values()

# %% [markdown]
# ## What this did not fix
#
# HTTPS protects your words on the way. It does not protect them where they
# arrive: in the log, in the history, in the error report.
#
# We take HTTPS off again, to see what five other remediations do. It returns in
# chapter 06.

# %% [markdown]
# ---
#
# **You may go on to [Who can read a form?](01_who_can_read_a_form.ipynb) here.**

# %% [markdown]
# ## Deeper: where exactly is it?
#
# On the left, who sent what. On the right, the bytes of each message, and the
# place of your secret.

# %%
from labapp.figures import packet_ladder

packet_ladder(before)

# %% [markdown]
# ## Deeper: one packet less
#
# Lose one packet of the encrypted visit, and look again. Would you still say
# "the secret did not cross"?

# %%
torn = after.without_packet()
exposure_map(after, torn)

# %% [markdown] tags=["claim"]
# No. The missing packet could hold it, so the lab says *unknown*.

# %% tags=["docassert"]
assert torn.seen["wire_response"] is None

# %% [markdown]
# This shows how each way to get packets did in its self-test:

# %%
from labapp.__main__ import main

status = main(["doctor"])
