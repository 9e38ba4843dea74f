//! Who asks other systems over HTTP: goes where it is told to and nowhere else, and believes whom this
//! machine believes.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// How long another system may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks whoever is at `url`. It believes this machine's certificates, or those that SSL_CERT_FILE or
/// SSL_CERT_DIR name; whatever is answered is an answer.
pub(crate) fn agent(url: &str) -> Agent {
    let config = Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0);
    let config = config.http_status_as_error(false);
    if url.starts_with("http://") {
        return config.build().into();
    }
    let found = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<_> =
        found.iter().map(|it| Certificate::from_der(it).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    config.tls_config(tls).build().into()
}
