"""The descriptions of the interfaces, as texts: clean by every rule of Spectral, and read by AsyncAPI's own parser."""

import subprocess

import pytest
from installed import TOOLS, node_folder
from taskstream.places import ROOT

DOCUMENTS = ["command-service/openapi.yaml", "projection-service/openapi.yaml", "events/asyncapi.yaml"]


def spectral(document):
    return run("node_modules/.bin/spectral", "lint", "--ruleset", TOOLS / "spectral.yaml", "--fail-severity=hint", document)


def asyncapi_parser(document):
    return run("node", "parse_asyncapi.mjs", document)


def run(*command):
    done = subprocess.run(list(map(str, command)), cwd=node_folder(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    return done.returncode, done.stdout


@pytest.mark.parametrize("document", DOCUMENTS)
def test_spectral_finds_nothing(document):
    status, words = spectral(ROOT / document)
    assert status == 0, words


def test_the_parser_of_asyncapi_finds_nothing():
    status, words = asyncapi_parser(ROOT / "events/asyncapi.yaml")
    assert (status, words) == (0, "17 messages\n")


@pytest.mark.parametrize("document, right, wrong, rule", [
    ("command-service/openapi.yaml", "operationId: postponeTask", "operationId: changeStatus", "operation-operationId-unique"),
    ("projection-service/openapi.yaml", "summary: One user\n", "summary: One user\n      sumary: One\n", "oas3-schema"),
    ("events/asyncapi.yaml", "action: receive", "action: read", "asyncapi-3-document-resolved"),
])
def test_spectral_finds_what_is_broken(tmp_path, document, right, wrong, rule):
    text = (ROOT / document).read_text()
    assert right in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(right, wrong, 1))
    status, words = spectral(broken)
    assert status != 0 and rule in words, words


def test_the_parser_of_asyncapi_finds_what_is_broken(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text((ROOT / "events/asyncapi.yaml").read_text().replace("action: receive", "action: read"))
    status, words = asyncapi_parser(broken)
    assert status != 0 and "asyncapi-document" in words, words
