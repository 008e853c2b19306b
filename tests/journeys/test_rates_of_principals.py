"""How often somebody may ask is counted by who asks: by the token's subject, and for those who have none by where they are."""

import pytest
from taskstream.access import Access, Bearer
from taskstream.waiting import wait_until

RATE = 5
ANN, BEN = "0198c5a2-0000-7000-8000-00000000000a", "0198c5a2-0000-7000-8000-00000000000b"


@pytest.fixture(params=["command-service", "projection-service"])
def service(request, scene, tmp_path):
    access = Access(tmp_path)
    request.node.tokens = {name: access.make(name) for name in (ANN, BEN)}
    log = scene.file_log()
    commands = scene.command_service(log, *access.flags, "--rate-limit", RATE)
    return commands if request.param == "command-service" else scene.projection_service(log, *access.flags, "--rate-limit", RATE)


def ask_until(client, status, path="/v1/me"):
    """The statuses of the answers up to the first of this one, with it."""
    answers = []
    wait_until(lambda: answers.append(client.get(path)) or answers[-1].status == status, f"an answer is {status}", pause_s=0.0)
    return answers


def test_each_subject_has_a_rate_of_its_own(request, service):
    ann, again, ben = (Bearer(service, request.node.tokens[name]) for name in (ANN, ANN, BEN))
    answers = ask_until(ann, 429)
    refused = answers.pop()
    assert len(answers) >= RATE and {answer.status for answer in answers} == {200}
    assert answers[0].headers["RateLimit-Policy"] == f'"principal";q={RATE};w=1'
    assert answers[0].headers["RateLimit"] == f'"principal";r={RATE - 1};t=1'
    assert refused.code == "RATE_LIMITED" and refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit"] == '"principal";r=0;t=1'
    assert len(ask_until(again, 429)) <= RATE, "over another connection too: with a bucket of its own it would get further"
    assert ben.get("/v1/me").status == 200, "others have what is theirs"
    assert service.client().get("/health/ready").status == 200
    wait_until(lambda: ann.get("/v1/me").status == 200, "and it is over soon")


def test_many_bad_tokens_are_refused_otherwise_and_keep_out_nobody(request, service):
    stranger, ann = Bearer(service, "taskstream_" + "x" * 43), Bearer(service, request.node.tokens[ANN])
    answers = ask_until(stranger, 429)
    assert [answer.status for answer in answers[:RATE]] == [401] * RATE
    assert answers[-1].code == "RATE_LIMITED"
    # Whoever has no token is one of them: is refused at once, when the stranger is, and not after a number of requests of
    # their own. Asked some times, as a token of the bucket may come back in between, but never as often as a bucket holds.
    nobody = service.client()
    assert any(ask_until(stranger, 429) and nobody.get("/v1/nowhere").status == 429 for _ in range(RATE - 1))
    assert ann.get("/v1/me").status == 200, "a good token from the same address is taken"


def test_what_is_refused_for_its_rate_changes_nothing(scene, tmp_path):
    access, log = Access(tmp_path), scene.file_log()
    commands = scene.command_service(log, *access.flags, "--rate-limit", RATE)
    client, created = Bearer(commands, access.root), []
    wait_until(lambda: created.append(client.create("Task")) or created[-1].status == 429, "an answer is 429", pause_s=0.0)
    projection = scene.projection_service(log, *access.flags)
    stats = Bearer(projection, access.root).get("/v1/stats", Consistency_Token=created[-2].token)
    assert stats.json["total"] == [answer.status for answer in created].count(201) == len(created) - 1


def test_without_tokens_it_is_counted_by_the_name_that_is_given(scene):
    log = scene.file_log()
    for service in (scene.command_service(log, "--rate-limit", RATE), scene.projection_service(log, "--rate-limit", RATE)):
        client = service.client()
        wait_until(lambda: client.get("/v1/me", Taskstream_Actor="Ann").status == 429, "Ann has asked too often", pause_s=0.0)
        assert client.get("/v1/me", Taskstream_Actor="Ben").status == 200
