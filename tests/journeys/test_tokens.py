"""Tokens, from the program that makes them to the services that take them: made, listed, taken back, read again, expired."""

import base64
import concurrent.futures
import datetime
import hashlib
import hmac
import json
import re
import select
import socket
import subprocess
import time
import uuid

import pytest
from taskstream.access import Access, Bearer, await_known, await_unknown, read_again
from taskstream.checks import assert_refuses
from taskstream.event_stream import EventStream, StreamEnded
from taskstream.places import BIN
from taskstream.tokens import moved_on
from taskstream.waiting import wait_until

MEMBER = "0198c5a2-0000-7000-8000-00000000000a"
SECRET = "a secret of the identity provider, long enough"


@pytest.fixture
def access(tmp_path):
    return Access(tmp_path)


def services(scene, access):
    log = scene.file_log()
    return scene.command_service(log, *access.flags), scene.projection_service(log, *access.flags)


def in_a_while(**span):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_a_token_is_made_shown_once_listed_and_taken_back(access):
    made = access.run("make", "--subject", MEMBER.upper(), "--scope", "tasks:read", "--scope", "users:write", "--expires-in", "90d")
    assert made.returncode == 0, made
    token = made.stdout.strip()
    assert re.fullmatch(r"taskstream_[A-Za-z0-9_-]{43}", token)
    assert token not in made.stderr
    content = access.path.read_text()
    assert token not in content and hashlib.sha256(token.encode()).hexdigest() in content
    assert access.path.stat().st_mode & 0o777 == 0o600

    listed = [json.loads(line) for line in access.run("list", "--json").stdout.splitlines()]
    entry = next(entry for entry in listed if entry["subject"] == MEMBER)
    assert (entry["role"], entry["scopes"]) == ("member", ["tasks:read", "users:write"])
    expires = datetime.datetime.fromisoformat(entry["expiresAt"].replace("Z", "+00:00"))
    assert abs(expires - datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=90)) < datetime.timedelta(minutes=1)
    assert entry["id"] in access.run("list").stdout
    assert "sha256" not in access.run("list", "--json").stdout

    assert access.run("revoke", entry["id"]).returncode == 0
    assert MEMBER not in access.run("list").stdout
    again = access.run("revoke", entry["id"])
    assert (again.returncode, again.stdout) == (1, "") and "list" in again.stderr


@pytest.mark.parametrize("arguments", [
    [],
    ["make", "--subject", MEMBER],
    ["make", "--scope", "tasks:read"],
    ["make", "--subject", "Ada", "--scope", "tasks:read"],
    ["make", "--subject", "system:policy", "--role", "admin", "--scope", "admin"],
    ["make", "--subject", MEMBER, "--scope", "tasks:delete"],
    ["make", "--subject", MEMBER, "--scope", "tasks:read", "--role", "owner"],
    ["make", "--subject", MEMBER, "--scope", "tasks:read", "--expires-in", "0d"],
    ["make", "--subject", MEMBER, "--scope", "tasks:read", "--expires-in", "99999999999999999d"],
    ["make", "--subject", MEMBER, "--scope", "tasks:read", "--expires-in", "90"],
    ["make", "--subject", MEMBER, "--scope", "tasks:read", "--id", "a b"],
    ["revoke"],
    ["burn"],
])
def test_a_command_line_that_makes_no_sense_changes_nothing(access, arguments):
    before = access.path.read_bytes()
    done = access.run(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert done.stderr
    assert access.path.read_bytes() == before


def test_a_file_that_cannot_be_used_is_left_alone(access):
    access.path.chmod(0o640)
    done = access.run("list")
    assert done.returncode == 3 and "chmod 600" in done.stderr
    access.path.chmod(0o600)
    access.path.write_text('{"tokens":[],"surprise":1}')
    done = access.run("make", "--subject", MEMBER, "--scope", "tasks:read")
    assert (done.returncode, done.stdout) == (3, "") and "unknown" in done.stderr
    assert access.path.read_text() == '{"tokens":[],"surprise":1}'
    access.path.unlink()
    assert access.run("list").returncode == 3
    assert access.run("revoke", "x").returncode == 3
    assert not access.path.exists()


def test_an_id_is_given_once(access):
    line = ("make", "--subject", MEMBER, "--scope", "tasks:read", "--id", "mine")
    assert access.run(*line).returncode == 0
    again = access.run(*line)
    assert (again.returncode, again.stdout) == (3, "") and "mine" in again.stderr


def test_tokens_made_at_the_same_time_are_all_there(access):
    def make(i):
        return access.run("make", "--subject", f"robot-{i}", "--role", "manager", "--scope", "tasks:read").returncode
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(make, range(24))) == {0}
    listed = [json.loads(line)["subject"] for line in access.run("list", "--json").stdout.splitlines()]
    assert {f"robot-{i}" for i in range(24)} <= set(listed)


