//! A TCP server that writes whatever bytes a test wants.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use onerealm_demo_provider::Endpoint;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Longer than anything takes that ends by itself, however slow the machine.
pub const LONG: Duration = Duration::from_secs(120);
/// No thread of a test stays longer. A test has given up before, so that nobody takes this for the end of a login.
pub const FOREVER: Duration = LONG.saturating_mul(8);

/// What becomes of one answer.
pub type Bend = dyn Fn(&mut Wire, &Honest) -> Then + Send + Sync;

/// What happens to the connection after a bent answer.
#[derive(PartialEq, Eq)]
pub enum Then {
    Close,
    NextRequest,
}

/// A request as it arrived.
#[derive(Clone)]
pub struct Seen {
    /// The number of the connection that it came on.
    pub connection: usize,
    pub endpoint: Endpoint,
}

/// Accepts connections until it is [closed](Front::close).
#[derive(Clone)]
pub struct Front {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    upstream: OnceLock<SocketAddr>,
    tls: Mutex<Option<Arc<ServerConfig>>>,
    bend: Mutex<Option<(Endpoint, Arc<Bend>)>>,
    pause: Mutex<Duration>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    is_closed: AtomicBool,
}

impl Front {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.is_closed.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Front { address, shared }
    }

    /// Gives the port back: there are hundreds of fronts in a run, and a process may have few files open.
    pub fn close(&self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        // This wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }

    /// Where honest answers come from.
    pub fn stand_before(&self, upstream: SocketAddr) {
        self.shared.upstream.set(upstream).unwrap();
    }

    /// Every later connection begins with a TLS handshake.
    pub fn speak_tls(&self, config: ServerConfig) {
        *self.shared.tls.lock().unwrap() = Some(Arc::new(config));
    }

    /// The next answer of this endpoint is bent; those after it are honest again.
    pub fn bend_next(
        &self,
        endpoint: Endpoint,
        bend: impl Fn(&mut Wire, &Honest) -> Then + Send + Sync + 'static,
    ) {
        *self.shared.bend.lock().unwrap() = Some((endpoint, Arc::new(bend)));
    }

    /// Every answer takes this much longer.
    #[cfg(unix)]
    pub fn pause(&self, pause: Duration) {
        *self.shared.pause.lock().unwrap() = pause;
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        let connection = self.connections.fetch_add(1, Ordering::SeqCst);
        stream.set_read_timeout(Some(FOREVER)).unwrap();
        stream.set_write_timeout(Some(FOREVER)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut wire = match self.tls.lock().unwrap().clone() {
            None => Wire { stream: Box::new(stream) },
            Some(config) => {
                let session = ServerConnection::new(config).unwrap();
                Wire { stream: Box::new(StreamOwned::new(session, stream)) }
            }
        };
        while let Ok(request) = read_request(&mut *wire.stream) {
            let endpoint = endpoint(&request);
            self.seen.lock().unwrap().push(Seen { connection, endpoint });
            let Ok(honest) = self.ask_upstream(&request) else { return };
            thread::sleep(*self.pause.lock().unwrap());
            let bend = self.take_bend(endpoint);
            let then = match bend {
                Some(bend) => bend(&mut wire, &honest),
                None => match wire.send(&honest.to_bytes()) {
                    true => Then::NextRequest,
                    false => Then::Close,
                },
            };
            if then == Then::Close {
                return;
            }
        }
    }

    fn take_bend(&self, endpoint: Endpoint) -> Option<Arc<Bend>> {
        self.bend.lock().unwrap().take_if(|(bent, _)| *bent == endpoint).map(|(_, bend)| bend)
    }

    fn ask_upstream(&self, request: &str) -> io::Result<Honest> {
        let Some(upstream) = self.upstream.get() else {
            return Ok(Honest::new("HTTP/1.1 404 Not Found", Vec::new()));
        };
        let mut stream = TcpStream::connect(upstream)?;
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let kept: String = head
            .split("\r\n")
            .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
            .flat_map(|line| [line, "\r\n"])
            .collect();
        stream.write_all(format!("{kept}Connection: close\r\n\r\n{body}").as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(Honest::parse(&answer))
    }
}

fn endpoint(request: &str) -> Endpoint {
    let target = request.split(' ').nth(1).unwrap_or_default();
    [
        ("/.well-known/openid-configuration", Endpoint::Discovery),
        ("/keys", Endpoint::Keys),
        ("/token", Endpoint::Token),
        ("/userinfo", Endpoint::Userinfo),
    ]
    .into_iter()
    .find(|(end, _)| target.ends_with(end))
    .map_or(Endpoint::Other, |(_, endpoint)| endpoint)
}

/// Reads head and body of one request.
pub fn read_request(stream: &mut (impl Read + ?Sized)) -> io::Result<String> {
    let mut request = Vec::new();
    let mut wanted = None;
    while wanted.is_none_or(|wanted| request.len() < wanted) {
        let mut chunk = [0; 4096];
        let len = stream.read(&mut chunk)?;
        if len == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&chunk[..len]);
        let text = String::from_utf8_lossy(&request);
        if let Some(head) = text.find("\r\n\r\n") {
            wanted = Some(head + 4 + content_length(&text[..head]));
        }
    }
    Ok(String::from_utf8(request).unwrap())
}

fn content_length(head: &str) -> usize {
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    };
    head.lines().find_map(named).unwrap_or(0)
}

