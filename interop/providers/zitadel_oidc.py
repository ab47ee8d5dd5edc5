"""The Go library zitadel/oidc, a process for each algorithm."""

import json
import os
import shutil
import signal

from . import packages
from .process import Process, free_port
from .provider import USER, WEB_REDIRECT, Provider

HERE = os.path.join(packages.INTEROP, "zitadel-oidc")


class ZitadelOidc(Provider):
    name = "zitadel-oidc"
    groups_claim = "urn:zitadel:iam:org:project:roles"
    key_set_request = "method=GET path=/keys"
    # A native application's; `localhost` and the addresses are the same to it.
    algorithms = ("RS256", "ES256", "EdDSA")

    def install(self):
        if not shutil.which("go"):
            packages.debian("golang-go")
        self.program = packages.go("zitadel-oidc", HERE)

    def start(self):
        self.processes = {}
        with open(self.path("users.json"), "w", encoding="utf-8") as file:
            first, last = USER["name"].split()
            json.dump({"id1": {
                "ID": "id1", "Username": USER["preferred_username"], "Password": USER["password"],
                "FirstName": first, "LastName": last, "Email": USER["email"], "EmailVerified": True,
            }}, file)
        for algorithm in self.algorithms:
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

    def stop(self):
        for process in getattr(self, "processes", {}).values():
            process.stop()

    def rotate_keys(self, algorithm):
        self.process = self.processes[algorithm]
        keys = self.process.count("signs with")
        self.process.process.send_signal(signal.SIGHUP)
        return self.process.wait_until(lambda: self.process.count("signs with") > keys)
