//! Letters about what was asked for, and about bills that wait.

use jiff::civil::date;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::letter;
use meterbook_app::moves::ReadWanted;
use meterbook_app::paper::publish;
use meterbook_checks::engines;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::paper::{PaperText, TextKind};

use crate::last_bill::{LEFT, comes, found, leaves};
use crate::village::{actor, says};

#[test]
fn a_letter_is_about_the_newest_thing_that_is_a_cause_for_it() {
    engines::each(|db, folder| {
        found(db);
        let account = comes(db);
        let on = date(2026, 3, 10);
        let of = |cause| db.read(|tx| letter::of_account(tx, account.id, cause, on));
        let number = account.number;
        assert_eq!(
            says(&of(LetterCause::Stop).unwrap_err()),
            format!(
                "nothing of account {number} is a cause for a letter of stop; see what was asked for with: meterbook move show"
            )
        );
        assert_eq!(
            says(&of(LetterCause::BillHeld).unwrap_err()),
            format!(
                "nothing of account {number} is a cause for a letter of bill-held; see what is held with: meterbook bill held"
            )
        );
        // Nobody read the meter of January.
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        let it = of(LetterCause::BillHeld).unwrap();
        assert!(it.said()[1].contains("31 ene 2026"), "{:?}", it.said());
        letter::draw(db, account.id, LetterCause::BillHeld, on, folder).unwrap();
        leaves(db, &account, LEFT, ReadWanted::Ordered);
        let it = of(LetterCause::Stop).unwrap();
        assert!(it.listed.iter().any(|it| it.contains(&LEFT.to_string())), "{:?}", it.listed);
        let file = letter::draw(db, account.id, LetterCause::Stop, on, folder).unwrap();
        assert!(file.exists() && file.with_extension("html").exists());

        // The utility's own words from a day on.
        let text =
            "subject en Bye\nsubject es Adiós\ntext en So long, {name}\ntext es Adiós, {name}\n";
        let own = |name: &str, text: &str| PaperText {
            kind: TextKind::Letter,
            name: name.to_owned(),
            text: text.to_owned(),
        };
        db.write(|tx| publish(tx, actor(), on, &own("stop", text))).unwrap();
        let [subject, said, _] = of(LetterCause::Stop).unwrap().said();
        assert!(["Bye", "Adiós"].contains(&&*subject), "{subject}");
        assert!(said.contains(&it.addressed_to[0]), "{said}");
        let wrong = own("stop", &text.replace("{name}", "{nickname}"));
        let why = db.write(|tx| publish(tx, actor(), date(2026, 4, 1), &wrong)).unwrap_err();
        assert_eq!(
            says(&why),
            "line 3: {nickname} is not known of stop; write one of {name}, {account}, {utility}, {phone}, {site}"
        );
    });
}
