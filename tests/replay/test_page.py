"""docs/replay.md: each of its examples is run, and prints what the page says."""

import re
import subprocess

from taskstream.pages import examples, run
from taskstream.places import ROOT
from taskstream.replay import PROGRAM
from taskstream.written_log import golden_records, write_log

PAGE = ROOT / "docs" / "replay.md"


def prepare(folder):
    (folder / "data").mkdir()
    write_log(folder / "data" / "taskstream.log", golden_records())


def test_the_examples_of_the_page_print_what_it_says(tmp_path):
    prepare(tmp_path)
    told = list(examples(PAGE))
    assert len(told) >= 12
    for command, printed in told:
        assert run(command, tmp_path) == printed, command


def test_the_page_names_every_subcommand_and_flag():
    page = PAGE.read_text()
    shown = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=10).stdout
    names = re.findall(r"^  ([a-z]+) {2,}", shown, re.M)
    assert len(names) == 8
    for name in names:
        assert f"## {name}" in page or f"and {name}:" in page, name
        shown = subprocess.run([PROGRAM, name, "--help"], capture_output=True, text=True, timeout=10).stdout
        assert f"Examples:\n" in shown, name
        # What the examples of --help name is there: each of its lines is taken apart as a command line would be.
        for flag in re.findall(r"--[a-z-]+", shown.partition("Examples:")[2]):
            assert re.search(rf"^  {flag}\b|, {flag}\b", shown, re.M), (name, flag)
        for flag in re.findall(r"^  (--[a-z-]+)", shown, re.M):
            assert flag in page or flag in ("--replication-factor",), (name, flag)
