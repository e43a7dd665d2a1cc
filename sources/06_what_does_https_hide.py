# %% [markdown]
# # What does HTTPS hide?
#
# You need 14 minutes. At the end you can
#
# - show that your words are in a capture which nobody can read,
# - open that capture with the keys of your own client,
# - name what a listener still counts and reads.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** >
# **CSRF check** > **HTTPS**
#
# You are here: 6 of 6.
#
# A question from chapter 04: the value waits in a session on the server. Why
# could a listener still open your page?
#
# <details><summary>Answer</summary>The session's cookie crosses in the clear.
# Whoever copies it is taken for you.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit

secret = "Olga waters the cactus"  # type nothing true
before = visit(secret, *remedy.SIX[:5])
before

# %% [markdown]
# ## Predict
#
# With HTTPS, the visitor's address begins with `https://`. What can a listener
# **still tell** from the packets, without any key?

# %%
name, path = "the site's name", "the address of the page (its path)"
words, length = "the visitor's words", "how long the words are"
guess = predict(
    "still told", dict.fromkeys((name, path, words, length), "?")
)
guess

# %% [markdown]
# ## The change

# %%
after = visit(secret, *remedy.SIX)
print(before.diff(after))

# %% [markdown] tags=["claim"]
# No line of the view changes; the server has a certificate. Browser and server
# speak **TLS**: they agree on keys, then encrypt all that follows. Here is one
# step, before and after:

# %% tags=["docassert"]
assert before.source == after.source
assert "+https://site.test/" in before.diff(after)

# %%
from labapp.figures import before_after

before_after(before, after)

# %% [markdown]
# ## Nothing to read
#
# The listener's program again. Does it find your words, in any spelling?

# %%
from labapp.secret import find


def heard(one):
    return b"".join(bytes(packet) for packet in one.capture.packets)


[bool(find(secret, heard(one))) for one in (before, after)]

# %% [markdown] tags=["claim"]
# Before: yes. Now: no. The cookie of chapter 04 cannot be copied from these
# packets either.

# %% tags=["docassert"]
both = (before, after)
assert [bool(find(secret, heard(one))) for one in both] == [True, False]
assert [one.seen["cookie_replay"] for one in both] == [True, False]

# %% [markdown]
# ## Are your words in there at all?
#
# An empty capture would have no words either. So prove that they crossed. Your
# own client wrote down the keys of its own connections, as Firefox and Chromium
# do if they are told to. This is called a **key log**:

# %%
for line in after.capture.tls_secrets.splitlines()[:5]:
    print(f"{line[:66]}...")

# %% [markdown]
# `save` puts these keys into the file if its name ends in `.pcapng`. A `.pcap`
# file has no place for them. scapy reads both: two folded cells tell it how.
# Then the same packets are opened three times.

# %% tags=["hidden"]
from scapy.all import TCP, TCPSession, bind_layers, conf, load_layer, sniff

from labapp.lab.laboratory import laboratory

load_layer("tls")
from scapy.layers.tls.all import TLS, TLSApplicationData

port, conf.tls_session_enable = after.capture.port, True
bind_layers(TCP, TLS, sport=port)
bind_layers(TCP, TLS, dport=port)
folder = laboratory().folder


# %% tags=["hidden"]
def data(path):
    packets = sniff(offline=str(path), session=TCPSession, quiet=True)
    found = [p for p in packets if TLSApplicationData in p]
    return [bytes(p[TLSApplicationData].data) for p in found]


# %%
from dataclasses import replace

longer = visit(secret + "x", *remedy.SIX)  # one letter more, and other keys
swapped = replace(after.capture, tls_secrets=longer.capture.tls_secrets)

sealed = data(after.capture.save(folder / "after.pcap"))
misfit = data(swapped.save(folder / "swapped.pcapng"))
opened = data(after.capture.save(folder / "after.pcapng"))
[bool(find(secret, b"".join(one))) for one in (sealed, misfit, opened)]

# %%
print(max(misfit, key=len)[:60])
print()
print(next(one for one in opened if one.startswith(b"POST")).decode())

# %% [markdown] tags=["claim"]
# There they are: your request, your cookie, your words. So the words did cross,
# and encryption hid them. Without keys nothing opened, and with the keys of
# **another** visit nothing did either: each connection has keys of its own.

# %% tags=["docassert"]
found = [[find(secret, one) for one in x] for x in (sealed, misfit, opened)]
assert [any(x) for x in found] == [False, False, True]
assert sealed == misfit

