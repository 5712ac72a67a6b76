"""Builds everything that ``lexicons/`` ships built: tables, honest averages, model."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import UnspinError
from ..frequency import Frequency
from ..lexicon import load, prose_rules
from .channel import ChannelBuilder, build_channel
from .honest import read_honest
from .ngrams import build_ngrams, published_frequencies

Progress = Callable[[str, int, int], None]


def _silent(stage: str, done: int, total: int) -> None:
    pass


def build(
    corpora: Sequence[Path],
    lexicons: Path,
    out: Path,
    moby: Path | None = None,
    wordnet: Path | None = None,
    held_out: str = "",
    only: str | None = None,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Build ``ngrams.tbl`` and ``channel.tbl`` into ``out`` from corpora and lexicons.

    ``moby`` is the thesaurus' word list, ``wordnet`` the folder of WordNet's data files;
    without them the channel holds curated pairs alone. ``only`` is "ngrams" or "channel".
    Raises :class:`~unspin.errors.UnspinError`.
    """
    out.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {}
    if only != "channel":
        facts["ngrams"] = build_ngrams(
            corpora,
            out / "ngrams.tbl",
            prose_rules(lexicons / "prose.tsv"),
            held_out=held_out,
            progress=progress,
        )
    if only != "ngrams":
        progress("compiling the channel", 0, 1)
        facts["channel"] = _channel(lexicons, out, moby, wordnet)[0]
        progress("compiling the channel", 1, 1)
    return facts


def _channel(
    lexicons: Path, out: Path, moby: Path | None, wordnet: Path | None
) -> tuple[dict[str, Any], ChannelBuilder]:
    for path in (moby, wordnet):
        if path is not None and not path.exists():
            raise UnspinError(f"{path}: no such file or folder of a thesaurus")
    return build_channel(
        load(lexicons),
        Frequency(out / "ngrams.tbl"),
        out / "channel.tbl",
        moby,
        wordnet,
        published_frequencies(),
        read_honest(lexicons / "honest.tsv"),
    )


def learn(
    corpora: Sequence[Path],
    lexicons: Path,
    moby: Path,
    wordnet: Path,
    calibration: Sequence[Path] = (),
    scratch: Path | None = None,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Learn ``honest.tsv`` and ``model.json`` in ``lexicons`` on text left out of a table
    built for the purpose (in ``scratch``, kept there where it is given)."""
    from .learn import BASELINE, Tables, learn_baseline, learn_model

    if scratch is None:
        with tempfile.TemporaryDirectory() as folder:
            return learn(corpora, lexicons, moby, wordnet, calibration, Path(folder), progress)
    scratch.mkdir(parents=True, exist_ok=True)
    if not (scratch / "ngrams.tbl").exists():
        build(corpora, lexicons, scratch, held_out=BASELINE, only="ngrams", progress=progress)
    shutil.copy(lexicons / "prose.tsv", scratch / "prose.tsv")
    tables = Tables(scratch / "ngrams.tbl", scratch / "channel.tbl", scratch / "prose.tsv")
    progress("compiling the channel", 0, 1)
    _, builder = _channel(lexicons, scratch, moby, wordnet)
    files = list(corpora)
    learn_baseline(files, tables, builder.keys(), lexicons / "honest.tsv", progress)
    # the same channel again, now with its honest averages
    builder.write(tables.channel, read_honest(lexicons / "honest.tsv"), {})
    return learn_model(
        files,
        tables,
        load(lexicons),
        (moby, wordnet),
        list(calibration),
        lexicons / "model.json",
        THRESHOLDS,
        progress,
    )


# Set by tests/benchmarks/honest.py on reserved documents; see docs/model.md.
THRESHOLDS = {"suspect": 3.0, "spun": 4.5, "unseen": 1.5, "passage": 3.0}
