#!/usr/bin/env python3
"""Logs in at the example node, with the demo provider behind it: with `onerealm pve`, with other people's tools, and
with Debian's Chromium, which leaves pictures.

    interop/node/run.py [SCREENSHOTS]        into this folder, or target/screenshots
"""

import json
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / name) for name in ("browser", "")]

from chromium import Chromium
from providers.packages import NotToBeHad
from scene import ALICE, PRODUCTS, ROOT, USER, Node, Person, equal, holds
import tools

NAMES = {
    "pve": "Proxmox VE",
    "pbs": "Proxmox Backup Server",
    "pdm": "Proxmox Datacenter Manager",
    "pmg": "Proxmox Mail Gateway",
}
HOUR = 3600


class Run:
    def __init__(self, screenshots):
        self.screenshots = pathlib.Path(screenshots)

    def shot(self, browser, name):
        browser.screenshot(str(self.screenshots / f"node-{name}.png"))

    # The command.

    def commands(self, product):
        """Every command, by paste and in Chromium, with the fingerprint and with the CA file."""
        with Node(product) as node, Chromium(any_certificate=True) as browser:
            for how in ("fingerprint", "ca-file"):
                self.pasted(node, how)
                self.kept(node, how)
                browser.delete_cookies()
                self.in_chromium(node, how, browser)
                self.kept(node, how)

    def pasted(self, node, how):
        with node.start("login", *node.trust(how), "--no-browser", "--format", "json") as login:
            login.paste(Person().callback(login.url))
            equal(login.ended(), 0, login.said)
            equal(json.loads(login.printed)["username"], USER)

    def in_chromium(self, node, how, browser):
        with node.start("login", *node.trust(how), "--format", "json") as login:
            browser.open(login.address)
            sign_in(browser)
            browser.wait_for(lambda: browser.title.startswith("Signed in"))
            text = browser.text()
            for words in (USER, NAMES[node.product], node.address):
                holds(words in text, text)
            holds("code=" not in browser.url and "state=" not in browser.url, browser.url)
            self.shot(browser, f"{node.product}-signed-in")
            equal(login.ended(), 0, login.said)
            equal(json.loads(login.printed)["username"], USER)

    def kept(self, node, how):
        """What can be done with the ticket that is kept, without a browser, until it is forgotten."""
        trust = node.trust(how)
        ticket = node.run("ticket", *trust)
        holds(ticket.startswith(f"{node.product.upper()}:{USER}:"), "no ticket of this product")
        variable = {"pve": "PROXMOX_VE_AUTH_TICKET", "pbs": "PBS_PASSWORD"}.get(node.product, "ONEREALM_COOKIE")
        holds(ticket in node.run("exec", *trust, command=["printenv", variable]), "no ticket in the environment")
        if node.product in ("pve", "pbs"):
            separator = "=" if node.product == "pve" else ":"
            token = node.run("token", "ci", *trust)
            holds(token.startswith(f"{USER}!ci{separator}"), "no token")
            equal(tools.version_by_token(node, token), "9.1")
            equal(node.run("token", "ci", *trust, "--delete"), f"{USER}!ci is deleted")
            equal(tools.version_by_token(node, token), 401)
            token = node.run("token", "left", *trust)
        else:
            node.run("token", "ci", *trust, status=2)
        node.run("logout", *trust)
        if node.product in ("pve", "pbs"):
            equal(tools.version_by_token(node, token), 401, "logout deletes what it made")
        equal(list((node.folder / "run").rglob("*.json")), [])

    def two_terminals(self):
        """A second terminal waits for the first, and takes its ticket."""
        with Node("pve") as node:
            arguments = [*node.trust("fingerprint"), "--no-browser"]
            with node.start("ticket", *arguments) as first:
                url = first.url
                with node.start("ticket", *arguments) as second:
                    second.says("Waiting for another login")
                    first.paste(Person().callback(url))
                    equal((first.ended(), second.ended()), (0, 0), first.said, second.said)
                    equal(second.printed, first.printed)

    def at_an_hour(self, product):
        """A ticket is renewed at an hour and not before, without a browser, and the new one works."""
        with Node(product) as node:
            trust = node.trust("fingerprint")
            self.pasted(node, "fingerprint")
            began = int(time.time())
            first = node.run("ticket", *trust)
            for after, is_new in ((HOUR - 120, False), (HOUR + 120, True)):
                node.put_clock_ahead(after)
                ticket = node.run("ticket", *trust, clock=began + after)
                equal(ticket != first, is_new)
            # By now the first one has expired at the node.
            node.put_clock_ahead(2 * HOUR + 60)
            equal(tools.version_by_ticket(node, first), 401)
            equal(tools.version_by_ticket(node, ticket), "9.1")

    def unmodified(self):
        """A host without the change: `--public` says what it lacks, and a login works without."""
        with Node("pve", "--unmodified") as node:
            trust = node.trust("fingerprint")
            with node.start("login", *trust, "--no-browser", "--public") as login:
                equal(login.ended() != 0, True)
                holds("[node_lacks_public]" in login.said, login.said)
            self.pasted(node, "fingerprint")

    # The login page.

    def page(self, javascript):
        """A person logs in and out at the node's own page, with scripts and without."""
        with Node("pve") as node, Chromium(javascript=javascript, any_certificate=True) as browser:
            name = "page" if javascript else "page-without-scripts"
            browser.open(node.public_url)
            equal(browser.text("button"), "Demo provider")
            self.shot(browser, f"{name}-realms")
            browser.click("button[name=realm]")
            sign_in(browser)
            browser.wait_for(lambda: f"Logged in as {USER}." in browser.text())
            equal(browser.url, f"{node.public_url}/")
            self.shot(browser, f"{name}-logged-in")
            browser.click("button")
            browser.wait_for(lambda: "Log in with" in browser.text())

    def cancelled(self):
        """The page says in words of its own what went wrong, in light and dark."""
        with Node("pve") as node, Chromium(dark=True, any_certificate=True) as browser:
            browser.open(node.public_url)
            browser.click("button[name=realm]")
            browser.wait_for(lambda: browser.count("button[value=cancel]"))
            browser.click("button[value=cancel]")
            browser.wait_for(lambda: "You are not signed in" in browser.text(".failure"))
            equal(browser.url, f"{node.public_url}/?failure=refused")
            holds("[authorization_refused]" in node.errors(), node.errors())
            self.shot(browser, "page-cancelled-dark")

    def scenes(self):
        for product in PRODUCTS:
            yield f"pve login, ticket, exec, token, logout: {product}", lambda: self.commands(product)
            yield f"renewed at an hour: {product}", lambda: self.at_an_hour(product)
        yield "a second terminal waits", self.two_terminals
        yield "a host without the change", self.unmodified
        yield "the login page", lambda: self.page(javascript=True)
        yield "the login page without scripts", lambda: self.page(javascript=False)
        yield "the login page, cancelled", self.cancelled
        for tool in tools.TOOLS:
            yield f"with {tool.__name__.replace('_', ' ')}", tool


def sign_in(browser):
    browser.wait_for(lambda: browser.count("input[name=user_name]"))
    browser.fill("input[name=user_name]", ALICE)
    browser.click("button[value=sign_in]")


def main():
    run = Run(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/screenshots")
    passed = skipped = 0
    for name, scene in run.scenes():
        began = time.monotonic()
        try:
            scene()
        except NotToBeHad as error:
            print(f"{name}: skipped: {error}", flush=True)
            skipped += 1
            continue
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        passed += 1
    print(f"{passed} passed, {skipped} skipped")


if __name__ == "__main__":
    main()
