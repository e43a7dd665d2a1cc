# %% [markdown]
# # Who else can submit?
#
# You need 13 minutes. At the end you can
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
# stranger's words there. The stranger read nothing. But they **acted**, by the
# hand of the visitor's browser.

# %% tags=["docassert"]
assert before.seen["forgery_accepted"]
assert before.seen["forgery_changed_session"]

# %% [markdown]
# ## In whose session?
#
# Could a stranger change the visitor's password like this? Look which of the
# requests had the visitor's cookie:

# %%
from labapp.checks.citation import cookies_sent


def session_ids(one):
    steps = [one.step(name) for name in ("http_link", "forgery")]
    kept = [cookie for step in steps for cookie in step.memory.cookies]
    return [each.value for each in kept if each.name == "sessionid"]


print(cookies_sent(before, "forgery"))
print("before and after it:", *session_ids(before))

# %% [markdown] tags=["claim"]
# The form came **without** it. Django marks the session cookie `SameSite=Lax`,
# so a browser sends it with no POST of another site. The site opened a new
# session, and the browser now has **its** cookie: the sessions were swapped
# ("login CSRF"). And the visitor's own row in the database?

# %% tags=["docassert"]
lines = cookies_sent(before, "forgery").splitlines()
assert "POST /sensitive without a cookie: status 302, a new" in lines[1]
assert len(set(session_ids(before))) == 2

# %%
from labapp.observers.machine import rows

ask = "SELECT session_key, session_data FROM django_session"
steps = [before.step(name) for name in ("http_link", "forgery")]
old, new = (set(rows(step.database, ask)) for step in steps)
print("changed or gone:", len(old - new), "new:", len(new - old))

# %% [markdown] tags=["claim"]
# It is as it was. To change a password by POST, a stranger needs the visitor's
# **own** session. Django's default keeps that out of reach. Not so by GET: a
# browser sends a Lax cookie with a link, or a form by GET, of another site.

# %% tags=["docassert"]
assert (session_ids(before)[0] in dict(old), old < new) == (True, True)
by_get = cookies_sent(visit(secret, *four[2:]), "forgery").splitlines()
assert " with a cookie: " in by_get[1]

# %% [markdown]
# Some sites switch this off, because a site of somebody else shows them or
# posts to them. The same visit, and Django does not write SameSite:

# %%
off = {"SESSION_COOKIE_SAMESITE": False}
unmarked = visit(secret, *four, settings=off)
print(cookies_sent(unmarked, "forgery"))
print("before and after it:", *session_ids(unmarked))

# %% [markdown] tags=["claim"]
# Now the form came **with** the cookie, and changed the visitor's own session.
# Think of a new password, or of money. (Without a mark, Chromium does this in a
# cookie's first two minutes, and this one is young. Others may do it always.
# `SameSite=None` is in Deeper.)

# %% tags=["docassert"]
lines = cookies_sent(unmarked, "forgery").splitlines()
assert "POST /sensitive with a cookie: status 302" in lines[1]
assert len(set(session_ids(unmarked))) == 1

# %% [markdown] tags=["claim"]
# ## Django's check
#
# The site puts a random word into its own form: the **token**. The visitor's
# browser gets a cookie that belongs to it. The stranger's form has no token. A
# middleware compares the two when a form comes in. If they do not fit, it
# answers 403 in the place of the view.

# %% tags=["docassert"]
tried = visit(secret, *four, remedy.csrf).step("forgery").answers
has = [b"csrfmiddlewaretoken" in one.body + one.sent for one in tried]
assert [has[0], has[-1], tried[-1].status] == [True, False, 403]

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


check("refuse the stranger", MyView, form=my_form)

# %% [markdown]
# `hint("refuse the stranger")` helps, in a cell of your own. After a change in
# `my_form`, run its cell, and then the one with the view. A setting comes as
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
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("05", "your name")

# %% [markdown]
# ## Summary
#
# - A page of another site can submit a form in the visitor's name: the browser
#   does it. SameSite keeps the visitor's session out of it, and refuses no form.
# - The check needs a method that is checked, such as POST, and a token in the
#   site's own form.
# - The check hides nothing. A listener reads as much as before.

# %% [markdown]
# ---
#
# **You may go on to
# [What does HTTPS hide?](06_what_does_https_hide.ipynb) here.**

# %% [markdown]
# ## Deeper: the marks of SameSite
#
# Lax kept the cookie back, and the form was taken all the same. `Strict` keeps
# it back from links as well. Does it refuse the form? And does a cookie belong
# to one **port** of a host?

# %%
strict_stops, port = (
    "Strict refuses the form",
    "a cookie belongs to one port",
)
site_guess = predict("without the check", {strict_stops: "?", port: "?"})
site_guess

# %% [markdown]
# This is the forged request under Lax, as it crossed. Is there a line `Cookie:`?

# %%
packets = before.step("forgery").capture.packets
sent = [bytes(packet["TCP"].payload) for packet in packets]
[forged] = [one for one in sent if one.startswith(b"POST /sensitive")]
print(forged.decode())

