//! Which users may read and write what.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

use super::*;

const NOW: u64 = 1_700_000_000;

fn unsafe_reason(store: &Slots) -> Option<Unsafe> {
    let reason = |error| match error {
        StoreError::UnsafeDirectory { reason, .. } => Some(reason),
        _ => None,
    };
    let put = store.put(&[1; 32], NOW, b"x").err().and_then(reason);
    let taken = store.take(&[2; 32], NOW).err().and_then(reason);
    let known = store.take_known(&[2; 32], NOW, NOW).err().and_then(reason);
    let looked_for = store.is_marked(&[3; 32], NOW).err().and_then(reason);
    let marked = store.mark(&[4; 32], NOW, NOW).err().and_then(reason);
    assert_eq!([&taken, &known, &looked_for, &marked], [&put; 4]);
    put
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn only_the_owner_may_read_a_login() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a/b");
    let store = Slots::new(&directory);
    store.put(&[1; 32], NOW, b"verifier").unwrap();
    let batch = batch(&store, NOW);
    let file = batch.join(hex(&[1; 32]));
    assert_eq!(
        [&directory, &batch, &file, &batch.join(COUNT)].map(|path| mode(path)),
        [0o700, 0o700, 0o600, 0o600]
    );
    assert_eq!(mode(&store.take(&[1; 32], NOW).unwrap().path), 0o600);
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = Slots::new(directory.path());
    for mode in [0o777, 0o770, 0o702, 0o1777] {
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(unsafe_reason(&store), Some(Unsafe::WritableByOthers { mode }));
    }
    let message = store.put(&[1; 32], NOW, b"x").unwrap_err().to_string();
    assert!(message.contains("its mode is 1777") && message.contains("chmod go-w"), "{message}");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(unsafe_reason(&store), None);
}

#[test]
fn a_login_in_a_directory_that_others_can_write_to_is_not_taken_by_who_has_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = Slots::new(directory.path());
    let set_mode = |mode| {
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(0o700);
    store.put(&[1; 32], NOW, b"x").unwrap();
    store.read(&[1; 32], NOW).unwrap();
    set_mode(0o777);
    let refused = store.take_known(&[1; 32], NOW, NOW).unwrap_err();
    assert_eq!(refused.code(), "store_unsafe");
    set_mode(0o700);
    store.take_known(&[1; 32], NOW, NOW).unwrap();
}

#[test]
fn a_symbolic_link_or_a_file_is_no_directory_for_logins() {
    let parent = tempfile::tempdir().unwrap();
    let (link, file) = (parent.path().join("link"), parent.path().join("file"));
    symlink(parent.path(), &link).unwrap();
    fs::write(&file, b"").unwrap();
    assert_eq!(unsafe_reason(&Slots::new(link)), Some(Unsafe::SymbolicLink));
    assert_eq!(unsafe_reason(&Slots::new(file)), Some(Unsafe::NotADirectory));
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let user = fs::metadata(directory.path()).unwrap().uid();
    // Only root can give a directory away.
    if chown(directory.path(), Some(12_345), None).is_ok() {
        let store = Slots::new(directory.path());
        let owner = 12_345;
        assert_eq!(unsafe_reason(&store), Some(Unsafe::ForeignOwner { owner, user }));
    }
}

#[test]
fn what_this_user_or_root_owns_is_not_foreign() {
    use super::super::files::is_foreign;

    for (owner, user, expected) in
        [(0, 0, false), (0, 7, false), (7, 7, false), (7, 0, true), (7, 8, true), (8, 7, true)]
    {
        assert_eq!(is_foreign(owner, user), expected, "{owner} {user}");
    }
}

#[test]
fn a_mark_that_can_not_be_made_is_told_and_is_not_taken_for_another_s() {
    let (_parent, store) = store();
    store.mark(&[1; 32], NOW, NOW).unwrap();
    assert!(matches!(store.mark(&[1; 32], NOW, NOW), Err(StoreError::Used)));
    let marks = Batch { slot: slot_of(NOW) + 1, part: Part::Marks }.path(&store.directory);
    fs::write(&marks, b"a file").unwrap();
    let error = store.mark(&[1; 32], NOW + LIFETIME, NOW).unwrap_err();
    assert_eq!(error.code(), "store_io");
    assert!(error.to_string().contains("Not a directory"), "{error}");
}

#[test]
fn a_batch_that_can_not_be_made_is_told_at_once() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), b"").unwrap();
    let batch = parent.path().join("file/batch");
    let mut tried = 0;
    let made: Result<(), _> = made_for(&batch, &batch.join("x"), "count a login in", || {
        tried += 1;
        Err(ErrorKind::NotFound.into())
    });
    let error = made.unwrap_err();
    assert_eq!(tried, 1);
    assert!(error.to_string().contains("Not a directory"), "{error}");
    assert!(error.to_string().contains("create"), "{error}");
}

#[test]
fn what_the_file_system_refuses_is_told_with_its_path() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), b"").unwrap();
    let store = Slots::new(parent.path().join("file/logins"));
    let message = store.put(&[1; 32], NOW, b"x").unwrap_err().to_string();
    assert!(
        message.contains("file/logins: Not a directory (os error 20); check the directory"),
        "{message}"
    );
}
