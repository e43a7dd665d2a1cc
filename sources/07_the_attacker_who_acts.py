# %% [markdown]
# # What if somebody on the way acts?
#
# You need 30 minutes. You can also come back to this chapter later. At the end
# you can
#
# - say what a redirect to HTTPS does on a first visit, and what HSTS adds,
# - name what the Secure flag keeps back, and from whom,
# - say which check each false certificate asks for.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** >
# **CSRF check** > **HTTPS**
#
# You are here: after 6 of 6.
#
# A question from chapter 05: the site checks a token in each form. What does
# that change for one who listens?
#
# <details><summary>Answer</summary>Nothing. The listener reads your words and
# the token. The check is about who may submit.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit
from labapp.lab import attacked

secret = "Vera hides the cake"  # type nothing true
before = visit(secret, *remedy.SIX)
before

# %% [markdown]
# ## Somebody in between
#
# A listener only listens. An **on-path attacker** (also called a man in the
# middle) stands between you and the site, and **acts**. A router in a café
# stands there, and so does whoever controls it. Your packets must pass. The
# attacker may change them.

# %% [markdown]
# Here the attacker is a small relay of this lab. It takes the visitor's
# connections, makes connections of its own to the site, and keeps notes. Both
# ends are on this machine, and the names are made up. Try this on no network:
# to change what other people send is a crime in most countries.

# %% [markdown]
# ## The first one: a stripper
#
# Our site has all six remediations. It also sends every `http://` request to
# `https://`, by a redirect. A visitor types `site.test`, and the browser begins
# with `http://`. The **stripper** speaks HTTPS to the site, and HTTP to the
# visitor. It follows the redirect itself.

# %% [markdown]
# ## Predict
#
# Does a stripper read your words, if you begin at `http://`? **HSTS** is a
# header by which a site asks browsers to use HTTPS only, for some time. The
# visit "an hour later" comes after one with nobody on the way.

# %%
rows = (
    "redirect, first visit",
    "HSTS, first visit",
    "HSTS, an hour later",
    "HSTS, site opened by number",
)
guess = predict("a stripper reads it", dict.fromkeys(rows, "?"))
guess

# %% [markdown]
# ## A redirect, and a first visit

# %%
redirect = {"SECURE_SSL_REDIRECT": True}
first = attacked.strip(secret, settings=redirect)
first

# %% [markdown]
# These are the attacker's notes: each request, what the site answered, and what
# the attacker changed on the way.

# %%
for note in first.notes:
    print(note)

# %% [markdown] tags=["claim"]
# The attacker holds your words, twice: as you sent them, and on your page. The
# redirect did not help: it never came to the visitor.

# %% tags=["docassert"]
assert first.reads
assert {note.scheme for note in first.notes} == {"http"}
assert not any(page.status == 301 for page in first.pages())

# %% [markdown]
# ## What the visitor notices

# %%
for page in first.pages():
    print(page)

# %% [markdown] tags=["claim"]
# Everything works. The one sign is in the address: it says `http://`. The CSRF
# check passed, too. The notes say why: in the form's request the stripper
# changed `Origin` and `Referer`, which Django compares with the site's address.

# %% tags=["docassert"]
assert first.works()
assert all(page.url.startswith("http://") for page in first.pages())
assert {"Origin", "Referer"} <= set(first.notes.read[1].changed)

# %% [markdown]
# ## What the site notices
#
# The same visitor twice: first with nobody on the way, an hour later with the
# stripper. This is the site's log of both.


# %%
def requests(attack, step):
    parts = [line.text.split('"') for line in attack.log(step)]
    return [f"{part[1]}: {part[2].split()[0]}" for part in parts]


again = attacked.strip(secret, settings=redirect, after=attacked.HOUR)
for step in ("clean", "attacked"):
    print(step, *requests(again, step), sep="\n    ")

# %% [markdown] tags=["claim"]
# One line is missing, the redirect (301): the attacker asked by HTTPS at once.
# The addresses tell nothing here: all are 127.0.0.1.

