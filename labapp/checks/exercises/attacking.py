"""Chapter 07, "The attacker who acts": its exercise."""

from __future__ import annotations

from labapp.checks.stripping import StripExercise

EXERCISES = (
    StripExercise(
        name="leave the stripper nothing",
        chapter="07",
        task="Give the address that visitors begin at, and settings. A stripper stands on "
        "the way of three visitors. It must hold no secret, no request to http://, and no "
        "cookie that opens the page.",
        hints=(
            (
                "Which of the three lines is open? Ask of each: who could know, at that "
                "moment, that the site speaks HTTPS?"
            ),
            (
                'See "SSL/HTTPS" under "Security in Django": what to set for HSTS, for the '
                "cookies, and why a redirect is not enough."
            ),
            (
                "On another cookie: CSRF_COOKIE_SECURE = True keeps the token's cookie off "
                "http://. The session's has a setting of its own."
            ),
        ),
    ),
)
