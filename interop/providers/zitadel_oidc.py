"""The Go library zitadel/oidc, a process for each algorithm."""

import json
import os
import shutil
import signal

from . import packages
from .process import Process, free_port
from .provider import USER, WEB_REDIRECT, Provider

HERE = os.path.join(packages.INTEROP, "zitadel-oidc")
ALGORITHMS = ("RS256", "ES256", "EdDSA")


class ZitadelOidc(Provider):
    name = "zitadel-oidc"
    groups_claim = "urn:zitadel:iam:org:project:roles"
    key_set_request = "method=GET path=/keys"

    def install(self):
        if not shutil.which("go"):
            packages.debian("golang-go")
        self.program = packages.go("zitadel-oidc", HERE)

    def start(self):
        with open(self.path("users.json"), "w", encoding="utf-8") as file:
            first, last = USER["name"].split()
            json.dump({"id1": {
                "ID": "id1", "Username": USER["preferred_username"], "Password": USER["password"],
                "FirstName": first, "LastName": last, "Email": USER["email"], "EmailVerified": True,
            }}, file)
        for algorithm in ALGORITHMS:
            address = f"127.0.0.1:{free_port()}"
            settings = self.path(f"{algorithm}.json")
            with open(settings, "w", encoding="utf-8") as file:
                json.dump({
                    "address": address, "algorithm": algorithm, "users_file": self.path("users.json"),
                    "groups": USER["groups"], "clients": self.clients(),
                }, file)
            process = Process([self.program, settings], self.path(f"{algorithm}.log"))
            self.processes[algorithm] = process
            process.wait_until(lambda at=address: self.answers(f"http://{at}/healthz"))
            self.issuers[algorithm] = f"http://{address}"

    def clients(self):
        # Without the port, which is free for native applications.
        loopback = ["http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost/callback"]
        every = [WEB_REDIRECT, *loopback]
        return [
            {"id": "web", "secret": self.client_key, "redirects": [WEB_REDIRECT]},
            {"id": "cli", "redirects": loopback},
            {"id": "public", "redirects": every},
            {"id": "confidential", "secret": self.client_key, "redirects": [WEB_REDIRECT, *self.loopback_redirects]},
            {"id": "reserved", "secret": self.reserved_key, "redirects": [WEB_REDIRECT]},
        ]

    def rotate_keys(self, issuer):
        process = self.processes[issuer]
        keys = process.count("signs with")
        process.signal(signal.SIGHUP)
        return process.wait_until(lambda: process.count("signs with") > keys)
