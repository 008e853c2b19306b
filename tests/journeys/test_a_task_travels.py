"""A task's whole life: from HTTP through the log into the read model."""

import uuid

from taskstream.checks import assert_read_model_equals_fold


def read_back(queries, task_id, answer):
    read = queries.get(f"/v1/tasks/{task_id}", Consistency_Token=answer.token)
    assert read.status == 200, read
    return read


def test_a_created_task_is_read_back(scene, log):
    commands, queries = scene.command_service(log).client(), scene.projection_service(log).client()
    created = commands.create("Write the guide – für alle 📝", description="In plain words", tags=["docs", "ä"], priority="HIGH",
                              dueDate="2999-01-31T12:00:00+01:00", warningOffset=60)
    assert created.status == 201, created
    task_id = created.json["taskId"]
    assert created.headers["Location"] == f"/v1/tasks/{task_id}"
    read = read_back(queries, task_id, created)
    assert read.json == created.json
    assert read.headers["ETag"] == '"1"'
    assert read.json["dueDate"] == "2999-01-31T11:00:00.000000Z"
    assert queries.get(f"/v1/tasks/{task_id}", If_None_Match='"1"').status == 304
    assert [task["taskId"] for task in queries.get("/v1/tasks?tag=docs&priority=HIGH").json["items"]] == [task_id]


def test_every_command_reaches_the_read_model(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    commands, queries = service.client(), projection.client()
    task_id, somebody = str(uuid.uuid4()), commands.new_user()
    steps = [
        (201, lambda v: commands.put(task_id, "Write the guide")),
        (200, lambda v: commands.edit(task_id, v, title="Write the long guide", tags=["docs"], priority="URGENT")),
        (200, lambda v: commands.assign(task_id, v, somebody)),
        (200, lambda v: commands.move(task_id, v, "IN_PROGRESS", reason="Monday")),
        (200, lambda v: commands.unassign(task_id, v)),
        (200, lambda v: commands.edit(task_id, v, description="Chapter one", dueDate="2999-12-31T00:00:00Z")),
        (200, lambda v: commands.edit(task_id, v, description=None)),
        (200, lambda v: commands.move(task_id, v, "COMPLETED")),
    ]
    for version, (status, command) in enumerate(steps, start=1):
        answer = command(version - 1)
        assert answer.status == status, answer
        assert answer.version == version
        assert read_back(queries, task_id, answer).json == answer.json == commands.get(f"/v1/tasks/{task_id}").json
    deleted = commands.delete(task_id, len(steps))
    assert deleted.status == 204 and "ETag" not in deleted.headers
    assert queries.get(f"/v1/tasks/{task_id}", Consistency_Token=deleted.token).status == 410
    assert commands.get(f"/v1/tasks/{task_id}").status == 410
    assert commands.put(task_id, "Again").status == 410
    assert commands.create("So that the list is not empty").status == 201
    assert_read_model_equals_fold(projection, log)


def test_what_is_refused_changes_nothing(scene, log):
    commands, queries = scene.command_service(log).client(), scene.projection_service(log).client()
    created = commands.create("Write the guide")
    task_id = created.json["taskId"]
    path = f"/v1/tasks/{task_id}"
    read_back(queries, task_id, created)
    refusals = [
        (428, "PRECONDITION_REQUIRED", commands.request("PATCH", path, {"title": "x"})),
        (412, "VERSION_CONFLICT", commands.edit(task_id, 7, title="x")),
        (412, "VERSION_CONFLICT", commands.put(task_id, "x")),
        (409, "ILLEGAL_TRANSITION", commands.move(task_id, 1, "COMPLETED")),
        (422, "VALIDATION_FAILED", commands.edit(task_id, 1, title="")),
        (422, "VALIDATION_FAILED", commands.edit(task_id, 1, dueDate="2001-01-01T00:00:00Z")),
        (400, "MALFORMED", commands.request("PATCH", path, "{", {"If-Match": '"1"', "Content-Type": "application/json"})),
        (415, "UNSUPPORTED_MEDIA_TYPE", commands.request("PATCH", path, "{}", {"If-Match": '"1"', "Content-Type": "text/plain"})),
        (404, "NOT_FOUND", commands.edit(str(uuid.uuid4()), "*", title="x")),
    ]
    for status, code, answer in refusals:
        assert (answer.status, answer.code) == (status, code), answer
    conflict = refusals[1][2].json
    assert (conflict["expectedVersion"], conflict["currentVersion"], conflict["current"]) == (7, 1, created.json)
    same = commands.edit(task_id, 1, title="Write the guide")
    assert (same.status, same.version, same.event_id) == (200, 1, None)
    assert [item["version"] for item in queries.pages(f"{path}/history")] == [1]


def test_a_create_with_the_same_key_happens_once_at_whatever_instance(scene, log):
    one, other = scene.command_service(log).client(), scene.command_service(log).client()
    queries = scene.projection_service(log).client()
    key = {"Idempotency-Key": "a-key-that-the-client-made"}
    first = one.create("Write the guide", key)
    again, elsewhere = one.create("Write the guide", key), other.create("Write the guide", key)
    assert first.status == 201 and "Idempotency-Replayed" not in first.headers
    for answer in (again, elsewhere):
        assert answer.status == 201
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert (answer.json, answer.event_id, answer.headers["Location"]) == (first.json, first.event_id, first.headers["Location"])
    reused = other.create("Another task", key)
    assert (reused.status, reused.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    history = queries.get(f"{first.headers['Location']}/history", Consistency_Token=elsewhere.token).json["items"]
    assert [item["eventId"] for item in history] == [first.event_id]


def test_services_end_in_order_and_go_on_where_they_were(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    created = service.client().create("Write the guide")
    assert read_back(projection.client(), created.json["taskId"], created).json == created.json
    assert service.terminate() == 0
    assert projection.terminate() == 0
    service.start(), projection.start()
    read = service.client().get(created.headers["Location"])
    assert read.json == created.json
    edited = service.client().edit(created.json["taskId"], 1, title="Write the long guide")
    assert edited.status == 200, edited
    assert read_back(projection.client(), created.json["taskId"], edited).json == edited.json
    assert_read_model_equals_fold(projection, log)
