"""One request, followed by its ids through what every service says of it; and what of it none of them says."""

import json
import re

from taskstream.checks import await_caught_up
from taskstream.waiting import wait_until

PLANTED = "planted0secret"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


def lines_of(service):
    """Of its log; what it prints for whoever started it left out."""
    return [json.loads(line) for line in service.said().splitlines() if not line.startswith("listening on ")]


def test_one_request_is_followed_to_every_replica(scene, log):
    options = ("--log-format", "json", "--log-level", "debug")
    command = scene.command_service(log, *options)
    replicas = [scene.projection_service(log, *options) for _ in range(2)]
    for replica in replicas:
        await_caught_up(replica)
    headers = {"traceparent": TRACEPARENT, "X-Request-Id": "request-7", "Taskstream-Actor": "ann",
               "Authorization": f"Bearer {PLANTED}"}
    created = command.client().create("Follow me", headers)
    key = f"task/{created.json['taskId']}"
    record = next(record for record in log.records() if record.key == key.encode())
    assert record.header("ce_traceparent") == TRACEPARENT.encode()
    for replica in replicas:
        headers["Consistency-Token"] = created.token
        assert replica.client().request("GET", f"/v1/tasks?q={PLANTED}", headers=headers).status == 200

    def line(service, **members):
        wait_until(lambda: any(members.items() <= line.items() for line in lines_of(service)), f"{service.name} says {members}")
        return next(line for line in lines_of(service) if members.items() <= line.items())
    answered = line(command, traceId=TRACE_ID, method="POST")
    assert (answered["path"], answered["status"], answered["requestId"], answered["actor"]) == ("/v1/tasks", 201, "request-7", "ann")
    assert answered["level"] == "info" and answered["message"] == "POST /v1/tasks 201" and answered["us"] > 0
    for replica in replicas:
        applied = line(replica, traceId=TRACE_ID, message="applied an event")
        assert (applied["stream"], applied["version"], applied["requestId"]) == (key, 1, "request-7")
        assert (applied["partition"], applied["offset"]) == (record.partition, record.offset)
        assert (applied["eventId"], applied["level"]) == (created.event_id, "debug")
        assert line(replica, traceId=TRACE_ID, method="GET")["path"] == "/v1/tasks"
    for service in (command, *replicas):
        assert PLANTED not in service.said(), "neither a token nor a query is in the log"


def test_a_line_of_text_says_the_same(scene):
    log = scene.file_log()
    command, projection = scene.command_service(log), scene.projection_service(log, "--log-level", "debug")
    await_caught_up(projection)
    headers = {"traceparent": TRACEPARENT, "X-Request-Id": "request-8", "Taskstream-Actor": "ann lee"}
    created = command.client().create("Follow me", headers)
    for service, line in (
            (command, rf" info POST /v1/tasks 201 .*requestId=request-8 traceId={TRACE_ID} actor=ann_lee$"),
            (projection, rf" debug applied an event stream=task/{created.json['taskId']} version=1 .*traceId={TRACE_ID}$")):
        wait_until(lambda service=service, line=line: re.search(line, service.said(), re.M), f"{service.name} says {line}")
