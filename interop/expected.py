"""What comes of each case of realms.py at each provider, and nowhere else.

`ADVISES` has words of the advice, which is for the case and not for the provider. Then there is a table for each
provider, of how its answers end; a case that a table lacks is not tried there. The words are those of the command as it
is: when a message or an advice changes, this file does, and no other.
"""

import dataclasses
import typing

# Exit statuses of the command.
CONFIGURATION, RESPONSE_REFUSED, TOKEN_REFUSED, ID_TOKEN_REFUSED, NETWORK = 3, 4, 5, 6, 7


@dataclasses.dataclass(frozen=True)
class Refused:
    """The exit status and the code of the error, words of its message, and words of its advice.

    Without words of an advice they are those that `ADVISES` has for the case.
    """

    status: int
    code: str
    says: tuple = ()
    advises: typing.Optional[tuple] = None


@dataclasses.dataclass(frozen=True)
class LoggedIn:
    """The client type, the codes of the warnings, and the groups where they are looked at."""

    client_type: str
    warnings: tuple = ()
    groups: typing.Optional[tuple] = None


@dataclasses.dataclass(frozen=True)
class ErrorPage:
    """The provider shows an error with this HTTP status to the end user, who never comes back."""

    status: int


AS_CONFIDENTIAL, AS_PUBLIC = LoggedIn("confidential"), LoggedIn("public")


def token_refused(*says, advises=None):
    return Refused(TOKEN_REFUSED, "token_refused", says, advises)


ADVISES = {
    "secret-to-public": ("client-type auto", "--public"),
    "auto-web-at-public": ("remove client-key", "client-type public"),
    "auto-loopback-at-confidential": ("unset client-type", "native-client-id"),
    "native-is-confidential": ("native-client-id names", "public client"),
    "wrong-key": ("check client-id and client-key",),
    "no-key": ("set client-key", "unset client-type"),
    "reserved-key": ("token-auth-method client_secret_post", "letters and digits"),
    "no-session": ("prompt is none",),
    "consent": ("prompt is none",),
    "pushed-requests": ("pushed authorization requests", "not supported"),
    "dpop": ("DPoP", "not supported"),
    "assertion": ("token-auth-method private_key_jwt", "client_secret_jwt is not supported"),
    "private-key-unknown": ("client-key-file",),
    "private-key-misnamed": ("client-key-id",),
    "private-key-for-secret": ("authenticate by private_key_jwt",),
    "iss-left-out": ("Exclude Issuer From Authentication Response",),
    "lightweight": ("query-userinfo",),
    "hs256": ("RS256",),
    "unsigned-userinfo": ("turn on signed userinfo", "userinfo-signed"),
    "other-acr": ("require-acr",),
}

HS256 = Refused(ID_TOKEN_REFUSED, "jws_algorithm_unknown", ("HS256",))
# Userinfo in plain JSON.
UNSIGNED_USERINFO = Refused(TOKEN_REFUSED, "userinfo_not_signed", ("application/json",))

# Of the steps that are no login through a realm of realms.py.
USED_CALLBACK = Refused(RESPONSE_REFUSED, "login_used")
NO_CA_FILE = Refused(NETWORK, "tls_unknown_issuer", advises=("ca-file",))
SLASH_TOO_MANY = Refused(CONFIGURATION, "discovery_issuer", advises=("remove the '/'",))
SLASH_TOO_FEW = Refused(CONFIGURATION, "discovery_issuer", advises=("add '/'",))

OIDC_PROVIDER = {
    "secret-to-public": token_refused("401", "invalid_client"),
    "auto-web-at-public": token_refused("401", "invalid_client"),
    "auto-loopback-at-confidential": token_refused("401", "invalid_client"),
    "native-is-confidential": token_refused("401", "invalid_client"),
    "wrong-key": token_refused("401", "invalid_client"),
    "no-key": token_refused("401", "invalid_client"),
    "reserved-key": AS_CONFIDENTIAL,
    "reserved-key-in-body": AS_CONFIDENTIAL,
    "no-session": Refused(RESPONSE_REFUSED, "authorization_refused", ("login_required",)),
    "other-slash": SLASH_TOO_MANY,
    "signed-userinfo": AS_CONFIDENTIAL,
    "unsigned-userinfo": UNSIGNED_USERINFO,
    "private-key-rsa": AS_CONFIDENTIAL,
    "private-key-p256": AS_CONFIDENTIAL,
    "private-key-bare": AS_CONFIDENTIAL,
    "private-key-named": AS_CONFIDENTIAL,
    "private-key-misnamed": token_refused("invalid_client"),
    "private-key-unknown": token_refused("invalid_client"),
    "private-key-token-endpoint": AS_CONFIDENTIAL,
    "private-key-for-secret": token_refused("invalid_client"),
}

