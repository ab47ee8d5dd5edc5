//! The groups of an end user: where they are read from, which names are taken, and what an end user
//! in too many of them is told from.

use onerealm::{Callback, Groups, Requested, User, Warning};
use onerealm_demo_provider::{Endpoint, browser};
use serde_json::{Value, json};

use crate::bends::{with_id_token, with_json};
use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

/// The warnings, as the document has them: what differs, code, and what to change.
pub const WARNINGS: [(&str, &str, &str); 2] = [
    ("more groups than the ID token has room for (overage)", "groups_overage", "groups-claim"),
    ("names of groups that Proxmox products don't take", "groups_invalid", "groups-claim"),
];

/// A provider that adds these members to its ID tokens and to userinfo.
fn scene(id_token: Value, userinfo: Value, properties: &str) -> Scene {
    let extend = |claims: &mut Value, more: &Value| {
        let more = more.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(more);
    };
    let scene = Scene::bent(move |endpoint, _, answer| match endpoint {
        Endpoint::Token => with_id_token(answer, |_, claims| extend(claims, &id_token)),
        Endpoint::Userinfo => with_json(answer, |claims| extend(claims, &userinfo)),
        _ => answer,
    });
    scene.configure(&format!("{KEY}\n{properties}"));
    scene
}

fn login(id_token: Value, userinfo: Value, properties: &str) -> User {
    let scene = scene(id_token, userinfo, properties);
    let logins = scene.logins();
    let begun = logins.begin("sso", WEB, Requested::Default).unwrap();
    let callback = browser::sign_in(&begun.url, ALICE).unwrap();
    logins.finish(Callback::Url(&callback), Some(WEB)).unwrap()
}

fn listed(valid: &[&str], invalid: &[&str]) -> Groups {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Groups::Listed { valid: owned(valid), invalid: owned(invalid) }
}

#[test]
fn groups_are_a_string_an_array_or_the_names_of_an_object() {
    for (claim, expected) in [
        (json!("admins"), listed(&["admins"], &[])),
        (json!(["ops", "admins", "x.y-z_0"]), listed(&["ops", "admins", "x.y-z_0"], &[])),
        (json!({"viewer": {"1": "a"}, "admin": null}), listed(&["admin", "viewer"], &[])),
        (json!([]), listed(&[], &[])),
        (json!({}), listed(&[], &[])),
        // Each once, in the claim's order.
        (json!(["b", "a", "b", "/x", "/x", "a"]), listed(&["b", "a"], &["/x"])),
        // Keycloak's full path, and what Proxmox products don't take: left out, never rewritten.
        (json!(["/admins", "admins"]), listed(&["admins"], &["/admins"])),
        (
            json!(["a b", "ä", "a:b", "a,b", "", "a@b", "A"]),
            listed(&["A"], &["a b", "ä", "a:b", "a,b", "", "a@b"]),
        ),
        (json!("admins ops"), listed(&[], &["admins ops"])),
        // What is no name.
        (
            json!(["a", 5, null, ["b"], {"c": 1}, true, 5]),
            listed(&["a"], &["5", "null", "[\"b\"]", "{\"c\":1}", "true"]),
        ),
        (json!(["5", 5]), listed(&["5"], &["5"])),
        (json!(7), listed(&[], &["7"])),
        (json!(null), Groups::Absent),
    ] {
        let user = login(json!({"g": claim}), json!({}), "groups-claim g");
        assert_eq!(user.groups, expected, "{claim}");
        let Groups::Listed { valid, invalid } = &user.groups else { continue };
        assert_eq!(user.groups.valid(), valid);
        let codes: Vec<_> = user.warnings.iter().map(Warning::code).collect();
        let warned: &[&str] = if invalid.is_empty() { &[] } else { &["groups_invalid"] };
        assert_eq!(codes, warned, "{claim}");
    }
    let roles = "urn:zitadel:iam:org:project:roles";
    let claim = json!({roles: {"pve-admin": {"295": "zitadel.example"}}});
    let user = login(claim, json!({}), &format!("groups-claim {roles}"));
    assert_eq!(user.groups, listed(&["pve-admin"], &[]));
}

