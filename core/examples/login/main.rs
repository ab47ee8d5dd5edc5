//! A login in firmware: the end user signs in on another machine, and gives the URL back.
//!
//! The login takes no heap, and what it needs of the machine is the board's (`board.rs`). This board is a terminal and a
//! provider's recorded answers, so it runs anywhere: `cargo run -p onerealm-core --example login`

#![expect(clippy::result_large_err, reason = "there is no heap to put an error on")]

mod board;
mod recorded;

use core::fmt::Write as _;
use std::process::ExitCode;

use board::Board;
use onerealm_core::{
    AuthorizationRequest, AuthorizationResponse, ClientId, ClientRegistration, DiscoveryRequest,
    Identity, Issuer, JwksRequest, KeySet, Realm, RealmName, RedirectUri, RelyingParty, Requested,
};
use recorded::Es256;

/// What is shown of an error of any step: its sentence says what happened, and who can do what.
struct Refused(heapless::String<200>);

impl<E: core::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        let mut sentence = heapless::String::new();
        let _ = write!(sentence, "{error}");
        Refused(sentence)
    }
}

/// From the URL that the end user is shown to the one that comes back, and to who they are.
fn login<'b>(
    relying_party: RelyingParty<'b>,
    keys: &KeySet<'_>,
    board: &mut Board<'_>,
    [message, pasted, answer, claims]: [&'b mut [u8]; 4],
) -> Result<Identity<'b>, Refused> {
    let redirect_uri = RedirectUri::parse("http://127.0.0.1/callback")?;
    let (now, rng) = (board.now(), board.rng());
    let request =
        AuthorizationRequest::new(relying_party, redirect_uri, Requested::Default, rng, now)?;
    board.show(request.write_url(message)?);
    let pending = request.into_pending();

    let response = AuthorizationResponse::from_url(board.scan(pasted))?;
    let request = pending.accept(&response, relying_party, board.now())?;
    let answer = board.https(request.request(message)?, answer);
    let id_token = request.response(answer)?;
    Ok(id_token.open(claims)?.validate(keys, &[&Es256], board.now())?)
}

/// Who the relying party and its provider are, and a login with them.
fn run(board: &mut Board<'_>) -> Result<(), Refused> {
    let [mut message, mut metadata, mut keys] = [[0; 1024]; 3];
    let [mut pasted, mut answer, mut claims] = [[0; 2048]; 3];
    let registration = ClientRegistration { client_id: ClientId::parse("pve")?, credential: None };
    let issuer = Issuer::parse("https://login.example/t")?;
    let realm = Realm::new(RealmName::parse("sso")?, issuer, registration);

    let discovery = DiscoveryRequest::new(realm.issuer);
    let document = board.https(discovery.request(&mut message)?, &mut metadata);
    let metadata = discovery.response(document)?;
    let jwks = JwksRequest::new(&metadata);
    let document = board.https(jwks.request(&mut message)?, &mut keys);
    let keys = jwks.response(document)?;

    let buffers: [&mut [u8]; 4] = [&mut message, &mut pasted, &mut answer, &mut claims];
    let identity = login(RelyingParty::new(&realm, &metadata)?, &keys, board, buffers)?;
    board.log(identity.write_report(&mut [0; 512])?);
    board.greet(&identity);
    Ok(())
}

fn main() -> ExitCode {
    let mut outcome = Ok(());
    let mut board = Board::new(); // The terminal has buffers of its own, on the heap of this machine.
    let heap = allocation_counter::measure(|| outcome = run(&mut board));
    assert_eq!(heap.count_total, 0, "a login took heap");
    outcome.inspect_err(|refused| eprintln!("{}", refused.0)).map_or(1.into(), |()| 0.into())
}
