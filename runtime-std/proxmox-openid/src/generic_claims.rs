//! A name of 1.0.3.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Claims that no field is for: any JSON value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct GenericClaims(Value);
