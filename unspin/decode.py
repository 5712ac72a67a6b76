"""The most probable original of a flagged document, neighbours decided together.

A beam search over the lattice: every token is kept or a span is replaced by one of its
candidates; the score is the tempered trigram probability of the reading plus the channel's
weights at the document's own swap rate. Readings that end in the same two words are one
state, so that two kept words in a row close every open question (Viterbi over trigrams).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .channel import Channel
from .evidence import TAU, Lattice, span_terms, tilted
from .frequency import Frequency

BEAM = 10  # readings kept at a token
OPTIONS = 6  # candidates of a span that enter the search
HOPELESS = -5.0  # nats; log odds from which no neighbour rescues a candidate


@dataclass
class _Beam:
    """Readings that end at one token: score, last two words, and how each was reached."""

    score: np.ndarray
    last: np.ndarray  # (readings, 2)
    trail: list[tuple[int, ...]]  # candidates chosen so far


def _options(lattice: Lattice, prior: np.ndarray) -> dict[int, list[int]]:
    """Per first token, the most promising candidates."""
    odds = span_terms(lattice) + prior[lattice.span]
    order = np.lexsort((-odds, lattice.span))
    order = order[odds[order] > HOPELESS]
    span = lattice.span[order]
    heads = np.flatnonzero(np.concatenate(([True], span[1:] != span[:-1]))) if len(span) else span
    rank = np.arange(len(span)) - np.repeat(heads, np.diff(np.concatenate((heads, [len(span)]))))
    options: dict[int, list[int]] = {}
    for candidate in order[rank < OPTIONS].tolist():
        options.setdefault(int(lattice.spans.first[lattice.span[candidate]]), []).append(candidate)
    return options


def decode(lattice: Lattice, frequency: Frequency, channel: Channel, prior: np.ndarray) -> list[int]:
    """Indices of the candidates chosen in the best reading, in text order, not overlapping.

    ``prior``: per span, what is added to a candidate's weight and tempered gain to give the
    log odds of that swap.
    """
    options = _options(lattice, prior)
    tokens, seq, place = len(lattice.ids), lattice.seq, lattice.place
    bonus = tilted(lattice) + prior[lattice.span]
    open_at: dict[int, list[_Beam]] = {}
    done: list[int] = []
    beam = _Beam(np.zeros(1), seq[None, :2].astype(np.int32), [()])
    for token in range(tokens):
        start = int(place[token - 1]) + 1 if token else 2
        here = options.get(token)
        waiting = open_at.pop(token, [])
        if token:
            beam = _merge(waiting)
        if len(beam.score) == 1 and not open_at:
            done += beam.trail[0]
            beam.trail = [()]
        if here is None and not open_at and len(beam.score) == 1:
            # a single reading and nothing to decide: its score is of no account
            words = seq[start : place[token] + 1]
            last = np.concatenate((beam.last[0], words))[-2:]
            open_at[token + 1] = [_Beam(np.zeros(1), last[None].astype(np.int32), [()])]
            continue
        kept = seq[start : place[token] + 1]
        separators = kept[:-1]
        if len(separators):
            beam = _extend(beam, separators[None], np.array([len(separators)]), np.zeros(1), [-1], frequency)[
                0
            ]
        lengths = np.array([1] + [int(channel.original_lengths[lattice.target[c]]) for c in here or ()])
        words = np.zeros((len(lengths), int(lengths.max())), np.int32)
        words[0, 0] = kept[-1]
        for row, candidate in enumerate(here or (), 1):
            words[row, : lengths[row]] = channel.original_ids[lattice.target[candidate], : lengths[row]]
        extra = np.concatenate(([0.0], bonus[here or []]))
        for row, grown in enumerate(_extend(beam, words, lengths, extra, [-1, *(here or ())], frequency)):
            reach = 1 if not row else int(lattice.spans.length[lattice.span[(here or [])[row - 1]]])
            open_at.setdefault(token + reach, []).append(grown)
    final = _merge(open_at.get(tokens, [beam]))
    return done + list(final.trail[int(final.score.argmax())])


def _merge(beams: list[_Beam]) -> _Beam:
    """One beam of the best readings, the best of each pair of last words alone."""
    score = np.concatenate([beam.score for beam in beams])
    last = np.concatenate([beam.last for beam in beams])
    trail = [t for beam in beams for t in beam.trail]
    order = np.argsort(-score, kind="stable")
    state = (last[:, 0].astype(np.int64) << 32) | last[:, 1]
    _, first = np.unique(state[order], return_index=True)
    keep = order[np.sort(first)[:BEAM]]
    return _Beam(score[keep], last[keep], [trail[k] for k in keep.tolist()])


def _extend(
    beam: _Beam,
    words: np.ndarray,
    lengths: np.ndarray,
    bonus: np.ndarray,
    choices: list[int],
    frequency: Frequency,
) -> list[_Beam]:
    """The beam with each row of ``words`` appended in turn; -1 in ``choices`` keeps the text."""
    paths, rows = len(beam.score), len(words)
    window = np.concatenate((np.tile(beam.last, (rows, 1)), np.repeat(words, paths, 0)), 1)
    size = np.repeat(lengths, paths)
    total = np.zeros(len(window))
    for at in range(int(lengths.max())):
        live = np.flatnonzero(size > at)
        part = window[live]
        total[live] += frequency.logp(part[:, at], part[:, at + 1], part[:, at + 2])
    out = []
    for row, choice in enumerate(choices):
        mine = slice(row * paths, (row + 1) * paths)
        length = int(lengths[row])
        out.append(
            _Beam(
                beam.score + TAU * total[mine] + bonus[row],
                window[mine, length : length + 2],
                beam.trail if choice < 0 else [(*trail, choice) for trail in beam.trail],
            )
        )
    return out
