"""compose/docker-compose.yml, brought up and looked at from outside, the way users run it."""

import json
import re
import subprocess

from .client import Client
from .engine import COMPOSE
from .images import BINARIES
from .kafka_log import KafkaLog
from .places import ROOT
from .waiting import wait_until

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
COMMANDS = ("command-1", "command-2")
PROJECTIONS = ("projection-1", "projection-2")
EVERY = (*BROKERS, *COMMANDS, *PROJECTIONS, "proxy", "prometheus")
PROJECT = "compose"  # of the folder of the compose file, as for who names none
BOOTSTRAP = "kafka-1:9092,kafka-2:9092,kafka-3:9092"
COMPOSE_FILE = ROOT / "compose" / "docker-compose.yml"
PROXY_PORT = 8080
READY_S = 240.0  # what seven Java and C++ programs may take together on two cores that others use too


class Stack:
    def __init__(self, engine):
        self.engine = engine
        self.topic = "taskstream"
        self.token = None  # that of somebody who may do everything
        self.tokens = []  # every one that was made
        self._beside = engine.folder / "beside-the-compose-file.yml"
        self.release("one")

    def release(self, name):
        """What our image is from the next build on: another one by a label, and never from sources, which takes long."""
        build = {"network": "host", "args": {"BINARIES": BINARIES}, "labels": {"release": name}}
        self._beside.write_text(json.dumps({"services": {service: {"build": build} for service in COMMANDS}}))

    def token_of(self, said):
        """The token that `taskstream-token make` has said."""
        found = re.search(r"^taskstream_[\w-]{43}(?=\s*$)", said, re.M)
        assert found, f"no token was said:\n{said[-4000:]}"
        self.tokens.append(found[0])
        return self.tokens[-1]

    def down(self):
        self.compose("down", "--volumes", "--timeout", "5", timeout_s=200)

    def make_anew(self, service):
        """What an upgrade does to one service: its container goes, another one comes, the volume stays."""
        self.compose("up", "--detach", "--no-build", "--no-deps", "--force-recreate", service, timeout_s=240)

    def kill(self, service):
        self.engine.docker("kill", "--signal", "KILL", self.container(service))

    def await_healthy(self, *services):
        for service in services:
            wait_until(lambda: self.state(service).get("Health", {}).get("Status") == "healthy", f"{service} is healthy", READY_S, 0.5)
        # The proxy asks by itself, and may not have heard yet.
        for those, client in ((COMMANDS, self.commands), (PROJECTIONS, self.queries)):
            if set(those) & set(services):
                wait_until(lambda: client().get("/health/ready").status == 200, "the proxy knows one of them that is ready", 60.0, 0.5)

    def await_replicated(self, replicas=3):
        """Every partition of the log has this many replicas in sync: the next broker may go."""
        def in_sync():
            topics = json.loads(self.log().metadata())["topics"]
            found = [len(partition["isrs"]) for topic in topics for partition in topic["partitions"]]
            return found and min(found) >= replicas
        wait_until(in_sync, f"each partition has {replicas} replicas in sync", READY_S, 1.0)

    def state(self, service):
        return json.loads(self.engine.docker("inspect", "--format", "{{json .State}}", self.container(service)))

    def inspect(self, service):
        return json.loads(self.engine.docker("inspect", self.container(service)))[0]

    def said(self, service):
        return self.engine.said(self.container(service))

    def execute(self, service, *command):
        return self.engine.docker("exec", self.container(service), *command)

    def container(self, service):
        return f"{PROJECT}_{service}_1"

    def scraped(self):
        """What Prometheus says of the last time that it asked each service."""
        said = self.execute("prometheus", "wget", "-q", "-O", "-", "http://127.0.0.1:9090/api/v1/targets")
        return {target["labels"]["instance"].partition(":")[0]: target["health"] for target in json.loads(said)["data"]["activeTargets"]}

    # ---- its clients: all of them come through the one origin

    def commands(self, timeout_s=60.0):
        return Behind("/command", self.token, timeout_s)

    def queries(self, timeout_s=60.0):
        return Behind("", self.token, timeout_s)

    def log(self):
        return StackLog(self)

    def partition(self, service, others):
        """No packet passes any more between the service and the others, and nobody is told. Answers how it heals."""
        addresses = [self._address_inside(other) for other in others]
        rules = [[chain, flag, address, "-j", "DROP"] for address in addresses for chain, flag in (("INPUT", "-s"), ("OUTPUT", "-d"))]

        def change(how):
            for rule in rules:
                command = [*self.engine.in_container(self.container(service)), "iptables", how, *rule]
                subprocess.run(command, check=True, timeout=60, capture_output=True)
        change("-I")
        return lambda: change("-D")

    def _address_inside(self, service):
        return self.inspect(service)["NetworkSettings"]["Networks"][f"{PROJECT}_inside"]["IPAddress"]

    def environment(self):
        return self.engine.environment(TASKSTREAM_TOPIC=self.topic, COMPOSE_HTTP_TIMEOUT="300", DOCKER_BUILDKIT="1")

    @property
    def composed(self):
        """The start of a command line of docker-compose."""
        return [COMPOSE, "--file", str(COMPOSE_FILE), "--file", str(self._beside)]

    def compose(self, *arguments, timeout_s):
        done = subprocess.run([*self.composed, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s,
                              env=self.environment())
        assert done.returncode == 0, f"docker-compose {' '.join(arguments)}:\n{(done.stdout + done.stderr).decode()[-3000:]}"
        return done.stdout.decode()


class Behind(Client):
    """A client of what the proxy offers below a prefix."""

    def __init__(self, prefix, token, timeout_s):
        super().__init__(PROXY_PORT, timeout_s)
        self._prefix = prefix
        self._token = token

    def request(self, method, path, body=None, headers=None):
        known = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return super().request(method, self._prefix + path, body, {**known, **(headers or {})})


class StackLog(KafkaLog):
    """The topic, read by kcat from where the brokers' names are known."""

    def __init__(self, stack):
        self._stack = stack
        self.topic = stack.topic

    def metadata(self):
        return self._kcat(["-L", "-J", "-m", "10"])

    def _kcat(self, arguments):
        # Of a broker that lives: the container is only the place to look from.
        place = next(service for service in PROJECTIONS if self._stack.state(service)["Running"])
        command = [*self._stack.engine.in_container(self._stack.container(place)), "kcat", "-b", BOOTSTRAP, "-t", self.topic, *arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=180)
        assert done.returncode == 0, f"kcat failed: {done.stderr.decode(errors='replace')}"
        return done.stdout
