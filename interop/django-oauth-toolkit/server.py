"""django-oauth-toolkit as an OpenID Provider on 127.0.0.1, with an SQLite database.

    server.py SETTINGS

SETTINGS is a JSON file with the port, the database, the signing key, the clients and the end user.
"""

import json
import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

with open(sys.argv[1], encoding="utf-8") as file:
    SETTINGS = json.load(file)

LOGIN_PAGE = """<form method="post">{% csrf_token %}{{ form }}<button>Log in</button></form>"""

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=SETTINGS["secret"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": SETTINGS["database"],
        "OPTIONS": {"init_command": "PRAGMA synchronous = OFF"},
    }},
    # One that is quick: nothing here is worth a slow one.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    LOGGING={
        "version": 1, "handlers": {"all": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["all"], "level": "INFO"},
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN_PAGE}),
                "django.template.loaders.app_directories.Loader",
            ],
        },
    }],
    ROOT_URLCONF=__name__,
    LOGIN_URL="/login/",
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": SETTINGS["key"],
        "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        "SCOPES": {"openid": "openid", "profile": "profile", "email": "email", "groups": "groups"},
    },
)
django.setup()
sys.modules["server"] = sys.modules[__name__]

from django.contrib.auth.models import Group, User
from django.contrib.auth.views import LoginView
from oauth2_provider.models import get_application_model
from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    """Adds the claims that the package leaves to those who use it."""

    oidc_claim_scope = {
        **OAuth2Validator.oidc_claim_scope, "name": "profile", "preferred_username": "profile", "groups": "groups",
    }

    def get_additional_claims(self):
        return {
            "name": lambda request: request.user.get_full_name(),
            "preferred_username": lambda request: request.user.get_username(),
            "email": lambda request: request.user.email,
            "groups": lambda request: sorted(group.name for group in request.user.groups.all()),
        }


urlpatterns = [
    path("login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def fill_database():
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        return
    user = SETTINGS["user"]
    first, last = user["name"].split()
    alice = User.objects.create_user(
        user["preferred_username"], user["email"], user["password"], first_name=first, last_name=last)
    for group in user["groups"]:
        alice.groups.add(Group.objects.create(name=group))
    applications = get_application_model()
    for client in SETTINGS["clients"]:
        applications.objects.create(
            name=client["id"],
            client_id=client["id"],
            client_secret=client.get("secret") or "",
            client_type=applications.CLIENT_CONFIDENTIAL if client.get("secret") else applications.CLIENT_PUBLIC,
            authorization_grant_type=applications.GRANT_AUTHORIZATION_CODE,
            redirect_uris=" ".join(client["redirects"]),
            algorithm=applications.RS256_ALGORITHM,
            skip_authorization=True,
        )


fill_database()
make_server("127.0.0.1", SETTINGS["port"], get_wsgi_application()).serve_forever()
