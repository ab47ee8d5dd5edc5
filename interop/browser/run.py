#!/usr/bin/env python3
"""Logs in with a real browser, looks at the pages that it shows, and keeps pictures of them:

    interop/browser/run.py [SCREENSHOTS]        into this folder, or target/screenshots
    interop/browser/run.py --picture FILE       only a picture of the pages that a login ends with
"""

import json
import pathlib
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True

from chromium import BrowserError, Chromium
from contrast import NEEDS, complaints
from login import ROOT, Login, Providers
from picture import picture

ALICE = "alice@contoso.example"
# Every character of it that means something in HTML is one that a user name may have.
BOB = "<img>bob&\"'<b>@contoso.example"
DESKTOP = (1024, 720)
PHONE = (360, 640)
VIEWS = {
    "light": {"size": DESKTOP},
    "dark": {"size": DESKTOP, "dark": True},
    "phone-light": {"size": PHONE},
    "phone-dark": {"size": PHONE, "dark": True},
}


class Run:
    def __init__(self, providers, screenshots):
        self.providers = providers
        self.screenshots = pathlib.Path(screenshots)
        self.origins = {origin(issuer) for issuer in providers.issuers}

    def what_is_looked_for(self):
        """A page on which everything is wrong that is looked for."""
        page = (
            "<!doctype html><title> </title><meta name=viewport content=user-scalable=no>"
            "<body style=background:white><h1>a</h1><h1>b</h1><h2>c</h2>"
            "<p style=color:%23777>faint</p><p style=color:%23767676>just right</p><svg/><p id=x>d</p><p id=x>e</p>"
            "<dl><div><dt>f</dt></div></dl><p style=width:3000px>wide</p>"
        )
        with Chromium() as browser:
            browser.open("data:text/html," + page)
            found = complaints(browser)
        holds(found[0].startswith("'faint' has a contrast of 4.4"), found)
        equal(len(found), 1 + NEEDS.count("\nneed("))

    # The scenes. Each begins a login, and a browser of its own.

    def signed_in(self):
        """A person signs in; the page says who and to what; nothing of the login stays in the browser."""
        with Login(self.providers) as login, Chromium() as browser:
            self.sign_in(browser, login, ALICE, shot="provider-sign-in")
            self.signed_in_page(browser, login, ALICE, "signed-in")
            self.clean(browser, login)
            equal(login.ended(), 0)
            equal(json.loads(login.printed)["username"], ALICE)
            holds(f"Signed in as {ALICE}." in login.said, login.said)
            self.nothing_again(browser, login)

    def without_scripts(self):
        """The same where scripts are off, for a person whose name is full of HTML."""
        with Login(self.providers) as login, Chromium(javascript=False) as browser:
            self.sign_in(browser, login, BOB)
            self.signed_in_page(browser, login, BOB, "signed-in-html")
            equal(browser.count("main img") + browser.count("main b"), 0)
            equal(login.ended(), 0)

    def cancelled(self):
        """A person changes their mind at the provider."""
        with Login(self.providers) as login, Chromium() as browser:
            browser.open(login.address)
            browser.click("button[value=cancel]")
            self.problem(browser, login, "cancelled", "authorization_refused", 4)
            self.clean(browser, login)

    def refused(self):
        """The provider refuses the client, and then gives an ID token that is another login's."""
        for realm, code, status in (("secret", "token_refused", 5), ("forged", "id_token_nonce", 6)):
            with Login(self.providers, realm) as login, Chromium() as browser:
                self.sign_in(browser, login, ALICE)
                self.problem(browser, login, f"refused-{realm}", code, status)
                self.clean(browser, login)

    def opened_twice(self):
        """Somebody else opens the one-time address too."""
        with Login(self.providers) as login, Chromium() as stranger, Chromium() as browser:
            stranger.open(login.address)
            browser.open(login.address)
            equal(browser.title, "Already used - onerealm")
            holds("somebody else on this machine" in browser.text(), browser.text())
            self.look(browser, "already-used")
            equal(login.ended(), 4)
            holds("[one_time_address_used]" in login.said, login.said)
            equal(login.printed, "")
            self.leads_nowhere(stranger)

    def not_expected(self):
        """Another login's callback is refused, and the login goes on."""
        with Login(self.providers) as login, Chromium() as browser:
            browser.open(origin(login.address) + "/callback?code=x&state=of-another-login")
            equal(browser.title, "Not expected here - onerealm")
            self.look(browser, "not-expected")
            browser.open(origin(login.address) + "/elsewhere")
            equal(browser.title, "Not expected here - onerealm")
            self.sign_in(browser, login, ALICE)
            browser.wait_for(lambda: browser.title == "Signed in - onerealm")
            equal(login.ended(), 0)

    def expired(self):
        """A person takes too long."""
        with Chromium() as browser, Login(self.providers, "sso", "--timeout", "6") as login:
            browser.open(login.address)
            equal(login.ended(), 4)
            holds("[browser_timeout]" in login.said, login.said)
            self.leads_nowhere(browser)

    def errors_of_the_provider(self):
        """The provider knows no such redirect URL, and sends nobody back."""
        with Login(self.providers, "sso", "--redirect-url", "http://127.0.0.1/unknown") as login, Chromium() as browser:
            browser.open(login.address)
            holds("AADSTS50011" in browser.text(), browser.text())
            browser.screenshot(self.screenshots / "provider-error.png")
            login.says("must be registered there for the client 11111111-2222-3333-4444-555555555555")
            login.interrupt()
            equal(login.ended(), 130)

    # What they have in common.

    def sign_in(self, browser, login, user_name, shot=None):
        browser.open(login.address)
        browser.fill("input[name=user_name]", user_name)
        if shot:
            browser.screenshot(self.screenshots / f"{shot}.png")
        browser.click("button[value=sign_in]")

    def signed_in_page(self, browser, login, user_name, name):
        browser.wait_for(lambda: browser.title == "Signed in - onerealm")
        equal(browser.text("h1"), "Signed in")
        for words in (user_name, "the realm sso", "You can close this window.", "onerealm"):
            holds(words in browser.text(), f"{words}: {browser.text()}")
        self.look(browser, name)
        self.asked_nobody_else(browser, login)

    def problem(self, browser, login, name, code, status):
        browser.wait_for(lambda: browser.title == "Not signed in - onerealm")
        holds(f"({code})" in browser.text(), browser.text())
        self.look(browser, name)
        self.asked_nobody_else(browser, login)
        equal(login.ended(), status)
        holds(f"[{code}]" in login.said, login.said)
        equal(login.printed, "")

    def look(self, browser, name):
        """Takes pictures of the page in every view, and looks at it as somebody would who sees badly."""
        for view, settings in VIEWS.items():
            browser.emulate(**settings)
            browser.screenshot(self.screenshots / f"{name}-{view}.png")
            equal(complaints(browser), [])
        browser.emulate(**VIEWS["light"])

    def asked_nobody_else(self, browser, login):
        """No request went to anybody but the provider and the command, and the last page loads nothing."""
        own = origin(login.address)
        places = [origin(url) for _, url in browser.requests()]
        equal(set(places) - self.origins, {own})
        page = [answer for answer in browser.answers() if origin(answer["url"]) == own][-1]
        headers = {name.lower(): value for name, value in page["headers"].items()}
        if not page["url"].endswith("/favicon.ico"):
            holds(headers["content-security-policy"].startswith("default-src 'none';"), headers)
            equal(headers["cache-control"], "no-store")
            equal(headers["referrer-policy"], "no-referrer")
        loaded = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
        equal(browser.evaluate(loaded), [])

    def clean(self, browser, login):
        """The callback was answered with a redirect, and the browser is where neither code nor state are."""
        own = origin(login.address)
        callbacks = [answer for answer in browser.answers() if answer["url"].startswith(own + "/callback?")]
        equal([answer["status"] for answer in callbacks], [303])
        holds(browser.url.startswith(own + "/outcome/") and "?" not in browser.url, browser.url)
        history = browser.devtools("Page.getNavigationHistory")["entries"]
        at_ours = [entry["url"] for entry in history if entry["url"].startswith(own)]
        equal(at_ours, [browser.url])

    def nothing_again(self, browser, login):
        """Going back or reloading finds nobody, and sends no callback that was sent before."""
        own = origin(login.address)
        callback = [url for _, url in browser.requests() if url.startswith(own + "/callback?")]
        equal(len(callback), 1)
        browser.forget_requests()
        for move in (browser.reload, browser.back):
            try:
                move()
            except BrowserError as error:
                holds("ERR_CONNECTION_REFUSED" in str(error), error)
        holds(callback[0] not in [url for _, url in browser.requests()], callback)

    def leads_nowhere(self, browser):
        """Who signs in now is sent to nobody."""
        browser.fill("input[name=user_name]", ALICE)
        try:
            browser.click("button[value=sign_in]")
        except BrowserError as error:
            holds("ERR_CONNECTION_REFUSED" in str(error), error)
        browser.wait_for(lambda: "ERR_CONNECTION_REFUSED" in browser.text(), "an error of the browser")


SCENES = (
    Run.what_is_looked_for,
    Run.signed_in,
    Run.without_scripts,
    Run.cancelled,
    Run.refused,
    Run.opened_twice,
    Run.not_expected,
    Run.expired,
    Run.errors_of_the_provider,
)


def origin(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def equal(came, expected):
    if came != expected:
        raise AssertionError(f"{came!r} instead of {expected!r}")


def holds(condition, shown):
    if not condition:
        raise AssertionError(str(shown))


def main():
    match sys.argv[1:]:
        case ["--picture", file]:
            with Providers() as providers:
                picture(providers, file)
            return
        case []:
            screenshots = ROOT / "target/screenshots"
        case [screenshots]:
            pass
        case _:
            sys.exit(__doc__)
    with Providers() as providers:
        run = Run(providers, screenshots)
        for scene in SCENES:
            began = time.monotonic()
            scene(run)
            print(f"{scene.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    pictures = len(list(pathlib.Path(screenshots).glob("*.png")))
    print(f"{pictures} screenshots in {screenshots}")


if __name__ == "__main__":
    main()
