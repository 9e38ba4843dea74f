//! `urdb`: bill a year on rates of the OpenEI Utility Rate Database, or print one as a tariff.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::urdb::{self, Amounts, Generation, Year, YearBefore};
use meterbook_core::tariff::Scope;
use meterbook_core::text::{counted, scaled};
use meterbook_formats::urdb::{Open, Program};

use crate::args::{ProgramArg, TierScopeArg, UrdbBill, YearBeforeArg};
use crate::say::{self, Bar};

pub(crate) fn bill(args: &UrdbBill) -> Result<()> {
    let program = args.program.map(program);
    let generation = match &args.generation {
        Some(file) => Some(Generation {
            file,
            scale_micro: number("--generation-scale", &args.generation_scale, 6)?,
            apart: program == Some(Program::BuyAllSellAll),
        }),
        None => None,
    };
    let before = match args.year_before {
        YearBeforeArg::Nothing => YearBefore::Nothing,
        YearBeforeArg::Alike => YearBefore::Alike,
    };
    let year = Year::read(&args.load, args.calendar, generation, before)?;
    let open = Open {
        scope: scope(args.tier_scope),
        program,
        sell_nano: number("--sell-rate", &args.sell_rate, 9)?,
        year_end_nano: number("--year-end-rate", &args.year_end_rate, 9)?,
    };
    let amounts = if args.exact { Amounts::Exact } else { Amounts::Rounded };
    let mut bar = Bar::new();
    let show = |done| bar.show("rates", done, done);
    let billed = urdb::bill(&args.rates, &year, &open, amounts, &args.out, show)?;
    bar.end();
    let urdb::Billed { billed, refused } = billed;
    say::line(format_args!(
        "{} billed, {refused} refused, in {}",
        counted(billed, "rate"),
        args.out.display()
    ));
    Ok(())
}

/// Prints a rate as a tariff text, or writes it to a file.
pub(crate) fn tariff(
    rates: &Path,
    id: &str,
    tier_scope: TierScopeArg,
    out: Option<&Path>,
) -> Result<()> {
    let open = Open { scope: scope(tier_scope), program: None, sell_nano: 0, year_end_nano: 0 };
    let text = urdb::text(rates, id, &open)?;
    let Some(out) = out else {
        say::verbatim(text.trim_end());
        return Ok(());
    };
    std::fs::write(out, &text).with_context(|| format!("{} cannot be written", out.display()))?;
    super::tariff::check(out)
}

/// A number from zero up, scaled to an integer.
fn number(argument: &str, text: &str, places: usize) -> Result<i64> {
    let number = scaled(text, places).filter(|it| 0 <= *it);
    number
        .with_context(|| format!("{argument} {text} is no number from zero up; write it like 0.04"))
}

fn program(arg: ProgramArg) -> Program {
    match arg {
        ProgramArg::NetMetering => Program::NetMetering,
        ProgramArg::NetMeteringDollars => Program::NetMeteringDollars,
        ProgramArg::NetBilling => Program::NetBilling,
        ProgramArg::NetBillingCarryover => Program::NetBillingCarryover,
        ProgramArg::BuyAllSellAll => Program::BuyAllSellAll,
    }
}

fn scope(arg: TierScopeArg) -> Scope {
    match arg {
        TierScopeArg::Chronological => Scope::Chronological,
        TierScopeArg::ProRata => Scope::ProRata,
    }
}
