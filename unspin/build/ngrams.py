"""Counts corpora into the mapped frequency table (``unspin lexicon build``).

Two passes over a temporary file of word numbers, never over the text twice: the first reads
and tokenises, the second counts bigrams and trigrams in partitions, so that memory is bound
by the largest partition and not by the corpus.

Registers are weighted by source: a source of N words counts N * min(1, (HALF / N) ** 0.5),
so that seven million words of one office weigh as two and a half, and no register drowns
the rest. Pruning is by raw count, the stored counts are the weighted ones.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..frequency import (
    BOUNDARY,
    FIGURE,
    SPECIALS,
    UNKNOWN,
    YEAR,
    NgramTable,
    Vocabulary,
    bigram_keys,
    quantise,
    sequence,
    trigram_keys,
)
from ..hashing import U64
from ..tables import write_table
from ..text import Document, ProseRules, fold
from .corpora import CorpusError, corpus_files, read_corpus, source_name

HALF = 1_000_000  # words a source may have before its weight falls
OLD = {"fiction_novels_19c": 0.5}  # extra weight where the language is not of today
CHUNK = 400_000  # characters tokenised at a time
PARTITIONS = 16
MAX_WORDS = 1 << 20  # ids are packed in 20 bits
# Interpolation constants. Perplexity on reserved documents still falls beyond them
# (`python tests/benchmarks/perplexity.py`: 864 here, 585 at 240 and 16); everything learned
# so far was learned at these, so that they change together with `unspin lexicon learn`.
K2, K3 = 60.0, 4.0

Progress = Callable[[str, int, int], None]


class _Counter:
    """Provisional word numbers and raw counts per source, while reading."""

    def __init__(self, rules: ProseRules) -> None:
        self.rules = rules
        self.number: dict[int, int] = {}
        self.words: list[str] = list(SPECIALS)
        self.hashes: list[int] = [0] * len(SPECIALS)

    def encode(self, text: str) -> np.ndarray:
        document = Document(text, self.rules)
        unique, index, inverse = np.unique(document.hash, return_index=True, return_inverse=True)
        numbers = np.empty(len(unique), np.int32)
        known = self.number
        for place, (key, at) in enumerate(zip(unique.tolist(), index.tolist(), strict=True)):
            found = known.get(key)
            if found is None:
                found = known[key] = len(self.words)
                self.words.append(fold(document.word(at)))
                self.hashes.append(key)
            numbers[place] = found
        ids = numbers[inverse]
        ids[document.number] = FIGURE
        ids[document.year] = YEAR
        ids[document.masked] = UNKNOWN
        return sequence(ids, document.sep)[0]


def _read(
    files: list[Path], counter: _Counter, out: Path, held_out: str, progress: Progress
) -> tuple[list[dict[str, Any]], int]:
    """Tokenise every file into ``out``; returns facts per source and the total length."""
    sources, total = [], 0
    with out.open("wb") as sink:
        for done, path in enumerate(files):
            progress("reading", done, len(files))
            digest, begin, size, documents = hashlib.sha256(), total, 0, 0
            pending: list[str] = []
            words = 0

            def flush() -> None:
                nonlocal total, pending, size, words
                ids = counter.encode("\n\n".join(pending))
                ids.tofile(sink)
                total += len(ids)
                words += int(np.sum(ids != BOUNDARY))
                pending, size = [], 0

            for document in read_corpus(path):
                if document.reserved or document.digit in held_out:
                    continue
                digest.update(document.text.encode("utf-8", "surrogatepass"))
                documents += 1
                pending.append(document.text)
                size += len(document.text)
                if size >= CHUNK:
                    flush()
            if pending:
                flush()
            name = source_name(path)
            weight = min(1.0, (HALF / max(words, 1)) ** 0.5) * OLD.get(name, 1.0)
            sources.append(
                {
                    "name": name,
                    "documents": documents,
                    "tokens": words,
                    "weight": round(weight, 4),
                    "sha256": digest.hexdigest(),
                    "range": [begin, total],
                }
            )
    progress("reading", len(files), len(files))
    return sources, total


def published_frequencies() -> dict[str, float]:
    """wordfreq's large English list: relative frequency by word."""
    from wordfreq import get_frequency_dict

    return dict(get_frequency_dict("en", wordlist="large"))


