//! Generators, what was reported of them, and every movement of their certificates.

use anyhow::{Context, Result, bail};
use meterbook_core::certificate::{
    Book, Election, Fuel, Generator, Movement, Owner, Registry, Report, Serials, Source, Step,
    Vintage,
};
use meterbook_core::id::GeneratorId;
use meterbook_core::meter::Flow;

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into generator
        (id, registry, number, unit, fuel, service_point_id, flow, nameplate_watts)
    values ($1, $2, $3, $4, $5, $6, $7, $8)");
const BY_NUMBER: Sql = Sql("
    select id, registry, number, unit, fuel, service_point_id, flow, nameplate_watts
    from generator where number = $1");
const ALL: Sql = Sql("
    select id, registry, number, unit, fuel, service_point_id, flow, nameplate_watts
    from generator order by id");
// An update that changes nothing takes the lock of the row on PostgreSQL.
const LOCK: Sql = Sql("update generator set number = number where id = $1");
const ELECT: Sql =
    Sql("insert into generator_owner (generator_id, from_on, owner) values ($1, $2, $3)");
const ELECTIONS: Sql =
    Sql("select from_on, owner from generator_owner where generator_id = $1 order by from_on");
const REPORT: Sql = Sql("
    insert into generation
        (generator_id, position, vintage_on, total_micro, adjustment, source, remainder_micro)
    values ($1, $2, $3, $4, $5, $6, $7)");
const REPORTS: Sql = Sql("
    select vintage_on, total_micro, adjustment, source, remainder_micro
    from generation where generator_id = $1 order by position");
const MOVE: Sql = Sql("
    insert into certificate_movement
        (generator_id, position, moved_on, serial_from, serial_to, step, vintage_on, party, reason,
         report)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
const MOVEMENTS: Sql = Sql("
    select moved_on, serial_from, serial_to, step, vintage_on, party, reason, report
    from certificate_movement where generator_id = $1 order by position");

/// Keeps a generator; a number is used once.
pub fn add(tx: &mut Tx, generator: &Generator) -> Result<()> {
    let Generator { id, registry, number, unit, fuel, service_point, flow, nameplate_watts } =
        generator;
    let values = [
        (*id).into(),
        registry.word().into(),
        number.into(),
        unit.into(),
        fuel.word().into(),
        (*service_point).into(),
        flow.word().into(),
        (*nameplate_watts).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// The generator with this number in its registry, if there is one.
pub fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Generator>> {
    tx.maybe(BY_NUMBER, [number.into()], generator)
}

/// Every generator, the oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Generator>> {
    tx.many(ALL, [], generator)
}

/// Writes down whose the certificates are from a month on.
pub fn elect(tx: &mut Tx, generator: GeneratorId, election: Election) -> Result<()> {
    let Election { from, owner } = election;
    tx.exec(ELECT, [generator.into(), from.first().into(), owner.word().into()]).map(|_| ())
}

/// The book of a generator, held until this transaction ends: nobody else writes in it.
pub fn lock(tx: &mut Tx, generator: GeneratorId) -> Result<Book> {
    tx.exec(LOCK, [generator.into()])?;
    book(tx, generator)
}

/// The book of a generator.
pub fn book(tx: &mut Tx, generator: GeneratorId) -> Result<Book> {
    let elections = tx.many(ELECTIONS, [generator.into()], |row| {
        Ok(Election { from: vintage(row, 0)?, owner: row.word(1, Owner::from_word)? })
    })?;
    let reports = tx.many(REPORTS, [generator.into()], |row| {
        Ok(Report {
            vintage: vintage(row, 0)?,
            total_micro: row.int(1)?,
            adjustment: row.int(2)? == 1,
            source: row.word(3, Source::from_word)?,
            remainder_micro: row.int(4)?,
        })
    })?;
    Ok(Book { elections, reports, movements: tx.many(MOVEMENTS, [generator.into()], movement)? })
}

/// Keeps what `book` says beyond its first `reports` and `movements`, which are kept already.
pub fn keep(
    tx: &mut Tx,
    generator: GeneratorId,
    book: &Book,
    (reports, movements): (usize, usize),
) -> Result<()> {
    for (position, report) in (0_i64..).zip(&book.reports).skip(reports) {
        let Report { vintage, total_micro, adjustment, source, remainder_micro } = *report;
        let values = [
            generator.into(),
            position.into(),
            vintage.first().into(),
            total_micro.into(),
            adjustment.into(),
            source.word().into(),
            remainder_micro.into(),
        ];
        tx.exec(REPORT, values)?;
    }
    for (position, movement) in (0_i64..).zip(&book.movements).skip(movements) {
        let Movement { on, serials, step, report } = movement;
        let (word, vintage, party, reason) = columns(step);
        let values: [V<'_>; 10] = [
            generator.into(),
            position.into(),
            (*on).into(),
            serials.from().into(),
            serials.to().into(),
            word.into(),
            vintage.map(Vintage::first).into(),
            party.into(),
            reason.into(),
            (*report).into(),
        ];
        tx.exec(MOVE, values)?;
    }
    Ok(())
}

/// A step as its word, its month, whom it names and why.
fn columns(step: &Step) -> (&'static str, Option<Vintage>, &str, &str) {
    match step {
        Step::Mint { vintage, owner } => ("mint", Some(*vintage), owner.word(), ""),
        Step::Withdraw => ("withdraw", None, "", ""),
        Step::Transfer { to } => ("transfer", None, to, ""),
        Step::Retire { beneficiary, reason } => ("retire", None, beneficiary, reason),
        Step::Expire => ("expire", None, "", ""),
    }
}

fn movement(row: &Row) -> Result<Movement> {
    let (from, to) = (row.int(1)?, row.int(2)?);
    let serials = Serials::new(from, to);
    let serials = serials.with_context(|| format!("there are no certificates {from} to {to}"))?;
    let (party, reason) = (row.text(5)?, row.text(6)?);
    let step = match row.text(3)?.as_str() {
        "mint" => Step::Mint { vintage: vintage(row, 4)?, owner: row.word(5, Owner::from_word)? },
        "withdraw" => Step::Withdraw,
        "transfer" => Step::Transfer { to: party },
        "retire" => Step::Retire { beneficiary: party, reason },
        "expire" => Step::Expire,
        other => bail!("{other} is nothing that happens to certificates"),
    };
    Ok(Movement { on: row.date(0)?, serials, step, report: row.maybe(7, Row::int)? })
}

fn vintage(row: &Row, column: usize) -> Result<Vintage> {
    let day = row.date(column)?;
    Vintage::of(day).with_context(|| format!("{day} is in no month"))
}

fn generator(row: &Row) -> Result<Generator> {
    Ok(Generator {
        id: row.id(0)?,
        registry: row.word(1, Registry::from_word)?,
        number: row.text(2)?,
        unit: row.text(3)?,
        fuel: row.word(4, Fuel::from_word)?,
        service_point: row.id(5)?,
        flow: row.word(6, Flow::from_word)?,
        nameplate_watts: row.maybe(7, Row::int)?,
    })
}
