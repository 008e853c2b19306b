"""kill -9 in the middle of a batch: sent again, whole, it ends as if nothing had happened."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

from taskstream.batches import an_offline_queue, flush, new_path
from taskstream.client import NoAnswer
from taskstream.fold import Fold

KILLS, AT_MOST = 10, 40
QUEUES = 60  # of five commands each


def some_queues():
    """The queues of many tasks in one batch, so that a kill finds some done, some under way and some not begun."""
    queues = [an_offline_queue(new_path()) for _ in range(QUEUES)]
    return [queue[step] for step in range(len(queues[0])) for queue in queues]


def test_a_batch_whose_answer_was_lost_is_carried_out_once(scene, log, seed):
    victim, other = scene.command_service(log), scene.command_service(log)
    rng = random.Random(seed)
    usual_s = min(time_of_a_batch(victim) for _ in range(3))  # the first one finds everything cold
    kills = replayed = lost = sent = 0
    with ThreadPoolExecutor(1) as executor:
        while kills < KILLS or (kills < AT_MOST and not (lost and 0 < replayed < sent)):
            batch = some_queues()
            kills, sent = kills + 1, sent + len(batch)
            under_way = executor.submit(flush, victim.client(), batch)
            time.sleep(rng.random() * usual_s)  # the random moment
            victim.kill()
            lost += isinstance(under_way.exception(), NoAnswer)
            results = flush(other.client(), batch)
            assert {result["verdict"] for result in results} <= {"applied", "replayed"}, results
            replayed += sum(result["verdict"] == "replayed" for result in results)
            victim.start()
            # What this one answers after its start is what the other one answered, to the event.
            again = flush(victim.client(), batch)
            assert [(r["verdict"], r["status"], r["eventId"]) for r in again] == \
                [("replayed", r["status"], r["eventId"]) for r in results]
            assert_each_command_once(log, batch, results)
    print(f"{lost} of {kills} answers were lost, and {replayed} of {sent} commands had been carried out by then")
    assert lost and 0 < replayed < sent, "no kill met a batch under way: this shows nothing"


def time_of_a_batch(service):
    begun = time.monotonic()
    flush(service.client(), some_queues())
    return time.monotonic() - begun


def assert_each_command_once(log, batch, results):
    """In the log: the event that was answered, and no other one, and the queue of each task without a gap."""
    fold = Fold(log.records(), log.partitions)
    found = {}
    for task_id, stream in fold.tasks.items():
        assert [event.version for event in stream.accepted] == [1, 2, 3, 4, 5], task_id
        for event in stream.accepted:
            command_id = event.record.header("ce_commandid").decode()
            assert found.setdefault(command_id, event.event_id) == event.event_id, f"{command_id} was applied twice"
    assert [found[command["commandId"]] for command in batch] == [result["eventId"] for result in results]
