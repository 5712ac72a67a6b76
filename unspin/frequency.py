"""How often words and word sequences stand in honest English, and how well a word fits.

Words have dense ids by falling frequency. The vocabulary table is open addressing on
64-bit token hashes; bigrams and trigrams lie in bucketed tables (three entries a bucket on
average) that keep a 16-bit fingerprint and an 8-bit log count each. A spurious trigram is
believed only where both of its bigrams are in the table, which a true one always is.

Probabilities are natural logarithms. The model interpolates the orders with
Witten-Bell-like weights c / (c + k) on the context's count c (Jelinek and Mercer 1980;
Bell, Cleary and Witten 1990); k is kept in the table's header.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .hashing import U64, mix
from .tables import Table, TableError
from .text import Document, Sep

UNKNOWN, BOUNDARY, COMMA, FIGURE, YEAR = range(5)
SPECIALS = ("<unk>", "<s>", ",", "<0>", "<year>")
CHUNK = 12_288  # keys looked up at a time: 7 million a second, against 4 in one go
COUNT_STEP = 8.0  # quantised counts are round(8 * log2(1 + count)), one byte
_COUNTS = (2.0 ** (np.arange(256) / COUNT_STEP) - 1.0).astype(np.float32)


def quantise(counts: np.ndarray) -> np.ndarray:
    """Counts to one byte each, at least 1 for what was seen at all."""
    return np.clip(np.round(COUNT_STEP * np.log2(1.0 + counts)), 1, 255).astype(np.uint8)


def bigram_keys(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return mix((a.astype(U64) << U64(20)) | b.astype(U64))


def trigram_keys(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    return mix(((a.astype(U64) << U64(20)) | b.astype(U64)) << U64(20) | c.astype(U64) | U64(1 << 63))


class NgramTable:
    """Counts by 64-bit key: bucket by the high bits, fingerprint by the low sixteen."""

    def __init__(self, offsets: np.ndarray, prints: np.ndarray, counts: np.ndarray, longest: int) -> None:
        self._offsets, self._prints, self._counts = offsets, prints, counts
        self._buckets = U64(len(offsets) - 1)
        self._longest = longest

    def __call__(self, keys: np.ndarray) -> np.ndarray:
        """Counts (float32, 0 where absent) for 64-bit keys."""
        out = np.zeros(len(keys), np.float32)
        for low in range(0, len(keys), CHUNK):
            self._look_up(keys[low : low + CHUNK], out[low : low + CHUNK])
        return out

    def _look_up(self, keys: np.ndarray, out: np.ndarray) -> None:
        bucket = ((keys >> U64(32)) * self._buckets) >> U64(32)
        bucket = bucket.astype(np.int64)
        at = self._offsets[bucket].astype(np.int64)
        stop = self._offsets[bucket + 1].astype(np.int64)
        prints = keys.astype(np.uint16)
        live = np.flatnonzero(at < stop)
        at, stop, prints = at[live], stop[live], prints[live]
        for _ in range(self._longest):
            if not len(live):
                break
            hit = self._prints[at] == prints
            if hit.any():
                out[live[hit]] = _COUNTS[self._counts[at[hit]]]
            at += 1
            go = ~hit & (at < stop)
            live, at, stop, prints = live[go], at[go], stop[go], prints[go]

    @staticmethod
    def build(keys: np.ndarray, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Arrays of a table from distinct keys and one-byte counts."""
        buckets = max(1, len(keys) // 3)
        bucket = (((keys >> U64(32)) * U64(buckets)) >> U64(32)).astype(np.int64)
        order = np.lexsort((keys, bucket))
        offsets = np.zeros(buckets + 1, np.uint32)
        np.cumsum(np.bincount(bucket, minlength=buckets), out=offsets[1:])
        return {
            "offsets": offsets,
            "prints": keys[order].astype(np.uint16),
            "counts": counts[order],
        }


class Vocabulary:
    """Token hashes to dense ids: open addressing, linear probing, load at most one half."""

    def __init__(self, keys: np.ndarray, slots: np.ndarray) -> None:
        self._keys, self._slots = keys, slots
        self._mask = U64(len(slots) - 1)

    def __call__(self, hashes: np.ndarray) -> np.ndarray:
        """Ids (int32) of token hashes; :data:`UNKNOWN` where a word is not known."""
        out = np.zeros(len(hashes), np.int32)
        place = mix(hashes) & self._mask
        live = np.arange(len(hashes))
        wanted = hashes
        while len(live):
            found = self._slots[place.astype(np.int64)].astype(np.int64)
            hit = (found > 0) & (self._keys[found] == wanted)
            out[live[hit]] = found[hit]
            go = (found > 0) & ~hit
            live, wanted = live[go], wanted[go]
            place = (place[go] + U64(1)) & self._mask
        return out

    @staticmethod
    def build(keys: np.ndarray) -> np.ndarray:
        """The slots for words whose hashes are ``keys`` (id = index; the specials have none)."""
        size = 1 << int(np.ceil(np.log2(max(16, 2 * len(keys)))))
        slots = np.zeros(size, np.uint32)
        for index in range(len(SPECIALS), len(keys)):
            place = int(mix(keys[index : index + 1])[0]) & (size - 1)
            while slots[place]:
                place = (place + 1) & (size - 1)
            slots[place] = index
        return slots


class Frequency:
    """The frequency model over one mapped table."""

    def __init__(self, path: Path) -> None:
        table = Table(path, "ngram")
        self.table = table
        self.header = table.header
        self.digest: str = table.header["sha256"]
        self.word_keys = table["word_keys"]  # token hashes by id
        self.vocabulary = Vocabulary(self.word_keys, table["word_slots"])
        self.unigram = table["unigram_logp"]  # float32 natural log probability by id
        self.counts = table["unigram_counts"]  # float32 weighted counts by id
        self.probability = np.exp(self.unigram)
        self.size = len(self.unigram)
        if len(self.counts) != self.size or len(table["word_keys"]) != self.size:
            raise TableError(f"{path}: the word arrays differ in length; rebuild or reinstall the table")
        facts = table.header
        try:
            self.k2, self.k3 = float(facts["k2"]), float(facts["k3"])
            longest = int(facts["longest_bucket"])
        except (KeyError, ValueError, TypeError):
            raise TableError(f"{path}: the table's header lacks its constants; rebuild it") from None
        self.bigrams = NgramTable(table["bi_offsets"], table["bi_prints"], table["bi_counts"], longest)
        self.trigrams = NgramTable(table["tri_offsets"], table["tri_prints"], table["tri_counts"], longest)

    def word(self, index: int) -> str:
        """The folded word with this id."""
        if index < len(SPECIALS):
            return SPECIALS[index]
        offsets = self.table["word_offsets"]
        blob = self.table["word_blob"]
        return bytes(blob[offsets[index] : offsets[index + 1]]).decode()

    def bigram_count(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Weighted counts of ``a b``."""
        counts = self.bigrams(bigram_keys(a, b))
        counts[(a == UNKNOWN) | (b == UNKNOWN)] = 0.0
        return counts

    def trigram_count(self, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        """Weighted counts of ``a b c``."""
        pairs = np.minimum(self.bigram_count(a, b), self.bigram_count(b, c))
        return np.asarray(np.minimum(self.trigrams(trigram_keys(a, b, c)), pairs))

    def logp2(self, b: np.ndarray, c: np.ndarray, bc: np.ndarray) -> np.ndarray:
        """Natural log probability of ``c`` after ``b`` alone, with their bigram count known."""
        return np.asarray(np.log(np.maximum(self._p2(b, c, bc), 1e-12)), np.float32)

    def _p2(self, b: np.ndarray, c: np.ndarray, bc: np.ndarray) -> np.ndarray:
        context = self.counts[b]
        weight = context / (context + self.k2)
        share = np.minimum(bc / np.maximum(context, 1e-6), 1.0)
        return np.asarray((1.0 - weight) * self.probability[c] + weight * share)

    def logp(self, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        """Natural log probability of ``c`` after ``a b`` (ids), float32."""
        ab, bc = self.bigram_count(a, b), self.bigram_count(b, c)
        return self.logp_given(a, b, c, ab, bc)

    def logp_given(
        self, a: np.ndarray, b: np.ndarray, c: np.ndarray, ab: np.ndarray, bc: np.ndarray
    ) -> np.ndarray:
        """The same where the two bigram counts are already known."""
        p = self._p2(b, c, bc)
        both = np.flatnonzero((ab > 0) & (bc > 0))
        if len(both):
            abc = self.trigrams(trigram_keys(a[both], b[both], c[both]))
            abc = np.minimum(abc, np.minimum(ab[both], bc[both]))
            known = ab[both] / (ab[both] + self.k3)
            p[both] = (1.0 - known) * p[both] + known * abc / ab[both]
        return np.asarray(np.log(np.maximum(p, 1e-12)), np.float32)

    def ids(self, document: Document) -> np.ndarray:
        """Word ids of a document's tokens."""
        ids = self.vocabulary(document.hash)
        ids[document.number] = FIGURE
        ids[document.year] = YEAR
        ids[document.masked] = UNKNOWN
        return ids


def sequence(ids: np.ndarray, sep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ids with separators written in, padded by two boundaries; and each token's place in it.

    A comma becomes :data:`COMMA`, the end of a sentence or block two :data:`BOUNDARY`.
    """
    extra = np.zeros(len(ids), np.int64)
    extra[sep == Sep.COMMA] = 1
    extra[sep >= Sep.SENTENCE] = 2
    place = np.cumsum(extra + 1) - 1 + (2 if len(ids) and extra[0] == 0 else 0)
    size = int(place[-1]) + 3 if len(ids) else 2
    out = np.full(size, BOUNDARY, np.int32)
    out[place] = ids
    commas = place[extra == 1] - 1
    out[commas] = COMMA
    return out, place
