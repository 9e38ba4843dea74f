//! `deliver`: sending what waits, saying what became of it, and stopping a way.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::deliver::render_all;
use meterbook_app::delivery::mass::{Mass, NewLetGo, days};
use meterbook_app::delivery::{
    email, outcome, package, returned, send as by_hand, settings, webhook,
};
use meterbook_core::bill::BillNumber;
use meterbook_core::delivery::settings::Password;
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::PackageId;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::deliver::{Billed, DeliverCommand, Packaged};
use crate::say;

pub(crate) fn deliver(place: &Place, command: &DeliverCommand) -> Result<()> {
    match command {
        DeliverCommand::Status => status(place),
        DeliverCommand::Send { billed, expect } => send(place, billed, *expect),
        DeliverCommand::Package { into, of, until, expect } => {
            package(place, into, (of, until, *expect))
        }
        DeliverCommand::Tell => tell(place),
        DeliverCommand::Bounce { from } => bounce(place, from),
        DeliverCommand::Returned { envelopes, why } => {
            let db = super::open(place)?;
            for it in envelopes {
                db.write(|tx| returned::post(tx, super::actor(), it, why))?;
                say::line(format_args!("{it} came back"));
            }
            Ok(())
        }
        DeliverCommand::LetGo { way, billed, pieces, why } => {
            let (way, billed) = (way_of(way)?, days(&billed.billed, &billed.until)?);
            let wanted = Asked::LetGo(NewLetGo { way, billed, pieces: *pieces });
            let db = super::open(place)?;
            let it = db.write(|tx| do_or_ask(tx, super::actor(), &wanted, why.trim()))?;
            super::outcome("they may go", it);
            Ok(())
        }
        DeliverCommand::Decide { piece, state, why } => {
            let next = State::from_word(state).ok_or_else(|| {
                let known: Vec<_> = State::ALL.iter().map(|it| it.word()).collect();
                super::said(format!(
                    "{state} is no state of a piece; there are {}",
                    known.join(", ")
                ))
            })?;
            let db = super::open(place)?;
            db.write(|tx| outcome::decide(tx, super::actor(), piece, next, why))?;
            say::line(format_args!("{piece} is {next}"));
            Ok(())
        }
        DeliverCommand::Switch { way, on, why } => {
            let (way, db) = (way_of(way)?, super::open(place)?);
            let turn = if *on { settings::go_on } else { settings::stop };
            db.write(|tx| turn(tx, super::actor(), way, why))?;
            say::line(format_args!("{way} {}", if *on { "goes on" } else { "is stopped" }));
            Ok(())
        }
        DeliverCommand::Bill { number } => {
            let db = super::open(place)?;
            let wanted = BillNumber(number.clone());
            db.write(|tx| match store::bill::by_number(tx, &wanted)? {
                Some(id) => by_hand::bill(tx, super::actor(), id),
                None => Err(super::said(format!("there is no bill {wanted}"))),
            })?;
            say::line(format_args!("{number} waits to be sent"));
            Ok(())
        }
        DeliverCommand::Settings { file, from } => {
            let said = |tx: &mut Tx, on| Ok(store::outbox::said(tx, on)?.unwrap_or_default());
            let say = |tx: &mut Tx, from, text: &str| settings::say(tx, super::actor(), from, text);
            let nothing = "nothing is said; bills go by no server";
            super::dated_text(place, (file.as_deref(), *from), ("said", nothing), said, say)
        }
    }
}

fn status(place: &Place) -> Result<()> {
    let db = super::see(place)?;
    for (way, state, count) in db.read(store::outbox::counts)? {
        say::line(format_args!("{way:8} {state:10} {count:>10}"));
    }
    for it in db.read(|tx| store::mail_package::newest(tx, 10))? {
        let (from, to) = (it.billed.start(), it.billed.end());
        let said = it.made.map_or_else(
            || "is not whole; make it again".to_owned(),
            |(sha256, pages)| format!("{pages} pages, {sha256}"),
        );
        say::line(format_args!("package {} from {from} to {to}: {said}", it.id));
    }
    for way in Way::ALL {
        if let Some(why) = db.read(|tx| store::outbox::stopped(tx, *way))? {
            say::line(format_args!("{way} is stopped: {why}"));
        }
    }
    Ok(())
}

