//! The first page of several bills in the place of others: what was, what is, and the one amount that all of
//! them come to. The bills themselves are behind it and ask for nothing.

use std::fmt::Write;

use anyhow::Result;
use meterbook_core::bill::summary::{Asks, CorrectionNote};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::Scanned;
use serde_json::{Value, json};

use crate::asking::{Asking, with};
use crate::frame::{Form, Frame, framed, said as terms_said};
use crate::html::{amounts, framed_page, text};
use crate::note::{difference, in_parts, kind, questions, shown};
use crate::read_back::{pages_of, said_on, scanned_as};
use crate::says::Says;
use crate::view::{Place, Places, View, late, late_charge_on, signed};

/// The view of a first page.
pub(crate) fn corrected(it: &CorrectionNote, asks: &Asks) -> View {
    let says = Says::new(it.language, it.utility.currency);
    let (words, utility, of) = (says.words, &it.utility, &it.correction);
    let number = note_number(of.id);
    let kind = kind(it, &says);
    let pay_at = format!("https://{}/pay/{}", utility.site, it.account.number);
    let frame = Frame {
        form: Form::Corrected,
        utility,
        look: &it.look,
        account: it.account.number,
        title: format!("{kind} {number}"),
        tagline: format!("{} · {}", utility.phone, utility.site),
    };
    let late_charge = late_charge_on(asks.late, (asks.amount_due, asks.due_on), &says);
    let scan_line = it.look.scan_line.write(&scanned(it, asks)).unwrap_or_default();
    let asking = asking(it, asks);
    let total_due = asking.total(&says);
    let own = with(
        json!({
            "kind": kind,
            "meta": [
                [words.account, it.account.number.to_string()],
                [words.correction_date, says.day(of.on)],
                [words.correction, number],
            ],
            "mail": it.addressed_to().iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
            "late": late(late_charge, &says),
            "why": format!("{}: {}", words.correction_why, says.cause(of.cause)),
            "account_title": words.corrected_bills,
            "head": [words.billing_period, words.bill, words.was, words.is_now, words.difference],
            "rows": rows(it, &says),
            "total": total(it, &says),
            "sums": sums(it, asks, &says).iter().map(|it| json!({ "label": it.words, "amount": says.money(it.amount) })).collect::<Vec<_>>(),
            "due_total": { "label": total_due.words, "amount": says.money(total_due.amount) },
            "after": after(it, asks, &says),
            "message": message(asks, &says),
            "boxes": boxes(it, asks, &says),
        }),
        asking.view(&pay_at, scan_line, &says),
    );
    View(framed(&frame, &says, own))
}

/// Each bill that was taken back beside the one in its place, with what the differences come to so far.
fn rows(it: &CorrectionNote, says: &Says) -> Vec<Value> {
    let mut sum = Money::ZERO;
    let row = |(old, new): &(Bill, Option<Bill>)| {
        let (was, now) = (Some(old.total), new.as_ref().map(|it| it.total));
        sum += difference(was, now);
        json!({
            "period": says.period(new.as_ref().unwrap_or(old).days()),
            "bill": bill(&old.number, new.as_ref(), says),
            "was": shown(was, says),
            "now": shown(now, says),
            "difference": signed(difference(was, now), says),
            "sum": says.money(sum),
        })
    };
    it.correction.bills.iter().map(row).collect()
}

/// The bill that stands, or that none does.
fn bill(old: &BillNumber, new: Option<&Bill>, says: &Says) -> String {
    match new {
        None => format!("{old} {}", says.words.taken_back),
        Some(new) => new.number.to_string(),
    }
}

/// What all were, what all are, and the difference.
fn both(it: &CorrectionNote) -> [Money; 3] {
    let was: Money = it.correction.bills.iter().map(|it| it.0.total).sum();
    let now: Money = it.correction.made().map(|it| it.total).sum();
    [was, now, now - was]
}

fn total(it: &CorrectionNote, says: &Says) -> Value {
    let [was, now, more] = both(it);
    json!({
        "label": says.words.total,
        "was": says.money(was),
        "now": says.money(now),
        "difference": signed(more, says),
    })
}

/// From what was owed before to what is to be paid: what the bills come to more, what rules take off, and
/// what another account pays.
fn sums(it: &CorrectionNote, asks: &Asks, says: &Says) -> Vec<Place> {
    let (words, settled) = (says.words, &it.correction.settled);
    let [_, _, more] = both(it);
    let place = |words: &str, amount: Money| Place { words: words.to_owned(), amount };
    let mut all = vec![place(words.corrected_before, asks.before)];
    all.push(place(words.corrected_net, more));
    if Money::ZERO < settled.waived {
        all.push(place(words.corrected_waived, -settled.waived));
    }
    if settled.waived < Money::ZERO {
        all.push(place(words.corrected_never, -settled.waived));
    }
    if settled.interest != Money::ZERO {
        all.push(place(words.corrected_interest, -settled.interest));
    }
    let so_far: Money = all.iter().map(|it| it.amount).sum();
    if let Some(by) = asks.paid_by {
        let label = words.moved.replace("{account}", &by.to_string());
        all.push(place(&label, asks.amount_due - so_far));
    }
    all
}

