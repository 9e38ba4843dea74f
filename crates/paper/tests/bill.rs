//! The bill of the mock-up as PDF and HTML: what is drawn is what is owed, and anybody can read it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod judge;

use std::path::Path;

use jiff::civil::date;
use meterbook_core::bill::sample::statement;
use meterbook_core::bill::{Print, Statement};
use meterbook_core::credit::late_fee::LateCharge;
use meterbook_core::id::AccountNumber;
use meterbook_core::money::Money;
use meterbook_core::paper::contents::{Contents, Item};
use meterbook_core::paper::layout::Form;
use meterbook_core::paper::scan_line::ScanLine;
use meterbook_core::paper::terms::Terms;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::{Line, Note, Said};
use meterbook_paper::contents::{Missing, missing};
use meterbook_paper::{Differs, Press, ScanDiffers, View, html, is_of, read_back, template, view};
use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform, output_doc};

/// Compares a text with its golden file; with `UPDATE=1` the file is written instead.
#[track_caller]
fn golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/paper").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(text, kept, "{name} came out differently; if that is meant, UPDATE=1");
}

#[test]
fn a_bill_says_the_same_as_ever_in_both_languages() {
    for (language, name) in [(Language::English, "en"), (Language::Spanish, "es")] {
        let statement = statement(language);
        let view = view(&statement);
        let mut shown = view.0.clone();
        shown["scan"]["qr"] = "drawn".into();
        golden(
            &format!("bill-{name}.json"),
            &(serde_json::to_string_pretty(&shown).unwrap() + "\n"),
        );
        let page = html(&view, &statement).unwrap();
        let page =
            page.replace("</tr>", "</tr>\n").replace("</dd>", "</dd>\n").replace("<h", "\n<h");
        golden(&format!("bill-{name}.html"), &page);
    }
}

#[test]
fn a_pdf_has_two_tagged_pages_with_fonts_in_it_and_says_what_is_owed() {
    let press = Press::new();
    for language in [Language::English, Language::Spanish] {
        let statement = statement(language);
        let pdf = press.pdf(&view(&statement)).unwrap();
        let file =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bill-{}.pdf", language.word()));
        std::fs::write(&file, &pdf).unwrap();
        assert_eq!(judge::found(&file, "ua1"), None);
        if std::env::var_os("METERBOOK_JUDGES").is_some() {
            let why = judge::found(&file, "3a").expect("without an invoice it is no PDF/A-3");
            assert!(why.contains("PDFA3A-ID-SCHEMA-001"), "{why}");
        }
        read_back(&pdf, &statement).unwrap();
        let document = Document::load_mem(&pdf).unwrap();
        assert_eq!(document.get_pages().len(), 2);
        let catalog = document.catalog().unwrap();
        assert!(catalog.has(b"StructTreeRoot"), "it is tagged");
        assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), language.word().as_bytes());
        let mut embedded = 0;
        for object in document.objects.values() {
            let Ok(of) = object.as_dict() else { continue };
            let subtype = of.get(b"Subtype").and_then(|it| it.as_name()).unwrap_or_default();
            assert_ne!(subtype, b"Type3", "a variable font got in");
            embedded += usize::from(of.has(b"FontFile2") || of.has(b"FontFile3"));
        }
        assert_eq!(embedded, 4, "Inter in three weights and OCR-B");
        assert_eq!(pdf, press.pdf(&view(&statement)).unwrap(), "the same twice");
    }
}

#[test]
fn the_address_stands_in_the_window_whatever_is_above_it() {
    let press = Press::new();
    let corner = |statement: &Statement| {
        let pdf = press.pdf(&view(statement)).unwrap();
        read_back(&pdf, statement).unwrap();
        let mut seen = Seen::default();
        output_doc(&Document::load_mem(&pdf).unwrap(), &mut seen).unwrap();
        seen.of("DANAOKAFOR-REYES")
    };
    let english = corner(&statement(Language::English));
    // The window of a #10 envelope shows 2.04 to 3.17 inches from the top of a folded sheet.
    assert!((5_638..6_360).contains(&english.1), "{english:?}");
    assert_eq!(english, corner(&statement(Language::Spanish)), "in English and in Spanish");
    let mut long = statement(Language::Spanish);
    long.bill.segments[0].service_at = "12418 North Juniper Hollow Road, Apartment 1204".to_owned();
    assert_eq!(english, corner(&long), "under a long address of service");
}

