"""The browser on glewlwyd's login page, which is a script and no form: this makes the same requests as the script.

The page itself is not served here, so what counts is where it would be and its query.
"""

import json
import urllib.parse

from .browser import Browser, LoginFailed


class GlewlwydBrowser(Browser):
    def answer(self, page):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)
        if not page.url.split("?")[0].endswith("/login.html") or "callback_url" not in query:
            raise LoginFailed(f"{page.url} answered {page.status}, which is no login page:\n{page.body[:2000]}")
        self.api = urllib.parse.urljoin(page.url, "/api")
        self.send("POST", "/auth/", {"username": self.username, "password": self.password})
        self.send("PUT", "/auth/grant/" + urllib.parse.quote(query["client_id"][0]), {"scope": query["scope"][0]})
        # The authorization endpoint shows the login page each time, unless it is told that the end user went on from it.
        return self.open(query["callback_url"][0] + "&g_continue")

    def send(self, method, path, body):
        page = self.open(self.api + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method)
        if page.status != 200:
            raise LoginFailed(f"{method} {path} answered {page.status}: {page.body[:2000]}")
