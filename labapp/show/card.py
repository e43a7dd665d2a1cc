"""The white card that every output stands on: its style, the same in any theme.

The style is written in line, because a notebook is also read where no style sheet
comes along. Sizes follow the notebook's own text: whoever enlarges that, or presents
it on a projector, has larger cards too.
"""

from __future__ import annotations

GREY, LINE = "#595959", "#d0d0d0"
# A little larger than the text around it, which JupyterLab sets in 14 pixels.
FONT = "font:calc(1.07*var(--jp-content-font-size1,14px))/1.5 system-ui,sans-serif"
MONO = "font:0.94em/1.5 ui-monospace,monospace"
CARD = (
    f"background:#fff;color:#222;margin:0;padding:12px 16px;border:1px solid {LINE};"
    f"box-sizing:border-box;max-width:60em;{FONT}"
)
ROW = "background:#fff;color:#222"  # a dark theme colours every second row
# Every theme has sizes of its own for tables.
TABLE = "border-collapse:collapse;font:inherit;margin:8px 0"
CELL = "text-align:left;vertical-align:baseline;line-height:1.5"