@pytest.mark.parametrize("words", [["--help"], ["make", "--help"], ["list", "--help"], ["revoke", "--help"]])
def test_help_shows_how(access, words):
    done = access.run(*words)
    assert done.returncode == 0 and "taskstream-token" in done.stdout and "--auth" in done.stdout


def test_services_take_and_forget_tokens_while_they_run(scene, access):
    both = services(scene, access)
    token = access.make(MEMBER)
    await_known(token, *both)  # within a second, by looking at the file
    access.revoke(token)
    read_again(*both)
    await_unknown(token, *both)
    for service in both:
        assert service.client().get("/v1/me").status == 401
        assert service.client().get("/health/live").status == 200
        assert Bearer(service, access.root).get("/v1/me").json["actor"] == "root"
        assert token.text not in service.said() and access.root.text not in service.said()


def test_who_asks_is_told(scene, access):
    both = services(scene, access)
    until = in_a_while(hours=1)
    token = access.make(MEMBER)
    access.change(lambda content: content["tokens"][-1].update(expiresAt=until))
    manager = access.make("Ada Lovelace", "manager", ["tasks:read", "users:write"])
    await_known(manager, *both)
    for service in both:
        assert Bearer(service, token).get("/v1/me").json == {
            "actor": MEMBER, "userId": MEMBER, "role": "member", "scopes": ["tasks:write"], "expiresAt": until}
        assert Bearer(service, manager).get("/v1/me").json == {
            "actor": "Ada Lovelace", "role": "manager", "scopes": ["tasks:read", "users:write"]}
    free = scene.command_service("file:free.log")
    assert free.client().get("/v1/me").json == {
        "actor": "anonymous", "role": "admin", "scopes": ["tasks:read", "tasks:write", "users:write", "admin"]}
    assert free.client().get("/v1/me", Taskstream_Actor="Ada").json["actor"] == "Ada"


def test_what_is_appended_names_the_subject(scene, access):
    commands, projection = services(scene, access)
    created = Bearer(commands, access.root).create("Mine", headers={"Taskstream-Actor": "somebody else"})
    assert created.status == 201 and created.json["createdBy"] == "root"
    assert Bearer(projection, access.root).get(f"/v1/tasks/{created.json['taskId']}", Consistency_Token=created.token).status == 200


def test_a_token_opens_what_it_was_made_for(scene, access):
    commands, projection = services(scene, access)
    reader = access.make("reader", "manager", ["tasks:read"])
    writer = access.make("writer", "manager", ["tasks:write"])
    users = access.make("users", "manager", ["users:write"])
    await_known(users, commands, projection)
    statuses = {}
    for name, token in {"reader": reader, "writer": writer, "users": users, "root": access.root}.items():
        client, queries = Bearer(commands, token), Bearer(projection, token)
        statuses[name] = [client.create("A task").status, client.register(f"{name}@example.org").status,
                          client.request("POST", "/v1/batch", {"commands": []}).status, queries.get("/v1/tasks").status,
                          queries.get("/v1/parked").status]
    assert statuses == {"reader": [403, 403, 403, 200, 403], "writer": [201, 403, 200, 200, 403],
                        "users": [403, 201, 403, 403, 403], "root": [201, 201, 200, 200, 200]}
    refused = Bearer(commands, reader).create("A task")
    assert refused.code == "FORBIDDEN" and 'scope="tasks:write"' in refused.headers["WWW-Authenticate"]
    assert Bearer(projection, reader).request("POST", "/v1/projection/rebuild").status == 403


def test_a_file_that_makes_no_sense_is_not_taken(scene, access):
    commands, projection = services(scene, access)
    good = access.path.read_bytes()
    access.path.write_text('{"tokens": [{"id": "planted-secret')
    read_again(commands, projection)
    for service in (commands, projection):
        wait_until(lambda service=service: "who may ask stays as it was" in service.said(), "the log says so")
        assert Bearer(service, access.root).get("/v1/me").status == 200
        assert "planted-secret" not in service.said()
    access.path.write_bytes(good)
    token = access.make(MEMBER)
    await_known(token, commands, projection)


def test_a_service_does_not_start_on_a_file_that_makes_no_sense(scene, access):
    log = scene.file_log()
    access.path.chmod(0o604)
    assert_refuses(scene.command_service(log, *access.flags, start=False), "chmod 600", "auth.json")
    access.path.chmod(0o600)
    access.path.write_text('{"tokens":[],"surprise":1}')
    assert_refuses(scene.projection_service(log, *access.flags, start=False), "auth.json", "unknown")


