"""What must hold of a topic where there are three brokers: none of them may take acknowledged events with it."""

import re
import subprocess

import pytest
from taskstream.checks import assert_refuses
from taskstream.places import KAFKA_JARS

UNSAFE = {
    "acknowledged by one broker alone": (dict(min_insync_replicas="1"), "min.insync.replicas is 1 and must be 2"),
    "led by a broker that lags": (dict(unclean_leader_election_enable="true"),
                                  "unclean.leader.election.enable is true and must be false"),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_a_topic_that_can_lose_acknowledged_events_is_refused_until_the_cure_is_taken(scene, three_brokers, what):
    settings, words = UNSAFE[what]
    log = scene.topic_on(three_brokers)
    three_brokers.create_topic(log.topic, partitions=2, replicas=3, **settings)
    service = scene.command_service(log, start=False)
    assert_refuses(service, log.topic, words)
    assert_refuses(scene.projection_service(log, start=False), log.topic, words)
    take_the_cure(service.said())
    assert service.start().client().create("Task").status == 201


def take_the_cure(said):
    """Runs the command that the service has told, with the class behind the script that it names."""
    (arguments,) = re.findall(r"^ *kafka-configs\.sh (.*)$", said, re.M)
    done = subprocess.run(["java", "-Xmx128m", "-cp", f"{KAFKA_JARS}/*", "kafka.admin.ConfigCommand", *arguments.split()],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_topic_that_lives_on_too_few_brokers_is_refused_unless_that_is_wanted(scene, three_brokers):
    log = scene.topic_on(three_brokers)
    three_brokers.create_topic(log.topic, partitions=2, replicas=2, min_insync_replicas="1")
    assert_refuses(scene.command_service(log, start=False), log.topic, "replication factor 2 on a cluster of 3 brokers",
                   "kafka-reassign-partitions.sh", "--replication-factor 2")
    wanted = scene.command_service(log, "--replication-factor", 2)
    assert wanted.client().create("Task").status == 201


def test_a_topic_of_which_one_partition_lives_on_too_few_brokers_is_refused(scene, three_brokers):
    log = scene.topic_on(three_brokers)
    three_brokers.create_topic(log.topic, partitions=3, replicas=3)
    three_brokers.move_partition(log.topic, 1, broker=2)
    assert_refuses(scene.command_service(log, start=False), log.topic, "replication factor 1 on a cluster of 3 brokers")


def test_a_topic_that_asks_for_more_than_needed_is_taken(scene, three_brokers):
    log = scene.topic_on(three_brokers)
    three_brokers.create_topic(log.topic, partitions=1, replicas=3, min_insync_replicas="3")
    assert scene.command_service(log).client().create("Task").status == 201


def test_a_topic_that_the_service_makes_itself_is_one_that_it_takes(scene, three_brokers):
    log = scene.topic_on(three_brokers)
    service = scene.command_service(log)
    assert service.client().create("Task").status == 201
    assert service.terminate() == 0
    assert service.start().client().create("Task").status == 201
    assert "cannot be told" not in service.said(), "the brokers did not tell that they run Kafka 3.7 or newer"
