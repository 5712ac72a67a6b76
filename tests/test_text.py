"""Tokens, offsets, separators and blocks: what the engine sees of a text. Needs no tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.engine import BUILT_IN, PROSE
from unspin.lexicon import prose_rules
from unspin.text import NO_RULES, Document, Kind, Sep, fold, token_hashes, tokens

RULES = prose_rules(BUILT_IN / PROSE)
PARAGRAPH = (
    "The harbour master said that the ferry would not sail before the storm had passed, and that"
    " the people on the island should not expect their letters before the end of the week."
)


def words(text: str) -> list[str]:
    document = Document(text, RULES)
    return [document.word(i) for i in range(len(document))]


def kinds(text: str) -> list[str]:
    return [block.kind.name.lower() for block in Document(text, RULES).blocks]


def separators(text: str) -> list[Sep]:
    return [Sep(s) for s in Document(text, RULES).sep]


# Texts with everything that has ever shifted an offset: marks, pictographs, line ends of all
# kinds, characters without width, full-width forms, halves of surrogate pairs.
AWKWARD = st.sampled_from(
    [
        "e\u0301",
        "\u0301",
        "\U0001f3a4",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467",
        "\r\n",
        "\n",
        "\r",
        "\u2028",
        "\x85",
        "\u00ad",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\uff21\uff42\uff43",
        "\uff11",
        "\ud800",
        "\udfff",
        "\x00",
        "\u2019",
        "'",
        "\u3000",
        "\u00a0",
        "\t",
        "\u4e2d\u6587",
        "\ufb01",
        "\u0130",
        "\u1e9e",
        "\U0001d400",
        "the",
        "Nation\u2019s",
        "1,000.5",
        "http://a.b/c?d",
        "a@b.org",
        "#tag",
        "@",
        ". ",
        ", ",
        "-",
        "\u2014",
        "\u201c",
        "\u201d",
        " ",
        "|",
        "x" * 70,
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(AWKWARD, st.text(max_size=6)), max_size=60).map("".join),
    st.text(st.characters(categories=["Cs", "Mn", "Cf", "Zs", "Zl", "Lu", "Nd", "So"]), max_size=80),
)


@given(TEXTS)
def test_every_token_lies_in_the_text_in_order(text: str) -> None:
    document = Document(text, RULES)
    at = 0
    for start, end in zip(document.start.tolist(), document.end.tolist(), strict=True):
        assert at <= start < end <= len(text)
        assert any(c.isalnum() for c in text[start:end]) or not text[start:end].isascii()
        at = end


@given(TEXTS)
def test_every_array_has_one_entry_a_token(text: str) -> None:
    document = Document(text, RULES)
    count = len(document)
    for name in ("start", "end", "hash", "number", "year", "capital", "upper", "sep", "length"):
        assert len(getattr(document, name)) == count, name
    for name in ("masked", "function", "block", "scored"):
        assert len(getattr(document, name)) == count, name


@given(TEXTS)
def test_blocks_cover_the_tokens_in_order(text: str) -> None:
    document = Document(text, RULES)
    token, at = 0, 0
    for block in document.blocks:
        assert at <= block.start < block.end <= len(text)
        at = block.end
        assert block.first == token
        assert block.first <= block.last
        token = block.last
        for index in range(block.first, block.last):
            assert block.start <= document.start[index] and document.end[index] <= block.end
    assert token == len(document)


@given(TEXTS)
def test_tokens_outside_prose_are_never_scored(text: str) -> None:
    document = Document(text, RULES)
    prose = np.zeros(len(document), bool)
    for block in document.blocks:
        prose[block.first : block.last] = block.kind is Kind.PROSE
    assert not (document.scored & ~prose).any()
    assert not (document.scored & document.masked).any()


@given(TEXTS)
def test_a_block_begins_behind_a_block_separator(text: str) -> None:
    document = Document(text, RULES)
    for block in document.blocks:
        if block.first < block.last:
            assert document.sep[block.first] == Sep.BLOCK


@given(TEXTS)
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(
    st.lists(
        st.sampled_from(["the", "Quick", "bro\xadwn", "naïve", "Ｆｏｘ", "don’t", "24"]),
        max_size=8,
    )
)
def test_a_word_has_one_hash_wherever_it_stands(parts: list[str]) -> None:
    """A phrase is looked up by the same keys alone and inside a text."""
    phrase = " ".join(parts)
    inside = Document(f"So it said: {phrase}, and no more.", RULES).hash
    alone = token_hashes(phrase)
    assert inside[3 : 3 + len(alone)].tolist() == alone.tolist()


# -- tokens ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The nation's army", ["The", "nation", "'s", "army"]),
        ("The nation\u2019s army", ["The", "nation", "\u2019s", "army"]),
        ("the leaders\u2019 words", ["the", "leaders", "words"]),
        ("\u2018quoted\u2019 word", ["quoted", "word"]),
        ("well-known", ["well", "known"]),
        ("1,000.5 crowns, 24/7", ["1,000.5", "crowns", "24", "7"]),
        ("in 2023.", ["in", "2023"]),
        ("cafe\u0301s noirs", ["cafe\u0301s", "noirs"]),
        pytest.param(
            "cafe\u0301 noir",
            ["cafe\u0301", "noir"],
        ),
        ("conven\u00adtion hall", ["conven\u00adtion", "hall"]),
        ("in\u200bfor\u200bmation", ["in\u200bfor\u200bmation"]),
        ("\ufeffThe end", ["The", "end"]),
        ("\U0001f3a4word\U0001f525", ["word"]),
        ("one\r\ntwo", ["one", "two"]),
        ("\uff26\uff55\uff4c\uff4c width", ["\uff26\uff55\uff4c\uff4c", "width"]),
        ("a\u202eb c", ["a\u202eb", "c"]),
        ("half \ud83c a pair", ["half", "a", "pair"]),
        ("no-break\u00a0space", ["no", "break", "space"]),
        ("", []),
        (" \n\t\u200b", []),
        ("... !!! \u2014", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Caf\u00e9", "cafe"),
        ("cafe\u0301", "cafe"),
        ("conven\u00adtion", "convention"),
        ("\uff21\uff42\uff43", "abc"),
        ("nation\u2019s", "nation's"),
        ("Z\u00dcRICH", "zurich"),
        ("in\u200bfo", "info"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_tokens_of_a_phrase_are_folded() -> None:
    assert tokens("The Nation\u2019s caf\u00e9") == ["the", "nation", "'s", "cafe"]


def test_offsets_are_code_points_behind_pictographs() -> None:
    text = "\U0001f469\u200d\U0001f469\u200d\U0001f467 soft\u00adened \u202ewords\u202c here"
    document = Document(text, RULES)
    assert [text[a:b] for a, b in zip(document.start, document.end, strict=True)] == [
        "soft\u00adened",
        "words",
        "here",
    ]


def test_figures_and_years() -> None:
    document = Document("In 2023 some 1,400 of 12 ships, 3rd", RULES)
    assert document.number.tolist() == [False, True, False, True, False, True, False, False]
    assert np.flatnonzero(document.year).tolist() == [1]


def test_capitals() -> None:
    document = Document("The UN met A man in \u00c5lesund", RULES)
    assert document.capital.tolist() == [True, True, False, True, False, False, True]
    assert np.flatnonzero(document.upper).tolist() == [1]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("see https://example.org/a-b?c=d for more", ["https", "example", "org", "a", "b", "c", "d"]),
        ("visit www.example.org today", ["www", "example", "org"]),
        ("write to some.body@example.org now", ["some", "body", "example", "org"]),
        ("says @somebody about #harbour news", ["somebody", "harbour"]),
        ("open report.pdf first", ["report", "pdf"]),
        ("It ended. Then it began.", []),
    ],
)
def test_addresses_are_masked(text: str, masked: list[str]) -> None:
    document = Document(text, RULES)
    assert [document.word(i) for i in np.flatnonzero(document.masked)] == masked


# -- separators ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one two", [Sep.BLOCK, Sep.NONE]),
        ("one, two", [Sep.BLOCK, Sep.COMMA]),
        ("one (two) three", [Sep.BLOCK, Sep.COMMA, Sep.COMMA]),
        ("one \u2014 two", [Sep.BLOCK, Sep.COMMA]),
        ("one-two", [Sep.BLOCK, Sep.NONE]),
        ("one \u201ctwo\u201d", [Sep.BLOCK, Sep.NONE]),
        ("ended. Then", [Sep.BLOCK, Sep.SENTENCE]),
        ("ended?\u201d Then", [Sep.BLOCK, Sep.SENTENCE]),
        ("ended\u2026 then", [Sep.BLOCK, Sep.SENTENCE]),
        ("Mr. Brown", [Sep.BLOCK, Sep.NONE]),
        ("Joe R. Brown", [Sep.BLOCK, Sep.NONE, Sep.NONE]),
        ("one\n\ntwo", [Sep.BLOCK, Sep.BLOCK]),
        ("one\r\n\r\ntwo", [Sep.BLOCK, Sep.BLOCK]),
        ("one\u2028two", [Sep.BLOCK, Sep.BLOCK]),
        ("nation's own", [Sep.BLOCK, Sep.NONE, Sep.NONE]),
        pytest.param(
            "the very end.\n",
            [Sep.BLOCK, Sep.NONE, Sep.NONE],
        ),
    ],
)
def test_separators(text: str, expected: list[Sep]) -> None:
    assert separators(text) == expected


def test_the_first_token_opens_a_block() -> None:
    assert separators("\u201cHello\u201d, she said")[0] is Sep.BLOCK


# -- what is prose ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Home | News | Sport | Weather | Contact",
        "Home News Sport Weather Travel Culture Opinion Video Podcasts More",
        "Sign in",
        "Menu",
        "Share Tweet Pin Email",
        "Facebook Twitter WhatsApp LinkedIn Telegram Reddit Pinterest Email Copy Link",
        "Garfield, Peanuts, Dilbert, Blondie, Beetle Bailey, Hagar the Horrible, Marmaduke, Zits, Pickles",
        "Anna Berg, Tor Lunde, Mia Holm, Per Aas, Siri Moe, Jan Ek, Liv Dahl, Odd Rud, Kari Lie",
        "Afghanistan Albania Algeria Andorra Angola Argentina Armenia Australia Austria Azerbaijan",
        "Leave a Reply",
        "Leave a comment",
        "Your email address will not be published. Required fields are marked *",
        "The post appeared first on Halvern Daily.",
        pytest.param(
            "The post Ferry returns to the harbour appeared first on Halvern Daily.",
        ),
        "Please disable your ad blocker to go on reading this site.",
        "All rights reserved.",
        "Read more",
        "Related articles",
        "def main(argv: list[str]) -> int: return run(argv[1:], verbose=True, retries=3);",
        "for (int i = 0; i < n; i++) { total += values[i] * weights[i]; } // the sum of all",
        "https://example.org/news/2023/05/harbour-reopens-after-storm.html",
        "| Year | Ships | Tons | Crew |",
        "2019\t1,204\t33.1\t2020\t1,377\t35.9\t2021\t990\t28.0",
        "12.5 14.1 33 7 9 10.2 11 44 1,000 2,000 and 31 of 60",
        "***",
        "\U0001f525\U0001f525\U0001f525",
    ],
)
def test_furniture_is_set_aside(line: str) -> None:
    page = f"{PARAGRAPH}\n\n{line}\n\n{PARAGRAPH}"
    found = kinds(page)
    assert len(found) == 3, found
    assert found[0] == found[2] == "prose"
    assert found[1] != "prose"


@pytest.mark.parametrize(
    "paragraph",
    [
        PARAGRAPH,
        "\u201cWe have never seen a winter like this one,\u201d said the oldest of the three fishermen.",
        "He came back in the autumn of 1987 with 40 dollars, a dog and no plan at all for the winter.",
        "Add the onions to the pan and let them soften for ten minutes, stirring now and then.",
        "In this paper we show that the spectrum of the operator is discrete, and that it is bounded below.",
        "I must say (and I am not the only one) that the soup was cold; the waiter, however, was kind.",
        "The President of the United States and the Prime Minister of Norway met in the White House in May.",
        "She moved to https://example.org from the old site, and nobody there has missed her since.",
        "It was late. We were tired, and none of us wanted to be the first to say that we were lost.",
        "THE MAYOR SAID THAT THE BRIDGE WOULD NOT BE READY BEFORE THE END OF THE YEAR, AS IT WAS LATE.",
    ],
)
def test_prose_is_prose(paragraph: str) -> None:
    assert kinds(f"{paragraph}\n\n{PARAGRAPH}") == ["prose", "prose"]


def test_a_heading_is_a_heading() -> None:
    assert kinds(f"Why the Ferry Did Not Sail on Sunday Morning\n\n{PARAGRAPH}") == ["heading", "prose"]


MAIL = """\
I wanted to let you know that the parcel which you sent in March has
come at last, and that nothing in it was broken, although the box had
been opened by the customs office and closed again with a great deal
of tape that took me half an hour to get off the lid.

As for the summer, we would be glad to have you here in the first
week of July, when the children are at the camp and there is room in
the house for as many guests as you care to bring along.
"""


@pytest.mark.parametrize(
    "newline",
    [
        "\n",
        "\r\n",
    ],
)
def test_hard_wrapped_lines_are_one_paragraph(newline: str) -> None:
    text = MAIL.strip().replace("\n", newline) + " Yours"
    document = Document(text, RULES)
    assert [b.kind for b in document.blocks] == [Kind.PROSE, Kind.PROSE]
    assert int((document.sep == Sep.BLOCK).sum()) == 2
    # the words on both sides of a wrapped line end are neighbours
    at = words(text).index("come")
    assert document.word(at - 1) == "has" and document.sep[at] == Sep.NONE


def test_one_paragraph_a_line_is_not_joined() -> None:
    assert kinds(f"{PARAGRAPH}\n{PARAGRAPH}\n{PARAGRAPH}") == ["prose"] * 3


def test_no_rules_no_prose() -> None:
    """Without its closed lists a document still has tokens and blocks."""
    document = Document(PARAGRAPH, NO_RULES)
    assert len(document) == len(PARAGRAPH.split()) and len(document.blocks) == 1
