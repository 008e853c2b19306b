"""Certificates made for a test by openssl: an authority, what it signs, and services that are given it."""

import socket
import ssl
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


class Secure:
    """What the services of a test are given, and what their clients trust."""

    def __init__(self, folder):
        self.authority = Authority(folder / "authority")
        self.certificate, self.key = folder / "chain.pem", folder / "key.pem"
        self._issued = {}
        self.install("first")

    def issue(self, name):
        if name not in self._issued:
            self._issued[name] = self.authority.issue(name)
        return self._issued[name]

    def install(self, name):
        certificate, key = self.issue(name)
        replace(self.key, key.read_bytes())
        replace(self.certificate, certificate.read_bytes())

    @property
    def flags(self):
        return "--tls-cert", self.certificate, "--tls-key", self.key

    def context(self, **settings):
        context = ssl.create_default_context(cafile=self.authority.root)
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def connect(self, port, context=None):
        raw = socket.create_connection(("127.0.0.1", port), timeout=20.0)
        return (context or self.context()).wrap_socket(raw, server_hostname="localhost")

    def name_served(self, port):
        with self.connect(port) as connection:
            return dict(part[0] for part in connection.getpeercert()["subject"])["commonName"]


def replace(file, content):
    new = file.with_suffix(".new")
    new.touch(0o600)
    new.write_bytes(content)
    new.rename(file)


def _new_key(file):
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"openssl {arguments[0]} failed: {done.stderr}"
