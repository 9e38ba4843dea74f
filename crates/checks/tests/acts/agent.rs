//! Files of agents and kiosks: laid out as a text says, whole or not at all, and posted once whatever file
//! their payments come in.

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::drawer::{self, agent};
use meterbook_checks::engines;
use meterbook_core::id::{AccountId, PaymentBatchId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::deposit::{at, bill, owes, sound};
use crate::jobs::january;
use crate::village::says;

const LAYOUT: &str = "separator bar\ncolumn account Cust\ncolumn bill Invoice\ncolumn amount Paid\n\
    column date Day, mm/dd/yyyy\ncolumn reference Slip\ncolumn name Payer\ntender cash\n\
    trailer END, count 2, sum 3\n";
const DAY: Date = date(2026, 3, 10);

fn say(db: &Db, from: Date, text: &str) -> Result<()> {
    db.write(|tx| agent::say_layout(tx, at("2026-03-10"), "corner shop", from, text))
}

fn post(db: &Db, text: &str, (count, cents): (usize, i64)) -> Result<PaymentBatchId> {
    let (of, says) = (("march.txt", text.as_bytes()), (count, Money::from_cents(cents)));
    db.write(|tx| {
        let new = agent::batch_of(tx, "corner shop", of, says, DAY)?;
        drawer::post_batch(tx, at("2026-03-10"), &new)
    })
}

#[test]
fn a_file_is_read_by_its_layout_and_posted_once() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        let (one, three) = db
            .read(|tx| {
                let bills = store::bill::of_account(tx, AccountId(3))?;
                let one = store::account::get(tx, AccountId(1))?.number;
                Ok((one.to_string(), bills[0].number.0.clone()))
            })
            .unwrap();
        let lines = format!(
            "Slip|Cust|Invoice|Paid|Day|Payer\n1|{one}||4.44|03/09/2026|\n2||{three}|10.00|03/08/2026|\n\
             3|{one}|{three}|1.00|03/08/2026|Quill\n4|?||2.00|03/08/2026|Vale\n"
        );
        let text = format!("{lines}END|4|17.44\n");
        let unknown = post(db, &text, (4, 17_44)).unwrap_err();
        assert!(says(&unknown).starts_with("nobody said how files of corner shop are laid out"));
        let none = say(db, date(2026, 1, 1), "column amount Paid\n").unwrap_err();
        assert!(says(&none).starts_with("it has no line column reference"), "{none}");
        say(db, date(2026, 1, 1), LAYOUT).unwrap();
        assert!(says(&say(db, date(2026, 1, 1), LAYOUT).unwrap_err()).contains("said already"));

        // Not whole, another sum than was said, and a day that has not come.
        let short = post(db, &format!("{lines}END|4|17.45\n"), (4, 17_44)).unwrap_err();
        assert!(says(&short).contains("line 6: the file says 4 payments of 17.45"), "{short}");
        let other = post(db, &text, (4, 17_45)).unwrap_err();
        assert!(says(&other).starts_with("4 of $17.44 came in all"), "{other}");
        let ahead = post(db, &text.replacen("03/08", "03/28", 1), (4, 17_44)).unwrap_err();
        assert!(
            says(&ahead)
                .contains("line 3: a payment counts from the day it came, and 2026-03-28 has not"),
            "{ahead}"
        );
        assert_eq!(owes(db, AccountId(1)), 4_44, "nothing was posted");

        post(db, &text, (4, 17_44)).unwrap();
        assert_eq!((owes(db, AccountId(1)), owes(db, AccountId(3))), (0, 332));
        let held = db.read(store::suspense::open).unwrap();
        let held: Vec<_> = held.iter().map(|it| (it.amount.cents(), it.on)).collect();
        assert_eq!(held, [(1_00, date(2026, 3, 8)), (2_00, date(2026, 3, 8))]);
        let paid = db.read(|tx| store::payment::newest_of(tx, AccountId(1), 1)).unwrap();
        assert_eq!((paid[0].on, &*paid[0].reference), (date(2026, 3, 9), "corner shop 1"));
        sound(db);

        // The same file, and its payments in another one.
        let again = post(db, &text, (4, 17_44)).unwrap_err();
        assert!(says(&again).starts_with("that is batch 1 already"), "{again}");
        let parts = format!(
            "Slip|Cust|Invoice|Paid|Day|Payer\n1|{one}||4.44|03/09/2026|\n9|{one}||1.00|03/10/2026|\nEND|2|5.44\n"
        );
        let again = post(db, &parts, (2, 5_44)).unwrap_err();
        assert!(says(&again).contains("line 2: payment corner shop 1 of $4.44 is posted already"));
        assert_eq!(owes(db, AccountId(1)), 0);
        sound(db);
    });
}

#[test]
fn a_file_in_another_currency_than_the_books_is_refused_by_its_line() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        crate::debit::euros(db);
        say(db, date(2026, 1, 1), LAYOUT).unwrap();
        let one = db.read(|tx| store::account::get(tx, AccountId(1))).unwrap().number;
        let in_dollars = "line 2: amounts are in EUR and not in $; write it like 87.45";
        let laid_out = |amount: &str| {
            let text = format!(
                "Slip|Cust|Invoice|Paid|Day|Payer\n1|{one}||{amount}|03/09/2026|\nEND|1|4.44\n"
            );
            post(db, &text, (1, 4_44))
        };
        let why = laid_out("$4.44").unwrap_err();
        assert!(says(&why).ends_with(in_dollars), "{why}");
        let listed = |amount: &str| {
            let text = format!("account,amount,tender,reference\n{one},{amount},check,7\n");
            let of = ("march.csv", text.as_bytes());
            db.write(|tx| {
                let new = drawer::batch_of(tx, of, (1, Money::from_cents(4_44)), DAY)?;
                drawer::post_batch(tx, at("2026-03-10"), &new)
            })
        };
        let why = listed("$4.44").unwrap_err();
        assert!(says(&why).ends_with(in_dollars), "{why}");
        assert_eq!(owes(db, AccountId(1)), 4_44, "nothing was posted");
        laid_out("€4.44").unwrap();
        listed("4.44 EUR").unwrap();
        assert_eq!(owes(db, AccountId(1)), -4_44);
        sound(db);
    });
}
