"""compose/demo: the tour shows what it promises, on services that run; a killed projection comes back; the board is lively."""

import re
import shutil
import subprocess

import pytest
from taskstream.places import ROOT

STEPS = ["A task", "A race, and its one winner", "The 412, explained", "A merge", "A lost answer", "Offline", "kill -9", "Time travel"]


@pytest.fixture
def checkout(scene, tmp_path):
    """The script where compose/up has left word of what it started."""
    log = scene.file_log()
    services = [scene.command_service(log), scene.projection_service(log)]
    run = tmp_path / "data" / "run"
    run.mkdir(parents=True)
    (tmp_path / "compose").mkdir()
    shutil.copy(ROOT / "compose" / "demo", tmp_path / "compose" / "demo")
    for service, name in zip(services, ("command-service", "projection-service")):
        (run / f"{name}.started").write_text(f"{log.url} {service.port}\n")
        (run / f"{name}.pid").write_text(f"{service.pid}\n")
    yield tmp_path, services
    # The one that the tour has started in place of the killed one.
    subprocess.run(["kill", "-KILL", (run / "projection-service.pid").read_text().strip()], check=False, stderr=subprocess.DEVNULL)


def run(folder, *arguments):
    return subprocess.run([folder / "compose" / "demo", *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)


def addresses(services):
    commands, queries = (f"http://127.0.0.1:{service.port}" for service in services)
    return ["--commands", commands, "--queries", queries]


def test_the_tour_shows_real_requests_and_answers(checkout):
    folder, _ = checkout
    done = run(folder, "--pace", 0)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert re.findall(r"^\d+\. (.+)$", said, re.M) == STEPS
    assert re.findall(r"^   \w+ +PATCH .* (\d{3}) ", said, re.M).count("412") == 4
    for shown in ("< Idempotency-Replayed: true", "< Preference-Applied: conflict=merge", "rejected 412  VERSION_CONFLICT",
                  "< conflictingFields: [\"title\"]", "ready again after"):
        assert shown in said, shown


def test_at_another_stack_nothing_is_killed(checkout):
    folder, services = checkout
    done = run(folder, "--pace", 0, *addresses(services))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^\d+\. (.+)$", done.stdout, re.M) == [step for step in STEPS if step != "kill -9"]
    assert all(service.is_alive() for service in services)


def test_the_board_is_lively(checkout):
    folder, services = checkout
    done = run(folder, "--load", "--tasks", 300, "--seconds", 4)
    assert done.returncode == 0, done.stdout + done.stderr
    changes = int(re.findall(r"([\d,]+) changes", done.stdout)[-1].replace(",", ""))
    assert changes > 20, done.stdout
    assert services[1].client().get("/v1/tasks?include=total&limit=1").json["total"] == 300


def test_where_nothing_runs_it_says_what_to_do(tmp_path):
    (tmp_path / "compose").mkdir()
    shutil.copy(ROOT / "compose" / "demo", tmp_path / "compose" / "demo")
    done = run(tmp_path)
    assert done.returncode != 0 and "compose/up" in done.stderr
