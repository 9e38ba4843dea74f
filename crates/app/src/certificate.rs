//! Registering generators, reporting what they made, and moving their certificates.

mod import;
mod refusal;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::certificate::{
    Book, Election, Fuel, Generator, Lot, Movement, Owner, Registry, Serials, Settled, Source,
    Step, Vintage,
};
use meterbook_core::id::{AgreementId, GeneratorId};
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::usage;
use meterbook_formats::certificate::mrets;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Counter, Tx};

pub(crate) use import::KIND;
pub use import::{Taken, import};
pub use refusal::{CertificateRefusal, told};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// What is known of a generator that is registered.
#[derive(Clone, Debug)]
pub struct NewGenerator {
    /// The agreement at whose service point it is measured.
    pub agreement: AgreementId,
    /// Where it is registered.
    pub registry: Registry,
    /// Its number there.
    pub number: String,
    /// The reporting unit; its number's digits without one.
    pub unit: Option<String>,
    /// What it runs on.
    pub fuel: Fuel,
    /// What counts as generated.
    pub flow: Flow,
    /// Its nameplate.
    pub nameplate_watts: Option<i64>,
    /// Whose its certificates are, and from which month on.
    pub election: Election,
}

/// What a month is reported with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many millionths of a kWh.
    Said(i64),
    /// The same, said by a file.
    InFile(i64),
    /// What its meter measured.
    Metered,
}

/// Whether a report is the first of its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// It is.
    First,
    /// It states a new total.
    Adjustment,
}

/// Registers a generator.
pub fn add(tx: &mut Tx, actor: Actor, new: &NewGenerator) -> Result<Generator> {
    let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
    let number = new.number.trim().to_owned();
    let digits = number.strip_prefix('M').unwrap_or_default();
    let of_mrets = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if number.is_empty() || new.registry == Registry::MRets && !of_mrets {
        return Err(refuse(CertificateRefusal::OddNumber { number, registry: new.registry }));
    }
    if store::certificate::by_number(tx, &number)?.is_some() {
        return Err(refuse(CertificateRefusal::NumberTaken { number }));
    }
    let service_point = store::agreement::get(tx, new.agreement)?.service_point;
    let commodity = store::place::service_point(tx, service_point)?.commodity;
    if commodity != Commodity::Electric {
        return Err(refuse(CertificateRefusal::NotElectric { commodity }));
    }
    if new.flow == Flow::Reactive {
        return Err(refuse(CertificateRefusal::Reactive));
    }
    if new.nameplate_watts.is_some_and(|it| it <= 0) {
        return Err(refuse(CertificateRefusal::NoNameplate));
    }
    let unit = new.unit.as_deref().map_or("", str::trim);
    let unit = if unit.is_empty() { number.trim_start_matches('M') } else { unit }.to_owned();
    let generator = Generator {
        id: GeneratorId(tx.next(Counter::Generator, 1)?),
        registry: new.registry,
        number,
        unit,
        fuel: new.fuel,
        service_point,
        flow: new.flow,
        nameplate_watts: new.nameplate_watts,
    };
    store::certificate::add(tx, &generator)?;
    store::certificate::elect(tx, generator.id, new.election)?;
    let said = format!("{} {}, {}", generator.registry, generator.fuel, owned(new.election));
    store::audit::add(tx, &allowed, "register generator", &generator.number, &said)?;
    Ok(generator)
}

/// Writes down whose the certificates of a generator are from a month on.
pub fn elect(tx: &mut Tx, actor: Actor, number: &str, election: Election) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
    let (generator, book) = locked(tx, number)?;
    if let Some(last) = book.elections.last().filter(|it| election.from <= it.from) {
        return Err(refuse(CertificateRefusal::Elected { from: last.from }));
    }
    let reported = book.reports.iter().map(|it| it.vintage).max();
    if let Some(through) = reported.filter(|it| election.from <= *it) {
        return Err(refuse(CertificateRefusal::Reported { through }));
    }
    store::certificate::elect(tx, generator.id, election)?;
    let said = owned(election);
    store::audit::add(tx, &allowed, "elect owner", &generator.number, &said)
}

/// Reports what a generator made in a month: whole certificates are made of it or taken back.
pub fn report(
    tx: &mut Tx,
    actor: Actor,
    number: &str,
    vintage: Vintage,
    (total, report): (Total, Report),
) -> Result<Settled> {
    let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
    let (generator, mut book) = locked(tx, number)?;
    let (total_micro, source) = match total {
        Total::Said(micro) => (micro, Source::Said),
        Total::InFile(micro) => (micro, Source::File),
        Total::Metered => (measured(tx, &generator, vintage)?, Source::Metered),
    };
    let today = today(tx, actor)?;
    let adjustment = report == Report::Adjustment;
    let settled = book.report(vintage, total_micro, (source, adjustment), today).map_err(refuse)?;
    let kept = (book.reports.len(), book.movements.len());
    book.settle(&settled, today);
    store::certificate::keep(tx, generator.id, &book, kept)?;
    let said = told(&settled);
    store::audit::add(tx, &allowed, "report generation", &generator.number, &said)?;
    Ok(settled)
}

/// Moves certificates of a generator to somebody else.
pub fn transfer(
    tx: &mut Tx,
    actor: Actor,
    number: &str,
    serials: Serials,
    to: &str,
) -> Result<Movement> {
    authorize(tx, actor, Permission::KeepCertificates, None)?;
    let step = Step::Transfer { to: to.trim().to_owned() };
    moved(tx, actor, number, serials, ("transfer certificates", step))
}

