"""What real services answered under faults: there is an order in which all of it is right. `run` records any number more."""

import os
import random

import pytest
from play import Play, build_checker

HISTORIES = 10
SEED = int(os.environ.get("TASKSTREAM_TEST_SEED", 0)) or random.SystemRandom().randrange(1, 2**31)


@pytest.fixture(scope="module")
def checker():
    return build_checker()


@pytest.fixture(scope="module")
def hasty_broker(own_broker):
    return own_broker.forget_the_dead_sooner()


@pytest.mark.parametrize("number", range(HISTORIES))
def test_a_history_is_linearizable(scene, hasty_broker, checker, number):
    seed = SEED + number
    print(f"seed {seed}: tests/linearizability/run --histories 1 --seed {seed}")
    play = Play(scene, hasty_broker, seed)
    play.run()
    accepted, words = play.judge(checker)
    print(play.history)
    assert accepted, words
    for kind in ("made", "412", "200"):
        assert play.history.counts[kind] > 50, f"hardly anything happened: {play.history}"
    assert play.history.counts["unknown"] or play.history.counts["503 LOG_UNAVAILABLE"], f"no fault was met: {play.history}"
