//! One transaction on either engine, and the few ways to ask it something.

use std::ops::ControlFlow;

use anyhow::{Context, Result};

use crate::audit::Act;
use crate::postgres::Session;
use crate::sqlite::Lite;
use crate::value::{Row, V};
use crate::{Location, Unavailable};

/// One SQL text, the same on both engines; its parameters are `$1`, `$2` and so on. A test
/// prepares every text in this crate on both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql(pub(crate) &'static str);

/// A table and the columns of the rows that go into it in bulk: `counter (name, last)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows(pub(crate) &'static str);

/// One transaction. It is lent by [`Db::read`](crate::Db::read) and
/// [`Db::write`](crate::Db::write); what is done in it is kept as a whole or not at all.
pub struct Tx<'a> {
    at: &'a Location,
    on: On<'a>,
    /// What was done in it, in order; written down when it ends.
    pub(crate) acts: Vec<Act>,
}

pub(crate) enum On<'a> {
    Sqlite(Lite<'a>),
    Postgres(Session<'a>),
}

/// What ids are counted for. Ids come from the transaction that uses them, so that core's values
/// have theirs before they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// People and organisations.
    Person,
    /// Ways to reach them.
    Contact,
    /// Accounts; their numbers are made of these.
    Account,
    /// Premises.
    Premise,
    /// Service points.
    ServicePoint,
    /// Meters.
    Meter,
    /// Registers and interval channels.
    Channel,
    /// Meters hung at service points.
    Installation,
    /// Agreements.
    Agreement,
    /// Versions of tariffs.
    Tariff,
    /// Imported files.
    Batch,
    /// Files that are taken in parts.
    LargeFile,
    /// Reads.
    Read,
    /// What is published for everybody on a tariff.
    Publication,
    /// Turns of bill cycles.
    Window,
    /// Billing runs.
    Run,
    /// Bills.
    Bill,
    /// Bills taken back and made anew.
    Correction,
    /// Sets of accounts of which they are.
    Set,
    /// Facts told otherwise.
    Telling,
    /// Journal entries.
    Entry,
    /// Payments.
    Payment,
    /// What came in at once.
    Receipt,
    /// What it came in.
    Tender,
    /// Money of which nobody knows yet whose it is.
    Suspense,
    /// Credits given back or to another account.
    CreditUse,
    /// Drawers of cashiers.
    Drawer,
    /// Payments that were entered together.
    PaymentBatch,
    /// What customers agreed to have taken from accounts at banks.
    Mandate,
    /// What was taken of bills by mandates.
    Debit,
    /// Files of such debits.
    DebitFile,
    /// Files of debts for an agency.
    AgencyFile,
    /// Attempts to pay online.
    Attempt,
    /// Cards that customers keep.
    Card,
    /// Statements of accounts at banks.
    BankStatement,
    /// Contacts with customers.
    Interaction,
    /// Generators.
    Generator,
    /// What needs a person.
    Task,
    /// Members of staff.
    User,
    /// Acts that were written down.
    Audit,
    /// What waits for a second person.
    Approval,
    /// Parts that people have in accounts.
    Party,
    /// What is said of people and places.
    Detail,
    /// Documents.
    Document,
    /// Registrations of accounts.
    Registration,
    /// Who takes over between tenants.
    Landlord,
    /// Records of people made one.
    Merge,
    /// Starts, stops and transfers.
    Move,
    /// Field orders.
    Order,
    /// Crews.
    Crew,
    /// Appointments.
    Appointment,
    /// When it began or ceased to flow somewhere.
    Connection,
    /// What a rule doubted of reads.
    Exception,
    /// Reads asked of meters from afar.
    Request,
    /// Bills on their way to people.
    Piece,
    /// Packages for the mail house.
    Package,
    /// Summary bills and letters on their way.
    Mailing,
}