/// Every letter of the first page and where it stands, in points from the lower left.
#[derive(Default)]
struct Seen {
    page: u32,
    letters: Vec<(char, i64, i64)>,
}

impl Seen {
    /// Where a text begins, in tenths of a point.
    fn of(&self, text: &str) -> (i64, i64) {
        let all: String = self.letters.iter().map(|it| it.0).collect();
        let at = all.find(text).unwrap_or_else(|| panic!("{text} is not in {all}"));
        let (_, x, y) = self.letters[all[..at].chars().count()];
        (x, y)
    }
}

impl OutputDev for Seen {
    fn begin_page(
        &mut self,
        page: u32,
        _: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.page = page;
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        _: f64,
        _: f64,
        _: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::float_arithmetic,
            reason = "a place on a page"
        )]
        let tenths = |points: f64| (points * 10.0).round() as i64;
        if self.page == 1 {
            let place = (tenths(at.m31), tenths(at.m32));
            let letters = text.chars().filter(|it| !it.is_whitespace());
            self.letters.extend(letters.map(|it| (it, place.0, place.1)));
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn the_bookmarks_follow_the_parts_of_the_bill() {
    let statement = statement(Language::English);
    let pdf = Press::new().pdf(&view(&statement)).unwrap();
    let toc = Document::load_mem(&pdf).unwrap().get_toc().unwrap().toc;
    let marks: Vec<(usize, &str)> = toc.iter().map(|it| (it.level, it.title.trim())).collect();
    let expected = [
        (1, "Cedar Fork Utilities"),
        (2, "Account"),
        (2, "What changed"),
        (2, "Electric use"),
        (2, "Charges in detail"),
        (3, "Electric"),
        (3, "Gas"),
        (3, "Water"),
        (2, "Ways to pay"),
        (2, "Questions or a dispute"),
        (2, "En español"),
    ];
    assert_eq!(marks, expected);
}

#[test]
fn lines_that_are_called_the_same_say_their_days() {
    let day = |month, day| date(2026, month, day);
    let shown = |language| {
        let mut statement = statement(language);
        let lines = &mut statement.bill.segments[0].lines;
        let of =
            |it: &Line, from, to| Line { period: Period::new(from, to).unwrap(), ..it.clone() };
        let peak = lines[1].clone();
        // The same over the end of a season, and a single day.
        lines[1] = of(&peak, day(7, 3), day(7, 31));
        lines[2] = of(&peak, day(7, 31), day(8, 1));
        lines[3] = of(&peak, day(7, 30), day(8, 2));
        lines[4].note = Note::Tier(2);
        let amounts: Money = lines.iter().map(|it| it.amount).sum();
        statement.bill.segments[0].total = amounts;
        statement.bill.total = statement.bill.segments.iter().map(|it| it.total).sum();
        statement.amount_due = statement.before + statement.bill.total;
        let view = view(&statement);
        html(&view, &statement).unwrap();
        read_back(&Press::new().pdf(&view).unwrap(), &statement).unwrap();
        let lines = view.0["segments"][0]["lines"].as_array().unwrap();
        let label = |it: &serde_json::Value| it["label"].as_str().unwrap().to_owned();
        lines.iter().take(5).map(label).collect::<Vec<_>>()
    };
    let peak = "On-peak energy, Mon–Fri 4–9 pm";
    let with = |days: [&str; 3]| days.map(|it| format!("{peak}, {it}"));
    assert_eq!(shown(Language::English)[1..4], with(["Jul 3–30", "Jul 31", "Jul 30 – Aug 1"]));
    assert_eq!(shown(Language::Spanish)[1..4], with(["3–30 jul", "31 jul", "30 jul – 1 ago"]));
    assert_eq!(shown(Language::English)[0], "Customer charge");
    assert_eq!(shown(Language::English)[4], "Fuel cost adjustment (FCA-3), tier 2");
    assert_eq!(shown(Language::Spanish)[4], "Fuel cost adjustment (FCA-3), tramo 2");
}

#[test]
fn an_amount_that_is_not_in_the_books_is_caught_wherever_it_stands() {
    let press = Press::new();
    let statement = statement(Language::English);
    let right = view(&statement);
    let places = [
        "/amount_due",
        "/stub/2/1",
        "/total/amount",
        "/new_charges/amount",
        "/account/2/amount",
        "/parts/1/amount",
        "/segments/0/lines/3/amount",
        "/segments/2/total/amount",
    ];
    for place in places {
        let mut wrong = right.clone();
        *wrong.0.pointer_mut(place).unwrap() = "$99.99".into();
        let in_html = caught(html(&wrong, &statement).map(drop), place);
        assert_eq!(in_html.printed, Some(Money::from_cents(9_999)), "{place}");
    }
    for place in ["/amount_due", "/segments/1/total/amount"] {
        let mut wrong = right.clone();
        *wrong.0.pointer_mut(place).unwrap() = "$99.99".into();
        let in_pdf = caught(read_back(&press.pdf(&wrong).unwrap(), &statement), place);
        assert_eq!(in_pdf.printed, Some(Money::from_cents(9_999)), "{place}");
        assert_eq!(in_pdf.bill, "B-260804-44170926");
    }
    let mut swapped = right.clone();
    let first = right.0["parts"][0]["amount"].clone();
    swapped.0["parts"][0]["amount"] = right.0["parts"][1]["amount"].clone();
    swapped.0["parts"][1]["amount"] = first;
    let why =
        caught(html(&swapped, &statement).map(drop), "two amounts, each in the other's place");
    assert_eq!(
        why.to_string(),
        "bill B-260804-44170926 as drawn says $25.26 for \"Electric, 1,084 kWh\" and the books say $216.34; it was not kept"
    );
}

#[track_caller]
fn caught(read: anyhow::Result<()>, place: &str) -> Differs {
    let why = read.expect_err(place);
    why.downcast_ref::<Differs>().unwrap_or_else(|| panic!("{place}: {why}")).clone()
}

#[test]
fn a_long_bill_goes_on_on_further_pages_and_a_credit_asks_for_nothing() {
    let mut statement = statement(Language::English);
    let segment = &mut statement.bill.segments[0];
    let line = segment.lines[2].clone();
    let said = Said { label: "Surplus".into(), spanish: None, rule: line.rule.clone() };
    let surplus = Line { said: said.into(), amount: Money::from_cents(-310), ..line.clone() };
    segment.lines.extend(std::iter::repeat_n(line, 60));
    segment.lines.push(surplus);
    segment.total = segment.lines.iter().map(|it| it.amount).sum();
    statement.bill.total = statement.bill.segments.iter().map(|it| it.total).sum();
    statement.before = Money::from_cents(-1_000_000);
    statement.amount_due = statement.before + statement.bill.total;
    let view = view(&statement);
    let pdf = Press::new().pdf(&view).unwrap();
    read_back(&pdf, &statement).unwrap();
    assert!(3 <= Document::load_mem(&pdf).unwrap().get_pages().len());
    assert_eq!((&view.0["scan_line"], &view.0["stub"]), (&"".into(), &serde_json::json!([])));
}

#[test]
fn a_statement_to_the_wrong_envelope() {
    let press = Press::new();
    let own = statement(Language::English);
    let pdf = press.pdf(&view(&own)).unwrap();
    is_of(&pdf, own.account.number).unwrap();

    // The incident: one page of another customer among those of this one.
    let other = AccountNumber::new(44_170_927).unwrap();
    assert_eq!(
        is_of(&pdf, other).unwrap_err().to_string(),
        "page 1 of a bill that was to go to account 4417-0927-6 does not say that it is of it"
    );
    let mut mixed = view(&own);
    mixed.0["account_line"] = "Account 4417-0927-6".into();
    mixed.0["detail_meta"][0][1] = "4417-0927-6".into();
    assert_eq!(
        is_of(&press.pdf(&mixed).unwrap(), own.account.number).unwrap_err().to_string(),
        "page 2 of a bill that was to go to account 4417-0926-8 does not say that it is of it"
    );

    // The stub of another account would pay that one.
    let mut theirs = own.clone();
    theirs.account.number = other;
    let mut wrong = view(&own);
    wrong.0["scan_line"] = view(&theirs).0["scan_line"].clone();
    let why = read_back(&press.pdf(&wrong).unwrap(), &own).unwrap_err();
    assert_eq!(
        why.to_string(),
        "bill B-260804-44170926 as drawn scans as 0441709276082526000003498600000349861 and not as 0441709268 082526 0000034986 0000034986 8; it was not kept"
    );
    wrong.0["scan_line"] = "".into();
    let why = read_back(&press.pdf(&wrong).unwrap(), &own).unwrap_err();
    assert_eq!(why.downcast_ref::<ScanDiffers>().unwrap().found, None);
}

#[test]
fn an_amount_without_room_on_the_scan_line_is_not_drawn_by_halves() {
    let mut own = statement(Language::English);
    own.look.scan_line = ScanLine::parse("account 9\namount 6\ncheck").unwrap();
    let press = Press::new();
    read_back(&press.pdf(&view(&own)).unwrap(), &own).unwrap();
    own.before = Money::from_cents(1_000_000);
    own.amount_due = own.before + own.bill.total;
    let why = read_back(&press.pdf(&view(&own)).unwrap(), &own).unwrap_err().to_string();
    assert!(why.contains("has no room on the scan line; publish a wider one"), "{why}");
}

#[test]
fn what_is_paid_late_costs_more_and_the_bill_says_how_much() {
    for (language, said) in [
        (Language::English, "After Aug 30, 2026 a late fee of $5.25 makes it $355.11."),
        (
            Language::Spanish,
            "Después del 30 ago 2026, con un recargo por demora de $5.25, serán $355.11.",
        ),
    ] {
        let mut own = statement(language);
        own.late = LateCharge::After { day: date(2026, 8, 30), fee: Money::from_cents(5_25) };
        let mut view = view(&own);
        assert_eq!(view.0["late"], said);
        read_back(&Press::new().pdf(&view).unwrap(), &own).unwrap();
        view.0["late"] = said.replace("355", "356").into();
        caught(html(&view, &own).map(drop), "late");
    }
    let mut credit = statement(Language::English);
    credit.before = Money::from_cents(-100_000);
    credit.amount_due = credit.before + credit.bill.total;
    assert_eq!(view(&credit).0["late"], "");
}

#[test]
fn everything_a_regulator_wants_is_on_the_sample_and_what_is_not_is_named() {
    let press = Press::new();
    let all = Contents { items: Item::ALL.to_vec(), sentences: Vec::new() };
    for language in [Language::English, Language::Spanish] {
        let mut own = statement(language);
        let drawn = |own: &Statement| press.pdf(&view(own)).unwrap();
        let regulator = [Missing::Item(Item::Regulator)];
        assert_eq!(
            missing(&drawn(&own), &own, &all).unwrap(),
            regulator,
            "nobody said whom to ask"
        );
        own.look.terms =
            Terms::parse("regulator en Ask the commission.\nregulator es Pregunte a la comisión.")
                .unwrap();
        let terms = [Missing::Item(Item::HowToPay), Missing::Item(Item::HowToDispute)];
        assert_eq!(missing(&drawn(&own), &own, &all).unwrap(), terms);
    }
    // What a page does not say is missed, whatever the statement has.
    let own = statement(Language::English);
    let without = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut view = view(&own);
        change(&mut view.0);
        missing(&press.pdf(&view).unwrap(), &own, &all).unwrap()
    };
    for (pointer, item) in [
        ("/segments/1/meters/0/3", Item::Estimated),
        ("/segments/0/meters/0/2", Item::Reads),
        ("/segments/0/meters/0/1", Item::Tariff),
        ("/segments/0/lines/1/price", Item::Lines),
        ("/segments/0/lines/6/amount", Item::Taxes),
        ("/segments/2/said/0", Item::LastYear),
        ("/late", Item::LateCharge),
        ("/meta/2/1", Item::Period),
        ("/account/1/amount", Item::Payments),
        ("/account_line", Item::AccountOnEveryPage),
    ] {
        let missed = without(&|view| {
            if item == Item::AccountOnEveryPage {
                view["detail_meta"][0][1] = "".into();
            }
            *view.pointer_mut(pointer).unwrap() = "".into();
        });
        let wanted = match item {
            Item::AccountOnEveryPage => Missing::OnPage(item, 2),
            item => Missing::Item(item),
        };
        assert!(missed.contains(&wanted), "{pointer}: {missed:?}");
    }
    let wanted = Contents::parse("says en Sample data.\nsays en A flag.\nsays es Nada.").unwrap();
    let missed = missing(&press.pdf(&view(&own)).unwrap(), &own, &wanted).unwrap();
    assert_eq!(missed, [Missing::Sentence("A flag.".to_owned())]);
    assert_eq!(missed[0].to_string(), "the sentence \"A flag.\"");
}

