//! What the browser shows in the end.

use onerealm::loopback::Page;

use crate::failure::Failure;

/// As pages name the program.
pub(crate) const PROGRAM: &str = "onerealm";

/// Who signed in to what. Whoever looks at it sees whether that is somebody else.
pub(crate) fn signed_in(who: &str, to: &str) -> Page {
    Page::new(200, PROGRAM, "Signed in")
        .with_fact("Signed in as", who)
        .with_fact("Signed in to", to)
        .with_paragraph("You can close this window.")
        .with_paragraph("If that isn't you, don't go on in the terminal.")
}

/// What went wrong, without a word of anybody else's.
pub(crate) fn not_signed_in(failure: &Failure) -> Page {
    let (code, status) = failure.code_and_status();
    let sentence = match (code, status) {
        ("authorization_refused", _) => {
            "The provider did not sign you in: the sign-in was cancelled, or refused there."
        }
        (_, 3) => "The realm's settings don't fit the provider.",
        (_, 4) => "What the provider sent the browser back with was refused.",
        (_, 5) => "The server refused the last step of the login.",
        (_, 6) => "What the provider says of who you are was refused.",
        (_, 7) => "The network failed.",
        (_, 8) => "What has to be kept for it can't be.",
        _ => "The login was ended.",
    };
    Page::new(400, PROGRAM, "Not signed in")
        .with_paragraph(sentence)
        .with_paragraph(&format!("The terminal in which onerealm runs says why ({code})."))
        .with_paragraph("You can close this window.")
}

/// A callback that isn't this login's.
pub(crate) fn not_expected() -> Page {
    Page::new(400, PROGRAM, "Not expected here")
        .with_paragraph("This is not the answer that this login is waiting for.")
        .with_paragraph("The terminal in which onerealm runs says why.")
}
