"""`onerealm login`, run for a browser that a program drives, and the providers that it logs in at."""

import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ONEREALM = os.environ.get("ONEREALM", str(ROOT / "target/release/onerealm"))
PROVIDERS = os.environ.get("ONEREALM_PROVIDERS", str(ROOT / "target/release/examples/for_a_browser"))

# Seconds. A machine that has much to do may need most of them.
TIMEOUT = 60
# What would say that a browser is to be opened in another way.
OF_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")

# Writes the address down that the browser is to be opened at.
HAND_OVER = """#!/bin/sh
printf '%s' "$1" >"$0.new" && mv "$0.new" "$0.address"
"""


class Providers:
    """The providers, with a folder for `domains.cfg` and what a login needs."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="onerealm-browser-")
        self.folder = pathlib.Path(self.temporary.name)
        self.process = subprocess.Popen(
            [PROVIDERS, self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.issuers = [self.process.stdout.readline().strip() for _ in range(2)]
        if not all(self.issuers):
            raise RuntimeError("the providers did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.temporary.cleanup()


class Login:
    """One run of the command."""

    def __init__(self, providers, realm="sso", *arguments):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=providers.folder))
        hand_over = self.folder / "browser"
        hand_over.write_text(HAND_OVER)
        hand_over.chmod(0o755)
        environment = {name: value for name, value in os.environ.items() if name not in OF_DISPLAYS}
        environment["BROWSER"] = str(hand_over)
        paths = ["--config", providers.folder / "domains.cfg", "--state-dir", self.folder / "state"]
        self.process = subprocess.Popen(
            [ONEREALM, *paths, "login", realm, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            text=True,
        )
        self.said = ""
        self.printed = ""
        self.readers = [threading.Thread(target=read) for read in (self.hear, self.take)]
        for reader in self.readers:
            reader.start()

    def hear(self):
        for line in self.process.stderr:
            self.said += line

    def take(self):
        self.printed = self.process.stdout.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.ended()
        self.process.stdout.close()
        self.process.stderr.close()

    @property
    def address(self):
        """The one-time address that the browser is to be opened at."""
        file = self.folder / "browser.address"
        self.wait_for(file.exists, "the browser's address")
        return file.read_text()

    def wait_for(self, condition, what):
        until = time.monotonic() + TIMEOUT
        while not condition():
            if time.monotonic() > until:
                raise AssertionError(f"waited for {what} in vain: {self.said}")
            time.sleep(0.02)

    def says(self, words):
        self.wait_for(lambda: words in self.said, words)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def ended(self):
        """The exit status."""
        status = self.process.wait(TIMEOUT)
        for reader in self.readers:
            reader.join()
        return status
