"""Chapter 03, "Who reads the crash?": its exercises."""

from __future__ import annotations

from labapp.checks.views import ViewExercise
from labapp.remedy import post

THINK = {
    "report_text": "at which place of the report do the words stand, and which of your lines "
    "puts or hides them there?",
}
EXERCISES = (
    ViewExercise(
        name="stars in the report",
        chapter="03",
        task="The view crashes when the back office is down, and Django mails a report. Put "
        "stars in the place of the visitor's words, in the text part. The report must "
        "still arrive.",
        hints=(
            (
                "The report lists the fields of the form below the word POST. Who tells Django "
                "which of them to hide?"
            ),
            (
                "A decorator names the fields, and method_decorator brings it to a class. See "
                "'Filtering error reports' and 'Decorating class-based views' in Django's "
                "documentation."
            ),
            (
                'On another field: @method_decorator(sensitive_post_parameters("colour"), '
                'name="dispatch") in the line above the class.'
            ),
        ),
        start=(post,),
        around=(post,),
        closes=("report_text",),
        takes=("view",),
        think=THINK,
    ),
    ViewExercise(
        name="stars in both parts",
        chapter="03",
        task="Now close the HTML part as well. It shows the local variables of each function "
        "on the way to the crash.",
        hints=(
            (
                "Which names in your view have the visitor's words as their value, when the "
                "crash comes?"
            ),
            (
                "A second decorator names local variables; or no variable has the words. See "
                "'Filtering sensitive information' in Django's documentation, 'How to manage "
                "error reporting'."
            ),
            (
                'On another name: @sensitive_variables("colour") hides the local variable '
                "colour of the function below it."
            ),
        ),
        start=(post,),
        around=(post,),
        closes=("report_text", "report_html"),
        takes=("view",),
        think=THINK,
    ),
)
