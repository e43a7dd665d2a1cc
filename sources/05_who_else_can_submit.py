# %% [markdown]
# # Who else can submit?
#
# You need 12 minutes. At the end you can
#
# - say how a stranger submits a form in a visitor's name,
# - name the two things that the CSRF check needs,
# - say what the check does not change for a listener.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** >
# **CSRF check** > HTTPS
#
# You are here: 5 of 6.
#
# A question from chapter 03: the decorator puts stars into the error report.
# Where are your words all the same?
#
# <details><summary>Answer</summary>In the HTML part, as a local variable; on
# the debug page; and on the network.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit

secret = "Nils paints the fence"  # type nothing true
four = remedy.SIX[:4]  # POST, stars, redirect, session
before = visit(secret, *four)
before

# %% [markdown]
# ## A page of a stranger
#
# In the last steps of a visit, the visitor opens a page of `other.test`, a
# stranger's site. "Click here for your prize", say. This is a part of that
# page:

# %%
page = before.step("forgery").answers_of("other.test")[0].body.decode()
print(page[page.index("<form") : page.index("</script>")])

# %% [markdown]
# It has a form of its own, and the form's address is **our** site. The value is
# the stranger's. A script submits it at once. This is a **forgery**, in full: a
# cross-site request forgery, CSRF. Does our site take it?

# %%
for line in before.step("forgery").log:
    if line.host == "site.test":
        print(line.text.partition("] ")[2])

# %%
own_page = before.step("after_forgery").answers_of("site.test")[0]
print(own_page)
print(own_page.body.decode().partition("</h1>")[2])

# %% [markdown] tags=["claim"]
# It does. Then the visitor opens their own secure page, and finds the
# stranger's words there. The stranger read nothing. But they **acted**, in the
# visitor's name. Think of a form that changes a password, or sends money.

# %% tags=["docassert"]
assert before.seen["forgery_accepted"]
assert before.seen["forgery_changed_session"]

# %% [markdown]
# ## Django's check
#
# The site puts a random word into its own form: the **token**. The visitor's
# browser gets a cookie that belongs to it. A page of another site cannot read
# either of them. A middleware compares the two when a form comes in. If they do
# not fit, the view never runs.

# %% [markdown]
# ## Predict
#
# In which of these four visits is the stranger's form **accepted**?

# %%
alone, both = "CSRF check, with GET", "POST and CSRF check"
rows = ("nothing applied", "POST", alone, both)
guess = predict("forgery accepted", dict.fromkeys(rows, "?"))
guess

# %%
token = visit(secret, remedy.csrf)
made = {
    "nothing applied": visit(secret),
    "POST": visit(secret, remedy.post),
    alone: token,
    both: visit(secret, remedy.post, remedy.csrf),
}
accepted = {
    name: one.seen["forgery_accepted"] for name, one in made.items()
}
guess.beside(accepted)

# %% [markdown] tags=["claim"]
# Only both together refuse it. POST does not ask who sends. And Django does not
# check GET at all: a GET should change nothing, so there is nothing to forge.
# Our view takes a value by GET. That is the mistake.

# %% tags=["docassert"]
assert list(accepted.values()) == [True, True, True, False]
assert made[both].works

# %% [markdown]
# ## The change
#
# Back to our site, which uses POST. This is all that is new:

# %%
after = visit(secret, *four, remedy.csrf)
print(before.diff(after))

# %% [markdown]
# And this is the forgery, before and after:

# %%
before_forgery = before.step("forgery").answers_of("site.test")
after_forgery = after.step("forgery").answers_of("site.test")
print(*before_forgery, "", *after_forgery, sep="\n")

# %% [markdown] tags=["claim"]
# **403**: forbidden. The stranger's form has no token. The visitor's own form
# has one, and works as before. The visitor's page keeps the visitor's words.

# %% tags=["docassert"]
assert after_forgery[-1].status == 403
assert after.works
assert after.seen["forgery_changed_session"] is False

# %% [markdown]
# ## What the listener hears
#
# Does the token hide anything? Here is the visitor's own submit, without the
# check and with it.

# %%
from labapp.figures import before_after

before_after(before, after)

# %% [markdown] tags=["claim"]
# Your words are where they were, with the same bytes. The token stands beside
# them, and the listener can read it as well. The copied cookie still opens the
# page: reading it is a GET. This check is about **who submits**, not about who
# reads.

