"""Residue that is no substitution: machine translation, and unexpanded templates.

Each rule is a pattern on the text itself and carries a weight; a document whose weights sum
to one or more is called translated. The patterns were found by reading such pages; each
has texts on which it must and must not fire in ``tests/cases``.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from .report import Rule
from .text import Document

_TIMEOUT = 5
# a closed quotation, a speaker tag, and the same kind of tag again after the next quotation
_TAG = r"(?:he|she|they|it) (?:said|added|emphasi[sz]ed|explained|pointed out|stressed|continued)"
_DOUBLE_TAG = regex.compile(
    rf"\b(?:said|added|explained|emphasi[sz]ed|pledged), \u201c[^\u201c\u201d\n]+,?\u201d {_TAG}\b", regex.I
)
_STRAY_TAG = regex.compile(rf"[.!?]\u201d \u201c{_TAG}\b", regex.I)
_MARKS = regex.compile(r"[\u201c\u201d\u201e\n]")
_PAIRED = regex.compile(r"\u201c\s?[\u201c\u201d]|\u201d\u201c")
_SAID_TWICE = regex.compile(
    r"\b(?:said|stated),? [\u201c\"]{1,2}[^\u201c\u201d\"\n]{5,400}[\u201d\"][^.\n\u201c\u201d]{0,80}"
    r"\bsaid\b(?!\s*[,\u2014]|\s+[\u201c\"])"
)
# a figure and its counting word, joined as other languages write them
_GLUED = regex.compile(
    r"(?<![\w.,/-])\d{1,4}"
    r"(?:dogs?|cats?|heads?|people|persons?|servings?|pieces?|thousand|ten thousand|won)\b"
)
_COUNTER = regex.compile(r"(?m)^[ \t\-\u2022*]*\d{1,4}(?:dog|dogs|gae|ken|matters|pieces|people)[ \t]*$")
_MASKED = regex.compile(r"\[email\s?protected\]")
_SPINTAX = regex.compile(r"\{[^{}|\n]{1,40}(?:\|[^{}|\n]{0,40}){1,12}\}")
_FIELD = regex.compile(
    r"(?<![\w%])%(?:keyword|title|name|city|company|phone|email|url|location|state)s?%(?![\w%])", regex.I
)


@dataclass(frozen=True)
class Residue:
    """One artefact: code points ``[start, end)``, its rule, what it is, how much it weighs."""

    start: int
    end: int
    rule: Rule
    note: str
    weight: float


def find_residue(document: Document) -> list[Residue]:
    """All translation residue and unexpanded templates of a text, in text order."""
    text = document.text
    found = _orphaned_quotes(text) if "\u201c" in text else []
    if "\u201d" in text:
        for pattern in (_DOUBLE_TAG, _STRAY_TAG):
            for match in pattern.finditer(text, timeout=_TIMEOUT):
                found.append(
                    Residue(
                        match.start(),
                        match.end(),
                        Rule.SPEAKER,
                        "the speaker is tagged twice for one quotation",
                        0.2,
                    )
                )
    for pattern, rule, note, weight in (
        (_PAIRED, Rule.QUOTES, "quotation marks doubled or empty", 0.25),
        (_SAID_TWICE, Rule.SPEAKER, "the speaker is tagged before and after one quotation", 0.3),
        (_GLUED, Rule.COUNTER, "a figure joined to its counting word", 0.2),
    ):
        for match in pattern.finditer(text, timeout=_TIMEOUT):
            found.append(Residue(match.start(), match.end(), rule, note, weight))
    for match in _COUNTER.finditer(text, timeout=_TIMEOUT):
        found.append(Residue(match.start(), match.end(), Rule.COUNTER, "a counter left half translated", 0.3))
    if "[" in text:
        for match in _MASKED.finditer(text, timeout=_TIMEOUT):
            found.append(
                Residue(
                    match.start(), match.end(), Rule.COUNTER, "a masked e-mail address in running text", 0.1
                )
            )
    if "{" in text:
        for match in _SPINTAX.finditer(text, timeout=_TIMEOUT):
            found.append(
                Residue(
                    match.start(), match.end(), Rule.PLACEHOLDER, "unexpanded alternatives of a spinner", 0.0
                )
            )
    if "%" in text:
        for match in _FIELD.finditer(text, timeout=_TIMEOUT):
            found.append(
                Residue(
                    match.start(),
                    match.end(),
                    Rule.PLACEHOLDER,
                    "a template field that was never filled",
                    0.0,
                )
            )
    return sorted(found, key=lambda r: (r.start, r.end))


def _orphaned_quotes(text: str) -> list[Residue]:
    """Curly quotation marks that open inside an open quotation of their paragraph.

    A quotation that runs on over several paragraphs opens each and closes the last, which
    is good style and not counted.
    """
    found = []
    opened = low = False
    for match in _MARKS.finditer(text, timeout=_TIMEOUT):
        mark = match[0]
        if mark == "\u201c" and low:  # German style: the mark that opens here closes there
            low = False
            continue
        low = mark == "\u201e"
        if mark == "\u201c" and opened:
            found.append(
                Residue(match.start(), match.end(), Rule.QUOTES, "a quotation opens inside an open one", 0.15)
            )
        opened = mark == "\u201c"
    return found