fn asking<'a>(it: &'a CorrectionNote, asks: &Asks) -> Asking<'a> {
    let (utility, account) = (&it.utility, it.account.number);
    Asking { utility, account, amount: asks.amount_due, due: asks.due_on }
}

/// In how many parts it may be paid, and where the bills are.
fn after(it: &CorrectionNote, asks: &Asks, says: &Says) -> String {
    let own = asks.paid_by.is_none();
    let parts = own.then(|| in_parts(&it.correction, says)).flatten();
    let all = parts.into_iter().chain([says.words.corrected_behind.to_owned()]);
    all.collect::<Vec<_>>().join(" ")
}

fn message(asks: &Asks, says: &Says) -> Value {
    match asks.amount_due < Money::ZERO {
        true => json!([says.words.credit_balance, ""]),
        false => Value::Null,
    }
}

fn boxes(it: &CorrectionNote, asks: &Asks, says: &Says) -> Vec<[String; 2]> {
    let (words, utility) = (says.words, &it.utility);
    let asking = asking(it, asks);
    let pay = terms_said(&it.look.terms.pay, utility, asks.due_on, says);
    let pay = asking.is_for_something().then_some((words.ways, pay));
    let other = asking.other(says);
    let all = [(words.questions, questions(it, says)), (words.other_title, other)];
    pay.into_iter().chain(all).map(|(title, text)| [title.to_owned(), text]).collect()
}

/// What a lockbox is to read.
fn scanned(it: &CorrectionNote, asks: &Asks) -> Scanned {
    let late = asks.late.with(asks.amount_due).max(Money::ZERO);
    let amount = asks.amount_due.max(Money::ZERO);
    Scanned { account: it.account.number, due: asks.due_on, amount, late }
}

/// Every place of a first page that has to say an amount of the books.
fn places(it: &CorrectionNote, asks: &Asks) -> Places {
    let says = Says::new(it.language, it.utility.currency);
    let mut in_order = Vec::new();
    let charge = late_charge_on(asks.late, (asks.amount_due, asks.due_on), &says);
    if let (words, Some(amount)) = charge {
        in_order.push(Place { words, amount });
    }
    for (old, new) in &it.correction.bills {
        let period = says.period(new.as_ref().unwrap_or(old).days());
        let words = format!("{period} {}", bill(&old.number, new.as_ref(), &says));
        in_order.push(match new {
            None => Place { words, amount: old.total },
            // What it was stands between the words and what it is.
            Some(new) => {
                Place { words: format!("{words} {}", says.money(old.total)), amount: new.total }
            }
        });
    }
    let [was, now, _] = both(it);
    let words = format!("{} {}", says.words.total, says.money(was));
    in_order.push(Place { words, amount: now });
    in_order.extend(sums(it, asks, &says));
    let asking = asking(it, asks);
    in_order.push(asking.total(&says));
    let (everywhere, times) = (asking.in_box(&says), asking.times());
    Places { in_order, everywhere, times, currency: says.currency }
}

/// Compares a finished PDF's own text with what was to be said.
pub(crate) fn read_back(pdf: &[u8], it: &CorrectionNote, asks: &Asks) -> Result<()> {
    let called = it.account.number.to_string();
    let pages = pages_of(pdf, &called)?;
    said_on(&pages, &called, &places(it, asks))?;
    scanned_as(&pages, &called, &it.look.scan_line, scanned(it, asks))
}

/// The same as a page, its amounts read back.
pub(crate) fn page(view: &View, it: &CorrectionNote, asks: &Asks) -> Result<String> {
    let view = &view.0;
    let mut own = format!(
        "<p>{}</p><h2>{}</h2><div class=\"scroll\"><table><thead><tr>",
        text(&view["why"]),
        text(&view["account_title"])
    );
    for name in view["head"].as_array().into_iter().flatten() {
        let _ = write!(own, "<th scope=\"col\">{}</th>", text(name));
    }
    own.push_str("</tr></thead><tbody>");
    for row in view["rows"].as_array().into_iter().flatten() {
        let _ = write!(own, "<tr><td>{}</td><td>{}</td>", text(&row["period"]), text(&row["bill"]));
        amounts(&mut own, row, &["was", "now", "difference"]);
    }
    let total = &view["total"];
    let _ = write!(own, "<tr class=\"strong\"><td colspan=\"2\">{}</td>", text(&total["label"]));
    amounts(&mut own, total, &["was", "now", "difference"]);
    own.push_str("</tbody></table></div><table><tbody>");
    for row in view["sums"].as_array().into_iter().flatten() {
        let _ = write!(own, "<tr><td>{}</td>", text(&row["label"]));
        amounts(&mut own, row, &["amount"]);
    }
    let due = &view["due_total"];
    let _ = write!(own, "<tr class=\"strong\"><td>{}</td>", text(&due["label"]));
    amounts(&mut own, due, &["amount"]);
    let _ = write!(own, "</tbody></table><p>{}</p>", text(&view["after"]));
    for of in view["boxes"].as_array().into_iter().flatten() {
        let _ = write!(own, "<h2>{}</h2><p>{}</p>", text(&of[0]), text(&of[1]));
    }
    framed_page(view, &own, &it.account.number.to_string(), &places(it, asks))
}
