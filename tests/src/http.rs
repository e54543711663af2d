//! A client over HTTP.

/// A client that uses no proxy. The program names the provider of TLS when it starts; a test has to
/// do it for itself.
pub fn client() -> reqwest::Client {
    // Another test may have named it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
