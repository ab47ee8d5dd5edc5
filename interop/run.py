#!/usr/bin/env python3
"""Logs in with the onerealm command at real OpenID Providers, as both client types, and checks what comes back.

Started by interop/run.
"""

import argparse
import concurrent.futures
import contextlib
import os
import signal
import sys
import tempfile
import time

# Nothing that Python makes of these files belongs into the repository.
sys.dont_write_bytecode = True

from check import Check, parts
from providers import PROVIDERS
from providers.packages import NotToBeHad
from providers.provider import USER
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
# As many providers at a time as the smallest machine has cores.
AT_A_TIME = 2


class Trial:
    """One provider: installed, started, logged in at, and timed."""

    def __init__(self, kind, program, folder):
        self.program = program
        self.folder = folder
        self.report = Report()
        self.checks = []
        self.provider = kind(os.path.join(folder, kind.name))

    def run(self):
        name, report = self.provider.name, self.report
        begun = time.monotonic()
        installed = started = begun
        try:
            with report.going_on(f"{name}: installs"):
                self.provider.install()
                installed = started = time.monotonic()
                with report.going_on(f"{name}: starts"):
                    try:
                        self.provider.start()
                    finally:
                        started = time.monotonic()
                    self.check_each_issuer()
        except NotToBeHad as error:
            report.skip(f"{name}: its package can't be had", error)
        ended = time.monotonic()
        report.print(f"{name}: {report.passed} passed, {report.failed} failed; {ended - begun:.0f} s: "
                     f"{installed - begun:.0f} to install, {started - installed:.0f} to start, "
                     f"{ended - started:.0f} to log in")

    def check_each_issuer(self):
        for number, issuer in enumerate(self.provider.issuers):
            folder = os.path.join(self.folder, f"{self.provider.name}-{number}")
            check = Check(self.report, self.program, self.provider, issuer, folder)
            self.checks.append(check)
            for part in parts(check, first=number == 0):
                with self.report.going_on(f"{check.label}: {part.__name__.replace('_', ' ')}"):
                    part()


def install(names):
    """Gets the packages and no more. What can't be had is told when it is wanted."""
    with tempfile.TemporaryDirectory(prefix="onerealm-interop.") as folder:
        for name in names:
            try:
                PROVIDERS[name](os.path.join(folder, name)).install()
            except NotToBeHad as error:
                print(f"{name}: {error}", file=sys.stderr)
    return 0


def run(names, program, keep):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="onerealm-interop."))
        trials = [Trial(PROVIDERS[name], program, folder) for name in names]
        # The threads stay as long as the servers: these are told when the thread that started them ends.
        threads = stack.enter_context(concurrent.futures.ThreadPoolExecutor(AT_A_TIME))
        for trial in trials:
            stack.callback(trial.provider.stop)
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        for done in [threads.submit(one, trial, keep) for trial in trials]:
            done.result()
        passed, failed, skipped = (
            sum(getattr(trial.report, count) for trial in trials) for count in ("passed", "failed", "skipped"))
        print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
        if keep:
            wait_for_the_end(trials, folder)
    return 1 if failed or not passed else 0


def one(trial, keep):
    trial.run()
    if not keep:
        trial.provider.stop()


def wait_for_the_end(trials, folder):
    for check in (check for trial in trials for check in trial.checks):
        print(f"\n{check.label}: {check.issuer}\n  {check.onerealm.program} --config {check.onerealm.configuration}"
              f" --state-dir {check.onerealm.state} auth-url sso --redirect-url {check.loopback_redirect}")
    print(f"\nThe servers run until this ends (Ctrl-C). End user: {USER['preferred_username']}, "
          f"password: {USER['password']}. Everything is in {folder}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


def main():
    parser = argparse.ArgumentParser(prog="interop/run", description=__doc__.splitlines()[0])
    parser.add_argument("provider", nargs="*", metavar="PROVIDER", help=f"one of {', '.join(PROVIDERS)}; default: all")
    parser.add_argument("--keep", action="store_true", help="keep the servers up afterwards, until Ctrl-C")
    parser.add_argument("--install", action="store_true", help="only install what the providers need")
    arguments = parser.parse_args()
    names = arguments.provider or list(PROVIDERS)
    unknown = [name for name in names if name not in PROVIDERS]
    if unknown:
        parser.error(f"no provider named {', '.join(unknown)}")
    if arguments.install:
        return install(names)
    program = os.environ.get("ONEREALM") or os.path.join(HERE, "..", "target", "release", "onerealm")
    program = os.path.abspath(program)
    if not os.access(program, os.X_OK):
        parser.error(f"no command at {program}: build it with `cargo build --release`, or name it in ONEREALM")
    # However somebody ends this, the servers are stopped and the folder is removed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return run(names, program, arguments.keep)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
