"""Whatever else lies in the topic: the services run on, judge it as the acceptance rule says, and serve all other streams."""

import base64
import json
import uuid

import pytest
from taskstream.checks import assert_read_model_equals_fold
from taskstream.fold import partition_of

TIME = b"2026-01-01T00:00:00.000000Z"


def headers(key, version, **other):
    """The headers of a rightful event, with the given ones in place of these (None: left out)."""
    made = {"content-type": b"application/json", "ce_specversion": b"1.0", "ce_id": str(uuid.uuid4()).encode(),
            "ce_source": b"/elsewhere", "ce_type": b"taskstream.task.edited.v1", "ce_subject": key, "ce_time": TIME,
            "ce_streamversion": str(version).encode(), "ce_actor": b"somebody"}
    made.update({name.replace("content_type", "content-type"): value for name, value in other.items()})
    return [(name, value) for name, value in made.items() if value is not None]


def edit(title):
    return json.dumps({"changes": {"title": title}}).encode()


def assert_parked(projection, records):
    """These records, byte for byte, in the order of partitions and offsets, each with a reason."""
    items = projection.client().pages("/v1/parked?limit=4")
    parked = [(item["partition"], item["offset"], unpacked(item["key"]), unpacked(item["value"]),
               [(header["name"], unpacked(header["value"])) for header in item["headers"]]) for item in items]
    assert parked == sorted((record.partition, record.offset, record.key, record.value, record.headers) for record in records)
    assert all(item["reason"] for item in items)
    return items


def unpacked(text):
    return None if text is None else base64.b64decode(text, validate=True)


