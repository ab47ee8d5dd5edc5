//! `onerealm pve` against a node that has the API of a Proxmox host, with the demo provider behind it.

mod api;
mod browser;
mod certificates;
mod faults;
#[cfg(unix)]
mod kept;
mod login;
mod node;
#[cfg(unix)]
mod readme;

mod scene;
#[cfg(unix)]
#[path = "../screen.rs"]
mod screen;
mod sessions;
mod tls;
mod tokens;
#[cfg(unix)]
mod waiting;
