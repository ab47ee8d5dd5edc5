//! Standard input, read piece by piece, by a thread that can be stopped.

use std::thread::JoinHandle;
use std::time::Duration;

use zeroize::Zeroizing;

/// How much is read at once.
const PIECE: usize = 4096;

/// What came.
pub(crate) enum Chunk {
    Bytes(Zeroizing<Vec<u8>>),
    /// Nothing, for as long as was asked.
    Pause,
    /// Nothing, and nothing will: the end, an error, or the reader was stopped.
    End,
}

#[cfg(unix)]
pub(crate) use self::unix::{Input, Stopper};

#[cfg(unix)]
mod unix {
    use std::io::IsTerminal as _;
    use std::os::fd::OwnedFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::stdio::stdin;

    use super::*;
    use crate::terminal::is_ours;

    /// How long to wait until the terminal may be ours again.
    const BACKGROUND: Duration = Duration::from_millis(200);

    pub(crate) struct Input {
        stopped: OwnedFd,
        is_terminal: bool,
    }

    /// Stops the reader when it is dropped.
    pub(crate) struct Stopper(OwnedFd);

    impl Stopper {
        /// Waits until the thread that reads has ended.
        pub(crate) fn stop(self, thread: JoinHandle<()>) {
            drop(self.0);
            // It can only have panicked, and then there is nothing to read either.
            let _ = thread.join();
        }
    }

    impl Input {
        pub(crate) fn start() -> std::io::Result<(Self, Stopper)> {
            let (stopped, stopper) = rustix::pipe::pipe()?;
            let is_terminal = std::io::stdin().is_terminal();
            Ok((Input { stopped, is_terminal }, Stopper(stopper)))
        }

        pub(crate) fn next(&self, at_most: Option<Duration>) -> Chunk {
            loop {
                match self.ready(at_most) {
                    Ready::Input if self.is_terminal && !is_ours() => {
                        if self.is_stopped_within(BACKGROUND) {
                            return Chunk::End;
                        }
                    }
                    Ready::Input => return read(),
                    Ready::Nothing => return Chunk::Pause,
                    Ready::Stopped => return Chunk::End,
                }
            }
        }

        fn ready(&self, at_most: Option<Duration>) -> Ready {
            let at_most = at_most.and_then(|time| Timespec::try_from(time).ok());
            let mut fds = [
                PollFd::from_borrowed_fd(stdin(), PollFlags::IN),
                PollFd::new(&self.stopped, PollFlags::IN),
            ];
            loop {
                match poll(&mut fds, at_most.as_ref()) {
                    Err(Errno::INTR) => {}
                    Err(_) => return Ready::Stopped,
                    Ok(0) => return Ready::Nothing,
                    Ok(_) if fds.last().is_some_and(|fd| !fd.revents().is_empty()) => {
                        return Ready::Stopped;
                    }
                    Ok(_) => return Ready::Input,
                }
            }
        }

        fn is_stopped_within(&self, time: Duration) -> bool {
            let time = Timespec::try_from(time).ok();
            let mut fds = [PollFd::new(&self.stopped, PollFlags::IN)];
            poll(&mut fds, time.as_ref()).is_ok_and(|ready| ready > 0)
        }
    }

    enum Ready {
        Input,
        Nothing,
        Stopped,
    }

    fn read() -> Chunk {
        let mut bytes = Zeroizing::new(vec![0; PIECE]);
        loop {
            match rustix::io::read(stdin(), bytes.as_mut_slice()) {
                Err(Errno::INTR) => {}
                Err(_) | Ok(0) => return Chunk::End,
                Ok(length) => {
                    bytes.truncate(length);
                    return Chunk::Bytes(bytes);
                }
            }
        }
    }
}

#[cfg(not(unix))]
pub(crate) use self::elsewhere::{Input, Stopper};

#[cfg(not(unix))]
mod elsewhere {
    use std::io::Read as _;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

    use super::*;

    pub(crate) struct Input(Receiver<Option<Zeroizing<Vec<u8>>>>);

    pub(crate) struct Stopper(SyncSender<Option<Zeroizing<Vec<u8>>>>);

    impl Stopper {
        /// The thread that reads ends with the next line, or with the process.
        pub(crate) fn stop(self, thread: JoinHandle<()>) {
            if self.0.try_send(None).is_ok() {
                let _ = thread.join();
            }
        }
    }

    impl Input {
        pub(crate) fn start() -> std::io::Result<(Self, Stopper)> {
            let (sender, pieces) = sync_channel(1);
            let stopper = Stopper(sender.clone());
            std::thread::Builder::new().spawn(move || {
                loop {
                    let mut bytes = Zeroizing::new(vec![0; PIECE]);
                    let length = std::io::stdin().lock().read(&mut bytes).unwrap_or_default();
                    bytes.truncate(length);
                    let piece = Some(bytes).filter(|bytes| !bytes.is_empty());
                    let is_end = piece.is_none();
                    if sender.send(piece).is_err() || is_end {
                        return;
                    }
                }
            })?;
            Ok((Input(pieces), stopper))
        }

        pub(crate) fn next(&self, at_most: Option<Duration>) -> Chunk {
            let piece = match at_most {
                Some(time) => self.0.recv_timeout(time),
                None => self.0.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match piece {
                Ok(Some(bytes)) => Chunk::Bytes(bytes),
                Ok(None) | Err(RecvTimeoutError::Disconnected) => Chunk::End,
                Err(RecvTimeoutError::Timeout) => Chunk::Pause,
            }
        }
    }
}
