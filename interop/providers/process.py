"""Server processes: started, awaited until a deadline, and stopped by their id."""

import os
import re
import socket
import subprocess
import time

LOOPBACK_HOSTS = ("127.0.0.1", "[::1]", "localhost")


class NotReady(Exception):
    pass


class Process:
    """A server in the foreground, whose output goes to a log file."""

    def __init__(self, command, log, deadline=90, environment=None, folder=None):
        self.name = command[0]
        self.log = log
        self.deadline = deadline
        with open(log, "ab") as output:
            # The server gets a SIGTERM when the thread that started it is gone, also when this program is killed and
            # can't stop it.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], env={**quiet_environment(), **(environment or {})},
                cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )

    def wait_until(self, ready):
        """Polls `ready` until it returns something true, which is returned."""
        end = time.monotonic() + self.deadline
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise NotReady(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            answer = ready()
            if answer:
                return answer
            time.sleep(0.1)
        raise NotReady(f"{self.name} is not ready after {self.deadline} seconds:\n{self.tail()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def count(self, pattern):
        """How many lines of the log have the pattern."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return sum(1 for line in log if re.search(pattern, line))

    def tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-8000:]


def quiet_environment():
    """The environment without proxies: everything here is on this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
