"""docs/operating.md: its commands for the embedded log are run, and its headings answer every alert. Those for the stack are
run by tests/stack."""

import re

import pytest
from taskstream.images import PROGRAMS
from taskstream.pages import examples, run
from taskstream.places import ROOT
from taskstream.written_log import golden_records, write_log

PAGE = ROOT / "docs" / "operating.md"
KAFKAS = ("--delete", "--describe")  # of Kafka's own tools


def test_backup_and_restore_of_the_embedded_log_do_what_the_page_says(tmp_path):
    (tmp_path / "data").mkdir()
    write_log(tmp_path / "data" / "taskstream.log", golden_records())
    told = list(examples(PAGE, "console"))
    assert len(told) >= 5
    for command, printed in told:
        assert run(command, tmp_path) == printed, command


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
