"""Renderers on reports and plans made by hand; no engine, no files."""

from __future__ import annotations

import difflib
import json as stdlib_json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.edits import Applicability, Edit, Plan, Repair, apply_plan, digest
from unspin.render import diff, explain, json, svg, text
from unspin.render.runs import Line, Run, Style, line_width, marked, paint, visible, width, wrap
from unspin.render.unified import unified
from unspin.report import (
    CandidateNote,
    Evidence,
    Explanation,
    Finding,
    Passage,
    Report,
    Rule,
    Suggestion,
    Verdict,
)

SAFE, LIKELY, GUESS = Applicability.SAFE, Applicability.LIKELY, Applicability.GUESS


def finding(source: str, phrase: str, *originals: tuple[str, float], rule: Rule = Rule.OBSERVED) -> Finding:
    start = source.index(phrase)
    suggestions = tuple(Suggestion(*original) for original in originals)
    evidence = (Evidence("observed", "seen 4×", 4.0),) if originals else ()
    return Finding(start, start + len(phrase), phrase, rule, 0.974, suggestions, evidence)


def report(verdict: Verdict, *findings: Finding, score: float = 0.5, **more: object) -> Report:
    passages: tuple[Passage, ...] = more.pop("passages", ())  # type: ignore[assignment]
    return Report(verdict, score, 1.0, findings, passages, 776, **more)  # type: ignore[arg-type]


def repair(
    source: str, *edits: tuple[str, str, Applicability], apply: tuple[Applicability, ...] = (SAFE,)
) -> Repair:
    at, made = 0, []
    for original, replacement, applicability in edits:
        start = source.index(original, at)
        at = start + len(original)
        made.append(Edit(start, at, replacement, 0.9, applicability, Rule.OBSERVED, original))
    plan = Plan(digest(source), tuple(made), apply)
    return Repair(apply_plan(source, plan), plan, report(Verdict.SPUN))


def plain(lines: list[Line]) -> str:
    return "\n".join(paint(line, False).rstrip() for line in lines)


# -- runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "columns"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("日本", 4), ("a\u200db", 2), ("", 0), ("ＡＢ", 4)],
)
def test_width(source: str, columns: int) -> None:
    assert width(source) == columns


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("plain – text “so”", "plain – text “so”"),
        ("a\tb", "a b"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f\x9b", "␡\ufffd"),
        ("a\u202eb\u2066", "a\ufffdb\ufffd"),
        ("no\u00a0break so\u00adft", "no\u00a0break so\u00adft"),
        ("\udc80", "\ufffd"),
    ],
)
def test_visible(source: str, shown: str) -> None:
    assert visible(source) == shown


def test_paint() -> None:
    line = [Run("a "), Run("b", Style.REMOVED), Run("", Style.ADDED), Run("c", Style.GUESS)]
    assert paint(line, False) == "a [-b-][?c?]"
    assert paint(line, True) == "a \x1b[9;31mb\x1b[0m\x1b[2;4mc\x1b[0m"
    assert plain([marked(line)]) == paint(line, False)


def test_wrap_keeps_styles_and_columns() -> None:
    line = [Run("one "), Run("two three", Style.REMOVED), Run(" four")]
    assert wrap(line, 9) == [
        [Run("one "), Run("two", Style.REMOVED)],
        [Run("three", Style.REMOVED)],
        [Run("four")],
    ]
    assert wrap([], 9) == [[]]
    assert [paint(part, False) for part in wrap([Run("日本語日本語")], 5)] == ["日本", "語日", "本語"]


@given(st.text(alphabet="ab 日\u0301", max_size=60), st.integers(2, 12))
def test_wrap_loses_nothing_but_spaces(source: str, columns: int) -> None:
    parts = wrap([Run(source)], columns)
    assert all(line_width(part) <= columns for part in parts)
    assert "".join(run.text for part in parts for run in part).replace(" ", "") == source.replace(" ", "")


# -- text ------------------------------------------------------------------------------------


