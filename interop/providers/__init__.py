"""The providers by name, those that take longest first."""

from .django_oauth_toolkit import DjangoOauthToolkit
from .glewlwyd import Glewlwyd
from .keycloak import Keycloak
from .lemonldap_ng import LemonldapNg
from .oidc_provider import OidcProvider
from .spring import Spring
from .zitadel_oidc import ZitadelOidc

PROVIDERS = {kind.name: kind for kind in (
    Keycloak, LemonldapNg, Spring, DjangoOauthToolkit, ZitadelOidc, OidcProvider, Glewlwyd,
)}
