"""Server-Sent Events, read from real sockets: what is told, from where on, and to whom no longer."""

import random
import resource
import threading
import time

import pytest
from taskstream.checks import await_caught_up
from taskstream.crowd import Crowd
from taskstream.event_stream import EventStream, StreamEnded
from taskstream.followers import StreamFollower
from taskstream.waiting import wait_until

HEARTBEAT_S = 15
BUSY_S = 4.0
MANY_STREAMS, CHANGES = 2_000, 25


def test_every_change_is_told_as_it_happens(scene, log):
    commands, projection = scene.command_service(log).client(), scene.projection_service(log)
    somebody = commands.new_user()
    # A commit that began before the stream opens is read from the rows, and what follows until then may be told in one.
    earlier = commands.create("Earlier")
    assert projection.client().get("/v1/tasks", Consistency_Token=earlier.token).status == 200
    stream = EventStream(projection.port)
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "no-cache"
    assert stream.headers["x-accel-buffering"] == "no"
    opened = stream.next()
    assert opened.comment and opened.id, "a stream that has told nothing can be resumed too"

    created = commands.create("Write the guide", tags=["docs"])
    task_id = created.json["taskId"]
    answers = [created,
               commands.edit(task_id, 1, title="Write the long guide"),
               commands.assign(task_id, 2, somebody),
               commands.move(task_id, 3, "IN_PROGRESS")]
    types = ["created", "edited", "assigned", "status-changed"]
    for version, (answer, kind) in enumerate(zip(answers, types), start=1):
        told = stream.next_task()
        assert told.keys() == {"taskId", "version", "type", "eventId", "actor", "time", "changes", "deleted", "matches", "task"}
        assert (told["taskId"], told["version"], told["eventId"]) == (task_id, version, answer.event_id)
        assert told["type"] == f"taskstream.task.{kind}.v1"
        assert (told["actor"], told["deleted"], told["matches"]) == ("anonymous", False, True)
        assert told["task"] == answer.json
        history = projection.client().get(f"/v1/tasks/{task_id}/history").json["items"][version - 1]
        assert (told["changes"], told["time"]) == (history["changes"], history["time"])
    deleted = commands.delete(task_id, 4)
    told = stream.next_task()
    assert (told["deleted"], told["gone"], told["task"], told["matches"]) == (True, "deleted", None, False)
    assert told["eventId"] == deleted.event_id


def test_a_filter_lets_pass_what_fits_before_or_after(scene, log):
    commands, projection = scene.command_service(log).client(), scene.projection_service(log)
    stream = EventStream(projection.port, "?status=NOT_STARTED,BLOCKED&tag=mine")
    assert stream.next().id, "where it begins: the head alone comes before that is settled"
    commands.create("Not mine", tags=["yours"])
    mine = commands.create("Mine", tags=["mine"]).json["taskId"]
    commands.move(mine, 1, "IN_PROGRESS")
    commands.edit(mine, 2, title="Nobody is told")
    commands.move(mine, 3, "BLOCKED")
    commands.edit(mine, 4, tags=["yours"])
    told = [stream.next_task() for _ in range(4)]
    assert [(change["version"], change["matches"]) for change in told] == [(1, True), (2, False), (4, True), (5, False)]
    assert all(change["task"]["version"] == change["version"] for change in told)


def test_a_stream_begins_now_or_where_it_is_told_to(scene, log):
    service = scene.command_service(log)
    commands, projection = service.client(), scene.projection_service(log)
    old = commands.create("Old", tags=["a"])
    since = projection.client().get("/v1/changes", Consistency_Token=old.token).json["next"]
    first = EventStream(projection.port)
    begun = first.next().id
    edited = commands.edit(old.json["taskId"], 1, title="Older", tags=["b"])
    new = commands.create("New").json["taskId"]
    # Of different tasks, which may lie in different partitions, nothing promises the order.
    told = {change["taskId"]: change["version"] for change in (first.next_task() for _ in range(2))}
    assert told == {old.json["taskId"]: 2, new: 1}, "from now on: nothing of what was there"
    end = first.last_id

    for place in (since, begun):
        resumed = EventStream(projection.port, f"?since={place}")
        told = {change["taskId"]: change for change in (resumed.next_task() for _ in range(2))}
        change = told[old.json["taskId"]]
        assert (change["version"], change["eventId"], change["task"]) == (2, edited.event_id, edited.json)
        assert change["changes"] == {"title": {"from": "Old", "to": "Older"}, "tags": {"from": ["a"], "to": ["b"]}}
    # The header of a client that connects again counts for more than its old target.
    resumed = EventStream(projection.port, f"?since={since}", last_event_id=end)
    latest = commands.create("Latest")
    assert resumed.next_task()["eventId"] == latest.event_id


