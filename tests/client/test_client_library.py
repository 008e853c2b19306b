"""The client library, each file of it by node's own runner: scripted services, real ones, tabs on one IndexedDB, the types."""

from pathlib import Path

import pytest
from taskstream import node_tests

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def packages():
    node_tests.install(HERE)


@pytest.mark.parametrize("file", node_tests.files_of(HERE))
def test_client(packages, file):
    node_tests.passes(HERE, file, timeout_s=240)
