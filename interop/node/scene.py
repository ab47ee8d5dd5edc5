"""The example node with the demo provider behind it, a person with a browser, and the command `onerealm pve`."""

import html
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "runtime-std/examples/target/debug"
# The command, with a clock that the environment sets: what it prints is the command's.
ONEREALM = os.environ.get("ONEREALM", str(ROOT / "target/debug/onerealm-under-test"))

ALICE = "alice@contoso.example"
USER = f"{ALICE}@demo"
PRODUCTS = ("pve", "pbs", "pdm", "pmg")
# Seconds. A machine that has much to do may need most of them.
TIMEOUT = 120
# What would say that a browser is to be opened in another way, or that tools are to go elsewhere.
LEFT_OUT = re.compile(r"DISPLAY|WAYLAND_DISPLAY|WSL_DISTRO_NAME|SSH_.*|PROXMOX_.*|PBS_.*|BROWSER|.*_proxy|SSL_CERT_.*", re.I)

# Writes the address down that the browser is to be opened at.
HAND_OVER = """#!/bin/sh
printf '%s' "$1" >"$0.new" && mv "$0.new" "$0.address"
"""


def wait_for(condition, what):
    until = time.monotonic() + TIMEOUT
    while not (result := condition()):
        if time.monotonic() > until:
            raise AssertionError(f"waited for {what() if callable(what) else what} in vain")
        time.sleep(0.02)
    return result


class Node:
    """One product's node, and the folders of a user who has never been there."""

    def __init__(self, product, *arguments):
        self.product = product
        self.temporary = tempfile.TemporaryDirectory(prefix="onerealm-node-")
        self.folder = pathlib.Path(self.temporary.name)
        for name in ("run", "state"):
            (self.folder / name).mkdir(mode=0o700)
        self.ca = self.folder / "ca.pem"
        self.clock = self.folder / "clock-offset"
        self.clock.write_text("0")
        self.environment = environment(XDG_RUNTIME_DIR=str(self.folder / "run"))
        # The command for this user.
        self.pve = [ONEREALM, "--state-dir", str(self.folder / "state"), "pve"]
        self.certificates()
        # The redirect URI has the node's port in it, which the provider must know before.
        self.public_url = f"https://localhost:{free_port()}"
        port = self.public_url.rpartition(":")[2]
        self.provider = subprocess.Popen(
            [EXAMPLES / "examples/demo_provider", f"{self.public_url}/callback"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        realm = "".join(iter(self.provider.stdout.readline, "\n"))
        (self.folder / "realms").write_text(realm)
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.server = subprocess.Popen(
            [
                EXAMPLES / "node", "--product", product, "--config", self.folder / "realms",
                "--listen", f"127.0.0.1:{port}", "--public-url", self.public_url,
                "--certificate", self.folder / "chain.pem", "--key", self.folder / "key.pem",
                "--clock-offset-file", self.clock, *arguments,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=environment(), text=True,
        )
        self.address = self.server.stdout.readline().split()[2].removeprefix("https://")
        self.fingerprint = self.server.stdout.readline().split()[1]

    def certificates(self):
        """A cluster's own authority, and the certificate that it gives a node."""
        run = lambda *arguments: subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
        run("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=A cluster's own authority")
        run("req", "-x509", *key, "-keyout", "key.pem", "-out", "chain.pem", "-subj", "/CN=node",
            "-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-addext", "basicConstraints=critical,CA:FALSE")

    def trust(self, how):
        return {"fingerprint": ["--fingerprint", self.fingerprint], "ca-file": ["--ca-file", str(self.ca)]}[how]

    def put_clock_ahead(self, seconds):
        self.clock.write_text(str(seconds))

    def errors(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def start(self, verb, *arguments, command=(), clock=None):
        return Command(self, verb, arguments, command, clock)

    def run(self, verb, *arguments, command=(), clock=None, status=0):
        """What a command prints that needs no browser."""
        with self.start(verb, *arguments, command=command, clock=clock) as started:
            if started.ended() != status:
                raise AssertionError(f"pve {verb} {arguments} ended with {started.ended()}: {started.said}")
            return started.printed.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()
        self.provider.stdin.close()
        self.provider.wait()
        self.provider.stdout.close()
        self.log.close()
        self.temporary.cleanup()


class Command:
    """One run of `onerealm pve`, with the node's product and address."""

    def __init__(self, node, verb, arguments, command, clock):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=node.folder))
        hand_over = self.folder / "browser"
        hand_over.write_text(HAND_OVER)
        hand_over.chmod(0o755)
        extra = {"BROWSER": str(hand_over)}
        if clock is not None:
            extra["ONEREALM_TEST_CLOCK"] = str(clock)
        line = [*node.pve, verb, node.address, "--product", node.product]
        if command:
            arguments = [*arguments, "--", *command]
        self.process = subprocess.Popen(
            [*line, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**node.environment, **extra}, text=True,
        )
        self.said = ""
        self.printed = ""
        self.readers = [threading.Thread(target=read, daemon=True) for read in (self.hear, self.take)]
        for reader in self.readers:
            reader.start()

    def hear(self):
        for line in self.process.stderr:
            self.said += line

    def take(self):
        self.printed = self.process.stdout.read()

    @property
    def address(self):
        """The one-time address that the browser was sent to."""
        file = self.folder / "browser.address"
        wait_for(file.exists, lambda: f"a browser: {self.said}")
        return file.read_text()

    @property
    def url(self):
        """The provider's URL, as it is printed."""
        found = lambda: re.search(r"^(https?://\S+)\n", self.said, re.M)
        return wait_for(found, lambda: f"a URL: {self.said}")[1]

    def says(self, words):
        wait_for(lambda: words in self.said, lambda: f"{words!r}: {self.said}")

    def paste(self, text):
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def ended(self):
        """The exit status."""
        status = self.process.wait(TIMEOUT)
        for reader in self.readers:
            reader.join()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.ended()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


class Person:
    """Signs in at the demo provider without a browser, and gives the URL that the browser would be sent to."""

    def callback(self, url, choice="sign_in"):
        request = urllib.request.Request(url, headers={"Accept": "text/html"})
        with OPENER.open(request, timeout=TIMEOUT) as answer:
            page = answer.read().decode()
            cookie = answer.headers["Set-Cookie"]
        attribute = lambda mark, name: html.unescape(re.search(f'{mark}[^>]* {name}="([^"]*)"', page)[1])
        form = {"login_token": attribute('name="login_token"', "value"), "user_name": ALICE, "choice": choice}
        request = urllib.request.Request(
            urllib.parse.urljoin(url, attribute("<form", "action")), urllib.parse.urlencode(form).encode()
        )
        if cookie:
            request.add_header("Cookie", cookie.partition(";")[0])
        try:
            OPENER.open(request, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.headers["Location"]
        raise AssertionError("the provider sends nobody back")


class Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stays)


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if not LEFT_OUT.fullmatch(name)}
    return {**kept, **extra}


def free_port():


    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def equal(found, expected, *more):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r} {more or ''}")


def holds(condition, *more):
    if not condition:
        raise AssertionError(more)
