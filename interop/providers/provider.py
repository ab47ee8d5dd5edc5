"""What every provider of this folder is to the checks."""

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
    # The end user's browser.
    browser_kind = Browser
    # Lines of the log that say that the key set was asked for, where it says that.
    key_set_request = None

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        # The issuers by what they are tried for, here the algorithm of their ID tokens.
        self.issuers = {}
        os.mkdir(folder)

    def install(self):
        """Gets the packages. Raises `NotToBeHad` where there are none, and nothing else may."""
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def stop(self):
        if self.process:
            self.process.stop()

    def browser(self):
        """An end user without a session."""
        return self.browser_kind(USER["preferred_username"], USER["password"], self.ca_file)

    def rotate_keys(self, algorithm):
        """Signs with a new key from now on, and no longer publishes the old one. False where it can't."""
        return False

    def token_requests(self):
        """The token requests so far, oldest first, or None where the server keeps no record of them."""
        return None

    def key_set_requests(self, algorithm):
        """How often the key set was asked for, or None where the server keeps no record of that."""
        return self.process.count(self.key_set_request) if self.key_set_request else None

    def answers(self, url, statuses=(200,)):
        """Whether somebody listens there, and answers with such a status."""
        try:
            return self.browser().open(url).status in statuses
        except OSError:
            return False

    def path(self, name):
        return os.path.join(self.folder, name)


def openssl(*arguments, standard_input=None, folder=None):
    return subprocess.run(
        ["openssl", *arguments], input=standard_input, cwd=folder, check=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True).stdout
