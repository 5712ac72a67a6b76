"""Finds the words an article spinner swapped, says why, and proposes what stood there.

Names are imported on first use, so that ``import unspin`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .api import apply_plan, detect, repair
    from .edits import Applicability, Edit, Plan, PlanError, Repair
    from .engine import Config, Unspin
    from .errors import UnspinError
    from .report import Evidence, Finding, Passage, Report, Rule, Suggestion, Verdict

__all__ = [
    "Applicability",
    "Config",
    "Edit",
    "Evidence",
    "Finding",
    "Passage",
    "Plan",
    "PlanError",
    "Repair",
    "Report",
    "Rule",
    "Suggestion",
    "Unspin",
    "UnspinError",
    "Verdict",
    "__version__",
    "apply_plan",
    "detect",
    "repair",
]

_MODULES = {
    "api": ("apply_plan", "detect", "repair"),
    "engine": ("Config", "Unspin"),
    "errors": ("UnspinError",),
    "edits": ("Applicability", "Edit", "Plan", "PlanError", "Repair"),
    "report": ("Evidence", "Finding", "Passage", "Report", "Rule", "Suggestion", "Verdict"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
