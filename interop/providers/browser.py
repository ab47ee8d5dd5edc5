"""A browser for login pages made of HTML forms.

It opens an authorization URL, keeps cookies, follows redirects, submits the forms that it meets, and stops at the
redirect URI: that URL is printed and never fetched, because nobody listens there.
"""

import html.parser
import http.cookiejar
import ssl
import urllib.error
import urllib.parse
import urllib.request

STEPS = 20
# Seconds. A server that has just started may need most of them on a machine that has much to do.
TIMEOUT = 180


class LoginFailed(Exception):
    """The provider showed a page that a login does not go on from."""

    def __init__(self, message, http_status=None):
        super().__init__(message)
        self.http_status = http_status


class Page:
    def __init__(self, url, status, headers, body):
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def location(self):
        """Where a redirect leads, or None."""
        location = self.headers.get("Location")
        if self.status in (301, 302, 303, 307, 308) and location:
            return urllib.parse.urljoin(self.url, location)
        return None


class Browser:
    def __init__(self, username, password, ca_file=None):
        self.username = username
        self.password = password
        # As browsers do on this machine, cookies that are for https are sent over http too.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("https", "http"))
        self.cookies = http.cookiejar.CookieJar(policy)
        # Providers are on this machine: a proxy from the environment has no business here.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)),
            urllib.request.HTTPCookieProcessor(self.cookies),
            KeepRedirects(),
        )

    def log_in(self, authorization_url, redirect_uri):
        """Follows the login from the authorization URL to the redirect URI, which is returned with its query."""
        page = self.open(authorization_url)
        for _ in range(STEPS):
            if page.location and is_at(page.location, redirect_uri):
                return page.location
            page = self.open(page.location) if page.location else self.answer(page)
        raise LoginFailed(f"no end after {STEPS} steps, the last at {page.url}")

    def answer(self, page):
        """Does on a page what the end user would do there."""
        form = Form.first_of(page.body)
        if page.status != 200 or form is None:
            raise LoginFailed(f"{page.url} answered {page.status} without a form:\n{page.body[:2000]}", page.status)
        fields = form.filled(self.username, self.password)
        action = urllib.parse.urljoin(page.url, form.action)
        if form.method == "post":
            return self.open(action, urllib.parse.urlencode(fields).encode())
        return self.open(urllib.parse.urljoin(action, "?" + urllib.parse.urlencode(fields)))

    def open(self, url, body=None, headers=None, method=None):
        headers = {"Accept": "text/html, */*;q=0.8", **(headers or {})}
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            answer = self.opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:  # a status that is not 2xx, and here every redirect
            answer = error
        with answer:
            return Page(url, answer.status, answer.headers, answer.read().decode("utf-8", "replace"))


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    """Hands redirects over instead of following them: the last one must not be followed."""

    def redirect_request(self, *_):
        return None


class Form(html.parser.HTMLParser):
    """The first form of a page."""

    def __init__(self):
        super().__init__()
        self.state = "before"
        self.action = ""
        self.method = "get"
        self.inputs = []

    @classmethod
    def first_of(cls, body):
        form = cls()
        form.feed(body)
        return None if form.state == "before" else form

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.state == "before":
            self.state = "inside"
            self.action = attributes.get("action") or ""
            self.method = (attributes.get("method") or "get").lower()
        elif tag == "input" and self.state == "inside":
            self.inputs.append(attributes)

    def handle_endtag(self, tag):
        if tag == "form" and self.state == "inside":
            self.state = "after"

    def filled(self, username, password):
        """The fields as (name, value): what is hidden is kept, what is empty is filled in."""
        fields = []
        for field in self.inputs:
            kind = (field.get("type") or "text").lower()
            value = field.get("value") or ""
            if "name" not in field or kind in ("submit", "button", "image", "reset", "file"):
                continue
            if kind in ("checkbox", "radio"):
                if "checked" not in field:
                    continue
                value = value or "on"
            elif kind == "password":
                value = password
            elif kind in ("text", "email"):
                value = username
            fields.append((field["name"], value))
        return fields


def is_at(url, redirect_uri):
    """Whether the URL is the redirect URI, with whatever query."""

    def place(url):
        parts = urllib.parse.urlsplit(url)
        return parts.scheme, parts.netloc, parts.path or "/"

    return place(url) == place(redirect_uri)

