//! What becomes of the command lines that are not only read: those that this test runs, and those that it doesn't, with
//! what runs them or why nothing does.

use crate::typed::PROMPT;

/// A line that is run, and its exit status.
pub struct Run {
    pub line: &'static str,
    pub status: i32,
    /// Questions, and what is typed.
    pub answers: &'static [(&'static str, &'static str)],
}

const fn run(line: &'static str) -> Run {
    Run { line, status: 0, answers: &[] }
}

/// With the realm `entra` in the user's own file, and `sso` in that of a rescue system, in this order.
pub const AT_A_REALM: &[Run] = &[
    Run { line: "onerealm logn", status: 2, answers: &[] },
    run("onerealm --help"),
    run("onerealm completions bash > ~/.local/share/bash-completion/completions/onerealm"),
    run("onerealm man ~/.local/share/man/man1"),
    run("onerealm check entra"),
    run("onerealm check entra --probe"),
    run("onerealm login entra"),
    run("onerealm login entra --redirect-url http://localhost/callback"),
    run(
        "onerealm login --issuer https://login.example/t/v2.0 --client-id cli --username-claim email",
    ),
    run("onerealm --config /domains.cfg login sso --no-browser"),
    Run {
        line: "onerealm --config /domains.cfg --json login sso --no-browser >/run/who && exec sh",
        status: 0,
        answers: &[(PROMPT, "exit\n")],
    },
    run("onerealm set entra client-type auto"),
    run("onerealm set entra scopes \"email profile groups\""),
    Run { line: "onerealm set entra client-key -", status: 0, answers: &[("", "s3cret\n\u{4}")] },
    run("onerealm unset entra acr-values"),
    run(
        "onerealm init --issuer https://login.example/t/v2.0 --client-id cli --client-type public --name work",
    ),
];

/// Without a file. The demo is its own provider.
pub const AT_NONE: &[Run] = &[
    run("onerealm demo"),
    Run {
        line: "onerealm init",
        status: 0,
        answers: &[
            ("Issuer (the provider's URL): ", "https://login.example/t/v2.0\n"),
            ("Client identifier: ", "66666666-7777-8888-9999-000000000000\n"),
            ("Client type [public]: ", "1\n"),
            ("Name of the realm [sso]: ", "\n"),
        ],
    },
];

/// At a node, which is the one that the pages call `pve.example`, in this order.
pub const AT_A_NODE: &[Run] = &[
    run("onerealm pve login pve.example --fingerprint 8F:3A:...:C1"),
    run("onerealm pve ticket pve.example --format env"),
    run("onerealm pve token pve.example packer --expires 8h"),
    run("onerealm pve token pve.example packer --delete"),
    run("eval \"$(onerealm pve token pve.example terraform --no-privsep --format env)\""),
    run("onerealm pve login pve.example"),
];

