"""The wheel as people get it: what is in it, how large it is, and that it works elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from measure import ROOT, SAMPLES

from unspin._version import __version__

MAX_WHEEL, MAX_TABLES = 60_000_000, 40_000_000
NEEDED = ("ngrams.tbl", "channel.tbl", "model.json", "prose.tsv")
CLEAN_ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=CLEAN_ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a user would; without a network by the backend that is installed here."""
    out = tmp_path_factory.mktemp("dist")
    isolated = run(sys.executable, "-m", "build", "--wheel", "-o", out, ROOT, cwd=out)
    if isolated.returncode:
        if any(
            word in isolated.stdout + isolated.stderr for word in ("No matching distribution", "Connection")
        ):
            pytest.skip("the build's requirements cannot be fetched here")
        pytest.fail(isolated.stdout + isolated.stderr)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_is_named_for_this_version(wheel: Path) -> None:
    assert wheel.name == f"unspin-{__version__}-py3-none-any.whl"


def test_the_wheel_is_small_enough(wheel: Path) -> None:
    assert wheel.stat().st_size <= MAX_WHEEL
    with zipfile.ZipFile(wheel) as archive:
        tables = [info.file_size for info in archive.infolist() if info.filename.endswith(".tbl")]
    assert len(tables) == 2 and sum(tables) <= MAX_TABLES


def test_the_wheel_holds_what_the_engine_opens(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for name in NEEDED:
            assert archive.read(f"unspin/lexicons/{name}") == (ROOT / "lexicons" / name).read_bytes()
    assert "unspin/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "samples/", "shared/"))]


def test_the_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Installed with its dependencies into a fresh environment, far from the checkout."""
    made = run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    bin_ = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    installed = run(bin_ / "python", "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    if installed.returncode and "No matching distribution" in installed.stderr:
        pytest.skip("the dependencies cannot be fetched here")
    assert installed.returncode == 0, installed.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "article.txt").write_bytes((SAMPLES / "spun-news-economy.txt").read_bytes())
    checked = run(bin_ / "unspin", "check", "--format", "json", "article.txt", cwd=elsewhere)
    assert checked.returncode == 1, checked.stderr
    assert '"verdict": "spun"' in json.dumps(json.loads(checked.stdout))
    where = run(bin_ / "python", "-c", "import unspin; print(unspin.__file__)", cwd=elsewhere)
    assert str(tmp_path) in where.stdout
    clean = run(bin_ / "unspin", "check", SAMPLES / "honest-abstract.txt", cwd=elsewhere)
    assert clean.returncode == 0, clean.stdout + clean.stderr