const NEXT: Sql = Sql("
    insert into counter (name, last) values ($1, $2)
    on conflict (name) do update set last = counter.last + excluded.last
    returning last");

const SAVE: Sql = Sql("savepoint trial");
const UNDO: Sql = Sql("rollback to savepoint trial");
const FORGET: Sql = Sql("release savepoint trial");
const TRY: Sql = Sql("savepoint attempt");
const BACK: Sql = Sql("rollback to savepoint attempt");
const KEEP: Sql = Sql("release savepoint attempt");

impl<'a> Tx<'a> {
    pub(crate) fn new(at: &'a Location, on: On<'a>) -> Tx<'a> {
        Tx { at, on, acts: Vec::new() }
    }

    /// The first of the next `count` ids; the others follow it.
    pub fn next(&mut self, counter: Counter, count: usize) -> Result<i64> {
        let count = i64::try_from(count).context("more ids than there are numbers")?;
        let last = self.one(NEXT, [counter.name().into(), count.into()], |row| row.int(0))?;
        Ok(last - count + 1)
    }

    /// Does something, undoes it, and says what it came to.
    pub fn trial<T>(&mut self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        let acts = self.acts.len();
        self.exec(SAVE, [])?;
        let came = work(self);
        self.exec(UNDO, [])?;
        self.exec(FORGET, [])?;
        self.acts.truncate(acts);
        came
    }

    /// Does something; where it fails, undoes it and gives the reason within the answer, so that what
    /// was done before may be kept. A database that cannot be used fails the whole.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<Result<T, anyhow::Error>> {
        let acts = self.acts.len();
        self.exec(TRY, [])?;
        let came = work(self);
        if let Err(why) = came {
            if why.is::<Unavailable>() {
                return Err(why);
            }
            self.exec(BACK, [])?;
            self.exec(KEEP, [])?;
            self.acts.truncate(acts);
            return Ok(Err(why));
        }
        self.exec(KEEP, [])?;
        Ok(came)
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) fn exec<const N: usize>(&mut self, sql: Sql, params: [V<'_>; N]) -> Result<u64> {
        match &mut self.on {
            On::Sqlite(lite) => lite.exec(self.at, sql.0, &params),
            On::Postgres(session) => session.exec(self.at, sql.0, &params),
        }
    }

    /// The only row of an answer that always has one, such as a count.
    pub(crate) fn one<const N: usize, T>(
        &mut self,
        sql: Sql,
        params: [V<'_>; N],
        decode: impl FnMut(&Row) -> Result<T>,
    ) -> Result<T> {
        let row = self.maybe(sql, params, decode)?;
        row.with_context(|| format!("no row came of: {}", sql.0))
    }

    /// The first row of an answer, if it has one.
    pub(crate) fn maybe<const N: usize, T>(
        &mut self,
        sql: Sql,
        params: [V<'_>; N],
        mut decode: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut first = None;
        self.stream(sql, &params, &mut |row| {
            first = Some(decode(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// Every row of an answer, in its order.
    pub(crate) fn many<const N: usize, T>(
        &mut self,
        sql: Sql,
        params: [V<'_>; N],
        mut decode: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(decode(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Shows every row of an answer to `take`, keeping none of them in memory.
    pub(crate) fn each<const N: usize>(
        &mut self,
        sql: Sql,
        params: [V<'_>; N],
        mut take: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        self.stream(sql, &params, &mut |row| take(row).map(ControlFlow::Continue))
    }

    /// Inserts many rows in the engine's fastest way: statements of many rows, or COPY.
    pub(crate) fn bulk<'v, const N: usize>(
        &mut self,
        into: Rows,
        rows: impl IntoIterator<Item = [V<'v>; N]>,
    ) -> Result<()> {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        match &mut self.on {
            On::Sqlite(lite) => lite.bulk(self.at, into.0, rows),
            On::Postgres(session) => session.bulk(self.at, into.0, rows),
        }
    }

    /// Writes down who did it, and keeps what was done.
    pub(crate) fn commit(mut self) -> Result<()> {
        crate::audit::write(&mut self)?;
        match self.on {
            On::Sqlite(lite) => lite.commit(self.at),
            On::Postgres(session) => session.commit(self.at),
        }
    }

    /// Prepares a text and throws it away: whether this engine understands it.
    pub(crate) fn prepare(&mut self, text: &str) -> Result<()> {
        match &mut self.on {
            On::Sqlite(lite) => lite.prepare(self.at, text),
            On::Postgres(session) => session.prepare(self.at, text),
        }
    }

    /// Runs several statements without parameters.
    pub(crate) fn script(&mut self, text: &str) -> Result<()> {
        match &mut self.on {
            On::Sqlite(lite) => lite.script(self.at, text),
            On::Postgres(session) => session.script(self.at, text),
        }
    }

    /// The database this is a transaction of.
    pub(crate) fn location(&self) -> &'a Location {
        self.at
    }

    /// The one of two texts that this engine understands, where no text serves both.
    pub(crate) fn either(&self, sqlite: Sql, postgres: Sql) -> Sql {
        match self.on {
            On::Sqlite(_) => sqlite,
            On::Postgres(_) => postgres,
        }
    }

    fn stream(
        &mut self,
        sql: Sql,
        params: &[V<'_>],
        take: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        match &mut self.on {
            On::Sqlite(lite) => lite.stream(self.at, sql.0, params, take),
            On::Postgres(session) => session.stream(self.at, sql.0, params, take),
        }
    }
}

impl Counter {
    const fn name(self) -> &'static str {
        match self {
            Counter::Person => "person",
            Counter::Contact => "contact",
            Counter::Account => "account",
            Counter::Premise => "premise",
            Counter::ServicePoint => "service_point",
            Counter::Meter => "meter",
            Counter::Channel => "channel",
            Counter::Installation => "installation",
            Counter::Agreement => "agreement",
            Counter::Tariff => "tariff",
            Counter::Batch => "batch",
            Counter::LargeFile => "large_file",
            Counter::Read => "read",
            Counter::Publication => "publication",
            Counter::Window => "bill_window",
            Counter::Run => "run",
            Counter::Bill => "bill",
            Counter::Correction => "correction",
            Counter::Set => "correction_set",
            Counter::Telling => "telling",
            Counter::Entry => "entry",
            Counter::Payment => "payment",
            Counter::Receipt => "receipt",
            Counter::Tender => "tender",
            Counter::Suspense => "suspense",
            Counter::CreditUse => "credit_use",
            Counter::Drawer => "drawer",
            Counter::PaymentBatch => "payment_batch",
            Counter::Mandate => "mandate",
            Counter::Debit => "debit",
            Counter::DebitFile => "debit_file",
            Counter::AgencyFile => "agency_file",
            Counter::Attempt => "pay_attempt",
            Counter::Card => "kept_card",
            Counter::BankStatement => "bank_statement",
            Counter::Interaction => "interaction",
            Counter::Generator => "generator",
            Counter::Task => "task",
            Counter::User => "staff",
            Counter::Audit => "audit",
            Counter::Approval => "approval",
            Counter::Party => "party",
            Counter::Detail => "detail",
            Counter::Document => "document",
            Counter::Registration => "registration",
            Counter::Landlord => "landlord",
            Counter::Merge => "person_merge",
            Counter::Move => "move",
            Counter::Order => "work_order",
            Counter::Crew => "crew",
            Counter::Appointment => "appointment",
            Counter::Connection => "connection",
            Counter::Exception => "read_exception",
            Counter::Request => "read_request",
            Counter::Piece => "piece",
            Counter::Package => "mail_package",
            Counter::Mailing => "mailing",
        }
    }
}

/// One text for each engine around the ids in `$1`, written `[1,2,3]`: neither engine understands
/// how the other one reads a list.
macro_rules! among_ids {
    ($before:literal, $after:literal) => {
        (
            $crate::tx::Sql(concat!($before, " in (select value from json_each($1)) ", $after)),
            $crate::tx::Sql(concat!(
                $before,
                " = any (string_to_array(btrim($1, '[]'), ',')::bigint[]) ",
                $after
            )),
        )
    };
}
pub(crate) use among_ids;

/// The same around the texts in `$1`, a JSON list: see [`words_of`].
macro_rules! among_words {
    ($before:literal, $after:literal) => {
        (
            $crate::tx::Sql(concat!($before, " in (select value from json_each($1)) ", $after)),
            $crate::tx::Sql(concat!(
                $before,
                " = any (array(select jsonb_array_elements_text($1::text::jsonb))) ",
                $after
            )),
        )
    };
}
pub(crate) use among_words;

/// Ids as the list that [`among_ids`] reads.
pub(crate) fn list_of<I: Copy + Into<i64>>(ids: impl IntoIterator<Item = I>) -> String {
    let numbers: Vec<String> = ids.into_iter().map(|id| id.into().to_string()).collect();
    format!("[{}]", numbers.join(","))
}

/// Texts as the list that [`among_words`] reads.
pub(crate) fn words_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted = |word: &str| {
        let mut text = String::from('"');
        for letter in word.chars() {
            match letter {
                '"' | '\\' => text.extend(['\\', letter]),
                letter if letter < ' ' => {
                    text.push_str(&format!("\\u{:04x}", u32::from(letter)));
                }
                letter => text.push(letter),
            }
        }
        text.push('"');
        text
    };
    let words: Vec<String> = words.into_iter().map(quoted).collect();
    format!("[{}]", words.join(","))
}
