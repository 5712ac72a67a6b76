"""Styled text: what every renderer for a screen or a picture makes, and how it is printed.

A line is a list of runs. Widths are columns of a terminal: wide characters take two,
combining ones none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Style(StrEnum):
    """What a run means; how it looks is up to the medium."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    HUNK = "hunk"
    FOUND = "found"
    REMOVED = "removed"
    ADDED = "added"
    GUESS = "guess"


ANSI = {
    Style.STRONG: "1",
    Style.DIM: "2",
    Style.GOOD: "32",
    Style.BAD: "31",
    Style.WARN: "33",
    Style.HUNK: "36",
    Style.FOUND: "1;33",
    Style.REMOVED: "9;31",
    Style.ADDED: "32",
    Style.GUESS: "2;4",
}
# What stands around a run where there is no colour.
MARKS = {
    Style.FOUND: ("[", "]"),
    Style.REMOVED: ("[-", "-]"),
    Style.ADDED: ("{+", "+}"),
    Style.GUESS: ("[?", "?]"),
}


class Run(NamedTuple):
    """A piece of text in one style."""

    text: str
    style: Style = Style.PLAIN


Line = list[Run]


def visible(text: str) -> str:
    """``text`` without the power to move a cursor or turn the reading order.

    Controls become their pictures, tabs a space, and bidirectional overrides U+FFFD: a text
    under suspicion must not be able to write to the reader's terminal.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _visible(char) for char in text)


def _visible(char: str) -> str:
    point = ord(char)
    if char == "\t":
        return " "
    if point < 0x20:
        return chr(0x2400 + point)
    category = unicodedata.category(char)
    if category == "Zs" or char in "\xad\u200b\u200c\u200d\u2060\ufeff":
        return char
    return "\N{SYMBOL FOR DELETE}" if point == 0x7F else "\N{REPLACEMENT CHARACTER}"


def cell(char: str) -> int:
    """Columns that one character takes."""
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Columns that a text takes."""
    return len(text) if text.isascii() else sum(map(cell, text))


def line_width(line: Iterable[Run]) -> int:
    """Columns that a line takes."""
    return sum(width(run.text) for run in line)


def pad(text: str, columns: int) -> str:
    """``text`` filled with spaces up to ``columns``."""
    return text + " " * (columns - width(text))


def marked(line: Iterable[Run]) -> Line:
    """The line as plain text, styles that matter shown by the signs of :data:`MARKS`."""
    out = []
    for run in line:
        opening, closing = MARKS.get(run.style, ("", ""))
        out.append(Run(f"{opening}{run.text}{closing}" if run.text else ""))
    return out


def paint(line: Iterable[Run], colour: bool) -> str:
    """The line as a string, with ANSI colours or signs."""
    if not colour:
        return "".join(run.text for run in marked(line))
    return "".join(
        f"\x1b[{ANSI[run.style]}m{run.text}\x1b[0m" if run.style in ANSI and run.text else run.text
        for run in line
    )


def wrap(line: Sequence[Run], columns: int) -> list[Line]:
    """The line broken at spaces into lines of at most ``columns``; at least one line.

    The spaces at a break are dropped, and a word longer than a line is cut.
    """
    cells = [(char, run.style, cell(char)) for run in line for char in run.text]
    out: list[Line] = []
    start = 0
    while start < len(cells):
        stop, used, space = start, 0, start
        while stop < len(cells) and used + cells[stop][2] <= columns:
            used += cells[stop][2]
            if cells[stop][0] == " ":
                space = stop
            stop += 1
        if stop < len(cells):
            if cells[stop][0] != " " and space > start:
                stop = space
            stop = max(stop, start + 1)
        out.append(_runs(cells[start:stop]))
        start = stop
        while start < len(cells) and cells[start][0] == " ":
            start += 1
    return out or [[]]


def _runs(cells: Iterable[tuple[str, Style, int]]) -> Line:
    out: Line = []
    for char, style, _ in cells:
        if out and out[-1].style is style:
            out[-1] = Run(out[-1].text + char, style)
        else:
            out.append(Run(char, style))
    return out
