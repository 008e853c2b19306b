"""kcat and Java's own hash, which share no code with the services, judge what lies in the topic."""

import json
import re
import uuid
from collections import defaultdict

from taskstream.broker import run_java
from taskstream.fold import partition_of

UUID_V7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
ONCE = ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_streamversion", "ce_actor"]
MAYBE = ["ce_commandid", "ce_commandhash", "ce_correlationid", "ce_causationid", "ce_traceparent"]


def write_of_every_kind(commands):
    key = {"Idempotency-Key": "key-1", "Taskstream-Actor": "ada", "X-Request-Id": "request-1",
           "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    keyed = commands.create("Mit Schlüssel 🔑", key, dueDate="2999-01-01T00:00:00.1234567+02:00")
    assert keyed.status == 201, keyed
    somebody = commands.new_user()
    for _ in range(20):
        task_id = str(uuid.uuid4())
        changes = [commands.put(task_id, "Task", tags=["a", "b"]), commands.edit(task_id, 1, title="Other"),
                   commands.assign(task_id, 2, somebody), commands.unassign(task_id, 3),
                   commands.move(task_id, 4, "IN_PROGRESS"), commands.delete(task_id, 5)]
        assert [answer.status for answer in changes] == [201, 200, 200, 200, 200, 204]
    for _ in range(60):
        assert commands.put(str(uuid.uuid4()), "Task").status == 201
    return keyed


def test_every_record_is_a_cloud_event_where_java_would_put_it(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service = scene.command_service(log)
    keyed = write_of_every_kind(service.client())
    records = log.records()
    assert len(records) >= 1 + 1 + 2 + 20 * 6 + 60

    versions = defaultdict(int)
    for record in records:
        names = [name for name, _ in record.headers]
        assert len(names) == len(set(names)) and set(ONCE) <= set(names) <= set(ONCE + MAYBE), names
        assert record.text("content-type") == "application/json"
        assert record.text("ce_specversion") == "1.0"
        assert UUID_V7.match(record.text("ce_id"))
        assert record.text("ce_source") == "/taskstream/command-service/command-service-1"
        assert re.match(r"taskstream\.(task|user|email|log)\.[a-z-]+(\.v1)?\Z", record.text("ce_type"))
        assert record.text("ce_subject") == record.key.decode()
        assert TIME.match(record.text("ce_time"))
        assert isinstance(json.loads(record.value), dict)
        if not record.key.startswith(b"log/"):
            versions[record.key] += 1
            assert int(record.text("ce_streamversion")) == versions[record.key]
        assert (record.text("ce_commandid") is None) == (record.text("ce_commandhash") is None)
    assert len({record.text("ce_id") for record in records}) == len(records)

    genesis = next(record for record in records if record.key == b"log/genesis")
    assert genesis.offset == 0 and genesis.partition == partition_of(b"log/genesis", log.partitions)
    opened = json.loads(genesis.value)
    assert opened.keys() == {"logId", "partitions", "idNamespace", "maxClockSkewMs"} and opened["partitions"] == log.partitions

    created = next(record for record in records if record.text("ce_commandid") == "key-1")
    assert created.text("ce_id") == keyed.event_id
    assert SHA256.match(created.text("ce_commandhash"))
    assert created.text("ce_actor") == "ada"
    assert created.text("ce_correlationid") == "request-1"
    assert json.loads(created.value) == {"title": "Mit Schlüssel 🔑", "status": "NOT_STARTED", "priority": "MEDIUM", "tags": [],
                                         "dueDate": "2998-12-31T22:00:00.123456Z"}

    keys = [record.key.decode() for record in records]
    by_java = run_java(["Murmur2.java", str(log.partitions)], "\n".join(keys) + "\n").split()
    assert [int(partition) for partition in by_java] == [record.partition for record in records]
    assert len(set(by_java)) > log.partitions // 2, "too few keys to show anything about partitions"
