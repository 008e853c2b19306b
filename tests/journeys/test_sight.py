"""What a member sees, on every query endpoint: its own tasks and those that nobody has; all else is not there."""

import uuid

import pytest
from taskstream.access import Access, Bearer, await_known, await_unknown
from taskstream.event_stream import EventStream
from taskstream.waiting import wait_until


class Office:
    """Ann and Bob, who are members; a manager, who sees everything; and a task for each way in which one can concern Ann."""

    def __init__(self, scene, log, folder):
        self.access = Access(folder)
        self.commands = scene.command_service(log, *self.access.flags)
        self.projection = scene.projection_service(log, *self.access.flags)
        manager = self.access.make("manager", "manager", ["tasks:write", "users:write"])
        await_known(manager, self.commands, self.projection)
        self.manager = Bearer(self.commands, manager)
        self.all = Bearer(self.projection, manager)
        self.manager_token = manager
        self.ann_id, self.bob_id = self.manager.new_user(), self.manager.new_user()
        self.ann_token, bob_token = (self.access.make(user) for user in (self.ann_id, self.bob_id))
        await_known(bob_token, self.commands, self.projection)
        self.ann, self.bob = Bearer(self.projection, self.ann_token), Bearer(self.projection, bob_token)
        self.ann_writes, self.bob_writes = Bearer(self.commands, self.ann_token), Bearer(self.commands, bob_token)

        self.written = self.ann_writes.create("Written by Ann", tags=["seen"]).json["taskId"]
        self.given = self.new("Given to Ann", assigneeId=self.ann_id, tags=["seen"])
        self.free = self.new("Free for all", tags=["seen"])
        self.bobs = self.new("Given to Bob", assigneeId=self.bob_id, tags=["unseen"])
        self.over = self.new("Over, and nobody's", tags=["unseen"])
        assert self.manager.move(self.over, 1, "CANCELLED").status == 200
        self.lost = self.new("Deleted, and Bob's", assigneeId=self.bob_id)
        assert self.manager.delete(self.lost, 1).status == 204
        self.deleted = self.ann_writes.create("Deleted by Ann").json["taskId"]
        self.last = self.ann_writes.delete(self.deleted, 1)
        assert self.last.status == 204

    def new(self, title, **fields):
        created = self.manager.create(title, **fields)
        assert created.status == 201, created
        self.last = created
        return created.json["taskId"]

    @property
    def seen(self):
        return {self.written, self.given, self.free}

    @property
    def unseen(self):
        return {self.bobs, self.over, self.lost}

    def anns(self, path):
        """Ann's answer, as new as everything that has been done."""
        return self.ann.get(path, Consistency_Token=self.last.token)


@pytest.fixture
def office(scene, log, tmp_path):
    return Office(scene, log, tmp_path)


def ids_of(answer):
    assert answer.status == 200, answer
    return {item["taskId"] for item in answer.json["items"]}


def test_lists_hold_what_one_sees(office):
    listed = office.anns("/v1/tasks?include=total")
    assert ids_of(listed) == office.seen and listed.json["total"] == 3
    assert ids_of(office.anns("/v1/tasks?q=given")) == {office.given}
    assert ids_of(office.anns("/v1/tasks?tag=unseen")) == set()
    assert ids_of(office.anns(f"/v1/tasks?assigneeId={office.bob_id}")) == set()
    assert ids_of(office.anns("/v1/tasks?createdBy=manager")) == {office.given, office.free}
    assert ids_of(office.anns("/v1/tasks?status=CANCELLED")) == set()
    for sort in ("dueDate", "-priority", "title", "updatedAt"):
        assert ids_of(office.anns(f"/v1/tasks?sort={sort}")) == office.seen
    assert {item["taskId"] for item in office.ann.pages("/v1/tasks?limit=1")} == office.seen
    assert ids_of(office.anns(f"/v1/users/{office.ann_id}/tasks")) == {office.given}
    assert ids_of(office.anns(f"/v1/users/{office.bob_id}/tasks")) == set()
    assert ids_of(office.all.get("/v1/tasks", Consistency_Token=office.last.token)) == office.seen | {office.bobs, office.over}


