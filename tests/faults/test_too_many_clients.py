"""More connections than there is room for: who is there is served, who is too many waits, and afterwards all is as it was."""

import os
import resource
import time

import pytest
from taskstream.besieged import SERVICES, Besieged, close_all, is_served
from taskstream.many_files import many_files
from taskstream.waiting import wait_until

MANY, FEW = 10_000, 5
pytestmark = pytest.mark.parametrize("name", SERVICES)


@pytest.mark.memory
def test_ten_thousand_connections_are_kept_and_let_go(scene, name):
    with many_files():
        besieged = Besieged(scene, name)
        service = besieged.service
        besieged.create()
        before, memory = service.sockets(), service.peak_memory_mib()
        crowd = []
        try:
            for _ in range(MANY):
                crowd.append(besieged.connect())
            wait_until(lambda: service.sockets() >= MANY, "all are taken", 60.0)
            assert all(is_served(connection) for connection in crowd[::100]), "and each is served"
            assert service.client().get("/health/ready").status == 200
            besieged.create("While all are there")
            grown = service.peak_memory_mib() - memory
            print(f"{name}: {MANY} connections: {grown:.0f} MiB")
            assert grown < 200
        finally:
            close_all(crowd)
        wait_until(lambda: service.sockets() <= before + 1, "all are let go", 60.0)
        besieged.create("Afterwards")


def test_as_many_connections_are_taken_as_the_flag_says(scene, name):
    besieged = Besieged(scene, name, "--max-connections", FEW)
    crowd, waiting = [besieged.connect() for _ in range(FEW)], []
    try:
        assert all(is_served(connection) for connection in crowd)
        waiting = [besieged.connect() for _ in range(3)]
        assert not any(is_served(connection, within_s=0.5) for connection in waiting), "who is too many waits"
        for each in waiting:
            crowd.pop().close()
            assert is_served(each), "until another has gone"
    finally:
        close_all(crowd + waiting)


def test_connections_leave_the_service_its_own_files(scene, name):
    """A process that may have few files open takes fewer connections than it was told to, and goes on once some end."""
    besieged = Besieged(scene, name, under=("prlimit", "--nofile=200:200"))
    service = besieged.service
    [told] = besieged.lines_with("no more than 100 connections are taken")
    assert "raise `ulimit -n`" in told
    crowd = [besieged.connect() for _ in range(150)]
    try:
        assert all(is_served(connection) for connection in crowd[:100])
        assert not is_served(crowd[120], within_s=0.5), "who is too many waits"
        spent = service.processor_s()
        assert not is_served(crowd[121], within_s=2.0)
        assert service.processor_s() - spent < 0.3, "and nobody spins meanwhile"
        close_all(crowd[:50] + crowd[120:])
        assert is_served(crowd[110]), "until others have gone"
        besieged.create()  # the log and the read model had their files all the time
    finally:
        close_all(crowd)


@pytest.mark.parametrize("way_out", ["connections end", "the limit is raised"])
def test_accepting_goes_on_once_there_are_file_descriptors(scene, name, way_out):
    besieged = Besieged(scene, name)
    service = besieged.service
    opened = len(os.listdir(f"/proc/{service.pid}/fd"))
    room = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (opened + 10, room[1]))
    crowd = [besieged.connect() for _ in range(30)]
    try:
        wait_until(lambda: besieged.lines_with("no connection is accepted until there is room"), "the service says so")
        spent, begun = service.processor_s(), time.monotonic()
        assert not is_served(crowd[-1], within_s=3.0)
        assert service.processor_s() - spent < 0.1 * (time.monotonic() - begun), "nobody spins"
        assert len(besieged.lines_with("no connection is accepted until there is room")) == 1, "it is said once"
        if way_out == "connections end":
            close_all(crowd[:25])
        else:
            resource.prlimit(service.pid, resource.RLIMIT_NOFILE, room)
        assert is_served(crowd[-1])
        wait_until(lambda: besieged.lines_with("connections are accepted again"), "and that it is over")
        besieged.create("With as few files as before")
    finally:
        close_all(crowd)