@pytest.fixture
def stage(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service, projection = scene.command_service(log), scene.projection_service(log)
    yield log, service, projection
    assert service.is_alive() and projection.is_alive()


def test_malformed_and_superseded_records_change_nothing(scene, stage):
    log, service, projection = stage
    commands = service.client()
    created = commands.create("Task")
    task_id = created.json["taskId"]
    key = f"task/{task_id}".encode()
    elsewhere = (partition_of(key, log.partitions) + 1) % log.partitions
    copy = next(record for record in log.records() if record.key == key)
    foreign = [
        ("no key", None, [], b"{}", 0),
        ("no headers", key, [], edit("x"), None),
        ("a binary key", b"\xff\xfe\x01task", headers(key, 2), edit("x"), 3),
        ("a key of another shape", b"Task/" + task_id.encode(), headers(key, 2), edit("x"), 4),
        ("a repeated version", key, headers(key, 2) + [("ce_streamversion", b"2")], edit("x"), None),
        ("a repeated id", key, headers(key, 2) + [("ce_id", str(uuid.uuid4()).encode())], edit("x"), None),
        ("no version", key, headers(key, 2, ce_streamversion=None), edit("x"), None),
        ("a version with a sign", key, headers(key, 2, ce_streamversion=b"+2"), edit("x"), None),
        ("a version with a zero before it", key, headers(key, 2, ce_streamversion=b"02"), edit("x"), None),
        ("version 0", key, headers(key, 0), edit("x"), None),
        ("a version past 2^53", key, headers(key, 2**53), edit("x"), None),
        ("an id that is none", key, headers(key, 2, ce_id=b"not-an-id"), edit("x"), None),
        ("no type", key, headers(key, 2, ce_type=b""), edit("x"), None),
        ("the wrong partition", key, headers(key, 2), edit("x"), elsewhere),
        ("an earlier version", key, headers(key, 1), edit("x"), None),
        ("a later version", key, headers(key, 3), edit("x"), None),
        ("a copy of an earlier record", key, copy.headers, copy.value, None),
        ("a megabyte", key, headers(key, 9), b"x" * 1_000_000, None),
    ]
    for what, record_key, record_headers, value, partition in foreign:
        log.produce(record_key, value, record_headers, partition, folder=scene.folder)
    assert commands.get(f"/v1/tasks/{task_id}").json == created.json
    edited = commands.edit(task_id, 1, title="Renamed")
    assert (edited.status, edited.version) == (200, 2)
    fold = assert_read_model_equals_fold(projection, log)
    superseded = [record for record in fold.superseded if record.key == key]  # a barrier record of a service is one, too
    assert len(fold.malformed) == 14 and len(superseded) == 4, [what for what, *_ in foreign]
    status = projection.client().get("/v1/projection").json
    assert (status["parked"], status["quarantined"]) == (14, 0)
    assert_parked(projection, fold.malformed)
    # A service that meets all of it at its start judges it no differently.
    late, rebuilt = scene.command_service(log), scene.projection_service(log)
    assert late.client().get(f"/v1/tasks/{task_id}").json == edited.json
    assert_read_model_equals_fold(rebuilt, log)


UNFOLDABLE = {
    "an unknown type": (dict(ce_type=b"taskstream.task.painted.v7"), b'{"colour": "red"}'),
    "a type of another kind": (dict(ce_type=b"taskstream.user.deactivated.v1"), b"{}"),
    "broken JSON": (dict(), b'{"changes": {"title": '),
    "a megabyte of text": (dict(), b'{"changes": {"title": "' + b"x" * 1_000_000),
    "an unknown member": (dict(), b'{"changes": {"title": "x"}, "more": 1}'),
    "a value of another type": (dict(), b'{"changes": {"title": 7}}'),
    "a creation where a task is": (dict(ce_type=b"taskstream.task.created.v1"),
                                   b'{"title": "x", "status": "NOT_STARTED", "priority": "LOW", "tags": []}'),
    "no time": (dict(ce_time=None), edit("x")),
    "a repeated actor": (dict(), edit("x")),
    "another content type": (dict(content_type=b"text/plain"), edit("x")),
}


def test_an_accepted_record_that_cannot_be_folded_quarantines_its_stream_alone(scene, stage):
    log, service, projection = stage
    commands, queries = service.client(), projection.client()
    healthy = commands.create("Healthy").json["taskId"]
    poisoned = {}
    for what, (changed, value) in UNFOLDABLE.items():
        task_id = commands.create(what).json["taskId"]
        key = f"task/{task_id}".encode()
        poison = headers(key, 2, **changed)
        if what == "a repeated actor":
            poison.append(("ce_actor", b"somebody else"))
        log.produce(key, value, poison, folder=scene.folder)
        log.produce(key, edit("after the poison"), headers(key, 3), folder=scene.folder)
        poisoned[task_id] = what
    log.produce(b"stranger/1", b"{}", headers(b"stranger/1", 1, ce_type=b"taskstream.stranger.came.v1"), folder=scene.folder)

    def looks_right(commands, queries):
        for task_id, what in poisoned.items():
            for answer in (commands.edit(task_id, "*", title="x"), commands.edit(task_id, 3, title="x"), commands.delete(task_id, "*")):
                assert (answer.status, answer.code) == (503, "STREAM_QUARANTINED"), (what, answer)
            shown = queries.get(f"/v1/tasks/{task_id}")
            assert shown.status == 200 and shown.json["title"] == what and "ETag" not in shown.headers
            assert shown.json["quarantined"]["version"] == 2 and shown.json["quarantined"]["reason"]
            for past in ("version=1", "at=2999-01-01T00:00:00Z"):
                read = queries.get(f"/v1/tasks/{task_id}?{past}")
                assert read.json == shown.json and "ETag" not in read.headers
            for version, (status, code) in {2: (503, "STREAM_QUARANTINED"), 3: (503, "STREAM_QUARANTINED"), 4: (404, "NOT_FOUND")}.items():
                answer = queries.get(f"/v1/tasks/{task_id}?version={version}")
                assert (answer.status, answer.code) == (status, code), (what, version)
        assert commands.edit(healthy, "*", description=str(uuid.uuid4())).status == 200

    assert_read_model_equals_fold(projection, log)
    looks_right(commands, queries)
    records = log.records()
    assert len(records) > len(poisoned) * 3
    keys = {f"task/{task_id}".encode() for task_id in poisoned} | {b"stranger/1"}
    unread = [record for record in records if record.key in keys and (record.key == b"stranger/1" or record.header("ce_streamversion") != b"1")]
    assert_parked(projection, unread)
    for query, field in {"limit=0": "limit", "limit=201": "limit", "cursor=x": "cursor", "colour=red": "colour"}.items():
        answer = projection.client().get(f"/v1/parked?{query}")
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)
    late, rebuilt = scene.command_service(log), scene.projection_service(log)
    assert_read_model_equals_fold(rebuilt, log)
    looks_right(late.client(), rebuilt.client())
