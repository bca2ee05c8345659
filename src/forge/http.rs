//! Requests to a service: one client for all of them, which keeps the token to the host that it is meant for, waits where it is asked to,
//! reads no more than it was told to, and follows no page anywhere but by its number.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_native_certs::load_native_certs;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use ureq::http::{HeaderMap, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::ForgeError;
use super::patience::{self, Came, Hints, Next};

/// How long one request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long it waits in all where it is asked to.
const MOST_WAITING: Duration = Duration::from_secs(90);
/// The most that an answer with text may have, in bytes: a page of a hundred comments is a tenth of it.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// How often a download may be sent elsewhere.
const MOST_REDIRECTS: u32 = 3;
/// How many entries a page has.
const PAGE: usize = 100;
/// How many pages are read.
const MOST_PAGES: usize = 100;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// True where doing it twice is the same as doing it once.
    fn may_repeat(self) -> bool {
        self != Self::Post
    }
}

/// One request. It holds the secret, and is therefore never printed.
struct Request {
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    /// The most bytes of an answer that are read.
    most_bytes: u64,
}

/// What came back.
struct Response {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }

    fn hints(&self) -> Hints {
        Hints {
            retry_after: self.number("retry-after"),
            remaining: self
                .number("x-ratelimit-remaining")
                .or(self.number("ratelimit-remaining")),
            reset: self.number("x-ratelimit-reset").or(self.number("ratelimit-reset")),
        }
    }

    /// True where the service says that there is a further page.
    fn has_next(&self) -> bool {
        self.header("link").is_some_and(|link| link.contains("rel=\"next\""))
    }
}

/// What carries requests over the network.
struct Network(ureq::Agent);

impl Network {
    /// One that trusts the certificates that this machine does.
    fn new() -> Self {
        let certificates = load_native_certs().certs;
        let certificates: Vec<Certificate<'static>> = certificates
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&certificates))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIME_LIMIT))
            .user_agent(concat!("importgate/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(config.new_agent())
    }

    /// Sends one, and follows no redirect.
    fn send(&self, request: &Request) -> Result<Response, String> {
        let mut builder = ureq::http::Request::builder()
            .method(request.method.as_str())
            .uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let said = |error: ureq::Error| error.to_string();
        let not_sent = |error: ureq::http::Error| error.to_string();
        let response = match &request.body {
            Some(body) => self.0.run(builder.body(&body[..]).map_err(not_sent)?),
            None => self.0.run(builder.body(()).map_err(not_sent)?),
        };
        let (parts, mut body) = response.map_err(said)?.into_parts();
        let body = body.with_config().limit(request.most_bytes).read_to_vec();
        Ok(Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.map_err(said)?,
        })
    }
}

/// A header that proves who asks.
pub(super) struct Secret {
    /// Its name.
    pub(super) header: &'static str,
    /// Its value.
    pub(super) value: String,
}

impl Secret {
    /// A token as OAuth has it (RFC 6750).
    pub(super) fn bearer(token: &str) -> Self {
        Self {
            header: "Authorization",
            value: format!("Bearer {token}"),
        }
    }
}

/// What asks the API of one service.
pub(super) struct Client {
    network: Network,
    /// The address of the API, without a slash at its end.
    base: String,
    secret: Option<Secret>,
    /// What the service wants to see in each request.
    headers: Vec<(&'static str, String)>,
    waited: Cell<Duration>,
}

impl Client {
    /// Of the API at this address.
    ///
    /// # Errors
    /// Where it is no address, or one to which a token would travel in the open.
    pub(super) fn new(
        base: &str,
        secret: Option<Secret>,
        headers: Vec<(&'static str, String)>,
    ) -> Result<Self, ForgeError> {
        let origin = origin(base).ok_or_else(|| ForgeError::NoAddress(base.to_owned()))?;
        let host = origin.1.rsplit_once(':').map_or(&*origin.1, |(host, _)| host);
        if origin.0 != "https" && !["localhost", "127.0.0.1", "[::1]"].contains(&host) {
            return Err(ForgeError::InTheOpen(base.to_owned()));
        }
        Ok(Self {
            network: Network::new(),
            base: base.trim_end_matches('/').to_owned(),
            secret,
            headers,
            waited: Cell::new(Duration::ZERO),
        })
    }

    /// An answer as what it means; `doing` says what for, should it fail.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str, doing: &'static str) -> Result<T, ForgeError> {
        understood(&self.at(Method::Get, path, None, doing)?, doing)
    }

    /// The same of a request that changes something.
    pub(super) fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        doing: &'static str,
    ) -> Result<T, ForgeError> {
        understood(&self.at(method, path, Some(body), doing)?, doing)
    }

    /// A request whose answer says nothing.
    pub(super) fn order(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        doing: &'static str,
    ) -> Result<(), ForgeError> {
        self.at(method, path, body, doing).map(drop)
    }

