"""`?version=` and `?at=`: a task as it was, on either log."""

import uuid

import pytest

NEVER = "/v1/tasks/0198c5a2-0000-7000-8000-000000000000"


@pytest.fixture
def stage(scene, log):
    """A task with three versions, a deleted one, and the token of the last write."""
    commands, queries = scene.command_service(log).client(), scene.projection_service(log).client()
    answers = [commands.create("One", tags=["a"], dueDate="2999-01-31T12:00:00Z")]
    path = answers[0].headers["Location"]
    task_id = answers[0].json["taskId"]
    answers.append(commands.edit(task_id, 1, title="Two", description="now with words", tags=[]))
    answers.append(commands.lock(task_id, 60))
    gone = commands.put(str(uuid.uuid4()), "Gone")
    deleted = commands.delete(gone.json["taskId"], 1)
    assert queries.get(path, Consistency_Token=deleted.token).status == 200
    return queries, path, answers, gone


def test_every_version_is_what_its_command_answered(stage):
    queries, path, answers, _ = stage
    for version, answer in enumerate(answers, start=1):
        read = queries.get(f"{path}?version={version}")
        assert (read.status, read.body, read.headers["ETag"]) == (200, answer.body, f'"{version}"')
        assert read.token
        assert queries.get(f"{path}?version={version}", If_None_Match=f'"{version}"').status == 304
        assert queries.get(f"{path}?version={version}", If_None_Match='"99"').status == 200


def test_at_a_time_is_the_last_version_not_later(stage):
    queries, path, answers, _ = stage
    times = [answer.json["updatedAt"] for answer in answers]
    for version, time in enumerate(times, start=1):
        if time not in times[version:]:
            read = queries.get(f"{path}?at={time}")
            assert (read.body, read.headers["ETag"]) == (answers[version - 1].body, f'"{version}"')
    assert queries.get(f"{path}?at=2999-01-01T00:00:00Z").body == answers[-1].body
    assert queries.get(f"{path}?at=2001-01-01T00:00:00%2B02:00").status == 404


def test_what_is_deleted_keeps_its_older_versions(stage):
    queries, _, _, gone = stage
    path = gone.headers["Location"]
    assert queries.get(f"{path}?version=1").body == gone.body
    assert queries.get(f"{path}?at={gone.json['createdAt']}").body == gone.body
    for query in ("", "?version=2", "?at=2999-01-01T00:00:00Z"):
        assert queries.get(path + query).status == 410
    assert queries.get(f"{path}?version=3").status == 404


def test_what_cannot_be_taken_is_named(stage):
    queries, path, _, _ = stage
    refused = {"version=0": ["version"], "version=-1": ["version"], "version=01": ["version"], "version=": ["version"],
               "version=x": ["version"], "version=9007199254740992": ["version"], "at=yesterday": ["at"], "at=": ["at"],
               "version=1&version=1": ["version"], "version=1&at=2999-01-01T00:00:00Z": ["at"], "colour=red": ["colour"]}
    for query, fields in refused.items():
        answer = queries.get(f"{path}?{query}")
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, fields), query
    for query in ("version=4", "version=9007199254740991"):
        assert queries.get(f"{path}?{query}").status == 404
    assert queries.get(f"{NEVER}?version=1").status == queries.get(f"{NEVER}?version=x").status == 404
