"""The Python package django-oauth-toolkit."""

import json
import os
import secrets

from . import packages
from .process import Process, free_port
from .provider import USER, WEB_REDIRECT, Provider, openssl

HERE = os.path.join(packages.INTEROP, "django-oauth-toolkit")


class DjangoOauthToolkit(Provider):
    name = "django-oauth-toolkit"
    username_claim = "username"
    scopes = "email profile groups"
    groups_claim = "groups"
    key_set_request = "GET /o/.well-known/jwks.json"
    loopback_redirects = ["http://127.0.0.1:51005/callback", "http://[::1]:51005/callback"]

    def install(self):
        self.python = packages.pip("django-oauth-toolkit", "django-oauth-toolkit==3.4.1", "Django==5.2.19")

    def start(self):
        self.settings = {
            "port": free_port(),
            "secret": secrets.token_hex(32),
            "database": self.path("database"),
            "user": USER,
            "clients": self.clients(),
        }
        self.url = f"http://127.0.0.1:{self.settings['port']}/o"
        self.start_server()
        self.issuers = {"RS256": self.url}

    def start_server(self):
        """Starts it with a new key."""
        self.settings["key"] = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        with open(self.path("settings.json"), "w", encoding="utf-8") as file:
            json.dump(self.settings, file)
        server = [self.python, "-u", os.path.join(HERE, "server.py"), file.name]
        self.process = Process(server, self.path("log"), environment={"PYTHONDONTWRITEBYTECODE": "1"})
        self.process.wait_until(lambda: self.answers(self.url + "/.well-known/openid-configuration"))

    def clients(self):
        # The port is free for an IP address of this machine.
        loopback = ["http://127.0.0.1/callback", "http://[::1]/callback"]
        every = [WEB_REDIRECT, *loopback]
        return [
            {"id": "web", "secret": self.client_key, "redirects": [WEB_REDIRECT]},
            {"id": "cli", "redirects": loopback},
            {"id": "public", "redirects": every},
            {"id": "confidential", "secret": self.client_key, "redirects": every},
            {"id": "reserved", "secret": self.reserved_key, "redirects": [WEB_REDIRECT]},
        ]

    def rotate_keys(self, issuer):
        self.process.stop()
        self.start_server()
        return True
