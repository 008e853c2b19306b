"""Conflicts between clients of two instances: told whole, merged where nothing conflicts, ruled out by a lock or a claim."""

from taskstream.checks import assert_read_model_equals_fold
from taskstream.parallel import in_parallel
from taskstream.waiting import wait_until

CLIENTS = 8
POSTPONEMENTS = 25
MERGING = {"Prefer": "conflict=merge"}


def two_instances(scene, log):
    return scene.command_service(log), scene.command_service(log)


def named(name):
    return {"Taskstream-Actor": name}


def test_a_conflict_tells_who_changed_what_since(scene, log):
    one, other = (service.client() for service in two_instances(scene, log))
    created = one.create("Write the guide")
    task_id = created.json["taskId"]
    retitled = other.edit(task_id, 1, named("ben"), title="Write the long guide")
    moved = other.move(task_id, 2, "BLOCKED", named("cleo"))
    assert (retitled.status, moved.status) == (200, 200)

    # That version 1 is over needs no look at the log's end: whoever wants to be told the newest says what they have seen.
    conflict = one.edit(task_id, 1, {"Consistency-Token": moved.token}, title="Write the short guide", description="Chapter one")
    assert (conflict.status, conflict.code) == (412, "VERSION_CONFLICT"), conflict
    told = conflict.json
    assert (told["expectedVersion"], told["currentVersion"], told["current"]) == (1, 3, moved.json)
    assert told["changes"] == [
        {"field": "title", "version": 2, "actor": "ben", "time": retitled.json["updatedAt"]},
        {"field": "status", "version": 3, "actor": "cleo", "time": moved.json["updatedAt"]}]
    assert (told["conflictingFields"], told["mergeable"]) == (["title"], False)
    assert conflict.token

    mergeable = one.edit(task_id, 1, description="Chapter one").json
    assert (mergeable["conflictingFields"], mergeable["mergeable"]) == ([], True)
    ahead = one.edit(task_id, 7, description="Chapter one").json
    assert (ahead["expectedVersion"], ahead["changes"], ahead["mergeable"]) == (7, [], False)
    listed = one.request("PATCH", f"/v1/tasks/{task_id}", {"title": "x"}, {"If-Match": '"1", W/"3", "2"'}).json
    assert (listed["expectedVersion"], [change["field"] for change in listed["changes"]]) == (2, ["status"])
    taken = one.put(task_id, "Mine").json
    assert (taken["expectedVersion"], taken["changes"], taken["mergeable"]) == (None, [], False)


def test_edits_of_different_fields_merge_across_instances(scene, log):
    services = two_instances(scene, log)
    one, other = (service.client() for service in services)
    task_id = one.create("Write the guide").json["taskId"]
    fields = {"title": "Write the long guide", "description": "In plain words", "priority": "HIGH", "tags": ["docs"],
              "dueDate": "2999-01-01T00:00:00.000000Z", "warningOffset": 60}
    edits = [lambda i=i, field=field: services[i % 2].client().edit(task_id, 1, MERGING, **{field: fields[field]})
             for i, field in enumerate(fields)]
    answers = in_parallel(edits)
    assert [answer.status for answer in answers] == [200] * len(fields)
    assert sorted(answer.version for answer in answers) == list(range(2, len(fields) + 2))
    for answer in answers:
        assert answer.headers.get("Preference-Applied") == (None if answer.version == 2 else "conflict=merge")
    now = one.get(f"/v1/tasks/{task_id}").json
    assert {field: now[field] for field in fields} == fields

    conflict = other.edit(task_id, 1, MERGING, title="Write another guide", tags=["docs"])
    assert (conflict.status, conflict.json["conflictingFields"]) == (412, ["title"]), "equal tags do not conflict"
    same = other.edit(task_id, 1, MERGING, tags=["docs"])
    assert (same.status, same.version, same.event_id) == (200, len(fields) + 1, None)
    assert_read_model_equals_fold(scene.projection_service(log), log)


def test_postponements_of_many_clients_add_up(scene, log):
    services = two_instances(scene, log)
    client = services[0].client()
    task_id = client.create("Write the guide", dueDate="2999-01-01T00:00:00Z").json["taskId"]

    def postpone_often(number):
        own = services[number % 2].client()
        for i in range(POSTPONEMENTS):
            key = f"{number}-{i}"
            answer = own.postpone(task_id, "PT1H", {"Idempotency-Key": key})
            while answer.code == "CONTENDED":
                answer = own.postpone(task_id, "PT1H", {"Idempotency-Key": key})
            assert answer.status == 200, answer
            again = services[(number + 1) % 2].client().postpone(task_id, "PT1H", {"Idempotency-Key": key})
            assert (again.status, again.event_id) == (200, answer.event_id) and again.headers["Idempotency-Replayed"] == "true"
    in_parallel([lambda n=n: postpone_often(n) for n in range(CLIENTS)])

    now = client.get(f"/v1/tasks/{task_id}").json
    assert now["version"] == 1 + CLIENTS * POSTPONEMENTS
    assert now["dueDate"] == "2999-01-09T08:00:00.000000Z", "200 hours"

    unsafe = client.postpone(task_id, "PT1H", {"If-Match": "*"})
    assert (unsafe.status, unsafe.code) == (428, "PRECONDITION_REQUIRED")
    assert client.postpone(task_id, "PT1H", {"If-Match": f'"{now["version"]}"'}).status == 200
    assert client.postpone(task_id, "P1M", {"Idempotency-Key": "month"}).json["errors"][0]["field"] == "by"
    without = client.create("Some day").json["taskId"]
    assert client.postpone(without, "P2D", {"Idempotency-Key": "none"}).code == "NO_DUE_DATE"


