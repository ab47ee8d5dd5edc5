//! A login with RS256.

#![no_std]
#![no_main]

use onerealm_core::verify::Rs256;

firmware::image!(Rs256; "rs256-2048", "rs256-3072", "rs256-4096");
