//! The audit: what was done is found again, and whoever changes a row behind our back is found out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use meterbook_app::audit::{Fault, Head, verify};
use meterbook_app::{Actor, check, interaction};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::id::AccountId;
use meterbook_core::interaction::InteractionChannel;
use meterbook_store::audit::{Broken, Sought};
use meterbook_store::{self as store, Db, Location};

use crate::authority::with_role;
use crate::village::{self, DIALS};

fn town(db: &Db) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
}

fn note(db: &Db, actor: Actor, text: &str) {
    db.write(|tx| interaction::note(tx, actor, AccountId(1), InteractionChannel::Note, text))
        .unwrap();
}

/// A way into the audit past its triggers.
fn intruder(db: &Db) -> Raw {
    let mut raw = Raw::beside(db).unwrap();
    let triggers = match db.location() {
        Location::Sqlite(_) => "drop trigger audit_same; drop trigger audit_stays",
        Location::Postgres(_) => "drop trigger audit_stays on audit",
    };
    raw.run(triggers).unwrap();
    raw
}

fn fault(db: &Db) -> Option<Fault> {
    db.read(|tx| verify(tx, None)).unwrap().1
}

#[test]
fn every_act_follows_the_one_before_it() {
    engines::each(|db, _| {
        town(db);
        let (walk, fault) = db.read(|tx| verify(tx, None)).unwrap();
        assert_eq!(fault, None);
        assert!(5 < walk.rows, "{}", walk.rows);
        let (id, hash) = walk.head.unwrap();
        assert_eq!(id, walk.rows);
        let head = Head::parse(&format!("{id}:{hash}")).unwrap();
        note(db, village::actor(), "later");
        assert_eq!(db.read(|tx| verify(tx, Some(&head))).unwrap().1, None);
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn a_row_that_was_changed_is_named() {
    for tampered in [
        "act = 'give role'",
        "subject = subject || 'x'",
        "detail = detail || 'x'",
        "done_at = done_at + 1",
        "staff_id = (select min(id) from staff)",
        "second_id = (select min(id) from staff)",
        "permission = 'write-note'",
        "was = ''",
        "became = 'x'",
        "why = 'x'",
        "hash = previous_hash",
    ] {
        engines::each(|db, _| {
            town(db);
            with_role(db, "robin", "clerk");
            intruder(db).run(&format!("update audit set {tampered} where id = 3")).unwrap();
            let fault = fault(db);
            let named = matches!(fault, Some(Fault::Broken(Broken::Altered { id: 3, .. })));
            assert!(named, "{}: {tampered}: {fault:?}", db.location());
        });
    }
}

#[test]
fn a_row_that_was_taken_out_or_put_in_is_named() {
    engines::each(|db, _| {
        town(db);
        let rows = db.read(|tx| verify(tx, None)).unwrap().0.rows;
        let mut raw = intruder(db);
        raw.run(&format!("delete from audit where id = {rows}")).unwrap();
        let gone = Fault::Broken(Broken::Missing { id: rows });
        assert_eq!(fault(db), Some(gone.clone()), "the newest");
        // The acts that follow do not heal it.
        note(db, village::actor(), "later");
        assert_eq!(fault(db), Some(gone));
        let report = check::check(db).unwrap();
        let rule = report.rules.iter().find(|it| it.name == "audit-chain").unwrap();
        assert!(rule.faults[0].contains(&format!("row {rows} of the audit is missing")));
        raw.run("delete from audit where id = 2").unwrap();
        assert_eq!(fault(db), Some(Fault::Broken(Broken::Missing { id: 2 })));
    });
    engines::each(|db, _| {
        town(db);
        // Two rows change places, with their own hashes.
        intruder(db)
            .run("update audit set id = 900 where id = 2; update audit set id = 2 where id = 3; update audit set id = 3 where id = 900")
            .unwrap();
        assert_eq!(fault(db), Some(Fault::Broken(Broken::Unlinked { id: 2 })));
    });
}

#[test]
fn a_chain_that_was_written_anew_is_found_by_a_head_kept_elsewhere() {
    engines::each(|db, _| {
        town(db);
        let (id, hash) = db.read(|tx| verify(tx, None)).unwrap().0.head.unwrap();
        let kept = Head { id, hash };
        let mut raw = intruder(db);
        // Whoever owns the database takes the newest act out, and the count of it.
        raw.run(&format!(
            "delete from audit where id = {id}; update counter set last = last - 1 where name = 'audit'"
        ))
        .unwrap();
        note(db, village::actor(), "something else");
        assert_eq!(fault(db), None);
        let found = db.read(|tx| verify(tx, Some(&kept))).unwrap().1;
        assert_eq!(found, Some(Fault::Rewritten(kept)));
        for text in ["", "12", "12:ab", "x:ab"] {
            assert_eq!(Head::parse(text), None, "{text}");
        }
    });
}

#[test]
fn many_at_once_make_one_chain() {
    engines::each(|db, _| {
        town(db);
        let before = db.read(|tx| verify(tx, None)).unwrap().0.rows;
        std::thread::scope(|scope| {
            for thread in 0..6 {
                scope.spawn(move || {
                    for nth in 0..20 {
                        note(db, village::actor(), &format!("{thread} says {nth}"));
                    }
                });
            }
        });
        let (walk, fault) = db.read(|tx| verify(tx, None)).unwrap();
        assert_eq!((walk.rows, fault), (before + 120, None), "{}", db.location());
    });
}

#[test]
fn what_is_undone_leaves_no_row_and_no_gap() {
    engines::each(|db, _| {
        town(db);
        let before = db.read(|tx| verify(tx, None)).unwrap().0.rows;
        let failed = db.write(|tx| {
            interaction::note(tx, village::actor(), AccountId(1), InteractionChannel::Note, "x")?;
            interaction::note(tx, village::actor(), AccountId(1), InteractionChannel::Note, "")
        });
        assert!(failed.is_err());
        note(db, village::actor(), "later");
        let (walk, fault) = db.read(|tx| verify(tx, None)).unwrap();
        assert_eq!((walk.rows, fault), (before + 1, None));
    });
}

#[test]
fn acts_are_found_by_subject_person_and_day() {
    engines::each(|db, _| {
        town(db);
        let robin = with_role(db, "robin", "clerk");
        note(db, robin, "by robin");
        let late = Actor { at: "2026-03-12T12:00:00Z".parse().unwrap(), ..village::actor() };
        note(db, late, "two days later");
        let found = |sought: Sought| -> Vec<String> {
            let done = db.read(|tx| store::audit::seek(tx, &sought, 100)).unwrap();
            done.into_iter().map(|it| format!("{} {}", it.act, it.subject)).collect()
        };
        let (subject, by) = (Some("E-1".to_owned()), robin.by);
        let meter = Sought { subject, ..Sought::default() };
        assert_eq!(found(meter), ["install meter E-1", "add meter E-1"]);
        assert_eq!(found(Sought { by, ..Sought::default() }), ["note 1"]);
        let from = Some("2026-03-11T00:00:00Z".parse().unwrap());
        assert_eq!(found(Sought { from, ..Sought::default() }), ["note 1"]);
        let subject = Some("1".to_owned());
        assert_eq!(found(Sought { subject, by, from: None, to: from }), ["note 1"]);
        assert_eq!(found(Sought { by, from, ..Sought::default() }), Vec::<String>::new());
    });
}
