//! What the amounts of a utility are in: said before the first of them is posted and never after, and read on
//! paper, in messages and in reports. What comes in another one is refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::drawer::grid::{self, Typed};
use meterbook_app::intake::published::{self, Publish};
use meterbook_app::report::{self, Written};
use meterbook_app::{bank, founding, invoice, online, paper, seller, statement};
use meterbook_checks::engines;
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::id::BillId;
use meterbook_core::paper::layout::Form;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::published::About;
use meterbook_core::report::{Asked, Days, ReportKind};
use meterbook_core::seller::Seller;
use meterbook_paper::{Press, html, read_back, view};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::delivery::one_month;
use crate::village::{self, actor, says};

const JANUARY: Date = date(2026, 1, 1);

fn of(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn say(db: &Db, code: &str, from: Date) -> anyhow::Result<()> {
    let seller = Seller::new("IE", code, Some("IE 7"), None)?;
    db.write(|tx| seller::say(tx, actor(), from, &seller))
}

/// The utility bills in euros from its first bill on.
pub(crate) fn euros(db: &Db) {
    say(db, "EUR", JANUARY).unwrap();
}

fn currency(db: &Db) -> Currency {
    db.read(store::utility::get).unwrap().currency
}

#[test]
fn it_may_be_said_otherwise_until_something_is_posted() {
    engines::each(|db, _| {
        village::found(db);
        assert_eq!(currency(db), Currency::DOLLARS);
        say(db, "EUR", JANUARY).unwrap();
        say(db, "PLN", date(2026, 2, 1)).unwrap();
        // It holds on every day, also on those of which something was said before.
        let on = db.read(|tx| store::seller::on(tx, JANUARY)).unwrap().unwrap();
        assert_eq!((currency(db), on.currency), (of("PLN"), of("PLN")));
        let clerk = with_role(db, "sam", "clerk");
        let other = Seller::new("IE", "USD", Some("IE 7"), None).unwrap();
        assert!(db.write(|tx| seller::say(tx, clerk, date(2026, 3, 1), &other)).is_err());
    });
    engines::each(|db, _| {
        one_month(db, euros);
        let why = say(db, "USD", date(2026, 2, 1)).unwrap_err();
        assert_eq!(
            says(&why),
            "amounts of this utility were posted in EUR and stay in it; to bill in USD, begin another utility with: meterbook init --currency USD"
        );
        assert_eq!(currency(db), of("EUR"));
        // What it is in already may be said again with other numbers.
        say(db, "EUR", date(2026, 3, 1)).unwrap();
    });
}

#[test]
fn a_utility_begins_with_it() {
    engines::each(|db, _| {
        let utility = Utility { currency: of("GBP"), ..village::utility() };
        db.write(|tx| founding::found(tx, actor(), &utility)).unwrap();
        assert_eq!(db.read(store::utility::get).unwrap(), utility);
    });
}

#[test]
fn a_bill_in_euros_says_euros_wherever_it_is_read() {
    engines::each(|db, _| {
        one_month(db, euros);
        let (it, xml) = db
            .read(|tx| Ok((statement::of_bill(tx, BillId(1))?, invoice::of_bill(tx, BillId(1))?)))
            .unwrap();
        let shown = view(&it);
        read_back(&Press::new().pdf(&shown).unwrap(), &it).unwrap();
        let page = html(&shown, &it).unwrap();
        assert!(page.contains("€12.00") && page.contains("100 kWh x €0.12 per kWh"), "{page}");
        assert!(!page.contains('$'), "{page}");
        assert!(xml.contains("<cbc:PayableAmount currencyID=\"EUR\">12.00<"), "{xml}");
        assert!(xml.contains("100 kWh x €0.12 per kWh") && !xml.contains('$'), "{xml}");
        // The sample that texts of paper are tried on is in it too.
        for form in [Form::Bill, Form::Letter] {
            let sample = (form, Language::English);
            db.read(|tx| paper::sample_on(tx, date(2026, 3, 1), sample, None)).unwrap();
        }
    });
}

#[test]
fn a_report_names_what_is_no_dollar() {
    engines::each(|db, _| {
        one_month(db, euros);
        let asked = Asked::all(ReportKind::Revenue, Days::In(Period::month(2026, 2).unwrap()));
        let found = report::report(db, actor(), &asked, &mut |_| ()).unwrap();
        let csv = String::from_utf8(report::written(&found, Written::Csv).unwrap()).unwrap();
        assert!(csv.contains("# currency: EUR\n"), "{csv}");
    });
}

#[test]
fn money_in_another_currency_is_none_of_these_books() {
    engines::each(|db, _| {
        one_month(db, euros);
        // A file of BAI2 is in dollars unless it says so.
        let file = |currency: &str, group: &str| {
            format!(
                "01,122099999,123456789,260310,0200,1,80,1,2/\n\
                 02,031001234,122099999,1,260310,2359,{group},2/\n\
                 03,1000017,{currency},010,500000,,/\n16,142,1200,0,R-1,,FROM ROSA\n\
                 49,501200,3/\n98,501200,1,5/\n99,501200,1,7/\n"
            )
        };
        let take = |text: &str| {
            let today = crate::debit_returned::at("2026-03-14");
            db.write(|tx| bank::take(tx, today, ("statement", text.as_bytes())))
        };
        for (currency, group) in [("", ""), ("USD", "EUR"), ("", "USD")] {
            let why = take(&file(currency, group)).unwrap_err();
            let said = "it is in USD and the bills of this utility are in EUR; nothing was posted";
            assert!(says(&why).starts_with(said), "{why}");
        }
        take(&file("", "EUR")).unwrap();

        let settings = |currency: &str| {
            let text = format!(
                "provider stripe\nkey env K\nwebhook-secret env W\nlink-key env L\n\
                 pay-page https://pay.example.org\ncurrency {currency}\nmost 500.00\n"
            );
            db.write(|tx| online::settings::say(tx, actor(), JANUARY, &text))
        };
        assert_eq!(
            says(&settings("USD").unwrap_err()),
            "customers would pay in USD and the bills of this utility are in EUR; write currency EUR into the settings: meterbook online settings FILE"
        );
        settings("EUR").unwrap();
    });
}

#[test]
fn what_is_typed_and_published_is_in_the_currency_of_the_books() {
    engines::each(|db, folder| {
        village::found(db);
        euros(db);
        let typed = |amount: &str| {
            let [whose, tender, reference] = ["who knows", "check", "7"].map(str::to_owned);
            let line = Typed { line: 1, whose, amount: amount.to_owned(), tender, reference };
            let seen = db.read(|tx| grid::look(tx, &[line], JANUARY, None)).unwrap();
            (seen.total.cents(), seen.lines[0].wrong.clone().unwrap_or_default())
        };
        for amount in ["12.50", "€12.50", "12.50 EUR"] {
            assert_eq!(typed(amount), (12_50, String::new()), "{amount}");
        }
        let other = "amounts are in EUR and not in $; write it like 87.45";
        assert_eq!(typed("$12.50"), (0, other.to_owned()));

        let publish = |name: &str, column: &str| {
            let file = folder.join(name);
            std::fs::write(&file, format!("start,{column}\n2026-01-01T00:00:00Z,31.25\n")).unwrap();
            let rejects = folder.join("rejects");
            let (about, zone) = (About::Prices, None);
            let wanted = Publish { about, name: "spot", file: &file, zone, rejects: &rejects };
            published::publish(db, actor(), &wanted)
        };
        let why = says(&publish("dollars.csv", "$/MWh").unwrap_err());
        let said = "the prices of column $/MWh are in another currency, and bills are in EUR";
        assert!(why.contains(said), "{why}");
        for (name, column) in [("named.csv", "price (EUR/MWh)"), ("bare.csv", "price_per_mwh")] {
            assert_eq!(publish(name, column).unwrap().imported.batch.accepted, 1);
        }
    });
}
