"""One history: two command-services on a real broker, random clients on a few hot tasks, and faults, from a seed; then the
checker's word about it."""

import os
import random
import subprocess
import time
from pathlib import Path

from clients import HotTasks, RandomClient
from history import History
from taskstream.places import ROOT
from taskstream.waiting import wait_until

CLIENTS = 10
COMMAND_TIMEOUT_MS = 2_500
PAUSE_S = 3.5  # longer than the command timeout
CHECK_WITHIN_S = 60
KEPT = ROOT / "build" / "test-results" / "linearizability"
CHECKER_SOURCES = Path(__file__).parent / "checker"
# Debian's own Go, wherever another one may stand in the path: it is the one that go.mod was made for.
GO = "/usr/bin/go"


def build_checker():
    """Go's own cache makes it quick the second time."""
    program = ROOT / "build" / "linearizability" / "checker"
    go("build", "-buildvcs=false", "-o", program, ".")
    return program


def go(*arguments):
    done = subprocess.run([GO, *arguments], cwd=CHECKER_SOURCES, env={**os.environ, "CGO_ENABLED": "0"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    assert done.returncode == 0, f"go {' '.join(map(str, arguments))}:\n{done.stdout}"
    return done.stdout


class Play:
    def __init__(self, scene, broker, seed):
        self.history = History()
        self._seed = seed
        self._rng = random.Random(f"{seed} faults")
        self._broker = broker
        log = scene.topic_on(broker)
        arguments = ["--command-timeout-ms", COMMAND_TIMEOUT_MS, "--log-level", "warn"]
        self._services = [scene.command_service(log, *arguments) for _ in range(2)]

    def run(self):
        """Two faults of the four kinds, one of a service and one of the broker, while the clients do what they do."""
        faults = [self._rng.choice([self._kill_a_service, self._pause_a_service]),
                  self._rng.choice([self._restart_the_broker, self._pause_the_broker])]
        self._rng.shuffle(faults)
        tasks = HotTasks(self._seed)
        self._clients = [RandomClient(i, CLIENTS, self._services, tasks, self.history, self._seed) for i in range(CLIENTS)]
        for client in self._clients:
            client.start()
        try:
            self._await_progress()
            for fault in faults:
                time.sleep(self._rng.random())  # the random moment
                fault()
                self._await_progress()
        finally:
            for client in self._clients:
                client.end()
            for client in self._clients:
                client.join()
        self._assert_clients_well()

    def judge(self, checker):
        """Whether the checker accepts it, and what it says. A history that it does not accept is kept, with the checker's
        words (.txt) and picture (.html)."""
        KEPT.mkdir(parents=True, exist_ok=True)
        written = KEPT / f"seed-{self._seed}.jsonl"
        self.history.write(written)
        done = subprocess.run([checker, "--timeout", f"{CHECK_WITHIN_S}s", "--account", written.with_suffix(".html"), written],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=3 * CHECK_WITHIN_S)
        if done.returncode == 0:
            written.unlink()
        else:
            written.with_suffix(".txt").write_text(done.stdout)
        return done.returncode == 0, done.stdout

    def _await_progress(self):
        """Through both services: a client takes now one, now the other."""
        for service in self._services:
            service.await_ready(40.0)
        before = self.history.made

        def writes_go_on():
            self._assert_clients_well()  # or one would wait in vain for what has failed, and hear nothing of why
            return self.history.made > before + 100
        wait_until(writes_go_on, "writes go on", 40.0)

    def _assert_clients_well(self):
        for client in self._clients:
            if client.failure:
                raise client.failure

    # ---- the faults

    def _kill_a_service(self):
        service = self._rng.choice(self._services)
        service.kill()
        service.start()

    def _pause_a_service(self):
        self._paused(self._rng.choice(self._services))

    def _pause_the_broker(self):
        self._paused(self._broker)

    def _paused(self, process):
        process.pause()
        try:
            time.sleep(PAUSE_S)
        finally:
            process.resume()

    def _restart_the_broker(self):
        self._broker.kill()
        self._broker.start_again()
