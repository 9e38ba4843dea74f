//! What stands in the place of bills that were wrong, old and new line by line: a correction, and
//! where it comes to less a credit note.

use std::fmt::Write;

use anyhow::Result;
use meterbook_core::bill::correct::{Beside, Correction, beside, only_reads};
use meterbook_core::bill::summary::CorrectionNote;
use meterbook_core::bill::why::why;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::money::Money;
use serde_json::{Value, json};

use crate::corrected;
use crate::frame::{Form, Frame, address, dialled, framed, said};
use crate::html::{amounts, framed_page, text};
use crate::read_back::{pages_of, said_on};
use crate::says::Says;
use crate::view::{BOX_AND_SLIP, Place, Places, View, reasons};

/// The view of a correction: its note, or the first page of the bills that it made.
pub fn note(it: &CorrectionNote) -> View {
    if let Some(asks) = &it.asks {
        return corrected::corrected(it, asks);
    }
    let says = Says::new(it.language, it.utility.currency);
    let (words, utility) = (says.words, &it.utility);
    let on = it.correction.on;
    let kind = kind(it, &says);
    let frame = Frame {
        form: Form::Note,
        utility,
        look: &it.look,
        account: it.account.number,
        title: format!("{kind} {}", it.account.number),
        tagline: format!("{} · {}", utility.phone, utility.site),
    };
    let net = says.money(it.correction.net.abs());
    View(framed(
        &frame,
        &says,
        json!({
            "kind": kind,
            "meta": [
                [words.account, it.account.number.to_string()],
                [words.correction_date, says.day(on)],
                [words.correction, note_number(it.correction.id)],
            ],
            "mail": it.addressed_to().iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
            "amount_due_label": net_label(it, &says),
            "amount_due": net,
            "due_label": words.correction_date,
            "due": says.day(on),
            "why": format!("{}: {}", words.correction_why, says.cause(it.correction.cause)),
            "head": ["", words.was, words.is_now, words.difference],
            "bills": it.correction.bills.iter().map(|(old, new)| bill(old, new.as_ref(), &says)).collect::<Vec<_>>(),
            "net": { "label": net_label(it, &says), "amount": net },
            "after": after(it, &says),
            "boxes": [[words.questions, questions(it, &says)]],
        }),
    ))
}

/// What the rules made of it, and where it is found.
fn after(it: &CorrectionNote, says: &Says) -> String {
    let (words, of) = (says.words, &it.correction);
    let said = |text: &str, amount| text.replace("{amount}", &says.money(amount));
    let mut all = Vec::new();
    if Money::ZERO < of.settled.waived {
        all.push(said(words.net_waived, of.settled.waived));
    }
    if of.settled.waived < Money::ZERO {
        all.push(said(words.net_never_charged, -of.settled.waived));
    }
    if of.settled.interest != Money::ZERO {
        all.push(said(words.net_interest, of.settled.interest));
    }
    all.extend(in_parts(of, says));
    all.push(words.correction_after.to_owned());
    all.join(" ")
}

/// In how many parts what it comes to may be paid, where that is offered: the first is due with the new
/// bills.
pub(crate) fn in_parts(of: &Correction, says: &Says) -> Option<String> {
    let parts = of.settled.parts(of.net);
    let (first, due) = (parts.first()?, of.made().map(|it| it.due_on).max()?);
    let said = says.words.net_parts.replace("{net}", &says.money(of.net));
    let said = said.replace("{count}", &parts.len().to_string());
    Some(said.replace("{amount}", &says.money(*first)).replace("{day}", &says.day(due)))
}

/// Whom to ask. The terms' own words are about bills: they name a day by which to pay.
pub(crate) fn questions(it: &CorrectionNote, says: &Says) -> String {
    let (utility, on) = (&it.utility, it.correction.on);
    let own = says.words.correction_questions;
    let own = own.replace("{phone}", &dialled(utility)).replace("{address}", &address(utility));
    let regulator = said(&it.look.terms.regulator, utility, on, says);
    format!("{own} {regulator}").trim_end().to_owned()
}

pub(crate) fn kind(it: &CorrectionNote, says: &Says) -> &'static str {
    if it.correction.net < Money::ZERO { says.words.credit_note } else { says.words.correction }
}

/// What the net amount is called: it is said without a sign.
fn net_label(it: &CorrectionNote, says: &Says) -> &'static str {
    if it.correction.net < Money::ZERO { says.words.net_less } else { says.words.net_more }
}

fn bill(old: &Bill, new: Option<&Bill>, says: &Says) -> Value {
    let mut sum = Money::ZERO;
    let lines: Vec<Value> = rows(old, new, says)
        .iter()
        .map(|it| {
            sum += difference(it.was, it.now);
            let mut line = row(&label(it), it.was, it.now, says);
            line["sum"] = says.money(sum).into();
            line
        })
        .collect();
    let now = new.map(|it| it.total);
    let served = new.filter(|it| !it.segments.is_empty());
    let changed = served.map(|it| why(&old.segments, &it.segments, &[]));
    let only = new.is_some_and(|new| only_reads(old, new));
    json!({
        "title": title(&old.number, new, says),
        "why": match only {
            true => says.words.only_reads.to_owned(),
            false => changed.map_or_else(String::new, |it| reasons(&it, says)),
        },
        "small": says.period(old.days()),
        "lines": lines,
        "total": row(says.words.total, Some(old.total), now, says),
    })
}

