"""A stand-in for the engine, by a handful of swaps: what the command line does needs no tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unspin.edits import Applicability, Edit, Plan, Repair, apply_plan, digest
from unspin.report import (
    CandidateNote,
    Evidence,
    Explanation,
    Finding,
    Passage,
    Report,
    Rule,
    Suggestion,
    Verdict,
)

SWAPS = {
    "information convention": ("news conference", "press conference", Applicability.SAFE),
    "swan tune": ("swan song", "", Applicability.SAFE),
    "army": ("military", "", Applicability.LIKELY),
    "mentioned": ("said", "", Applicability.GUESS),
    "euros": ("€", "", Applicability.SAFE),
}
PATTERN = re.compile("|".join(phrase.replace(" ", r"\s") for phrase in SWAPS))
BUILT_IN = Path(__file__).parent / "no-such-folder"


@dataclass(frozen=True)
class Config:
    prior: float = 0.05
    threshold: float | None = None


class Unspin:
    """A third of the score for every swap; spun from .9, or the threshold, on."""

    made = 0  # how often an engine was made

    def __init__(self, config: Config | None = None) -> None:
        type(self).made += 1
        self.config = config or Config()
        self.lexicon_version = "test"

    def detect(self, text: str) -> Report:
        if "!!crash!!" in text:
            raise RuntimeError("the lattice is on fire")
        if not text.strip():
            return Report(Verdict.UNSCORED, 0.0, 0.0, (), (), 0, "empty", {}, digest(text), "test")
        findings = tuple(map(self._finding, PATTERN.finditer(text)))
        score = min(1.0, len(findings) / 3)
        flagged = score >= (0.9 if self.config.threshold is None else self.config.threshold)
        passages = tuple(
            Passage(m.start(), m.end(), "prose", len(m[0].split()), score)
            for m in re.finditer(r"[^\r\n]+", text)
        )
        verdict = Verdict.SPUN if flagged else Verdict.CLEAN
        return Report(
            verdict, score, 9.5, findings, passages, len(text.split()), "", {}, digest(text), "test"
        )

    def _finding(self, match: re.Match[str]) -> Finding:
        first, second, _ = SWAPS[" ".join(match[0].split())]
        suggestions = (Suggestion(first, 0.8), *([Suggestion(second, 0.17)] if second else []))
        evidence = (Evidence("observed", "seen 4×", 4.0), Evidence("context", "fits e^9 times better", 9.0))
        return Finding(*match.span(), match[0], Rule.OBSERVED, 0.97, suggestions, evidence)

    def repair(self, text: str, apply: tuple[str, ...] = ("safe", "likely")) -> Repair:
        report = self.detect(text)
        edits = tuple(
            Edit(
                f.start,
                f.end,
                f.suggestions[0].text,
                0.9,
                SWAPS[" ".join(f.text.split())][2],
                f.rule,
                f.text,
                f.suggestions[1:],
            )
            for f in report.findings
        )
        plan = Plan(report.sha256, edits, tuple(Applicability(a) for a in apply))
        return Repair(apply_plan(text, plan), plan, report)

    def explain(self, text: str) -> tuple[Explanation, ...]:
        return tuple(
            Explanation(
                f.start,
                f.end,
                f.text,
                0.021,
                1.3,
                float("inf"),
                f.score,
                tuple(CandidateNote(s.text, 9.1, -3.2, "observed", 4, 31.2, s.score) for s in f.suggestions),
            )
            for f in self.detect(text).findings
        )
