"""The images that compose/docker-compose.yml names, made from what Debian and Maven Central give, where no registry is there
to pull them from. Our own is made by compose/Dockerfile itself, from binaries that are built already.

Docker Compose makes it once more, where there is no way out: every step is found among those that were made here, so the two
must name the same steps."""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager

from .places import BIN, KAFKA_JARS, ROOT

CACHE = KAFKA_JARS.parent
KAFKA_TOOLS = f"kafka-tools-{KAFKA_JARS.name.removeprefix('kafka-')}.jar"
BASE = "debian:bookworm-slim"
OURS = "taskstream:latest"
BINARIES = "taskstream-binaries"
PROGRAMS = ("taskstream-command-service", "taskstream-projection-service", "taskstream-replay", "taskstream-token")


def make_images(engine):
    engine.import_image(BASE, base_archive())
    for tag, stand_in in (("haproxy:2.6", "proxy"), ("prom/prometheus:v2.42.0", "prometheus")):
        engine.build(tag, ROOT / "tests" / "stack" / stand_in)
    engine.build("apache/kafka:4.3.1", _kafka_context(engine.folder / "kafka"))
    engine.import_image(BINARIES, _binaries(engine.folder / "binaries"))
    engine.build(OURS, ROOT, "--file", ROOT / "compose" / "Dockerfile", "--target", "runtime", "--build-arg", f"BINARIES={BINARIES}")


def base_archive():
    """The smallest Debian 12, made once and kept."""
    archive = CACHE / "debian-bookworm.tar"
    with _locked(".debian.lock"):
        if not archive.exists():
            _make_base(archive)
    return archive


@contextmanager
def _locked(name):
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_base(archive):
    partial = CACHE / f".debian-{os.getpid()}"
    try:
        _run(["debootstrap", "--variant=minbase", "bookworm", partial / "root"])
        shutil.rmtree(partial / "root" / "var" / "cache" / "apt" / "archives")
        _run(["tar", "--create", "--one-file-system", "--directory", partial / "root", "--file", partial / "base.tar", "."])
        (partial / "base.tar").rename(archive)  # whole or not at all
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _kafka_context(folder):
    _run([ROOT / "compose" / "kafka", "fetch"])
    shutil.copytree(ROOT / "tests" / "stack" / "kafka", folder)
    shutil.copytree(KAFKA_JARS, folder / "jars")
    shutil.copy(_kafka_tools(), folder / "jars")
    return folder


def _kafka_tools():
    """What kafka-topics.sh and its like need beside the broker's jars; fetched once and kept."""
    with _locked(".kafka-tools.lock"):
        if not (CACHE / KAFKA_TOOLS).exists():
            partial = CACHE / f".tools-{os.getpid()}"
            artifact = f"org.apache.kafka:kafka-tools:{KAFKA_TOOLS.removeprefix('kafka-tools-').removesuffix('.jar')}"
            try:
                _run(["mvn", "-q", "-B", "-f", ROOT / "compose" / "kafka.pom.xml", "dependency:copy", f"-Dartifact={artifact}",
                      f"-DoutputDirectory={partial}"])
                (partial / KAFKA_TOOLS).rename(CACHE / KAFKA_TOOLS)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return CACHE / KAFKA_TOOLS


def _binaries(folder):
    bin = folder / "taskstream" / "bin"
    bin.mkdir(parents=True)
    for program in PROGRAMS:
        _run(["install", "--strip", BIN / program, bin / program])
    _run(["tar", "--create", "--directory", folder, "--file", folder / "image.tar", "taskstream"])
    return folder / "image.tar"


def _run(command):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=900)
    assert done.returncode == 0, f"{command[0]}: {(done.stdout + done.stderr).decode(errors='replace')[-3000:]}"
