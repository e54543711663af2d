//! Who may reach a server, and how.

use std::net::IpAddr;

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
    /// Whether it answers only those who are signed in.
    pub(super) closed: bool,
    /// The names that it is addressed by besides those of loopback, in small letters.
    names: Vec<String>,
}

impl Reach {
    /// From this machine alone, in the clear.
    pub fn this_machine() -> Self {
        Self { encrypted: false, closed: false, names: Vec::new() }
    }

    /// By TLS, under these names and addresses, without ports and brackets.
    ///
    /// # Errors
    /// The first that is neither.
    pub fn encrypted(names: &[String]) -> Result<Self, String> {
        let is_name = |text: &str| {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
            !text.is_empty() && text.chars().all(good)
        };
        match names.iter().find(|name| !is_name(name) && name.parse::<IpAddr>().is_err()) {
            Some(wrong) => Err(wrong.clone()),
            None => {
                let names = names.iter().map(|name| plain(name)).collect();
                Ok(Self { encrypted: true, closed: false, names })
            }
        }
    }

    /// The same, and only those who are signed in learn anything, the schema among it.
    pub fn closed(self, closed: bool) -> Self {
        Self { closed, ..self }
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
        is_loopback(host) || self.names.contains(&bare_name(host))
    }
}

/// Whether a host's name leads to this machine from this machine alone.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = bare_name(host);
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn bare_name(host: &str) -> String {
    plain(host.trim_start_matches('[').trim_end_matches(']'))
}

/// A name in small letters, an address in its usual spelling.
fn plain(name: &str) -> String {
    name.parse::<IpAddr>().map_or_else(|_| name.to_ascii_lowercase(), |address| address.to_string())
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
    #![allow(clippy::unwrap_used)]
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
        let names = ["Ledger.Example", "10.0.0.1", "2001:DB8:0::1"].map(str::to_owned);
        let named = Reach::encrypted(&names).unwrap();
        assert!(named.is_ours("[2001:db8::1]"));
        for wrong in ["", "ledger.example:8443", "[::1]", "账本"] {
            assert!(Reach::encrypted(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
        for host in hosts {
            let given = ["ledger.example", "10.0.0.1"].contains(&host);
            assert_eq!(named.is_ours(host), given, "{host}");
        }
    }
}
