"""Server processes: started, awaited until a deadline, and stopped."""

import os
import socket
import subprocess
import time

DEADLINE = 60
LOOPBACK_HOSTS = ("127.0.0.1", "[::1]", "localhost")


class NotReady(Exception):
    pass


class Process:
    """A server in the foreground, whose output goes to a log file."""

    def __init__(self, command, log):
        self.name = command[0]
        self.log = log
        with open(log, "ab") as output:
            # The server gets a SIGTERM when this program is gone, also when it is killed and can't stop it.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], env=quiet_environment(),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )

    def wait_until(self, ready):
        """Polls `ready` until it returns something true, which is returned."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise NotReady(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            answer = ready()
            if answer:
                return answer
            time.sleep(0.1)
        raise NotReady(f"{self.name} is not ready after {DEADLINE} seconds:\n{self.tail()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]


def quiet_environment():
    """The environment without proxies: everything here is on this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
