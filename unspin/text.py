"""A text as tokens, sentences and passages, with offsets into the text as given.

All offsets are code points, half-open, into the string the caller passed, whatever it
holds: soft hyphens, zero-width characters and combining marks are seen through, letters
are folded to lower case without accents for look-up, and nothing is ever rewritten.

A *token* is a run of letters and digits. An apostrophe inside a word opens a new token
(``nation's`` is ``nation`` + ``'s``), so that possessives and contractions share the
counts of their stems. Hyphens and quotation marks part tokens and are otherwise
transparent; commas, brackets, dashes and sentence ends are kept as separators.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
import regex

from .hashing import POWERS, U64

# Character classes.
OTHER, LETTER, DIGIT, APOSTROPHE, IGNORED, NEWLINE, SPACE, STOP, POINT, COMMA, QUOTE, HYPHEN = range(12)
_CASED = frozenset({"Lu", "Ll", "Lt", "Lo"})
_TABLE_SIZE = 0x2500
_IGNORED_CHARS = "\u00ad\u034f\u061c\u180e\ufeff"
_IGNORED_RANGES = ((0x0300, 0x0370), (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070))


class Sep(IntEnum):
    """What parts a token from the one before it, weakest first."""

    NONE = 0  # space, hyphen, quotation mark, or nothing at all
    COMMA = 1  # comma, colon, bracket, dash: same sentence, other phrase
    SENTENCE = 2  # end of a sentence
    BLOCK = 3  # end of a paragraph or line


class Kind(IntEnum):
    """What a block of text is. Only prose is scored."""

    PROSE = 0
    HEADING = 1
    NAVIGATION = 2
    LIST = 3
    CODE = 4
    TABLE = 5
    RESIDUE = 6


class Block(NamedTuple):
    """One paragraph or line: code points ``[start, end)``, tokens ``[first, last)``."""

    start: int
    end: int
    first: int
    last: int
    kind: Kind


def _character_tables() -> tuple[np.ndarray, np.ndarray]:
    cls = np.zeros(_TABLE_SIZE + 1, np.uint8)
    fold = np.arange(_TABLE_SIZE + 1, dtype=np.uint32)
    for point in range(_TABLE_SIZE):
        char = chr(point)
        category = unicodedata.category(char)
        if category[0] == "L":
            cls[point] = LETTER
            base = unicodedata.normalize("NFKD", char)[:1].lower()
            fold[point] = ord(base if unicodedata.category(base or " ") in _CASED else char)
        elif category == "Nd":
            cls[point] = DIGIT
            fold[point] = ord("0") + unicodedata.digit(char)
        elif category == "Zs" or char in "\t\v\f":
            cls[point] = SPACE
        elif category == "Mn":
            cls[point] = IGNORED
    for chars, value in (
        ("\n\r\x85\u2028\u2029", NEWLINE),
        ("'\u2019\u2018\u02bc\u00b4", APOSTROPHE),
        (".", POINT),
        ("!?\u2026\u203d", STOP),
        (",;:()[]{}|/\u2013\u2014\u2015\u2022\u00b7=<>\u2190\u2192\u00bb\u00ab*+~", COMMA),
        ('"\u201c\u201d\u201e\u201f', QUOTE),
        ("-\u2010\u2011", HYPHEN),
        (_IGNORED_CHARS[:-1], IGNORED),
    ):
        for char in chars:
            if ord(char) < _TABLE_SIZE:
                cls[ord(char)] = value
    for low, high in _IGNORED_RANGES:
        cls[low:high] = IGNORED
    cls[0x2010] = cls[0x2011] = HYPHEN
    fold[[ord(c) for c in "\u2019\u2018\u02bc\u00b4"]] = ord("'")
    return cls, fold


_CLASS, _FOLD = _character_tables()
_URL = regex.compile(r"https?://\S+|www\.\S+", regex.IGNORECASE)
_HANDLE = regex.compile(r"#\w+|@\S*")


def _classify(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Class and folded value of every code point."""
    if len(points) and int(points.max()) >= _TABLE_SIZE:
        high = points >= _TABLE_SIZE
        capped = np.where(high, _TABLE_SIZE, points)
        cls, fold = _CLASS[capped], _FOLD[capped]
        values = points[high]
        wide = (values >= 0xFF01) & (values <= 0xFF5E)
        narrow = np.where(wide, values - 0xFEE0, 0)
        # Beyond the table: scripts are letters, pictographs and private use are not.
        script = (
            ((values >= 0x2C00) & (values < 0xD800))
            | ((values >= 0xF900) & (values < 0xFE00))
            | ((values >= 0x10000) & (values < 0x1D000))
            | (values >= 0x20000)
        )
        cls[high] = np.where(wide, _CLASS[narrow], np.where(script, LETTER, OTHER))
        cls[high] = np.where(
            ((values >= 0xFE00) & (values <= 0xFE0F)) | (values == 0xFEFF), IGNORED, cls[high]
        )
        cls[high] = np.where(values == 0x3000, SPACE, cls[high])
        fold[high] = np.where(wide, _FOLD[narrow], values)
        return cls, fold
    return _CLASS[points], _FOLD[points]


