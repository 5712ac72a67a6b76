"""Reads and validates the hand-edited lexicons (``lexicons/*.tsv``).

Every file opens with ``# unspin lexicon: KIND, format 1`` and a line of column names;
further lines that begin with ``#`` are comments. Files are UTF-8, tab-separated, sorted by
the columns of ``SORTED_BY``. ``lexicons/README.md`` says what each column means.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .errors import UnspinError
from .text import ProseRules, fold, token_hashes, tokens

FORMAT = 1
HEADER = "# unspin lexicon: "
COLUMNS = {
    "swaps": ("spun", "original", "pos", "family", "typical", "source", "date", "example"),
    "observed": ("spun", "original", "family", "page", "context", "date"),
    "fixed": ("phrase", "class", "count"),
    "allow": ("phrase", "reason"),
    "honest": ("spun", "curated", "thesaurus", "count"),
    "prose": ("kind", "text", "note"),
}
# Rows are sorted by the tuple of these columns, in code point order, and no two share it.
SORTED_BY = {
    "swaps": ("spun", "original", "pos", "family"),
    "observed": ("spun", "original", "family", "page"),
    "fixed": ("phrase",),
    "allow": ("phrase",),
    "honest": ("spun",),
    "prose": ("kind", "text"),
}
PARTS_OF_SPEECH = frozenset({"n", "v", "a", "r", "x"})
FAMILIES = frozenset(
    {
        "academic",
        "archaic",
        "areaunit",
        "backtranslate",
        "bookmark",
        "essaymill",
        "hypernym",
        "lightnews",
        "mangler",
        "news",
        "other",
        "paraphrase",
        "seo",
        "wiki",
        "withinside",
        "wordnet",
        "youcan",
    }
)
NO_FAMILY = "none"  # of rows that note a word for which no swap is known
NAME_CLASSES = frozenset(
    {
        "company",
        "event",
        "holiday",
        "institution",
        "law",
        "media",
        "office",
        "other",
        "person",
        "place",
        "product",
        "team",
        "work",
    }
)
IDIOM_CLASSES = frozenset({"collocation", "frame", "idiom", "term"})
PROSE_KINDS = ("function", "abbreviation", "residue", "furniture")
MAX_TOKENS = 6
# A phrase that the corpora hold this often is English before it is a spinner's.
HONEST_COUNT = 50


class LexiconError(UnspinError):
    """A lexicon that cannot be used; the message says file, line and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One row of a lexicon file."""

    path: Path
    line: int
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def error(self, message: str) -> LexiconError:
        return LexiconError(f"{self.path}:{self.line}: {message}")


@dataclass
class Lexicon:
    """All rows by kind of file."""

    swaps: list[Row] = field(default_factory=list)
    observed: list[Row] = field(default_factory=list)
    fixed: list[Row] = field(default_factory=list)
    allow: list[Row] = field(default_factory=list)
    prose: list[Row] = field(default_factory=list)


def read_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """The rows of one file with their kind; raises :class:`LexiconError` on the first fault."""
    for kind, row in _rows(path):
        if isinstance(row, LexiconError):
            raise row
        yield kind, row


def _rows(path: Path) -> Iterator[tuple[str, Row | LexiconError]]:
    """The rows of one file, in place of a faulty row its fault; raises where none can be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        at = error.object[: error.start].count(b"\n") + 1
        raise LexiconError(f"{path}:{at}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    if not lines or not lines[0].startswith(HEADER):
        raise LexiconError(f'{path}:1: does not begin with "{HEADER}KIND, format {FORMAT}"')
    kind, _, version = lines[0][len(HEADER) :].partition(", format ")
    if kind not in COLUMNS:
        raise LexiconError(f"{path}:1: unknown kind {kind!r}; one of {', '.join(COLUMNS)}")
    if version.strip() != str(FORMAT):
        raise LexiconError(
            f"{path}:1: format {version.strip() or '(none)'}, this unspin reads format {FORMAT}"
        )
    columns = COLUMNS[kind]
    named = False
    for number, line in enumerate(lines[1:], 2):
        if line.startswith("#") or not line.strip():
            continue
        parts = line.split("\t")
        if not named:
            if tuple(parts) != columns:
                raise LexiconError(f"{path}:{number}: the columns of a {kind} file are {', '.join(columns)}")
            named = True
            continue
        if len(parts) != len(columns):
            yield (
                kind,
                LexiconError(
                    f"{path}:{number}: {len(parts)} columns where a {kind} row has {len(columns)}"
                    f" ({', '.join(columns)}); are they parted by tabs?"
                ),
            )
            continue
        row = Row(path, number, dict(zip(columns, parts, strict=True)))
        fault = _fault(kind, row)
        yield kind, row.error(fault) if fault else row
    if not named:
        raise LexiconError(f"{path}:{len(lines)}: the line of column names is missing ({', '.join(columns)})")


def _fault(kind: str, row: Row) -> str:
    """What is wrong with a row taken by itself; empty where nothing is."""
    for column in COLUMNS[kind][:2]:
        if not row[column].strip():
            return f"the column {column!r} is empty"
        if row[column] != row[column].strip():
            return f"the column {column!r} begins or ends with a space"
    if kind in ("swaps", "observed"):
        return _pair_fault(kind, row)
    if kind == "fixed":
        if not row["count"].isdecimal():
            return f"the count is {row['count']!r}, not a whole number"
        if row["class"] not in NAME_CLASSES | IDIOM_CLASSES:
            return f"class {row['class']!r}; one of {_one_of(NAME_CLASSES | IDIOM_CLASSES)}"
    if kind == "prose" and row["kind"] not in PROSE_KINDS:
        return f"kind {row['kind']!r}; one of {', '.join(PROSE_KINDS)}"
    if kind == "honest":
        for column in COLUMNS[kind][1:]:
            if not _is_measure(row[column]):
                return f"the column {column!r} is {row[column]!r}, not a number from 0"
    return ""


def _words(phrase: str) -> tuple[str, ...]:
    """The tokens of a phrase, quickly where it is plain."""
    if phrase.isascii() and phrase.replace(" ", "").isalpha():
        return tuple(phrase.lower().split())
    return tuple(tokens(phrase))


def _pair_fault(kind: str, row: Row) -> str:
    noted = row["spun"] == "-"  # nothing is known to be written for this original
    if not noted:
        spun, original = _words(row["spun"]), _words(row["original"])
        if not spun or not original:
            return "a side holds no word"
        if spun == original:
            return f"{row['spun']!r} is swapped for itself"
        if max(len(spun), len(original)) > MAX_TOKENS:
            return f"a side holds more than {MAX_TOKENS} words; keep the swapped words only"
    if row["family"] not in FAMILIES and not (noted and row["family"] == NO_FAMILY):
        return f"family {row['family']!r}; one of {_one_of(FAMILIES)}"
    if not _is_date(row["date"]):
        return f"the date is {row['date']!r}, not a day such as 2026-11-22"
    if kind == "observed" and not re.match(r"https?://[^\s/]+\.[^\s/]", row["page"]):
        return "an observed row needs the address of its page"
    if kind == "swaps":
        if row["pos"] not in PARTS_OF_SPEECH:
            return f"part of speech {row['pos']!r}; one of {_one_of(PARTS_OF_SPEECH)}"
        if row["typical"] not in ("1", "2", "3"):
            return f"typical is {row['typical']!r}; it is 1 (plausible), 2 (likely) or 3 (notorious)"
        if not row["example"].strip():
            return "an editor's row needs an example sentence"
    return ""


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_measure(text: str) -> bool:
    try:
        return 0 <= float(text) < math.inf
    except ValueError:
        return False


_SPELLINGS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"per cent\b", "percent"),
        (r"-", ""),
        (r"is(?=(?:e[ds]?|ing|ations?|ers?)\b)", "iz"),
        (r"ys(?=(?:e[ds]?|ing)\b)", "yz"),
        (r"our", "or"),
        (r"(?<=[a-z]{2})tre", "ter"),
        (r"(?<=en)c(?=e)", "s"),
        (r"ll", "l"),
        (r"ogue", "og"),
        (r"ae|oe", "e"),
        (r"wards\b", "ward"),
        (r"(?<=among)st\b|(?<=whil)(?:st|e)\b|(?<=amid)st\b", ""),
        (r"grey", "gray"),
        (r"programme", "program"),
        (r"dgement", "dgment"),
    )
)


