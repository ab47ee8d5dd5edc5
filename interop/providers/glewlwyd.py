"""Debian's glewlwyd: started on 127.0.0.1 with a new database, and configured through its API as an administrator would."""

import json
import sqlite3

from . import packages
from .browser import Browser
from .glewlwyd_browser import GlewlwydBrowser
from .process import LOOPBACK_HOSTS, Process, free_port
from .provider import USER, WEB_REDIRECT, Provider, openssl

PACKAGED_SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"

# The account that the packaged schema creates.
ADMINISTRATOR = ("admin", "password")

# One plugin instance, and so one issuer, for each algorithm: (jwt-type, how openssl makes the key).
# P-256 only: with a P-384 key this version announces ES512.
ALGORITHMS = {
    "RS256": ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    "ES256": ("ecdsa", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    "EdDSA": ("eddsa", ["-algorithm", "ED25519"]),
}


class Glewlwyd(Provider):
    name = "glewlwyd"
    # Redirect URIs are compared whole: these are registered with the port.
    loopback_redirects = [f"http://{host}:51004/callback" for host in LOOPBACK_HOSTS]
    username_claim = None
    browser_kind = GlewlwydBrowser

    def __init__(self, folder):
        super().__init__(folder)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.issuers = {algorithm: f"{self.url}/api/{algorithm.lower()}" for algorithm in ALGORITHMS}

    def install(self):
        # Without a choice its package takes MariaDB, and with dbconfig-no-thanks it can't be configured.
        packages.debian("glewlwyd", "dbconfig-sqlite3", "openssl", services=["glewlwyd"])

    def start(self):
        self.create_database()
        self.process = Process(["glewlwyd", "--config-file", self.write_configuration()], self.path("log"))
        self.process.wait_until(lambda: self.answers(self.url + "/api/", (200, 401, 404)))
        self.administrator = Browser(*ADMINISTRATOR)
        self.call("POST", "/auth/", {"username": ADMINISTRATOR[0], "password": ADMINISTRATOR[1]})
        self.add_user()
        self.add_clients()
        for algorithm in ALGORITHMS:
            self.add_plugin(algorithm)

    def rotate_keys(self, issuer):
        algorithm = issuer
        self.call("PUT", "/mod/plugin/" + algorithm.lower(), self.plugin(algorithm))
        # Parameters count from the next start of the plugin on.
        for action in ("disable", "enable"):
            self.call("PUT", f"/mod/plugin/{algorithm.lower()}/{action}", {})
        return True

    def create_database(self):
        database = sqlite3.connect(self.path("database"))
        with open(PACKAGED_SCHEMA, encoding="utf-8") as schema:
            database.executescript(schema.read())
        database.close()

    def write_configuration(self):
        port = int(self.url.rpartition(":")[2])
        modules = "/usr/lib/glewlwyd"
        with open(self.path("glewlwyd.conf"), "w", encoding="utf-8") as file:
            file.write(f"""\
bind_address = "127.0.0.1"
port = {port}
external_url = "{self.url}/"
api_prefix = "api"
login_url = "login.html"
log_mode = "console"
log_level = "DEBUG"
cookie_secure = 0
hash_algorithm = "SHA512"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "{modules}/user"
client_module_path = "{modules}/client"
user_auth_scheme_module_path = "{modules}/scheme"
plugin_module_path = "{modules}/plugin"
database = {{ type = "sqlite3"; path = "{self.path("database")}"; }};
""")
            return file.name

    def add_user(self):
        for scope in ("email", "profile"):
            self.call("POST", "/scope/", {
                "name": scope, "display_name": scope, "description": scope,
                "password_required": False, "password_max_age": 0, "scheme": {},
            })
        self.call("POST", "/user/", {
            "username": USER["preferred_username"], "password": USER["password"],
            "name": USER["name"], "email": USER["email"],
            "scope": ["openid", "email", "profile"], "enabled": True,
        })

    def add_clients(self):
        confidential = {
            "confidential": True, "client_secret": self.client_key,
            "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        }
        public = {"confidential": False, "token_endpoint_auth_method": ["none"]}
        every_redirect = [WEB_REDIRECT, *self.loopback_redirects]
        for client_id, redirects, kind in (
            ("web", [WEB_REDIRECT], confidential),
            ("cli", self.loopback_redirects, public),
            ("public", every_redirect, public),
            ("confidential", every_redirect, confidential),
            ("reserved", [WEB_REDIRECT], {**confidential, "client_secret": self.reserved_key}),
        ):
            self.call("POST", "/client/", {
                "client_id": client_id, "name": client_id, "enabled": True, "authorization_type": ["code"],
                "redirect_uri": redirects, **kind,
            })

    def add_plugin(self, algorithm):
        self.call("POST", "/mod/plugin/", self.plugin(algorithm))

    def plugin(self, algorithm):
        """The settings of an issuer, with a new key."""
        jwt_type, options = ALGORITHMS[algorithm]
        key = openssl("genpkey", *options)
        return {
            "module": "oidc", "name": algorithm.lower(), "display_name": algorithm, "enabled": True,
            "parameters": {
                "iss": self.issuers[algorithm],
                "jwt-type": jwt_type, "jwt-key-size": "256",
                "key": key, "cert": openssl("pkey", "-pubout", standard_input=key),
                "access-token-duration": 3600, "refresh-token-duration": 3600, "code-duration": 600,
                "auth-type-code-enabled": True,
                "allowed-scope": ["openid", "email", "profile"],
                "subject-type": "public",
                "oauth-as-iss-id": True,
                "name-claim": "on-demand", "name-claim-scope": ["profile"],
                "email-claim": "on-demand", "email-claim-scope": ["email"],
                # Without this the code challenge is an unknown parameter, and is passed over.
                "pkce-allowed": True, "pkce-required": True,
            },
        }

    def call(self, method, path, body):
        page = self.administrator.open(
            f"{self.url}/api{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method)
        if page.status != 200:
            raise RuntimeError(f"{method} {path} answered {page.status}: {page.body}")
