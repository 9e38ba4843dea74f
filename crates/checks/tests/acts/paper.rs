//! What the utility says on its paper: a text holds from its day on, after the sample bill was drawn
//! with it and said everything that is wanted.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::paper::{self, publish};
use meterbook_app::statement;
use meterbook_checks::engines;
use meterbook_core::id::BillId;
use meterbook_core::paper::{PaperText, TextKind};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::three_months;
use crate::village::{self, actor, says};

const DAY: Date = date(2026, 6, 1);
const PAY: &str = "pay en At {site}.\npay es En {site}.\n";
const DISPUTE: &str = "dispute en Write to {address}.\ndispute es Escriba a {address}.\n";

fn text(kind: TextKind, name: &str, text: &str) -> PaperText {
    PaperText { kind, name: name.to_owned(), text: text.to_owned() }
}

#[track_caller]
fn refused(db: &Db, from: Date, it: &PaperText) -> String {
    says(&db.write(|tx| publish(tx, actor(), from, it)).unwrap_err())
}

#[test]
fn terms_hold_for_the_bills_from_their_day_on() {
    engines::each(|db, _| {
        three_months(db);
        let bill = db.read(store::paper::last_dated).unwrap().unwrap();
        let late = text(TextKind::Terms, "", &format!("{PAY}late-charge 1.5%\n{DISPUTE}"));
        assert_eq!(
            refused(db, DAY, &late),
            "line 3: what being late costs is said once, and bills say what that asks for: meterbook credit rules late-fee; leave the line out"
        );
        let hello = "message en Hello.\nmessage es Hola.\n";
        let terms = text(TextKind::Terms, "", &format!("{hello}{PAY}{DISPUTE}"));
        let words = refused(db, bill, &terms);
        assert_eq!(
            words,
            format!(
                "paper dated {bill} is out and must be drawn again as it was; say a later day with --from"
            )
        );
        db.write(|tx| publish(tx, actor(), DAY, &terms)).unwrap();
        let says = |day| db.read(|tx| paper::look_on(tx, day)).unwrap().terms.message.len();
        assert_eq!((says(DAY.yesterday().unwrap()), says(DAY)), (0, 2));
        let shown = db.read(|tx| paper::text_on(tx, TextKind::Terms, "", DAY)).unwrap();
        assert_eq!(shown, terms.text);
        assert_eq!(
            refused(db, DAY, &terms),
            "a text of terms holds from 2026-06-01 on already; say another day"
        );
        // A bill that is out is drawn with what held on its day.
        let it = db.read(|tx| statement::of_bill(tx, BillId(1))).unwrap();
        assert_eq!(it.look.terms.message, []);
        let clerk = with_role(db, "sam", "clerk");
        assert!(db.write(|tx| publish(tx, clerk, date(2026, 7, 1), &terms)).is_err());
    });
}

#[test]
fn what_would_leave_out_what_a_regulator_wants_is_refused_and_the_item_is_named() {
    engines::each(|db, _| {
        village::found(db);
        let short = text(TextKind::Terms, "", PAY);
        assert_eq!(
            refused(db, DAY, &short),
            "a bill in en from 2026-06-01 on would not say what the list wants: how-to-dispute; add it, or publish another list first"
        );
        let list = text(TextKind::Contents, "puc", "taxes\nregulator\n");
        assert_eq!(
            refused(db, DAY, &list),
            "a bill in en from 2026-06-01 on would not say what the list puc wants: regulator; add it, or publish another list first"
        );
        let whom = "regulator en Ask the PUC.\nregulator es Pregunte a la PUC.\n";
        let terms = text(TextKind::Terms, "", &format!("{PAY}{DISPUTE}{whom}"));
        db.write(|tx| publish(tx, actor(), DAY, &terms)).unwrap();
        db.write(|tx| publish(tx, actor(), DAY, &list)).unwrap();
        // A later text without it, and an earlier list that the later text does not meet.
        let july = date(2026, 7, 1);
        let words = "a bill in en from 2026-07-01 on would not say what the list puc wants: regulator; add it, or publish another list first";
        assert_eq!(refused(db, july, &short), words);
        let spanish = text(TextKind::Contents, "puc", "regulator\nsays es Ayuda.\n");
        assert_eq!(
            refused(db, july, &spanish),
            "a bill in es from 2026-07-01 on would not say what the list puc wants: the sentence \"Ayuda.\"; add it, or publish another list first"
        );
    });
}

#[test]
fn a_text_that_is_not_understood_or_not_drawn_is_refused() {
    engines::each(|db, _| {
        village::found(db);
        for (it, words) in [
            (text(TextKind::Terms, "mine", ""), "there is one text of terms; leave --name out"),
            (
                text(TextKind::Contents, "", "reads"),
                "there are several texts of contents; say which with --name",
            ),
            (
                text(TextKind::Brand, "", "colour FFFFFF"),
                "line 1: white words on FFFFFF cannot be read; choose a darker colour",
            ),
            (
                text(TextKind::ScanLine, "", "account 9"),
                "line 1: amount is missing, which a lockbox needs; add it",
            ),
        ] {
            assert_eq!(refused(db, DAY, &it), words);
        }
        let broken = text(TextKind::Mark, "", "<svg><path d='M0 0h1");
        let words = refused(db, DAY, &broken);
        assert!(words.starts_with("the sample bill in en cannot be drawn with it: "), "{words}");
        let mark =
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9v9z'/></svg>";
        db.write(|tx| publish(tx, actor(), DAY, &text(TextKind::Mark, "", mark))).unwrap();
        let brand = text(TextKind::Brand, "", "colour 3B2A6B\nfoot en Since 1911\n");
        db.write(|tx| publish(tx, actor(), DAY, &brand)).unwrap();
        let look = db.read(|tx| paper::look_on(tx, DAY)).unwrap();
        assert_eq!((look.mark.as_deref(), look.brand.colour.as_str()), (Some(mark), "#3B2A6B"));
    });
}