def spelling(phrase: str) -> str:
    """A phrase with British and American spellings and hyphens levelled, for comparison only."""
    phrase = phrase.lower() if phrase.isascii() else fold(phrase)
    for pattern, to in _SPELLINGS:
        phrase = pattern.sub(to, phrase)
    return phrase


def lexicon_files(folder: Path) -> list[Path]:
    """The lexicon files of a folder, sorted by name."""
    if not folder.is_dir():
        raise LexiconError(f"{folder}: no such folder of lexicons")
    return sorted(folder.glob("*.tsv"))


def load(folder: Path) -> Lexicon:
    """Every lexicon of a folder; raises :class:`LexiconError` on the first fault."""
    lexicon = Lexicon()
    for path in lexicon_files(folder):
        for kind, row in read_rows(path):
            if kind != "honest":
                getattr(lexicon, kind).append(row)
    return lexicon


def check(folder: Path) -> list[str]:
    """All faults in a folder's lexicons, each as ``path:line: message``, file by file.

    Beyond what every row must satisfy by itself: the order of rows, rows that stand twice,
    variants of spelling, pairs of notorious swaps that undo each other, and common honest
    phrases that stand as spun and have no row in an *allow* file.
    """
    faults: list[tuple[Path, int, str]] = []
    unreadable: list[str] = []
    lexicon = Lexicon()
    for path in lexicon_files(folder):
        previous: tuple[str, ...] = ()
        try:
            for kind, row in _rows(path):
                if isinstance(row, LexiconError):
                    unreadable.append(str(row))
                    continue
                key = tuple(row[column] for column in SORTED_BY[kind])
                if key < previous:
                    message = f"out of order: {' | '.join(key)!r} after {' | '.join(previous)!r}"
                    faults.append((path, row.line, message))
                elif key == previous:
                    faults.append((path, row.line, f"{' | '.join(key)!r} stands twice"))
                previous = key
                if kind != "honest":
                    getattr(lexicon, kind).append(row)
        except LexiconError as error:
            unreadable.append(str(error))
    for row, message in (
        *_variants([*lexicon.swaps, *lexicon.observed]),
        *_circles(lexicon.swaps),
        *_honest(lexicon),
    ):
        faults.append((row.path, row.line, message))
    return unreadable + [f"{path}:{line}: {message}" for path, line, message in sorted(faults)]


