"""The whole engine with the shipped tables, on our samples, on case files and on the seeds."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import SAMPLES, Pair, Quality, pairs_in, quality

import unspin
from unspin import (
    Applicability,
    Config,
    Edit,
    Plan,
    PlanError,
    Repair,
    Report,
    Rule,
    Unspin,
    UnspinError,
    Verdict,
    apply_plan,
)
from unspin.edits import digest
from unspin.report import Explanation
from unspin.text import NO_RULES, Document, fold, tokens

CASES = Path(__file__).parent / "cases"

# Floors: raise them as the engine gets better, never lower them silently. Means over the spun
# samples (mixed-quoted-paragraph included); beside each the value measured when it was set.
FLOORS = {
    "recall": 0.57,  # 0.65
    "precision": 0.72,  # 0.80
    "restoration": 0.48,  # 0.57
    "edits": 0.72,  # 0.81
}
MAX_HONEST_CHANGED = 0.07  # 0.06
LEAST = 0.15  # recall and restoration of every single sample; the worst: 0.33, 0.30
SEED_FINDINGS = 90  # 105


@cache
def the_engine() -> Unspin:
    """The engine for tests that hypothesis drives, which take no function-scoped fixtures."""
    return Unspin()


@cache
def repaired(name: str) -> Repair:
    return the_engine().repair(sample(name))


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8")


def xfails(names: list[str], reasons: Mapping[str, str]) -> list[object]:
    """Parameters, those with a reason as known failures; a reason for nothing is an error."""
    assert not set(reasons) - set(names), "reasons for tests that are not there"
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=reasons[name]), id=name)
        if name in reasons
        else pytest.param(name, id=name)
        for name in names
    ]


# -- verdicts on our samples -------------------------------------------------------------------

EXPECTED = dict(
    regex.findall(r"^\| ([\w-]+)\.txt \|.*\| (\w+) \|$", (SAMPLES / "README.md").read_text(), regex.MULTILINE)
)
ORIGINALS = sorted(p.name.removesuffix(".txt") for p in SAMPLES.glob("*.original.txt"))
# one spun paragraph in an honest article: both readings are fair
EITHER = {"mixed-quoted-paragraph": {"suspect", "spun"}}
VERDICT_FAILS: dict[str, str] = {
    "spun-light-council": "suspect: one swap in eleven words is near the limit",
    "spun-digits-startup": "suspect: spelled-out figures are no evidence yet",
}


def test_every_sample_is_in_the_table() -> None:
    texts = {p.name.removesuffix(".txt") for p in SAMPLES.glob("*.txt")}
    assert texts == set(EXPECTED) | set(ORIGINALS)
    assert set(EXPECTED.values()) <= set(Verdict)


@pytest.mark.parametrize("name", xfails([*EXPECTED, *ORIGINALS], VERDICT_FAILS))
def test_sample_verdict(engine: Unspin, name: str) -> None:
    report = engine.detect(sample(name))
    wanted = EITHER.get(name, {EXPECTED.get(name, "clean")})
    assert str(report.verdict) in wanted, f"llr {report.llr:.1f}: {[f.text for f in report.findings]}"


# -- how much is found and restored --------------------------------------------------------------

PAIRS = pairs_in(SAMPLES)
SAMPLE_FAILS: dict[str, str] = {}


@pytest.fixture(scope="module")
def measured() -> dict[str, Quality]:
    return {pair.name: quality(pair, repaired(pair.name)) for pair in PAIRS}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_sample_lists_its_swaps(pair: Pair) -> None:
    """The floors mean something only where the lists are right: every form as often as it says,
    and undoing them gives the original."""
    assert all(listed == found for _, listed, found in pair.counts)
    parts, at = [], 0
    for swap in pair.swaps:
        parts += [pair.text[at : swap.start], swap.original]
        at = swap.end
    undone = "".join([*parts, pair.text[at:]])

    def level(text: str) -> str:
        return regex.sub(r"\ban\b", "a", text.casefold())

    assert level(undone) == level(sample(f"{pair.name}.original"))


@pytest.mark.parametrize("what", FLOORS)
def test_floor(measured: dict[str, Quality], what: str) -> None:
    values = {name: getattr(q, what) for name, q in measured.items()}
    shown = ", ".join(f"{name} {value:.2f}" for name, value in values.items())
    assert fmean(values.values()) >= FLOORS[what], shown


def test_honest_words_are_left_alone(measured: dict[str, Quality]) -> None:
    assert fmean(q.honest for q in measured.values()) <= MAX_HONEST_CHANGED


@pytest.mark.parametrize("name", xfails(sorted(pair.name for pair in PAIRS), SAMPLE_FAILS))
def test_every_spun_sample_is_found_and_mended_in_part(measured: dict[str, Quality], name: str) -> None:
    assert min(measured[name].recall, measured[name].restoration) >= LEAST


# -- what every report keeps ---------------------------------------------------------------------


def check_report(text: str, report: Report) -> None:
    """What holds of every report, whatever the text."""
    assert 0.0 <= report.score <= 1.0
    assert report.sha256 == digest(text)
    assert report.flagged == report.verdict.flagged
    assert bool(report.reason) == (report.verdict is Verdict.UNSCORED)
    for finding in report.findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.text == text[finding.start : finding.end]
        assert 0.0 <= finding.score <= 1.0
        assert finding.evidence, finding.text
        shares = [s.score for s in finding.suggestions]
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1.0 + 1e-6
        assert all(s.text and s.text != finding.text for s in finding.suggestions)
        assert len({s.text for s in finding.suggestions}) == len(finding.suggestions)
    starts = [f.start for f in report.findings]
    assert starts == sorted(starts)
    for one, two in pairwise(f for f in report.findings if f.suggestions):
        assert one.end <= two.start, (one.text, two.text)
    at = 0
    for passage in report.passages:
        assert at <= passage.start < passage.end <= len(text)
        at = passage.end
        assert passage.score is None or (passage.kind == "prose" and 0.0 <= passage.score <= 1.0)
        inside = [f for f in report.findings if passage.start <= f.start < passage.end]
        assert passage.findings == len(inside)
    json.dumps(report.to_dict())


def check_repair(text: str, repair: Repair) -> None:
    """What holds of every repair."""
    assert apply_plan(text, repair.plan) == repair.text
    assert Plan.from_dict(json.loads(json.dumps(repair.plan.to_dict()))).sha256 == repair.plan.sha256
    assert apply_plan(text, json.loads(json.dumps(repair.plan.to_dict()))) == repair.text
    at, outside = 0, []
    for edit in repair.edits:
        assert at <= edit.start < edit.end <= len(text)
        assert text[edit.start : edit.end] == edit.original != edit.replacement
        assert edit.replacement.strip() == edit.replacement != ""
        assert 0.0 <= edit.confidence <= 1.0
        at = edit.end
    # outside its applied edits the text is the text
    rest, at = repair.text, 0
    for edit in repair.applied:
        piece = text[at : edit.start] + edit.replacement
        assert rest.startswith(piece)
        outside.append(text[at : edit.start])
        rest, at = rest[len(piece) :], edit.end
    assert rest == text[at:]


@pytest.mark.parametrize("name", [*EXPECTED, *ORIGINALS])
def test_report_and_repair_of_a_sample(engine: Unspin, name: str) -> None:
    repair = repaired(name)
    check_report(sample(name), repair.report)
    check_repair(sample(name), repair)
    assert repair.report == engine.detect(sample(name))


PIECES = st.sampled_from(
    [
        *regex.split(r"(?<=[.!?])\s", " ".join(sample("spun-news-economy").split())),
        *regex.split(r"(?<=[.!?])\s", " ".join(sample("spun-wordnet-school").split())),
        *regex.split(r"(?<=[.!?])\s", " ".join(sample("honest-speech").split())),
        "\n\n",
        "\r\n",
        "\u00ad",
        "\u200b",
        "\u0301",
        "\U0001f469\u200d\U0001f467",
        "\ud83c",
        "\x00",
        "\u202e",
        "\u201c",
        "\u201d",
        '"',
        " ",
        " a ",
        " the ",
        "\u2019s",
        "{one|two}",
        "%title%",
        "\uff26\uff49\uff4e\uff41\uff4c \uff59\uff52",
        "FINAL YR",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25).map("".join))
def test_report_and_repair_of_anything(text: str) -> None:
    repair = the_engine().repair(text, apply=("safe", "likely", "guess"))
    check_report(text, repair.report)
    check_repair(text, repair)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=10).map("".join))
def test_explain_anything(text: str) -> None:
    for note in the_engine().explain(text):
        assert text[note.start : note.end] == note.text != ""
        assert 0.0 <= note.score <= 1.0 and note.ratio >= 0.0
        shares = [c.posterior for c in note.candidates]
        assert shares == sorted(shares, reverse=True)
        assert not shares or sum(shares) == pytest.approx(1.0, abs=1e-3)


# -- the engine as an object ---------------------------------------------------------------------


def test_the_same_text_gives_the_same_report(engine: Unspin) -> None:
    text = sample("spun-sport-derby")
    assert engine.detect(text) == engine.detect(text) == Unspin().detect(text)


def test_a_batch_is_its_texts_one_by_one(engine: Unspin) -> None:
    texts = [sample(name) for name in ("spun-light-council", "honest-abstract", "translated-summit")]
    texts += ["", "too short", texts[0]]
    assert engine.detect_batch(texts) == [engine.detect(text) for text in texts]
    assert engine.detect_batch([]) == []


def test_a_text_does_not_depend_on_those_before_it(engine: Unspin) -> None:
    honest = sample("honest-news-ferry")
    before = engine.detect(honest)
    engine.repair(sample("spun-news-economy"))
    assert engine.detect(honest) == before


def test_the_module_functions_are_the_engines(engine: Unspin) -> None:
    text = sample("spun-light-council")
    assert unspin.detect(text) == engine.detect(text)
    assert unspin.repair(text) == engine.repair(text)
    assert unspin.apply_plan(text, engine.repair(text).plan) == engine.repair(text).text


def test_an_engine_is_pickled_by_its_configuration(engine: Unspin) -> None:
    engine.detect(sample("honest-speech"))  # its tables are open
    packed = pickle.dumps(engine)
    assert len(packed) < 1000
    other = pickle.loads(packed)
    assert other.config == engine.config
    assert other.detect(sample("spun-light-council")) == engine.detect(sample("spun-light-council"))


def test_reports_and_repairs_are_pickled(engine: Unspin) -> None:
    repair = repaired("spun-light-council")
    assert pickle.loads(pickle.dumps(repair)) == repair


def test_the_threshold_moves_the_verdict_and_not_the_score() -> None:
    text = sample("spun-light-council")
    lax, strict = Unspin(Config(threshold=1e-9)), Unspin(Config(threshold=1 - 1e-15))
    assert strict.detect(text).verdict is Verdict.CLEAN
    assert lax.detect(sample("honest-abstract")).flagged
    assert lax.detect(text).score == strict.detect(text).score


def test_the_prior_moves_the_score_and_not_the_ratio() -> None:
    text = sample("honest-news-ferry")
    rare, common = Unspin(Config(prior=0.001)).detect(text), Unspin(Config(prior=0.5)).detect(text)
    assert rare.llr == common.llr and rare.score < common.score


@pytest.mark.parametrize(
    "settings", [{"prior": 0.0}, {"prior": 1.0}, {"prior": -1.0}, {"threshold": 0.0}, {"threshold": 1.5}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UnspinError, match="between 0 and 1"):
        Config(**settings)  # type: ignore[arg-type]


def test_missing_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnspinError, match=r"ngrams\.tbl"):
        Unspin(Config(tables=tmp_path)).detect(sample("honest-speech"))


@pytest.mark.parametrize("text", [b"bytes", None, 7])
def test_what_is_no_text_is_refused(engine: Unspin, text: object) -> None:
    with pytest.raises(UnspinError, match="not str"):
        engine.detect(text)  # type: ignore[arg-type]


# -- nothing said where nothing can be -------------------------------------------------------------

FRENCH = (
    "Le ministre a déclaré mardi que la fermeture du port durerait encore trois semaines, et que"
    " les habitants de l’île devraient attendre la fin des travaux avant de recevoir leur courrier."
    " Les pêcheurs, qui ont perdu une grande partie de leur matériel pendant la tempête, demandent"
    " une aide."
)
GERMAN = (
    "Der Minister sagte am Dienstag, dass der Hafen noch drei Wochen lang geschlossen bleibe und dass"
    " die Bewohner der Insel bis zum Ende der Arbeiten auf ihre Post warten müssten. Die Fischer, die"
    " im Sturm einen großen Teil ihrer Netze verloren haben, bitten um eine schnelle Hilfe vom Staat."
)
CHINESE = (
    "\u90e8\u957f\u661f\u671f\u4e8c\u8868\u793a\uff0c\u6e2f\u53e3\u5c06\u7ee7\u7eed\u5173\u95ed\u4e09\u4e2a\u661f\u671f\u3002"
    * 12
)
SHORT = "The minister said on Tuesday that the harbour would stay closed."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(" \n\t\u00a0\n", "empty", id="white space"),
        pytest.param(SHORT, "too short", id="too short"),
        pytest.param("Home\nNews\nSport\n" * 30, "too short|not English prose", id="navigation"),
        pytest.param("12.5 13 14 " * 40, "too short|not English|no words", id="figures"),
        pytest.param("... !!! \u2014 ???" * 9, "no words", id="no words"),
        pytest.param("\U0001f525" * 200, "no words", id="pictographs"),
        pytest.param(FRENCH, "not English", id="French"),
        pytest.param(GERMAN, "not English", id="German"),
        pytest.param(CHINESE, "not English|too short", id="Chinese"),
        pytest.param("\x00\x01PK\x03\x04 the \x00\x02 of \x7f and \x00" * 40, "control", id="binary"),
        pytest.param("\ufffd\ufffd the \ufffd of and" * 40, "control", id="undecoded"),
    ],
)
def test_unscored(engine: Unspin, text: str, reason: str) -> None:
    report = engine.detect(text)
    assert report.verdict is Verdict.UNSCORED and not report.flagged
    assert regex.search(reason, report.reason), report.reason
    assert report.score == 0.0
    assert engine.repair(text, apply=("safe", "likely", "guess")).text == text


def test_english_with_a_foreign_paragraph_is_still_scored(engine: Unspin) -> None:
    report = engine.detect(f"{sample('honest-news-ferry')}\n\n{GERMAN}")
    assert report.verdict is Verdict.CLEAN


# -- plans -----------------------------------------------------------------------------------------


def test_a_plan_is_for_one_text(engine: Unspin) -> None:
    text = sample("spun-light-council")
    plan = repaired("spun-light-council").plan
    for other in (text + " ", text[:-1], text.replace("a", "b", 1), ""):
        with pytest.raises(PlanError, match="another text"):
            apply_plan(other, plan)


def test_a_plan_survives_json(engine: Unspin) -> None:
    for name in ("spun-news-economy", "honest-abstract"):
        plan = repaired(name).plan
        data = json.loads(json.dumps(plan.to_dict()))
        back = Plan.from_dict(data)
        assert back.to_dict() == data
        assert [(e.start, e.end, e.replacement) for e in back.edits] == [
            (e.start, e.end, e.replacement) for e in plan.edits
        ]


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": 99},
        {"schema": None},
        {"edits": [{"start": 0}]},
        {"edits": 3},
        {"edits": [None]},
        {"apply": ["perhaps"]},
        {"apply": None},
        {"sha256": "0" * 64},
    ],
    ids=str,
)
def test_a_damaged_plan_is_refused(damage: dict[str, object]) -> None:
    plan = repaired("spun-light-council").plan.to_dict()
    with pytest.raises(PlanError):
        apply_plan(sample("spun-light-council"), plan | damage)


@pytest.mark.parametrize("missing", ["schema", "sha256", "edits", "apply"])
def test_a_plan_with_a_part_missing_is_refused(missing: str) -> None:
    plan = repaired("spun-light-council").plan.to_dict()
    del plan[missing]
    with pytest.raises(PlanError, match=missing):
        apply_plan(sample("spun-light-council"), plan)


def _plan(text: str, *edits: tuple[int, int, str, str]) -> Plan:
    return Plan(
        digest(text),
        tuple(Edit(a, b, new, 1.0, Applicability.SAFE, Rule.OBSERVED, old) for a, b, new, old in edits),
    )


@pytest.mark.parametrize(
    "edits",
    [
        [(0, 99, "x", "swan tune here")],
        [(-3, 4, "x", "swan")],
        [(5, 4, "x", "")],
        [(5, 9, "song", "tune"), (0, 4, "Swan", "swan")],
        [(0, 6, "x", "swan t"), (5, 9, "song", "tune")],
        [(5, 9, "song", "sing")],
    ],
    ids=["beyond the end", "before the beginning", "backwards", "out of order", "overlap", "another word"],
)
def test_edits_that_do_not_fit_are_refused(edits: list[tuple[int, int, str, str]]) -> None:
    text = "swan tune here"
    with pytest.raises(PlanError, match="the edit at"):
        apply_plan(text, _plan(text, *edits))


def test_apply_chooses_what_is_done() -> None:
    text = sample("spun-news-economy")
    plan = repaired("spun-news-economy").plan
    levels = {e.applicability for e in plan.edits}
    assert Applicability.LIKELY in levels and Applicability.SAFE in levels
    assert apply_plan(text, plan, ()) == text
    safe = apply_plan(text, plan, ["safe"])
    assert text != safe != repaired("spun-news-economy").text
    with pytest.raises(UnspinError, match="safe, likely and guess"):
        the_engine().repair(text, apply=["perhaps"])


def test_apply_plan_refuses_an_unknown_applicability() -> None:
    with pytest.raises(UnspinError):
        apply_plan(sample("spun-news-economy"), repaired("spun-news-economy").plan, ["perhaps"])


def test_honest_text_is_never_changed(engine: Unspin) -> None:
    """What is not flagged holds guesses at most."""
    for name in [*EXPECTED, *ORIGINALS]:
        repair = repaired(name)
        if not repair.report.flagged:
            assert repair.text == sample(name), name


@pytest.mark.parametrize("name", sorted(n for n, verdict in EXPECTED.items() if verdict == "spun"))
def test_a_second_repair_adds_little(engine: Unspin, name: str) -> None:
    """It takes nothing back, and what it adds is less than what the first one did."""
    once = repaired(name)
    twice = engine.repair(once.text)
    check_repair(once.text, twice)
    assert len(twice.applied) < max(4, 0.5 * len(once.applied))
    places = {once.text[e.start : e.end] for e in twice.applied}
    mended = {e.replacement for e in once.applied}
    assert len(places & mended) <= 2


# -- what a swap drags along -------------------------------------------------------------------------

# a spun article in which a line can be placed, so that the engine repairs it
FRAME = sample("spun-news-economy")


def mend(line: str) -> str:
    """The line as it reads after a repair of a spun article that ends with it."""
    text = f"{FRAME.rstrip()}\n\n{line}\n"
    return the_engine().repair(text, ("safe", "likely", "guess")).text.rstrip("\n").rsplit("\n", 1)[1]


MENDED = {
    "articles": (
        "The minister called an information convention on Friday and then left.",
        "a news conference",
    ),
    "article before a bracket": (
        "It was, he told them, a \u201cinformation convention\u201d for the workplace in the harbour town.",
        "a \u201cnews conference",
    ),
    "capitals": ("Information convention halls were full on Friday and on Saturday.", "News conference"),
    # NEWS or PRESS: either is fine
    "all capitals": ("The INFORMATION CONVENTION was over before noon on Friday.", "S CONFERENCE"),
    "title": ("He called the White Home from his room on Friday evening.", "White House"),
    "possessive": ("The White Home\u2019s lawns were covered with snow on Friday.", "White House\u2019s"),
    "straight possessive": ("The White Home's lawns were covered with snow on Friday.", "White House's"),
    "curly quotes": (
        "He said \u201cthe information convention\u201d was over.",
        "\u201cthe news conference\u201d",
    ),
    # news or press: it is the number that counts
    "plural": ("They held two information conventions in the same week in May.", " conferences in the"),
    "full stop": ("On Friday the minister called an information convention.", "a news conference."),
}
MEND_FAILS: dict[str, str] = {}


@pytest.mark.parametrize("case", xfails(list(MENDED), MEND_FAILS))
def test_what_a_swap_drags_along(case: str) -> None:
    line, wanted = MENDED[case]
    assert wanted in mend(line)


# -- cases in files ------------------------------------------------------------------------------------


def read_cases(name: str) -> list[dict[str, str]]:
    lines = (CASES / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    columns = lines[0].split("\t")
    rows = [dict(zip(columns, line.split("\t"), strict=True)) for line in lines[1:] if line]
    for row in rows:
        for column in ("text", "find", "original"):
            row[column] = row[column].replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")
    return rows


FAILING = {(row["text"], row["find"]): row["why"] for row in read_cases("known-failures")}


def cases(*names: str) -> list[object]:
    """The rows of files; those that stand in known-failures.tsv as well are strict xfails."""
    out = []
    for name in names:
        for row in read_cases(name):
            why = FAILING.get((row["text"], row["find"]))
            marks = [pytest.mark.xfail(reason=why)] if why else []
            label = row["find"] or trap_words(row)[0]
            out.append(pytest.param(row, marks=marks, id=f"{name}-{label}-{row['why']}".replace("\n", " ")))
    return out


def trap_words(row: dict[str, str]) -> list[str]:
    return row["why"].removeprefix("honest use of: ").split(", ")


ARTICLES = {"a", "an"}


def explains(text: str, notes: tuple[Explanation, ...], start: int, end: int, original: str) -> bool:
    """Whether ``text[start:end]`` can become ``original`` by originals that stand among the first
    five of their spans, words between them kept, a and an alike."""
    document = Document(text, NO_RULES)
    inside = [i for i in range(len(document)) if start <= document.start[i] < end]
    standing = [fold(document.word(i)) for i in inside]
    index = {int(document.start[i]): k for k, i in enumerate(inside)}
    ends = {int(document.end[i]): k + 1 for k, i in enumerate(inside)}
    moves: dict[int, list[tuple[int, list[str]]]] = {}
    for note in notes:
        if note.start in index and note.end in ends:
            for candidate in note.candidates[:5]:
                moves.setdefault(index[note.start], []).append((ends[note.end], tokens(candidate.text)))
    wanted = tokens(original)

    @cache
    def reach(at: int, done: int, swapped: bool) -> bool:
        if at == len(standing) and done == len(wanted):
            return swapped
        if at < len(standing) and done < len(wanted):
            pair = {standing[at], wanted[done]}
            if (len(pair) == 1 or pair <= ARTICLES) and reach(at + 1, done + 1, swapped):
                return True
        return any(
            wanted[done : done + len(words)] == words and reach(to, done + len(words), True)
            for to, words in moves.get(at, ())
        )

    return reach(0, 0, False)


@pytest.mark.parametrize("row", cases("in-the-wild", "synthetic"))
def test_the_original_is_among_the_first_five(engine: Unspin, row: dict[str, str]) -> None:
    text, find = row["text"], row["find"]
    start = text.index(find)
    notes = engine.explain(text)
    near = {n.text: [c.text for c in n.candidates[:5]] for n in notes if start <= n.start < start + len(find)}
    assert explains(text, notes, start, start + len(find), row["original"]), near


HONEST = sample("honest-news-ferry").split("\n\n")[0]


@pytest.mark.parametrize("row", cases("negative"))
def test_an_honest_use_is_not_accused(engine: Unspin, row: dict[str, str]) -> None:
    text = f"{row['text']}\n\n{HONEST}"
    traps = []
    for word in trap_words(row):
        pattern = regex.compile(rf"\b{regex.escape(word)}", regex.IGNORECASE)
        places = [match.span() for match in pattern.finditer(row["text"])]
        assert places, f"{word!r} does not stand in the text"
        traps += places
    report = engine.detect(text)
    accused = [
        (f.text, f.score)
        for f in report.findings
        if f.score >= 0.9 and any(f.start < end and start < f.end for start, end in traps)
    ]
    assert not accused
    assert not report.flagged


def test_known_failures_are_cases() -> None:
    rows = [row for name in ("in-the-wild", "synthetic", "negative") for row in read_cases(name)]
    assert set(FAILING) <= {(row["text"], row["find"]) for row in rows}


@pytest.mark.parametrize("name", ["in-the-wild", "synthetic", "negative"])
def test_cases_are_well_formed(name: str) -> None:
    rows = read_cases(name)
    assert len({row["text"] for row in rows}) == len(rows)
    for row in rows:
        assert row["why"]
        assert row["find"] in row["text"] and bool(row["find"]) == bool(row["original"])


# -- the seeds -----------------------------------------------------------------------------------------

RESTORED = [
    "swan song",
    "news conference",
    "Permanent Member",
    "White House",
    "Security Council",
    "BBC News",
    "foreign policy",
    "People\u2019s Republic",
    "Economic Cooperation",
    "called for pulling",
    "leaving office",
    "signed into law",
]
RESTORE_FAILS: dict[str, str] = {}
SEED_VERDICTS = {"000": {"spun"}, "001": {"clean"}, "002": {"clean"}, "003": {"clean"}, "004": {"translated"}}


def seed(shared: Path, number: str) -> str:
    found = list((shared / "seeds").glob(f"{number}_*.txt"))
    if not found:
        pytest.skip(f"needs seed {number} of {shared}")
    return found[0].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report_repaired(shared: Path) -> Repair:
    return the_engine().repair(seed(shared, "000"))


@pytest.mark.parametrize("number", SEED_VERDICTS)
def test_seed_verdict(engine: Unspin, shared: Path, number: str) -> None:
    text = seed(shared, number)
    report = engine.detect(text)
    check_report(text, report)
    assert str(report.verdict) in SEED_VERDICTS[number]


def test_seed_000_has_many_findings(report_repaired: Repair) -> None:
    swaps = [f for f in report_repaired.report.findings if f.suggestions]
    assert len(swaps) >= SEED_FINDINGS
    assert report_repaired.report.score > 0.99


@pytest.mark.parametrize("phrase", xfails(RESTORED, RESTORE_FAILS))
def test_seed_000_is_restored(report_repaired: Repair, phrase: str) -> None:
    assert phrase in report_repaired.text


@pytest.mark.parametrize(
    "pattern",
    [r"\d[\d,.]*\d|\d", '[\u201c\u201d\u2018"]|(?<=[.,?!])\u2019', r"[\[\]()]", r"\n"],
    ids=["figures", "quotation marks", "brackets", "lines"],
)
def test_seed_000_keeps_what_is_no_word(shared: Path, report_repaired: Repair, pattern: str) -> None:
    assert regex.findall(pattern, report_repaired.text) == regex.findall(pattern, seed(shared, "000"))


@pytest.mark.parametrize(
    "name",
    [
        "Biden",
        "Yoon",
        "Zelenskyy",
        "Volodymyr",
        "Trump",
        "Lanza",
        "Hawley",
        "Shigeru",
        "Ishiba",
        "Suk-yeol",
        "Japan",
        "Ukraine",
        "Korea",
        "DPRK",
        "Crimea",
        "APEC",
        "Lima",
        "Peru",
    ],
)
def test_seed_000_keeps_its_names(shared: Path, report_repaired: Repair, name: str) -> None:
    assert report_repaired.text.count(name) == seed(shared, "000").count(name) > 0


def test_seed_004_keeps_its_interview(engine: Unspin, shared: Path) -> None:
    """Translation residue stands in the report, none of it in the interview behind it."""
    text = seed(shared, "004")
    assert engine.repair(text).text == text
