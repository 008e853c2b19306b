"""A hundred writes a second, while everything below them is replaced, and while a part of it is gone. What docs/operating.md tells
to do meanwhile is done as it stands there."""

import re
import time
from contextlib import contextmanager

from taskstream.fold import Fold
from taskstream.patient_load import PatientLoad
from taskstream.stack import BROKERS, COMMANDS, EVERY, PROJECT, PROJECTIONS
from taskstream.waiting import wait_until

WRITERS = 20
WRITES_PER_S = 100


class Load:
    """What is written meanwhile, for the test to wait for."""

    def __init__(self, crowd, what):
        self._crowd = crowd
        self._what = what
        self._begun = time.monotonic()

    def goes_on(self, writes):
        """So many writes more are acknowledged."""
        wanted = self._crowd.done + writes
        self._wait(lambda: self._crowd.done >= wanted, f"{writes} writes go on", 120.0)

    def makes_up(self):
        """What had to wait is written too: as many writes as there would have been on a quiet day. Tells how much was written
        while the trouble lasted, before anything was made up for."""
        print(f"{self._what}: {self._crowd.done} writes in the first {self.seconds:.0f} s, {self._crowd.done / self.seconds:.0f} a second")
        self._wait(lambda: self._crowd.done >= WRITES_PER_S * self.seconds - 2 * WRITERS,
                   f"{WRITES_PER_S} writes a second, over all of the time", 420.0)

    @property
    def seconds(self):
        return time.monotonic() - self._begun

    def _wait(self, fact, what, at_most_s):
        def is_so():
            self._crowd.assert_well()
            return fact()
        wait_until(is_so, what, at_most_s, 0.1)


@contextmanager
def loaded(stack, seed, what):
    """A stretch of time under load; at its end the log is held against what the writers were told."""
    with PatientLoad(stack.commands, WRITERS, WRITES_PER_S, seed) as crowd:
        load = Load(crowd, what)
        try:
            load.goes_on(100)
            yield load
            load.makes_up()
        finally:
            crowd.report(what, load.seconds)
    crowd.assert_kept_by(Fold(stack.log().records(), stack.log().partitions))


def assert_the_image_says_the_same(stack):
    """The tool of our own image finds nothing wrong with the log, nor with either read model."""
    for projection in PROJECTIONS:
        said = stack.execute(projection, "taskstream-replay", "verify", "--read-model", f"/var/lib/taskstream/{stack.topic}.db")
        print(f"{projection}: {said.splitlines()[-1]}")


def test_everything_is_replaced_one_by_one(stack, page, seed):
    upgrade, = page.blocks("Upgrade")
    before = {service: stack.inspect(service)["Id"] for service in EVERY}
    with loaded(stack, seed, "rolling restart") as load:
        stack.release("two")
        page.run(upgrade, timeout_s=600)
        load.goes_on(100)
        for service in EVERY:
            of_release = stack.inspect(service)["Config"]["Labels"].get("release")
            assert of_release == ("two" if service in (*COMMANDS, *PROJECTIONS) else None), service
        for service in ("proxy", "prometheus", *BROKERS):
            stack.await_replicated()
            stack.make_anew(service)
            stack.await_healthy(service)
            load.goes_on(100)
    assert not [service for service in EVERY if stack.inspect(service)["Id"] == before[service]], "each is another container"
    assert_the_image_says_the_same(stack)


def test_a_broker_is_killed_for_good(stack, seed):
    with loaded(stack, seed, "a broker killed") as load:
        stack.kill("kafka-3")
        load.goes_on(1000)
        assert not stack.state("kafka-3")["Running"]
    assert_the_image_says_the_same(stack)


def test_a_command_service_is_cut_off_from_the_brokers(stack, seed):
    living = [broker for broker in BROKERS if stack.state(broker)["Running"]]  # one of them may have been killed
    with loaded(stack, seed, "a partition") as load:
        heal = stack.partition("command-1", living)
        try:
            wait_until(lambda: stack.state("command-1")["Health"]["Status"] == "unhealthy", "command-1 says that it is not ready", 240.0, 0.5)
            load.goes_on(500)
            wait_until(lambda: stack.commands().get("/health/ready").status == 200, "the proxy asks who is ready", 30.0, 0.5)
        finally:
            heal()
        stack.await_healthy("command-1")
        load.goes_on(200)  # what it had under way is settled
        before = written_by(stack, "command-1")
        wait_until(lambda: written_by(stack, "command-1") > before, "after it has healed it takes writes again", 60.0, 1.0)
    assert_the_image_says_the_same(stack)


def test_a_broker_that_was_lost_is_replaced(stack, page, seed):
    replace, look = page.blocks("A broker that is lost for good")
    if stack.state("kafka-3")["Running"]:
        stack.kill("kafka-3")
    with loaded(stack, seed, "a broker replaced") as load:
        wait_until(lambda: "Partition: " in page.run(look), "the page's command shows what misses a replica", 120.0, 1.0)
        lost = made_at(stack, "kafka-3")
        page.run(replace)
        wait_until(lambda: page.run(look) == "", "the page's command says that every replica is back", 240.0, 1.0)
        stack.await_replicated()
        stack.await_healthy("kafka-3")
        assert made_at(stack, "kafka-3") != lost, "its volume began empty"
        load.goes_on(200)
    assert_the_image_says_the_same(stack)


def made_at(stack, broker):
    return stack.engine.docker("volume", "inspect", "--format", "{{.CreatedAt}}", f"{PROJECT}_{broker}")


def written_by(stack, service):
    """As it says itself, a line for each. The log cannot be asked: who reads all of it meanwhile comes to no end."""
    return len(re.findall(r"^\S+ info PATCH \S+ 200 ", stack.said(service), re.M))
