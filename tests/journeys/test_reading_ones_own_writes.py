"""Whoever carries the token of a write never reads anything older, however busy the read side is."""

import uuid

from taskstream.checks import assert_read_model_equals_fold
from taskstream.load import Load

READS = 2_000


def test_a_read_with_the_token_of_a_write_is_never_older(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    commands, queries = service.client(), projection.client()
    others = [commands.create(f"Task {i}").json["taskId"] for i in range(8)]
    mine = commands.create("Mine")
    task_id, version = mine.json["taskId"], 1
    with Load([service], clients=4, tasks=others, seed="own writes"):
        for i in range(READS):
            written = commands.edit(task_id, version, description=f"change {i}")
            assert written.status == 200, written
            version = written.version
            read = queries.get(f"/v1/tasks/{task_id}", Consistency_Token=written.token)
            assert read.status == 200, read
            assert (read.version, read.json) == (version, written.json)


def test_strict_barriers_confirm_by_an_append(scene, log):
    """With --strict-barrier the other instance looks at the log's end by appending to it, and leaves no trace in any task."""
    one, other = (scene.command_service(log, "--strict-barrier").client() for _ in range(2))
    projection = scene.projection_service(log)
    created = one.create("Mine")
    task_id, path = created.json["taskId"], created.headers["Location"]
    for version in range(1, 101):
        written = one.edit(task_id, version, description=f"change {version}")
        assert written.status == 200, written
        assert other.get(path).json == written.json
        refused = other.edit(task_id, version + 7, title="x")
        assert (refused.status, refused.json["currentVersion"]) == (412, version + 1)
    missing = other.edit(str(uuid.uuid4()), 1, title="x")
    assert missing.status == 404
    fold = assert_read_model_equals_fold(projection, log)
    barriers = [record for record in fold.superseded if record.key.startswith(b"log/barrier")]
    assert len(barriers) >= 200, "the strong reads and refusals have appended nothing"
    assert projection.client().get("/v1/projection").json["parked"] == 0
