"""Write the sixteen view modules and the four form pages from two tables of lines.

    python tools/write_views.py           write them
    python tools/write_views.py --check   only say which of them differ

Each line of a table begins with what it needs: the remediations that must be on
and, after a minus sign, those that must be off. Edit a table, never a module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

SITE = Path(__file__).parent.parent / "labapp" / "site"

VIEWS = """
redirect -session  | from urllib.parse import urlencode
redirect -session  |
-redirect          | from django.shortcuts import render
redirect           | from django.shortcuts import redirect, render
mask_reports       | from django.utils.decorators import method_decorator
                   | from django.views import View
mask_reports       | from django.views.decorators.debug import sensitive_post_parameters
                   |
                   | from labapp.site import back_office
                   |
                   |
mask_reports       | @method_decorator(sensitive_post_parameters("sensitive_info"), name="dispatch")
                   | class SensitiveInfoView(View):
-post              |     def get(self, request):
post               |     def post(self, request):
-post              |         sensitive_info = request.GET["sensitive_info"]
post               |         sensitive_info = request.POST["sensitive_info"]
                   |         back_office.notify()
session            |         request.session["sensitive_info"] = sensitive_info
-redirect -session |         return render(request, "received.html", {"sensitive_info": sensitive_info})
-redirect session  |         return render(request, "received.html")
redirect -session  |         return redirect("/secure_page?" + urlencode({"sensitive_info": sensitive_info}))
redirect session   |         return redirect("/secure_page")
                   |
                   |
                   | class SecurePageView(View):
                   |     def get(self, request):
-session           |         sensitive_info = request.GET.get("sensitive_info")
session            |         sensitive_info = request.session.get("sensitive_info")
                   |         return render(request, "secure_page.html", {"sensitive_info": sensitive_info})
"""

FORM = """
        | {% extends "base.html" %}
        | {% block title %}Tell us{% endblock %}
        | {% block main %}
        | <h1>Tell us</h1>
-post   | <form action="/sensitive" method="get">
post    | <form action="/sensitive" method="post">
token   |   {% csrf_token %}
        |   <label for="sensitive_info">Your made-up secret</label>
        |   <input id="sensitive_info" name="sensitive_info" type="text" required>
        |   <button>Send it</button>
        | </form>
        | {% endblock %}
"""


def files() -> dict[Path, str]:
    """Return the text of every file the tables stand for."""
    written = {}
    for on in _choices("post", "mask_reports", "redirect", "session"):
        written[SITE / "views" / f"{'_'.join(on) or 'nothing'}.py"] = _select(VIEWS, on)
    for on in _choices("post", "token"):
        name = "_".join(on) if "post" in on else "_".join(("get", *on))
        written[SITE / "templates" / "form" / f"{name}.html"] = _select(FORM, on)
    return written


def main() -> int:
    """Write the files, or with ``--check`` return 1 if one is out of step."""
    stale = [
        file
        for file, text in files().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    for file in stale:
        print(file.relative_to(SITE.parent.parent))
        if "--check" not in sys.argv:
            file.write_text(files()[file], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


def _choices(*names: str) -> Iterator[tuple[str, ...]]:
    for chosen in product((False, True), repeat=len(names)):
        yield tuple(name for name, on in zip(names, chosen, strict=True) if on)


def _select(table: str, on: tuple[str, ...]) -> str:
    lines = []
    for row in table.strip("\n").splitlines():
        needs, _, line = row.partition("|")
        if all((need.lstrip("-") in on) != need.startswith("-") for need in needs.split()):
            lines.append(line.removeprefix(" "))
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
