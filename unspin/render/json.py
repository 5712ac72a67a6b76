"""Reports, plans and explanations as JSON: UTF-8, offsets in code points, half-open."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from .._version import __version__
from ..edits import Repair
from ..report import SCHEMA, Explanation, Report


def encode(data: Mapping[str, Any], indent: int | None = 2) -> bytes:
    """The bytes of a JSON document (one line without ``indent``), without a final newline."""
    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # a lone surrogate becomes its JSON escape


def envelope(lexicon: str, **content: Any) -> dict[str, Any]:
    """``content`` under the versions that every JSON document carries."""
    return {"schema": SCHEMA, "unspin": __version__, "lexicon": lexicon, **content}


def report_entry(name: str, report: Report) -> dict[str, Any]:
    """One file of a document that carries the versions itself."""
    return {"path": name, **_unversioned(report)}


def report_line(name: str, report: Report) -> dict[str, Any]:
    """One file as a document of its own (a line of JSON Lines)."""
    return {"path": name, **report.to_dict()}


def error_entry(name: str, message: str) -> dict[str, Any]:
    """A file that could not be read."""
    return {"path": name, "error": message}


def repair_entry(name: str, repair: Repair) -> dict[str, Any]:
    """One file's report and its plan; the plan replays with :func:`unspin.apply_plan`."""
    return {"path": name, "report": _unversioned(repair.report), "plan": repair.plan.to_dict()}


def explanation_entries(explanations: Iterable[Explanation]) -> list[dict[str, Any]]:
    """The spans of a text; a number that is not finite becomes null."""
    return [_finite(asdict(explanation)) for explanation in explanations]


def _unversioned(report: Report) -> dict[str, Any]:
    versions = ("schema", "unspin", "lexicon")
    return {key: value for key, value in report.to_dict().items() if key not in versions}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