def _vocabulary(
    counter: _Counter,
    sequence_file: Path,
    sources: list[dict[str, Any]],
    required: Iterable[str],
    min_count: int,
) -> tuple[np.ndarray, dict[str, np.ndarray], float]:
    """Map of provisional to final numbers, the word arrays, and the weighted total."""
    from ..text import token_hashes

    for word in required:
        for key in token_hashes(word).tolist():
            if key not in counter.number:
                counter.number[key] = len(counter.words)
                counter.words.append(fold(word))
                counter.hashes.append(key)
    count = len(counter.words)
    raw, weighted = np.zeros(count, np.int64), np.zeros(count, np.float64)
    numbers = np.memmap(sequence_file, np.int32, mode="r")
    for source in sources:
        here = np.bincount(numbers[slice(*source["range"])], minlength=count)
        raw += here
        weighted += source["weight"] * here
    published = published_frequencies()
    listed = np.array([published.get(word, 0.0) for word in counter.words])
    needed = np.zeros(count, bool)
    for word in required:
        for key in token_hashes(word).tolist():
            needed[counter.number[key]] = True
    # A word of the published list alone is kept down to one in five million.
    known = set(counter.words)
    added = [w for w, f in published.items() if f >= 2e-7 and w not in known and w.isalpha() and w.isascii()]
    keep = (raw >= min_count) | ((raw >= 1) & (listed >= 5e-8)) | needed
    keep[: len(SPECIALS)] = False
    lengths = np.array([len(word) for word in counter.words])
    keep &= lengths <= 40
    order = np.flatnonzero(keep)
    order = order[np.argsort(-weighted[order], kind="stable")]
    hashes = np.array(counter.hashes, U64)
    words = [counter.words[i] for i in order]
    keys = hashes[order]
    total = float(weighted[len(SPECIALS) :].sum())
    corpus = weighted[order] / total
    publisheds = listed[order]
    if added:
        keys = np.concatenate((keys, np.array([token_hashes(w)[0] for w in added], U64)))
        words += added
        corpus = np.concatenate((corpus, np.zeros(len(added))))
        publisheds = np.concatenate((publisheds, [published[w] for w in added]))
    if len(words) + len(SPECIALS) > MAX_WORDS:
        raise CorpusError(f"{len(words)} words, the table holds {MAX_WORDS}; raise --min-count")
    # Half corpora, half wordfreq; clitics and inner pieces are counted here alone.
    p = np.where(publisheds > 0, 0.5 * corpus + 0.5 * publisheds, corpus)
    p = np.maximum(p, 1e-9)
    special = weighted[: len(SPECIALS)] / total
    special[UNKNOWN] = 1e-7
    logp = np.log(np.concatenate((np.maximum(special, 1e-9), p))).astype(np.float32)
    counts = np.concatenate((weighted[: len(SPECIALS)], corpus * total)).astype(np.float32)
    counts[UNKNOWN] = 0.0
    final = np.zeros(count, np.int32)
    final[: len(SPECIALS)] = np.arange(len(SPECIALS))
    final[order] = np.arange(len(order)) + len(SPECIALS)
    all_keys = np.concatenate((np.zeros(len(SPECIALS), U64), keys))
    encoded = [b""] * len(SPECIALS) + [word.encode() for word in words]
    offsets = np.zeros(len(encoded) + 1, np.uint32)
    np.cumsum([len(word) for word in encoded], out=offsets[1:])
    arrays = {
        "word_keys": all_keys,
        "word_slots": Vocabulary.build(all_keys),
        "word_offsets": offsets,
        "word_blob": np.frombuffer(b"".join(encoded), np.uint8),
        "unigram_logp": logp,
        "unigram_counts": counts,
    }
    return final, arrays, total


