"""A cluster of two nodes in a box, with the demo provider behind it.

Everything is in one temporary folder: `etc-pve` stands for /etc/pve, which the nodes share, and each has a directory of
its own in place of /var/lib/pve-manager.
"""

import base64
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import types
import urllib.error
import urllib.parse
import urllib.request

from scene import ALICE, ONEREALM, ROOT, TIMEOUT, Command, environment, holds

HERE = pathlib.Path(__file__).resolve().parent
BUILT = ROOT / "target/debug"
WEB = "https://pve.example:8006"
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
SECRET = "canary+key/with:reserved=%&characters"
WORKERS = 3
# Debian's `nobody` and `nogroup`. Root may write where the mode says that nobody may, so the nodes aren't root.
NOBODY = 65534
IDENTITY = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


class Cluster:
    """Two nodes, their provider, and the modules that they run, where their user can read them."""

    def __init__(self, realms):
        # Where the nodes' user comes to, whatever TMPDIR says.
        self.temporary = tempfile.TemporaryDirectory(prefix="onerealm-proxmox-", dir="/tmp")
        self.folder = pathlib.Path(self.temporary.name)
        self.folder.chmod(0o755)
        self.counter = itertools.count()
        self.provider = Provider()
        self.shared = self.directory("etc-pve")
        self.priv = self.directory("etc-pve/priv", 0o700)
        self.key = self.priv / "onerealm-logins.key"
        self.file("etc-pve/priv/authkey.key", os.urandom(32).hex())
        self.file("etc-pve/domains.cfg", "".join(
            section(name, {"issuer-url": self.provider.issuer, "client-id": CLIENT_ID, **properties})
            for name, properties in realms.items()
        ))
        self.file("etc-pve/user.cfg", "user:root@pam:1:0:::::\n")
        self.modules()
        self.certificate()
        self.nodes = [Node(self, name) for name in ("one", "two")]

    def directory(self, name, mode=0o755):
        path = self.folder / name
        path.mkdir(mode)
        return self.owned(path)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return self.owned(path)

    def owned(self, path):
        if IDENTITY:
            os.chown(path, NOBODY, NOBODY)
        return path

    def modules(self):
        """The repository may be where only its owner reads."""
        pages = ["cargo", "run", "--quiet", "--locked", "-p", "onerealm-proxmox-pages", "--", self.folder / "pages"]
        subprocess.run(pages, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        shutil.copytree(HERE / "lib", self.folder / "lib")
        shutil.copytree(ROOT / "runtime-std/proxmox-pages/stand-ins/perl", self.folder / "stand-ins")
        self.library = self.folder / "library.so"
        shutil.copy(BUILT / "libonerealm_proxmox_binding.so", self.library)
        for program in HERE.glob("*.pl"):
            shutil.copy(program, self.folder)

    def certificate(self):
        """A self-signed one, which both nodes have."""
        openssl = lambda *arguments: subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ).stdout
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-keyout", "key.pem", "-out", "certificate.pem", "-subj", "/CN=pve",
                "-addext", "subjectAltName=IP:127.0.0.1")
        self.owned(self.folder / "key.pem")
        found = openssl("x509", "-in", "certificate.pem", "-noout", "-fingerprint", "-sha256")
        self.fingerprint = found.strip().partition("=")[2]

    def perl(self, program, *arguments):
        """A program under taint checks. No module but these and the system's is found."""
        libraries = [self.folder / name for name in ("lib", "pages/pve-access-control/src", "stand-ins")]
        return ["perl", "-T", *(f"-I{path}" for path in libraries), self.folder / program, *arguments]

    def make_read_only(self):
        self.priv.chmod(0o500)
        tried = subprocess.run(["touch", self.priv / "tried"], **IDENTITY, stderr=subprocess.PIPE, check=False)
        holds(tried.returncode != 0, "the nodes' user can write to priv")

    def make_writable(self):
        self.priv.chmod(0o700)

    def age_key(self):
        """As if the key had been made two days ago: each finished login would replace it."""
        first, line = self.key.read_text().splitlines()
        _, begun, secret = line.split(" ")
        begun = int(begun) - 2 * 86400
        whole = begun.to_bytes(8, "big") + base64.urlsafe_b64decode(f"{secret}=")
        self.key.write_text(f"{first}\n{hashlib.sha256(whole).hexdigest()[:16]} {begun} {secret}\n")

    def private_files(self):
        """The files of priv, with their contents and times."""
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(self.priv.iterdir())}

    def tool(self, address):
        """A user's `onerealm pve` for this address, who has never been there."""
        folder = self.folder / f"tool-{next(self.counter)}"
        for name in ("run", "state"):
            (folder / name).mkdir(0o700, parents=True)
        return types.SimpleNamespace(
            folder=folder, pve=[ONEREALM, "--state-dir", str(folder / "state"), "pve"], address=address, product="pve",
            environment=environment(XDG_RUNTIME_DIR=str(folder / "run")),
        )

    def login(self, address, realm, *arguments):
        """One `pve login`, which knows the certificate by its fingerprint."""
        known = ["--realm", realm, "--fingerprint", self.fingerprint, "--no-browser", "--format", "json"]
        return Command(self.tool(address), "login", [*known, *arguments], (), None)

    def log(self):
        return "".join(node.log() for node in self.nodes)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for running in (*self.nodes, self.provider):
            running.stop()
        self.make_writable()
        self.temporary.cleanup()


