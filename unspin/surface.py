"""How a replacement is written: capitals, apostrophes, a and an."""

from __future__ import annotations

import regex

_SILENT_H = ("hour", "honest", "honor", "honour", "heir")
_YOO = regex.compile(r"(?:uni(?!n|m)|us[aeu]|ut[ei]|eu|ubiq|one(?!i)|once|u[bfkrt][aeiou]l|ukr|uran|ugan)")
_LETTER_AN = frozenset("AEFHILMNORSX")


def match_case(replacement: str, standing: str) -> str:
    """``replacement`` with the capitals and the kind of apostrophe of what stands there.

    Capitals that ``replacement`` has of itself are kept.
    """
    if "\u2019" in standing:
        replacement = replacement.replace("'", "\u2019")
    letters = [c for c in standing if c.isalpha()]
    if len(letters) > 2 and all(c.isupper() for c in letters):
        return replacement.upper()
    words = [w for w in regex.split(r"[\s\-]+", standing) if w[:1].isalpha()]
    if len(words) > 1 and all(w[0].isupper() for w in words):
        return regex.sub(r"(?<![\w'\u2019])\p{Ll}", lambda m: m[0].upper(), replacement)
    if words and words[0][0].isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement


def article_for(word: str) -> str:
    """ "a" or "an" before ``word``, by its sound."""
    if len(word) > 1 and word.isupper():
        return "an" if word[0] in _LETTER_AN else "a"
    lower = word.lower()
    if lower.startswith(_SILENT_H):
        return "an"
    if _YOO.match(lower):
        return "a"
    return "an" if lower[:1] in tuple("aeiou8") and lower[:1] else "a"
