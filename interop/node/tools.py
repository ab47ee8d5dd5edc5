"""Other people's tools, with a ticket and with an API token, as docs/command.md shows them."""

import contextlib
import json
import re
import shlex
import ssl
import subprocess
import urllib.error
import urllib.request

from providers import packages
from scene import PRODUCTS, ROOT, TIMEOUT, USER, Node, Person, equal, holds

PROXMOXER = ("proxmoxer==2.3.0", "requests==2.34.2")
# The release that has community.proxmox, whose modules use proxmoxer.
ANSIBLE = ("ansible==12.3.0", *PROXMOXER)


def proxmoxer():
    """The script of the documentation, and then a token and a change."""
    python = packages.pip("proxmoxer", *PROXMOXER)
    with signed_in("pve") as node:
        token = node.run("token", "px", *node.trust("ca-file"), "--no-privsep").partition("=")[2]
        host, port = node.address.split(":")
        script = block("python", "proxmoxer").replace('"pve.example"', f'"{host}", port={port}')
        script = script.replace("alice@sso", USER).replace("pve-root-ca.pem", str(node.ca)) + f"""
print(proxmox.version.get()["version"], [realm["realm"] for realm in proxmox.access.domains.get()])
print([item["node"] for item in proxmox.nodes.get()])
user = proxmox.access.users("{USER}")
print(user.token("made").post(comment="by proxmoxer")["full-tokenid"])
user.token("made").delete()
with_token = ProxmoxAPI("{host}", port={port}, user="{USER}", token_name="px", token_value="{token}",
                        verify_ssl="{node.ca}")
print(with_token.version.get()["version"], with_token.access.permissions.get())
"""
        (node.folder / "script.py").write_text(script)
        printed = node.run("exec", *node.trust("ca-file"), command=[python, str(node.folder / "script.py")])
        equal(printed.splitlines(), [
            "9.1 ['demo']", "['node']", f"{USER}!made", "9.1 {'/': {'Sys.Audit': 1}}",
        ])


def curl():
    """Both command lines of the documentation; the second one for each product."""
    packages.debian("curl", "jq")
    first, second = block("sh", "$PROXMOX_VE_ENDPOINT/api2/json/version"), block("sh", "jq -r")
    with signed_in("pve") as node:
        equal(shell(node, first), (0, '{"data":{"release":"9.1","version":"9.1"}}'))
    for product in PRODUCTS:
        with signed_in(product) as node:
            status, printed = shell(node, second)
            equal((status, json.loads(printed)["data"]["version"]), (0, "9.1"))


def ansible():
    """The task of the documentation."""
    python = packages.pip("ansible", *ANSIBLE)
    with signed_in("pve") as node:
        host, port = node.address.split(":")
        task = block("yaml", "community.proxmox").replace("pve.example", f"{host}\n    api_port: {port}")
        tasks = task.replace("alice@sso", USER) + """
  register: found
- debug:
    msg: "realms {{ found.proxmox_domains | map(attribute='realm') | join(' ') }}"
"""
        play = node.folder / "play.yml"
        play.write_text(f"""
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: {python}
  tasks:
""" + "".join(f"    {line}\n" for line in tasks.splitlines()))
        settings = ["LC_ALL=C.UTF-8", f"ANSIBLE_HOME={node.folder}/ansible", f"REQUESTS_CA_BUNDLE={node.ca}"]
        command = ["env", *settings, python, "-m", "ansible", "playbook", str(play)]
        printed = node.run("exec", *node.trust("ca-file"), command=command)
        holds('"msg": "realms demo"' in printed, printed)


def packer():
    """The command line of the documentation logs in. The build ends there: the node has no virtual machines."""
    packages.debian("packer")
    line = block("sh", "packer build")
    with signed_in("pve") as node:
        (node.folder / "vm.pkr.hcl").write_text("""
source "proxmox-iso" "vm" {
  node         = "node"
  iso_file     = "local:iso/debian.iso"
  ssh_username = "root"
}
build {
  sources = ["source.proxmox-iso.vm"]
}
""")
        settings = {"SSL_CERT_FILE": str(node.ca), "CHECKPOINT_DISABLE": "1", "HOME": str(node.folder)}
        # This version of Packer breaks down where the answer isn't the one that it expects.
        _, printed = shell(node, line, stderr=subprocess.DEVNULL, **settings)
        holds("getting next free from Proxmox" in printed, printed)
        _, printed = shell(node, line.replace("$PROXMOX_VE_AUTH_TICKET", "wrong"), **settings)
        holds("401 authentication failure" in printed and "Creating VM" not in printed, printed)


TOOLS = (proxmoxer, curl, ansible, packer)


@contextlib.contextmanager
def signed_in(product):
    """A node that the user has a ticket of."""
    with Node(product) as node:
        with node.start("login", *node.trust("ca-file"), "--no-browser") as login:
            login.paste(Person().callback(login.url))
            equal(login.ended(), 0, login.said)
        yield node


def block(language, words):
    """The one block with these words that docs/command.md shows of the tools."""
    text = (ROOT / "docs/command.md").read_text(encoding="utf-8").partition("\n## With other tools\n")[2]
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)
    (found,) = [block for block in blocks if words in block]
    return found


def shell(node, block, stderr=None, **settings):
    """Runs a command line of the documentation with this node, its user and its certificate; status and output."""
    text = re.sub(r"\b(pve-root-ca|ca)\.pem", str(node.ca), block.replace("alice@sso", USER))
    pve, trust = shlex.join(node.pve), shlex.join(["--product", node.product, *node.trust("ca-file")])
    text = re.sub(
        r"\bonerealm pve (\w+) \w+\.example(?: --product \w+)?",
        lambda found: f"{pve} {found[1]} {node.address} {trust}",
        text,
    )
    done = subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True,
                          timeout=TIMEOUT, check=False, env={**node.environment, **settings}, cwd=node.folder)
    return done.returncode, done.stdout


def version_by_token(node, token):
    scheme = f"{node.product.upper()}APIToken"
    return version(node, {"Authorization": f"{scheme}={token}"})


def version_by_ticket(node, ticket):
    prefix = "__Host-" if node.product == "pdm" else ""
    return version(node, {"Cookie": f"{prefix}{node.product.upper()}AuthCookie={ticket}"})


def version(node, headers):
    """What the node says, or the status with which it refuses."""
    trust = ssl.create_default_context(cafile=str(node.ca))
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)]
    request = urllib.request.Request(f"https://{node.address}/api2/json/version", headers=headers)
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT) as answer:
            return json.load(answer)["data"]["version"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code
