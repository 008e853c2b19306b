"""An offline queue, flushed in one request: in order on one task, once however often it is sent."""

import threading
import uuid

from taskstream.batches import an_offline_queue, flush, item, new_path, verdicts
from taskstream.checks import assert_read_model_equals_fold

ITEMS_AT_MOST = 500


def test_an_offline_queue_is_flushed_once_however_often_it_is_sent(scene, log):
    services = [scene.command_service(log) for _ in range(2)]
    one, other = (service.client() for service in services)
    path = new_path()
    queue = an_offline_queue(path)
    first = flush(one, queue)
    assert verdicts(first) == [("applied", 201)] + [("applied", 200)] * 4
    assert [result["version"] for result in first] == [1, 2, 3, 4, 5]
    assert first[-1]["body"] == one.get(path).json

    title = one.request("PATCH", path, {"title": "x"}, {"If-Match": '"5"'})
    assert title.code == "TASK_CLOSED"
    reopened = other.request("POST", f"{path}/status", {"to": "IN_PROGRESS"}, {"If-Match": '"5"'})
    assert reopened.status == 200, reopened
    for client in (one, other):
        again = flush(client, queue, {"Consistency-Token": reopened.token})
        assert verdicts(again) == [("replayed", 201)] + [("replayed", 200)] * 4
        assert [result["eventId"] for result in again] == [result["eventId"] for result in first]
        assert all(result["version"] == 6 and result["body"] == reopened.json for result in again), "the current ones"
    assert_read_model_equals_fold(scene.projection_service(log), log)


def test_the_rest_of_a_queue_follows_where_its_beginning_is_replayed(scene, log):
    client = scene.command_service(log).client()
    path = new_path()
    queue = an_offline_queue(path)
    begun = flush(client, queue[:2])
    whole = flush(client, queue)
    assert verdicts(whole) == [("replayed", 201), ("replayed", 200)] + [("applied", 200)] * 3
    assert [result["eventId"] for result in whole[:2]] == [result["eventId"] for result in begun]
    # The version that the replayed one made was passed meanwhile: that is a conflict, not a reason to overwrite.
    late = flush(client, [*queue[:2], item("PATCH", path, "previous", {"title": "Late"})])
    assert verdicts(late) == [("replayed", 201), ("replayed", 200), ("rejected", 412)]
    assert (late[2]["body"]["expectedVersion"], late[2]["body"]["currentVersion"]) == (2, 5)


def test_a_command_is_the_same_alone_and_in_a_batch(scene, log):
    client = scene.command_service(log).client()
    body = {"title": "Write the guide"}
    alone = client.request("POST", "/v1/tasks", body, {"Idempotency-Key": "alone"})
    path = f"/v1/tasks/{alone.json['taskId']}"
    batch = [item("POST", "/v1/tasks", None, body, "alone"),
             item("PATCH", path.upper().replace("/V1/TASKS", "/v1/tasks"), 1, {"priority": "HIGH", "tags": []}, "batch")]
    results = flush(client, batch)
    assert verdicts(results) == [("replayed", 201), ("applied", 200)]
    assert results[0]["eventId"] == alone.event_id
    again = client.request("PATCH", path, '{"tags": [],\n"priority": "HIGH"}',
                           {"Idempotency-Key": "batch", "If-Match": '"1"', "Content-Type": "application/json"})
    assert (again.status, again.event_id) == (200, results[1]["eventId"])
    assert again.headers["Idempotency-Replayed"] == "true"
    reused = flush(client, [item("PATCH", path, 2, {"priority": "LOW"}, "batch")])
    assert (verdicts(reused), reused[0]["body"]["code"]) == ([("rejected", 422)], "IDEMPOTENCY_KEY_REUSED")


