//! Logins as `proxmox-openid` 1.0.3 does them, and what a process that logs in measures of itself.

mod figures;
mod sequence;

pub use figures::{Figures, Login, print_logins, print_peak_memory, processor_time};
pub use sequence::{NAME, begin, login};
