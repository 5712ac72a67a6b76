"""How spun forms behave in honest English: ``lexicons/honest.tsv``, written by ``learn``.

For every span that the channel knows and honest text held: how often it stood there
(weighted occurrences in the text that ``learn`` read), and what its candidates' terms came
to on average, curated and thesaurus apart. In a suspect text a span's sum is divided by the
averages of those kinds of candidates that it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..lexicon import read_rows


@dataclass
class HonestSpans:
    """Per folded span: mean sums over its curated and over its thesaurus candidates, and its
    weighted count; ``prior`` holds the two means over all spans."""

    prior: tuple[float, float] = (0.5, 0.5)
    spans: dict[str, tuple[float, float, float]] = field(default_factory=dict)


def read_honest(path: Path) -> HonestSpans:
    """The table of a lexicon folder; an empty one where ``learn`` has not run yet."""
    out = HonestSpans()
    if not path.exists():
        return out
    for _, row in read_rows(path):
        try:
            curated, thesaurus, count = (float(row[name]) for name in ("curated", "thesaurus", "count"))
        except ValueError:
            raise row.error("the means and the count are numbers") from None
        if min(curated, thesaurus, count) < 0:
            raise row.error("the means and the count are not negative")
        if row["spun"] == "*":
            out.prior = (curated, thesaurus)
        else:
            out.spans[row["spun"]] = (curated, thesaurus, count)
    return out
