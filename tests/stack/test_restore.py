"""docs/operating.md: its commands for the backup and the restore of the stack are run, as they stand there."""

import uuid

from taskstream.engine import COMPOSE, DOCKER
from taskstream.pages import examples, run
from taskstream.places import ROOT
from taskstream.stack import COMMANDS, COMPOSE_FILE, PROJECTIONS

PAGE = ROOT / "docs" / "operating.md"


def as_the_page_calls_it(folder):
    """`docker compose` for who has Debian's docker-compose."""
    shim = folder / "docker"
    shim.write_text(f'#!/bin/sh\n[ "$1" = compose ] || exec {DOCKER} "$@"\nshift\nexec {COMPOSE} -f {COMPOSE_FILE} -p taskstream "$@"\n')
    shim.chmod(0o755)


def test_what_was_backed_up_is_restored(stack, tmp_path):
    as_the_page_calls_it(tmp_path)

    def in_a_shell(commands):
        environment = {**stack.environment(), "PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
        environment.pop("TASKSTREAM_TOPIC")
        return run("set -e\n" + "\n".join(commands), tmp_path, 300, **environment)

    told = [command for command, _ in examples(PAGE, "stack")]
    begins = next(i for i, command in enumerate(told) if " import " in command)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    kept = stack.commands().create("in the backup", key)
    assert kept.status == 201, kept

    print(in_a_shell(told[:begins]))
    lost = stack.commands().create("after the backup")
    assert lost.status == 201 and '"tokens"' in (tmp_path / "auth.json").read_text()
    before = stack.queries()
    assert before.get("/v1/tasks", Consistency_Token=lost.token, Prefer="wait=20").status == 200
    expected = {task["taskId"]: task for task in before.pages("/v1/tasks") if task["taskId"] != lost.json["taskId"]}

    said = in_a_shell(told[begins:])
    stack.topic = "restored"  # from here on
    stack.await_healthy(*COMMANDS, *PROJECTIONS)
    assert "no differences" in said, said
    assert {task["taskId"]: task for task in stack.queries().pages("/v1/tasks")} == expected
    again = stack.commands().create("in the backup", key)
    assert (again.status, again.json["taskId"], again.headers["Idempotency-Replayed"]) == (201, kept.json["taskId"], "true")
    refused = stack.queries().get("/v1/tasks", Consistency_Token=kept.token)
    assert (refused.status, refused.code) == (400, "TOKEN_UNKNOWN")
