//! A utility's own layouts: each is tried on the samples of its form in every language before it
//! counts, and what was drawn before is drawn again as it was.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::{Date, date};
use meterbook_app::deliver::{Workers, pdf_of, render_by};
use meterbook_app::paper::{publish, sample_on, text_on};
use meterbook_checks::engines;
use meterbook_core::delivery::Enclosed;
use meterbook_core::id::BillId;
use meterbook_core::paper::layout::Form;
use meterbook_core::paper::{PaperText, TextKind};
use meterbook_core::person::Language;
use meterbook_store::Db;

use crate::correct::{bill as bill_next, shows, three_months};
use crate::village::{self, actor, says};

const DAY: Date = date(2026, 6, 1);

fn layout(form: Form, text: &str) -> PaperText {
    PaperText { kind: TextKind::Layout, name: form.word().to_owned(), text: text.to_owned() }
}

/// The program's own layout of a form with something else in the place of a part of it.
fn with(db: &Db, form: Form, part: &str, other: &str) -> PaperText {
    let text = db.read(|tx| text_on(tx, TextKind::Layout, form.word(), DAY)).unwrap();
    assert!(text.contains(part), "{part} is in the layout");
    layout(form, &text.replacen(part, other, 1))
}

#[track_caller]
fn refused(db: &Db, it: &PaperText) -> String {
    says(&db.write(|tx| publish(tx, actor(), DAY, it)).unwrap_err())
}

#[test]
fn a_layout_holds_for_the_bills_from_its_day_on_and_earlier_ones_stay_as_they_were() {
    engines::each(|db, folder| {
        three_months(db);
        let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
        let before = pdf_of(db, &own.join("before"), BillId(1)).unwrap();
        let bill = with(db, Form::Bill, "#masthead()", "#masthead()\n#text(fill: brand)[Hello]");
        db.write(|tx| publish(tx, actor(), DAY, &bill)).unwrap();
        assert_eq!(db.read(|tx| text_on(tx, TextKind::Layout, "bill", DAY)).unwrap(), bill.text);
        assert_eq!(pdf_of(db, &own.join("after"), BillId(1)).unwrap(), before, "byte by byte");
        let of = (Form::Bill, Language::Spanish);
        let drawn = |day, layout| db.read(|tx| sample_on(tx, day, of, layout)).unwrap();
        let earlier = drawn(DAY.yesterday().unwrap(), None);
        assert_ne!(drawn(DAY, None), earlier);
        // To be seen before it is published.
        assert_eq!(drawn(DAY.yesterday().unwrap(), Some(bill.text.as_str())), drawn(DAY, None));
        let letter = with(db, Form::Letter, "#view.after", "#view.after #view.mail.at(0)");
        db.write(|tx| publish(tx, actor(), DAY, &letter)).unwrap();
    });
}

#[test]
fn a_layout_that_leaves_out_what_has_to_be_said_is_refused_with_the_item_and_the_page() {
    engines::each(|db, _| {
        village::found(db);
        for (form, part, other, words) in [
            (
                Form::Bill,
                "(l.label, l.quantity, l.price, l.amount + carry(l.sum))",
                "(l.label, l.quantity, [], l.amount + carry(l.sum))",
                "a bill in en from 2026-06-01 on would not say what the list wants: lines; add it, or publish another list first",
            ),
            (
                Form::Bill,
                "#text(size: 8pt, fill: soft, view.read_kinds)",
                "#text(size: 8pt, fill: soft, view.read_kinds)\n#set page(footer: none)\n",
                "a bill in en from 2026-06-01 on would not say what the list wants: account-on-every-page (not on page 3)",
            ),
            (
                Form::Note,
                "text(size: 11pt, weight: \"bold\", view.net.amount)",
                "[]",
                "the sample note in en cannot be drawn with it: bill 4417-0926-8 as drawn says no amount for \"Credited to your account\" on page 1 and the books say ",
            ),
            (
                Form::Corrected,
                "text(size: 11pt, weight: \"bold\", view.due_total.amount)",
                "[]",
                "the sample corrected in en cannot be drawn with it: bill 4417-0926-8 as drawn says no amount for \"Amount due by Oct 1, 2026\" on page 1 and the books say ",
            ),
            (
                Form::Letter,
                "#view.text",
                "#pdf.artifact[#view.text]",
                "the sample letter in en cannot be drawn with it: a letter to 4417-0926-8 as drawn does not say ",
            ),
            (
                Form::Summary,
                "row.charges, row.amount + carry(row.sum)",
                "row.charges, pdf.artifact(row.amount)",
                "the sample summary in en cannot be drawn with it: bill 4417-0926-8 as drawn does not say ",
            ),
        ] {
            let it = with(db, form, part, other);
            let said = refused(db, &it);
            assert!(said.starts_with(words), "{said}");
        }
    });
}

