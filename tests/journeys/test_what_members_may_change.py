"""What a member may change, what it is told of it, and what becomes of both once a task is no longer its own."""

import uuid

import pytest
from taskstream.world import Carrying, World


@pytest.fixture
def world(scene):
    return World(scene)


# ---- what must not be told

def test_a_taken_id_is_told_without_what_has_it(world):
    outsider, concerned = world.at_commands("outsider"), world.at_commands("concerned")
    task, _ = world.new_task()
    shown = concerned.put(task, "mine")
    assert shown.code == "VERSION_CONFLICT" and shown.json["current"]["taskId"] == task
    for _ in ("while it is there", "and when it is deleted"):
        hidden = outsider.put(task, "mine")
        assert hidden.status == 412 and hidden.code == "VERSION_CONFLICT", hidden
        assert hidden.json.keys() & {"current", "currentVersion"} == set()
        assert (hidden.json["changes"], hidden.json["expectedVersion"]) == ([], None)
        world.at_commands("manager").delete(task, "*")
    assert concerned.put(task, "mine").code == "GONE"


def test_a_write_that_ends_ones_own_sight_answers_204_and_so_does_its_replay(world):
    concerned, manager = world.at_commands("concerned"), world.at_commands("manager")
    task, _ = world.new_task()
    path, key = f"/v1/tasks/{task}/assignee", {"Idempotency-Key": "given-away", "If-Match": '"1"'}
    first = concerned.request("PUT", path, {"userId": world.ids["outsider"]}, key)
    again = concerned.request("PUT", path, {"userId": world.ids["outsider"]}, key)
    for answer in (first, again):
        assert answer.status == 204 and answer.body == b"", answer
        assert answer.headers["ETag"] is None and answer.event_id == first.event_id and answer.token
    assert again.headers["Idempotency-Replayed"] == "true"
    assert concerned.get(f"/v1/tasks/{task}").status == 404
    # Given back, the same replay shows the task again.
    assert manager.assign(task, "*", world.ids["concerned"]).status == 200
    shown = concerned.request("PUT", path, {"userId": world.ids["outsider"]}, key)
    assert shown.status == 200 and shown.version == 3 and shown.event_id == first.event_id


def test_a_replay_shows_the_task_only_to_who_still_sees_it(world):
    concerned, manager = world.at_commands("concerned"), world.at_commands("manager")
    task, _ = world.new_task()
    edit = {"Idempotency-Key": "edited"}
    assert concerned.edit(task, 1, edit, title="mine").status == 200
    assert manager.assign(task, "*", world.ids["outsider"]).status == 200
    replay = concerned.edit(task, 1, edit, title="mine")
    assert replay.status == 204 and replay.headers["Idempotency-Replayed"] == "true" and replay.headers["ETag"] is None, replay
    batch = concerned.request("POST", "/v1/batch", {"commands": [
        {"commandId": "edited", "method": "PATCH", "path": f"/v1/tasks/{task}", "body": {"title": "mine"}}]})
    [told] = batch.json["results"]
    assert (told["verdict"], told["status"]) == ("replayed", 204) and not told.keys() & {"version", "body"}, told


def test_what_was_taken_away_is_shown_at_no_instance_afterwards(world, scene):
    elsewhere = scene.command_service(world.log, "--auth", world.provider.auth_file)
    concerned, manager = Carrying(elsewhere, world.token("concerned")), world.at_commands("manager")
    for _ in range(20):
        task, token = world.new_task()
        edited = concerned.edit(task, 1, {"Idempotency-Key": f"edit-{task}", "Consistency-Token": token}, title="mine")
        assert edited.status == 200, edited
        assert manager.assign(task, "*", world.ids["outsider"]).status == 200
        # The other instance is asked at once, and may not have heard of it yet.
        replay = concerned.edit(task, 1, {"Idempotency-Key": f"edit-{task}"}, title="mine")
        assert (replay.status, replay.body) == (204, b""), replay
        assert concerned.edit(task, 1, title="a conflict, if it were seen").status == 404
        assert concerned.get(f"/v1/tasks/{task}").status == 404


def test_a_claimed_task_is_gone_for_whoever_claims_it_too_late(world):
    task, _ = world.new_task(assignee=None)
    claims = {who: world.at_commands(who).claim(task).status for who in ("outsider", "concerned", "manager")}
    assert claims == {"outsider": 200, "concerned": 404, "manager": 409}


