"""A topic that would lose events is refused at the start, with words that say what to change; one made anew stops who runs."""

import pytest
from taskstream.checks import assert_refuses

LOSING = {
    "finite retention in time": (dict(retention_ms="604800000"), "retention.ms", "-1"),
    "finite retention in bytes": (dict(retention_bytes="1000000"), "retention.bytes", "-1"),
    "compaction": (dict(cleanup_policy="compact"), "cleanup.policy", "delete"),
    "time set by the writer": (dict(message_timestamp_type="CreateTime"), "message.timestamp.type", "LogAppendTime"),
}


@pytest.mark.parametrize("what", LOSING)
def test_a_topic_that_would_lose_events_is_refused(scene, shared_broker, what):
    settings, name, value = LOSING[what]
    log = scene.topic_on(shared_broker)
    shared_broker.create_topic(log.topic, **settings)
    assert_refuses(scene.command_service(log, start=False), log.topic, name, value)
    assert_refuses(scene.projection_service(log, start=False), log.topic, name, value)


def test_a_topic_that_has_grown_partitions_is_refused(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service = scene.command_service(log, "--partitions", 3)
    projection = scene.projection_service(log)
    assert service.client().create("Task").status == 201
    assert service.terminate() == 0 and projection.terminate() == 0
    shared_broker.add_partitions(log.topic, 6)
    assert_refuses(service, "3", "6", "partitions")
    assert_refuses(projection, "3", "6", "partitions")


def test_a_topic_made_anew_stops_the_services_that_run(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    service, projection = scene.command_service(log), scene.projection_service(log)
    commands = service.client()
    task_id, version = commands.create("Task").json["taskId"], 1
    for i in range(20):
        version = commands.edit(task_id, version, description=str(i)).version
    shared_broker.delete_topic(log.topic)
    shared_broker.create_topic(log.topic)
    for stopped in (service, projection):
        assert stopped.await_exit(60.0) != 0
        said = stopped.said().lower()
        assert "log" in said and any(word in said for word in ("anew", "truncated", "deleted")), stopped.said()
    # Neither goes on by itself with what it remembers of the other log.
    projection.launch()
    scene.command_service(log)  # opens the new one
    assert projection.await_exit(60.0) != 0