def _variants(rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """Rows whose sides are spellings of one phrase: a writer's habit and no swap."""
    for row in rows:
        if row["spun"] != "-" and spelling(row["spun"]) == spelling(row["original"]):
            yield row, f"{row['spun']!r} is a spelling of {row['original']!r}, no swap"


def _circles(rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """Notorious swaps that another of the same family and part of speech undoes."""
    notorious: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        if row["typical"] != "3" or row["spun"] == "-":
            continue
        spun, original = fold(row["spun"]), fold(row["original"])
        notorious[spun, original, row["pos"], row["family"]] = row
        other = notorious.get((original, spun, row["pos"], row["family"]))
        if other is not None:
            message = f"{row['spun']!r} for {row['original']!r} is typical 3, and so is the reverse"
            yield row, f"{message} in line {other.line}; one of the two is less typical"


def _honest(lexicon: Lexicon) -> Iterator[tuple[Row, str]]:
    """Common phrases that stand as spun without leave, and leave that nothing needs."""
    common: dict[tuple[str, ...], str] = {}
    for row in lexicon.fixed:
        if int(row["count"]) >= HONEST_COUNT:
            common[_words(row["phrase"])] = row["count"]
    allowed = {_words(row["phrase"]): row for row in lexicon.allow}
    used = set()
    for row in (*lexicon.swaps, *lexicon.observed):
        words = _words(row["spun"])
        used.add(words)
        if len(words) > 1 and words in common and words not in allowed:
            message = f"{row['spun']!r} is honest English ({common[words]} times in the corpora)"
            yield row, f"{message}; take it out, or give a reason in allow.tsv"
    for words, row in allowed.items():
        if words not in used:
            yield row, f"{row['phrase']!r} is allowed, but no row has it as spun"


def prose_rules(path: Path) -> ProseRules:
    """The closed lists of ``prose.tsv`` as arrays for :class:`~unspin.text.Document`."""
    words: dict[str, list[str]] = {"function": [], "abbreviation": [], "residue": [], "furniture": []}
    for kind, row in read_rows(path):
        if kind != "prose" or row["kind"] not in words:
            raise row.error(f"kind {row['kind']!r}; one of {', '.join(words)}")
        words[row["kind"]].append(row["text"])

    def hashes(entries: list[str]) -> np.ndarray:
        # a clitic such as 's is a token behind a letter only
        parts = [token_hashes(f"x{entry}" if entry[0] == "'" else entry)[-1:] for entry in entries]
        return np.sort(np.concatenate(parts)) if parts else token_hashes("")

    return ProseRules(
        hashes(words["function"]),
        hashes(words["abbreviation"]),
        tuple(fold(entry) for entry in words["residue"]),
        tuple(fold(entry) for entry in words["furniture"]),
    )
