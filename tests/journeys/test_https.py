"""HTTP over TLS, against real processes: which TLS, who is let in, and a certificate that is replaced while it is served."""

import json
import socket
import ssl
import subprocess
import time

import pytest
from taskstream.certificates import Secure, replace
from taskstream.client import NoAnswer
from taskstream.waiting import wait_until

SILENT, HANDSHAKE_DEADLINE_MS = 200, 500


@pytest.fixture
def secure(tmp_path):
    return Secure(tmp_path)


@pytest.fixture
def service(scene, secure):
    return scene.command_service(scene.file_log(), *secure.flags, start=False).trusting(secure.context()).start()


def ask(connection, path="/health/live"):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection.recv(65536)


def await_told(stream, words):
    """All that comes up to these words, with them."""
    told = b""
    while words.encode() not in told:
        received = stream.recv(65536)
        assert received, f"the stream ended without {words!r}"
        told += received
    return told


def is_refused(secure, port, **settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in settings.items():
        value(context) if callable(value) else setattr(context, name, value)
    try:
        secure.connect(port, context).close()
        return False
    except ssl.SSLError:
        return True


def test_a_task_travels_over_tls(scene, secure):
    log = scene.file_log()
    commands = scene.command_service(log, *secure.flags, start=False).trusting(secure.context()).start()
    queries = scene.projection_service(log, *secure.flags, start=False).trusting(secure.context()).start()
    assert f"listening on https://127.0.0.1:{commands.port}\n" in commands.said()

    stream = secure.connect(queries.port)
    stream.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    # Up to where it begins: the head alone comes before that is settled.
    assert b" 200 OK" in await_told(stream, "\nid: ")
    created = commands.client().create("Write the guide", description="x" * 1_900)
    assert created.status == 201
    read = queries.client().get(f"/v1/tasks/{created.json['taskId']}", Consistency_Token=created.token)
    assert read.json == created.json
    await_told(stream, created.event_id)

    batch = [{"commandId": f"c{i}", "method": "POST", "path": "/v1/tasks", "body": {"title": "Task", "description": "y" * 1_000}} for i in range(500)]
    answer = commands.client().request("POST", "/v1/batch", {"commands": batch})
    assert [result["verdict"] for result in answer.json["results"]] == ["applied"] * 500
    listed = queries.client().get("/v1/tasks?limit=200", Consistency_Token=answer.token)
    assert len(listed.json["items"]) == 200

    await_told(stream, answer.json["results"][-1]["eventId"])
    assert queries.terminate() == 0 and commands.terminate() == 0
    ends = stream.makefile("rb").read()
    assert ends.endswith(b"0\r\n\r\n"), "the stream is brought to its end before the connection is"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(secure, service, version):
    context = secure.context(minimum_version=version, maximum_version=version)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with secure.connect(service.port, context) as connection:
        assert connection.version() == version.name.replace("_", ".")
        assert connection.selected_alpn_protocol() == "http/1.1"
        assert any(word in connection.cipher()[0] for word in ("GCM", "CHACHA20"))
        assert b"200 OK" in ask(connection)
        assert b"200 OK" in ask(connection), "the connection is kept"


def test_nothing_weaker_is_spoken(secure, service):
    everything = "ALL:@SECLEVEL=0"
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        assert is_refused(secure, service.port, ciphers=lambda c: c.set_ciphers(everything), minimum_version=version,
                          maximum_version=version), version
    for cipher in ("AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"):
        assert is_refused(secure, service.port, ciphers=lambda c: c.set_ciphers(f"{cipher}:@SECLEVEL=0"),
                          maximum_version=ssl.TLSVersion.TLSv1_2), cipher
    assert not is_refused(secure, service.port, ciphers=lambda c: c.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256"),
                          maximum_version=ssl.TLSVersion.TLSv1_2)
    assert is_refused(secure, service.port, alpn=lambda c: c.set_alpn_protocols(["h2"])), "only HTTP/1.1 is spoken"


def test_a_client_does_not_renegotiate(secure, service):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{service.port}", "-tls1_2", "-CAfile", secure.authority.root],
                          input="R\n", capture_output=True, text=True, timeout=30)
    assert "Secure Renegotiation IS supported" in done.stdout, "attacks by it are warded off all the same"
    assert "no renegotiation" in done.stderr
    assert service.client().get("/health/live").status == 200


