//! `man`.

use std::fs;

use crate::support::*;

#[test]
fn each_command_has_its_man_page_in_the_directory() {
    let scene = Scene::new();
    let directory = scene.state_directory().with_file_name("man1");
    fs::create_dir(&directory).unwrap();
    let argument = directory.to_str().unwrap();
    let ran = scene.run(&["man", argument]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let pages = ran.json["pages"].as_array().unwrap();
    assert_eq!(fs::read_dir(&directory).unwrap().count(), pages.len());
    for page in ["onerealm.1", "onerealm-auth-url.1", "onerealm-man.1", "onerealm-pve-token.1"] {
        assert!(pages.contains(&page.into()), "{page}: {pages:?}");
        let text = fs::read_to_string(directory.join(page)).unwrap();
        assert!(text.contains("\n.SH NAME\n"), "{page}: {text}");
    }
    // The page of the whole is printed, too.
    let ran = scene.run(&["man"]);
    let whole = fs::read_to_string(directory.join("onerealm.1")).unwrap();
    assert_eq!((ran.status, ran.stdout.trim()), (0, whole.trim()));

    let missing = directory.join("missing");
    let ran = scene.run(&["man", missing.to_str().unwrap()]);
    let error = ran.failed(8, "output");
    assert!(error["message"].as_str().unwrap().contains("missing/onerealm.1"), "{error}");
}
