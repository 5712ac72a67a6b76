"""The reusable engine: tables opened once, texts in, reports and repairs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from .channel import Channel, Source
from .choose import choose
from .detection import PRIOR, Analysis, analyse, llr_of, make_report
from .edits import Applicability, Repair, apply_plan
from .errors import UnspinError
from .evidence import TAU, build_lattice, span_baseline, span_ratios
from .frequency import Frequency
from .lexicon import prose_rules
from .model import Model, read_model
from .plan import plan_edits
from .report import MAX_CHARACTERS, CandidateNote, Explanation, Report
from .text import Document, ProseRules

_HERE = Path(__file__).parent
# in an installed package the lexicons lie inside it, in a checkout beside it
BUILT_IN = _HERE / "lexicons" if (_HERE / "lexicons").is_dir() else _HERE.parent / "lexicons"
EXPLAIN_RATE = 1 / 6
NGRAMS, CHANNEL, PROSE, MODEL = "ngrams.tbl", "channel.tbl", "prose.tsv", "model.json"


@dataclass(frozen=True)
class Config:
    """Settings of an engine; picklable, so that worker processes can make their own.

    ``tables``: the folder of the built tables, by default the shipped one.
    ``prior``: share of spun texts expected among those looked at, in (0, 1).
    ``threshold``: the score in (0, 1) from which a text is ``suspect``; by default the one
    chosen for the false-positive rate in the documentation.
    """

    tables: Path | None = None
    prior: float = PRIOR
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.prior < 1.0:
            raise UnspinError(f"the prior is {self.prior}; it must lie between 0 and 1")
        if self.threshold is not None and not 0.0 < self.threshold < 1.0:
            raise UnspinError(f"the threshold is {self.threshold}; it must lie between 0 and 1")


class Unspin:
    """Detects and repairs; opens its tables on first use and may be used from threads.

    Pickled by its configuration alone. Raises :class:`~unspin.errors.UnspinError` where a
    table or lexicon cannot be used.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()

    def __reduce__(self) -> tuple[type[Unspin], tuple[Config]]:
        return type(self), (self.config,)

    @cached_property
    def _folder(self) -> Path:
        return self.config.tables or BUILT_IN

    @cached_property
    def frequency(self) -> Frequency:
        """The frequency model."""
        return Frequency(self._folder / NGRAMS)

    @cached_property
    def channel(self) -> Channel:
        """The channel."""
        return Channel(self._folder / CHANNEL, self.frequency)

    @cached_property
    def model(self) -> Model:
        """The trained coefficients."""
        path = self._folder / MODEL
        return read_model(path if path.exists() else BUILT_IN / MODEL)

    @cached_property
    def _rules(self) -> ProseRules:
        path = self._folder / PROSE
        return prose_rules(path if path.exists() else BUILT_IN / PROSE)

    @cached_property
    def lexicon_version(self) -> str:
        """Which tables answer: their versions and the beginnings of their digests."""
        facts = self.channel.header
        return f"{facts['version']}+{facts['sha256'][:8]}.{self.frequency.digest[:8]}"

    @cached_property
    def _thresholds(self) -> tuple[float, float]:
        if self.config.threshold is None:
            return self.model.suspect, self.model.spun
        suspect = llr_of(self.config.threshold, self.config.prior)
        return suspect, max(self.model.spun, suspect)

    def document(self, text: str) -> Document:
        """The text as the engine sees it."""
        if not isinstance(text, str):
            raise UnspinError(f"the text is {type(text).__name__}, not str; decode it first")
        if len(text) > MAX_CHARACTERS:
            raise UnspinError(
                f"the text has {len(text):,} characters, and at most {MAX_CHARACTERS:,} are read at once;"
                " split it, one document a file"
            )
        return Document(text, self._rules)

    def _analyse(self, text: str) -> Analysis:
        return analyse(
            self.document(text), self.frequency, self.channel, self.model, self._thresholds, self.config.prior
        )

    def detect(self, text: str) -> Report:
        """Look for substitution artefacts. Offsets in the report are code points of ``text``."""
        analysis = self._analyse(text)
        choices = choose(analysis, self.frequency, self.channel)
        return make_report(analysis, choices, self.config.prior, self.lexicon_version)

    def detect_batch(self, texts: Sequence[str]) -> list[Report]:
        """A report for every text, in order."""
        return [self.detect(text) for text in texts]

    def repair(self, text: str, apply: Iterable[str] = ("safe", "likely")) -> Repair:
        """Propose what the text probably said.

        ``apply`` names the applicabilities ("safe", "likely", "guess") carried out in the
        repair's text; all edits stand in its plan.
        """
        report = self.detect(text)
        try:
            chosen = tuple(Applicability(a) for a in apply)
        except ValueError as error:
            raise UnspinError(f"{error}; apply takes safe, likely and guess") from None
        plan = replace(plan_edits(text, report), apply=chosen)
        return Repair(apply_plan(text, plan), plan, report)

    def explain(self, text: str) -> tuple[Explanation, ...]:
        """Every span of ``text`` that may come from something else, with all its candidates.

        Nothing is gated and no length is required; the posterior is that of a span in a
        text spun at one word in six.
        """
        document = self.document(text)
        document.scored = ~document.masked
        lattice = build_lattice(document, self.frequency, self.channel, gate=False)
        ratios = span_ratios(lattice, self.channel)
        base = np.exp(span_baseline(lattice, self.channel))
        out = []
        for span in range(len(lattice.spans)):
            first, length = int(lattice.spans.first[span]), int(lattice.spans.length[span])
            start, end = int(document.start[first]), int(document.end[first + length - 1])
            rows = np.flatnonzero(lattice.span == span)
            terms = lattice.weight[rows] + TAU * lattice.gain[rows]
            shares = np.exp(terms - terms.max()) if len(rows) else terms
            shares = shares / max(float(shares.sum()), 1e-30)
            notes = tuple(
                CandidateNote(
                    self.channel.original(int(lattice.target[rows[k]])),
                    float(lattice.gain[rows[k]]),
                    float(lattice.weight[rows[k]]),
                    Source(int(lattice.source[rows[k]])).name.lower(),
                    int(lattice.seen[rows[k]]),
                    self._per_million(self._original_ids(int(lattice.target[rows[k]]))),
                    float(shares[k]),
                )
                for k in np.argsort(-shares, kind="stable")
            )
            odds = EXPLAIN_RATE * float(ratios[span]) / (1.0 - EXPLAIN_RATE)
            out.append(
                Explanation(
                    start,
                    end,
                    text[start:end],
                    self._per_million(lattice.ids[first : first + length]),
                    float(base[span]),
                    float(ratios[span]),
                    odds / (1.0 + odds),
                    notes,
                )
            )
        return tuple(out)

    def _original_ids(self, target: int) -> np.ndarray:
        return self.channel.original_ids[target, : self.channel.original_lengths[target]]

    def _per_million(self, ids: np.ndarray) -> float:
        """How often a span of one to three words stands in a million words of honest English;
        longer spans by their rarest three."""
        total = float(self.frequency.header["total"]) / 1e6
        ids = np.asarray(ids, np.int32)
        if len(ids) == 1:
            return float(np.exp(self.frequency.unigram[ids[0]]) * 1e6)
        if len(ids) == 2:
            return float(self.frequency.bigram_count(ids[:1], ids[1:])[0]) / total
        return float(self.frequency.trigram_count(ids[:-2], ids[1:-1], ids[2:]).min()) / total
