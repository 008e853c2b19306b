"""Input without measure: what is right is answered, what has no end is given up, and neither stays in memory."""

import contextlib
import socket

import pytest
from taskstream.besieged import SERVICES, Besieged, Reader, pour

GIGABYTE = 1 << 30
ROOM_MIB = 64  # that hostile input may cost, whatever its size
pytestmark = [pytest.mark.memory, pytest.mark.parametrize("name", SERVICES)]

BODY = b"Content-Length: 60000\r\n\r\n" + b" " * 60_000
LARGE = {
    "command-service": b"POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + BODY,
    "projection-service": b"GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\n" + BODY
                          + b"GET /v1/tasks?q=%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"x" * 7_000),
}



def test_a_gigabyte_of_pipelined_requests_is_answered_in_bounded_memory(scene, name):
    besieged = Besieged(scene, name, "--log-level", "warn")
    besieged.create()
    memory, request = besieged.service.peak_memory_mib(), LARGE[name]
    with besieged.connect() as connection:
        reader = Reader(connection)
        sent = pour(connection, request, GIGABYTE)
        connection.shutdown(socket.SHUT_WR)
        reader.join()
    grown = besieged.service.peak_memory_mib() - memory
    print(f"{name}: {sent * len(request) >> 20} MiB sent, {reader.answers} answers, {grown:.1f} MiB more memory")
    assert sent * len(request) >= GIGABYTE
    assert reader.answers == sent * request.count(b" HTTP/1.1\r\n")
    assert grown < ROOM_MIB
    besieged.create("Afterwards")


HOST = b" HTTP/1.1\r\nHost: localhost\r\n"
TAKES_POST = {"command-service": b"/v1/tasks", "projection-service": b"/v1/projection/rebuild"}
CHUNKED = b"POST %s" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
ENDLESS = {  # how it begins, what comes again and again, and how it is answered
    "requests whose answers nobody reads": (b"", b"GET /v1/users/00000000-0000-4000-8000-000000000000" + HOST + b"\r\n", None),
    "a header": (b"GET /" + HOST + b"X: ", b"x" * 1024, b"431"),
    "a body in chunks": (CHUNKED, b"400\r\n" + b" " * 1024 + b"\r\n", b"413"),
    "a size of a chunk": (CHUNKED, b"0" * 1024, b"400"),
    "empty lines": (b"", b"\r\n" * 512, b"400"),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_given_up(scene, name, what):
    beginning, unit, status = ENDLESS[what]
    besieged = Besieged(scene, name, "--log-level", "warn", "--idle-time-ms", 3_000)
    besieged.create()
    memory = besieged.service.peak_memory_mib()
    with besieged.connect() as connection:
        connection.settimeout(30.0)
        connection.sendall(beginning.replace(b"%s", TAKES_POST[name]))
        sent = pour(connection, unit, GIGABYTE) * len(unit)
        answer = b""
        if status:
            # What is still on its way may make the system reset the connection, and then nobody gets to read the answer.
            with contextlib.suppress(ConnectionError):
                answer = connection.recv(1 << 16)
            assert not answer or answer.split()[1] == status, answer
    grown = besieged.service.peak_memory_mib() - memory
    print(f"{name}: {what}: hung up after {sent >> 20} MiB, {grown:.1f} MiB more memory, {answer[:20]}")
    assert sent < GIGABYTE // 16
    assert grown < ROOM_MIB
    besieged.create("Afterwards")
