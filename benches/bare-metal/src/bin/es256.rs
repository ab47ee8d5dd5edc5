//! A login with ES256.

#![no_std]
#![no_main]

use onerealm_core::verify::Es256;

firmware::image!(Es256; "es256");