def test_statistics_count_what_one_sees(office):
    stats = office.anns("/v1/stats").json
    assert stats["total"] == 3 and stats["byStatus"]["NOT_STARTED"] == 3 and stats["byStatus"]["CANCELLED"] == 0
    assert stats["byAssignee"] == {"none": 2, office.ann_id: 1}
    assert office.all.get("/v1/stats", Consistency_Token=office.last.token).json["total"] == 5


def test_users_are_seen_whole(office):
    users = {user["userId"]: user for user in office.anns("/v1/users").json["items"]}
    assert users.keys() == {office.ann_id, office.bob_id}
    assert "@" in users[office.bob_id]["email"]
    assert office.anns(f"/v1/users/{office.bob_id}").json == users[office.bob_id]


def test_what_one_may_not_see_is_not_there(office):
    nowhere = uuid.uuid4()
    for task_id in (*office.unseen, nowhere):
        told = [office.anns(f"/v1/tasks/{task_id}{what}") for what in (
            "", "?version=1", "?version=9", "?at=2999-01-01T00:00:00Z", "?version=x", "/history", "/history?limit=0")]
        told.append(office.ann.get(f"/v1/tasks/{task_id}", If_None_Match='"1"', Consistency_Token=office.last.token))
        assert {(answer.status, answer.code) for answer in told} == {(404, "NOT_FOUND")}, told
        assert len({answer.json["detail"] for answer in told}) == 1
        assert all("ETag" not in answer.headers for answer in told)
    for task_id in office.seen:
        assert office.anns(f"/v1/tasks/{task_id}").json == office.all.get(f"/v1/tasks/{task_id}").json
        for what in ("?version=1", "/history"):
            assert office.anns(f"/v1/tasks/{task_id}{what}").json == office.all.get(f"/v1/tasks/{task_id}{what}").json
    assert office.anns(f"/v1/tasks/{office.deleted}").status == 410
    assert office.anns(f"/v1/tasks/{office.deleted}?version=1").status == 200
    assert office.anns(f"/v1/tasks/{office.deleted}/history").status == 200
    assert office.all.get(f"/v1/tasks/{office.lost}").status == 410


def test_the_past_follows_todays_sight(office):
    office.last = office.manager.assign(office.given, 1, office.bob_id)
    assert {office.anns(f"/v1/tasks/{office.given}{what}").status for what in ("", "?version=1", "/history")} == {404}
    office.last = office.manager.assign(office.bobs, 1, office.ann_id)
    assert {office.anns(f"/v1/tasks/{office.bobs}{what}").status for what in ("", "?version=1", "/history")} == {200}
    assert len(office.anns(f"/v1/tasks/{office.bobs}/history").json["items"]) == 2


def test_changes_tell_what_one_sees_and_what_has_left(office):
    first = office.anns("/v1/changes")
    gone = {item["taskId"]: item.get("gone") for item in first.json["items"]}
    # What nobody had was everybody's to see until it was over, and a first sync may tell of what has gone.
    assert gone == {**dict.fromkeys(office.seen), office.deleted: "deleted", office.over: "left"}
    since = first.json["next"]
    office.manager.assign(office.given, 1, office.bob_id)
    office.manager.assign(office.free, 1, office.bob_id)
    office.manager.edit(office.bobs, 1, title="None of Ann's business")
    office.last = office.manager.edit(office.written, 1, title="Read by another")
    later = office.anns(f"/v1/changes?since={since}")
    told = {item["taskId"]: item for item in later.json["items"]}
    assert told.keys() == {office.given, office.free, office.written}
    for left in (office.given, office.free):
        assert told[left] == {"taskId": left, "version": 2, "deleted": False, "gone": "left"}
    assert told[office.written]["task"]["title"] == "Read by another"
    bobs = {item["taskId"]: item.get("gone") for item in office.bob.get(f"/v1/changes?since={since}").json["items"]}
    # Whom it concerned before is told that it has gone, and who has it now gets it whole.
    assert bobs == {office.given: None, office.free: None, office.bobs: None, office.written: None}


