"""The model of the acceptance protocol, searched to the end; and bugs planted in it, each of which the search must find.

`pytest tests/protocol -k NO_BARRIER` plants one alone.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "docs" / "protocol" / "acceptance.pml"
PAGE = MODEL.with_name("README.md")
COMPILE = ["clang-19", "-O1", "-w", "-DSAFETY", "-DCOLLAPSE", "-DNOREDUCE", "-DMEMLIM=2000", "-o", "pan", "pan.c"]
# A bug is found after a moment: there compiling takes longer than searching.
COMPILE_QUICKLY = ["-O0" if part == "-O1" else part for part in COMPILE]
# Deeper than any path: a search that is cut short says so, and fails.
SEARCH = ["./pan", "-m20000"]
BUGS = sorted(set(re.findall(r"\bBUG_\w+(?<!_)\b", MODEL.read_text())))
SIGHTS = sorted(set(re.findall(r"\bSIGHT_\w+(?<!_)\b", MODEL.read_text())))
# Everything at once would take an hour, so each search has one of the faults, or one instance more.
SEARCHES = {
    "a crash": ["-DINSTANCES=2", "-DCRASHES=1", "-DDUPLICATES=0"],
    "a duplicate": ["-DINSTANCES=2", "-DCRASHES=0", "-DDUPLICATES=1"],
    "three instances": ["-DINSTANCES=3", "-DCRASHES=0", "-DDUPLICATES=0"],
}


def search(folder, compile_it, *definitions):
    run(folder, 60, "spin", *definitions, "-a", MODEL)
    run(folder, 120, *compile_it)
    return run(folder, 300, *SEARCH)


def run(folder, timeout, *command):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout[-3000:]}"
    return done.stdout


def errors(said):
    counted = re.search(r"errors: (\d+)", said)
    assert counted, said[-3000:]
    return int(counted[1])


@pytest.mark.parametrize("definitions", SEARCHES.values(), ids=SEARCHES)
def test_the_protocol_holds_in_every_order(tmp_path, definitions):
    said = search(tmp_path, COMPILE, *definitions)
    print("\n".join(line for line in said.splitlines() if re.search("stored|State-vector|actual memory|elapsed", line)))
    assert errors(said) == 0, said
    for cut_short in ("Search not completed", "max search depth too small", "out of memory", "hit the limit"):
        assert cut_short not in said, said


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(tmp_path, bug):
    said = search(tmp_path, COMPILE_QUICKLY, f"-D{bug}")
    assert errors(said) > 0, f"nobody noticed {bug}"
    assert "assertion violated" in said, said


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_search_comes_by(tmp_path, sight):
    assert errors(search(tmp_path, COMPILE_QUICKLY, f"-D{sight}")) > 0, f"{sight}: that never happened"


def test_the_page_names_every_bug_and_shows_only_commands_that_are_run_here():
    told = PAGE.read_text()
    assert set(re.findall(r"BUG_\w+(?<!_)\b", told)) == set(BUGS)
    assert len(BUGS) >= 5 and len(SIGHTS) >= 3
    shown = [line.split() for block in re.findall(r"```\n(.*?)```", told, re.DOTALL) for line in block.splitlines()]
    generate = [["spin", *definitions, "-a", MODEL.name] for definitions in SEARCHES.values()]
    assert [command for command in shown if command not in [*generate, COMPILE, SEARCH]] == []
    assert COMPILE in shown and SEARCH in shown
