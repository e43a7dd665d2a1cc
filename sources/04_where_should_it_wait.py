# %% [markdown]
# # Where should it wait?
#
# You need 22 minutes. At the end you can
#
# - say what a redirect does to a secret, and what it does not,
# - let a value wait on the server, for one visitor only,
# - use a cookie of your own capture, as a listener could.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** > CSRF check >
# HTTPS
#
# You are here: 4 of 6. This chapter applies two.
#
# A question from chapter 02: the form changes from GET to POST. Who loses your
# words, and who does not?
#
# <details><summary>Answer</summary>The server log and the history lose them.
# The listener reads them in the body.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit

secret = "Rosa keeps three keys"  # type nothing true
before = visit(secret, remedy.post, remedy.mask_reports)
before

# %% [markdown]
# ## The visitor presses reload
#
# The page with your words is the answer to a POST. What does the browser do if
# the visitor presses reload there?

# %%
before.step("reload").answers_of("site.test")

# %% [markdown] tags=["claim"]
# It sends the form again, with your words. A shop would sell twice. So views
# often answer a POST with a **redirect**: "look at this other address". The
# other page opens with GET, and reload does no harm.

# %% tags=["docassert"]
assert before.seen["reload_resubmits"]
assert before.step("reload").answers_of("site.test")[0].method == "POST"

# %% [markdown]
# ## The redirect alone
#
# Our redirect leads to `/secure_page`, which shows your words. Nothing keeps
# them on the server yet, so the redirect has to carry them. Think of the server
# log. Does that make it better, worse, or is it the same? Decide before you go
# on.

# %%
moved = visit(secret, remedy.post, remedy.mask_reports, remedy.redirect)
print(before.diff(moved))

# %% [markdown]
# ## A new address
#
# On the left the visit without the redirect, on the right the visit with it.

# %%
from labapp.figures import before_after

before_after(before, moved)

# %% [markdown] tags=["claim"]
# The answer to the form has a header `Location`: this is the redirect. It
# carries your words. The browser follows, and writes them into the first line
# of its next request. They crossed in the body before, and they still do.

# %% tags=["docassert"]
assert not before.seen["wire_request_line"]
assert moved.seen["wire_request_line"]
assert moved.seen["wire_request_body"]

# %% [markdown]
# And the server log, the last address in the history, and a reload:

# %%
before_after(before, moved, what="log")

# %%
print(moved.step("submit").memory.history[-1])
print(*moved.step("reload").answers_of("site.test"))

# %% [markdown] tags=["claim"]
# It is worse. POST had closed the log and the history. The redirect opens both
# again. The server wrote this address, not the visitor. It is logged and kept
# all the same.

# %% tags=["docassert"]
opened = {"wire_request_line", "access_log", "history"}
assert not any(before.seen[place] for place in opened)
assert all(moved.seen[place] for place in opened)

# %% [markdown] tags=["claim"]
# The redirect did what it is made for: a reload is a GET now, and does not send
# the form again. It was never made to hide anything.

# %% tags=["docassert"]
assert before.seen["reload_resubmits"]
assert not moved.seen["reload_resubmits"]

# %% [markdown]
# ## A place on the server
#
# A **session** is a place on the server for one visitor. Django keeps it as a
# row in a database. The browser gets a **cookie** with the number of this row,
# a long random word: the **session id**. It sends the cookie back with each
# request. Your words can stay in the row.

# %% [markdown]
# ## Predict: the session
#
# Now the view puts your words into the session, and the redirect carries
# nothing. Who still gets them?

# %%
guess = predict("with the session", "log", "listener", "cookie", "database")
guess

# %%
with_session = remedy.SIX[:4]  # POST, stars, redirect, session
after = visit(secret, *with_session)
print(moved.diff(after))

# %%
before_after(moved, after)

# %% [markdown] tags=["claim"]
# The address is clean again, so the log and the history are, too. The body and
# the last page still have your words: nothing here encrypts. And something new
# crosses, in both directions: `sessionid`.

# %% tags=["docassert"]
assert not any(after.seen[place] for place in opened)
assert after.seen["wire_request_body"]
assert after.seen["wire_response"]

# %% [markdown]
# ## The fix gave away the key
#
# Now you are not the visitor. You are the listener, and all you have is the
# capture. Search its bytes for the cookie:

# %%
import re


def heard(made):
    wire = b"".join(bytes(p["TCP"].payload) for p in made.capture.packets)
    return re.search(rb"sessionid=[^;\s]+", wire)[0].decode()


cookie = heard(after)
cookie

# %% [markdown]
# This request is written by hand. It is a GET for the secure page. It brings no
# password and no word of the visitor's. It brings the cookie.

# %%
request = f"""
GET /secure_page HTTP/1.1
Host: site.test
Cookie: {cookie}
"""

# %% [markdown]
# `reopen(after)` is the site as the visitor left it, with its database. `ask`
# sends the request over a socket, and returns all that comes back. What will
# it be?

