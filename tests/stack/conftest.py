import os
import shutil
import tempfile
from pathlib import Path

import pytest
from taskstream.engine import Engine, NoEngine
from taskstream.images import make_images
from taskstream.operating_page import OperatingPage
from taskstream.places import ROOT
from taskstream.stack import EVERY, Stack

KEPT = ROOT / "build" / "test-results" / "stack"


def start_to_build(engine):
    try:
        return engine.start_to_build()
    except NoEngine as why:
        # On CI there is one, so that its absence there is a fault and no reason to pass.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Docker engine can be started here: {why}")


@pytest.fixture(scope="session")
def engine():
    """An engine with every image that the compose file names. The tests, and what they start, have its network."""
    engine = Engine(tempfile.mkdtemp(prefix="taskstream-", dir="/tmp"))
    leave = None
    try:
        start_to_build(engine)
        make_images(engine)
        engine.stop()
        engine.start_to_run()
        leave = engine.enter_network()
        yield engine
    finally:
        if leave:
            leave()
        engine.clean_up()


@pytest.fixture
def engine_that_builds():
    """An engine of one test that has this machine's network for what it builds, and no images but the base."""
    engine = Engine(tempfile.mkdtemp(prefix="taskstream-", dir="/tmp"))
    try:
        yield start_to_build(engine)
    finally:
        engine.clean_up()


@pytest.fixture(scope="session")
def started(engine, tmp_path_factory):
    """The stack and the operating guide, by whose first commands it was started."""
    stack = Stack(engine)
    page = OperatingPage(stack, tmp_path_factory.mktemp("operator"))
    try:
        start, _ = page.blocks("The stack")
        stack.token = stack.token_of(page.run(start, timeout_s=700))
        stack.await_healthy(*EVERY)
        yield stack, page
    finally:
        keep_what_was_said(stack)


@pytest.fixture
def stack(started):
    return started[0]


@pytest.fixture
def page(started):
    return started[1]


def keep_what_was_said(stack):
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for service in EVERY:
        try:
            (KEPT / f"{service}.log").write_text(stack.said(service))
        except AssertionError as never_came_up:
            (KEPT / f"{service}.log").write_text(str(never_came_up))
    shutil.copy(stack.engine.words, KEPT)
