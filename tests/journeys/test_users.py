"""Users of two instances: an address belongs to one of them, and a task only to one who is active."""

import json
import uuid

from taskstream.checks import assert_read_model_equals_fold, await_invariants_of_users
from taskstream.parallel import in_parallel
from taskstream.waiting import wait_until

CLIENTS = 8


def two_clients(scene, log):
    return [scene.command_service(log).client() for _ in range(2)]


def new_address():
    return f"{uuid.uuid4()}@example.org"


def refusal(answer):
    """Status and code; for invalid values their fields."""
    return answer.status, [error["field"] for error in answer.json["errors"]] if answer.status == 422 else answer.code


def test_a_user_is_registered_changed_deactivated_and_reactivated(scene, log):
    one, other = two_clients(scene, log)
    registered = one.register("Ann@example.org")
    assert registered.status == 201, registered
    user = registered.json
    path = f"/v1/users/{user['userId']}"
    assert registered.headers["Location"] == path
    assert (user["firstName"], user["lastName"], user["email"], user["active"], user["version"]) == \
        ("Ann", "Lee", "Ann@example.org", True, 1)
    read = other.get(path)
    assert (read.status, read.version, read.json) == (200, 1, user)
    assert other.get(path, If_None_Match='"1"').status == 304

    edited = other.edit_user(user["userId"], 1, lastName="Leigh")
    assert (edited.status, edited.version, edited.json["lastName"]) == (200, 2, "Leigh")
    same = one.edit_user(user["userId"], 2, lastName="Leigh")
    assert (same.status, same.version, same.event_id) == (200, 2, None)
    conflict = one.edit_user(user["userId"], 1, lastName="Li")
    assert (conflict.status, conflict.json["current"], conflict.json["conflictingFields"]) == (412, edited.json, ["lastName"])
    merged = one.edit_user(user["userId"], 1, {"Prefer": "conflict=merge"}, firstName="Anna")
    assert (merged.status, merged.version, merged.json["lastName"]) == (200, 3, "Leigh")

    assert one.deactivate(user["userId"], {"If-Match": '"2"'}).status == 412, "one that is sent is honoured"
    deactivated = other.deactivate(user["userId"], body={"reason": "has left"})
    assert (deactivated.status, deactivated.version, deactivated.json["active"]) == (200, 4, False)
    again = one.deactivate(user["userId"])
    assert (again.status, again.version, again.event_id) == (200, 4, None)
    reactivated = one.reactivate(user["userId"])
    assert (reactivated.status, reactivated.version, reactivated.json["active"]) == (200, 5, True)
    assert (one.reactivate(user["userId"]).event_id, other.get(path).json) == (None, reactivated.json)
    fold = await_invariants_of_users(log)
    assert fold.users[user["userId"]].user == reactivated.json


def test_what_is_refused_to_a_user_changes_nothing(scene, log):
    client = scene.command_service(log).client()
    user_id, nobody = client.new_user(), str(uuid.uuid4())
    path = f"/v1/users/{user_id}"
    refusals = {
        "no precondition": (client.request("PATCH", path, {"firstName": "Ben"}), (428, "PRECONDITION_REQUIRED")),
        "no user": (client.edit_user(nobody, "*", firstName="Ben"), (404, "NOT_FOUND")),
        "nobody to deactivate": (client.deactivate(nobody), (404, "NOT_FOUND")),
        "nobody to read": (client.get(f"/v1/users/{nobody}"), (404, "NOT_FOUND")),
        "no id": (client.get("/v1/users/42"), (400, "MALFORMED")),
        "values": (client.edit_user(user_id, 1, firstName="", email="ben"), (422, ["firstName", "email"])),
        "types": (client.request("POST", "/v1/users", {"email": 7, "active": True}), (422, ["firstName", "lastName", "email", "active"])),
        "a long reason": (client.deactivate(user_id, body={"reason": "x" * 1_001}), (422, ["reason"])),
    }
    for what, (answer, expected) in refusals.items():
        assert refusal(answer) == expected, what
    assert client.get(path).version == 1


def test_an_address_belongs_to_one_user_in_whatever_case(scene, log):
    one, other = two_clients(scene, log)
    address, fresh = new_address(), new_address()
    user_id = one.register(address).json["userId"]
    rival = other.new_user()
    taken = [other.register(address), other.register(address.upper()), other.edit_user(rival, 1, email=address.upper())]
    assert [refusal(answer) for answer in taken] == [(409, "EMAIL_TAKEN")] * 3
    assert one.deactivate(user_id).status == 200
    assert refusal(other.register(address)) == (409, "EMAIL_TAKEN"), "of a deactivated user too"

    recased = one.edit_user(user_id, 2, email=address.upper())
    assert (recased.status, recased.json["email"]) == (200, address.upper())
    assert refusal(other.register(address)) == (409, "EMAIL_TAKEN")

    moved = one.edit_user(user_id, 3, email=fresh)
    assert (moved.status, moved.json["email"]) == (200, fresh)
    assert refusal(other.register(fresh)) == (409, "EMAIL_TAKEN")

    def freed():
        answer = other.register(address)
        assert answer.status == 201 or answer.code == "EMAIL_TAKEN", answer
        return answer.status == 201
    wait_until(freed, "the old address is free")
    await_invariants_of_users(log)


