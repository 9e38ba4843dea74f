//! `urdb`: bill a year on rates of the OpenEI Utility Rate Database, or print one as a tariff.

use std::path::Path;

use anyhow::Result;
use meterbook_app::urdb::{self, Amounts, Year};
use meterbook_core::tariff::Scope;
use meterbook_core::text::counted;

use crate::args::{TierScopeArg, UrdbBill};
use crate::say::{self, Bar};

pub(crate) fn bill(args: &UrdbBill) -> Result<()> {
    let year = Year::read(&args.load, args.calendar)?;
    let amounts = if args.exact { Amounts::Exact } else { Amounts::Rounded };
    let mut bar = Bar::new();
    let show = |done| bar.show("rates", done, done);
    let billed = urdb::bill(&args.rates, &year, scope(args.tier_scope), amounts, &args.out, show)?;
    bar.end();
    let urdb::Billed { billed, refused } = billed;
    say::line(format_args!(
        "{} billed, {refused} refused, in {}",
        counted(billed, "rate"),
        args.out.display()
    ));
    Ok(())
}

pub(crate) fn tariff(rates: &Path, id: &str, tier_scope: TierScopeArg) -> Result<()> {
    say::line(urdb::text(rates, id, scope(tier_scope))?.trim_end());
    Ok(())
}

fn scope(arg: TierScopeArg) -> Scope {
    match arg {
        TierScopeArg::Chronological => Scope::Chronological,
        TierScopeArg::ProRata => Scope::ProRata,
    }
}
