"""What every possible original gains in its context, pooled over the document.

For a span with reading ``s`` and a possible original ``o``, the *gain* is
``ln P(o in context) - ln P(s in context)`` over the span and the two words behind it. Under
a spinner that swaps at rate λ the span's likelihood ratio is

    (1 - λ) + λ Σ_o P(s | o) exp(τ · gain(o)) / A(s)

with A(s) the same sum's average over honest English, so that honest text does not drift
towards spin, whatever its words. Rates are pooled over a grid (a uniform mixture), which
makes the document's log likelihood ratio; at its best rate every span gets a posterior.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .channel import Channel, Source, Spans
from .frequency import Frequency, sequence
from .text import Document

TAU = 0.7  # tempering of gains
CAP = 8.0  # nats; a single gain never counts for more
SPANS_AT_ONCE = 8192  # spans weighed together: bounds memory, keeps arrays in cache
MAX_FIT = 2.0  # summed PMI with both neighbours from which a word counts as settled
MIN_PROMISE = -4.5  # ln of the least share of a span's ratio that is worth a closer look
MAX_GAIN = 12.0  # nats, where originals are weighed against each other
CLIP = 50.0  # no span's ratio counts for more
TILT = -0.7  # on the log weight of thesaurus pairs where curated pairs are believed first
MIN_FIXED_GAIN = 1.0  # nats from which a candidate may count as completing a set phrase
FIXED_BONUS = 1.5  # on the log weight of one that does
RATES = np.array([0.01, 0.02, 0.04, 0.07, 0.11, 0.17, 0.25, 0.35, 0.5])


@dataclass
class Lattice:
    """Spans, their candidates and what each gains. Candidate arrays are parallel."""

    document: Document
    ids: np.ndarray
    seq: np.ndarray
    place: np.ndarray  # of every token in seq
    spans: Spans
    span: np.ndarray  # candidate -> index into spans
    target: np.ndarray  # candidate -> original
    weight: np.ndarray  # ln P(spun | original, swapped)
    source: np.ndarray
    seen: np.ndarray
    gain: np.ndarray  # nats
    fixed: np.ndarray  # makes a name or set phrase with its neighbours


def score_windows(
    frequency: Frequency, left: np.ndarray, middle: np.ndarray, lengths: np.ndarray, right: np.ndarray
) -> np.ndarray:
    """ln P of ``middle`` (n, m; the first ``lengths`` count) and ``right`` (n, 2) after ``left`` (n, 2)."""
    out = np.zeros(len(left), np.float32)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        window = np.concatenate((left[rows], middle[rows][:, :length], right[rows]), 1)
        total = np.zeros(len(rows), np.float32)
        previous = frequency.bigram_count(window[:, 0], window[:, 1])
        for at in range(2, window.shape[1]):
            following = frequency.bigram_count(window[:, at - 1], window[:, at])
            total += frequency.logp_given(
                window[:, at - 2], window[:, at - 1], window[:, at], previous, following
            )
            previous = following
        out[rows] = total
    return out


def _score_single(
    frequency: Frequency,
    seq: np.ndarray,
    pair: np.ndarray,
    at: np.ndarray,
    word: np.ndarray,
    known: np.ndarray,
) -> np.ndarray:
    """:func:`score_windows` for one word in the place of one, with its bigrams known."""
    left, right = known[:, 0], known[:, 1]
    total = frequency.logp_given(seq[at - 2], seq[at - 1], word, pair[at - 1], left)
    total += frequency.logp_given(seq[at - 1], word, seq[at + 1], left, right)
    total += frequency.logp_given(word, seq[at + 1], seq[at + 2], right, pair[at + 2])
    return np.asarray(total)


def build_lattice(document: Document, frequency: Frequency, channel: Channel, gate: bool = True) -> Lattice:
    """Look up, expand and score every candidate of a document.

    Cheap tests come first: a thesaurus neighbour is weighed only where the word that stands
    there fits badly, and of single words only those go on whose bigrams promise something.
    ``gate=False`` weighs everything.
    """
    ids = frequency.ids(document)
    seq, place = sequence(ids, document.sep)
    spans = channel.spans(document)
    pair = np.zeros(len(seq), np.float32)  # count of every token with the one before it
    own = np.zeros(len(seq) + 1, np.float64)  # running ln P
    two = np.zeros(len(seq), np.float32)  # ln P given the word before alone
    if len(seq) > 2:
        pair[1:] = frequency.bigram_count(seq[:-1], seq[1:])
        logp = frequency.logp_given(seq[:-2], seq[1:-1], seq[2:], pair[1:-1], pair[2:])
        own[3:] = np.cumsum(logp)
        two[1:] = frequency.logp2(seq[:-1], seq[1:], pair[1:])
    at = place[spans.first]
    behind = at + spans.length
    low = channel.starts[spans.entry].astype(np.int64)
    high = channel.starts[spans.entry + 1].astype(np.int64)
    if gate:
        fit = two[at] - frequency.unigram[seq[at]] + two[behind] - frequency.unigram[seq[behind]]
        settled = (spans.length == 1) & (fit > MAX_FIT)
        settled |= channel.standing(document)[spans.first] & (spans.length == 1)
        # of a word that fits, only the curated originals are weighed: they stand first
        high = np.where(settled, low + channel.curated[spans.entry], high)
    text = _Text(seq, pair, own, two, at, behind)
    parts = [
        _weigh(text, spans, slice(start, start + SPANS_AT_ONCE), low, high, frequency, channel, gate)
        for start in range(0, max(len(spans), 1), SPANS_AT_ONCE)
    ]
    span, index, gain = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    target = channel.targets[index].astype(np.int64)
    weight = channel.weights[index].astype(np.float32) / -16.0
    facts = channel.sources[index]
    fixed = np.zeros(len(span), bool)
    single = (channel.original_lengths[target] == 1) & (spans.length[span] == 1)
    rows = np.flatnonzero(single & (gain > MIN_FIXED_GAIN))
    fixed[rows] = channel.completes(
        document, spans.first[span[rows]], frequency.word_keys[channel.original_ids[target[rows], 0]]
    )
    return Lattice(
        document,
        ids,
        seq,
        place,
        spans,
        span,
        target,
        np.where(fixed, np.minimum(weight + FIXED_BONUS, 0.0), weight).astype(np.float32),
        np.where(fixed & (facts & 7 == Source.THESAURUS), Source.NAME, facts & 7),
        facts >> 3,
        gain,
        fixed,
    )


class _Text(NamedTuple):
    """What a document's sequence says, per place, and where its spans lie in it."""

    seq: np.ndarray
    pair: np.ndarray  # count of every word with the one before it
    own: np.ndarray  # running ln P
    two: np.ndarray  # ln P given the word before alone
    at: np.ndarray  # per span, its place
    behind: np.ndarray  # per span, the place behind it