# %% tags=["docassert"]
pair = [v.findings["wire_request_body"] for v in (before, after)]
assert pair[0].sightings[0].found == pair[1].sightings[0].found
assert after.seen["cookie_replay"]

# %% [markdown]
# ## The map so far

# %%
from labapp.figures import exposure_map

first = [visit(secret, *remedy.SIX[:number]) for number in range(4)]
exposure_map(*first, before, after)

# %% [markdown] tags=["claim"]
# Look below the line, at "can submit in your name". It closes here. Nothing
# above the line moves: those rows are about reading.

# %% tags=["docassert"]
moved = [key for key in after.seen if after.seen[key] != before.seen[key]]
assert moved == ["forgery_accepted", "forgery_changed_session"]

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - The listener reads your words, the cookie, and now the token, too.
# - So a listener can still submit in your name: see Deeper.
# - Only encryption closes that: chapter 06.

# %% tags=["docassert"]
heard = b"".join(bytes(packet) for packet in after.capture.packets)
assert b"csrfmiddlewaretoken=" in heard
assert after.seen["cookie_replay"]

# %% [markdown]
# ## Exercise: refuse the stranger
#
# Here are a view and a form, as they were before this chapter. Let the site
# take its own form and refuse a stranger's. `check` sends four of them. One
# comes from a site whose name begins like ours. One hides where it comes from.
# One copies what your form shows to everybody.

# %%
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office

### BEGIN SOLUTION
from django.views.decorators.csrf import csrf_protect
### END SOLUTION
### BEGIN START
### END START

stars = sensitive_post_parameters("sensitive_info")


# %%
### BEGIN SOLUTION
@method_decorator(csrf_protect, name="dispatch")
### END SOLUTION
### BEGIN START
### END START
@method_decorator(stars, name="dispatch")
class MyView(View):
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        request.session["sensitive_info"] = sensitive_info
        return redirect("/secure_page")


# %%
### BEGIN START
my_form = """
<form action="/sensitive" method="post">
  <label for="it">Your made-up secret</label>
  <input id="it" name="sensitive_info" required>
  <button>Send it</button>
</form>
"""
### END START
### BEGIN SOLUTION
my_form = """
<form action="/sensitive" method="post">
  {% csrf_token %}
  <label for="it">Your made-up secret</label>
  <input id="it" name="sensitive_info" required>
  <button>Send it</button>
</form>
"""
### END SOLUTION

# %%
check("refuse the stranger", MyView, form=my_form)

# %% [markdown]
# `hint("refuse the stranger")` helps, in a cell of your own. A setting comes as
# `settings={...}`, after the form.

# %% [markdown]
# ## Quiz
#
# It asks about `before`, `after` and `token`, the visit with the check and GET.

# %%
quiz("05", before, after, token)

# %% [markdown]
# ## To look up
#
# - [CWE-352](https://cwe.mitre.org/data/definitions/352.html): cross-site
#   request forgery.
# - Django:
#   [How to use the CSRF protection](https://docs.djangoproject.com/en/5.2/howto/csrf/)
#   and
#   [how it works](https://docs.djangoproject.com/en/5.2/ref/csrf/#how-it-works).
# - A project made by `startproject` has the check switched on. This lab's site
#   does not, so that you can see it come.

# %% [markdown]
# ## Summary
#
# - A page of another site can submit a form in the visitor's name: the browser
#   does it.
# - The check needs a method that is checked, such as POST, and a token in the
#   site's own form.
# - The check hides nothing. A listener reads as much as before.

# %% [markdown]
# ---
#
# **You may go on to
# [Do the published claims hold?](08_do_the_published_claims_hold.ipynb) here.**
# Chapters 06 and 07, on HTTPS, are still to come.

# %% [markdown]
# ## Deeper: does the cookie's SameSite stop it?
#
# Django's session cookie is `SameSite=Lax`: a browser does not send it with a
# form of another site. Before the check came, did this stop the forgery? And is
# a page on **another port** of the same host another site?

# %%
lax, port = "SameSite=Lax stops it", "another port is another site"
site_guess = predict("without the check", {lax: "?", port: "?"})
site_guess

# %% [markdown]
# This is the forged request, as it crossed:

