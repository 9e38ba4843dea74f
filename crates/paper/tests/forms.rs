//! The other forms of the bill: last one, many meters and pages, large print, several accounts on
//! one, corrections. Each is read back.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod judge;

use std::path::Path;

use jiff::civil::date;
use meterbook_core::bill::OnPlan;
use meterbook_core::bill::correct::{Cause, net};
use meterbook_core::bill::sample::statement;
use meterbook_core::bill::settle::Settled;
use meterbook_core::bill::summary::Summary;
use meterbook_core::bill::{BillNumber, OnLevel, Print, Settles, Statement};
use meterbook_core::id::{AccountNumber, CorrectionId};
use meterbook_core::money::{Money, Price, Quantity, Unit};
use meterbook_core::paper::sample;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::carried::Peak;
use meterbook_core::rating::{Basis, ChargeKind, Line, Note, Said};
use meterbook_paper::{
    Batch, Press, Tagged, View, html, is_of, letter, letter_html, note, note_html, read_back,
    read_back_letter, read_back_note, read_back_summary, stands, summary, summary_html, view,
};
use pdf_extract::Document;

/// Draws a view, looks at tags and account, and keeps the file to be looked at.
fn drawn(name: &str, view: &View, account: AccountNumber) -> (Vec<u8>, usize) {
    let pdf = Press::new().pdf(view).unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
    std::fs::write(&file, &pdf).unwrap();
    let long = (!view.0["invoice"].is_null()).then_some("3a");
    for profile in ["ua1"].into_iter().chain(long) {
        assert_eq!(judge::found(&file, profile), None, "{name}");
    }
    is_of(&pdf, account).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    assert!(document.catalog().unwrap().has(b"StructTreeRoot"), "{name} is tagged");
    let pages = document.get_pages().len();
    (pdf, pages)
}

