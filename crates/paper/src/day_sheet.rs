//! A crew's day on paper: one HTML page to be printed, with room to write what was read and done.

use std::fmt::Write;

use meterbook_core::order::Priority;
use meterbook_core::order::sheet::{DaySheet, Dial, Stop};
use meterbook_core::period::Zone;
use meterbook_core::person::Language;
use meterbook_core::text::{decimal, grouped};

use crate::html::escaped;
use crate::words::words;

const STYLE: &str = include_str!("../templates/day_sheet.css");

/// The page of a crew's day.
pub fn day_sheet(sheet: &DaySheet, utility: &str, zone: &Zone, language: Language) -> String {
    let t = words(language);
    let mut out = String::new();
    let title = format!("{}, {}", sheet.crew.name, sheet.on);
    let _ = write!(
        out,
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><style>{STYLE}</style><main><h1>{}</h1><p>{}</p>",
        t.code,
        escaped(&title),
        escaped(&title),
        escaped(utility),
    );
    if sheet.stops.is_empty() {
        let _ = write!(out, "<p>{}</p>", t.sheet_empty);
    }
    for (nth, it) in (1..).zip(&sheet.stops) {
        stop(&mut out, nth, it, zone, language);
    }
    out.push_str("</main></html>");
    out
}

fn stop(out: &mut String, nth: usize, stop: &Stop, zone: &Zone, language: Language) {
    let t = words(language);
    let order = &stop.order;
    let _ = write!(
        out,
        "<section><h2>{nth}. {} · {}</h2><p>{} {}",
        order.kind.said(language),
        escaped(&stop.premise.lines().join(", ")),
        t.sheet_order,
        order.id,
    );
    if let Some(customer) = &stop.customer {
        let _ = write!(out, ", {}", escaped(customer));
    }
    out.push_str("</p>");
    if order.priority != Priority::Routine {
        let _ = write!(out, "<p class=\"loud\">{}</p>", order.priority.said(language));
    }
    if let Some(it) = stop.arrival {
        let _ = write!(out, "<p class=\"loud\">{} {}–{}</p>", t.sheet_promised, it.from, it.to);
    }
    if let Some(due) = order.due {
        let local = zone.tz().to_datetime(due).strftime("%F %H:%M");
        let _ = write!(out, "<p class=\"loud\">{} {local}</p>", t.sheet_due);
    }
    if !order.about.is_empty() {
        let _ = write!(out, "<p>{}</p>", escaped(&order.about));
    }
    if !stop.dials.is_empty() {
        let _ = write!(
            out,
            "<table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">{}</th><th scope=\"col\" class=\"blank\">{}</th></tr></thead><tbody>",
            t.sheet_meter, t.sheet_unit, t.sheet_last, t.sheet_now
        );
        for dial in &stop.dials {
            row(out, dial);
        }
        out.push_str("</tbody></table>");
    }
    let _ = write!(
        out,
        "<p class=\"small\">{} ________________ &nbsp; {} ____________________________________</p></section>",
        t.sheet_done_at, t.sheet_note
    );
}

fn row(out: &mut String, dial: &Dial) {
    let text = |it: Option<String>| it.unwrap_or_default();
    let digits = text(dial.digits.map(|it| format!(" ({it})")));
    let last = text(dial.last.map(|(on, micro)| format!("{} · {on}", grouped(&decimal(micro, 6)))));
    let _ = write!(
        out,
        "<tr><td>{}</td><td>{}{digits}</td><td class=\"num\">{last}</td><td></td></tr>",
        escaped(&dial.meter),
        text(dial.unit.map(|it| it.to_string())),
    );
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_core::appointment::Arrival;
    use meterbook_core::crew::{Clock, Crew};
    use meterbook_core::id::{CrewId, OrderId, PremiseId};
    use meterbook_core::money::Unit;
    use meterbook_core::order::{Order, OrderKind, Skills, State};
    use meterbook_core::place::Premise;

    use super::*;

    fn sheet() -> DaySheet {
        let on = date(2026, 3, 10);
        let clock = |text| Clock::parse(text).unwrap();
        let order = Order {
            id: OrderId(7),
            kind: OrderKind::Reconnect,
            priority: Priority::Urgent,
            premise: PremiseId(1),
            service_point: None,
            account: None,
            agreement: None,
            skills: Skills::default(),
            not_before: on,
            due: Some("2026-03-11T01:00:00Z".parse().unwrap()),
            off_below: None,
            about: "<b>dog</b>".to_owned(),
            key: String::new(),
        };
        let dial = Dial {
            meter: "E-1".to_owned(),
            unit: Some(Unit::Kwh),
            flow: None,
            digits: Some(5),
            last: Some((date(2026, 2, 10), 41_230_000_000)),
        };
        let stop = Stop {
            order,
            state: State::Assigned,
            arrival: Some(Arrival { on, from: clock("08:00"), to: clock("10:00") }),
            premise: Premise {
                id: PremiseId(1),
                street: "12 Mill St".to_owned(),
                town: "Alder Creek".to_owned(),
                region: "IL 60000".to_owned(),
            },
            commodity: None,
            customer: Some("Rosa & Co".to_owned()),
            dials: vec![dial],
        };
        let crew = Crew {
            id: CrewId(1),
            name: "North".to_owned(),
            skills: Skills::default(),
            window_minutes: 120,
            per_window: 1,
        };
        DaySheet { crew, on, stops: vec![stop] }
    }

    #[test]
    fn a_sheet_says_where_what_and_by_when_in_both_languages() {
        let zone = Zone::named("America/Chicago").unwrap();
        let page = |language| day_sheet(&sheet(), "Alder Creek Light", &zone, language);
        let english = page(Language::English);
        for said in [
            "1. Reconnect · 12 Mill St, Alder Creek IL 60000",
            "Order 7, Rosa &amp; Co",
            "Promised 08:00–10:00",
            "Due 2026-03-10 20:00",
            "&lt;b&gt;dog&lt;/b&gt;",
            "41,230 · 2026-02-10",
        ] {
            assert!(english.contains(said), "{said}: {english}");
        }
        let spanish = page(Language::Spanish);
        assert!(spanish.contains("Reconectar") && spanish.contains("Prometido 08:00–10:00"));
        assert!(spanish.contains("<html lang=\"es\">"));
    }

    #[test]
    fn a_day_without_orders_says_so() {
        let empty = DaySheet { stops: Vec::new(), ..sheet() };
        let page = day_sheet(&empty, "x", &Zone::utc(), Language::English);
        assert!(page.contains("There is nothing to do."));
    }
}
