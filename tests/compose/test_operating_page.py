"""docs/operating.md: its commands for the embedded log are run, and its headings answer every alert. Those for the stack are
run by tests/stack, and none is left out."""

import re

import pytest
from taskstream.images import PROGRAMS
from taskstream.pages import examples, fences, run
from taskstream.places import ROOT
from taskstream.written_log import golden_records, write_log

PAGE = ROOT / "docs" / "operating.md"
TO_COPY = ("docker", "docker-compose", "curl", *PROGRAMS)
KAFKAS = ("--delete", "--describe")  # of Kafka's own tools


def test_backup_and_restore_of_the_embedded_log_do_what_the_page_says(tmp_path):
    (tmp_path / "data").mkdir()
    write_log(tmp_path / "data" / "taskstream.log", golden_records())
    told = list(examples(PAGE, "console"))
    assert len(told) >= 5
    for command, printed in told:
        assert run(command, tmp_path) == printed, command


def test_no_block_of_the_page_is_run_by_no_test():
    """Those of kind `console` are run above, all of them; those of kind `sh` by who asks for the blocks below their heading."""
    page = list(fences(PAGE))
    assert len(page) >= 10 and {kind for _, kind, _ in page} == {"console", "sh"}
    assert all(block.startswith("$ ") for _, kind, block in page if kind == "console")
    tests = "".join(test.read_text() for test in (ROOT / "tests" / "stack").glob("*.py"))
    asked_for = set(re.findall(r'page\.blocks\("([^"]+)"\)', tests))
    assert {heading for heading, kind, _ in page if kind == "sh"} == asked_for


def test_a_command_to_copy_stands_in_a_block():
    """… where it is run. In a line there are the names of programs, and flags."""
    prose = re.sub(r"^```.*?^```$", "", PAGE.read_text(), flags=re.M | re.S)
    in_lines = re.findall(r"`([^`\n]+)`", prose)
    assert "docker compose" in in_lines
    for code in in_lines:
        program, _, arguments = code.replace("docker compose", "docker-compose").partition(" ")
        assert program not in TO_COPY or arguments in ("", "--help"), code


def test_every_alert_is_answered_under_a_heading_of_its_name():
    alerts = re.findall(r"^ *- alert: (\S+)$", (ROOT / "compose" / "alerts.yml").read_text(), re.M)
    headings = re.findall(r"^### (Taskstream\S+)$", PAGE.read_text(), re.M)
    assert alerts == headings


@pytest.mark.parametrize("page", ["operating.md", "security.md"])
def test_the_flags_of_the_page_are_there(page):
    shown = "".join(run(f"{program} --help", ROOT) for program in PROGRAMS)
    shown += "".join(run(f"{program} --help", ROOT) for program in ("taskstream-replay export", "taskstream-replay import", "taskstream-replay verify",
                                                                    "taskstream-replay events", "taskstream-replay rebuild", "taskstream-token make"))
    ours = re.findall(r"`(--[a-z][a-z-]+)", (ROOT / "docs" / page).read_text())
    assert ours
    for flag in ours:
        assert re.search(rf"{flag}\b", shown) or flag in KAFKAS, flag


def test_each_variable_of_the_compose_file_is_told():
    named = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose" / "docker-compose.yml").read_text()))
    told = {name for row in re.findall(r"^\| (`[A-Z].*?) \|", PAGE.read_text(), re.M) for name in re.findall(r"`([A-Z_]+)`", row)}
    assert named == told