fn text_of(pdf: &[u8]) -> String {
    let text = pdf_extract::extract_text_from_mem(pdf).unwrap();
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// The statement with its sums made again.
fn summed(mut it: Statement) -> Statement {
    for segment in &mut it.bill.segments {
        segment.total = segment.lines.iter().map(|it| it.amount).sum();
    }
    it.bill.total = it.bill.segments.iter().map(|it| it.total).sum();
    it.amount_due = it.before + it.bill.total;
    it
}

#[test]
fn a_last_bill_says_that_it_is_one_and_that_a_credit_is_sent() {
    let mut own = statement(Language::English);
    own.closing = Some(date(2026, 8, 2));
    own.before = Money::from_cents(-50_000);
    let own = summed(own);
    let shown = view(&own);
    assert_eq!(shown.0["kind"], "Final bill");
    assert_eq!(shown.0["message"][0], "This is your final bill.");
    let stays = "Service ended on Aug 1, 2026. Your credit of $154.02 stays on your account. Call (555)\u{a0}010-2000 to have it sent to you.";
    assert_eq!(shown.0["message"][1], stays);
    let sent = view(&Statement { credit_sent: true, ..own.clone() });
    assert_eq!(
        sent.0["message"][1],
        "Service ended on Aug 1, 2026. We will send you your credit of $154.02."
    );
    let (pdf, pages) = drawn("final", &shown, own.account.number);
    read_back(&pdf, &own).unwrap();
    assert_eq!(pages, 2);
    assert!(html(&shown, &own).unwrap().contains("<b>Final bill</b>"));
    let mut spanish = statement(Language::Spanish);
    spanish.closing = Some(date(2026, 8, 2));
    assert_eq!(view(&spanish).0["kind"], "Factura final");
}

#[test]
fn a_bill_on_a_plan_says_which_part_is_due() {
    let said = |language| {
        let mut own = statement(language);
        let (due, amount) = (date(2026, 9, 1), Money::from_cents(5_000));
        own.plan = Some(OnPlan { nth: 3, of: 6, due, amount, later: Money::from_cents(15_000) });
        let shown = view(&own);
        let part = |nth: usize| shown.0["message"][nth].as_str().unwrap().to_owned();
        (part(0), part(1))
    };
    let english = (
        "On a payment plan: part 3 of 6, $50.00 by Sep 1, 2026.".to_owned(),
        "Beside the amount due, $150.00 is paid with later parts, as agreed.".to_owned(),
    );
    assert_eq!(said(Language::English), english);
    assert!(said(Language::Spanish).0.starts_with("En un plan de pagos: cuota 3 de 6, $50.00"));
}

/// A shop with thirty meters and a demand that looks back.
fn commercial(language: Language) -> Statement {
    let mut own = statement(language);
    let of = &mut own.bill.segments[0];
    let line = of.lines[1].clone();
    let kw = Quantity { micro: 80_000_000, unit: Unit::Kw };
    let basis = Basis::Each(kw, Price::parse("11.2", Unit::Kw).unwrap());
    let said = Said { label: "Demand".into(), spanish: None, rule: line.rule.clone() };
    of.lines.push(Line {
        said: said.into(),
        note: Note::Plain,
        kind: ChargeKind::Demand,
        basis,
        exact: basis.exact(),
        amount: Money::from_cents(89_600),
        ..line.clone()
    });
    let peak =
        |turn, micro| Peak { charge: "Demand".to_owned(), period: String::new(), turn, micro };
    of.carried.peaks =
        vec![peak(date(2026, 1, 3), 100_000_000), peak(date(2026, 7, 3), 61_250_000)];
    for nth in 1..30 {
        let mut meter = of.evidence[0].clone();
        meter.meter = format!("E-{nth:04}");
        of.evidence.push(meter);
    }
    for nth in 1..70 {
        let said =
            Said { label: format!("Lamp {nth}").into(), spanish: None, rule: line.rule.clone() };
        of.lines.push(Line { said: said.into(), ..line.clone() });
    }
    summed(own)
}

#[test]
fn a_demand_is_billed_once_and_says_why_it_is_more_than_was_measured() {
    let said = |own: &Statement| view(own).0["segments"][0]["said"][1].as_str().unwrap().to_owned();
    let mut own = commercial(Language::English);
    // Its price changed on the 17th: both lines bill the same 80 kW, each for its days.
    let lines = &mut own.bill.segments[0].lines;
    let at = lines.iter().position(|it| it.kind == ChargeKind::Demand).unwrap();
    let Basis::Each(quantity, price) = lines[at].basis else { panic!("{:?}", lines[at]) };
    let (first, second) = (
        Period::new(date(2026, 7, 3), date(2026, 7, 17)).unwrap(),
        Period::new(date(2026, 7, 17), date(2026, 8, 2)).unwrap(),
    );
    let part = |it: &Line, period: Period| {
        let (days, of) = (period.days(), 30);
        Line { period, basis: Basis::Part { quantity, price, days, of }, ..it.clone() }
    };
    lines[at] = part(&lines[at], first);
    let other = part(&lines[at], second);
    lines.insert(at + 1, other);
    assert!(said(&own).starts_with("Demand: measured 61.25 kW, billed 80 kW; a share of"));
    // No demand before was as high: it is what the tariff bills at least.
    own.bill.segments[0].carried.peaks[0].micro = 70_000_000;
    assert_eq!(said(&own), "Demand: measured 61.25 kW, billed 80 kW; the tariff bills no less");
    own.bill.segments[0].carried.peaks[1].micro = 80_000_000;
    assert_eq!(said(&own), "Demand: measured 80 kW, billed 80 kW");
}

#[test]
fn a_commercial_bill_has_meters_and_lines_over_pages_with_sums_that_are_carried() {
    for (language, brought, carried, demand) in [
        (
            Language::English,
            "Broughtforward",
            "Carriedforward",
            "Demand: measured 61.25 kW, billed 80 kW; a share of an earlier, higher demand is billed",
        ),
        (
            Language::Spanish,
            "Sumaanterior",
            "Sumaysigue",
            "Demand: medida 61.25 kW, facturada 80 kW; se factura una parte de una demanda anterior más alta",
        ),
    ] {
        let own = commercial(language);
        let shown = view(&own);
        assert_eq!(shown.0["segments"][0]["said"][1], demand);
        let (pdf, pages) = drawn(&format!("commercial-{language}"), &shown, own.account.number);
        read_back(&pdf, &own).unwrap();
        html(&shown, &own).unwrap();
        assert!(4 <= pages, "{pages}");
        // What a page ends with the next one begins with, and it is the sum of its lines.
        let text = text_of(&pdf);
        let sums = |word: &str| -> Vec<String> {
            let after = text.split(word).skip(1);
            after
                .map(|it| {
                    it.split_inclusive('.').next().unwrap().to_owned()
                        + &it.split('.').nth(1).unwrap()[..2]
                })
                .collect()
        };
        let (out, into) = (sums(carried), sums(brought));
        assert!(!out.is_empty(), "{out:?}");
        assert_eq!(out, into);
        let sum = |it: &String| {
            let lines = shown.0["segments"][0]["lines"].as_array().unwrap();
            lines.iter().any(|line| line["sum"] == **it)
        };
        assert!(out.iter().all(sum), "{out:?}");
    }
}

#[test]
fn large_print_says_the_same_in_letters_of_fifteen_points() {
    for language in [Language::English, Language::Spanish] {
        let mut own = statement(language);
        own.print = Print::Large;
        let shown = view(&own);
        let (pdf, _) = drawn(&format!("large-{language}"), &shown, own.account.number);
        read_back(&pdf, &own).unwrap();
        html(&shown, &own).unwrap();
    }
}

#[test]
fn whatever_else_is_sent_comes_in_large_print_too_and_says_what_it_is_called() {
    for language in [Language::English, Language::Spanish] {
        let all = sample::summary(language);
        let large = summary(&all).called("S-260804-44170926", language).in_large_print();
        let (pdf, _) = drawn(&format!("summary-large-{language}"), &large, all.account);
        read_back_summary(&pdf, &all).unwrap();
        assert!(text_of(&pdf).contains("S-260804-44170926"));

        let it = sample::note(language, 1_000);
        let large = note(&it).in_large_print();
        let (pdf, _) = drawn(&format!("note-large-{language}"), &large, it.account.number);
        read_back_note(&pdf, &it).unwrap();
        assert!(text_of(&pdf).contains("C-7"));

        let it = sample::letter(language);
        let large = letter(&it).called("L-260804-44170926-stop", language).in_large_print();
        let (pdf, _) = drawn(&format!("letter-large-{language}"), &large, it.account);
        read_back_letter(&pdf, &it).unwrap();
        assert!(text_of(&pdf).contains("L-260804-44170926-stop"));
    }
}

#[test]
fn a_summary_says_what_each_account_owes_and_asks_for_all_at_once() {
    for language in [Language::English, Language::Spanish] {
        let few = sample::summary(language);
        let (pdf, pages) = drawn(&format!("summary-{language}"), &summary(&few), few.account);
        read_back_summary(&pdf, &few).unwrap();
        let said = summary(&few);
        let changed = ["What changed: ", "Qué cambió: "];
        let why = said.0["rows"][0]["why"].as_str().unwrap();
        assert!(changed.iter().any(|it| why.starts_with(it)) && why.contains(" +$"), "{why}");
        assert_eq!(said.0["rows"][2]["why"], "", "its first bill");
        summary_html(&summary(&few), &few).unwrap();
        assert_eq!(pages, 1);
        // Rolled up, what was owed before stands above the rows and is paid with them.
        let number = Some(BillNumber("B-260804-44170926-S9".to_owned()));
        let before = Some(Money::from_cents(5_00));
        let rolled = Summary { number, rolled: true, before, ..few.clone() };
        assert_eq!(rolled.amount_due(), few.amount_due() + Money::from_cents(5_00));
        let form = format!("summary-rolled-{language}");
        let (pdf, pages) = drawn(&form, &summary(&rolled), rolled.account);
        read_back_summary(&pdf, &rolled).unwrap();
        summary_html(&summary(&rolled), &rolled).unwrap();
        assert_eq!(pages, 1);
        // Who pays what is rolled up in parts reads which is due by when.
        let (due, amount) = (date(2026, 9, 1), Money::from_cents(25_00));
        let plan = Some(OnPlan { nth: 2, of: 4, due, amount, later: Money::from_cents(50_00) });
        let planned = Summary { plan, ..rolled };
        let said = summary(&planned).0["message"][1].as_str().unwrap().to_owned();
        let part =
            ["On a payment plan: part 2 of 4, $25.00", "En un plan de pagos: cuota 2 de 4, $25.00"];
        assert!(part.iter().any(|it| said.starts_with(it)) && said.contains("$50.00"), "{said}");
        let form = format!("summary-planned-{language}");
        let (pdf, pages) = drawn(&form, &summary(&planned), planned.account);
        read_back_summary(&pdf, &planned).unwrap();
        assert!(summary_html(&summary(&planned), &planned).unwrap().contains(&said));
        assert_eq!(pages, 1);
        let row = few.rows[0].clone();
        let many = Summary { rows: vec![row; 90], ..few };
        let (pdf, pages) =
            drawn(&format!("summary-many-{language}"), &summary(&many), many.account);
        read_back_summary(&pdf, &many).unwrap();
        assert!(3 <= pages, "{pages}");
        let mut wrong = summary(&many);
        wrong.0["rows"][40]["amount"] = "$1.00".into();
        let why = summary_html(&wrong, &many).unwrap_err().to_string();
        assert!(why.starts_with("bill 4417-0926-8 as drawn says $1.00 for "), "{why}");
    }
}

#[test]
fn a_correction_says_what_the_rules_made_of_it() {
    for (language, says) in [
        (
            Language::English,
            "Not charged, because it is too long ago: $12.00. Interest on what you paid too much: $0.49.",
        ),
        (
            Language::Spanish,
            "No se cobra, por haber pasado demasiado tiempo: $12.00. Intereses sobre lo que pagó de más: $0.49.",
        ),
    ] {
        let mut it = sample::note(language, 1_000);
        let (waived, interest) = (Money::from_cents(1_200), Money::from_cents(49));
        it.correction.settled =
            Settled { waived, interest, instalments: 3, reach: None, ..Settled::default() };
        it.correction.net = it.correction.net - it.correction.settled.off();
        let shown = note(&it);
        assert!(shown.0["after"].as_str().unwrap().starts_with(says), "{}", shown.0["after"]);
        let (pdf, _) = drawn(&format!("settled-{language}"), &shown, it.account.number);
        read_back_note(&pdf, &it).unwrap();
    }
}

#[test]
fn a_note_says_in_which_parts_what_it_comes_to_may_be_paid_and_from_when() {
    for (language, says) in [
        (
            Language::English,
            "You may pay the $387.60 of this correction in 6 parts, a month apart, the first of $64.60 by Aug 24, 2026, once you agree to it with us.",
        ),
        (
            Language::Spanish,
            "Puede pagar los $387.60 de esta corrección en 6 cuotas mensuales, la primera de $64.60 hasta el 24 ago 2026, si lo acuerda con nosotros.",
        ),
    ] {
        let mut it = sample::note(language, 1_000);
        it.correction.settled = Settled { instalments: 6, ..Settled::default() };
        it.correction.net = Money::from_cents(38_760);
        it.correction.bills[0].1.as_mut().unwrap().due_on = date(2026, 8, 24);
        assert!(note(&it).0["after"].as_str().unwrap().starts_with(says));
        // So does the first page of several bills, unless another account pays them.
        let mut several = sample::corrected(language, 1_000);
        several.correction.settled = it.correction.settled;
        several.correction.net = it.correction.net;
        for pair in &mut several.correction.bills {
            pair.1.as_mut().unwrap().due_on = date(2026, 8, 24);
        }
        assert!(note(&several).0["after"].as_str().unwrap().starts_with(says));
        several.asks.as_mut().unwrap().paid_by = Some(several.account.number);
        assert!(!note(&several).0["after"].as_str().unwrap().contains("387.60"));
    }
}

#[test]
fn a_note_says_what_an_earlier_correction_never_charged() {
    for (language, says) in [
        (Language::English, "Of what is taken back, an earlier correction never charged $24.00."),
        (Language::Spanish, "De lo que se retira, una corrección anterior nunca cobró $24.00."),
    ] {
        let mut it = sample::note(language, 1_000);
        let (waived, interest) = (Money::from_cents(-2_400), Money::ZERO);
        it.correction.settled =
            Settled { waived, interest, instalments: 1, reach: None, ..Settled::default() };
        it.correction.net = it.correction.net - it.correction.settled.off();
        let shown = note(&it);
        assert!(shown.0["after"].as_str().unwrap().starts_with(says), "{}", shown.0["after"]);
        let (pdf, _) = drawn(&format!("never-{language}"), &shown, it.account.number);
        read_back_note(&pdf, &it).unwrap();
        assert!(note_html(&shown, &it).unwrap().contains(says));
    }
}

#[test]
fn a_bill_of_the_days_so_far_has_a_title() {
    for (language, kind) in [
        (Language::English, "Bill of the days so far"),
        (Language::Spanish, "Factura de los días hasta ahora"),
    ] {
        let mut own = statement(language);
        assert_eq!(view(&own).0["kind"], "");
        own.so_far = true;
        let shown = view(&own);
        assert_eq!(shown.0["kind"], kind);
        let (pdf, _) = drawn(&format!("so-far-{language}"), &shown, own.account.number);
        read_back(&pdf, &own).unwrap();
        let bare: String = kind.split_whitespace().collect();
        assert!(text_of(&pdf).contains(&bare));
        assert!(html(&shown, &own).unwrap().contains(&format!("<b>{kind}</b>")));
    }
}

#[test]
fn a_correction_shows_old_and_new_beside_each_other_and_less_is_a_credit_note() {
    let press = Press::new();
    for (language, less, more) in [
        (Language::English, "Credit note", "Correction"),
        (Language::Spanish, "Nota de crédito", "Corrección"),
    ] {
        let it = sample::note(language, 1_000);
        assert_eq!(it.correction.net, Money::from_cents(-34_598 - 675 + 1_000));
        let shown = note(&it);
        assert_eq!(shown.0["kind"], less);
        let (pdf, _) = drawn(&format!("note-{language}"), &shown, it.account.number);
        read_back_note(&pdf, &it).unwrap();
        note_html(&shown, &it).unwrap();
        let row = &shown.0["bills"][0]["lines"][1];
        assert_eq!((&row["was"], &row["now"]), (&"$66.23".into(), &"$76.23".into()));
        assert_eq!(row["difference"], "$10.00");
        let why = shown.0["bills"][0]["why"].as_str().unwrap();
        assert!(why.contains(" +$10.00"), "{why}");
        assert_eq!(shown.0["bills"][1]["why"], "", "nothing stands in its place");

        let dear = sample::note(language, 100_000);
        assert_eq!(note(&dear).0["kind"], more);
        read_back_note(&press.pdf(&note(&dear)).unwrap(), &dear).unwrap();
        let mut wrong = note(&dear);
        wrong.0["net"]["amount"] = "$1.00".into();
        assert!(read_back_note(&press.pdf(&wrong).unwrap(), &dear).is_err());
        wrong = note(&dear);
        wrong.0["bills"][1]["lines"][2]["difference"] = "$1.00".into();
        assert!(note_html(&wrong, &dear).is_err());
    }
}

#[test]
fn every_line_of_the_page_opens_its_derivation() {
    let own = statement(Language::English);
    let page = html(&view(&own), &own).unwrap();
    let lines: usize = own.bill.segments.iter().map(|it| it.lines.len()).sum();
    let meters: usize = own.bill.segments.len();
    assert_eq!(
        page.matches("<details><summary>How it is worked out</summary>").count(),
        lines + meters
    );
    for wanted in [
        "<p>212 kWh x $0.3124 per kWh</p>",
        "line 1: On-peak energy, Mon–Fri 4–9 pm</p>",
        "<p>meter E-4471-0926 delivered: 38214 A on 2026-07-03, 39298 A on 2026-08-02, x 1 = 1084 kWh</p>",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
}

#[test]
fn a_letter_says_what_it_lists_and_to_whom() {
    for (language, subject) in
        [(Language::English, "About your service"), (Language::Spanish, "Sobre su servicio")]
    {
        let it = sample::letter(language);
        let shown = letter(&it);
        assert_eq!(shown.0["subject"], subject);
        let (pdf, pages) = drawn(&format!("letter-{language}"), &shown, it.account);
        read_back_letter(&pdf, &it).unwrap();
        assert_eq!(pages, 1);
        assert!(letter_html(&shown, &it).unwrap().contains("<li>a &lt; b</li>"));
        let mut wrong = shown.clone();
        wrong.0["mail"][0] = "SOMEBODY ELSE".into();
        let why = letter_html(&wrong, &it).unwrap_err().to_string();
        assert_eq!(
            why,
            "a letter to 4417-0926-8 as drawn does not say \"DANA OKAFOR-REYES\"; it was not kept"
        );
    }
}

#[test]
fn an_invoice_inside_makes_a_pdf_that_is_kept_for_long_and_is_accessible_still() {
    let own = statement(Language::English);
    let xml = "<Invoice>1</Invoice>";
    let shown = view(&own).with_invoice(xml, own.bill.billed_on);
    let (pdf, _) = drawn("with-invoice", &shown, own.account.number);
    read_back(&pdf, &own).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    assert!(document.catalog().unwrap().has(b"AF"), "the file is named in the catalogue");
    let streams = document.objects.values().filter_map(|it| it.as_stream().ok());
    let texts: Vec<Vec<u8>> = streams
        .map(|it| it.decompressed_content().unwrap_or_else(|_| it.content.clone()))
        .collect();
    assert!(texts.iter().any(|it| it == xml.as_bytes()), "as it was written");
    let says = |wanted: &str| texts.iter().any(|it| String::from_utf8_lossy(it).contains(wanted));
    assert!(
        says("<pdfaid:part>3</pdfaid:part>") && says("<pdfaid:conformance>A</pdfaid:conformance>")
    );
    assert!(says("<pdfuaid:part>1</pdfuaid:part>"));
}

/// A bill that the first page of a correction asks for.
fn behind(language: Language, print: Print) -> Statement {
    let own = statement(language);
    Statement {
        behind: Some(CorrectionId(7)),
        last_bill: None,
        since: Vec::new(),
        before: Money::ZERO,
        amount_due: Money::ZERO,
        print,
        ..own
    }
}

#[test]
fn the_first_page_of_several_bills_asks_once_and_those_behind_it_for_nothing() {
    for (language, said, nothing) in [
        (
            Language::English,
            "The new bills are behind this page.",
            "Nothing is to be paid on this bill. The first page of correction C-7 asks for it",
        ),
        (
            Language::Spanish,
            "Las facturas nuevas están detrás de esta página.",
            "No hay nada que pagar con esta factura. La primera página de la corrección C-7",
        ),
    ] {
        for print in [Print::Normal, Print::Large] {
            let first = sample::corrected(language, 1_000);
            let shown = match print {
                Print::Normal => note(&first),
                Print::Large => note(&first).in_large_print(),
            };
            let number = first.account.number;
            let name = format!("corrected-{language}-{print:?}");
            let (page, pages) = drawn(&name, &shown, number);
            assert!(print == Print::Large || pages == 1, "{pages}");
            read_back_note(&page, &first).unwrap();
            assert!(text_of(&page).contains(&said.replace(' ', "")), "{}", text_of(&page));
            assert!(note_html(&shown, &first).unwrap().contains(said));
            let bill = behind(language, print);
            let shown = view(&bill);
            let (alone, _) = drawn(&format!("behind-{language}-{print:?}"), &shown, number);
            read_back(&alone, &bill).unwrap();
            assert!(text_of(&alone).contains(&nothing.replace(' ', "")), "{}", text_of(&alone));
            assert!(html(&shown, &bill).unwrap().contains(nothing));
            // Paper that asks by itself is none of these.
            assert!(read_back(&alone, &Statement { behind: None, ..bill.clone() }).is_err());
            let asks = Statement { behind: None, ..statement(language) };
            let asking = Press::new().pdf(&view(&asks)).unwrap();
            let not = Statement { behind: Some(CorrectionId(7)), ..asks };
            assert!(read_back(&asking, &not).is_err());
            // Together they are one paper, accessible as each is alone.
            let mut batch = Batch::new(Vec::new()).unwrap();
            for pdf in [page, alone] {
                batch.add(&Tagged::read(pdf).unwrap()).unwrap();
            }
            let whole = batch.finish_as("C-7 Cedar & Fork").unwrap();
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-whole.pdf"));
            std::fs::write(&file, &whole).unwrap();
            assert_eq!(judge::found(&file, "ua1"), None, "{name}");
            // It goes into a batch of the mail house like any other paper.
            let tagged = Tagged::read(whole).unwrap();
            let count = tagged.pages();
            let mut batch = Batch::new(Vec::new()).unwrap();
            batch.add(&tagged).unwrap();
            let mailed = batch.finish().unwrap();
            stands(mailed, &[(number, "C-7".to_owned(), count)]).unwrap();
        }
    }
}

#[test]
fn a_first_page_of_a_year_says_what_rules_took_off_and_of_a_credit_that_nothing_is_to_be_paid() {
    let mut it = sample::corrected(Language::English, 1_000);
    let both = it.correction.bills.clone();
    for _ in 0..6 {
        it.correction.bills.extend(both.clone());
    }
    let interest = Money::from_cents(1_23);
    it.correction.settled =
        Settled { waived: Money::from_cents(5_00), interest, ..Settled::default() };
    it.correction.net = net(&it.correction.bills) - it.correction.settled.off();
    let asks = it.asks.as_mut().unwrap();
    asks.before = Money::from_cents(-500_000);
    asks.amount_due = asks.before + it.correction.net;
    let shown = note(&it);
    assert_eq!(shown.0["message"][0], "You have a credit balance. Nothing is to be paid.");
    let (page, _) = drawn("corrected-year", &shown, it.account.number);
    read_back_note(&page, &it).unwrap();
    for said in ["Notcharged,becauseitistoolongago−$5.00", "paidtoomuch−$1.23"] {
        assert!(text_of(&page).contains(said), "{}", text_of(&page));
    }
    it.asks.as_mut().unwrap().amount_due += Money::from_cents(1);
    assert!(read_back_note(&page, &it).is_err());
}

/// A statement of which so much was owed before.
fn owed(language: Language, before: i64, print: Print) -> Statement {
    let own = Statement { print, ..statement(language) };
    summed(Statement { before: Money::from_cents(before), ..own })
}

#[test]
fn paper_with_nothing_to_pay_asks_for_nothing() {
    let total = statement(Language::English).bill.total.cents();
    for (language, credit, nothing, other) in [
        (
            Language::English,
            "Creditbalance$154.02",
            "Nothing",
            "Tiene un saldo a favor de $154.02.",
        ),
        (Language::Spanish, "Saldoafavor$154.02", "Nada", "You have a credit balance of $154.02."),
    ] {
        for (print, before) in [Print::Normal, Print::Large].into_iter().zip([-total - 15_402; 2]) {
            let own = owed(language, before, print);
            assert_eq!(own.amount_due, Money::from_cents(-15_402));
            let shown = view(&own);
            let (pdf, _) =
                drawn(&format!("credit-{language}-{print:?}"), &shown, own.account.number);
            read_back(&pdf, &own).unwrap();
            let (text, page) = (text_of(&pdf), html(&shown, &own).unwrap());
            assert!(text.contains(credit) && page.contains(other), "{text}");
            assert_eq!(shown.0["due"], nothing);
            for asked in ["$154.02by", "hastael25ago", "Detach", "Separe", "Scantopay", "Escanee"] {
                assert!(!text.contains(asked), "{asked}: {text}");
            }
        }
        // What another account pays, or what came to nothing.
        let own = owed(language, -total, Print::Normal);
        let (pdf, _) = drawn(&format!("nothing-{language}"), &view(&own), own.account.number);
        read_back(&pdf, &own).unwrap();
        assert_eq!(view(&own).0["due"], nothing);
        assert!(!text_of(&pdf).contains("Detach"), "{language}");
        // Paper that asks for it all the same is not kept.
        let asks = owed(language, 0, Print::Normal);
        let asking = Press::new().pdf(&view(&asks)).unwrap();
        let moved = Statement { amount_due: Money::ZERO, ..asks };
        assert!(read_back(&asking, &moved).is_err());
    }
}

#[test]
fn a_levelled_bill_says_its_charges_the_level_and_what_is_made_up_when() {
    for (language, row, said) in [
        (
            Language::English,
            "Budget billing: $83.00 in place of the new charges",
            "Budget billing: you pay the level of $83.00; the charges of this bill are $345.98. So far your charges came to $9.25 less than the level. That is settled with the bill of Nov 2026.",
        ),
        (
            Language::Spanish,
            "Cuota fija: $83.00 en lugar de los cargos nuevos",
            "Hasta ahora sus cargos sumaron $9.25 menos que la cuota. Eso se liquida con la factura de nov 2026.",
        ),
    ] {
        for print in [Print::Normal, Print::Large] {
            let mut own = owed(language, 1_000, print);
            let asked = Money::from_cents(8_300);
            let (beside, later) = (asked - own.bill.total, Money::from_cents(-9_25));
            let settles = Settles::On(date(2026, 11, 3));
            own.level = Some(OnLevel { asked, beside, later, settles });
            own.amount_due = own.before + asked;
            let shown = view(&own);
            assert_eq!(shown.0["moved"][0]["label"], row);
            let message = shown.0["message"][1].as_str().unwrap();
            assert!(message.contains(said), "{message}");
            let (pdf, _) =
                drawn(&format!("level-{language}-{print:?}"), &shown, own.account.number);
            read_back(&pdf, &own).unwrap();
            html(&shown, &own).unwrap();
        }
    }
}

#[test]
fn across_the_end_of_a_dial_the_difference_is_what_was_counted() {
    for (language, said) in [
        (Language::English, "the dial passed 99,999 and went on from zero."),
        (Language::Spanish, "el medidor pasó de 99,999 y siguió desde cero."),
    ] {
        let mut own = statement(language);
        let of = &mut own.bill.segments[0].evidence[0];
        let (first, last) = of.reads.as_mut().unwrap();
        (first.index_micro, last.index_micro) = (99_200_000_000, 393_000_000);
        of.multiplier_micro = 40_000_000;
        of.used.micro = 1_193_000_000 * 40;
        let meter = of.meter.clone();
        let shown = view(&own);
        let row = &shown.0["segments"][0];
        assert_eq!(row["meters"][0][4], "1,193");
        let notes: Vec<&str> =
            row["said"].as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
        assert!(notes.contains(&format!("{meter}: {said}").as_str()), "{notes:?}");
        // What no dial explains is left to whoever asks.
        own.bill.segments[0].evidence[0].used.micro += 1_000_000 * 40;
        assert_eq!(view(&own).0["segments"][0]["meters"][0][4], "");
    }
}

#[test]
fn a_corrected_bill_is_set_against_the_one_it_replaces_and_says_why_in_the_customers_words() {
    let mut own = statement(Language::English);
    own.replaces = Some(own.bill.number.clone());
    let small = view(&own).0["changed"]["small"].as_str().unwrap().to_owned();
    assert!(small.ends_with(" against the bill it replaces"), "{small}");
    for (language, said) in [
        (Language::English, "Why: a read of the meter was wrong or estimated."),
        (Language::Spanish, "Motivo: una lectura del medidor no era correcta o era estimada."),
    ] {
        let mut it = sample::note(language, 1_000);
        it.correction.cause = Cause::Read;
        it.correction.why = "late: agreement 14 (letter)".to_owned();
        assert_eq!(note(&it).0["why"], said);
        let mut it = sample::corrected(language, 1_000);
        it.correction.cause = Cause::Read;
        assert_eq!(note(&it).0["why"], said);
    }
}

/// Twelve services with long names, an address of six lines, millions, and something past due.
#[test]
fn a_first_page_of_many_services_keeps_clear_of_its_slip() {
    for language in [Language::English, Language::Spanish] {
        let mut own = statement(language);
        let site = "pay.municipal-light-department.example";
        own.utility.site = site.to_owned();
        own.bill.number.0 = "B-261129-10000002-O30".to_owned();
        own.bill
            .addressed_to
            .extend(["Building 7", "Dock 3", "Attention: accounts"].map(str::to_owned));
        let one = own.bill.segments[0].clone();
        own.bill.segments = std::iter::repeat_n(one, 12).collect();
        for line in own.bill.segments.iter_mut().flat_map(|it| &mut it.lines) {
            if let Basis::Each(_, price) = &mut line.basis {
                price.nano = 1_285_000_000_000;
            }
        }
        for month in own.history.iter_mut().flat_map(|it| &mut it.months) {
            month.usage.micro = 28_231_848_000_000;
        }
        own.before = Money::from_cents(699_827_548);
        let own = summed(own);
        let shown = view(&own);
        assert_eq!(shown.0["cells"], 7);
        let lines = &shown.0["segments"][0]["lines"];
        let priced = lines.as_array().unwrap().iter().filter_map(|it| it["price"].as_str());
        assert!(priced.into_iter().any(|it| it.contains("$1,285.00")), "{lines}");
        let (pdf, pages) = drawn(&format!("many-{language}"), &shown, own.account.number);
        read_back(&pdf, &own).unwrap();
        let texts = pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap();
        let slip = if language == Language::English { "Detach" } else { "Separe" };
        let on = texts.iter().position(|it| it.contains(slip));
        assert_eq!(on, Some(1), "the slip is on a page of its own: {pages}");
        let text = text_of(&pdf);
        assert!(text.contains(site) && !text.contains("light--"), "{text}");
    }
}
