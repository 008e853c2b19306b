"""Whoever brings a token never reads anything older: ten thousand at once, across replicas, from one client to the next."""

import random
import resource
import select
import selectors
import socket
import time

from taskstream.client import NoAnswer
from taskstream.load import Load
from taskstream.metrics import scrape
from taskstream.parallel import in_parallel
from taskstream.tokens import moved_on, positions_of, token_of
from taskstream.waiting import wait_until

WAITING = 10_000
READS = 1_500


def await_rest(service):
    """Until the process has nothing more to do: everything that was sent to it has been taken in."""
    last = [None]

    def at_rest():
        before, last[0] = last[0], service.processor_s()
        return before is not None and last[0] - before <= 0.02
    wait_until(at_rest, f"{service.name} is at rest", 60.0, pause_s=0.5)


def test_ten_thousand_tokens_are_waited_for_at_once(scene):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        log = scene.file_log()
        commands, projection = scene.command_service(log).client(), scene.projection_service(log)
        first = commands.create("First")
        projection.client().get("/v1/tasks", Consistency_Token=first.token)
        await_rest(projection)
        threads = projection.threads()
        crowd = WaitingCrowd(projection.port, WAITING, moved_on(first.token, 1))
        try:
            await_rest(projection)
            assert crowd.answered() == 0
            assert projection.threads() == threads, "a token that waits costs a thread"
            before = projection.processor_s()
            time.sleep(1.0)  # what is measured is what so many cost while nothing happens
            assert projection.processor_s() - before < 0.1, "tokens that wait keep the processor busy"
            second = commands.create("Second")
            crowd.await_answers(30.0)
            assert all(second.json["taskId"] in answer for answer in crowd.answers)
            assert projection.client().get("/health/ready").status == 200
        finally:
            crowd.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class WaitingCrowd:
    """So many connections, each with one request that waits for the token."""

    def __init__(self, port, size, token):
        self.answers = []
        self._selector = selectors.DefaultSelector()
        request = (f"GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nConsistency-Token: {token}\r\nPrefer: wait=30\r\n"
                   "Connection: close\r\n\r\n").encode()
        for _ in range(size):
            connection = socket.create_connection(("127.0.0.1", port), timeout=20.0)
            connection.sendall(request)
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, bytearray())

    def answered(self):
        return len(self._selector.select(0))

    def await_answers(self, timeout_s):
        deadline = time.monotonic() + timeout_s
        while self._selector.get_map():
            assert time.monotonic() < deadline, f"{len(self._selector.get_map())} are not answered"
            for key, _ in self._selector.select(1.0):
                received = key.fileobj.recv(1 << 16)
                if received:
                    key.data.extend(received)
                    continue
                self._selector.unregister(key.fileobj)
                key.fileobj.close()
                answer = key.data.decode()
                assert answer.startswith("HTTP/1.1 200 "), answer[:200]
                self.answers.append(answer)

    def close(self):
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()


def test_the_command_service_lets_no_more_wait_than_may(scene):
    log = scene.file_log()
    service = scene.command_service(log, "--max-waiters", "2")
    client = service.client()
    created = client.create("First")
    path, ahead = created.headers["Location"], moved_on(created.token, 1)

    def waiting():
        connection = socket.create_connection(("127.0.0.1", service.port), timeout=20.0)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConsistency-Token: {ahead}\r\nPrefer: wait=30\r\n\r\n".encode())
        return connection
    # Whichever of three comes last finds no place, and is answered long before its time is over.
    crowd = [waiting() for _ in range(3)]
    answered, _, _ = select.select(crowd, [], [], 20.0)
    assert len(answered) == 1
    told = answered[0].recv(65_536).decode()
    assert told.startswith("HTTP/1.1 503 ") and "\r\nRetry-After: " in told and '"READ_MODEL_BEHIND"' in told, told
    crowd.remove(answered[0])
    answered[0].close()
    assert scrape(service).value("taskstream_waiters") == 2
    task = created.json["taskId"]
    items = [{"commandId": str(i), "method": "PATCH", "path": f"/v1/tasks/{task}", "body": {"title": "x"}, "expectedVersion": "*"} for i in range(2)]
    batch = client.request("POST", "/v1/batch", {"commands": items}, {"Consistency-Token": ahead, "Prefer": "wait=30"}).json["results"]
    assert (batch[0]["status"], batch[0]["body"]["code"]) == (503, "READ_MODEL_BEHIND"), batch
    assert client.get(path).status == 200, "tokens can be made up, and keep nobody from reading"
    assert client.create("Second").status == 201, "what has not to wait is done"
    for connection in crowd:
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        connection.close()
    assert client.get(path).status == 200
    assert scrape(service).value("taskstream_waiters") == 0


