"""Which spans are taken for swaps, with their originals by share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .channel import Channel, Source
from .decode import decode
from .evidence import MAX_GAIN, TAU, Lattice, build_lattice, score_windows, span_terms, tilted
from .frequency import Frequency

if TYPE_CHECKING:
    from .detection import Analysis

LONE_RATE = 0.02  # swaps per span looked for in a text that is not flagged
FINDING = 0.4  # posterior from which a swap is reported in a flagged text
LONE_FINDING = 0.5  # and in one that is not: twelve a 165,000 words of honest blog
MIN_LONE_RATIO = 40.0  # trained ratio below which a span of an honest text is not looked at
MIN_TOTAL = 0.05  # least sum of a span's terms that its ratio is spread over
USUAL_SHARE = 1.0  # of swaps that only a thesaurus knows, below which such swaps are doubted
SAME_ELSEWHERE, ORIGINAL_STANDS = 2.5, 1.0  # nats; set on the samples
TRAINED = 2  # the trained reading among an analysis' readings
LENIENCE = 0.5  # nats for a swap while decoding; its posterior is judged without
MAX_ORIGINALS = 6


@dataclass(frozen=True)
class Original:
    """One possible original of a chosen span."""

    text: str
    share: float  # of the belief in this span's originals
    gain: float  # nats, given what the neighbours are read as
    weight: float
    source: Source
    seen: int


@dataclass(frozen=True)
class Choice:
    """A span taken for a swap, and the belief that it is one."""

    first: int  # token
    length: int
    entry: int
    originals: tuple[Original, ...]  # best first
    posterior: float


def choose(analysis: Analysis, frequency: Frequency, channel: Channel) -> list[Choice]:
    """The swaps of a document in text order; in a flagged one, decoded together."""
    lattice = analysis.lattice
    if lattice is None or analysis.ratio is None:
        return []
    ratio = analysis.ratio
    reading = replace(analysis.readings[TRAINED], ratio=ratio)
    if analysis.llr >= analysis.suspect:
        least = FINDING
        rates = reading.local_rates(lattice)
        lattice = build_lattice(analysis.document, frequency, channel, gate=False)
        prior = span_priors(lattice, ratio, rates)
        chosen = decode(lattice, frequency, channel, prior + LENIENCE)
        # once more with what the first reading says of the spinner's own table
        lattice.weight = lattice.weight + own_table(lattice, chosen, channel)
        chosen = decode(lattice, frequency, channel, prior + LENIENCE)
    else:
        least = LONE_FINDING
        prior = span_priors(lattice, ratio, np.full(len(lattice.spans), LONE_RATE))
        strong = np.flatnonzero(reading.picked & (ratio > MIN_LONE_RATIO))
        chosen = []
        for span in strong[np.argsort(lattice.spans.first[strong])].tolist():
            rows = np.flatnonzero(lattice.span == span)
            chosen.append(int(rows[np.argmax(lattice.weight[rows] + TAU * lattice.gain[rows])]))
    if not chosen:
        return []
    return [c for c in _posteriors(lattice, chosen, frequency, channel, prior) if c.posterior >= least]


def own_table(lattice: Lattice, chosen: list[int], channel: Channel) -> np.ndarray:
    """What a document's first reading adds to each candidate's log weight in the second.

    A spinner that draws once per article makes the same of a word all through it, and the
    original vanishes from the text: a pair that is read elsewhere gains, an original that
    stands elsewhere loses.
    """
    entry = lattice.spans.entry[lattice.span]
    pair = entry * (1 << 20) + lattice.target
    chosen_pairs, times = np.unique(pair[chosen], return_counts=True)
    at = np.minimum(np.searchsorted(chosen_pairs, pair), max(len(chosen_pairs) - 1, 0))
    elsewhere = np.where(chosen_pairs[at] == pair, times[at], 0) if len(chosen_pairs) else np.zeros(len(pair))
    own = np.zeros(len(pair), bool)
    own[chosen] = True
    bonus = np.where(elsewhere - own > 0, SAME_ELSEWHERE, 0.0)
    single = channel.original_lengths[lattice.target] == 1
    standing = np.isin(channel.original_ids[lattice.target, 0], lattice.ids) & single
    bonus -= np.where(standing, ORIGINAL_STANDS, 0.0)
    # a text whose swaps are known ones owes few to a dictionary's other words
    wide = lattice.source == Source.THESAURUS
    share = float(wide[chosen].mean()) if chosen else 0.0
    bonus += np.where(wide, min(np.log(max(share, 0.05) / USUAL_SHARE), 0.0), 0.0)
    return np.asarray(bonus, np.float32)


def span_priors(lattice: Lattice, ratio: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Per span, the offset that makes its candidates' terms add up to the odds of a swap.

    The trained ratio says how much a span speaks for a swap as it stands; the offset keeps
    that, while the terms change with what the neighbours are read as.
    """
    total = np.bincount(lattice.span, np.exp(span_terms(lattice)), minlength=len(lattice.spans))
    return np.asarray(np.log(rate / (1.0 - rate)) + np.log(ratio) - np.log(np.maximum(total, MIN_TOTAL)))


