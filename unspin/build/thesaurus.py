"""Thesaurus neighbours as channel pairs: Moby and WordNet, scored by how they relate.

Every pair (spun lemma, original lemma) that one of the two thesauri relates gets a score:
the log odds, among all pairs related to the spun word, that spinners really make it. The
coefficients come from a logistic regression on the observed pairs (``unspin lexicon learn
--thesaurus`` prints them again); pairs are then inflected alike on both sides.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_POINTERS = {"@", "~", "&", "+", "^", "\\", "*", "$"}
_TAGS = {
    "n": ("NN", "NNS"),
    "v": ("VB", "VBZ", "VBD", "VBG", "VBN"),
    "a": ("JJ", "JJR", "JJS"),
    "r": ("RB", "RBR", "RBS"),
}
MIN_ORIGINAL = 3.2e-7 * 10  # relative frequency below which nothing is an original
MIN_SPUN = 3.0e-8
KEEP = 20  # originals kept per spun lemma
FEATURES = (
    "bias",
    "moby_lists_spun",
    "moby_lists_original",
    "jaccard",
    "synonym",
    "synonym_rank",
    "related",
    "log_original",
    "log_spun",
    "log_neighbours",
    "same_stem",
)


class Thesauri:
    """Moby's lists and WordNet's synsets, as sets of lower-case words."""

    def __init__(self, moby: Path, wordnet: Path) -> None:
        self.moby: dict[str, set[str]] = {}
        with moby.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                root, *rest = (word.strip().lower() for word in line.strip().split(","))
                if rest:
                    self.moby[root] = set(rest)
        self.senses: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        self._synsets: dict[tuple[str, str], tuple[list[str], list[tuple[str, str]]]] = {}
        for pos, name in FILES.items():
            self._read_wordnet(wordnet, pos, name)

    def _read_wordnet(self, folder: Path, pos: str, name: str) -> None:
        with (folder / f"data.{name}").open() as lines:
            for line in lines:
                if line.startswith("  "):
                    continue
                part = line.split(" ")
                count = int(part[3], 16)
                words = [
                    re.sub(r"\(.*\)", "", w).replace("_", " ").lower() for w in part[4 : 4 + 2 * count : 2]
                ]
                at = 4 + 2 * count
                links = []
                for k in range(int(part[at])):
                    symbol, target, kind = part[at + 1 + 4 * k : at + 4 + 4 * k]
                    if symbol in _POINTERS:
                        links.append(("a" if kind == "s" else kind, target))
                self._synsets[pos, part[0]] = (words, links)
        with (folder / f"index.{name}").open() as lines:
            for line in lines:
                if line.startswith("  "):
                    continue
                part = line.split()
                for rank, target in enumerate(part[-int(part[2]) :]):
                    self.senses[part[0].replace("_", " ")].append((pos, target, rank))

    def synonyms(self, word: str) -> dict[str, int]:
        """WordNet synonyms with the rank of the sense that gives them."""
        found: dict[str, int] = {}
        for pos, target, rank in self.senses.get(word, ()):
            for other in self._synsets[pos, target][0]:
                if other != word:
                    found[other] = min(found.get(other, 99), rank)
        return found

    def related(self, word: str) -> set[str]:
        """Words one WordNet pointer away: hypernyms, hyponyms, similar, derived."""
        found: set[str] = set()
        for pos, target, _ in self.senses.get(word, ()):
            for kind, other in self._synsets[pos, target][1]:
                found.update(self._synsets[kind, other][0])
        found.discard(word)
        return found

    def parts_of_speech(self, word: str) -> set[str]:
        return {pos for pos, _, _ in self.senses.get(word, ())}


class Scorer:
    """Relation features of a pair, and their weighted sum."""

    def __init__(self, thesauri: Thesauri, frequency: Callable[[str], float]) -> None:
        self.thesauri, self.frequency = thesauri, frequency
        self._listed_by: dict[str, set[str]] = defaultdict(set)
        for root, words in thesauri.moby.items():
            for word in words:
                self._listed_by[word].add(root)

    def candidates(self, spun: str) -> set[str]:
        """Single-word lemmas that could be the original of ``spun``."""
        thesauri = self.thesauri
        found = set(thesauri.moby.get(spun, ())) | self._listed_by.get(spun, set())
        found |= set(thesauri.synonyms(spun)) | thesauri.related(spun)
        found.discard(spun)
        return {w for w in found if w.isalpha() and self.frequency(w) >= MIN_ORIGINAL}

    def features(self, spun: str, originals: Iterable[str]) -> Iterator[tuple[str, list[float]]]:
        thesauri, moby = self.thesauri, self.thesauri.moby
        mine = moby.get(spun, set()) | self._listed_by.get(spun, set())
        synonyms, related = thesauri.synonyms(spun), thesauri.related(spun)
        spun_log = math.log(max(self.frequency(spun), 1e-9)) + 12
        for original in originals:
            theirs = moby.get(original, set())
            shared = len(mine & theirs) / (len(mine | theirs) or 1)
            rank = synonyms.get(original)
            yield (
                original,
                [
                    1.0,
                    float(spun in theirs),
                    float(original in moby.get(spun, ())),
                    shared,
                    float(rank is not None),
                    1.0 / (1 + rank) if rank is not None else 0.0,
                    float(original in related),
                    math.log(max(self.frequency(original), 1e-9)) + 12,
                    spun_log,
                    math.log(1 + len(mine)),
                    float(spun[:5] == original[:5]),
                ],
            )


@lru_cache(maxsize=1_000_000)
def forms(lemma: str, tag: str) -> tuple[str, ...]:
    """The forms of a lemma with a Penn Treebank tag; the lemma itself for base tags."""
    from lemminflect import getInflection

    if tag in ("NN", "VB", "JJ", "RB"):
        return (lemma,)
    found = tuple(getInflection(lemma, tag))
    # of several plurals the first is the plural; the bare noun may stand among the others
    return found[:1] if tag == "NNS" else found


def inflect(spun: str, original: str, pos: str) -> Iterator[tuple[str, str]]:
    """Form pairs of two lemmas with the same inflection; the lemmas themselves first."""
    seen = set()
    for tag in _TAGS.get(pos, ()):
        for left in forms(spun, tag):
            for right in forms(original, tag):
                if left != right and (left, right) not in seen:
                    seen.add((left, right))
                    yield left, right
