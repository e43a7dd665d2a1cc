# %% [markdown]
# # Capstone: can you repair a whole site?
#
# You need 12 minutes for the first repair, and 60 more for all of it. At the end
# you can
#
# - find in a larger site what you found in a small one,
# - repair it with plain Django, one leak after the other,
# - show by a capture that it still works.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** >
# **CSRF check** > **HTTPS**
#
# You are here: after 6 of 6. Now you do it alone.
#
# A question from chapter 08: the view called compliant imports a decorator. What
# does the error report look like?
#
# <details><summary>Answer</summary>It has no stars. Nobody put the decorator
# above the view.</details>

# %% [markdown]
# ## The Hat Club
#
# The Hat Club remembers where each member's best hat is hidden. It has a login, a
# profile, and a page of JSON. Whoever forgot the password gets a link by mail.
# It works, and it leaks.
#
# Rosa and Emil are members. All that they type is made up; names in it belong to
# nobody here.

# %% [markdown]
# ## The login
#
# This is the view, and the form of its page:

# %%
import inspect

from labapp import check, hint, predict, quiz, remedy, visit
from labapp.lab.touring import tour
from labapp.site.hatclub import views
from labapp.site.hatclub.repair import source

print(inspect.getsource(views.LoginView))
page = source("registration/login.html")
print(page[page.index("<form") : page.index("</form>")])

# %% [markdown]
# ## Predict: Rosa's password
#
# Rosa logs in once. Who has her **password** then?

# %%
guess = predict(
    "the club's login", "listener", "log", "history", "database"
)
guess

# %% [markdown]
# `tour` is a longer visit. Rosa logs in, saves where her hat is hidden, and reads
# it back. Once she mistypes her password. Emil and some strangers try what they
# can. The back office is down once. Rosa logs out, forgets her password and gets
# a new one. Last, `other.test` sends forms in other people's names.

# %%
word = "Rex"  # from it the lab makes what Rosa types
found = tour(word)
print(found.told)

# %%
from labapp.observers import ask

places = {
    "listener": "wire_request_line",
    "log": "access_log",
    "history": "history",
    "database": "store_raw",
}
password = found.told.password
guess.beside(
    {row: ask(found.evidence, password, places[row]).seen for row in places}
)

# %% [markdown]
# Here is one packet of the capture, and one line of the log:

# %%
heard = [p for p in found.capture.packets if b"password=" in bytes(p)]
print(bytes(heard[0]["TCP"].payload).partition(b"\r\n")[0].decode())
for line in found.step("open").log:
    if "password=" in line.text:
        print(line.text)

# %% [markdown] tags=["claim"]
# The form sends GET, so the password stands in an **address**, and the log keeps
# it. The history does not: the answer was a redirect, and a browser keeps where
# that led. The database has a hash, and not the password.

# %% tags=["docassert"]
kept = ("access_log", "history", "store_raw")
seen = [ask(found.evidence, found.told.password, one).seen for one in kept]
assert seen == [True, False, False]

# %% [markdown]
# And this is what her history had after she had typed `fist` for `first`:

# %%
slip = found.step("wrong_password").memory.history
print(*[one for one in slip if "password=" in one])

# %% [markdown] tags=["claim"]
# A mistyped password brings no redirect, so its address stays in the history. It
# is nearly the password. Whoever reads it has few guesses to make.

# %% tags=["docassert"]
from urllib.parse import unquote_plus

urls = "\n".join(unquote_plus(one) for one in slip)
assert f"password={found.told.mistyped}\n" in urls

# %% [markdown]
# ## Exercise: repair the login
#
# Change the page, the view, or both. Django has a `LoginView` of its own: it
# takes a POST, wants a CSRF token, and uses the same page. Ours is
# `views.LoginView`.

# %% [markdown]
# `check` tours your club and the weak one. It asks:
#
# - No password stands in an address, a mistyped one neither, and the login takes
#   none from there.
# - No form on `other.test` logs Rosa in as somebody else: she would save her
#   secrets there.
# - All else works as before.

# %%
from django.contrib.auth.views import LoginView

### BEGIN START
my_login = views.LoginView
my_page = page
### END START
### BEGIN SOLUTION
my_login = LoginView
token = '<form method="post">{% csrf_token %}'
my_page = page.replace('<form method="get">', token)
### END SOLUTION
login_page = {"registration/login.html": my_page}

# %%
check("repair the login", login=my_login, templates=login_page)

# %% [markdown]
# What is left to do comes first. A click on a line with a triangle unfolds the
# rest. `hint("repair the login")` helps, in a cell of your own.
#
# Is the password safe now? `tour` shows all that was measured, with no grade.
# Look for the line of the listener.

# %%
tour(word, login=my_login, templates=login_page)

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("10", "your name")

