//! Logins that travel in their own state.

use onerealm_core::policy::STATE_LEN;

use super::logins::{
    CLIENT_ID, ISSUER, REDIRECT_URL, pending, pending_to, same, snapshot, verdict, with_beginning,
};
use super::*;

/// A cluster: nodes that share a key file.
pub(super) struct Cluster {
    pub(super) directory: tempfile::TempDir,
}

impl Cluster {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("shared")).unwrap();
        Cluster { directory }
    }

    fn key_file(&self) -> PathBuf {
        self.directory.path().join("shared/onerealm.key")
    }

    fn node(&self, name: &str) -> SealedStore {
        SealedStore::new(self.key_file(), self.directory.path().join(name))
    }
}

fn at(time: u64) -> UnixTime {
    UnixTime(time)
}

#[test]
fn a_sealed_login_is_opened_whole_and_taken_once() {
    let cluster = Cluster::new();
    let store = cluster.node("a");
    let login = pending(NOW);
    let state = store.put(&login).unwrap();
    assert!(same(&store.read(&state, at(NOW + 5)).unwrap(), &login));
    assert!(same(&store.take(&state, at(NOW + 5)).unwrap(), &login));
    assert_eq!(verdict(store.take(&state, at(NOW + 6))), "used");
    assert_eq!(verdict(store.read(&state, at(NOW + LIFETIME))), "used");
    assert_ne!(store.put(&login).unwrap(), state, "each sealing has a nonce of its own");
}

#[test]
fn a_sealed_state_says_nothing_and_fits() {
    let store = Cluster::new();
    let store = store.node("a");
    let login = pending(NOW);
    let state = store.put(&login).unwrap();
    assert!((44..=STATE_LEN).contains(&state.len()), "{}", state.len());
    assert!(state.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_')));
    use base64ct::{Base64UrlUnpadded, Encoding};
    let bytes = Base64UrlUnpadded::decode_vec(&state).unwrap();
    let contains = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for part in [ISSUER, REDIRECT_URL, "sso"] {
        assert!(!contains(part.as_bytes()), "{part}");
    }
    assert!(!contains(&Base64UrlUnpadded::decode_vec(login.state().as_str()).unwrap()));
}

#[test]
fn the_tag_of_a_sealed_state_covers_its_version_and_its_key_s_id() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

    let cluster = Cluster::new();
    let login = pending(NOW);
    let sealed = Base64UrlUnpadded::decode_vec(&cluster.node("a").put(&login).unwrap()).unwrap();
    let text = fs::read_to_string(cluster.key_file()).unwrap();
    let secret = Base64UrlUnpadded::decode_vec(text.trim_end().rsplit(' ').next().unwrap());
    let key = UnboundKey::new(&CHACHA20_POLY1305, &secret.unwrap()).unwrap();
    let key = LessSafeKey::new(key);
    let opened_with = |header: &[u8]| {
        let nonce = Nonce::try_assume_unique_for_key(&sealed[9..21]).unwrap();
        let mut rest = sealed[21..].to_vec();
        let opened = key.open_in_place(nonce, Aad::from(header), &mut rest);
        opened.ok().and_then(|fields| PendingAuthorization::decode_unsealed(fields).ok())
    };
    assert_eq!(sealed[0], 1);
    assert!(same(&opened_with(&sealed[..9]).unwrap(), &login));
    let other_version = [&[2], &sealed[1..9]].concat();
    let other_key = [&sealed[..8], &[!sealed[8]]].concat();
    for header in [&[], &sealed[..1], &sealed[..8], &other_version[..], &other_key] {
        assert!(opened_with(header).is_none(), "{header:?}");
    }
}

#[test]
fn case_125_a_hundred_thousand_begun_logins_write_nothing() {
    const FLOOD: usize = 100_000;
    let cluster = Cluster::new();
    let (store, other) = (cluster.node("a"), cluster.node("b"));
    let first = store.put(&pending(NOW)).unwrap();
    let before = snapshot(cluster.directory.path());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                with_beginning(ISSUER, CLIENT_ID, |begin| {
                    (0..FLOOD / 2).for_each(|_| {
                        store.put(&begin(REDIRECT_URL, NOW)).unwrap();
                    });
                });
            });
        }
    });
    let last = store.put(&pending(NOW)).unwrap();
    assert_eq!(verdict(store.read(&last, at(NOW))), "won");
    assert_eq!(snapshot(cluster.directory.path()), before);
    assert_eq!(before.len(), 2, "the key file and its directory: {before:?}");
    for state in [first, last] {
        assert_eq!(verdict(other.take(&state, at(NOW))), "won");
    }
}

