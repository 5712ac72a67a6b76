"""Repair plans: edits as data that can be shown, stored, replayed and refused.

Offsets are code points, half-open, into the text as it was given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import UnspinError
from .report import SCHEMA, Report, Rule, Suggestion


class Applicability(StrEnum):
    """How far an edit may be trusted, best first."""

    SAFE = "safe"
    LIKELY = "likely"
    GUESS = "guess"


class PlanError(UnspinError, ValueError):
    """A plan that does not fit the text, or is not a plan; the message says why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` by ``replacement``; a hypothesis with its runners-up."""

    start: int
    end: int
    replacement: str
    confidence: float  # in [0, 1]
    applicability: Applicability
    rule: Rule
    original: str  # what stands there now
    alternatives: tuple[Suggestion, ...] = ()


def digest(text: str) -> str:
    """SHA-256 of the text as UTF-8, by which a plan knows its text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """All edits proposed for one text, in order and without overlaps.

    ``apply`` names the applicabilities whose edits are carried out.
    """

    sha256: str
    edits: tuple[Edit, ...]
    apply: tuple[Applicability, ...] = (Applicability.SAFE, Applicability.LIKELY)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of the plan."""
        return {
            "schema": SCHEMA,
            "sha256": self.sha256,
            "apply": [str(a) for a in self.apply],
            "edits": [
                {
                    "start": e.start,
                    "end": e.end,
                    "original": e.original,
                    "replacement": e.replacement,
                    "confidence": round(e.confidence, 4),
                    "applicability": str(e.applicability),
                    "rule": str(e.rule),
                    "alternatives": [{"text": s.text, "score": round(s.score, 4)} for s in e.alternatives],
                }
                for e in self.edits
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """A plan from its JSON form; raises :class:`PlanError` where it is not one."""
        try:
            if data["schema"] != SCHEMA:
                raise PlanError(f"the plan has schema {data['schema']!r}, this unspin reads {SCHEMA}")
            return cls(
                str(data["sha256"]),
                tuple(
                    Edit(
                        int(e["start"]),
                        int(e["end"]),
                        str(e["replacement"]),
                        float(e["confidence"]),
                        Applicability(e["applicability"]),
                        Rule(e["rule"]),
                        str(e["original"]),
                        tuple(Suggestion(str(s["text"]), float(s["score"])) for s in e["alternatives"]),
                    )
                    for e in data["edits"]
                ),
                tuple(Applicability(a) for a in data["apply"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, PlanError):
                raise
            raise PlanError(f"not a repair plan: {error}") from None


@dataclass(frozen=True, slots=True)
class Repair:
    """The outcome of :func:`unspin.repair`: the repaired text, its plan, and the report."""

    text: str
    plan: Plan
    report: Report

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits of the plan, applied or not."""
        return self.plan.edits

    @property
    def applied(self) -> tuple[Edit, ...]:
        """The edits that :attr:`text` holds."""
        return tuple(e for e in self.plan.edits if e.applicability in self.plan.apply)


def apply_plan(text: str, plan: Plan | Mapping[str, Any], apply: Iterable[str] | None = None) -> str:
    """Replay a plan on the text it was made for.

    ``apply`` overrides the plan's own choice of applicabilities ("safe", "likely",
    "guess"). Raises :class:`PlanError` where the text is another one, or an edit does not
    fit it.
    """
    if not isinstance(plan, Plan):
        plan = Plan.from_dict(plan)
    if digest(text) != plan.sha256:
        raise PlanError("the plan was made for another text (its SHA-256 differs); run repair again")
    try:
        chosen = plan.apply if apply is None else tuple(Applicability(a) for a in apply)
    except ValueError as error:
        raise PlanError(f"{error}; apply takes safe, likely and guess") from None
    parts, at = [], 0
    for edit in plan.edits:
        if edit.applicability not in chosen:
            continue
        if not at <= edit.start <= edit.end <= len(text):
            raise PlanError(f"the edit at {edit.start} overlaps another or leaves the text")
        if text[edit.start : edit.end] != edit.original:
            raise PlanError(f"the edit at {edit.start} expects {edit.original!r} there")
        parts += [text[at : edit.start], edit.replacement]
        at = edit.end
    return "".join(parts) + text[at:]
