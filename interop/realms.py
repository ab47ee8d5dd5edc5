"""The realms of a run: one that is right, variants that work too, and one for each way to be wrong."""

import dataclasses
import typing

from providers.provider import WEB_REDIRECT

WEB, LOOPBACK = "web", "loopback"
HEADER, BODY, ASSERTION = "header", "body", "assertion"
# No login: the metadata of this realm is refused.
NO_LOGIN = None
# Stands for the key of the registration that client-id names.
KEY = object()


@dataclasses.dataclass(frozen=True)
class InFolder:
    """Stands for the path of a file that the provider made."""

    name: str


def private_key(client_id, key, **more):
    """The properties of a realm that signs assertions, with the certificate of its key."""
    return {
        "client-id": client_id, "token-auth-method": "private_key_jwt", "client-key-file": InFolder(f"{key}.key"),
        "client-cert-file": InFolder(f"{key}.pem"), **more,
    }


BOTH_TYPES = {"client-id": "web", "client-key": KEY, "native-client-id": "cli", "client-type": "auto"}

# What must work at every provider.
RIGHT = {
    "sso": BOTH_TYPES,
    "secret-in-body": {**BOTH_TYPES, "token-auth-method": "client_secret_post"},
    "one-public": {"client-id": "public"},
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A realm that the provider may not agree with. What comes of it at which provider is in expected.py."""

    what: str
    redirect: typing.Optional[str]
    properties: dict
    # The registration that the token request is for, and where its secret is: HEADER, BODY, ASSERTION, or nowhere.
    registration: typing.Optional[str] = None
    secret: typing.Optional[str] = None
    # A realm through which the end user has logged in before, in the same browser.
    session: typing.Optional[str] = None


CASES = {
    "secret-to-public": Case(
        "a secret is sent to a public registration", LOOPBACK, {"client-id": "cli", "client-key": KEY}, "cli", HEADER),
    "auto-web-at-public": Case(
        "client-type auto with a key, a web redirect, and a public registration", WEB,
        {"client-id": "public", "client-key": KEY, "client-type": "auto"}, "public", HEADER),
    "auto-loopback-at-confidential": Case(
        "client-type auto with a key, a loopback redirect, and a confidential registration alone", LOOPBACK,
        {"client-id": "confidential", "client-key": KEY, "client-type": "auto"}, "confidential"),
    "native-is-confidential": Case(
        "native-client-id names a confidential registration", LOOPBACK,
        {**BOTH_TYPES, "native-client-id": "confidential"}, "confidential"),
    "wrong-key": Case("a wrong key", WEB, {**BOTH_TYPES, "client-key": "not-the-key"}, "web", HEADER),
    "no-key": Case("no key for a confidential registration", WEB, {"client-id": "web", "client-type": "public"}, "web"),
    "reserved-key": Case(
        "a key with reserved characters in Authorization: Basic", WEB,
        {"client-id": "reserved", "client-key": KEY}, "reserved", HEADER),
    "reserved-key-in-body": Case(
        "a key with reserved characters in the body", WEB,
        {"client-id": "reserved", "client-key": KEY, "token-auth-method": "client_secret_post"}, "reserved", BODY),
    "no-session": Case("prompt none without a session", WEB, {**BOTH_TYPES, "prompt": "none"}),
    "other-slash": Case("an issuer with a '/' at the end, or without, unlike the provider's", NO_LOGIN, BOTH_TYPES),
    "one-registration": Case(
        "one registration with a secret for both types, a web redirect", WEB,
        {"client-id": "shared", "client-key": KEY, "client-type": "auto"}),
    "one-registration-loopback": Case(
        "one registration with a secret for both types, a loopback redirect", LOOPBACK,
        {"client-id": "shared", "client-key": KEY, "client-type": "auto"}),
    "pushed-requests": Case(
        "the provider wants pushed authorization requests", WEB, {"client-id": "pushed", "client-key": KEY}),
    "dpop": Case("the provider wants DPoP", WEB, {"client-id": "dpop", "client-key": KEY}),
    "assertion": Case(
        "the provider wants a client assertion", WEB, {"client-id": "assertion", "client-key": KEY}),
    "private-key-rsa": Case(
        "an assertion is signed with RSA", WEB, private_key("signs-rsa", "rsa"), "signs-rsa", ASSERTION),
    "private-key-p256": Case(
        "an assertion is signed with P-256", WEB, private_key("signs-p256", "p256"), "signs-p256", ASSERTION),
    "private-key-bare": Case(
        "an assertion has no certificate", WEB, {**private_key("signs-rsa", "rsa"), "client-cert-file": None},
        "signs-rsa", ASSERTION),
    "private-key-named": Case(
        "an assertion names its key", WEB,
        {**private_key("signs-named", "p256", **{"client-key-id": "interop"}), "client-cert-file": None}),
    "private-key-misnamed": Case(
        "an assertion names a key that the provider doesn't know", WEB,
        {**private_key("signs-named", "p256", **{"client-key-id": "other"}), "client-cert-file": None}),
    "private-key-unknown": Case(
        "an assertion is signed with an unknown key", WEB, private_key("signs-rsa", "stranger"), "signs-rsa", ASSERTION),
    "private-key-token-endpoint": Case(
        "an assertion is for the token endpoint", WEB,
        private_key("signs-rsa", "rsa", **{"assertion-audience": "token-endpoint"}), "signs-rsa", ASSERTION),
    "private-key-for-secret": Case(
        "an assertion is sent where a secret is registered", WEB, private_key("web", "rsa"), "web", ASSERTION),
    "iss-left-out": Case(
        "iss is announced and left out", WEB, {"client-id": "without-iss", "client-key": KEY}),
    "lightweight": Case(
        "userinfo refuses the access token", WEB, {"client-id": "lightweight", "client-key": KEY}),
    "signed-userinfo": Case(
        "userinfo is signed, as the realm demands", WEB,
        {"client-id": "signed-userinfo", "client-key": KEY, "userinfo-signed": "1"}),
    "unsigned-userinfo": Case(
        "userinfo is not signed, and the realm demands it", WEB, {**BOTH_TYPES, "userinfo-signed": "1"}),
    "acr": Case("the realm demands the acr of a password", WEB, {**BOTH_TYPES, "require-acr": "1 2"}),
    "acr-of-session": Case(
        "the realm demands the acr of a password, and the end user is signed in already", WEB,
        {**BOTH_TYPES, "require-acr": "1 2"}, session="sso"),
    "other-acr": Case("the realm demands another acr", WEB, {**BOTH_TYPES, "require-acr": "gold"}),
    "no-amr": Case("the realm demands an amr", WEB, {**BOTH_TYPES, "require-amr": "otp"}),
    "hs256": Case("the ID token is signed with HS256", WEB, {"client-id": "hs256", "client-key": KEY}),
    "consent": Case(
        "prompt none where consent is wanted", WEB,
        {"client-id": "consent", "client-key": KEY, "prompt": "none"}, session="sso"),
    "groups-path": Case(
        "groups-claim is a path into an object", WEB, {**BOTH_TYPES, "groups-claim": "realm_access.roles"}),
}


def sections(provider, issuer, expected):
    """The sections of the domains.cfg for one issuer: name to properties."""
    shared = {"issuer-url": issuer, "scopes": provider.scopes}
    optional = {
        "ca-file": provider.ca_file, "username-claim": provider.username_claim, "groups-claim": provider.groups_claim,
    }
    shared.update((name, value) for name, value in optional.items() if value)
    every = {**RIGHT, **{name: CASES[name].properties for name in expected}}
    made = {
        realm: {**shared, **with_keys(properties, provider)}
        for realm, properties in every.items()
    }
    made["other-slash"]["issuer-url"] = issuer[:-1] if issuer.endswith("/") else issuer + "/"
    if provider.ca_file:
        made["no-ca-file"] = {name: value for name, value in made["sso"].items() if name != "ca-file"}
    return made


def with_keys(properties, provider):
    key = provider.key_of(properties["client-id"])
    files = {name: provider.path(value.name) for name, value in properties.items() if isinstance(value, InFolder)}
    made = {name: key if value is KEY else value for name, value in properties.items() if value is not None}
    return {**made, **files}


def redirect_of(case, provider):
    return WEB_REDIRECT if case.redirect == WEB else provider.loopback_redirects[0]
