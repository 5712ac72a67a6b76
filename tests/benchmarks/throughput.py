"""Speed and memory of ``unspin check`` beside what a user would run instead.

python tests/benchmarks/throughput.py [--text FILE] [--mb 10] [--runs 5] [--json]

The others come from PyPI: pip install typos codespell proselint (none is needed: those that
are missing are left out). All run in turn, as whole processes on one core where the system
lets us choose, in ``--runs`` rounds; medians are reported. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from measure import SAMPLES, SHARED, honest_documents, markdown  # noqa: E402

MB = 1_000_000
SMALL = 1.0  # MB for what would take minutes on all of it
CHUNK = 50_000  # characters a document when measured in process
TIMEOUT = 1200


class Run(NamedTuple):
    seconds: float
    peak: float  # MB


def english(shared: Path, size: int) -> str:
    """Honest English of ``size`` bytes: the reserved documents, a source after the other."""
    parts, total, cap = [], 0, 200
    for _, document in honest_documents(shared, cap):
        parts.append(document.text)
        total += len(document.text.encode()) + 2
    text = "\n\n".join(parts)
    if total < size:
        text *= size // max(total, 1) + 1
    # a stretch of every source rather than the first sources whole
    step, pieces = max(1, len(text) * CHUNK // size), []
    for at in range(0, len(text), step):
        pieces.append(text[at : at + CHUNK])
    return "".join(pieces).encode()[:size].decode("utf-8", "ignore")


# A process starts with the peak of the one that starts it, so that one has to be small.
STARTER = """
import os, subprocess, sys, time
begin = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - begin, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def whole_process(command: list[str]) -> Run:
    """Wall time and peak memory of a command, its output thrown away."""
    starter = [sys.executable, "-I", "-S", "-c", STARTER, *command]
    said = subprocess.run(starter, capture_output=True, text=True, check=True, timeout=TIMEOUT).stdout
    seconds, peak, code = said.split()
    if int(code) not in (0, 1, 2, 64, 65):  # what they say where they found something
        raise SystemExit(f"{command[0]}: exit code {code}")
    return Run(float(seconds), int(peak) * (1024 if sys.platform == "linux" else 1) / MB)


def tool(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def alternating(commands: dict[str, list[str]], runs: int) -> dict[str, Run]:
    """Medians over ``runs`` rounds in each of which every command runs once."""
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(whole_process(command))
    return {
        name: Run(median(r.seconds for r in many), median(r.peak for r in many))
        for name, many in taken.items()
    }


def unspin_command() -> list[str]:
    return [found] if (found := tool("unspin")) else [sys.executable, "-m", "unspin.cli"]


def in_process(text: str, runs: int) -> float:
    """Warm MB/s of ``detect`` over the text in documents of 50 kB."""
    from unspin import Unspin

    engine = Unspin()
    documents = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    engine.detect_batch(documents[:3])
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        for document in documents:
            engine.detect(document)
        taken.append(time.perf_counter() - begin)
    return len(text.encode()) / MB / median(taken)


def peers(path: Path, small: Path) -> Iterator[tuple[str, list[str], Path]]:
    """Every peer that is installed, and the text it gets."""
    if found := tool("typos"):
        yield "typos", [found, "--threads", "1", "--format", "brief", str(path)], path
    if found := tool("codespell"):
        yield "codespell", [found, str(path)], path
    if found := tool("proselint"):
        version = subprocess.run([found, "--help"], capture_output=True, text=True, check=False).stdout
        yield "proselint", [found, *(["check"] if "check" in version else []), str(small)], small


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--text", type=Path, help="English text to run on, instead of the corpora")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder with corpora/ and honest/")
    parser.add_argument("--mb", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    text = (
        options.text.read_text(encoding="utf-8")
        if options.text
        else english(options.shared, round(options.mb * MB))
    )
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder, "english.txt"), Path(folder, "small.txt")
        path.write_text(text, encoding="utf-8")
        small.write_text(text.encode()[: round(SMALL * MB)].decode("utf-8", "ignore"), encoding="utf-8")
        # as a moderator has it: many documents, one process
        pages = Path(folder, "pages")
        pages.mkdir()
        for at in range(0, len(text), CHUNK):
            (pages / f"{at:09}.txt").write_text(text[at : at + CHUNK], encoding="utf-8")
        unspin = unspin_command()
        commands = {
            "unspin check, one file": ([*unspin, "check", "--quiet", str(path)], path),
            "unspin check, 50 kB files": ([*unspin, "check", "--quiet", str(pages)], path),
        }
        commands |= {name: (command, given) for name, command, given in peers(path, small)}
        ran = alternating({name: command for name, (command, _) in commands.items()}, options.runs)
        speed = {name: commands[name][1].stat().st_size / MB / run.seconds for name, run in ran.items()}
        page = str(SAMPLES / "spun-news-economy.txt")
        starts = {
            "unspin check, one page": [*unspin, "check", "--quiet", page],
            "unspin --version": [*unspin, "--version"],
            "python -c pass": [sys.executable, "-c", "pass"],
        }
        if found := tool("codespell"):
            starts["codespell --version"] = [found, "--version"]
        started = alternating(starts, max(options.runs, 5))
    warm = in_process(text, options.runs)
    if options.json:
        facts = {
            "mb": len(text.encode()) / MB,
            "in_process_mb_s": warm,
            "whole_process": {n: {"mb_s": speed[n], "peak_mb": run.peak} for n, run in ran.items()},
            "start": {n: {"seconds": run.seconds, "peak_mb": run.peak} for n, run in started.items()},
        }
        print(json.dumps(facts, indent=1))
        return
    base = speed["unspin check, one file"]
    print(f"{len(text.encode()) / MB:.1f} MB of English, one core, medians of {options.runs}\n")
    rows = [
        (name, f"{speed[name]:.2f}", f"{base / speed[name]:.2f}", f"{run.peak:.0f}")
        for name, run in ran.items()
    ]
    rows.append(("unspin, in process and warm", f"{warm:.2f}", f"{base / warm:.2f}", ""))
    print(markdown(("whole process", "MB/s", "unspin's speed to its", "peak MB"), rows))
    print()
    start_rows = [(name, f"{run.seconds * 1000:.0f}", f"{run.peak:.0f}") for name, run in started.items()]
    print(markdown(("start-up", "ms", "peak MB"), start_rows))


if __name__ == "__main__":
    main()