def test_of_many_who_want_one_address_exactly_one_gets_it(scene, log):
    services = [scene.command_service(log) for _ in range(2)]
    for _ in range(10):
        address = new_address()
        answers = in_parallel([lambda i=i: services[i % 2].client().register(address) for i in range(CLIENTS)])
        assert sorted(answer.status for answer in answers) == [201] + [409] * (CLIENTS - 1), answers
        assert {answer.code for answer in answers if answer.status == 409} == {"EMAIL_TAKEN"}
    assert len(await_invariants_of_users(log).users) >= 10


def test_registering_with_a_key_happens_once_at_whatever_instance(scene, log):
    one, other = two_clients(scene, log)
    address, key = new_address(), {"Idempotency-Key": str(uuid.uuid4())}
    first = one.register(address, key)
    assert first.status == 201, first
    for answer in (one.register(address, key), other.register(address, key)):
        assert (answer.status, answer.json, answer.event_id) == (201, first.json, first.event_id)
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert answer.headers["Location"] == first.headers["Location"]
    reused = other.register(new_address(), key)
    assert (reused.status, reused.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    task = one.create("Under the same key", key)
    assert (task.status, "Idempotency-Replayed" in task.headers) == (201, False), "a task and a user are strangers"
    await_invariants_of_users(log)


def test_only_active_users_have_open_tasks(scene, log):
    one, other = two_clients(scene, log)
    ann, nobody = one.new_user(), str(uuid.uuid4())
    open_task = one.create("Open", assigneeId=ann).json["taskId"]
    closed_task = one.create("Closed", assigneeId=ann).json["taskId"]
    free_task = one.create("Free").json["taskId"]
    assert one.move(closed_task, 1, "CANCELLED").status == 200
    strangers = [other.create("Nobody's", assigneeId=nobody), other.assign(free_task, 1, nobody),
                 other.claim(free_task, body={"userId": nobody}), other.claim(free_task, {"Taskstream-Actor": nobody})]
    assert [refusal(answer) for answer in strangers] == [(422, ["assigneeId"])] + [(422, ["userId"])] * 3

    assert one.deactivate(ann, body={"reason": "has left"}).status == 200
    # Whoever has not heard of it yet may still give them a task, and the policy takes it away again. A strong read hears of it.
    assert other.get(f"/v1/users/{ann}").json["active"] is False
    inactive = [other.create("Ann's", assigneeId=ann), other.assign(free_task, 1, ann), other.claim(free_task, body={"userId": ann})]
    assert [refusal(answer) for answer in inactive] == [(409, "USER_INACTIVE")] * 3
    unassigned = wait_until(lambda: (task := other.get(f"/v1/tasks/{open_task}").json)["assigneeId"] is None and task,
                            "the open task is taken away")
    assert unassigned["updatedBy"].startswith("system:")
    assert other.get(f"/v1/tasks/{closed_task}").json["assigneeId"] == ann, "a closed task keeps its assignee"
    assert other.move(closed_task, 2, "NOT_STARTED").status == 200
    wait_until(lambda: one.get(f"/v1/tasks/{closed_task}").json["assigneeId"] is None, "so is the one that was reopened")

    assert other.reactivate(ann).status == 200
    assert one.claim(free_task, {"Taskstream-Actor": ann}).json["assigneeId"] == ann
    fold = await_invariants_of_users(log)
    assert [event.type for event in fold.tasks[open_task].accepted] == \
        ["taskstream.task.created.v1", "taskstream.task.unassigned.v1"], "once, though both instances see to it"
    assert json.loads(fold.users[ann].accepted[1].record.value) == {"reason": "has left"}
    assert_read_model_equals_fold(scene.projection_service(log), log)


def test_users_in_a_batch(scene, log):
    one, other = two_clients(scene, log)
    ann, ben, address = one.new_user(), one.new_user(), new_address()

    def item(method, path, body=None, **more):
        return {"commandId": str(uuid.uuid4()), "method": method, "path": path, "body": body, **more}
    commands = [item("POST", "/v1/users", {"firstName": "Cleo", "lastName": "Day", "email": address}),
                item("PATCH", f"/v1/users/{ann}", {"firstName": "Anna"}, expectedVersion=1),
                item("POST", f"/v1/users/{ann}/deactivate", None, expectedVersion="previous"),
                item("POST", f"/v1/users/{ann}/reactivate", None),
                item("PATCH", f"/v1/users/{ben}", {"firstName": "Benjamin"}),
                item("POST", f"/v1/users/{ben}/deactivate", {"reason": "has left"}),
                item("POST", "/v1/tasks", {"title": "Anna's", "assigneeId": ann})]

    def flush(client):
        answer = client.request("POST", "/v1/batch", {"commands": commands})
        assert answer.status == 200, answer
        return answer.json["results"]
    results = flush(one)
    told = [(result["verdict"], result["status"]) for result in results]
    assert told[:6] == [("applied", 201), ("applied", 200), ("applied", 200), ("applied", 200), ("rejected", 428), ("skipped", 424)]
    assert told[6] in [("applied", 201), ("rejected", 409)], "at the same time as Anna is deactivated and reactivated"
    assert results[3]["body"]["firstName"] == "Anna" and results[3]["version"] == 4
    again = flush(other)
    assert [(result["verdict"], result.get("eventId")) for result in again[:4]] == \
        [("replayed", result["eventId"]) for result in results[:4]]
    assert other.get(f"/v1/users/{ben}").json["active"]
    await_invariants_of_users(log)