# %%
from labapp.lab import reopen

site = reopen(after)
page = site.ask(request)
print(page)

# %% [markdown] tags=["claim"]
# This is the visitor's page, with the visitor's words. They were not in the
# request. For the server, **who brings the cookie is the visitor**. The fix took
# the words out of the address. It put a key to them on the wire.

# %% tags=["docassert"]
from html import unescape

one = re.sub(r"sessionid=\S+", heard(after), request)
assert secret in unescape(reopen(after).ask(one))

# %% [markdown]
# Is it really the cookie that opens the page? The control: the same request
# with a cookie that nobody was given.

# %%
another = request.replace(cookie, "sessionid=" + "0" * 32)
print(site.ask(another).partition("</h1>")[2])

# %% [markdown] tags=["claim"]
# "There is nothing here yet." The page opens for everybody, and shows nothing
# to somebody with another cookie. A listener does not have to guess the cookie.

# %% tags=["docassert"]
stranger = site.ask(re.sub(r"sessionid=\S+", "sessionid=0", request))
assert secret not in unescape(stranger)
assert "There is nothing here yet." in stranger

# %% [markdown]
# The lab does the same in each visit, with every cookie that crossed in the
# clear. What came of it is in the row "listens and reuses the cookie":

# %%
guess.beside(after)

# %% [markdown]
# ## Is the cookie not protected?
#
# This is how the browser keeps it:

# %%
cookies = after.step("read_back").memory.cookies
[kept] = [one for one in cookies if one.name == "sessionid"]
kept

# %% [markdown] tags=["claim"]
# `http_only`: no script of a page can read it. `same_site="Lax"`: if another site
# sends a form by POST, the browser adds no cookie; if it has a link, the browser
# does. Both are Django's defaults. But `secure` is not, so the cookie crosses
# without encryption. The first two do not hinder a listener.

# %% tags=["docassert"]
from labapp.checks.citation import cookies_sent as sent

assert (kept.http_only, kept.same_site, kept.secure) == (True, "Lax", False)
assert "GET /secure_page with a cookie" in sent(after, "http_link")

# %% [markdown]
# ## The map so far

# %%
from labapp.figures import exposure_map

first = visit(secret), visit(secret, remedy.post)
exposure_map(*first, before, moved, after)

# %% [markdown] tags=["claim"]
# Look for bars that **open**. The redirect opens two again, the history and the
# log; the session closes both. And the session opens two windows of its own:
# the reused cookie, and the row in the database. (The row of the old `http://`
# link is for chapter 06.)

# %% tags=["docassert"]
more = [p for p, seen in after.seen.items() if seen and not before.seen[p]]
expected = "cookie_replay store_decoded forgery_changed_session"
assert more == expected.split()

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - The listener: body, page, and now the cookie. HTTPS comes in chapter 06.
# - Whoever copies the database gets the row: see Deeper.
# - A stranger can submit in your name. Their form comes without your cookie, but
#   the site begins a new session for it, and your browser takes that one:
#   chapter 05.

# %% tags=["docassert"]
assert all(after.seen[x] for x in ("wire_request_body", "store_decoded"))
new = "POST /sensitive without a cookie: status 302, a new cookie"
assert new in sent(after, "forgery")

# %% [markdown]
# ## Exercise: keep it on the server
#
# This view redirects with the value in the address. The secure page looks for
# it in the session, under `"sensitive_info"`. Change the view, so that only its
# visitor gets the value back.
#
# `check` makes a visit, listens, reads log and history, and lets a **second
# visitor** in.

# %%
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office


# %%
stars = sensitive_post_parameters("sensitive_info")


@method_decorator(stars, name="dispatch")
class MyView(View):
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        ### BEGIN START
        query = urlencode({"sensitive_info": sensitive_info})
        return redirect("/secure_page?" + query)
        ### END START
        ### BEGIN SOLUTION
        request.session["sensitive_info"] = sensitive_info
        return redirect("/secure_page")
        ### END SOLUTION


# %%
check("keep it on the server", MyView)

# %% [markdown]
# `hint("keep it on the server")` helps, in a cell of your own. Is it hard to
# begin? Below the ruled line, "Deeper: order the lines" has all the lines you
# need.

# %% [markdown]
# ## Quiz

# %%
quiz("04", before, moved, after)

# %% [markdown]
# ## To look up
#
# - [CWE-598](https://cwe.mitre.org/data/definitions/598.html): a secret in an
#   address. [CWE-614](https://cwe.mitre.org/data/definitions/614.html): a
#   cookie without `Secure`.
#   [CWE-319](https://cwe.mitre.org/data/definitions/319.html): what crosses in
#   the clear.
# - Django:
#   [How to use sessions](https://docs.djangoproject.com/en/5.2/topics/http/sessions/),
#   with its section "Session security".

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("04", "your name")