def test_who_waits_is_answered_when_a_service_ends(scene):
    log = scene.file_log()
    service, projection = scene.command_service(log), scene.projection_service(log)
    created = service.client().create("Anything")
    task = created.json["taskId"]
    waits = {"Consistency-Token": moved_on(created.token, 1), "Prefer": "wait=30"}
    items = [{"commandId": str(i), "method": "PATCH", "path": f"/v1/tasks/{task}", "body": {"title": "x"}, "expectedVersion": "*"} for i in range(2)]

    def end():
        for ending, at_work in ((service, 3), (projection, 1)):
            wait_until(lambda ending=ending, at_work=at_work: scrape(ending).value("taskstream_waiters") == at_work, f"{at_work} wait", 10.0)
        begun = time.monotonic()
        assert service.terminate() == 0 and projection.terminate() == 0
        return time.monotonic() - begun
    read, write, batch, page, took = in_parallel([
        lambda: service.client().request("GET", f"/v1/tasks/{task}", headers=waits),
        lambda: service.client().edit(task, "*", waits, title="Never"),
        lambda: service.client().request("POST", "/v1/batch", {"commands": items}, waits),
        lambda: projection.client().request("GET", "/v1/tasks", headers=waits),
        end])
    assert [(answer.status, answer.code) for answer in (read, write)] == [(503, "READ_MODEL_BEHIND")] * 2
    assert page.status == 503 and page.code == "READ_MODEL_BEHIND", page
    assert batch.json["results"][0]["body"]["code"] == "READ_MODEL_BEHIND", batch.json
    assert took < 8.0, "both end long before the time for requests under way is over"


def test_reads_are_monotonic_across_replicas(scene, log, seed):
    """Each answer's token goes along with the next request: no replica answers from before what another has shown."""
    service = scene.command_service(log)
    replicas = [scene.projection_service(log), scene.projection_service(log)]
    created = [service.client().create(f"Task {i}") for i in range(4)]
    tasks = [answer.json["taskId"] for answer in created]

    def read(number):
        rng = random.Random(f"{seed}-{number}")
        clients = [replica.client() for replica in replicas]
        token, versions, switched = ", ".join(answer.token for answer in created), {}, 0
        for _ in range(READS):
            task_id = rng.choice(tasks)
            answer = rng.choice(clients).get(f"/v1/tasks/{task_id}", Consistency_Token=token)
            assert answer.status == 200, answer
            assert answer.version >= versions.get(task_id, 0), f"went back: {versions[task_id]} to {answer.version}"
            switched += answer.version > versions.get(task_id, 0)
            versions[task_id], token = answer.version, answer.token
        return switched
    with Load([service], clients=2, tasks=tasks, seed=seed):
        assert min(in_parallel([lambda n=n: read(n) for n in range(3)])) > 5, "nothing changed meanwhile"


def test_what_one_client_has_seen_another_can_build_on(scene, log):
    """Ann tells Ben of a task by its token, Ben edits it at another instance and tells Cleo: at no replica does anybody see
    the effect without its cause."""
    writers = [scene.command_service(log).client() for _ in range(2)]
    replicas = [scene.projection_service(log).client() for _ in range(2)]
    for i in range(150):
        here, there = i % 2, (i + 1) % 2
        created = writers[here].create(f"Task {i}")
        path = created.headers["Location"]
        seen = replicas[here].get(path, Consistency_Token=created.token)
        assert seen.status == 200, seen
        # The token of what Ben has read, not of what Ann has written: his answer covers hers.
        edited = writers[there].edit(created.json["taskId"], seen.version, title=f"Edited {i}",
                                     headers={"Consistency-Token": seen.token})
        assert edited.status == 200, edited
        for replica in replicas:
            told = replica.get("/v1/tasks?limit=1", Consistency_Token=edited.token)
            assert told.json["items"][0] == edited.json, told


