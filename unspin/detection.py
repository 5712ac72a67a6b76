"""From evidence to a report: scores, verdicts, findings and passages."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from .channel import Channel, Source
from .choose import TRAINED, Choice
from .edits import digest
from .evidence import Lattice, Reading, build_lattice, document_features, readings, uncurated
from .frequency import Frequency
from .garble import Residue, find_residue
from .model import Model
from .report import Evidence, Finding, Passage, Report, Rule, Suggestion, Verdict
from .surface import match_case
from .text import Document, Kind

PRIOR = 0.01
MIN_WORDS = 25  # of prose; below, nothing is said of the document
MIN_PASSAGE = 40  # words of prose a passage needs for a score of its own
WINDOW = 1000  # words of prose scored together in a long text
MAX_RATIO = 25.0  # nats; a ratio beyond is beyond what the training texts can tell
WORDS_A_RESIDUE = 1500  # words of prose for which translation residue must weigh one
MIN_FUNCTION_SHARE = 0.15
MAX_UNKNOWN_SHARE = 0.35

RULES = {
    Source.OBSERVED: Rule.OBSERVED,
    Source.EDITOR: Rule.EDITOR,
    Source.USER: Rule.USER,
    Source.THESAURUS: Rule.THESAURUS,
    Source.NAME: Rule.NAME,
}
SOURCES = {
    Source.OBSERVED: "inflected like a pair seen on spun pages",
    Source.EDITOR: "a swap editors know spinners by",
    Source.USER: "in your own lexicon",
    Source.THESAURUS: "its neighbour in a thesaurus",
    Source.NAME: "a name or set phrase with a word off",
}


@dataclass
class Analysis:
    """Everything detection and repair share about one document."""

    document: Document
    lattice: Lattice | None
    readings: list[Reading]
    residue: list[Residue]
    reason: str  # why unscored, empty where it is scored
    llr: float
    verdict: Verdict
    score: float
    suspect: float  # the log likelihood ratio from which the document is flagged
    passages: dict[int, float] = field(default_factory=dict)
    ratio: np.ndarray | None = None  # trained ratio of every span


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -500 else 0.0


def score_of(llr: float, prior: float) -> float:
    """Calibrated posterior of a log likelihood ratio."""
    return logistic(llr + math.log(prior / (1.0 - prior)))


def llr_of(score: float, prior: float) -> float:
    """The log likelihood ratio at which a posterior is reached."""
    return math.log(score / (1.0 - score)) - math.log(prior / (1.0 - prior))


def unscored_reason(document: Document, frequency: Frequency) -> str:
    """Why nothing can be said of a text; empty where it can be scored."""
    text = document.text
    if not text.strip():
        return "empty"
    controls = sum(text.count(chr(c)) for c in (*range(9), *range(14, 32), 127, 0xFFFD))
    if controls > 0.02 * len(text):
        return "not text: full of control characters"
    if not len(document):
        return "not text: no words"
    words = int(np.sum(~document.number))
    if words >= MIN_WORDS:
        share = float(document.function[~document.number].mean())
        unknown = float((frequency.ids(document) == 0).mean())
        prose = document.scored
        if prose.any():
            share = max(share, float(document.function[prose].mean()))
        if share < MIN_FUNCTION_SHARE / 2 or (share < MIN_FUNCTION_SHARE and unknown > 0.2):
            return "not English prose: few of its words hold English sentences together"
        if unknown > MAX_UNKNOWN_SHARE:
            return "not English: most of its words are unknown"
    scored = int(document.scored.sum())
    if scored < MIN_WORDS:
        return f"too short: {scored} words of prose, at least {MIN_WORDS} are needed"
    return ""


def analyse(
    document: Document,
    frequency: Frequency,
    channel: Channel,
    model: Model,
    thresholds: tuple[float, float],
    prior: float,
) -> Analysis:
    """Score a document; its findings are chosen separately."""
    residue = find_residue(document)
    suspect, spun = thresholds
    reason = unscored_reason(document, frequency)
    if reason:
        return Analysis(document, None, [], residue, reason, 0.0, Verdict.UNSCORED, 0.0, suspect)
    lattice = build_lattice(document, frequency, channel)
    reads = readings(lattice, frequency, channel, model.span)
    bare = uncurated(lattice)
    unseen = readings(bare, frequency, channel, model.span_unseen)
    llr, passages, ratio = document_ratio(lattice, reads, unseen, model)
    verdict = Verdict.SPUN if llr >= spun else Verdict.SUSPECT if llr >= suspect else Verdict.CLEAN
    words = int(document.scored.sum())
    if verdict is not Verdict.SPUN and sum(r.weight for r in residue) >= max(1.0, words / WORDS_A_RESIDUE):
        verdict = Verdict.TRANSLATED
    return Analysis(
        document,
        lattice,
        reads,
        residue,
        reason,
        llr,
        verdict,
        score_of(llr, prior),
        suspect,
        passages,
        ratio,
    )


def document_ratio(
    lattice: Lattice, reads: list[Reading], unseen: list[Reading], model: Model
) -> tuple[float, dict[int, float], np.ndarray]:
    """The document's log likelihood ratio, that of every passage of prose, and the trained
    ratio of every span.

    A long document is the mean of windows of about :data:`WINDOW` words, since the model
    was trained on texts of that length. A single passage may speak for the document where
    its own ratio survives what trying so many passages costs.
    """
    document = lattice.document
    scored = np.cumsum(document.scored)
    total = int(scored[-1])
    windows = max(1, round(total / WINDOW))
    first = lattice.spans.first

    def ratios(group: np.ndarray, words: np.ndarray) -> np.ndarray:
        known = document_features(lattice, reads, group, words) @ model.document
        other = document_features(lattice, unseen, group, words) @ model.document_unseen - model.unseen
        return np.asarray(np.clip(np.stack((known, other)), -MAX_RATIO, MAX_RATIO))

    group = np.minimum((scored[first] - 1) * windows // total, windows - 1)
    sizes = np.bincount(
        np.minimum((scored - 1).clip(0) * windows // total, windows - 1)[document.scored], minlength=windows
    )
    both = ratios(group, sizes)
    by_window = both.max(0)
    means = both.mean(1)
    llr = float(means.max())
    trained = reads[TRAINED].ratio
    if means[1] > means[0]:
        trained = np.maximum(trained, unseen[TRAINED].ratio)
    long = [
        index
        for index, block in enumerate(document.blocks)
        if block.kind is Kind.PROSE and block.last - block.first >= MIN_PASSAGE
    ]
    number = np.full(len(document.blocks), -1)
    number[long] = np.arange(len(long))
    words = np.array([document.blocks[index].last - document.blocks[index].first for index in long])
    by_passage = ratios(number[document.block[first]], words).max(0) if long else np.zeros(0)
    if windows > 1:
        llr = max(llr, float(by_window.max()) - math.log(windows) - model.passage)
    if len(long) > 1:
        llr = max(llr, float(by_passage.max()) - math.log(len(long)) - model.passage)
    return llr, dict(zip(long, by_passage.tolist(), strict=True)), trained


def findings(analysis: Analysis, choices: list[Choice]) -> tuple[Finding, ...]:
    """Swaps and residue as findings in text order."""
    document = analysis.document
    out = [
        Finding(
            r.start,
            r.end,
            document.text[r.start : r.end],
            r.rule,
            min(r.weight, 1.0),
            evidence=(Evidence("pattern", r.note, r.weight),),
        )
        for r in analysis.residue
    ]
    quotes = _quoted(document.text) if choices else np.zeros(0, bool)
    counts = np.bincount([c.entry for c in choices]) if choices else np.zeros(1, int)
    for choice in choices:
        start = int(document.start[choice.first])
        end = int(document.end[choice.first + choice.length - 1])
        standing = document.text[start:end]
        best = choice.originals[0]
        evidence = [Evidence("context", f"fits its context e^{best.gain:.1f} times better", best.gain)]
        if best.seen:
            times = f"{best.seen}\u00d7" if best.seen < 31 else "31\u00d7 or more"
            evidence.insert(0, Evidence("observed", f"seen {times} on spun pages", float(best.seen)))
        else:
            evidence.append(Evidence("lexicon", SOURCES[best.source], 0.0))
        if counts[choice.entry] > 1:
            evidence.append(
                Evidence(
                    "document", f"{counts[choice.entry]} times in this text", float(counts[choice.entry])
                )
            )
        suggestions: list[Suggestion] = []
        for original in choice.originals:
            written = match_case(original.text, standing)
            if written != standing and all(written != s.text for s in suggestions):
                suggestions.append(Suggestion(written, original.share))
        if suggestions:
            out.append(
                Finding(
                    start,
                    end,
                    standing,
                    RULES[best.source],
                    choice.posterior,
                    tuple(suggestions),
                    tuple(evidence),
                    bool(quotes[start]),
                )
            )
    return tuple(sorted(out, key=lambda f: (f.start, f.end)))


def _quoted(text: str) -> np.ndarray:
    """Per code point, whether it stands inside quotation marks of its paragraph."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    step = np.zeros(len(points) + 1, np.int32)
    step[:-1][points == 0x201C] = 1
    step[:-1][points == 0x201D] = -1
    depth = np.cumsum(step)
    straight = np.cumsum(points == 0x22) if len(points) else depth[:-1]
    # quotation does not cross a paragraph: depth and parity are counted from its start
    breaks = np.concatenate(([-1], np.flatnonzero(points == 10)))
    line = np.searchsorted(breaks, np.arange(len(points))) - 1
    base = np.where(breaks[line] >= 0, breaks[line], 0)
    return np.asarray((depth[:-1] - depth[base] > 0) | ((straight - straight[base]) % 2 == 1))


def make_report(analysis: Analysis, choices: list[Choice], prior: float, lexicon: str) -> Report:
    """The report of an analysed document."""
    document = analysis.document
    found = findings(analysis, choices)
    edges = np.array([(b.start, b.end) for b in document.blocks], np.int64).reshape(-1, 2)
    inside = np.diff(np.searchsorted(np.array([f.start for f in found], np.int64), edges), axis=1)[:, 0]
    passages = []
    for index, block in enumerate(document.blocks):
        score = None
        if block.kind is Kind.PROSE and analysis.lattice is not None:
            llr = analysis.passages.get(index)
            score = None if llr is None else score_of(llr, prior)
        passages.append(
            Passage(
                block.start,
                block.end,
                block.kind.name.lower(),
                block.last - block.first,
                score,
                int(inside[index]),
            )
        )
    residue = sum(r.weight for r in analysis.residue if r.rule is not Rule.PLACEHOLDER)
    return Report(
        analysis.verdict,
        analysis.score,
        analysis.llr,
        found,
        tuple(passages),
        int(document.scored.sum()),
        analysis.reason,
        {"substitution": analysis.score, "translation": 1.0 - math.exp(-residue)},
        digest(document.text),
        lexicon,
    )