# %% tags=["docassert"]
assert ": 301" in requests(again, "clean")[0]
assert requests(again, "clean")[1:] == requests(again, "attacked")
assert all(line.text.startswith("127.0.0.1 ") for line in again.log())

# %% [markdown]
# And the packets? These were captured between attacker and site.

# %%
from labapp.secret import find

side = first.evidence.step("attacked").capture
sent = b"".join(bytes(packet) for packet in side.packets)
read = b"".join(bytes(n.request) + bytes(n.answer) for n in first.notes)
print("your words, on the site's side:", len(find(secret, sent)))
print("your words, in the notes:      ", len(find(secret, read)))

# %% [markdown] tags=["claim"]
# On that side all is encrypted, as it should be. HTTPS works between two ends.
# Nobody told the site that its other end is not the visitor.

# %% tags=["docassert"]
from labapp.conversations import conversations

assert all(talk.tls for talk in conversations(side))
assert (len(find(secret, sent)), len(find(secret, read))) == (0, 2)

# %% [markdown]
# ## The cookie, used
#
# The notes have a session cookie, too. The attacker opens your page with it,
# from a browser of their own:

# %%
print(first.notes.cookies("site.test"))
replayed = first.evidence.step("replay").answers[0]
print(replayed)
print(replayed.body.decode().partition("</h1>")[2])

# %% [markdown] tags=["claim"]
# It opens, in another browser, straight and by HTTPS.

# %% tags=["docassert"]
assert first.opens
assert replayed.url.startswith("https://")

# %% [markdown]
# ## HSTS
#
# Now the site asks for HTTPS only, for 30 days: HTTP Strict Transport Security.
# An hour after a clean visit, the visitor types `site.test` again.

# %%
hsts = redirect | {"SECURE_HSTS_SECONDS": 30 * 24 * 3600}
later = attacked.strip(secret, settings=hsts, after=attacked.HOUR)
later

# %% [markdown] tags=["claim"]
# The attacker holds nothing. The browser remembers, and speaks HTTPS from its
# first byte. Those connections are *sealed*: the stripper can pass them on, or
# cut them. The visitor's page came as always.

# %% tags=["docassert"]
assert (later.reads, later.holds, len(later.notes.read)) == (False, (), 0)
assert later.notes.sealed > 0
assert later.works()

# %% [markdown]
# And the first visit, with the same settings?

# %%
fresh = attacked.strip(secret, settings=hsts)
for note in fresh.notes:
    print(note)

# %% [markdown] tags=["claim"]
# All is read again. See what the stripper changed: it took the header away. So
# this browser has not heard of HSTS. Over `http://` browsers ignore the header in
# any case ([RFC 6797, 8.1](https://www.rfc-editor.org/rfc/rfc6797#section-8.1)).

# %% tags=["docassert"]
changed = fresh.notes.read[0].changed
assert fresh.reads
assert "Strict-Transport-Security" in changed

# %% [markdown]
# ## Which visits are read
#
# Four sites, four times: each is a visit of its own, with an attack. The last
# site is opened by its number, not by its name.

# %%
from labapp.figures import first_visit

every = attacked.first_visits(secret)
first_visit(every)

# %%
by_number = attacked.strip(
    secret, attacked.BY_NUMBER, settings=hsts, after=attacked.HOUR
)
measured = (first.reads, fresh.reads, later.reads, by_number.reads)
guess.beside(dict(zip(rows, measured, strict=True)))

# %% [markdown] tags=["claim"]
# A redirect closes none. HSTS closes the visits in between: not the first one,
# and not one after it ran out. It is made for names. A host that is opened by
# number gets none of it
# ([RFC 6797, 8.1.1](https://www.rfc-editor.org/rfc/rfc6797#section-8.1.1)).

# %% tags=["docassert"]
lanes = [[one.reads for one in every[n : n + 4]] for n in range(0, 16, 4)]
assert lanes[0] == lanes[1] == lanes[3] == [True] * 4
assert lanes[2] == [True, False, False, True]

# %% [markdown]
# So what helps a first visit? Type or link `https://`. Browsers can also carry
# the name in a list that comes with them: the
# [preload list](https://hstspreload.org/). This lab has no such list.

