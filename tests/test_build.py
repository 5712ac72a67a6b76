"""``unspin lexicon build`` from a corpus of a few sentences, against a plain count of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from unspin.build import ngrams
from unspin.build.corpora import CorpusDocument, CorpusError, corpus_files, read_corpus, source_name
from unspin.build.main import build
from unspin.channel import Channel, Source
from unspin.frequency import BOUNDARY, COMMA, FIGURE, UNKNOWN, Frequency
from unspin.hashing import span_keys
from unspin.lexicon import LexiconError
from unspin.tables import Table
from unspin.text import token_hashes

SENTENCES = [
    "The spokesman said at a news conference that the harbour had been closed since the storm.",
    "A news conference was held in the harbour, and the people on the quay were told to go home.",
    "She sold 40 boxes of apples in the market, and the people said that the apples were good",
    "The nation's army crossed the river before the storm, but nobody in the harbour saw it.",
    "It was the swan song of the old ferry, which had crossed the river for a hundred years",
]
TIMES = 6  # every sentence often enough to outlive pruning
PROSE = """\
# unspin lexicon: prose, format 1
kind\ttext\tnote
abbreviation\tmr\ta point after it ends no sentence
function\ta\tmark of running English
function\tthe\tmark of running English
residue\tleave a reply\tsite furniture
"""
SWAPS = """\
# unspin lexicon: swaps, format 1
spun\toriginal\tpos\tfamily\ttypical\tsource\tdate\texample
information convention\tnews conference\tn\tnews\t3\ttest\t2024-01-15\tan information convention was held
swan tune\tswan song\tn\tnews\t2\ttest\t2024-01-15\tthe swan tune of the ferry
"""
OBSERVED = """\
# unspin lexicon: observed, format 1
spun\toriginal\tfamily\tpage\tcontext\tdate
stated\tsaid\tnews\thttps://example.org/1\tshe stated that\t2024-01-15
stated\tsaid\tnews\thttps://example.org/2\the stated that\t2024-01-15
"""


@pytest.fixture(scope="module", autouse=True)
def short_list() -> Iterator[None]:
    """wordfreq's common words only: its long tail takes ten seconds a build and is not at issue."""
    common = {word: share for word, share in ngrams.published_frequencies().items() if share >= 1e-5}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "published_frequencies", lambda: common)
        yield


def identifiers(source: str, count: int, reserved: bool) -> list[str]:
    """The first names of documents of a source that are, or are not, kept for judging."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        digit = hashlib.sha1(f"{source}/{number}".encode()).hexdigest()[0]
        if (digit in "01") == reserved:
            found.append(str(number))
        number += 1
    return found


def write_corpus(path: Path, documents: Sequence[tuple[str, str]]) -> Path:
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in documents)
    opener = {".xz": lzma.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "wt", encoding="utf-8") as out:
        out.write(lines)
    return path


@pytest.fixture(scope="module")
def lexicons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lexicons")
    for name, text in (("prose", PROSE), ("swaps", SWAPS), ("observed", OBSERVED)):
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sources; one has reserved documents, with words that stand nowhere else."""
    folder = tmp_path_factory.mktemp("corpora")
    counted = identifiers("plain", TIMES, reserved=False)
    kept = identifiers("plain", TIMES, reserved=True)
    documents = [(name, "\n\n".join(SENTENCES[:3])) for name in counted]
    documents += [(name, "The xylophonist xylophonist applauded the xylophonist.") for name in kept]
    write_corpus(folder / "plain.jsonl", documents)
    others = identifiers("packed", TIMES, reserved=False)
    write_corpus(folder / "packed.jsonl.xz", [(name, "\n\n".join(SENTENCES[3:])) for name in others])
    # a source that is reserved whole
    everything = [(str(n), "The zymurgist brewed the zymurgist's beer.") for n in range(20)]
    write_corpus(folder / "reviews_product_reviews.jsonl", everything)
    return folder


