"""Why a span is, or is not, taken for a swap: its candidates, counts and weights in a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..report import CandidateNote, Explanation
from .runs import Line, Run, Style, pad, visible, width
from .text import Lines

MAX_CANDIDATES = 8  # a span; the JSON form has them all
UNLIKELY = 0.1  # a span less likely a swap than this gets one line
_HEADS = ("original", "share", "context", "swap", "known from", "seen", "a million")
_LEFT = frozenset({0, 4})  # columns of words; the others are numbers, set right
_LEGEND = (
    "share: of the belief in this span's originals. context: how many nats (powers of e) better the original",
    "fits there. swap: ln of how often a spinner turns it into this. seen: times observed on spun pages.",
    "a million: how often it stands in a million words of honest English.",
)
NOTHING = "Nothing here has a known original: the lexicon holds no swap that leads to any word of it."


def explain(text: str, explanations: Sequence[Explanation]) -> list[Line]:
    """A block a span, in text order, and a legend."""
    if not explanations:
        return [[Run(NOTHING)]]
    where = Lines(text)
    out: list[Line] = []
    listed = False
    for explanation in explanations:
        if explanation.score < UNLIKELY:
            out.append(_brief(explanation, where))
            continue
        out += [*([[]] if out and out[-1] else []), *_span(explanation, where), []]
        listed = True
    if not listed:
        return out
    return [*out, *([[]] if out[-1] else []), *([Run(line, Style.DIM)] for line in _LEGEND)]


def _head(span: Explanation, where: Lines) -> Line:
    place = "{}:{}".format(*where(span.start))
    return [
        Run(f"{place}  ", Style.DIM),
        Run(_flat(span.text), Style.STRONG),
        Run(f"  {100 * span.score:.1f}% likely a swap", Style.BAD if span.score >= 0.5 else Style.PLAIN),
    ]


def _brief(span: Explanation, where: Lines) -> Line:
    """One line for a span that fits where it stands."""
    best = [f"{_flat(note.text)} {100 * note.posterior:.0f}%" for note in span.candidates[:3]]
    return [*_head(span, where), Run(f"; nearest: {', '.join(best)}" if best else "", Style.DIM)]


def _span(span: Explanation, where: Lines) -> list[Line]:
    facts = (
        f"  likelihood ratio {_amount(span.ratio)} (honest English averages {_amount(span.honest_ratio)},"
        f" allowed for); {_amount(span.per_million)} in a million words"
    )
    out: list[Line] = [_head(span, where), [Run(facts, Style.DIM)]]
    shown = span.candidates[:MAX_CANDIDATES]
    rows = [_HEADS, *(_row(candidate) for candidate in shown)]
    columns = [max(width(row[column]) for row in rows) for column in range(len(_HEADS))]
    for number, row in enumerate(rows):
        cells = [
            pad(cell, columns[i]) if i in _LEFT else " " * (columns[i] - width(cell)) + cell
            for i, cell in enumerate(row)
        ]
        style = Style.DIM if not number else Style.PLAIN
        out.append([Run(("    " + "  ".join(cells)).rstrip(), style)])
    if len(shown) < len(span.candidates):
        more = len(span.candidates) - len(shown)
        out.append([Run(f"    … and {more:,} more, --format json shows all", Style.DIM)])
    return out


def _row(candidate: CandidateNote) -> tuple[str, ...]:
    return (
        _flat(candidate.text),
        f"{100 * candidate.posterior:.1f}%",
        f"{candidate.gain:+.1f}",
        f"{candidate.weight:.1f}",
        candidate.source,
        f"{candidate.seen}{'+' if candidate.seen >= 31 else ''}" if candidate.seen else "–",
        _amount(candidate.per_million),
    )


def _flat(text: str) -> str:
    return visible(" ".join(text.split()))


def _amount(value: float) -> str:
    """A number of any size in few characters: 0, 0.031, 4.2, 310, 12,000, 3e+09."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "–"
    if value == 0:
        return "0"
    if abs(value) >= 1e7 or abs(value) < 1e-3:
        return f"{value:.0e}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"
