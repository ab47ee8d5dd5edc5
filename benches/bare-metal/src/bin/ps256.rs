//! A login with PS256.

#![no_std]
#![no_main]

use onerealm_core::verify::Ps256;

firmware::image!(Ps256; "ps256-2048", "ps256-3072", "ps256-4096");
