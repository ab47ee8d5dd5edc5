#!/usr/bin/env python3
"""Logs in at a cluster of two nodes in a box: the API methods of docs/proxmox/pve.md in Perl, in front of the drop-in.

    interop/proxmox/run.py
"""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.parse

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "node"))

from box import SECRET, WEB, WORKERS, Cluster, Front, query
from scene import ALICE, OPENER, TIMEOUT, Person, equal, holds

SENT, NOT_SENT = "header", None
# The realms by what they say of the client type, and whether a login sends the secret: on the web's redirect URL and on
# loopback, each without `public` and with it. docs/client-type.md has the table.
MATRIX = {
    "unset": ((SENT, NOT_SENT), (SENT, NOT_SENT)),
    "keyless": ((NOT_SENT, NOT_SENT), (NOT_SENT, NOT_SENT)),
    "auto": ((SENT, NOT_SENT), (NOT_SENT, NOT_SENT)),
    "confidential": ((SENT, NOT_SENT), (SENT, NOT_SENT)),
    "public": ((NOT_SENT, NOT_SENT), (NOT_SENT, NOT_SENT)),
}
COMMON = {"username-claim": "username", "autocreate": "1", "a-later-property": "x"}
REALMS = {
    "unset": {"client-key": SECRET, **COMMON},
    "keyless": COMMON,
    "auto": {"client-key": SECRET, "client-type": "auto", **COMMON},
    "confidential": {"client-key": SECRET, "client-type": "confidential", **COMMON},
    "public": {"client-key": SECRET, "client-type": "public", **COMMON},
    "closed": {"client-key": SECRET, "client-type": "auto", "public-override": "0", **COMMON},
    "strangers": {"client-key": SECRET, "username-claim": "username"},
}
# What Entra ID, and so the demo provider, says of a secret that a public client sends, and of one that is missing.
NOT_WANTED, MISSING = "AADSTS700025", "AADSTS7000218"
LOGIN = "/access/openid/login"


class Web:
    """A login at the web interface: begun at one node, and finished at another."""

    def __init__(self, cluster, realm, is_public, turn):
        self.nodes = cluster.nodes[turn % 2], cluster.nodes[(turn + 1) % 2]
        form = {"realm": realm, "redirect-url": WEB, **({"public": "1"} if is_public else {})}
        status, answer = self.nodes[0].call("/access/openid/auth-url", form)
        equal(status, 200, answer)
        self.url = answer["data"]

    def finished(self):
        return self.finish(Person().callback(self.url))

    def finish(self, callback):
        """The user and the ticket, or None."""
        status, answer = self.nodes[1].call(LOGIN, login_form(callback, WEB))
        if status == 200:
            return answer["data"]["username"], answer["data"]["ticket"]
        equal((status, answer["message"]), (401, "authentication failure\n"))
        return None


class Loopback:
    """A login by `onerealm pve login`, whose two calls come to two nodes."""

    def __init__(self, cluster, realm, is_public, turn):
        self.turn = turn
        self.front = Front(cluster.nodes[turn % 2:] + cluster.nodes[:turn % 2])
        self.command = cluster.login(self.front.address, realm, *(["--public"] if is_public else []))

    @property
    def url(self):
        return self.command.url

    def finish(self, callback):
        """The user and the ticket, or None."""
        with self.command as command:
            if self.turn % 4 < 2:
                command.paste(callback)
            else:
                follow(callback)
            status = command.ended()
        self.front.stop()
        equal(len(self.front.went_to), 3, "realms, auth-url and login")
        holds(self.front.went_to[1] is not self.front.went_to[2], "both calls came to one node")
        if status == 0:
            printed = json.loads(command.printed)
            return printed["username"], printed["ticket"]
        holds("[node_login_refused]" in command.said, command.said)
        return None


def without_a_key(cluster):
    """A cluster that can't be written to, and has no key yet: a login is finished at its node, and nowhere else."""
    cluster.make_read_only()
    before = cluster.private_files()
    equal(list(before), ["authkey.key"])
    one, two = cluster.nodes
    with cluster.login(one.address, "auto") as login:
        callback = Person().callback(login.url)
        status, _ = two.call(LOGIN, login_form(callback, callback.partition("?")[0]))
        equal(status, 401)
        holds("no openid auth state found" in two.log(), two.log())
        login.paste(callback)
        equal(login.ended(), 0, login.said)
    equal(cluster.private_files(), before)


def the_first_login(cluster):
    """The first one that succeeds makes the key, and nobody before."""
    cluster.make_writable()
    with cluster.login(cluster.nodes[0].address, "auto") as login:
        callback = Person().callback(login.url)
        equal(list(cluster.private_files()), ["authkey.key"])
        login.paste(callback)
        equal(login.ended(), 0, login.said)
    equal(list(cluster.private_files()), ["authkey.key", "onerealm-logins.key"])
    equal(cluster.key.stat().st_mode & 0o777, 0o600)