def test_of_many_who_claim_a_task_exactly_one_gets_it(scene, log):
    services = two_instances(scene, log)
    client = services[0].client()
    users = [client.new_user() for _ in range(CLIENTS)]
    for _ in range(10):
        task_id = client.create("Write the guide").json["taskId"]
        answers = in_parallel([lambda i=i, user=user: services[i % 2].client().claim(task_id, named(user))
                               for i, user in enumerate(users)])
        winners = [user for user, answer in zip(users, answers) if answer.status == 200]
        assert len(winners) == 1, answers
        assert {answer.code for answer in answers if answer.status != 200} == {"ALREADY_ASSIGNED"}
        assert client.get(f"/v1/tasks/{task_id}").json["assigneeId"] == winners[0]
        again = services[1].client().claim(task_id, body={"userId": winners[0]})
        assert (again.status, again.version, again.event_id) == (200, 2, None)
    nobody = client.claim(task_id)
    assert (nobody.status, nobody.json["errors"][0]["field"]) == (422, "userId")


def test_a_lock_taken_at_one_instance_binds_at_the_other(scene, log):
    services = two_instances(scene, log)
    one, other = (service.client() for service in services)
    task_id = one.create("Write the guide", dueDate="2999-01-01T00:00:00Z").json["taskId"]
    ann, ben = named("ann"), named("ben")
    taken = one.lock(task_id, 600, ann)
    assert taken.status == 200, taken
    lock = taken.json["lock"]
    assert (lock["holder"], lock["fencingToken"]) == ("ann", 2)

    path, user_id = f"/v1/tasks/{task_id}", other.new_user()
    overwriting = {"If-Match": "*", **ben}
    refused = [other.edit(task_id, "*", ben, title="Ben's"), other.move(task_id, "*", "BLOCKED", ben),
               other.request("PUT", f"{path}/assignee", {"userId": user_id}, overwriting),
               other.request("DELETE", f"{path}/assignee", None, overwriting), other.request("DELETE", path, None, overwriting),
               other.postpone(task_id, "P2D", {"Idempotency-Key": "ben", **ben}),
               other.claim(task_id, ben, {"userId": user_id}), other.lock(task_id, 60, ben), other.unlock(task_id, ben)]
    for answer in refused:
        assert (answer.status, answer.code) == (423, "LOCKED"), answer
        assert (answer.json["holder"], answer.json["expiresAt"]) == ("ann", lock["expiresAt"])

    renewed = other.lock(task_id, 3_600, ann).json["lock"]
    assert (renewed["since"], renewed["fencingToken"]) == (lock["since"], 2)
    assert renewed["expiresAt"] > lock["expiresAt"]
    assert other.edit(task_id, 3, ann, title="Ann's").status == 200
    released = one.unlock(task_id, ann)
    assert (released.status, released.json["lock"]) == (200, None)
    nothing = other.unlock(task_id, ben)
    assert (nothing.status, nothing.version, nothing.event_id) == (200, released.version, None)
    assert other.lock(task_id, 60, ben).json["lock"]["fencingToken"] == released.version + 1
    assert_read_model_equals_fold(scene.projection_service(log), log)


def test_a_lock_that_has_expired_is_anybodys_to_remove(scene, log):
    one, other = (service.client() for service in two_instances(scene, log))
    task_id = one.create("Write the guide").json["taskId"]
    taken = one.lock(task_id, 1, named("ann")).json["lock"]
    assert other.unlock(task_id, named("ben")).code == "LOCKED"

    def is_over():
        answer = other.unlock(task_id, named("ben"))
        return answer if answer.status == 200 else None
    removed = wait_until(is_over, "the lock has expired for everybody")
    assert (removed.json["lock"], removed.version) == (None, 3)
    assert removed.json["updatedAt"] > taken["expiresAt"]
    history = scene.projection_service(log).client().get(f"/v1/tasks/{task_id}/history", Consistency_Token=removed.token)
    assert history.json["items"][-1]["reason"] == "expired"
    assert one.lock(task_id, 60, named("ben")).json["lock"]["fencingToken"] == 4
