//! What the figures depend on and the code doesn't have in its hands.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// A directory in a file system in memory, or else where temporary files are.
pub fn in_memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    match &*file_system(&shared) {
        "tmpfs" => shared,
        _ => std::env::temp_dir(),
    }
}

/// The machine in a sentence.
pub fn describe() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model =
        cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let processors = processors();
    let release = read("/proc/sys/kernel/osrelease");
    let release: Vec<&str> = release.split('.').take(2).collect();
    format!(
        "{processors} processors ({}), Linux {}",
        model.trim_start_matches(['\t', ' ', ':']),
        release.join("."),
    )
}

/// How many processors there are for this program.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How the machine's processors were used until now, in ticks.
pub struct Busy {
    busy: f64,
    all: f64,
}

impl Busy {
    pub fn now() -> Self {
        Busy::of(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    /// The first line: ticks of user, nice, system, idle, waiting for a disk, and more.
    fn of(stat: &str) -> Self {
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        let all = ticks.iter().sum();
        Busy { busy: all - ticks.iter().skip(3).take(2).sum::<f64>(), all }
    }

    /// Which part of the processors was busy, from 0 to 1.
    pub fn since(&self, before: &Busy) -> f64 {
        (self.busy - before.busy) / (self.all - before.all)
    }
}

/// How many want a processor, as the average of the last minute.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// The type of the file system that a directory is in.
pub fn file_system(directory: &Path) -> String {
    let directory = directory.canonicalize().unwrap_or_default();
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    file_system_among(&mounts, &directory).unwrap_or("an unknown file system".to_owned())
}

/// The longest mount point that the directory is below; the later one of two.
fn file_system_among(mounts: &str, directory: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((Path::new(words.next()?), words.next()?))
    });
    let found = mounts.filter(|(point, _)| directory.starts_with(point));
    let (_, kind) = found.max_by_key(|(point, _)| point.components().count())?;
    Some(kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_busy_that_neither_idle_nor_wait_for_a_disk() {
        let [before, after] = ["cpu  10 0 10 70 10 0 0\ncpu0 1", "cpu  40 0 40 100 30 0 0\n"];
        assert_eq!(Busy::of(after).since(&Busy::of(before)), 60.0 / 110.0);
    }

    #[test]
    fn a_directory_is_in_the_innermost_file_system() {
        let mounts =
            "overlay / overlay rw 0 0\ntmpfs /dev tmpfs rw 0 0\n/dev/sda1 /dev/shm ext4 rw 0 0\n";
        let of = |path: &str| file_system_among(mounts, Path::new(path)).unwrap();
        assert_eq!(
            [of("/tmp"), of("/dev"), of("/dev/shm/x"), of("/dev/shmx")],
            ["overlay", "tmpfs", "ext4", "tmpfs"]
        );
    }
}
