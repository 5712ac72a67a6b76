"""Compiles the lexicons and the thesauri into the mapped channel table.

An entry is a spun span of one to six folded tokens; its candidates are the originals it may
come from, each with a weight, a source and how often it was observed. Weights are natural
logarithms of P(spun | original, swapped): how likely a spinner that swaps this original
swaps it for this form.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..channel import MAX_FIXED, MAX_ORIGINAL, Source
from ..frequency import Frequency
from ..hashing import PLACES, U64, mix
from ..lexicon import Lexicon, Row
from ..tables import write_table
from ..text import fold, token_hashes, tokens
from .honest import HonestSpans
from .thesaurus import KEEP, MIN_SPUN, Scorer, Thesauri, forms, inflect

# Weight of an editor's row by how typical the swap is; of an observed pair seen n times
# among N swaps of its original: (n + 0.5) / (N + 4); of a pair inflected from an observed
# one, half of that. A thesaurus pair of score s (log odds): THESAURUS * logistic(s).
TYPICAL = {"3": 0.15, "2": 0.07, "1": 0.03}
THESAURUS = 0.12
DERIVED = 0.5
FLOOR = 2e-4
MIN_SEEN_FUNCTION = 3  # pages on which a lone function word must be seen as a swap

# Coefficients of the thesaurus score, in the order of build.thesaurus.FEATURES: logistic
# regression on observed single-word pairs, three spun words in four; on the fourth the true
# original ranks among the first 24 in 82% of cases.
THESAURUS_WEIGHTS = (-3.21, 0.75, 0.60, 3.68, 0.91, 1.04, 1.16, 0.43, -0.03, -0.74, 0.36)


def relation_probability(scorer: Scorer, spun: str, original: str) -> float:
    """How likely a thesaurus pair is one that spinners make, in (0, 1)."""
    features = next(iter(scorer.features(spun, [original])))[1]
    return 1.0 / (1.0 + math.exp(-float(np.dot(features, THESAURUS_WEIGHTS))))


@dataclass
class Candidate:
    """One possible original of a spun span while the table is being made."""

    original: str
    weight: float
    source: Source
    seen: int = 0


_PLAIN = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")


@lru_cache(maxsize=500_000)
def _key(phrase: str) -> tuple[str, ...]:
    if _PLAIN.fullmatch(phrase):  # the same without the making of a document
        return tuple(phrase.lower().split(" "))
    return tuple(tokens(phrase))


_SPELLING = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"is(?=(?:e[ds]?|ing|ations?|ers?)$)", "iz"),
        (r"ys(?=(?:e[ds]?|ing)$)", "yz"),
        (r"our", "or"),
        (r"(?<=[a-z]{2})tre", "ter"),
        (r"(?<=en)c(?=e)", "s"),
        (r"ll", "l"),
        (r"ogue", "og"),
        (r"(?:ae|oe)", "e"),
        (r"wards$", "ward"),
        (r"(?<=among)st$|(?<=whil)(?:st|e)$|(?<=amid)st$", ""),
        (r"grey", "gray"),
        (r"programme", "program"),
        (r"dgement", "dgment"),
    )
)


def _spelling(words: tuple[str, ...]) -> str:
    """A span with British and American spellings levelled."""
    return " ".join(_level(word) for word in words)


@lru_cache(maxsize=200_000)
def _level(word: str) -> str:
    for pattern, to in _SPELLING:
        word = pattern.sub(to, word)
    return word


def _canonical(spun: str, original: str) -> str:
    """An original with only those capitals that are its own.

    Where both sides are capitalised the text decides; where only the original is, its
    first word may have opened a sentence.
    """
    words = original.split()
    if spun[:1].isupper() and original[:1].isupper():
        return " ".join(w if w[1:] != w[1:].lower() else w[:1].lower() + w[1:] for w in words)
    if original[:1].isupper() and len(words) > 1 and all(w.islower() for w in words[1:]) and words[0] != "I":
        return original[:1].lower() + original[1:]
    if original in ("i",):
        return "I"
    return original


class ChannelBuilder:
    """Collects candidates, best source first, and writes the table."""

    def __init__(self, frequency: Frequency, published: dict[str, float], function: frozenset[str]) -> None:
        self.frequency, self.published, self.function = frequency, published, function
        self.entries: dict[tuple[str, ...], dict[tuple[str, ...], Candidate]] = defaultdict(dict)
        self.fixed: set[tuple[str, ...]] = set()

    def add_fixed(self, rows: Iterable[Row]) -> None:
        """Names and set phrases of two to four tokens, which a word off betrays."""
        for row in rows:
            key = _key(row["phrase"])
            if 2 <= len(key) <= MAX_FIXED:
                self.fixed.add(key)

    def add(self, spun: str, original: str, weight: float, source: Source, seen: int = 0) -> None:
        """Add a pair; of two with the same sides the better source and the higher weight stay."""
        left, right = _key(spun), _key(original)
        if not left or not right or max(len(left), len(right)) > MAX_ORIGINAL:
            return
        if _spelling(left) == _spelling(right):
            return  # variants of one word are house style, not swaps
        held = self.entries[left].get(right)
        if held is None:
            self.entries[left][right] = Candidate(original, weight, source, seen)
            return
        held.seen += seen
        held.weight = max(held.weight, weight)
        if source < held.source:
            held.source, held.original = source, original

    def add_observed(self, rows: Iterable[Row]) -> None:
        pairs: dict[tuple[str, str], int] = defaultdict(int)
        totals: dict[tuple[str, ...], int] = defaultdict(int)
        for row in rows:
            pairs[fold(row["spun"]), _canonical(row["spun"], row["original"])] += 1
            totals[_key(row["original"])] += 1
        for (spun, original), seen in pairs.items():
            if seen < MIN_SEEN_FUNCTION and fold(spun) in self.function:
                continue
            weight = (seen + 0.5) / (totals[_key(original)] + 4)
            self.add(spun, original, weight, Source.OBSERVED, seen)
            for left, right in _derived(spun, original):
                if self.known(left) and self.known(right):
                    self.add(left, right, DERIVED * weight, Source.OBSERVED)

    def add_editor(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row["spun"] == "-":
                continue
            if row["typical"] != "3" and fold(row["spun"]) in self.function:
                continue
            weight = TYPICAL[row["typical"]]
            spun, original = row["spun"], _canonical(row["spun"], row["original"])
            self.add(spun, original, weight, Source.EDITOR)
            for left, right in _inflected(spun, original, row["pos"]):
                if self.known(left) and self.known(right):
                    self.add(left, right, weight, Source.EDITOR)

    def known(self, phrase: str) -> bool:
        """Whether an inflected form is one that people write."""
        return all(self.published.get(word, 0.0) >= MIN_SPUN for word in phrase.lower().split())

    def add_thesauri(self, thesauri: Thesauri) -> None:
        """Neighbours of every known single content word, the best ``KEEP`` per spun lemma."""
        published = self.published
        scorer = Scorer(thesauri, lambda word: published.get(word, 0.0))
        weights = np.array(THESAURUS_WEIGHTS)
        roots = {w for w in set(thesauri.moby) | set(thesauri.senses) if w.isalpha() and w.isascii()}
        for spun in sorted(roots):
            if published.get(spun, 0.0) < MIN_SPUN or len(spun) < 3 or spun in self.function:
                continue
            rows = list(scorer.features(spun, sorted(scorer.candidates(spun) - self.function)))
            if not rows:
                continue
            scores = np.array([features for _, features in rows]) @ weights
            for place in np.argsort(-scores, kind="stable")[:KEEP]:
                original = rows[place][0]
                weight = THESAURUS / (1.0 + math.exp(-scores[place]))
                for pos in sorted(thesauri.parts_of_speech(spun) & thesauri.parts_of_speech(original)):
                    for left, right in inflect(spun, original, pos):
                        if left not in self.function and self.known(left) and self.known(right):
                            self.add(left, right, weight, Source.THESAURUS)

    def keys(self) -> list[str]:
        """The spans of the table's entries in order, words parted by spaces."""
        return [" ".join(key) for key in sorted(self.entries)]

    def write(self, out: Path, honest: HonestSpans, facts: dict[str, Any]) -> dict[str, Any]:
        """Write the table; returns its facts."""
        keys = sorted(self.entries)
        originals: dict[tuple[str, ...], int] = {}
        texts: list[str] = []
        curated: list[int] = []
        starts, targets, weights, sources = [0], [], [], []
        for key in keys:
            curated.append(0)
            # curated candidates first, then by weight
            for right, held in sorted(
                self.entries[key].items(),
                key=lambda item: (item[1].source == Source.THESAURUS, -item[1].weight, item[0]),
            ):
                if held.weight < FLOOR:
                    continue
                if right not in originals:
                    originals[right] = len(texts)
                    texts.append(held.original)
                curated[-1] += held.source != Source.THESAURUS
                targets.append(originals[right])
                weights.append(round(-16 * math.log(min(held.weight, 1.0))))
                sources.append(int(held.source) | min(held.seen, 31) << 3)
            starts.append(len(targets))
        span_keys = np.array([_span_key(key) for key in keys], U64)
        size = 1 << math.ceil(math.log2(2 * len(keys) + 16))
        slots = np.zeros(size, np.uint32)
        mixed = mix(span_keys)
        for index in range(len(keys)):
            place = int(mixed[index]) & (size - 1)
            while slots[place]:
                place = (place + 1) & (size - 1)
            slots[place] = index + 1
        ids = np.zeros((len(texts), MAX_ORIGINAL), np.int32)
        lengths = np.zeros(len(texts), np.uint8)
        for index, text in enumerate(texts):
            keys_of = [_hash(word) for word in _key(text)]
            found = self.frequency.vocabulary(np.array(keys_of, U64))
            lengths[index] = len(found)
            ids[index, : len(found)] = found
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, np.uint32)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        baseline = np.zeros(len(keys), np.uint8)
        common = np.zeros(len(keys), np.uint8)
        for index, key in enumerate(keys):
            own, wide, count = honest.spans.get(" ".join(key), (*honest.prior, 0.0))
            size = starts[index + 1] - starts[index]
            mean = own * (curated[index] > 0) + wide * (curated[index] < size)
            baseline[index] = min(max(round(16 * (math.log(max(mean, 1e-3)) + 6)), 0), 255)
            common[index] = min(round(16 * math.log1p(count)), 255)
        facts = {
            "version": 1,
            "entries": len(keys),
            "pairs": len(targets),
            "originals": len(texts),
            "ngram_sha256": self.frequency.digest,
            **facts,
        }
        arrays = {
            "prints": (mixed >> U64(32)).astype(np.uint32),
            "slots": slots,
            "starts": np.array(starts, np.uint32),
            "targets": np.array(targets, np.uint16 if len(texts) < 65536 else np.uint32),
            "curated": np.minimum(curated, 255).astype(np.uint8),
            "fixed": np.unique(mix(np.array([_span_key(key) for key in sorted(self.fixed)] or [0], U64))),
            "baseline": baseline,
            "common": common,
            "weights": np.clip(np.array(weights), 0, 255).astype(np.uint8),
            "sources": np.array(sources, np.uint8),
            "original_ids": ids,
            "original_lengths": lengths,
            "original_offsets": offsets,
            "original_blob": np.frombuffer(b"".join(encoded), np.uint8),
        }
        write_table(out, "channel", facts, arrays)
        return facts