/// What the sample bill says to who looks at it, with a layout changed in one place.
fn seen_with(print: Print, change: [&str; 2]) -> Vec<Missing> {
    let form = if print == Print::Large { Form::LargePrint } else { Form::Bill };
    let [was, is] = change;
    let layout = template(form.word()).unwrap();
    assert!(layout.contains(was), "{was}");
    let mut own = Statement { print, ..statement(Language::English) };
    own.look.layouts.push((form, layout.replace(was, is)));
    let items = vec![Item::HowToDispute, Item::DueDate, Item::LateCharge, Item::Lines];
    let wanted = Contents { items, sentences: Vec::new() };
    missing(&Press::new().pdf(&view(&own)).unwrap(), &own, &wanted).unwrap()
}

#[test]
fn what_is_there_and_cannot_be_read_is_missing_too() {
    let foot = "text(size: 8pt, fill: soft, b.at(1))";
    for (hidden, why) in [
        ("text(size: 5.9pt, fill: soft, b.at(1))", "too small"),
        ("scale(70%, reflow: true, text(size: 8pt, fill: soft, b.at(1)))", "made smaller"),
        ("text(size: 8pt, fill: white, b.at(1))", "white on white"),
        ("text(size: 8pt, fill: luma(140), b.at(1))", "pale"),
        ("text(size: 8pt, fill: soft.transparentize(60%), b.at(1))", "seen through"),
        ("block(fill: black, text(size: 8pt, fill: soft, b.at(1)))", "dark on dark"),
        (
            "block[#text(size: 8pt, fill: soft, b.at(1)) #place(top, rect(fill: white, width: 100%, height: 2in))]",
            "covered",
        ),
        ("move(dx: 2000pt, text(size: 8pt, fill: soft, b.at(1)))", "beside the page"),
        ("move(dy: 2000pt, text(size: 8pt, fill: soft, b.at(1)))", "below the page"),
        ("box(height: 1pt, clip: true, text(size: 8pt, fill: soft, b.at(1)))", "cut off"),
        (
            "box(width: 20pt, height: 9pt, clip: true, text(size: 8pt, fill: soft, b.at(1)))",
            "all but its first letters cut off",
        ),
    ] {
        let missed = seen_with(Print::Normal, [foot, hidden]);
        let item = Box::new(Missing::Item(Item::HowToDispute));
        assert!(missed.contains(&Missing::Unreadable(item, 6)), "{why}: {missed:?}");
    }
    for (seen, why) in [
        (foot, "as it is"),
        ("text(size: 6pt, fill: black, b.at(1))", "just large enough"),
        ("block(fill: black, text(size: 8pt, fill: white, b.at(1)))", "light on dark"),
        ("block(clip: true, text(size: 8pt, fill: soft, b.at(1)))", "within what cuts off"),
    ] {
        assert_eq!(seen_with(Print::Normal, [foot, seen]), [], "{why}");
    }
    let one = Missing::Unreadable(Box::new(Missing::Item(Item::HowToDispute)), 6);
    assert_eq!(
        one.to_string(),
        "how-to-dispute (it is there, but below 6 points, too pale for what is behind it, covered, cut off, or not on the page)"
    );
}

