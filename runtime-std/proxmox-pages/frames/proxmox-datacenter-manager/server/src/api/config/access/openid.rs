// The update of a realm in short.
use anyhow::Error;
use serde::{Deserialize, Serialize};

use super::api_types::{OpenIdRealmConfig, OpenIdRealmConfigUpdater};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletableProperty {
    /// Delete the client key.
    ClientKey,
//@ deletable
}

pub fn update_openid_realm(
    mut config: OpenIdRealmConfig,
    update: OpenIdRealmConfigUpdater,
    delete: Vec<DeletableProperty>,
) -> Result<OpenIdRealmConfig, Error> {
        for delete_prop in delete {
            match delete_prop {
                DeletableProperty::ClientKey => {
                    config.client_key = None;
                }
//@ delete
            }
        }
    if update.client_key.is_some() {
        config.client_key = update.client_key;
    }
//@ update
    Ok(config)
}
