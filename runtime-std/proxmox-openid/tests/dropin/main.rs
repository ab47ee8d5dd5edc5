//! The drop-in as the bindings of proxmox-perl-rs use it, against the demo provider.

mod client_keys;
mod daemons;
mod defects;
mod document;
mod errors;
mod keys;
mod matrix;
mod names;
mod refused;
mod settings;
mod states;
mod support;
mod surface;
