//! Telling another system over real TLS, as an operator sets it up: its certificate is of an authority
//! that only this machine believes, since SSL_CERT_FILE names it. Who is not who he should be is told
//! nothing, and asked once.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use meterbook_checks::program::{Program, Sample};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Another system on loopback that speaks TLS and takes everything; what it heard, and where the
/// certificate of its authority is.
fn other(folder: &Path) -> (u16, Receiver<String>, String) {
    let mut of = CertificateParams::default();
    of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(of, KeyPair::generate().expect("a key")).expect("it signs");
    let own = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = certificate.signed_by(&own, &authority).expect("it signs");
    let root = folder.join("root.pem");
    fs::write(&root, authority.pem()).expect("a file is written");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("it knows TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("the key is the certificate's");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it has one").port();
    let (say, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).expect("it can be set up");
            // Whoever does not believe the certificate goes away before saying anything.
            if let Ok(head) = answered(StreamOwned::new(connection, stream))
                && say.send(head).is_err()
            {
                return;
            }
        }
    });
    (port, heard, root.to_str().expect("a name").to_owned())
}

/// Takes what is asked, and gives its head back.
fn answered(stream: StreamOwned<ServerConnection, TcpStream>) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = head
        .lines()
        .find_map(|it| it.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.and_then(|it| it.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let closing = "HTTP/1.1 204 Taken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    reader.get_mut().write_all(closing.as_bytes())?;
    reader.get_mut().flush()?;
    reader.get_mut().conn.send_close_notify();
    reader.get_mut().flush()?;
    Ok(head)
}

fn tell(utility: &Program, root: &str) -> String {
    let mut command = utility.command(&["deliver", "tell"]);
    let ended = command.env("SSL_CERT_FILE", root).env("HOOK", "secret").output();
    let ended = ended.expect("the program can be started");
    let complaint = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{complaint}");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

#[test]
fn another_system_is_told_over_tls_when_its_authority_is_believed_and_asked_once_when_not() {
    let Some(sample) = Sample::in_a_file() else { return };
    let utility = &sample.program;
    utility.done(&["demo", "--customers", "8", "--no-serve"]);
    let folder = sample.scratch();
    let (port, heard, root) = other(folder);
    let settings = folder.join("settings");
    let text = format!("webhook https://localhost:{port}/hook\nwebhook-secret env HOOK\n");
    fs::write(&settings, text).expect("a file is written");
    let file = settings.to_str().expect("a name");
    utility.done(&["deliver", "settings", file, "--from", "2020-01-01"]);
    let day = utility.column("select max(billed_on) from bill").remove(0);
    let mail = folder.join("mail");
    let mail = mail.to_str().expect("a name");
    utility.done(&["deliver", "package", mail, "--billed", &day, "--expect", "100000"]);
    let sent =
        utility.column("select cast(piece_id as text) from piece_event where state = 'sent'");
    assert!(2 < sent.len(), "{sent:?}");

    // Another authority than the one that signed: nobody who could be told.
    let (_, _, strange) = other(&{
        let other = folder.join("other");
        fs::create_dir(&other).expect("a folder is made");
        other
    });
    let said = tell(utility, &strange);
    let left = sent.len() - 1;
    assert!(said.starts_with("0 taken, 1 later, 0 not taken before and waiting"), "{said}");
    assert!(said.contains(&format!("the other system did not answer: {left} more")), "{said}");
    let why = utility.column("select said from webhook_call").remove(0);
    assert!(why.to_lowercase().contains("certificate"), "{why}");
    assert!(heard.try_recv().is_err(), "it heard nothing");

    let said = tell(utility, &root);
    assert!(said.starts_with(&format!("{left} taken, 0 later, 1 not taken before")), "{said}");
    let head = heard.recv().expect("it was told");
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("webhook-signature: v1,"), "{head}");
}
