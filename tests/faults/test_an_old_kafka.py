"""Kafka before 3.7 shows readers what may yet be lost: the services refuse it. Fetches a Kafka of that age."""

import subprocess

import pytest
from taskstream.broker import Broker
from taskstream.checks import assert_refuses
from taskstream.places import KAFKA_JARS, ROOT, free_port, is_listened_on
from taskstream.waiting import wait_until

pytestmark = pytest.mark.long
VERSION = "3.6.2"


@pytest.fixture
def old_kafka(tmp_path):
    jars = KAFKA_JARS.parent / f"kafka-{VERSION}"
    if not jars.is_dir():
        fetch(jars)
    port = free_port(1)
    properties = tmp_path / "node.properties"
    properties.write_text(f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{port + 1}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1}
controller.listener.names=CONTROLLER
log.dirs={tmp_path / "node"}
offsets.topic.replication.factor=1
log.cleaner.dedupe.buffer.size=2097152
""")
    java = ["java", "-Xmx256m", "-XX:+UseSerialGC", "-cp", f"{jars}/*"]
    subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", "taskstream-tests-old-w", "-c", properties], check=True,
                   stdout=subprocess.DEVNULL)
    with open(tmp_path / "broker.log", "wb") as words:
        process = subprocess.Popen([*java, "kafka.Kafka", properties], stdin=subprocess.DEVNULL, stdout=words,
                                   stderr=subprocess.STDOUT)
    try:
        broker = Broker(address=f"127.0.0.1:{port}")
        wait_until(lambda: is_listened_on(broker.address), "the old broker listens", 60.0)
        yield broker
    finally:
        process.kill()
        process.wait()


def fetch(jars):
    """Whole or not at all, as compose/kafka does."""
    partial = jars.with_name(f".partial-{VERSION}")
    subprocess.run(["mvn", "-q", "-B", "-f", ROOT / "compose" / "kafka.pom.xml", "dependency:copy-dependencies",
                    f"-Dkafka.version={VERSION}", "-DincludeScope=runtime", f"-DoutputDirectory={partial}"],
                   stdin=subprocess.DEVNULL, check=True, timeout=300)
    partial.rename(jars)


def test_a_kafka_before_3_7_is_refused(scene, old_kafka):
    log = scene.topic_on(old_kafka)
    old_kafka.create_topic(log.topic)
    words = ["Broker 1", "older than Kafka 3.7", "3.6-IV2", "Upgrade"]
    assert_refuses(scene.command_service(log, start=False), *words)
    assert_refuses(scene.projection_service(log, start=False), *words)