def _span_key(words: tuple[str, ...]) -> int:
    total = len(words)
    for place, word in enumerate(words):
        total += int(_hash(word)) * int(PLACES[place])
    return total & 0xFFFFFFFFFFFFFFFF


_HASHES: dict[str, int] = {}


def _hash(word: str) -> int:
    found = _HASHES.get(word)
    if found is None:
        # a clitic such as 's is a token only behind a letter
        found = int(token_hashes(f"x{word}" if word[0] == "'" else word)[-1])
        _HASHES[word] = found
    return found


_POS = {"n": ("NOUN", "n"), "v": ("VERB", "v"), "a": ("ADJ", "a"), "r": ("ADV", "r")}


def _derived(spun: str, original: str) -> Iterator[tuple[str, str]]:
    """The other inflections of an observed single-word pair."""
    from lemminflect import getAllLemmas

    left, right = fold(spun), fold(original)
    if not (left.isalpha() and right.isalpha() and left.isascii() and right.isascii()):
        return
    lemmas_left, lemmas_right = getAllLemmas(left), getAllLemmas(right)
    for upos, pos in _POS.values():
        for a in lemmas_left.get(upos, ())[:1]:
            for b in lemmas_right.get(upos, ())[:1]:
                forms = list(inflect(a, b, pos))
                if (left, right) in forms:
                    yield from forms


