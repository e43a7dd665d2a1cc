# %% [markdown]
# # Who reads the crash?
#
# You need 14 minutes. At the end you can
#
# - put stars into an error report, where Django can do it,
# - name the places where no stars come,
# - say what the decorator does not touch at all.

# %% [markdown]
# **nothing** > **POST** > **stars** > redirect > session > CSRF check > HTTPS
#
# You are here: 2 of 6.
#
# A question from chapter 01: a form sends nothing secret at all. Can its visit
# still leak something?
#
# <details><summary>Answer</summary>Yes. The answer crosses as well, with all
# that the page shows.</details>

# %%
from labapp import check, hint, predict, quiz, remedy, visit

secret = "Tom feeds the ducks"  # type nothing true
before = visit(secret, remedy.post)
before

# %% [markdown]
# ## When a view crashes
#
# The view calls another program, the back office. If that is down, the view
# raises an exception: it **crashes**. Django sends an **error report** by e-mail
# to the people who look after the site. It has two parts, one of text and one
# of HTML. These lines of the text part are about the form:

# %%
report = before.step("outage").reports[0]
start = report.text.index("POST:\n")
print(report.text[start : report.text.index("\nFILES:")])

# %% [markdown] tags=["claim"]
# The report lists the fields of the form, below `POST:`. So your words go to
# everybody who gets this e-mail, and stay in their mailboxes.

# %% tags=["docassert"]
assert before.seen["report_text"]
assert report.text[start:].startswith("POST:\nsensitive_info = ")

# %% [markdown]
# ## Predict
#
# Django has a decorator, `sensitive_post_parameters`. In an error report it
# puts stars in the place of a field's value. Who **still has your words** then?
#
# The debug page is what Django shows in the browser, in place of the e-mail, if
# somebody left `DEBUG` on.

# %%
guess = predict(
    "with stars", "report", "html_report", "debug_page", "log", "listener"
)
guess

# %% [markdown]
# ## The change
#
# `method_decorator` brings a decorator for functions to a class. `dispatch` is
# the method of a view that Django calls first.

# %%
after = visit(secret, remedy.post, remedy.mask_reports)
print(before.diff(after))

# %%
guess.beside(after)

# %% [markdown]
# Now look at these rows, one after another. (The debug page is under Deeper.)
# First the text part of the e-mail:

# %%
from labapp.figures import before_after

before_after(before, after, what="report")

# %% [markdown] tags=["claim"]
# Stars. The field's name is still there, and its value is not. In this part, the
# decorator works.

# %% tags=["docassert"]
stars = after.step("outage").reports[0].text
assert "\nsensitive_info = '********************'\n" in stars
assert after.seen["report_text"] is False

# %% [markdown]
# ## The HTML part
#
# Some sites ask for this part (`include_html=True`), because it helps to find
# mistakes. It shows more. Here are a few lines of it, at the place where the
# lab found your words:

# %%
html = after.step("outage").reports[0].html.encode()
at = after.findings["report_html"].sightings[0].offset
print(html[at - 110 : at + 80].decode(errors="replace"))

# %% [markdown] tags=["claim"]
# The HTML part shows the **local variables** of each function. The view copied
# the field into a variable of its own. The decorator knows fields, not copies.

# %% tags=["docassert"]
assert after.seen["report_html"]
assert b"<td>sensitive_info</td>" in html[at - 110 : at]

# %% [markdown]
# ## The log, byte for byte
#
# Some people say that this decorator keeps secrets out of logs.

# %%
before_after(before, after, what="log")

# %% [markdown] tags=["claim"]
# Apart from the time, the lines are the same, byte for byte. And your words were
# not there before: that was POST.

# %% tags=["docassert"]
logs = [[x.text.partition("] ")[2] for x in v.log] for v in (before, after)]
assert logs[0] == logs[1]
assert before.seen["access_log"] is False

# %% [markdown]
# That was an easy test: there was nothing to hide. Here is the **control**, a
# log that has your words. The form uses GET again, and the decorator is on.

# %%
with_get = visit(secret, remedy.mask_reports)
print(with_get.log[-1].text)

# %% [markdown] tags=["claim"]
# No stars. The decorator does not touch the log.

# %% tags=["docassert"]
assert with_get.seen["access_log"]
assert "**" not in "".join(line.text for line in with_get.log)

# %% [markdown]
# ## The wire
#
# And what does a listener read?

# %%
before_after(before, after)

# %% [markdown] tags=["claim"]
# The same as before. The decorator changes nothing on the network: it begins
# its work when the request has arrived.

# %% tags=["docassert"]
wire = [key for key in after.seen if key.startswith("wire")]
assert all(before.seen[key] == after.seen[key] for key in wire)
assert after.seen["wire_request_body"]

# %% [markdown]
# ## The map so far

# %%
from labapp.figures import exposure_map

nothing = visit(secret)
exposure_map(nothing, before, after)

# %% [markdown] tags=["claim"]
# One window closes, and only one: the text part of the error e-mail.

# %% tags=["docassert"]
moved = [key for key in after.seen if after.seen[key] != before.seen[key]]
assert moved == ["report_text"]

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# - The HTML part and the debug page have your words: see below, under Deeper.
# - The listener has them: chapter 06.
# - The page after the form still shows them, and a reload sends them again:
#   chapter 04.

