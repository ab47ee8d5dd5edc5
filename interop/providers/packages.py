"""What the providers are made of, from the registries that each kind of package has, by its ordinary client."""

import contextlib
import os
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
INTEROP = os.path.dirname(HERE)
# What is installed stays here from one run to the next.
INSTALLED = os.path.join(os.path.dirname(INTEROP), "target", "interop")

SERVICE_POLICY = "/usr/sbin/policy-rc.d"
# What Maven says of a registry, and not of a mistake in the project.
OUT_OF_REACH = ("Could not transfer", "Could not find artifact", "Cannot access")
one_at_a_time = threading.Lock()


class NotToBeHad(Exception):
    """A registry is out of reach, or doesn't give a package. The only reason to skip a provider."""


def debian(*names, services=()):
    """Installs Debian packages that are missing, without their services, now or later: they listen on every address."""
    with one_at_a_time:
        missing = [name for name in names if not installed(name)]
        if not missing:
            return
        if os.geteuid() != 0:
            raise NotToBeHad(f"not root, so install these first: {' '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-o", "DPkg::Lock::Timeout=300"]
        with services_stay_off():
            # A list that is out of reach may be of packages that nobody wants here.
            subprocess.run(["apt-get", "update", "-q", *wait], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            client(["apt-get", "install", "-q", "-y", "--no-install-recommends", *wait, *missing], env=environment)
        for service in services:
            client(["update-rc.d", service, "disable"])


def installed(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", name], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True, check=False)
    return done.stdout.endswith(" installed")


@contextlib.contextmanager
def services_stay_off():
    """Debian starts the service of a package that it installs, unless this program says no."""
    ours = not os.path.exists(SERVICE_POLICY)
    if ours:
        with open(SERVICE_POLICY, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(SERVICE_POLICY, 0o755)
    try:
        yield
    finally:
        if ours:
            os.remove(SERVICE_POLICY)


def npm(folder):
    """Installs what the package-lock.json of a folder says, unless it is installed."""
    lock, done = (os.path.join(folder, name) for name in ("package-lock.json", "node_modules/.package-lock.json"))
    if not newer(done, lock):
        client(["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"])


def pip(name, *requirements):
    """Makes a virtual environment of these packages, and returns its Python."""
    folder = os.path.join(INSTALLED, name)
    python = os.path.join(folder, "bin", "python")
    written = os.path.join(folder, "requirements")
    wanted = "\n".join(requirements)
    if contents(written) != wanted:
        if subprocess.run(["python3", "-m", "venv", "--clear", folder], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode != 0:
            debian("python3-venv")
            client(["python3", "-m", "venv", "--clear", folder])
        client([python, "-m", "pip", "install", "-q", *requirements])
        with open(written, "w", encoding="ascii") as file:
            file.write(wanted)
    return python


def go(name, folder):
    """Builds the program in a folder of this repository, and returns its path."""
    client(["go", "mod", "download"], cwd=folder)
    program = os.path.join(INSTALLED, name)
    # By itself, so that a mistake of ours is no package that can't be had.
    subprocess.run(["go", "build", "-o", program, "."], cwd=folder, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return program


def maven_package(name, folder):
    """Builds the Maven project in a folder of this repository, and returns where its archives are."""
    target = os.path.join(INSTALLED, name)
    build = ["mvn", "-q", "-B", "-f", folder, f"-DbuildTo={target}", "-DskipTests", "package"]
    done = subprocess.run(build, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, check=False)
    if done.returncode != 0:
        out_of_reach = any(words in done.stdout for words in OUT_OF_REACH)
        raise (NotToBeHad if out_of_reach else RuntimeError)(f"{' '.join(build)}\n{done.stdout[-3000:]}")
    return target


def maven_archive(artifact, name):
    """Gets one file of an artifact GROUP:NAME:VERSION:TYPE, and returns its path."""
    folder = os.path.join(INSTALLED, name)
    _, artifact_name, version, kind = artifact.split(":")
    path = os.path.join(folder, f"{artifact_name}-{version}.{kind}")
    if not os.path.exists(path):
        client(["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy",
                f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"])
    return path


def client(command, **options):
    """Runs a registry's client."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True, check=False, **options)
    except FileNotFoundError:
        raise NotToBeHad(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise NotToBeHad(f"{' '.join(command)}\n{done.stdout[-3000:]}")


def newer(path, other):
    return os.path.exists(path) and os.path.getmtime(path) > os.path.getmtime(other)


def contents(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
