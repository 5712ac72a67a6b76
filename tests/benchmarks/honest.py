"""False alarms per register, on honest documents that were neither counted nor trained on.

python tests/benchmarks/honest.py [--shared DIR] [--cap N] [--json] [--list]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from measure import SHARED, honest_documents, markdown, wilson  # noqa: E402

from unspin import Unspin, __version__  # noqa: E402
from unspin.build.corpora import CorpusDocument  # noqa: E402

Batch = tuple[tuple[str, CorpusDocument], ...]


class Outcome(NamedTuple):
    register: str
    name: str
    verdict: str
    llr: float


@cache
def _engine() -> Unspin:
    return Unspin()


def judge(batch: Batch) -> list[Outcome]:
    out = []
    for register, document in batch:
        report = _engine().detect(document.text)
        name = f"{document.source}/{document.id}"
        out.append(Outcome(register, name, str(report.verdict), report.llr))
    return out


def judged(documents: Iterable[tuple[str, CorpusDocument]], workers: int) -> Iterator[Outcome]:
    """Outcomes of documents, a bounded number of which are in memory."""
    documents = iter(documents)
    with ProcessPoolExecutor(workers) as pool:
        while many := tuple(islice(documents, 1000 * workers)):
            for outcomes in pool.map(judge, (many[at : at + 25] for at in range(0, len(many), 25))):
                yield from outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with corpora/ and honest/")
    parser.add_argument("--cap", type=int, help="documents a source at most")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--list", action="store_true", help="name the flagged documents on stderr")
    options = parser.parse_args()
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in judged(honest_documents(options.shared, options.cap), options.workers):
        found[outcome.register].append(outcome)
        if options.list and outcome.verdict in ("suspect", "spun", "translated"):
            print(f"{outcome.llr:6.1f} {outcome.verdict:10} {outcome.name}", file=sys.stderr)
    found = dict(sorted(found.items())) | {"all": [o for many in found.values() for o in many]}
    rows = []
    for register, outcomes in found.items():
        scored = [o for o in outcomes if o.verdict != "unscored"]
        count = {v: sum(o.verdict == v for o in scored) for v in ("suspect", "spun", "translated")}
        flagged = sum(count.values())
        low, high = wilson(flagged, len(scored))
        rows.append(
            {
                "register": register,
                "documents": len(outcomes),
                "scored": len(scored),
                **count,
                "rate": flagged / max(len(scored), 1),
                "low": low,
                "high": high,
            }
        )
    if options.json:
        facts = {"unspin": __version__, "lexicon": _engine().lexicon_version, "cap": options.cap}
        print(json.dumps(facts | {"registers": rows}, indent=1))
        return
    print(f"unspin {__version__}, lexicon {_engine().lexicon_version}\n")
    header = ("register", "documents", "scored", "suspect", "spun", "translated", "flagged", "95% interval")
    print(
        markdown(
            header,
            (
                [row[name] for name in header[:6]]
                + [f"{row['rate']:.2%}", f"{row['low']:.2%} to {row['high']:.2%}"]
                for row in rows
            ),
        )
    )


if __name__ == "__main__":
    main()