def test_a_resumed_stream_tells_what_left_its_filter_meanwhile(scene, log):
    commands, projection = scene.command_service(log).client(), scene.projection_service(log)
    gone, back, never = (commands.create(title, tags=["a"]).json["taskId"] for title in ("Gone", "Back", "Dropped"))
    commands.edit(never, 1, tags=["b"])
    new = commands.create("New", tags=["b"])
    since = projection.client().get("/v1/changes", Consistency_Token=new.token).json["next"]
    commands.edit(gone, 1, tags=["b"])
    commands.edit(back, 1, tags=["b"])
    commands.edit(back, 2, tags=["a"])
    commands.edit(never, 2, tags=["a"])
    last = commands.edit(never, 3, tags=["c"])
    projection.client().get("/v1/projection", Consistency_Token=last.token)
    stream = EventStream(projection.port, f"?tag=a&since={since}")
    told = {change["taskId"]: change for change in (stream.next_task() for _ in range(2))}
    assert (told[gone]["matches"], told[gone]["version"]) == (False, 2)
    assert (told[back]["matches"], told[back]["version"], told[back]["changes"]) == (True, 3, {})
    end = commands.create("End", tags=["a"])
    assert stream.next_task()["eventId"] == end.event_id, "what neither was nor is in the filter is not told"


class Writing(Crowd):
    def __init__(self, service, clients, tasks, seed):
        super().__init__(clients, seed)
        self._service = service
        self._tasks = tasks

    def _live(self, rng):
        client = self._service.client()
        while not self._stop.is_set():
            task_id = rng.choice(self._tasks)
            if rng.randrange(10) == 0:
                self._tasks.append(client.create(f"Task {rng.random()}").json["taskId"])
            elif rng.randrange(40) == 0:
                client.delete(task_id, "*")
            else:
                client.edit(task_id, "*", title=f"Edited {rng.random()}", tags=rng.sample(["a", "b"], rng.randrange(3)))


class Watching(Crowd):
    """Clients that hang up now and then, and go on at another replica."""

    def __init__(self, projections, queries, seed):
        super().__init__(len(queries), seed)
        self.followers = [StreamFollower(query) for query in queries]
        self.resumed = 0
        self._projections = projections
        self._free = list(self.followers)

    def _live(self, rng):
        follower = self._free.pop()
        while not self._stop.is_set():
            until = time.monotonic() + rng.random()
            follower.follow(rng.choice(self._projections), lambda: self._stop.is_set() or time.monotonic() > until)
            self.resumed += 1


@pytest.mark.parametrize("rebuilt", [False, True], ids=["", "while the read model is rebuilt"])
def test_a_stream_has_no_gap_and_no_way_back_whoever_hangs_up(scene, log, seed, rebuilt):
    service = scene.command_service(log)
    projections = [scene.projection_service(log), scene.projection_service(log)]
    tasks = [service.client().create(f"Task {i}", tags=["a"]).json["taskId"] for i in range(10)]
    for projection in projections:
        await_caught_up(projection)
    queries = ["", "", "?tag=a", "?tag=a", "?tag=b,c"]
    watching = Watching(projections, queries, seed)
    for follower in watching.followers:
        follower.begin_with_everything(projections[0].client())
    with watching, Writing(service, 3, tasks, seed):
        for projection in projections if rebuilt else []:
            rebuild(projection.client())
        time.sleep(BUSY_S)
    assert watching.resumed > 2 * len(queries)
    end = service.client().create("End", tags=["a", "b"])
    for projection in projections:
        assert projection.client().get("/v1/projection", Consistency_Token=end.token).status == 200
    for follower, query in zip(watching.followers, queries):
        joint = "&" if query else "?"
        listed = {task["taskId"]: task for task in projections[1].client().pages(f"/v1/tasks{query}{joint}limit=200")}
        follower.follow(random.Random(seed).choice(projections), lambda: follower.tasks == listed, patience_s=10.0)
        assert follower.tasks == listed


def rebuild(client):
    assert client.request("POST", "/v1/projection/rebuild").status == 202
    wait_until(lambda: "rebuild" not in client.get("/v1/projection").json, "the rebuilt read model is served")


