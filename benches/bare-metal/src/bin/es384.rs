//! A login with ES384.

#![no_std]
#![no_main]

use onerealm_core::verify::Es384;

firmware::image!(Es384; "es384");
