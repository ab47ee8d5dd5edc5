//! The steps of a login, beside other libraries where they have the same step.

mod json;
mod messages;
mod id_token;
mod login;
mod json_file;
mod stores;

use criterion::{criterion_group, criterion_main};

criterion_group!(
    steps,
    json::check,
    json::metadata,
    messages::authorization_url,
    messages::token_request,
    id_token::validate,
    login::logins,
    stores::begin,
    stores::finish,
);
criterion_main!(steps);