/// Uses certificates up for somebody and a reason. They never move again.
pub fn retire(
    tx: &mut Tx,
    actor: Actor,
    number: &str,
    serials: Serials,
    (beneficiary, reason): (&str, &str),
) -> Result<Movement> {
    authorize(tx, actor, Permission::KeepCertificates, None)?;
    let (beneficiary, reason) = (beneficiary.trim().to_owned(), reason.trim().to_owned());
    let step = Step::Retire { beneficiary, reason };
    moved(tx, actor, number, serials, ("retire certificates", step))
}

fn moved(
    tx: &mut Tx,
    actor: Actor,
    number: &str,
    serials: Serials,
    (act, step): (&str, Step),
) -> Result<Movement> {
    let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
    let (generator, mut book) = locked(tx, number)?;
    let kept = (book.reports.len(), book.movements.len());
    let today = today(tx, actor)?;
    let movement = book.take_step(serials, step, today).map_err(refuse)?;
    store::certificate::keep(tx, generator.id, &book, kept)?;
    let said = refusal::moved(&movement);
    store::audit::add(tx, &allowed, act, &generator.number, &said)?;
    Ok(movement)
}

/// Expires the certificates of a generator whose month ended so many months ago, and says which.
pub fn expire(tx: &mut Tx, actor: Actor, number: &str, months: u16) -> Result<Vec<Serials>> {
    let allowed = authorize(tx, actor, Permission::KeepCertificates, None)?;
    let (generator, mut book) = locked(tx, number)?;
    let kept = (book.reports.len(), book.movements.len());
    let today = today(tx, actor)?;
    let old = book.too_old(months, today).map_err(refuse)?;
    for serials in &old {
        book.take_step(*serials, Step::Expire, today).map_err(refuse)?;
    }
    store::certificate::keep(tx, generator.id, &book, kept)?;
    let said = old.iter().map(Serials::to_string).collect::<Vec<_>>().join(", ");
    if !old.is_empty() {
        let number = &generator.number;
        store::audit::add(tx, &allowed, "expire certificates", number, &said)?;
    }
    Ok(old)
}

/// A generator, its book and where its certificates stand.
pub fn show(tx: &mut Tx, number: &str) -> Result<(Generator, Book, Vec<Lot>)> {
    let generator = find(tx, number)?;
    let book = store::certificate::book(tx, generator.id)?;
    let lots = book.lots().map_err(refuse)?;
    Ok((generator, book, lots))
}

/// The upload of a month for M-RETS: what holds of every generator that was reported.
pub fn file(tx: &mut Tx, registry: Registry, vintage: Vintage) -> Result<Vec<u8>> {
    if registry != Registry::MRets {
        return Err(refuse(CertificateRefusal::NoFile { registry }));
    }
    let mut rows = Vec::new();
    for generator in store::certificate::all(tx)? {
        let book = store::certificate::book(tx, generator.id)?;
        let ours = book.reported(vintage).filter(|_| generator.registry == registry);
        rows.extend(ours.copied().map(|it| (generator, it)));
    }
    if rows.is_empty() {
        return Err(refuse(CertificateRefusal::NothingToFile { registry, vintage }));
    }
    Ok(mrets(&rows))
}

/// Whether what was reported of every generator is what its certificates and its remainder say.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let generators = store::certificate::all(tx)?;
    let mut faults = Vec::new();
    for Generator { id, number, .. } in &generators {
        let found = store::certificate::book(tx, *id)?.faults();
        faults.extend(found.into_iter().map(|it| format!("generator {number}: {it}")));
    }
    Ok((i64::try_from(generators.len())?, faults))
}

fn find(tx: &mut Tx, number: &str) -> Result<Generator> {
    let found = store::certificate::by_number(tx, number.trim())?;
    found.ok_or_else(|| refuse(CertificateRefusal::NoGenerator { number: number.to_owned() }))
}

fn locked(tx: &mut Tx, number: &str) -> Result<(Generator, Book)> {
    let generator = find(tx, number)?;
    let book = store::certificate::lock(tx, generator.id)?;
    Ok((generator, book))
}

/// What the meters say the generator made in a month. Estimates are no generation: a registry
/// takes what was measured.
fn measured(tx: &mut Tx, generator: &Generator, vintage: Vintage) -> Result<i64> {
    let days = vintage.days();
    let point = store::place::service_point(tx, generator.service_point)?;
    let facts = store::gather::measured_at(tx, point.id, days, Known::ALL)?;
    let used = usage(days, &point.zone, &facts);
    let used = used
        .map_err(|why| refuse(CertificateRefusal::NotMeasured { vintage, why: why.to_string() }))?;
    let flow = generator.flow;
    let counted: Vec<_> = used.evidence.iter().filter(|it| it.flow == flow).collect();
    let estimated = counted.iter().find(|it| {
        let kinds = it.reads.iter().flat_map(|(first, last)| [first.kind, last.kind]);
        0 < it.estimated || kinds.into_iter().any(|it| it == ReadKind::Estimated)
    });
    if let Some(it) = estimated {
        let meter = it.meter.clone();
        return Err(refuse(CertificateRefusal::Estimated { vintage, meter }));
    }
    let unit = used.delivered.unit;
    if counted.is_empty() || unit != Unit::Kwh {
        return Err(refuse(CertificateRefusal::NoChannel { flow }));
    }
    Ok(if flow == Flow::Received { used.received.micro } else { used.delivered.micro })
}

fn owned(Election { from, owner }: Election) -> String {
    match owner {
        Owner::Customer => format!("the customer's from {from}"),
        Owner::Utility => format!("the utility's from {from}"),
    }
}

/// Today, where the utility is.
fn today(tx: &mut Tx, actor: Actor) -> Result<Date> {
    let zone = store::utility::get(tx)?.zone;
    let zone =
        Zone::named(&zone).with_context(|| format!("the utility's zone {zone} is unknown"))?;
    Ok(zone.day_of(actor.at))
}