fn send(place: &Place, billed: &Billed, expected: Option<i64>) -> Result<()> {
    let mass = Mass { way: Way::Email, billed: days(&billed.billed, &billed.until)?, expected };
    let db = super::open(place)?;
    let today = super::today(&db)?;
    let known = db.read(|tx| settings::on(tx, today))?;
    let password = secret(known.password.as_ref())?;
    let folder = place.dir.join("bills");
    let to = (&mass, folder.as_path());
    let tally = email::send(&db, super::actor(), to, password.as_deref(), &mut |_, _| ())?;
    say::line(format_args!(
        "{} sent, {} bounced, {} later, {} unknown, {} put off and waiting",
        tally.sent, tally.bounced, tally.later, tally.unknown, tally.waiting
    ));
    for it in &tally.left {
        say::line(format_args!("not sent, because it cannot be drawn: {it}"));
    }
    Ok(())
}

fn package(
    place: &Place,
    into: &Path,
    (of, until, expected): (&Packaged, &str, Option<i64>),
) -> Result<()> {
    let (db, actor, folder) = (super::open(place)?, super::actor(), place.dir.join("bills"));
    let id = match of.again {
        Some(id) => PackageId(id),
        None => {
            let billed = days(of.billed.as_deref().unwrap_or_default(), until)?;
            let mass = Mass { way: Way::Post, billed, expected };
            let papers = db.write(|tx| package::papers(tx, actor, &mass))?;
            let (mut bar, all) = (say::Bar::new(), u64::try_from(papers.len())?);
            // What cannot be drawn is said below, piece by piece.
            let _ = render_all(&db, &papers, &folder, &mut |done| bar.show("drawing", done, all));
            bar.end();
            let begun = package::begin(&db, actor, &mass, &folder)?;
            for (piece, why) in &begun.left {
                say::line(format_args!("{piece} is not in it: {why}"));
            }
            begun.id
        }
    };
    let made = package::make(&db, actor, id, (&folder, into))?;
    let sum = made.manifest.sum(|_| true);
    say::line(format_args!(
        "{}: {} envelopes, {} pages, {}",
        made.folder.display(),
        sum.envelopes,
        sum.pages,
        made.sha256
    ));
    Ok(())
}

fn bounce(place: &Place, from: &Path) -> Result<()> {
    let failed = || format!("{} cannot be read", from.display());
    let mut files = vec![from.to_owned()];
    if from.is_dir() {
        let entries = std::fs::read_dir(from).with_context(failed)?;
        files = entries.map(|it| Ok(it?.path())).collect::<Result<_>>().with_context(failed)?;
        files.retain(|it| it.is_file());
        files.sort();
    }
    let mut messages = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).with_context(failed)?;
        messages.extend(meterbook_formats::bounce::messages(&bytes));
    }
    let db = super::open(place)?;
    let all = returned::mail(&db, super::actor(), &messages)?;
    for (number, why) in &all.strange {
        say::line(format_args!("message {number}: {why}"));
    }
    say::line(format_args!(
        "{} bounced, {} delivered, {} delayed, {} known before, {} to be read",
        all.bounced,
        all.delivered,
        all.delayed,
        all.before,
        all.strange.len()
    ));
    Ok(())
}

fn tell(place: &Place) -> Result<()> {
    let db = super::open(place)?;
    let today = super::today(&db)?;
    let known = db.read(|tx| settings::on(tx, today))?;
    let secret = secret(known.webhook_secret.as_ref())?;
    let told = webhook::tell(&db, super::actor(), secret.as_deref())?;
    say::line(format_args!(
        "{} taken, {} later, {} not taken before and waiting",
        told.taken, told.later, told.waiting
    ));
    if 0 < told.unasked {
        say::line(format_args!(
            "the other system did not answer: {} more were not told; say it again when it is back",
            told.unasked
        ));
    }
    Ok(())
}

/// A password or a secret, from where the settings say it is.
fn secret(place: Option<&Password>) -> Result<Option<String>> {
    place.map(meterbook_app::secret::read).transpose()
}

fn way_of(word: &str) -> Result<Way> {
    let way = Way::from_word(word).filter(|it| *it != Way::Collect);
    way.ok_or_else(|| super::said(format!("{word} is no way to send; write post or email")))
}
