# %% [markdown]
# # What does POST change?
#
# You need 14 minutes. At the end you can
#
# - say where POST puts the fields of a form,
# - name who loses sight of them, and who does not,
# - move a form and its view to POST.

# %% [markdown]
# **nothing** > **POST** > stars > redirect > session > CSRF check > HTTPS
#
# You are here: 1 of 6.
#
# A question from chapter 00: with HTTPS on, who still had your words?
#
# <details><summary>Answer</summary>Those who read the server log, the browser
# history or the error e-mail. HTTPS protects words on their way
# only.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit

secret = "Ida hides the biscuits"  # type nothing true
before = visit(secret)
before

# %% [markdown] tags=["claim"]
# This is where chapter 01 ended. The form uses **GET**: your words are in the
# address, in the first line of the request.

# %% tags=["docassert"]
assert before.seen["wire_request_line"]
assert not before.seen["wire_request_body"]

# %% [markdown]
# ## Predict
#
# Now the form uses POST, and the view reads it. Nothing else changes. Who has
# your words then? Choose for each row. You get no grade.
#
# You can also write your answers into the cell: `listener="yes"`, or, if you
# are sure, `log="no, sure"`.

# %%
guess = predict("after POST", "listener", "log", "history")
guess

# %% [markdown]
# ## The change
#
# `remedy.post` changes the view and the page with the form. Lines with `-` were
# there before, lines with `+` are new.

# %%
after = visit(secret, remedy.post)
print(before.diff(after))

# %%
guess.beside(after)

# %% [markdown]
# ## The same bytes in another place
#
# Here is what a listener reads, before and after. The boxes mark your words.

# %%
from labapp.figures import before_after

before_after(before, after)

# %% [markdown] tags=["claim"]
# Your words moved from the first line into the **body**, the part after the
# headers. They are written there with the very same bytes. And the page that
# comes back shows them, as before. So "we use POST, nobody can read it" is not
# true.

# %% tags=["docassert"]
line = before.findings["wire_request_line"].sightings[0].found
body = after.findings["wire_request_body"].sightings[0].found
assert (body, after.seen["wire_response"]) == (line, True)

# %% [markdown]
# ## The log
#
# What is POST good for, then? Look at the server log: one visit with GET, one
# with POST.

# %%
before_after(before, after, what="log")

# %% [markdown] tags=["claim"]
# This log keeps the first line of each request and two headers, `Referer` and
# `User-Agent`. It does not keep the body. So after POST your words are not in
# the log.

# %% tags=["docassert"]
assert before.seen["access_log"]
assert after.seen["access_log"] is False
assert '/" "LabBrowser/1.0' in after.log[-1].text

# %% [markdown]
# A browser keeps addresses, too. This is the last one in each history:

# %%
for made in (before, after):
    print(made.step("submit").memory.history[-1])

# %% [markdown] tags=["claim"]
# The address is clean, and so is the history. An address is made to be kept and
# shared. A secret should never be in one.

# %% tags=["docassert"]
assert before.seen["history"]
assert after.seen["history"] is False

# %% [markdown]
# ## The map so far

# %%
from labapp.figures import exposure_map

exposure_map(before, after)

# %% [markdown] tags=["claim"]
# Two windows close: the history and the server log. None of the others moved.
# The listener has your words as before.

# %% tags=["docassert"]
was, now = before.seen, after.seen
moved = {one for one in now if now[one] != was[one] and "wire" not in one}
assert moved == {"history", "access_log"}

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - The listener reads the body, and the answer. Only chapter 06 changes that.
# - The error e-mail has your words: chapter 03.
# - A page of a stranger can still submit in your name: chapter 05.

# %% tags=["docassert"]
assert after.seen["wire_response"]
assert after.seen["report_text"]
assert after.seen["forgery_accepted"]

# %% [markdown]
# ## Exercise: take it out of the address
#
# Your turn. Below are a view and a form that use GET. Change both, so that the
# value travels in the body, **and only there**. `check` makes a visit to your
# page, listens, and reads the log.

# %%
from django.shortcuts import render
from django.views import View

from labapp.site import back_office


# %%
class MyView(View):
    ### BEGIN START
    def get(self, request):
        sensitive_info = request.GET["sensitive_info"]
        back_office.notify()
        context = {"sensitive_info": sensitive_info}
        return render(request, "received.html", context)
        ### END START
        ### BEGIN SOLUTION

    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        context = {"sensitive_info": sensitive_info}
        return render(request, "received.html", context)
        ### END SOLUTION


# %%
### BEGIN START
my_form = """
<form action="/sensitive" method="get">
  <label for="it">Your made-up secret</label>
  <input id="it" name="sensitive_info" required>
  <button>Send it</button>
</form>
"""
### END START
### BEGIN SOLUTION
my_form = """
<form action="/sensitive" method="post">
  <label for="it">Your made-up secret</label>
  <input id="it" name="sensitive_info" required>
  <button>Send it</button>
</form>
"""
### END SOLUTION