def test_a_place_in_the_order_of_changes_is_a_token_everywhere(scene, log):
    """What a copy has seen by delta sync it may ask every reader, and every writer, to have seen too."""
    commands, replica = scene.command_service(log).client(), scene.projection_service(log).client()
    created = commands.create("Write the guide")
    place = replica.get("/v1/changes", Consistency_Token=created.token).json["next"]
    other = scene.projection_service(log).client()
    for reader in (commands, replica, other):
        read = reader.get(created.headers["Location"], Consistency_Token=f"{created.token}, {place}")
        assert (read.status, read.json) == (200, created.json), read
    assert commands.edit(created.json["taskId"], 1, {"Consistency-Token": place}, title="Write more").status == 200
    refused = commands.get(created.headers["Location"], Consistency_Token=place[:-1])
    assert (refused.status, refused.code) == (400, "TOKEN_UNKNOWN"), refused


def test_both_services_read_the_field_alike(scene, log):
    commands, replica = scene.command_service(log).client(), scene.projection_service(log).client()
    created = commands.create("Write the guide")
    path, token = created.headers["Location"], created.token
    log_id, positions = positions_of(token)
    for reader in (commands, replica):
        for whole in (f"{token},,{token}", f",{token}", f"{token}\t, "):
            read = reader.get(path, Consistency_Token=whole)
            assert (read.status, read.json) == (200, created.json), (whole, read)
    refused = {"": "empty", " , ,": "empty", f"{token},?": "cannot be read", f"{token} {token}": "cannot be read",
               token_of(bytes(16), positions): "another log", token_of(log_id, [*positions, *[0] * 64, 1]): "partition that this log has not"}
    for field, why in refused.items():
        answers = [reader.get(path, Consistency_Token=field) for reader in (commands, replica)]
        answers.append(commands.edit(created.json["taskId"], 1, {"Consistency-Token": field}, title="Never"))
        for answer in answers:
            assert (answer.status, answer.code) == (400, "TOKEN_UNKNOWN"), (field, answer)
            assert why in answer.json["detail"], (field, answer)
        assert len({answer.json["detail"] for answer in answers}) == 1
    # Offsets that nobody has ever reached: late, and late by as much as a number holds.
    most = 2**63 - 1
    forged = token_of(log_id, [most] * max(1, len(positions)))
    for reader in (commands, replica):
        late = reader.get(path, Consistency_Token=f"{token}, {forged}", Prefer="wait=0")
        assert (late.status, late.code) == (503, "READ_MODEL_BEHIND"), late
        assert 0 < late.json["lagRecords"] <= most, late
    assert replica.get(path).json == commands.get(path).json == created.json


def test_a_token_holds_at_a_replica_that_is_made_anew(scene, log):
    """It is never answered from before, whatever the replica has not read yet: it waits, or says that it is building."""
    commands = scene.command_service(log).client()
    old = scene.projection_service(log)
    for i in range(300):
        created = commands.create(f"Task {i}")
    token = old.client().get("/v1/tasks", Consistency_Token=created.token).token
    old.kill()
    for file in scene.folder.glob(f"{old.name}.db*"):
        file.unlink()
    fresh = scene.projection_service(log, start=False)
    for replica in (fresh, old):
        replica.launch()
        replica.await_listening()
        statuses = []

        def answered():
            try:
                answer = replica.client().get(created.headers["Location"], Consistency_Token=token)
            except NoAnswer:
                return False
            statuses.append(answer.status)
            assert answer.status == 200 or answer.code in ("STARTING", "READ_MODEL_BUILDING", "READ_MODEL_BEHIND"), answer
            return answer.status == 200
        wait_until(answered, f"{replica.name} answers")
        assert 404 not in statuses
