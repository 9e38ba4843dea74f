//! `bill`: run a cycle, show, explain and replay a bill, draw bills.

use anyhow::{Result, ensure};
use jiff::civil::Date;
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::bill_run::last::{self, Closed};
use meterbook_app::bill_run::{self, How, Progress, Until, Which, sum_up};
use meterbook_app::deliver::{self, Drawn};
use meterbook_app::delivery::send;
use meterbook_app::invoice::{of_bill, taking_back};
use meterbook_app::replay::Replayed;
use meterbook_app::vee::estimates;
use meterbook_app::{calendar, derivation, statement, summary};
use meterbook_core::account::Cycle;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::bill::{Bill, BillNumber, explain};
use meterbook_core::id::{AgreementId, BillId, CorrectionId, SetId};
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db};

use super::{accrual, correct, holds, invoice, once, release};
use crate::args::bill::{BillCommand, BillRender, BillRun};
use crate::args::{LanguageArg, Place};
use crate::say;

/// Summary bills that are said of a turn.
const SUMS: usize = 100;

pub(crate) fn bill(place: &Place, command: &BillCommand) -> Result<()> {
    match command {
        BillCommand::Run(args) => run(place, args),
        BillCommand::Preview(args) => release::preview(place, args),
        BillCommand::Totals { cycle, on, json } => release::posted(place, *cycle, *on, *json),
        BillCommand::Release { cycle, beyond_limits } => {
            release::let_go(place, *cycle, beyond_limits.as_deref())
        }
        BillCommand::CallOff { cycle, why } => release::call_off(place, *cycle, why),
        BillCommand::Interim { account, to, agreement, accept } => {
            so_far(place, account, *to, (*agreement, *accept))
        }
        BillCommand::Once(args) => once::once(place, args),
        BillCommand::ChargeKinds { file, from } => once::kinds(place, file.as_deref(), *from),
        BillCommand::Retry => retry(place),
        BillCommand::CancelRun { cycle, why } => release::cancel_run(place, *cycle, why),
        BillCommand::Correct { account, tariff, from, cause, why } => {
            let whose = (account.as_deref(), tariff.as_deref());
            correct::correct(place, whose, *from, cause, why.as_deref())
        }
        BillCommand::Doubts { file, from } => holds::doubts(place, file.as_deref(), *from),
        BillCommand::CorrectionRules { file, from } => {
            correct::rules(place, file.as_deref(), *from)
        }
        BillCommand::Corrections { resume: Some(number), .. } => {
            correct::resume(place, SetId(*number))
        }
        BillCommand::Corrections { cancel: Some(number), why, .. } => {
            correct::cancel(place, SetId(*number), why.as_deref().unwrap_or_default())
        }
        BillCommand::Corrections { json, .. } => correct::sets(place, *json),
        BillCommand::Correction { number, send: true, .. } => {
            let db = super::open(place)?;
            let id = CorrectionId(*number);
            let number = db.write(|tx| send::note(tx, super::actor(), id))?;
            say::line(format_args!("{number} waits to be sent"));
            Ok(())
        }
        BillCommand::Correction { number, out: None, .. } => correct::show(place, *number),
        BillCommand::Correction { number, out: Some(out), .. } => {
            let db = super::see(place)?;
            let file = summary::draw_correction(&db, CorrectionId(*number), out)?;
            say::line(format_args!("correction {number} is in {}", file.display()));
            Ok(())
        }
        BillCommand::Summary { account, on, send: true, .. } => {
            let db = super::open(place)?;
            let day = on.map_or_else(|| super::today(&db), Ok)?;
            let number = db.write(|tx| {
                let id = super::account(tx, account)?.id;
                send::summary(tx, super::actor(), id, day)
            })?;
            say::line(format_args!("{number} waits to be sent"));
            Ok(())
        }
        BillCommand::Summary { account, on, out, .. } => {
            let db = super::see(place)?;
            let day = on.map_or_else(|| super::today(&db), Ok)?;
            let id = db.read(|tx| super::account(tx, account))?.id;
            let folder = out.clone().unwrap_or_else(|| place.dir.join("bills"));
            let file = summary::draw(&db, id, day, &folder)?;
            say::line(format_args!("the summary bill is in {}", file.display()));
            Ok(())
        }
        BillCommand::Limits { file, from } => release::limits(place, file.as_deref(), *from),
        BillCommand::UnbilledRevenue { on, each, json } => {
            accrual::revenue(place, *on, (*each, *json))
        }
        BillCommand::Unbilled { days, json } => release::unbilled(place, *days, *json),
        BillCommand::Held { cycle } => held(place, *cycle),
        BillCommand::Holds(args) => holds::holds(place, args),
        BillCommand::Last { account, accept } => last(place, account.as_deref(), *accept),
        BillCommand::Render(args) => render(place, args),
        BillCommand::Invoice { number, taken_back, out } => {
            let written = if *taken_back { taking_back } else { of_bill };
            invoice::write(place, number, written, out.as_deref())
        }
        BillCommand::Seller(args) => invoice::seller(place, args),
        BillCommand::Why { number, json } => why(place, number, *json),
        BillCommand::Show { number } => show(place, number),
        BillCommand::Replay { number, cycle } => replay(place, number.clone(), *cycle),
        BillCommand::Explain { number, language, json } => explain(place, number, *language, *json),
    }
}

