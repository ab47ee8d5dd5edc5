"""Debian's LemonLDAP::NG, with its demonstration accounts."""

import json
import os
import time

from . import packages
from .process import Process, free_port
from .provider import WEB_REDIRECT, Provider, openssl

PORTAL = "/usr/share/lemonldap-ng/portal"


class LemonldapNg(Provider):
    name = "lemonldap-ng"
    # Its package has this account.
    user = {
        "preferred_username": "dwho", "password": "dwho", "name": "Doctor Who", "email": "dwho@badwolf.org",
        "groups": ["timelords", "users"],
    }
    scopes = "email profile groups"
    groups_claim = "groups"
    # Redirect URIs are compared whole: these are registered with the port.
    loopback_redirects = ["http://127.0.0.1:51003/callback", "http://[::1]:51003/callback"]

    def install(self):
        # Its package wants a web server; the smallest is never started. It runs on Plack's own.
        packages.debian("mini-httpd", "lemonldap-ng-fastcgi-server", "liblemonldap-ng-portal-perl", "libplack-perl",
                        "libcrypt-openssl-bignum-perl", "libio-string-perl", "libstring-random-perl", "openssl",
                        services=["mini-httpd", "lemonldap-ng-fastcgi-server"])

    def start(self):
        for folder in ("conf", "cache", "sessions/lock", "psessions/lock"):
            os.makedirs(self.path(folder))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.write_ini()
        self.start_server()
        self.issuers = {"RS256": self.url}

    def start_server(self):
        """Starts it with a new key."""
        self.write_configuration()
        plackup = ["plackup", "-E", "deployment", "-s", "HTTP::Server::PSGI", "-o", "127.0.0.1", "-p", str(self.port),
                   f"{PORTAL}/htdocs/index.psgi"]
        self.process = Process(plackup, self.path("log"), environment={
            "LLNG_DEFAULTCONFFILE": self.path("lemonldap-ng.ini"),
            "LLNG_DEFAULTLOGGER": "Lemonldap::NG::Common::Logger::Std",
        })
        self.process.wait_until(lambda: self.answers(self.url + ".well-known/openid-configuration"))

    def write_ini(self):
        with open(self.path("lemonldap-ng.ini"), "w", encoding="utf-8") as file:
            file.write(f"""\
[all]
logLevel = warn
[configuration]
type = File
dirName = {self.path("conf")}
[portal]
staticPrefix = /static
templateDir = {PORTAL}/templates
languages = en
""")

    def write_configuration(self):
        key = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
        storage = {
            name: {"Directory": self.path(folder), "LockDirectory": self.path(f"{folder}/lock")}
            for name, folder in (("globalStorageOptions", "sessions"), ("persistentStorageOptions", "psessions"))
        }
        clients = self.clients()
        configuration = {
            "cfgNum": 1,
            "cfgDate": int(time.time()),
            "cfgVersion": "2.16.1",
            "portal": self.url,
            "domain": "127.0.0.1",
            "securedCookie": 0,
            "authentication": "Demo",
            "userDB": "Same",
            "whatToTrace": "uid",
            "locationRules": {"127.0.0.1": {"default": "accept"}},
            **{name: {} for name in ("applicationList", "exportedHeaders", "exportedVars", "groups", "macros")},
            # Its own, which nobody sees here, wants ImageMagick.
            "captcha": "::Plugins::History",
            "demoExportedVars": {"cn": "cn", "mail": "mail", "uid": "uid"},
            "globalStorage": "Apache::Session::File",
            "persistentStorage": "Apache::Session::File",
            **storage,
            "localSessionStorage": "Cache::FileCache",
            "localSessionStorageOptions": {"cache_root": self.path("cache"), "namespace": "sessions"},
            "issuerDBOpenIDConnectActivation": 1,
            "oidcServiceIgnoreScopeForClaims": 1,
            "oidcServicePrivateKeySig": key,
            "oidcServicePublicKeySig": openssl("pkey", "-pubout", standard_input=key),
            "oidcServiceKeyIdSig": os.urandom(6).hex(),
            "oidcRPMetaDataOptions": clients,
            "oidcRPMetaDataExportedVars": {
                client: {"name": "cn", "preferred_username": "uid", "email": "mail", "groups": "groups"}
                for client in clients
            },
        }
        with open(self.path("conf/lmConf-1.json"), "w", encoding="utf-8") as file:
            json.dump(configuration, file)

    def clients(self):
        every = [WEB_REDIRECT, *self.loopback_redirects]
        clients = {
            "web": (True, [WEB_REDIRECT]),
            "cli": (False, self.loopback_redirects),
            "public": (False, every),
            "confidential": (True, every),
            "reserved": (True, [WEB_REDIRECT]),
            "hs256": (True, [WEB_REDIRECT]),
            "signed-userinfo": (True, [WEB_REDIRECT]),
        }
        option = "oidcRPMetaDataOptions"
        return {
            client: {
                f"{option}ClientID": client,
                **({f"{option}ClientSecret": self.key_of(client)} if confidential else {f"{option}Public": 1}),
                f"{option}RedirectUris": " ".join(redirects),
                f"{option}IDTokenSignAlg": "HS256" if client == "hs256" else "RS256",
                **({f"{option}UserInfoSignAlg": "RS256"} if client == "signed-userinfo" else {}),
                f"{option}UserIDAttr": "uid",
                f"{option}RequirePKCE": 1,
                f"{option}BypassConsent": 1,
            }
            for client, (confidential, redirects) in clients.items()
        }

    def rotate_keys(self, issuer):
        self.process.stop()
        self.start_server()
        return True
