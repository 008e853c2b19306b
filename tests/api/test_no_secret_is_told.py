"""No secret ever appears in a log, an error or a metric: some of each kind are planted, and looked for everywhere."""

import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import time
import urllib.parse
import uuid

import pytest
from taskstream.access import Access, Bearer, await_known, await_unknown, read_again
from taskstream.places import BIN, free_port
from taskstream.replay import replay
from taskstream.waiting import wait_until

MEMBER = "0198c5a2-0000-7000-8000-00000000000a"
LOUD = ("--log-level", "debug")


class Secrets:
    """What must not be told: as it is, and as it looks when it is written in other ways."""

    def __init__(self):
        self._texts = {}

    def add(self, name, text):
        raw = text.encode()
        self._texts[name] = {text, raw.hex(), urllib.parse.quote(text, safe=""), json.dumps(text)[1:-1],
                             base64.b64encode(raw).decode()[:-4], base64.urlsafe_b64encode(raw).decode()[:-4]}
        return text

    def new(self, name):
        return self.add(name, f"planted-{name}-{uuid.uuid4().hex}{uuid.uuid4().hex}")

    def told_in(self, text):
        if isinstance(text, bytes):
            text = text.decode(errors="replace")
        return {name for name, spellings in self._texts.items() if any(spelling in text for spelling in spellings)}


class Listener:
    """Sends requests as they are, and keeps every byte that comes back."""

    def __init__(self):
        self.heard = b""

    def send(self, service, head, body=b""):
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            connection.sendall(head.encode("latin-1") + body)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        self.heard += answer
        return int(answer.split(b" ", 2)[1])

    def get(self, service, target, *fields):
        return self.send(service, f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                         "".join(f"{field}\r\n" for field in fields) + "\r\n")

    def post(self, service, target, body, *fields):
        text = json.dumps(body).encode()
        return self.send(service, f"POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n" +
                         "".join(f"{field}\r\n" for field in fields) + "\r\n", text)


def signed(claims, key):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    text = f"{part({'alg': 'HS256'})}.{part(claims)}"
    return text + "." + base64.urlsafe_b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()


def private(path, text):
    path.touch(0o600)
    path.write_text(text)
    return path


def test_the_search_finds_a_secret_however_it_is_written():
    secrets = Secrets()
    planted = secrets.new("token")
    for text in (planted, f"x{planted}y", planted.encode().hex(), base64.b64encode(planted.encode()).decode(), f'{{"a":"{planted}"}}'):
        assert secrets.told_in(text) == {"token"}, text
    assert not secrets.told_in(planted[:-8])


@pytest.fixture
def secrets():
    return Secrets()


def malformed_in_many_ways(secret):
    """Fields of which each holds the secret, and none is what it should be."""
    return [(f"Authorization: {secret}",), (f"Authorization: Basic {secret}",), (f"Authorization: Bearer {secret} {secret}",),
            (f"Authorization: Bearer\t{secret}",), (f"Authorization: Bearer,{secret}",), (f"Authorization:Bearer {secret}x",),
            (f'Authorization: Bearer "{secret}"',), (f"Authorization: Bearer {secret}\x01",), (f"Authorization: Bearer {secret}\xff",),
            (f"Authorization Bearer {secret}",), (f"Authorization : Bearer {secret}",), ("Authorization: Bearer", f" {secret}"),
            (f"Authorization: Bearer {secret}x", f"Authorization: Bearer {secret}"), (f"Authorization: {'A' * 9000}{secret}",),
            (f"Authorization: Digest response={secret}", ), (f"Authorization: Bearer {secret[:-1]}",),
            (f"Authorization: Bearer {secret[::-1]}", f"X-Request-Id: {'r' * 200}"), (f"Proxy-Authorization: Bearer {secret}",)]


