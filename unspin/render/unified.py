"""Unified diffs, made from the plan: its edits say what changed, so nothing need be searched."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ..edits import Edit, Repair
from .runs import Line, Run, Style

CONTEXT = 3  # unchanged lines around a change


@dataclass(slots=True)
class _Block:
    """Old lines ``[first, last)``, and what they become."""

    first: int
    last: int
    edits: list[Edit]
    new: list[str]


def unified(name: str, text: str, repair: Repair) -> list[Line]:
    """A diff that ``patch -p1`` takes; every line with its ending, as in the text.

    Lines end at a line feed alone, as patch sees them. No lines where nothing changes.
    """
    lines = _lines(text)
    blocks = [block for block in _blocks(text, lines, repair) if block.new != lines[block.first : block.last]]
    if not blocks:
        return []
    path = name.lstrip(os.sep) if os.path.isabs(name) else name
    tail = "\t" if any(char.isspace() for char in name) else ""  # ends a name that holds spaces
    out = [
        [Run(f"{sign} {side}/{path}{tail}\n", Style.STRONG)] for sign, side in (("---", "a"), ("+++", "b"))
    ]
    grown = 0
    for hunk in _hunks(blocks):
        out += _hunk(lines, hunk, grown)
        grown += sum(len(block.new) - (block.last - block.first) for block in hunk)
    return out


def _blocks(text: str, lines: list[str], repair: Repair) -> list[_Block]:
    """The runs of lines that edits touch, each with its new lines."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    blocks: list[_Block] = []
    for edit in repair.applied:
        first, last = (
            min(bisect_right(starts, at) - 1, max(len(lines) - 1, 0)) for at in (edit.start, edit.end)
        )
        if blocks and first < blocks[-1].last:
            blocks[-1].last = max(blocks[-1].last, last + 1)
            blocks[-1].edits.append(edit)
        else:
            blocks.append(_Block(first, last + 1, [edit], []))
    for block in blocks:
        at, parts = starts[block.first], []
        for edit in block.edits:
            parts += [text[at : edit.start], edit.replacement]
            at = edit.end
        end = starts[min(block.last, len(lines))]
        block.new = _lines("".join([*parts, text[at:end]]))
        block.last = min(block.last, len(lines))
    return blocks


def _hunks(blocks: list[_Block]) -> Iterator[list[_Block]]:
    """Blocks whose contexts touch, together."""
    hunk = [blocks[0]]
    for block in blocks[1:]:
        if block.first - hunk[-1].last > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(block)
    yield hunk


def _hunk(lines: list[str], blocks: list[_Block], grown: int) -> Iterator[Line]:
    first = max(blocks[0].first - CONTEXT, 0)
    last = min(blocks[-1].last + CONTEXT, len(lines))
    more = sum(len(block.new) - (block.last - block.first) for block in blocks)
    old, new = _range(first, last - first), _range(first + grown, last - first + more)
    yield [Run(f"@@ -{old} +{new} @@\n", Style.HUNK)]
    at = first
    for block in blocks:
        yield from (_line(" ", line, Style.PLAIN) for line in lines[at : block.first])
        yield from (_line("-", line, Style.BAD) for line in lines[block.first : block.last])
        yield from (_line("+", line, Style.GOOD) for line in block.new)
        at = block.last
    yield from (_line(" ", line, Style.PLAIN) for line in lines[at:last])


def _line(sign: str, line: str, style: Style) -> Line:
    ending = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
    return [Run(sign + line + ending, style)]


def _range(first: int, count: int) -> str:
    """Lines from 1; an empty range names the line before it."""
    if count == 1:
        return str(first + 1)
    return f"{first + 1 if count else first},{count}"


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