#[test]
fn case_108_a_state_that_was_changed_anywhere_is_unknown() {
    let cluster = Cluster::new();
    let store = cluster.node("a");
    let state = store.put(&pending(NOW)).unwrap();
    for at_byte in 0..state.len() {
        let mut changed = state.clone().into_bytes();
        changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(verdict(store.take(&changed, at(NOW))), "unknown", "{at_byte}");
        assert_eq!(verdict(store.take(&state[..at_byte], at(NOW))), "unknown", "{at_byte}");
    }
    let long = "A".repeat(STATE_LEN + 1);
    for changed in
        [&format!("{state}A"), &format!("{state}="), &format!("A{state}"), &long, "", "é"]
    {
        assert_eq!(verdict(store.take(changed, at(NOW))), "unknown", "{changed}");
    }
    assert_eq!(verdict(store.take(&"A".repeat(STATE_LEN), at(NOW))), "unknown");
    assert_eq!(verdict(store.take(&state, at(NOW))), "won");
}

#[test]
fn case_108_a_state_that_was_sealed_with_another_key_is_unknown() {
    let (cluster, other) = (Cluster::new(), Cluster::new());
    let state = other.node("a").put(&pending(NOW)).unwrap();
    let store = cluster.node("a");
    assert_eq!(verdict(store.take(&state, at(NOW))), "unknown", "there is no key");
    assert!(!cluster.key_file().exists(), "what comes back makes none");
    store.put(&pending(NOW)).unwrap();
    assert_eq!(verdict(store.take(&state, at(NOW))), "unknown");
}

#[test]
fn case_126_a_sealed_login_is_pending_for_ten_minutes() {
    let cluster = Cluster::new();
    let store = cluster.node("a");
    let state = store.put(&pending(NOW)).unwrap();
    for (time, expected) in [
        (NOW - LIFETIME - 1, "expired"),
        (NOW - LIFETIME, "won"),
        (NOW + LIFETIME - 1, "won"),
        (NOW + LIFETIME, "expired"),
        (u64::MAX, "expired"),
    ] {
        assert_eq!(verdict(store.read(&state, at(time))), expected, "{time}");
    }
    assert_eq!(verdict(store.take(&state, at(NOW + LIFETIME))), "expired");
}

#[test]
fn case_127_one_of_many_threads_gets_the_sealed_login() {
    let cluster = Cluster::new();
    for _ in 0..20 {
        let state = cluster.node("a").put(&pending(NOW)).unwrap();
        let start = Barrier::new(16);
        let verdicts: Vec<_> = thread::scope(|scope| {
            let take = || {
                start.wait();
                verdict(cluster.node("a").take(&state, at(NOW)))
            };
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == "won").count(), 1);
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == "used").count(), 15);
    }
}

#[test]
fn case_123_and_124_logins_are_opened_by_their_own_state_in_any_order() {
    let cluster = Cluster::new();
    let [a, b] = ["a", "b"].map(|name| cluster.node(name));
    let logins: Vec<_> = (0..20).map(|i| pending(NOW + i)).collect();
    let states: Vec<_> = logins.iter().map(|login| a.put(login).unwrap()).collect();
    for (login, state) in logins.iter().zip(&states).rev() {
        assert!(same(&b.take(state, at(NOW + 30)).unwrap(), login));
    }
    for state in &states {
        assert_eq!(verdict(b.take(state, at(NOW + 30))), "used");
        // The provider's single-use code catches what a node doesn't know.
        assert_eq!(verdict(a.take(state, at(NOW + 30))), "won");
    }
}

/// A redirect URL of this many characters.
fn redirect_url_of(length: usize) -> String {
    let start = "https://pve.example/";
    format!("{start}{}", "x".repeat(length - start.len()))
}