# %% tags=["docassert"]
assert after.seen["report_html"]
assert after.seen["wire_response"]
assert after.seen["reload_resubmits"]

# %% [markdown]
# ## Exercise: stars in the report
#
# This view crashes if the back office is down, and the report shows the
# visitor's words. Put stars there, in the text part. The report must **still
# arrive**: somebody has to know about the crash.

# %%
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office


# %%
### BEGIN SOLUTION
@method_decorator(
    sensitive_post_parameters("sensitive_info"), name="dispatch"
)
### END SOLUTION
### BEGIN START
### END START
class MyView(View):
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        context = {"sensitive_info": sensitive_info}
        return render(request, "received.html", context)


# %%
check("stars in the report", MyView)

# %% [markdown]
# After each change, run the two cells above again.
# `hint("stars in the report")` helps, in a cell of your own. Without a name,
# `sensitive_post_parameters()` puts stars on **all** fields of the form: that
# is accepted, too.

# %% [markdown]
# ## Quiz

# %%
quiz("03", before, after)

# %% [markdown]
# ## To look up
#
# - Secrets in error messages:
#   [CWE-209](https://cwe.mitre.org/data/definitions/209.html), and `DEBUG` left
#   on: [CWE-489](https://cwe.mitre.org/data/definitions/489.html).
# - Django:
#   [Filtering error reports](https://docs.djangoproject.com/en/5.2/howto/error-reporting/#filtering-error-reports)
#   and
#   [Decorating class-based views](https://docs.djangoproject.com/en/5.2/topics/class-based-views/intro/#decorating-class-based-views).

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("03", "your name")

# %% [markdown]
# ## Summary
#
# - `sensitive_post_parameters` puts stars into the text part of the report.
#   `method_decorator` with `name="dispatch"` brings it to a class.
# - The HTML part shows the view's copy, without stars. So does the debug page.
# - The log and the wire are as before.
#
# ---
#
# **You may go on to [Where should it wait?](04_where_should_it_wait.ipynb)
# here.**

# %% [markdown]
# ## Deeper: stars in both parts
#
# Close the HTML part, too. Either no local variable has the words when the crash
# comes, or Django hides the variable. For that there is a second decorator,
# [sensitive_variables](https://docs.djangoproject.com/en/5.2/howto/error-reporting/#django.views.decorators.debug.sensitive_variables).

# %%
from django.views.decorators.debug import sensitive_variables


# %%
@method_decorator(
    sensitive_post_parameters("sensitive_info"), name="dispatch"
)
class CarefulView(View):
    ### BEGIN SOLUTION
    @method_decorator(sensitive_variables("sensitive_info"))
    ### END SOLUTION
    ### BEGIN START
    ### END START
    def post(self, request):
        sensitive_info = request.POST["sensitive_info"]
        back_office.notify()
        context = {"sensitive_info": sensitive_info}
        return render(request, "received.html", context)


# %%
check("stars in both parts", CarefulView)

# %% [markdown]
# `hint("stars in both parts")` helps.

# %% [markdown]
# ## Deeper: the debug page
#
# Your prediction had a row about it, and the lab measured: yes. At which places
# are your words? Here is the last headline before each of them:

# %%
import re

page = after.step("outage_debug").answers_of("site.test")[-1].body
for one in after.findings["debug_page"].sightings:
    headlines = re.findall(
        rb"<(?:h3|summary)[^>]*>([^<]+)", page[: one.offset]
    )
    print(headlines[-1].decode(), "...", one.found.decode())

# %% [markdown] tags=["claim"]
# `Local vars`: the view's own variable. `POST`: the field of the form. With
# `DEBUG` on, Django puts stars on neither.

# %% tags=["docassert"]
found = [one.offset for one in after.findings["debug_page"].sightings]
assert any(at > page.index(b">POST</h3>") for at in found)
assert any(b">Local vars<" in page[:at] for at in found)

# %% [markdown]
# ## Deeper: what the exception says
#
# Both decorators are on. But this view puts the value into the text of an
# exception. Before you run the cell: which parts of the report have it?


# %%
@method_decorator(sensitive_post_parameters(), name="dispatch")
class Chatty(View):
    @method_decorator(sensitive_variables())
    def post(self, request):
        told = request.POST["sensitive_info"]
        raise ValueError(f"cannot keep {told}")


chatty = visit(secret, remedy.post, view=Chatty)
for part in ("report_text", "report_html"):
    print(chatty.findings[part].sightings[0])

# %% [markdown] tags=["claim"]
# Both. Django hides fields and variables. It does not read the sentences you
# write. So never put a secret into the text of an exception.

# %% tags=["docassert"]
assert chatty.seen["report_text"]
assert chatty.seen["report_html"]

# %% [markdown]
# ## Deeper: GET with the decorator
#
# The decorator is about **POST** parameters. Above you made a visit with GET
# and the decorator. What did its report say?

# %%
before_after(nothing, with_get, what="report")

# %% [markdown] tags=["claim"]
# The same as without it. With GET the words are in the address, and the report
# shows the address in several places. So the stars need POST first.

# %% tags=["docassert"]
assert with_get.seen["report_text"]
assert len(with_get.findings["report_text"].sightings) > 2
