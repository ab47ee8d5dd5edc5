//! Whether what a command line of cargo names is there.

use std::process::Command;

use serde_json::Value;

use crate::named_tests::root;

/// The workspaces of this repository with something that pages run.
const WORKSPACES: [&str; 4] =
    ["Cargo.toml", "benches/Cargo.toml", "fuzz/Cargo.toml", "runtime-std/examples/Cargo.toml"];

/// Each workspace's packages, as cargo describes them.
pub struct Packages(Vec<(&'static str, Value)>);

impl Packages {
    pub fn of_all_workspaces() -> Self {
        let described = WORKSPACES.map(|manifest| {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut command = Command::new(cargo);
            command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
            let output =
                command.arg("--manifest-path").arg(root().join(manifest)).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            (manifest, serde_json::from_slice(&output.stdout).unwrap())
        });
        Packages(described.into())
    }

    /// What a line names that isn't there.
    pub fn missing(&self, line: &str) -> Vec<String> {
        let words = shlex::split(line.split(" | ").next().unwrap()).unwrap();
        let own = words.iter().take_while(|word| *word != "--");
        let own: Vec<_> = own.map(String::as_str).collect();
        let values = |name| {
            let pairs = own.windows(2).filter(move |pair| pair[0] == name);
            pairs.map(|pair| pair[1]).collect::<Vec<_>>()
        };
        let mut missing = Vec::new();
        for (option, ending) in
            [("--manifest-path", ""), ("--config", ""), ("--path", "/Cargo.toml")]
        {
            let paths = values(option).into_iter().map(|path| format!("{path}{ending}"));
            missing.extend(paths.filter(|path| !root().join(path).is_file()));
        }
        let manifest = values("--manifest-path").first().copied();
        let names = values("-p").into_iter().chain(values("--package"));
        let packages: Vec<_> = names.map(|name| (name, self.named(name, manifest))).collect();
        missing.extend(
            packages
                .iter()
                .filter(|(_, found)| found.is_none())
                .map(|(name, _)| (*name).to_owned()),
        );
        for (kind, option) in [("example", "--example"), ("bin", "--bin")] {
            for target in values(option) {
                let is_there = |package: &Value| {
                    let mut targets = package["targets"].as_array().unwrap().iter();
                    targets.any(|it| it["name"] == target && it["kind"][0] == kind)
                };
                if !packages.iter().any(|(_, package)| package.is_some_and(is_there)) {
                    missing.push(format!("the {kind} {target}"));
                }
            }
        }
        missing.extend(profiles(&values("--profile")));
        missing.extend(fuzz_target(&own));
        missing
    }

    fn named(&self, name: &str, manifest: Option<&str>) -> Option<&Value> {
        let workspaces = self.0.iter().filter(|(path, _)| manifest.is_none_or(|it| it == *path));
        let packages =
            workspaces.flat_map(|(_, described)| described["packages"].as_array().unwrap());
        packages.into_iter().find(|package| package["name"] == name)
    }
}

fn profiles(names: &[&str]) -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let missing = names.iter().map(|name| format!("[profile.{name}]"));
    missing.filter(|section| !manifest.contains(section)).collect()
}

/// `cargo fuzz run TARGET`, with folders.
fn fuzz_target(words: &[&str]) -> Vec<String> {
    if !words.contains(&"fuzz") {
        return Vec::new();
    }
    let seeds = words.iter().filter(|word| word.starts_with("fuzz/seeds/")).copied();
    let targets = seeds.clone().map(|seeds| seeds.replace("/seeds/", "/fuzz_targets/") + ".rs");
    let mut paths: Vec<_> = seeds.map(str::to_owned).chain(targets).collect();
    assert!(!paths.is_empty(), "a fuzz target is named with its seeds");
    paths.retain(|path| !root().join(path).exists());
    paths
}
