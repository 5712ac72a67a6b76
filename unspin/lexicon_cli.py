"""``unspin lexicon``: look at, validate and rebuild the lexicons and their tables."""

from __future__ import annotations

import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from .console import FLAGGED, OK, options
from .errors import UnspinError
from .render.runs import visible
from .render.text import plural

KINDS = ("ngram", "channel")  # of built tables
_folder_type = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def lexicon() -> None:
    """Look at, validate and rebuild the lexicons."""


def _default() -> Path:
    from .engine import BUILT_IN

    return BUILT_IN


@lexicon.command("list")
@click.argument("folder", metavar="[DIR]", required=False, type=_folder_type)
def list_(folder: Path | None) -> int:
    """List lexicon files and built tables.

    DIR is a folder of lexicons; without it, the one that unspin uses.
    """
    from .lexicon import lexicon_files, read_rows

    folder = folder or _default()
    click.echo(visible(str(folder)))
    for path in lexicon_files(folder):
        kinds = Counter(kind for kind, _ in read_rows(path))
        for kind, rows in kinds.items() or [("empty", 0)]:
            click.echo(f"  {visible(path.name):<16} {kind:<10} {plural(rows, 'row'):>16}")
    for path in sorted(folder.glob("*.tbl")):
        _list_table(path)
    return OK


def _list_table(path: Path) -> None:
    header = _header(path)
    size = path.stat().st_size / 1e6
    version, kind = header.get("version", "?"), str(header["kind"])
    click.echo(f"  {visible(path.name):<16} {kind:<10} {f'{size:.1f} MB':>16}    version {version}")
    facts = [
        f"{header[name]:,} {name}"
        for name in ("words", "bigrams", "trigrams", "entries", "pairs", "originals")
        if isinstance(header.get(name), int)
    ]
    if facts:
        click.echo(f"      {', '.join(facts)}")
    sources = header.get("sources", ())
    for source in sources if isinstance(sources, list) else ():
        if isinstance(source, dict):
            name, tokens = visible(str(source.get("name", "?"))), source.get("tokens", 0)
            click.echo(f"      {name:<44} {plural(tokens, 'word'):>18}")
        else:
            click.echo(f"      {visible(str(source))}")


def _header(path: Path) -> dict[str, Any]:
    """The facts in a table's header; raises TableError where it is damaged."""
    from .tables import Table, TableError

    for kind in KINDS:
        try:
            return Table(path, kind).header
        except TableError as error:
            fault = error
    raise fault


@lexicon.command()
@click.argument("folder", metavar="[DIR]", required=False, type=_folder_type)
def check(folder: Path | None) -> int:
    """Validate lexicon files.

    DIR is a folder of lexicons; without it, the one that unspin uses. Exit codes: 0 no faults,
    1 faults, each with file and line.
    """
    from .lexicon import check as faults_of
    from .lexicon import lexicon_files, read_rows

    folder = folder or _default()
    files = lexicon_files(folder)
    if not files:
        raise UnspinError(f"{folder}: holds no lexicon files (*.tsv)")
    faults = faults_of(folder)
    for fault in faults:
        click.echo(visible(fault))
    if faults:
        return FLAGGED
    rows = sum(1 for path in files for _ in read_rows(path))
    click.echo(f"{plural(rows, 'row')} in {plural(len(files), 'file')}: no faults")
    return OK


class Progress:
    """Called with a stage and how much of it is done; a bar on a terminal, else a line a stage."""

    WIDTH = 30

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._terminal:
            opening = "\n" if self._stage and stage != self._stage else ""
            filled = self.WIDTH * done // max(total, 1)
            bar = "█" * filled + "░" * (self.WIDTH - filled)
            click.echo(f"{opening}\r{stage:<24} {bar} {done:,}/{total:,}\x1b[K", err=True, nl=False)
        elif stage != self._stage:
            click.echo(f"{stage} ({total:,})", err=True)
        self._stage = stage

    def close(self) -> None:
        """End the last bar's line."""
        if self._terminal and self._stage:
            click.echo(err=True)


corpora_option = click.option(
    "--corpora",
    multiple=True,
    required=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="A corpus file, or a folder of them. May be given again.",
)
moby_option = click.option(
    "--moby",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The Moby thesaurus (words.txt).",
)
wordnet_option = click.option(
    "--wordnet",
    metavar="DIR",
    type=_folder_type,
    help="The WordNet 3.0 data files.",
)
lexicons_option = click.option(
    "--lexicons",
    metavar="DIR",
    type=_folder_type,
    help="The TSV files.  [default: those that unspin uses]",
)


@lexicon.command()
@options(
    corpora_option,
    moby_option,
    wordnet_option,
    lexicons_option,
    click.option(
        "--out",
        required=True,
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the tables go.",
    ),
    click.option(
        "--held-out",
        default="",
        metavar="HEX",
        help="Leave out documents whose SHA-1 begins with one of these digits.",
    ),
    click.option("--only", type=click.Choice(("ngrams", "channel")), help="Build one of the tables."),
)
def build(
    corpora: tuple[Path, ...],
    moby: Path | None,
    wordnet: Path | None,
    lexicons: Path | None,
    out: Path,
    held_out: str,
    only: str | None,
) -> int:
    """Build the tables.

    Counts the corpora into the frequency table, and compiles lexicons and thesauri into the
    channel table. Without the thesauri the channel holds curated pairs alone.
    """
    if any(digit not in "0123456789abcdef" for digit in held_out):
        raise click.BadParameter("hexadecimal digits, lower case", param_hint="--held-out")
    from .build.main import build as build_tables

    _needs_build_extra()
    out.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    try:
        build_tables(
            corpora=corpora,
            moby=moby,
            wordnet=wordnet,
            lexicons=lexicons or _default(),
            out=out,
            held_out=held_out,
            only=only,
            progress=progress,
        )
    finally:
        progress.close()
    return OK


@lexicon.command()
@options(
    corpora_option,
    click.option(
        "--calibration",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, path_type=Path),
        help="Honest text of further registers, never counted; half of it trains. May be given again.",
    ),
    moby_option,
    wordnet_option,
    lexicons_option,
    click.option(
        "--scratch",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the tables for learning are kept.  [default: a temporary folder]",
    ),
)
def learn(
    corpora: tuple[Path, ...],
    calibration: tuple[Path, ...],
    moby: Path | None,
    wordnet: Path | None,
    lexicons: Path | None,
    scratch: Path | None,
) -> int:
    """Learn how honest text behaves, and train the model.

    Writes honest.tsv and model.json among the lexicons; build the channel afterwards.
    """
    if moby is None or wordnet is None:
        raise click.UsageError("learning spins texts with the thesauri: give --moby and --wordnet")
    from .build.main import learn as learn_all

    _needs_build_extra()
    progress = Progress()
    try:
        learn_all(corpora, lexicons or _default(), moby, wordnet, calibration, scratch, progress)
    finally:
        progress.close()
    return OK


def _needs_build_extra() -> None:
    """Raise :class:`~unspin.errors.UnspinError` where the extra for building is missing."""
    for module in ("lemminflect", "wordfreq"):
        if find_spec(module) is None:
            raise UnspinError(f"{module} is not installed; try: pip install 'unspin[build]'")
