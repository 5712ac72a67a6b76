"""Learns how honest English behaves and trains the model (``unspin lexicon learn``).

Everything is learned on counted sources only, from documents that a frequency table built
for the purpose left out (``build_ngrams(held_out=...)``): part ``BASELINE`` gives the honest
averages of every span, part ``TRAINING`` the texts that simulators spin. Reserved documents
are never read. A simulator's own pairs are partly hidden from the channel (``HIDDEN``), since
a spinner's dictionary is never known whole.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..channel import Channel, Source
from ..evidence import (
    CAP,
    DOCUMENT_FEATURES,
    SPAN_FEATURES,
    TAU,
    Lattice,
    build_lattice,
    document_features,
    readings,
    span_features,
    uncurated,
    without,
)
from ..frequency import Frequency
from ..hashing import U64, mix
from ..lexicon import Lexicon, prose_rules
from ..text import Document, ProseRules
from .corpora import CorpusDocument, corpus_files, read_corpus, source_name
from .simulate import Dictionary, Spun, observed_dictionary, spin, thesaurus_dictionary

BASELINE, TRAINING = "ef", "f"  # parts by the first digit of the documents' SHA-1
SMOOTHING = 20.0  # occurrences that the overall mean counts for in a span's own
HALF = 125_000  # words of a source from which its weight falls, as in build.ngrams
PER_SOURCE = 40  # training documents of a source
RATES = (1 / 6, 1 / 11, 1 / 20)
HIDDEN = 0.4  # share of pairs hidden from the channel in training
MIN_CHARS, MAX_CHARS = 600, 6000
MIN_TOKENS = 60
FAMILIES = {
    "news": ("news", "lightnews"),
    "academic": ("academic", "essaymill", "paraphrase"),
    "marketing": ("seo", "bookmark", "withinside", "youcan", "wiki"),
}
SPAN_RIDGE, DOCUMENT_RIDGE = 3.0, 1.0
SPUN_SHARE = 0.3  # weight of the spun side in training, against the honest one

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Tables:
    """Where a worker finds what it needs."""

    ngrams: Path
    channel: Path
    prose: Path

    def open(self) -> tuple[Frequency, Channel, ProseRules]:
        frequency = Frequency(self.ngrams)
        return frequency, Channel(self.channel, frequency), prose_rules(self.prose)


def _documents(path: Path, part: str) -> Iterator[CorpusDocument]:
    for document in read_corpus(path):
        if not document.reserved and document.digit in part:
            yield document


def _baseline_of(tables: Tables, path: Path) -> tuple[int, np.ndarray, np.ndarray]:
    """Words read, and per entry occurrences and sums of curated and thesaurus terms."""
    frequency, channel, rules = tables.open()
    count = np.zeros(len(channel.starts) - 1)
    total = np.zeros((2, len(count)))
    words = 0
    pending: list[str] = []

    def flush() -> None:
        nonlocal words
        document = Document("\n\n".join(pending), rules)
        pending.clear()
        lattice = build_lattice(document, frequency, channel)
        np.add.at(count, lattice.spans.entry, 1)
        terms = np.exp(lattice.weight + TAU * np.minimum(lattice.gain, CAP))
        wide = lattice.source == Source.THESAURUS
        for row, kind in zip(total, (~wide, wide), strict=True):
            np.add.at(row, lattice.spans.entry[lattice.span], terms * kind)
        words += int(document.scored.sum())

    size = 0
    for document in _documents(path, BASELINE):
        pending.append(document.text)
        size += len(document.text)
        if size > 300_000:
            flush()
            size = 0
    if pending:
        flush()
    return words, count, total


def learn_baseline(
    paths: list[Path], tables: Tables, keys: list[str], out: Path, progress: Progress, workers: int = 2
) -> None:
    """Write ``honest.tsv``: how often every span stands in honest text, and its mean terms.

    ``keys`` are the spans of the channel's entries in order.
    """
    files = sorted(corpus_files(paths), key=lambda path: -path.stat().st_size)
    count = np.zeros(len(keys))
    total = np.zeros((2, len(keys)))
    with ProcessPoolExecutor(workers) as pool:
        for done, (words, seen, ratios) in enumerate(pool.map(partial(_baseline_of, tables), files)):
            share = min(1.0, (HALF / max(words, 1)) ** 0.5)
            count += share * seen
            total += share * ratios
            progress("measuring honest text", done + 1, len(files))
    prior = total.sum(1) / max(count.sum(), 1.0)
    mean = (total + SMOOTHING * prior[:, None]) / (count + SMOOTHING)
    rows = [("*", *prior.tolist(), float(count.sum()))]
    rows += [(keys[k], *mean[:, k].tolist(), float(count[k])) for k in np.flatnonzero(count)]
    with out.open("w", encoding="utf-8") as sink:
        sink.write("# unspin lexicon: honest, format 1\n")
        sink.write("# written by `unspin lexicon learn`; * is the mean over all spans\n")
        sink.write("spun\tcurated\tthesaurus\tcount\n")
        for spun, curated, thesaurus, n in sorted(rows):
            sink.write(f"{spun}\t{curated:.3g}\t{thesaurus:.3g}\t{n:.1f}\n")


def hidden(lattice: Lattice, seed: int) -> np.ndarray:
    """Candidates whose pair is hidden from the channel in this document."""
    pair = lattice.spans.entry[lattice.span].astype(U64) * U64(1 << 20) + lattice.target.astype(U64)
    draw = mix(pair + U64(seed << 44)) >> U64(40)
    return np.asarray((draw % U64(1000)) < U64(int(1000 * HIDDEN)))


@dataclass
class Example:
    """A training text: family ("honest" or a simulator's), lattice, and which spans are swaps."""

    source: str
    family: str
    rate: float
    words: int
    lattice: Lattice
    swapped: np.ndarray


def _excerpt(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    cut = text.rfind("\n\n", MIN_CHARS, MAX_CHARS)
    return text[: cut if cut > 0 else MAX_CHARS]


def example(
    source: str, family: str, rate: float, spun: Spun, tools: tuple[Frequency, Channel, ProseRules], seed: int
) -> Example | None:
    """The lattice of a text, at its swaps with some pairs hidden; None where it is too short.

    Honest words keep all their candidates: the channel knows too little of what spinners
    do, never too little of what honest words could be mistaken for.
    """
    frequency, channel, rules = tools
    document = Document(spun.text, rules)
    words = int(document.scored.sum())
    if words < MIN_TOKENS:
        return None
    lattice = build_lattice(document, frequency, channel)
    first = document.start[lattice.spans.first]
    last = document.end[lattice.spans.first + lattice.spans.length - 1]
    swapped = np.zeros(len(first), bool)
    if spun.swaps:
        ends = np.array([swap.end for swap in spun.swaps])
        starts = np.array([swap.start for swap in spun.swaps])
        at = np.minimum(np.searchsorted(ends, first, "right"), len(ends) - 1)
        swapped = (starts[at] < last) & (ends[at] > first)
        lattice = without(lattice, hidden(lattice, seed) & swapped[lattice.span])
    return Example(source, family, rate, words, lattice, swapped)


def _calibration(tables: Tables, path: Path) -> list[Example]:
    """Honest texts of a source that is never counted: every other one, by its SHA-1."""
    tools = tables.open()
    name = source_name(path)
    out: list[Example] = []
    for document in read_corpus(path):
        if for_calibration(document):
            made = example(name, "honest", 0.0, Spun(_excerpt(document.text), ()), tools, 0)
            if made is not None:
                out.append(made)
    return out


def for_calibration(document: CorpusDocument) -> bool:
    """Whether a document of an uncounted source calibrates; the others judge."""
    return hashlib.sha1(f"{document.source}/{document.id}".encode()).hexdigest()[1] in "01234567"


def _examples_of(tables: Tables, dictionaries: dict[str, list[Dictionary]], path: Path) -> list[Example]:
    """Honest texts of one source, each followed by itself spun at every rate."""
    tools = tables.open()
    name = source_name(path)
    rng = random.Random(name)
    out: list[Example] = []
    number = 0
    for document in _documents(path, TRAINING):
        if len(document.text) < MIN_CHARS:
            continue
        text = _excerpt(document.text)
        family = rng.choice(sorted(dictionaries))
        dictionary = rng.choice(dictionaries[family])
        texts = [("honest", 0.0, Spun(text, ()))]
        for rate in RATES:
            spun = spin(text, dictionary, rate, rng, tools[2])
            if len(spun.swaps) > 1:
                texts.append((family, rate, spun))
        for kind, rate, spun in texts:
            made = example(name, kind, rate, spun, tools, number)
            if made is not None:
                out.append(made)
        number += 1
        if number == PER_SOURCE:
            break
    return out


def _logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float) -> np.ndarray:
    """Weighted ridge logistic regression by Newton's method."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (weight * (y - p)) - ridge * w
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(w))
        step = np.linalg.solve(hessian, gradient)
        w += step
        if np.abs(step).max() < 1e-6:
            break
    return w


def _fit(spun: np.ndarray, honest: np.ndarray, ridge: float) -> np.ndarray:
    """Coefficients of ln P(spun side) / P(honest side), the shares of the two taken out."""
    x = np.concatenate((spun, honest))
    y = np.concatenate((np.ones(len(spun)), np.zeros(len(honest))))
    weight = np.where(y > 0, SPUN_SHARE * len(honest) / max(len(spun), 1), 1.0)
    w = _logistic(x, y, weight, ridge)
    w[0] -= np.log(SPUN_SHARE)
    return w


def _fit_rising(spun: np.ndarray, honest: np.ndarray) -> np.ndarray:
    """As :func:`_fit`, with no evidence ever counting against itself: features between the
    bias and the length whose coefficient would be negative are left out."""
    used = np.ones(spun.shape[1], bool)
    while True:
        w = np.zeros(len(used))
        w[used] = _fit(spun[:, used], honest[:, used], DOCUMENT_RIDGE)
        wrong = used & (w < 0)
        wrong[[0, -1]] = False
        if not wrong.any():
            return w
        used &= ~wrong


def train(
    examples: list[Example], tools: tuple[Frequency, Channel, ProseRules]
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the span model and of the document model."""
    frequency, channel, _ = tools
    features = [span_features(e.lattice, frequency, channel) for e in examples]
    spun = [x[e.swapped] for x, e in zip(features, examples, strict=True) if e.family != "honest"]
    honest = [x for x, e in zip(features, examples, strict=True) if e.family == "honest"]
    span_weights = _fit(np.concatenate(spun), np.concatenate(honest), SPAN_RIDGE)
    rows = np.array([document_row(e, tools, span_weights) for e in examples])
    is_spun = np.array([e.family != "honest" for e in examples])
    return span_weights, _fit_rising(rows[is_spun], rows[~is_spun])


def document_row(
    item: Example, tools: tuple[Frequency, Channel, ProseRules], span_weights: np.ndarray
) -> np.ndarray:
    """Document features of one example, taken as one window."""
    reads = readings(item.lattice, tools[0], tools[1], span_weights)
    group = np.zeros(len(item.lattice.spans), np.int64)
    return np.asarray(document_features(item.lattice, reads, group, np.array([item.words]))[0])


def learn_model(
    paths: list[Path],
    tables: Tables,
    lexicon: Lexicon,
    thesauri: tuple[Path, Path],
    calibration: list[Path],
    out: Path,
    thresholds: dict[str, float],
    progress: Progress,
    workers: int = 2,
) -> dict[str, Any]:
    """Train on simulated spinners and write ``model.json``; returns what it holds.

    ``calibration``: corpora of honest text in further registers, never counted, of which
    one half (:func:`for_calibration`) trains and the other is left to judge.

    ``thresholds`` are chosen apart, on honest documents that were neither counted nor
    trained on (`tests/benchmarks/honest.py`).
    """
    dictionaries: dict[str, list[Dictionary]] = {
        name: [observed_dictionary(lexicon, families)] for name, families in FAMILIES.items()
    }
    dictionaries["thesaurus"] = [thesaurus_dictionary(*thesauri)]
    files = sorted(corpus_files(paths), key=lambda path: -path.stat().st_size)
    examples: list[Example] = []
    with ProcessPoolExecutor(workers) as pool:
        for done, part in enumerate(pool.map(partial(_examples_of, tables, dictionaries), files)):
            examples += part
            progress("spinning", done + 1, len(files))
        for part in pool.map(partial(_calibration, tables), corpus_files(calibration) if calibration else []):
            examples += part
    tools = tables.open()
    span_weights, document_weights = train(examples, tools)
    # the same without any curated pair: a spinner of whom nothing was ever seen
    unseen = [e for e in examples if e.family in ("honest", "thesaurus")]
    for item in unseen:
        item.lattice = uncurated(item.lattice)
    span_unseen, document_unseen = train(unseen, tools)
    model = {
        "format": 1,
        "recipe": {
            "command": "unspin lexicon learn",
            "baseline_part": BASELINE,
            "training_part": TRAINING,
            "texts": len(examples),
            "honest_texts": sum(e.family == "honest" for e in examples),
            "families": sorted(dictionaries),
            "rates": [round(rate, 4) for rate in RATES],
            "hidden": HIDDEN,
            "calibration": [source_name(path) for path in (corpus_files(calibration) if calibration else [])],
        },
        "thresholds": thresholds,
        "span": dict(zip(SPAN_FEATURES, span_weights.round(5).tolist(), strict=True)),
        "document": dict(zip(DOCUMENT_FEATURES, document_weights.round(5).tolist(), strict=True)),
        "span_unseen": dict(zip(SPAN_FEATURES, span_unseen.round(5).tolist(), strict=True)),
        "document_unseen": dict(zip(DOCUMENT_FEATURES, document_unseen.round(5).tolist(), strict=True)),
    }
    out.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    return model