class Node:
    """One node: three workers behind a port."""

    def __init__(self, cluster, name):
        self.state_dir = cluster.directory(f"node-{name}", 0o700)
        self.log_file = cluster.folder / f"{name}.log"
        self.trust = ssl.create_default_context(cafile=cluster.folder / "certificate.pem")
        arguments = (cluster.library, cluster.shared, self.state_dir, cluster.folder / "certificate.pem",
                     cluster.folder / "key.pem")
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                cluster.perl("node.pl", *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=environment(), cwd="/", **IDENTITY,
            )
        port = self.process.stdout.readline()
        holds(port, self.log())
        self.port = int(port)
        self.address = f"127.0.0.1:{self.port}"

    def log(self):
        return self.log_file.read_text(encoding="utf-8")

    def requests(self):
        """What was asked, as (path, status, worker), with the signals of each kind that came during the call."""
        line = r"^info: \w+ /api2/json(\S+) (\d+) worker=(\d+) alarms=(\d+) children=(\d+)$"
        return [(path, *map(int, numbers)) for path, *numbers in re.findall(line, self.log(), re.M)]

    def call(self, path, form=None, headers=None):
        """Status and body of an API call."""
        body = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f"https://{self.address}/api2/json{path}", body, headers or {})
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.trust)]
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(TIMEOUT)


class Provider:
    """The demo provider, and what its token endpoint got."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BUILT / "examples/with_record", CLIENT_ID, SECRET, WEB, ALICE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.issuer = self.process.stdout.readline().strip()
        self.tokens = {}
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            request = json.loads(line)
            self.tokens.setdefault(request.pop("code"), []).append(request)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.reader.join()
        self.process.stdout.close()


class Front:
    """Gives each connection to the node after that of the connection before, as a balancer of a cluster may."""

    def __init__(self, nodes):
        self.turns = itertools.cycle(nodes)
        self.went_to = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            node = next(self.turns)
            self.went_to.append(node)
            server = socket.create_connection(("127.0.0.1", node.port))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=relay, args=(source, sink), daemon=True).start()

    def stop(self):
        # Wakes the thread that accepts, too.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def relay(source, sink):
    """Bytes, until there are no more."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # One of the two has gone.
        pass


def section(name, properties):
    return f"openid: {name}\n" + "".join(f"\t{name} {value}\n" for name, value in properties.items()) + "\n"


def query(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
