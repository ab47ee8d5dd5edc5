"""The providers by name, those that take longest first."""

from .glewlwyd import Glewlwyd
from .oidc_provider import OidcProvider
from .spring import Spring
from .zitadel_oidc import ZitadelOidc

PROVIDERS = {kind.name: kind for kind in (OidcProvider, Glewlwyd, Spring, ZitadelOidc)}
