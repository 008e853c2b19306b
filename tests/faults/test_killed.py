"""kill -9 at random moments under load: what was acknowledged is there once, and nothing is there twice."""

import random
import time

from taskstream.checks import assert_read_model_equals_fold
from taskstream.load import Load
from taskstream.waiting import wait_until

KILLS = 20
TASKS = 6


class Play:
    """Two command-services, of which one may be killed, a projection, and tasks to write to."""

    def __init__(self, scene, log):
        self.log = log
        self.victim, self.other = scene.command_service(log), scene.command_service(log)
        self.projection = scene.projection_service(log)
        client = self.other.client()
        self.tasks = [client.create(f"Task {i}").json["taskId"] for i in range(TASKS)]

    def kill_again_and_again(self, load, seed, kill, start_again):
        rng = random.Random(seed)
        for _ in range(KILLS):
            before = len(load.acknowledged)
            time.sleep(rng.random() * 0.5)  # the random moment
            kill()
            start_again()
            self._await_progress(load, before)

    def assert_nothing_lost(self, load):
        fold = assert_read_model_equals_fold(self.projection, self.log)
        load.assert_kept_by(fold)
        print(f"answers: {load.statuses}; acknowledged {len(load.acknowledged)}, unknown {len(load.unknown)}, "
              f"superseded records {len(fold.superseded)}")

    @staticmethod
    def _await_progress(load, before):
        wait_until(lambda: len(load.acknowledged) > before, "writes go on after a kill", 40.0)


def test_killed_command_services_lose_nothing(scene, log, seed):
    play = Play(scene, log)
    with Load([play.victim, play.other], clients=8, tasks=play.tasks, seed=seed) as load:
        play.kill_again_and_again(load, seed, play.victim.kill, play.victim.start)
    play.assert_nothing_lost(load)
    for task_id in play.tasks:
        strong = play.victim.client().get(f"/v1/tasks/{task_id}")
        assert strong.json == play.projection.client().get(f"/v1/tasks/{task_id}", Consistency_Token=strong.token).json


def test_a_killed_projection_has_every_row_once(scene, log, seed):
    play = Play(scene, log)
    with Load([play.victim, play.other], clients=8, tasks=play.tasks, seed=seed) as load:
        play.kill_again_and_again(load, seed, play.projection.kill, play.projection.start)
    play.assert_nothing_lost(load)


def test_a_killed_broker_loses_nothing(scene, own_broker, seed):
    play = Play(scene, scene.topic_on(own_broker.forget_the_dead_sooner()))
    with Load([play.victim, play.other], clients=4, tasks=play.tasks, seed=seed, pause_s=0.005) as load:
        play.kill_again_and_again(load, seed, own_broker.kill, own_broker.start_again)
    play.assert_nothing_lost(load)