def test_headlines() -> None:
    def headline(made: Report) -> str:
        return paint(text.headline("a.txt", made), False)

    source = "the army and ,, ,, the swan tune"
    swaps = (finding(source, "army", ("military", 0.9)), finding(source, "swan tune", ("swan song", 0.9)))
    quotes = finding(source, ",,", rule=Rule.QUOTES)
    assert headline(report(Verdict.SPUN, *swaps, score=0.999)) == (
        "a.txt: spun — 2 substitution artefacts in 776 words (score 1.00)"
    )
    assert headline(report(Verdict.SUSPECT, swaps[0])) == (
        "a.txt: suspect — 1 substitution artefact in 776 words (score 0.50)"
    )
    scores = {"substitution": 0.04, "translation": 0.71}
    assert headline(report(Verdict.TRANSLATED, swaps[0], quotes, quotes, score=0.04, categories=scores)) == (
        "a.txt: translated — 2 translation artefacts, 1 substitution artefact in 776 words (score 0.71)"
    )
    assert headline(report(Verdict.CLEAN, score=0.001)) == "a.txt: clean (score 0.00)"
    assert (
        headline(report(Verdict.CLEAN, *swaps, score=0.1)) == "a.txt: clean (score 0.10); 2 lone odd phrases"
    )
    assert headline(report(Verdict.UNSCORED, reason="too short")) == "a.txt: unscored: too short"


def test_findings() -> None:
    source = (
        "It was so.\r\nA joint information convention was held. Then, the\r\nswan\r\ntune of the “army” came."
    )
    odd = finding(source, "swan\r\ntune", ("swan song", 0.9))
    at = source.index("army")
    quoted = Finding(at, at + 4, "army", Rule.THESAURUS, 1.0, quoted=True)
    first = finding(source, "information convention", ("news conference", 0.7), ("press conference", 0.22))
    made = report(Verdict.SPUN, first, odd, quoted, score=1.0)
    assert plain(text.check("a.txt", source, made, text.Layout())).splitlines()[1:] == [
        "   2:9  information convention → news conference   97%  or press conference (22%); seen 4×",
        "        A joint [information convention] was held.",
        "   3:1  swan tune              → swan song         97%  seen 4×",
        "        Then, the [swan tune] of the “army” came.",
        "  4:14  army                                      100%  in a quotation",
        "        Then, the swan tune of the “[army]” came.",
    ]


def test_runner_up_is_shown_where_it_is_close() -> None:
    source = "the army"
    for share, shown in ((0.15, True), (0.14, False)):
        made = report(Verdict.SPUN, finding(source, "army", ("military", 0.8), ("armed", share)))
        assert ("or armed (" in plain(text.check("a", source, made, text.Layout()))) is shown


@pytest.mark.parametrize("columns", [60, 100])
def test_context_is_clipped_at_words_to_the_screen(columns: int) -> None:
    source = "Before. " + "long words stand here " * 40 + "the army " + "and then some more of them " * 40
    line = text.context(source, finding(source, "army"), columns)
    shown = paint(line, False)
    assert line_width(marked(line)) <= columns
    assert re.fullmatch(r"…(\w+ )+\[army\]( \w+)+…", shown)
    assert line_width(line) > columns * 0.7


@pytest.mark.parametrize(("score", "shown"), [(1.0, "100%"), (0.999, " 99%"), (0.954, " 95%"), (0.0, "  0%")])
def test_only_what_is_certain_is_certain(score: float, shown: str) -> None:
    made = report(Verdict.SPUN, Finding(0, 4, "army", Rule.OBSERVED, score))
    assert f"  {shown}  " in plain(text.check("a", "army", made, text.Layout()))


def test_context_in_wide_characters() -> None:
    source = "漢字" * 100 + " army " + "仮名" * 100
    assert line_width(text.context(source, finding(source, "army"), 60)) <= 60


