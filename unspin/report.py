"""What detection says: plain, immutable records, shared by every renderer.

All offsets are code points, half-open, into the text as it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MAX_CHARACTERS = 20_000_000  # a text may have; one that has more is refused
SCHEMA = 1  # of the JSON form; raised when a field changes its meaning


class Verdict(StrEnum):
    """What a document is said to hold; never what its author did."""

    CLEAN = "clean"
    SUSPECT = "suspect"
    SPUN = "spun"
    TRANSLATED = "translated"
    UNSCORED = "unscored"

    @property
    def flagged(self) -> bool:
        """Whether a document with this verdict wants a second look."""
        return self in (Verdict.SUSPECT, Verdict.SPUN, Verdict.TRANSLATED)


class Rule(StrEnum):
    """Evidence families."""

    OBSERVED = "observed-swap"  # a pair seen on spun pages
    EDITOR = "known-swap"  # a pair an editor vouches for
    USER = "user-swap"  # a pair of the user's own lexicon
    THESAURUS = "thesaurus"  # a dictionary neighbour of what fits
    NAME = "name"  # a canonical name or fixed expression with a word off
    QUOTES = "translation-quotes"  # doubled or orphaned quotation marks
    SPEAKER = "translation-speaker"  # stray speaker tags
    COUNTER = "translation-counter"  # untranslated counters
    PLACEHOLDER = "placeholder"  # unexpanded spintax or template fields


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One possible original: its text, ready to stand in the place, and its share in [0, 1]."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: what kind, in words, and the number behind it."""

    kind: str  # "context" | "observed" | "lexicon" | "document" | "pattern"
    text: str
    value: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One swap, or a phrase that was swapped as one, and why it is taken for one."""

    start: int
    end: int
    text: str
    rule: Rule
    score: float  # how sure, in [0, 1]
    suggestions: tuple[Suggestion, ...] = ()  # best first
    evidence: tuple[Evidence, ...] = ()
    quoted: bool = False  # stands inside quotation marks


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or line: its kind, and its score where it is prose.

    ``kind`` is "prose", "heading", "navigation", "list", "code", "table" or "residue";
    ``score`` is None for passages that are set aside.
    """

    start: int
    end: int
    kind: str
    words: int
    score: float | None = None
    findings: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything :func:`unspin.detect` has to say about one text."""

    verdict: Verdict
    score: float  # calibrated probability of machine substitution, in [0, 1]
    llr: float  # natural log likelihood ratio behind the score, free of the prior
    findings: tuple[Finding, ...]
    passages: tuple[Passage, ...]
    words: int  # words of prose that were scored
    reason: str = ""  # why unscored, where it is
    categories: dict[str, float] = field(default_factory=dict)  # kind of garbling -> score
    sha256: str = ""  # of the text as UTF-8
    lexicon: str = ""  # version of the lexicons used

    @property
    def flagged(self) -> bool:
        return self.verdict.flagged

    def to_dict(self) -> dict[str, object]:
        """The JSON form, with ``schema``, ``unspin`` and ``lexicon`` versions."""
        from ._version import __version__

        return {
            "schema": SCHEMA,
            "unspin": __version__,
            "lexicon": self.lexicon,
            "verdict": str(self.verdict),
            "flagged": self.flagged,
            "score": round(self.score, 6),
            "llr": round(self.llr, 4),
            "words": self.words,
            "reason": self.reason,
            "sha256": self.sha256,
            "categories": {name: round(value, 6) for name, value in self.categories.items()},
            "findings": [
                {
                    "start": f.start,
                    "end": f.end,
                    "text": f.text,
                    "rule": str(f.rule),
                    "score": round(f.score, 4),
                    "quoted": f.quoted,
                    "suggestions": [{"text": s.text, "score": round(s.score, 4)} for s in f.suggestions],
                    "evidence": [
                        {"kind": e.kind, "text": e.text, "value": round(e.value, 4)} for e in f.evidence
                    ],
                }
                for f in self.findings
            ],
            "passages": [
                {
                    "start": p.start,
                    "end": p.end,
                    "kind": p.kind,
                    "words": p.words,
                    "score": None if p.score is None else round(p.score, 6),
                    "findings": p.findings,
                }
                for p in self.passages
            ],
        }


@dataclass(frozen=True, slots=True)
class CandidateNote:
    """One candidate original of a span, and what speaks for it (for ``unspin explain``)."""

    text: str
    gain: float  # nats: how much better it fits here than what stands here
    weight: float  # ln P(spun form | original, swapped)
    source: str  # "observed" | "editor" | "user" | "thesaurus" | "name"
    seen: int  # times the pair was observed on spun pages (31 means 31 or more)
    per_million: float  # how often the original stands in honest English
    posterior: float  # share of the belief in this span's originals, in [0, 1]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a span is, or is not, taken for a swap."""

    start: int
    end: int
    text: str
    per_million: float  # how often the span as it stands is found in honest English
    honest_ratio: float  # A(s): what this span's ratio averages in honest English
    ratio: float  # likelihood ratio of a swap here, after that correction
    score: float  # posterior that this span is a swap, in [0, 1]
    candidates: tuple[CandidateNote, ...] = ()
