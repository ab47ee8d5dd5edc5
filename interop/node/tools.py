"""Other people's tools, with a ticket and with an API token, as docs/command.md shows them."""

import json
import re
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
        script = from_the_documentation("python", node) + f"""
print(proxmox.version.get()["version"], [realm["realm"] for realm in proxmox.access.domains.get()])
print([item["node"] for item in proxmox.nodes.get()])
user = proxmox.access.users("{USER}")
print(user.token("made").post(comment="by proxmoxer")["full-tokenid"])
user.token("made").delete()
with_token = ProxmoxAPI("127.0.0.1", user="{USER}", token_name="px", token_value="{token}",
                        port={node.address.rpartition(":")[2]}, verify_ssl="{node.ca}")
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
    with signed_in("pve") as node:
        first, _ = [block for block in blocks("sh") if "curl --config" in block]
        equal(shell(node, first), '{"data":{"release":"9.1","version":"9.1"}}')
    for product in PRODUCTS:
        with signed_in(product) as node:
            _, second = [block for block in blocks("sh") if "curl --config" in block]
            equal(json.loads(shell(node, second))["data"]["version"], "9.1")


def ansible():
    """A task of the documentation's kind: the ticket as password."""
    python = packages.pip("ansible", *ANSIBLE)
    with signed_in("pve") as node:
        play = node.folder / "play.yml"
        play.write_text(f"""
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: {python}
  tasks:
    - community.proxmox.proxmox_domain_info:
        api_host: 127.0.0.1
        api_port: {node.address.rpartition(":")[2]}
        api_user: {USER}
        api_password: "{{{{ lookup('env', 'PROXMOX_VE_AUTH_TICKET') }}}}"
        validate_certs: true
      environment:
        REQUESTS_CA_BUNDLE: {node.ca}
      register: found
    - debug:
        msg: "realms {{{{ found.proxmox_domains | map(attribute='realm') | join(' ') }}}}"
""")
        command = ["env", "LC_ALL=C.UTF-8", f"ANSIBLE_HOME={node.folder}/ansible", python, "-m", "ansible", "playbook", str(play)]
        printed = node.run("exec", *node.trust("ca-file"), command=command)
        holds('"msg": "realms demo"' in printed, printed)


TOOLS = (proxmoxer, curl, ansible)


class signed_in:
    """A node that the user has a ticket of."""

    def __init__(self, product):
        self.product = product

    def __enter__(self):
        self.node = Node(self.product)
        with self.node.start("login", *self.node.trust("ca-file"), "--no-browser") as login:
            login.paste(Person().callback(login.url))
            equal(login.ended(), 0, login.said)
        return self.node

    def __exit__(self, *error):
        self.node.__exit__(*error)


def blocks(language):
    """What docs/command.md shows of the tools, in its order."""
    text = (ROOT / "docs/command.md").read_text(encoding="utf-8").partition("\n## With other tools\n")[2]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def from_the_documentation(language, node):
    """The one block of a language, for this node instead of `pve.example` and its user."""
    (block,) = blocks(language)
    return for_node(block, node).replace("alice@sso", USER)


def for_node(text, node):
    port = node.address.rpartition(":")[2]
    text = re.sub(r'"pve\.example", ', f'"127.0.0.1", port={port}, ', text)
    text = re.sub(r"\b(pve|pdm)\.example", node.address, text)
    return re.sub(r"\b(pve-root-ca|ca)\.pem", str(node.ca), text)


def shell(node, block):
    """Runs a command line of the documentation, with this node's command, product and certificate."""
    with node.start("ticket", *node.trust("ca-file")) as started:
        equal(started.ended(), 0, started.said)
        line = started.process.args[:4]
    program, option, state, _ = map(str, line)
    trust = f"--product {node.product} --ca-file {node.ca}"
    text = for_node(block, node).replace("--product pdm ", "")
    text = re.sub(r"\bonerealm pve (exec|ticket) (\S+)", rf"{program} {option} {state} pve \1 \2 {trust}", text)
    done = subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False, env=started.environment)
    equal(done.returncode, 0, text, done.stderr)
    return done.stdout


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
