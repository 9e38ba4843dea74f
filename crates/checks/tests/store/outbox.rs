//! The outbox as the store keeps it: one of everything, and how it is read back.

use anyhow::Result;
use meterbook_checks::engines;
use meterbook_core::delivery::mailing::{Mailing, Matter};
use meterbook_core::delivery::{Enclosed, Piece, State, Way};
use meterbook_core::id::{CorrectionId, MailingId, MoveId, PackageId, PersonId, PieceId, UserId};
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_store::mail_package::Package;
use meterbook_store::webhook::Untold;
use meterbook_store::{self as store, Tx};

use crate::once;
use crate::sample::{self, ACCOUNT};

const BY: Option<UserId> = Some(UserId(1));

pub(crate) fn piece() -> Piece {
    let bill = sample::bill();
    Piece {
        id: PieceId(1),
        enclosed: Enclosed::Bill(bill.id),
        number: bill.number.0,
        account: ACCOUNT,
        person: PersonId(1),
        role: PartyRole::Main,
        way: Way::Post,
        address: "Dana Okafor\n4 Maple St".to_owned(),
    }
}

fn billed() -> Period {
    let on = sample::bill().billed_on;
    Period::new(on, on.tomorrow().expect("a day follows")).expect("it has a day")
}

pub(crate) fn package() -> Package {
    Package { id: PackageId(1), billed: billed(), began_at: sample::at(), made: None }
}

pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    let on = (BY, sample::at());
    store::outbox::add(tx, &[piece()])?;
    for (it, nth) in [summary(), letter()].iter().zip(2..) {
        store::mailing::add(tx, std::slice::from_ref(it))?;
        store::outbox::add(tx, &[of(it, nth)])?;
    }
    let position = store::outbox::add_event(tx, PieceId(1), (State::Sending, "package 1"), on)?;
    store::mail_package::add(tx, &package(), BY, &[(PieceId(1), position)])?;
    store::mail_package::end(tx, PackageId(1), ("5f", 2), sample::at())?;
    store::outbox::let_go(tx, (Way::Email, billed(), 9), on)?;
    store::outbox::say(tx, sample::FROM, "from bills@example.org\n")?;
    store::outbox::switch(tx, Way::Email, (true, "the server is slow"), on)?;
    store::webhook::add(tx, &untold(position), (false, "it answered 503"), sample::at())?;
    crate::credit::keep_letters(tx)
}

/// A summary of the sample's bill.
pub(crate) fn summary() -> Mailing {
    let bill = sample::bill();
    Mailing {
        id: MailingId(1),
        number: "S-260804-10000001".to_owned(),
        account: ACCOUNT,
        language: Language::Spanish,
        addressed_to: vec!["Dana Okafor".to_owned(), "4 Maple St".to_owned()],
        on: bill.billed_on,
        matter: Matter::Summary(vec![bill.id]),
    }
}

fn letter() -> Mailing {
    Mailing {
        id: MailingId(2),
        number: "L-260804-10000001-bill-held".to_owned(),
        matter: Matter::Letter {
            cause: LetterCause::BillHeld,
            of: Some((MoveId(1), 1)),
            values: vec![("from", "2026-07-01".to_owned()), ("to", "2026-07-31".to_owned())],
            listed: vec!["a, b".to_owned(), "c".to_owned()],
        },
        ..summary()
    }
}

fn of(it: &Mailing, nth: i64) -> Piece {
    let (id, enclosed, number) = (PieceId(nth), it.enclosed(), it.number.clone());
    Piece { id, enclosed, number, way: Way::Collect, ..piece() }
}

/// Something that was told no time.
fn untold(position: i64) -> Untold {
    let (piece, state, at) = (PieceId(1), State::Sent, sample::at());
    Untold { piece, position, state, at, times: 0, told: None }
}

