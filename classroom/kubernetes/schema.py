"""``python -m classroom.kubernetes.schema FILE``: values.yaml against the chart's schema.

FILE is the chart's ``values.schema.json``. Helm validates what it has merged with the
chart's own values. Here is only our part, so nothing is asked for that is missing:
`required` is left out, at every level. Unknown names and wrong types are found.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

VALUES = Path(__file__).with_name("values.yaml")


def values() -> dict[str, Any]:
    """Return our values.yaml."""
    read: dict[str, Any] = yaml.safe_load(VALUES.read_text(encoding="utf-8"))
    return read


def complaints(ours: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return what the chart would refuse, a line each."""
    return [
        f"{'.'.join(map(str, error.absolute_path)) or 'values.yaml'}: {error.message}"
        for error in Draft7Validator(_partial(schema)).iter_errors(ours)
    ]


def _partial(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_partial(one) for one in rule]
    if not isinstance(rule, dict):
        return rule
    # A property may be called "required", too: then it is a rule, not a list of names.
    return {
        name: _partial(one)
        for name, one in rule.items()
        if not (name == "required" and isinstance(one, list))
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what the chart would refuse; return how many lines that is, 255 at most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schema", type=Path, help="the chart's values.schema.json")
    options = parser.parse_args(arguments)
    try:
        schema = json.loads(options.schema.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{options.schema} cannot be read as the chart's schema: {error}")
    found = complaints(values(), schema)
    print("\n".join(found) or "values.yaml is what the chart takes.")
    return min(len(found), 255)


if __name__ == "__main__":
    sys.exit(main())