#[test]
fn a_layout_sees_nothing_but_its_paper_and_may_not_take_long() {
    engines::each(|db, _| {
        village::found(db);
        for (text, words) in [
            (
                "#view.title",
                "the sample note in en cannot be drawn with it: the bill could not be set: line 1: unknown variable: view",
            ),
            (
                "Hi\n#let",
                "the sample note in en cannot be drawn with it: the bill could not be set: line 2: ",
            ),
            (
                "#read(\"/etc/passwd\")",
                "the sample note in en cannot be drawn with it: the bill could not be set: line 1: ",
            ),
            (
                "#import \"@preview/cetz:0.3.0\"",
                "the sample note in en cannot be drawn with it: the bill could not be set: line 1: ",
            ),
            (
                "#image(\"https://example.org/a.png\")",
                "the sample note in en cannot be drawn with it: the bill could not be set: line 1: ",
            ),
            (
                "Hello",
                "the sample note in en cannot be drawn with it: the bill could not be written: ",
            ),
            (
                "#for a in range(9000) { for b in range(9000) { let c = a * b } }",
                "the sample note in en takes more than ",
            ),
        ] {
            let said = refused(db, &layout(Form::Note, text));
            assert!(said.starts_with(words), "{text}: {said}");
        }
        let poster = PaperText { name: "poster".to_owned(), ..layout(Form::Note, "") };
        assert_eq!(
            refused(db, &poster),
            "line 1: no form is called poster; it is bill, large-print, summary, note, corrected, letter"
        );
        let none = PaperText { name: String::new(), ..layout(Form::Note, "") };
        assert_eq!(refused(db, &none), "there are several texts of layout; say which with --name");
    });
}

#[test]
fn a_layout_that_goes_round_in_circles_on_one_bill_costs_that_bill_and_no_other() {
    let Some(program) = std::env::var_os("METERBOOK_BIN").map(PathBuf::from) else {
        println!("skipped: METERBOOK_BIN names no program; `cargo xtask test --only tests` does");
        return;
    };
    let workers = Workers::new(program).within(Duration::from_secs(60));
    engines::each(|db, folder| {
        three_months(db);
        let rounds = "for a in range(90000) { for b in range(90000) { let c = a * b } }";
        let other = format!("#masthead()\n#if view.title.contains(\"B-260502\") {{ {rounds} }}");
        let bill = with(db, Form::Bill, "#masthead()", &other);
        // No sample is the bill it goes round in circles on.
        db.write(|tx| publish(tx, actor(), date(2026, 4, 15), &bill)).unwrap();
        shows(db, date(2026, 5, 1), &[400]);
        bill_next(db);
        let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
        let papers = [4, 1, 2].map(|it| Enclosed::Bill(BillId(it)));
        let drawn = render_by(&workers, db, &papers, &own, &mut |_| ()).unwrap();
        assert_eq!((drawn.drawn, drawn.before), (2, 0));
        let [left] = &drawn.left[..] else { panic!("one is left: {drawn:?}") };
        assert_eq!(
            left.to_string(),
            format!(
                "{}: it takes more than 60 seconds to be drawn; make its layout simpler",
                left.paper
            )
        );
        assert!(left.paper.starts_with("bill B-260502-"), "{}", left.paper);
    });
}
