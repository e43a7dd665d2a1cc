"""Effects in words: what one remediation does to one row, and what all of them do."""

from __future__ import annotations

from labapp.figures.closing import ROWS, Closing, Combination, Effect
from labapp.figures.columns import listed
from labapp.figures.count import count
from labapp.remedy import together


def finding_of(closing: Closing) -> str:
    """Say in a sentence who closes something alone, who only in company, and who opens."""
    effects = {one: [closing.effect(row, one) for row in ROWS] for one in closing.remediations}
    alone = [one for one, found in effects.items() if any(e.alone for e in found)]
    beside = [
        one
        for one, found in effects.items()
        if one not in alone and any(e.beside for e in found)
    ]
    opens = [one for one, found in effects.items() if any(e.opens for e in found)]
    verb = "close" if len(alone) > 1 else "closes"
    some = "something" if alone else "anything"
    parts = [f"{count(len(alone))} of the {count(len(effects))} {verb} {some} alone"]
    if beside:
        parts[0] += f", {count(len(beside))} only together with another"
    names = listed(one.short for one in opens) if opens else "none"
    verb, some = "open" if len(opens) > 1 else "opens", "something" if opens else "anything"
    parts.append(f"{names} {verb} {some}")
    unknown = [row.name for row in ROWS if any(closing.effect(row, o).unknown for o in effects)]
    if unknown:
        parts.append(f"in part unknown: {listed(unknown)}")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def said(found: Effect) -> str:
    """Say an effect in words, such as ``"closes it with redirect; opens it beside POST"``."""
    parts = ["closes it alone"] if found.alone else []
    parts += [f"closes it with {_and(group)}" for group in found.beside]
    if found.opens:
        first, *more = found.opens
        where = f" beside {_and(first)}" if first else ""
        also = f" and {len(more)} more" if more else ""
        parts.append(f"opens it{where}{also}")
    if found.again:
        parts.append(f"closes it again after {_and(found.again[0])}")
    if found.unknown:
        parts.append("unknown")
    return "; ".join(parts) or "nothing"


def _and(combination: Combination) -> str:
    return listed(one.label for one in together(combination)) if combination else "nothing"