fn title(old: &BillNumber, new: Option<&Bill>, says: &Says) -> String {
    let words = says.words;
    match new {
        None => format!("{} {old}: {}", words.bill, words.taken_back),
        Some(new) => {
            format!("{} {old}: {} {}", words.bill, words.in_its_place, new.number)
        }
    }
}

fn rows(old: &Bill, new: Option<&Bill>, says: &Says) -> Vec<Beside> {
    beside(old, new, says.language)
}

fn label(it: &Beside) -> String {
    match it.tariff.as_str() {
        // What is charged once is of no tariff.
        "" => it.label.clone(),
        tariff => format!("{tariff}: {}", it.label),
    }
}

fn row(label: &str, was: Option<Money>, now: Option<Money>, says: &Says) -> Value {
    json!({
        "label": label,
        "was": shown(was, says),
        "now": shown(now, says),
        "difference": says.money(difference(was, now)),
    })
}

pub(crate) fn shown(amount: Option<Money>, says: &Says) -> String {
    amount.map_or_else(|| "—".to_owned(), |it| says.money(it))
}

pub(crate) fn difference(was: Option<Money>, now: Option<Money>) -> Money {
    now.unwrap_or(Money::ZERO) - was.unwrap_or(Money::ZERO)
}

/// Every place of a correction that has to say an amount of the books.
fn places(it: &CorrectionNote) -> Places {
    let says = Says::new(it.language, it.utility.currency);
    let place = |label: &str, was: Option<Money>, now: Option<Money>| Place {
        words: format!("{label} {} {}", shown(was, &says), shown(now, &says)),
        amount: difference(was, now),
    };
    let mut in_order = Vec::new();
    for (old, new) in &it.correction.bills {
        let rows = rows(old, new.as_ref(), &says);
        in_order.extend(rows.iter().map(|it| place(&label(it), it.was, it.now)));
        let now = new.as_ref().map(|it| it.total);
        in_order.push(place(says.words.total, Some(old.total), now));
    }
    let words = net_label(it, &says).to_owned();
    let everywhere = Place { words, amount: it.correction.net.abs() };
    Places { in_order, everywhere, times: BOX_AND_SLIP, currency: says.currency }
}

/// Compares a finished PDF's own text with what was to be said.
///
/// # Errors
/// The first difference.
pub fn read_back_note(pdf: &[u8], it: &CorrectionNote) -> Result<()> {
    if let Some(asks) = &it.asks {
        return corrected::read_back(pdf, it, asks);
    }
    let called = it.account.number.to_string();
    said_on(&pages_of(pdf, &called)?, &called, &places(it))
}

/// The same as a page, its amounts read back.
///
/// # Errors
/// The first difference.
pub fn note_html(view: &View, it: &CorrectionNote) -> Result<String> {
    if let Some(asks) = &it.asks {
        return corrected::page(view, it, asks);
    }
    let view = &view.0;
    let mut own = format!("<p>{}</p>", text(&view["why"]));
    for bill in view["bills"].as_array().into_iter().flatten() {
        let (title, small) = (text(&bill["title"]), text(&bill["small"]));
        let _ = write!(own, "<h2>{title} <small>{small}</small></h2><table><thead><tr>");
        for name in view["head"].as_array().into_iter().flatten() {
            let _ = write!(own, "<th scope=\"col\">{}</th>", text(name));
        }
        own.push_str("</tr></thead><tbody>");
        for line in bill["lines"].as_array().into_iter().flatten() {
            let _ = write!(own, "<tr><td>{}</td>", text(&line["label"]));
            amounts(&mut own, line, &["was", "now", "difference"]);
        }
        let total = &bill["total"];
        let _ = write!(own, "<tr class=\"strong\"><td>{}</td>", text(&total["label"]));
        amounts(&mut own, total, &["was", "now", "difference"]);
        own.push_str("</tbody></table>");
        if bill["why"] != "" {
            let _ = write!(own, "<p><small>{}</small></p>", text(&bill["why"]));
        }
    }
    let net = &view["net"];
    let _ = write!(
        own,
        "<p><b>{} {}</b></p><p>{}</p>",
        text(&net["label"]),
        text(&net["amount"]),
        text(&view["after"])
    );
    for of in view["boxes"].as_array().into_iter().flatten() {
        let _ = write!(own, "<h2>{}</h2><p>{}</p>", text(&of[0]), text(&of[1]));
    }
    framed_page(view, &own, &it.account.number.to_string(), &places(it))
}
