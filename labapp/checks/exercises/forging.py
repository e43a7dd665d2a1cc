"""Chapter 05, "Who else can submit?": its exercises."""

from __future__ import annotations

from labapp.checks.views import ViewExercise
from labapp.remedy import mask_reports, post, redirect, session

_START = (post, mask_reports, redirect, session)

EXERCISES = (
    ViewExercise(
        name="refuse the stranger",
        chapter="05",
        task="Any site can submit this form in the visitor's name. Let the view take what comes "
        "from your own form, and refuse every stranger.",
        hints=(
            (
                "What does a page of your own site know about this visitor that a page of "
                "another site cannot read?"
            ),
            (
                "Django gives each visitor a token; the form sends it, and somebody has to "
                "compare it. See 'How to use Django's CSRF protection' in Django's "
                "documentation."
            ),
            (
                "On another form: {% csrf_token %} below <form ...>, and "
                '@method_decorator(csrf_protect, name="dispatch") in the line above '
                "class ColourView."
            ),
        ),
        start=_START,
        around=_START,
        closes=(
            "forgery_taken",
            "forgery_changed_session",
            "forgery_lookalike_1",
            "forgery_lookalike_2",
            "forgery_without_referer",
            "forgery_copied",
        ),
        stays=("forgery_by_get",),
        takes=("view", "form", "settings"),
        think={
            "forgery_taken": "what does only your own form know, and which line asks for it?",
        },
    ),
)