# %% [markdown]
# ## Summary of the first repair
#
# - A password in an address is kept by the log of the server.
# - A form, a view and a token belong together. Two of the three are a broken
#   login.
# - One repair closes two lines. The others are still open.

# %% [markdown]
# ---
#
# **You may stop here. Below is the rest: 14 leaks more.**

# %% [markdown]
# ## Deeper: all that leaks
#
# This is the club as it was found. Each line that says OPEN shows where the
# secret was, or what was done. The features, which must go on working, are folded
# below.

# %%
found

# %% [markdown]
# ## Predict: HTTPS alone
#
# Let the visitors use `https://`, and change nothing else. How many of the 16
# lines close?

# %%
question = {"closed by HTTPS alone": "?"}
https_guess = predict(
    "HTTPS for the club", question, choices=(1, 5, 10, 16)
)
https_guess

# %%
sealed = tour(word, tls=True)
print(sealed.closed)
https_guess.beside(len(sealed.closed))

# %% [markdown] tags=["claim"]
# One: nobody listens any more while Rosa logs in and saves. Log, mail, disk and
# strangers are where they were. The link in the mail still says `http://`.

# %% tags=["docassert"]
assert sealed.closed == ["listener on the network"]
assert sealed.exposures["link_wire"].seen
assert not any(sealed.features.values())

# %% [markdown]
# ## The profile
#
# Five of the lines begin in this class alone. Which of its statements opens which
# line? Look at the table above.
#
# <details><summary>Answer</summary>The address of the redirect; the logger; the
# variable and the field, which no decorator hides in the report; the session,
# which waits in the cookie; and <code>draft</code>, which is the second member's,
# too.</details>

# %%
code = inspect.getsource(views)
print(*[one for one in code.splitlines() if one.startswith("draft")])
print(inspect.getsource(views.ProfileView))

# %% [markdown]
# `draft` stands at the top of the module. The page shows it to whoever has not
# saved anything yet. This is what Emil saw when he opened **his** profile for the
# first time:

# %%
first = found.step("second_visitor").answers_of("site.test")[-1]
form = first.body.decode().partition("</h1>")[2]
print(form[: form.index("</form>")])

# %% [markdown] tags=["claim"]
# It is where Rosa's hat is hidden. A name at the top of a module is the same for
# all who use the server. "On the server" is not yet "for one visitor".

# %% tags=["docassert"]
from html import unescape

emil = found.step("second_visitor").answers_of("site.test")[-1]
assert found.told.place in unescape(emil.body.decode())

# %% [markdown]
# Write a `post` of your own. Keep `back_office.notify()`: the back office still
# wants to hear of it, and a crash must still be reported. Decorators above the
# class are welcome, with `method_decorator(..., name="dispatch")`.

# %%
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office

# %%
### BEGIN SOLUTION
stars = sensitive_post_parameters("hiding_place")


@method_decorator([never_cache, stars], name="dispatch")
### END SOLUTION
class MyProfile(views.ProfileView):
    def post(self, request):
        ### BEGIN START
        return super().post(request)
        ### END START
        ### BEGIN SOLUTION
        back_office.notify()
        request.user.member.hiding_place = request.POST["hiding_place"]
        request.user.member.save()
        return redirect("profile")
        ### END SOLUTION


# %% [markdown]
# What did that close?

# %%
print(tour(word, profile=MyProfile).closed)

# %% [markdown]
# The page of the profile has a form, too. Does it carry what a CSRF check asks
# for?

# %%
profile_page = source("hatclub/profile.html")
print(profile_page[profile_page.index("<form") :])

# %%
### BEGIN START
my_profile_page = profile_page
### END START
### BEGIN SOLUTION
token = '<form method="post">{% csrf_token %}'
my_profile_page = profile_page.replace('<form method="post">', token)
### END SOLUTION

# %% [markdown]
# ## The JSON
#
# The profile has a link to the same field as JSON. Here are the view, and the
# link as Rosa's browser keeps it:

# %%
print(inspect.getsource(views.ApiView))
history = found.step("read_back").memory.history
print([one for one in history if "/api/" in one])

# %% [markdown] tags=["claim"]
# The key in the address is a password that never changes. Whoever reads the log
# or the history opens this page, without a cookie and from everywhere. A
# stranger with the address did just that.

# %% tags=["docassert"]
stolen = found.exposures["address_replay"]
assert stolen.seen
assert stolen.sightings[0].where == "page of /api/hat"

# %% [markdown]
# Write a view that answers its owner alone. `request.user` is whoever is logged
# in. `login_required` is a decorator that sends all others to the login. Which
# header tells a browser to keep nothing?

# %%
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse


# %%
### BEGIN SOLUTION
@method_decorator([never_cache, login_required], name="dispatch")
### END SOLUTION
class MyApi(views.ApiView):
    def get(self, request):
        ### BEGIN START
        return super().get(request)
        ### END START
        ### BEGIN SOLUTION
        place = request.user.member.hiding_place
        return JsonResponse({"hiding_place": place})
        ### END SOLUTION


# %% [markdown]
# Together with your profile, this closes one line more:

# %%
print(tour(word, profile=MyProfile, api=MyApi).closed)

# %% [markdown]
# ## A new password by mail
#
# Rosa asked for a new password. Here is her mail, and what the pictures' host was
# told when she had opened the link:

# %%
print("The mail:", found.step("reset_asked").reports[0].text, sep="\n")
for line in found.step("reset").log:
    if line.host == "images.test":
        print("Referer, in the log of images.test:", line.referer, sep="\n")

# %%
print(inspect.getsource(views.PasswordResetConfirmView))

# %% [markdown] tags=["claim"]
# The token is in the address of a page with a picture. This site's
# `Referrer-Policy` tells the whole address to the picture's host. And the link
# works twice: after Rosa, somebody else set a password with it, logged in, and
# read where the hat is.

# %% tags=["docassert"]
leaks = ("link_referer", "link_again")
assert all(found.exposures[key].seen for key in leaks)
assert found.features["reset"] == ""

# %% [markdown]
# Django has two views for this: `PasswordResetView`, and
# `PasswordResetConfirmView`, which leads on to an address without the token. They
# use the club's pages. They also fill in `{{ protocol }}` in the mail. How does
# the address in ours begin?

# %%
from django.contrib.auth.views import (
    PasswordResetConfirmView,
    PasswordResetView,
)

mail = source("registration/password_reset_email.html")
print(mail)

# %%
### BEGIN START
my_reset = views.PasswordResetView
my_confirm = views.PasswordResetConfirmView
my_mail = mail
### END START
### BEGIN SOLUTION
my_reset = PasswordResetView
my_confirm = PasswordResetConfirmView
my_mail = mail.replace("http://", "{{ protocol }}://")
### END SOLUTION

# %%
reset = {"password_reset": my_reset, "password_reset_confirm": my_confirm}
print(tour(word, **reset).closed)

# %% [markdown]
# ## The settings
#
# This is what the club sets. Its hasher is quick on purpose: a tour has many
# logins. On a real site a slow one protects stolen hashes, so Django's default
# is right there.

# %%
from labapp.site.hatclub import settings

print(inspect.getsource(settings))

# %% [markdown]
# Where is the session kept? What is missing among the middleware? Which cookies
# may cross without encryption? Yours are added to these; of `MIDDLEWARE` you
# list what comes in addition.

# %%
### BEGIN START
my_settings = {"MIDDLEWARE": []}
with_https = False
### END START
### BEGIN SOLUTION
my_settings = {
    "MIDDLEWARE": ["django.middleware.csrf.CsrfViewMiddleware"],
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}
with_https = True
### END SOLUTION

# %% [markdown]
# ## Exercise: repair the site
#
# All together. Go through it in any order: change one cell above, run the two
# cells below, and look at what is left. A line closes only if the weak club was
# found there in the same check.

# %% [markdown]
# Strangers also try what the weak club did not offer: an address that names a
# member, and forms sent by GET. They come back 13 days later with an old link.
# They do not open files that your view writes.

# %%
repair = {
    "login": my_login,
    "profile": MyProfile,
    "api": MyApi,
    "password_reset": my_reset,
    "password_reset_confirm": my_confirm,
    "settings": my_settings,
    "tls": with_https,
}

# %%
repair["templates"] = {
    "registration/login.html": my_page,
    "hatclub/profile.html": my_profile_page,
    "registration/password_reset_email.html": my_mail,
}
check("repair the site", **repair)

# %% [markdown]
# `hint("repair the site")` helps. `tour(word, **repair)` makes the same tour
# without a grade; `.step("submit").capture.packets` has the packets of one step.
# Each check tells the members other words; with `seed="Rex"` they are the same
# each time.

# %% [markdown] tags=["claim"]
# ## What no repair here fixes
#
# The database has the hiding place as it is: whoever copies the file reads it.
# The server needs it, to show it to Rosa. To encrypt it would only help if the
# key were kept elsewhere.

# %% tags=["docassert"]
assert ask(found.evidence, found.told.place, "store_raw").seen

# %% [markdown]
# ## To look up
#
# - Django:
#   [Using the authentication system](https://docs.djangoproject.com/en/5.2/topics/auth/default/),
#   [Deployment checklist](https://docs.djangoproject.com/en/5.2/howto/deployment/checklist/).
# - [CWE-598](https://cwe.mitre.org/data/definitions/598.html): a secret in an
#   address. [CWE-640](https://cwe.mitre.org/data/definitions/640.html): a weak
#   way to a new password.
#   [CWE-488](https://cwe.mitre.org/data/definitions/488.html): one visitor's
#   data shown to another.

