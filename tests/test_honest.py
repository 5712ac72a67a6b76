"""False alarms on text that nobody spun and no table counted. Slow: ``pytest -m slow``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from measure import honest_documents, markdown, wilson

from unspin import Unspin, Verdict

CAP = 20  # documents a source
MIN_DOCUMENTS, MIN_REGISTERS = 500, 6
MAX_RATE = 0.01


@pytest.mark.slow
def test_honest_documents_are_not_flagged(engine: Unspin, shared: Path) -> None:
    seen: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    names = []
    for register, document in honest_documents(shared, CAP):
        report = engine.detect(document.text)
        if report.verdict is Verdict.UNSCORED:
            continue
        seen[register] += 1
        if report.flagged:
            flagged[register] += 1
            names.append(f"{document.source}/{document.id} {report.verdict} {report.llr:.1f}")
    rows = [(name, seen[name], flagged[name], f"{flagged[name] / seen[name]:.1%}") for name in sorted(seen)]
    total, hits = seen.total(), flagged.total()
    low, high = wilson(hits, total)
    rows.append(("all", total, hits, f"{hits / total:.2%}"))
    print()
    print(markdown(("register", "scored", "flagged", "rate"), rows))
    print(f"95% interval {low:.2%} to {high:.2%}", *names, sep="\n")
    assert total >= MIN_DOCUMENTS and len(seen) >= MIN_REGISTERS
    assert hits <= MAX_RATE * total
