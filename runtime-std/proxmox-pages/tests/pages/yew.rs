//! The blocks for proxmox-yew-comp.

mod auth_edit_openid {
    include!(concat!(env!("OUT_DIR"), "/proxmox-yew-comp/src/auth_edit_openid.rs"));
}

mod utils {
    include!(concat!(env!("OUT_DIR"), "/proxmox-yew-comp/src/utils/mod.rs"));
}

const PROPERTIES: [&str; 6] = [
    "client-type",
    "public-override",
    "redirect-urls",
    "native-client-id",
    "native-client-key",
    "token-auth-method",
];

#[test]
fn the_edit_window_has_each_property_and_deletes_it_when_empty() {
    let panel = auth_edit_openid::render_input_form();
    let fields: Vec<_> = panel.0.iter().map(|(_, field)| field.name).skip(1).collect();
    assert_eq!(fields, PROPERTIES);
    assert_eq!(&auth_edit_openid::DELETED_WHEN_EMPTY[1..], PROPERTIES);
    let field = |name| &panel.0.iter().find(|(_, field)| field.name == name).unwrap().1;
    assert_eq!(field("client-type").items, ["confidential", "public", "auto"]);
    let methods = ["client_secret_basic", "client_secret_post"];
    assert_eq!(field("token-auth-method").items, methods);
    assert_eq!(field("public-override").default, Some(true));
    assert!(field("native-client-key").is_hidden && !field("native-client-id").is_hidden);
    assert!(panel.0.iter().all(|(label, _)| !label.is_empty()));
    assert!(!field("client-type").placeholder.is_empty());
}

#[test]
fn issuer_and_error_are_passed_on() {
    let read = |query| {
        let answer = utils::openid_redirection_authorization(query)?;
        let mut all: Vec<_> = answer.into_iter().collect();
        all.sort();
        Some(all.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>())
    };
    let some = |all: &[&str]| Some(all.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(read("?code=c&state=s"), some(&["code: c", "state: s"]));
    assert_eq!(
        read("?iss=https%3A%2F%2Flogin.example&code=c&state=s&session_state=x"),
        some(&["code: c", "iss: https://login.example", "state: s"])
    );
    assert_eq!(
        read("?error=access_denied&error_description=User+declined%21&state=s"),
        some(&["error: access_denied", "error-description: User declined!", "state: s"])
    );
    assert_eq!(read("?error=access_denied"), None);
    assert_eq!(read("?iss=x&state=s"), None);
    assert_eq!(read(""), None);
}
