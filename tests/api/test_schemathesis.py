"""Both services as Schemathesis asks for what they describe: no fault of theirs, no answer that is described otherwise, and
nothing taken that the description refuses."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from installed import schemathesis
from taskstream.waiting import wait_until
from taskstream.written_log import TASK, USER, golden_records, write_log

FOLDER = Path(__file__).parent / "schemathesis"
# So long the fuzzing and the walks from answer to answer take together; examples and limits are tried first.
USUAL_S, LONG_S = 40, 600
KNOWN_SEED = 1


def prepared(scene):
    """Both services on a log that holds a little of everything, records that cannot be read and much that can be named."""
    log = write_log(scene.folder / "taskstream.log", golden_records())
    commands, projection = scene.command_service(log), scene.projection_service(log)
    client, known = commands.client(), {"users": [USER], "tasks": [TASK]}
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
    for kind in ("fresh tasks", "tasks to delete"):
        known[kind] = [client.create(f"Task {i}", dueDate="2031-02-01T00:00:00Z").json["taskId"] for i in range(150)]
    known["fresh users"] = [client.new_user() for _ in range(30)]
    reader = projection.client()
    wait_until(lambda: reader.get("/v1/tasks", Consistency_Token=last.token).status == 200, "the projection has read it all")
    known["tokens"] = [answer.token, last.token]
    known["cursors"] = {path: [reader.get(f"{path}?limit={limit}").json["nextCursor"] for limit in (1, 2, 5)]
                        for path in ("/v1/tasks", "/v1/users")}
    known["early places"] = [reader.get(f"/v1/changes?limit={limit}").json["next"] for limit in (3, 5)]
    known["places"] = [*known["early places"], reader.get("/v1/changes?limit=200").json["next"]]
    return commands, projection, known


def configuration(known):
    """The file in schemathesis/, with the tasks and users that there are."""
    text = (FOLDER / "schemathesis.toml").read_text()
    for kind in ("tasks", "users"):
        text += f"\n[dictionaries.{kind}]\nvalues = {json.dumps(known[kind])}\n"
        text += f'\n[[operations]]\ninclude-path-regex = "^/v1/{kind}/"\n'
        text += f'parameters = {{ id = {{ dictionary = "{kind}", probability = 0.7 }} }}\n'
    return text


def ask_everything(port, document, known, folder, *options):
    """Schemathesis's exit status, what it says, and its report."""
    (folder / "openapi.yaml").write_text(document)  # from a URL, it would leave out the operation that answers there
    (folder / "known.json").write_text(json.dumps(known))
    (folder / "schemathesis.toml").write_text(configuration(known))
    report = folder / "report.json"
    command = [schemathesis(), "--config-file", "schemathesis.toml", "--no-color", "run", "openapi.yaml",
               "--url", f"http://127.0.0.1:{port}", "--report-json-path", report, "--continue-on-failure", "--request-timeout", 20,
               *options]
    done = subprocess.run(list(map(str, command)), cwd=folder, env={**os.environ, "PYTHONPATH": str(FOLDER)},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG_S + 600)
    return done.returncode, done.stdout, json.loads(report.read_text()) if report.exists() else None


def operations_of(document):
    """Each as Schemathesis names it."""
    methods = {"get", "put", "post", "delete", "patch"}
    return {f"{method.upper()} {path}" for path, item in yaml.safe_load(document)["paths"].items() for method in methods & set(item)}


def what_is_missing(reports, document):
    """What runs that found nothing have not looked at, by the report of each phase."""
    operations, missing = operations_of(document), []
    for phase, report in reports.items():
        # An example is there for most, and a link to another operation for some.
        counted = ("total", "selected", "tested") if phase in ("coverage", "fuzzing") else ("total", "selected")
        missing += [f"{phase}: {name} {report['operations'][name]} of {len(operations)} operations" for name in counted
                    if report["operations"][name] != len(operations)]
        if report["phases"][phase]["status"] != "success" or not report["operations"]["tested"]:
            missing.append(f"{phase}: {report['phases'][phase]}")
    for operation in sorted(operations):
        answers = [counts for report in reports.values() for counts in report["valid_rates"].get(operation, {}).values()]
        if not any(counts["accepted"] for counts in answers):
            missing.append(f"{operation}: no request that succeeded")
    return missing


