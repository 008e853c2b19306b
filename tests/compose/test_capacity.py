"""docs/operating.md: what sizes and capacity are reckoned from is what README.md says was measured, and the sums are right."""

import re

import pytest
from taskstream.places import ROOT

PAGE = (ROOT / "docs" / "operating.md").read_text()
README = (ROOT / "README.md").read_text()
ROUNDED = 0.05  # a figure on the page, against the one that was measured

WRITES_PER_S = 10_000
EVENTS = 1_000_000_000
EVENTS_A_TASK = 5
COMMAND_SERVICES = 3
PROJECTIONS = 2


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]


def number(text):
    return float(text.replace(",", ""))


def told(title, pattern):
    """The one figure of a section that stands in this place of its words."""
    found = re.findall(pattern, section(title))
    assert len(found) == 1, (pattern, found)
    return number(found[0])


def sizing(pattern):
    return told("Sizing", pattern)


WRITES = r"a command-service \| one core at about ([\d,]+) writes/s"
FOLLOWED = r"follows about ([\d,]+) events/s"
BUILT = r"builds anew about ([\d,]+) events/s"
EMBEDDED = r"620 bytes an event, ([\d,]+) writes/s"


@pytest.mark.parametrize("pattern, row, column", [
    (WRITES, "Kafka: conditional updates, 64 connections", 1),
    (FOLLOWED, "Projection: rebuild while serving, 5 events a task", 2),
    (BUILT, "Projection: rebuild while serving, 5 events a task", 1),
    (r"([\d,]+) pages/s", "Projection: page of 20, 16 connections", 1),
    (r"([\d,]+) single tasks/s", "Projection: GET task, 16 connections", 1),
    (EMBEDDED, "Embedded log: conditional updates, 64 connections", 1),
])
def test_what_sizes_are_told_from_is_what_was_measured(pattern, row, column):
    cells = re.search(rf"^\| {re.escape(row)}.*$", README, re.M)[0].strip("| ").split(" | ")
    measured = number(re.match(r"([\d,]+)/s", cells[column])[1])
    assert sizing(pattern) == pytest.approx(measured, rel=ROUNDED)


def test_the_page_tells_one_figure_of_a_thing_wherever_it_tells_it():
    """… as the table of sizes does."""
    for rate in re.findall(r"([\d,]+) ?events/s", section("Backup and restore") + section("Upgrade")):
        assert number(rate) in (sizing(BUILT), folded()), rate


def folded():
    """What a command-service folds when it starts, an estimate that is told where its state file is."""
    return told("Backup and restore", r"folded anew from the log, about ([\d,]+) events/s †")


def capacity(row):
    """A row of the section on capacity: what it takes, and how it is reckoned."""
    found = re.findall(rf"^\| {re.escape(row)} \| (.*?) \| (.*) \|$", section("Capacity on paper"), re.M)
    assert len(found) == 1, row
    return found[0]


def holds(row, pattern, *sums):
    """The figures in these places of a row are these sums, rounded to as many digits as are shown."""
    found = re.search(pattern, " | ".join(capacity(row)))
    assert found, (row, pattern)
    for text, made_here in zip(found.groups(), sums, strict=True):
        assert number(text) == round(made_here, len(text.partition(".")[2])), row


BYTES_IN_TOPIC = r"about ([\d,]+) bytes an event on each replica"
BYTES_IN_MODEL = r"its read model \| about ([\d,]+) bytes an event"
BYTES_IN_STATE = r"its state file \| about ([\d,]+) bytes a task"


