"""The board in a real browser, by node's own runner."""

from pathlib import Path

import pytest
from taskstream import node_tests

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def packages():
    node_tests.install(HERE, "chromium")


@pytest.mark.parametrize("file", node_tests.files_of(HERE))
def test_board(packages, file):
    node_tests.passes(HERE, file, timeout_s=600)
