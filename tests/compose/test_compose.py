"""compose/up and compose/down, in a clone of this checkout, as a newcomer runs them."""

import os
import re
import socket
import subprocess

import pytest
from taskstream.client import Client, NoAnswer
from taskstream.places import ROOT, free_port

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone") / "taskstream"
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    yield folder
    run(folder, "compose/down")


def run(folder, command, *arguments, code=0):
    done = subprocess.run([folder / command, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=1200, env={**os.environ, "CI": "true"})
    assert done.returncode == code, done.stdout
    return done.stdout


@pytest.mark.parametrize("log", [[], ["--kafka"]], ids=["file", "kafka"])
def test_up_starts_both_services_and_down_stops_them(clone, log):
    ports = free_port(), free_port()
    flags = [*log, "--port-command", ports[0], "--port-projection", ports[1]]
    said = run(clone, "compose/up", *flags)
    assert f"http://127.0.0.1:{ports[0]}" in said and f"http://127.0.0.1:{ports[1]}" in said
    curls = re.findall(r"^ +(curl .*)$", said, re.M)
    for curl, status in zip(curls, ("201", "200"), strict=True):
        answer = subprocess.run(curl, shell=True, check=True, capture_output=True, text=True).stdout
        assert answer.startswith(f"HTTP/1.1 {status}"), answer
    for host in ("127.0.0.1", "localhost"):
        board = f"http://{host}:{ports[1]}"
        answer = Client(ports[0]).create("From the board", headers={"Origin": board})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (201, board)
    again = run(clone, "compose/up", *flags)
    assert again.count("runs already") == 2
    assert "Stop it first" in run(clone, "compose/up", *log, "--port-command", free_port(), "--port-projection", ports[1], code=1)
    assert "Stopped" in run(clone, "compose/down")
    for port in ports:
        with pytest.raises(NoAnswer):
            Client(port).get("/health/live")
    assert "Nothing was running" in run(clone, "compose/down")


def test_a_taken_port_is_named_with_the_flag_that_helps(clone):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = run(clone, "compose/up", "--port-command", port, "--port-projection", free_port(), code=1)
    assert f"port {port} is taken" in said and "--port-command" in said