def _inflected(spun: str, original: str, pos: str) -> Iterator[tuple[str, str]]:
    """Forms of an editor's row: single words alike on both sides; in a phrase the last noun
    or the first verb is inflected."""
    if pos == "x":
        return
    left, right = spun.split(), original.split()
    if pos == "v":
        a, b, rest_a, rest_b = left[0], right[0], left[1:], right[1:]
    else:
        a, b, rest_a, rest_b = left[-1], right[-1], left[:-1], right[:-1]
    if not (a.isalpha() and b.isalpha()):
        return
    pairs = inflect(a.lower(), b.lower(), pos) if a != b else _same(a, pos)
    for x, y in pairs:
        if pos == "v":
            yield " ".join([x, *rest_a]), " ".join([y, *rest_b])
        else:
            yield " ".join([*rest_a, x]), " ".join([*rest_b, y])


def _same(word: str, pos: str) -> Iterator[tuple[str, str]]:
    """A word that stands unchanged on both sides of a phrase, in its other forms."""
    for tag in {"n": ("NNS",), "v": ("VBZ", "VBD", "VBG", "VBN")}.get(pos, ()):
        for form in forms(word, tag):
            yield form, form


def build_channel(
    lexicon: Lexicon,
    frequency: Frequency,
    out: Path,
    moby: Path | None,
    wordnet: Path | None,
    published: dict[str, float],
    honest: HonestSpans,
    facts: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], ChannelBuilder]:
    """Compile ``lexicon`` and the thesauri into ``out``; returns the header's facts and the
    builder, which can write the same entries again."""
    function = frozenset(row["text"] for row in lexicon.prose if row["kind"] == "function")
    builder = ChannelBuilder(frequency, published, function)
    builder.add_observed(lexicon.observed)
    builder.add_editor(lexicon.swaps)
    builder.add_fixed(lexicon.fixed)
    if moby is not None and wordnet is not None:
        builder.add_thesauri(Thesauri(moby, wordnet))
    return builder.write(out, honest, facts or {}), builder
