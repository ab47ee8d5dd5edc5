//! What all requests share.

use std::sync::Arc;

use axum::extract::FromRef;
use onerealm::Logins;
use tokio::task::{JoinError, spawn_blocking};

use crate::clock::Clock;
use crate::kept::Kept;
use crate::product::Product;
use crate::tickets::Tickets;
use crate::tokens::Tokens;

/// How long a browser stays signed in, in seconds.
pub const SESSION_LIFETIME: u64 = 8 * 60 * 60;

/// Everything is in the memory of this process. For several processes, `DirectoryStore` or `SealedStore` keeps the
/// logins; tickets, tokens and sessions then need a common place as well.
pub struct App {
    pub product: Product,
    /// Whether the API lacks `public` and `iss`.
    pub is_unmodified: bool,
    /// Where browsers find this server, without a slash at the end.
    pub public_url: String,
    pub logins: Logins,
    pub tickets: Tickets,
    pub tokens: Tokens,
    /// The users of browsers that are signed in at the page.
    pub sessions: Kept<String>,
    pub clock: Clock,
}

/// `Product` alone, for what needs no more.
impl FromRef<Arc<App>> for Product {
    fn from_ref(app: &Arc<App>) -> Self {
        app.product
    }
}

/// Runs a call of the library, which waits for the network, on a thread where it holds up no other request.
pub async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    call: impl FnOnce(&Logins) -> T + Send + 'static,
) -> Result<T, JoinError> {
    let app = Arc::clone(app);
    spawn_blocking(move || call(&app.logins)).await
}

/// After an end user was let in: fetches the provider's documents anew before they end, which nobody waits for.
pub fn fetch_ahead(app: &Arc<App>, realm: String) {
    let app = Arc::clone(app);
    spawn_blocking(move || app.logins.fetch_ahead(&realm));
}

/// Tells the administrator why a login failed. Neither the message nor the advice has a secret in it.
pub fn log(error: &onerealm::Error) {
    let fix = error.explanation().fix.as_deref().unwrap_or("see docs/errors.md");
    eprintln!("login failed: {error} [{}]; {fix}", error.code());
}
