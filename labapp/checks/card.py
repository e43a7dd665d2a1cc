"""A white card, the same in every theme: of HTML, or of widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labapp.show.card import CARD

# While a list or a button has the focus, JupyterLab takes its keys for shortcuts: "a"
# would add a cell. Lumino, its toolkit, leaves an element with this attribute alone.
_OWN_KEYS = (
    "this.closest('.labapp-card').addEventListener('focusin', event => "
    "event.target.setAttribute('data-lm-suppress-shortcuts', 'true'))"
)

# The names of ipywidgets' own variables and classes, which every theme sets.
STYLE = f"""<style onload="{_OWN_KEYS}">
.labapp-card {{{CARD}; margin-right:20px;
  --jp-widgets-color:#222; --jp-widgets-label-color:#222; --jp-widgets-font-size:1em;
  --jp-widgets-input-color:#222; --jp-widgets-input-background-color:#fff;
  --jp-widgets-input-border-color:#767676; --jp-widgets-input-focus-border-color:#7b1e3b;
  --jp-ui-font-color1:#222; --jp-content-font-color1:#222;
  --jp-layout-color2:#f1f1f1; --jp-layout-color3:#e4e4e4; overflow:visible }}
.labapp-card * {{color-scheme:light}}
.labapp-card .widget-html, .labapp-card .widget-html-content
  {{height:auto; line-height:1.5; font-size:1em; color:#222; overflow:visible}}
.labapp-card .widget-dropdown {{width:auto; flex-wrap:wrap; height:auto; overflow:visible}}
.labapp-card .widget-label {{width:auto; min-width:21em; max-width:100%; height:auto;
  white-space:normal; text-align:left; line-height:1.5; overflow:visible}}
.labapp-card select {{flex:0 1 11em; font-size:1em; height:2.2em}}
.labapp-card .widget-radio {{display:block; width:100%; height:auto; margin-top:12px}}
.labapp-card .widget-radio > .widget-label {{display:block; font-weight:bold; min-width:0;
  margin-bottom:4px}}
.labapp-card .widget-radio-box {{width:100%; height:auto; margin:0; overflow:visible}}
.labapp-card .widget-radio-box label {{display:flex; flex-direction:row-reverse;
  justify-content:flex-end; align-items:baseline; gap:10px; height:auto; white-space:normal;
  line-height:1.5; padding:3px 0; font-size:1em}}
.labapp-card .widget-radio-box input {{flex:none; margin:0; position:relative; top:4px}}
.labapp-card .jupyter-button {{align-self:flex-start; width:auto; height:auto;
  padding:4px 16px; font-size:1em; line-height:1.5; color:#222; background:#f1f1f1;
  border:1px solid #767676}}
.labapp-card :focus-visible {{outline:3px solid #7b1e3b; outline-offset:2px}}
</style>"""


_open: dict[str, Any] = {}  # the cards that are shown, by name


def card(name: str, *children: Any) -> Any:
    """Return *children* (widgets), one below the other, on a white card.

    The card shown before under the same *name* is closed: its cell was run again.
    """
    from ipywidgets import VBox

    if name in _open:
        close(_open.pop(name))
    box = VBox([html(STYLE), *children])
    box.add_class("labapp-card")
    _open[name] = box
    return box


def html(text: str) -> Any:
    """Return a widget that shows *text*, which is HTML."""
    from ipywidgets import HTML

    return HTML(text)


def close(widget: Any) -> None:
    """Close *widget* and all it is made of: each part has a comm of its own."""
    from ipywidgets import Widget

    values = [getattr(widget, name) for name in widget.keys]
    widget.close()
    for value in values:
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Widget) and part.comm is not None:
                close(part)


def mimebundle(text: str, html: str, widget: Callable[[], Any]) -> dict[str, Any]:
    """Return *text* and *html*, and the form that *widget* makes where there are widgets."""
    bundle: dict[str, Any] = {"text/plain": text, "text/html": html}
    try:
        shown = widget()
    except ImportError:  # no ipywidgets: the typed form is enough
        return bundle
    return {**shown._repr_mimebundle_(), **bundle}
