"""A librdkafka newer than Debian's, for tests of what needs one: out of the wheel of Confluent's Python client, which holds it
as a shared library of the same interface."""

import fcntl
import subprocess
import sys
import zipfile

from .places import KAFKA_JARS

VERSION = "2.12.1"  # of the wheel and the library in it
WHEEL = f"confluent-kafka=={VERSION}"
SHA256 = "5958feea006c92ac4d5f37cc9b730eb1824a68d7536be7ec274d6841ce0412af"


def newer_rdkafka():
    """The variables by which a program is made to use it."""
    folder = KAFKA_JARS.parent / f"librdkafka-{VERSION}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fetch(folder)
    return {"LD_LIBRARY_PATH": str(folder)}


def _fetch(folder):
    """Whole or not at all."""
    partial = folder.with_name(f".partial-librdkafka-{VERSION}")
    partial.mkdir(exist_ok=True)
    wanted = partial / "requirements.txt"
    wanted.write_text(f"{WHEEL} --hash=sha256:{SHA256}\n")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11",
                    "--platform", "manylinux_2_28_x86_64", "--require-hashes", "-r", wanted, "-d", partial],
                   stdin=subprocess.DEVNULL, check=True, timeout=300)
    with zipfile.ZipFile(next(partial.glob("*.whl"))) as wheel:
        [library] = [name for name in wheel.namelist() if name.startswith("confluent_kafka.libs/librdkafka")]
        (partial / "librdkafka.so.1").write_bytes(wheel.read(library))
    partial.rename(folder)