# %% [markdown]
# ## What is not hidden
#
# Back to the listener, who has no key. Each line is one connection: the name
# that the client asked for, and how many bytes each encrypted piece (**record**)
# has. The second visit has **one letter more**.

# %%
from labapp.conversations import conversations
from labapp.conversations.sizes import sizes


def counted(one):
    talks = conversations(one.step("submit").capture)
    return [(talk.server_name, *sizes(talk)) for talk in talks]


for asked, sent, received in counted(after) + counted(longer):
    print(f"{asked:12} sent {sent}  received {received}")

# %% [markdown] tags=["claim"]
# The client says the name in its first message, before there are keys. Each
# request is a record of its own, and so is each answer: you can count them.

# %% tags=["docassert"]
pieces = [sum(len(talk[n]) for talk in counted(after)) for n in (1, 2)]
assert pieces == [len(after.step("submit").answers)] * 2

# %%
grew = sum(counted(longer)[0][1]) > sum(counted(after)[0][1])
still = {
    name: b"site.test" in heard(after),
    path: b"/sensitive" in heard(after),
    words: bool(find(secret, heard(after))),
    length: grew,
}
guess.beside(still)

# %% [markdown] tags=["claim"]
# The name and the length are told, the path and the words are not. One letter
# more in the words is one byte more in the record. **Encryption keeps the
# length.**

# %% tags=["docassert"]
assert list(still.values()) == [True, False, False, True]
submitted = [counted(one)[0][1][0] for one in (after, longer)]
assert submitted[1] - submitted[0] == 1

# %% [markdown]
# ## You read an encrypted answer
#
# A neighbour answers a question of the site: yes or no. It goes over HTTPS, and
# you have no key. You hear this:

# %%
from labapp.lab import overhear

neighbour = overhear()
neighbour

# %% [markdown]
# You can be a neighbour, too. Send both answers yourself, and some others:

# %%
from labapp.figures import record_lengths

answers = ("no", "yes", "maybe", "not today", "only on Sunday")
record_lengths([overhear(answer) for answer in answers])

# %% [markdown]
# What did the neighbour say? Decide first. Then run the next cell.

# %%
neighbour.answer

# %% [markdown] tags=["claim"]
# You read it without breaking anything. TLS did all that it promises: nobody
# could see the letters. But there were only two possible answers, and they have
# two lengths.

# %% tags=["docassert"]
assert neighbour.capture.tls_secrets == ""
assert neighbour.sent == overhear(neighbour.answer).sent
assert overhear("yes").sent != overhear("no").sent

# %% [markdown]
# ## Exercise: tell yes from no
#
# Write a function that reads any neighbour's answer. It is given the lengths of
# the encrypted records that were sent. `overhear("yes").sent` is what you hear
# of a yes. Ten new neighbours will answer.

# %%
### BEGIN SOLUTION
yes = overhear("yes").sent
### END SOLUTION


def read_answer(sent):
    ### BEGIN SOLUTION
    return "yes" if sent == yes else "no"
    ### END SOLUTION
    ### BEGIN START
    return "yes"
    ### END START


# %%
check("tell yes from no", read_answer)

# %% [markdown]
# `hint("tell yes from no")` helps, in a cell of your own.

# %% [markdown]
# ## The map so far

# %%
from labapp.figures import exposure_map

first = [visit(secret, *remedy.SIX[:number]) for number in range(5)]
exposure_map(*first, before, after)

# %% [markdown] tags=["claim"]
# The bar of whoever listens to the network ends here, and that of the copied
# cookie. Nothing opens.

# %% tags=["docassert"]
moved = {k for k in after.seen if after.seen[k] is not before.seen[k]}
assert {before.seen[key] for key in moved} == {True}
assert {key.partition("_")[0] for key in moved} == {"wire", "cookie"}

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - The e-mail's HTML part, the debug page and the database have your words.
# - An old `http://` link still sends the cookie in the clear.
# - The length is told.
#
# HTTPS protects the way. It does nothing at its two ends.

# %% tags=["docassert"]
left = ("report_html", "debug_page", "store_decoded", "http_link")
assert all(after.seen[key] for key in left)

# %% [markdown]
# And if the form still used GET? HTTPS, and nothing else:

# %%
by_get = visit(secret, remedy.https)
print(*(line.text for line in by_get.log), sep="\n")

# %% [markdown] tags=["claim"]
# The words were hidden on the way. Then the server decrypted the address, and
# wrote it into its log. That is why POST came first.

# %% tags=["docassert"]
assert not find(secret, heard(by_get))
assert by_get.seen["access_log"]
assert by_get.seen["history"]

