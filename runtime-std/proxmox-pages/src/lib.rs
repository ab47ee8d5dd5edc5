//! Takes the added lines out of `docs/proxmox`, and sets them into frames: small files of our own
//! with the surroundings that the lines have upstream.
//!
//! In a page, a fenced block is an addition if its info string has `file=` and `place=`:
//!
//! ````text
//! ```perl file=pve-access-control/src/PVE/API2/OpenId.pm place=login-parameters
//! ````
//!
//! `file` is the repository and the path in it. The frame is the file of that name below `frames/`;
//! a line there with nothing but `#@ PLACE` or `//@ PLACE` is where the block goes. Each block has
//! one place, and each place one block.

#![forbid(unsafe_code)]

mod blocks;

pub use blocks::{Block, assemble, assembled, blocks, pages};