#[test]
fn what_does_not_fit_is_told_and_kept_in_the_directory_behind() {
    let cluster = Cluster::new();
    let (sealed, directory) = (cluster.node("a"), cluster.directory.path().join("a"));
    let both = SealedOrDirectoryStore::new(cluster.key_file(), directory);
    // Version, key, nonce, tag; the login's fixed fields and the realm's name; and issuer and client.
    let (issuer, client_id) = (format!("https://{}", "i".repeat(247)), "c".repeat(255));
    let rest = STATE_LEN / 4 * 3 - 37 - 110 - 3 - 255 - 255;
    with_beginning(&issuer, &client_id, |begin| {
        let fits = begin(&redirect_url_of(rest), NOW);
        let state = sealed.put(&fits).unwrap();
        assert_eq!(state.len(), STATE_LEN);
        assert!(same(&both.take(&state, at(NOW)).unwrap(), &fits));

        let too_long = begin(&redirect_url_of(rest + 1), NOW);
        let error = sealed.put(&too_long).unwrap_err();
        assert_eq!(error.code(), "state_too_long");
        assert!(error.to_string().contains("takes 1026 characters"), "{error}");
        let state = both.put(&too_long).unwrap();
        assert_eq!(state, too_long.state().as_str());
        assert_eq!(verdict(sealed.take(&state, at(NOW))), "unknown");
        assert!(same(&both.read(&state, at(NOW)).unwrap(), &too_long));
        assert!(same(&both.take(&state, at(NOW)).unwrap(), &too_long));
        assert_eq!(verdict(both.take(&state, at(NOW))), "used");
    });
}

#[test]
fn without_a_key_file_logins_are_kept_in_the_directory_behind() {
    let cluster = Cluster::new();
    fs::remove_dir(cluster.directory.path().join("shared")).unwrap();
    fs::write(cluster.directory.path().join("shared"), b"a file").unwrap();
    let both = SealedOrDirectoryStore::new(cluster.key_file(), cluster.directory.path().join("a"));
    let login = pending_to("http://127.0.0.1:51004/callback", NOW);
    assert_eq!(cluster.node("a").put(&login).unwrap_err().code(), "store_io");
    let state = both.put(&login).unwrap();
    assert_eq!(state.len(), 43);
    assert!(same(&both.take(&state, at(NOW)).unwrap(), &login));
}

#[test]
fn sealed_states_and_stored_ones_are_told_apart_by_their_length() {
    let cluster = Cluster::new();
    let directory = cluster.directory.path().join("a");
    let both = SealedOrDirectoryStore::new(cluster.key_file(), &directory);
    let login = pending(NOW);
    let state = both.put(&login).unwrap();
    assert!(same(&both.take(&state, at(NOW)).unwrap(), &login));
    // Nobody has the state inside, and it opens nothing.
    assert_eq!(verdict(both.take(login.state().as_str(), at(NOW))), "unknown");
    assert_eq!(verdict(DirectoryStore::new(directory).take(&state, at(NOW))), "unknown");
}

#[test]
fn a_store_behind_a_pointer_or_before_a_directory_is_maintained_and_says_what_is_wrong() {
    const DAY: u64 = 86_400;
    let cluster = Cluster::new();
    let sealed = cluster.node("a");
    let both = SealedOrDirectoryStore::new(cluster.key_file(), cluster.directory.path().join("a"));
    let stores: [Box<dyn PendingStore>; 2] = [Box::new(sealed), Box::new(both)];
    stores[0].put(&pending(NOW)).unwrap();
    let mut now = NOW;
    for store in &stores {
        let store: &dyn PendingStore = store;
        let before = fs::read(cluster.key_file()).unwrap();
        now += DAY;
        store.authenticated(at(now));
        assert_ne!(fs::read(cluster.key_file()).unwrap(), before, "{store:?}");
        assert!(store.fault().is_none());
    }
    fs::write(cluster.key_file(), b"").unwrap();
    for store in &stores {
        let store: &dyn PendingStore = store;
        assert_eq!(store.fault().unwrap().code(), "sealing_key_damaged", "{store:?}");
    }
}