    /// Everything on all pages of a list. A page is asked for by its number: where the next one is, the service may say as it likes.
    pub(super) fn pages<T: DeserializeOwned, P: Page<T>>(
        &self,
        path: &str,
        size: &str,
        doing: &'static str,
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        let separator = if path.contains('?') { '&' } else { '?' };
        for number in 1..=MOST_PAGES {
            let path = format!("{path}{separator}{size}={PAGE}&page={number}");
            let response = self.at(Method::Get, &path, None, doing)?;
            let page: P = understood(&response, doing)?;
            let has_next = response.has_next() || page.has_next();
            all.extend(page.entries());
            if !has_next {
                return Ok(all);
            }
        }
        Err(ForgeError::TooMuch { doing })
    }

    /// What stands at a path, which may be somewhere else; no more than so many bytes of it.
    pub(super) fn download(&self, path: &str, most_bytes: u64, doing: &'static str) -> Result<Vec<u8>, ForgeError> {
        let mut url = format!("{}{path}", self.base);
        for _ in 0..=MOST_REDIRECTS {
            let response = self.request(Method::Get, &url, None, most_bytes, doing)?;
            match response.status {
                200 => return Ok(response.body),
                301 | 302 | 303 | 307 | 308 => {
                    let location = response.header("location").unwrap_or_default();
                    url = self.elsewhere(&url, location).ok_or(ForgeError::Moved { doing })?;
                }
                status => return Err(refused(status, doing)),
            }
        }
        Err(ForgeError::Moved { doing })
    }

    /// Where a redirect leads; `None` where it leads to no address, or out of TLS.
    fn elsewhere(&self, from: &str, location: &str) -> Option<String> {
        let (scheme, host) = origin(from)?;
        let url = match location.strip_prefix('/') {
            Some(path) if !path.starts_with('/') => format!("{scheme}://{host}/{path}"),
            _ => location.to_owned(),
        };
        let is_open = origin(&self.base)?.0 == "http";
        (is_open || origin(&url)?.0 == "https").then_some(url)
    }

    fn at(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        doing: &'static str,
    ) -> Result<Response, ForgeError> {
        let url = format!("{}{path}", self.base);
        let response = self.request(method, &url, body, MOST_BYTES, doing)?;
        match response.status {
            200..=299 => Ok(response),
            301 | 302 | 303 | 307 | 308 => Err(ForgeError::Moved { doing }),
            status => Err(refused(status, doing)),
        }
    }

    /// Sends a request, and again where that is worth it.
    fn request(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        most_bytes: u64,
        doing: &'static str,
    ) -> Result<Response, ForgeError> {
        let mut headers = Vec::new();
        // Whoever is sent elsewhere, to a store of files, proves himself by the address.
        if origin(url).is_some() && origin(url) == origin(&self.base) {
            headers.extend(self.headers.iter().cloned());
            headers.extend(self.secret.iter().map(|secret| (secret.header, secret.value.clone())));
        }
        if body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        let request = Request {
            method,
            url: url.to_owned(),
            headers,
            body: body.map(|body| body.to_string().into_bytes()),
            most_bytes,
        };
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = self.network.send(&request);
            let came = answer.as_ref().map_or(Came::Nothing, |response| {
                Came::Response(response.status, response.hints())
            });
            let left = MOST_WAITING.saturating_sub(self.waited.get());
            match (patience::next(came, tries, method.may_repeat(), left, now()), answer) {
                (Next::Again(pause), _) => {
                    self.waited.set(self.waited.get() + pause);
                    thread::sleep(pause);
                }
                (Next::GiveUp(pause), _) => {
                    return Err(ForgeError::Limited {
                        doing,
                        seconds: pause.as_secs(),
                    });
                }
                (Next::Take, Ok(response)) => return Ok(response),
                (Next::Take, Err(why)) => return Err(ForgeError::Unreachable { doing, why }),
            }
        }
    }
}

/// One page of a list.
pub(super) trait Page<T>: DeserializeOwned {
    /// What stands on it.
    fn entries(self) -> Vec<T>;
    /// True where it says itself that there is another one.
    fn has_next(&self) -> bool;
}

impl<T: DeserializeOwned> Page<T> for Vec<T> {
    fn entries(self) -> Vec<T> {
        self
    }

    fn has_next(&self) -> bool {
        false
    }
}

fn understood<T: DeserializeOwned>(response: &Response, doing: &'static str) -> Result<T, ForgeError> {
    serde_json::from_slice(&response.body).map_err(|error| ForgeError::NotUnderstood {
        doing,
        why: error.to_string(),
    })
}

fn refused(status: u16, doing: &'static str) -> ForgeError {
    match status {
        401 | 403 | 404 | 410 => ForgeError::Refused { status, doing },
        _ => ForgeError::Unexpected { status, doing },
    }
}

/// Scheme and host with port of an address; `None` where it is none.
fn origin(url: &str) -> Option<(String, String)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let authority = uri.authority()?.as_str();
    // Names and passwords in an address are nothing that anybody needs here.
    let is_plain = ["http", "https"].contains(&&*scheme) && !authority.contains('@');
    is_plain.then(|| (scheme, authority.to_ascii_lowercase()))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// A segment of a path, or a value of a query, as an address can hold it.
pub(super) fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
