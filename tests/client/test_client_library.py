"""The client library, each file of it by node's own runner: scripted services, real ones, tabs on one IndexedDB, the types."""

from pathlib import Path

import pytest
from taskstream import node_tests

HERE = Path(__file__).resolve().parent
FILES = node_tests.files_of(HERE)


@pytest.fixture(scope="session")
def packages():
    node_tests.install(HERE)


@pytest.mark.parametrize("file", FILES)
def test_client(packages, file):
    node_tests.passes(HERE, file, timeout_s=240)


@pytest.mark.parametrize("file", [file for file in FILES if file != "types.test.mjs"])
def test_client_on_the_oldest_node_that_it_promises(packages, file):
    node_tests.passes(HERE, file, timeout_s=240, node=HERE / "node_modules" / ".bin" / "node")
