//! Randomly assembled files: a change touches one line, and setting then unsetting changes nothing.

use onerealm::RealmConfig;
use onerealm_core::wire::Words;

use super::*;

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit as u64) as usize
    }

    fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// Whole sections, of which the realms `r0` to `r2` are usable, and what may stand between them.
const HEADERS: [&[u8]; 3] = [b"openid: ", b"OpenID:", b"openid:\t"];
const OTHERS: [&[u8]; 8] = [
    b"pam: pam\n\tcomment x\n\n",
    b"ldap: l1\n\tclient-key other\n\tserver1 \xff\r\n\n",
    b"\n",
    b"# openid: r9\n",
    b"stray\n\n",
    b" \t\n\n",
    b"openid: broken\n\tclient-type x\n\n",
    b"openid: broken2\n\tissuer-url https://h\n\tclient-id x\n\tprompt a\n\tprompt b\n\n",
];
const LINES: [&[u8]; 8] = [
    b"# comment\n",
    b" \t \n",
    b"\tclient-key s3cret\n",
    b"  scopes a, b;c  \n",
    b"\tautocreate\n",
    b"\tunknown-property 5\n",
    b"\t\tclock-skew   5\n",
    b"\tcomment B%C3%BCro\n",
];
const CHANGES: [(&str, &str); 8] = [
    ("client-key", "a new key: with # and %41"),
    ("scopes", "openid email"),
    ("autocreate", "0"),
    ("clock-skew", "600"),
    ("comment", "Büro: 100%"),
    ("redirect-urls", "https://pve.example:8006 http://127.0.0.1/cb"),
    ("client-type", "auto"),
    ("max-age", "7"),
];

fn random_file(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for realm in 0..3 {
        for _ in 0..random.below(3) {
            bytes.extend(random.pick(&OTHERS));
        }
        bytes.extend(random.pick(&HEADERS));
        bytes.extend(format!("r{realm}\n\tissuer-url https://h\n").bytes());
        let id = random.below(4);
        let mut lines: Vec<_> = (0..LINES.len()).filter(|_| random.below(3) == 0).collect();
        lines.insert(id.min(lines.len()), usize::MAX);
        for line in lines {
            bytes.extend(LINES.get(line).copied().unwrap_or(b"\tclient-id pve \n"));
        }
        bytes.extend(random.pick(&[&b"\n"[..], b"\n\n", b"# end\n\n"]));
    }
    match random.below(3) {
        0 => bytes,
        1 => bytes.trim_ascii_end().to_vec(),
        _ => [bytes.trim_ascii_end(), b"\n"].concat(),
    }
}

#[test]
fn setting_and_unsetting_is_nothing_and_a_change_is_one_line() {
    let mut random = Random(41);
    let (mut there, mut not_there) = (0, 0);
    for _ in 0..400 {
        let original = random_file(&mut random);
        let mut file = file(&original);
        let realm = random.pick(&["r0", "r1", "r2"]);
        let (property, value) = CHANGES[random.below(CHANGES.len())];
        let was_there = value_in(&original, realm, property).is_some();
        assert!(file.set(realm, property, value).unwrap());
        let written = if property == "comment" { "B%C3%BCro%3A 100%25" } else { value };
        assert_eq!(value_in(file.bytes(), realm, property).as_deref(), Some(written));
        others_are_the_same(&original, file.bytes(), realm, property);
        match was_there {
            true => {
                assert_eq!(differing_lines(&original, file.bytes()), (1, 1));
                there += 1;
            }
            false => {
                assert_eq!(differing_lines(&original, file.bytes()), (0, 1));
                assert!(file.unset(realm, property).unwrap());
                assert_bytes(&file, &original);
                not_there += 1;
            }
        }
        assert!(!file.unset(realm, "acr-values").unwrap());
        // And the reverse, if there was a line to remove.
        if was_there {
            let changed = file.bytes().to_vec();
            assert!(file.unset(realm, property).unwrap());
            assert_eq!(value_in(file.bytes(), realm, property), None);
            others_are_the_same(&original, file.bytes(), realm, property);
            assert_eq!(differing_lines(&changed, file.bytes()), (1, 0));
        }
    }
    assert!(there > 50 && not_there > 200, "{there} {not_there}");
}

/// What stands in the file.
fn value_in(bytes: &[u8], realm: &str, property: &str) -> Option<String> {
    let text = Text::of(bytes);
    let sections = text.sections();
    let section = sections.iter().find(|section| section.name == realm).unwrap();
    let mut properties = section.properties.iter();
    properties.find(|found| found.name == property).map(|found| found.value.to_owned())
}

/// The configuration of other realms, and of this realm's other properties, stays the same.
fn others_are_the_same(before: &[u8], after: &[u8], realm: &str, property: &str) {
    let says = |bytes: &[u8]| {
        let realms = crate::parse(&String::from_utf8_lossy(bytes), Path::new(PATH)).unwrap();
        let realms = realms.iter().map(|(name, outcome)| match outcome {
            Ok(other) => {
                let mut other = other.clone();
                if name == realm {
                    forget(&mut other, property);
                }
                let secret = other.realm.registration.secret().map(|key| key.expose());
                format!("{other:?} {secret:?}")
            }
            // Without the line numbers in it.
            Err(problem) => {
                format!("{name} {}", problem.to_string().replace(|c: char| c.is_ascii_digit(), ""))
            }
        });
        realms.collect::<Vec<_>>()
    };
    assert_eq!(says(before), says(after));
}

/// The realm as it would be without the property.
fn forget(config: &mut RealmConfig, property: &str) {
    match property {
        "scopes" => config.realm.scopes = Words::default(),
        "autocreate" => config.autocreate = false,
        "clock-skew" => config.realm.clock_skew = 0,
        "comment" => config.comment = None,
        "redirect-urls" => config.redirect_urls.clear(),
        "client-type" => config.realm.client_type = Default::default(),
        "max-age" => config.realm.max_age = None,
        _ => config.realm.registration.credential = None,
    }
}

/// The number of lines found in only one of them, apart from their common start and end.
fn differing_lines(before: &[u8], after: &[u8]) -> (usize, usize) {
    let lines =
        |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (before, after) = (lines(before), lines(after));
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[same..], &after[same..]);
    let same =
        before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
    (before.len() - same, after.len() - same)
}
