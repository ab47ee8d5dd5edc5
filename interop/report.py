"""What a run prints: a line for each thing that was checked, provider by provider."""

import contextlib
import subprocess
import threading

from onerealm import Unexpected
from providers.browser import LoginFailed
from providers.process import NotReady

printing = threading.Lock()
STOPS_A_PART = (
    Unexpected, LoginFailed, NotReady, OSError, KeyError, ValueError, RuntimeError, subprocess.SubprocessError,
)


class Report:
    """The lines of one provider. They are printed together, as another provider may be tried at the same time."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.lines = []

    def line(self, what, good, seen):
        if good:
            self.passed += 1
            self.lines.append(f"ok - {what}")
            return
        self.failed += 1
        self.lines.append(f"FAILED - {what}")
        self.note(seen)

    def skip(self, what, why):
        self.skipped += 1
        self.lines.append(f"skipped - {what}")
        self.note(why)

    def note(self, text):
        self.lines.extend(f"       {line}" for line in str(text).rstrip().splitlines())

    @contextlib.contextmanager
    def going_on(self, what):
        """Takes an error of the steps within for the failure of `what`, after which the rest goes on."""
        try:
            yield
        except STOPS_A_PART as error:
            output = getattr(error, "output", None) or ""
            self.line(what, False, f"{type(error).__name__}: {error}\n{output}")

    def print(self, heading):
        with printing:
            print(f"\n== {heading}", *self.lines, sep="\n", flush=True)
