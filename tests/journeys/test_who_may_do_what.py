"""Every endpoint of both services, asked by everybody: who is let in, who may see, who may change.

The task that is asked for was created by the manager and given to the member concerned. What the answers are is written out
below, row by row; the tests after it look closer, at what nobody has, and at what must not be told.
"""

import uuid

import pytest
from taskstream.openapi import described
from taskstream.places import ROOT
from taskstream.world import World

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


def rows_of(table, who=WHO):
    head, *rows = [line.split() for line in table.strip().splitlines()]
    assert head == who
    return {f"{method} {path}": dict(zip(who, map(int, codes), strict=True)) for method, path, *codes in rows}


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
    expected = rows_of(UNASSIGNED, SOMEBODY)
    asked = {}
    for row in expected:
        method, path = row.split()
        asked[row] = {}
        for who in SOMEBODY:
            task, _ = world.new_task(assignee=None)
            body, headers = SENT.get(row, lambda _: (None, {}))(world)
            answer = world.at_commands(who).request(method, path.replace("{id}", task), body, headers)
            asked[row][who] = answer.status
            assert answer.status != 403 or answer.code == "FORBIDDEN", answer
    assert asked == expected


# ---- as items of a batch

@pytest.mark.parametrize("assignee, table", [("concerned", rows_of(COMMANDS)), (None, rows_of(UNASSIGNED, SOMEBODY))], ids=["theirs", "nobody's"])
def test_each_write_is_answered_in_a_batch_as_by_itself(world, assignee, table):
    writes = [row for row in table if "/v1/tasks" in row and not row.startswith("GET")]
    askers = [who for who in SOMEBODY if who != "reader"]  # whose token opens no batch
    expected = {row: {who: table[row][who] for who in askers} for row in writes}
    assert {row: {who: status_in_a_batch(world, row, who, assignee) for who in askers} for row in writes} == expected


def status_in_a_batch(world, row, who, assignee):
    method, path = row.split()
    task, token = world.new_task(assignee)
    body, headers = SENT.get(row, lambda _: (None, {}))(world)
    expected = "*" if "If-Match" in headers else 0 if "If-None-Match" in headers else None
    command = {"commandId": str(uuid.uuid4()), "method": method, "path": path.replace("{id}", task), "body": body, "expectedVersion": expected}
    answer = world.at_commands(who).request("POST", "/v1/batch", {"commands": [command]}, {"Consistency-Token": token})
    [result] = answer.json["results"]
    return result["status"]


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
        for conditions in (None, {}, {"If-Match": '"1"'}, {"If-Match": '"99"'}, {"If-None-Match": "*"},
                           {"If-Match": '"1"', "Prefer": "conflict=merge"}):
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
