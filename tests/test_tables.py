"""The built tables: what is written is read, what is damaged is refused, look-ups agree with a dict."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspin.channel import Channel
from unspin.errors import UnspinError
from unspin.frequency import SPECIALS, Frequency, NgramTable, Vocabulary, quantise
from unspin.hashing import U64, mix
from unspin.tables import FORMAT, MAGIC, Table, TableError, write_table

ARRAYS = {
    "small": np.arange(5, dtype=np.uint8),
    "wide": np.array([[1.5, -2.0], [0.25, 3.0]], np.float32),
    "keys": np.array([0, 1, (1 << 64) - 1], np.uint64),
    "empty": np.zeros(0, np.int32),
    "half": np.array([0.5, 2.0], np.float16),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.tbl"
    write_table(path, "ngram", {"version": 7, "note": "caf\u00e9"}, ARRAYS)
    return path


def test_round_trip(path: Path) -> None:
    table = Table(path, "ngram")
    assert table.header["version"] == 7 and table.header["note"] == "caf\u00e9"
    for name, array in ARRAYS.items():
        assert table[name].dtype == array.dtype
        assert table[name].shape == array.shape
        assert np.array_equal(table[name], array)
    table.verify()


def test_arrays_are_mapped_read_only_and_aligned(path: Path) -> None:
    table = Table(path, "ngram")
    with pytest.raises(ValueError):
        table["small"][0] = 1
    for name, section in table.header["sections"].items():
        assert section["offset"] % 64 == 0, name


def test_same_arrays_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.tbl"
    write_table(again, "ngram", {"note": "caf\u00e9", "version": 7}, ARRAYS)
    assert again.read_bytes() == path.read_bytes()


def test_writing_leaves_nothing_else_behind(path: Path) -> None:
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_types_that_tables_do_not_hold_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="f8"):
        write_table(tmp_path / "t.tbl", "ngram", {}, {"a": np.zeros(2, np.float64)})


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8),
        st.lists(st.integers(0, 255), max_size=200),
        max_size=5,
    )
)
def test_any_arrays_round_trip(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, list[int]]
) -> None:
    path = tmp_path_factory.mktemp("tables") / "any.tbl"
    arrays = {name: np.array(values, np.uint8) for name, values in contents.items()}
    write_table(path, "any", {}, arrays)
    table = Table(path, "any")
    for name, array in arrays.items():
        assert np.array_equal(table[name], array)


# -- damage ----------------------------------------------------------------------------------


def _edit_header(raw: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The same file with another header, of the same or another length."""
    length = struct.unpack("<I", raw[12:16])[0]
    header = json.loads(raw[16 : 16 + length])
    change(header)
    encoded = json.dumps(header).encode()
    encoded += b" " * (-(16 + len(encoded)) % 64)
    return raw[:12] + struct.pack("<I", len(encoded)) + encoded + raw[16 + length :]


def _section(name: str, **changes: Any) -> Callable[[bytes], bytes]:
    return lambda raw: _edit_header(raw, lambda header: header["sections"][name].update(changes))


def _without(*keys: str) -> Callable[[bytes], bytes]:
    return lambda raw: _edit_header(raw, lambda header: [header.pop(key) for key in keys])


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda raw: b"",
    "cut in the magic": lambda raw: raw[:5],
    "cut in the lengths": lambda raw: raw[:13],
    "cut in the header": lambda raw: raw[:40],
    "cut in the arrays": lambda raw: raw[:-64],
    "one byte short": lambda raw: raw[:-1],
    "longer than it says": lambda raw: raw + b"\0",
    "wrong magic": lambda raw: b"NOTATABL" + raw[8:],
    "a text file": lambda raw: b"spun\toriginal\n" * 20,
    "wrong version": lambda raw: MAGIC + struct.pack("<I", FORMAT + 1) + raw[12:],
    "version 0": lambda raw: MAGIC + struct.pack("<I", 0) + raw[12:],
    "huge header": lambda raw: raw[:12] + struct.pack("<I", 0xFFFFFFFF) + raw[16:],
    "header longer than the file": lambda raw: raw[:12] + struct.pack("<I", len(raw)) + raw[16:],
    "header not JSON": lambda raw: raw[:16] + b"\0" + raw[17:],
    "header not UTF-8": lambda raw: raw[:17] + b"\xff\xfe" + raw[19:],
    "header a list": lambda raw: raw[:12] + struct.pack("<I", 48) + b"[1]".ljust(48) + raw[16:],
    "no sections": _without("sections"),
    "no kind": _without("kind"),
    "no size": _without("bytes"),
    "size not a number": lambda raw: _edit_header(raw, lambda header: header.update(bytes="many")),
    "sections a list": lambda raw: _edit_header(raw, lambda header: header.update(sections=[1, 2])),
    "a section a number": lambda raw: _edit_header(raw, lambda header: header["sections"].update(small=3)),
    "another type": _section("small", dtype="O"),
    "a wider type": _section("small", dtype="u8", shape=[1 << 40]),
    "negative length": _section("small", shape=[-1]),
    "length a fraction": _section("small", shape=[1.5]),
    "length no list": _section("small", shape=5),
    "beyond the end": _section("small", offset=1 << 20),
    "before the beginning": _section("wide", offset=-64),
    "not aligned": _section("wide", offset=3),
    "offset a text": _section("wide", offset="64"),
    "too long": _section("keys", shape=[1 << 30]),
    "more than there is in the world": _section("keys", shape=[1 << 62, 1 << 62]),
}
# what a reader of the message can do
REMEDY = r"rebuild|reinstall|unspin lexicon build"


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_refused(path: Path, damage: str) -> None:
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(TableError, match=REMEDY) as caught:
        Table(path, "ngram")
    assert str(path) in str(caught.value)


