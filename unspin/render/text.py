"""Reports for people: a headline per file, and each finding with its sentence and reasons."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..report import Finding, Passage, Report, Rule, Verdict
from .runs import Line, Run, Style, pad, visible, width

RUNNER_UP = 0.15  # a second suggestion at least this sure is shown beside the first
_COLUMN = 30  # widest column of phrases; longer ones push the rest of their line along
_LEAST = 24  # columns of context on either side, however narrow the screen
_RANGES = 6  # scattered over more stretches than this, they are not worth naming
_HELD = 0.8  # share of the findings that is most of them
_FEW = 0.4  # share of the passages that is few of them
_EACH = 3  # findings a passage that make it worth naming
_LINE = re.compile(r"\r\n|\r|\n")
_BREAK = r"(?:\r\n|\r(?!\n)|\n)"
_SENTENCE = re.compile(rf"[.!?…][\"'”’)\]]*\s+|{_BREAK}\s*{_BREAK}\s*")
_SPACE = re.compile(r"\s+")
_VERDICTS = {
    Verdict.CLEAN: Style.GOOD,
    Verdict.SUSPECT: Style.WARN,
    Verdict.SPUN: Style.BAD,
    Verdict.TRANSLATED: Style.WARN,
    Verdict.UNSCORED: Style.DIM,
}
_FAMILIES = {
    Rule.QUOTES: "translation artefact",
    Rule.SPEAKER: "translation artefact",
    Rule.COUNTER: "translation artefact",
    Rule.PLACEHOLDER: "unfilled placeholder",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How much is shown: columns of the screen, findings a file (0: all), lone phrases too."""

    columns: int = 100
    max_findings: int = 20
    verbose: bool = False