#[test]
fn groups_are_read_at_the_end_of_a_path() {
    let roles = json!({"realm_access": {"roles": ["ops"]}});
    let client = json!({"resource_access": {"pve.example": {"roles": ["ops"]}}});
    let dotted = json!({"a.b": {"c.d": ["long"]}, "a": {"b": {"c": {"d": ["short"]}}}});
    let none = json!({});
    for (id_token, userinfo, claim, expected) in [
        (roles.clone(), none.clone(), "realm_access.roles", listed(&["ops"], &[])),
        (none.clone(), roles.clone(), "realm_access.roles", listed(&["ops"], &[])),
        (client.clone(), none.clone(), "resource_access.pve.example.roles", listed(&["ops"], &[])),
        (client.clone(), none.clone(), "resource_access", listed(&["pve.example"], &[])),
        // A claim of that very name wins, and so does the longest name.
        (
            json!({"realm_access.roles": ["own"], "realm_access": {"roles": ["ops"]}}),
            none.clone(),
            "realm_access.roles",
            listed(&["own"], &[]),
        ),
        (
            json!({"realm_access.roles": null, "realm_access": {"roles": ["ops"]}}),
            none.clone(),
            "realm_access.roles",
            Groups::Absent,
        ),
        (
            roles.clone(),
            json!({"realm_access.roles": ["own"]}),
            "realm_access.roles",
            listed(&["own"], &[]),
        ),
        (dotted.clone(), none.clone(), "a.b.c.d", listed(&["long"], &[])),
        (
            json!({"a.b": {"x": 1}, "a": {"b": {"c": ["short"]}}}),
            none.clone(),
            "a.b.c",
            listed(&["short"], &[]),
        ),
        // Nothing is there.
        (roles.clone(), none.clone(), "realm_access.groups", Groups::Absent),
        (roles.clone(), none.clone(), "realm_access.roles.x", Groups::Absent),
        (roles.clone(), none.clone(), ".realm_access.roles", Groups::Absent),
        (roles.clone(), none.clone(), "realm_access.", Groups::Absent),
        (json!({"realm_access": ["roles"]}), none.clone(), "realm_access.roles", Groups::Absent),
        (
            json!({"realm_access": {"roles": null}}),
            none.clone(),
            "realm_access.roles",
            Groups::Absent,
        ),
        (
            json!({"_claim_names": {"realm_access": "s"}}),
            none.clone(),
            "realm_access.roles",
            Groups::Overage,
        ),
    ] {
        let told = format!("{id_token} {userinfo} {claim}");
        let user = login(id_token, userinfo, &format!("groups-claim {claim}"));
        assert_eq!(user.groups, expected, "{told}");
    }
}

#[test]
fn a_group_at_the_end_of_a_path_has_no_control_character_either() {
    let scene = scene(json!({"a": {"b": ["x\ny"]}}), json!({}), "groups-claim a.b");
    let (_, callback) = scene.begin(&["--redirect-url", WEB]);
    scene.finish(&callback).failed(6, "claim_control_character");
}

#[test]
fn groups_come_from_userinfo_where_the_id_token_has_none() {
    let user = login(json!({}), json!({"groups": ["a", "b"]}), "groups-claim groups");
    assert_eq!(user.groups, listed(&["a", "b"], &[]));
    let (id_token, userinfo) = (json!({"groups": ["t"]}), json!({"groups": ["u"]}));
    let user = login(id_token.clone(), userinfo.clone(), "groups-claim groups");
    assert_eq!(user.groups, listed(&["t"], &[]), "the ID token's win whole");
    let user = login(json!({}), userinfo, "groups-claim groups\nquery-userinfo 0");
    assert_eq!(user.groups, Groups::Absent);
    assert_eq!(login(id_token, json!({}), "").groups, Groups::NotConfigured);
}

