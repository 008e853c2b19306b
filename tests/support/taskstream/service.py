import contextlib
import os
import re
import signal
import subprocess

from .client import Client, NoAnswer
from .places import BIN, free_port
from .waiting import wait_until


class Service:
    """One of the two services as a real process. Keeps its port when it is started again."""

    def __init__(self, program, folder, name, arguments):
        self.name = name
        self.port = free_port()
        self.words = folder / f"{name}.log"
        self._command = [BIN / program, "--listen", f"127.0.0.1:{self.port}", *map(str, arguments)]
        self._folder = folder
        self._process = None
        self._tls = None
        self._environment = None

    def trusting(self, tls):
        """Its clients speak TLS, in this `ssl.SSLContext`."""
        self._tls = tls
        return self

    def under(self, *command):
        """Started by this command from now on, which goes over into the service."""
        self._command = [*command, *self._command]
        return self

    def in_environment(self, variables):
        """Started with these variables beside those of the test."""
        self._environment = {**os.environ, **variables}
        return self

    def launch(self):
        """Starts the process, and waits for nothing."""
        assert not self.is_alive(), f"{self.name} runs already"
        with open(self.words, "ab") as words:
            self._from = words.tell()
            self._process = subprocess.Popen(self._command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=words,
                                             stderr=subprocess.STDOUT, env=self._environment)
        return self

    def start(self, timeout_s=30.0):
        self.launch()
        self.await_listening(timeout_s)
        self.await_ready(timeout_s)
        return self

    def await_listening(self, timeout_s=30.0):
        def heard():
            assert self.is_alive(), f"{self.name} ended with {self._process.returncode}:\n{self.said()}"
            return re.search(r"^listening on https?://", self.said(), re.M)
        wait_until(heard, f"{self.name} listens", timeout_s)

    def await_ready(self, timeout_s=30.0):
        last = []

        def ready():
            assert self.is_alive(), f"{self.name} ended with {self._process.returncode}:\n{self.said()}"
            try:
                last[:] = [self.client(2.0).get("/health/ready")]
            except NoAnswer as error:
                last[:] = [error]
                return False
            return last[0].status == 200
        try:
            wait_until(ready, f"{self.name} is ready", timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it last said {last}") from None

    def said(self):
        """What this run of the process has printed."""
        with open(self.words, "rb") as words:
            words.seek(self._from)
            return words.read().decode(errors="replace")

    def client(self, timeout_s=20.0):
        return Client(self.port, timeout_s, self._tls)

    @property
    def pid(self):
        return self._process.pid

    def peak_memory_mib(self):
        """The most that this run of the process has had resident."""
        with open(f"/proc/{self._process.pid}/status") as status:
            return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.M)[1]) / 1024

    def threads(self):
        with open(f"/proc/{self._process.pid}/status") as status:
            return int(re.search(r"^Threads:\s+(\d+)$", status.read(), re.M)[1])

    def sockets(self):
        """How many the process has open: its connections, and what it listens on."""
        links = []
        for number in os.listdir(f"/proc/{self._process.pid}/fd"):
            with contextlib.suppress(OSError):  # closed meanwhile
                links.append(os.readlink(f"/proc/{self._process.pid}/fd/{number}"))
        return sum(link.startswith("socket:") for link in links)

    def processor_s(self):
        """The time that this run of the process has spent on processors."""
        with open(f"/proc/{self._process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_alive(self):
        return self._process is not None and self._process.poll() is None

    def kill(self):
        self._process.kill()
        self._process.wait()

    def terminate(self, timeout_s=15.0):
        """SIGTERM; answers the exit code."""
        self._process.terminate()
        return self.await_exit(timeout_s)

    def await_exit(self, timeout_s=30.0):
        wait_until(lambda: not self.is_alive(), f"{self.name} ends by itself", timeout_s)
        return self._process.returncode

    def signal(self, name):
        os.kill(self._process.pid, getattr(signal, name))

    def pause(self):
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self._process.pid, signal.SIGCONT)

    def clean_up(self):
        if self.is_alive():
            self.resume()
            self.kill()
