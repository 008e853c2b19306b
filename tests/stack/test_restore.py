"""docs/operating.md: its commands for the backup and the restore of the stack are run, as they stand there."""

import uuid

from taskstream.stack import COMMANDS, EVERY, PROJECTIONS


def test_what_was_backed_up_is_restored(stack, page):
    back_up, = page.blocks("The stack: backup")
    restore, = page.blocks("Restore")
    kept = stack.commands().create("in the backup", {"Idempotency-Key": str(uuid.uuid4())})
    assert kept.status == 201, kept

    page.run(back_up)
    lost = stack.commands().create("after the backup")
    assert lost.status == 201
    before = stack.queries()
    fresh = {"Consistency-Token": lost.token, "Prefer": "wait=20"}  # each page may come from the other one
    expected = {task["taskId"]: task for task in before.pages("/v1/tasks", **fresh) if task["taskId"] != lost.json["taskId"]}

    said = page.run(restore)
    stack.topic = "restored"  # from here on
    stack.await_healthy(*COMMANDS, *PROJECTIONS)
    assert "no differences" in said, said
    assert {task["taskId"]: task for task in stack.queries().pages("/v1/tasks")} == expected
