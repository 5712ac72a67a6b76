"""Perplexity of the frequency model on reserved documents, over a grid of its two constants.

python tests/benchmarks/perplexity.py --corpora ../shared/corpora --per-source 5
"""

from __future__ import annotations

import argparse
from itertools import islice, product
from pathlib import Path

import numpy as np

from unspin import Unspin
from unspin.build.corpora import corpus_files, read_corpus
from unspin.frequency import UNKNOWN, sequence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    parser.add_argument("--per-source", type=int, default=5, help="reserved documents of each source")
    options = parser.parse_args()
    engine = Unspin()
    frequency = engine.frequency
    parts = []
    for path in corpus_files([options.corpora]):
        reserved = (document for document in read_corpus(path) if document.reserved)
        for document in islice(reserved, options.per_source):
            made = engine.document(document.text)
            parts.append(sequence(frequency.ids(made), made.sep)[0])
    seq = np.concatenate(parts)
    print(f"{len(parts)} documents, {len(seq):,} tokens\n\n| k2 | k3 | perplexity |\n|---:|---:|---:|")
    for k2, k3 in product((15, 30, 60, 120, 240), (2, 4, 8, 16)):
        frequency.k2, frequency.k3 = float(k2), float(k3)
        logp = frequency.logp(seq[:-2], seq[1:-1], seq[2:])[seq[2:] != UNKNOWN]
        print(f"| {k2} | {k3} | {np.exp(-logp.mean()):.1f} |")


if __name__ == "__main__":
    main()
