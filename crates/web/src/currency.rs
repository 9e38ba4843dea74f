//! Pages in the currency of the utility. They are made with `$`, as the program writes every amount, and the
//! mark of the currency takes its place here, when a page is whole. What somebody typed stays as it is.

use std::sync::Arc;

use anyhow::Result;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use meterbook_core::currency::Currency;

use crate::pages::{blocking, failed};
use crate::{Console, guard};

/// What is in a field.
const FIELD: (&str, &str) = (" value=\"", "\"");
/// The same of a field of several lines.
const LINES: (&str, &str) = ("<textarea", "</textarea");

/// Writes the amounts of every page in the currency of the utility.
pub(crate) async fn marked(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    let language = guard::language(request.headers());
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    if !kind.is_some_and(|it| it.starts_with("text/html")) {
        return response;
    }
    let currency = match console.settled() {
        Some(currency) => Ok(currency),
        None => {
            let here = console.clone();
            blocking(move || here.currency()).await
        }
    };
    let done = match currency {
        Ok(currency) if currency.is_as_written() => return response,
        Ok(currency) => anew(response, currency).await,
        Err(why) => Err(why),
    };
    done.unwrap_or_else(|why| failed(&console, None, language, &why))
}

async fn anew(response: Response, currency: Currency) -> Result<Response> {
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await?;
    let page = page(std::str::from_utf8(&bytes)?, currency);
    head.headers.remove(CONTENT_LENGTH);
    Ok((head, Body::from(page)).into_response())
}

/// A page with all that is read on it in the currency.
fn page(html: &str, currency: Currency) -> String {
    let read = |html: &str| except(html, FIELD, |it| currency.said(it).into_owned());
    except(html, LINES, read)
}

/// A text with `anew` of all but what stands between two marks.
fn except(text: &str, (open, close): (&str, &str), anew: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(open);
    let mut said = parts.next().map_or_else(String::new, &anew);
    for part in parts {
        let (kept, rest) = part.split_at(part.find(close).unwrap_or(part.len()));
        said.extend([open, kept, &anew(rest)]);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_read_is_in_the_currency_and_what_was_typed_stays() {
        let html = "<td aria-label=\"$1.00\">−$1,234.50<input name=\"a\" value=\"$5.00\" title=\"$2.00\">\
            <textarea name=\"b\" rows=\"2\">$5.00</textarea><b>$3.00</b>";
        let said = "<td aria-label=\"€1.00\">−€1,234.50<input name=\"a\" value=\"$5.00\" title=\"€2.00\">\
            <textarea name=\"b\" rows=\"2\">$5.00</textarea><b>€3.00</b>";
        assert_eq!(page(html, Currency::parse("EUR").unwrap()), said);
        assert_eq!(page(html, Currency::DOLLARS), html);
        assert_eq!(page("<textarea>$1.00", Currency::parse("EUR").unwrap()), "<textarea>$1.00");
    }
}