def test_a_conflict_stops_only_its_own_task(scene, log):
    client = scene.command_service(log).client()
    mine, theirs = new_path(), new_path()
    for path in (mine, theirs):
        assert client.request("PUT", path, {"title": "Write"}, {"If-None-Match": "*"}).status == 201
    changed = client.request("PATCH", theirs, {"title": "Write more"}, {"If-Match": '"1"'})
    batch = [item("PATCH", theirs, 1, {"title": "Mine"}),
             item("PATCH", mine, 1, {"title": "Mine"}),
             item("DELETE", f"{theirs}?reason=done", "previous"),
             item("PATCH", mine, "previous", {"title": "Mine"}),
             item("PATCH", mine, None, {"title": "Mine again"}),
             item("DELETE", mine, "previous")]
    results = flush(client, batch)
    assert verdicts(results) == [("rejected", 412), ("applied", 200), ("skipped", 424), ("unchanged", 200),
                                 ("rejected", 428), ("skipped", 424)]
    conflict = results[0]["body"]
    assert (conflict["code"], conflict["conflictingFields"], conflict["current"]) == ("VERSION_CONFLICT", ["title"], changed.json)
    assert (results[2]["body"]["code"], results[2]["body"]["instance"]) == ("SKIPPED", batch[2]["path"])
    assert "eventId" not in results[3] and results[3]["version"] == 2

    merging = flush(client, [item("PATCH", theirs, 1, {"description": "Merged"}), item("DELETE", theirs, "previous")],
                    {"Prefer": "conflict=merge, return=minimal"})
    assert verdicts(merging) == [("merged", 204), ("rejected", 412)]
    assert merging[0]["version"] == 3 and "body" not in merging[0]
    seen = flush(client, [item("DELETE", theirs, 3)])
    assert verdicts(seen) == [("applied", 204)]
    assert client.get(theirs).status == 410


def test_what_follows_a_merged_command_overwrites_nothing_unseen(scene, log):
    services = [scene.command_service(log) for _ in range(2)]
    mine, theirs = (service.client() for service in services)
    path = new_path()
    assert mine.request("PUT", path, {"title": "Write the guide"}, {"If-None-Match": "*"}).status == 201
    assert theirs.request("PATCH", path, {"title": "Write the short guide"}, {"If-Match": '"1"'}).status == 200
    changed = theirs.request("POST", f"{path}/status", {"to": "IN_PROGRESS"}, {"If-Match": '"2"'})
    assert changed.status == 200
    seen = {"Prefer": "conflict=merge", "Consistency-Token": changed.token}

    merged = item("PATCH", path, 1, {"description": "mine"})
    overwriting = [item("DELETE", path, "previous"),
                   item("POST", f"{path}/status", "previous", {"to": "CANCELLED"}),
                   item("PATCH", path, "previous", {"title": "Mine"}),
                   item("PATCH", path, "previous", {"title": "Mine", "priority": "HIGH"})]
    verdict_of_first = "merged"
    for last in overwriting:
        for flushed in range(2):  # the second time as if the answer was lost
            first, second = flush(mine, [merged, last], seen)
            assert (first["verdict"], second["verdict"], second["status"]) == (verdict_of_first, "rejected", 412), last
            conflict = second["body"]
            assert (conflict["expectedVersion"], conflict["currentVersion"], conflict["mergeable"]) == (1, 4, False)
            assert [change["field"] for change in conflict["changes"]] == ["title", "status"], "the description is its own"
            verdict_of_first = "replayed"
    current = mine.get(path).json
    assert (current["title"], current["status"], current["description"]) == ("Write the short guide", "IN_PROGRESS", "mine")

    # What touches only other fields, and what the batch has written itself, goes on.
    beside = [merged, item("PATCH", path, "previous", {"description": "mine, better"}), item("PUT", f"{path}/lock", "previous", {"ttlSeconds": 60}),
              item("POST", f"{path}/status", "previous", {"to": "BLOCKED"})]
    assert verdicts(flush(mine, beside, seen)) == [("replayed", 200), ("merged", 200), ("merged", 200), ("rejected", 412)]
    # Whoever names the version has seen it.
    looked = mine.get(path)
    assert verdicts(flush(mine, [item("PATCH", path, looked.json["version"], {"tags": ["seen"]}), item("DELETE", path, "previous")])) == \
        [("applied", 200), ("applied", 204)]


