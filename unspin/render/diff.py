"""Repairs as diffs of words: in their lines, or side by side.

A text is cut along its plan into pieces, and both forms are drawn from these, so that a line
shows exactly the edits that would be made, and the guesses that would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..edits import Edit, Plan, Repair
from .runs import Line, Run, Style, line_width, marked, visible, wrap
from .text import plural

_ORDER = ("safe", "likely", "guess")
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Row:
    """One line of the text with its edits: ``number`` from 1, before and after in one."""

    number: int
    pieces: list[str | Edit] = field(default_factory=list)

    @property
    def edited(self) -> bool:
        return any(isinstance(piece, Edit) for piece in self.pieces)


def rows(text: str, plan: Plan) -> Iterator[Row]:
    """The lines of ``text``, each cut along the edits that begin in it.

    An edit over a line break pulls the next line up.
    """
    row, at, number = Row(1), 0, 1
    for edit in (*plan.edits, None):
        same = text[at : edit.start if edit else len(text)]
        for index, part in enumerate(_BREAK.split(same)):
            if index:
                yield row
                number += 1
                row = Row(number)
            if part:
                row.pieces.append(part)
        if edit:
            row.pieces.append(edit)
            number += len(_BREAK.findall(edit.original))
            at = edit.end
    yield row


def words(repair: Repair, text: str, columns: int | None, colour: bool) -> list[Line]:
    """The lines that hold edits, what goes and what comes in one; wrapped to ``columns``.

    Guesses that are not applied stand in the text with their proposal behind an arrow.
    Without ``colour`` the changes carry signs instead, and count for the width.
    """
    out: list[Line] = []
    previous = 0
    edited = [row for row in rows(text, repair.plan) if row.edited]
    margin = len(str(edited[-1].number)) + 2 if edited else 0
    for row in edited:
        if row.number > previous + 1:
            out.append([Run(" " * margin + "⋯", Style.DIM)])
        previous = row.number
        line = inline(row, repair.plan)
        if not colour:
            line = marked(line)
        wrapped = wrap(line, max(columns - margin - 2, 20)) if columns else [line]
        for index, part in enumerate(wrapped):
            number = f"{row.number if not index else '':>{margin}}  "
            out.append([Run(number, Style.DIM), *part])
    return out


def inline(row: Row, plan: Plan) -> Line:
    """One line of text with its edits in place, as runs."""
    line: Line = []
    for piece in row.pieces:
        if isinstance(piece, str):
            line.append(Run(visible(piece)))
        elif piece.applicability in plan.apply:
            between = " " if piece.original and piece.replacement else ""
            line += [
                Run(_flat(piece.original), Style.REMOVED),
                Run(between),
                Run(_flat(piece.replacement), Style.ADDED),
            ]
        else:
            line.append(_guess(piece))
    return [run for run in line if run.text]


def side_by_side(repair: Repair, text: str, columns: int, colour: bool) -> list[Line]:
    """The lines that hold edits in two columns, before and after."""
    half = max((columns - 3) // 2, 20)
    out: list[Line] = []
    previous = 0
    for row in rows(text, repair.plan):
        if not row.edited:
            continue
        if row.number > previous:
            rule = f"── {row.number} "
            out.append([Run(rule + "─" * (2 * half + 3 - len(rule)), Style.DIM)])
        previous = row.number
        left, right = _halves(row, repair.plan)
        if not colour:
            left, right = marked(left), marked(right)
        pair = [wrap(left, half), wrap(right, half)]
        for index in range(max(map(len, pair))):
            one, two = (side[index] if index < len(side) else [] for side in pair)
            out.append([*one, Run(" " * (half - line_width(one))), Run(" │ ", Style.DIM), *two])
    return out


def _halves(row: Row, plan: Plan) -> tuple[Line, Line]:
    left: Line = []
    right: Line = []
    for piece in row.pieces:
        if isinstance(piece, str):
            left.append(Run(visible(piece)))
            right.append(Run(visible(piece)))
        elif piece.applicability in plan.apply:
            left.append(Run(_flat(piece.original), Style.REMOVED))
            right.append(Run(_flat(piece.replacement), Style.ADDED))
        else:
            left.append(Run(_flat(piece.original)))
            right.append(_guess(piece))
    return [run for run in left if run.text], [run for run in right if run.text]


def title(name: str, repair: Repair) -> str:
    """``article.txt: 12 edits (8 safe, 4 likely); 3 guesses not applied``."""
    applied = count(repair, applied=True)
    left = count(repair, applied=False)
    total = sum(applied.values())
    parts = ", ".join(f"{number:,} {kind}" for kind, number in applied.items())
    text = f"{visible(name)}: {plural(total, 'edit')}" + (f" ({parts})" if parts else "")
    return text + (f"; {listed(left)} not applied" if left else "")


def count(repair: Repair, applied: bool) -> dict[str, int]:
    """How many edits of each applicability are, or are not, in the repaired text."""
    kinds = [str(e.applicability) for e in repair.edits if (e.applicability in repair.plan.apply) is applied]
    return {kind: kinds.count(kind) for kind in _ORDER if kind in kinds}


def listed(counts: dict[str, int]) -> str:
    """``4 likely edits, 3 guesses``."""
    return ", ".join(
        plural(number, "guess" if kind == "guess" else f"{kind} edit") for kind, number in counts.items()
    )


def _guess(edit: Edit) -> Run:
    return Run(f"{_flat(edit.original)} → {_flat(edit.replacement) or '∅'}", Style.GUESS)


def _flat(text: str) -> str:
    """``text`` on one line, safe to print."""
    return visible(_BREAK.sub(" ", text))
