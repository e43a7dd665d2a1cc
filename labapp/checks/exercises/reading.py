"""Chapter 10, "Capstone": the exercise of its second half."""

from __future__ import annotations

from labapp.checks.identifying import IdentifyExercise

EXERCISES = (
    IdentifyExercise(
        name="read the case",
        chapter="10",
        task="Here are a capture and an access log of one visit. Some of the six remediations "
        "were applied, or all, or none. Say which.",
        hints=(
            (
                "Begin with the log. It shows methods, addresses, answers and their sizes. "
                "Which chapters changed one of these?"
            ),
            (
                "A session has a cookie, a CSRF token has a field of the form, a redirect has "
                "status 302. Encrypted, only sizes are left: compare them with visits of your "
                "own. See 'HTTP headers' in MDN's pages."
            ),
            (
                'For a case of your own: open_case("practice"), then visit(secret, '
                "remedy.redirect).log shows what one remediation writes into the log."
            ),
        ),
    ),
)
