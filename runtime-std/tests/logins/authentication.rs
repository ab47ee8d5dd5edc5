//! What a realm demands of how the end user authenticated.

use onerealm_demo_provider::{Endpoint, Setup};

use crate::support::*;

const KEY: &str = "client-key canary+key/with:reserved=%&characters";

fn authenticating(acr: Option<&str>, amr: &[&str]) -> Scene {
    Scene::set_up(|setup: &mut Setup| {
        setup.acr = acr.map(str::to_owned);
        setup.amr = amr.iter().map(|method| (*method).to_owned()).collect();
    })
}

#[test]
fn case_081_a_login_has_the_acr_and_the_amr_that_the_realm_demands_or_none_comes_of_it() {
    let mfa: &[&str] = &["pwd", "mfa"];
    for (acr, amr, lines, code) in [
        (None, &[][..], "", None),
        (Some("gold"), mfa, "require-acr gold\nrequire-amr mfa", None),
        (Some("gold"), mfa, "require-acr silver,gold\nrequire-amr pwd; mfa", None),
        (Some("gold"), mfa, "require-acr silver", Some("id_token_acr")),
        (Some("gold"), mfa, "acr-values gold\nrequire-acr silver", Some("id_token_acr")),
        (None, mfa, "require-acr gold", Some("id_token_acr_missing")),
        (None, mfa, "acr-values gold", None),
        (Some("gold"), mfa, "require-amr mfa otp", Some("id_token_amr")),
        (Some("gold"), &["pwd"], "require-amr mfa", Some("id_token_amr")),
        (Some("gold"), &[], "require-amr mfa", Some("id_token_amr_missing")),
    ] {
        let scene = authenticating(acr, amr);
        scene.configure(&format!("{KEY}\nclient-type auto\n{lines}"));
        for url in [WEB, LOOPBACK] {
            let (_, callback) = scene.begin(&["--redirect-url", url]);
            let ran = scene.finish(&callback);
            match code {
                None => assert_eq!(ran.status, 0, "{lines}: {ran:?}"),
                Some(code) => assert!(ran.failed(6, code)["came"].is_string(), "{ran:?}"),
            }
        }
        // Nobody is asked for more claims about somebody who isn't let in.
        let asked = scene.provider.requests_to(Endpoint::Userinfo).len();
        assert_eq!(asked, if code.is_none() { 2 } else { 0 }, "{lines}");
    }
}

#[test]
fn what_the_realm_demands_when_a_login_is_finished_counts() {
    let scene = authenticating(Some("silver"), &["pwd"]);
    for (begun, finished, code) in [
        ("", "require-acr gold", Some("id_token_acr")),
        ("", "require-amr mfa", Some("id_token_amr")),
        ("require-acr silver", "require-acr gold", Some("id_token_acr")),
        ("require-acr gold", "require-acr silver", None),
        ("require-amr mfa", "", None),
    ] {
        scene.configure(&format!("{KEY}\n{begun}"));
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        scene.configure(&format!("{KEY}\n{finished}"));
        let ran = scene.finish(&callback);
        match code {
            None => assert_eq!(ran.status, 0, "{begun} {finished}: {ran:?}"),
            Some(code) => drop(ran.failed(6, code)),
        }
    }
}

#[test]
fn acr_of_userinfo_meets_no_demand() {
    let scene = Scene::bent(|endpoint, _, answer| match endpoint {
        Endpoint::Userinfo => crate::bends::with_json(answer, |claims| {
            claims["acr"] = "gold".into();
            claims["amr"] = serde_json::json!(["mfa"]);
        }),
        _ => answer,
    });
    for (line, code) in
        [("require-acr gold", "id_token_acr_missing"), ("require-amr mfa", "id_token_amr_missing")]
    {
        scene.configure(&format!("{KEY}\n{line}"));
        let (_, callback) = scene.begin(&["--redirect-url", WEB]);
        scene.finish(&callback).failed(6, code);
    }
}

#[test]
fn a_list_that_demands_nothing_is_a_mistake() {
    let scene = Scene::new();
    for line in
        ["require-acr", "require-amr", "require-acr ,;", "require-amr ;", "require-acr \u{e9}"]
    {
        scene.configure(line);
        let ran = scene.run(&["auth-url", "sso", "--redirect-url", WEB]);
        let message = ran.failed(3, "realm_invalid")["message"].as_str().unwrap();
        let name = line.split(' ').next().unwrap();
        assert!(message.contains(name) && message.contains("line 5"), "{message}");
    }
}