def _reading(lattice: Lattice, chosen: list[int], channel: Channel) -> tuple[np.ndarray, np.ndarray]:
    """Ids of the text with the chosen originals in place, and where each of them begins."""
    parts, places, cursor, size = [], [], 0, 0
    for candidate in chosen:
        span = lattice.span[candidate]
        start = int(lattice.place[lattice.spans.first[span]])
        target = lattice.target[candidate]
        words = channel.original_ids[target, : channel.original_lengths[target]]
        parts += [lattice.seq[cursor:start], words]
        places.append(size + start - cursor)
        size = places[-1] + len(words)
        cursor = start + int(lattice.spans.length[span])
    parts.append(lattice.seq[cursor:])
    return np.concatenate(parts), np.array(places)


def _posteriors(
    lattice: Lattice, chosen: list[int], frequency: Frequency, channel: Channel, prior: np.ndarray
) -> list[Choice]:
    """Belief in every chosen span and its candidates, given what its neighbours are read as."""
    read, place = _reading(lattice, chosen, channel)
    spans, span_of = lattice.spans, lattice.span[chosen]
    size = channel.original_lengths[lattice.target[chosen]].astype(np.int64)
    left = np.stack((read[place - 2], read[place - 1]), 1)
    right = np.stack((read[place + size], read[place + size + 1]), 1)
    # all candidates of the chosen spans
    starts = np.searchsorted(lattice.span, span_of)
    counts = np.searchsorted(lattice.span, span_of, "right") - starts
    owner = np.repeat(np.arange(len(chosen)), counts)
    rows = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    targets = lattice.target[rows]
    lengths = channel.original_lengths[targets].astype(np.int64)
    scored = score_windows(frequency, left[owner], channel.original_ids[targets], lengths, right[owner])
    span_lengths = spans.length[span_of].astype(np.int64)
    first = lattice.place[spans.first[span_of]]
    reach = np.minimum(first[:, None] + np.arange(int(span_lengths.max())), len(lattice.seq) - 1)
    own = score_windows(frequency, left, lattice.seq[reach], span_lengths, right)
    gain = scored - own[owner]
    terms = tilted(lattice)[rows] + TAU * np.minimum(gain, MAX_GAIN)
    odds = np.exp(prior[span_of]) * np.bincount(owner, np.exp(terms), minlength=len(chosen))
    posterior = odds / (1.0 + odds)
    edges = np.concatenate(([0], np.cumsum(counts)))
    out = []
    for k in range(len(chosen)):
        mine = np.arange(edges[k], edges[k + 1])
        shares = np.exp(terms[mine] - terms[mine].max())
        shares /= shares.sum()
        best = np.argsort(-shares, kind="stable")[:MAX_ORIGINALS]
        originals = tuple(
            Original(
                channel.original(int(targets[mine[b]])),
                float(shares[b]),
                float(gain[mine[b]]),
                float(lattice.weight[rows[mine[b]]]),
                Source(int(lattice.source[rows[mine[b]]])),
                int(lattice.seen[rows[mine[b]]]),
            )
            for b in best
        )
        span = int(span_of[k])
        out.append(
            Choice(
                int(spans.first[span]),
                int(spans.length[span]),
                int(spans.entry[span]),
                originals,
                float(posterior[k]),
            )
        )
    return out
