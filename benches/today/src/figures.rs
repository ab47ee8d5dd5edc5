//! What a process that logs in measures of itself, and tells whoever started it.

use std::fs;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// What a process measured.
#[derive(Debug, PartialEq)]
pub struct Figures {
    pub logins: Vec<Login>,
    /// The most memory that it had at once, in bytes.
    pub peak_memory: f64,
}

/// What a login took, in nanoseconds.
#[derive(Debug, PartialEq)]
pub struct Login {
    /// The process's time on a processor.
    pub processor: f64,
    /// The time that passed.
    pub wall: f64,
    /// How often the thread that logs in allocated, if it was counted.
    pub allocations: u64,
}

impl Figures {
    /// Reads what a process printed.
    pub fn read(text: &str) -> Self {
        let number = |text: &str| text.parse().expect("it is a number");
        let mut figures = Figures { logins: Vec::new(), peak_memory: f64::NAN };
        for line in text.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["login", processor, wall, allocations] => figures.logins.push(Login {
                    processor: number(processor),
                    wall: number(wall),
                    allocations: number(allocations) as u64,
                }),
                ["memory", bytes] => figures.peak_memory = number(bytes),
                _ => panic!("a process that logs in printed: {line}"),
            }
        }
        figures
    }
}

/// Logs in so many times, and prints what each time took. `login` gives the number of its allocations.
pub fn print_logins(times: usize, mut login: impl FnMut() -> u64) {
    let mut lines = String::new();
    for _ in 0..times {
        let (begun, processor) = (Instant::now(), processor_time());
        let allocations = login();
        let (processor, wall) = (processor_time() - processor, begun.elapsed().as_nanos());
        lines += &format!("login {processor} {wall} {allocations}\n");
    }
    print!("{lines}");
}

/// Prints the most memory that this process had until now.
pub fn print_peak_memory() {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")).expect("it is there");
    let kibibytes: u64 = kibibytes.parse().expect("it is a number");
    println!("memory {}", kibibytes * 1024);
}

/// Nanoseconds that this process had a processor.
pub fn processor_time() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        let figures = Figures::read("login 5 7 0\nlogin 6 8 9\nmemory 4096\n");
        let logins = [(5.0, 7.0, 0), (6.0, 8.0, 9)].map(|(processor, wall, allocations)| Login {
            processor,
            wall,
            allocations,
        });
        assert_eq!(figures, Figures { logins: logins.into(), peak_memory: 4096.0 });
    }
}