# %%
typed = attacked.strip(secret, "https://site.test/", settings=redirect)
typed

# %% [markdown] tags=["claim"]
# A first visit, and nothing is held: it began with `https://`.

# %% tags=["docassert"]
assert typed.reads is False
assert typed.works()

# %% [markdown]
# ## An old link
#
# The visitor has begun at `https://`, and has a session. An hour later they
# follow an old `http://` link. The site has no HSTS. What crosses, without the
# **Secure** flag on the session's cookie, and with it?

# %%
link = {"after": attacked.HOUR, "link": True}
flag = redirect | {"SESSION_COOKIE_SECURE": True}
bare = attacked.strip(
    secret, "https://site.test/", settings=redirect, **link
)
kept = attacked.strip(secret, "https://site.test/", settings=flag, **link)
for name, one in (("without Secure", bare), ("with Secure", kept)):
    print(f"{name}: {one}\n  opens the page: {one.opens}")

# %% [markdown] tags=["claim"]
# Without the flag the cookie goes along, and opens the page. With it, the
# cookie stays at home. The request itself crosses in both: the visitor is still
# in the attacker's hands, and a form may follow.

# %% tags=["docassert"]
assert (bare.opens, kept.opens) == (True, False)
assert kept.notes.of("site.test")
assert "sessionid" not in kept.notes.cookies("site.test")

# %% [markdown]
# ## The Secure flag
#
# "So a Secure cookie never crosses over `http://`." Here is a first visit to
# the same site, by `http://`:

# %%
flagged = attacked.strip(secret, settings=flag)
for note in flagged.notes:
    print(note)
print("cookies:", *flagged.notes.cookies("site.test"))
print("opens the page:", flagged.opens)

# %% [markdown] tags=["claim"]
# It did cross, and it opens the page. The stripper took the word `Secure` away
# before the browser saw it. The flag protects a cookie that came over HTTPS. It
# brings nobody to HTTPS.

# %% tags=["docassert"]
assert "Secure" in flagged.notes.read[1].changed
assert "sessionid" in flagged.notes.cookies("site.test")
assert flagged.opens

# %% [markdown]
# One more exception: browsers make one for `localhost`. There they send Secure
# cookies over `http://`, see
# [MDN on Set-Cookie](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie).
# So what you see on your development machine may differ. This lab's browser
# uses names instead: `site.test`.

# %% [markdown]
# ## The second one: an impostor
#
# This attacker has a certificate, but a false one. It answers HTTPS itself. A
# client decides by that certificate whether to go on. Here is one that checks
# everything, and a certificate from an authority that nobody knows.

# %%
refused = attacked.impersonate(secret)
print(refused)
print(refused.pages()[0].body.decode())

# %% [markdown] tags=["claim"]
# The client went away before it sent one request. It told the other end why,
# and that end is the attacker. The site's log has no line: it never heard of
# this visit.

# %% tags=["docassert"]
assert (refused.reads, refused.holds, refused.log()) == (False, (), ())
assert refused.notes.refused
assert refused.pages()[0].status == 0

# %% [markdown]
# Programs can be told not to check: `verify=False`, `--insecure`, "accept the
# risk". Often it was meant for a test.

# %%
taken = attacked.impersonate(secret, client="checks nothing")
print(taken)
print("opens the page:", taken.opens)

# %% [markdown] tags=["claim"]
# All is read, over a connection that *is* encrypted. It is encrypted for the
# wrong one. The cookie opens the page.

# %% tags=["docassert"]
assert taken.reads
assert {note.scheme for note in taken.notes} == {"https"}
assert taken.opens

# %% [markdown]
# ## Which check is for what
#
# Three false certificates, and one that is right, for the attacker stole its
# key. Five clients, four of which leave something out.

# %%
pairs = attacked.every_pair(secret)
for number, name in enumerate(attacked.CERTIFICATES, 1):
    print(f"{number}: a certificate {name}")