#[test]
fn nothing_that_differs_from_bill_to_bill_is_set_around_the_body() {
    // With it nothing that is laid out would be remembered for the next bill.
    let (_, sheet) = template("kit").unwrap().split_once("#let sheet(body) = {").unwrap();
    let (around, _) = sheet.split_once("  own()").unwrap();
    let mut of_bill = around.split("view.").skip(1).filter(|it| !it.starts_with("lang"));
    assert_eq!(of_bill.next(), None);
}

#[test]
fn large_print_is_large() {
    let lines = "text(size: 15pt, fill: soft)[#l.quantity #l.price]";
    assert_eq!(seen_with(Print::Large, [lines, lines]), []);
    let smaller = "text(size: 14pt, fill: soft)[#l.quantity #l.price]";
    let lines_of = Missing::Unreadable(Box::new(Missing::Item(Item::Lines)), 15);
    assert_eq!(seen_with(Print::Large, [lines, smaller]), [lines_of]);
}

#[test]
fn a_name_is_text_whatever_is_in_it() {
    let mut statement = statement(Language::English);
    statement.bill.addressed_to[0] = "<b>#pagebreak() & \"Śmith\" $1.00".to_owned();
    let view: View = view(&statement);
    assert!(read_back(b"no PDF", &statement).is_err());
    let page = html(&view, &statement).unwrap();
    assert!(page.contains("&lt;B&gt;#PAGEBREAK() &amp; &quot;ŚMITH&quot; $1.00"), "{page}");
    read_back(&Press::new().pdf(&view).unwrap(), &statement).unwrap();
}