# %% [markdown]
# ## Quiz
#
# It asks about `before`, `after`, `by_get` and `longer`.

# %%
quiz("06", before, after, by_get, longer)

# %% [markdown]
# ## To look up
#
# - [CWE-319](https://cwe.mitre.org/data/definitions/319.html): sent in the
#   clear. [CWE-203](https://cwe.mitre.org/data/definitions/203.html): a
#   difference that can be observed.
# - [RFC 8446, E.3](https://www.rfc-editor.org/rfc/rfc8446#appendix-E.3): what
#   lengths and times can tell.
# - Django: [SSL/HTTPS](https://docs.djangoproject.com/en/5.2/topics/security/#ssl-https).

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("06", "your name")

# %% [markdown]
# ## Summary
#
# - Your words are in the capture, encrypted: the keys of your client open it.
# - A key log opens its own connections. Those of another visit stayed shut.
# - A listener still has the name, the number of records and their lengths.

# %% [markdown]
# ---
#
# **You may go on to
# [Do the published claims hold?](08_do_the_published_claims_hold.ipynb) here.**
# You can read
# [What if somebody on the way acts?](07_the_attacker_who_acts.ipynb) later.

# %% [markdown]
# ## Deeper: hide the length
#
# Here is a form with four answers to choose from, and its view. Let a listener
# count **the same** for every answer, on the way there and back, in all
# connections. The neighbour must still read their answer on the page.

# %%
# What the form shows, and what it sends.
### BEGIN START
sends = {word: word for word in ("yes", "no", "maybe", "not today")}
### END START
### BEGIN SOLUTION
sends = {"yes": "y", "no": "n", "maybe": "m", "not today": "t"}
### END SOLUTION
field = '<input type="radio" name="sensitive_info" value="{}">'
radio = f"<label>{field} {{}}</label>"
buttons = [radio.format(sent, word) for word, sent in sends.items()]
ask = '<form action="/sensitive" method="post">Do you come tonight?'
ask += "".join(buttons) + "<button>Send it</button></form>"

# %%
from django.http import HttpResponse
from django.utils.html import escape


def answer_view(request):
    ### BEGIN SOLUTION
    words = {value: word for word, value in sends.items()}
    answer = words[request.POST["sensitive_info"]].ljust(9)
    ### END SOLUTION
    ### BEGIN START
    answer = request.POST["sensitive_info"]
    ### END START
    return HttpResponse(f"<p>You said: {escape(answer)}</p>")


# %%
check("hide the length", answer_view, form=ask)

# %% [markdown]
# `hint("hide the length")` helps. This is what a listener now counts on the way
# to your site, beside the lab's:

# %%
four = ("no", "yes", "maybe", "not today")
record_lengths(
    [overhear(answer) for answer in four],
    [overhear(answer, view=answer_view, form=ask) for answer in four],
)

# %% [markdown]
# A text field cannot pad itself: one letter more was one byte more. TLS 1.3 has a
# place for padding, see [RFC 8446, 5.4](https://www.rfc-editor.org/rfc/rfc8446#section-5.4).
#
# ## Deeper: in Wireshark
#
# Save both files here, download them, and open them. In which one does the
# display filter `http` find your request?

# %%
names = ("after.pcap", "after.pcapng")
[after.capture.save(folder / name) for name in names]

# %% [markdown]
# The lab's folder is gone when the kernel stops. Write `"after.pcapng"` alone
# to have the file beside this notebook. Whoever has it can read your words: a
# file with keys is as secret as what it opens.

# %% [markdown]
# ## Deeper: the certificate in TLS 1.2
#
# The same visit once more, by a client that speaks TLS 1.2:

# %%
older = visit(secret, *remedy.SIX, tls="1.2")
issuer = b"made-up authority"  # a part of this lab's certificate
[issuer in heard(one) for one in (after, older)]

# %%
opened = data(older.capture.save(folder / "older.pcapng"))
print(next(one for one in opened if one.startswith(b"POST")).decode())

# %% [markdown] tags=["claim"]
# In 1.2 the server's certificate crosses in the clear. In 1.3 it is encrypted. In
# both the client says the name it wants. In 1.2, too, your words are hidden, and
# your own keys open them.

# %% tags=["docassert"]
two = [heard(one) for one in (after, older)]
assert [(issuer in x, b"site.test" in x) for x in two] == [(0, 1), (1, 1)]
assert [bool(find(secret, x)) for x in (two[1], b"".join(opened))] == [0, 1]
