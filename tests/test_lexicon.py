"""The lexicons: the checker finds every kind of fault, and the shipped files have none.

Each file in ``tests/lexicon/`` is broken in one way; a folder there is a lexicon of several
files. Needs no tables.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from unspin.lexicon import (
    FAMILIES,
    IDIOM_CLASSES,
    NAME_CLASSES,
    SORTED_BY,
    Lexicon,
    LexiconError,
    check,
    load,
    read_rows,
    spelling,
)
from unspin.text import fold, tokens

BROKEN = Path(__file__).parent / "lexicon"
LEXICONS = Path(__file__).parents[1] / "lexicons"

FAULTS = {
    "no-header.tsv": (1, 'does not begin with "# unspin lexicon: KIND, format 1"'),
    "unknown-kind.tsv": (1, "unknown kind 'synonyms'; one of swaps, observed, fixed, allow, honest, prose"),
    "unknown-format.tsv": (1, "format 9, this unspin reads format 1"),
    "not-utf-8.tsv": (4, "not UTF-8 (byte 155); save it as UTF-8"),
    "no-columns.tsv": (2, "the line of column names is missing (spun, original, "),
    "wrong-columns.tsv": (2, "the columns of a swaps file are spun, original, pos, family, typical, "),
    "too-few-columns.tsv": (3, "1 columns where a swaps row has 8"),
    "empty-side.tsv": (3, "the column 'original' is empty"),
    "space-at-end.tsv": (3, "the column 'original' begins or ends with a space"),
    "no-word.tsv": (3, "a side holds no word"),
    "self-map.tsv": (3, "'City' is swapped for itself"),
    "too-long.tsv": (3, "a side holds more than 6 words; keep the swapped words only"),
    "family.tsv": (3, "family 'tabloid'; one of academic, archaic, "),
    "family-none.tsv": (3, "family 'none'; one of academic, archaic, "),
    "date.tsv": (3, "the date is '22.11.2026', not a day such as 2026-11-22"),
    "no-such-day.tsv": (3, "the date is '2026-02-30', not a day such as 2026-11-22"),
    "page.tsv": (3, "an observed row needs the address of its page"),
    "part-of-speech.tsv": (3, "part of speech 'noun'; one of a, n, r, v, x"),
    "typical.tsv": (3, "typical is '5'; it is 1 (plausible), 2 (likely) or 3 (notorious)"),
    "no-example.tsv": (3, "an editor's row needs an example sentence"),
    "count.tsv": (3, "the count is 'many', not a whole number"),
    "class.tsv": (3, "class 'building'; one of collocation, company, "),
    "prose-kind.tsv": (3, "kind 'stopword'; one of function, abbreviation, residue"),
    "ratio.tsv": (4, "the column 'count' is 'nan', not a number from 0"),
    "order.tsv": (4, "out of order: 'burg | city | n | news' after 'metropolis | city | n | news'"),
    "order-by-family.tsv": (4, "out of order: 'metropolis | city | n | academic' after "),
    "order-by-page.tsv": (4, "out of order: 'metropolis | city | news | https://example.org/a' after "),
    "order-by-case.tsv": (4, "out of order: 'Metropolis | city | news | https://example.org/a' after "),
    "twice.tsv": (4, "'metropolis | city | n | news' stands twice"),
    "phrase-twice.tsv": (4, "'White House' stands twice"),
    "spelling-colour.tsv": (3, "'favourite' is a spelling of 'favorite', no swap"),
    "spelling-organise.tsv": (3, "'organised crime' is a spelling of 'organized crime', no swap"),
    "spelling-amongst.tsv": (3, "'Amongst' is a spelling of 'among', no swap"),
    "spelling-hyphen.tsv": (3, "'on-line' is a spelling of 'online', no swap"),
    "circle.tsv": (4, "'metropolis' for 'city' is typical 3, and so is the reverse in line 3; "),
    "honest-phrase/swaps.tsv": (3, "'in line with' is honest English (531 times in the corpora); "),
    "allowed-for-nothing/allow.tsv": (4, "'on top of' is allowed, but no row has it as spun"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_check_names_file_line_and_fault(name: str, tmp_path: Path) -> None:
    source = BROKEN / name
    for path in [source] if source.parent == BROKEN else sorted(source.parent.glob("*.tsv")):
        shutil.copy(path, tmp_path)
    line, message = FAULTS[name]
    faults = check(tmp_path)
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"{tmp_path / source.name}:{line}: {message}")


def test_every_broken_file_is_tested() -> None:
    single = {path.name for path in BROKEN.glob("*.tsv")} - {"several.tsv"}
    folders = {path.name for path in BROKEN.iterdir() if path.is_dir()} - {"sound"}
    assert single | folders == {name.partition("/")[0] for name in FAULTS}


def test_check_goes_on_after_a_faulty_row(tmp_path: Path) -> None:
    shutil.copy(BROKEN / "several.tsv", tmp_path)
    assert [fault.split(":")[1] for fault in check(tmp_path)] == ["3", "4"]
    with pytest.raises(LexiconError, match=r"several\.tsv:3: typical is '7'"):
        list(read_rows(BROKEN / "several.tsv"))


def test_check_passes_a_sound_lexicon() -> None:
    assert check(BROKEN / "sound") == []


def test_check_of_no_folder(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no such folder"):
        check(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("colour", "color"),
        ("organisations", "organizations"),
        ("analysed", "analyzed"),
        ("theatre", "theater"),
        ("licence", "license"),
        ("travelled", "traveled"),
        ("catalogue", "catalog"),
        ("anaemia", "anemia"),
        ("towards", "toward"),
        ("whilst", "while"),
        ("grey area", "gray area"),
        ("programme", "program"),
        ("judgement", "judgment"),
        ("per cent", "percent"),
        ("e-mail", "email"),
    ],
)
def test_spellings_of_one_word(left: str, right: str) -> None:
    assert spelling(left) == spelling(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("with out", "without"), ("advise", "advice"), ("prize", "price"), ("hole", "whole"), ("wise", "size")],
)
def test_different_words(left: str, right: str) -> None:
    assert spelling(left) != spelling(right)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load(LEXICONS)


def test_shipped_lexicons_have_no_faults() -> None:
    assert check(LEXICONS) == []


def test_counts_hold(lexicon: Lexicon) -> None:
    """Floors a little below what ships, so that a slip of a script is seen."""
    pairs = {(fold(row["spun"]), fold(row["original"])) for row in lexicon.swaps}
    seen = {(fold(row["spun"]), fold(row["original"])) for row in lexicon.observed}
    classes = Counter(row["class"] for row in lexicon.fixed)
    assert len(pairs) >= 12_000
    assert len(seen) >= 12_500
    assert len({row["page"] for row in lexicon.observed}) >= 500
    assert sum(classes[name] for name in NAME_CLASSES) >= 24_000
    assert sum(classes[name] for name in IDIOM_CLASSES) >= 17_000
    assert len(lexicon.allow) >= 500
    assert {row["kind"] for row in lexicon.prose} == {"function", "abbreviation", "residue", "furniture"}


def test_every_family_is_observed(lexicon: Lexicon) -> None:
    assert {row["family"] for row in lexicon.observed} == FAMILIES


def _words(text: str) -> list[str]:
    return re.findall(r"[\w%']+", text.lower())


def test_every_example_shows_the_spun_form(lexicon: Lexicon) -> None:
    """A word of the example begins like one of the spun form, or is an inflection of it."""
    lemminflect = pytest.importorskip("lemminflect")

    def shown(row_words: list[str], example: list[str]) -> bool:
        if any(word.startswith(spun[:4]) for spun in row_words for word in example):
            return True
        lemmas = {
            form for word in example for all_ in lemminflect.getAllLemmas(word).values() for form in all_
        }
        return not lemmas.isdisjoint(row_words)

    missing = [
        f"{row.path.name}:{row.line}: {row['spun']!r} is not in {row['example']!r}"
        for row in lexicon.swaps
        if row["spun"] != "-" and not shown(_words(row["spun"]), _words(row["example"]))
    ]
    assert missing == []


def test_fixed_phrases_hold_two_to_six_words(lexicon: Lexicon) -> None:
    odd = [row["phrase"] for row in lexicon.fixed if not 2 <= len(tokens(row["phrase"])) <= 6]
    assert odd == []


def test_every_allowance_gives_a_reason(lexicon: Lexicon) -> None:
    assert [row["phrase"] for row in lexicon.allow if len(row["reason"].split()) < 3] == []


def test_readme_names_families_classes_and_files() -> None:
    readme = (LEXICONS / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", readme.split("## Families")[1].split("\n## ")[0], re.M))
    assert listed == FAMILIES
    classes = re.search(r"`class` \| names: `([\w ]+)`; idioms: `([\w ]+)`", readme)
    assert classes is not None
    assert set(classes[1].split()) == NAME_CLASSES
    assert set(classes[2].split()) == IDIOM_CLASSES
    for path in LEXICONS.glob("*.tsv"):
        assert f"`{path.name}`" in readme
    for kind, columns in SORTED_BY.items():
        assert re.search(rf"^\| .*`{kind}`.* \| {', '.join(columns)} \|$", readme, re.M), kind


def test_good_and_bad_rows_of_the_readme(tmp_path: Path) -> None:
    """Rows that the readme calls good pass the check; its bad ones don't."""
    readme = (LEXICONS / "README.md").read_text(encoding="utf-8")
    for title, kind, name in (
        ("`observed.tsv`", "observed", "observed.tsv"),
        ("`swaps.tsv`", "swaps", "swaps.tsv"),
        ("`names.tsv` and `idioms.tsv`", "fixed", "names.tsv"),
    ):
        block = readme.split(f"\n## {title}")[1].split("```")[1].strip("\n")
        good, bad = (part.split("\n") for part in block.split("\n\n"))
        header = next((LEXICONS / name).open(encoding="utf-8"))
        columns = (LEXICONS / name).read_text(encoding="utf-8").split("\n")[1]
        assert header.startswith(f"# unspin lexicon: {kind}")
        path = tmp_path / name
        path.write_text(header + "\n".join([columns, *good]) + "\n", encoding="utf-8")
        assert check(tmp_path) == []
        path.write_text(header + "\n".join([columns, bad[0]]) + "\n", encoding="utf-8")
        assert check(tmp_path)
        path.unlink()


def test_licences_and_sources_are_named() -> None:
    notice = (LEXICONS / "NOTICE.md").read_text(encoding="utf-8")
    for needed in (
        "WordNet 3.0 Copyright 2006 by Princeton University",
        "Grady Ward",
        "SUBTLEX",
        "Brad Jascob",
    ):
        assert needed in notice
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in (LEXICONS / "LICENSE").read_text()
    assert "Apache License" in (LEXICONS.parent / "LICENSE").read_text()
