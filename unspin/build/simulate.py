"""Spinner simulators: make labelled test and training material from honest text.

Each simulator is a family of its own. All of them see a text as tokens, replace
non-overlapping spans from left to right, keep capitals, and return every swap with its
place, so that detection, spans and restoration can be judged exactly.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..lexicon import Lexicon
from ..surface import match_case
from ..text import Document, ProseRules, Sep, fold, tokens
from .thesaurus import Scorer, Thesauri

LONGEST = 4
FREQUENT = 6000  # words that a simulated thesaurus dictionary covers
CLOSEST = 8  # neighbours it draws from
MIN_FORM = 2e-7  # relative frequency below which a neighbour is not used

Dictionary = Mapping[tuple[str, ...], list[tuple[str, float]]]


class Swap(NamedTuple):
    """One replacement: where it stands in the spun text, and what stood there."""

    start: int
    end: int
    spun: str
    original: str


class Spun(NamedTuple):
    text: str
    swaps: tuple[Swap, ...]


def observed_dictionary(
    lexicon: Lexicon, families: Iterable[str] = (), sites: Iterable[str] = ()
) -> Dictionary:
    """What spinners were seen to make of each original; ``families`` and ``sites`` (parts of
    the page's address) choose rows, all where empty."""
    families, sites = set(families), tuple(sites)
    counts: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in lexicon.observed:
        if families and row["family"] not in families:
            continue
        if sites and not any(site in row["page"] for site in sites):
            continue
        counts[tuple(tokens(row["original"]))][fold(row["spun"])] += 1.0
    return {key: sorted(forms.items()) for key, forms in counts.items() if len(key) <= LONGEST}


def thesaurus_dictionary(moby: Path, wordnet: Path) -> Dictionary:
    """What a spinner with a thesaurus would make of every frequent word: the closest eight
    neighbours, by the score that the channel gives such a pair."""
    from .channel import relation_probability
    from .ngrams import published_frequencies

    published = published_frequencies()
    thesauri = Thesauri(moby, wordnet)
    scorer = Scorer(thesauri, lambda word: published.get(word, 0.0))
    out: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for word in sorted(published, key=lambda w: (-published[w], w))[:FREQUENT]:
        if not word.isalpha() or len(word) < 4:
            continue
        forms = sorted(set(thesauri.moby.get(word, ())) | set(thesauri.synonyms(word)))
        forms = [form for form in forms if form.isalpha() and published.get(form, 0.0) > MIN_FORM]
        scored = [(form, relation_probability(scorer, form, word)) for form in forms]
        if scored:
            out[(word,)] = sorted(scored, key=lambda pair: -pair[1])[:CLOSEST]
    return out


def spin(
    text: str,
    dictionary: Dictionary,
    rate: float,
    rng: random.Random,
    rules: ProseRules,
    once: bool = True,
) -> Spun:
    """Swap about ``rate`` of the words of ``text``.

    ``once``: an original goes the same way all through the text, or is left alone all
    through it; otherwise each occurrence is drawn anew.
    """
    document = Document(text, rules)
    words = [fold(document.word(i)) for i in range(len(document))]
    matches: list[tuple[int, int, tuple[str, ...]]] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            key = tuple(words[at : at + length])
            if (
                key in dictionary
                and all(document.sep[at + k] == Sep.NONE for k in range(1, length))
                and document.scored[at : at + length].all()
            ):
                matches.append((at, length, key))
                at += length
                break
        else:
            at += 1
    by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, (_, _, key) in enumerate(matches):
        by_key[key].append(index)
    chosen: dict[int, str] = {}
    goal = rate * len(words)

    def draw(key: tuple[str, ...]) -> str:
        forms = dictionary[key]
        return rng.choices([form for form, _ in forms], [weight for _, weight in forms])[0]

    if once:
        keys = sorted(by_key)
        rng.shuffle(keys)
        for key in keys:
            if len(chosen) >= goal:
                break
            form = draw(key)
            chosen.update(dict.fromkeys(by_key[key], form))
    else:
        order = list(range(len(matches)))
        rng.shuffle(order)
        for index in order[: int(goal)]:
            chosen[index] = draw(matches[index][2])
    parts: list[str] = []
    swaps: list[Swap] = []
    done = length_out = 0
    for index, (first, length, _) in enumerate(matches):
        if index not in chosen:
            continue
        start, end = int(document.start[first]), int(document.end[first + length - 1])
        standing = text[start:end]
        form = match_case(chosen[index], standing)
        if form == standing:
            continue
        parts += [text[done:start], form]
        length_out += start - done
        swaps.append(Swap(length_out, length_out + len(form), form, standing))
        length_out += len(form)
        done = end
    return Spun("".join(parts) + text[done:], tuple(swaps))
