//! The bills of several accounts on one, as PDF and HTML.

use std::fmt::Write;

use anyhow::Result;
use meterbook_core::bill::summary::{Summary, SummaryRow};
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::Scanned;
use serde_json::{Value, json};

use crate::asking::{Asking, with};
use crate::frame::{Form, Frame, framed};
use crate::html::{amounts, framed_page, text};
use crate::message::planned;
use crate::read_back::{pages_of, said_on, scanned_as};
use crate::says::Says;
use crate::view::{Place, Places, View, reasons};

/// The view of a summary.
pub fn summary(it: &Summary) -> View {
    let says = Says::new(it.language, it.utility.currency);
    let (words, utility) = (says.words, &it.utility);
    let amount = says.money(it.amount_due());
    let pay_at = format!("https://{}/pay/{}", utility.site, it.account);
    let frame = Frame {
        form: Form::Summary,
        utility,
        look: &it.look,
        account: it.account,
        title: format!("{} {}", words.summary, it.account),
        tagline: format!("{} · {}", utility.phone, utility.site),
    };
    let mut sum = it.before.unwrap_or_default();
    let rows: Vec<Value> = it
        .rows
        .iter()
        .map(|row| {
            sum += row.amount_due;
            json!({
                "account": row.account.to_string(),
                "what": what(row, &says),
                "why": why(row, &says),
                "bill": row.bill.to_string(),
                "charges": says.money(row.charges),
                "amount": says.money(row.amount_due),
                "sum": says.money(sum),
            })
        })
        .collect();
    let scan_line = it.look.scan_line.write(&scanned(it)).unwrap_or_default();
    let own = with(
        json!({
            "kind": words.summary,
            "meta": meta(it, &says),
            "message": [said(it, &says), planned_said(it, &says)],
            "before": it.before.map(|it| json!({ "label": words.balance_before, "amount": says.money(it) })),
            "mail": it.addressed_to.iter().map(|it| it.to_uppercase()).collect::<Vec<_>>(),
            "account_title": words.summary_of,
            "head": [words.account, words.service_at, words.bill, words.new_charges, words.to_pay],
            "rows": rows,
            "total": { "label": words.total, "charges": says.money(it.charges()), "amount": amount },
        }),
        asks(it).view(&pay_at, scan_line, &says),
    );
    View(framed(&frame, &says, own))
}

fn meta(it: &Summary, says: &Says) -> Vec<[String; 2]> {
    let words = says.words;
    let mut meta = vec![[words.account.to_owned(), it.account.to_string()]];
    if let Some(number) = &it.number {
        meta.push([words.bill_number.to_owned(), number.to_string()]);
    }
    meta.push([words.bill_date.to_owned(), says.day(it.billed_on)]);
    meta.push([words.accounts.to_owned(), it.rows.len().to_string()]);
    meta
}

/// Who owes what is summed up.
fn said(it: &Summary, says: &Says) -> &'static str {
    if it.rolled { says.words.summary_rolled } else { says.words.summary_stays }
}

/// Which part of its account's plan is due next, if it pays in parts.
fn planned_said(it: &Summary, says: &Says) -> String {
    let said = it.plan.map(|it| planned(it, says).join(" "));
    said.as_deref().map_or_else(String::new, |it| it.trim_end().to_owned())
}

/// Where service is taken, and the days that are billed.
fn what(row: &SummaryRow, says: &Says) -> String {
    match row.service_at.as_str() {
        "" => says.period(row.period),
        at => format!("{at}, {}", says.period(row.period)),
    }
}

/// Why the charges are not those of the bill before.
fn why(row: &SummaryRow, says: &Says) -> String {
    row.why.as_ref().map_or_else(String::new, |it| reasons(it, says))
}

fn asks(it: &Summary) -> Asking<'_> {
    let (utility, account) = (&it.utility, it.account);
    Asking { utility, account, amount: it.amount_due(), due: it.due_on }
}

fn scanned(it: &Summary) -> Scanned {
    let amount = it.amount_due().max(Money::ZERO);
    Scanned { account: it.account, due: it.due_on, amount, late: amount }
}

/// Every place of a summary that has to say an amount of the books.
fn places(it: &Summary) -> Places {
    let says = Says::new(it.language, it.utility.currency);
    let words = says.words;
    let row = |row: &SummaryRow| Place {
        words: format!(
            "{} {} {} {} {}",
            row.account,
            what(row, &says),
            why(row, &says),
            row.bill,
            says.money(row.charges)
        ),
        amount: row.amount_due,
    };
    let before = it.before.map(|amount| Place { words: words.balance_before.to_owned(), amount });
    let mut in_order: Vec<Place> = before.into_iter().chain(it.rows.iter().map(row)).collect();
    in_order.push(Place {
        words: format!("{} {}", words.total, says.money(it.charges())),
        amount: it.amount_due(),
    });
    let asks = asks(it);
    let (everywhere, times) = (asks.in_box(&says), asks.times());
    Places { in_order, everywhere, times, currency: says.currency }
}

/// Compares a finished PDF's own text with what was to be said.
///
/// # Errors
/// The first difference.
pub fn read_back_summary(pdf: &[u8], it: &Summary) -> Result<()> {
    let called = it.account.to_string();
    let pages = pages_of(pdf, &called)?;
    said_on(&pages, &called, &places(it))?;
    scanned_as(&pages, &called, &it.look.scan_line, scanned(it))
}

/// The same as a page, its amounts read back.
///
/// # Errors
/// The first difference.
pub fn summary_html(view: &View, it: &Summary) -> Result<String> {
    let view = &view.0;
    let mut own = format!(
        "<h2>{}</h2><div class=\"scroll\"><table><thead><tr>",
        text(&view["account_title"])
    );
    for name in view["head"].as_array().into_iter().flatten() {
        let _ = write!(own, "<th scope=\"col\">{}</th>", text(name));
    }
    own.push_str("</tr></thead><tbody>");
    if !view["before"].is_null() {
        let _ = write!(
            own,
            "<tr><td colspan=\"4\">{}</td><td class=\"num\">{}</td></tr>",
            text(&view["before"]["label"]),
            text(&view["before"]["amount"])
        );
    }
    for row in view["rows"].as_array().into_iter().flatten() {
        own.push_str("<tr>");
        let _ = write!(own, "<td>{}</td><td>{}", text(&row["account"]), text(&row["what"]));
        if row["why"] != "" {
            let _ = write!(own, "<br><small>{}</small>", text(&row["why"]));
        }
        let _ = write!(own, "</td><td>{}</td>", text(&row["bill"]));
        amounts(&mut own, row, &["charges", "amount"]);
    }
    let total = &view["total"];
    let _ = write!(own, "<tr class=\"strong\"><td colspan=\"3\">{}</td>", text(&total["label"]));
    amounts(&mut own, total, &["charges", "amount"]);
    own.push_str("</tbody></table></div>");
    framed_page(view, &own, &it.account.to_string(), &places(it))
}