/// What the provider answered.
#[derive(Clone)]
pub struct Honest {
    pub status_line: String,
    /// Without those about framing.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Honest {
    fn new(status_line: &str, body: Vec<u8>) -> Self {
        Honest { status_line: status_line.to_owned(), headers: Vec::new(), body }
    }

    fn parse(answer: &[u8]) -> Self {
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap();
        let text = std::str::from_utf8(&answer[..head]).unwrap();
        let mut lines = text.split("\r\n");
        let mut honest = Honest::new(lines.next().unwrap(), answer[head + 4..].to_vec());
        let is_framing = |line: &&str| {
            let line = line.to_ascii_lowercase();
            line.starts_with("content-length:") || line.starts_with("connection:")
        };
        honest.headers = lines.filter(|line| !is_framing(line)).map(str::to_owned).collect();
        honest
    }

    /// The answer, on a connection that stays open.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = format!("Content-Length: {}", self.body.len());
        [self.head(&[&length, "Connection: keep-alive"]), self.body.clone()].concat()
    }

    /// The head alone, with these headers besides its own.
    pub fn head(&self, headers: &[&str]) -> Vec<u8> {
        let own = self.headers.iter().map(String::as_str);
        let lines =
            [self.status_line.as_str()].into_iter().chain(own).chain(headers.iter().copied());
        (lines.collect::<Vec<_>>().join("\r\n") + "\r\n\r\n").into_bytes()
    }

    /// The body in two chunks.
    pub fn chunked(&self) -> Vec<u8> {
        let (one, two) = self.body.split_at(self.body.len() / 2);
        let mut chunked = Vec::new();
        for chunk in [one, two, &[]] {
            write!(chunked, "{:x}\r\n", chunk.len()).unwrap();
            chunked.extend_from_slice(chunk);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked
    }
}

/// The connection to the relying party.
pub struct Wire {
    stream: Box<dyn Stream>,
}

trait Stream: Read + Write {
    /// Both in one piece of the network, as two records where there is TLS.
    fn write_two(&mut self, one: &[u8], two: &[u8]) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn write_two(&mut self, one: &[u8], two: &[u8]) -> io::Result<()> {
        self.write_all(&[one, two].concat())
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn write_two(&mut self, one: &[u8], two: &[u8]) -> io::Result<()> {
        self.conn.writer().write_all(one)?;
        self.conn.writer().write_all(two)?;
        let mut records = Vec::new();
        while self.conn.wants_write() {
            self.conn.write_tls(&mut records)?;
        }
        self.sock.write_all(&records)
    }
}

impl Wire {
    /// `false` once the relying party is gone.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Sends two pieces that arrive together.
    pub fn send_two(&mut self, one: &[u8], two: &[u8]) {
        // A relying party that is gone already has what it wanted.
        let _ = self.stream.write_two(one, two);
    }

    /// Waits until the relying party says something, or leaves; gives how many bytes came.
    pub fn read_some(&mut self) -> Option<usize> {
        self.stream.read(&mut [0; 4096]).ok()
    }

    /// Sends the same again and again; gives how many bytes went out before the relying party left,
    /// or there were `at_most` of them.
    pub fn send_again_and_again(&mut self, bytes: &[u8], at_most: u64) -> u64 {
        let mut sent = 0;
        while sent < at_most && self.send(bytes) {
            sent += bytes.len() as u64;
        }
        sent
    }

    /// Sends byte after byte, with a pause after each, then more of them again and again until the relying party leaves.
    pub fn drip(&mut self, bytes: &[u8], more: &[u8], pause: Duration) {
        for byte in bytes.iter().chain(more.iter().cycle()) {
            if !self.send(&[*byte]) {
                return;
            }
            thread::sleep(pause);
        }
    }

    /// Says nothing more until the relying party leaves.
    pub fn wait_until_gone(&mut self) {
        let mut ignored = [0; 4096];
        while self.stream.read(&mut ignored).is_ok_and(|len| len > 0) {}
    }
}
