"""What a page shows, and what it hides."""

from __future__ import annotations

import pytest

from labapp.checks.shown import Shown


@pytest.mark.parametrize(
    "html",
    [
        "yes",
        "<p>yes",
        "<P HIDDEN>no</P><p>yes</p>",
        "<p hidden>no<p>yes",
        "<div hidden><div>no</div>no</div> yes",
        "<div hidden>no<p>no</p><br>no</div>yes",
        "<p style='display:none'>no</p>yes",
        "<p STYLE='Display : NONE;color:red'>no</p>yes",
        "<p style='visibility: hidden'>no</p>yes",
        "<p style='display:inline'>yes</p>",
        "<input type=hidden value=no hidden>yes<input value=no>",
        "<!-- no -->yes<!-- <p>no -->",
        "<title>no</title><style>no{}</style><script>no</script>yes",
        "<template>no</template><noscript>no</noscript><datalist>no</datalist>yes",
        "<img alt=no hidden>yes",
        "<p hidden><b>no</b></p></p>yes",
        "&#121;es",
    ],
)
def test_only_what_is_shown_is_read(html: str) -> None:
    """Whatever hides the rest, and however it is nested."""
    assert Shown(html).text == "yes"


def test_words_have_one_space() -> None:
    """Between tags as well, as the eye would have it."""
    assert Shown("<p>not\n  today </p><p>maybe</p>").text == "not today maybe"
