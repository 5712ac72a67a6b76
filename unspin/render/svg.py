"""A picture of a terminal: styled lines as one self-contained SVG file, without scripts or links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from .runs import Line, Style, line_width, width, wrap

COLUMNS = 92
_SIZE, _LEADING = 14.0, 21.0  # of the type and its lines, in user units
_ADVANCE = 8.43  # of one column: 0.602 em, as in DejaVu Sans Mono, Menlo and Consolas' kin
_MARGIN, _BAR = 18.0, 34.0
_FAMILY = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
# On #16181d every one of these has a contrast of at least 5:1.
_RULES = {
    Style.PLAIN: "fill:#d8dbe2",
    Style.STRONG: "fill:#ffffff;font-weight:bold",
    Style.DIM: "fill:#8d95a5",
    Style.GOOD: "fill:#7fd68a",
    Style.BAD: "fill:#ff8a80",
    Style.WARN: "fill:#f2c55c",
    Style.HUNK: "fill:#74c7ec",
    Style.FOUND: "fill:#f2c55c;font-weight:bold",
    Style.REMOVED: "fill:#ff8a80;text-decoration:line-through",
    Style.ADDED: "fill:#7fd68a",
    Style.GUESS: "fill:#8d95a5;text-decoration:underline",
}
# What XML 1.0 cannot hold at all, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def picture(lines: Iterable[Line], title: str, columns: int = COLUMNS) -> str:
    """An SVG document that shows ``lines`` wrapped at ``columns`` under a title bar."""
    wrapped = [part for line in lines for part in wrap(line, columns)]
    wide = 2 * _MARGIN + columns * _ADVANCE
    high = _BAR + len(wrapped) * _LEADING + _MARGIN
    rules = "".join(f".{style}{{{rule}}}" for style, rule in _RULES.items())
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}"'
        f' width="{wide:.0f}" height="{high:.0f}" role="img">',
        f"<title>{_escape(title)}</title>",
        f"<style>text{{font:{_SIZE:g}px {_FAMILY};white-space:pre}}{rules}</style>",
        '<rect width="100%" height="100%" rx="8" fill="#16181d"/>',
        *(
            f'<circle cx="{_MARGIN + 18 * n:g}" cy="17" r="5" fill="{colour}"/>'
            for n, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<text class="dim" x="{wide / 2:.1f}" y="22" text-anchor="middle">{_escape(title)}</text>',
    ]
    for number, line in enumerate(wrapped):
        if line_width(line):
            y = _BAR + (number + 0.75) * _LEADING
            out.append(f'<text y="{y:.1f}">{"".join(_spans(line))}</text>')
    return "\n".join([*out, "</svg>", ""])


def _spans(line: Line) -> Iterable[str]:
    """Every run in its own columns, so that a font of another width tears nothing apart."""
    column = 0
    for run in line:
        text = run.text.strip(" ")
        if text:
            x = _MARGIN + (column + len(run.text) - len(run.text.lstrip(" "))) * _ADVANCE
            yield (
                f'<tspan class="{run.style}" x="{x:.1f}" textLength="{width(text) * _ADVANCE:.1f}"'
                f' lengthAdjust="spacingAndGlyphs">{_escape(text)}</tspan>'
            )
        column += width(run.text)


def _escape(text: str) -> str:
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
