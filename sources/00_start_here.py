# %% [markdown]
# # See your own words cross
#
# Five minutes. Click into the next cell, change the words in quotes if you
# like, and press **Shift+Enter**.
#
# - I use this machine only.
# - I type nothing true: it will be on screen.
# - I listen to nobody else.

# %%
from labapp import remedy, visit

secret = "Rex sleeps at noon"  # change the words, then Shift+Enter
before = visit(secret)
before

# %% [markdown] tags=["claim"]
# A browser on this machine opened a web page, typed your sentence into its form
# and sent it. This is a **visit**. Your sentence is the **secret**, and it is
# boxed. It crossed twice: to the server, and back in the answer. Anybody on the
# way could read it.

# %% tags=["docassert"]
assert before.seen["wire_request_line"]
assert before.seen["wire_response"]

# %% [markdown]
# ## Predict: what does HTTPS change?
#
# HTTPS encrypts what crosses. Who will still have your sentence? Replace each
# question mark with **yes** or **no**. Nobody marks your answer.

# %%
guess = {
    "listens to the network": "?",
    "reads the server log": "?",
    "reads the browser history": "?",
}

# %%
after = visit(secret, remedy.https)
after

# %% [markdown] tags=["claim"]
# It is the same visit, with one **remediation** applied: a change meant to
# help. A listener on the network still sees that something crosses, and how
# much. The words are gone.

# %% tags=["docassert"]
wire = [seen for place, seen in after.seen.items() if "wire" in place]
assert wire == [False] * 4
assert after.works

# %% [markdown]
# Is everybody else gone too? Each row of the next figure is somebody who could
# look. A bar means that they have your secret. Compare it with your guess.

# %%
from labapp.figures import exposure_map

exposure_map(before, after)

# %% [markdown] tags=["claim"]
# HTTPS closes the network. The server log, the browser history and the error
# e-mail hold your sentence as before.

# %% tags=["docassert"]
rest = ("access_log", "history", "report_text", "report_html")
assert all(before.seen[place] and after.seen[place] for place in rest)

# %% [markdown]
# We take HTTPS off again, so that you can see what five other remediations do.
# It returns in chapter 06.
#
# ## The listener's whole program
#
# A **capture** is the list of packets that crossed. Reading it takes one line:

# %%
[p for p in before.capture.packets if secret.encode() in bytes(p)]

# %% [markdown] tags=["claim"]
# The same line finds nothing in the encrypted visit. (It may miss a packet of
# the first one too: in an address, a space is written as a plus sign.)

# %% tags=["docassert"]
assert not [p for p in after.capture.packets if secret.encode() in bytes(p)]
assert before.findings["wire_request_line"].sightings

# %% [markdown]
# Where exactly does it stand? On the left, who sent what. On the right, the
# bytes of each message, and the place of your secret.

# %%
from labapp.figures import packet_ladder

packet_ladder(before)

# %% [markdown]
# ## How real are these packets?
#
# Before its first capture, the lab tests each way to have packets, and takes
# the best one that works here.

# %%
print(before.how)

# %% [markdown] tags=["claim"]
# A "not seen" counts only if the capture is complete, and if a harmless text,
# sent on purpose, was found by the same search. Otherwise the lab says
# *unknown*.

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
# ---
#
# **You may go on to the next chapter here.**

# %% [markdown]
# ## Deeper: one packet less
#
# Lose one packet of the encrypted visit, and look again. Would you still say
# "the secret did not cross"?

# %%
exposure_map(after, after.without_packet())

# %% [markdown]
# To see how each way to have packets did in the self-test, open a terminal
# (File, New, Terminal) and type `python -m labapp doctor`.
