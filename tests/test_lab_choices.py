"""What can be chosen in a form, by its words."""

from __future__ import annotations

import pytest

from labapp.lab.choices import Choices

BEHIND = "<input type=radio name=it value=y> yes <input type=radio name=it value=n> no"
INSIDE = """
<label><input type="radio" name="it" value="y"> yes</label>
<p><label><input type="radio" name="it" value="n">
  no </label>
"""
APART = """
<input id=a type=radio name=it value=y><label for=a>yes</label>
<input id=b type=radio name=it value=n><label for=b>no</label><button>Send it</button>
"""
LISTED = """
<select name=it><option value=y>
  yes <option value="n">no</option></select> <select name=other><option value=o>other</select>
"""
PRESSED = (
    "<button name=it value=y> <b>yes</b></button> or <button name=it value=n>no</button> ?"
)


@pytest.mark.parametrize("html", [BEHIND, INSIDE, APART, LISTED, PRESSED])
def test_each_choice_has_its_words(html: str) -> None:
    """After a radio button, however the label is written; in an option and in a button."""
    assert Choices(html, "it").values == {"yes": "y", "no": "n"}


def test_other_fields_are_no_choices() -> None:
    """Another name, another type; a button without a value says "on", as in browsers."""
    html = (
        "<input type=text name=it value=t> typed <input type=radio name=other value=o> other"
        "<input type=radio name=it> bare"
    )
    assert Choices(html, "it").values == {"bare": "on"}


def test_without_a_value_the_words_are_sent() -> None:
    """By an option, as by a button of ``<input>``; by ``<button>`` nothing is."""
    html = (
        "<select name=it><option> not  today<option value=''>never</select>"
        "<input type=submit name=it value='some day'><button name=it>soon</button>"
    )
    assert Choices(html, "it").values == {
        "not today": "not today",
        "never": "",
        "some day": "some day",
        "soon": "",
    }
