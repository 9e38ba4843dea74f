//! A bill of what is charged once comes back as it was kept, and its key is taken.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::bill::once::{Kinds, Wanted};
use meterbook_core::bill::summary::Summed;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::id::{BillId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample::{self, ACCOUNT};

const KINDS: &str = "charge truck water revenue 12.50 per kgal\ntax truck 6.25% City sales tax\n\
                     en truck Water\nes truck Agua\n";
const WINDOW: WindowId = WindowId(90);
/// Its number.
pub(crate) const NUMBER: &str = "B-260805-10000001-O90";
const BILL: BillId = BillId(90);

fn bill() -> Bill {
    let period = Period::new(date(2026, 8, 5), date(2026, 8, 6)).expect("it is a day");
    let of = (date(2026, 1, 1), period);
    let kinds = Kinds::parse(KINDS).expect("it is a text of kinds");
    let mut once = Vec::new();
    for wanted in
        [Wanted::kind("truck=3.5"), Wanted::said("-5.00 fee revenue: Back").expect("it is said")]
    {
        once.extend(kinds.lines(&wanted, of, Language::English).expect("it is charged"));
    }
    let moved = Money::from_cents(5);
    let summed = vec![Summed { account: ACCOUNT, bill: BillId(1), moved }];
    let total = moved + once.iter().map(|it| it.line.amount).sum();
    let number = BillNumber(NUMBER.to_owned());
    let (billed_on, segments) = (period.start(), Vec::new());
    Bill {
        id: BILL,
        number,
        window: WINDOW,
        period,
        billed_on,
        segments,
        once,
        summed,
        total,
        ..sample::bill()
    }
}

pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    let Bill { period, billed_on, due_on, .. } = bill();
    store::window::add(
        tx,
        &Window { id: WINDOW, cycle: off_cycle(WINDOW), period, billed_on, due_on },
    )?;
    store::bill::add(tx, &[bill()])?;
    store::once::billed(tx, BILL, "once/1/for/order 7", "a truck")
}

#[test]
fn it_comes_back_as_it_was_kept() -> Result<()> {
    engines::each(|db, _| {
        db.write(sample::keep).expect("the sample is kept");
        db.read(|tx| {
            assert_eq!(store::bill::get(tx, BILL)?, bill());
            assert_eq!(store::once::why(tx, BILL)?.as_deref(), Some("a truck"));
            assert_eq!(store::once::why(tx, BillId(1))?, None);
            let number = store::once::by_key(tx, ACCOUNT, "once/1/for/order 7")?;
            assert_eq!(number, Some(bill().number.0));
            assert_eq!(store::once::kinds(tx, date(2025, 12, 31))?, None);
            let (from, _) = store::once::kinds(tx, date(2026, 8, 1))?.expect("a text is kept");
            assert_eq!(from, date(2026, 1, 1));
            Ok(())
        })
        .expect("it reads");
        // What is moved is moved once while the bill that moved it stands.
        let bills = db.read(|tx| store::summary::summing(tx, &[BillId(1)])).expect("it reads");
        assert_eq!(bills, [BILL]);
        let (id, number) = (BillId(91), BillNumber("B-2".to_owned()));
        let twice =
            db.write(|tx| store::bill::add(tx, &[Bill { id, number, once: Vec::new(), ..bill() }]));
        assert!(format!("{:#}", twice.expect_err("it is moved")).contains("moved twice"));
        let again = db.write(|tx| store::once::billed(tx, BillId(1), "once/1/for/order 7", "x"));
        assert!(again.expect_err("the key is taken").is::<Conflict>());
    });
    Ok(())
}