#[test]
fn case_188_no_directory_is_made_for_a_key() {
    let cluster = Cluster::new();
    let shared = cluster.directory.path().join("shared");
    fs::remove_dir(&shared).unwrap();
    let both = SealedOrDirectoryStore::new(cluster.key_file(), cluster.directory.path().join("a"));
    let fault = both.fault().unwrap();
    assert_eq!(fault.code(), "store_io");
    assert!(fault.to_string().contains("mount the file system"), "{fault}");
    let alone = cluster.node("a").put(&pending(NOW)).unwrap_err();
    assert_eq!(alone.to_string(), fault.to_string());
    for _ in 0..3 {
        let login = pending(NOW);
        let state = both.put(&login).unwrap();
        assert_eq!(state.len(), 43);
        assert!(same(&both.take(&state, at(NOW)).unwrap(), &login));
        both.authenticated(at(NOW));
        assert!(!shared.exists());
    }
    // As soon as it is mounted.
    fs::create_dir(&shared).unwrap();
    assert!(both.fault().is_none());
    let state = both.put(&pending(NOW)).unwrap();
    assert!(state.len() > 43 && both.fault().is_none());
    assert_eq!(verdict(both.take(&state, at(NOW))), "won");
}

#[test]
fn case_202_with_a_damaged_key_logins_are_kept_in_the_directory_behind() {
    let whole = {
        let cluster = Cluster::new();
        cluster.node("a").put(&pending(NOW)).unwrap();
        fs::read(cluster.key_file()).unwrap()
    };
    let damaged: [Vec<u8>; 6] = [
        Vec::new(),
        b"\n".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        whole[..whole.len() / 2].to_vec(),
        vec![0; whole.len()],
        vec![0xff; 100_000],
    ];
    for damaged in damaged {
        let cluster = Cluster::new();
        super::super::files::create_file(&cluster.key_file()).unwrap();
        fs::write(cluster.key_file(), &damaged).unwrap();
        let both =
            SealedOrDirectoryStore::new(cluster.key_file(), cluster.directory.path().join("a"));
        let login = pending(NOW);
        let state = both.put(&login).unwrap();
        assert!(same(&both.take(&state, at(NOW)).unwrap(), &login));
        both.authenticated(at(NOW + 10 * 86_400));
        let fault = both.fault().unwrap();
        assert_eq!(fault.code(), "sealing_key_damaged");
        assert!(fault.to_string().contains(&cluster.key_file().display().to_string()), "{fault}");
        assert_eq!(fs::read(cluster.key_file()).unwrap(), damaged, "for whoever looks at it");
        let error = cluster.node("a").put(&pending(NOW)).unwrap_err();
        assert_eq!(error.code(), "sealing_key_damaged", "there is no directory behind this one");
    }
}

#[test]
fn case_196_a_clock_that_goes_forward_and_back_makes_no_sealed_login_new() {
    const HOUR: u64 = 3600;
    // Forward and back, and the other way round: a login that begins ahead of time.
    for (begun, elsewhere) in [(NOW, NOW + 2 * HOUR), (NOW, NOW + 24 * HOUR), (NOW + 2 * HOUR, NOW)]
    {
        let cluster = Cluster::new();
        let node = cluster.node("a");
        let state = node.put(&pending(begun)).unwrap();
        assert_eq!(verdict(node.take(&state, at(begun + 5))), "won");
        // Others log in meanwhile, by the other clock, so that it sweeps.
        for number in 0..3 {
            let other = node.put(&pending(elsewhere + number)).unwrap();
            assert_eq!(verdict(node.take(&other, at(elsewhere + number))), "won");
        }
        assert_eq!(verdict(node.take(&state, at(begun + 10))), "used", "{begun} {elsewhere}");
        assert_eq!(verdict(node.read(&state, at(begun + 10))), "used");
    }
}

#[test]
fn marks_are_swept_in_the_end() {
    let cluster = Cluster::new();
    let node = cluster.node("a");
    let mut used = 0;
    for day in 0..3 {
        let now = NOW + day * (86_400 + 1800);
        let state = node.put(&pending(now)).unwrap();
        assert_eq!(verdict(node.take(&state, at(now))), "won");
        used = fs::read_dir(cluster.directory.path().join("a")).unwrap().count();
    }
    assert_eq!(used, 1, "those of the day before are gone");
}