def test_the_sums_for_ten_thousand_writes_a_second_are_right():
    share = WRITES_PER_S / COMMAND_SERVICES
    folding = WRITES_PER_S / folded()
    holds("command-services", r"([\d,]+), a core each.*\(([\d,]+)/s of ([\d,]+)/s: ([\d.]+) core\).*\(([\d,]+)/s of ([\d,]+)/s: ([\d.]+) core\)"
                 r".*the others are at ([\d.]+) of", COMMAND_SERVICES, share, sizing(WRITES), share / sizing(WRITES), WRITES_PER_S, folded(), folding,
        WRITES_PER_S / (COMMAND_SERVICES - 1) / sizing(WRITES) + folding)
    holds("projections", r"([\d,]+)/s of ([\d,]+)/s: ([\d.]+) of", WRITES_PER_S, sizing(FOLLOWED), WRITES_PER_S / sizing(FOLLOWED))
    holds("records in flight", r"([\d,]+) \| ([\d,]+)/s × ([\d.]+) ms", WRITES_PER_S * 0.005, WRITES_PER_S, 5)
    size = WRITES_PER_S * sizing(BYTES_IN_TOPIC) / 1e6
    out = size * (2 + COMMAND_SERVICES + PROJECTIONS)
    holds("brokers", r"([\d,]+)/s × ([\d,]+) bytes = ([\d.]+) MB/s in.*to 2 followers and (\d+) readers ([\d.]+) MB/s",
          WRITES_PER_S, sizing(BYTES_IN_TOPIC), size, COMMAND_SERVICES + PROJECTIONS, out)
    holds("network", r"([\d,]+) Mbit/s out", out * 8)
    holds("disk of a projection", r"([\d.]+) MB/s \| ([\d,]+)/s × ([\d,]+) bytes",
          WRITES_PER_S * sizing(BYTES_IN_MODEL) / 1e6, WRITES_PER_S, sizing(BYTES_IN_MODEL))
    holds("partitions", r"(\d+) \| ([\d,]+) writes/s each", 12, WRITES_PER_S / 12)
    a_day = WRITES_PER_S * 86_400
    assert re.search(r"are ([\d,]+) million events a day.*?in ([\d,]+) hours", section("Capacity on paper"), re.S).groups() == (
        str(a_day // 1_000_000), str(round(EVENTS / a_day * 24)))


def test_the_sums_for_a_billion_events_are_right():
    tasks = EVENTS / EVENTS_A_TASK
    assert f"1,000,000,000 events ({tasks / 1e6:.0f} million tasks of five)" in section("Capacity on paper")
    gb, hour = 1e9, 3600
    holds("topic", r"([\d,]+) GB on each.*× ([\d,]+) bytes", EVENTS * sizing(BYTES_IN_TOPIC) / gb, sizing(BYTES_IN_TOPIC))
    holds("read model", r"([\d,]+) GB on each.*× ([\d,]+) bytes", EVENTS * sizing(BYTES_IN_MODEL) / gb, sizing(BYTES_IN_MODEL))
    holds("building it from nothing", r"([\d.]+) h.*at ([\d,]+)/s.*takes ([\d.]+) MB/s",
          EVENTS / sizing(BUILT) / hour, sizing(BUILT), sizing(BUILT) * sizing(BYTES_IN_MODEL) / 1e6)
    holds("state file", r"([\d,]+) GB.*? ([\d]+) million × ([\d,]+) bytes",
          tasks * sizing(BYTES_IN_STATE) / gb, tasks / 1e6, sizing(BYTES_IN_STATE))
    holds("a command-service's first start, or without its state file", r"([\d.]+) h.*at ([\d,]+)/s", EVENTS / folded() / hour, folded())
    busy, quick = (sizing(pattern) for pattern in (r"leaves at ([\d,]+) events/s", r"([\d,]+) by processor time"))
    bytes_kept = sizing(r"reckon with ([\d,]+) for real texts")
    holds("export", r"([\d.]+) to ([\d.]+) h, ([\d,]+) GB.*at ([\d,]+)/s.*, ([\d,]+)/s by",
          EVENTS / quick / hour, EVENTS / busy / hour, EVENTS * bytes_kept / gb, busy, quick)
    a_stream = sizing(r"about ([\d,]+) bytes a stream")
    holds("`taskstream-replay` `verify`, `export`, `stats`", r"([\d,]+) GB.*? ([\d]+) million streams × ([\d,]+) bytes",
          tasks * a_stream / gb, tasks / 1e6, a_stream)
    holds("the embedded log", r"([\d,]+) GB in one file", EVENTS * sizing(r"the embedded log \| about ([\d,]+) bytes") / gb)