@given(st.data())
def test_no_damage_to_the_header_does_worse_than_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any bytes changed in the first 600: refused, or read with arrays inside the file."""
    path = tmp_path_factory.mktemp("damage") / "t.tbl"
    write_table(path, "ngram", {"version": 7}, ARRAYS)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, min(600, len(raw) - 1)))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw))
    try:
        table = Table(path, "ngram")
        for name in ARRAYS:
            assert table[name].nbytes <= len(raw)
    except TableError as error:
        assert str(path) in str(error)


def test_damage_inside_the_arrays_is_seen_by_verify(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-128] ^= 1
    path.write_bytes(bytes(raw))
    table = Table(path, "ngram")
    with pytest.raises(TableError, match=r"digest.*reinstall"):
        table.verify()


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"gone\.tbl.*cannot read.*No such file"):
        Table(tmp_path / "gone.tbl", "ngram")


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=str(tmp_path)):
        Table(tmp_path, "ngram")


def test_another_kind_is_refused(path: Path) -> None:
    with pytest.raises(TableError, match="holds a ngram table where a channel table is needed"):
        Table(path, "channel")


def test_a_missing_section_is_named(path: Path) -> None:
    with pytest.raises(TableError, match=r"some\.tbl: section nothing is missing; rebuild"):
        Table(path, "ngram")["nothing"]


def test_table_errors_are_unspin_errors() -> None:
    assert issubclass(TableError, UnspinError)


# -- the frequency table and the channel over it -----------------------------------------------


def _ngrams(path: Path, **facts: Any) -> Path:
    """A frequency table of three words."""
    keys = np.concatenate((np.zeros(len(SPECIALS), U64), np.array([11, 22, 33], U64)))
    size = len(keys)
    arrays = {
        "word_keys": keys,
        "word_slots": Vocabulary.build(keys),
        "word_offsets": np.zeros(size + 1, np.uint32),
        "word_blob": np.zeros(0, np.uint8),
        "unigram_logp": np.full(size, -2.0, np.float32),
        "unigram_counts": np.full(size, 9.0, np.float32),
    }
    for order in ("bi", "tri"):
        built = NgramTable.build(np.array([77], U64), np.array([8], np.uint8))
        arrays |= {f"{order}_{name}": array for name, array in built.items()}
    header = {"k2": 60.0, "k3": 4.0, "longest_bucket": 1, "total": 27, **facts}
    write_table(path, "ngram", {k: v for k, v in header.items() if v is not None}, arrays)
    return path


def _channel(path: Path, digest: str) -> Path:
    arrays = {name: np.zeros(1, np.uint8) for name in ("targets", "weights", "sources", "curated")}
    arrays |= {"prints": np.zeros(1, np.uint32), "slots": np.zeros(2, np.uint32)}
    arrays |= {"starts": np.zeros(2, np.uint32), "fixed": np.zeros(1, np.uint64)}
    arrays |= {"baseline": np.zeros(1, np.uint8), "common": np.zeros(1, np.uint8)}
    arrays |= {"original_ids": np.zeros((1, 6), np.int32), "original_lengths": np.zeros(1, np.uint8)}
    write_table(path, "channel", {"ngram_sha256": digest, "version": 1}, arrays)
    return path


def test_a_channel_knows_its_frequencies(tmp_path: Path) -> None:
    frequency = Frequency(_ngrams(tmp_path / "ngrams.tbl"))
    Channel(_channel(tmp_path / "channel.tbl", frequency.digest), frequency)


def test_a_channel_for_other_frequencies_is_refused(tmp_path: Path) -> None:
    frequency = Frequency(_ngrams(tmp_path / "ngrams.tbl"))
    path = _channel(tmp_path / "channel.tbl", "0" * 64)
    with pytest.raises(TableError, match=r"channel\.tbl.*another frequency table.*rebuild both"):
        Channel(path, frequency)


@pytest.mark.parametrize("fact", ["k2", "k3", "longest_bucket"])
@pytest.mark.parametrize("value", [None, "many"])
def test_a_frequency_table_without_its_constants_is_refused(tmp_path: Path, fact: str, value: object) -> None:
    path = _ngrams(tmp_path / "ngrams.tbl", **{fact: value})
    with pytest.raises(TableError, match=r"ngrams\.tbl.*constants.*rebuild"):
        Frequency(path)


# -- two implementations of a look-up ----------------------------------------------------------


def _random_keys(seed: int, count: int) -> np.ndarray:
    return np.unique(np.random.default_rng(seed).integers(0, 1 << 64, count, dtype=np.uint64))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 20_000])
def test_ngram_table_agrees_with_a_dict(count: int) -> None:
    keys = _random_keys(count, count)
    counts = np.random.default_rng(1).integers(1, 256, len(keys)).astype(np.uint8)
    arrays = NgramTable.build(keys, counts)
    longest = int(np.diff(arrays["offsets"].astype(np.int64)).max())
    table = NgramTable(arrays["offsets"], arrays["prints"], arrays["counts"], longest)
    plain = dict(zip(keys.tolist(), counts.tolist(), strict=True))
    found = table(keys)
    expected = np.array([2.0 ** (plain[key] / 8) - 1 for key in keys.tolist()], np.float32)
    # Two keys of one bucket share a fingerprint once in 2 ** 16; then the first one answers.
    same = np.isclose(found, expected, rtol=1e-5)
    assert same.mean() > 0.9995 if count else not len(found)
    assert (found > 0).all()


def test_ngram_table_seldom_knows_what_it_never_saw() -> None:
    keys = _random_keys(3, 20_000)
    arrays = NgramTable.build(keys, np.full(len(keys), 40, np.uint8))
    longest = int(np.diff(arrays["offsets"].astype(np.int64)).max())
    table = NgramTable(arrays["offsets"], arrays["prints"], arrays["counts"], longest)
    strangers = np.setdiff1d(_random_keys(4, 200_000), keys)
    # three entries a bucket, 16 bits each: 4.6 in 100,000
    assert (table(strangers) > 0).mean() < 1.5e-4


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 5_000])
def test_vocabulary_agrees_with_a_dict(count: int) -> None:
    keys = np.concatenate((np.zeros(len(SPECIALS), U64), _random_keys(count + 5, count)))
    vocabulary = Vocabulary(keys, Vocabulary.build(keys))
    plain = {key: index for index, key in enumerate(keys.tolist()) if index >= len(SPECIALS)}
    queries = np.concatenate((keys[len(SPECIALS) :], _random_keys(99, 3_000), np.zeros(1, U64)))
    random.Random(1).shuffle(queries)
    assert vocabulary(queries).tolist() == [plain.get(key, 0) for key in queries.tolist()]


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=60, unique=True), st.lists(st.integers(0, 3)))
def test_vocabulary_agrees_on_crowded_keys(keys: list[int], few: list[int]) -> None:
    known = np.array([0] * len(SPECIALS) + [key for key in keys if key > 3], U64)
    vocabulary = Vocabulary(known, Vocabulary.build(known))
    plain = {key: index for index, key in enumerate(known.tolist()) if index >= len(SPECIALS)}
    queries = np.array([*keys, *few], U64)
    assert vocabulary(queries).tolist() == [plain.get(key, 0) for key in queries.tolist()]


def test_counts_are_kept_to_within_a_twentieth() -> None:
    counts = np.array([1.0, 2.0, 3.0, 10.0, 100.0, 1e4, 1e6, 1e9])
    back = 2.0 ** (quantise(counts) / 8.0) - 1.0
    assert np.all(np.abs(back - counts) / counts < 0.1)
    assert quantise(np.array([1e-9]))[0] == 1


@given(st.integers(0, (1 << 64) - 1))
def test_mix_agrees_with_plain_integers(value: int) -> None:
    """SplitMix64's finaliser, in Python's own integers."""
    mask, z = (1 << 64) - 1, value
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
    assert int(mix(np.array([value], U64))[0]) == z ^ (z >> 31)
