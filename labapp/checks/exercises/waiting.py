"""Chapter 04, "Where should it wait?": its exercises."""

from __future__ import annotations

from labapp.checks.ordering import OrderExercise
from labapp.checks.views import ViewExercise
from labapp.remedy import mask_reports, post, redirect, session

_KEEP = ViewExercise(
    name="keep it on the server",
    chapter="04",
    task="The view redirects with the value in the address. Let it wait on the server "
    "instead, so that only its visitor gets it back.",
    hints=(
        (
            "Look at the answer to the form. Which header leads the browser on, and what "
            "does it carry?"
        ),
        (
            "A session keeps a value on the server, for one visitor. See 'How to use "
            "sessions' in Django's documentation."
        ),
        (
            'On another field: request.session["colour"] = colour, and later '
            'request.session.get("colour").'
        ),
    ),
    start=(post, mask_reports, redirect),
    around=(post, mask_reports, redirect, session),
    closes=("answer_to_submit", "wire_request_line", "history", "access_log"),
    may_open=("cookie_replay", "store_decoded", "store_raw", "forgery_changed_session"),
    takes=("view", "secure_page", "settings"),
    think={
        "works": "in whose session does the secure page look, under which name, and did "
        "anybody put it there?",
        "cookie_jar": "on whose disk does the value wait now?",
        "report_text": "which of your lines puts the value into this report, or does not hide "
        "it there?",
        "report": "who should hear that the back office is down, and from which line?",
        "answer_to_submit": "which part of this answer carries the value, and who keeps it?",
    },
)

EXERCISES = (
    _KEEP,
    OrderExercise(
        name="order the lines",
        chapter="04",
        task="Put the lines of a view in order that keeps the value on the server. One line "
        'is not needed. Answer with their letters, such as "ABC".',
        hints=(
            (
                "Where does the value come from, and which line must be the last one of a "
                "method that answers?"
            ),
            (
                "A session is a dictionary of one visitor: see 'Using sessions in views' in "
                "Django's documentation."
            ),
            (
                'On another field: read request.POST["colour"], put it into '
                'request.session["colour"], and only then return an answer.'
            ),
        ),
        pieces=(
            'sensitive_info = request.POST["sensitive_info"]',
            "back_office.notify()",
            'request.session["sensitive_info"] = sensitive_info',
            'return redirect("/secure_page")',
            'return redirect("/secure_page?" + urlencode({"sensitive_info": sensitive_info}))',
        ),
        graded=_KEEP,
    ),
)
