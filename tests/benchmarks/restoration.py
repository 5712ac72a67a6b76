"""What is found and restored in spun texts whose originals are known.

python tests/benchmarks/restoration.py [--pairs DIR]... [--apply safe,likely,guess] [--json]

A folder of pairs holds NAME.txt and NAME.original.txt, and NAME.swaps.tsv (see
samples/README.md) or else the words of the two texts are aligned.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from statistics import fmean

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from measure import SAMPLES, Quality, markdown, pairs_in, quality  # noqa: E402

from unspin import Unspin, __version__  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pairs", type=Path, action="append", default=[], help="a further folder of pairs")
    parser.add_argument("--apply", default="safe,likely", help="applicabilities carried out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    engine = Unspin()
    rows: dict[str, tuple[str, Quality]] = {}
    for folder in (SAMPLES, *options.pairs):
        for pair in pairs_in(folder):
            repair = engine.repair(pair.text, options.apply.split(","))
            rows[pair.name] = str(repair.report.verdict), quality(pair, repair)
    shares = [field.name for field in fields(Quality) if field.name not in ("swaps", "findings")]
    means = {name: fmean(getattr(q, name) for _, q in rows.values()) for name in shares}
    if options.json:
        texts = {name: {"verdict": verdict, **asdict(q)} for name, (verdict, q) in rows.items()}
        facts = {"unspin": __version__, "lexicon": engine.lexicon_version, "apply": options.apply}
        print(json.dumps(facts | {"texts": texts, "mean": means}, indent=1))
        return
    print(f"unspin {__version__}, lexicon {engine.lexicon_version}, applied: {options.apply}\n")
    lines = [
        [name, verdict, q.swaps, q.findings, *(f"{getattr(q, share):.2f}" for share in shares)]
        for name, (verdict, q) in rows.items()
    ]
    lines.append(["mean", "", "", "", *(f"{means[share]:.2f}" for share in shares)])
    print(markdown(("text", "verdict", "swaps", "findings", *shares), lines))


if __name__ == "__main__":
    main()
