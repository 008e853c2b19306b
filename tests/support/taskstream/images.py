"""The images that compose/docker-compose.yml names, made from what Debian and Maven Central give, where no registry is there
to pull them from. Our own is made by compose/Dockerfile itself, from binaries that are built already."""

import fcntl
import os
import shutil
import subprocess

from .places import BIN, KAFKA_JARS, ROOT

CACHE = KAFKA_JARS.parent
BASE = "debian:bookworm-slim"
PROGRAMS = ("taskstream-command-service", "taskstream-projection-service", "taskstream-replay", "taskstream-token")


def make_images(engine):
    engine.import_image(BASE, base_archive())
    for tag, stand_in in (("haproxy:2.6", "proxy"), ("prom/prometheus:v2.42.0", "prometheus")):
        engine.build(tag, ROOT / "tests" / "stack" / stand_in)
    engine.build("apache/kafka:4.3.1", _kafka_context(engine.folder / "kafka"))
    engine.import_image("taskstream-binaries", _binaries(engine.folder / "binaries"))
    engine.build("taskstream:latest", ROOT, "--file", ROOT / "compose" / "Dockerfile", "--target", "runtime", "--build-arg",
                 "BINARIES=taskstream-binaries")


def base_archive():
    """The smallest Debian 12, made once and kept."""
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = CACHE / "debian-bookworm.tar"
    with open(CACHE / ".debian.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            _make_base(archive)
    return archive


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
    return folder


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
