import base64
import hashlib
import hmac
import json
import subprocess
import time

ISSUER = "https://identity.example"
AUDIENCE = "taskstream"


class IdentityProvider:
    """Signs access tokens as JWT with RS256, and has an auth file written that knows its public key."""

    def __init__(self, folder):
        self._private_key = folder / "identity.key.pem"
        self._public_key = folder / "identity.pem"
        self.auth_file = folder / "jwt-auth.json"
        _run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self._private_key)
        _run("openssl", "pkey", "-in", self._private_key, "-pubout", "-out", self._public_key)
        self.auth_file.touch(0o600)
        self.auth_file.write_text(json.dumps({"tokens": [], "jwt": {"alg": "RS256", "keyFile": self._public_key.name,
                                                                    "iss": ISSUER, "aud": AUDIENCE}}))

    def token(self, subject, role="member", scope="tasks:write", **claims):
        return self.sign(claims_of(subject, role, scope, **claims))

    def sign(self, claims):
        return self._signed({"alg": "RS256", "typ": "JWT"}, claims, self._sign)

    # ---- what a forger makes

    def unsigned(self, subject, role="member", scope="tasks:write"):
        """`alg: none`, which needs no key."""
        return self._signed({"alg": "none"}, claims_of(subject, role, scope), lambda text: b"")

    def confused(self, subject, role="member", scope="tasks:write"):
        """HS256, with what everybody knows of the RSA key as the secret."""
        secret = self._public_key.read_bytes()
        return self._signed({"alg": "HS256"}, claims_of(subject, role, scope),
                            lambda text: hmac.new(secret, text, hashlib.sha256).digest())

    def _sign(self, text):
        return _run("openssl", "dgst", "-sha256", "-sign", self._private_key, input=text)

    @staticmethod
    def _signed(header, claims, sign):
        text = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        return (text + b"." + _encoded(sign(text))).decode()


def claims_of(subject, role, scope, **claims):
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "nbf": now - 60, "exp": now + 3600, "scope": scope, "roles": [role],
            **claims}


def _encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _run(*command, input=None):
    return subprocess.run([*map(str, command)], input=input, check=True, capture_output=True, timeout=60).stdout
