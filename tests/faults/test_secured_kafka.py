"""A Kafka that asks for TLS and a password: who has both gets in, who has not is told why, and the password stays secret."""

import uuid

import pytest
from taskstream.certificates import Authority
from taskstream.client import NoAnswer
from taskstream.newer_rdkafka import newer_rdkafka
from taskstream.replay import replay, well
from taskstream.story import await_read, tell_story
from taskstream.waiting import wait_until

USER, PASSWORD, WRONG = "taskstream", "correct-horse-battery-staple", "wrong-horse-battery-staple"


class Secured:
    def __init__(self, broker, folder):
        self.authority = Authority(folder / "authority")
        certificate, key = self.authority.issue("kafka")
        keystore = folder / "keystore.pem"
        keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
        tls, sasl = broker.add_secured_listeners(keystore)
        broker.let_in(USER, PASSWORD)
        self.brokers = {"tls": tls, "sasl": sasl}
        self._folder = folder

    def config(self, way_in, root=None, password=PASSWORD):
        """A file for --kafka-config."""
        lines = [f"ssl.ca.location = {root or self.authority.root}"]
        if way_in == "tls":
            lines += ["security.protocol = SSL"]
        else:
            lines += ["security.protocol = SASL_SSL", "sasl.mechanism = SCRAM-SHA-512", f"sasl.username = {USER}",
                      f"sasl.password = {password}"]
        file = self._folder / f"{uuid.uuid4()}.properties"
        file.write_text("\n".join(["# for --kafka-config", *lines]) + "\n")
        file.chmod(0o600)
        return file


@pytest.fixture(scope="module")
def secured(own_broker, tmp_path_factory):
    return Secured(own_broker, tmp_path_factory.mktemp("secured"))


def test_a_task_travels_over_tls(scene, secured):
    tell_and_read(scene, scene.topic_on(secured.brokers["tls"]), secured.config("tls"), {})


def test_a_task_travels_over_tls_with_a_password(scene, secured):
    # Debian's librdkafka does SCRAM as no Kafka 4 takes it: below.
    tell_and_read(scene, scene.topic_on(secured.brokers["sasl"]), secured.config("sasl"), newer_rdkafka())


def tell_and_read(scene, log, config, environment):
    commands = scene.command_service(log, "--kafka-config", config, start=False).in_environment(environment).start()
    projection = scene.projection_service(log, "--kafka-config", config, start=False).in_environment(environment).start()
    ids, token = tell_story(commands)
    await_read(projection, token)
    first = f"/v1/tasks/{ids['first']}"
    assert projection.client().get(first).json == commands.client().get(first).json
    model = scene.folder / f"{projection.name}.db"
    well("verify", "--read-model", model, "--kafka-config", config, log=log, environment=environment)
    assert commands.terminate() == 0 and commands.start().client().get(first).status == 200
    assert_silent(scene)


@pytest.mark.parametrize("what", ["a wrong password", "an untrusted certificate", "a library that is too old"])
def test_who_is_not_let_in_is_told_why(scene, secured, tmp_path, what):
    environment = {}
    if what == "a wrong password":
        config, words, environment = secured.config("sasl", password=WRONG), "invalid credentials", newer_rdkafka()
    elif what == "an untrusted certificate":
        config, words = secured.config("sasl", root=Authority(tmp_path / "stranger").root), "certificate verify failed"
    else:
        config, words = secured.config("sasl"), "SCRAM there needs 2.6.1 or newer"
    log = scene.topic_on(secured.brokers["sasl"])
    services = [scene.command_service(log, "--kafka-config", config, start=False),
                scene.projection_service(log, "--kafka-config", config, start=False)]
    for service in services:
        service.in_environment(environment).launch()
    for service in services:
        service.await_listening()
        wait_until(lambda: words in not_ready(service), f"{service.name} says at /health/ready: {words}", 60.0)
        wait_until(lambda: words in service.said(), f"{service.name} says in its log: {words}")
        assert is_silent(not_ready(service))
        assert service.terminate() == 0, "and ends when it is asked to"
    outcome = replay("stats", "--kafka-config", config, log=log, environment=environment)
    assert outcome.code != 0
    assert words in outcome.err, outcome.err
    assert is_silent(outcome.err + outcome.out)
    assert_silent(scene)


def test_a_setting_that_cannot_be_is_told_without_its_value(scene, secured):
    log, config = scene.topic_on(secured.brokers["sasl"]), secured.config("sasl")
    config.write_text(config.read_text() + f"ssl.key.pem = {WRONG}\n")
    service = scene.command_service(log, "--kafka-config", config, start=False).launch()
    wait_until(lambda: "ssl.key.pem" in service.said(), "the service says what is wrong")
    service.terminate()
    assert_silent(scene)


def not_ready(service):
    try:
        answer = service.client(5.0).get("/health/ready")
    except NoAnswer:
        return ""
    assert answer.status == 503, answer
    return answer.body.decode()


def is_silent(text):
    return PASSWORD not in text and WRONG not in text


def assert_silent(scene):
    for service in scene.services:
        assert is_silent(service.words.read_text(errors="replace")), f"{service.name} has told a password"
