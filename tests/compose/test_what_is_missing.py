"""What compose/up says on a machine that it cannot help: which thing is missing, and what to do. Nothing is built here."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from taskstream.places import ROOT, free_port

NOBODY = 65534
MISSING = "taskstream-needs-this"


@pytest.fixture
def folder():
    """A copy of compose/ that everybody may read, and that asks for a package which is nowhere."""
    with tempfile.TemporaryDirectory(prefix="taskstream-compose-") as name:
        copy = Path(name)
        copy.chmod(0o755)
        shutil.copytree(ROOT / "compose", copy / "compose")
        packages = copy / "compose" / "packages.txt"
        packages.write_text(packages.read_text().replace("[build]\n", f"[build]\n{MISSING}\n"))
        yield copy


def apart(*namespaces):
    """The start of a command that runs in namespaces of its own: what is changed there is changed for it alone."""
    command = ["unshare", *(["--map-root-user"] if os.geteuid() else []), *namespaces]
    if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip(f"this machine does not let a test have {' '.join(namespaces)} for itself")
    return command


def refusal_of(folder, command):
    """What compose/up says, run in front of by `command`."""
    ports = ["--port-command", str(free_port()), "--port-projection", str(free_port())]
    done = subprocess.run([*command, folder / "compose" / "up", *ports], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=180)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not (folder / "build").exists()
    return done.stderr


def under(*mounts):
    """Runs what follows where each file is seen in the place of another."""
    binds = " && ".join(f"mount --bind {seen} {place}" for seen, place in mounts)
    return [*apart("--mount"), "sh", "-c", f'{binds} && exec "$@"', "sh"]


@pytest.mark.parametrize("release, name", [
    ('ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora Linux 41"\n', "Fedora Linux 41"),
    ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\n', "Debian GNU/Linux 11 (bullseye)"),
    ("", "this system"),
], ids=["another distribution", "another release", "one that does not say"])
def test_another_system_than_debian_12_is_told_so(folder, release, name):
    other = folder / "os-release"
    other.write_text(release)
    said = refusal_of(folder, under((other, "/etc/os-release")))
    assert "built on Debian 12" in said and f"this is {name}." in said and "Use a Debian 12" in said


def test_without_root_and_sudo_the_command_for_root_is_told(folder):
    if os.geteuid() != 0:
        pytest.skip("only root can run a command as somebody who is not")
    without_sudo = under(("/dev/null", sudo)) if (sudo := shutil.which("sudo")) else []
    said = refusal_of(folder, [*without_sudo, "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"])
    assert "without root or sudo" in said and f"apt-get install {MISSING}" in said


def test_without_a_network_that_is_asked_after_and_what_was_needed_is_told(folder):
    said = refusal_of(folder, apart("--net"))
    assert "is the network there?" in said and MISSING in said
