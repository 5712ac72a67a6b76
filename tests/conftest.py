"""What tests share: the engine with the shipped tables, the folder of texts, the slow tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # helpers beside the tests, whatever the import mode

from measure import SHARED  # noqa: E402

from unspin import Unspin  # noqa: E402

# no test times anything; where a run must repeat, its examples do too
settings.register_profile("unspin", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("unspin")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow tests run where they are asked for: ``pytest -m slow``."""
    if "slow" in config.getoption("-m"):
        return
    skip = pytest.mark.skip(reason="slow; run with `pytest -m slow`")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def engine() -> Unspin:
    """The engine as shipped."""
    return Unspin()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of seeds and corpora beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the texts in {SHARED}, which are not part of the project")
    return SHARED