def _weigh(
    text: _Text,
    spans: Spans,
    part: slice,
    low: np.ndarray,
    high: np.ndarray,
    frequency: Frequency,
    channel: Channel,
    gate: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Span, table row and gain of the candidates of some spans that are worth a look."""
    seq, at, behind = text.seq, text.at, text.behind
    low = low[part]
    counts = high[part] - low
    first = part.start
    span = np.repeat(np.arange(first, first + len(counts)), counts)
    index = np.arange(len(span)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(low, counts)
    target = channel.targets[index].astype(np.int64)
    lengths = channel.original_lengths[target].astype(np.int64)
    weight = channel.weights[index].astype(np.float32) / -16.0
    # the bigrams that a lone word makes with its neighbours
    known = np.zeros((len(span), 2), np.float32)
    simple = np.flatnonzero((lengths == 1) & (spans.length[span] == 1))
    here, word = span[simple], channel.original_ids[target[simple], 0]
    before, after = seq[at[here] - 1], seq[behind[here]]
    left, right = frequency.bigram_count(before, word), frequency.bigram_count(word, after)
    known[simple, 0], known[simple, 1] = left, right
    if gate:
        promise = frequency.logp2(before, word, left) + frequency.logp2(word, after, right)
        promise -= text.two[at[here]] + text.two[behind[here]]
        keep = np.ones(len(span), bool)
        keep[simple] = (weight[simple] + TAU * np.minimum(promise, CAP) > MIN_PROMISE) & (
            (left > 0) | (right > 0)
        )
        span, target, index, known = span[keep], target[keep], index[keep], known[keep]
        lengths = lengths[keep]
    scored = np.zeros(len(span), np.float32)
    simple = np.flatnonzero((lengths == 1) & (spans.length[span] == 1))
    scored[simple] = _score_single(
        frequency, seq, text.pair, at[span[simple]], channel.original_ids[target[simple], 0], known[simple]
    )
    rest = np.flatnonzero((lengths > 1) | (spans.length[span] > 1))
    here = span[rest]
    scored[rest] = score_windows(
        frequency,
        np.stack((seq[at[here] - 2], seq[at[here] - 1]), 1),
        channel.original_ids[target[rest]],
        lengths[rest],
        np.stack((seq[behind[here]], seq[behind[here] + 1]), 1),
    )
    standing = text.own[behind[span] + 2] - text.own[at[span]]
    return span, index, (scored - standing).astype(np.float32)


def span_baseline(lattice: Lattice, channel: Channel) -> np.ndarray:
    """ln A of every span: what its ratio averages in honest English, and never below 0."""
    return np.asarray(np.maximum(channel.baseline[lattice.spans.entry], 0.0))


def without(lattice: Lattice, gone: np.ndarray) -> Lattice:
    """The lattice less some of its candidates."""
    keep = ~gone
    names = ("span", "target", "weight", "source", "seen", "gain", "fixed")
    parts = {name: getattr(lattice, name)[keep] for name in names}
    return Lattice(lattice.document, lattice.ids, lattice.seq, lattice.place, lattice.spans, **parts)


def uncurated(lattice: Lattice) -> Lattice:
    """The lattice as a spinner of whom nothing was ever seen would have it."""
    return without(lattice, lattice.source < Source.THESAURUS)


def tilted(lattice: Lattice) -> np.ndarray:
    """Log weight of every candidate, thesaurus pairs held back by :data:`TILT`."""
    return np.asarray(lattice.weight + np.where(lattice.source == Source.THESAURUS, TILT, 0.0))


def span_terms(lattice: Lattice) -> np.ndarray:
    """ln of what each candidate says for a swap: weight and tempered gain."""
    return np.asarray(tilted(lattice) + TAU * np.minimum(lattice.gain, MAX_GAIN))


def span_ratios(lattice: Lattice, channel: Channel, tilt: float = TILT) -> np.ndarray:
    """Each span's ratio: the candidates' sum over its average in honest English.

    ``tilt`` is added to the log weight of thesaurus pairs.
    """
    terms = lattice.weight + TAU * np.minimum(lattice.gain, CAP)
    terms = np.exp(terms + np.where(lattice.source == Source.THESAURUS, tilt, 0.0))
    total = np.bincount(lattice.span, terms, minlength=len(lattice.spans))
    return np.asarray(np.minimum(total / np.exp(span_baseline(lattice, channel)), CLIP))


SPAN_FEATURES = (
    "bias",
    "curated",  # best ln(weight) + tau * gain among curated candidates, in [-7, 7]
    "curated>-2",
    "curated>0",
    "curated>2",
    "thesaurus",  # the same among thesaurus candidates
    "thesaurus>-2",
    "thesaurus>0",
    "thesaurus>2",
    "has_curated",
    "has_thesaurus",
    "baseline",  # ln A of the entry
    "common",  # ln(1 + count of the span in honest text)
    "phrase",  # more than one word
    "seen",  # ln(1 + times the best observed pair was seen)
    "rarity",  # ln P of a single word, from e^-9 up
    "function",  # a lone function word
    "excess",  # best of all minus the baseline
    "curated_phrase",
    "curated_function",
)


def _hinges(best: np.ndarray) -> list[np.ndarray]:
    return [best, *(np.maximum(best - knot, 0.0) for knot in (-2.0, 0.0, 2.0))]


def span_features(lattice: Lattice, frequency: Frequency, channel: Channel) -> np.ndarray:
    """What the trained model sees of every span: (spans, len(SPAN_FEATURES)) floats."""
    spans, count = lattice.spans, len(lattice.spans)
    terms = lattice.weight + TAU * np.minimum(lattice.gain, CAP + 2.0)

    def best_of(rows: np.ndarray, values: np.ndarray, floor: float) -> np.ndarray:
        out = np.full(count, floor)
        np.maximum.at(out, lattice.span[rows], values[rows])
        return out

    wide = lattice.source == Source.THESAURUS
    curated = np.clip(best_of(~wide, terms, -7.0), -7.0, 7.0)
    thesaurus = np.clip(best_of(wide, terms, -7.0), -7.0, 7.0)
    seen = best_of(~wide, np.log1p(lattice.seen.astype(float)), 0.0)
    single = spans.length == 1
    function = lattice.document.function[spans.first] & single
    unigram = np.maximum(frequency.unigram[lattice.ids[spans.first]], -16.0) + 9.0
    baseline = channel.baseline[spans.entry].astype(float)
    columns = [
        np.ones(count),
        *_hinges(curated),
        *_hinges(thesaurus),
        curated > -7.0,
        thesaurus > -7.0,
        baseline,
        channel.common[spans.entry],
        ~single,
        seen,
        np.where(single, unigram, 0.0),
        function,
        np.maximum(curated, thesaurus) - baseline,
        ~single * np.maximum(curated, -3.0),
        function * np.maximum(curated, -3.0),
    ]
    return np.stack([np.asarray(column, float) for column in columns], 1)


def pick(spans: Spans, ratio: np.ndarray, tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """Spans that speak for a swap, the strongest first and none overlapping another; and
    those that are counted: the picked, and single words beside them."""
    taken = bytearray(tokens)
    picked = np.zeros(len(spans), bool)
    strong = np.flatnonzero(ratio > 1.0)
    firsts, lengths = spans.first.tolist(), spans.length.tolist()
    for index in strong[np.argsort(-ratio[strong], kind="stable")].tolist():
        first, length = firsts[index], lengths[index]
        if 1 not in taken[first : first + length]:
            taken[first : first + length] = b"\1" * length
            picked[index] = True
    used = np.frombuffer(taken, bool)
    return picked, picked | ((spans.length == 1) & ~used[spans.first])


@dataclass
class Reading:
    """One way to weigh the spans: their ratios, and which of them count.

    k occurrences of one entry count as k ** (1 - power): a text repeats its topic, and what
    the model misjudges once it misjudges every time.
    """

    ratio: np.ndarray
    picked: np.ndarray
    counted: np.ndarray
    power: float

    def pool(self, entries: np.ndarray, group: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
        """Log likelihood ratio with the rate averaged out, and the best rate, per group.

        ``group`` gives every span's group in ascending order, -1 where it has none.
        """
        sums = self._sums(entries, group, groups)
        peak = sums.max(0)
        return peak + np.log(np.mean(np.exp(sums - peak), 0)), RATES[sums.argmax(0)]

    def _sums(self, entries: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
        """Log likelihood ratio at every rate of the grid, per group."""
        keep = np.flatnonzero(self.counted & (group >= 0))
        by_rate = np.log1p(RATES[:, None] * (self.ratio[keep] - 1.0))
        if self.power and len(keep):
            _, inverse, counts = np.unique(entries[keep], return_inverse=True, return_counts=True)
            by_rate *= counts[inverse].astype(float) ** -self.power
        sums = np.zeros((len(RATES), groups))
        for row, values in zip(sums, by_rate, strict=True):
            row += np.bincount(group[keep], values, minlength=groups)
        return sums

    def local_rates(self, lattice: Lattice) -> np.ndarray:
        """Per span, the expected swap rate of its block, given the block's spans.

        The grid's rates are weighed alike beforehand, so that a block with few spans is
        taken to be like any spun text.
        """
        blocks = len(lattice.document.blocks)
        group = lattice.document.block[lattice.spans.first]
        sums = self._sums(lattice.spans.entry, group, blocks)
        belief = np.exp(sums - sums.max(0))
        return np.asarray((RATES @ (belief / belief.sum(0)))[group])


def readings(
    lattice: Lattice, frequency: Frequency, channel: Channel, span_weights: np.ndarray
) -> list[Reading]:
    """The three readings the document model combines: curated first, thesaurus first, trained."""
    trained = np.minimum(
        np.exp(np.clip(span_features(lattice, frequency, channel) @ span_weights, -20.0, 20.0)), CLIP
    )
    # a lone function word is evidence in the trained reading alone
    alone = lattice.document.function[lattice.spans.first] & (lattice.spans.length == 1)
    out = []
    for ratio, power in (
        (np.where(alone, 1.0, span_ratios(lattice, channel, TILT)), 0.5),
        (np.where(alone, 1.0, span_ratios(lattice, channel, -0.4 * TILT)), 0.5),
        (trained, 0.0),
    ):
        out.append(Reading(ratio, *pick(lattice.spans, ratio, len(lattice.ids)), power))
    return out


DOCUMENT_FEATURES = ("bias", "curated", "thesaurus", "trained", "length")


def document_features(
    lattice: Lattice, reads: list[Reading], group: np.ndarray, words: np.ndarray
) -> np.ndarray:
    """What the document model sees of every group of spans: (groups, features).

    The trained ratios are not calibrated against each other within a text, so that their
    sum spreads with the square root of the length, by which it is divided.
    """
    entries = lattice.spans.entry
    curated, thesaurus, trained = (reading.pool(entries, group, len(words))[0] for reading in reads)
    size = np.maximum(words, 1) / 300.0
    spread = np.sqrt(size)
    return np.stack(
        [
            np.ones(len(words)),
            curated,
            thesaurus,
            trained / spread,
            np.log(size),
        ],
        1,
    )
