import os
import signal
import subprocess
from pathlib import Path

from .places import KAFKA_JARS, ROOT, free_port, is_listened_on
from .waiting import wait_until


class Broker:
    """A Kafka broker through compose/kafka. Without an address, one of its own, started here and ended by `stop`.

    With `nodes=3` a cluster; what kills, pauses and changes is about its first node.
    """

    def __init__(self, folder=None, address=None, nodes=1):
        self.folder = folder
        self.address = address
        self.nodes = nodes

    def start(self):
        # compose/kafka puts the nodes a hundred ports apart, and each one's controller on the port after.
        ports = [i * 100 for i in range(self.nodes)]
        port = free_port(*ports[1:], *(distance + 1 for distance in ports))
        self._compose("start", "--port", str(port), "--brokers", str(self.nodes))
        self.address = ",".join(f"127.0.0.1:{port + distance}" for distance in ports)
        return self

    def forget_the_dead_sooner(self):
        """A killed broker is let in again only when the session of its old life has expired. Starts the broker anew."""
        self._change_properties(lambda lines: [*lines, "broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500"])
        return self

    def add_listener(self, listens_on, advertised):
        """Opens one more port, whose clients are told to connect to `advertised`. Starts the broker anew."""
        def with_listener(lines):
            for line in lines:
                if line.startswith("listeners="):
                    line += f",ASIDE://127.0.0.1:{listens_on}"
                elif line.startswith("advertised.listeners="):
                    line += f",ASIDE://127.0.0.1:{advertised}"
                elif line.startswith("listener.security.protocol.map="):
                    line += ",ASIDE:PLAINTEXT"
                yield line
        self._change_properties(with_listener)

    def add_secured_listeners(self, keystore):
        """Opens a port for TLS and one for TLS with a password by SCRAM-SHA-512; answers the brokers of both. `keystore` is a
        PEM file of a key and its certificate. Starts the broker anew."""
        tls, sasl = free_port(), free_port()
        added = {"listeners": f",TLS://127.0.0.1:{tls},SASL://127.0.0.1:{sasl}", "listener.security.protocol.map": ",TLS:SSL,SASL:SASL_SSL"}
        added["advertised.listeners"] = added["listeners"]
        login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        self._change_properties(lambda lines: [
            *(line + added.get(line.partition("=")[0], "") for line in lines),
            "ssl.keystore.type=PEM", f"ssl.keystore.location={keystore}", "sasl.enabled.mechanisms=SCRAM-SHA-512",
            f"listener.name.sasl.scram-sha-512.sasl.jaas.config={login}"])
        return Broker(address=f"127.0.0.1:{tls}"), Broker(address=f"127.0.0.1:{sasl}")

    def let_in(self, user, password):
        self._topics("let-in", user, password)

    def _change_properties(self, change):
        self._compose("stop")
        properties = self.folder / "node-1.properties"
        properties.write_text("\n".join(change(properties.read_text().splitlines())) + "\n")
        self.start_again()

    def start_again(self):
        """After a kill, on the data that are there."""
        self._compose("start-node", "--node", "1")

    def kill(self):
        pid = self._pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _command_line(pid) and not is_listened_on(self.address), "the broker is gone")

    def pause(self):
        pid = self._pid()
        os.kill(pid, signal.SIGSTOP)
        # It takes effect on one thread after the other; until then some still answer.
        wait_until(lambda: _is_stopped(pid), "every thread of the broker is stopped", pause_s=0.001)

    def resume(self):
        os.kill(self._pid(), signal.SIGCONT)

    def stop(self):
        self._compose("stop")

    # ---- topics, through Kafka's own client

    def create_topic(self, topic, partitions=12, replicas=1, **settings):
        rightly = {"retention.ms": "-1", "retention.bytes": "-1", "message.timestamp.type": "LogAppendTime"}
        settings = {**rightly, **{name.replace("_", "."): value for name, value in settings.items()}}
        self._topics("create", topic, partitions, replicas, *(f"{name}={value}" for name, value in settings.items()))

    def add_partitions(self, topic, partitions):
        self._topics("grow", topic, partitions)

    def move_partition(self, topic, partition, broker):
        """From now on it lives on this broker alone."""
        self._topics("move", topic, partition, broker)

    def delete_topic(self, topic):
        self._topics("delete", topic)

    def delete_records(self, topic, partition, before):
        self._topics("truncate", topic, partition, before)

    def settings_of(self, topic):
        return dict(line.split("=", 1) for line in self._topics("settings", topic).splitlines() if "=" in line)

    def _topics(self, *arguments):
        return run_java(["Topics.java", self.address, *map(str, arguments)])

    def _compose(self, verb, *arguments):
        done = subprocess.run([ROOT / "compose" / "kafka", verb, "--dir", str(self.folder), *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=180)
        assert done.returncode == 0, f"compose/kafka {verb} failed: {done.stderr.decode(errors='replace')}"

    def _pid(self):
        return int((self.folder / "node-1.pid").read_text())


def _command_line(pid):
    try:
        return open(f"/proc/{pid}/cmdline", "rb").read()  # empty once it has died, reaped or not
    except OSError:
        return b""


def _is_stopped(pid):
    try:  # the state is the field behind the name, which stands in parentheses and may hold any
        return all(stat.read_text().rpartition(") ")[2].startswith("T") for stat in Path(f"/proc/{pid}/task").glob("*/stat"))
    except OSError:
        return False  # a thread has ended meanwhile


def run_java(arguments, text=None):
    """Runs one of tests/support/java's programs with Kafka's own classes."""
    source = ROOT / "tests" / "support" / "java" / arguments[0]
    done = subprocess.run(["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{KAFKA_JARS}/*",
                           source, *arguments[1:]], input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"java {' '.join(arguments)} failed: {done.stdout}{done.stderr}"
    return done.stdout
