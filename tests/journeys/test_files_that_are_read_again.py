"""The auth file and the certificate are read again at a signal, at once: that they are looked at once a second is another way."""

import time

import pytest
from taskstream.access import Access, Bearer
from taskstream.certificates import Secure, replace
from taskstream.waiting import wait_until

MEMBER = "0198c5a2-0000-7000-8000-00000000000a"
BETWEEN_LOOKS_S = 1.0
LONG_BEFORE_S = 0.8  # of the time between looks


@pytest.fixture(params=["command-service", "projection-service"])
def start(request, scene):
    """Starts the service with these arguments."""
    def start(*arguments, trusting=None):
        log = scene.file_log()
        commands = scene.command_service(log, *arguments, start=False).trusting(trusting).start()
        if request.param == "command-service":
            return commands
        return scene.projection_service(log, *arguments, start=False).trusting(trusting).start()
    return start


def assert_a_signal_is_quicker_than_the_next_look(service, changes, in_force):
    """`changes` are a change and another, after each of which `in_force` answers its number. Right after a look has found the
    first one, the second is made and the signal sent: what counts before a next look can have been was not found by one. On a
    busy machine that may take several turns; without the signal it never comes."""
    def is_quicker():
        last_without = asked = time.monotonic()
        changes[0]()
        while in_force() != 0:
            last_without, asked = asked, time.monotonic()
        changes[1]()
        service.signal("SIGHUP")
        wait_until(lambda: in_force() == 1, "the second change counts", pause_s=0.0)
        took.append(time.monotonic() - last_without)
        return took[-1] < LONG_BEFORE_S * BETWEEN_LOOKS_S
    took = []
    wait_until(is_quicker, "a signal has a change count at once", 40.0)
    print(f"{service.name}: since the look {' '.join(f'{each:.3f}' for each in took)} s")


def test_at_a_signal_tokens_count_at_once(start, tmp_path):
    access = Access(tmp_path)
    without = access.path.read_bytes()
    token = access.make(MEMBER)
    with_token = access.path.read_bytes()
    service = start(*access.flags)
    client = Bearer(service, token)
    assert_a_signal_is_quicker_than_the_next_look(
        service, [lambda: replace(access.path, without), lambda: replace(access.path, with_token)],
        lambda: {401: 0, 200: 1}[client.get("/v1/me").status])


def test_at_a_signal_a_certificate_is_served_at_once(start, tmp_path):
    secure = Secure(tmp_path)
    names = ["second", "first"]
    secure.issue("second")
    service = start(*secure.flags, trusting=secure.context())
    assert_a_signal_is_quicker_than_the_next_look(
        service, [lambda: secure.install("second"), lambda: secure.install("first")],
        lambda: names.index(secure.name_served(service.port)))


def test_a_signal_has_files_read_that_have_not_changed(start, tmp_path):
    access, secure = Access(tmp_path), Secure(tmp_path)
    service = start(*access.flags, *secure.flags, trusting=secure.context())
    told = ("who may ask is read: 1 tokens", "the TLS certificate was loaded anew from")
    before = [service.said().count(words) for words in told]
    service.signal("SIGHUP")
    wait_until(lambda: [service.said().count(words) for words in told] == [count + 1 for count in before], "each is read once more")
    assert secure.name_served(service.port) == "first"


def test_at_a_signal_what_cannot_be_used_is_told_and_changes_nothing(start, tmp_path):
    access, secure = Access(tmp_path), Secure(tmp_path)
    service = start(*access.flags, *secure.flags, trusting=secure.context())
    replace(access.path, b'{"tokens": [')
    replace(secure.certificate, b"no certificate")
    service.signal("SIGHUP")
    for words in ("who may ask stays as it was", "the TLS certificate is not loaded anew, the one before goes on being served"):
        wait_until(lambda words=words: words in service.said(), f"the service says: {words}")
    assert secure.name_served(service.port) == "first"
    headers = {"Authorization": f"Bearer {access.root.text}"}
    assert service.client().request("GET", "/v1/me", headers=headers).json["actor"] == "root"
