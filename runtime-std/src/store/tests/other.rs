//! Stores of other kinds.

use std::error::Error as _;

use super::*;
use crate::{Class, Error};

#[test]
fn a_store_of_another_kind_says_what_failed_and_what_to_do() {
    let cause = || std::io::Error::new(ErrorKind::ConnectionRefused, "valkey.example refused");
    let advice = "start the server";
    let error = Error::from(StoreError::Other { source: Box::new(cause()), advice: Some(advice) });
    assert_eq!((error.code(), error.class()), ("store_io", Class::Storage));
    assert_eq!(error.to_string(), "the store of pending logins failed: valkey.example refused");
    assert_eq!(error.explanation().fix.as_deref(), Some(advice));
    let source = error.source().and_then(|store| store.source());
    let source = source.and_then(|source| source.downcast_ref::<std::io::Error>()).unwrap();
    assert_eq!(source.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(Error::from(StoreError::other(cause())).explanation().fix, None);
    assert_eq!(
        StoreError::other("a word").to_string(),
        "the store of pending logins failed: a word"
    );
}