GLEWLWYD = {
    "secret-to-public": token_refused("403", "unauthorized_client"),
    "auto-web-at-public": token_refused("403", "unauthorized_client"),
    "auto-loopback-at-confidential": token_refused("403", "unauthorized_client"),
    "native-is-confidential": token_refused("403", "unauthorized_client"),
    "wrong-key": token_refused("403", "unauthorized_client"),
    "no-key": token_refused("403", "unauthorized_client"),
    # It takes what is in Authorization: Basic without form-decoding.
    "reserved-key": token_refused("403", "unauthorized_client"),
    "reserved-key-in-body": AS_CONFIDENTIAL,
    # For what OpenID Connect Core, section 3.1.2.6, has login_required.
    "no-session": Refused(RESPONSE_REFUSED, "authorization_refused", ("interaction_required",)),
    "other-slash": SLASH_TOO_MANY,
}

# A secret that a public registration is sent is passed over.
ZITADEL_OIDC = {
    "secret-to-public": AS_CONFIDENTIAL,
    "auto-web-at-public": AS_CONFIDENTIAL,
    "auto-loopback-at-confidential": token_refused("invalid_client"),
    "native-is-confidential": token_refused("invalid_client"),
    "wrong-key": token_refused("invalid_client"),
    "no-key": token_refused("invalid_client"),
    "reserved-key": AS_CONFIDENTIAL,
    "reserved-key-in-body": AS_CONFIDENTIAL,
    "no-session": Refused(RESPONSE_REFUSED, "authorization_refused", ("login_required",)),
    "other-slash": SLASH_TOO_MANY,
}

SPRING = {
    "secret-to-public": token_refused("invalid_client"),
    "auto-web-at-public": token_refused("invalid_client"),
    "auto-loopback-at-confidential": token_refused("invalid_client"),
    "native-is-confidential": token_refused("invalid_client"),
    "wrong-key": token_refused("invalid_client"),
    "no-key": token_refused("invalid_client"),
    "reserved-key": AS_CONFIDENTIAL,
    "reserved-key-in-body": AS_CONFIDENTIAL,
    "no-session": Refused(RESPONSE_REFUSED, "authorization_refused", ("login_required",)),
    "other-slash": SLASH_TOO_MANY,
    "one-registration": AS_CONFIDENTIAL,
    "one-registration-loopback": AS_PUBLIC,
    "private-key-rsa": AS_CONFIDENTIAL,
    "private-key-p256": AS_CONFIDENTIAL,
    "private-key-bare": AS_CONFIDENTIAL,
    "private-key-unknown": token_refused("invalid_client"),
    "private-key-token-endpoint": AS_CONFIDENTIAL,
    "private-key-for-secret": token_refused("invalid_client"),
}

# With Spring's default settings the key set comes as `application/json;charset=ISO-8859-1`. The last issuer of spring.py
# has those, and its results are those of the table above.
SPRING_DEFAULTS_WORK = True

DJANGO_OAUTH_TOOLKIT = {
    "secret-to-public": token_refused("invalid_client"),
    "auto-web-at-public": token_refused("invalid_client"),
    "auto-loopback-at-confidential": token_refused("invalid_client"),
    "native-is-confidential": token_refused("invalid_client"),
    "wrong-key": token_refused("invalid_client"),
    "no-key": token_refused("invalid_client"),
    "reserved-key": AS_CONFIDENTIAL,
    "reserved-key-in-body": AS_CONFIDENTIAL,
    # It doesn't know what to do then.
    "no-session": ErrorPage(500),
    "other-slash": SLASH_TOO_MANY,
}

# A secret that a public registration is sent is passed over.
LEMONLDAP_NG = {
    "secret-to-public": AS_CONFIDENTIAL,
    "auto-web-at-public": AS_CONFIDENTIAL,
    "auto-loopback-at-confidential": token_refused("invalid_client"),
    "native-is-confidential": token_refused("invalid_client"),
    "wrong-key": token_refused("invalid_client"),
    "no-key": token_refused("invalid_client"),
    # It takes what is in Authorization: Basic without form-decoding.
    "reserved-key": token_refused("invalid_client"),
    "reserved-key-in-body": AS_CONFIDENTIAL,
    # It shows its login page all the same.
    "no-session": AS_CONFIDENTIAL,
    "other-slash": SLASH_TOO_FEW,
    "hs256": HS256,
    "signed-userinfo": AS_CONFIDENTIAL,
    "unsigned-userinfo": UNSIGNED_USERINFO,
}