def test_passages_are_named_where_few_hold_it() -> None:
    source = "".join(f"line {n}\n" for n in range(10))

    def passages(*found: int) -> str:
        made = tuple(Passage(7 * n, 7 * n + 6, "prose", 2, 0.1, count) for n, count in enumerate(found))
        aside = Passage(63, 69, "list", 2, None, 0)
        lines = text.check("a", source, report(Verdict.SPUN, passages=(*made, aside)), text.Layout())
        return plain(lines[1:]).strip()

    assert passages(0, 9, 8, 1, 0, 5, 1, 0, 0) == "3 of 9 passages hold most of it: lines 2–3, 6"
    assert passages(0, 0, 0, 0, 9) == "1 of 5 passages holds most of it: line 5"
    assert passages(1, 1, 1, 1, 1) == ""
    assert passages(0, 0, 0, 0, 2) == ""
    assert passages(0, 0, 0) == ""
    assert passages(4) == ""


def test_lines_end_as_editors_count_them() -> None:
    where = text.Lines("a\nb\r\nc\rd\u2028e")
    assert [where(offset) for offset in (0, 1, 2, 5, 7, 9)] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 1),
        (4, 1),
        (4, 3),
    ]


def test_summary() -> None:
    verdicts = [Verdict.SPUN, Verdict.CLEAN, Verdict.TRANSLATED, Verdict.UNSCORED]
    assert text.summary(verdicts, 2) == "6 files: 2 flagged, 1 clean, 1 unscored, 2 could not be read"


# -- diff ------------------------------------------------------------------------------------

SOURCE = "One army here.\nNothing.\nMore of\nthe swan\ntune, mentioned so.\nLast yr."
REPAIR = repair(
    SOURCE,
    ("army", "military", SAFE),
    ("swan\ntune", "swan song", SAFE),
    ("mentioned", "said", GUESS),
    ("yr", "year", SAFE),
)


def test_words() -> None:
    assert plain(diff.words(REPAIR, SOURCE, None, False)) == (
        "  1  One [-army-] {+military+} here.\n"
        "   ⋯\n"
        "  4  the [-swan tune-] {+swan song+}, [?mentioned → said?] so.\n"
        "   ⋯\n"
        "  6  Last [-yr-] {+year+}."
    )


def test_words_wrap_with_a_margin() -> None:
    shown = plain(diff.words(REPAIR, SOURCE, 40, False)).splitlines()
    assert shown[2:5] == ["  4  the [-swan tune-] {+swan song+},", "     [?mentioned → said?] so.", "   ⋯"]


def test_side_by_side() -> None:
    shown = plain(diff.side_by_side(REPAIR, SOURCE, 63, False)).splitlines()
    assert shown[3:6] == [
        "the [-swan tune-], mentioned   │ the {+swan song+}, [?mentioned",
        "so.                            │ → said?] so.",
        "── 6 ──────────────────────────────────────────────────────────",
    ]
    assert {line.index("│") for line in shown if "│" in line} == {31}


def test_side_by_side_keeps_its_rule_straight_beside_wide_characters() -> None:
    source = "日本の army だ。"
    line = diff.side_by_side(repair(source, ("army", "軍", SAFE)), source, 63, True)[1]
    texts = [run.text for run in line]
    assert width("".join(texts[: texts.index(" │ ")])) == 30


def test_titles() -> None:
    assert diff.title("a.txt", REPAIR) == "a.txt: 3 edits (3 safe); 1 guess not applied"
    many = repair("a b c d", ("a", "x", GUESS), ("b", "x", GUESS), ("c", "x", LIKELY), ("d", "x", SAFE))
    assert diff.title("a", many) == "a: 1 edit (1 safe); 1 likely edit, 2 guesses not applied"


def test_insertions_and_deletions() -> None:
    source = "in the end of it"
    made = repair(source, ("the ", "", SAFE), ("of", "", GUESS))
    assert plain(diff.words(made, source, None, False)) == "  1  in [-the -]end [?of → ∅?] it"


@given(st.data())
def test_rows_hold_the_whole_text(data: st.DataObject) -> None:
    """Whatever the edits: joined again, the lines' pieces are the text, line breaks aside."""
    source = data.draw(st.text(alphabet="ab \n\r", max_size=40))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(source)), max_size=6)))
    edits = tuple(
        Edit(a, b, "x", 0.5, SAFE, Rule.USER, source[a:b])
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    )
    rows = list(diff.rows(source, Plan("", edits)))
    pieces = [piece if isinstance(piece, str) else piece.original for row in rows for piece in row.pieces]
    assert re.sub(r"[\r\n]", "", "".join(pieces)) == re.sub(r"[\r\n]", "", source)
    assert [row.number for row in rows] == sorted(row.number for row in rows)


