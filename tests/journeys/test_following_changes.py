"""Delta sync: whoever follows the changes holds what the list says, whichever replica they ask, and whatever became of it."""

import random
import threading
import time

import pytest
from taskstream.crowd import Crowd
from taskstream.event_stream import EventStream
from taskstream.followers import DeltaFollower
from taskstream.tokens import moved_on
from taskstream.waiting import wait_until

BUSY_S = 4.0


class Busy(Crowd):
    """Clients that create, edit, move and delete tasks."""

    def __init__(self, service, clients, seed):
        super().__init__(clients, seed)
        self._service = service

    def _live(self, rng):
        client, mine = self._service.client(), {}
        while not self._stop.is_set():
            if len(mine) < 5:
                created = client.create(f"Task {rng.random()}", tags=rng.sample(["a", "b", "c"], rng.randrange(3)))
                assert created.status == 201, created
                mine[created.json["taskId"]] = 1
            task_id = rng.choice(list(mine))
            kind = rng.randrange(8)
            if kind == 0:
                answer = client.delete(task_id, mine.pop(task_id))
                assert answer.status == 204, answer
                continue
            if kind == 1:
                answer = client.move(task_id, "*", rng.choice(["IN_PROGRESS", "DEFERRED", "CANCELLED"]))
                if answer.status == 409 or answer.json["status"] == "CANCELLED":
                    mine.pop(task_id)  # where it stands it takes no edit, or not that move
                    continue
            else:
                answer = client.edit(task_id, mine[task_id], title=f"Edited {rng.random()}")
            assert answer.status == 200, answer
            mine[task_id] = answer.version


class Following(Crowd):
    """Clients that read a page here and a page there."""

    def __init__(self, projections, clients, seed):
        super().__init__(clients, seed)
        self.followers = []
        self._projections = projections
        self._lock = threading.Lock()

    def _live(self, rng):
        clients = [projection.client() for projection in self._projections]
        follower = DeltaFollower()
        while not self._stop.is_set():
            follower.read_page(rng.choice(clients), limit=rng.choice([1, 3, 20]))
            if rng.randrange(20) == 0:
                with self._lock:
                    self.followers.append(follower.copy())  # a device that is put away
        with self._lock:
            self.followers.append(follower)


def listed(projection):
    return {task["taskId"]: task for task in projection.client().pages("/v1/tasks?limit=200")}


def test_clients_of_two_replicas_converge_to_the_list(scene, log, seed):
    service = scene.command_service(log)
    one, other = scene.projection_service(log), scene.projection_service(log)
    with Busy(service, clients=3, seed=seed), Following([one, other], clients=3, seed=seed) as following:
        time.sleep(BUSY_S)  # what comes of it is asserted below, however much it is
    assert len(following.followers) > 3, "nobody was put away: there is no old token to go on from"
    # One replica rebuilds its file, another loses it, a third has never been there before.
    assert one.client().request("POST", "/v1/projection/rebuild").status == 202
    assert other.terminate() == 0
    for file in scene.folder.glob(f"{other.name}.db*"):
        file.unlink()
    other.start()
    wait_until(lambda: "rebuild" not in one.client().get("/v1/projection").json, "the rebuilt read model is served")
    fresh = scene.projection_service(log)
    end = service.client().create("End")
    for projection in (one, other, fresh):
        assert projection.client().get("/v1/projection", Consistency_Token=end.token).status == 200
    expected = listed(one)
    assert expected and listed(other) == listed(fresh) == expected
    rng = random.Random(seed)
    for follower in following.followers:
        # A walk that was under way ends where its first page saw the end; the next one begins there.
        for _ in range(2):
            follower.read_to_end(rng.choice([one, other, fresh]).client())
        assert follower.tasks == expected
        assert follower.read_to_end(fresh.client()) == []


def test_a_place_in_the_order_of_changes_is_a_promise_of_freshness(scene, log):
    """What one replica has told, another has read before it answers from there on."""
    commands = scene.command_service(log).client()
    one, other = (scene.projection_service(log).client() for _ in range(2))
    follower = DeltaFollower()
    for i in range(100):
        created = commands.create(f"Task {i}")
        follower.read_to_end(one, Consistency_Token=created.token)
        assert created.json["taskId"] in follower.tasks
        assert other.get(f"/v1/changes?since={follower.next}").json["items"] == []
        assert other.get(created.headers["Location"]).status == 200