# A secret that a public registration is sent is passed over.
KEYCLOAK = {
    "secret-to-public": AS_CONFIDENTIAL,
    "auto-web-at-public": AS_CONFIDENTIAL,
    "auto-loopback-at-confidential": token_refused("401", "unauthorized_client"),
    "native-is-confidential": token_refused("401", "unauthorized_client"),
    "wrong-key": token_refused("401", "unauthorized_client"),
    "no-key": token_refused("401", "unauthorized_client"),
    "reserved-key": AS_CONFIDENTIAL,
    "reserved-key-in-body": AS_CONFIDENTIAL,
    "no-session": Refused(RESPONSE_REFUSED, "authorization_refused", ("login_required",)),
    # For what OpenID Connect Core, section 3.1.2.6, has consent_required.
    "consent": Refused(RESPONSE_REFUSED, "authorization_refused", ("interaction_required",)),
    "other-slash": SLASH_TOO_MANY,
    "pushed-requests": Refused(
        RESPONSE_REFUSED, "authorization_refused", ("Pushed Authorization Request is only allowed",)),
    "dpop": token_refused("400", "invalid_request", "DPoP proof is missing"),
    "assertion": token_refused("400", "invalid_client", "client_assertion_type is missing"),
    "iss-left-out": Refused(RESPONSE_REFUSED, "response_issuer_missing"),
    # The reason is in WWW-Authenticate.
    "lightweight": Refused(TOKEN_REFUSED, "userinfo_refused", ("401", "it says: ")),
    "signed-userinfo": AS_CONFIDENTIAL,
    "unsigned-userinfo": UNSIGNED_USERINFO,
    # It has "1" for a password, where nothing else is configured. Of a session it has "0", unless acr_values asks for
    # more, as the realm's do: then the end user signs in again.
    "acr": AS_CONFIDENTIAL,
    "acr-of-session": AS_CONFIDENTIAL,
    "other-acr": Refused(ID_TOKEN_REFUSED, "id_token_acr", ('acr "1"',)),
    "no-amr": Refused(ID_TOKEN_REFUSED, "id_token_amr_missing", ("amr none",), ("require-amr",)),
    "hs256": HS256,
    # The end user's realm roles, which have the names of the groups.
    "groups-path": LoggedIn("confidential", groups=("admins", "staff")),
    "private-key-rsa": AS_CONFIDENTIAL,
    "private-key-p256": AS_CONFIDENTIAL,
    "private-key-bare": AS_CONFIDENTIAL,
    "private-key-named": AS_CONFIDENTIAL,
    "private-key-misnamed": token_refused("400", "invalid_client", "Unable to load public key"),
    "private-key-unknown": token_refused("400", "invalid_client", "Signature on JWT token failed validation"),
    "private-key-token-endpoint": AS_CONFIDENTIAL,
    "private-key-for-secret": token_refused("401", "unauthorized_client"),
}

EXPECTED = {
    "django-oauth-toolkit": DJANGO_OAUTH_TOOLKIT,
    "keycloak": KEYCLOAK,
    "lemonldap-ng": LEMONLDAP_NG,
    "oidc-provider": OIDC_PROVIDER,
    "glewlwyd": GLEWLWYD,
    "spring": SPRING,
    "zitadel-oidc": ZITADEL_OIDC,
}

# What `check --probe` says of the authorization request and of the token request, at each provider.
KNOWS_BOTH = {
    "right-web": ("good", "good"),
    "right-loopback": ("good", "good"),
    "wrong-key": ("good", "bad"),
    "unregistered-web": ("bad", "good"),
    "unregistered-loopback": ("bad", "good"),
    "private-key": ("good", "good"),
    "unknown-private-key": ("good", "bad"),
}

# Shows a page whatever the redirect URL: with status 500, for prompt none.
FAILS_SILENTLY = {**KNOWS_BOTH, "right-web": ("open", "good"), "right-loopback": ("open", "good"),
                  "wrong-key": ("open", "bad")}
# It looks at the redirect URL of both requests, and has a code of its own for a code that it doesn't know.
LOOKS_AT_ALL = {
    "right-web": ("good", "open"),
    "right-loopback": ("good", "open"),
    "wrong-key": ("good", "bad"),
    "unregistered-web": ("bad", "bad"),
    "unregistered-loopback": ("bad", "bad"),
}
# It shows its login page before it looks at the redirect URL.
SIGNS_IN_FIRST = {**KNOWS_BOTH, "unregistered-web": ("open", "good"), "unregistered-loopback": ("open", "good")}
# It shows its login page whatever the redirect URL, for prompt none too.
SHOWS_ITS_PAGE = {**FAILS_SILENTLY, "unregistered-web": ("open", "good"), "unregistered-loopback": ("open", "good")}
# It looks at the code before it looks at the secret.
CODE_FIRST = {**KNOWS_BOTH, "wrong-key": ("good", "good")}

PROBES = {
    "django-oauth-toolkit": FAILS_SILENTLY,
    "glewlwyd": LOOKS_AT_ALL,
    "keycloak": KNOWS_BOTH,
    "lemonldap-ng": SHOWS_ITS_PAGE,
    "oidc-provider": KNOWS_BOTH,
    "spring": SIGNS_IN_FIRST,
    "zitadel-oidc": CODE_FIRST,
}
