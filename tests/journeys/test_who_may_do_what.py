"""Every endpoint of both services, asked by everybody: who is let in, who may see, who may change.

The task that is asked for was created by the manager and given to the member concerned. What the answers are is written out
below, row by row; the tests after it look closer, at what nobody has, and at what must not be told.
"""

import http.client
import uuid

import pytest
from taskstream.client import Client
from taskstream.identity_provider import IdentityProvider
from taskstream.openapi import described
from taskstream.places import ROOT

# Bad, expired, of another audience, `alg: none`, and HS256 where RS256 is meant: such tokens are all of the admin's.
NOBODY = ["nobody", "bad", "expired", "audience", "none", "HS/RS"]
SOMEBODY = ["reader", "outsider", "concerned", "manager", "admin"]
WHO = NOBODY + SOMEBODY

# The reader is the member concerned, with a token for reading alone. Both members' tokens have the scope users:write too,
# which takes another role.
COMMANDS = """
                                       nobody bad expired audience none HS/RS  reader outsider concerned manager admin
GET     /health/live                   200    200 200     200      200  200    200    200      200       200     200
GET     /health/ready                  200    200 200     200      200  200    200    200      200       200     200
GET     /openapi.yaml                  200    200 200     200      200  200    200    200      200       200     200
GET     /metrics                       401    401 401     401      401  401    403    403      403       403     200
GET     /v1/me                         401    401 401     401      401  401    200    200      200       200     200
POST    /v1/tasks                      401    401 401     401      401  401    403    201      201       201     201
GET     /v1/tasks/{id}                 401    401 401     401      401  401    200    404      200       200     200
PUT     /v1/tasks/{id}                 401    401 401     401      401  401    403    412      412       412     412
PATCH   /v1/tasks/{id}                 401    401 401     401      401  401    403    404      200       200     200
DELETE  /v1/tasks/{id}                 401    401 401     401      401  401    403    404      204       204     204
POST    /v1/tasks/{id}/postpone        401    401 401     401      401  401    403    404      200       200     200
POST    /v1/tasks/{id}/status          401    401 401     401      401  401    403    404      200       200     200
PUT     /v1/tasks/{id}/assignee        401    401 401     401      401  401    403    404      204       200     200
DELETE  /v1/tasks/{id}/assignee        401    401 401     401      401  401    403    404      200       200     200
POST    /v1/tasks/{id}/claim           401    401 401     401      401  401    403    404      200       409     409
PUT     /v1/tasks/{id}/lock            401    401 401     401      401  401    403    404      200       200     200
DELETE  /v1/tasks/{id}/lock            401    401 401     401      401  401    403    404      200       200     200
POST    /v1/users                      401    401 401     401      401  401    403    403      403       201     201
GET     /v1/users/{id}                 401    401 401     401      401  401    200    200      200       200     200
PATCH   /v1/users/{id}                 401    401 401     401      401  401    403    403      403       200     200
POST    /v1/users/{id}/deactivate      401    401 401     401      401  401    403    403      403       200     200
POST    /v1/users/{id}/reactivate      401    401 401     401      401  401    403    403      403       200     200
POST    /v1/batch                      401    401 401     401      401  401    403    200      200       200     200
"""
QUERIES = """
                                       nobody bad expired audience none HS/RS  reader outsider concerned manager admin
GET     /health/live                   200    200 200     200      200  200    200    200      200       200     200
GET     /health/ready                  200    200 200     200      200  200    200    200      200       200     200
GET     /openapi.yaml                  200    200 200     200      200  200    200    200      200       200     200
GET     /metrics                       401    401 401     401      401  401    403    403      403       403     200
GET     /v1/me                         401    401 401     401      401  401    200    200      200       200     200
GET     /v1/tasks                      401    401 401     401      401  401    200    200      200       200     200
GET     /v1/tasks/{id}                 401    401 401     401      401  401    200    404      200       200     200
GET     /v1/tasks/{id}/history         401    401 401     401      401  401    200    404      200       200     200
GET     /v1/users                      401    401 401     401      401  401    200    200      200       200     200
GET     /v1/users/{id}                 401    401 401     401      401  401    200    200      200       200     200
GET     /v1/users/{id}/tasks           401    401 401     401      401  401    200    200      200       200     200
GET     /v1/changes                    401    401 401     401      401  401    200    200      200       200     200
GET     /v1/stream                     401    401 401     401      401  401    200    200      200       200     200
GET     /v1/stats                      401    401 401     401      401  401    200    200      200       200     200
GET     /v1/projection                 401    401 401     401      401  401    200    200      200       200     200
POST    /v1/projection/rebuild         401    401 401     401      401  401    403    403      403       403     202
GET     /v1/parked                     401    401 401     401      401  401    403    403      403       403     200
"""

