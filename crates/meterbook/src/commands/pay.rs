//! `pay`: take a payment.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::pay::NewPayment;
use meterbook_app::{close, drawer};
use meterbook_core::ledger::Tender;
use meterbook_store as store;

use crate::args::{Pay, Place, TenderArg};

pub(crate) fn pay(place: &Place, args: &Pay) -> Result<()> {
    let number = super::account_number(&args.account)?;
    let amount = super::amount(place, &args.amount)?;
    let tender = match args.tender {
        TenderArg::Cash => Tender::Cash,
        TenderArg::Check => Tender::Check,
        TenderArg::Card => Tender::Card,
        TenderArg::Bank => Tender::Bank,
    };
    let db = super::open(place)?;
    let on = match args.on {
        Some(on) => on,
        None => super::today(&db)?,
    };
    let (went, balance, loose, closed) = db.write(|tx| {
        let account = store::account::by_number(tx, number)?
            .ok_or_else(|| super::said(format!("there is no account {number}")))?;
        let reference = args.reference.clone();
        let new = NewPayment { account: account.id, amount, on, tender, reference };
        let went = do_or_ask(tx, super::actor(), &Asked::Payment(new), "")?;
        let loose = tender == Tender::Cash && drawer::has_none(tx, super::actor())?;
        let closed = close::closed_for_good(tx, on)?;
        Ok((went, store::ledger::balance(tx, account.id)?, loose, closed))
    })?;
    super::outcome(format_args!("{amount} posted to {number}; its balance is now {balance}"), went);
    if loose {
        super::in_no_drawer();
    }
    if let Some(month) = closed {
        super::counts_from_closed(&month, on);
    }
    Ok(())
}
