"""Spring Authorization Server as Spring Boot sets it up, a process for each algorithm."""

import base64
import functools
import hashlib
import http.server
import json
import os
import shutil
import threading

from expected import SPRING_DEFAULTS_WORK

from . import packages
from .process import Process, free_port
from .provider import USER, WEB_REDIRECT, Provider, base64url

HERE = os.path.join(packages.INTEROP, "spring")

# Without this the key set comes as ISO-8859-1.
UTF_8 = {"server.servlet.encoding.force": True}
ES256 = {"interop.algorithm": "ES256"}
# What is set besides, by issuer.
ISSUERS = {"RS256": UTF_8, "ES256": {**UTF_8, **ES256}}
if SPRING_DEFAULTS_WORK:
    ISSUERS["RS256 with default settings"] = {}


class Spring(Provider):
    name = "spring"
    key_sets = None
    # Its ID tokens have no claim but those of the protocol, and `sub` is the user name.
    username_claim = None
    has_email = False
    loopback_redirects = ["http://127.0.0.1:51005/callback", "http://[::1]:51005/callback"]

    def install(self):
        if not shutil.which("java"):
            packages.debian("openjdk-17-jdk-headless")
        if not shutil.which("mvn"):
            packages.debian("maven")
        self.program = os.path.join(packages.maven_package("spring", HERE), "spring-1.jar")

    def start(self):
        self.serve_key_sets()
        self.ports = {issuer: free_port() for issuer in ISSUERS}
        for issuer in ISSUERS:
            self.start_server(issuer)
        for issuer, port in self.ports.items():
            url = f"http://127.0.0.1:{port}"
            self.wait_for(issuer)
            self.issuers[issuer] = url

    def serve_key_sets(self):
        """The public keys of clients, which Spring wants by URL."""
        self.make_client_keys()
        folder = self.path("key-sets")
        os.mkdir(folder)
        for name in ("rsa", "p256"):
            with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf-8") as file:
                # An assertion with the thumbprint of a certificate is by a key with that thumbprint, or by none.
                thumbprint = base64url(hashlib.sha256(base64.b64decode(self.certificate(name))).digest())
                json.dump({"keys": [{**self.public_jwk(name), "x5t#S256": thumbprint}]}, file)
        self.key_sets = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=self.key_sets.serve_forever, daemon=True).start()

    def stop(self):
        super().stop()
        if self.key_sets:
            self.key_sets.shutdown()
            self.key_sets.server_close()
            self.key_sets = None

    def start_server(self, issuer):
        settings = json.dumps({**self.settings(issuer), **ISSUERS[issuer]})
        java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar", self.program]
        self.processes[issuer] = Process(java, self.path(f"{issuer}.log"), 300, {"SPRING_APPLICATION_JSON": settings})

    def wait_for(self, issuer):
        self.processes[issuer].wait_until(lambda: self.answers(f"http://127.0.0.1:{self.ports[issuer]}/oauth2/jwks"))

    def settings(self, issuer):
        server = "spring.security.oauth2.authorizationserver"
        settings = {
            "server.address": "127.0.0.1",
            "server.port": self.ports[issuer],
            "spring.security.user": {"name": USER["preferred_username"], "password": "{noop}" + USER["password"]},
            f"{server}.issuer": f"http://127.0.0.1:{self.ports[issuer]}",
        }
        for client_id, (methods, redirects) in self.clients().items():
            secret = {"client-secret": "{noop}" + self.key_of(client_id)} if methods != ["none"] else {}
            settings[f"{server}.client.{client_id}"] = {
                **registration(client_id, methods, redirects, **secret),
                "token": {"id-token-signature-algorithm": issuer.split()[0]},
            }
        for key, algorithm in (("rsa", "RS256"), ("p256", "ES256")):
            settings[f"{server}.client.signs-{key}"] = {
                **registration(f"signs-{key}", ["private_key_jwt"], [WEB_REDIRECT]),
                "jwk-set-uri": f"http://127.0.0.1:{self.key_sets.server_port}/{key}.json",
                "token-endpoint-authentication-signing-algorithm": algorithm,
                "token": {"id-token-signature-algorithm": issuer.split()[0]},
            }
        return settings

    def clients(self):
        # The port is free for an IP address of this machine.
        loopback = ["http://127.0.0.1/callback", "http://[::1]/callback"]
        every = [WEB_REDIRECT, *loopback]
        both = ["client_secret_basic", "client_secret_post"]
        return {
            "web": (both, [WEB_REDIRECT]),
            "cli": (["none"], loopback),
            "public": (["none"], every),
            "confidential": (both, every),
            "reserved": (both, [WEB_REDIRECT]),
            "shared": (["client_secret_basic", "none"], every),
        }

    def key_of(self, client_id):
        """Another for each: no two registrations may have one secret."""
        key = super().key_of(client_id)
        return key if client_id == "reserved" else f"{key}-{client_id}"

    def rotate_keys(self, issuer):
        """Each start makes a new key."""
        self.processes[issuer].stop()
        self.start_server(issuer)
        self.wait_for(issuer)
        return True


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def registration(client_id, methods, redirects, **more):
    return {"registration": {
        "client-id": client_id, "client-authentication-methods": methods, "redirect-uris": redirects,
        "authorization-grant-types": ["authorization_code"], "scopes": ["openid", "profile", "email"], **more,
    }}
