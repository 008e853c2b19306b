"""What /metrics tells of real services: each thing counted once, by what it is and never by what somebody sent."""

import re
import socket
import threading

import pytest
from taskstream.checks import await_caught_up
from taskstream.event_stream import EventStream
from taskstream.metrics import Moved, scrape
from taskstream.tokens import moved_on
from taskstream.waiting import wait_until
from taskstream.written_log import golden_records, write_log

PLANTED = "planted0secret"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.fixture
def services(scene, log):
    command = scene.command_service(log)
    projection = scene.projection_service(log)
    await_caught_up(projection)
    return command, projection


def test_commands_are_counted_once_by_what_became_of_them(services):
    command, _ = services
    client, moved = command.client(), Moved(command)
    task = client.create("Count me").json["taskId"]
    assert client.edit(task, 1, title="Counted").status == 200
    assert client.edit(task, 1, title="Too late").status == 412
    assert client.edit(task, 1, description="Would merge").status == 412
    assert client.edit(task, 2, title="Counted").status == 200
    assert client.request("PATCH", f"/v1/tasks/{task}", {"title": "x"}).status == 428
    assert client.move(task, 2, "COMPLETED").status == 409
    headers = {"Idempotency-Key": "once"}
    assert client.create("Once", headers).status == client.create("Once", headers).status == 201

    def of(kind, outcome):
        return moved.by("taskstream_commands_total", command=kind, outcome=outcome)
    assert of("create_task", "applied") == 2
    assert of("create_task", "replayed") == 1
    assert of("edit_task", "applied") == 1
    assert of("edit_task", "conflict") == 1
    assert of("edit_task", "mergeable_conflict") == 1
    assert of("edit_task", "unchanged") == 1
    assert of("edit_task", "precondition_missing") == 1
    assert of("change_status", "rejected") == 1
    assert moved.by("taskstream_commands_total") == 9, "and nothing else"
    assert moved.by("taskstream_commands_superseded_total") == 0
    assert moved.by("taskstream_command_verdict_duration_seconds_count") == 3
    assert moved.by("taskstream_barrier_wait_duration_seconds_count") == 3, "unchanged, missing precondition, rejected"
    # A clock is compared by a barrier of the service's own, which is an append, but no command and no event.
    assert moved.by("taskstream_log_appends_total", outcome="appended") == 3
    assert moved.by("taskstream_fold_records_total") == moved.by("taskstream_fold_records_total", verdict="accepted") == 3


def test_requests_are_counted_by_the_pattern_of_their_route(services):
    command, projection = services
    task = command.client().create("Look at me").json["taskId"]
    token = command.client().edit(task, 1, title="Now").token
    moved, client = Moved(projection), projection.client()
    route = "/v1/tasks/{id}"
    assert client.get(f"/v1/tasks/{task}", Consistency_Token=token).status == 200
    assert client.get(f"/v1/tasks/{task}", If_None_Match='"2"').status == 304
    assert client.get("/v1/tasks/0198c5a2-0000-7000-8000-000000000000").status == 404
    assert client.get("/v1/nowhere").status == 404
    assert client.request("POST", f"/v1/tasks/{task}").status == 405
    assert moved.by("taskstream_http_requests_total", route=route, status="2xx") == 1
    assert moved.by("taskstream_http_requests_total", route=route, status="3xx") == 1
    assert moved.by("taskstream_http_requests_total", route=route, status="4xx") == 1
    assert moved.by("taskstream_http_requests_total", route="none", status="4xx") == 2
    assert moved.by("taskstream_http_errors_total", status="404") == 2
    assert moved.by("taskstream_http_errors_total", status="405") == 1
    assert moved.by("taskstream_http_request_duration_seconds_count", route=route) == 3
    assert moved.by("taskstream_http_refused_total") == 0
    with socket.create_connection(("127.0.0.1", projection.port)) as smuggler:
        smuggler.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert smuggler.recv(100).startswith(b"HTTP/1.1 400")
    wait_until(lambda: moved.by("taskstream_http_refused_total", status="400") == 1, "the refusal is counted")


