//! Queueing bills and notes in the transaction that posts them, and whatever else is sent in the one
//! that makes it, so that nobody is left out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::bill::correct::Correction;
use meterbook_core::delivery::mailing::{Mailing, Matter, note_number};
use meterbook_core::delivery::{Choice, Enclosed, PaperKind, Piece, Recipient, ways};
use meterbook_core::id::{AccountId, CorrectionId, PieceId};
use meterbook_core::party::PartyRole;
use meterbook_store::{self as store, Counter, Tx};

/// Paper that is to be sent, with the lines of its customer's envelope.
struct Paper {
    enclosed: Enclosed,
    number: String,
    account: AccountId,
    envelope: String,
    on: Date,
    /// Whether it goes out on paper to who would fetch it.
    must_go: bool,
}

/// Queues bills for everybody who gets them on their day; `take` gives the first of so many ids.
pub(crate) fn queue(
    tx: &mut Tx,
    bills: &[Bill],
    take: impl FnOnce(&mut Tx, usize) -> Result<i64>,
) -> Result<()> {
    let papers = bills.iter().map(|it| Paper {
        enclosed: Enclosed::Bill(it.id),
        number: it.number.0.clone(),
        account: it.account,
        envelope: it.addressed_to.join("\n"),
        on: it.billed_on,
        must_go: false,
    });
    queue_all(tx, &papers.collect::<Vec<_>>(), take).map(drop)
}

/// Queues the notes of corrections, once each, for everybody who gets the account's bills; one that has
/// several bills behind it carries them. Of another one of whose bills nobody knew nobody is told: the
/// bill in their place is their first.
pub(crate) fn queue_notes(
    tx: &mut Tx,
    corrections: &[Correction],
    take: impl FnOnce(&mut Tx, usize) -> Result<i64>,
) -> Result<usize> {
    let ids: Vec<CorrectionId> = corrections.iter().map(|it| it.id).collect();
    let known: BTreeSet<CorrectionId> = store::mailing::known(tx, &ids)?.into_iter().collect();
    let goes = |it: &&Correction| it.is_one_piece() || known.contains(&it.id);
    let wanted = corrections.iter().filter(goes);
    let papers = wanted.map(|it| Paper {
        enclosed: Enclosed::Note(it.id),
        number: note_number(it.id),
        account: it.account,
        envelope: it.addressed_to().join("\n"),
        on: it.on,
        must_go: false,
    });
    queue_all(tx, &papers.collect::<Vec<_>>(), take)
}

/// Keeps summary bills and letters, and queues them: a summary for everybody who gets the account's
/// bills, a letter for its customer alone.
pub(super) fn queue_mailings(tx: &mut Tx, all: &[Mailing]) -> Result<usize> {
    store::mailing::add(tx, all)?;
    let papers = all.iter().map(|it| Paper {
        enclosed: it.enclosed(),
        number: it.number.clone(),
        account: it.account,
        envelope: it.addressed_to.join("\n"),
        on: it.on,
        must_go: matches!(it.matter, Matter::Letter { cause, .. } if cause.must_go()),
    });
    let papers: Vec<Paper> = papers.collect();
    queue_all(tx, &papers, |tx, count| tx.next(Counter::Piece, count))
}

fn queue_all(
    tx: &mut Tx,
    papers: &[Paper],
    take: impl FnOnce(&mut Tx, usize) -> Result<i64>,
) -> Result<usize> {
    let days: BTreeSet<Date> = papers.iter().map(|it| it.on).collect();
    let mut pieces = Vec::with_capacity(papers.len());
    for day in days {
        let papers: Vec<&Paper> = papers.iter().filter(|it| it.on == day).collect();
        pieces.extend(on_day(tx, &papers, day)?);
    }
    let first = take(tx, pieces.len())?;
    for (piece, nth) in pieces.iter_mut().zip(0..) {
        piece.id = PieceId(first + nth);
    }
    store::outbox::add(tx, &pieces)?;
    Ok(pieces.len())
}

fn on_day(tx: &mut Tx, papers: &[&Paper], day: Date) -> Result<Vec<Piece>> {
    let accounts: BTreeSet<AccountId> = papers.iter().map(|it| it.account).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let choices = store::outbox::choices(tx, &accounts, day)?;
    let mut recipients: BTreeMap<AccountId, Vec<Recipient>> = BTreeMap::new();
    for it in store::outbox::recipients(tx, &accounts, day)? {
        recipients.entry(it.account).or_default().push(it);
    }
    let mut pieces = Vec::new();
    for paper in papers {
        let known = recipients.get(&paper.account).map(Vec::as_slice).unwrap_or_default();
        // The customer is the first of them. What is between them and us is nobody else's.
        let to = match paper.enclosed.kind() {
            PaperKind::Letter => known.iter().filter(|it| it.role == PartyRole::Main).count(),
            PaperKind::Bill | PaperKind::Note | PaperKind::Summary => known.len(),
        };
        let choice = match choices.get(&paper.account).copied() {
            Some(Choice::None) if paper.must_go => Some(Choice::Post),
            choice => choice,
        };
        let ways = ways(choice, &paper.envelope, &known[..to]);
        pieces.extend(ways.into_iter().map(|(it, way, address)| Piece {
            id: PieceId(0),
            enclosed: paper.enclosed,
            number: paper.number.clone(),
            account: paper.account,
            person: it.person,
            role: it.role,
            way,
            address,
        }));
    }
    Ok(pieces)
}