@dataclass(frozen=True)
class ProseRules:
    """Closed lists that tell prose from furniture (``lexicons/prose.tsv``)."""

    function_words: np.ndarray  # sorted token hashes
    abbreviations: np.ndarray  # sorted token hashes
    residue: tuple[str, ...]  # folded phrases that fill a good part of a line of site furniture
    furniture: tuple[str, ...] = ()  # folded phrases that no other short line holds


def _contains(sorted_keys: np.ndarray, keys: np.ndarray) -> np.ndarray:
    if not len(sorted_keys):
        return np.zeros(len(keys), bool)
    at = np.searchsorted(sorted_keys, keys)
    at[at == len(sorted_keys)] = 0
    return np.asarray(sorted_keys[at] == keys)


class Document:
    """Tokens of a text and what stands around them; everything else hangs on these arrays.

    ``start``/``end`` are code-point offsets per token; ``hash`` is the 64-bit look-up key of
    its folded form; ``number`` marks figures, ``year`` the
    four-digit ones that may be years, ``capital`` an initial capital letter,
    ``upper`` a word all in capitals; ``sep`` the :class:`Sep` before it; ``block`` the block
    it stands in; ``masked`` marks parts of addresses and file names.
    """

    def __init__(self, text: str, rules: ProseRules) -> None:
        self.text = text
        self.rules = rules
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        cls, fold = _classify(points)
        if "\r\n" in text:  # one line end, not two
            pair = np.flatnonzero((points[:-1] == 13) & (points[1:] == 10))
            cls[pair] = SPACE
        keep = cls != IGNORED
        self._origin: np.ndarray | None = None
        if not keep.all():
            self._origin = np.flatnonzero(keep).astype(np.int64)
            points, cls, fold = points[keep], cls[keep], fold[keep]
        self._tokenise(points, cls, fold)
        self._separate(points, cls)

    # -- tokens ------------------------------------------------------------------------

    def _tokenise(self, points: np.ndarray, cls: np.ndarray, fold: np.ndarray) -> None:
        size = len(cls)
        letter, digit = cls == LETTER, cls == DIGIT
        word = letter | digit
        clitic = np.zeros(size, bool)
        if size > 2:
            clitic[1:-1] = (cls[1:-1] == APOSTROPHE) & letter[:-2] & letter[2:]
            inner = np.zeros(size, bool)
            inner[1:-1] = ((points[1:-1] == 46) | (points[1:-1] == 44)) & digit[:-2] & digit[2:]
            word |= clitic | inner
        before = np.concatenate(([False], word[:-1]))
        after = np.concatenate((word[1:], [False]))
        after_clitic = np.concatenate((clitic[1:], [False]))
        begins = np.flatnonzero(word & (~before | clitic))
        ends = np.flatnonzero(word & (~after | after_clitic)) + 1
        self._from, self._to = begins, ends
        count = len(begins)
        lengths = ends - begins
        if count:
            inside = np.flatnonzero(word)
            # position of each character in its token
            first = np.cumsum(lengths) - lengths
            place = np.arange(len(inside)) - np.repeat(first, lengths)
            values = (fold[inside].astype(U64) + U64(1)) * POWERS[np.minimum(place, 63)]
            self.hash = np.add.reduceat(values, first)
            self.number = digit[begins] & (np.add.reduceat(letter[inside].astype(np.int32), first) == 0)
            self.year = self.number & (lengths == 4) & ((points[begins] | 3) == 51) & (points[begins] != 48)
            changed = points[inside] != fold[inside]
            self.capital = letter[begins] & changed[first] & (points[begins] < 0x2500)
            uppers = np.add.reduceat((changed & letter[inside]).astype(np.int32), first)
            self.upper = self.capital & (uppers == lengths) & (lengths > 1)
        else:
            self.hash = np.zeros(0, U64)
            self.number = self.year = self.capital = self.upper = np.zeros(0, bool)
        self.length = lengths
        if self._origin is None:
            self.start, self.end = begins, ends
        else:
            self.start = self._origin[begins]
            self.end = self._ends(self._origin[ends - 1] + 1) if count else ends

    def _ends(self, ends: np.ndarray) -> np.ndarray:
        """Ends of tokens, moved behind the combining marks that belong to the last letter."""
        ends = ends.copy()
        for index in np.flatnonzero(ends < len(self.text)).tolist():
            while ends[index] < len(self.text) and unicodedata.combining(self.text[ends[index]]):
                ends[index] += 1
        return ends

    # -- separators and blocks ---------------------------------------------------------

    def _separate(self, points: np.ndarray, cls: np.ndarray) -> None:
        size = len(cls)
        strength = np.zeros(size + 1, np.uint8)
        strength[:size][cls == COMMA] = Sep.COMMA
        following = np.concatenate((cls[1:], [NEWLINE])) if size else cls
        open_after = (following == SPACE) | (following == NEWLINE) | (following == QUOTE)
        open_after |= (following == APOSTROPHE) | (following == STOP) | (following == POINT)
        open_after |= following == COMMA
        strength[:size][cls == STOP] = Sep.SENTENCE
        point = (cls == POINT) & open_after
        strength[:size][point] = Sep.SENTENCE
        if len(self._to):
            abbreviated = _contains(self.rules.abbreviations, self.hash)
            abbreviated |= (self.length == 1) & ~self.number
            dots = self._to[abbreviated]
            dots = dots[dots < size]
            dots = dots[cls[dots] == POINT]
            strength[dots] = Sep.NONE
        hard, lines = self._lines(points, cls)
        strength[hard] = Sep.BLOCK
        if len(self._to):
            # one segment a token, from the end of the one before; the last is what follows all
            edges = np.concatenate(([0], self._to))
            self.sep = np.maximum.reduceat(strength, edges)[:-1]
            self.sep[0] = Sep.BLOCK
        else:
            self.sep = np.zeros(0, np.uint8)
        self._hard_lines = lines
        self._cls_points = (cls, points)

    def _lines(self, points: np.ndarray, cls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions of hard line breaks; block bounds as an (n, 2) array (kept positions)."""
        size = len(cls)
        breaks = np.flatnonzero(cls == NEWLINE)
        starts = np.concatenate(([0], breaks + 1))
        stops = np.concatenate((breaks, [size]))
        if not len(breaks):
            return breaks, np.array([[0, size]]) if (cls != SPACE).any() else np.zeros((0, 2), np.int64)
        solid = (cls != NEWLINE) & (cls != SPACE)
        solids = np.concatenate(([0], np.cumsum(solid)))
        filled = solids[stops] > solids[starts]
        # first and last solid character of each line
        where = np.flatnonzero(solid)
        first = where[np.minimum(solids[starts], max(len(where) - 1, 0))] if len(where) else starts
        last = where[np.maximum(solids[stops] - 1, 0)] if len(where) else starts
        width = np.where(filled, last - first + 1, 0)
        closed = np.isin(cls[np.minimum(last, size - 1)], (STOP, POINT, QUOTE)) | (
            points[np.minimum(last, size - 1)] == 58
        )
        lower = np.zeros(len(starts), bool)
        at = np.minimum(first, size - 1)
        lower[filled] = (cls[at[filled]] == LETTER) & (points[at[filled]] == _classify(points[at[filled]])[1])
        wrapped = False
        if filled.any():
            widths = width[filled]
            wrapped = bool(widths.max() <= 110 and np.mean(widths >= 45) > 0.6)
        soft = np.zeros(len(breaks), bool)
        if len(breaks):
            here, there = np.arange(len(breaks)), np.arange(1, len(breaks) + 1)
            joinable = filled[here] & filled[there] & (width[here] >= 45)
            if wrapped:
                # ragged right: a line that could have held the next word ends a paragraph
                soft = joinable & (width[here] >= 0.6 * widths.max())
            else:
                soft = joinable & ~closed[here] & lower[there]
        hard_at = np.flatnonzero(~soft)
        block_start = np.concatenate(([0], starts[1:][hard_at]))
        block_stop = np.concatenate((stops[:-1][hard_at], [size]))
        blocks = np.stack((block_start, block_stop), 1)
        content = solids[blocks[:, 1]] > solids[blocks[:, 0]]
        return breaks[hard_at], blocks[content]

    @cached_property
    def masked(self) -> np.ndarray:
        """Tokens inside web addresses, e-mail addresses, handles, tags and file names."""
        mask = np.zeros(len(self.start), bool)
        if "://" in self.text or "www." in self.text:
            for match in _URL.finditer(self.text, timeout=10):
                self._mark(mask, *match.span())
        if "@" in self.text or "#" in self.text:
            for match in _HANDLE.finditer(self.text, timeout=10):
                start = match.start()
                if match[0][0] == "@":  # an e-mail address reaches back to the space before it
                    start = 1 + max(self.text.rfind(" ", 0, start), self.text.rfind("\n", 0, start))
                    start = max(start, match.start() - 64)
                self._mark(mask, start, match.end())
        # a point between letters without a space: site.org, report.pdf
        if len(mask) > 1:
            cls = self._cls_points[0]
            glued = (self._from[1:] == self._to[:-1] + 1) & (cls[self._to[:-1]] == POINT)
            glued &= (self.length[1:] > 1) & (self.length[:-1] > 1)
            mask[1:] |= glued
            mask[:-1] |= glued
        return mask

    def _mark(self, mask: np.ndarray, start: int, end: int) -> None:
        low, high = np.searchsorted(self.start, (start, end))
        mask[low:high] = True

    @cached_property
    def function(self) -> np.ndarray:
        """Tokens that are function words: the mark of running English."""
        return _contains(self.rules.function_words, self.hash)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Paragraphs and lines in order, each with its kind."""
        from .prose import classify_blocks

        return classify_blocks(self)

    @cached_property
    def block(self) -> np.ndarray:
        """Index into :attr:`blocks` for every token."""
        out = np.zeros(len(self.start), np.int32)
        for index, block in enumerate(self.blocks):
            out[block.first : block.last] = index
        return out

    @cached_property
    def scored(self) -> np.ndarray:
        """Tokens that may carry evidence: prose, outside addresses."""
        prose = np.zeros(len(self.start), bool)
        for block in self.blocks:
            if block.kind is Kind.PROSE:
                prose[block.first : block.last] = True
        return np.asarray(prose & ~self.masked)

    def word(self, index: int) -> str:
        """The token as it stands in the text."""
        return self.text[self.start[index] : self.end[index]]

    def __len__(self) -> int:
        return len(self.start)


def fold(text: str) -> str:
    """Lower case without accents, ignored characters dropped: the form that is looked up."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    cls, folded = _classify(points)
    return "".join(map(chr, folded[cls != IGNORED]))


def tokens(phrase: str) -> list[str]:
    """Folded tokens of a short phrase, split exactly as a document is."""
    document = Document(phrase, NO_RULES)
    return [fold(document.word(i)) for i in range(len(document))]


def token_hashes(phrase: str) -> np.ndarray:
    """64-bit look-up keys of a short phrase's tokens."""
    return Document(phrase, NO_RULES).hash


NO_RULES = ProseRules(np.zeros(0, U64), np.zeros(0, U64), ())
