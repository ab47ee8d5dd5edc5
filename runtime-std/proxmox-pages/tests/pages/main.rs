//! The pages of `docs/proxmox`: every added line compiled, and run where there is something to run.

mod javascript;
mod perl;
