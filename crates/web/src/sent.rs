//! What a form sends: its fields, and the files with it where it has any.
//!
//! A file that is too large is read to its end and not kept, so that the page can say so: a browser
//! whose sending is cut off shows a fault of its own instead.

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, Form, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use meterbook_core::limits::{FORM_BYTES, READ_AWAY};

use crate::typed::Typed;

/// A form as it came.
pub(crate) struct Sent {
    /// Its fields.
    pub(crate) typed: Typed,
    /// Its files, in their order. Where none was chosen there is none.
    pub(crate) files: Vec<SentFile>,
    /// Whether all files together were more than [`FORM_BYTES`], so that some are not whole.
    pub(crate) too_much: bool,
}

/// A file that was sent.
pub(crate) struct SentFile {
    /// What the browser calls it.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// How much a route reads that takes files; without it axum stops at two megabytes.
pub(crate) fn room() -> DefaultBodyLimit {
    DefaultBodyLimit::max(READ_AWAY)
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        if !kind.is_some_and(|it| it.starts_with("multipart/form-data")) {
            let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
            let Form(fields) = form.map_err(IntoResponse::into_response)?;
            return Ok(Sent { typed: Typed::new(fields), files: Vec::new(), too_much: false });
        }
        let mut parts =
            Multipart::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        let (mut left, mut too_much) = (FORM_BYTES, false);
        while let Some(part) = parts.next_field().await.map_err(IntoResponse::into_response)? {
            let (field, name) = (part.name().unwrap_or_default().to_owned(), part.file_name());
            // A browser writes a quote in a name so.
            let name = name.map(|it| it.replace("%22", "\""));
            let (bytes, whole) = kept(part, left).await?;
            left -= bytes.len();
            too_much |= !whole;
            match name {
                None => fields.push((field, String::from_utf8_lossy(&bytes).into_owned())),
                // An empty choice is sent as a file without a name.
                Some(name) if name.is_empty() && bytes.is_empty() => (),
                Some(name) => files.push(SentFile { name, bytes }),
            }
        }
        Ok(Sent { typed: Typed::new(fields), files, too_much })
    }
}

/// The bytes of a part, at most as many as there is room for, and whether that is all of them.
async fn kept(mut part: Field<'_>, room: usize) -> Result<(Vec<u8>, bool), Response> {
    let (mut bytes, mut whole) = (Vec::new(), true);
    while let Some(chunk) = part.chunk().await.map_err(IntoResponse::into_response)? {
        let fits = chunk.len().min(room - bytes.len());
        bytes.extend_from_slice(&chunk[..fits]);
        whole &= fits == chunk.len();
    }
    Ok((bytes, whole))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::StatusCode;

    use super::*;

    fn read(kind: &str, body: Vec<u8>) -> Result<Sent, StatusCode> {
        let request = Request::builder().method("POST").header(CONTENT_TYPE, kind);
        let request = request.body(Body::from(body)).expect("it is a request");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let sent = runtime.expect("a runtime starts").block_on(Sent::from_request(request, &()));
        sent.map_err(|it| it.status())
    }

    fn part(name: &str, file: Option<&str>, bytes: &[u8]) -> Vec<u8> {
        let file = file.map_or_else(String::new, |it| format!("; filename=\"{it}\""));
        let head =
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    }

    #[test]
    fn fields_and_files_are_told_apart_and_an_empty_choice_is_none() {
        let body = [
            part("secret", None, b"s"),
            part("file", Some("lease %222026%22.pdf"), b"%PDF-1"),
            part("file", Some(""), b""),
            b"--cut--\r\n".to_vec(),
        ];
        let sent = read("multipart/form-data; boundary=cut", body.concat());
        let sent = sent.unwrap_or_else(|_| panic!("it is a form"));
        assert_eq!(sent.typed.text("secret"), "s");
        assert!(!sent.too_much);
        let files: Vec<_> = sent.files.iter().map(|it| (it.name.as_str(), &it.bytes[..])).collect();
        assert_eq!(files, [("lease \"2026\".pdf", &b"%PDF-1"[..])]);
        let plain = read("application/x-www-form-urlencoded", b"a=b+c".to_vec());
        let plain = plain.unwrap_or_else(|_| panic!("it is a form"));
        assert_eq!((plain.typed.text("a"), plain.files.len()), ("b c", 0));
    }

    #[test]
    fn what_is_more_than_fits_is_read_away_and_what_is_no_form_is_refused() {
        let large = vec![b'x'; FORM_BYTES + 1];
        let body =
            [part("file", Some("a"), &large), part("z", None, b"9"), b"--cut--\r\n".to_vec()];
        // The limit of a route is axum's; without one of its own two megabytes are its word.
        let request = Request::builder().method("POST");
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
        let mut request = request.body(Body::from(body.concat())).expect("it is a request");
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime starts");
        room().apply(&mut request);
        let sent = runtime.block_on(Sent::from_request(request, &()));
        let sent = sent.unwrap_or_else(|_| panic!("it is a form"));
        assert!(sent.too_much);
        assert_eq!(sent.files[0].bytes.len(), FORM_BYTES);
        assert!(read("multipart/form-data", Vec::new()).is_err(), "it says no boundary");
        let cut = part("file", Some("a"), b"half");
        assert!(read("multipart/form-data; boundary=cut", cut).is_err(), "it ends in the middle");
    }
}