def test_other_machines_are_served_with_authentication_alone(access, tmp_path):
    command = [BIN / "taskstream-command-service", "--listen", "0.0.0.0:0", "--log", "file:everywhere.log", "--state", "state"]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 2 and "--auth" in refused.stderr and "--insecure" in refused.stderr
    with subprocess.Popen([*command, *access.flags], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as service:
        try:
            assert service.stdout.readline().startswith(b"listening on http://0.0.0.0:")
        finally:
            service.terminate()  # or the end of the block would wait for ever


def test_a_token_expires(scene, access):
    commands, projection = services(scene, access)
    token = access.make(MEMBER, "member", ["tasks:read"], "--expires-in", "3s")
    await_known(token, commands, projection)
    stream = EventStream(projection.port, bearer=token.text)
    assert stream.status == 200
    assert stream.next().comment == "stream"
    told = stream.next(10.0)
    assert told.comment == "auth" and told.id
    with pytest.raises(StreamEnded) as ended:
        stream.next()
    assert ended.value.orderly
    await_unknown(token, commands, projection)
    refused = Bearer(projection, token).get("/v1/tasks")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"] and "expired" in refused.headers["WWW-Authenticate"]
    assert EventStream(projection.port, bearer=token.text).status == 401


def test_a_stream_ends_with_what_its_token_gave(scene, access):
    _, projection = services(scene, access)
    revoked, promoted, narrowed, kept = (access.make(MEMBER, "member", ["tasks:read", "users:write"]) for _ in range(4))
    await_known(kept, projection)
    streams = {token.id: EventStream(projection.port, bearer=token.text) for token in (revoked, promoted, narrowed, kept)}
    assert {stream.next().comment for stream in streams.values()} == {"stream"}

    def change(content):
        by_id = {entry["id"]: entry for entry in content["tokens"]}
        by_id[promoted.id]["role"] = "manager"
        by_id[narrowed.id]["scopes"] = ["users:write"]
        content["tokens"].remove(by_id[revoked.id])
    access.change(change)
    for token in (revoked, promoted, narrowed):
        assert streams[token.id].next(10.0).comment == "auth", token
        with pytest.raises(StreamEnded):
            streams[token.id].next()
    assert streams[kept.id].is_silent()
    assert EventStream(projection.port, bearer=promoted.text).status == 200


def jwt(claims, secret=SECRET, header=None):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    text = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_tokens_of_an_identity_provider_are_taken(scene, access, tmp_path):
    key = tmp_path / "jwt.key"
    key.touch(0o600)
    key.write_text(SECRET + "\n")
    access.change(lambda content: content.update(jwt={"alg": "HS256", "keyFile": "jwt.key", "iss": "https://id.example",
                                                      "aud": "taskstream"}))
    both = services(scene, access)
    now = int(time.time())
    claims = {"iss": "https://id.example", "aud": ["taskstream"], "sub": MEMBER, "exp": now + 600, "nbf": now, "scope": "tasks:write"}
    good = jwt(claims)
    for service in both:
        assert Bearer(service, good).get("/v1/me").json["userId"] == MEMBER
        assert Bearer(service, jwt({**claims, "roles": ["manager"], "sub": "Ada"})).get("/v1/me").json["role"] == "manager"
        for bad in (jwt({**claims, "aud": "other"}), jwt({**claims, "iss": "https://evil.example"}), jwt({**claims, "exp": now - 60}),
                    jwt({**claims, "nbf": now + 60}), jwt({**claims, "sub": "Ada"}), jwt(claims, "another secret, as long as it has to be"),
                    jwt(claims, header={"alg": "none"}), good.rpartition(".")[0] + ".", good + "x"):
            assert Bearer(service, bad).get("/v1/me").status == 401, bad
    # Another key: those of the old one are nobody's any more, and their streams end.
    stream = EventStream(both[1].port, bearer=good)
    assert stream.next().comment == "stream"
    key.write_text("another secret, as long as it has to be")
    await_unknown(good, *both)
    assert stream.next().comment == "auth"
    for service in both:
        assert Bearer(service, jwt(claims, "another secret, as long as it has to be")).get("/v1/me").status == 200
        assert SECRET not in service.said() and good not in service.said()


def test_a_principal_waits_for_so_many_tokens_at_one_time(scene, access):
    log = scene.file_log()
    commands = scene.command_service(log, *access.flags)
    projection = scene.projection_service(log, *access.flags, "--max-waiters-per-principal", "2")
    other = access.make("other", "manager", ["tasks:read"])
    await_known(other, projection)
    ahead = moved_on(Bearer(commands, access.root).create("First").token, 1)

    def waiting(token):
        connection = socket.create_connection(("127.0.0.1", projection.port), timeout=20.0)
        connection.sendall(f"GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token.text}\r\n"
                           f"Consistency-Token: {ahead}\r\nPrefer: wait=30\r\n\r\n".encode())
        return connection
    # Whichever of three comes last finds no place, and is answered long before its time is over.
    crowd = [waiting(access.root) for _ in range(3)]
    answered, _, _ = select.select(crowd, [], [], 20.0)
    assert len(answered) == 1 and answered[0].recv(65_536).startswith(b"HTTP/1.1 503 ")
    crowd.remove(answered[0])
    answered[0].close()
    crowd.append(waiting(other))
    assert Bearer(commands, access.root).create(f"Second {uuid.uuid4()}").status == 201
    for connection in crowd:
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        connection.close()
