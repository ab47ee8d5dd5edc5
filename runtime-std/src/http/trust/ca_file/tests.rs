use base64ct::{Base64, Encoding};
use rcgen::{CertificateParams, KeyPair};

use super::*;

/// A certificate in PEM form: no other has the same, and all have the same length.
fn pem() -> String {
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let base64 = Base64::encode_string(certificate.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    format!("{pem:\n<1000}")
}

fn place(pem: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    (directory, path)
}

#[test]
fn files_with_the_same_content_share_their_certificates_until_one_changes() {
    let text = pem();
    let [(_one, one), (_other, other)] = [place(&text), place(&text)];
    let files = CaFiles::default();
    let client = |path: &Path| files.look(path).unwrap().client().unwrap();
    let shared = client(&one);
    assert!(Arc::ptr_eq(&client(&other), &shared));
    std::fs::write(&one, pem()).unwrap();
    let own = client(&one);
    assert!(!Arc::ptr_eq(&own, &shared));
    assert!(Arc::ptr_eq(&client(&one), &own));
    assert!(Arc::ptr_eq(&client(&other), &shared));
    std::fs::write(&other, pem()).unwrap();
    assert!(!Arc::ptr_eq(&client(&other), &shared));
    assert_eq!(Arc::strong_count(&shared), 1, "nobody has the old ones any more");
}

#[test]
fn each_file_without_certificates_is_told_by_its_own_name() {
    let files = CaFiles::default();
    let cut = pem().replace("END", "");
    for text in ["", "no certificate", &cut] {
        for (_directory, path) in [place(text), place(text)] {
            match files.look(&path).unwrap().client() {
                Err(Cause::CaFile { path: told, source: None }) => assert_eq!(told, path),
                _ => panic!("{text}"),
            }
            std::fs::write(&path, pem()).unwrap();
            assert!(files.look(&path).unwrap().client().is_ok());
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::thread;
    use std::time::UNIX_EPOCH;

    use super::*;

    /// A time at which files that are written now have settled.
    fn later() -> SystemTime {
        SystemTime::now() + Duration::from_secs(3)
    }

    /// Files of which this one has been read, and settled before.
    fn settled(path: &Path) -> CaFiles {
        let files = CaFiles::default();
        files.look_at(path, later()).unwrap();
        // Whatever the file system is.
        files.0.lock().unwrap().get_mut(path).unwrap().stamp = Stamp::at(path);
        files
    }

    #[test]
    fn a_file_that_is_as_it_was_is_not_read_again() {
        let text = pem();
        let (_directory, path) = place(&text);
        let files = settled(&path);
        // Only a test can change the content and nothing else.
        fs::write(&path, pem()).unwrap();
        let known = |change: fn(&mut Known, &Path)| {
            change(files.0.lock().unwrap().get_mut(&path).unwrap(), &path);
            files.look(&path).unwrap().name() == hex_digest(&[text.as_bytes()])
        };
        assert!(known(|known, path| known.stamp = Stamp::at(path)));
        assert!(!known(|known, _| known.read = Instant::now().checked_sub(UNREAD).unwrap()));
    }

    #[test]
    fn a_file_that_has_just_changed_is_read_again() {
        let (_directory, path) = place(&pem());
        let files = CaFiles::default();
        for _ in 0..200 {
            // Often within one tick of the clock that dates files.
            let text = pem();
            fs::write(&path, &text).unwrap();
            assert_eq!(files.look(&path).unwrap().name(), hex_digest(&[text.as_bytes()]));
            assert!(files.0.lock().unwrap()[&path].stamp.is_none());
        }
    }

    #[test]
    fn every_change_of_a_file_is_seen_whatever_its_size_and_time() {
        let set_back = |path: &Path, time: SystemTime| {
            File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        };
        type Change<'c> = &'c dyn Fn(&Path, &str, SystemTime);
        let changes: [(&str, Change<'_>); 5] = [
            ("written over", &|path, text, _| fs::write(path, text).unwrap()),
            ("written over, its time set back", &|path, text, time| {
                fs::write(path, text).unwrap();
                set_back(path, time);
            }),
            ("another one, in its place", &|path, text, time| {
                let other = path.with_extension("new");
                fs::write(&other, text).unwrap();
                set_back(&other, time);
                fs::rename(&other, path).unwrap();
            }),
            ("removed and made again", &|path, text, time| {
                fs::remove_file(path).unwrap();
                fs::write(path, text).unwrap();
                set_back(path, time);
            }),
            ("a symbolic link to another one", &|path, text, time| {
                let other = path.with_extension("other");
                fs::write(&other, text).unwrap();
                set_back(&other, time);
                fs::remove_file(path).unwrap();
                symlink(&other, path).unwrap();
            }),
        ];
        for (what, change) in changes {
            let (_directory, path) = place(&pem());
            let files = settled(&path);
            let (before, time) = (Stamp::at(&path).unwrap(), fs::metadata(&path).unwrap());
            let text = pem();
            for _ in 0..100 {
                change(&path, &text, time.modified().unwrap());
                if Stamp::at(&path).unwrap() != before {
                    break;
                }
                // The clock that dates files has not gone on yet.
                thread::sleep(Duration::from_millis(30));
            }
            assert_eq!(Stamp::at(&path).unwrap().size, before.size);
            let name = files.look(&path).unwrap().name().to_owned();
            assert_eq!(name, hex_digest(&[text.as_bytes()]), "{what}");
        }
    }

    #[test]
    fn what_a_file_becomes_is_looked_at() {
        let (directory, path) = place(&pem());
        let files = settled(&path);
        fs::remove_file(&path).unwrap();
        assert!(files.look(&path).is_err());
        fs::create_dir(&path).unwrap();
        assert!(files.look(&path).is_err());
        fs::remove_dir(&path).unwrap();
        symlink("/dev/zero", &path).unwrap();
        assert!(files.look(&path).is_err());
        drop(directory);
    }

    #[test]
    fn a_file_has_settled_once_both_times_are_two_seconds_old() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let stamp = |written, changed| Stamp { file: (1, 2), size: 3, written, changed };
        let old = (0, 0);
        for (time, expected) in [
            (old, true),
            ((-5, 0), true),
            ((999_997, 999_999_999), true),
            ((999_998, 0), false),
            ((999_999, 0), false),
            ((1_000_000, 0), false),
            ((1_000_001, 0), false),
            ((i64::MAX, 0), false),
        ] {
            assert_eq!(stamp(time, old).is_settled(now), expected, "written {time:?}");
            assert_eq!(stamp(old, time).is_settled(now), expected, "changed {time:?}");
        }
        // A clock that was never set.
        for now in [UNIX_EPOCH, UNIX_EPOCH - Duration::from_secs(5)] {
            assert!(!stamp(old, old).is_settled(now));
        }
    }

    #[test]
    fn a_file_with_a_time_to_come_is_read_every_time() {
        let (_directory, path) = place(&pem());
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(86_400)).unwrap();
        let files = CaFiles::default();
        files.look_at(&path, later()).unwrap();
        assert!(files.0.lock().unwrap()[&path].stamp.is_none());
    }

    #[test]
    fn times_that_no_file_system_keeps_are_not_believed() {
        let path = Path::new("/proc/version");
        assert!(Stamp::at(path).unwrap().is_settled(later() + Duration::from_secs(1)));
        assert!(opened(path, later()).unwrap().1.is_none());
    }
}
