"""The trained coefficients: a few dozen numbers in ``lexicons/model.json``, with their recipe."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import UnspinError
from .evidence import DOCUMENT_FEATURES, SPAN_FEATURES

FORMAT = 1


@dataclass(frozen=True)
class Model:
    """Coefficients of the span model and the document model, and the verdicts' thresholds.

    There are two of each: for spinners whose swaps the lexicon partly knows, and for one of
    whom it knows nothing, where only the thesauri speak. The higher ratio counts.

    ``suspect`` and ``spun`` are thresholds on the document's log likelihood ratio, chosen
    for the false-positive rates stated in the file.
    """

    span: np.ndarray
    document: np.ndarray
    span_unseen: np.ndarray
    document_unseen: np.ndarray
    suspect: float
    spun: float
    unseen: float  # what the ratio for an unseen spinner loses against the other
    passage: float  # what a passage's ratio loses before it may speak for the document


def _coefficients(path: Path, data: dict[str, object], part: str, names: tuple[str, ...]) -> np.ndarray:
    table = data.get(part)
    if not isinstance(table, dict) or set(table) != set(names):
        raise UnspinError(
            f"{path}: the {part} coefficients are not {', '.join(names)}; run `unspin lexicon learn`"
        )
    return np.array([float(table[name]) for name in names])


def read_model(path: Path) -> Model:
    """The model of a lexicon folder; raises :class:`~unspin.errors.UnspinError`."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnspinError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise UnspinError(f"{path}: not JSON; run `unspin lexicon learn` or reinstall") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UnspinError(f"{path}: not a model of format {FORMAT}; run `unspin lexicon learn` or reinstall")
    try:
        limits = data["thresholds"]
        return Model(
            _coefficients(path, data, "span", SPAN_FEATURES),
            _coefficients(path, data, "document", DOCUMENT_FEATURES),
            _coefficients(path, data, "span_unseen", SPAN_FEATURES),
            _coefficients(path, data, "document_unseen", DOCUMENT_FEATURES),
            float(limits["suspect"]),
            float(limits["spun"]),
            float(limits["unseen"]),
            float(limits["passage"]),
        )
    except (KeyError, TypeError, ValueError):
        raise UnspinError(
            f"{path}: the thresholds are missing; run `unspin lexicon learn` or reinstall"
        ) from None
