"""The originals a span may come from: look-up of every span of a document at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from .frequency import Frequency
from .hashing import PLACES, U64, mix, span_keys
from .tables import Table, TableError
from .text import Document, Sep

MAX_FIXED = 4  # tokens of a name or set phrase
MAX_ORIGINAL = 6  # tokens on either side of a pair


class Source(IntEnum):
    """Where a pair is known from, the most telling first."""

    OBSERVED = 0  # seen on spun pages
    EDITOR = 1  # an editor's judgement, with an example
    USER = 2  # a user's own lexicon
    THESAURUS = 3  # related in an open thesaurus
    NAME = 4  # a name or fixed expression with a word off


@dataclass
class Spans:
    """Spans of a document that have originals: token ``first``, ``length`` and table entry."""

    first: np.ndarray
    length: np.ndarray
    entry: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, keep: np.ndarray) -> Spans:
        return Spans(self.first[keep], self.length[keep], self.entry[keep])


class Channel:
    """The channel over one mapped table."""

    def __init__(self, path: Path, frequency: Frequency) -> None:
        table = Table(path, "channel")
        if table.header.get("ngram_sha256") != frequency.digest:
            raise TableError(
                f"{path}: was built for another frequency table than {frequency.table.path.name};"
                " rebuild both with `unspin lexicon build`"
            )
        self.table, self.header = table, table.header
        self._prints, self._slots = table["prints"], table["slots"]
        self._mask = U64(len(self._slots) - 1)
        self.starts = table["starts"]
        self.targets = table["targets"]
        self.weights = table["weights"]  # -16 * ln P(spun | original, swapped)
        # low three bits the Source, the other five how often the pair was observed
        self.sources = table["sources"]
        self.curated = table["curated"]  # per entry, how many of its candidates are curated
        self.fixed = table["fixed"]  # sorted mixed keys of names and set phrases
        # per entry, ln of what its ratio averages in honest English, in sixteenths from -6
        self.baseline = table["baseline"].astype(np.float32) / 16.0 - 6.0
        # per entry, ln(1 + weighted count in honest text), in sixteenths
        self.common = table["common"].astype(np.float32) / 16.0
        self.original_ids = table["original_ids"]
        self.original_lengths = table["original_lengths"]
        self.longest = MAX_ORIGINAL

    def original(self, target: int) -> str:
        """The text of an original."""
        offsets, blob = self.table["original_offsets"], self.table["original_blob"]
        return bytes(blob[offsets[target] : offsets[target + 1]]).decode()

    def lookup(self, keys: np.ndarray) -> np.ndarray:
        """Entry numbers (-1 where there is none) for unmixed span keys."""
        mixed = mix(keys)
        out = np.full(len(keys), -1, np.int64)
        place = mixed & self._mask
        prints = (mixed >> U64(32)).astype(np.uint32)
        live = np.arange(len(keys))
        while len(live):
            found = self._slots[place.astype(np.int64)].astype(np.int64) - 1
            hit = (found >= 0) & (self._prints[found] == prints)
            out[live[hit]] = found[hit]
            go = (found >= 0) & ~hit
            live, prints = live[go], prints[go]
            place = (place[go] + U64(1)) & self._mask
        return out

    def is_fixed(self, keys: np.ndarray) -> np.ndarray:
        """Which unmixed span keys are names or set phrases."""
        mixed = mix(keys)
        at = np.searchsorted(self.fixed, mixed)
        at[at == len(self.fixed)] = 0
        return np.asarray(self.fixed[at] == mixed)

    def standing(self, document: Document) -> np.ndarray:
        """Tokens that belong to a name or set phrase as it stands in the text."""
        out = np.zeros(len(document), bool)
        joined = document.sep == Sep.NONE
        for length in range(2, MAX_FIXED + 1):
            keys = span_keys(document.hash, length)
            if not len(keys):
                break
            good = np.ones(len(keys), bool)
            for place in range(1, length):
                good &= joined[place : place + len(keys)]
            at = np.flatnonzero(good)
            at = at[self.is_fixed(keys[at])]
            for place in range(length):
                out[at + place] = True
        return out

    def completes(self, document: Document, first: np.ndarray, word: np.ndarray) -> np.ndarray:
        """Whether putting the word with hash ``word`` at token ``first`` makes a name or set
        phrase of that token and its neighbours."""
        out = np.zeros(len(first), bool)
        joined = document.sep == Sep.NONE
        change = word - document.hash[first]
        for length in range(2, MAX_FIXED + 1):
            keys = span_keys(document.hash, length)
            if not len(keys):
                break
            whole = np.ones(len(keys), bool)
            for place in range(1, length):
                whole &= joined[place : place + len(keys)]
            for place in range(length):
                start = first - place
                rows = np.flatnonzero((start >= 0) & (start < len(keys)) & ~out)
                rows = rows[whole[start[rows]]]
                out[rows[self.is_fixed(keys[start[rows]] + change[rows] * PLACES[place])]] = True
        return out

    def spans(self, document: Document) -> Spans:
        """All spans of scored tokens that may come from something else."""
        firsts, lengths, entries = [], [], []
        scored = document.scored
        joined = (document.sep == Sep.NONE) & scored
        # capitals throughout are an acronym, unless the whole text shouts
        acronym = (
            document.upper if float(document.upper.mean() if len(scored) else 0) < 0.5 else scored & False
        )
        for length in range(1, self.longest + 1):
            keys = span_keys(document.hash, length)
            if not len(keys):
                break
            good = scored[: len(keys)] & ~acronym[: len(keys)] if length == 1 else scored[: len(keys)].copy()
            for place in range(1, length):
                good &= joined[place : place + len(keys)]
            at = np.flatnonzero(good)
            found = self.lookup(keys[at])
            at, found = at[found >= 0], found[found >= 0]
            firsts.append(at)
            lengths.append(np.full(len(at), length))
            entries.append(found)
        if not firsts:
            empty = np.zeros(0, np.int64)
            return Spans(empty, empty, empty)
        first, length_, entry = map(np.concatenate, (firsts, lengths, entries))
        order = np.lexsort((length_, first))
        return Spans(first[order], length_[order], entry[order])
