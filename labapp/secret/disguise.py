r"""Disguises: every way in which a text may be written on its way through the web.

Read are UTF-8 as it stands, percent and plus (RFC 3986, HTML forms), HTML
character references, the escapes of JSON, JavaScript, Python and cookies, in
any mixture and nested into one another (``%2527``, ``&amp;#x27;``,
``%5Cu00e9``).

A small expression skips to where the text may begin; from there it is walked,
one sign of it after another. No place is tried twice for the same sign, and no
disguise is read beyond a bound: the time is in proportion to the bytes
searched, whatever they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5

# What disguises are made of may wear one itself: & as %26, as %2526, as \u0026.
_AMPERSAND = rb"(?:&|%(?:25){0,8}26|\\{1,31}u0026)"
_HASH = rb"(?:#|%(?:25){0,8}23|\\{1,31}u0023)"
_SEMICOLON = rb"(?:;|%(?:25){0,8}3[bB]|\\{1,31}u003[bB])"
_BACKSLASH = rb"(?:\\{1,16}+u005[cC]|\\|%%(?:25){0,8}5[cC]|%s%s(?:92|x5[cC])%s)" % (
    _AMPERSAND,
    _HASH,
    _SEMICOLON,
)

_OCTET = re.compile(rb"%((?:25){0,8})([0-9a-fA-F]{2})")
_REFERENCE = re.compile(
    rb"%s(?P<again>(?:amp%s){0,8})(?:" % (_AMPERSAND, _SEMICOLON)
    + rb"%s(?:0{0,8}(?P<decimal>[0-9]{1,7})|[xX]0{0,8}(?P<hex>[0-9a-fA-F]{1,6}))" % _HASH
    + rb"|(?P<name>[A-Za-z][A-Za-z0-9]{1,24}))%s" % _SEMICOLON
)
_ONE_BACKSLASH = re.compile(_BACKSLASH)
_BACKSLASHES = re.compile(rb"(?:%s){1,32}+" % _BACKSLASH)
_ESCAPE = re.compile(
    rb"u(?P<high>[dD][89abAB][0-9a-fA-F]{2})"
    rb"(?:%s){1,32}+u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|u(?:(?P<four>[0-9a-fA-F]{4})|\{0{0,8}(?P<any>[0-9a-fA-F]{1,6})\})"
    rb"|U(?P<eight>[0-9a-fA-F]{8})|x(?P<octet>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})"
    rb"|(?P<itself>[\"'/])" % _BACKSLASH
)
_SPECIAL = b"%&\\"
# Signs that, where they stand as they are, can be read in no other way.
_ONE_READING = bytes(octet for octet in range(0x80) if octet not in b"+" + _SPECIAL)

# What was read: its bytes in UTF-8, where it ends, and the disguise.
_Reading = tuple[bytes, int, str]


def beginnings(text: bytes, haystack: bytes) -> list[int]:
    """Return where *text* may begin, in order; most of these are false alarms."""
    return sorted(
        found.start()
        for lead, pattern in _beginning(text)
        if lead in haystack  # found by C's memchr(): twenty times as fast as `re`
        for found in pattern.finditer(haystack)
    )


def walk(text: bytes, haystack: bytes, start: int) -> tuple[int, str] | None:
    """Return where *text* ends that begins at *start* in any disguise, and its name.

    The name lists the disguises in order, as in ``"plus + percent"``.
    """
    if haystack.startswith(text, start) and text.translate(None, _ONE_READING) == b"":
        return start + len(text), "plain"
    best: tuple[int, str] | None = None
    stretches, seen = _stretches(text), set()
    waiting: list[tuple[int, int, tuple[str, ...]]] = [(0, start, ())]
    while waiting:
        done, at, names = waiting.pop()
        if done == len(text):
            if best is None or at > best[0]:
                best = at, " + ".join(names) or "plain"
        elif at < len(haystack) and (done, at) not in seen:
            seen.add((done, at))
            if (plain := stretches[done]) and haystack.startswith(plain, at):
                waiting.append((done + len(plain), at + len(plain), names))
                continue
            for size, end, name in reversed(list(_steps(text, done, haystack, at))):
                worn = names if not name or name in names else (*names, name)
                waiting.append((done + size, end, worn))
    return best


@lru_cache(maxsize=64)
def _stretches(text: bytes) -> tuple[bytes, ...]:
    """For each place in *text*, the signs from there that most disguises leave alone."""
    marked = bytes(
        octet if chr(octet).isascii() and chr(octet).isalnum() else 0 for octet in text
    )
    return tuple(marked[at:].partition(b"\0")[0] for at in range(len(text)))


@lru_cache(maxsize=64)
def _beginning(text: bytes) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """The bytes with which *text* may begin, and for each what must follow it.

    One expression for all would be slow: it looks for the bytes of a set one place
    after the other.
    """
    first = text[0]
    mark = re.escape(text[:1]) if first in b"'\"/" else b""
    name = b"" if chr(first).isalnum() and first < 128 else b"A-Za-z"
    code = ord(text.decode()[0])
    codes = b"|".join(rb"%d|[xX]0{0,8}(?i:%x)" % (one, one) for one in (code, 0x5C))
    octets = b"|".join(b"%02x|%02X" % (octet, octet) for octet in {*_leads(text, 0), 0x26})
    forms = {bytes([lead]): b"" for lead in _leads(text, 0)}
    # Of a run of backslashes, encoded or not, only the first one can begin anything,
    # or of a very long run the first that counts.
    forms |= {
        b"&": rb"(?=(?:amp;){0,8}+(?:amp[%%\\]|[%%\\%s]|#(?:[%%\\]|0{0,8}(?:%s))))"
        % (name, codes),
        b"%": rb"(?=(?:25){0,8}(?:%s)|(?<!%%5[cC]%%)(?:25){0,8}5[cC])" % octets,
        b"\\": rb"(?:(?<!\\\\)|(?=\\{30}[^\\]))(?=\\{0,31}+[&%%uUx0-3%s])" % mark,
    }
    # But a text that begins with a special sign may begin anywhere in a run of them.
    forms[text[:1]] = b"" if first in _SPECIAL else b"(?=%s)" % _ahead(text, 1)
    if first == 0x5C and (size := _run_length(text, 0)) < len(text):
        # What follows must come soon, or a run of a million is walked a million times.
        end = rb"(?:%s){0,%d}+(?!%s)" % (_BACKSLASH, 16 * size + 32, _BACKSLASH)
        forms |= {b"\\": b"(?=%s)" % end, b"%": b"(?=(?:25){0,8}(?:26|5[cC]%s))" % end}
    return tuple((lead, re.compile(re.escape(lead) + rest)) for lead, rest in forms.items())


def _ahead(text: bytes, done: int) -> bytes:
    """What may follow after *done* bytes of *text* that stand there as they are."""
    if done == min(len(text), 16) or text[done - 1] in {0xC3, *_SPECIAL}:
        return b""  # far enough; or what was read may have been another form of it
    here, leads = text[done], _leads(text, done) | {*_SPECIAL}
    rest = _ahead(text, done + 1)
    others = re.escape(bytes(sorted(leads - {here})))
    return b"(?:%s%s|[%s])" % (re.escape(text[done : done + 1]), rest, others)


def _leads(text: bytes, done: int) -> set[int]:
    """The bytes by which what comes after *done* bytes of *text* may begin."""
    char = text[done : done + 2]
    leads = {char[0], chr(char[0]).encode()[0]}
    if char[0] == 0x20:
        leads.add(0x2B)
    if char[0] in {0xC2, 0xC3}:
        leads.add(ord(char.decode()))
    return leads


def _steps(text: bytes, done: int, haystack: bytes, at: int) -> Iterator[tuple[int, int, str]]:
    """Yield how many bytes of *text* are read from *at*, up to where, in which disguise."""
    wanted, here = text[done], haystack[at]
    if wanted == 0x5C:
        yield from _run(text, done, haystack, at)
    elif here == wanted:
        yield 1, at + 1, ""
    elif here == 0x2B and wanted == 0x20:
        yield 1, at + 1, "plus"
    if wanted >= 0x80:
        if haystack.startswith(twice := chr(wanted).encode(), at):
            yield 1, at + len(twice), "UTF-8 twice"
        if here >= 0x80 and text.startswith(char := _latin(haystack[at : at + 1]), done):
            yield len(char), at + 1, "latin-1"
    if here in _SPECIAL:
        readings = (_percent, _reference, _escapes)
        for value, end, name in (one for read in readings for one in read(haystack, at)):
            if value and text.startswith(value, done):
                yield len(value), end, name
            if value == b"+" and wanted == 0x20:
                yield 1, end, "plus"
            # An octet may be one of UTF-8 or a whole sign of latin-1: for C3 only
            # what follows decides.
            if len(value) == 1 and value >= b"\x80" and text.startswith(_latin(value), done):
                yield len(_latin(value)), end, name


def _percent(haystack: bytes, at: int) -> Iterator[_Reading]:
    if found := _OCTET.match(haystack, at):
        yield bytes.fromhex(found[2].decode()), found.end(), "percent"
        for end in range(at + 3, found.end(1) + 1, 2):
            yield b"%", end, "percent"


def _reference(haystack: bytes, at: int) -> Iterator[_Reading]:
    if found := _REFERENCE.match(haystack, at):
        if found["name"]:
            value = html5.get(f"{found['name'].decode()};", "")
        else:
            value = _char(found["decimal"], 10) + _char(found["hex"], 16)
        yield value.encode(), found.end(), "HTML"
        # After any "amp;" the text itself may go on with "amp;", "lt;" or "#39;".
        for again in re.finditer(_SEMICOLON, haystack[at : found.end("again")]):
            yield b"&", at + again.end(), "HTML"


def _run(text: bytes, done: int, haystack: bytes, at: int) -> Iterator[tuple[int, int, str]]:
    """A run of backslashes: each encoding doubles all of them."""
    size = _run_length(text, done)
    ends: list[int] = []
    while len(ends) < 16 * size and (one := _ONE_BACKSLASH.match(haystack, at)):
        ends.append(at := one.end())
    for times in (1, 2, 4, 8, 16):
        if times * size <= len(ends):
            name = {0x5C: "", 0x3B: "HTML"}.get(haystack[ends[0] - 1], "percent")
            yield size, ends[times * size - 1], "escape" if times > 1 else name


def _run_length(text: bytes, done: int) -> int:
    return len(text) - done - len(text[done:].lstrip(b"\\"))


def _escapes(haystack: bytes, at: int) -> Iterator[_Reading]:
    run = _BACKSLASHES.match(haystack, at)
    if run is None:
        return
    if found := _ESCAPE.match(haystack, run.end()):
        kind = str(found.lastgroup)
        if kind == "itself":
            value = found[kind]
        elif kind in ("octet", "octal"):
            value = bytes([int(found[kind], 16 if kind == "octet" else 8)])
        elif kind == "low":
            pair = f"{found['high'].decode()}{found['low'].decode()}"
            value = bytes.fromhex(pair).decode("utf-16-be").encode()
        else:
            value = _char(found[kind], 16).encode()
        yield value, found.end(), "escape"
    for read in (_percent, _reference):
        for value, end, name in read(haystack, run.end()):
            if value in (b'"', b"'", b"/"):
                yield value, end, name


def _latin(octet: bytes) -> bytes:
    return octet.decode("latin-1").encode()


def _char(digits: bytes | None, base: int) -> str:
    code = int(digits or b"0", base)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
