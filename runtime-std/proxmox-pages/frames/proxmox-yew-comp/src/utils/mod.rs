// The reader of the provider's answer in short.
use std::collections::HashMap;

use percent_encoding::percent_decode;

pub fn openid_redirection_authorization(query_string: &str) -> Option<HashMap<String, String>> {
    let mut auth = HashMap::new();
    for param in query_string.split('&') {
        let mut key_value = param.split('=');
        match (key_value.next(), key_value.next()) {
            (Some("?code") | Some("code"), Some(value)) => {
                auth.insert("code".to_string(), value.to_string());
            }
            (Some("?state") | Some("state"), Some(value)) => {
                auth.insert("state".to_string(), value.to_string());
            }
//@ answer
            _ => continue,
        };
    }

    if auth.contains_key("code") && auth.contains_key("state") {
        return Some(auth);
    }

//@ error
    None
}
