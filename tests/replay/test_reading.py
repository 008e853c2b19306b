"""events, show and stats: what they print is what the log holds, by a fold of separate code and by the services' own answers."""

import json

import pytest
from taskstream.fold import Fold
from taskstream.replay import replay, well
from taskstream.story import await_read, tell_story


def test_events_are_the_accepted_records(told):
    fold = Fold(told.log.records(), told.log.partitions)
    shown = [json.loads(line) for line in well("events", "--json", log=told.log).lines]
    assert {one["verdict"] for one in shown} == {"accepted"}
    assert sorted(one["event"]["id"] for one in shown) == sorted(fold.event_ids())
    everything = [json.loads(line) for line in well("events", "--all", "--json", log=told.log).lines]
    assert sorted((one["partition"], one["offset"]) for one in everything) == [(r.partition, r.offset) for r in told.log.records()]
    assert sum(one["verdict"] == "superseded" for one in everything) == len(fold.superseded)


def test_events_can_be_narrowed_down(told):
    task = f"task/{told.ids['first']}"
    of_task = [json.loads(line)["event"] for line in well("events", "--json", "--stream", task, log=told.log).lines]
    assert [event["streamversion"] for event in of_task] == [str(version) for version in range(1, 8)]
    of_type = well("events", "--type", "taskstream.task.deleted.v1", log=told.log).lines
    assert len(of_type) == 1 and told.ids["deleted"] in of_type[0]
    middle = of_task[3]["time"]
    before = well("events", "--json", "--stream", task, "--to", middle, log=told.log).lines
    after = well("events", "--json", "--stream", task, "--from", middle, log=told.log).lines
    assert (len(before), len(after)) == (3, 4)
    assert well("events", "--from", "2999-01-01T00:00:00Z", log=told.log).out == ""


def test_events_between_positions_are_those_of_one_partition(told):
    everything = [json.loads(line) for line in well("events", "--all", "--json", log=told.log).lines]
    partition = max({one["partition"] for one in everything}, key=lambda p: sum(one["partition"] == p for one in everything))
    part = [json.loads(line) for line in
            well("events", "--all", "--json", "--from", f"{partition}:1", "--to", f"{partition}:3", log=told.log).lines]
    assert [(one["partition"], one["offset"]) for one in part] == [(partition, 1), (partition, 2)]
    assert replay("events", "--from", "99:0", log=told.log).code == 3


def test_a_consistency_token_bounds_what_it_covers(scene, log):
    service = scene.command_service(log)
    commands = service.client()
    first = commands.create("First")
    second = commands.create("Second")
    up_to = well("events", "--type", "taskstream.task.created.v1", "--to", first.token, log=log).out
    after = well("events", "--type", "taskstream.task.created.v1", "--from", first.token, log=log).out
    assert "First" in up_to and "Second" not in up_to
    assert "Second" in after and "First" not in after
    elsewhere = replay("events", "--to", "AAAAAAAAAAAAAAAAAAAAAAAA", log=log)
    assert elsewhere.code == 3 and "token" in elsewhere.err
    assert second.status == 201


def test_show_is_what_the_services_answer(scene, log):
    service, projection = scene.command_service(log), scene.projection_service(log)
    ids, token = tell_story(service)
    await_read(projection, token)
    commands, queries = service.client(), projection.client()
    task = queries.get(f"/v1/tasks/{ids['first']}").json
    shown = well("show", ids["first"], "--diff", "--json", log=log).json
    assert (shown["state"], shown["version"], shown["deleted"]) == (task, 7, False)
    history = queries.get(f"/v1/tasks/{ids['first']}/history").json["items"]
    for item, event in zip(history, shown["events"], strict=True):
        assert all(event[name] == item[name] for name in ("version", "eventId", "type", "time", "actor", "changes"))
    for version in range(1, 8):
        old = well("show", ids["first"], "--version", version, "--json", log=log).json
        at = well("show", ids["first"], "--at", history[version - 1]["time"], "--json", log=log).json
        assert old == at and old["version"] == version
    assert well("show", f"user/{ids['ada']}", "--json", log=log).json["state"] == commands.get(f"/v1/users/{ids['ada']}").json
    assert well("show", f"task/{ids['deleted']}", "--json", log=log).json["deleted"] is True


def test_what_is_not_there_is_told(told):
    first = told.ids["first"]
    for arguments, words in [(("show", "task/00000000-0000-4000-8000-000000000000"), "no event"),
                             (("show", first, "--version", 8), "version 7"),
                             (("show", first, "--at", "2001-01-01T00:00:00Z"), "at that time")]:
        outcome = replay(*arguments, log=told.log)
        assert (outcome.code, outcome.out) == (1, "") and words in outcome.err, outcome


def test_stats_count_what_is_there(told):
    fold = Fold(told.log.records(), told.log.partitions)
    stats = well("stats", "--json", log=told.log).json
    accepted = [event for stream in fold.streams.values() for event in stream.accepted]
    assert (stats["records"], stats["accepted"]) == (len(told.log.records()), len(accepted))
    assert (stats["superseded"], stats["malformed"]) == (len(fold.superseded), len(fold.malformed))
    assert stats["events"] == {kind: sum(event.type == kind for event in accepted) for kind in {e.type for e in accepted}}
    assert stats["streams"] == {"log": 1, "user": 2, "email": 2, "task": 3}
    assert stats["first"] < stats["last"] and stats["eventsPerSecond"] > 0


@pytest.mark.parametrize("name", ["events", "show", "stats", "verify", "export", "rebuild"])
def test_nothing_makes_a_log_that_is_not_there(scene, shared_broker, name):
    more = {"show": ["task/x"], "export": [scene.folder / "out"], "rebuild": ["--into", scene.folder / "out"]}.get(name, [])
    for log in (scene.file_log(), scene.topic_on(shared_broker)):
        outcome = replay(name, *more, log=log, cwd=scene.folder)
        assert outcome.code == 3 and "--log" in outcome.err, outcome
    assert list(scene.folder.iterdir()) == []


def test_reading_leaves_a_cold_log_as_it_is(golden_log):
    bytes_before = golden_log.path.read_bytes()
    well("events", log=golden_log)
    well("stats", log=golden_log)
    assert golden_log.path.read_bytes() == bytes_before
    assert {path.name for path in golden_log.path.parent.iterdir()} <= {"golden.log", "golden.log-wal", "golden.log-shm"}
