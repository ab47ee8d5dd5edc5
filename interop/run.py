#!/usr/bin/env python3
"""Logs in with the onerealm command at real OpenID Providers, as both client types, and checks what comes back.

Started by interop/run, which installs the providers.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

# Nothing that Python makes of these files belongs into the repository.
sys.dont_write_bytecode = True

from browser import LoginFailed
from glewlwyd import Glewlwyd
from oidc_provider import OidcProvider
from process import NotReady, quiet_environment

HERE = os.path.dirname(os.path.abspath(__file__))
PROVIDERS = {kind.name: kind for kind in (OidcProvider, Glewlwyd)}

# Nobody listens there: the browser stops in front of it.
WEB_REDIRECT = "https://pve.example:8006"
USER = {
    "preferred_username": "alice",
    "password": "correct horse",
    "name": "Alice Example",
    "email": "alice@example.com",
}

# Exit statuses of the command.
CONFIGURATION, RESPONSE_REFUSED, TOKEN_REFUSED, NETWORK = 3, 4, 5, 7


def realms(provider, issuer):
    """The sections of the domains.cfg: one realm that is right, and one for each way to be wrong."""
    shared = {"scopes": "email profile"}
    if provider.ca_file:
        shared["ca-file"] = provider.ca_file
    if provider.username_claim:
        shared["username-claim"] = provider.username_claim
    both = {"client-id": "web", "client-key": provider.client_key, "native-client-id": "cli", "client-type": "auto"}
    right = {"issuer-url": issuer, **both, **shared}
    sections = {
        "sso": right,
        "secret-in-body": {**right, "token-auth-method": "client_secret_post"},
        "secret-to-public": {"issuer-url": issuer, "client-id": "cli", "client-key": provider.client_key, **shared},
        "wrong-key": {**right, "client-key": "not-the-key"},
        "no-key": {"issuer-url": issuer, "client-id": "web", "client-type": "public", **shared},
        "no-session": {**right, "prompt": "none"},
        "trailing-slash": {**right, "issuer-url": issuer + "/"},
    }
    if provider.ca_file:
        sections["no-ca-file"] = {name: value for name, value in right.items() if name != "ca-file"}
    return sections


def check_logins(check):
    """Both client types through one realm."""
    web = check.log_in("sso", WEB_REDIRECT)
    check.that("a web redirect logs in as a confidential client", web["client_type"] == "confidential", web)
    check.last_token_request("for web, the secret in the Authorization header", "web", header=True)

    for redirect in check.provider.loopback_redirects:
        loopback = check.log_in("sso", redirect)
        check.that(f"{redirect} logs in as a public client", loopback["client_type"] == "public", loopback)
        check.last_token_request("for cli, without a secret", "cli")

    same = all(web[name] == loopback[name] for name in ("realm", "username", "issuer"))
    check.that("both are one realm, one issuer and one username", same, {"web": web, "loopback": loopback})
    if check.provider.username_claim:
        check.that("the username is the claim that the realm names", web["username"] == USER["preferred_username"], web)
    check.that("userinfo or the ID token has the email address", web["claims"].get("email") == USER["email"], web)

    posted = check.log_in("secret-in-body", WEB_REDIRECT)
    check.that("client_secret_post logs in too", posted["client_type"] == "confidential", posted)
    check.last_token_request("for web, the secret in the body", "web", body=True)


def check_two_at_once(check):
    """A web login and a loopback login that overlap, and end in the other order."""
    loopback_redirect = check.provider.loopback_redirects[0]
    web = check.begin("sso", WEB_REDIRECT)
    loopback = check.begin("sso", loopback_redirect)
    web_callback = check.browse(web, WEB_REDIRECT)
    loopback_callback = check.browse(loopback, loopback_redirect)
    second = check.finish(loopback_callback)
    first = check.finish(web_callback)
    check.that("two logins at once, the second finished first, each keep their client type",
               (first["client_type"], second["client_type"]) == ("confidential", "public"), [first, second])
    check.refused("a callback that was used before", check.onerealm("finish", "--callback", web_callback),
                  [RESPONSE_REFUSED])


def check_wrong_settings(check):
    """Each wrong setting ends with the exit status of the party that has to act."""
    loopback, error = check.provider.loopback_redirects[0], check.provider.refused_client_error

    result = check.try_to_log_in("secret-to-public", loopback)
    check.refused("a public registration that is sent a secret", result, [TOKEN_REFUSED], says=error,
                  advises=r"client-type|--public|key")
    check.last_token_request("for cli, with a secret", "cli", header=True)
    result = check.try_to_log_in("wrong-key", WEB_REDIRECT)
    check.refused("a confidential registration that is sent a wrong key", result, [TOKEN_REFUSED], says=error,
                  advises=".")
    check.last_token_request("for web, with a secret", "web", header=True)
    result = check.try_to_log_in("no-key", WEB_REDIRECT)
    check.refused("a confidential registration that is sent no key", result, [TOKEN_REFUSED], says=error, advises=".")
    check.last_token_request("for web, without a secret", "web")

    result = check.try_to_log_in("no-session", WEB_REDIRECT)
    check.refused("an authorization that the provider refuses", result, [RESPONSE_REFUSED],
                  says=check.provider.no_session_error)
    check.no_token_request()

    result = check.onerealm("auth-url", "trailing-slash", "--redirect-url", WEB_REDIRECT)
    check.refused("an issuer with a slash too many", result, [CONFIGURATION, NETWORK])
    if check.provider.ca_file:
        result = check.onerealm("auth-url", "no-ca-file", "--redirect-url", WEB_REDIRECT)
        check.refused("a private CA without ca-file", result, [NETWORK], advises="ca-file")
        text = check.onerealm("check", "no-ca-file", as_json=False)
        check.that("the same as text has a code in brackets and the advice",
                   text.status == NETWORK and re.search(r"\[[a-z0-9_.-]+\]", text.stderr) and "ca-file" in text.stderr,
                   text)


def check_right_settings(check):
    check.that(f"the provider signs with {check.algorithm}", check.signing_algorithms() == {check.algorithm},
               check.signing_algorithms())
    result = check.onerealm("check", "sso")
    check.that("check passes the right realm", result.status == 0, result)
    for redirect in (WEB_REDIRECT, check.provider.loopback_redirects[0]):
        result = check.onerealm("check", "sso", "--redirect-url", redirect)
        check.that(f"check passes the realm with {redirect}", result.status == 0, result)


class Check:
    """One issuer of a provider under test: the steps of a login, and what is said about their results."""

    def __init__(self, report, program, provider, algorithm, folder):
        issuer = provider.issuers[algorithm]
        self.report = report
        self.program = program
        self.provider = provider
        self.algorithm = algorithm
        self.issuer = issuer
        self.configuration = os.path.join(folder, "domains.cfg")
        self.state = os.path.join(folder, "state")
        self.token_requests_before = 0
        os.mkdir(folder)
        with open(self.configuration, "w", encoding="utf-8") as file:
            for realm, properties in realms(provider, issuer).items():
                file.write(f"openid: {realm}\n")
                file.writelines(f"\t{name} {value}\n" for name, value in properties.items())
                file.write("\n")

    def onerealm(self, *arguments, as_json=True):
        command = [self.program, "--config", self.configuration, "--state-dir", self.state]
        if as_json:
            command.append("--json")
        done = subprocess.run([*command, *arguments], env=quiet_environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120)
        return Result(arguments, done.returncode, done.stdout, done.stderr)

    def begin(self, realm, redirect):
        """Begins a login and returns the authorization URL."""
        return self.onerealm("auth-url", realm, "--redirect-url", redirect).done()["url"]

    def browse(self, url, redirect):
        """What the end user does. Each login has a browser of its own, without a session from the last one."""
        return self.provider.browser().log_in(url, redirect)

    def finish(self, callback):
        return self.try_to_finish(callback).done()

    def try_to_finish(self, callback):
        self.token_requests_before = len(self.provider.token_requests() or [])
        return self.onerealm("finish", "--callback", callback)

    def log_in(self, realm, redirect):
        return self.finish(self.browse(self.begin(realm, redirect), redirect))

    def try_to_log_in(self, realm, redirect):
        return self.try_to_finish(self.browse(self.begin(realm, redirect), redirect))

    def that(self, what, good, seen):
        self.report.line(f"{self.provider.name} {self.algorithm}: {what}", bool(good), seen)

    def refused(self, what, result, statuses, says="", advises=None):
        """Asserts an error: its exit status, a word of its message, and a pattern for its advice."""
        error = result.error
        good = (
            result.status in statuses
            and error.get("exit_status") == result.status
            and error.get("code")
            and says in error.get("message", "")
            and (advises is None or re.search(advises, error.get("advice") or ""))
        )
        self.that(f"{what}: exit {result.status}", good, result)
        if good:
            print(f"       [{error['code']}] {error['message']}")
            if error.get("advice"):
                print(f"       advice: {error['advice']}")

    def last_token_request(self, what, registration, header=False, body=False):
        """Asserts that the last `finish` made one token request, and for whom, with the secret in which places."""
        new = self.new_token_requests()
        if new is not None:
            good = len(new) == 1 and "code_verifier" in new[0]["parameters"] and registration == new[0]["registration"]
            good = good and (new[0]["authorization_header"], new[0]["client_secret"]) == (header, body)
            self.that(f"one token request, {what}", good, new)

    def no_token_request(self):
        new = self.new_token_requests()
        if new is not None:
            self.that("no token request", not new, new)

    def new_token_requests(self):
        """What the provider received since the last `finish` began, where it keeps a record."""
        received = self.provider.token_requests()
        return None if received is None else received[self.token_requests_before:]

    def signing_algorithms(self):
        browser = self.provider.browser()
        metadata = json.loads(browser.open(self.issuer + "/.well-known/openid-configuration").body)
        return {key["alg"] for key in json.loads(browser.open(metadata["jwks_uri"]).body)["keys"]}


class Result:
    """How one run of the command ended."""

    def __init__(self, arguments, status, stdout, stderr):
        self.arguments = arguments
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def done(self):
        """The JSON on standard output, of a run that must have gone well."""
        try:
            answer = json.loads(self.stdout)
        except ValueError:
            answer = None
        if self.status != 0 or not isinstance(answer, dict):
            raise Unexpected(self)
        return answer

    @property
    def error(self):
        """The error object on standard error, or an empty one."""
        with contextlib.suppress(ValueError, AttributeError):
            return json.loads(self.stderr).get("error") or {}
        return {}

    def __str__(self):
        return f"onerealm {' '.join(self.arguments)}\nexit {self.status}\n{self.stdout}{self.stderr}"


class Unexpected(Exception):
    """A step failed that the next steps need."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def line(self, what, good, seen):
        if good:
            self.passed += 1
            print(f"ok - {what}", flush=True)
            return
        self.failed += 1
        print(f"FAILED - {what}")
        for line in str(seen).rstrip().splitlines():
            print(f"       {line}")
        sys.stdout.flush()


