"""The npm package oidc-provider, over TLS with a private CA."""

import glob
import json
import os
import shutil
import signal
import subprocess

from . import packages
from .process import LOOPBACK_HOSTS, Process
from .provider import USER, WEB_REDIRECT, Provider, openssl

HERE = os.path.join(packages.INTEROP, "oidc-provider")
# What oidc-provider 9 calls and Debian 12's Node.js 18 has not.
RECENT_ENOUGH = 'process.exit(URL.parse && require("crypto").hash ? 0 : 1)'


class OidcProvider(Provider):
    name = "oidc-provider"
    # With reserved characters, as it decodes Authorization: Basic.
    client_key = Provider.reserved_key
    key_set_request = "GET /jwks"

    def __init__(self, folder):
        super().__init__(folder)
        self.ca_file = self.path("ca.pem")

    def install(self):
        if not shutil.which("node"):
            packages.debian("nodejs", "ca-certificates")
        if not shutil.which("npm"):
            packages.debian("npm")
        packages.npm(HERE)
        self.node = "node"
        if subprocess.run(["node", "-e", RECENT_ENOUGH], check=False).returncode != 0:
            packages.npm(os.path.join(HERE, "nodejs"))
            self.node, = glob.glob(os.path.join(HERE, "nodejs/node_modules/node-linux-*/bin/node"))

    def start(self):
        self.make_certificates()
        self.make_client_keys()
        with open(self.path("settings.json"), "w", encoding="utf-8") as file:
            json.dump({
                "certificate": self.path("server.pem"),
                "key": self.path("server.key"),
                "clients": self.clients(),
                "user": {
                    "sub": USER["preferred_username"],
                    "name": USER["name"],
                    "preferred_username": USER["preferred_username"],
                    "email": USER["email"],
                    "email_verified": True,
                    "groups": USER["groups"],
                },
            }, file)
        self.process = Process([self.node, os.path.join(HERE, "oidc-provider.mjs"), self.folder], self.path("log"))
        self.issuers = {"RS256": self.process.wait_until(lambda: packages.contents(self.path("issuer")))}

    def clients(self):
        # Registered without the port, which a native application takes as it is free.
        loopback = [f"http://{host}/callback" for host in LOOPBACK_HOSTS]
        confidential = {"client_secret": self.client_key}
        public = {"application_type": "native", "token_endpoint_auth_method": "none"}
        return [
            {"client_id": "web", "redirect_uris": [WEB_REDIRECT], **confidential},
            {"client_id": "cli", "redirect_uris": loopback, **public},
            {"client_id": "public", "redirect_uris": [WEB_REDIRECT, *loopback], **public},
            {"client_id": "confidential", "redirect_uris": [WEB_REDIRECT, *loopback], "application_type": "native",
             **confidential},
            {"client_id": "reserved", "redirect_uris": [WEB_REDIRECT], "client_secret": self.reserved_key},
            {"client_id": "signed-userinfo", "redirect_uris": [WEB_REDIRECT],
             "userinfo_signed_response_alg": "RS256", **confidential},
            *(self.signs(f"signs-{key}", key, algorithm) for key, algorithm in (("rsa", "RS256"), ("p256", "ES256"))),
            self.signs("signs-named", "p256", "ES256", kid="interop"),
        ]

    def signs(self, client_id, key, algorithm, **named):
        return {
            "client_id": client_id, "redirect_uris": [WEB_REDIRECT], "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": algorithm, "jwks": {"keys": [{**self.public_jwk(key), **named}]},
        }

    def rotate_keys(self, issuer):
        kids = self.process.count("signs with")
        self.process.signal(signal.SIGHUP)
        return self.process.wait_until(lambda: self.process.count("signs with") > kids)

    def token_requests(self):
        written = packages.contents(self.path("token-requests.jsonl")) or ""
        return [json.loads(line) for line in written.splitlines()]

    def make_certificates(self):
        """A private CA, and a certificate of it for the names of this machine."""
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", "/CN=onerealm interop CA", "-keyout", "ca.key", "-out", "ca.pem",
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", "/CN=onerealm interop server", "-keyout", "server.key", "-out", "server.csr")
        with open(self.path("server.ext"), "w", encoding="ascii") as file:
            file.write("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                       "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "1", "-extfile", "server.ext", "-out", "server.pem")

    def openssl(self, *arguments):
        openssl(*arguments, folder=self.folder)
