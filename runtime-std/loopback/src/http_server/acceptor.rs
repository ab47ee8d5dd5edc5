//! Accepts connections until dropped, each on its own thread.

use std::collections::VecDeque;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Connection;

/// How long to pause after `accept` fails, for example because the process is out of file descriptors.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a drop waits for the accepting thread, and then for connections being answered: those hold no port, so
/// leaving one behind is harmless.
const FAREWELL: Duration = Duration::from_secs(5);

/// Accepts connections on one listening socket, and serves each on its own thread.
///
/// The number of open connections is bounded: a new one replaces the oldest, so idle connections never keep a new one
/// waiting. Dropping it closes the socket and every connection.
pub struct Acceptor {
    address: SocketAddr,
    open: Arc<OpenConnections>,
    thread: Option<JoinHandle<()>>,
}

impl Acceptor {
    /// Starts accepting; `serve` gets each connection, of which at most `max_open` are open at once.
    ///
    /// # Errors
    ///
    /// The system's error if there is no address or thread.
    pub fn start<Serve>(listener: TcpListener, max_open: usize, serve: Serve) -> io::Result<Self>
    where
        Serve: Fn(Connection) + Send + Sync + 'static,
    {
        let address = listener.local_addr()?;
        let open = Arc::new(OpenConnections::new(max_open));
        let accepting = Arc::clone(&open);
        let thread = thread::Builder::new()
            .name(format!("accept {address}"))
            .spawn(move || accept(&listener, &accepting, &Arc::new(serve)))?;
        Ok(Self { address, open, thread: Some(thread) })
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.open.close();
        if let Some(thread) = self.thread.take() {
            let leave = Instant::now() + FAREWELL;
            // A machine whose loopback interface is down can't connect to itself.
            while !thread.is_finished() && Instant::now() < leave {
                // `accept` has no deadline; a connection wakes it.
                let _ = TcpStream::connect_timeout(&self.address, PAUSE);
                thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                // It can only have panicked, so there is nothing left to stop.
                let _ = thread.join();
            }
        }
        self.open.wait_until_none(FAREWELL);
    }
}

fn accept<Serve>(listener: &TcpListener, open: &Arc<OpenConnections>, serve: &Arc<Serve>)
where
    Serve: Fn(Connection) + Send + Sync + 'static,
{
    loop {
        let accepted = listener.accept();
        if open.lock().closing {
            return;
        }
        let Ok((stream, _)) = accepted else {
            thread::sleep(PAUSE);
            continue;
        };
        let Some(place) = open.admit(stream) else {
            return;
        };
        let connection = Connection::new(Arc::clone(&place.stream));
        let serve = Arc::clone(serve);
        // If no thread starts, the place is dropped, and the connection with it.
        let _ = thread::Builder::new().name("connection".to_owned()).spawn(move || {
            serve(connection);
            drop(place);
        });
    }
}

/// The connections that have a thread.
struct OpenConnections {
    max: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    closing: bool,
    oldest_first: VecDeque<Arc<TcpStream>>,
}

impl OpenConnections {
    fn new(max: usize) -> Self {
        Self { max, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Gives a connection a place, the oldest one's if all are taken; `None` while closing.
    fn admit(self: &Arc<Self>, stream: TcpStream) -> Option<Place> {
        // Answers are written at once, in one piece.
        let _ = stream.set_nodelay(true);
        let stream = Arc::new(stream);
        let mut state = self.lock();
        while state.oldest_first.len() >= self.max && !state.closing {
            if let Some(oldest) = state.oldest_first.front() {
                let _ = oldest.shutdown(Shutdown::Both);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closing {
            return None;
        }
        state.oldest_first.push_back(Arc::clone(&stream));
        Some(Place { stream, among: Arc::clone(self) })
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closing = true;
        for stream in &state.oldest_first {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    fn wait_until_none(&self, at_most: Duration) {
        let open = |state: &mut State| !state.oldest_first.is_empty();
        let _ = self.changed.wait_timeout_while(self.lock(), at_most, open);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing below can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's place, freed when dropped.
struct Place {
    stream: Arc<TcpStream>,
    among: Arc<OpenConnections>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.among.lock();
        state.oldest_first.retain(|open| !Arc::ptr_eq(open, &self.stream));
        self.among.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_ends_where_this_machine_can_not_connect_to_itself() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut acceptor = Acceptor::start(listener, 1, |_| ()).unwrap();
        // As if the loopback interface were down: connections there fail.
        acceptor.address = "127.0.0.1:1".parse().unwrap();
        drop(acceptor);
    }

    #[test]
    fn a_connection_that_ends_leaves_the_others_their_places() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (ended, has_ended) = std::sync::mpsc::channel();
        let acceptor = Acceptor::start(listener, 8, move |mut connection| {
            let _ = connection.read(0, Instant::now() + Duration::from_secs(60));
            ended.send(()).unwrap();
        });
        let acceptor = acceptor.unwrap();
        let open = || acceptor.open.lock().oldest_first.len();
        let connect = |count: usize| {
            let client = TcpStream::connect(address).unwrap();
            while open() < count {
                thread::sleep(Duration::from_millis(1));
            }
            client
        };
        let (first, second) = (connect(1), connect(2));
        drop(first);
        has_ended.recv().unwrap();
        while open() > 1 {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(open(), 1, "the other one");
        assert_eq!(
            acceptor.open.lock().oldest_first[0].peer_addr().unwrap(),
            second.local_addr().unwrap()
        );
        drop(acceptor);
        // It was cut, and waited for.
        assert!(has_ended.try_recv().is_ok());
    }

    #[test]
    fn a_drop_waits_for_those_who_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (said, says) = std::sync::mpsc::channel();
        let acceptor = Acceptor::start(listener, 8, move |_| {
            said.send("begun").unwrap();
            thread::sleep(Duration::from_millis(300));
            said.send("done").unwrap();
        });
        let _client = TcpStream::connect(address).unwrap();
        assert_eq!(says.recv(), Ok("begun"));
        drop(acceptor);
        assert_eq!(says.try_recv(), Ok("done"));
    }
}