def patched(text: str, shown: str) -> str:
    """``text`` with a unified diff applied strictly: every line it names must stand there."""
    old = re.findall(r"[^\n]*\n|[^\n]+$", text)
    new: list[str] = []
    at = 0
    for hunk in re.split(r"^@@ ", shown, flags=re.MULTILINE)[1:]:
        head, body = hunk.split("\n", 1)
        match = re.fullmatch(r"-(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", head)
        assert match
        first, count, new_first, new_count = (1 if group is None else int(group) for group in match.groups())
        start = first - bool(count)
        new += old[at:start]
        assert len(new) == new_first - bool(new_count)
        at, came = start, 0
        for line in re.findall(r"[ +-][^\n]*\n(?:\\ No newline at end of file\n)?", body):
            content = line[1:].removesuffix("\n\\ No newline at end of file\n")
            if line[0] != "+":
                assert old[at] == content
                at += 1
            if line[0] != "-":
                new.append(content)
                came += 1
        assert (at - start, came) == (count, new_count)
    return "".join([*new, *old[at:]])


@given(st.data())
def test_unified_diffs_apply(data: st.DataObject) -> None:
    letters = st.sampled_from(["a", "b", " ", "\u2028", "\r", "\n", "\n", "\n"])
    source = "".join(data.draw(st.lists(letters, max_size=60)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(source)), max_size=6)))
    edits = tuple(
        Edit(a, b, data.draw(st.sampled_from(["", "x", "x\n", "a"])), 0.5, SAFE, Rule.USER, source[a:b])
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    )
    plan = Plan(digest(source), edits)
    made = Repair(apply_plan(source, plan), plan, report(Verdict.SPUN))
    shown = "".join(paint(line, False) for line in unified("a", source, made))
    assert patched(source, shown) == made.text
    assert bool(shown) == (made.text != source)


def test_unified_is_what_difflib_makes_of_separate_lines() -> None:
    source = "".join(f"line {n} army\n" if n in (2, 9, 30) else f"line {n}\n" for n in range(40))
    made = repair(source, *[("army", "military", SAFE)] * 3)
    shown = [paint(line, False) for line in unified("x", source, made)]
    old, new = source.splitlines(keepends=True), made.text.splitlines(keepends=True)
    assert shown == list(difflib.unified_diff(old, new, "a/x", "b/x"))


@pytest.mark.parametrize("replacement", ["two\nlines", "", "joined "])
def test_unified_counts_lines_that_come_and_go(replacement: str) -> None:
    source = "army\n" + "line\n" * 30 + "army" + "\nline" * 9
    made = repair(source, ("army\n", replacement, SAFE), ("army", "military", SAFE))
    shown = "".join(paint(line, False) for line in unified("a", source, made))
    assert shown.count("@@ -") == 2
    assert patched(source, shown) == made.text


def test_unified_names() -> None:
    made = repair("a\n", ("a", "b", SAFE))
    assert paint(unified("/tmp/a.txt", "a\n", made)[0], False) == "--- a/tmp/a.txt\n"
    assert paint(unified("my file", "a\n", made)[0], False) == "--- a/my file\t\n"
    assert unified("a", "a", repair("a", ("a", "b", GUESS))) == []


# -- json ------------------------------------------------------------------------------------


def test_json_of_reports() -> None:
    made = report(Verdict.SPUN, finding("an army", "army", ("military", 0.8)), lexicon="7")
    entry = json.report_entry("a.txt", made)
    assert entry["path"] == "a.txt"
    assert entry["findings"][0]["suggestions"] == [{"text": "military", "score": 0.8}]
    assert not {"schema", "unspin", "lexicon"} & entry.keys()
    assert json.report_line("a.txt", made)["lexicon"] == "7"


def test_json_is_valid_whatever_the_text() -> None:
    assert stdlib_json.loads(json.encode({"a": "é \ud800 \u2028"})) == {"a": "é \ud800 \u2028"}
    assert b"\n" not in json.encode({"a": ["b\nc"]}, indent=None)


