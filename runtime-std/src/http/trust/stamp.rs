//! What a file system says of a file, to tell later whether it has changed.
//!
//! Each write to a file, each change of its times and each rename over its name shows in its number or in the time of its
//! last change (`ctime`), which no program can set. Where times are coarse, or both were made in the same moment, two changes
//! have the same time: so nothing is said of a file that changed less than two seconds before it was read, or at a time that is
//! still to come.
//!
//! On Linux only, and only of file systems that keep these times themselves: others have those of a server, of a program or
//! of a cache. On Windows programs can set all times.

#[cfg(target_os = "linux")]
pub(super) use self::of_linux::Stamp;
#[cfg(not(target_os = "linux"))]
pub(super) use self::of_others::Stamp;

#[cfg(target_os = "linux")]
mod of_linux {
    use std::fs::{self, File, Metadata};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    /// How long a file must have been as it is when it is read. The coarsest times are of two seconds.
    const SETTLED: Duration = Duration::from_secs(2);

    /// The file systems that are believed: ext2 to ext4, XFS, Btrfs, ZFS, F2FS, bcachefs, overlayfs, tmpfs, ramfs, SquashFS
    /// and EROFS, by their `f_type`.
    const BELIEVED: [u32; 11] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0x2fc1_2fc1,
        0xf2f5_2010,
        0xca45_1a4e,
        0x794c_7630,
        0x0102_1994,
        0x8584_58f6,
        0x7371_7368,
        0xe0f5_e1e2,
    ];

    /// Which file it is, its size, and when it was written and changed last.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Stamp {
        pub(in super::super) file: (u64, u64),
        pub(in super::super) size: u64,
        pub(in super::super) written: Time,
        pub(in super::super) changed: Time,
    }

    /// Seconds since 1970, and nanoseconds.
    type Time = (i64, i64);

    impl Stamp {
        /// What there is to say of an open file that is read at `now` or later; `None` where a change could go unnoticed.
        pub(in super::super) fn of(file: &File, now: SystemTime) -> Option<Self> {
            // The width of this number depends on the processor; the numbers have 32 bits.
            let kind = rustix::fs::fstatfs(file).ok()?.f_type as u32;
            let stamp = Self::from(&file.metadata().ok()?);
            (BELIEVED.contains(&kind) && stamp.is_settled(now)).then_some(stamp)
        }

        /// The same of whatever the path leads to by now.
        pub(in super::super) fn at(path: &Path) -> Option<Self> {
            fs::metadata(path).ok().as_ref().map(Self::from)
        }

        pub(in super::super) fn is_settled(&self, now: SystemTime) -> bool {
            let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default();
            let latest = since_1970.saturating_sub(SETTLED);
            let latest = (latest.as_secs() as i64, i64::from(latest.subsec_nanos()));
            self.written < latest && self.changed < latest
        }
    }

    impl From<&Metadata> for Stamp {
        fn from(metadata: &Metadata) -> Self {
            Stamp {
                file: (metadata.dev(), metadata.ino()),
                size: metadata.size(),
                written: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod of_others {
    use std::fs::File;
    use std::path::Path;
    use std::time::SystemTime;

    /// There is none.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(in super::super) enum Stamp {}

    impl Stamp {
        pub(in super::super) fn of(_: &File, _: SystemTime) -> Option<Self> {
            None
        }

        pub(in super::super) fn at(_: &Path) -> Option<Self> {
            None
        }
    }
}