def test_the_stream_tells_what_one_sees_and_what_has_left(office):
    assert office.anns("/v1/tasks").status == 200
    stream = EventStream(office.projection.port, bearer=office.ann_token.text)
    place = stream.next().id
    office.manager.edit(office.bobs, 1, title="None of Ann's business")
    assert office.bob_writes.claim(office.free).status == 200
    office.manager.assign(office.given, 1, office.bob_id)
    new = office.new("New for Ann", assigneeId=office.ann_id)
    # Of different tasks, which may lie in different partitions, nothing promises the order.
    told = {event["taskId"]: event for event in (stream.next_task() for _ in range(3))}
    assert {task_id: (event.get("gone"), event["matches"]) for task_id, event in told.items()} == {
        office.free: ("left", False), office.given: ("left", False), new: (None, True)}
    # Who took it from them, by which event and when, is for those who still see the task.
    for left in (office.free, office.given):
        assert told[left] == {
            "taskId": left, "version": 2, "type": None, "eventId": None, "actor": None, "time": None, "changes": {},
            "deleted": False, "matches": False, "gone": "left", "task": None}
    # Who connects again later is told the same.
    resumed = EventStream(office.projection.port, last_event_id=place, bearer=office.ann_token.text)
    again = {event["taskId"]: event for event in (resumed.next_task() for _ in range(3))}
    assert {task_id: again[task_id] for task_id in (office.free, office.given)} == {
        task_id: told[task_id] for task_id in (office.free, office.given)}
    assert again[new].get("gone") is None
    assert stream.is_silent() and resumed.is_silent()


def test_a_place_or_a_cursor_of_somebody_else_opens_nothing(office):
    since = office.all.get("/v1/changes?limit=1", Consistency_Token=office.last.token).json["next"]
    items, more = [], True
    while more:
        page = office.anns(f"/v1/changes?since={since}&limit=2").json
        items, since, more = items + page["items"], page["next"], page["more"]
    assert {item["taskId"] for item in items if "task" in item} <= office.seen
    assert {item["taskId"] for item in items} <= office.seen | {office.deleted, office.over}
    cursor = office.all.get("/v1/tasks?limit=1").json["nextCursor"]
    assert office.anns(f"/v1/tasks?limit=1&cursor={cursor}").status == 422
    stream = EventStream(office.projection.port, last_event_id=since, bearer=office.ann_token.text)
    assert stream.next().comment == "stream" and stream.is_silent()


def test_a_place_that_is_made_up_opens_nothing(office):
    def place():
        answer = office.all.get("/v1/changes?limit=200", Consistency_Token=office.last.token).json
        assert not answer["more"]
        return answer["next"].removeprefix("c.")
    base = place()
    secret = office.new("Free for a moment")
    end = place()
    office.last = office.manager.assign(secret, 1, office.bob_id)
    office.last = office.manager.edit(office.written, 1, title="Ann may read this")
    forged = f"w.{place()}.{base}.{end}"
    stream = EventStream(office.projection.port, last_event_id=forged, bearer=office.ann_token.text)
    told = {event["taskId"]: event for event in (stream.next_task() for _ in range(2))}
    assert stream.is_silent()
    assert (told[secret]["gone"], told[secret]["task"], told[secret]["changes"]) == ("left", None, {})
    assert told[office.written]["task"]["title"] == "Ann may read this"
    items = office.anns(f"/v1/changes?since={forged}").json["items"]
    assert all("task" not in item for item in items if item["taskId"] == secret)


def test_who_becomes_a_manager_sees_everything(office):
    assert office.anns(f"/v1/tasks/{office.bobs}").status == 404

    def promote(content):
        next(entry for entry in content["tokens"] if entry["id"] == office.ann_token.id)["role"] = "manager"
    office.access.change(promote)
    wait_until(lambda: office.ann.get("/v1/me").json["role"] == "manager", "Ann is a manager")
    assert office.anns(f"/v1/tasks/{office.bobs}").status == 200
    office.access.revoke(office.ann_token)
    await_unknown(office.ann_token, office.projection)
    assert office.anns("/v1/tasks").status == 401
