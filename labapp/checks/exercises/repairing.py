"""Chapter 10, "Capstone", its first half: repair the Hat Club."""

from __future__ import annotations

from labapp.checks.repairing import RepairExercise

EXERCISES = (
    RepairExercise(
        name="repair the login",
        chapter="10",
        task="The club's login form sends the password in an address, and a stranger's form "
        "can log visitors in. Repair both, with a view, a template or both. Everything else "
        "must work as before.",
        hints=(
            (
                "Look at the line of the log. Which part of the request does it keep, and who "
                "chose to put the password there?"
            ),
            (
                "Django has a LoginView of its own, which takes a POST and checks a CSRF token. "
                "See 'Using the Django authentication system', 'LoginView'."
            ),
            (
                'On another form: <form method="post">{% csrf_token %} ... </form> in the page, '
                'and colour = request.POST["colour"] in def post(self, request).'
            ),
        ),
        closes=("password_addressed", "login_forgery"),
    ),
    RepairExercise(
        name="repair the site",
        chapter="10",
        task="The Hat Club leaks in 16 ways. Repair it with views, templates, settings and "
        "tls=True, until no exposure is left and every feature works.",
        hints=(
            (
                "Take one line that is OPEN. Which chapter met the same observer, and what "
                "closed it there?"
            ),
            (
                "Much is ready in Django: see 'Using the Django authentication system' for login "
                "and reset, 'How to use sessions', and 'Deployment checklist' for settings."
            ),
            (
                'On another site: @method_decorator(never_cache, name="dispatch") above a view '
                'class, and settings={"LANGUAGE_COOKIE_SECURE": True}.'
            ),
        ),
    ),
)
