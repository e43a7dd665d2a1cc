"""Chapter 06, "What does HTTPS hide?": its exercises."""

from __future__ import annotations

from labapp.checks.padding import PaddingExercise
from labapp.checks.telling import TellingExercise

EXERCISES = (
    TellingExercise(
        name="tell yes from no",
        chapter="06",
        task="Neighbours answer yes or no over HTTPS. Write read_answer(sent): it is given the "
        "lengths of the encrypted records that a neighbour sent, such as (280,), and returns "
        '"yes" or "no".',
        hints=(
            "You can be a neighbour, too. What do you count when you send each answer yourself?",
            (
                "Encryption keeps the length: RFC 8446, appendix E.3, 'Traffic Analysis'. So the "
                "same question, form and site give the same lengths to everybody."
            ),
            (
                'For colours: red = overhear("red").sent gives the lengths of one colour. '
                "Another neighbour with the same lengths sent a colour of three letters."
            ),
        ),
    ),
    PaddingExercise(
        name="hide the length",
        chapter="06",
        task="Four answers, and a listener who counts. Let each answer have one and the same "
        "length, on the way to the site and back. The neighbour must still read their "
        "answer on the page.",
        hints=(
            "Two directions are counted. What goes to the site, and what comes back?",
            (
                "A radio button shows one text and sends another: its value (see 'radio' in "
                "MDN's pages on HTML). A page of text is as long as the text you fill it with."
            ),
            (
                'For colours: value="r" beside red and value="g" beside green; in the view '
                '{"r": "red", "g": "green"}, and "red".ljust(5) is as long as "green".'
            ),
        ),
    ),
)