def test_what_a_page_of_changes_looks_like(scene, log):
    commands, queries = scene.command_service(log).client(), scene.projection_service(log).client()
    kept, dropped = commands.create("Kept").json["taskId"], commands.create("Dropped").json["taskId"]
    edited = commands.edit(kept, 1, title="Kept and edited")
    answer = queries.get("/v1/changes", Consistency_Token=edited.token)
    assert answer.headers["Cache-Control"] == "no-cache" and answer.token
    page = answer.json
    assert page.keys() == {"items", "next", "more"} and page["more"] is False
    items = {item["taskId"]: item for item in page["items"]}
    assert items[kept] == {"taskId": kept, "version": 2, "deleted": False, "task": edited.json}
    assert len(page["items"]) == 2

    deleted = commands.delete(dropped, 1)
    page = queries.get(f"/v1/changes?since={page['next']}", Consistency_Token=deleted.token).json
    assert page["items"] == [{"taskId": dropped, "version": 2, "deleted": True, "gone": "deleted"}]
    assert queries.get(f"/v1/changes?since={page['next']}").json["items"] == []


def test_what_is_no_place_in_the_order_of_changes_is_refused(scene):
    log = scene.file_log()
    commands, projection = scene.command_service(log).client(), scene.projection_service(log)
    queries = projection.client()
    token = commands.create("Task").token
    page = queries.get("/v1/changes", Consistency_Token=token)
    next_token = page.json["next"]
    (scene.folder / "elsewhere").mkdir()
    elsewhere = f"file:{scene.folder}/elsewhere/taskstream.log"
    scene.command_service(elsewhere)
    foreign = scene.projection_service(elsewhere).client().get("/v1/changes").json["next"]
    for wrong in (token, foreign, "", "x", next_token[:-1], next_token + "."):
        for path in ("/v1/changes", "/v1/stream"):
            answer = queries.get(f"{path}?since={wrong}")
            assert (answer.status, answer.code) == (400, "TOKEN_UNKNOWN"), (path, wrong, answer)
        answer = queries.get("/v1/stream", Last_Event_ID=wrong)
        assert (answer.status, answer.code) == (400, "TOKEN_UNKNOWN"), (wrong, answer)
        assert EventStream(projection.port, f"?since={wrong}", last_event_id=next_token).status == 400, wrong


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/stream"])
def test_parameters_that_cannot_be_taken_are_named(scene, path):
    log = scene.file_log()
    scene.command_service(log)
    queries = scene.projection_service(log).client()
    wrong = {"/v1/changes": ["limit=0", "limit=201", "limit=x", "limit=5&limit=6", "status=DONE", "cursor=x"],
             "/v1/stream": ["limit=5", "q=a", "overdue=true", "reminderDue=true", "locked=true", "status=DONE", "sort=title",
                            "assigneeId=x", "dueBefore=now", "status=BLOCKED&status=BLOCKED", "include=total"]}[path]
    for query in wrong:
        answer = queries.get(f"{path}?{query}")
        assert (answer.status, answer.code) == (422, "VALIDATION_FAILED"), (query, answer)
        assert [error["field"] for error in answer.json["errors"]] == [query.partition("=")[0]], answer
        assert answer.json["errors"][0]["location"] == "query"


def test_a_place_that_is_not_reached_is_waited_for(scene):
    """A replica that has stopped reading says so, rather than going on from before."""
    log = scene.file_log()
    commands = scene.command_service(log).client()
    one = scene.projection_service(log)
    follower = DeltaFollower()
    follower.read_to_end(one.client(), Consistency_Token=commands.create("Task").token)
    ahead = f"c.{moved_on(follower.next.removeprefix('c.'), 1_000)}"
    for path in ("/v1/changes", "/v1/stream"):
        answer = one.client().get(f"{path}?since={ahead}", Prefer="wait=1, handling=lenient")
        assert (answer.status, answer.code) == (503, "READ_MODEL_BEHIND"), answer
        assert answer.json["lagRecords"] >= 1_000
