"""What lists, users and counts answer to real HTTP: every filter, every refusal, and pages that are read while others write."""

import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from taskstream.checks import await_caught_up
from taskstream.load import Load
from taskstream.long_log import append_tasks, task_id
from taskstream.waiting import wait_until

TASKS, USER = "/v1/tasks", "0198c5a2-0000-7000-8000-000000000000"
SORTS = [sign + key for key in ("createdAt", "updatedAt", "dueDate", "priority", "title") for sign in ("", "-")]


def url(path, **query):
    return path + "?" + urllib.parse.urlencode(query) if query else path


def after(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Titles:
    """The titles that a list shows, once the read model holds what was written with this token."""

    def __init__(self, client, token):
        self.client, self.token = client, token

    def __call__(self, path=TASKS, **query):
        answer = self.client.get(url(path, **query), Consistency_Token=self.token)
        assert answer.status == 200, answer
        return [task["title"] for task in answer.json["items"]]


@pytest.fixture
def services(scene):
    log = scene.file_log()
    return scene.command_service(log).client(), scene.projection_service(log).client()


def test_every_filter_lets_through_what_it_says(services):
    commands, queries = services
    ann, bob = commands.new_user(), commands.new_user()
    as_eve = {"Taskstream-Actor": "eve, the first"}
    made = {title: commands.create(title, **fields).json["taskId"] for title, fields in {
        "Café guide": {"priority": "HIGH", "tags": ["docs"], "assigneeId": ann, "description": "for the cook"},
        "Late": {"dueDate": after(0.5), "assigneeId": bob},
        "Soon": {"dueDate": after(3_600), "warningOffset": 120, "tags": ["docs", "urgent"]},
        "Later": {"dueDate": after(3_600), "warningOffset": 10},
    }.items()}
    assert commands.create("By Eve", as_eve).status == 201
    assert commands.move(made["Later"], 1, "CANCELLED").status == 200
    assert commands.lock(made["Soon"], 3_600).status == 200
    last = commands.lock(made["Café guide"], 1)
    titles = Titles(queries, last.token)
    wait_until(lambda: titles(overdue="true") == ["Late"], "the due date passes")
    wait_until(lambda: titles(locked="true") == ["Soon"], "the lock ends")
    assert queries.get(f"{TASKS}/{made['Café guide']}").json["lock"] is not None
    assert titles(sort="createdAt") == ["Café guide", "Late", "Soon", "Later", "By Eve"]
    expected = [
        (dict(status="CANCELLED"), ["Later"]),
        (dict(status="CANCELLED,NOT_STARTED", sort="-title"), ["Soon", "Later", "Late", "Café guide", "By Eve"]),
        (dict(priority="HIGH"), ["Café guide"]),
        (dict(assigneeId=ann.upper()), ["Café guide"]),
        (dict(assigneeId=f"none,{bob}"), ["By Eve", "Later", "Soon", "Late"]),
        (dict(createdBy="eve, the first"), ["By Eve"]),
        (dict(createdBy="eve"), []),
        (dict(tag="docs,red"), ["Soon", "Café guide"]),
        (dict(dueBefore=after(1_800)), ["Late"]),
        (dict(dueAfter=after(1_800), sort="dueDate"), ["Soon", "Later"]),
        (dict(overdue="false", sort="title"), ["By Eve", "Café guide", "Later", "Soon"]),
        (dict(reminderDue="true"), ["Soon"]),
        (dict(reminderDue="false", assigneeId="none"), ["By Eve", "Later"]),
        (dict(locked="false", tag="docs"), ["Café guide"]),
        (dict(q="cafe GUI"), ["Café guide"]),
        (dict(q="urg"), ["Soon"]),
        (dict(q="cook OR soon"), []),
        (dict(q="la", sort="title"), ["Late", "Later"]),
        (dict(q="la", overdue="true", assigneeId=bob, createdBy="anonymous", status="NOT_STARTED"), ["Late"]),
    ]
    for query, shown in expected:
        assert titles(**query) == shown, query
        assert titles(f"/v1/users/{ann}/tasks", **query) == [title for title in shown if title == "Café guide"], query
    stats = queries.get("/v1/stats").json
    assert (stats["total"], stats["overdue"]) == (5, 1)
    assert stats["byStatus"] == {"NOT_STARTED": 4, "IN_PROGRESS": 0, "BLOCKED": 0, "DEFERRED": 0, "COMPLETED": 0, "CANCELLED": 1}
    assert stats["byPriority"] == {"LOW": 0, "MEDIUM": 4, "HIGH": 1, "URGENT": 0}
    assert stats["byAssignee"] == {"none": 3, ann: 1, bob: 1}
    deleted = commands.delete(made["Late"], "*")
    assert Titles(queries, deleted.token)(q="late") == ["Later"]
    assert queries.get("/v1/stats").json["total"] == 4


def test_users_are_listed_found_and_read(services):
    commands, queries = services
    zoe = commands.register("zoe@example.org", first_name="Zoë", last_name="Lee")
    ann = commands.register("ann@example.org", first_name="Ann", last_name="Lee")
    bob = commands.register("bob@example.net", first_name="Bob", last_name="Ash")
    gone = commands.deactivate(bob.json["userId"])

    def names(**query):
        answer = queries.get(url("/v1/users", include="total", **query), Consistency_Token=gone.token)
        assert answer.status == 200, answer
        assert "limit" in query or answer.json["total"] == len(answer.json["items"])
        return [user["firstName"] for user in answer.json["items"]]
    assert names() == ["Bob", "Ann", "Zoë"]
    assert names(active="true") == ["Ann", "Zoë"]
    assert names(q="zoe LE") == ["Zoë"]
    assert names(q="example", active="false") == ["Bob"]
    assert names(limit=1) == ["Bob"]
    assert [user["firstName"] for user in queries.pages("/v1/users?limit=1")] == ["Bob", "Ann", "Zoë"]

    path = f"/v1/users/{zoe.json['userId'].upper()}"
    read = queries.get(path)
    assert (read.status, read.version, read.json) == (200, 1, zoe.json)
    assert queries.get(path, If_None_Match='"1"').status == 304
    assert queries.get(path, If_None_Match='"7"').status == 200
    edited = commands.edit_user(ann.json["userId"], 1, lastName="Leigh")
    assert queries.get(f"/v1/users/{ann.json['userId']}", Consistency_Token=edited.token).json == edited.json
    assert names(q="leigh") == ["Ann"]
    for path in (f"/v1/users/{uuid.uuid4()}", f"/v1/users/{uuid.uuid4()}/tasks"):
        assert queries.get(path).status == 404
    for path in ("/v1/users/ann", "/v1/users/ann/tasks"):
        assert (queries.get(path).status, queries.get(path).code) == (400, "MALFORMED")


HUGE = "9" * 5_000
BAD_TIMES = ["", "tomorrow", "2026-02-30T00:00:00Z", "2026-11-25", "1764000000", HUGE]
BAD_FLAGS = ["", "yes", "TRUE", "1", "true,false", HUGE]
BAD_LISTS = ["", ",", "x,", HUGE]
BAD_TEXTS = ["", "  ", "*", "\"\"", "(-)", HUGE, " ".join("abcdefghijk")]
BAD_PAGES = {
    "limit": ["", "0", "201", "-1", "05", "1.5", "ten", "1e2", " 5", HUGE],
    "cursor": ["", "x", "AAAA", "!", HUGE],
    "include": ["", "everything", "total,total", HUGE],
}
BAD_TASKS = BAD_PAGES | {
    "status": BAD_LISTS + ["DONE", "not_started", ",".join(["BLOCKED"] * 51)],
    "priority": BAD_LISTS + ["high", "5"],
    "assigneeId": BAD_LISTS + ["ann", "none,nobody", USER[:-1], ",".join([USER] * 51)],
    "createdBy": ["", "é" * 257, HUGE],
    "tag": ["", "a,", "x" * 41, HUGE],
    "dueBefore": BAD_TIMES, "dueAfter": BAD_TIMES,
    "overdue": BAD_FLAGS, "reminderDue": BAD_FLAGS, "locked": BAD_FLAGS,
    "q": BAD_TEXTS,
    "sort": ["", "-", "colour", "--title", "Title", "title,priority", HUGE],
}
GOOD = {"limit": "5", "include": "total", "status": "BLOCKED", "priority": "LOW", "assigneeId": "none", "createdBy": "ann",
        "tag": "a", "dueBefore": "2026-11-25T00:00:00Z", "dueAfter": "2026-11-25T00:00:00Z", "overdue": "true",
        "reminderDue": "false", "locked": "true", "q": "a", "sort": "-title", "active": "true"}


def test_whatever_cannot_be_taken_is_named(services):
    commands, queries = services
    user = commands.new_user()
    await_user = commands.get(f"/v1/users/{user}")
    assert queries.get(f"/v1/users/{user}", Consistency_Token=await_user.token).status == 200
    bad = {TASKS: BAD_TASKS, f"/v1/users/{user}/tasks": BAD_TASKS,
           "/v1/users": BAD_PAGES | {"q": BAD_TEXTS, "active": BAD_FLAGS}, "/v1/stats": {}, f"/v1/users/{user}": {}}
    for path, parameters in bad.items():
        for name, values in parameters.items():
            for value in values:
                assert_refused(queries.get(url(path, **{name: value})), [name], (path, name, value[:60]))
            if name in GOOD:
                good = urllib.parse.urlencode({name: GOOD[name]})
                assert queries.get(f"{path}?{good}").status == 200, (path, name)
                assert_refused(queries.get(f"{path}?{good}&{good}"), [name], (path, name, "repeated"))
            assert_refused(queries.get(f"{path}?{name.upper()}=5"), [name.upper()], (path, name, "in capitals"))
        assert_refused(queries.get(url(path, colour="red", version="x" * 5_000)), ["colour", "version"], (path, "unknown"))
        assert queries.get(f"{path}?colour=%ff").code == "MALFORMED"
        assert queries.get(f"{path}?colour=%zz").code == "MALFORMED"
    everything = queries.get(url(TASKS, limit="0", sort="x", q="*", locked="?", colour="red"))
    assert_refused(everything, ["colour", "limit", "locked", "q", "sort"], "all at once")


def assert_refused(answer, fields, what):
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED"), (what, answer)
    assert sorted(error["field"] for error in answer.json["errors"]) == fields, what
    assert {error["location"] for error in answer.json["errors"]} == {"query"}, what
    assert all(error["reason"] for error in answer.json["errors"]), what


def test_a_cursor_goes_on_with_its_own_query_alone(services):
    commands, queries = services
    for i in range(3):
        last = commands.create(f"guide {i}", tags=["docs"])
    cursor = queries.get(url(TASKS, limit=1, q="Guide", tag="docs"), Consistency_Token=last.token).json["nextCursor"]
    assert queries.get(url(TASKS, limit=2, q="guide", tag="docs", cursor=cursor)).status == 200
    for other in (dict(q="guide"), dict(q="guid", tag="docs"), dict(q="guide", tag="docs", sort="title"),
                  dict(q="guide", tag="docs", overdue="false"), dict(q="guide", tag="docs", createdBy="ann")):
        assert_refused(queries.get(url(TASKS, cursor=cursor, **other)), ["cursor"], other)


@pytest.mark.parametrize("filters", [{}, {"q": "task"}, {"status": "NOT_STARTED,IN_PROGRESS"}, {"tag": "kept"}],
                         ids=["all", "q", "status", "tag"])
def test_rows_that_stay_put_are_shown_once_while_others_move(scene, filters, seed):
    log = scene.file_log()
    service, projection = scene.command_service(log), scene.projection_service(log)
    commands, queries = service.client(), projection.client()
    ids = [commands.create(f"task {i:03}", tags=["kept"]).json["taskId"] for i in range(120)]
    await_caught_up(projection)
    still, moving = ids[::2], ids[1::2]
    with Load([service], clients=4, tasks=moving, seed=seed):
        for sort in SORTS:
            shown = [task["taskId"] for task in queries.pages(url(TASKS, limit=7, sort=sort, **filters))]
            for task_id in still:
                assert shown.count(task_id) == 1, (sort, task_id)


def test_a_query_that_takes_too_long_is_given_up(scene):
    log = scene.file_log()
    scene.command_service(log).terminate()
    append_tasks(log, 0, 30_000)
    limited = scene.projection_service(log, "--query-time-limit-ms", "1")
    await_caught_up(limited)
    queries = limited.client()
    for path in ("/v1/stats", url(TASKS, q="task many", include="total")):
        refused = queries.get(path)
        assert (refused.status, refused.code) == (503, "SERVICE_UNAVAILABLE"), (path, refused)
        assert "took too long" in refused.json["detail"] and int(refused.headers["Retry-After"]) > 0, refused
        assert queries.get(f"{TASKS}/{task_id(7)}").status == 200, "what is quick is answered, also by the same reader"
    assert limited.terminate() == 0
    unlimited = scene.projection_service(log, "--query-time-limit-ms", "0", "--read-model", scene.folder / f"{limited.name}.db")
    assert unlimited.client().get("/v1/stats").json["total"] == 30_000