# %% [markdown]
# ## Summary
#
# - A larger site leaks in the same places as a small one: address, log, report,
#   disk, cookie, link.
# - Much is ready in Django. Form, view, setting and address must fit together.
# - A repair is done when nothing is found, the control is, and all still works.

# %% [markdown]
# ---
#
# **The repair ends here. You may go on to the second half: read a capture.**

# %% [markdown]
# ## Read: a case without labels
#
# The other way round. Somebody made a visit, and the site had some of the six
# remediations, or all, or none. You have a capture and an access log. Say which
# were applied.
#
# The case is your own: put in your name.

# %%
from labapp.lab import case_of, open_case

case = open_case("your name")
case

# %% [markdown]
# ## Predict: what can the log tell?
#
# Take the log alone, without the capture. Which of the six can somebody tell
# from it, in every combination?

# %%
question = {one.label: "?" for one in remedy.SIX}
log_tells = predict("told by the log alone", question)
log_tells

# %% [markdown]
# ## Look
#
# Line by line: the method, the address, the status, the size, and where the
# visitor came from. Then what a listener has:

# %%
print(case.crossed)

# %% [markdown] tags=["claim"]
# ## Compare
#
# `case_of` makes a case that you know, with the same words. The same
# remediations leave the same lines, but for the clock and chance. So what
# differs comes from the remediations.

# %% tags=["docassert"]
pair = [case_of(case.secret, remedy.post).trace for _ in range(2)]
assert pair[0] == pair[1]
assert pair[0] != case_of(case.secret).trace

# %%
mine = case_of(case.secret, remedy.post, remedy.session)
for line in mine.log:
    print(line.text)

# %% [markdown]
# `case.trace` and `mine.trace` have the lines that are compared, in two parts:
# `.log` and `.wire`. Where these are encrypted, compare the numbers of bytes.
#
# ## Exercise: read the case
#
# Name the remediations that were applied. `[]` stands for none.

# %%
### BEGIN START
applied = ...  # a list in place of the dots
### END START
### BEGIN SOLUTION
from labapp.lab.map import all_combinations

for some in all_combinations():
    if case_of(case.secret, *some).trace == case.trace:
        applied = list(some)
### END SOLUTION
check("read the case", case, applied)

# %% [markdown]
# `hint("read the case")` helps, in a cell of your own.
#
# ## What the log could tell
#
# The next cell makes all 64 cases with your words. For each remediation: is the
# log always another one with it?

# %%
from labapp.lab.case import traces

every = traces(case.secret)
told = {}
for one in remedy.SIX:
    with_it = [some for some in every if one in some]
    without = [tuple(x for x in some if x is not one) for some in with_it]
    pairs = zip(with_it, without, strict=True)
    told[one.label] = all(every[a].log != every[b].log for a, b in pairs)
log_tells.beside(told)

# %%
print(len({x.log for x in every.values()}), "different logs")
print(len({x.wire for x in every.values()}), "different captures")

# %% [markdown] tags=["claim"]
# The log alone tells five of the six, also where HTTPS is on. So does the
# capture alone: where it is encrypted, by its sizes. The stars are in neither.
# So 64 combinations leave 32 logs.

# %% tags=["docassert"]
assert [x for x in remedy.SIX if not told[x.label]] == [remedy.mask_reports]
assert len({x.log for x in every.values()}) == 32
assert len({x.wire for x in every.values()}) == 32

# %% [markdown]
# ## What would have decided
#
# An error report, if the form uses POST:

# %%
clear = visit(case.secret, remedy.post)
starred = visit(case.secret, remedy.post, remedy.mask_reports)
for one in (clear, starred):
    print(one.title, "-", one.findings["report_text"])

# %% [markdown] tags=["claim"]
# With POST, the stars are in the report. Without POST they change nothing that
# this lab can see. So "which?" has an answer only if you say what you look at.

# %% tags=["docassert"]
assert [x.seen["report_text"] for x in (clear, starred)] == [True, False]
idle = visit(case.secret, remedy.mask_reports)
assert idle.seen == visit(case.secret).seen

# %% [markdown]
# ## Quiz
#
# Each answer is answered, with a line from these visits.

# %%
all_six = visit(case.secret, *remedy.SIX)
quiz("10", clear, starred, all_six)

# %% [markdown]
# ## To look up
#
# - [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110): what each header says.
# - [Combined log format](https://httpd.apache.org/docs/2.4/logs.html#combined):
#   what each field of a log line is.

# %% [markdown]
# ## Summary of the second half
#
# - A log says method, address, status and size, encrypted or not.
# - Without the key a capture still has names and sizes. These tell as much.
# - "It fits" is not "it is so": name the other answers that fit as well.
