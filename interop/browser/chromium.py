"""Drives Debian's Chromium, headless, over the WebDriver protocol: packages chromium and chromium-driver.

    with Chromium(dark=True) as browser:
        browser.open("http://127.0.0.1:8000/")
        browser.fill("input[name=user_name]", "alice@contoso.example")
        browser.click("button[value=sign_in]")
        browser.wait_for(lambda: browser.title.startswith("Signed in"))
        browser.screenshot("target/screenshots/signed-in.png")

The profile is new, in a temporary folder that goes with the browser. Names are resolved on this machine only: nothing
outside of it is asked for. Elements are named by CSS selectors.
"""

import base64
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

# Seconds. A machine that has much to do may need most of them.
TIMEOUT = 60
# The names that the WebDriver standard gives the member that holds an element's identifier.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class BrowserError(Exception):
    """The browser refused a command, for example as an element isn't there, or a page can't be loaded."""


class Chromium:
    def __init__(self, javascript=True, dark=False, size=(1024, 720), scale=1, any_certificate=False):
        """`size` is that of the page in CSS pixels, and `scale` how many pixels of a screenshot each of them has."""
        self.folder = tempfile.TemporaryDirectory(prefix="onerealm-chromium-", ignore_cleanup_errors=True)
        self.session = None
        self.seen = []
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": self.folder.name, "TMPDIR": self.folder.name},
            text=True,
        )
        try:
            self.address = f"http://127.0.0.1:{self.port()}"
            # Nothing of this machine's proxy settings is for the driver.
            self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            self.session = self.begin(javascript, any_certificate)
            self.emulate(dark=dark, size=size, scale=scale)
            self.open("about:blank")
            self.forget_requests()
        except BaseException:
            self.close()
            raise

    def port(self):
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return int(found[1])
        raise BrowserError("chromedriver did not start")

    def begin(self, javascript, any_certificate):
        arguments = [
            "--headless=new",
            f"--user-data-dir={self.folder.name}/profile",
            "--no-first-run",
            "--no-default-browser-check",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]",
        ]
        if os.geteuid() == 0:
            # The sandbox needs a user of its own.
            arguments.append("--no-sandbox")
        options = {"args": arguments}
        if not javascript:
            options["prefs"] = {"profile.default_content_setting_values.javascript": 2}
        wanted = {
            "browserName": "chrome",
            "acceptInsecureCerts": any_certificate,
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"performance": "ALL"},
        }
        return self.send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def close(self):
        if self.session:
            try:
                self.command("DELETE", "")
            except (BrowserError, OSError):
                pass  # It may be gone already.
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # What a person does.

    def open(self, url):
        """Goes to a URL, and waits until the page is there. Where nobody listens is a `BrowserError`."""
        self.command("POST", "/url", {"url": url})

    def back(self):
        self.command("POST", "/back", {})

    def reload(self):
        self.command("POST", "/refresh", {})

    def click(self, selector):
        self.command("POST", f"/element/{self.element(selector)}/click", {})

    def fill(self, selector, text):
        """Replaces what is in a field."""
        element = self.element(selector)
        self.command("POST", f"/element/{element}/clear", {})
        self.command("POST", f"/element/{element}/value", {"text": text})

    def select(self, selector, value):
        """Chooses the option of a list that has this value."""
        self.click(f'{selector} option[value="{value}"]')

    def delete_cookies(self):
        self.command("DELETE", "/cookie")

    # What a person sees.

    @property
    def url(self):
        return self.command("GET", "/url")

    @property
    def title(self):
        return self.command("GET", "/title")

    @property
    def source(self):
        return self.command("GET", "/source")

    def text(self, selector="body"):
        return self.command("GET", f"/element/{self.element(selector)}/text")

    def count(self, selector):
        """How many elements there are."""
        return len(self.command("POST", "/elements", {"using": "css selector", "value": selector}))

    def evaluate(self, script, *arguments):
        """What a function's body returns that runs in the page, with `arguments`."""
        return self.command("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def screenshot(self, path):
        """Writes a PNG of what is in the window."""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        image = base64.b64decode(self.command("GET", "/screenshot"))
        with open(path, "wb") as file:
            file.write(image)

    def wait_for(self, condition, what="a page", seconds=TIMEOUT):
        """Waits until `condition()` is true. An element that isn't there yet is none."""
        until = time.monotonic() + seconds
        while True:
            try:
                if result := condition():
                    return result
            except BrowserError:
                pass
            if time.monotonic() > until:
                raise BrowserError(f"waited for {what} in vain, at {self.url}: {self.text()}")
            time.sleep(0.05)

    def requests(self):
        """Every request so far, as (method, URL), with those that a redirect led to."""
        sent = self.network("Network.requestWillBeSent")
        return [(event["request"]["method"], event["request"]["url"]) for event in sent]

    def answers(self):
        """Each answer so far, redirects included: a dictionary with `url`, `status` and `headers`, among others."""
        events = self.network("Network.requestWillBeSent", "Network.responseReceived")
        answers = [event.get("redirectResponse") or event.get("response") for event in events]
        return [answer for answer in answers if answer]

    def forget_requests(self):
        self.network()
        self.seen.clear()

    def network(self, *methods):
        for entry in self.command("POST", "/se/log", {"type": "performance"}):
            self.seen.append(json.loads(entry["message"])["message"])
        return [event["params"] for event in self.seen if event["method"] in methods]

    # How it is seen.

    def emulate(self, dark=False, size=(1024, 720), scale=1):
        """Sets the preferred colours and the window's size."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])
        width, height = size
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )

    def devtools(self, method, **parameters):
        """A command of the DevTools protocol."""
        return self.command("POST", "/goog/cdp/execute", {"cmd": method, "params": parameters})

    # How it is told.

    def element(self, selector):
        return self.command("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def command(self, method, path, body=None):
        return self.send(method, f"/session/{self.session}{path}", body)

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with self.opener.open(request, timeout=2 * TIMEOUT) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message'].splitlines()[0]}") from None
