"""Which blocks of a document are prose: the rest is set aside and never scored.

The tests are counts on tokens (function words, capitals, figures, separators) and a closed
list of furniture phrases from ``lexicons/prose.tsv``; no model, no vocabulary of topics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import regex

from .text import COMMA, OTHER, POINT, QUOTE, STOP, Block, Kind, fold

if TYPE_CHECKING:
    from .text import Document

# A line of prose holds running English: at least this many words, and this share of
# function words. English prose of every register in the corpora has a median of .40 and a
# first percentile of .22 over paragraphs; lists of names stay below .12.
MIN_WORDS = 8
MIN_FUNCTION_SHARE = 0.18
MIN_CLOSED_SHARE = 0.12
MAX_FIGURE_SHARE = 0.35
MAX_CAPITAL_SHARE = 0.62
_CODE = regex.compile(
    r"[{};]\s*$|^\s*(?:def|class|import|from|return|function|var|let|const|public|#include)\b.*[(:;{]"
    r"|=>|\w\(\)|</?\w+[^>]*>|^\s*[$>]\s\w|[=!<>]=|::|\\\w+\{"
)
_TABLE = regex.compile(r"(?:\S\s*[|\t]\s*\S.*){2,}")


def classify_blocks(document: Document) -> tuple[Block, ...]:
    """Every non-blank block of the document, in order, with its kind."""
    lines = document._hard_lines
    cls, points = document._cls_points
    if not len(lines):
        return ()
    count = len(lines)
    first = np.searchsorted(document._from, lines[:, 0])
    last = np.searchsorted(document._from, lines[:, 1])
    origin = document._origin
    start = lines[:, 0] if origin is None else origin[lines[:, 0]]
    end = lines[:, 1] if origin is None else document._ends(origin[lines[:, 1] - 1] + 1)

    def share(flags: np.ndarray) -> np.ndarray:
        sums = np.concatenate(([0], np.cumsum(flags)))
        return np.asarray((sums[last] - sums[first]) / np.maximum(last - first, 1))

    words = last - first
    function = share(document.function)
    capital = share(document.capital)
    figure = share(document.number)
    commas = share(document.sep == 1)
    odd = np.concatenate(([0], np.cumsum((cls == OTHER) | (cls == COMMA))))
    odd_share = (odd[lines[:, 1]] - odd[lines[:, 0]]) / np.maximum(lines[:, 1] - lines[:, 0], 1)
    solid = np.flatnonzero((cls != 6) & (cls != 5))
    final = solid[np.maximum(np.searchsorted(solid, lines[:, 1]) - 1, 0)]
    closed = np.isin(cls[final], (STOP, POINT, QUOTE)) | np.isin(points[final], (58, 41))
    kinds = np.full(count, Kind.PROSE, np.uint8)
    short = words < MIN_WORDS
    kinds[short & ~closed] = Kind.NAVIGATION
    kinds[short & closed & (function < MIN_FUNCTION_SHARE)] = Kind.NAVIGATION
    kinds[short & closed & (words < 4)] = Kind.NAVIGATION
    # a sentence with its full stop may be full of names
    thin = ~short & (function < np.where(closed, MIN_CLOSED_SHARE, MIN_FUNCTION_SHARE))
    kinds[thin] = Kind.LIST
    kinds[~short & (figure > MAX_FIGURE_SHARE)] = Kind.TABLE
    kinds[~short & (capital > MAX_CAPITAL_SHARE) & (function < 0.3)] = Kind.LIST
    kinds[~short & (commas > 0.45) & (function < 0.25)] = Kind.LIST
    # A title: no full stop, not long, most content words capitalised or few words at all.
    title = ~closed & (words < 25) & ~thin
    kinds[title & ~short] = Kind.HEADING
    kinds[title & short & (words >= 3) & (function > 0)] = Kind.HEADING
    for index in np.flatnonzero((odd_share > 0.06) & (words > 0)):
        line = document.text[start[index] : end[index]]
        if _TABLE.search(line, timeout=5):
            kinds[index] = Kind.TABLE
        elif odd_share[index] > 0.12 and _CODE.search(line, timeout=5):
            kinds[index] = Kind.CODE
    kinds[words == 0] = Kind.NAVIGATION
    _mark_residue(document, kinds, start, end, words)
    return tuple(
        Block(int(start[i]), int(end[i]), int(first[i]), int(last[i]), Kind(int(kinds[i])))
        for i in range(count)
    )


def _mark_residue(
    document: Document, kinds: np.ndarray, start: np.ndarray, end: np.ndarray, words: np.ndarray
) -> None:
    """Site furniture: a short block that holds one of the listed phrases."""
    phrases = document.rules.residue
    for index in np.flatnonzero((words > 0) & (words <= 30)):
        line = fold(document.text[start[index] : end[index]])
        if any(phrase in line for phrase in document.rules.furniture):
            kinds[index] = Kind.RESIDUE
            continue
        for phrase in phrases:
            # The phrase must make up a good part of the line: prose may quote it.
            if phrase in line and len(phrase) * 3 >= min(len(line), 90):
                kinds[index] = Kind.RESIDUE
                break
