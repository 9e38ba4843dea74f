//! What every form says around its own: the utility's brand, the foot of each page, the reader's
//! language.

use jiff::civil::Date;
use meterbook_core::bill::Utility;
use meterbook_core::id::AccountNumber;
pub(crate) use meterbook_core::paper::layout::Form;
use meterbook_core::paper::terms::Terms;
use meterbook_core::paper::{Look, brand};
use meterbook_core::person::Language;
use serde_json::{Value, json};

use crate::says::Says;

/// Whose paper it is, and for whom.
pub(crate) struct Frame<'a> {
    pub(crate) form: Form,
    pub(crate) utility: &'a Utility,
    pub(crate) look: &'a Look,
    pub(crate) account: AccountNumber,
    /// What the document is called.
    pub(crate) title: String,
    /// Under the name of a utility that says nothing else there.
    pub(crate) tagline: String,
}

/// The view of a form: what all have, and what it has of its own.
pub(crate) fn framed(frame: &Frame<'_>, says: &Says, own: Value) -> Value {
    let Frame { form, utility, look, account, title, tagline } = frame;
    let words = says.words;
    let branded = |all, otherwise: &str| {
        brand::of(all, says.language).map_or_else(|| otherwise.to_owned(), str::to_owned)
    };
    let mut view = json!({
        "form": form.word(),
        "lang": words.code,
        "title": format!("{title}, {}", utility.name),
        "utility": utility.name,
        "tagline": branded(&look.brand.tagline, tagline),
        "colour": look.brand.colour,
        "mark": look.mark,
        "kind": "",
        "message": Value::Null,
        "late": "",
        "footer": branded(&look.brand.foot, &utility.footer),
        "account_line": format!("{} {account}", words.account),
        "page": words.page,
        "page_of": words.page_of,
        "brought": words.brought,
        "carried": words.carried,
    });
    // Paper in dollars is what it always was.
    if !says.currency.is_as_written() {
        view["currency"] = json!(says.currency.marks());
    }
    if let Some(layout) = look.layout(*form) {
        view["layout"] = layout.into();
    }
    if let (Some(view), Value::Object(own)) = (view.as_object_mut(), own) {
        view.extend(own);
    }
    view
}

/// The telephone number, which is hard to dial when it is broken over two lines.
pub(crate) fn dialled(utility: &Utility) -> String {
    utility.phone.replace(' ', "\u{a0}")
}

/// Where to write to, on one line.
pub(crate) fn address(utility: &Utility) -> String {
    let lines = std::iter::once(&utility.name).chain(&utility.remit_to);
    lines.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What the terms say in the reader's language.
pub(crate) fn said(
    all: &[(Language, String)],
    utility: &Utility,
    due: Date,
    says: &Says,
) -> String {
    let address = address(utility);
    let (due, phone) = (says.day(due), dialled(utility));
    let values =
        [("phone", phone.as_str()), ("site", &utility.site), ("address", &address), ("due", &due)];
    Terms::words(all, says.language, &values)
}

/// What to do about paper that is wrong, and whom else to ask.
pub(crate) fn asking(terms: &Terms, utility: &Utility, due: Date, says: &Says) -> String {
    let both = [&terms.dispute, &terms.regulator].map(|it| said(it, utility, due, says));
    both.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}
