# %% [markdown]
# # What closes what?
#
# You need 10 minutes. At the end you can
#
# - say what closes something alone, and what only together with another,
# - name the remediations that open something,
# - choose few remediations for an aim.

# %% [markdown]
# **nothing** > **POST** > **stars** > **redirect** > **session** > **CSRF check** > **HTTPS**
#
# You are here: after 6 of 6. Now you try them in every combination.

# %% [markdown]
# A question from chapter 05: the CSRF check is on, and the form uses GET. Is a
# stranger's form refused?
#
# <details><summary>Answer</summary>No. Django's check looks at POST, and lets
# GET pass. It needs both.</details>

# %%
from labapp import check, every_combination, hint, predict, quiz, remedy

secret = "Paul waters the cactus"  # type nothing true

# %% [markdown]
# ## Predict: more, and never worse?
#
# Take any combination of the six, and add one more. Somebody who did not have
# your words may have them then: the new one **opens** something. Which of the
# six can do that, in some combination?

# %%
question = {one.label: "?" for one in remedy.SIX}
guess = predict("can adding it open something", question)
guess

# %% [markdown]
# ## All of them
#
# Each of the six is on or off, which makes 64 combinations. The next cell makes
# a visit to each, with a capture of its own. It takes some seconds. A bar shows
# how far it is.

# %%
made = every_combination(secret)
by = {one.remediations: one for one in made}

# %%
from labapp.figures import what_closes_what

what_closes_what(made)

# %% [markdown] tags=["claim"]
# Read it row by row. One disc closes the row alone. Joined discs close it only
# together. A triangle opens it. A blank means: it made no difference in any of
# the 64 visits. So the stars **never** changed what the server log says of your
# words.

# %% tags=["docassert"]
yes = [v.seen["access_log"] for v in made if "stars" in v.title]
no = [v.seen["access_log"] for v in made if "stars" not in v.title]
assert (set(yes), yes) == ({True, False}, no)

# %% [markdown]
# ## Alone
#
# You can check each sign yourself: `by` has each visit by its remediations.
# Which places does each of the six close alone?

# %%
nothing, closes = by[()].seen, {}
for one in remedy.SIX:
    alone = by[one,].seen
    closes[one.name] = [k for k in nothing if nothing[k] and not alone[k]]
    print(f"{one.label}: {', '.join(closes[one.name]) or 'nothing'}")

# %% [markdown] tags=["claim"]
# POST closes the history and the log: what is **kept**. HTTPS closes the
# network: what is **on its way**. One place is in both lists: the address, as it
# crosses. But with POST alone, a listener reads the body.

# %% tags=["docassert"]
assert {"history", "access_log"} < set(closes["post"])
assert set(closes["post"]) & set(closes["https"]) == {"wire_request_line"}
assert by[remedy.post,].seen["wire_request_body"]

# %% [markdown] tags=["claim"]
# ## Together
#
# The stars and the CSRF check close nothing alone. Each of them needs POST.
# "We have the decorator" or "we have the token" is half a sentence.

# %% tags=["docassert"]
assert closes["mask_reports"] == closes["csrf"] == []
assert by[remedy.post, remedy.mask_reports].seen["report_text"] is False
assert by[remedy.post, remedy.csrf].seen["forgery_accepted"] is False

# %% [markdown]
# ## What opens
#
# Look at the log of two of the 64 visits. Before: POST. After: POST and a
# redirect.

# %%
from labapp.figures import before_after

with_post = by[remedy.post,]
with_both = by[remedy.post, remedy.redirect]
before_after(with_post, with_both, what="log")

# %% [markdown] tags=["claim"]
# POST had closed the log, and the redirect **opens** it: your words are in the
# next address. The session closes it again, since the value can wait on the
# server.

# %% tags=["docassert"]
with_all = by[remedy.post, remedy.redirect, remedy.session]
log = [x.seen["access_log"] for x in (with_post, with_both, with_all)]
assert log == [False, True, False]

# %% [markdown]
# Your prediction, beside what all 64 visits say:

# %%
from labapp.figures import openings

found = openings(made).found
guilty = {opening.added for opening in found}
guess.beside({one.label: one in guilty for one in remedy.SIX})

# %% [markdown] tags=["claim"]
# Two of the six can open something: the redirect and the session. So security
# does not only add up. After each change, look again at what was closed.

# %% tags=["docassert"]
assert guilty == {remedy.redirect, remedy.session}

# %% [markdown] tags=["claim"]
# Is the session bad, then? It opens the database, and a cookie that can be
# reused. But your words leave the log for a place that you can guard. A count
# of windows is **no score**. Which trade is good, you must decide.

# %% tags=["docassert"]
opened = {one.row.places for one in found if one.added is remedy.session}
assert ("store_raw", "store_decoded") in opened
assert ("cookie_replay",) in opened

# %% [markdown]
# ## The map
#
# The way of this course is one of many through the 64. These are its seven
# visits:

# %%
from labapp.figures import exposure_map

seven = [by[some] for some in remedy.cumulative()]
exposure_map(*seven)