@pytest.fixture(scope="module")
def built(corpora: Path, lexicons: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    build([corpora], lexicons, out)
    return out


@pytest.fixture(scope="module")
def frequency(built: Path) -> Frequency:
    return Frequency(built / "ngrams.tbl")


def plain_sequence() -> list[str]:
    """The counted text as words and marks, split by hand: an implementation without numpy."""
    out = ["<s>", "<s>"]
    for sentence in SENTENCES * TIMES:
        out += ["<s>", "<s>"]
        for part in sentence.lower().rstrip(".").replace(",", " ,").replace("'s", " 's").split():
            out.append("<0>" if part.isdigit() else part)
    return [*out, "<s>", "<s>"]


def ids(frequency: Frequency, words: Sequence[str]) -> np.ndarray:
    special = {"<s>": BOUNDARY, ",": COMMA, "<0>": FIGURE}
    out = []
    for word in words:
        if word in special:
            out.append(special[word])
        else:
            key = token_hashes("x's" if word == "'s" else word)[-1:]
            out.append(int(frequency.vocabulary(key)[0]))
    return np.array(out, np.int32)


def test_word_counts_agree_with_a_counter(frequency: Frequency) -> None:
    """Small sources count in full, so the table holds exactly what stands in the text."""
    for word, count in Counter(plain_sequence()).items():
        if word == "<s>":
            continue
        index = ids(frequency, [word])[0]
        assert index != UNKNOWN, word
        assert frequency.counts[index] == pytest.approx(count, rel=1e-4), word


@pytest.mark.parametrize("order", [2, 3])
def test_ngram_counts_agree_with_a_counter(frequency: Frequency, order: int) -> None:
    words = plain_sequence()
    counted = Counter(zip(*(words[k:] for k in range(order)), strict=False))
    look_up = frequency.bigram_count if order == 2 else frequency.trigram_count
    for gram, count in counted.items():
        if ("<s>", "<s>") in pairwise(gram):
            continue  # the two marks of one boundary
        found = look_up(*(ids(frequency, [word]) for word in gram))[0]
        assert found == pytest.approx(count, rel=0.1), gram  # one byte of log count


def test_what_never_stood_there_counts_nothing(frequency: Frequency) -> None:
    for gram in (("harbour", "apples"), ("news", "song"), ("swan", "conference")):
        assert frequency.bigram_count(*(ids(frequency, [word]) for word in gram))[0] == 0


def test_words_are_numbered_by_falling_frequency(frequency: Frequency) -> None:
    assert frequency.word(int(ids(frequency, ["the"])[0])) == "the"
    assert frequency.word(5) == "the"


def test_context_beats_frequency(frequency: Frequency) -> None:
    """The model prefers the word that the corpus had there to a commoner one."""
    a, b, c, d = ids(frequency, ["a", "news", "conference", "the"])
    here = np.array([a]), np.array([b])
    assert frequency.logp(*here, np.array([c]))[0] > frequency.logp(*here, np.array([d]))[0]


def test_reserved_documents_are_left_out(frequency: Frequency) -> None:
    for word in ("xylophonist", "applauded", "zymurgist", "brewed"):
        index = int(frequency.vocabulary(token_hashes(word))[0])
        assert index == UNKNOWN or frequency.counts[index] == 0, word


def test_the_header_says_what_was_counted(built: Path) -> None:
    header = Table(built / "ngrams.tbl", "ngram").header
    assert {s["name"]: s["documents"] for s in header["sources"]} == {"plain": TIMES, "packed": TIMES}
    assert all(s["weight"] == 1.0 and len(s["sha256"]) == 64 for s in header["sources"])
    assert header["wordfreq"] and header["language"] == "en"
    tokens = sum(word != "<s>" for word in plain_sequence())
    assert sum(s["tokens"] for s in header["sources"]) == tokens


Originals = dict[str, tuple[Source, int]]


@pytest.fixture(scope="module")
def originals(built: Path, frequency: Frequency) -> Callable[[str], Originals]:
    """What a phrase may come from, by the table: text, source and how often it was seen."""
    channel = Channel(built / "channel.tbl", frequency)

    def look_up(phrase: str) -> Originals:
        hashes = token_hashes(phrase)
        entry = int(channel.lookup(span_keys(hashes, len(hashes)))[0])
        if entry < 0:
            return {}
        rows = range(int(channel.starts[entry]), int(channel.starts[entry + 1]))
        facts = [(int(channel.targets[row]), int(channel.sources[row])) for row in rows]
        return {channel.original(target): (Source(fact & 7), fact >> 3) for target, fact in facts}

    return look_up


def test_the_channel_holds_the_lexicons_pairs(originals: Callable[[str], Originals]) -> None:
    assert originals("information convention")["news conference"] == (Source.EDITOR, 0)
    # an editor's noun is inflected on both sides alike
    assert originals("information conventions")["news conferences"] == (Source.EDITOR, 0)
    assert originals("swan tune")["swan song"] == (Source.EDITOR, 0)
    assert originals("stated")["said"] == (Source.OBSERVED, 2)
    assert originals("news conference") == {}


def test_the_channel_keeps_the_number_of_a_noun(originals: Callable[[str], Originals]) -> None:
    assert "news conferences" not in originals("information convention")
    assert "news conference" not in originals("information conventions")


def test_tables_match_their_digests(built: Path) -> None:
    Table(built / "ngrams.tbl", "ngram").verify()
    Table(built / "channel.tbl", "channel").verify()


def test_a_second_build_gives_the_same_bytes(
    built: Path, corpora: Path, lexicons: Path, tmp_path: Path
) -> None:
    build([corpora], lexicons, tmp_path)
    for name in ("ngrams.tbl", "channel.tbl"):
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes(), name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["channel.tbl", "ngrams.tbl"]


def test_held_out_documents_are_left_out_too(corpora: Path, lexicons: Path, tmp_path: Path) -> None:
    facts = build([corpora], lexicons, tmp_path, held_out="23456789", only="ngrams")
    assert sum(s["documents"] for s in facts["ngrams"]["sources"]) < 2 * TIMES
    assert not (tmp_path / "channel.tbl").exists()


def test_progress_is_told(corpora: Path, lexicons: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build([corpora], lexicons, tmp_path, progress=lambda *step: told.append(step))
    assert {"reading", "counting 2-grams", "compiling the channel"} <= {stage for stage, _, _ in told}
    assert all(0 <= done <= total for _, done, total in told)


# -- what may be wrong with a corpus -----------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ['{"id": "1", "text": ', "plain words", '{"id": "1"}', "[1, 2]", '"text"', "7", "null", '{"text": 1}'],
)
def test_a_malformed_line_is_named(lexicons: Path, tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f'{{"id": "0", "text": "Good."}}\n{line}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r'bad\.jsonl:2: not a JSON object with a "text"'):
        build([path], lexicons, tmp_path / "out")


@pytest.mark.parametrize("name", ["bad.jsonl.xz", "bad.jsonl.gz", "bad.txt.xz"])
def test_a_damaged_archive_is_named(lexicons: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is no archive at all")
    with pytest.raises(CorpusError, match=rf"{name}.*cannot be read"):
        build([path], lexicons, tmp_path / "out")


@pytest.mark.parametrize("name", ["cut.jsonl.xz", "cut.jsonl.gz"])
def test_an_archive_cut_short_is_named(lexicons: Path, tmp_path: Path, name: str) -> None:
    path = write_corpus(tmp_path / name, [(str(n), SENTENCES[n % 5] * 50) for n in range(50)])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorpusError, match=name):
        build([path], lexicons, tmp_path / "out")


def test_a_missing_corpus_is_named(lexicons: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"gone.*no such file or directory"):
        build([tmp_path / "gone"], lexicons, tmp_path / "out")


def test_a_folder_without_corpora_says_what_is_wanted(lexicons: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.md").write_text("words")
    with pytest.raises(CorpusError, match=r"no corpus files .*\.jsonl"):
        build([tmp_path / "in"], lexicons, tmp_path / "out")


def test_reserved_text_alone_is_nothing_to_count(lexicons: Path, tmp_path: Path) -> None:
    names = identifiers("kept", 3, reserved=True)
    path = write_corpus(tmp_path / "kept.jsonl", [(name, SENTENCES[0]) for name in names])
    with pytest.raises(CorpusError, match="no text that is not reserved"):
        build([path], lexicons, tmp_path / "out")


def test_a_malformed_lexicon_is_named(corpora: Path, lexicons: Path, built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    for path in lexicons.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "swaps.tsv").open("a") as out:
        out.write("tune\ttune\tn\tnews\t3\ttest\t2024-01-15\ta tune\n")
    (tmp_path / "ngrams.tbl").write_bytes((built / "ngrams.tbl").read_bytes())
    with pytest.raises(LexiconError, match=r"swaps\.tsv:5: 'tune' is swapped for itself"):
        build([corpora], folder, tmp_path, only="channel")


# -- reading corpora ---------------------------------------------------------------------------


def test_endings_and_order(tmp_path: Path) -> None:
    for name in ("b.jsonl.gz", "a.txt", "c.jsonl", "d.md", "e.tsv"):
        (tmp_path / name).touch()
    assert [p.name for p in corpus_files([tmp_path])] == ["a.txt", "b.jsonl.gz", "c.jsonl"]
    assert source_name(tmp_path / "b.jsonl.gz") == "b"


def test_a_plain_text_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.\n\nMore.", encoding="utf-8")
    assert list(read_corpus(tmp_path / "a.txt")) == [CorpusDocument("a", "a.txt", "Some words.\n\nMore.")]


def test_one_document_in_eight_is_reserved() -> None:
    kept = sum(CorpusDocument("some_source", str(n), "").reserved for n in range(4000))
    assert 0.1 < kept / 4000 < 0.15
    assert CorpusDocument("science_plos_articles", "1", "").reserved
