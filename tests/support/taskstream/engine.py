"""A Docker engine of the tests' own, from Debian's packages.

It lives in namespaces of its own: when its first process ends, every container, mount and network of it is gone, however
the tests ended; and no rule, bridge or forwarding of its reaches the machine. Only its folder is to be deleted.
"""

import ctypes
import os
import signal
import subprocess
from pathlib import Path

from .waiting import TimedOut, wait_until

DOCKER = "/usr/bin/docker"
COMPOSE = "/usr/bin/docker-compose"
DRIVERS = ("overlay2", "fuse-overlayfs", "vfs")
CLONE_NEWNET = 0x40000000


class NoEngine(Exception):
    """Why no engine can be started on this machine."""


class Engine:
    def __init__(self, folder):
        self.folder = Path(folder)  # short: a socket's path has 108 characters
        self.words = self.folder / "dockerd.log"
        self._driver = None
        self._process = None
        self._cgroup = f"taskstream-stack-{os.getpid()}"

    # ---- its life

    def start_to_build(self):
        """What images are made of comes from Debian, so the builds see this machine's network; no container runs."""
        return self._start([], ["--bridge", "none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"])

    def start_to_run(self):
        """In a network of its own, from which there is no way out."""
        return self._start(["--net"], [])

    def _start(self, unshared, options):
        if os.geteuid() != 0:
            raise NoEngine("only root may start one")
        for program in (DOCKER, COMPOSE, "/usr/sbin/dockerd", "/usr/bin/tini"):
            if not os.path.exists(program):
                raise NoEngine(f"{program} is missing: compose/install stack")
        for driver in [self._driver] if self._driver else DRIVERS:
            if self._comes_up(unshared, [*options, "--storage-driver", driver]):
                self._driver = driver
                return self
        raise NoEngine(f"dockerd does not start; its last words: {self.last_words()}")

    def _comes_up(self, unshared, options):
        (self.folder / "daemon.json").write_text("{}")
        with open(self.words, "wb") as words:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *unshared,
                 "sh", "-c", 'ip link set lo up; exec tini -- dockerd "$@"', "dockerd",
                 "--data-root", self.folder / "data", "--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid",
                 "--config-file", self.folder / "daemon.json", "--host", self._socket, "--cgroup-parent", f"/{self._cgroup}", *options],
                stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: self._answers() or self._process.poll() is not None, "dockerd answers", 90.0, 0.1)
        except TimedOut:
            self.stop()
            return False
        return self._process.poll() is None

    def _answers(self):
        return self._run([DOCKER, "info"], 30, check=False).returncode == 0

    def stop(self):
        """Ends it and whatever runs in it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            try:
                os.kill(self._first_process(), signal.SIGTERM)
                self._process.wait(30)
            except (subprocess.TimeoutExpired, ProcessLookupError, IndexError):
                self._process.kill()  # and its child with it, which is the first process of its namespace
        self._process.wait(30)
        self._process = None

    def clean_up(self):
        """Ends it at once: nobody will miss what runs in it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            wait_until(lambda: not _processes_in(self._cgroup), "the engine's processes are gone")
        for top in Path("/sys/fs/cgroup").glob(f"**/{self._cgroup}"):
            for folder, _, _ in os.walk(top, topdown=False):
                os.rmdir(folder)
        subprocess.run(["rm", "-rf", self.folder], check=True, timeout=300)

    def last_words(self):
        return self.words.read_text(errors="replace")[-2000:] if self.words.exists() else "none"

    # ---- what it is asked

    @property
    def _socket(self):
        return f"unix://{self.folder}/docker.sock"

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "COMPOSE_"))}
        # Nobody's own settings of the client count here.
        return {**kept, "DOCKER_HOST": self._socket, "DOCKER_CONFIG": str(self.folder / "client"), **more}

    def docker(self, *arguments, timeout_s=120, stdin=None):
        return self._run([DOCKER, *arguments], timeout_s, stdin=stdin).stdout.decode()

    def said(self, container):
        done = self._run([DOCKER, "logs", container], 120)
        return (done.stdout + done.stderr).decode(errors="replace")

    def build(self, tag, context, *options):
        self._run([DOCKER, "build", "--quiet", "--network", "host", "--tag", tag, *options, context], 600, DOCKER_BUILDKIT="1")

    def import_image(self, tag, archive):
        with open(archive, "rb") as stream:
            self.docker("import", "-", tag, stdin=stream, timeout_s=300)

    def has_image(self, tag):
        return self._run([DOCKER, "image", "inspect", tag], 60, check=False).returncode == 0

    def _run(self, command, timeout_s, check=True, stdin=None, **environment):
        done = subprocess.run([str(part) for part in command], stdin=stdin or subprocess.DEVNULL, capture_output=True, timeout=timeout_s,
                              env=self.environment(**environment))
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert not check or done.returncode == 0, f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said[-4000:]}"
        return done

    # ---- into its network

    def _first_process(self):
        pid = self._process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def enter_network(self):
        """From here on this thread, and whatever it starts, has the engine's network. Answers the way back."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _enter(f"/proc/{self._first_process()}/ns/net")

        def leave():
            _enter_fd(back)
            os.close(back)
        return leave

    def in_container(self, name):
        """The start of a command line that runs a program of this machine in a container's network, with its names."""
        pid = self.docker("inspect", "--format", "{{.State.Pid}}", name).strip()
        names = self.folder / "resolv.conf"
        names.write_text("nameserver 127.0.0.11\n")
        enter = ["nsenter", "--target", self._first_process(), "--pid", "--mount", "--net", "nsenter", "--target", pid, "--net"]
        within = ["unshare", "--mount", "sh", "-c", f'mount --bind {names} /etc/resolv.conf && exec "$@"', "sh"]
        return [str(part) for part in (*enter, *within)]


def _processes_in(cgroup):
    return [line for file in Path("/sys/fs/cgroup").glob(f"**/{cgroup}/**/cgroup.procs") for line in _lines(file)]


def _lines(file):
    try:
        return file.read_text().split()
    except OSError:  # gone meanwhile
        return []


def _enter(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        _enter_fd(fd)
    finally:
        os.close(fd)


def _enter_fd(fd):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
