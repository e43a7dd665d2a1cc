"""A pattern: a text in all its disguises, as tshark can be asked for it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

_AMPERSAND = r"(?:&|%(?:25)*26|\\+u0026)(?:amp(?:;|%(?:25)*3[bB]))*"
_HASH = r"(?:#|%(?:25)*23|\\+u0023)"
_SEMICOLON = r"(?:;|%(?:25)*3[bB]|\\+u003[bB])"
_BACKSLASH = r"(?:\\|%(?:25)*5[cC])+"


def patterns(text: str) -> Iterator[str]:
    """Yield expressions (PCRE2) that together match *text* in every disguise.

    They are those of `labapp.secret.find`, less rare nestings (``&#x25;52``) and pieces
    that ``pprint`` cut. *text* is of ASCII letters, digits and spaces, for which HTML
    has no names.
    """
    yield "".join(map(_sign, text))
    yield "".join(map(_digit, text.encode().hex()))
    for order in ("utf-16-le", "utf-16-be"):
        yield "".join(rf"\x{octet:02x}" for octet in text.encode(order))
    for shift in range(3):
        first, bits = -(-8 * shift // 6), 8 * (shift + len(text))
        signs = b64encode(bytes(shift) + text.encode()).decode()[first : bits // 6]
        yield r"(?:\r?\n)?".join(signs)


def display_filter(text: str, fields: tuple[str, ...]) -> str:
    """Return a display filter for the packets with *text* in one of these *fields*."""
    whole = f"(?-i)(?:{'|'.join(patterns(text))})".replace("\\", "\\\\")
    return " or ".join(f'{field} matches "{whole}"' for field in fields)


def _sign(sign: str) -> str:
    """One sign: as it stands, plus, percent, HTML, or an escape; one inside another."""
    code = ord(sign)
    digits = "".join(map(_digit, f"{code:02x}"))
    forms = [
        rf"\x{code:02x}",
        rf"%(?:25)*{digits}",
        rf"{_AMPERSAND}{_HASH}(?:0*{code}|[xX]0*{digits}){_SEMICOLON}",
        rf"{_BACKSLASH}(?:u00{digits}|u\{{0*{digits}\}}|U000000{digits}|x{digits}|{code:03o})",
    ]
    if sign == " ":
        forms.append(r"\+|%(?:25)*2[bB]")
    return f"(?:{'|'.join(forms)})"


def _digit(digit: str) -> str:
    return f"[{digit}{digit.upper()}]" if digit.isalpha() else digit
