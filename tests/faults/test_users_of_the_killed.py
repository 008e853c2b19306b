"""kill -9 while users are registered, renamed and deactivated: whatever died on the way, what has to hold of them holds soon."""

import json
import random
import time

from taskstream.checks import await_invariants_of_users
from taskstream.client import NoAnswer
from taskstream.crowd import Crowd

KILLS = 20
CLIENTS = 6
USERS_AT_MOST = 12  # fewer than addresses, so that some are free at any time
ADDRESSES = [f"user-{i}@example.org" for i in range(18)]
PAUSE_S = 0.05  # after a lost connection: what is coming back needs the processor itself


class Contenders(Crowd):
    """Clients that contend for a few addresses, move between them, and give tasks to users who come and go."""

    def __init__(self, services, seed):
        super().__init__(CLIENTS, seed)
        self.registered = {}  # user id -> the address that was acknowledged
        self.codes = set()
        self._services = services
        self._users = [services[0].client().new_user() for _ in range(3)]

    def _live(self, rng):
        clients = [service.client(12.0) for service in self._services]
        while not self._stop.is_set():
            try:
                self._act(rng, rng.choice(clients))
            except NoAnswer:
                self._stop.wait(PAUSE_S)

    def _act(self, rng, client):
        address, user_id = rng.choice(ADDRESSES), rng.choice(self._users)
        register = len(self._users) < USERS_AT_MOST and rng.random() < 0.3

        def move():
            return client.edit_user(user_id, "*", email=address)
        act = rng.choice([move, move, move, lambda: client.deactivate(user_id), lambda: client.reactivate(user_id),
                          lambda: client.create("Write the guide", assigneeId=user_id)])
        answer = client.register(address) if register else act()
        assert answer.status in (200, 201, 409, 503, 504), answer
        self.codes.add(answer.code)
        if answer.status == 201 and "email" in answer.json:
            self.registered[answer.json["userId"]] = address
            self._users.append(answer.json["userId"])


def test_what_has_to_hold_of_users_holds_whoever_was_killed(scene, log, seed):
    victim, other = scene.command_service(log), scene.command_service(log)
    rng = random.Random(seed)
    with Contenders([victim, other], seed) as crowd:
        for _ in range(KILLS):
            time.sleep(rng.random() * 0.5)  # the random moment
            victim.kill()
            victim.start()
    fold = await_invariants_of_users(log)
    assert {"EMAIL_TAKEN", "USER_INACTIVE"} <= crowd.codes, "nobody contended: this shows nothing"
    for user_id, address in crowd.registered.items():
        registration = next(event for event in fold.users[user_id].accepted if event.type == "taskstream.user.registered.v1")
        assert json.loads(registration.record.value)["email"] == address, "what was acknowledged is in the log"

    in_use = {stream.user["email"] for stream in fold.users.values() if stream.user}
    for address in ADDRESSES:
        again = other.client().register(address)
        assert again.status == (409 if address in in_use else 201), "neither somebody's nor free"
    await_invariants_of_users(log)
    types = [event.type.split(".", 1)[1] for stream in fold.streams.values() for event in stream.accepted]
    print({kind: types.count(kind) for kind in ("email.claimed.v1", "email.released.v1", "user.claim-lapsed.v1")})