# %% [markdown] tags=["claim"]
# ## What this did not fix
#
# With all six, some windows stay open: the old link, the database, the debug
# page, the HTML part of the e-mail, the browser's cache. **No** combination
# closes the last three.

# %% tags=["docassert"]
never = ("debug_page", "report_html", "browser_cache")
assert all(one.seen[place] for one in made for place in never)
assert all(seven[-1].seen[key] for key in ("http_link", "store_decoded"))

# %% [markdown]
# ## Exercise: close three with the fewest
#
# Three people shall not have the secret: who listens to the network, who reads
# the server log, who reads the browser history. Name as few remediations as you
# can. Begin with all six: `check` also tries what happens without each of them.

# %%
### BEGIN START
chosen = remedy.SIX
### END START
### BEGIN SOLUTION
chosen = (remedy.post, remedy.https)
### END SOLUTION
check("close three with the fewest", *chosen)

# %% [markdown]
# `hint("close three with the fewest")` helps, in a cell of your own.
#
# ## Quiz
#
# Each answer is answered, with a line from your own visits.

# %%
quiz("09", *seven)

# %% [markdown]
# ## To look up
#
# - What is kept: [CWE-598](https://cwe.mitre.org/data/definitions/598.html). On
#   its way: [CWE-319](https://cwe.mitre.org/data/definitions/319.html). In your
#   name: [CWE-352](https://cwe.mitre.org/data/definitions/352.html).
# - Django:
#   [Security in Django](https://docs.djangoproject.com/en/5.2/topics/security/).

# %% [markdown]
# ## A receipt, for a class
#
# Is there a teacher who asks for one? Write your name in place of `your name`.
# You get a line to hand in, with what you tried here. It holds no secret. Run
# this cell again after "Deeper". Alone, you can go on.

# %%
from labapp import receipt

receipt("09", "your name")

# %% [markdown]
# ## Summary
#
# - POST, the redirect and HTTPS close something alone. Stars and CSRF check
#   need POST, and the session needs the redirect.
# - The redirect and the session open something.
# - To choose few: name who shall not have it, then look along their rows.
#
# ---
#
# **You may stop here.** In [the last chapter](10_capstone.ipynb) you repair a
# whole site.

# %% [markdown]
# ## Deeper: pairs
#
# Which two close together what neither closes alone?

# %%
from itertools import combinations

for pair in combinations(remedy.SIX, 2):
    one, other, both = by[pair[:1]].seen, by[pair[1:]].seen, by[pair].seen
    gone = [k for k in both if not both[k] and one[k] and other[k]]
    if gone:
        print(f"{pair[0].label} + {pair[1].label}: {', '.join(gone)}")

# %% [markdown]
# And where does one undo what the other does? Change the cell: look for places
# that are open with nothing and with both, but not with each alone.
#
# Are there windows that only three together close? No sign in the figure joins
# three discs. How would you check that?

# %% [markdown]
# ## Deeper: what made it worse
#
# Each line is a way to make something worse by adding a remediation. The
# number says in how many pairs of visits it happened.

# %%
openings(made)

# %% [markdown] tags=["claim"]
# The redirect opens the log only where POST had closed it, and no session is
# there. The session opens the database always. So "it opens" is a question of
# company, too.

# %% tags=["docassert"]
(log,) = [x.before for x in found if x.row.places == ("access_log",)]
assert all(remedy.post in x and remedy.session not in x for x in log)
assert by[remedy.session,].seen["store_decoded"]

# %% [markdown]
# ## Deeper: what evidence cannot tell apart
#
# Some combinations have the same answer at every place. Whoever has only this
# evidence cannot say which of them is on.

# %%
from labapp.figures import look_alikes

look_alikes(made)

# %% [markdown]
# Many groups differ by the stars and the CSRF check alone. Take these two away
# from each of the 64, and compare:

# %%
idle = {remedy.mask_reports, remedy.csrf}
changed = []
for one in made:
    rest = tuple(x for x in one.remediations if x not in idle)
    if one.seen != by[rest].seen:
        changed.append(rest)
print(len(changed), "visits changed")
print("without POST:", sum(remedy.post not in rest for rest in changed))

# %% [markdown] tags=["claim"]
# Without POST, the stars and the CSRF check change nothing at any place. A site
# can have both, and nobody gains anything.

# %% tags=["docassert"]
assert changed
assert all(remedy.post in rest for rest in changed)

# %% [markdown]
# But "alike" means: for these people, in these steps, and for **your words**.
# Somebody may look for something else. Here is the log with the CSRF check
# alone:

# %%
for line in by[remedy.csrf,].log:
    if "/sensitive" in line.text:
        print(line.text)

# %% [markdown] tags=["claim"]
# The form uses GET, so the token itself is in the address now, and in the log.
# Django's documentation warns of it
# ([CSRF](https://docs.djangoproject.com/en/5.2/howto/csrf/)). "Not seen" always
# has a question behind it: what was looked for?

# %% tags=["docassert"]
log = "".join(line.text for line in by[remedy.csrf,].log)
assert "csrfmiddlewaretoken=" in log
assert by[remedy.csrf,].seen == by[()].seen
