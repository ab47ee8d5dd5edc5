// The realm's type in short.
use serde::{Deserialize, Serialize};

use crate::stand_in::proxmox_schema::{self, ApiStringFormat, Schema, StringSchema};

//@ imports

pub const REALM_ID_SCHEMA: Schema = StringSchema::new("Realm name.").max_length(32).schema();

//@ schemas

crate::stand_in::api_properties! {
    OPENID_REALM_PROPERTIES
        realm: {
            schema: REALM_ID_SCHEMA,
        },
        "client-key": {
            optional: true,
        },
//@ api
}

crate::stand_in::with_updater! {
    OpenIdRealmConfig, OpenIdRealmConfigUpdater;
    pub realm: String,
    pub issuer_url: String,
    pub client_id: String,
    ;
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
//@ fields
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_claim: Option<String>,
}