# %%
packets = before.step("forgery").capture.packets
sent = [bytes(packet["TCP"].payload) for packet in packets]
[forged] = [one for one in sent if one.startswith(b"POST /sensitive")]
print(forged.decode())

# %% [markdown] tags=["claim"]
# There is no line `Cookie:`. Lax did keep it back. But the site took the form
# of a visitor without a cookie, and opened a **new session** for the stranger's
# words. The answer set a new cookie, and the browser kept it in the place of the
# old one.

# %% tags=["docassert"]
headers = [name for name, _ in before_forgery[1].headers]
assert b"\r\nCookie:" not in forged
assert "Set-Cookie" in headers

# %%
for step in ("http_link", "forgery"):
    kept = before.step(step).memory.cookies
    print(step, [one.value for one in kept if one.name == "sessionid"])

# %% [markdown] tags=["claim"]
# So the visitor ends in a session that a stranger filled. All that they tell the
# site from now on goes there.

# %% tags=["docassert"]
ids = [before.step(s).memory.cookies for s in ("http_link", "forgery")]
one, other = ([c.value for c in i if c.name == "sessionid"] for i in ids)
assert one != other

# %% [markdown]
# Is `SameSite=Strict` better? It keeps the cookie back from links as well.

# %%
by_strict = {"SESSION_COOKIE_SAMESITE": "Strict"}
strict = visit(secret, *four, settings=by_strict)
strict.seen["forgery_accepted"], strict.seen["forgery_changed_session"]

# %% [markdown] tags=["claim"]
# It is not: accepted, and the visitor's page changed. SameSite keeps a cookie
# back. It refuses no form.

# %% tags=["docassert"]
assert strict.seen["forgery_accepted"]
assert strict.seen["forgery_changed_session"]

# %% [markdown]
# ## Deeper: ports are not sites
#
# A cookie of `127.0.0.1`, port 8000. This is the cookie jar of the lab's own
# browser; tests compare it with Chromium. A form on each of these pages posts
# to port 8000. Which one brings the cookie?

# %%
from labapp.browser.cookies import CookieJar
from labapp.browser.request import Request

ours, jar = "http://127.0.0.1:8000/", CookieJar()
jar.store(ours, "sessionid=abc; SameSite=Lax")
for page in ("http://127.0.0.1:9999/", "http://localhost:9999/"):
    form = Request(ours, "POST", initiator=page)
    print(page, "brings:", jar.header(ours, form.context) or "nothing")

# %%
elsewhere = jar.header("http://127.0.0.1:9999/")
stopped = not before.seen["forgery_accepted"]
site_guess.beside({lax: stopped, port: elsewhere == ""})

# %% [markdown] tags=["claim"]
# Another port is the **same** site: Lax lets its forms through. And the program
# on port 9999 is even sent the cookie, whenever you open a page there
# ([RFC 6265, 8.5](https://www.rfc-editor.org/rfc/rfc6265#section-8.5)). Two
# projects on one development machine share their cookies.

# %% tags=["docassert"]
pages = ("http://127.0.0.1:9999/", "http://localhost:9999/")
contexts = [Request(ours, "POST", initiator=page).context for page in pages]
assert [jar.header(ours, c) for c in contexts] == ["sessionid=abc", ""]

# %% [markdown]
# ## Deeper: the token does not stop a listener
#
# A listener has the whole request of the visitor: words, cookie and token. What
# if they send these bytes once more?

# %%
from labapp.lab import reopen

wire = [bytes(packet["TCP"].payload) for packet in after.capture.packets]
[posted] = [
    one.decode() for one in wire if one.startswith(b"POST /sensitive")
]
print(reopen(after).ask(posted))

# %% [markdown]
# The control: the same bytes, and another token of the same length.

# %%
import re

changed = re.sub(
    r"csrfmiddlewaretoken=\w+", lambda m: m[0][:-3] + "abc", posted
)
print(reopen(after).ask(changed).splitlines()[0])

# %% [markdown] tags=["claim"]
# The copy is accepted, the one with the changed token is not. So the check did
# look, and was satisfied: Django's documentation says that it cannot protect
# against somebody in the middle. It protects against pages that **cannot read**
# what crosses.

# %% tags=["docassert"]
answers = [reopen(after).ask(text).split()[1] for text in (posted, changed)]
assert answers == ["302", "403"]