def test_who_speaks_no_tls_harms_nobody(secure, service):
    for words in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70_000, b"\x00" * 100_000):
        with socket.create_connection(("127.0.0.1", service.port), timeout=20.0) as connection:
            try:
                connection.sendall(words)
                assert b"HTTP/" not in connection.recv(4096)
            except ConnectionError:
                pass
    assert service.client().get("/health/live").status == 200


def test_a_handshake_that_goes_nowhere_is_given_up(scene, secure):
    service = scene.command_service(scene.file_log(), *secure.flags, "--handshake-deadline-ms", HANDSHAKE_DEADLINE_MS,
                                    "--max-connections", SILENT + 10, start=False)
    service.trusting(secure.context()).start()
    silent = [socket.create_connection(("127.0.0.1", service.port), timeout=20.0) for _ in range(SILENT)]
    for half in silent[:SILENT // 2]:
        half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # the beginning of a greeting
    assert service.client().get("/health/live").status == 200, "and meanwhile others are served"
    for connection in silent:
        assert connection.recv(1) == b""


def test_a_process_ends_though_connections_are_open(secure, service):
    kept, stuck = secure.connect(service.port), socket.create_connection(("127.0.0.1", service.port), timeout=20.0)
    assert b"200 OK" in ask(kept)
    begun = time.monotonic()
    assert service.terminate() == 0
    assert time.monotonic() - begun < 5
    assert stuck.recv(1) == b""


def test_a_certificate_is_replaced_while_it_is_served(secure, service):
    assert secure.name_served(service.port) == "first"
    with secure.connect(service.port) as old:
        assert b"200 OK" in ask(old)
        secure.install("second")
        wait_until(lambda: secure.name_served(service.port) == "second", "the new certificate is served")
        assert b"200 OK" in ask(old), "who is connected stays so"


def test_a_bad_replacement_is_told_and_the_old_one_kept(tmp_path, secure, service):
    def complaints():
        return [line for line in service.said().splitlines() if "the TLS certificate is not loaded anew" in line]

    replace(secure.certificate, b"no certificate")
    wait_until(lambda: any("chain.pem cannot be used" in line for line in complaints()), "a bad certificate is told")
    assert secure.name_served(service.port) == "first"
    strange, _ = secure.authority.issue("strange")
    replace(secure.certificate, strange.read_bytes())
    wait_until(lambda: any("does not belong to" in line or "key values mismatch" in line for line in complaints()),
               "a certificate without its key is told")
    assert secure.name_served(service.port) == "first"
    secure.key.unlink()
    wait_until(lambda: any("cannot read" in line and "key.pem" in line for line in complaints()), "a missing key is told")
    assert secure.name_served(service.port) == "first"
    secure.install("mended")
    wait_until(lambda: secure.name_served(service.port) == "mended", "what is good again is served")


def test_only_its_own_pages_write(secure, service):
    client = service.client()
    own = client.create("Mine", headers={"Origin": f"https://127.0.0.1:{service.port}"})
    assert own.status == 201, own
    for origin in (f"http://127.0.0.1:{service.port}", "https://evil.example", "null"):
        assert client.create("Theirs", headers={"Origin": origin}).status == 403


@pytest.mark.parametrize("what, words", [
    ("no key", "--tls-cert and --tls-key need each other"),
    ("no file", "cannot read"),
    ("another's key", "mismatch"),
    ("a key with a password", "PEM without a password"),
])
def test_what_cannot_be_used_is_told_at_the_start(scene, secure, tmp_path, what, words):
    key = secure.key
    if what == "no key":
        flags = ["--tls-cert", secure.certificate]
    else:
        if what == "no file":
            key = tmp_path / "nowhere.pem"
        elif what == "another's key":
            key = secure.authority.issue("other")[1]
        else:
            key = tmp_path / "locked.pem"
            subprocess.run(["openssl", "ec", "-in", secure.key, "-out", key, "-aes256", "-passout", "pass:secret"], check=True,
                           capture_output=True)
        flags = ["--tls-cert", secure.certificate, "--tls-key", key]
    service = scene.command_service(scene.file_log(), *flags, start=False).launch()
    assert service.await_exit() != 0
    assert words in service.said()


def test_plain_clients_of_a_tls_port_and_the_other_way_round_fail(scene, secure, service):
    plain = scene.projection_service(scene.file_log())
    with pytest.raises(NoAnswer):
        service.trusting(None).client().get("/health/live")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        secure.connect(plain.port)
    assert json.loads(plain.client().get("/health/live").body) == {"status": "live"}
