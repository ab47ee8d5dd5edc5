"""The checks of one issuer: what must work there, and what must be refused how."""

import json
import time

import expected
from onerealm import Onerealm
from providers.browser import LoginFailed
from providers.provider import WEB_REDIRECT
from realms import ASSERTION, BODY, CASES, HEADER, NO_LOGIN, redirect_of, sections


# How late a server may write down that it was asked for something.
LOG_DELAY = 1


def parts(check, first):
    """What is checked of an issuer, in this order: after the last part, older keys are gone.

    What goes wrong doesn't depend on the algorithm, so that is for the first issuer of a provider.
    """
    wrong = [check.cases, check.without_ca_file, check.probes] if first else [check.signed_userinfo]
    return [check.right_settings, check.both_types, check.one_public_registration, check.two_at_once, *wrong,
            check.key_rotation]


class Check:
    def __init__(self, report, program, provider, name, folder):
        issuer = provider.issuers[name]
        self.report = report
        self.provider = provider
        self.name = name
        self.issuer = issuer
        self.loopback_redirect = provider.loopback_redirects[0]
        self.expected = expected.EXPECTED[provider.name]
        self.onerealm = Onerealm(program, folder, sections(provider, issuer, self.expected))
        self.token_requests_before = 0

    def right_settings(self):
        algorithms = {algorithm_of(key) for key in self.key_set()}
        wanted = self.name.split()[0]
        self.that(f"the provider signs with {wanted}", algorithms == {wanted}, algorithms)
        result = self.onerealm.run("check", "sso")
        self.that("check passes the right realm", result.status == 0, result)
        for redirect, client_type in ((WEB_REDIRECT, "confidential"), (self.loopback_redirect, "public")):
            result = self.onerealm.run("check", "sso", "--redirect-url", redirect)
            foreseen = [login["client_type"] for login in (result.answer or {}).get("logins", [])]
            self.that(f"check foresees a {client_type} login with {redirect}", foreseen == [client_type], result)

    def both_types(self):
        web = self.log_in("sso", WEB_REDIRECT)
        self.that("a web redirect logs in as a confidential client", web["client_type"] == "confidential", web)
        self.last_token_request("web", HEADER)

        for redirect in self.provider.loopback_redirects:
            loopback = self.log_in("sso", redirect)
            self.that(f"{redirect} logs in as a public client", loopback["client_type"] == "public", loopback)
            self.last_token_request("cli", None)

        same = all(web[name] == loopback[name] for name in ("realm", "username", "issuer", "subject"))
        self.that("both are one realm, one issuer, one user name and one sub", same, {"web": web, "loopback": loopback})
        if self.provider.username_claim:
            self.that("the user name is the claim that the realm names",
                      web["username"] == self.provider.user["preferred_username"], web)
        if self.provider.has_email:
            self.that("userinfo or the ID token has the email address",
                      web["claims"].get("email") == self.provider.user["email"], web)
        if self.provider.groups_claim:
            groups = [sorted(login["groups"].get("valid", [])) for login in (web, loopback)]
            self.that("both have the end user's groups", groups == [self.provider.user["groups"]] * 2, groups)

        posted = self.log_in("secret-in-body", WEB_REDIRECT)
        self.that("client_secret_post logs in too", posted["client_type"] == "confidential", posted)
        self.last_token_request("web", BODY)

    def one_public_registration(self):
        web, loopback = (self.log_in("one-public", redirect) for redirect in (WEB_REDIRECT, self.loopback_redirect))
        self.that("one public registration serves both redirects, with one sub",
                  web["client_type"] == loopback["client_type"] == "public" and web["subject"] == loopback["subject"],
                  {"web": web, "loopback": loopback})

    def two_at_once(self):
        """A web login and a loopback login that overlap, and end in the other order."""
        web = self.onerealm.begin("sso", WEB_REDIRECT)
        loopback = self.onerealm.begin("sso", self.loopback_redirect)
        web_callback = self.browse(web, WEB_REDIRECT)
        loopback_callback = self.browse(loopback, self.loopback_redirect)
        second = self.onerealm.finish(loopback_callback).done()
        first = self.onerealm.finish(web_callback).done()
        self.that("two logins at once, the second finished first, each keep their client type",
                  (first["client_type"], second["client_type"]) == ("confidential", "public"), [first, second])
        self.came("a callback that was used before", self.onerealm.finish(web_callback), expected.USED_CALLBACK)

    def signed_userinfo(self):
        """The case of that name: its algorithm is that of the issuer."""
        self.cases(["signed-userinfo"])

    def cases(self, names=None):
        """Each case of realms.py that this provider has, or those of them with these names, to its expected end."""
        for name, wanted in self.expected.items():
            if names is not None and name not in names:
                continue
            case = CASES[name]
            with self.report.going_on(f"{self.label}: {case.what}"):
                if case.redirect is NO_LOGIN:
                    result = self.onerealm.run("auth-url", name, "--redirect-url", WEB_REDIRECT)
                elif isinstance(wanted, expected.ErrorPage):
                    self.error_page(case, name, wanted)
                    continue
                else:
                    result = self.try_case(case, name)
                self.came(case.what, result, wanted, name)
                if name == "no-session":
                    self.no_token_request()
                elif case.registration:
                    self.last_token_request(case.registration, case.secret)

    def error_page(self, case, realm, wanted):
        """The end user doesn't come back: the provider shows a page of its own."""
        try:
            seen = self.try_case(case, realm)
        except LoginFailed as error:
            seen = error
        self.that(f"{case.what}: the provider shows an error, {wanted.status}",
                  getattr(seen, "http_status", None) == wanted.status, seen)

    def try_case(self, case, realm):
        browser = self.provider.browser()
        if case.session:
            browser.log_in(self.onerealm.begin(case.session, WEB_REDIRECT), WEB_REDIRECT)
        redirect = redirect_of(case, self.provider)
        callback = browser.log_in(self.onerealm.begin(realm, redirect), redirect)
        return self.finish(callback)

    def without_ca_file(self):
        if self.provider.ca_file:
            result = self.onerealm.run("auth-url", "no-ca-file", "--redirect-url", WEB_REDIRECT)
            self.came("a private CA without ca-file", result, expected.NO_CA_FILE)
            text = self.onerealm.run("check", "no-ca-file", as_json=False)
            self.that("the same as text has its code and its advice",
                      text.status == result.status and result.error.get("code", "?") in text.stderr
                      and "ca-file" in text.stderr, text)

    def probes(self):
        """What `check --probe` finds out, without an end user: of the right realms, of those with a wrong key, and of
        redirect URLs that are not registered."""
        wanted = expected.PROBES[self.provider.name]
        tried = {
            "right-web": ("sso", WEB_REDIRECT),
            "right-loopback": ("sso", self.loopback_redirect),
            "wrong-key": ("wrong-key", WEB_REDIRECT),
            "unregistered-web": ("sso", "https://unregistered.example/callback"),
            "unregistered-loopback": ("sso", "http://127.0.0.1:9/unregistered"),
        }
        if "private-key-rsa" in self.expected:
            tried["private-key"] = ("private-key-rsa", WEB_REDIRECT)
            tried["unknown-private-key"] = ("private-key-unknown", WEB_REDIRECT)
        for name, (realm, redirect) in tried.items():
            result = self.onerealm.run("check", realm, "--redirect-url", redirect, "--probe")
            verdicts = tuple(probe["verdict"] for probe in result.report.get("probes", []))
            self.that(f"check --probe, {name}: {', '.join(wanted[name])}", verdicts == wanted[name], result)
            bad = "bad" in verdicts
            self.that(f"check --probe, {name}: its exit status says so",
                      (result.status, result.error.get("code")) == ((3, "check_failed") if bad else (0, None)), result)

    def key_rotation(self):
        """A new key signs, and the old one is gone: the login after that fetches the keys, once."""
        self.log_in("sso", WEB_REDIRECT)
        before = {key.get("kid") for key in self.key_set()}
        if not self.provider.rotate_keys(self.name):
            return
        after = {key.get("kid") for key in self.key_set()}
        self.that("after the key rotation no old kid is left", not before & after, {"before": before, "after": after})
        requests = self.key_set_requests()
        user = self.log_in("sso", self.loopback_redirect)
        self.that("the next login works", user["username"], user)
        if requests is not None:
            more = self.key_set_requests() - requests
            self.that("it fetched the keys once", more == 1, f"{more} requests")
        user = self.log_in("sso", WEB_REDIRECT)
        if requests is not None:
            more = self.key_set_requests() - requests
            self.that("the login after that did not", user["username"] and more == 1, f"{more} requests")

    def key_set_requests(self):
        time.sleep(LOG_DELAY)
        return self.provider.key_set_requests(self.name)

    def log_in(self, realm, redirect):
        return self.try_to_log_in(realm, redirect).done()

    def try_to_log_in(self, realm, redirect):
        return self.finish(self.browse(self.onerealm.begin(realm, redirect), redirect))

    def finish(self, callback):
        self.token_requests_before = len(self.provider.token_requests() or [])
        return self.onerealm.finish(callback)

    def browse(self, url, redirect):
        """What the end user does. Each login has a browser of its own, without a session from the last one."""
        return self.provider.browser().log_in(url, redirect)

    @property
    def label(self):
        return f"{self.provider.name} {self.name}"

    def that(self, what, good, seen):
        self.report.line(f"{self.label}: {what}", bool(good), seen)

    def came(self, what, result, wanted, case=None):
        """Asserts how a run of the command ended."""
        if isinstance(wanted, expected.LoggedIn):
            answer = result.answer or {}
            warnings = tuple(warning["code"] for warning in answer.get("warnings", []))
            good = (answer.get("client_type"), warnings) == (wanted.client_type, wanted.warnings)
            if wanted.groups is not None:
                good = good and sorted(answer["groups"].get("valid", [])) == sorted(wanted.groups)
            self.that(f"{what}: logs in, {wanted.client_type}", good, result)
            return
        error = result.error
        advises = expected.ADVISES.get(case, ()) if wanted.advises is None else wanted.advises
        good = (
            (result.status, error.get("code")) == (wanted.status, wanted.code)
            and error.get("exit_status") == result.status
            and all(word in result.words for word in wanted.says)
            and all(word in result.advice for word in advises)
        )
        self.that(f"{what}: exit {wanted.status}, {wanted.code}", good,
                  f"{result}\nwanted: {wanted}, advises {advises}")
        if good:
            self.report.note(result.words)
            if result.advice:
                self.report.note(f"advice: {result.advice}")

    def last_token_request(self, registration, secret):
        """Asserts that the last `finish` made one token request, and for whom, with the secret in which place."""
        new = self.new_token_requests()
        if new is None:
            return
        wanted = (registration, secret == HEADER, secret == BODY, secret == ASSERTION, True)
        seen = [(request["registration"], request["authorization_header"], request["client_secret"],
                 "client_assertion" in request["parameters"], "code_verifier" in request["parameters"]) for request in new]
        where = f"in the {secret}" if secret else "nowhere"
        self.that(f"one token request, for {registration}, the secret {where}", seen == [wanted], new)

    def no_token_request(self):
        new = self.new_token_requests()
        if new is not None:
            self.that("no token request", not new, new)

    def new_token_requests(self):
        """What the provider received since the last `finish` began, where it keeps a record."""
        received = self.provider.token_requests()
        return None if received is None else received[self.token_requests_before:]

    def key_set(self):
        """The provider's keys for signatures."""
        browser = self.provider.browser()
        metadata = json.loads(browser.open(self.issuer.rstrip("/") + "/.well-known/openid-configuration").body)
        keys = json.loads(browser.open(metadata["jwks_uri"]).body)["keys"]
        return [key for key in keys if key.get("use", "sig") == "sig"]


def algorithm_of(key):
    """What a key is for, by its `alg` or, where it has none, its type."""
    by_type = {"RSA": "RS256", "P-256": "ES256", "Ed25519": "EdDSA"}
    return key.get("alg") or by_type.get(key.get("crv") or key["kty"])
