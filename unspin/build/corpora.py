"""Reads corpora for counting: text and JSONL, plain or compressed, streamed.

A document is reserved for judging, and never counted, where the SHA-1 of ``SOURCE/id``
begins with the hexadecimal digit 0 or 1, or where its source is reserved whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from ..errors import UnspinError

RESERVED_SOURCES = frozenset(
    {
        "business_ben_balter_blog",
        "tech_fedora_magazine_articles",
        "health_va_gov_content",
        "reviews_product_reviews",
        "science_plos_articles",
    }
)
SUFFIXES = (".jsonl", ".jsonl.xz", ".jsonl.gz", ".txt", ".txt.xz", ".txt.gz")


class CorpusError(UnspinError):
    """A corpus that cannot be read; the message names the file and line."""


class CorpusDocument(NamedTuple):
    source: str
    id: str
    text: str

    @property
    def digit(self) -> str:
        """First hexadecimal digit of the SHA-1 of ``SOURCE/id``: sorts documents into parts."""
        return hashlib.sha1(f"{self.source}/{self.id}".encode()).hexdigest()[0]

    @property
    def reserved(self) -> bool:
        """Kept for judging: never counted."""
        return self.source in RESERVED_SOURCES or self.digit in "01"


def source_name(path: Path) -> str:
    """The name of a corpus: its file name without the endings."""
    name = path.name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def corpus_files(paths: Iterable[Path]) -> list[Path]:
    """All corpus files in files and directories, sorted by name."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += [p for p in path.iterdir() if p.name.endswith(SUFFIXES) and p.is_file()]
        elif path.is_file():
            files.append(path)
        else:
            raise CorpusError(f"{path}: no such file or directory")
    if not files:
        raise CorpusError("no corpus files (.txt, .jsonl, also .gz or .xz) in the given places")
    return sorted(files, key=lambda p: p.name)


def _open(path: Path) -> IO[str]:
    if path.name.endswith(".xz"):
        return lzma.open(path, "rt", encoding="utf-8", errors="replace")
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


def read_corpus(path: Path) -> Iterator[CorpusDocument]:
    """The documents of one corpus file, one at a time."""
    source = source_name(path)
    try:
        with _open(path) as lines:
            if ".jsonl" not in path.name:
                yield CorpusDocument(source, path.name, lines.read())
                return
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                    identifier, text = str(record.get("id", number)), record["text"]
                    if not isinstance(text, str):
                        raise TypeError
                except (ValueError, KeyError, TypeError, AttributeError):
                    raise CorpusError(f'{path}:{number}: not a JSON object with a "text"') from None
                yield CorpusDocument(source, identifier, text)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise CorpusError(f"{path}: cannot be read ({error})") from None