/// What becomes of a line that this test doesn't run.
pub enum Judged {
    /// A step of `.ci/run` runs it, or the same with other names.
    Step(&'static str),
    /// This other test runs it.
    Test(&'static str),
    /// Nothing runs it, for this reason.
    Not(&'static str),
}

use Judged::{Not, Step, Test};

const COUNTED: &str = "counted by hand; the page has the result";
const IMAGE: &str = "changes the machine: for the image of a rescue system, or its console";
const MACHINE: &str = "changes the machine that it runs on";
const PROVIDER: &str = "needs that provider; the page says what was seen there";
const SLOW: &str = "takes hours, or a tool that the gate doesn't install";

#[rustfmt::skip]
pub const NOT_RUN_HERE: &[(&str, Judged)] = &[
    // Building and testing.
    ("cargo run --release -- demo", Step("demo")),
    ("cargo test --workspace", Step("test")),
    ("cargo doc --open", Step("docs")),
    ("cargo run -p onerealm-core --example login", Test("whoever_pastes_the_url_is_greeted")),
    ("cargo run -p onerealm-proxmox-pages -- DIRECTORY", Not("needs the sources of the products; the frames stand in for them in tests")),
    ("cargo install --locked --path runtime-std/command", Step("package")),
    ("cargo install --locked onerealm-cli", Step("package")),
    ("cargo tree -p onerealm -e normal --prefix none | sed 's/ (\\*)//' | sort -u | wc -l", Step("crates")),
    ("cargo tree -p proxmox-openid -e normal --prefix none | awk '{print $1, $2}' | sort -u | wc -l", Step("crates")),
    ("cargo tree -p proxmox-openid -e normal --prefix none --format '{p} {l}' | sort -u", Not("prints licences for a reader to judge")),
    ("find src -name '*.rs' -not -name tests.rs -not -path '*/tests/*' | xargs cat | wc -l", Not(COUNTED)),
    ("cargo test --manifest-path runtime-std/examples/Cargo.toml", Step("examples")),
    ("cargo run -p node --example demo_provider -- https://127.0.0.1:8006/callback > realms.cfg", Step("node")),
    ("cargo run -p node -- --config realms.cfg", Step("node")),
    ("cargo run -p command-line -- realms.cfg demo", Step("examples")),
    ("cargo run -p command-line -- --no-browser realms.cfg", Step("examples")),
    ("cargo run -p own-realm -- https://login.example/t/v2.0 66666666-7777-8888-9999-000000000000", Step("examples")),
    ("cargo run --release --manifest-path benches/Cargo.toml -- report", Not("takes long; its quick form is run by `.ci/run bench`")),
    ("cargo run --release --manifest-path benches/Cargo.toml -- report --json", Not("takes long; its quick form is run by `.ci/run bench`")),
    ("cargo run --release --manifest-path benches/Cargo.toml -- report --quick", Step("bench")),
    ("cargo run --release --manifest-path benches/Cargo.toml -- report --docs docs", Not("writes this machine's times into the pages")),
    ("cargo run --release --manifest-path benches/Cargo.toml -- instructions", Not(SLOW)),
    ("cargo +nightly fuzz run --sanitizer none login fuzz/corpus/login fuzz/seeds/login -- -max_total_time=3600", Not(SLOW)),
    ("cargo mutants -p onerealm-core -F 'id_token\\.rs.*check_times'", Not(SLOW)),
    ("cargo mutants --config .cargo/mutants-runtime.toml -p onerealm -p onerealm-loopback -F 'store/seal\\.rs'", Not(SLOW)),
    ("qemu-system-arm -icount shift=0", Step("bare-metal")),
    ("nm -C --size-sort -S -r", Not(COUNTED)),
    ("nm --size-sort", Not(COUNTED)),
    ("time -f %M", Step("rescue")),
    // The command.
    ("onerealm demo --keep", Test("an_interrupted_demonstration_leaves_nothing_behind")),
    ("onerealm finish --callback -", Test("finish_takes_the_address_however_it_is_pasted")),
    ("onerealm login lemonldap --port 51003", Not("the port may be in use here; each part of the line is run by a test")),
    ("onerealm pve login pve.example --fingerprint 5A:0E:[...]:B7", Test("a_login_prints_what_the_readme_shows")),
    ("onerealm pve login 127.0.0.1 --fingerprint 8F:3A:...:C1", Step("node")),
    ("onerealm-VERSION-x86_64-unknown-linux-musl/onerealm demo", Step("release")),
    // With other tools.
    ("onerealm pve exec pve.example -- sh -c ' printf \"header = \\\"Cookie: PVEAuthCookie=%s\\\"\\n\" \"$PROXMOX_VE_AUTH_TICKET\" | curl --config - --fail --cacert pve-root-ca.pem \"$PROXMOX_VE_ENDPOINT/api2/json/version\"'", Step("node")),
    ("onerealm pve ticket pdm.example --product pdm --format json | jq -r '\"header = \\\"Cookie: \\(.cookie)\\\"\", \"url = \\\"\\(.endpoint)/api2/json/version\\\"\"' | curl --config - --fail --cacert ca.pem", Step("node")),
    ("onerealm pve exec pve.example -- python3 script.py", Step("node")),
    ("onerealm pve exec pve.example -- ansible-playbook play.yml", Step("node")),
    ("onerealm pve exec pve.example -- sh -c ' PROXMOX_URL=$PROXMOX_VE_ENDPOINT/api2/json PROXMOX_USERNAME=alice@sso PROXMOX_PASSWORD=$PROXMOX_VE_AUTH_TICKET exec packer build .'", Step("node")),
    ("onerealm pve exec pve.example -- terraform apply", Not("Terraform is not to be had here; the page says so")),
    ("terraform apply", Not("Terraform is not to be had here; the page says so")),
    ("onerealm pve exec backup.example --product pbs -- proxmox-backup-client backup root.pxar:/ --repository alice@sso@backup.example:store", Not("the client needs a Backup Server; the page says so")),
    // Packages and downloads.
    ("apt-get install build-essential debhelper dh-cargo cargo rustc python3", Step("debian")),
    ("cargo vendor --locked vendor", Step("debian")),
    ("dpkg-buildpackage -us -uc -b", Step("debian")),
    ("sha256sum --check --ignore-missing SHA256SUMS", Step("release")),
    ("tar -xzf onerealm-VERSION-x86_64-unknown-linux-musl.tar.gz", Step("release")),
    ("git checkout vVERSION", Not("there is no released version yet")),
    ("diff SHA256SUMS target/release-files/SHA256SUMS", Not("there is no released version yet")),
    ("apt-get install musl-tools", Step("rescue")),
    ("rustup target add x86_64-unknown-linux-musl", Step("rescue")),
    ("cargo build --config rescue/config.toml --profile rescue --target x86_64-unknown-linux-musl -p onerealm-cli --no-default-features", Step("rescue")),
    // Other people's systems.
    ("date -u -s '2031-02-03 04:05'", Not(IMAGE)),
    ("date -u -s 'YYYY-MM-DD hh:mm'", Not(MACHINE)),
    ("ip link set lo up", Not(IMAGE)),
    ("chmod go-w", Not(MACHINE)),
    ("openssl req -x509", Test("a_certificate_of_openssl_req_x509_is_accepted_where_it_is_trusted_itself")),
    ("openssl req -x509 -addext subjectAltName=DNS:login.example ..", Test("a_certificate_of_openssl_req_x509_is_accepted_where_it_is_trusted_itself")),
    ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sso.key", Test("each_kind_of_key_signs_with_its_algorithms_and_no_other")),
    ("openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=pve -keyout entra.key -out entra.crt", Test("the_thumbprints_are_those_that_openssl_shows")),
    ("openssl x509 -req", Not("makes the certificate that an error is about; the tests have one of their own")),
    ("ssh -L", Not("a part of the line that `login` prints over SSH")),
    ("rundll32 url.dll,FileProtocolHandler", Not("a part of Windows; docs/windows.md lists what wine can't show")),
    ("pvenode cert info", Not("needs a node of Proxmox VE")),
    ("proxmox-backup-manager cert info", Not("needs a Backup Server")),
    ("pveum realm add", Not("needs a node of Proxmox VE")),
    ("hydra create client --name pve --secret THE-SECRET --redirect-uri https://pve.example:8006 --grant-type authorization_code --response-type code --scope openid,profile,email --token-endpoint-auth-method client_secret_basic", Not(PROVIDER)),
    ("hydra create client --name pve-cli --redirect-uri http://127.0.0.1/callback --grant-type authorization_code --response-type code --scope openid,profile,email --token-endpoint-auth-method none", Not(PROVIDER)),
    ("kanidm system oauth2 create-public pve \"Proxmox VE\" https://pve.example:8006", Not(PROVIDER)),
    ("kanidm system oauth2 enable-localhost-redirects pve", Not(PROVIDER)),
    ("kanidm system oauth2 update-scope-map pve pve_users openid profile email groups_name", Not(PROVIDER)),
    ("kanidm system oauth2 prefer-short-username pve", Not(PROVIDER)),
];
