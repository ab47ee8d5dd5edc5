//! The Perl blocks, in front of stand-ins of the modules that they call. This needs `perl`, which
//! every Debian has (perl-base is essential); without it, these tests fail.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The modules that the pages make, in a directory of their own.
fn modules() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (file, text) in onerealm_proxmox_pages::assembled("pm").unwrap() {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

/// With taint checks and fatal warnings, as nothing must depend on the environment.
fn perl(library: &Path, arguments: &[&str]) -> Output {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new("perl")
        .args(["-T", "-Mwarnings=FATAL,all", "-I"])
        .arg(here.join("stand-ins/perl"))
        .arg("-I")
        .arg(library)
        .args(arguments)
        .current_dir(here.join("tests/pages"))
        .output()
        .expect("perl must be installed: on Debian it is perl-base")
}

fn ran(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

const PRODUCTS: [(&str, [&str; 3]); 2] = [
    ("pve-access-control", ["PVE::API2::OpenId", "PVE::Auth::OpenId", "openid"]),
    ("pmg-api", ["PMG::API2::OIDC", "PMG::Auth::OIDC", "oidc"]),
];

#[test]
fn each_module_compiles_without_a_warning() {
    let modules = modules();
    for (repository, [methods, plugin, _]) in PRODUCTS {
        let library = modules.path().join(repository).join("src");
        for module in [methods, plugin] {
            let file = library.join(format!("{}.pm", module.replace("::", "/")));
            let output = perl(&library, &["-c", file.to_str().unwrap()]);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && stderr.ends_with("syntax OK\n"), "{stderr}");
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
        }
    }
}

#[test]
fn the_methods_of_each_product_do_as_the_pages_say() {
    let modules = modules();
    for (repository, arguments) in PRODUCTS {
        let library = modules.path().join(repository).join("src");
        let mut all = vec!["methods.pl"];
        all.extend(arguments);
        let printed = ran(&perl(&library, &all));
        assert_eq!(printed.lines().count(), 41, "{repository}: {printed}");
        assert!(printed.lines().all(|line| line.starts_with("ok ")), "{printed}");
    }
}

#[test]
fn a_method_without_one_of_its_blocks_fails() {
    let modules = modules();
    let library = modules.path().join("pve-access-control/src");
    let path = library.join("PVE/API2/OpenId.pm");
    let whole = fs::read_to_string(&path).unwrap();
    let arguments = ["methods.pl", "PVE::API2::OpenId", "PVE::Auth::OpenId", "openid"];
    ran(&perl(&library, &arguments));
    let places = [
        "$openid_config->{public} = 1 if $public;",
        "$private_auth_state->{iss} = $iss if defined($iss);",
        "die PVE::Exception->new(\"$refused\\n\", code => 401) if defined($refused);",
        "if defined($iss) && $iss ne $private_auth_state->{issuer};",
        "if !(defined($param->{code}) xor defined($param->{error}));",
        "$text =~ s/[^\\x20-\\x7E]+/ /g;",
    ];
    for place in places {
        assert!(whole.contains(place), "{place}");
        let without = match place.split_once(" if ") {
            Some(_) => whole.replace(place, ""),
            None if place.starts_with("if ") => whole.replace(place, "if 0;"),
            None => whole.replace(place, ""),
        };
        fs::write(&path, without).unwrap();
        assert!(!perl(&library, &arguments).status.success(), "nothing fails without {place}");
    }
}
