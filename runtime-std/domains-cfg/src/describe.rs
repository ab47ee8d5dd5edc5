//! A realm that is in no file.

use std::path::Path;

use onerealm::RealmConfig;

use crate::error::Problem;
use crate::names::known;
use crate::realm;
use crate::sections::{Property, Section, is_space, is_text};

/// The realm with these properties, names and values as they would stand in a file, where spaces around a value mean
/// nothing.
///
/// # Errors
///
/// What is wrong with the name, or with one of the properties.
pub fn describe(name: &str, properties: &[(&str, &str)]) -> Result<RealmConfig, Problem> {
    for (property, value) in properties {
        if !is_text(value) {
            let property = known(property).unwrap_or("a property that is not known");
            return Err(Problem::Value { property, expected: "one line of text" });
        }
    }
    let properties = (1..).zip(properties).map(|(line, (name, value))| Property {
        name,
        value: value.trim_matches(is_space),
        line,
    });
    let properties = properties.collect();
    let section = Section { kind: "openid", name, line: 0, place: 0..0, properties, fault: None };
    realm::realm(&section, Path::new("a realm in no file")).map_err(|(_, problem)| problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: (&str, &str) = ("issuer-url", "https://login.example/t");
    const CLIENT: (&str, &str) = ("client-id", "pve");

    #[test]
    fn a_realm_in_no_file_is_the_same_as_in_one() {
        let realm = describe("sso", &[ISSUER, CLIENT, ("scopes", " a,b "), ("clock-skew", "5")]);
        let realm = realm.unwrap();
        assert_eq!((realm.name(), realm.realm.clock_skew), ("sso", 5));
        assert!(format!("{:?}", realm.realm.scopes).contains("\"a b\""));
    }

    #[test]
    fn what_would_be_refused_in_a_file_is_refused() {
        let value = |property, expected| Problem::Value { property, expected };
        for (name, properties, expected) in [
            ("s", &[ISSUER, CLIENT][..], Problem::Name),
            ("sso\n", &[ISSUER, CLIENT], Problem::Name),
            ("sso", &[ISSUER], Problem::Missing { property: "client-id" }),
            (
                "sso",
                &[ISSUER, CLIENT, ("prompt", "login\n\tpublic-override 0")],
                value("prompt", "one line of text"),
            ),
            (
                "sso",
                &[ISSUER, CLIENT, ("client-key", "a\r")],
                value("client-key", "one line of text"),
            ),
            (
                "sso",
                &[ISSUER, CLIENT, ("client-type", "Auto")],
                value("client-type", "confidential, public or auto"),
            ),
            (
                "sso",
                &[ISSUER, CLIENT, ("client-id", "x")],
                Problem::PropertyTwice { property: "client-id", first: 2 },
            ),
        ] {
            assert_eq!(describe(name, properties).unwrap_err(), expected, "{properties:?}");
        }
    }
}
