//! The same bill as one HTML page that needs nothing else: for e-mail and for who reads with a
//! screen reader.

use std::fmt::Write;

use anyhow::Result;
use meterbook_core::bill::Statement;
use serde_json::Value;

use crate::read_back::said_at;
use crate::view::{Places, View, places};

const STYLE: &str = include_str!("../templates/bill.css");

/// The page of a view, its amounts read back and compared with the statement.
pub fn html(view: &View, statement: &Statement) -> Result<String> {
    let called = statement.bill.number.to_string();
    framed_page(&view.0, &bill(&view.0), &called, &places(statement))
}

/// The page of any form around what it has of its own, its amounts read back.
pub(crate) fn framed_page(
    view: &Value,
    own: &str,
    called: &str,
    places: &Places,
) -> Result<String> {
    let page = page(view, own);
    said_at(&text_of(&page), called, places)?;
    Ok(page)
}

pub(crate) fn page(view: &Value, own: &str) -> String {
    let mut out = String::new();
    let t = |key: &str| text(&view[key]);
    let _ = write!(
        out,
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><style>{STYLE}</style><main><header><h1>{}</h1><p>{}</p></header>",
        t("lang"),
        t("title"),
        t("utility"),
        t("tagline"),
    );
    if view["kind"] != "" {
        let _ = write!(out, "<p><b>{}</b></p>", t("kind"));
    }
    pairs(&mut out, &view["meta"]);
    if !view["amount_due"].is_null() {
        due(&mut out, view);
    }
    out.push_str("<address>");
    for line in each(&view["mail"]) {
        let _ = write!(out, "{}<br>", text(line));
    }
    out.push_str("</address>");
    if let Some(message) = view["message"].as_array() {
        let _ = write!(
            out,
            "<p class=\"message\"><b>{}</b> {}</p>",
            text(&message[0]),
            text(&message[1])
        );
    }
    out.push_str(own);
    pairs(&mut out, &view["stub"]);
    let _ = write!(
        out,
        "<footer class=\"small\">{} {}</footer></main></html>",
        t("footer"),
        t("account_line")
    );
    out
}

/// What is to be paid, and by when.
fn due(out: &mut String, view: &Value) {
    let t = |key: &str| text(&view[key]);
    let _ = write!(
        out,
        "<section class=\"due\"><p><span>{}</span> <b>{}</b></p><p><span>{}</span> <b>{}</b></p><p class=\"small\">{}</p></section>",
        t("amount_due_label"),
        t("amount_due"),
        t("due_label"),
        t("due"),
        t("late"),
    );
}

/// What a bill has between its address and its foot.
fn bill(view: &Value) -> String {
    let mut out = String::new();
    let t = |key: &str| text(&view[key]);
    let _ = write!(out, "<h2>{}</h2><table><tbody>", t("account_title"));
    for row in each(&view["account"]) {
        amount_row(&mut out, row, row["strong"] == true);
    }
    for row in each(&view["parts"]) {
        amount_row(&mut out, row, false);
    }
    amount_row(&mut out, &view["new_charges"], true);
    for row in each(&view["moved"]) {
        amount_row(&mut out, row, false);
    }
    amount_row(&mut out, &view["total"], true);
    out.push_str("</tbody></table>");
    changed(&mut out, &view["changed"]);
    chart(&mut out, &view["chart"]);
    let _ = write!(out, "<h2>{}</h2>", t("detail_title"));
    for segment in each(&view["segments"]) {
        part(&mut out, segment, &t("how_label"));
    }
    let _ = write!(out, "<p class=\"small\">{}</p>", t("read_kinds"));
    for of in each(&view["boxes"]) {
        let _ = write!(out, "<h2>{}</h2><p>{}</p>", text(&of[0]), text(&of[1]));
    }
    out
}

/// What each service came to, beside the last bill.
fn changed(out: &mut String, changed: &Value) {
    if changed.is_null() {
        return;
    }
    let (title, small) = (text(&changed["title"]), text(&changed["small"]));
    let _ = write!(out, "<h2>{title} <small>{small}</small></h2><table><tbody>");
    for row in each(&changed["rows"]) {
        let long = row["long"].as_i64().unwrap_or_default().max(1);
        let colour = if row["up"] == true { "#A63D12" } else { "#4B8B2B" };
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"bar\"><svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{long}\" height=\"8\" fill=\"{colour}\"/></svg></td><td class=\"num\">{}</td></tr>",
            text(&row["label"]),
            text(&row["amount"]),
        );
    }
    out.push_str("</tbody></table>");
}

