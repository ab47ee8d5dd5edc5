//! The pages of `docs/proxmox`: every added line compiled, and run where there is something to run.

mod backup_server;
mod datacenter_manager;
mod documents;
mod javascript;
mod node;
mod perl;
mod stand_in;
mod upstream;
mod yew;
