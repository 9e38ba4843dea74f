//! `share`: who gets which share of a host's surplus.

use anyhow::Result;
use meterbook_app::allocation as act;
use meterbook_core::allocation::Allocation;
use meterbook_core::id::{AccountNumber, AgreementId};
use meterbook_core::money::Share;
use meterbook_core::text::decimal;
use meterbook_store::Db;

use crate::args::{OfAgreement, Place, ShareCommand};
use crate::say;

pub(crate) fn share(place: &Place, command: &ShareCommand) -> Result<()> {
    match command {
        ShareCommand::Set { host, subscriber, percent, days } => {
            let percent = percent.strip_suffix('%').unwrap_or(percent);
            let share = Share::parse(&format!("{percent}%")).map_err(super::said)?;
            let db = super::open(place)?;
            let (host, subscriber) = (named(&db, host)?, named(&db, subscriber)?);
            let new = Allocation { host, subscriber, share, from: days.from, to: days.to };
            db.write(|tx| act::set(tx, super::actor(), &new))?;
            say::line(act::told(&new));
        }
        ShareCommand::Show { agreement } => {
            let db = super::see(place)?;
            let agreement = named(&db, agreement)?;
            let (shares, open) = db.read(|tx| act::show(tx, agreement))?;
            if shares.is_empty() {
                say::line(format_args!("agreement {agreement} is in no community share"));
            }
            shares.iter().for_each(|it| say::line(act::told(it)));
            for it in open {
                let (kwh, turn) = (decimal(it.micro, 6), it.turn);
                say::line(format_args!("{kwh} kWh of the turn from {turn} wait for its next bill"));
            }
        }
    }
    Ok(())
}

/// The agreement of this number, or the only one of the account of this number.
fn named(db: &Db, text: &str) -> Result<AgreementId> {
    let account = AccountNumber::parse(text).map(|_| text.to_owned());
    let agreement = text.parse().ok().filter(|_| account.is_none());
    if account.is_none() && agreement.is_none() {
        return Err(super::said(format!(
            "{text} is neither an agreement, such as 12, nor an account, such as 1000-0012-4"
        )));
    }
    super::term::agreement(db, &OfAgreement { agreement, account })
}