fn run(place: &Place, args: &BillRun) -> Result<()> {
    let which = which(args)?;
    let until = if args.preview { Until::Preview } else { Until::Posted };
    let how = How { until, as_planned: args.as_planned.as_deref() };
    let db = super::open(place)?;
    let mut bar = say::Bar::new();
    let mut watch = |progress: Progress| match progress {
        Progress::Checked(done, all) => bar.show("rated and checked", done, all),
        Progress::Posted(done, all) => bar.show("posted", done, all),
        Progress::TakenBack(done, all) => bar.show("taken back", done, all),
        Progress::Corrected(done, all) => bar.show("corrected", done, all),
        Progress::Totals(checked) => {
            bar.end();
            release::print(checked);
        }
        Progress::Stands(it) => {
            bar.end();
            say::line(format_args!("Before that, {}:", it.period));
            stands(it);
        }
    };
    let standing = bill_run::run_how(&db, super::actor(), which, how, &mut watch)?;
    drop(bar);
    stands(&standing);
    if standing.stage != Stage::Preview {
        sums(&db, &standing)?;
    }
    if args.json {
        say::line(json(&standing));
    }
    Ok(())
}

/// How a turn stands, and what lets it go where it waits.
fn stands(it: &Standing) {
    if it.stage == Stage::Preview {
        say::line(format_args!(
            "Nothing is posted. Let it go with: meterbook bill release --cycle {}",
            it.cycle
        ));
    } else {
        say::line(format_args!("Cycle {} for {} now stands", it.cycle, it.period));
        totals(it);
    }
}

/// The bills that sum up accounts of the turn: which were made, and for whom the others wait.
fn sums(db: &Db, standing: &Standing) -> Result<()> {
    let all = db.read(|tx| {
        let (cycle, day) = (standing.cycle, standing.period.start());
        match store::window::around(tx, cycle, day)? {
            Some(window) => sum_up::standing(tx, &window, SUMS),
            None => Ok(Vec::new()),
        }
    })?;
    for it in all {
        let mut said = it.made.map_or_else(String::new, |it| it.0);
        for (nth, (number, why)) in it.waits.iter().enumerate() {
            let why = if why.is_empty() { "not billed yet" } else { why };
            said.push_str(if nth == 0 { " waits for" } else { "," });
            said.push_str(&format!(" {number} ({why})"));
        }
        if !said.is_empty() {
            say::line(format_args!("Summary bill of {}: {}", it.account, said.trim()));
        }
    }
    Ok(())
}

fn retry(place: &Place) -> Result<()> {
    let again = calendar::retry(&super::open(place)?, super::actor())?;
    if again.is_empty() {
        say::line("nothing is held that the calendar says to try again");
    }
    for it in &again {
        say::line(format_args!("Cycle {} for {} now stands", it.cycle, it.period));
        totals(it);
    }
    Ok(())
}

fn which(args: &BillRun) -> Result<Which> {
    let accept = args.accept.as_deref().map(super::account_number).transpose()?;
    Ok(match args.cycle {
        Some(cycle) if args.held => Which::Held(cycle, accept),
        Some(cycle) => Which::Cycle(cycle),
        None if args.next => Which::Next,
        None => Which::Last,
    })
}

pub(super) fn totals(it: &Standing) {
    say::line(format_args!(
        "  {} = {} billed + {} held + {} exempt; bills come to {}",
        counted(it.population, "agreement"),
        it.billed,
        it.held,
        it.exempt,
        it.total
    ));
    for (reason, count) in &it.reasons {
        say::line(format_args!("  {count:>6}  {reason}"));
    }
}

fn held(place: &Place, cycle: Cycle) -> Result<()> {
    let db = super::see(place)?;
    let lines = db.read(|tx| {
        let mut lines = Vec::new();
        for window in store::window::with_held(tx, cycle)? {
            for it in store::run::held(tx, window.id)? {
                let account = store::account::get(tx, it.account)?.number;
                let (agreement, period) = (it.agreement, window.period);
                lines.push(format!("{account}  agreement {agreement}  {period}  {}", it.reason));
                lines.push(format!("    {}", it.detail));
            }
        }
        Ok(lines)
    })?;
    if lines.is_empty() {
        say::line(format_args!("nothing is held in cycle {cycle}"));
    }
    lines.iter().for_each(say::line);
    Ok(())
}