/// The bars of use, drawn and in words.
fn chart(out: &mut String, chart: &Value) {
    let Some(bars) = chart["bars"].as_array() else { return };
    let _ = write!(
        out,
        "<h2>{} <small>{}</small></h2><svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 1300 1060\" preserveAspectRatio=\"none\">",
        text(&chart["title"]),
        text(&chart["unit"]),
        text(&chart["alt"]),
    );
    for (nth, bar) in bars.iter().enumerate() {
        let x = 100 * nth;
        let high = bar["high"].as_i64().unwrap_or_default();
        let colour = if bar["newest"] == true {
            "#A63D12"
        } else {
            chart["colour"].as_str().unwrap_or_default()
        };
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"60\" height=\"{high}\" fill=\"{colour}\"/>",
            x + 20,
            1_030 - high
        );
        if let Some(before) = bar["before"].as_i64() {
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"84\" height=\"16\" fill=\"currentColor\"/>",
                x + 8,
                1_022 - before
            );
        }
    }
    out.push_str("<rect y=\"1030\" width=\"1300\" height=\"8\" fill=\"currentColor\"/></svg><table><thead><tr><td></td>");
    let daily = &chart["daily"];
    for name in each(&daily["head"]) {
        let _ = write!(out, "<th scope=\"col\" class=\"num\">{}</th>", text(name));
    }
    let _ = write!(out, "</tr></thead><tbody><tr><th scope=\"row\">{}</th>", text(&daily["label"]));
    for value in each(&daily["values"]) {
        let _ = write!(out, "<td class=\"num\">{}</td>", text(value));
    }
    out.push_str("</tr></tbody></table>");
}

fn part(out: &mut String, segment: &Value, how: &str) {
    let _ = write!(
        out,
        "<section><h3>{} <small>{}</small></h3>",
        text(&segment["title"]),
        text(&segment["small"])
    );
    meters(out, segment);
    for said in each(&segment["said"]) {
        let _ = write!(out, "<p>{}</p>", text(said));
    }
    derivation(out, &segment["how"], how);
    out.push_str("<table><tbody>");
    for line in each(&segment["lines"]) {
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"num\">{} {}</td><td class=\"num\">{}</td></tr>",
            text(&line["label"]),
            text(&line["quantity"]),
            text(&line["price"]),
            text(&line["amount"]),
        );
        // In a row of its own: a line's words stand directly before its amount, so that it can be
        // read back.
        out.push_str("<tr class=\"how\"><td colspan=\"3\">");
        derivation(out, &line["how"], how);
        out.push_str("</td></tr>");
    }
    let total = &segment["total"];
    let _ = write!(
        out,
        "<tr class=\"strong\"><td>{}</td><td></td><td class=\"num\">{}</td></tr></tbody></table></section>",
        text(&total["label"]),
        text(&total["amount"]),
    );
}

/// The meters of a service; nothing where there is none to be.
fn meters(out: &mut String, segment: &Value) {
    if each(&segment["head"]).next().is_none() {
        return;
    }
    out.push_str("<div class=\"scroll\"><table><thead><tr>");
    for name in each(&segment["head"]) {
        let _ = write!(out, "<th scope=\"col\">{}</th>", text(name));
    }
    out.push_str("</tr></thead><tbody>");
    for meter in each(&segment["meters"]) {
        out.push_str("<tr>");
        for cell in each(meter) {
            let _ = write!(out, "<td>{}</td>", text(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
}

/// How something was worked out, which opens when it is asked for.
fn derivation(out: &mut String, steps: &Value, how: &str) {
    if each(steps).next().is_none() {
        return;
    }
    let _ = write!(out, "<details><summary>{how}</summary>");
    for step in each(steps) {
        let _ = write!(out, "<p>{}</p>", text(step));
    }
    out.push_str("</details>");
}

/// The last cells of a row, each an amount.
pub(crate) fn amounts(out: &mut String, row: &Value, keys: &[&str]) {
    for key in keys {
        let _ = write!(out, "<td class=\"num\">{}</td>", text(&row[*key]));
    }
    out.push_str("</tr>");
}

fn pairs(out: &mut String, of: &Value) {
    out.push_str("<dl>");
    for pair in each(of) {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", text(&pair[0]), text(&pair[1]));
    }
    out.push_str("</dl>");
}

fn amount_row(out: &mut String, row: &Value, strong: bool) {
    let class = if strong { " class=\"strong\"" } else { "" };
    let _ = write!(
        out,
        "<tr{class}><td>{}</td><td class=\"num\">{}</td></tr>",
        text(&row["label"]),
        text(&row["amount"])
    );
}

fn each(of: &Value) -> impl Iterator<Item = &Value> {
    of.as_array().into_iter().flatten()
}

/// A text, so that nothing in it is taken for a tag.
pub(crate) fn text(of: &Value) -> String {
    escaped(of.as_str().unwrap_or_default())
}

/// The same of a text that is no view's.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The text of a page, without its tags.
pub(crate) fn text_of(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for it in page.chars() {
        match it {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            _ => text.push(it),
        }
    }
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
