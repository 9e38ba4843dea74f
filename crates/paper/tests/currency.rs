//! Paper in the utility's own currency: every form says its amounts in it and in no other, and is read back in
//! it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use meterbook_core::bill::sample::statement;
use meterbook_core::bill::{Print, Statement, Utility};
use meterbook_core::currency::Currency;
use meterbook_core::paper::letter::{LetterCause, Written};
use meterbook_core::paper::sample;
use meterbook_core::person::Language;
use meterbook_paper::{
    Differs, Press, View, html, letter, letter_html, note, note_html, read_back, read_back_letter,
    read_back_note, read_back_summary, summary, summary_html, view,
};

fn of(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn text_of(pdf: &[u8]) -> String {
    let text = pdf_extract::extract_text_from_mem(pdf).unwrap();
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// Looks for an amount in the currency, and for no other sign, on both kinds of paper.
#[track_caller]
fn says(pdf: &[u8], html: &str, currency: Currency) {
    let html: String = html.chars().filter(|it| !it.is_whitespace()).collect();
    let mark = currency.marks().concat();
    for text in [text_of(pdf), html] {
        assert!(text.contains(mark.trim()) && !text.contains('$'), "{currency}: {text}");
    }
}

#[test]
fn every_form_is_in_the_currency_of_its_utility() {
    let press = Press::new();
    for (code, language) in [("EUR", Language::English), ("PLN", Language::Spanish)] {
        let currency = of(code);
        let own = |it: Utility| Utility { currency, ..it };
        let pdf = |view: &View| press.pdf(view).unwrap();
        for print in [Print::Normal, Print::Large] {
            let it = statement(language);
            let it = Statement { print, utility: own(it.utility.clone()), ..it };
            let (shown, drawn) = (view(&it), pdf(&view(&it)));
            read_back(&drawn, &it).unwrap();
            says(&drawn, &html(&shown, &it).unwrap(), currency);
        }
        let mut it = sample::summary(language);
        it.utility = own(it.utility);
        let drawn = pdf(&summary(&it));
        read_back_summary(&drawn, &it).unwrap();
        says(&drawn, &summary_html(&summary(&it), &it).unwrap(), currency);
        for mut it in [sample::note(language, -1_000), sample::corrected(language, 1_000)] {
            it.utility = own(it.utility);
            let drawn = pdf(&note(&it));
            read_back_note(&drawn, &it).unwrap();
            says(&drawn, &note_html(&note(&it), &it).unwrap(), currency);
        }
        let it = sample::letter(language);
        let values = vec![("amount", "$1,234.50".to_owned()), ("paid", "Aug 4, 2026".to_owned())];
        let listed = vec!["Comes with your next bill: $25.00".to_owned()];
        let cause = LetterCause::PaymentReturned;
        let it = Written { utility: own(it.utility.clone()), cause, values, listed, ..it };
        let drawn = pdf(&letter(&it));
        read_back_letter(&drawn, &it).unwrap();
        says(&drawn, &letter_html(&letter(&it), &it).unwrap(), currency);
    }
}

#[test]
fn paper_in_another_currency_than_the_books_is_not_kept() {
    let ours = statement(Language::English);
    let utility = Utility { currency: of("EUR"), ..ours.utility.clone() };
    let theirs = Statement { utility, ..ours.clone() };
    let pdf = Press::new().pdf(&view(&theirs)).unwrap();
    read_back(&pdf, &theirs).unwrap();
    let why = read_back(&pdf, &ours).unwrap_err();
    assert_eq!(why.downcast_ref::<Differs>().unwrap().printed, None, "{why}");
    assert!(html(&view(&theirs), &ours).is_err());
}