/// Bills for the last time what ended; what waits is said, and stops no other.
fn last(place: &Place, account: Option<&str>, accept: bool) -> Result<()> {
    let db = super::open(place)?;
    if let Some(number) = account {
        let unusual = if accept { Unusual::Accept } else { Unusual::Hold };
        let closed = db.write(|tx| {
            let account = super::account(tx, number)?.id;
            last::make(tx, super::actor(), account, unusual)
        })?;
        return closing(&db, &closed);
    }
    let all = last::make_all(&db, super::actor())?;
    if all.is_empty() {
        say::line("nothing ended that is not billed");
    }
    for (account, closed) in all {
        match closed {
            Ok(closed) => closing(&db, &closed)?,
            Err(why) => {
                let number = db.read(|tx| store::account::get(tx, account))?.number;
                say::line(format_args!("{number}: {why}"));
            }
        }
    }
    Ok(())
}

fn so_far(
    place: &Place,
    number: &str,
    to: Date,
    (agreement, accept): (Option<i64>, bool),
) -> Result<()> {
    let db = super::open(place)?;
    let unusual = if accept { Unusual::Accept } else { Unusual::Hold };
    let bill = db.write(|tx| {
        let (account, only) = (super::account(tx, number)?.id, agreement.map(AgreementId));
        let new = NewInterim { account, only, to, unusual, total: Money::ZERO };
        let seen = interim::preview(tx, super::actor(), &new)?;
        interim::make(tx, super::actor(), &new.seen(&seen))
    })?;
    say::line(format_args!("{} for {}, due on {}", bill.number, bill.total, bill.due_on));
    Ok(())
}

fn closing(db: &Db, closed: &Closed) -> Result<()> {
    for bill in &closed.bills {
        let number = db.read(|tx| store::account::get(tx, bill.account))?.number;
        let (bill, total) = (&bill.number, bill.total);
        say::line(format_args!("{number}: the last bill is {bill} for {total}"));
    }
    if let Some(it) = &closed.brings {
        let number = db.read(|tx| store::account::get(tx, it.account))?.number;
        say::line(format_args!("{number}: every day had a bill; {} brings the rest", it.number));
    }
    for it in &closed.charges {
        let number = db.read(|tx| store::account::get(tx, it.account))?.number;
        say::line(format_args!("{number}: {} {}", it.label, it.amount));
    }
    for it in &closed.let_go {
        let number = db.read(|tx| store::account::get(tx, it.account))?.number;
        say::line(format_args!("{number}: {} {} is not asked for any more", it.label, it.amount));
    }
    if closed.refunded != Money::ZERO {
        say::line(format_args!("{} of it waits in refunds payable", closed.refunded));
    }
    if let Some(it) = closed.bills.last().or(closed.brings.as_ref()) {
        let (number, owed) = db.read(|tx| {
            let number = store::account::get(tx, it.account)?.number;
            Ok((number, store::ledger::balance(tx, it.account)?))
        })?;
        if Money::ZERO < owed {
            say::line(format_args!(
                "{number}: {owed} is owed; to let another account owe it: meterbook write-off transfer --account {number} --to ACCOUNT --amount AMOUNT --why WHY"
            ));
        }
    }
    Ok(())
}

/// How a window stands, as one line of JSON; amounts are strings so that no reader rounds them.
pub(super) fn json(it: &Standing) -> serde_json::Value {
    serde_json::json!({
        "cycle": it.cycle.to_string(),
        "from": it.period.start().to_string(),
        "to": it.period.end().to_string(),
        "stage": it.stage.word(),
        "population": it.population,
        "billed": it.billed,
        "held": it.held,
        "exempt": it.exempt,
        "total": it.total.plain(),
        "reasons": it.reasons,
    })
}

fn show(place: &Place, number: &str) -> Result<()> {
    say::line(explain::bill(&named(place, number)?).trim_end());
    Ok(())
}

fn explain(place: &Place, number: &str, language: LanguageArg, json: bool) -> Result<()> {
    let bill = named(place, number)?;
    if json {
        say::line(derivation::bill(&bill));
    } else {
        let language = language.into();
        say::line(explain::bill_in(&bill, language).trim_end());
        for it in super::see(place)?.read(|tx| estimates::of_bill(tx, &bill))? {
            say::line(it.said(language));
        }
    }
    Ok(())
}

