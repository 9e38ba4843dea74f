//! A document, as it was brought: to be kept and opened by who asked, never run by the browser.

use std::sync::Arc;

use anyhow::Result;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use meterbook_app::document;
use meterbook_core::about::About;
use meterbook_core::document::Document;
use meterbook_core::id::DocumentId;
use meterbook_store::Tx;

use super::{NotThere, answer, blocking};
use crate::Console;
use crate::guard::Visitor;
use crate::show;

/// A document in a list.
pub(crate) struct Listed {
    pub(crate) link: String,
    pub(crate) name: String,
    pub(crate) size: String,
    pub(crate) on: String,
}

/// The documents about several things, those of each together.
pub(crate) fn listed(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    about: &[About],
) -> Result<Vec<Listed>> {
    let mut all = Vec::new();
    for about in about {
        let list = |it: Document| Listed {
            link: format!("/documents/{}", it.id),
            name: it.name,
            size: size(it.size_bytes),
            on: show::day(console.zone.day_of(it.at), visitor.language),
        };
        all.extend(document::shown(tx, *about)?.into_iter().map(list));
    }
    Ok(all)
}

/// `1 kB`, `12 MB`: never less than it is.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes + 999).div_euclid(1_000)),
        _ => format!("{} MB", (bytes + 999_999).div_euclid(1_000_000)),
    }
}

/// Gives a document out.
pub(crate) async fn get(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        let id = DocumentId(id.parse().map_err(|_| NotThere)?);
        here.db.read(|tx| document::get(tx, id))
    })
    .await;
    let given = |(document, bytes): (Document, Vec<u8>)| {
        let disposition = format!("attachment; filename=\"{}\"", plain(&document.name));
        let media = document.media.word().to_owned();
        ([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, disposition)], bytes)
            .into_response()
    };
    answer(&console, &visitor, done.map(given))
}

/// A name that may stand in a header.
fn plain(name: &str) -> String {
    let safe = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_' | ' ');
    name.chars().map(|it| if safe(it) { it } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_no_header_and_a_size_is_never_less() {
        assert_eq!(plain("lease\"\r\nX: 1.pdf"), "lease___X_ 1.pdf");
        assert_eq!(size(1), "1 kB");
        assert_eq!(size(1_000_001), "2 MB");
    }
}