def test_tokens_and_keys_are_told_nowhere(scene, secrets, tmp_path):
    access = Access(tmp_path)
    key = secrets.new("jwt-key")
    private(tmp_path / "jwt.key", key)
    access.change(lambda content: content.update(jwt={"alg": "HS256", "keyFile": "jwt.key", "iss": "issuer", "aud": "taskstream"}))
    token, short_lived = access.make("ann", "manager", ["tasks:write", "users:write"]), access.make("ben", "admin", ["admin"])
    now = int(time.time())
    claims = {"iss": "issuer", "aud": "taskstream", "exp": now + 600, "nbf": now - 60, "sub": MEMBER, "scope": "tasks:write"}
    jwts = {"jwt": signed(claims, key), "expired-jwt": signed({**claims, "exp": now - 600}, key), "forged-jwt": signed(claims, key[::-1])}
    for name, text in {"token": token.text, "revoked-token": short_lived.text, "root-token": access.root.text, **jwts}.items():
        secrets.add(name, text)
        secrets.add(f"{name}, its end", text[-40:])
    log = scene.file_log()
    both = [scene.command_service(log, *LOUD, *access.flags, start=False),
            scene.projection_service(log, *LOUD, "--log-format", "json", *access.flags, start=False)]
    for service in both:
        service.start()
    listener = Listener()

    # ---- used as they should be
    admin = f"Authorization: Bearer {access.root.text}"
    for service in both:
        for bearer in (token.text, short_lived.text, jwts["jwt"]):
            assert listener.get(service, "/v1/me", f"Authorization: Bearer {bearer}") == 200
        for target in ("/metrics", "/v1/projection", "/v1/parked", "/health/ready", "/v1/tasks", "/v1/stats", "/v1/changes"):
            listener.get(service, target, admin)
    assert listener.post(both[0], "/v1/tasks", {"title": "Written"}, admin, f"Idempotency-Key: {uuid.uuid4()}",
                         f"traceparent: 00-{'a' * 32}-{'b' * 16}-01") == 201
    assert listener.post(both[0], "/v1/tasks", {"title": "Written too"}, f"Authorization: Bearer {jwts['jwt']}") == 201
    assert listener.post(both[0], "/v1/tasks", {"title": ""}, admin) == 422

    # ---- and as they should not
    for service in both:
        for fields in malformed_in_many_ways(token.text) + malformed_in_many_ways(jwts["jwt"]):
            assert listener.get(service, "/v1/me", *fields) in (400, 401, 431), fields
        for bearer in ("expired-jwt", "forged-jwt"):
            assert listener.get(service, "/v1/me", f"Authorization: Bearer {jwts[bearer]}") == 401
        assert listener.get(service, "/v1/parked", f"Authorization: Bearer {jwts['jwt']}") in (403, 404)
        listener.send(service, f"{token.text} / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        listener.send(service, f"GET /v1/me HTTP/1.1\r\nHost: {token.text}\r\nAuthorization: Bearer {token.text}\r\nConnection: close\r\n\r\n")
    access.revoke(short_lived)
    await_unknown(short_lived, *both)

    # ---- files that make no sense, with secrets in them
    good = access.path.read_text()
    for broken in (good.replace('"tokens"', f'"{token.text}"', 1), good[:60] + token.text, json.dumps({"tokens": [{"id": token.text}]}),
                   json.dumps({"tokens": [{**json.loads(good)["tokens"][0], "token": token.text, token.text: 1}]}),
                   f'{{"tokens": [], "{token.text}": 1, "{token.text}": 2}}', json.dumps({"tokens": token.text})):
        before = [len(service.said()) for service in both]
        private(tmp_path / "beside", broken)
        os.replace(tmp_path / "beside", access.path)
        read_again(*both)
        for service, heard in zip(both, before):
            wait_until(lambda: "who may ask stays as it was" in service.said()[heard:], f"{service.name} has looked at the file")
        listener.heard += access.run("list").stderr.encode()
    private(tmp_path / "beside", good)
    os.replace(tmp_path / "beside", access.path)
    read_again(*both)
    await_known(access.root, *both)
    listed = [access.run("list"), access.run("list", "--json"), access.run("revoke", token.text)]

    # ---- looked for
    assert Bearer(both[1], access.root).get("/v1/tasks").status == 200
    listener.get(both[0], "/metrics", admin), listener.get(both[1], "/metrics", admin)
    for service in both:
        service.terminate()
    assert b"/v1/me" in listener.heard and b"invalid_token" in listener.heard
    assert not secrets.told_in(listener.heard)
    for service in both:
        assert "/v1/me" in service.words.read_text(errors="replace"), "what is looked at is what was said"
        assert not secrets.told_in(service.words.read_bytes()), service.name
    for done in listed:
        assert not secrets.told_in(done.stdout + done.stderr.replace(token.text, "", 1 if done.returncode == 1 else 0)), done
    for arguments in (["events", "--all"], ["events", "--all", "--json"], ["stats"], ["verify"], ["show", f"task/{MEMBER}"]):
        done = replay(*arguments, log=log)
        assert not secrets.told_in(done.out + done.err), arguments
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and file.name not in ("jwt.key", "beside", "auth.json")]
    assert any(file.suffix == ".db" or ".db." in file.name for file in kept)
    for file in kept:
        assert not secrets.told_in(file.read_bytes()), file