/// The bill with this number.
fn named(place: &Place, number: &str) -> Result<Bill> {
    let db = super::see(place)?;
    let number = BillNumber(number.to_owned());
    let bill = db.read(|tx| match store::bill::by_number(tx, &number)? {
        Some(id) => store::bill::get(tx, id).map(Some),
        None => Ok(None),
    })?;
    bill.ok_or_else(|| super::said(format!("there is no bill {number}")))
}

fn replay(place: &Place, number: Option<String>, cycle: Option<Cycle>) -> Result<()> {
    let db = super::see(place)?;
    let bills = bills(&db, number, cycle)?;
    let mut different = 0;
    for id in &bills {
        let (number, replayed) = db.read(|tx| {
            Ok((store::bill::get(tx, *id)?.number, meterbook_app::replay::replay(tx, *id)?))
        })?;
        match replayed {
            Replayed::Same if 1 < bills.len() => (),
            Replayed::Same => say::line(format_args!("{number}: same")),
            Replayed::Differs(what) => {
                different += 1;
                say::line(format_args!("{number}: {what}"));
            }
        }
    }
    if 1 < bills.len() {
        let same = bills.len() - different;
        say::line(format_args!("{} bills made again: {same} same, {different} not", bills.len()));
    }
    if different == 0 { Ok(()) } else { Err(super::check::NotClean.into()) }
}

/// The bill with this number, or those of the newest billed turn of a cycle.
fn bills(db: &Db, number: Option<String>, cycle: Option<Cycle>) -> Result<Vec<BillId>> {
    if let Some(number) = number {
        let number = BillNumber(number);
        let bill = db.read(|tx| store::bill::by_number(tx, &number))?;
        return Ok(vec![bill.ok_or_else(|| super::said(format!("there is no bill {number}")))?]);
    }
    let cycle = cycle.expect("the arguments ask for a bill or a cycle");
    let bills = db.read(|tx| store::bill::newest_of_cycle(tx, cycle))?;
    if bills.is_empty() {
        return Err(super::said(format!("cycle {cycle} has no bills yet")));
    }
    Ok(bills)
}

fn why(place: &Place, number: &str, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let number = BillNumber(number.to_owned());
    let statement = db.read(|tx| match store::bill::by_number(tx, &number)? {
        Some(id) => statement::of_bill(tx, id).map(Some),
        None => Ok(None),
    })?;
    let statement = statement.ok_or_else(|| super::said(format!("there is no bill {number}")))?;
    let language = statement.language;
    let is_once = statement.bill.is_once();
    let why = statement.why.ok_or_else(|| {
        super::said(match is_once {
            true => format!(
                "{number} is of what is charged once, which is compared with no other bill; see: meterbook bill explain {number}"
            ),
            false => {
                format!("{number} is the account's first bill; there is none to compare it with")
            }
        })
    })?;
    if as_json {
        let causes: Vec<serde_json::Value> = why
            .causes
            .iter()
            .map(|it| {
                serde_json::json!({
                    "cause": it.kind.word(),
                    "amount": it.amount.plain(),
                    "estimate": it.estimate,
                })
            })
            .collect();
        let whole = serde_json::json!({
            "bill": number.0,
            "from": why.from.plain(),
            "to": why.to.plain(),
            "causes": causes,
        });
        say::line(whole);
        return Ok(());
    }
    say::line(format_args!("{} to {}", why.from, why.to));
    for cause in &why.causes {
        let words = why.said(cause, language);
        say::line(format_args!("{:>12}  {words}", cause.amount));
    }
    Ok(())
}

fn render(place: &Place, args: &BillRender) -> Result<()> {
    let db = super::see(place)?;
    let bills = bills(&db, args.bill.clone(), args.cycle)?;
    let out = args.out.clone().unwrap_or_else(|| place.dir.join("bills"));
    if args.invoice {
        let drawn = deliver::render_with_invoice(&db, &bills, &out)?;
        let count = counted(drawn, "bill");
        say::line(format_args!("{count} with the invoice inside, in {}", out.display()));
        return Ok(());
    }
    let mut bar = say::Bar::new();
    let drawn = deliver::render(&db, &bills, &out, &mut |done| {
        bar.show("drawn and read back", done, u64::try_from(bills.len()).unwrap_or(u64::MAX));
    })?;
    drop(bar);
    let Drawn { drawn, before, left } = drawn;
    say::line(format_args!(
        "{} drawn, {before} there already, in {}",
        counted(drawn, "bill"),
        out.display()
    ));
    for it in &left {
        say::line(format_args!("not drawn: {it}"));
    }
    ensure!(left.is_empty(), "{} could not be drawn", counted(left.len(), "bill"));
    Ok(())
}