def assert_nothing_is_found(scene, which, seed, seconds):
    commands, projection, known = prepared(scene)
    service = {"command-service": commands, "projection-service": projection}[which]
    document = service.client().get("/openapi.yaml").body.decode()
    # What can be listed is asked to its end, however slow the machine is; what is made at random, for a time.
    reports, endless = {}, ["--max-time", seconds // 2]
    for phase, more in {"examples": [], "coverage": [], "fuzzing": endless, "stateful": endless}.items():
        status, words, reports[phase] = ask_everything(service.port, document, known, scene.folder, "--phases", phase,
                                                       "--seed", seed, *more)
        assert status == 0, words
        print(words[words.rfind("== SUMMARY =="):])
    assert what_is_missing(reports, document) == []
    assert commands.is_alive() and projection.is_alive()


@pytest.mark.parametrize("which", ["command-service", "projection-service"])
def test_nothing_is_found_in_a_minute(scene, which):
    """The same requests every time, so that a finding is one of the change at hand; others are looked for at length."""
    assert_nothing_is_found(scene, which, int(os.environ.get("TASKSTREAM_TEST_SEED", KNOWN_SEED)), USUAL_S)


@pytest.mark.long
@pytest.mark.parametrize("which", ["command-service", "projection-service"])
def test_nothing_is_found_in_ten_minutes(scene, seed, which):
    assert_nothing_is_found(scene, which, seed, LONG_S)


# ---- Schemathesis can find something


def user_with_numbers_for_names(document):
    document["components"]["schemas"]["User"]["properties"]["firstName"] = {"type": "integer"}


def user_that_is_always_there(document):
    del document["paths"]["/v1/users/{id}"]["get"]["responses"]["400"]


def longer_pages(document):
    document["components"]["parameters"]["Limit"]["schema"]["maximum"] = 300


def shorter_pages(document):
    document["components"]["parameters"]["Limit"]["schema"]["maximum"] = 100


def events_without_a_task(document):
    del document["components"]["schemas"]["StreamedChange"]["properties"]["task"]
    document["components"]["schemas"]["StreamedChange"].update(required=[], additionalProperties=False)


LIES = {user_with_numbers_for_names: ("/v1/users/{id}", "Response violates schema"),
        user_that_is_always_there: ("/v1/users/{id}", "Undocumented status code"),
        longer_pages: ("/v1/users", "Schema-valid request rejected"),
        shorter_pages: ("/v1/users", "Schema-violating request accepted"),
        events_without_a_task: ("/v1/stream", "data_of_events_is_as_described")}


def test_a_description_that_lies_is_found_out(scene):
    """Nothing that lets requests reach further, or refusals go, keeps back what is wrong."""
    _, projection, known = prepared(scene)
    text = projection.client().get("/openapi.yaml").body.decode()
    for lie, (path, finding) in LIES.items():
        document = yaml.safe_load(text)
        lie(document)
        status, words, _ = ask_everything(projection.port, json.dumps(document, default=str), known, scene.folder, "--phases", "coverage",
                                          "--seed", KNOWN_SEED, "--include-path", path)
        assert status == 1 and finding in words, f"{lie.__name__}: {words}"


def test_a_service_that_is_not_there_is_noticed(scene):
    _, projection, known = prepared(scene)
    text = projection.client().get("/openapi.yaml").body.decode()
    projection.kill()
    status, words, report = ask_everything(projection.port, text, known, scene.folder, "--phases", "coverage", "--seed", KNOWN_SEED)
    assert status != 0, words