def test_silence_is_filled_with_comments(scene):
    log = scene.file_log()
    scene.command_service(log)
    stream = EventStream(scene.projection_service(log).port)
    stream.next()
    began = time.monotonic()
    comment = stream.next(HEARTBEAT_S + 5)
    assert comment.name is None and comment.comment and comment.id
    assert HEARTBEAT_S - 2 < time.monotonic() - began


def test_only_so_many_streams_are_open(scene):
    log = scene.file_log()
    scene.command_service(log)
    projection = scene.projection_service(log, "--max-streams", "2")
    streams = [EventStream(projection.port) for _ in range(2)]
    refused = projection.client().get("/v1/stream")
    assert (refused.status, refused.code) == (503, "SERVICE_UNAVAILABLE"), refused
    assert refused.headers["Retry-After"]
    # HEAD holds no place, and needs one like GET.
    assert projection.client().request("HEAD", "/v1/stream").status == 503
    streams.pop().close()
    wait_until(lambda: projection.client().request("HEAD", "/v1/stream").status == 200, "the place is free again")
    assert EventStream(projection.port).status == 200


def test_a_stream_ends_with_the_service(scene):
    log = scene.file_log()
    scene.command_service(log)
    projection = scene.projection_service(log)
    streams = [EventStream(projection.port) for _ in range(5)]
    for stream in streams:
        stream.next()
    began = time.monotonic()
    ended = []
    waiting = [threading.Thread(target=lambda s=stream: ended.append(end_of(s))) for stream in streams]
    for thread in waiting:
        thread.start()
    assert projection.terminate() == 0
    assert time.monotonic() - began < 8
    for thread in waiting:
        thread.join()
    assert ended == [True] * len(streams), "each has been told that nothing follows"


def end_of(stream):
    try:
        while True:
            stream.next()
    except StreamEnded as end:
        return end.orderly


@pytest.mark.memory
def test_two_thousand_streams_take_little_memory(scene):
    """All of them open at once, each told every change; most do not read for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    streams = []
    try:
        log = scene.file_log()
        commands, projection = scene.command_service(log).client(), scene.projection_service(log)
        streams += (EventStream(projection.port, "" if i % 2 else "?tag=told") for i in range(MANY_STREAMS))
        for stream in streams:
            stream.next()
        task = commands.create("Told to all", description="long " * 500, tags=["told"]).json["taskId"]
        for version in range(1, CHANGES):
            assert commands.edit(task, version, title=f"Told to all, {version}").status == 200
        for stream in streams:
            assert [stream.next_task()["version"] for _ in range(CHANGES)] == list(range(1, CHANGES + 1))
        assert projection.peak_memory_mib() < 300
        print(f"{MANY_STREAMS} streams: {projection.peak_memory_mib():.0f} MiB")
    finally:
        for stream in streams:
            stream.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_slow_reader_is_told_to_begin_again(scene):
    """… and costs no memory meanwhile: what it did not take is kept once, for all, and not for ever."""
    log = scene.file_log()
    commands, projection = scene.command_service(log).client(), scene.projection_service(log)
    task = commands.create("Long", description="").json["taskId"]
    slow = EventStream(projection.port, receive_buffer=4096)
    slow.next()
    quick = StreamFollower()
    stop = threading.Event()
    reader = threading.Thread(target=quick.follow, args=(projection, stop.is_set))
    reader.start()
    try:
        version = 1
        for i in range(500):
            edited = commands.edit(task, version, description=chr(0x1F600 + i % 64) * 4000)
            assert edited.status == 200, edited
            version = edited.version
            if i % 5 == 0:
                projection.client().get(f"/v1/tasks/{task}", Consistency_Token=edited.token)  # all of it has been told
                slow.take_a_little(16_384)  # who takes nothing at all for long is cut off without a word
        events = []
        with pytest.raises(StreamEnded) as ended:
            for _ in range(500):
                events.append(slow.next())
        assert ended.value.orderly
        resync = events[-1]
        assert resync.name == "resync" and resync.data == {"token": resync.id}
        assert projection.client().get(f"/v1/tasks/{task}", Consistency_Token=edited.token).version == version
        resumed = EventStream(projection.port, last_event_id=resync.id)
        assert resumed.next_task()["version"] == version
        wait_until(lambda: quick.versions.get(task) == version, "who reads is told everything")
        assert projection.peak_memory_mib() < 200
    finally:
        stop.set()
        reader.join()