def test_what_names_no_version_makes_nothing_seen(scene, log):
    client = scene.command_service(log).client()
    path = new_path()
    assert client.request("PUT", path, {"title": "Write", "dueDate": "2999-01-01T00:00:00Z"}, {"If-None-Match": "*"}).status == 201
    begun = item("PATCH", path, 1, {"description": "mine"})
    assert verdicts(flush(client, [begun])) == [("applied", 200)]
    assert client.request("PATCH", path, {"dueDate": "2999-06-01T00:00:00Z"}, {"If-Match": '"2"'}).status == 200
    postponed = item("POST", f"{path}/postpone", None, {"by": "P1D"})
    results = flush(client, [begun, postponed, item("PATCH", path, "previous", {"dueDate": "2999-02-01T00:00:00Z"})])
    assert verdicts(results) == [("replayed", 200), ("applied", 200), ("rejected", 412)]
    assert results[2]["body"]["conflictingFields"] == ["dueDate"]
    # Where no version was named there is none to compare with: last write wins, on purpose.
    assert verdicts(flush(client, [item("PATCH", path, "*", {"title": "Mine"}), item("DELETE", path, "previous")])) == \
        [("applied", 200), ("applied", 204)]


def test_five_hundred_commands_on_many_tasks(scene, log):
    client = scene.command_service(log).client()
    paths = [new_path() for _ in range(100)]
    batch = [item("PUT", path, 0, {"title": "Write the guide"}) for path in paths]
    for round_ in range(4):
        batch += [item("PATCH", path, "previous", {"title": f"Round {round_}"}) for path in paths]
    assert len(batch) == ITEMS_AT_MOST
    services = [scene.command_service(log), scene.command_service(log)]
    answers = []

    def send(service):
        answers.append(service.client().request("POST", "/v1/batch", {"commands": batch}))
    senders = [threading.Thread(target=send, args=(service,)) for service in services]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [answer.status for answer in answers] == [200, 200]
    # Of what both sent at once each was applied by one of them; whatever the other was told, it was not done again.
    final = flush(client, batch, {"Consistency-Token": ",".join(answer.token for answer in answers)})
    assert {result["verdict"] for result in final} <= {"replayed", "applied"}
    assert all(result["version"] == 5 for result in final[-100:])
    for answer in answers:
        for told, last in zip(answer.json["results"], final):
            if told["verdict"] in ("applied", "replayed"):
                assert (told["status"], told["eventId"]) == (last["status"], last["eventId"])
    again = flush(client, batch)
    assert [(r["verdict"], r["status"], r["eventId"]) for r in again] == \
        [("replayed", r["status"], r["eventId"]) for r in final]
    assert_read_model_equals_fold(scene.projection_service(log), log)


def test_a_batch_that_cannot_be_read_does_nothing(scene, log):
    client = scene.command_service(log).client()
    path = new_path()
    good = item("PUT", path, 0, {"title": "Never"})

    def refused(commands):
        answer = client.request("POST", "/v1/batch", {"commands": commands})
        assert (answer.status, answer.code) == (422, "VALIDATION_FAILED"), answer
        assert client.get(path).status == 404
        return [error["field"] for error in answer.json["errors"]]
    assert refused([good, item("GET", path), item("POST", "/v1/batch", None, {"commands": []})]) == \
        ["commands/1/method", "commands/2/path"]
    assert refused([good, item("PATCH", new_path(), "previous", {"title": "x"})]) == ["commands/1/expectedVersion"]
    assert refused([good] * (ITEMS_AT_MOST + 1)) == ["commands"]
    assert client.request("POST", "/v1/batch", {"commands": []}).json == {"results": []}
    too_large = client.request("POST", "/v1/batch", {"commands": [item("PUT", path, 0, {"title": "x" * 2_000_000})]})
    assert (too_large.status, too_large.code) == (413, "CONTENT_TOO_LARGE")
    large = flush(client, [item("PUT", new_path(), 0, {"title": "x", "description": "y" * 4_000}) for _ in range(100)])
    assert verdicts(large) == [("applied", 201)] * 100
