//! Letters, as PDF and HTML.

use std::fmt::Write;

use anyhow::{Result, ensure};
use meterbook_core::paper::letter::Written;
use serde_json::json;

use crate::frame::{Form, Frame, framed};
use crate::html::{page, text, text_of};
use crate::read_back::{closed_up, pages_of, whole};
use crate::says::Says;
use crate::view::View;

/// The view of a letter.
pub fn letter(it: &Written) -> View {
    let says = Says::new(it.language, it.utility.currency);
    let [subject, text, after] = said(it, &says);
    let frame = Frame {
        form: Form::Letter,
        utility: &it.utility,
        look: &it.look,
        account: it.account,
        title: format!("{subject} {}", it.account),
        tagline: format!("{} · {}", it.utility.phone, it.utility.site),
    };
    View(framed(
        &frame,
        &says,
        json!({
            "meta": [
                [says.words.account, it.account.to_string()],
                [says.words.correction_date, says.day(it.on)],
            ],
            "mail": it.addressed_to.iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
            "subject": subject,
            "text": text,
            "listed": listed(it, &says),
            "after": after,
        }),
    ))
}

/// Its subject, what it says, and what it says behind its list, with amounts as the customer reads them.
fn said(it: &Written, says: &Says) -> [String; 3] {
    it.said().map(|it| says.said(&it).into_owned())
}

/// What it lists, with days and amounts as the customer reads them.
fn listed(it: &Written, says: &Says) -> Vec<String> {
    it.listed.iter().map(|it| says.said(&says.days_in(it)).into_owned()).collect()
}

/// Looks whether a finished PDF says everything, and to whom.
///
/// # Errors
/// What it does not say.
pub fn read_back_letter(pdf: &[u8], it: &Written) -> Result<()> {
    let [_, heard] = whole(&pages_of(pdf, &it.account.to_string())?);
    says_all(&heard, it)
}

/// The same as a page.
///
/// # Errors
/// What it does not say.
pub fn letter_html(view: &View, it: &Written) -> Result<String> {
    let view = &view.0;
    let mut own = format!("<h2>{}</h2><p>{}</p>", text(&view["subject"]), text(&view["text"]));
    if !it.listed.is_empty() {
        own.push_str("<ul>");
        for said in view["listed"].as_array().into_iter().flatten() {
            let _ = write!(own, "<li>{}</li>", text(said));
        }
        own.push_str("</ul>");
    }
    let _ = write!(own, "<p>{}</p>", text(&view["after"]));
    let page = page(view, &own);
    says_all(&text_of(&page), it)?;
    Ok(page)
}

fn says_all(text: &str, it: &Written) -> Result<()> {
    let text = closed_up(text);
    let name = it.addressed_to.iter().map(|it| it.to_uppercase());
    let says = Says::new(it.language, it.utility.currency);
    let all = said(it, &says).into_iter().chain(listed(it, &says)).chain(name);
    for wanted in all.chain([it.account.to_string()]) {
        ensure!(
            text.contains(&closed_up(&wanted)),
            "a letter to {} as drawn does not say \"{wanted}\"; it was not kept",
            it.account
        );
    }
    Ok(())
}
