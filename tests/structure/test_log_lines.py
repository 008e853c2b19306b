"""docs/metrics.md lists the lines of the log: each that the code says, with its level, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LITERALS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
ANY = "…"
# Said with fields of their own: what the page shows of them is held against running services by tests/journeys.
WITH_FIELDS = {"GET /v1/tasks 200", "applied an event", "parked an event"}


def lines_of_the_code():
    """The text of each line, with … for what is put into it, and its level. A line that is nothing else has no text to list."""
    said = set()
    for folder in ("command-service", "events", "http", "projection-service"):
        for path in [*(ROOT / folder).rglob("*.cpp"), *(ROOT / folder).rglob("*.hpp")]:
            for level, literals in re.findall(rf"spdlog::(\w+)\(\s*(?:[^\"();]*,\s*)?{LITERALS}", path.read_text()):
                text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
                said.add((re.sub(r"\{[^}]*\}", ANY, text), level))
    return {(text, level) for text, level in said if text.strip(ANY) and level != "logger"}


def lines_of_the_page():
    section = (ROOT / "docs" / "metrics.md").read_text().partition("## Log lines")[2].partition("\n## ")[0]
    for cell, level in re.findall(r"^\| (`.*?) \| ([a-zA-Z, ]+) \|", section, re.M):
        for line in re.findall(r"`([^`]+)`", cell.partition(" with `")[0]):
            yield line, level.split(", ")


def fits(shown, text):
    return re.fullmatch(re.escape(shown).replace(re.escape(ANY), ".*"), text)


def test_each_line_of_the_log_is_on_the_page_with_its_level():
    shown = list(lines_of_the_page())
    for text, level in sorted(lines_of_the_code()):
        wanted = [levels for line, levels in shown if fits(line, text)]
        assert wanted, f"not on the page: {level} {text}"
        assert level == "log" or any(level in levels for levels in wanted), f"{text}: {level}, and not {wanted}"


def test_each_line_on_the_page_is_one_of_the_log():
    texts = [text for text, _ in lines_of_the_code()]
    assert len(texts) > 40
    for line, _ in lines_of_the_page():
        assert line in WITH_FIELDS or any(fits(line, text) for text in texts), f"nobody says: {line}"
