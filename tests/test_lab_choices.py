"""Radio buttons of a form, by the words beside them."""

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


@pytest.mark.parametrize("html", [BEHIND, INSIDE, APART])
def test_each_button_has_its_words(html: str) -> None:
    """However the label is written, as long as the words come after the button."""
    assert Choices(html, "it").values == {"yes": "y", "no": "n"}


def test_other_fields_are_no_choices() -> None:
    """Another name, another type; a button without a value says "on", as in browsers."""
    html = (
        "<input type=text name=it value=t> typed <input type=radio name=other value=o> other"
        "<input type=radio name=it> bare"
    )
    assert Choices(html, "it").values == {"bare": "on"}
