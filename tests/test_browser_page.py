"""What a browser finds in a page."""

from __future__ import annotations

import pytest

from labapp.browser.page import Page
from labapp.errors import LabError


def entries(fields: str, **values: str) -> list[tuple[str, str]]:
    """Return what a form with *fields* sends once *values* are filled in."""
    found = Page(f"<form>{fields}</form>").form
    assert found is not None
    return found.entries(values)


@pytest.mark.parametrize(
    ("html", "action", "method"),
    [
        ("<form>", "", "get"),
        ("<form method=POST action=' /x '>", "/x", "post"),
        ("<FORM METHOD='post' ACTION=/x?a&amp;b>", "/x?a&b", "post"),
        ("<form method=dialog>", "", "get"),
        ("<form action=/1></form><form action=/2 method=post>", "/1", "get"),
        ("<form action=/1 action=/2>", "/1", "get"),
        ("<!-- <form action=/0> --><form action=/1>", "/1", "get"),
    ],
)
def test_the_first_form_of_a_page_is_found(html: str, action: str, method: str) -> None:
    """Where it goes and how; an unknown method is get."""
    form = Page(html).form
    assert form is not None
    assert (form.action, form.method) == (action, method)


def test_a_page_without_a_form_has_none() -> None:
    """Fields outside a form make no form."""
    assert Page("<input name=a>").form is None


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("<input name=a value=1>", [("a", "1")]),
        ("<input type=hidden name=a value='x&quot;'>", [("a", 'x"')]),
        ("<input name=a>", [("a", "")]),
        ("<input value=1>", []),
        ("<input name=a value=1 disabled>", []),
        ("<input type=checkbox name=a>", []),
        ("<input type=checkbox name=a checked>", [("a", "on")]),
        (
            "<input type=radio name=a value=1><input type=radio name=a value=2 checked>",
            [("a", "2")],
        ),
        ("<input type=button name=a value=1><input type=reset name=b value=1>", []),
        ("<input type=submit name=a value=1>", [("a", "1")]),
        ("<button>Send</button>", []),
        ("<button name=a value=1>Send</button>", [("a", "1")]),
        ("<button>Send</button><button name=a value=1>Or</button>", []),
        ("<button type=button name=a value=1>No</button>", []),
        ("<textarea name=a>\nx\ny</textarea>", [("a", "x\r\ny")]),
        ("<textarea name=a>\n\nx</textarea>", [("a", "\r\nx")]),
        ("<textarea name=a>&lt;b&gt; <i>x</i></textarea>", [("a", "<b> <i>x</i>")]),
        ("<textarea name=a><input name=b></textarea>", [("a", "<input name=b>")]),
        ("<select name=a><option value=1>x<option value=2 selected>y</select>", [("a", "2")]),
        ("<select name=a><option> x  y <option>z</select>", [("a", "x y")]),
        ("<select name=a><option disabled>x<option>y</select>", [("a", "y")]),
        ("<select name=a><option disabled selected>x<option>y</select>", []),
        ("<select name=a><option selected>x<option selected>y</select>", [("a", "y")]),
        ("<select name=a size=2><option>x<option>y</select>", []),
        ("<select name=a multiple><option>x<option>y</select>", []),
        (
            "<select name=a multiple><option selected>x<option>y<option selected>z</select>",
            [("a", "x"), ("a", "z")],
        ),
        ("<select name=a disabled><option>x</select>", []),
        ("<select name=a></select>", []),
        ("<select><option>x</select>", []),
        ("<select name=a><option value=1>x</form><input name=b>", [("a", "1")]),
        ("<select name=a><option>x<optgroup label=y><option selected>z", [("a", "z")]),
        ("<datalist><option selected>x</datalist>", []),
        ("</form><input name=a value=1>", []),
        ("</form><form><input name=a value=1>", []),
    ],
)
def test_a_form_sends_what_a_browser_sends(field: str, sent: list[tuple[str, str]]) -> None:
    """HTML, "constructing the entry list", as if Enter was pressed."""
    assert entries(field) == sent


def test_fields_are_sent_in_the_order_of_the_page() -> None:
    """Filled in or not, each stands where it stands in the page."""
    fields = "<input type=hidden name=token value=t><input name=q><input name=z value=1>"
    assert entries(fields, z="2", q="x") == [("token", "t"), ("q", "x"), ("z", "2")]


def test_of_two_fields_with_one_name_the_first_is_filled_in() -> None:
    """The other one is sent as it stands."""
    assert entries("<input name=a><input name=a value=2>", a="x") == [("a", "x"), ("a", "2")]


def test_line_breaks_are_sent_as_cr_lf() -> None:
    """Whatever system the visitor types on."""
    assert entries("<textarea name=a></textarea>", a="1\n2\r3\r\n4") == [
        ("a", "1\r\n2\r\n3\r\n4")
    ]


def test_a_value_without_a_field_is_an_error_a_reader_can_mend() -> None:
    """The names there are stand in the message."""
    with pytest.raises(LabError, match=r"no field 'secret'; it has token, q"):
        entries("<input name=token><input name=q>", secret="x")
    with pytest.raises(LabError, match="it has no field at all"):
        entries("<button>Send</button>", q="x")


def test_of_a_list_one_is_chosen() -> None:
    """As of radio buttons: the others are sent no longer."""
    for fields in (
        "<select name=a><option selected>x<option>y</select><input name=b value=y>",
        "<input type=radio name=a value=x checked><input type=radio name=a value=y><input name=b value=y>",
    ):
        form = Page(f"<form>{fields}</form>").form
        assert form is not None
        form.choose("a", "y")
        assert form.entries({}) == [("a", "y"), ("b", "y")]


def test_nobody_types_into_a_list() -> None:
    """It says which field it is, and what would do."""
    with pytest.raises(LabError, match=r"'a' is a list to choose from .*such as <input>"):
        entries("<select name=a><option>x</select>", a="Rex")
    assert entries("<select name=a><option>x</select><input name=b>", b="Rex") == [
        ("a", "x"),
        ("b", "Rex"),
    ]


def test_links_and_pictures_are_found_in_order() -> None:
    """With their character references read; what is commented out is not there."""
    page = Page("<a href='/a?b&amp;c'><img src=1><!--<img src=2>--><IMG SRC=3><img><a>")
    assert page.links == ["/a?b&c"]
    assert page.images == ["1", "3"]


@pytest.mark.parametrize(
    ("html", "policy"),
    [
        ("", ""),
        ("<meta name=referrer content=unsafe-url>", "unsafe-url"),
        ("<meta name=Referrer content=Origin>", "origin"),
        ("<meta name=referrer content=what>", ""),
        ("<meta name=referrer content=origin><meta name=referrer content=what>", "origin"),
        ("<meta name=description content=origin>", ""),
    ],
)
def test_the_policy_in_the_page_is_found(html: str, policy: str) -> None:
    """The last known policy of a meta tag named referrer."""
    assert Page(html).policy == policy


@pytest.mark.parametrize(
    "html", ["<form", "<form><textarea name=a>x", "<![", "&#xffffffff;<a <b"]
)
def test_a_broken_page_is_read_as_far_as_it_goes(html: str) -> None:
    """Nothing a server sends as HTML raises."""
    form = Page(html).form
    assert form is None or isinstance(form.entries({}), list)
