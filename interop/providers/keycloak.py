"""Keycloak in its development mode, with its database in memory, and a realm of its own for each algorithm."""

import json
import os
import shutil
import urllib.parse
import zipfile

from . import packages
from .process import LOOPBACK_HOSTS, Process, free_port
from .provider import USER, WEB_REDIRECT, Provider

ARTIFACT = "org.keycloak:keycloak-quarkus-dist:26.7.3:zip"
ADMINISTRATOR = "admin"
# The kind of component that makes the keys of each algorithm.
KEY_PROVIDERS = {"RS256": "rsa-generated", "ES256": "ecdsa-generated", "EdDSA": "eddsa-generated"}
KEYS = "org.keycloak.keys.KeyProvider"


class Keycloak(Provider):
    name = "keycloak"
    groups_claim = "groups"
    key_set_request = "GET /realms/[a-z0-9]+/protocol/openid-connect/certs"

    def install(self):
        if not shutil.which("java"):
            packages.debian("openjdk-17-jre-headless")
        if not shutil.which("mvn"):
            packages.debian("maven")
        archive = packages.maven_archive(ARTIFACT, "keycloak")
        self.home = os.path.splitext(archive)[0].replace("keycloak-quarkus-dist-", "keycloak-")
        if not os.path.exists(os.path.join(self.home, "unpacked")):
            shutil.rmtree(self.home, ignore_errors=True)
            with zipfile.ZipFile(archive) as files:
                files.extractall(os.path.dirname(archive))
            with open(os.path.join(self.home, "unpacked"), "w", encoding="ascii"):
                pass

    def start(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        server = ["bash", os.path.join(self.home, "bin", "kc.sh"), "start-dev", "--http-host=127.0.0.1",
                  f"--http-port={port}", "--db=dev-mem", "--http-access-log-enabled=true"]
        self.process = Process(server, self.path("log"), 900, {
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR, "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMINISTRATOR,
            # It is up sooner, and slower afterwards.
            "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true",
        })
        self.process.wait_until(lambda: self.answers(f"{self.url}/realms/master"))
        self.make_client_keys()
        for algorithm in KEY_PROVIDERS:
            self.call("POST", "", self.realm(algorithm))
            self.issuers[algorithm] = f"{self.url}/realms/{algorithm.lower()}"

    def realm(self, algorithm):
        first, last = USER["name"].split()
        return {
            "realm": algorithm.lower(),
            "enabled": True,
            "defaultSignatureAlgorithm": algorithm,
            "components": {KEYS: [
                {"name": name, "providerId": name, "config": {"priority": ["100"]}}
                for name in (KEY_PROVIDERS[algorithm], "hmac-generated", "aes-generated")
            ]},
            "groups": [{"name": group} for group in USER["groups"]],
            "roles": {"realm": [{"name": group} for group in USER["groups"]]},
            "users": [{
                "username": USER["preferred_username"], "enabled": True, "email": USER["email"], "emailVerified": True,
                "firstName": first, "lastName": last, "groups": USER["groups"], "realmRoles": USER["groups"],
                "credentials": [{"type": "password", "value": USER["password"], "temporary": False}],
            }],
            "clients": self.clients(algorithm),
        }

    def clients(self, algorithm):
        # Registered without the port, which is free then.
        loopback = [f"http://{host}/callback" for host in LOOPBACK_HOSTS]
        every = [WEB_REDIRECT, *loopback]
        public = {"publicClient": True}
        mappers = [
            mapper("groups", "oidc-group-membership-mapper", "groups", {"full.path": "false"}),
            mapper("roles", "oidc-usermodel-realm-role-mapper", "realm_access.roles", {"multivalued": "true"}),
        ]
        clients = {
            "web": {"redirectUris": [WEB_REDIRECT]},
            "cli": {"redirectUris": loopback, **public},
            "public": {"redirectUris": every, **public},
            "confidential": {"redirectUris": every},
            "reserved": {},
            "pushed": {"attributes": {"require.pushed.authorization.requests": "true"}},
            "dpop": {"attributes": {"dpop.bound.access.tokens": "true"}},
            "assertion": {"clientAuthenticatorType": "client-jwt"},
            "signs-rsa": signs("RS256", {"jwt.credential.certificate": self.certificate("rsa")}),
            "signs-p256": signs("ES256", {"jwt.credential.certificate": self.certificate("p256")}),
            "signs-named": signs("ES256", {
                "use.jwks.string": "true",
                "jwks.string": json.dumps({"keys": [{**self.public_jwk("p256"), "kid": "interop"}]}),
            }),
            "without-iss": {"attributes": {"exclude.issuer.from.auth.response": "true"}},
            "lightweight": {"attributes": {"client.use.lightweight.access.token.enabled": "true"}},
            "signed-userinfo": {"attributes": {"user.info.response.signature.alg": algorithm}},
            "hs256": {"attributes": {"id.token.signed.response.alg": "HS256"}},
            "consent": {"consentRequired": True},
        }
        return [
            {
                "clientId": client_id, "secret": self.key_of(client_id), "redirectUris": [WEB_REDIRECT],
                "protocolMappers": mappers, **settings,
            }
            for client_id, settings in clients.items()
        ]

    def rotate_keys(self, issuer):
        kind, realm = KEY_PROVIDERS[issuer], f"/{issuer.lower()}"
        old = [key for key in self.call("GET", f"{realm}/components?type={KEYS}") if key["providerId"] == kind]
        self.call("POST", f"{realm}/components", {
            "name": "next", "providerId": kind, "providerType": KEYS, "config": {"priority": ["200"]},
        })
        for key in old:
            self.call("DELETE", f"{realm}/components/{key['id']}")
        return True

    def call(self, method, path, body=None):
        browser = self.browser()
        answer = browser.open(f"{self.url}/realms/master/protocol/openid-connect/token", urllib.parse.urlencode({
            "grant_type": "password", "client_id": "admin-cli", "username": ADMINISTRATOR, "password": ADMINISTRATOR,
        }).encode())
        headers = {
            "Authorization": f"Bearer {json.loads(answer.body)['access_token']}", "Content-Type": "application/json",
            "Accept": "application/json",
        }
        page = browser.open(f"{self.url}/admin/realms{path}", None if body is None else json.dumps(body).encode(),
                            headers, method)
        if page.status >= 300:
            raise RuntimeError(f"{method} {path} answered {page.status}: {page.body}")
        return json.loads(page.body) if page.body else None


def signs(algorithm, key):
    return {
        "clientAuthenticatorType": "client-jwt", "attributes": {"token.endpoint.auth.signing.alg": algorithm, **key},
    }


def mapper(name, kind, claim, settings):
    return {
        "name": name, "protocol": "openid-connect", "protocolMapper": kind,
        "config": {"claim.name": claim, "id.token.claim": "true", "userinfo.token.claim": "true",
                   "access.token.claim": "true", **settings},
    }