# %% [markdown]
# ## Summary
#
# - A redirect stops the second submit. A value in it is in the log, in the
#   history and in a first line again.
# - A session keeps the value on the server, for one visitor. Log and history
#   close.
# - Whoever has the cookie is the visitor. You opened the page with a cookie
#   that you only heard.

# %% [markdown]
# ---
#
# **You may go on to [Who else can submit?](05_who_else_can_submit.ipynb)
# here.**

# %% [markdown]
# ## Deeper: order the lines
#
# The same exercise, for those who like to begin with lines to choose from.

# %%
check("order the lines")

# %%
### BEGIN START
order = "ABC"
### END START
### BEGIN SOLUTION
order = "EDBA"
### END SOLUTION
check("order the lines", order)

# %% [markdown]
# ## Deeper: the row, without the key
#
# Django signs what it writes into a session, with the site's `SECRET_KEY`.
# Somebody copies the database file and does not have this key. Are your words
# in the file, as they are? Can the row be read?

# %%
row_guess = predict("a signed row, no key", "stored_bytes", "stored_row")
row_guess

# %%
print(secret.encode() in after.step("read_back").database)

# %%
import sqlite3

copy = sqlite3.connect(":memory:")
copy.deserialize(after.step("read_back").database)
every = copy.execute("SELECT session_data FROM django_session")
rows = [row for (row,) in every]
rows

# %% [markdown]
# Each row has three parts, with `:` between them: data, time, signature. The
# data is base64. A dot at its beginning would mean "compressed". Three lines
# undo this:

# %%
import base64
import json
import zlib


def unpacked(text):
    head = text.partition(":")[0]
    data = base64.urlsafe_b64decode(head.lstrip(".") + "==")
    return json.loads(zlib.decompress(data) if head[0] == "." else data)


[unpacked(row) for row in rows]

# %%
row_guess.beside(after)

# %% [markdown] tags=["claim"]
# No key was needed. (The other rows are the lab's own, with its control text.) A
# signature shows that nobody **changed** the data. It does not stop anybody who
# reads. And the search for the plain bytes found nothing: "I searched for it"
# is no proof that a secret is not there.

# %% tags=["docassert"]
own = [one for one in map(unpacked, rows) if "control" not in one]
stored = [after.seen[x] for x in ("store_raw", "store_decoded")]
assert (own, stored) == ([{"sensitive_info": secret}], [False, True])

# %% [markdown]
# ## Deeper: a session in the cookie
#
# Django can keep the whole session in the cookie, signed, and nothing on the
# server. It is one setting. Does the signature hide your words there?

# %%
backends = "django.contrib.sessions.backends"
in_cookie = {"SESSION_ENGINE": f"{backends}.signed_cookies"}
signed = visit(secret, *with_session, settings=in_cookie)
unpacked(heard(signed).removeprefix("sessionid="))

# %% [markdown] tags=["claim"]
# The cookie **is** the row. Now your words cross with each request, and wait on
# the visitor's disk. The database has no row. A listener does not even have to
# use the cookie: reading it is enough.

# %% tags=["docassert"]
places = ("cookie_jar", "wire_request_headers", "store_decoded")
assert [signed.seen[place] for place in places] == [True, True, False]
assert [after.seen[place] for place in places] == [False, False, True]

# %% [markdown]
# `check` sees it, too. When your exercise is done, try this in a cell of your
# own:
#
# ```
# check("keep it on the server", MyView, settings=in_cookie)
# ```

# %% [markdown]
# ## Deeper: after logout
#
# The visitor logs out. Django's `logout()` calls `flush()`, which empties the
# session and deletes its row. The listener still has the cookie. Here is a
# secure page that can do it:

# %%
from django.http import HttpResponse


class Page(View):
    def get(self, request):
        if "bye" in request.GET:
            request.session.flush()
        told = request.session.get(
            "sensitive_info", "There is nothing here."
        )
        return HttpResponse(told)


# %% [markdown]
# The visitor opens the page, says goodbye, and then the listener comes. All
# three requests bring the same old cookie.


# %%
def with_old_cookie(made):
    site, text = (
        reopen(made),
        "GET /secure_page{} HTTP/1.1\nHost: site.test\n",
    )
    for query in ("", "?bye", ""):
        answer = site.ask(text.format(query) + f"Cookie: {heard(made)}\n")
        yield answer.splitlines()[-1]


in_row = visit(secret, *with_session, secure_page=Page)
list(with_old_cookie(in_row))

# %%
with_visitor = visit(
    secret, *with_session, secure_page=Page, settings=in_cookie
)
list(with_old_cookie(with_visitor))

# %% [markdown] tags=["claim"]
# With a row, logout works: the row is gone, and the cookie opens nothing. With
# the session in the cookie there is nothing to delete. The visitor's browser
# forgets it. The listener's copy opens the page, as before.

# %% tags=["docassert"]
nothing = "There is nothing here."
assert list(with_old_cookie(in_row)) == [secret, nothing, nothing]
assert list(with_old_cookie(with_visitor)) == [secret, nothing, secret]