class Lines:
    """Line and column of a code-point offset, both from 1; lines end as editors count them."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE.finditer(text))]

    def __call__(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def plural(number: int, noun: str) -> str:
    """``3 edits``, ``1 edit``, ``1,200 guesses``."""
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"


def headline(name: str, report: Report) -> Line:
    """One line a file: the verdict, and how much of what stands behind it."""
    line = [Run(f"{visible(name)}: "), Run(str(report.verdict), _VERDICTS[report.verdict])]
    if report.verdict is Verdict.UNSCORED:
        return [*line, Run(f": {report.reason}" if report.reason else "")]
    # The report's own score is that of substitution, which is not what a translation is said of.
    translated = report.verdict is Verdict.TRANSLATED
    sure = report.categories.get("translation", report.score) if translated else report.score
    score = f"(score {sure:.2f})"
    if report.flagged:
        families = Counter(_FAMILIES.get(f.rule, "substitution artefact") for f in report.findings)
        held = ", ".join(plural(number, family) for family, number in families.most_common())
        words = plural(report.words, "word")
        return [*line, Run(f" — {held} in {words} {score}" if held else f" in {words} {score}")]
    lone = len(report.findings)
    return [*line, Run(f" {score}; {plural(lone, 'lone odd phrase')}" if lone else f" {score}")]


def check(name: str, text: str, report: Report, layout: Layout) -> list[Line]:
    """The headline of one file, and its findings where they are asked for."""
    out = [headline(name, report)]
    if not (report.flagged or layout.verbose):
        return out
    where = Lines(text)
    held = _held(report.passages, where)
    if held:
        out.append([Run(f"  {held}", Style.DIM)])
    shown = report.findings[: layout.max_findings or None]
    places = ["{}:{}".format(*where(finding.start)) for finding in shown]
    phrases = [_flat(finding.text) for finding in shown]
    originals = [_flat(finding.suggestions[0].text) if finding.suggestions else "" for finding in shown]
    columns = [min(_COLUMN, max(map(width, column), default=0)) for column in (places, phrases, originals)]
    for finding, place, phrase, original in zip(shown, places, phrases, originals, strict=True):
        out += _finding(finding, (place, phrase, original), columns, layout)
        out.append([Run(" " * (columns[0] + 4)), *context(text, finding, layout.columns - columns[0] - 4)])
    if len(shown) < len(report.findings):
        more = len(report.findings) - len(shown)
        out.append([Run(f"  … and {more:,} more, --max-findings 0 shows all", Style.DIM)])
    return out


def _finding(
    finding: Finding, cells: tuple[str, str, str], columns: Sequence[int], layout: Layout
) -> list[Line]:
    """One finding: place, phrase, likely original, certainty; why, on a line of its own if long."""
    place, phrase, original = cells
    line = [
        Run("  " + " " * (columns[0] - width(place)) + place + "  ", Style.DIM),
        Run(pad(phrase, columns[1]), Style.STRONG),
    ]
    if original:
        line += [Run(" → "), Run(pad(original, columns[2]), Style.GOOD)]
    else:
        line.append(Run(" " * (columns[2] + 3 if columns[2] else 0)))
    line.append(Run(f"  {_percent(finding.score):>4}"))
    runners = [s for s in finding.suggestions[1:2] if s.score >= RUNNER_UP]
    why = [f"or {_flat(s.text)} ({_percent(s.score)})" for s in runners]
    why += [visible(evidence.text) for evidence in finding.evidence]
    why += ["in a quotation"] if finding.quoted else []
    reasons = Run("; ".join(why) or str(finding.rule).replace("-", " "), Style.DIM)
    if sum(width(run.text) for run in line) + 2 + width(reasons.text) <= layout.columns:
        return [[*line, Run("  "), reasons]]
    return [line, [Run(" " * (columns[0] + 4)), reasons]]


def context(text: str, finding: Finding, columns: int) -> Line:
    """The finding in its sentence, on one line of about ``columns``, clipped at words."""
    room = max(columns - width(_flat(finding.text)) - 2, 2 * _LEAST)
    before = text[max(0, finding.start - 4 * room) : finding.start]
    after = text[finding.end : finding.end + 4 * room]
    breaks = list(_SENTENCE.finditer(before))
    if breaks:
        before = before[breaks[-1].end() :]
    stop = _SENTENCE.search(after)
    if stop:
        after = after[: stop.end()].rstrip()
    before, after = _flat(before).lstrip(), _flat(after).rstrip()
    left = max(room // 2, room - width(after))
    right = room - min(left, width(before))
    return [
        Run(_clip(before[::-1], left)[::-1]),
        Run(_flat(finding.text), Style.FOUND),
        Run(_clip(after, right)),
    ]


def _clip(text: str, columns: int) -> str:
    """The beginning of ``text`` in at most ``columns``, cut after a word, with an ellipsis."""
    if width(text) <= columns:
        return text
    kept = text[: columns - 1]
    while width(kept) > columns - 1:
        kept = kept[:-1]
    head, space, _ = kept.rpartition(" ")
    return (head if space and len(head) * 2 > len(kept) else kept) + "…"


def _flat(text: str) -> str:
    """``text`` on one line, safe to print."""
    return visible(_SPACE.sub(" ", text))


def _percent(share: float) -> str:
    """Whole per cent; never 100% for what is not certain."""
    return f"{min(99, round(100 * share)) if share < 1 else 100}%"


def _held(passages: Iterable[Passage], where: Lines) -> str:
    """Which passages hold most of the findings, where few do."""
    scored = [passage for passage in passages if passage.score is not None]
    total = sum(passage.findings for passage in scored)
    left = _HELD * total
    held: list[Passage] = []
    for passage in sorted(scored, key=lambda passage: -passage.findings):
        if left <= 0:
            break
        held.append(passage)
        left -= passage.findings
    if not held or len(held) > _FEW * len(scored) or total < _EACH * len(held):
        return ""
    held.sort(key=lambda passage: passage.start)
    ranges: list[list[int]] = []
    for passage in held:
        first, last = where(passage.start)[0], where(max(passage.start, passage.end - 1))[0]
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1][1] = max(last, ranges[-1][1])
        else:
            ranges.append([first, last])
    if len(ranges) > _RANGES:
        return ""
    lines = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)
    noun = "line" if lines.isdecimal() else "lines"
    verb = "holds" if len(held) == 1 else "hold"
    return f"{len(held)} of {plural(len(scored), 'passage')} {verb} most of it: {noun} {lines}"


def summary(verdicts: Iterable[Verdict], failed: int) -> str:
    """``12 files: 2 flagged, 9 clean, 1 unscored, 1 could not be read``."""
    counts = Counter("flagged" if verdict.flagged else str(verdict) for verdict in verdicts)
    parts = [f"{counts[kind]:,} {kind}" for kind in ("flagged", "clean", "unscored") if counts[kind]]
    parts += [f"{failed:,} could not be read"] if failed else []
    return f"{plural(sum(counts.values()) + failed, 'file')}: {', '.join(parts)}"
