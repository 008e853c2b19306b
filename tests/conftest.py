import os
import random
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from taskstream.broker import Broker  # noqa: E402
from taskstream.places import free_port  # noqa: E402
from taskstream.proxy import KafkaProxy  # noqa: E402
from taskstream.scene import Scene  # noqa: E402


@pytest.fixture(scope="session")
def shared_broker():
    """The broker that TASKSTREAM_TEST_KAFKA names, or one for this run."""
    address = os.environ.get("TASKSTREAM_TEST_KAFKA")
    if address:
        yield Broker(address=address)
        return
    yield from _own_broker()


@pytest.fixture(scope="module")
def own_broker():
    """A broker that the tests of one file may kill and pause."""
    yield from _own_broker()


@pytest.fixture(scope="module")
def proxied(own_broker):
    """The broker, and the same one through a proxy that all connections of a client of it take."""
    listener, port = free_port(), free_port()
    own_broker.add_listener(listens_on=listener, advertised=port)
    proxy = KafkaProxy(port, listener)
    yield own_broker, Broker(address=f"127.0.0.1:{port}"), proxy
    proxy.close()


@pytest.fixture(scope="module")
def three_brokers():
    """A cluster of the tests of one file."""
    yield from _own_broker(nodes=3)


def _own_broker(nodes=1):
    with tempfile.TemporaryDirectory(prefix="taskstream-kafka-") as folder:
        broker = Broker(folder=Path(folder), nodes=nodes)
        try:
            yield broker.start()
        finally:
            broker.stop()


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.clean_up()
    assert not scene.sanitizer_reports(), "a sanitizer has found something"


@pytest.fixture(params=["kafka", "file"])
def log(request, scene):
    """The same test on both logs."""
    if request.param == "file":
        return scene.file_log()
    return scene.topic_on(request.getfixturevalue("shared_broker"))


@pytest.fixture
def seed():
    seed = int(os.environ.get("TASKSTREAM_TEST_SEED", 0)) or random.SystemRandom().randrange(1, 2**31)
    print(f"seed {seed}: give it back as TASKSTREAM_TEST_SEED to see the same moments again")
    return seed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    scene = getattr(item, "funcargs", {}).get("scene")
    if report.failed and scene is not None:
        for name, words in scene.last_words():
            report.sections.append((f"last words of {name}", words))