def _count(
    order: int,
    sequence_file: Path,
    final: np.ndarray,
    sources: list[dict[str, Any]],
    min_count: int,
    scratch: Path,
    progress: Progress,
) -> tuple[np.ndarray, np.ndarray]:
    """Packed n-grams seen at least ``min_count`` times, and their weighted counts."""
    numbers = np.memmap(sequence_file, np.int32, mode="r")
    sinks = [(scratch / f"part{order}-{p}").open("wb") for p in range(PARTITIONS)]
    bounds = np.zeros((len(sources) + 1, PARTITIONS), np.int64)
    step = 4_000_000
    for index, source in enumerate(sources):
        progress(f"counting {order}-grams", index, len(sources))
        bounds[index + 1] = bounds[index]
        begin, stop = source["range"]
        for low in range(begin, stop, step):
            ids = final[numbers[low : min(low + step + order - 1, stop)]].astype(U64)
            size = len(ids) - order + 1
            if size <= 0:
                continue
            packed, good = np.zeros(size, U64), np.ones(size, bool)
            for place in range(order):
                part = ids[place : place + size]
                packed = (packed << U64(20)) | part
                good &= part != UNKNOWN
            for place in range(order - 1):
                two = ids[place : place + size], ids[place + 1 : place + 1 + size]
                good &= ~((two[0] == BOUNDARY) & (two[1] == BOUNDARY))
            packed = packed[good]
            part_of = ((packed * U64(0x9E3779B97F4A7C15)) >> U64(60)).astype(np.int64)
            by_part = np.argsort(part_of, kind="stable")
            packed, sizes = packed[by_part], np.bincount(part_of, minlength=PARTITIONS)
            edges = np.concatenate(([0], np.cumsum(sizes)))
            for p in range(PARTITIONS):
                packed[edges[p] : edges[p + 1]].tofile(sinks[p])
            bounds[index + 1] += sizes
    for sink in sinks:
        sink.close()
    weights = np.array([source["weight"] for source in sources], np.float32)
    all_keys, all_counts = [], []
    for p in range(PARTITIONS):
        progress(f"sorting {order}-grams", p, PARTITIONS)
        path = scratch / f"part{order}-{p}"
        keys = np.fromfile(path, U64)
        path.unlink()
        if not len(keys):
            continue
        weight = np.repeat(weights, np.diff(bounds[:, p]))
        by_key = np.argsort(keys, kind="stable")
        keys, weight = keys[by_key], weight[by_key]
        heads = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        raw = np.diff(np.concatenate((heads, [len(keys)])))
        sums = np.add.reduceat(weight, heads)
        enough = raw >= min_count
        all_keys.append(keys[heads[enough]])
        all_counts.append(sums[enough])
    progress(f"sorting {order}-grams", PARTITIONS, PARTITIONS)
    if not all_keys:
        return np.zeros(0, U64), np.zeros(0, np.float32)
    return np.concatenate(all_keys), np.concatenate(all_counts)


def build_ngrams(
    paths: Iterable[Path],
    out: Path,
    rules: ProseRules,
    required: Iterable[str] = (),
    min_word: int = 4,
    min_bigram: int = 2,
    min_trigram: int = 3,
    held_out: str = "",
    progress: Progress = lambda stage, done, total: None,
) -> dict[str, Any]:
    """Count ``paths`` into the table ``out``; returns the facts written into its header.

    ``held_out``, hexadecimal digits, leaves out further documents by the first digit of their
    SHA-1, for learning on text that was not counted. ``required`` words get an id whether
    the corpora hold them or not. Raises
    :class:`~unspin.build.corpora.CorpusError` where a corpus cannot be read.
    """
    files = corpus_files(paths)
    counter = _Counter(rules)
    with tempfile.TemporaryDirectory(dir=out.parent) as directory:
        scratch = Path(directory)
        numbers = scratch / "sequence"
        sources, _ = _read(files, counter, numbers, held_out, progress)
        sources = [source for source in sources if source["tokens"]]
        if not sources:
            raise CorpusError("the corpora hold no text that is not reserved")
        final, arrays, total = _vocabulary(counter, numbers, sources, list(required), min_word)
        mask = U64((1 << 20) - 1)
        two, counts = _count(2, numbers, final, sources, min_bigram, scratch, progress)
        built = NgramTable.build(bigram_keys(two >> U64(20), two & mask), quantise(counts))
        arrays.update({f"bi_{name}": array for name, array in built.items()})
        three, counts = _count(3, numbers, final, sources, min_trigram, scratch, progress)
        parts = three >> U64(40), (three >> U64(20)) & mask, three & mask
        built = NgramTable.build(trigram_keys(*parts), quantise(counts))
        arrays.update({f"tri_{name}": array for name, array in built.items()})
    longest = max(int(np.diff(arrays[f"{name}_offsets"].astype(np.int64)).max()) for name in ("bi", "tri"))
    for source in sources:
        del source["range"]
    facts = {
        "version": 1,
        "language": "en",
        "words": len(arrays["word_keys"]),
        "bigrams": len(two),
        "trigrams": len(three),
        "total": round(total),
        "min_counts": [min_word, min_bigram, min_trigram],
        "longest_bucket": longest,
        "k2": K2,
        "k3": K3,
        "sources": sources,
        "wordfreq": _wordfreq_version(),
    }
    write_table(out, "ngram", facts, arrays)
    return facts


def _wordfreq_version() -> str:
    from importlib.metadata import version

    return version("wordfreq")
