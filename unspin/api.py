"""The functions most callers need, over one engine with the default settings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from .edits import Repair, apply_plan
from .engine import Unspin
from .report import Report

__all__ = ["apply_plan", "detect", "repair"]


@cache
def _engine() -> Unspin:
    return Unspin()


def detect(text: str) -> Report:
    """Look for substitution artefacts in ``text``; see :meth:`unspin.Unspin.detect`."""
    return _engine().detect(text)


def repair(text: str, apply: Iterable[str] = ("safe", "likely")) -> Repair:
    """Propose what ``text`` probably said; see :meth:`unspin.Unspin.repair`."""
    return _engine().repair(text, apply)
