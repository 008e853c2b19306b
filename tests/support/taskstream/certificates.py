"""Certificates made for a test by openssl: an authority, and what it signs."""

import subprocess


class Authority:
    """A root that signs certificates for servers on this machine. `root` is the file that a client trusts it by."""

    def __init__(self, folder, name="taskstream test"):
        folder.mkdir(parents=True, exist_ok=True)
        self.root = folder / "root.pem"
        self._folder = folder
        self._key = folder / "root.key"
        _openssl("req", "-x509", *_new_key(self._key), "-out", self.root, "-days", "2", "-subj", f"/CN={name}",
                 "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def issue(self, name):
        """Files of a certificate for `localhost` and 127.0.0.1, and of its key."""
        certificate, key, request = (self._folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        _openssl("req", *_new_key(key), "-out", request, "-subj", f"/CN={name}",
                 "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        _openssl("x509", "-req", "-in", request, "-CA", self.root, "-CAkey", self._key, "-CAcreateserial", "-days", "2",
                 "-copy_extensions", "copyall", "-out", certificate)
        return certificate, key


def _new_key(file):
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"openssl {arguments[0]} failed: {done.stderr}"
