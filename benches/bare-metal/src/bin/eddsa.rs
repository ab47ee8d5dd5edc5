//! A login with EdDSA.

#![no_std]
#![no_main]

use onerealm_core::verify::EdDsa;

firmware::image!(EdDsa; "eddsa");
