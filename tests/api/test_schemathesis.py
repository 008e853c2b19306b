"""Both services as Schemathesis asks for what they describe: no fault of theirs, no answer that is described otherwise, and
nothing taken that the description refuses."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from installed import schemathesis
from taskstream.waiting import wait_until
from taskstream.written_log import TASK, USER, golden_records, write_log

FOLDER = Path(__file__).parent / "schemathesis"
# So long the fuzzing and the walks from answer to answer may take together; examples and limits are tried first.
USUAL_S, LONG_S = 60, 600
KNOWN_SEED = 1


def prepared(scene):
    """Both services on a log that holds a little of everything, records that cannot be read and much that can be named."""
    log = write_log(scene.folder / "taskstream.log", golden_records())
    commands, projection = scene.command_service(log), scene.projection_service(log)
    client, known = commands.client(), {"users": [USER], "tasks": [TASK], "tokens": [], "places": [], "cursors": []}
    known["users"] += [client.new_user() for _ in range(3)]
    client.deactivate(known["users"][-1])
    for i in range(12):
        answer = client.create(f"Task {i}", tags=["docs", f"t{i}"], dueDate=f"2031-01-{i + 1:02d}T00:00:00Z",
                               assigneeId=known["users"][i % 3] if i % 2 else None)
        known["tasks"].append(answer.json["taskId"])
    client.lock(known["tasks"][2], 3600)
    client.move(known["tasks"][3], 1, "IN_PROGRESS")
    client.move(known["tasks"][4], 1, "CANCELLED")
    last = client.delete(known["tasks"][5], 1)
    reader = projection.client()
    wait_until(lambda: reader.get("/v1/tasks", Consistency_Token=last.token).status == 200, "the projection has read it all")
    known["tokens"] = [answer.token, last.token]
    known["cursors"] = [reader.get("/v1/tasks?limit=2").json["nextCursor"], reader.get("/v1/users?limit=2").json["nextCursor"]]
    known["places"] = [reader.get("/v1/changes?limit=3").json["next"], reader.get("/v1/changes").json["next"]]
    return commands, projection, known


def configuration(known):
    """The file in schemathesis/, with what is known of the prepared data for values that nobody can guess."""
    text = (FOLDER / "schemathesis.toml").read_text()
    text += "\n[parameters]\n"
    for name, kind in [("Consistency-Token", "tokens"), ("since", "places"), ("Last-Event-ID", "places"), ("cursor", "cursors")]:
        text += f'{json.dumps(name)} = {{ dictionary = "{kind}", probability = 0.6 }}\n'
    for name, values in known.items():
        text += f"\n[dictionaries.{name}]\nvalues = {json.dumps(values)}\n"
    for kind in ("tasks", "users"):
        text += f'\n[[operations]]\ninclude-path-regex = "^/v1/{kind}/"\n'
        text += f'parameters = {{ id = {{ dictionary = "{kind}", probability = 0.7 }} }}\n'
    return text


def ask_everything(service, known, folder, seed, seconds):
    settings = folder / "schemathesis.toml"
    settings.write_text(configuration(known))
    command = [schemathesis(), "--config-file", settings, "--no-color", "run", f"http://127.0.0.1:{service.port}/openapi.yaml",
               "--seed", seed, "--max-time", seconds, "--continue-on-failure", "--request-timeout", 20]
    done = subprocess.run(list(map(str, command)), cwd=folder, env={**os.environ, "PYTHONPATH": str(FOLDER)},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=seconds + 600)
    return done.returncode, done.stdout


def assert_nothing_is_found(scene, which, seed, seconds):
    commands, projection, known = prepared(scene)
    service = {"command-service": commands, "projection-service": projection}[which]
    status, words = ask_everything(service, known, scene.folder, seed, seconds)
    assert status == 0, words
    print(words[words.rfind("== SUMMARY =="):])
    assert commands.is_alive() and projection.is_alive()


@pytest.mark.parametrize("which", ["command-service", "projection-service"])
def test_nothing_is_found_in_a_minute(scene, which):
    """The same requests every time, so that a finding is one of the change at hand; others are looked for at length."""
    assert_nothing_is_found(scene, which, int(os.environ.get("TASKSTREAM_TEST_SEED", KNOWN_SEED)), USUAL_S)


@pytest.mark.long
@pytest.mark.parametrize("which", ["command-service", "projection-service"])
def test_nothing_is_found_in_ten_minutes(scene, seed, which):
    assert_nothing_is_found(scene, which, seed, LONG_S)
