"""docs/data-consistency.md and the pages beside it: each request, answer and program on them is run against real services, and
compared."""

import os
import re
import subprocess
import xml.etree.ElementTree

import pytest

from taskstream.client import Client
from taskstream.page import Names, exchanges, sections
from taskstream.places import ROOT
from taskstream.scene import Scene

PAGE = ROOT / "docs" / "data-consistency.md"
LIBRARY = ROOT / "projection-service" / "web" / "taskstream.js"
TEXT = PAGE.read_text()
HEADINGS = {
    "Understanding consistency challenges": [
        "Race conditions explained", "Optimistic vs. pessimistic concurrency", "Last-write-wins issues", "Lost update problems",
        "Data staleness considerations", "Eventually consistent systems"],
    "Concurrency control strategies": [
        "Optimistic concurrency control", "Conditional updates", "Version-based concurrency", "Resource locking patterns",
        "Conflict detection and resolution", "Handling update conflicts"],
    "Client-side consistency patterns": [
        "Local state management", "Optimistic UI updates", "Conflict resolution UI", "Offline-first considerations",
        "Synchronization strategies", "Handling network partitions"],
    "Task-specific consistency challenges": [
        "Task status transition race conditions", "Simultaneous task updates", "Task assignment conflicts",
        "Due date modifications", "Detecting and resolving task conflicts", "Maintaining user-task relationship consistency"],
    "Implementation examples": [],
    "Best practices checklist": [
        "Concurrency control implementation checklist", "Client-side consistency checklist", "Task-specific consistency checklist"],
    "Related resources": [],
}
# With what every program on the page begins.
PRELUDE = re.search(r"^```js\n(.*?)^```$", TEXT, re.M | re.S)[1]
BESIDE = ROOT / "docs" / "conflict-resolution.md"
RUN = [section for page in (TEXT, BESIDE.read_text()) for section in sections(page) if section.blocks]


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """One of each on one log, for the whole page; each section makes its own tasks."""
    scene = Scene(tmp_path_factory.mktemp("guide"))
    log = scene.file_log()
    yield {8080: scene.command_service(log).port, 8081: scene.projection_service(log).port}
    scene.clean_up()


def send(request, names, services):
    method, url = names.fill(request.first).split(" ")
    port, path = re.fullmatch(r"http://localhost:(\d+)(/.*)", url).groups()
    headers = {name: names.fill(value) for name, value in request.fields}
    body = names.fill(request.body) or None
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    client = Client(services[int(port)])
    try:
        return client.request(method, path, body.encode() if body else None, headers)
    finally:
        client.close()


def run_program(language, text, names, services, folder):
    if language == "js":
        text = PRELUDE + text
    for shown, real in services.items():
        text = text.replace(f"localhost:{shown}", f"localhost:{real}")
    text = names.fill_known(text).replace('"./taskstream.js"', f'"{LIBRARY.as_uri()}"')
    if language == "js":
        program = folder / "example.mjs"
        program.write_text(text)
        command = ["node", program]
    else:
        command = ["bash", "-euc", text]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("section", RUN, ids=[section.title for section in RUN])
def test_what_the_guide_shows_is_what_happens(section, services, tmp_path):
    names = Names()
    printed = None
    for language, text in section.blocks:
        if language == "http":
            for request, expected in exchanges(text):
                try:
                    names.check(expected, send(request, names, services))
                except AssertionError as error:
                    raise AssertionError(f"{request.first}\n{error}") from None
        elif language == "text":
            assert printed is not None and names.matches(text.rstrip("\n"), printed.rstrip("\n")), f"printed:\n{printed}\nsaid:\n{text}"
            printed = None
        else:
            assert language in ("js", "sh"), f"nobody runs a block of {language}"
            assert printed is None, "what the program before prints is not on the page"
            printed = run_program(language, text, names, services, tmp_path) or None
    assert printed is None, f"what the last program prints is not on the page:\n{printed}"


def test_its_headings_are_those_that_were_promised():
    told, found = re.sub(r"^```.*?^```$", "", TEXT, flags=re.M | re.S), {}
    for level, title in re.findall(r"^(#{2,3}) (.+)$", told, re.M):
        if level == "##":
            found[title] = []
        else:
            found[list(found)[-1]].append(title)
    assert found == HEADINGS and list(found) == list(HEADINGS)


def test_each_section_shows_requests_and_a_program():
    shown = {section.title: {language for language, _ in section.blocks} for section in sections(TEXT)}
    for chapter in list(HEADINGS)[:4]:
        for title in HEADINGS[chapter]:
            assert {"http", "js"} <= shown[title], title
    assert {"sh", "js"} <= shown["Implementation examples"]


def test_the_last_chapters_hold_what_they_are_for():
    examples = TEXT[TEXT.index("## Implementation examples"):TEXT.index("## Best practices checklist")]
    assert re.search(r"!\[[^\]]+\]\(images/race\.svg\)", examples)
    for name in HEADINGS["Best practices checklist"]:
        chapter = TEXT[TEXT.index(f"### {name}"):].partition("\n#")[0]
        assert len(re.findall(r"^- ", chapter, re.M)) > 3, name
    related = re.findall(r"^- \[([^\]]+)\]\(\w[\w-]*\.md\)", TEXT[TEXT.index("## Related resources"):], re.M)
    assert related == ["Error handling documentation", "API reference for conditional operations", "Conflict resolution patterns"]


def test_every_link_leads_to_a_page_that_is_there():
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", TEXT) if not link.startswith("http")]
    assert links
    for link in links:
        assert not link or (PAGE.parent / link).exists(), link


def test_its_pictures_read_in_light_and_dark():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.svg)\)", TEXT)
    assert pictures
    for picture in pictures:
        text = (PAGE.parent / picture).read_text()
        assert xml.etree.ElementTree.fromstring(text).tag.endswith("svg")
        assert "prefers-color-scheme: dark" in text, picture