def matrix(cluster):
    """Each client type, with and without `public`, on the web and on loopback, all begun before any is finished.

    The key is one that a finished login would replace, if it could.
    """
    cluster.age_key()
    cluster.make_read_only()
    before, seen = cluster.private_files(), [len(node.requests()) for node in cluster.nodes]
    rows = [
        (kind, realm, is_public, sent)
        for realm, (web, loopback) in MATRIX.items()
        for is_public in (False, True)
        for kind, sent in ((Web, web[is_public]), (Loopback, loopback[is_public]))
    ]
    begun = [(row, row[0](cluster, row[1], row[2], turn)) for turn, row in enumerate(rows)]
    with concurrent.futures.ThreadPoolExecutor(2 * WORKERS) as at_once:
        # They come back in another order than they went.
        callbacks = list(at_once.map(lambda row: Person().callback(row[1].url), reversed(begun)))
        ended = list(at_once.map(lambda row, callback: row[1].finish(callback), reversed(begun), callbacks))
    for ((kind, realm, is_public, sent), _), callback, ticket in zip(reversed(begun), callbacks, ended):
        row = (kind.__name__, realm, "public" if is_public else "")
        # The provider takes the web's redirect URL for a confidential client's, and loopback for a public one's.
        fits = (kind is Web) == (sent is SENT)
        requests = cluster.provider.tokens.get(query(callback)["code"], [])
        equal([request["secret"] for request in requests], [sent], row)
        equal([request["status"] == 200 for request in requests], [fits], row, requests)
        equal(ticket is not None, fits, row)
        if fits:
            equal(ticket[0], f"{ALICE}@{realm}", row)
            for node in cluster.nodes:
                equal(version(node, ticket[1]), (200, ticket[0]), row)
    equal([cluster.log().count(f"{cause}:") for cause in (NOT_WANTED, MISSING)], [2, 7], cluster.log())
    equal(cluster.private_files(), before)
    signalled(cluster, seen, len(rows))
    users = (cluster.shared / "user.cfg").read_text().splitlines()[1:]
    equal(sorted(users), sorted(f"user:{ALICE}@{realm}:1:0:::::" for realm in MATRIX))


def renewed(cluster):
    """The next login that can write renews the key, and logins that were begun before are finished."""
    begun = Web(cluster, "auto", False, 0)
    cluster.make_writable()
    for turn in (0, 1):
        holds(Web(cluster, "auto", False, turn).finished() is not None)
    equal(len(cluster.key.read_text().splitlines()), 3, "two keys")
    cluster.make_read_only()
    holds(begun.finished() is not None)


def signalled(cluster, seen, count):
    """Signals came while the library was at work, in each call that reached the provider."""
    logins = [
        (alarms, children)
        for node, before in zip(cluster.nodes, seen)
        for path, _, _, alarms, children in node.requests()[before:] if path == LOGIN
    ]
    equal(len(logins), count)
    holds(min(alarms for alarms, _ in logins) > 0, logins)
    # Each call begins with one that has waited.
    holds(sum(children for _, children in logins) > count, logins)


def cancelled(cluster):
    """The end user declines: the node is told, once, and says what it was told."""
    begun = Web(cluster, "auto", False, 0)
    form = login_form(Person().callback(begun.url, "cancel"), WEB)
    equal((form["error"], "code" in form), ("access_denied", False))
    status, answer = begun.nodes[1].call(LOGIN, form)
    words = "the OpenID provider refused the login: access_denied"
    equal((status, answer["message"]), (401, f"{words}\n"))
    holds(words in begun.nodes[1].log(), begun.nodes[1].log())
    status, answer = begun.nodes[1].call(LOGIN, form)
    equal((status, answer["message"]), (401, "authentication failure\n"))
    begun = Web(cluster, "auto", False, 1)
    form = {**login_form(Person().callback(begun.url, "cancel"), WEB), "error-description": "Not\r\ntoday: grün"}
    equal(begun.nodes[1].call(LOGIN, form)[1]["message"], f"{words}: Not today: gr n\n")
    with cluster.login(cluster.nodes[0].address, "auto") as login:
        login.paste(Person().callback(login.url, "cancel"))
        holds(login.ended() != 0 and "access_denied" in login.said, login.said)


def issuer(cluster):
    """An issuer beside the code is compared (RFC 9207)."""
    right, other = (urllib.parse.quote(url, safe="") for url in (cluster.provider.issuer, "https://other.example"))
    with cluster.login(cluster.nodes[1].address, "auto") as login:
        login.paste(f"{Person().callback(login.url)}&iss={right}")
        equal(login.ended(), 0, login.said)
    for iss, is_right in ((right, True), (other, False)):
        begun = Web(cluster, "auto", False, 1)
        callback = f"{Person().callback(begun.url)}&iss={iss}"
        equal(begun.finish(callback) is not None, is_right, iss)
        equal(query(callback)["code"] in cluster.provider.tokens, is_right, "was the code sent?")


