"""The npm package oidc-provider: its registrations, its certificate, and its process."""

import json
import os
import subprocess

from browser import Browser
from process import LOOPBACK_HOSTS, Process

HERE = os.path.dirname(os.path.abspath(__file__))


class OidcProvider:
    name = "oidc-provider"
    refused_client_error = "invalid_client"
    no_session_error = "login_required"
    # Registered without the port, which a native application takes as it is free.
    loopback_redirects = [f"http://{host}:51005/callback" for host in LOOPBACK_HOSTS]
    username_claim = "username"
    # With characters that RFC 6749, section 2.3.1, wants escaped in Authorization: Basic.
    client_key = "interop%2Fkey+of/the:web=registration&"

    def __init__(self, folder, web_redirect, user):
        self.folder = folder
        self.user = user
        self.web_redirect = web_redirect
        self.ca_file = self.path("ca.pem")
        self.process = None
        os.mkdir(folder)

    def start(self):
        self.make_certificates()
        with open(self.path("settings.json"), "w", encoding="utf-8") as file:
            json.dump({
                "certificate": self.path("server.pem"),
                "key": self.path("server.key"),
                "clients": [
                    {
                        "client_id": "web",
                        "client_secret": self.client_key,
                        "redirect_uris": [self.web_redirect],
                    },
                    {
                        "client_id": "cli",
                        "application_type": "native",
                        "token_endpoint_auth_method": "none",
                        "redirect_uris": [f"http://{host}/callback" for host in LOOPBACK_HOSTS],
                    },
                ],
                "user": {
                    "sub": self.user["preferred_username"],
                    "name": self.user["name"],
                    "preferred_username": self.user["preferred_username"],
                    "email": self.user["email"],
                    "email_verified": True,
                },
            }, file)
        self.process = Process(["node", os.path.join(HERE, "oidc-provider.mjs"), self.folder], self.path("log"))
        self.issuers = {"RS256": self.process.wait_until(self.issuer)}

    def stop(self):
        if self.process:
            self.process.stop()

    def browser(self):
        return Browser(self.user["preferred_username"], self.user["password"], self.ca_file)

    def token_requests(self):
        """The token requests so far, oldest first."""
        try:
            with open(self.path("token-requests.jsonl"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def issuer(self):
        try:
            with open(self.path("issuer"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return None

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
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def path(self, name):
        return os.path.join(self.folder, name)