# %%
check("take it out of the address", MyView, form=my_form)

# %% [markdown]
# After each change, run the three cells above again. The feedback shows what is
# closed and what is still open. Do you want help? Write
# `hint("take it out of the address")` into a cell of your own. Each run gives
# one hint more.

# %% [markdown]
# ## Quiz
#
# Each answer is answered, with a line from your own two visits.

# %%
quiz("02", before, after)

# %% [markdown]
# ## To look up
#
# - A secret in an address:
#   [CWE-598](https://cwe.mitre.org/data/definitions/598.html). What POST
#   leaves open: [CWE-319](https://cwe.mitre.org/data/definitions/319.html).
# - Django:
#   [GET and POST](https://docs.djangoproject.com/en/5.2/topics/forms/#get-and-post).
# - The rule behind it:
#   [RFC 9110, 17.9](https://www.rfc-editor.org/rfc/rfc9110#section-17.9),
#   "URIs are intended to be shared, not secured".

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("02", "your name")

# %% [markdown]
# ## Summary
#
# - POST puts the fields into the body, with the same bytes.
# - The log and the history lose them. The listener does not.
# - The form chooses the method, and the view must take this method and no
#   other.
#
# ---
#
# **You may go on to [Who reads the crash?](03_who_reads_the_crash.ipynb)
# here.**

# %% [markdown]
# ## Deeper: the packet itself
#
# Does the listener's program of chapter 01 notice the change? This is the packet,
# as the listener has it:

# %%
from urllib.parse import quote_plus

words = quote_plus(secret).encode()
found = [p for p in after.capture.packets if words in bytes(p)]
print(found[0]["Raw"].load.decode())

# %% [markdown] tags=["claim"]
# It finds this packet as it found the other one. POST encrypts nothing.

# %% tags=["docassert"]
assert found[0]["Raw"].load.startswith(b"POST /sensitive HTTP/1.1\r\n")
assert words in found[0]["Raw"].load

# %% [markdown]
# ## Deeper: be the log reader
#
# Now you are the one who reads the server log. Write `log_reader(lines,
# secret)`: True if the secret is in one of the lines, else False. `check` gives
# it the logs of many visits. Some of them are innocent.


# %%
def log_reader(lines, secret):
    ### BEGIN START
    return any(secret in line for line in lines)
    ### END START
    ### BEGIN SOLUTION
    return any(quote_plus(secret) in line for line in lines)
    ### END SOLUTION


check("be the log reader", log_reader)

# %% [markdown]
# `hint("be the log reader")` helps.

# %% [markdown]
# ## Deeper: the Referer that does not leak
#
# The page with your words shows a picture from another host, `images.test`.
# With each request for a picture, a browser says which page asks for it: the
# **Referer**. With GET, the address of that page holds your words. Does the
# picture's host get them?

# %%
with_get = predict("the picture's host, with GET", "referer")
with_get

# %%
with_get.beside(before)

# %%
for line in before.step("submit").log:
    if line.host == "images.test":
        print("Referer:", line.referer)

# %% [markdown] tags=["claim"]
# It gets the **origin** of the page: scheme, host and port, and not the rest of
# the address. Browsers once told all of it. Since 2020 they tell the origin
# only, unless a page asks for more
# ([Referrer-Policy](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Referrer-Policy)).

# %% tags=["docassert"]
asked = [x for x in before.step("submit").log if x.host == "images.test"]
assert asked
assert {one.referer.count("/") for one in asked} == {3}

# %% [markdown]
# "Not seen" needs a control. Would this lab find your words in a Referer at
# all? Here is a view that asks for the old behaviour.


# %%
class Talkative(View):
    def get(self, request):
        context = {"sensitive_info": request.GET["sensitive_info"]}
        answer = render(request, "received.html", context)
        answer["Referrer-Policy"] = "unsafe-url"
        return answer


talkative = visit(secret, view=Talkative)
print(talkative.findings["third_party_referer"].sightings[0])

# %% [markdown] tags=["claim"]
# Now the picture's host has your words. So the "no" above counts. With POST the
# address is clean, and there is nothing to tell.

# %% tags=["docassert"]
assert talkative.seen["third_party_referer"]
assert before.seen["third_party_referer"] is False
assert after.seen["third_party_referer"] is False

# %% [markdown]
# ## Deeper: fool the one-liner
#
# `sentence.encode() in bytes(packet)` is a poor detective. Find a sentence that
# crosses with GET, in both directions, and that it misses. The lab must find
# it.

# %%
### BEGIN START
sentence = "Rex sleeps at noon"
### END START
### BEGIN SOLUTION
sentence = "Rex can't sleep at noon"
### END SOLUTION
check("fool the one-liner", sentence)

# %% [markdown]
# `hint("fool the one-liner")` helps.

# %% [markdown]
# A detector that looks for one form of a text misses the others. This lab looks
# for the forms that addresses, pages, JSON and cookies use. Still, "not seen"
# means "not seen in these forms".
