"""A broker that does not answer for a while: writers are told the truth in time, readers are served, and all resumes."""

import socket
import time

from taskstream.checks import assert_read_model_equals_fold
from taskstream.client import NoAnswer
from taskstream.load import Load
from taskstream.waiting import wait_until

AWAY_S = 15.0
COMMAND_TIMEOUT_S = 5.0
SLACK_S = 1.5
RESUMES_WITHIN_S = 5.0


def timed(request):
    begun = time.monotonic()
    answer = request()
    return answer, time.monotonic() - begun


def await_first_answer(broker):
    """To a request for its versions, over a connection of the test's own."""
    host, port = broker.address.split(":")
    with socket.create_connection((host, int(port)), timeout=20.0) as connection:
        connection.sendall(bytes.fromhex("0000000a" "0012" "0000" "00000001" "ffff"))  # length, key, version, number, no name
        assert connection.recv(4)


def test_a_paused_broker_is_told_honestly_and_got_over(scene, own_broker):
    log = scene.topic_on(own_broker)
    service, projection = scene.command_service(log), scene.projection_service(log)
    commands, queries = service.client(), projection.client()
    tasks = [commands.create(f"Task {i}").json["taskId"] for i in range(4)]
    mine = commands.create("Mine")
    task_id, path = mine.json["taskId"], mine.headers["Location"]
    read = queries.get(path, Consistency_Token=mine.token)
    assert read.status == 200 and float(read.headers["Read-Model-Age"]) < 2.0

    ages, answers = [], []
    with Load([service], clients=4, tasks=tasks, seed="paused", pause_s=0.02) as load:
        wait_until(lambda: len(load.acknowledged) > 50, "writes are under way")
        own_broker.pause()
        away_since = time.monotonic()
        while time.monotonic() < away_since + AWAY_S - COMMAND_TIMEOUT_S:
            answers.append(timed(lambda: commands.edit(task_id, 1, description="while the broker is away")))
            read, took = timed(lambda: queries.get(path))
            assert read.status == 200 and took < 1.0, "reads go on"
            ages.append(float(read.headers["Read-Model-Age"]))
            time.sleep(0.2)  # a refusal may come at once: asked again and again, it is still one
        time.sleep(max(0.0, away_since + AWAY_S - time.monotonic()))
        ages.append(float(queries.get(path).headers["Read-Model-Age"]))
        # Whoever sends requests here learns that another instance might do better; a read can be answered all the same.
        assert [(client.get("/health/ready").status) for client in (commands, queries)] == [503, 200]
        assert "connection" in commands.get("/health/ready").json["reasons"][0]
        own_broker.resume()
        await_first_answer(own_broker)  # on a busy machine it takes a while to come to itself, which is not ours
        resumed_at = time.monotonic()

        def writes_again():
            try:
                return service.client(6.0).create("After the outage").status == 201
            except NoAnswer:
                return False
        wait_until(writes_again, "writes go on", 10.0)
        service.await_ready(RESUMES_WITHIN_S)
        written_after = time.monotonic() - resumed_at
        wait_until(lambda: float(queries.get(path).headers["Read-Model-Age"]) < 2.0, "the read model is fresh again", 10.0)
        fresh_after = time.monotonic() - resumed_at

    for answer, took in answers:
        assert answer.status in (503, 504), answer
        assert took < COMMAND_TIMEOUT_S + SLACK_S, f"told after {took:.1f} s"
    assert answers, "nothing was asked while the broker was away"
    assert ages == sorted(ages) and ages[-1] >= AWAY_S - 2.0, f"the age does not grow: {ages}"
    assert max(written_after, fresh_after) < RESUMES_WITHIN_S, f"writes after {written_after:.1f} s, reads after {fresh_after:.1f} s"
    assert load.refused | load.unknown, "the load met no outage"

    fold = assert_read_model_equals_fold(projection, log)
    load.assert_kept_by(fold)
    mine_in_log = [event for event in fold.tasks[task_id].accepted if event.version > 1]
    assert len(mine_in_log) <= sum(answer.status == 504 for answer, _ in answers), "what was answered 503 is in the log"
    allowed = {answer.json["eventId"] for answer, _ in answers if answer.status == 504}
    assert {event.event_id for event in mine_in_log} <= allowed
    print(f"answers while away: {[(a.status, round(t, 2)) for a, t in answers]}; writes after {written_after:.2f} s, "
          f"fresh after {fresh_after:.2f} s; load: {load.statuses}")
