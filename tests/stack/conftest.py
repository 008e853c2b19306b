import os
import shutil
import tempfile
from pathlib import Path

import pytest
from taskstream.engine import Engine, NoEngine
from taskstream.images import make_images
from taskstream.places import ROOT
from taskstream.stack import EVERY, Stack

KEPT = ROOT / "build" / "test-results" / "stack"


@pytest.fixture(scope="session")
def engine():
    """An engine with every image that the compose file names. The tests, and what they start, have its network."""
    engine = Engine(tempfile.mkdtemp(prefix="taskstream-", dir="/tmp"))
    leave = None
    try:
        try:
            engine.start_to_build()
        except NoEngine as why:
            # On CI there is one, so that its absence there is a fault and no reason to pass.
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Docker engine can be started here: {why}")
        make_images(engine)
        engine.stop()
        engine.start_to_run()
        leave = engine.enter_network()
        yield engine
    finally:
        if leave:
            leave()
        engine.clean_up()


@pytest.fixture(scope="session")
def stack(engine):
    stack = Stack(engine)
    try:
        yield stack.up()
    finally:
        keep_what_was_said(stack)


def keep_what_was_said(stack):
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for service in EVERY:
        try:
            (KEPT / f"{service}.log").write_text(stack.said(service))
        except AssertionError as never_came_up:
            (KEPT / f"{service}.log").write_text(str(never_came_up))
    shutil.copy(stack.engine.words, KEPT)
