//! Requests must be addressed to this machine.

use std::net::IpAddr;

use poem::http::header;
use poem::http::uri::Authority;
use poem::{Endpoint, Middleware, Request, Response};

use super::accept::MediaType;
use super::answer;
use super::refusal::HttpRefusal;

/// Refuses (421) a request whose `Host` is neither `localhost` nor a loopback address.
///
/// A web page can point its own name at 127.0.0.1 and then talk to this program as its own origin
/// (DNS rebinding); the name in `Host` gives it away. A request without `Host` comes from no browser
/// and is served.
pub(super) struct LoopbackHost;

impl<E: Endpoint<Output = Response>> Middleware<E> for LoopbackHost {
    type Output = LoopbackHostEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        LoopbackHostEndpoint { inner }
    }
}

/// What [`LoopbackHost`] makes of an endpoint.
pub(super) struct LoopbackHostEndpoint<E> {
    inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for LoopbackHostEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if is_for_us(&request) {
            self.inner.call(request).await
        } else {
            Ok(answer::refused(MediaType::Json, HttpRefusal::OtherHost))
        }
    }
}

/// Both the request line (HTTP/2, proxies) and the header, where they are there, must name us.
fn is_for_us(request: &Request) -> bool {
    let line = request.uri().authority().map(|authority| is_loopback(authority.host()));
    let headers = request.headers().get_all(header::HOST).iter().map(|value| {
        let authority = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        authority.is_some_and(|authority| is_loopback(authority.host()))
    });
    line.into_iter().chain(headers).all(|ours| ours)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_names_and_addresses_are_ours() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn any_other_name_is_not() {
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "[::]", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