def test_lost_races_show(scene, log):
    services = [scene.command_service(log) for _ in range(2)]
    task = services[0].client().create("Wanted by all").json["taskId"]
    assert [service.client().get(f"/v1/tasks/{task}").status for service in services] == [200, 200], "both have read it"
    moved = [Moved(service) for service in services]

    statuses = []

    def write(service, number):
        client = service.client()
        statuses.extend(client.edit(task, "*", title=f"{number}-{i}").status for i in range(40))
    threads = [threading.Thread(target=write, args=(service, n)) for n, service in enumerate(services * 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def both(name, **labels):
        return sum(one.by(name, **labels) for one in moved)
    applied, given_up = statuses.count(200), statuses.count(503)
    assert applied + given_up == len(statuses) == 240
    assert both("taskstream_commands_total", command="edit_task", outcome="applied") == applied
    assert both("taskstream_commands_total", command="edit_task", outcome="contended") == given_up
    lost = both("taskstream_commands_superseded_total")
    assert lost > 0
    assert both("taskstream_commands_decided_again_total") == lost - given_up
    end = services[0].client().edit(task, "*", title="The end")
    for service, one in zip(services, moved):
        assert service.client().get(f"/v1/tasks/{task}", Consistency_Token=end.token).status == 200
        assert one.by("taskstream_fold_records_total", verdict="accepted") == applied + 1
        assert one.by("taskstream_fold_records_total", verdict="superseded") == lost, "each reads all that was lost"


def test_what_a_log_holds_of_no_use_is_counted(scene):
    """Read from the start by the command-service; and by the projection as it builds its read model."""
    log = write_log(scene.folder / "golden.log", golden_records())
    command, projection = scene.command_service(log), scene.projection_service(log)
    await_caught_up(projection)
    told = scrape(command)
    verdicts = {verdict: told.value("taskstream_fold_records_total", verdict=verdict)
                for verdict in ("accepted", "superseded", "malformed")}
    assert verdicts == {"accepted": 7, "superseded": 1, "malformed": 1}
    assert told.value("taskstream_fold_parked_total") == 1
    told = scrape(projection)
    assert told.value("taskstream_parked_records") == 2
    assert told.value("taskstream_quarantined_streams") == 1


def test_foreign_records_are_counted_as_they_come(scene, shared_broker):
    log = scene.topic_on(shared_broker)
    command, projection = scene.command_service(log), scene.projection_service(log)
    await_caught_up(projection)
    task = command.client().create("Poisoned").json["taskId"]
    key = f"task/{task}".encode()
    copy = next(record for record in log.records() if record.key == key)
    moved = [Moved(command), Moved(projection)]
    painted = [(name, {"ce_streamversion": b"2", "ce_type": b"taskstream.task.painted.v7",
                       "ce_id": b"0197f2c4-0000-7000-8000-000000000199"}.get(name, value)) for name, value in copy.headers]
    log.produce(key, b"{}", painted, folder=scene.folder)
    log.produce(key, copy.value, copy.headers, folder=scene.folder)
    log.produce(b"no key of ours", b"{}", copy.headers, folder=scene.folder)
    for one in moved:
        wait_until(lambda: one.by("taskstream_fold_records_total", verdict="malformed") == 1, "rubbish is counted")
        wait_until(lambda: one.by("taskstream_fold_records_total", verdict="superseded") == 1, "the copy is counted")
        assert one.by("taskstream_fold_parked_total") == 1
    assert scrape(projection).value("taskstream_quarantined_streams") == 1
    assert command.client().edit(task, "*", title="x").status == 503
    assert moved[0].by("taskstream_commands_total", outcome="quarantined") == 1


def test_who_waits_and_who_listens_is_counted(services):
    command, projection = services
    token = command.client().create("Wait for me").token
    moved = Moved(projection)
    streams = [EventStream(projection.port) for _ in range(3)]
    for stream in streams:
        stream.next()
    assert scrape(projection).value("taskstream_streams") == 3
    assert moved.by("taskstream_streams_opened_total") == 3

    waiting = threading.Thread(target=lambda: projection.client(30).request(
        "GET", "/v1/tasks", headers={"Consistency-Token": moved_on(token, 1), "Prefer": "wait=30"}))
    waiting.start()
    wait_until(lambda: scrape(projection).value("taskstream_waiters") == 1, "it waits")
    late = projection.client().request("GET", "/v1/tasks", headers={"Consistency-Token": moved_on(token, 1_000), "Prefer": "wait=0"})
    assert late.status == 503
    for i in range(50):  # until something lands in the partition that is waited for
        if not waiting.is_alive():
            break
        command.client().create(f"Task {i}")
        waiting.join(0.2)
    assert not waiting.is_alive()
    assert scrape(projection).value("taskstream_waiters") == 0
    assert moved.by("taskstream_waits_total", outcome="covered") == 1
    assert moved.by("taskstream_waits_total", outcome="timed_out") == 1
    assert moved.by("taskstream_token_wait_duration_seconds_count") == 1
    for stream in streams:
        stream.close()
    wait_until(lambda: scrape(projection).value("taskstream_streams") == 0, "nobody listens any more")
    assert moved.by("taskstream_streams_cut_off_total") == 0, "who hangs up is not cut off"


def test_a_stream_too_many_and_one_too_slow_show(scene):
    log = scene.file_log()
    commands, projection = scene.command_service(log).client(), scene.projection_service(log, "--max-streams", "1")
    task = commands.create("Long").json["taskId"]
    slow = EventStream(projection.port, receive_buffer=4096)
    slow.next()
    assert projection.client().get("/v1/stream").status == 503
    assert scrape(projection).value("taskstream_streams_refused_total") == 1
    for version in range(1, 3_000):  # how much the buffers on the way hold differs from run to run
        edited = commands.edit(task, version, description=chr(0x1F600 + version % 64) * 4000)
        assert edited.status == 200
        if version % 5 == 0:
            projection.client().get(f"/v1/tasks/{task}", Consistency_Token=edited.token)
            slow.take_a_little(16_384)
        if scrape(projection).sum("taskstream_streams_cut_off_total") > 0:
            break
    slow.close()
    wait_until(lambda: scrape(projection).value("taskstream_streams") == 0, "it is over")
    assert scrape(projection).sum("taskstream_streams_cut_off_total") == 1


def test_where_the_fold_stands_and_how_old_the_rows_are(services):
    command, projection = services
    moved = Moved(projection)
    for i in range(20):
        token = command.client().create(f"Task {i}").token
    assert projection.client().get("/v1/tasks", Consistency_Token=token).status == 200
    for service in services:
        told = scrape(service)
        assert told.value("taskstream_ready") == told.value("taskstream_log_reachable") == 1
        assert told.sum("taskstream_fold_position") >= 21
        assert told.value("taskstream_fold_lag_records") == told.value("taskstream_fold_lag_seconds") == 0
    assert moved.by("taskstream_fold_records_total", verdict="accepted") == 20
    assert scrape(projection).value("taskstream_read_model_age_seconds") < 30
    assert scrape(projection).value("taskstream_read_model_commit_duration_seconds_count") > 0
    wait_until(lambda: scrape(command).value("taskstream_state_save_duration_seconds_count") > 0, "the state is saved")
    assert scrape(command).value("taskstream_state_save_failures_total") == 0


def test_a_rebuild_shows_while_it_runs(services):
    _, projection = services
    client, asked = projection.client(), []

    def shows():
        # Asked for again where a whole one has passed before the look; 409 while it has not.
        assert client.request("POST", "/v1/projection/rebuild").status in ((202, 409) if asked else (202,))
        asked.append(True)
        return scrape(projection).value("taskstream_rebuild_running") == 1
    wait_until(shows, "a rebuild shows", pause_s=0.0)
    wait_until(lambda: scrape(projection).value("taskstream_rebuild_running") == 0, "it is over")


def test_only_commits_are_counted_as_such(scene):
    """A model that is put in place is told to whoever reads, with what was committed long before."""
    log = scene.file_log()
    scene.command_service(log)
    projection = scene.projection_service(log)
    await_caught_up(projection)
    moved = Moved(projection)
    assert projection.client().request("POST", "/v1/projection/rebuild").status == 202
    wait_until(lambda: scrape(projection).value("taskstream_rebuild_running") == 0, "the rebuilt model is served")
    assert moved.by("taskstream_read_model_commit_duration_seconds_count") == 0


def test_a_gauge_stays_when_what_it_tells_of_is_away(scene):
    log = write_log(scene.folder / "golden.log", golden_records())
    projection = scene.projection_service(log, "--readers", "8")
    await_caught_up(projection)
    names = ("taskstream_parked_records", "taskstream_quarantined_streams")
    assert [scrape(projection).value(name) for name in names] == [2, 1]
    # Each worker opens the file for itself, with the first request that it is handed.
    for file in scene.folder.glob(f"{projection.name}.db*"):
        file.rename(scene.folder / f"away-{file.name}")
    for _ in range(32):
        told = scrape(projection)
        assert [told.value(name) for name in names] == [2, 1]


def test_a_log_that_was_never_reached_shows_as_such(scene):
    for make in (scene.command_service, scene.projection_service):
        service = make("kafka://127.0.0.1:1/nowhere", start=False)
        service.launch()
        service.await_listening()
        assert scrape(service).series.get(("taskstream_log_reachable", frozenset())) == 0


def test_metrics_hold_nothing_that_a_client_sent(services):
    command, projection = services
    for service in services:
        before = scrape(service).series.keys()
        client = service.client()
        for i in range(30):
            headers = {"Authorization": f"Bearer {PLANTED}", "X-Request-Id": f"{PLANTED}-{i}", "Idempotency-Key": f"{PLANTED}-{i}",
                       "Taskstream-Actor": f"{PLANTED}-{i}", "traceparent": TRACEPARENT}
            created = client.create(f"{PLANTED} {i}", headers)
            if created.status == 201:
                client.edit(created.json["taskId"], 1, headers=headers, title=f"{PLANTED}, again")
            for method, path in (("GET", f"/v1/{PLANTED}/{i}"), ("GET", f"/v1/tasks/{PLANTED}{i}"),
                                 ("GET", f"/v1/tasks?q={PLANTED}{i}"), ("POST", f"/v1/tasks/{PLANTED}{i}/claim"),
                                 (f"{PLANTED.upper()}{i}", "/")):
                client.request(method, path, headers=headers)
        told = scrape(service)
        assert PLANTED not in told.text.lower() and TRACE_ID not in told.text
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", told.text), "no id is a label"
        added = {(name, labels) for name, labels in told.series.keys() - before
                 if name.startswith("taskstream_http") and not name.startswith("taskstream_http_request_duration")}
        assert len(added) <= 20, added  # a method and a status that came for the first time, however many clients sent them
        assert len(told.series) < 2_000