print(f"{'':28}", *range(1, 5), sep="       ")
for client, row in pairs.items():
    marks = ["READ" if one.reads else "refused" for one in row.values()]
    print(f"{client:34}", *(f"{mark:7}" for mark in marks))

# %% [markdown] tags=["claim"]
# Each check refuses one of the three: leave it out, and that one comes in.
# Without any, all do. Against a stolen key no check of these helps: a
# certificate says who has a key, not who should.

# %% tags=["docassert"]
table = [[one.reads for one in row.values()][:3] for row in pairs.values()]
only = [[n == m for n in range(3)] for m in range(3)]
assert table == [[False] * 3, *only, [True] * 3]

# %% [markdown]
# And what does the site notice of the client that checks nothing?

# %%
for step in ("clean", "attacked"):
    print(step, *requests(taken, step), sep="\n    ")

# %% [markdown] tags=["claim"]
# Nothing. It speaks HTTPS with somebody, as always. So the server cannot repair
# this. The client has to check.

# %% tags=["docassert"]
assert requests(taken, "clean") == requests(taken, "attacked")
assert requests(taken, "attacked")

# %% [markdown]
# ## The map
#
# The seventh remediation, `remedy.hardening`, has redirect, HSTS and Secure
# cookies.

# %%
from labapp.figures import exposure_map

after = visit(secret, *remedy.SIX, remedy.hardening)
exposure_map(before, after)

# %% [markdown] tags=["claim"]
# It closes one row: the old link. The map is about a listener, and about a
# browser that has been at the site before.

# %% tags=["docassert"]
moved = [key for key in after.seen if after.seen[key] != before.seen[key]]
assert moved == ["http_link"]

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - A first visit by `http://` is still read, whatever the site asks for.
# - So is one after HSTS ran out, and one by number.
# - Clients that do not check are read. So is an old link in a client that keeps
#   no HSTS, as most programs that are no browsers.

# %% tags=["docassert"]
program = {**link, "forgets": True}
forgets = attacked.strip(secret, attacked.HTTPS, settings=hsts, **program)
assert (fresh.reads, lanes[2][3], forgets.opens) == (True, True, True)

# %% [markdown]
# ## Exercise: leave the stripper nothing
#
# This time you defend. Three visitors come, and a stripper waits for each.

# %%
check("leave the stripper nothing")

# %%
### BEGIN START
address = "http://site.test/"
settings = {"SECURE_SSL_REDIRECT": True}
### END START
### BEGIN SOLUTION
address = "https://site.test/"
settings = {"SECURE_HSTS_SECONDS": 31536000, "SESSION_COOKIE_SECURE": True}
### END SOLUTION
check("leave the stripper nothing", address, settings=settings)

# %% [markdown]
# `hint("leave the stripper nothing")` helps, in a cell of your own. Take one
# setting away again, and see which line opens.
#
# ## Quiz
#
# It asks about `before` and `after`, and attacks visits with your words.

# %%
quiz("07", before, after)

# %% [markdown]
# ## To look up
#
# - [CWE-295](https://cwe.mitre.org/data/definitions/295.html): a certificate is
#   not checked. [CWE-319](https://cwe.mitre.org/data/definitions/319.html):
#   sent in the clear. [CWE-614](https://cwe.mitre.org/data/definitions/614.html):
#   a cookie without Secure.
# - Django:
#   [SSL/HTTPS](https://docs.djangoproject.com/en/5.2/topics/security/#ssl-https)
#   and
#   [HSTS](https://docs.djangoproject.com/en/5.2/ref/middleware/#http-strict-transport-security).
# - [RFC 6797](https://www.rfc-editor.org/rfc/rfc6797), the standard of HSTS.

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("07", "your name")

# %% [markdown]
# ## Summary
#
# - A redirect comes too late, and a stripper keeps it. HSTS protects the visits
#   after a clean one, for a name and a time.
# - Secure keeps a cookie off `http://`, if the browser was told so.
# - Authority, name, date: each check refuses one false certificate. A client
#   that skips one is open to it.

# %% [markdown]
# ---
#
# **You may go on to
# [Do the published claims hold?](08_do_the_published_claims_hold.ipynb) here.**
