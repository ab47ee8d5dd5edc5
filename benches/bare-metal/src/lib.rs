//! Firmware for a Cortex-M4 that logs in through the core, with answers of a provider that it
//! carries along: to see that it works without `std` and heap, and to measure it.
//!
//! Each image is a program of its own with the verifiers of one algorithm, so that its size is what
//! that algorithm costs. The random source counts and the clock stands still, so that the answers
//! fit: that is for measuring, and no way to log in.

#![no_std]

pub mod board;
pub mod login;
pub mod provider;
