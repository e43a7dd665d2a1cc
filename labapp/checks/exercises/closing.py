"""Chapter 09, "What closes what?": its exercise."""

from __future__ import annotations

from labapp.checks.combining import CombinationExercise

EXERCISES = (
    CombinationExercise(
        name="close three with the fewest",
        chapter="09",
        task="Three people shall not have the secret: who listens to the network, who reads "
        "the server log, who reads the browser history. Name as few remediations as you can: "
        "each of them must be needed.",
        hints=(
            "Find the three rows in the figure. In which columns do they have a disc?",
            (
                "Encryption protects what is on its way. What is written down at both ends is "
                "another question: where in the request does the value stand?"
            ),
            (
                'For other rows, the text part of the e-mail: check("...", remedy.post, '
                "remedy.mask_reports), since neither closes it alone."
            ),
        ),
        closes=(
            "wire_request_line",
            "wire_response",
            "access_log",
            "history",
        ),
    ),
)
