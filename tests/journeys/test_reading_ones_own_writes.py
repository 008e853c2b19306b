"""Whoever carries the token of a write never reads anything older, however busy the read side is."""

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