# What is sent: body and header fields, with the version that the task has. Where there is no line, nothing.
ANY = {"If-Match": "*"}
SENT = {
    "POST /v1/tasks": lambda world: ({"title": "new"}, {}),
    "PUT /v1/tasks/{id}": lambda world: ({"title": "new"}, {"If-None-Match": "*"}),
    "PATCH /v1/tasks/{id}": lambda world: ({"title": "edited"}, ANY),
    "DELETE /v1/tasks/{id}": lambda world: (None, ANY),
    "POST /v1/tasks/{id}/postpone": lambda world: ({"by": "P1D"}, {"Idempotency-Key": str(uuid.uuid4())}),
    "POST /v1/tasks/{id}/status": lambda world: ({"to": "IN_PROGRESS"}, ANY),
    "PUT /v1/tasks/{id}/assignee": lambda world: ({"userId": world.ids["manager"]}, ANY),
    "DELETE /v1/tasks/{id}/assignee": lambda world: (None, ANY),
    "PUT /v1/tasks/{id}/lock": lambda world: ({"ttlSeconds": 60}, {}),
    "POST /v1/users": lambda world: ({"firstName": "Ann", "lastName": "Lee", "email": f"{uuid.uuid4()}@example.org"}, {}),
    "PATCH /v1/users/{id}": lambda world: ({"lastName": "Long"}, ANY),
    "POST /v1/batch": lambda world: ({"commands": []}, {}),
}


def rows_of(table):
    head, *rows = [line.split() for line in table.strip().splitlines()]
    assert head == WHO
    return {f"{method} {path}": dict(zip(WHO, map(int, codes), strict=True)) for method, path, *codes in rows}


class World:
    """Both services, and one client for each who asks at either of them."""

    def __init__(self, scene):
        self.log = scene.file_log()
        self.provider = IdentityProvider(scene.folder)
        flags = ("--auth", self.provider.auth_file)
        self.services = [scene.command_service(self.log, *flags), scene.projection_service(self.log, *flags)]
        self._tokens = {"admin": self.provider.token("root", "admin", "admin")}
        self.ids = {}
        self.ids = {who: self.at_commands("admin").new_user() for who in ("outsider", "concerned", "manager", "admin")}
        issue = self.provider.token
        admin = (self.ids["admin"], "admin", "admin tasks:write users:write")
        self._tokens = {
            "nobody": None,
            "bad": "no-token-that-anybody-made",
            "expired": issue(*admin, exp=1_700_000_000),
            "audience": issue(*admin, aud="another-service"),
            "none": self.provider.unsigned(*admin),
            "HS/RS": self.provider.confused(*admin),
            "reader": issue(self.ids["concerned"], "member", "tasks:read"),
            "outsider": issue(self.ids["outsider"], "member", "tasks:write users:write"),
            "concerned": issue(self.ids["concerned"], "member", "tasks:write users:write"),
            "manager": issue(self.ids["manager"], "manager", "tasks:write users:write"),
            "admin": issue(*admin),
        }
        self.ids["reader"] = self.ids["concerned"]

    def token(self, who):
        return self._tokens[who]

    def at_commands(self, who):
        return Carrying(self.services[0], self._tokens[who])

    def at_queries(self, who):
        return Carrying(self.services[1], self._tokens[who])

    def new_task(self, assignee="concerned", **fields):
        """Of the manager's making."""
        answer = self.at_commands("manager").create("Write the guide", dueDate="2031-05-01T12:00:00Z",
                                                    assigneeId=assignee and self.ids[assignee], **fields)
        assert answer.status == 201, answer
        return answer.json["taskId"], answer.token

    def new_user(self):
        answer = self.at_commands("admin").register(f"{uuid.uuid4()}@example.org")
        return answer.json["userId"], answer.token


class Carrying(Client):
    """A client with a token, or with none."""

    def __init__(self, service, token):
        super().__init__(service.port)
        self._own = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method, path, body=None, headers=None):
        return super().request(method, path, body, {**self._own, **(headers or {})})

    def opens(self, path, headers):
        """The status of an answer that does not end."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        connection.request("GET", path, headers={**self._own, **headers})
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture
def world(scene):
    return World(scene)


# ---- the matrix

@pytest.mark.parametrize("service, table", [("command-service", COMMANDS), ("projection-service", QUERIES)])
def test_no_endpoint_is_missing_from_the_table(service, table):
    paths = described((ROOT / service / "openapi.yaml").read_text())
    assert {f"{method} {path}" for path, methods in paths.items() for method in methods} == set(rows_of(table))


def test_the_command_service_answers_everybody_as_the_table_says(world):
    assert answers(world, COMMANDS, world.at_commands) == rows_of(COMMANDS)


def test_the_projection_service_answers_everybody_as_the_table_says(world):
    assert answers(world, QUERIES, world.at_queries) == rows_of(QUERIES)


def answers(world, table, client_of):
    return {row: {who: ask(world, row, client_of(who)) for who in WHO} for row in rows_of(table)}


def ask(world, row, client):
    """Of a task or a user that nobody has asked for before."""
    method, path = row.split()
    new_id, token = world.new_user() if "/users/" in path else world.new_task()
    body, headers = SENT.get(row, lambda _: (None, {}))(world)
    target = path.replace("{id}", new_id)
    fresh = {**headers, "Consistency-Token": token}
    if path == "/v1/stream":
        return client.opens(target, fresh)
    return client.request(method, target, body, fresh).status


def test_whoever_is_not_let_in_learns_not_even_which_paths_there_are(world):
    for client in (world.at_commands("nobody"), world.at_queries("bad")):
        for method, path in (("GET", "/v1/nothing"), ("DELETE", "/v1/batch"), ("GET", "/v1/tasks/no-uuid")):
            answer = client.request(method, path)
            assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer"), answer


# ---- what nobody has

UNASSIGNED = """
                                 reader outsider concerned manager admin
