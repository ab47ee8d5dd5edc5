//! Uses each of the packaged libraries, as far as it goes without a provider.

use onerealm::{Logins, MemoryStore, Requested};
use proxmox_openid::{OpenIdAuthenticator, OpenIdConfig};

const ISSUER: &str = "http://127.0.0.1:9";
const REDIRECT_URL: &str = "http://127.0.0.1/callback";

fn main() {
    let realms = onerealm_domains_cfg::read("realms.cfg".as_ref()).expect("the file is readable");
    let logins = Logins::new(realms, MemoryStore::new());
    let refused = logins.begin("sso", REDIRECT_URL, Requested::Default);
    let refused = refused.expect_err("nobody listens there");
    println!("onerealm: {refused} [{}]", refused.code());

    let config = OpenIdConfig {
        issuer_url: ISSUER.to_owned(),
        client_id: "tool".to_owned(),
        ..OpenIdConfig::default()
    };
    let refused = OpenIdAuthenticator::discover(&config, REDIRECT_URL);
    println!("proxmox-openid: {:#}", refused.err().expect("nobody listens there"));
}