#[test]
fn too_many_groups_are_told_from_none() {
    let elsewhere = json!({
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://graph.example/u/getMemberObjects"}},
    });
    let none = json!({});
    for (id_token, userinfo, claim, expected) in [
        (elsewhere.clone(), none.clone(), "groups", Groups::Overage),
        (none.clone(), elsewhere.clone(), "groups", Groups::Overage),
        (json!({"hasgroups": true}), none.clone(), "groups", Groups::Overage),
        (json!({"hasgroups": "true"}), none.clone(), "groups", Groups::Overage),
        (json!({"groups": null, "hasgroups": true}), none.clone(), "groups", Groups::Overage),
        (none.clone(), none.clone(), "groups", Groups::Absent),
        (json!({"hasgroups": false}), none.clone(), "groups", Groups::Absent),
        (json!({"hasgroups": 1}), none.clone(), "groups", Groups::Absent),
        (json!({"_claim_names": "groups"}), none.clone(), "groups", Groups::Absent),
        (json!({"_claim_names": {"address": "s"}}), none.clone(), "groups", Groups::Absent),
        // Entra ID says nothing of roles by them.
        (elsewhere.clone(), none.clone(), "roles", Groups::Absent),
        (json!({"hasgroups": true}), none.clone(), "roles", Groups::Absent),
        // Groups that are there are there.
        (elsewhere.clone(), json!({"groups": ["a"]}), "groups", listed(&["a"], &[])),
        (json!({"groups": [], "hasgroups": true}), none.clone(), "groups", listed(&[], &[])),
    ] {
        let told = format!("{id_token} {userinfo} {claim}");
        let user = login(id_token, userinfo, &format!("groups-claim {claim}"));
        assert_eq!(user.groups, expected, "{told}");
        assert_eq!(user.warnings.is_empty(), expected != Groups::Overage, "{told}");
    }
    assert_eq!(login(elsewhere, none, "").groups, Groups::NotConfigured);
}

#[test]
fn the_command_tells_what_it_left_out_and_the_login_is_done() {
    let elsewhere = json!({"_claim_names": {"groups": "src1"}});
    for (claims, status, (name, code, setting), came) in [
        (elsewhere, "overage", WARNINGS[0], "_claim_names or hasgroups"),
        (json!({"groups": ["ok", "/admins"]}), "listed", WARNINGS[1], "\"/admins\""),
    ] {
        let scene = scene(claims, json!({}), "groups-claim groups");
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        let ran = scene.finish(&callback);
        assert_eq!((ran.status, &ran.json["username"]), (0, &ALICE.into()), "{ran:?}");
        assert_eq!(ran.json["groups"]["status"], status, "{ran:?}");
        let [warning] = ran.json["warnings"].as_array().unwrap().as_slice() else {
            panic!("{ran:?}")
        };
        assert_eq!(warning["code"], code, "{name}");
        let text = |member: &str| warning[member].as_str().unwrap();
        assert!(
            text("expected").contains("\"groups\"") && text("came").contains(came),
            "{warning}"
        );
        let (message, advice) = (text("message"), text("advice"));
        assert!(message.contains(text("came")) && message.contains(setting), "{warning}");
        assert!(advice.contains(setting), "{warning}");
        let line = format!("warn: realm sso: {message} [{code}]; advice: {advice}");
        assert!(ran.stderr.lines().any(|logged| logged == line), "{line} in {}", ran.stderr);
    }
}

#[test]
fn hostile_names_are_bounded_and_escaped_in_the_warning_and_whole_for_the_caller() {
    let name = format!("\u{202e}\u{200b}\"; came: \"{}", "x".repeat(1000));
    let names: Vec<_> = (0..100).map(|n| format!("{name}{n}")).collect();
    let user = login(json!({}), json!({"groups": names}), "groups-claim groups");
    assert_eq!(user.groups, Groups::Listed { valid: vec![], invalid: names.clone() });
    let [warning] = user.warnings.as_slice() else { panic!("{:?}", user.warnings) };
    let message = warning.to_string();
    assert!(message.contains("\\u{202e}\\u{200b}\\\"; came: \\\"xxx"), "{message}");
    assert!(message.contains("and 92 more") && message.len() < 1500, "{message}");
    assert!(message.chars().all(|c| c == '…' || (c.is_ascii() && !c.is_control())), "{message}");
}
