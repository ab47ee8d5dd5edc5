//! Passes each request to its endpoint.

use crate::directory::Directory;
use crate::endpoint::Endpoint;
use crate::{authorization, metadata, token, userinfo};
use onerealm_loopback::http_server::{Request, Response};

/// Answers one request: with 405 if the endpoint doesn't accept the method, with 404 if there is no endpoint.
pub(crate) fn answer(directory: &Directory, endpoint: Endpoint, request: &Request) -> Response {
    if !endpoint.takes(&request.method) {
        return Response::new(405);
    }
    match endpoint {
        Endpoint::Discovery => metadata::discovery(directory),
        Endpoint::Keys => metadata::keys(directory),
        Endpoint::Authorization => authorization::begin(directory, request),
        Endpoint::SignIn => authorization::sign_in(directory, request),
        Endpoint::Token => token::answer(directory, request),
        Endpoint::Userinfo => userinfo::answer(directory, request),
        Endpoint::Other => Response::new(404),
    }
}
