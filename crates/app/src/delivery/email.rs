//! Sending bills and other paper as messages to a server that takes them, one piece after the other: what the server
//! answers is written down before the next piece is touched.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::{Timestamp, ToSpan};
use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use meterbook_core::delivery::retry::not_before;
use meterbook_core::delivery::settings::{Carried, Settings, Tls};
use meterbook_core::delivery::{Event, State, Way};
use meterbook_core::id::PieceId;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Conflict, Db, Tx};

use super::mass::{self, Mass};
use super::message::message;
use super::{NotDelivered, outcome};
use crate::deliver::NotDrawn;
use crate::printed::Printed;
use crate::{Actor, deliver, refuse};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Whoever began to send a piece and was not heard of for so many minutes is gone.
const GONE_AFTER: i64 = 10;

/// How many pieces went which way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken by the server.
    pub sent: usize,
    /// Not to be delivered; they go on paper.
    pub bounced: usize,
    /// The server wants them later.
    pub later: usize,
    /// Nobody knows.
    pub unknown: usize,
    /// Put off before, and not long enough ago to be tried again.
    pub waiting: usize,
    /// What cannot be drawn and waits until it can; it holds up nobody.
    pub left: Vec<NotDrawn>,
}

/// How one piece went.
enum Went {
    Sent(String),
    Bounced(String),
    Later(String),
    Unknown(String),
}

/// Sends what waits for it of the paper of some days. `folder` is where it is drawn; `password` is
/// what the settings say where to find. When the server does not answer, what is left waits.
pub fn send(
    db: &Db,
    actor: Actor,
    (mass, folder): (&Mass, &Path),
    password: Option<&str>,
    watch: &mut dyn FnMut(usize, usize),
) -> Result<Tally> {
    let begun = Instant::now();
    let mut tally = Tally { unknown: give_up(db, actor)?, ..Tally::default() };
    let (allowed, due, settings) = db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        let due = mass::due(tx, actor, mass)?;
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let said = format!("{} pieces of {}", due.len(), mass.billed);
        store::audit::add(tx, &allowed, "send bills", Way::Email.word(), &said)?;
        Ok((allowed, due, super::settings::on(tx, today)?))
    })?;
    let mut server = None;
    for (piece, nth) in due.iter().zip(1..) {
        // The hour of this piece, not of the first: a long send is not taken for one that is gone.
        let now = actor.at.checked_add(begun.elapsed()).context("a send ends in some year")?;
        let events = db.read(|tx| store::outbox::events(tx, *piece))?;
        if not_before(&events).is_some_and(|it| now < it) {
            tally.waiting += 1;
            continue;
        }
        let known = (&*events, &settings, folder);
        let (envelope, bytes) = match prepare(db, &allowed, *piece, known) {
            Ok(Some(it)) => it,
            Ok(None) => continue,
            Err(why) => {
                let why: NotDrawn = why.downcast()?;
                db.write(|tx| {
                    let (piece, _) = store::outbox::get(tx, *piece)?;
                    outcome::undrawn(tx, &allowed, &piece, &why.to_string())
                })?;
                tally.left.push(why);
                continue;
            }
        };
        if !begin(db, &allowed, *piece, now)? {
            continue;
        }
        let went = match connected(&mut server, &settings, password) {
            Ok(connection) => hand_over(connection, &envelope, &bytes),
            Err(why) => {
                let said = format!("{why:#}");
                write_down(db, &allowed, *piece, &Went::Later(said))?;
                return Err(why);
            }
        };
        // A connection on which something went wrong is not used again.
        if !matches!(went, Went::Sent(_)) {
            server = None;
        }
        write_down(db, &allowed, *piece, &went)?;
        match went {
            Went::Sent(_) => tally.sent += 1,
            Went::Bounced(_) => tally.bounced += 1,
            Went::Later(_) => tally.later += 1,
            Went::Unknown(_) => tally.unknown += 1,
        }
        watch(nth, due.len());
    }
    if let Some(mut connection) = server {
        // What was taken is written down; whether the server says goodbye does not matter.
        let _ = connection.quit();
    }
    Ok(tally)
}

/// What somebody began to send and was not heard of since: nobody knows whether it was taken.
pub fn give_up(db: &Db, actor: Actor) -> Result<usize> {
    db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        let before = actor.at.saturating_sub(GONE_AFTER.minutes()).unwrap_or(Timestamp::MIN);
        let left = store::outbox::left(tx, Way::Email, before)?;
        for piece in &left {
            let said = (State::Unknown, "whoever sent it was cut off");
            outcome::happen(tx, &allowed, *piece, said)?;
        }
        Ok(left.len())
    })
}