def run(names, program, keep):
    report = Report()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="onerealm-interop."))
        for name in names:
            provider = PROVIDERS[name](os.path.join(folder, name), WEB_REDIRECT, USER)
            stack.callback(provider.stop)
            try:
                provider.start()
            except (NotReady, RuntimeError, OSError, subprocess.CalledProcessError) as error:
                report.line(f"{name}: starts", False, error)
                continue
            for algorithm, issuer in provider.issuers.items():
                here = os.path.join(folder, f"{name}-{algorithm}")
                check = Check(report, program, provider, algorithm, here)
                for part in (check_right_settings, check_logins, check_two_at_once, check_wrong_settings):
                    try:
                        part(check)
                    except (Unexpected, LoginFailed, OSError, KeyError, subprocess.TimeoutExpired) as error:
                        check.that(part.__name__.replace("_", " "), False, f"{type(error).__name__}: {error}")
                if keep:
                    print(f"\n{name} {algorithm}: {issuer}\n  {program} --config {check.configuration}"
                          f" --state-dir {check.state} auth-url sso --redirect-url {provider.loopback_redirects[0]}\n")
        print(f"{report.passed} passed, {report.failed} failed", flush=True)
        if keep:
            print(f"The servers run until this ends (Ctrl-C). End user: {USER['preferred_username']}, "
                  f"password: {USER['password']}. Everything is in {folder}", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
    return 1 if report.failed or not report.passed else 0


def main():
    parser = argparse.ArgumentParser(prog="interop/run", description=__doc__.splitlines()[0])
    parser.add_argument("provider", nargs="*", metavar="PROVIDER", help=f"one of {', '.join(PROVIDERS)}; default: all")
    parser.add_argument("--keep", action="store_true", help="keep the servers up afterwards, until Ctrl-C")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.provider if name not in PROVIDERS]
    if unknown:
        parser.error(f"no provider named {', '.join(unknown)}")
    program = os.environ.get("ONEREALM") or os.path.join(HERE, "..", "target", "release", "onerealm")
    program = os.path.abspath(program)
    if not os.access(program, os.X_OK):
        parser.error(f"no command at {program}: build it with `cargo build --release`, or name it in ONEREALM")
    # However somebody ends this, the servers are stopped and the folder is removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return run(arguments.provider or list(PROVIDERS), program, arguments.keep)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