# -- explain ---------------------------------------------------------------------------------

EXPLANATION = Explanation(
    8,
    30,
    "information\nconvention",
    0.00021,
    1.31,
    12345678.0,
    0.9962,
    tuple(
        CandidateNote(f"{name} conference", 9.13 - n, -3.2, source, seen, 31.24, 0.7 / (n + 1))
        for n, (name, source, seen) in enumerate(
            [
                ("news", "observed", 31),
                ("press", "observed", 4),
                ("video", "thesaurus", 0),
                *[("x", "name", 0)] * 7,
            ]
        )
    ),
)


def test_explain() -> None:
    shown = plain(explain.explain("a joint information\nconvention", [EXPLANATION])).splitlines()
    assert shown[:6] == [
        "1:9  information convention  99.6% likely a swap",
        "  likelihood ratio 1e+07 (honest English averages 1.3, allowed for); 2e-04 in a million words",
        "    original          share  context  swap  known from  seen  a million",
        "    news conference   70.0%     +9.1  -3.2  observed     31+         31",
        "    press conference  35.0%     +8.1  -3.2  observed       4         31",
        "    video conference  23.3%     +7.1  -3.2  thesaurus      –         31",
    ]
    assert shown[11] == "    … and 2 more, --format json shows all"
    assert plain(explain.explain("", [])) == explain.NOTHING


def test_explain_is_brief_about_what_fits() -> None:
    note = EXPLANATION.candidates[0]
    fits = Explanation(0, 1, "a", 26000.0, 0.1, 0.01, 0.012, (note, note))
    shown = plain(explain.explain("a joint information\nconvention", [fits, EXPLANATION])).splitlines()
    assert shown[:3] == [
        "1:1  a  1.2% likely a swap; nearest: news conference 70%, news conference 70%",
        "",
        "1:9  information convention  99.6% likely a swap",
    ]
    assert len(explain.explain("a", [fits])) == 1


def test_explanations_as_json_have_no_infinities() -> None:
    endless = Explanation(0, 1, "a", float("nan"), 1.0, float("inf"), 0.5)
    entry = json.explanation_entries([endless])[0]
    assert (entry["ratio"], entry["per_million"], entry["candidates"]) == (None, None, [])
    json.encode(entry)


# -- svg -------------------------------------------------------------------------------------


def test_picture_is_well_formed_and_says_the_text() -> None:
    lines = [[Run("<b> & "), Run('"gone"', Style.REMOVED), Run("\x00\ufffe", Style.ADDED)], [], [Run("end")]]
    made = svg.picture(lines, "a & b")
    root = ElementTree.fromstring(made)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == "a & b"  # type: ignore[union-attr]
    spans = root.findall(f".//{space}tspan")
    assert [(span.get("class"), span.text) for span in spans] == [
        ("plain", "<b> &"),
        ("removed", '"gone"'),
        ("added", "\ufffd\ufffd"),
        ("plain", "end"),
    ]
    assert "script" not in made
    assert "href" not in made


def test_picture_wraps_and_stays_in_its_frame() -> None:
    root = ElementTree.fromstring(svg.picture([[Run("日本 words " * 60, Style.ADDED)]], "t"))
    wide, high = float(root.get("width", 0)), float(root.get("height", 0))
    rows = root.findall("{http://www.w3.org/2000/svg}text")[1:]
    assert len(rows) > 5
    for row in rows:
        assert float(row.get("y", 0)) < high
        for span in row:
            assert float(span.get("x", 0)) + float(span.get("textLength", 0)) < wide


def test_every_style_can_be_drawn() -> None:
    made = svg.picture([[Run(style, style) for style in Style]], "t")
    assert all(f".{style}{{fill:#" in made for style in Style)


def test_no_module_here_needs_the_engine() -> None:
    folder = Path(text.__file__).parent
    for path in folder.glob("*.py"):
        assert not re.search(
            r"from \.\.(engine|text|channel|evidence|detect)", path.read_text(encoding="utf-8")
        ), path
