"""What the quality tests and the benchmarks measure alike: false alarms, recall, restoration."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import regex

from unspin import Edit, Repair
from unspin.build.corpora import CorpusDocument, corpus_files, read_corpus, source_name
from unspin.build.learn import for_calibration

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared"
MIN_CHARACTERS = 400  # shorter documents are mostly too short to be scored


# -- honest documents ------------------------------------------------------------------------


def register(source: str) -> str:
    """The register of a source: the part of its name before the topic."""
    return source.replace("-", "_").split("_")[0]


def honest_documents(shared: Path, cap: int | None = None) -> Iterator[tuple[str, CorpusDocument]]:
    """Register and document of honest texts that were neither counted nor trained on, at most
    ``cap`` a source.

    Of the corpora the reserved documents, of ``honest/`` all, in the order of their files; of
    both the half that :func:`for_calibration` leaves to judge.
    """
    for folder, whole in (("corpora", False), ("honest", True)):
        if not (shared / folder).is_dir():
            continue
        for path in corpus_files([shared / folder]):
            taken = 0
            for document in read_corpus(path):
                if cap is not None and taken >= cap:
                    break
                if for_calibration(document) or len(document.text) < MIN_CHARACTERS:
                    continue
                if whole or document.reserved:
                    taken += 1
                    yield register(source_name(path)), document


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a rate (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    rate, spread = hits / total, z * z / total
    middle = (rate + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * sqrt(rate * (1 - rate) / total + spread / (4 * total))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def markdown(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table, first column to the left, the others to the right."""
    names = list(header)
    lines = [names, ["---"] + ["---:"] * (len(names) - 1), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# -- spun texts whose original is known ------------------------------------------------------


class Swap(NamedTuple):
    """What a spinner did: ``text[start:end]`` stood as ``original``."""

    start: int
    end: int
    original: str


@dataclass(frozen=True)
class Pair:
    """A spun text and its swaps."""

    name: str
    text: str
    swaps: tuple[Swap, ...]
    counts: tuple[tuple[str, int, int], ...] = ()  # form, times as listed, times found


def read_swaps(path: Path) -> list[tuple[str, str, int]]:
    """The rows of a ``swaps.tsv``: form, original, count."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:] if line]
    return [(spun, original, int(count)) for spun, original, count in rows]


def sample_pair(folder: Path, name: str) -> Pair:
    """A sample with a list of swaps: all of its forms, longest first, as whole words."""
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    rows = read_swaps(folder / f"{name}.swaps.tsv")
    originals = {spun: original for spun, original, _ in rows}
    forms = sorted(originals, key=len, reverse=True)
    pattern = regex.compile(rf"(?<!\w)(?:{'|'.join(map(regex.escape, forms))})(?!\w)")
    found = [Swap(*match.span(), originals[match[0]]) for match in pattern.finditer(text)]
    counts = [(form, n, sum(text[s.start : s.end] == form for s in found)) for form, _, n in rows]
    # a form may be listed as itself, so that a shorter one inside it is left alone
    swaps = tuple(s for s in found if text[s.start : s.end] != s.original)
    return Pair(name, text, swaps, tuple(counts))


def aligned_pair(name: str, text: str, original: str) -> Pair:
    """A spun text beside its original, the swaps found by aligning their words."""
    spun, honest = list(regex.finditer(r"\S+", text)), list(regex.finditer(r"\S+", original))
    matcher = difflib.SequenceMatcher(None, [m[0] for m in spun], [m[0] for m in honest], autojunk=False)
    swaps = [
        Swap(spun[a].start(), spun[b - 1].end(), original[honest[c].start() : honest[d - 1].end()])
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag == "replace"
    ]
    return Pair(name, text, tuple(swaps))


def pairs_in(folder: Path) -> list[Pair]:
    """Every spun text of a folder that has its original beside it, by name."""
    pairs = []
    for path in sorted(folder.glob("*.original.txt")):
        name = path.name.removesuffix(".original.txt")
        if (folder / f"{name}.swaps.tsv").exists():
            pairs.append(sample_pair(folder, name))
        else:
            text = (folder / f"{name}.txt").read_text(encoding="utf-8")
            pairs.append(aligned_pair(name, text, path.read_text(encoding="utf-8")))
    return pairs


@dataclass(frozen=True)
class Quality:
    """How a repair did on a text whose swaps are known; all but the counts are shares."""

    swaps: int
    findings: int
    recall: float  # swaps that a finding overlaps
    precision: float  # findings that overlap a swap
    restoration: float  # swaps that read as the original once the plan is applied
    edits: float  # applied edits that overlap a swap, articles aside
    honest: float  # honest words that an applied edit changes, articles aside


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _rewrite(text: str, start: int, end: int, parts: Iterable[tuple[int, int, str]]) -> str:
    out, at = [], start
    for low, high, replacement in sorted(parts):
        if start <= low and high <= end:
            out += [text[at:low], replacement]
            at = high
    words = "".join([*out, text[at:end]]).replace("\u2019", "'").casefold().split()
    return " ".join("a" if word == "an" else word for word in words)


def _restored(pair: Pair, swap: Swap, edits: list[Edit]) -> bool:
    """Whether the place reads as it did, capitals and a/an aside."""
    start, end = swap.start, swap.end
    spans = [(e.start, e.end) for e in edits] + [(s.start, s.end) for s in pair.swaps]
    grown = True
    while grown:  # to where no edit and no swap crosses the border
        bounds = [span for span in spans if _overlap(span, (start, end))]
        low, high = min(start, *(s for s, _ in bounds)), max(end, *(e for _, e in bounds))
        grown = (low, high) != (start, end)
        start, end = low, high
    mine = _rewrite(pair.text, start, end, ((e.start, e.end, e.replacement) for e in edits))
    return mine == _rewrite(pair.text, start, end, pair.swaps)


def quality(pair: Pair, repair: Repair) -> Quality:
    """Recall, precision and restoration of a repair."""
    swaps = [(s.start, s.end) for s in pair.swaps]
    found = [(f.start, f.end) for f in repair.report.findings if f.suggestions]
    applied = list(repair.applied)
    edits = [(e.start, e.end) for e in applied if e.original.lower() not in ("a", "an")]
    words = [m.span() for m in regex.finditer(r"\w[\w'\u2019-]*", pair.text)]
    honest = [word for word in words if not any(_overlap(word, swap) for swap in swaps)]

    def share(of: list[tuple[int, int]], among: list[tuple[int, int]]) -> float:
        return sum(any(_overlap(a, b) for b in among) for a in of) / max(len(of), 1)

    return Quality(
        len(swaps),
        len(found),
        share(swaps, found),
        share(found, swaps),
        sum(_restored(pair, swap, applied) for swap in pair.swaps) / max(len(swaps), 1),
        share(edits, swaps),
        share(honest, edits),
    )
