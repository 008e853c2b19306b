"""Bugs that were planted, one for each fuzzer: each fuzzer finds its own, and says which claim it breaks.

A patch in planted/ begins with what is broken, and with the claim that notices it. All are planted together, in one copy of the
sources, so each is chosen such that no other fuzzer meets it first. One that no longer applies fails: write it anew for the code
as it is."""

import re
import subprocess
from pathlib import Path

import pytest
from taskstream.source_tree import SourceTree
from test_fuzzers import TARGETS

FOLDER = Path(__file__).parent / "planted"
# At most; most bugs are found in one second.
SECONDS = 60


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = SourceTree(tmp_path_factory.mktemp("planted"), "fuzz", "fuzzers")
    for target in TARGETS:
        tree.patch(FOLDER / f"{target}.patch")
    tree.build()
    return tree


def claim_broken_by(target):
    return re.search(r"^Broken claim: (.+)$", (FOLDER / f"{target}.patch").read_text(), re.M)[1]


def claims_that_broke(words):
    return re.findall(r"^a claim is broken: (.+)$", words, re.M)


def run(*command, cwd):
    return subprocess.run(list(map(str, command)), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=600)


def test_there_is_a_bug_for_each_fuzzer():
    assert sorted(file.stem for file in FOLDER.glob("*.patch")) == sorted(TARGETS)
    for target in TARGETS:
        claim, source = claim_broken_by(target), target.replace("-", "_") + ".cpp"
        assert f'"{claim}"' in (FOLDER.parent / source).read_text(), f"{source} claims nothing of the kind: {claim}"


@pytest.mark.parametrize("target", TARGETS)
def test_a_planted_bug_is_found(tree, target):
    done = run("tests/fuzz", "--seconds", SECONDS, "--seed", 1, target, cwd=tree.root)
    assert done.returncode == 1 and done.stdout.endswith("fuzzers 1, failed 1\n"), done.stdout
    assert claims_that_broke(done.stdout) == [claim_broken_by(target)], done.stdout
    print(re.search(r"FAILED .*", done.stdout)[0])

    # The input is kept, and shows the bug again by itself.
    kept = re.search(r"Test unit written to (\S+)", done.stdout)[1]
    again = run(tree.programs / f"fuzz-{target}", kept, cwd=tree.root)
    assert again.returncode != 0 and claims_that_broke(again.stdout) == [claim_broken_by(target)], again.stdout
