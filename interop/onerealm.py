"""The command under test: one run of it, and a login as steps."""

import contextlib
import json
import os
import subprocess

from providers.process import quiet_environment


class Unexpected(Exception):
    """A step failed that the next steps need."""


class Result:
    """How one run of the command ended."""

    def __init__(self, arguments, status, stdout, stderr):
        self.arguments = arguments
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    def done(self):
        """The JSON on standard output, of a run that must have gone well."""
        answer = self.answer
        if answer is None:
            raise Unexpected(self)
        return answer

    @property
    def answer(self):
        """The JSON on standard output, or None where the run failed."""
        with contextlib.suppress(ValueError):
            answer = json.loads(self.stdout)
            if self.status == 0 and isinstance(answer, dict):
                return answer
        return None

    @property
    def report(self):
        """The JSON on standard output of a run that may have failed, or an empty one."""
        with contextlib.suppress(ValueError):
            return json.loads(self.stdout)
        return {}

    @property
    def error(self):
        """The error object on standard error, or an empty one."""
        with contextlib.suppress(ValueError, AttributeError):
            return json.loads(self.stderr).get("error") or {}
        return {}

    @property
    def words(self):
        """What the error says: what went wrong, what was expected, and what came."""
        return "\n".join(self.error[name] for name in ("message", "expected", "came") if self.error.get(name))

    @property
    def advice(self):
        """What the error says to do."""
        return self.error.get("fix") or ""

    def __str__(self):
        return f"onerealm {' '.join(self.arguments)}\nexit {self.status}\n{self.stdout}{self.stderr}"


class Onerealm:
    """The command, with realms and a state directory of its own in a folder."""

    def __init__(self, program, folder, sections):
        self.program = program
        self.configuration = os.path.join(folder, "domains.cfg")
        self.state = os.path.join(folder, "state")
        os.mkdir(folder)
        with open(self.configuration, "w", encoding="utf-8") as file:
            for realm, properties in sections.items():
                file.write(f"openid: {realm}\n")
                file.writelines(f"\t{name} {value}\n" for name, value in properties.items())
                file.write("\n")

    def run(self, *arguments, as_json=True):
        command = [self.program, "--config", self.configuration, "--state-dir", self.state]
        if as_json:
            command.append("--json")
        done = subprocess.run([*command, *arguments], env=quiet_environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
                              check=False)
        return Result(arguments, done.returncode, done.stdout, done.stderr)

    def begin(self, realm, redirect):
        """Begins a login and returns the authorization URL."""
        return self.run("auth-url", realm, "--redirect-url", redirect).done()["url"]

    def finish(self, callback):
        return self.run("finish", "--callback", callback)