def bound(cluster):
    """A login is finished once, with its own redirect URL, and `public` isn't asked for again."""
    begun = Web(cluster, "auto", False, 0)
    callback = Person().callback(begun.url)
    for node in cluster.nodes:
        status, answer = node.call(LOGIN, {**login_form(callback, WEB), "public": "1"})
        equal((status, list(answer["errors"])), (400, ["public"]))
    holds(begun.finish(callback) is not None)
    equal(begun.finish(callback), None)
    begun = Web(cluster, "auto", False, 0)
    callback = Person().callback(begun.url)
    status, _ = cluster.nodes[1].call(LOGIN, login_form(callback, "http://127.0.0.1:51004/callback"))
    equal((status, query(callback)["code"] in cluster.provider.tokens), (401, False))


def refused(cluster):
    """What the schemas, the realms and the users refuse."""
    node = cluster.nodes[0]
    good = {"realm": "auto", "redirect-url": WEB}
    for more, name in (
        ({"public": "yes"}, "public"), ({"publik": "1"}, "publik"), ({"redirect-url": "x" * 256}, "redirect-url"),
        ({"realm": "a/../b"}, "realm"),
    ):
        status, answer = node.call("/access/openid/auth-url", {**good, **more})
        equal((status, list(answer["errors"])), (400, [name]))
    loopback = {"redirect-url": "http://127.0.0.1:51004/callback"}
    for form in ({**good, **loopback, "realm": "closed"}, {**good, "realm": "closed", "public": "1"}):
        status, answer = node.call("/access/openid/auth-url", form)
        holds(status == 500 and "public-override" in answer["message"], answer)
    for text in ("state\0", "no such state"):
        status, answer = node.call(LOGIN, {"state": text, "code": "c0de", "redirect-url": WEB})
        equal((status, answer["message"]), (401, "authentication failure\n"))
    equal(Web(cluster, "strangers", False, 0).finished(), None)
    holds(f"no such user ('{ALICE}@strangers')" in cluster.log(), cluster.log())
    holds("unknown property 'a-later-property'" in cluster.log(), cluster.log())


def tickets(cluster):
    """A ticket is renewed at another node, and a changed one is nobody's."""
    user, ticket = Web(cluster, "auto", False, 0).finished()
    one, two = cluster.nodes
    status, answer = two.call("/access/ticket", {"username": user, "password": ticket})
    equal((status, version(one, answer["data"]["ticket"])), (200, (200, user)))
    changed = ticket.replace("alice", "mallory")
    equal(version(one, changed)[0], 401)
    equal(one.call("/access/ticket", {"username": user, "password": changed})[0], 401)


def panics(cluster):
    """A panic in the library is an error in Perl, and ends no process."""
    done = subprocess.run(cluster.perl("panic.pl", cluster.library), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
    equal((done.returncode, done.stdout), (0, "panic: asked to\n"), done.stderr)


def workers(cluster):
    """All of them answered, and none ended. No secret is in a log, nor anything that Perl warned of."""
    for node in cluster.nodes:
        equal(len({worker for _, _, worker, _, _ in node.requests()}), WORKERS)
        equal(node.process.poll(), None, node.log())
    holds(SECRET not in cluster.log())
    odd = [line for line in cluster.log().splitlines() if line.partition(": ")[0] not in ("info", "warning", "err")]
    equal(odd, [])


SCENES = (without_a_key, the_first_login, matrix, renewed, cancelled, issuer, bound, refused, tickets,
          panics, workers)


def login_form(callback, redirect_url):
    """What a web interface posts of the URL that the browser came to."""
    answer = query(callback)
    known = {"code": "code", "state": "state", "iss": "iss", "error": "error", "error_description": "error-description"}
    return {"redirect-url": redirect_url, **{known[name]: answer[name] for name in known if name in answer}}


def follow(callback):
    """The browser, whose page says whether the node gave a ticket."""
    try:
        OPENER.open(callback, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as answer:
        answer.close()


def version(node, ticket):
    """What a node says of a ticket: status and user."""
    cookie = urllib.parse.quote(ticket, safe="")
    status, answer = node.call("/version", headers={"Cookie": f"PVEAuthCookie={cookie}"})
    return status, (answer["data"] or {}).get("user")


def main():
    with Cluster(REALMS) as cluster:
        for scene in SCENES:
            began = time.monotonic()
            try:
                scene(cluster)
            except BaseException:
                print(cluster.log(), file=sys.stderr)
                raise
            print(f"{scene.__name__.replace('_', ' ')}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(SCENES)} passed")


if __name__ == "__main__":
    main()