GET     /v1/tasks/{id}           200    200      200       200     200
PUT     /v1/tasks/{id}           403    412      412       412     412
PATCH   /v1/tasks/{id}           403    403      403       200     200
DELETE  /v1/tasks/{id}           403    403      403       204     204
POST    /v1/tasks/{id}/postpone  403    403      403       200     200
POST    /v1/tasks/{id}/status    403    403      403       200     200
PUT     /v1/tasks/{id}/assignee  403    403      403       200     200
DELETE  /v1/tasks/{id}/assignee  403    403      403       200     200
POST    /v1/tasks/{id}/claim     403    200      200       200     200
PUT     /v1/tasks/{id}/lock      403    403      403       200     200
DELETE  /v1/tasks/{id}/lock      403    403      403       200     200
"""


def test_an_open_task_that_nobody_has_is_seen_by_every_member_and_may_only_be_claimed(world):
    head, *rows = [line.split() for line in UNASSIGNED.strip().splitlines()]
    expected = {f"{method} {path}": dict(zip(head, map(int, codes), strict=True)) for method, path, *codes in rows}
    asked = {}
    for row in expected:
        method, path = row.split()
        asked[row] = {}
        for who in head:
            task, _ = world.new_task(assignee=None)
            body, headers = SENT.get(row, lambda _: (None, {}))(world)
            answer = world.at_commands(who).request(method, path.replace("{id}", task), body, headers)
            asked[row][who] = answer.status
            assert answer.status != 403 or answer.code == "FORBIDDEN", answer
    assert asked == expected


# ---- what must not be told

WRITES = [row for row in rows_of(COMMANDS)
          if "/v1/tasks/{id}" in row and not row.startswith("GET") and row != "PUT /v1/tasks/{id}"]


def test_what_one_may_not_see_is_answered_as_what_is_not_there(world):
    manager = world.at_commands("manager")
    locked, deleted, closed, plain = (world.new_task()[0] for _ in range(4))
    assert manager.lock(locked, 600).status == 200
    assert manager.delete(deleted, "*").status == 204
    for to in ("IN_PROGRESS", "COMPLETED"):
        assert manager.move(closed, "*", to).status == 200
    nothing = str(uuid.uuid4())
    outsider = world.at_commands("outsider")
    for row in ["GET /v1/tasks/{id}", *WRITES]:
        for conditions in (None, {}, {"If-Match": '"1"'}, {"If-Match": '"99"'}, {"If-None-Match": "*"}):
            told = {task: told_of(outsider, world, row, task, conditions) for task in (nothing, plain, locked, deleted, closed)}
            assert {status for status, _ in told.values()} == {404}, (row, conditions, told)
            assert len(set(map(str, told.values()))) == 1, (row, conditions, told)


def told_of(client, world, row, task, conditions):
    method, path = row.split()
    body, headers = SENT.get(row, lambda _: (None, {}))(world)
    if conditions is not None:
        headers = {**{name: value for name, value in headers.items() if name != "If-Match"}, **conditions}
    answer = client.request(method, path.replace("{id}", task), body, headers)
    document = {name: value for name, value in answer.json.items() if name not in ("requestId", "instance")}
    return answer.status, (document, sorted(name for name in answer.headers if name != "Date"))


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


# ---- what lists tell

def test_lists_counts_and_changes_are_of_what_one_sees(world):
    hidden, _ = world.new_task()
    free, token = world.new_task(assignee=None)
    fresh = {"Consistency-Token": token}
    seen = {"outsider": {free}, "concerned": {hidden, free}, "reader": {hidden, free}, "manager": {hidden, free},
            "admin": {hidden, free}}
    for who, tasks in seen.items():
        client = world.at_queries(who)
        listed = client.request("GET", "/v1/tasks?include=total", headers=fresh).json
        assert {task["taskId"] for task in listed["items"]} == tasks and listed["total"] == len(tasks), who
        assert client.request("GET", "/v1/stats", headers=fresh).json["total"] == len(tasks), who
        told = client.request("GET", "/v1/changes", headers=fresh).json["items"]
        assert {change["taskId"] for change in told if change.get("task")} == tasks, who
        of_user = client.request("GET", f"/v1/users/{world.ids['concerned']}/tasks", headers=fresh).json["items"]
        assert {task["taskId"] for task in of_user} == tasks & {hidden}, who
