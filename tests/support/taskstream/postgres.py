import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Postgres:
    """A PostgreSQL as Debian sets it up (fsync on), in a folder of its own, reached through a socket in it alone. It refuses
    to run as root: then it runs as the user that its package has made."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="taskstream-postgres-"))
        self._data = self._folder / "data"
        self._user = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._user = ["runuser", "-u", "postgres", "--"]

    @property
    def connection_string(self):
        return f"host={self._folder} user=bench dbname=postgres"

    def start(self):
        self._run("initdb", "--pgdata", self._data, "--username", "bench", "--auth", "trust")
        self._run("pg_ctl", "--pgdata", self._data, "--log", self._folder / "words", "--wait", "--options",
                  f"-c listen_addresses= -c unix_socket_directories={self._folder}", "start")
        return self

    def stop(self):
        if self._data.exists():
            self._run("pg_ctl", "--pgdata", self._data, "--mode", "immediate", "--wait", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program, *arguments):
        # Its words go nowhere: what it starts would hold a pipe open for ever.
        done = subprocess.run([*self._user, PROGRAMS / program, *map(str, arguments)], cwd=self._folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0, f"{program} failed; it runs in {self._folder}"
