"""What every provider of this folder is to the checks."""

import base64
import http.client
import os
import subprocess

from .browser import Browser
from .process import LOOPBACK_HOSTS

# Nobody listens there: the browser stops in front of it.
WEB_REDIRECT = "https://pve.example:8006"

USER = {
    "preferred_username": "alice",
    "password": "correct horse",
    "name": "Alice Example",
    "email": "alice@example.com",
    "groups": ["admins", "staff"],
}


class Provider:
    """A provider with these registrations, each of which has one end user, `USER`:

    | client identifier | type | redirect URIs |
    |---|---|---|
    | `web` | confidential | the web one |
    | `cli` | public | the loopback ones |
    | `public` | public | all of them |
    | `confidential` | confidential | all of them |
    | `reserved` | confidential, with a secret that form-encoding changes | the web one |

    Where it takes private keys: `signs-rsa` and `signs-p256`, which have the web redirect URI and no secret.
    """

    name = None
    ca_file = None
    # The claim that the realm names; without one the user name is `sub`.
    username_claim = "username"
    scopes = "email profile"
    groups_claim = None
    has_email = True
    client_key = "interop-key-of-the-web-registration"
    # With characters that RFC 6749, section 2.3.1, wants escaped in Authorization: Basic.
    reserved_key = "interop%2Fkey+of/the:web=registration&"
    # A redirect URI that is registered with another port or none, where the provider leaves the port free.
    loopback_redirects = [f"http://{host}:51005/callback" for host in LOOPBACK_HOSTS]
    user = USER
    # The end user's browser.
    browser_kind = Browser
    # Lines of the log that say that the key set was asked for, where it says that and its answers may be kept.
    key_set_request = None

    def __init__(self, folder):
        self.folder = folder
        # The issuers by what they are tried for: the algorithm of their ID tokens, and what else is special.
        self.issuers = {}
        # The server, or the server of each issuer by the same name.
        self.process = None
        self.processes = {}
        os.mkdir(folder)

    def install(self):
        """Gets the packages. Raises `NotToBeHad` where there are none, and nothing else may."""
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def stop(self):
        for process in [self.process, *self.processes.values()]:
            if process:
                process.stop()

    def make_client_keys(self):
        """Private keys for assertions: `KEY.key`, and `KEY.pem` with its certificate. `stranger` is registered nowhere."""
        rsa, p256 = ("rsa:2048",), ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        for name, kind in (("rsa", rsa), ("p256", p256), ("stranger", rsa)):
            openssl("req", "-x509", "-newkey", *kind, "-nodes", "-days", "90", "-subj", f"/CN=onerealm interop {name}",
                    "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"))

    def certificate(self, name):
        """A certificate in base64, without PEM's lines around it."""
        with open(self.path(f"{name}.pem"), encoding="ascii") as file:
            return "".join(line.strip() for line in file if not line.startswith("-----"))

    def public_jwk(self, name):
        """The public key of a certificate as a JSON Web Key."""
        public = openssl("x509", "-in", self.path(f"{name}.pem"), "-noout", "-pubkey")
        if name == "p256":
            # The point is the end of the encoding: x and y, 32 bytes each.
            point = base64.b64decode("".join(public.splitlines()[1:-1]))[-64:]
            return {"kty": "EC", "crv": "P-256", "use": "sig", "x": base64url(point[:32]), "y": base64url(point[32:])}
        modulus = openssl("rsa", "-pubin", "-noout", "-modulus", standard_input=public).strip().partition("=")[2]
        # 65537 is what openssl makes.
        return {"kty": "RSA", "use": "sig", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}

    def key_of(self, client_id):
        return self.reserved_key if client_id == "reserved" else self.client_key

    def process_of(self, issuer):
        return self.processes.get(issuer, self.process)

    def browser(self):
        """An end user without a session."""
        return self.browser_kind(self.user["preferred_username"], self.user["password"], self.ca_file)

    def rotate_keys(self, issuer):
        """Signs with a new key from now on, and no longer publishes the old one. False where it can't."""
        return False

    def token_requests(self):
        """The token requests so far, oldest first, or None where the server keeps no record of them."""
        return None

    def key_set_requests(self, issuer):
        """How often the key set was asked for, or None where the server keeps no record of that."""
        return self.process_of(issuer).count(self.key_set_request) if self.key_set_request else None

    def answers(self, url, statuses=(200,)):
        """Whether somebody listens there, and answers with such a status."""
        try:
            return self.browser().open(url).status in statuses
        except (OSError, http.client.HTTPException):
            return False

    def path(self, name):
        return os.path.join(self.folder, name)


def base64url(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def openssl(*arguments, standard_input=None, folder=None):
    return subprocess.run(
        ["openssl", *arguments], input=standard_input, cwd=folder, check=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True).stdout