# %%
by_strict = {"SESSION_COOKIE_SAMESITE": "Strict"}
strict = visit(secret, *four, settings=by_strict)
print(cookies_sent(strict, "forgery"))
print("before and after it:", *session_ids(strict))

# %% [markdown] tags=["claim"]
# The same as Lax here: the form is accepted, without the cookie, and sessions
# are swapped. SameSite keeps a cookie back. It refuses no form.

# %% tags=["docassert"]
assert b"\r\nCookie:" not in forged
assert "POST /sensitive without a" in cookies_sent(strict, "forgery")
assert len(set(session_ids(strict))) == 2

# %% [markdown]
# `SameSite=None` says: send it from everywhere. Browsers take that over HTTPS
# only, with `Secure`. So here is HTTPS, still without the check:

# %%
everywhere = {
    "SESSION_COOKIE_SAMESITE": "None",
    "SESSION_COOKIE_SECURE": True,
}
none = visit(secret, *four, remedy.https, settings=everywhere)
print("accepted:", none.seen["forgery_accepted"])
print("before and after it:", *session_ids(none))

# %% [markdown] tags=["claim"]
# One session, before and after: the visitor's own, with the stranger's words.
# A site that needs `None` needs the check.

# %% tags=["docassert"]
before_it, after_it = session_ids(none)
assert before_it == after_it
assert none.seen["forgery_changed_session"]

# %% [markdown]
# ## Deeper: ports are not sites
#
# A cookie of `127.0.0.1`, port 8000. This is no visit and no browser: it asks
# the cookie jar of the lab's own browser, which tests compare with Chromium. A
# form on each of these pages posts to port 8000. Which one brings the cookie?

# %%
from labapp.browser.cookies import CookieJar
from labapp.browser.request import Request

ours, jar = "http://127.0.0.1:8000/", CookieJar()
jar.store(ours, "sessionid=abc; SameSite=Lax")
pages = ("http://127.0.0.1:9999/", "http://localhost:9999/")
for page in pages:
    form = Request(ours, "POST", initiator=page)
    print(page, "brings:", jar.header(ours, form.context) or "nothing")

# %%
elsewhere = jar.header("http://127.0.0.1:9999/")
refused = not strict.seen["forgery_accepted"]
site_guess.beside({strict_stops: refused, port: elsewhere == ""})

# %% [markdown] tags=["claim"]
# Two rules, by this jar. For SameSite a port makes no other site: Lax lets the
# form of port 9999 through. And a cookie's own scope has no port
# ([RFC 6265, 8.5](https://www.rfc-editor.org/rfc/rfc6265#section-8.5)): a page
# you open on port 9999 gets it, too. Two projects on one development machine
# share their cookies.

# %% tags=["docassert"]
forms = [Request(ours, "POST", initiator=page).context for page in pages]
sent = [jar.header(ours, form) for form in forms]
assert [*sent, elsewhere] == ["sessionid=abc", "", "sessionid=abc"]

# %% [markdown]
# ## Deeper: the token does not stop a listener
#
# A listener has two requests of the visitor, from the capture: the form with
# its token, and a page that was asked for with the session's cookie.

# %%
tapped = after  # what the listener has is of this visit
wire = [bytes(packet["TCP"].payload) for packet in tapped.capture.packets]
texts = [one.decode() for one in wire if one.startswith((b"GET", b"POST"))]
[posted] = [text for text in texts if text.startswith("POST /sensitive")]
asked = next(text for text in texts if "sessionid=" in text)
[cookies] = [x for x in asked.split("\r\n") if x.startswith("Cookie:")]
print(cookies)

# %% [markdown]
# The listener puts them together, changes the words, and sends that. Then they
# look at the visitor's page:

# %%
import re

from labapp.lab import reopen


def submit(site, words, token=r"\g<0>"):
    head, body = posted.split("\r\n\r\n")
    body = re.sub(r"(?<=sensitive_info=)[^&]*", words, body)
    body = re.sub(r"(?<=csrfmiddlewaretoken=)\w+", token, body)
    head = re.sub(r"Cookie: .*(?=\r)", cookies, head)
    head = re.sub(r"(?<=Content-Length: )\d+", str(len(body)), head)
    return site.ask(f"{head}\r\n\r\n{body}").splitlines()[0]


# %%
def visitors_page(site):
    page = site.ask(
        f"GET /secure_page HTTP/1.1\nHost: site.test\n{cookies}"
    )
    return page.partition("<h1>")[2].partition("<p><a")[0]


site = reopen(tapped)
print(visitors_page(site))
print(submit(site, "The+listener+was+here"))
changed = visitors_page(site)
print(changed)

# %% [markdown]
# The control is the same with a token that the site never made:

# %%
other = reopen(tapped)
print(submit(other, "The+listener+was+here", token="a" * 64))
kept = visitors_page(other)
print(kept)

# %% [markdown] tags=["claim"]
# The listener's words stand on the **visitor's** page. With another token they
# do not. So the check did look, and was satisfied: it protects against pages
# that **cannot read** what crosses, and against nobody in the middle.

# %% tags=["docassert"]
assert "The listener was here" in changed
assert kept == visitors_page(reopen(tapped))
assert kept != changed