def test_one_claims_for_oneself(world):
    task, _ = world.new_task(assignee=None)
    for who in ("outsider", "manager", "admin"):
        answer = world.at_commands(who).claim(task, body={"userId": world.ids["concerned"]})
        assert answer.code == "VALIDATION_FAILED" and answer.json["errors"][0]["field"] == "userId", answer
    mine = world.at_commands("outsider").claim(task, body={"userId": world.ids["outsider"].upper()})
    assert mine.status == 200 and mine.json["assigneeId"] == world.ids["outsider"]


def test_a_member_gives_its_own_task_to_whom_it_likes_from_the_beginning(world):
    outsider = world.at_commands("outsider")
    task = outsider.create("for you", assigneeId=world.ids["concerned"])
    assert task.status == 201 and task.json["createdBy"] == world.ids["outsider"]
    assert outsider.edit(task.json["taskId"], 1, title="still mine to change").status == 200
    assert world.at_commands("concerned").edit(task.json["taskId"], 2, title="and yours").status == 200


# ---- items of a batch, each by its own right

def test_each_item_of_a_batch_is_asked_for_by_its_own_right(world):
    own, _ = world.new_task()
    strange, _ = world.new_task(assignee="outsider")
    user, _ = world.new_user()
    new = str(uuid.uuid4())
    commands = [
        item("a", "PATCH", f"/v1/tasks/{own}", {"title": "mine"}, 1),
        item("b", "PUT", f"/v1/tasks/{own}/assignee", {"userId": world.ids["outsider"]}, "previous"),
        item("c", "PATCH", f"/v1/tasks/{own}", {"title": "once more"}, "previous"),
        item("d", "PATCH", f"/v1/tasks/{own}", {"title": "never"}, "previous"),
        item("e", "PATCH", f"/v1/tasks/{strange}", {"title": "never"}, 1),
        item("f", "POST", f"/v1/users/{user}/deactivate"),
        item("g", "POST", f"/v1/users/{user}/reactivate"),
        item("h", "PUT", f"/v1/tasks/{new}", {"title": "new"}, 0),
    ]
    results = world.at_commands("concerned").request("POST", "/v1/batch", {"commands": commands}).json["results"]
    assert [(result["verdict"], result["status"]) for result in results] == [
        ("applied", 200), ("applied", 204), ("rejected", 404), ("skipped", 424), ("rejected", 404), ("rejected", 403),
        ("skipped", 424), ("applied", 201)]
    assert not results[1].keys() & {"version", "body"}
    assert results[5]["body"]["code"] == "FORBIDDEN"
    assert world.at_commands("concerned").get(f"/v1/users/{user}").json["active"]
    results = world.at_commands("manager").request("POST", "/v1/batch", {"commands": commands[5:7]}).json["results"]
    assert [result["status"] for result in results] == [200, 200]


def item(command_id, method, path, body=None, expected=None):
    return {"commandId": command_id, "method": method, "path": path, "body": body, "expectedVersion": expected}


# ---- locks

def test_a_lock_binds_everybody_but_its_holder_and_admins(world):
    task, _ = world.new_task()
    holder, manager, admin = (world.at_commands(who) for who in ("concerned", "manager", "admin"))
    assert holder.lock(task, 600).status == 200
    for refused in (manager.edit(task, "*", title="no"), manager.unlock(task), manager.lock(task, 60), manager.delete(task, "*")):
        assert refused.code == "LOCKED" and refused.json["holder"] == world.ids["concerned"], refused
    edited = admin.edit(task, "*", title="in spite of it")
    assert edited.status == 200 and edited.json["lock"]["holder"] == world.ids["concerned"]
    assert admin.unlock(task).json["lock"] is None
    assert holder.lock(task, 600).status == 200
    taken = admin.lock(task, 60).json["lock"]
    assert taken["holder"] == world.ids["admin"]
    assert holder.edit(task, "*", title="not any more").code == "LOCKED"


def test_without_authentication_a_name_opens_nobody_elses_lock(scene):
    client = scene.command_service(scene.file_log()).client()
    task = client.create("open to all", {"Taskstream-Actor": "ann"}).json["taskId"]
    assert client.lock(task, 600, {"Taskstream-Actor": "ann"}).status == 200
    for name in ({}, {"Taskstream-Actor": "root"}, {"Taskstream-Actor": "system:barrier"}):
        assert client.unlock(task, name).status in (423, 400), name
        assert client.edit(task, "*", name, title="no").status in (423, 400), name
    assert client.edit(task, "*", {"Taskstream-Actor": "ann"}, title="yes").status == 200