/// The message of a piece; nothing when its address is none.
fn prepare(
    db: &Db,
    allowed: &Authorized,
    id: PieceId,
    (events, settings, folder): (&[Event], &Settings, &Path),
) -> Result<Option<(Envelope, Vec<u8>)>> {
    let (piece, _) = db.read(|tx| store::outbox::get(tx, id))?;
    let (printed, account, language) = db.read(|tx| {
        let language = store::person::get(tx, piece.person)?.language;
        let account = store::account::get(tx, piece.account)?.number;
        Ok((Printed::of(tx, piece.enclosed)?, account, language))
    })?;
    // The wrong statement in an envelope is worse than none.
    ensure!(
        printed.account() == account && printed.number == piece.number,
        "the piece {id} and what is in it are of different accounts; run: meterbook check"
    );
    let pdf = match settings.bill {
        Carried::Attached => {
            let pdf = deliver::pdf_of_any(db, folder, piece.enclosed)?;
            meterbook_paper::is_of(&pdf, account)?;
            Some(pdf)
        }
        Carried::Link(_) => None,
    };
    let made =
        message(settings, &piece, language, (&printed, pdf.as_deref()), (events, allowed.at()));
    match made {
        Ok(made) => Ok(Some((made.envelope().clone(), made.formatted()))),
        Err(why) if why.is::<crate::Refused>() => Err(why),
        // An address that is none: no server would take it.
        Err(why) => {
            db.write(|tx| outcome::bounce(tx, allowed, &piece, &format!("{why:#}")))?;
            Ok(None)
        }
    }
}

/// Takes a piece to send it, unless somebody else has it by now.
fn begin(db: &Db, allowed: &Authorized, id: PieceId, now: Timestamp) -> Result<bool> {
    let claimed = db.write(|tx| {
        // Somebody may have stopped it while the pieces before this one went.
        mass::goes(tx, Way::Email)?;
        let (_, state) = store::outbox::get(tx, id)?;
        if state == State::Queued {
            store::outbox::add_event(tx, id, (State::Sending, ""), (allowed.by(), now))?;
        }
        Ok(state == State::Queued)
    });
    match claimed {
        Err(why) if why.is::<Conflict>() => Ok(false),
        claimed => claimed,
    }
}

fn write_down(db: &Db, allowed: &Authorized, id: PieceId, went: &Went) -> Result<()> {
    db.write(|tx| {
        let happen = |tx: &mut Tx, state, said: &str| {
            outcome::happen(tx, allowed, id, (state, said)).map(drop)
        };
        match went {
            Went::Sent(said) => happen(tx, State::Sent, said),
            Went::Later(said) => happen(tx, State::Queued, said),
            Went::Unknown(said) => happen(tx, State::Unknown, said),
            Went::Bounced(said) => {
                let (piece, _) = store::outbox::get(tx, id)?;
                outcome::bounce(tx, allowed, &piece, said)
            }
        }
    })
}

fn connected<'a>(
    server: &'a mut Option<SmtpConnection>,
    settings: &Settings,
    password: Option<&str>,
) -> Result<&'a mut SmtpConnection> {
    let connection = match server.take() {
        Some(connection) => connection,
        None => connect(settings, password)?,
    };
    Ok(server.insert(connection))
}

fn connect(settings: &Settings, password: Option<&str>) -> Result<SmtpConnection> {
    let set = |word| refuse(NotDelivered::NotSet { word });
    let (name, port) = settings.server.clone().ok_or_else(|| set("server"))?;
    let said = || format!("the server {name} {port} does not take messages");
    let hello = ClientId::default();
    let secure = TlsParameters::new(name.clone()).with_context(said)?;
    let wrapped = (settings.tls == Tls::Wrapped).then_some(&secure);
    let at = (name.as_str(), port);
    let mut connection =
        SmtpConnection::connect(at, Some(PATIENCE), &hello, wrapped, None).with_context(said)?;
    if settings.tls == Tls::Starttls {
        connection.starttls(&secure, &hello).with_context(said)?;
    }
    if let Some(user) = &settings.user {
        let password = password.ok_or_else(|| set("password"))?.to_owned();
        let ways = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&ways, &Credentials::new(user.clone(), password)).with_context(said)?;
    }
    Ok(connection)
}

/// Gives a message to the server. Until its last line is out nothing is taken; after that only the
/// server's answer says whether it was.
fn hand_over(connection: &mut SmtpConnection, envelope: &Envelope, bytes: &[u8]) -> Went {
    match announce(connection, envelope) {
        Ok(()) => {}
        Err(NotTaken::Recipient(why)) if why.is_permanent() => {
            let _ = connection.command(Rset);
            return Went::Bounced(why.to_string());
        }
        Err(NotTaken::Recipient(why) | NotTaken::Sender(why)) => {
            return Went::Later(why.to_string());
        }
    }
    match connection.message(bytes) {
        Ok(answer) => Went::Sent(answer.message().collect::<Vec<_>>().join(" ")),
        Err(why) if why.is_permanent() || why.is_transient() => Went::Later(why.to_string()),
        Err(why) => Went::Unknown(why.to_string()),
    }
}

/// Whom a server does not take.
enum NotTaken {
    /// Us: our settings or our name with the server. No customer is to blame for that, or a wrong
    /// password would put everybody back on paper.
    Sender(SmtpError),
    /// The customer's address.
    Recipient(SmtpError),
}

fn announce(connection: &mut SmtpConnection, envelope: &Envelope) -> Result<(), NotTaken> {
    let sender = Mail::new(envelope.from().cloned(), Vec::new());
    connection.command(sender).map_err(NotTaken::Sender)?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), Vec::new());
        connection.command(to).map_err(NotTaken::Recipient)?;
    }
    connection.command(Data).map(drop).map_err(NotTaken::Sender)
}
