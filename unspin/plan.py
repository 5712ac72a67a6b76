"""From chosen swaps to a repair plan: edits with confidences, articles put right."""

from __future__ import annotations

import regex

from .edits import Applicability, Edit, Plan, digest
from .report import Report, Rule, Suggestion
from .surface import article_for

# Confidence from which an edit is safe or likely; see docs/model.md for what they give.
SAFE, LIKELY = 0.93, 0.35
_REPAIRABLE = frozenset({Rule.OBSERVED, Rule.EDITOR, Rule.USER, Rule.THESAURUS, Rule.NAME})
_ARTICLE = regex.compile(r"(?<![\p{L}\p{N}'\u2019-])([Aa]n?)([ \t\u00a0]+[\"\u201c\u2018'(]?)$")
_DOUBLED = regex.compile(r"(?<![\p{L}\p{N}'\u2019-])(the|an?)[ \t\u00a0]+$", regex.IGNORECASE)


def plan_edits(text: str, report: Report) -> Plan:
    """The plan for a report on ``text``: one edit a swap, and the articles they drag along."""
    edits: list[Edit] = []
    for finding in report.findings:
        if finding.rule not in _REPAIRABLE or not finding.suggestions:
            continue
        best = finding.suggestions[0]
        confidence = finding.score * best.score
        level = _applicability(confidence, finding.rule, report.flagged)
        start, replacement = finding.start, best.text
        doubled = _DOUBLED.search(text, max(0, start - 8), start)
        first = replacement.split(" ", 1)[0].lower()
        if doubled and first in ("the", "a", "an") and " " in replacement:
            replacement = replacement.split(" ", 1)[1]
        edits.append(
            Edit(
                start,
                finding.end,
                replacement,
                confidence,
                level,
                finding.rule,
                finding.text,
                finding.suggestions[1:6],
            )
        )
        article = _article_edit(text, edits[-1], edits[-2] if len(edits) > 1 else None)
        if article is not None:
            edits.insert(-1, article)
    return Plan(digest(text), tuple(edits))


def _applicability(confidence: float, rule: Rule, flagged: bool) -> Applicability:
    if flagged and confidence >= SAFE and rule is not Rule.THESAURUS:
        return Applicability.SAFE
    if flagged and confidence >= LIKELY:
        return Applicability.LIKELY
    return Applicability.GUESS


def _article_edit(text: str, edit: Edit, previous: Edit | None) -> Edit | None:
    """The edit that puts a/an right before a replacement, where it is wrong."""
    window = max(0, edit.start - 8)
    match = _ARTICLE.search(text, window, edit.start)
    if match is None or (previous is not None and previous.end > match.start()):
        return None
    standing = match[1]
    wanted = article_for(edit.replacement.split()[0])
    if wanted == standing.lower():
        return None
    written = wanted.capitalize() if standing[0].isupper() else wanted
    return Edit(
        match.start(1),
        match.end(1),
        written,
        edit.confidence,
        edit.applicability,
        edit.rule,
        standing,
        (Suggestion(standing, 1.0 - edit.confidence),),
    )