#[test]
fn what_was_not_taken_is_told_until_it_is() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let open = |tx: &mut Tx| store::webhook::open(tx, sample::at(), 9);
            assert!(open(tx)?.is_empty(), "what is on its way is nobody's business");
            let on = (BY, sample::at());
            let position = store::outbox::add_event(tx, PieceId(1), (State::Sent, "250"), on)?;
            assert_eq!(open(tx)?, [untold(position)]);
            store::webhook::add(tx, &untold(position), (false, "503"), sample::at())?;
            let again = Untold { times: 1, told: Some(sample::at()), ..untold(position) };
            assert_eq!(open(tx)?, std::slice::from_ref(&again));
            store::webhook::add(tx, &again, (true, ""), sample::at())?;
            assert!(open(tx)?.is_empty());
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn whatever_is_sent_is_read_back_as_it_was_when_it_was_made() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let all = [summary(), letter()];
            assert_eq!(store::mailing::of_account(tx, ACCOUNT)?, all);
            for (it, nth) in all.iter().zip(2..) {
                assert_eq!(store::outbox::get(tx, PieceId(nth))?, (of(it, nth), State::Queued));
                assert_eq!(store::mailing::numbered(tx, &it.number)?, Some(it.enclosed()));
                assert_eq!(store::outbox::called(tx, it.enclosed())?, (it.number.clone(), it.on));
            }
            let due = store::outbox::due(tx, Way::Collect, billed())?;
            let waiting = store::outbox::waiting(tx, Way::Collect, billed())?;
            assert_eq!(due, waiting.iter().map(|it| it.0.id).collect::<Vec<_>>());
            assert!(due.contains(&PieceId(3)), "a letter is sent, whatever became of the bill");
            let note = Enclosed::Note(CorrectionId(1));
            assert!(!store::outbox::is_queued(tx, note)?);
            assert_eq!(store::mailing::numbered(tx, "C-1")?, None);
            assert_eq!(store::mailing::numbered(tx, "X-1")?, None);
            let it = Piece {
                id: PieceId(4),
                enclosed: note,
                number: "C-1".to_owned(),
                ..of(&letter(), 4)
            };
            store::outbox::add(tx, std::slice::from_ref(&it))?;
            assert_eq!(store::outbox::get(tx, it.id)?, (it, State::Queued));
            assert_eq!(store::mailing::numbered(tx, "C-1")?, Some(note));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn pieces_and_what_became_of_them_are_read_back() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            assert_eq!(store::outbox::get(tx, PieceId(1))?, (piece(), State::Sending));
            assert_eq!(store::outbox::of_account(tx, ACCOUNT, 9)?.len(), 3);
            // The summary waits and is of a bill that was made anew: it goes nowhere.
            assert_eq!(store::outbox::shown(tx, ACCOUNT, 9)?.len(), 2);
            assert!(store::outbox::due(tx, Way::Post, billed())?.is_empty(), "it is not queued");
            let left = store::outbox::left(tx, Way::Post, sample::at())?;
            assert!(left.is_empty(), "nothing began before then");
            let on = (None, sample::at());
            store::outbox::add_event(tx, PieceId(1), (State::Queued, "again"), on)?;
            assert_eq!(store::outbox::due(tx, Way::Post, billed())?, [PieceId(1)]);
            assert!(store::outbox::due(tx, Way::Email, billed())?.is_empty());
            let events = store::outbox::events(tx, PieceId(1))?;
            assert_eq!((events.len(), events[1].position), (2, 2));
            // What tells of a case that ended does not go.
            let counts = [(Way::Collect, State::Queued, 1), (Way::Post, State::Queued, 1)];
            assert_eq!(store::outbox::counts(tx)?, counts);
            assert_eq!(store::outbox::papers(tx, billed())?, 3);
            let key = format!("{}/1/post", piece().number);
            assert_eq!(store::outbox::by_key(tx, &key)?, Some(PieceId(1)));
            let nobody =
                format!("the bill {} was posted and is on its way to nobody", once::NUMBER);
            assert_eq!(store::outbox::left_out(tx)?, (2, vec![nobody]));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn what_was_said_last_of_a_way_holds() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let why = store::outbox::stopped(tx, Way::Email)?;
            assert_eq!(why.as_deref(), Some("the server is slow"));
            assert_eq!(store::outbox::stopped(tx, Way::Post)?, None);
            store::outbox::switch(tx, Way::Email, (false, "mended"), (None, sample::at()))?;
            assert_eq!(store::outbox::stopped(tx, Way::Email)?, None);
            let said = store::outbox::said(tx, sample::FROM)?;
            assert_eq!(said.as_deref(), Some("from bills@example.org\n"));
            assert_eq!(store::outbox::may_go(tx, Way::Email, billed())?, 9);
            assert_eq!(store::outbox::may_go(tx, Way::Post, billed())?, 0);
            assert_eq!(store::outbox::said(tx, sample::FROM.yesterday()?)?, None);
            let made = store::mail_package::find(tx, PackageId(1))?.and_then(|it| it.made);
            assert_eq!(made, Some(("5f".to_owned(), 2)));
            assert_eq!(store::mail_package::pieces(tx, PackageId(1))?, [(1, PieceId(1), 1)]);
            assert_eq!(store::mail_package::newest(tx, 9)?.len(), 1);
            assert_eq!(store::mail_package::open(tx, billed())?, None, "it stands");
            Ok(())
        })
        .unwrap();
    });
}
