//! Who may reach a server, and how.

use std::net::SocketAddr;

use poem::http::header;
use poem::http::uri::Authority;
use poem::middleware::SetHeader;
use poem::{Endpoint, Middleware, Request, Response};

use super::accept::MediaType;
use super::answer;
use super::refusal::HttpRefusal;

/// How a server is reached. What it answers depends on it.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Whether nobody between can read along.
    pub(super) encrypted: bool,
    /// The names that it is addressed by besides those of loopback, in small letters.
    names: Vec<String>,
}

impl Reach {
    /// From this machine alone, in the clear.
    pub fn this_machine() -> Self {
        Self { encrypted: false, names: Vec::new() }
    }

    /// By TLS, under these names and addresses.
    pub fn encrypted(names: impl IntoIterator<Item = String>) -> Self {
        let names = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { encrypted: true, names }
    }

    /// No page elsewhere may frame or embed an answer, a browser must not guess at its type, and where it is
    /// encrypted it must not come in the clear again for half a year.
    pub(super) fn headers(&self) -> SetHeader {
        let headers = SetHeader::new()
            .overriding(
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            )
            .overriding(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .overriding(header::X_FRAME_OPTIONS, "DENY")
            .overriding(header::REFERRER_POLICY, "no-referrer")
            .overriding("cross-origin-resource-policy", "same-origin")
            .overriding("cross-origin-opener-policy", "same-origin");
        if self.encrypted {
            headers.overriding(header::STRICT_TRANSPORT_SECURITY, "max-age=15552000")
        } else {
            headers
        }
    }

    /// Both the request line (HTTP/2, proxies) and the header, where they are there, must name us.
    fn is_for_us(&self, request: &Request) -> bool {
        let line = request.uri().authority().map(|authority| self.is_ours(authority.host()));
        let headers = request.headers().get_all(header::HOST).iter().map(|value| {
            let authority = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
            authority.is_some_and(|authority| self.is_ours(authority.host()))
        });
        line.into_iter().chain(headers).all(|ours| ours)
    }

    fn is_ours(&self, host: &str) -> bool {
        let plain = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address = plain.parse::<std::net::IpAddr>();
        plain == "localhost"
            || address.is_ok_and(|address| address.is_loopback())
            || self.names.contains(&plain)
    }
}

/// Whether only this machine reaches the address.
pub fn is_of_this_machine(address: SocketAddr) -> bool {
    address.ip().is_loopback()
}

/// Refuses (421) a request whose `Host` is none of ours.
///
/// A web page can point its own name at this server and then talk to it as its own origin (DNS rebinding);
/// the name in `Host` gives it away. A request without `Host` comes from no browser and is served.
pub(super) struct OurNames(pub(super) Reach);

impl<E: Endpoint<Output = Response>> Middleware<E> for OurNames {
    type Output = OurNamesEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        OurNamesEndpoint { reach: self.0.clone(), inner }
    }
}

/// What [`OurNames`] makes of an endpoint.
pub(super) struct OurNamesEndpoint<E> {
    reach: Reach,
    inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for OurNamesEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if self.reach.is_for_us(&request) {
            self.inner.call(request).await
        } else {
            Ok(answer::refused(MediaType::Json, HttpRefusal::OtherHost))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_and_addresses_are_ours() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "[::1]"] {
            assert!(Reach::this_machine().is_ours(host), "{host}");
        }
    }

    #[test]
    fn any_other_name_is_not_unless_it_was_given() {
        let hosts = [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "",
            "ledger.example",
        ];
        for host in hosts {
            assert!(!Reach::this_machine().is_ours(host), "{host}");
        }
        let named = Reach::encrypted(["Ledger.Example".to_owned(), "10.0.0.1".to_owned()]);
        for host in hosts {
            let given = ["ledger.example", "10.0.0.1"].contains(&host);
            assert_eq!(named.is_ours(host), given, "{host}");
        }
    }
}