def end_of(program, *arguments):
    """What it says until it gives up, or is stopped because it goes on trying."""
    done = subprocess.run(["timeout", "4", BIN / program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)
    assert done.returncode != 0 or "listening on" in done.stdout, done.stdout
    return done.stdout


def programs(tmp_path, log):
    return [("taskstream-command-service", "--log", log, "--state", tmp_path / "state", "--instance", "one", "--listen", "127.0.0.1:0", *LOUD),
            ("taskstream-projection-service", "--log", log, "--read-model", tmp_path / "model", "--listen", "127.0.0.1:0", *LOUD)]


def test_a_start_that_fails_tells_no_secret(secrets, tmp_path):
    token = secrets.new("token")
    auth = private(tmp_path / "auth.json", json.dumps({"tokens": [{"id": "a", "token": token, "sha256": token, token: token}]}))
    torn = private(tmp_path / "torn.json", f'{{"tokens": [{{"id": "{token}')
    keyed = private(tmp_path / "keyed.json", json.dumps({"tokens": [], "jwt": {"alg": "RS256", "keyFile": "key", "iss": "i", "aud": "a"}}))
    private(tmp_path / "key", f"-----BEGIN PRIVATE KEY-----\n{secrets.new('key')}\n-----END PRIVATE KEY-----\n")
    settings = private(tmp_path / "settings", f"auth = {auth}\nno-such-setting = {secrets.new('setting')}\n")
    for program in programs(tmp_path, f"file:{tmp_path / 'log'}"):
        for more in (["--auth", auth], ["--auth", torn], ["--auth", keyed], ["--config", settings]):
            said = end_of(*program, *more)
            assert said and not secrets.told_in(said), said


def test_the_password_of_a_kafka_is_told_nowhere(scene, secrets, tmp_path):
    password = secrets.new("sasl-password")
    properties = f"security.protocol=SASL_PLAINTEXT\nsasl.mechanisms=SCRAM-SHA-256\nsasl.username=ann\nsasl.password={password}\n"
    away = f"kafka://127.0.0.1:{free_port()}/tasks"
    good = private(tmp_path / "kafka.properties", properties)
    broken = {"no-equals": f"sasl.password {password}\n", "twice": properties + f"sasl.password={password}\n",
              "unknown": properties + f"no.such.property={password}\n", 
              "pem": f"security.protocol=SSL\nssl.key.pem={password}\nssl.certificate.pem={password}\nssl.key.password={password}\n"}
    for name, text in broken.items():
        file = private(tmp_path / name, text)
        for program in programs(tmp_path, away):
            said = end_of(*program, "--kafka-config", file)
            assert said and not secrets.told_in(said), (name, said)
        said = end_of("taskstream-replay", "stats", "--log", away, "--kafka-config", file)
        assert said and not secrets.told_in(said), (name, said)
    # A broker that is not there, spoken to with everything that librdkafka can say.
    private(tmp_path / "loud", properties + "debug=all\n")
    for file in (good, tmp_path / "loud"):
        services = [scene.command_service(away, *LOUD, "--kafka-config", file, start=False).launch(),
                    scene.projection_service(away, *LOUD, "--kafka-config", file, start=False).launch()]
        for service in services:
            service.await_listening()
            wait_until(lambda: service.client().get("/health/ready").status == 503, f"{service.name} says that it waits")
            ready = service.client().get("/health/ready")
            wait_until(lambda: "127.0.0.1" in service.said(), f"{service.name} says which broker it looks for")
            assert not secrets.told_in(ready.body) and not secrets.told_in(service.client().get("/metrics").body)
            service.terminate(30)
            assert not secrets.told_in(service.said()), service.name
        assert not secrets.told_in(end_of("taskstream-replay", "stats", "--log", away, "--kafka-config", file))


def test_the_key_of_a_certificate_is_told_nowhere(scene, secrets, tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", certificate, "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True, timeout=60)
    os.chmod(key, 0o600)
    for number, line in enumerate(key.read_text().splitlines()[1:-1]):
        secrets.add(f"line {number} of the key", line)
    spoiled = private(tmp_path / "spoiled.pem", key.read_text().replace("\nM", "\nA", 1) + secrets.new("beside the key"))
    for program in programs(tmp_path, f"file:{tmp_path / 'log'}"):
        said = end_of(*program, "--tls-cert", certificate, "--tls-key", spoiled)
        assert said and not secrets.told_in(said), said
        said = end_of(*program, "--tls-cert", key, "--tls-key", certificate)
        assert said and not secrets.told_in(said), said
    log = scene.file_log()
    flags = (*LOUD, "--tls-cert", certificate, "--tls-key", key)
    for service in (scene.command_service(log, *flags, start=False), scene.projection_service(log, *flags, start=False)):
        service.launch()
        wait_until(lambda: "listening on https://" in service.said(), f"{service.name} listens")
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")  # no TLS at all
            connection.recv(100)
        service.terminate()
        assert not secrets.told_in(service.said()), service.name
