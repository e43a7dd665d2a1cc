from __future__ import annotations

import pytest

from labapp.conversations import Message, form_fields

MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
    b"caf\xc3\xa9 + tea\r\n"
    b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--x--\r\n"
)


def request(target: str, body: bytes = b"", kind: str = "") -> Message:
    """Return a request for *target*."""
    return Message(
        "request", f"POST {target} HTTP/1.1".encode(), (("Content-Type", kind),), body=body
    )


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            request("/sensitive?a=Rex+can%27t&b=&a=2"),
            [("a", "Rex can't"), ("b", ""), ("a", "2")],
        ),
        (
            request("/?a=1", b"note=caf%C3%A9+%2B+tea", "application/x-www-form-urlencoded"),
            [("a", "1"), ("note", "café + tea")],
        ),
        (
            request("/?a=1", MULTIPART, "multipart/form-data; boundary=x"),
            [("a", "1"), ("note", "café + tea")],
        ),
        (
            request("/", MULTIPART.replace(b"caf", b"\xff"), "multipart/form-data; boundary=x"),
            [("note", "\ufffdé + tea")],
        ),
        (request("/", b"a=1", "text/plain"), []),
        (
            request("/", b"\xff\xfe=", "application/x-www-form-urlencoded"),
            [("\ufffd\ufffd", "")],
        ),
        (request("/", b"no parts at all", "multipart/form-data; boundary=x"), []),
        (request("/", MULTIPART, "multipart/form-data"), []),
        (Message("request"), []),
    ],
)
def test_fields_are_read_wherever_they_stand(
    message: Message, fields: list[tuple[str, str]]
) -> None:
    """Those of the address come first, then those of a body of either kind of form."""
    assert form_fields(message) == fields
