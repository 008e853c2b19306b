"""A hundred writes a second, while everything below them is replaced, and while a part of it is gone. What docs/operating.md tells
to do meanwhile is done as it stands there."""

import time

from taskstream.fold import Fold
from taskstream.patient_load import PatientLoad
from taskstream.stack import BROKERS, COMMANDS, EVERY, PROJECT, PROJECTIONS
from taskstream.waiting import wait_until

WRITERS = 20
WRITES_PER_S = 100


class Loaded:
    """A stretch of time under load; at its end the log is held against what the writers were told."""

    def __init__(self, stack, seed, what):
        self._stack = stack
        self._what = what
        self._load = PatientLoad(stack.commands, WRITERS, WRITES_PER_S, seed)

    def __enter__(self):
        self._begun = time.monotonic()
        self._load.__enter__()
        self.goes_on(100)
        return self

    def goes_on(self, writes):
        """So many writes more are acknowledged."""
        wanted = self._load.done + writes
        wait_until(lambda: self._load.done >= wanted, f"{writes} writes go on", 120.0, 0.1)

    def told_so_far(self):
        """How much was written while the trouble lasted, before anything was made up for."""
        seconds = time.monotonic() - self._begun
        return f"{self._what}: {self._load.done} writes in the first {seconds:.0f} s, {self._load.done / seconds:.0f} a second"

    def makes_up(self):
        """What had to wait is written too: as many writes as there would have been on a quiet day."""
        def has():
            return self._load.done >= WRITES_PER_S * (time.monotonic() - self._begun) - 2 * WRITERS
        wait_until(has, f"{WRITES_PER_S} writes a second, over all of the time", 420.0, 0.1)

    def __exit__(self, *error):
        try:
            if error[0] is None:
                print(self.told_so_far())
                self.makes_up()
        finally:
            self._load.__exit__(*error)
        self._load.report(self._what, time.monotonic() - self._begun)
        if error[0] is None:
            records = self._stack.log().records()
            self._load.assert_kept_by(Fold(records, self._stack.log().partitions))


def assert_the_image_says_the_same(stack):
    """The tool of our own image finds nothing wrong with the log, nor with either read model."""
    for projection in PROJECTIONS:
        said = stack.execute(projection, "taskstream-replay", "verify", "--read-model", f"/var/lib/taskstream/{stack.topic}.db")
        print(f"{projection}: {said.splitlines()[-1]}")


def test_everything_is_replaced_one_by_one(stack, page, seed):
    upgrade, = page.blocks("Upgrade")
    before = {service: stack.inspect(service)["Id"] for service in EVERY}
    with Loaded(stack, seed, "rolling restart") as load:
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
    with Loaded(stack, seed, "a broker killed") as load:
        stack.kill("kafka-3")
        load.goes_on(1000)
        assert not stack.state("kafka-3")["Running"]
    assert_the_image_says_the_same(stack)


def test_a_command_service_is_cut_off_from_the_brokers(stack, seed):
    living = [broker for broker in BROKERS if stack.state(broker)["Running"]]  # one of them may have been killed
    with Loaded(stack, seed, "a partition") as load:
        heal = stack.partition("command-1", living)
        try:
            wait_until(lambda: stack.state("command-1")["Health"]["Status"] == "unhealthy", "command-1 says that it is not ready", 240.0, 0.5)
            load.goes_on(500)
            assert stack.commands().get("/health/ready").status == 200  # whom the proxy sends writes to now
        finally:
            heal()
        stack.await_healthy("command-1")
        load.goes_on(200)
        before = written_by(stack, "command-1")
        load.goes_on(200)
        assert written_by(stack, "command-1") > before, "after it has healed it takes writes again"
    assert_the_image_says_the_same(stack)


def test_a_broker_that_was_lost_is_replaced(stack, page, seed):
    replace, look = page.blocks("A broker that is lost for good")
    if stack.state("kafka-3")["Running"]:
        stack.kill("kafka-3")
    with Loaded(stack, seed, "a broker replaced") as load:
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
    return sum(record.text("ce_source") == f"/taskstream/command-service/{service}" for record in stack.log().records())
