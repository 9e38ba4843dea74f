//! The file that a bank gets: written from what was kept, read back, and the same whenever it is made
//! again. Only here bank numbers are opened.

use std::fmt;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::debit::policy::Policy;
use meterbook_core::debit::{AccountKind, BankNumber, Format, Mandate, Named, Scheme, Takes};
use meterbook_core::id::DebitFileId;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_formats::payments::nacha::codes::{Direction, RETRY_DESCRIPTION};
use meterbook_formats::payments::nacha::write as nacha;
use meterbook_formats::payments::{nacha as read, sepa};
use meterbook_store::debit::{Debit, DebitFile};
use meterbook_store::{self as store, Tx};

use super::call_off::NotCalledOff;
use super::{NotMade, prenote};
use crate::authority::authorize;
use crate::seal::BankKey;
use crate::{Actor, intake, refuse};

/// Numbers in traces of NACHA: seven digits.
const TRACES: i64 = 9_999_999;

/// Why no file goes to the bank.
#[derive(Debug, PartialEq, Eq)]
pub enum NotWhole {
    /// The utility does not say something of itself.
    NotSaid {
        /// Which word of the policy.
        word: &'static str,
    },
    /// It cannot be written.
    NotWritten(String),
    /// Read back it is not what was to be taken.
    Differs {
        /// Debits and what they come to, as kept.
        kept: (usize, Money),
        /// The same as read back.
        read: (usize, Money),
    },
    /// Read back something is wrong with it.
    Faulty(String),
    /// It is not what was written before.
    OtherBytes,
}

/// One debit with all that the bank wants to know.
struct Line {
    debit: Debit,
    mandate: Mandate,
    number: BankNumber,
    account: String,
    named: Named,
    first: bool,
    moved: bool,
}

/// Writes a file, reads it back, and compares both its debits and what they come to with what was kept;
/// written again, it is the same bytes or refused.
pub fn write(tx: &mut Tx, actor: Actor, key: &BankKey, id: DebitFileId) -> Result<String> {
    // What it comes to was answered for when it was made, by one or by two.
    let allowed = authorize(tx, actor, Permission::MakeDebits, Some(Money::ZERO))?;
    if let Some(why) = store::debit::stopped(tx)? {
        return Err(refuse(NotMade::Stopped { why }));
    }
    if let Some(file) = store::prenote::get(tx, id)? {
        return prenote::write(tx, &allowed, key, &file);
    }
    let file = store::debit::get(tx, id)?.ok_or_else(|| refuse(NotMade::Unknown { id }))?;
    if let Some((on, _)) = store::debit::called_off(tx, id)? {
        return Err(refuse(NotCalledOff::Already { on }));
    }
    let lines = lines(tx, key, id)?;
    let made = crate::founding::zone(tx)?.day_of(file.made);
    let policy = super::policy(tx, made)?;
    let text = match file.format {
        Format::Nacha => as_nacha(tx, &file, &policy, &lines)?,
        Format::Pain008 => as_pain008(tx, &file, &policy, &lines)?,
    };
    agrees(&text, file.format, (usize::try_from(file.items)?, file.total)).map_err(refuse)?;
    let sha256 = intake::hash(text.as_bytes());
    match store::debit::written(tx, id)? {
        Some(was) if was != sha256 => return Err(refuse(NotWhole::OtherBytes)),
        Some(_) => {}
        None => store::debit::write(tx, id, &sha256)?,
    }
    store::audit::add(tx, &allowed, "write debit file", &id.to_string(), &sha256)?;
    Ok(text)
}

/// Compares a file, read back, with what was to be taken.
pub fn agrees(text: &str, format: Format, kept: (usize, Money)) -> Result<(), NotWhole> {
    let (faults, read) = match format {
        Format::Nacha => {
            let file = read::read(text.as_bytes());
            let (debit, credit) = file.totals();
            (file.faults.refused.clone(), (file.entries(), debit - credit))
        }
        Format::Pain008 => {
            let file = sepa::read_debits(text.as_bytes());
            let debits = file.collections.iter().flat_map(|it| &it.debits);
            let sum = debits.filter_map(|it| it.amount).sum();
            (file.faults.refused.clone(), (file.debits(), sum))
        }
    };
    match faults {
        Some(why) => Err(NotWhole::Faulty(format!("line {}: {}", why.line, why.what))),
        None if read != kept => Err(NotWhole::Differs { kept, read }),
        None => Ok(()),
    }
}

fn lines(tx: &mut Tx, key: &BankKey, id: DebitFileId) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for debit in store::debit::items(tx, id)? {
        let mandate = store::mandate::get(tx, debit.mandate, debit.version)?;
        let mandate = mandate.context("the mandate of a debit is there")?;
        let kept = store::mandate::sealed(tx, debit.mandate, debit.version)?;
        let number = key.open(&kept, (debit.mandate, debit.version))?;
        let before = store::debit::version_before(tx, debit.mandate, debit.id)?;
        let moved = match before {
            Some(version) => store::mandate::sealed(tx, debit.mandate, version)?.hash != kept.hash,
            None => false,
        };
        let account = store::account::get(tx, mandate.account)?.number.digits().to_string();
        let (named, first) = (named(tx, &debit)?, before.is_none());
        lines.push(Line { debit, mandate, number, account, named, first, moved });
    }
    Ok(lines)
}

fn named(tx: &mut Tx, it: &Debit) -> Result<Named> {
    Ok(match &it.takes {
        Takes::Bill(bill) => Named::Bill(store::bill::get(tx, *bill)?.number),
        Takes::Part { plan, nth } => Named::Part { nth: *nth, of: store::plan::parts(tx, plan)? },
    })
}

fn as_nacha(tx: &mut Tx, file: &DebitFile, policy: &Policy, lines: &[Line]) -> Result<String> {
    let entries = lines.iter().map(|line| Entry {
        scheme: line.mandate.scheme,
        again: 1 < line.debit.nth,
        amount: Some(line.debit.amount),
        number: &line.number,
        account: &line.account,
        holder: &line.mandate.terms.holder,
    });
    let first = lines.first().map_or(1, |it| it.debit.id.0);
    nacha_of(tx, policy, (file.id, file.made, file.settle), first, entries)
}

/// An entry of a file of NACHA, with all that the bank wants to know.
pub(super) struct Entry<'a> {
    /// How it was agreed to.
    pub(super) scheme: Scheme,
    /// Whether it is tried again.
    pub(super) again: bool,
    /// How much; `None` is a prenote.
    pub(super) amount: Option<Money>,
    /// Where.
    pub(super) number: &'a BankNumber,
    /// What we know the customer by.
    pub(super) account: &'a str,
    /// Whose account it is.
    pub(super) holder: &'a str,
}

/// A file of NACHA: a batch for each entry class and for what is tried again, which has a name that the
/// network says. Traces are numbered from `first`.
pub(super) fn nacha_of<'a>(
    tx: &mut Tx,
    policy: &Policy,
    (id, made, settle): (DebitFileId, Timestamp, Date),
    first: i64,
    entries: impl Iterator<Item = Entry<'a>>,
) -> Result<String> {
    let said = |text: &str, word| {
        if text.is_empty() { Err(refuse(NotWhole::NotSaid { word })) } else { Ok(text.to_owned()) }
    };
    let no_bank = || refuse(NotWhole::NotSaid { word: "bank" });
    let (bank, bank_name) = policy.bank.clone().ok_or_else(no_bank)?;
    let company = said(&policy.company, "company")?;
    let company_id = said(&policy.company_id, "company-id")?;
    let statement = said(&policy.statement, "statement")?;
    let zone = crate::founding::zone(tx)?;
    // Files of one day are told apart by a letter.
    let letter = u8::try_from(id.0.rem_euclid(26))?;
    let head = nacha::Head {
        destination: bank.clone(),
        destination_name: bank_name,
        origin: said(&policy.origin, "origin")?,
        origin_name: company.clone(),
        made: zone.tz().to_datetime(made),
        modifier: char::from(b'A' + letter),
    };
    let mut batches: Vec<nacha::NewBatch> = Vec::new();
    for it in entries {
        let class = match it.scheme {
            Scheme::Web => nacha::Class::Web,
            Scheme::Ccd => nacha::Class::Ccd,
            _ => nacha::Class::Ppd,
        };
        let description = if it.again { RETRY_DESCRIPTION } else { &statement };
        if batches.last().is_none_or(|of| of.class != class || of.description != description) {
            batches.push(nacha::NewBatch {
                class,
                company: company.clone(),
                company_id: company_id.clone(),
                description: description.to_owned(),
                effective: settle,
                odfi: bank.clone(),
                entries: Vec::new(),
            });
        }
        let BankNumber::Routed { routing, account, kind } = it.number else {
            return Err(refuse(NotWhole::NotWritten("an IBAN in a file of NACHA".to_owned())));
        };
        let entry = nacha::NewEntry {
            direction: Direction::Debit,
            kind: match kind {
                AccountKind::Checking => nacha::AccountKind::Checking,
                AccountKind::Savings => nacha::AccountKind::Savings,
            },
            amount: it.amount,
            routing: routing.clone(),
            account: account.clone(),
            id: it.account.to_owned(),
            name: it.holder.to_owned(),
            recurring: true,
            note: None,
        };
        batches.last_mut().context("a batch was begun")?.entries.push(entry);
    }
    let first = first.rem_euclid(TRACES).max(1);
    let written = nacha::write_from(&head, &batches, usize::try_from(first)?);
    written.map_err(|why| refuse(NotWhole::NotWritten(why.to_string())))
}

/// The debits of a file of SEPA, each with the number of its collection: `F-7-2` comes back as 2.
pub(super) fn collections(tx: &mut Tx, id: DebitFileId) -> Result<Vec<(Debit, usize)>> {
    let mut lines = Vec::new();
    for debit in store::debit::items(tx, id)? {
        let mandate = store::mandate::get(tx, debit.mandate, debit.version)?;
        let mandate = mandate.context("the mandate of a debit is there")?;
        let first = store::debit::version_before(tx, debit.mandate, debit.id)?.is_none();
        lines.push((debit, mandate.scheme, first));
    }
    let numbers = numbers(lines.iter().map(|it| (it.1, it.2)));
    Ok(lines.into_iter().map(|it| it.0).zip(numbers).collect())
}

fn numbered(lines: &[Line]) -> Vec<usize> {
    numbers(lines.iter().map(|it| (it.mandate.scheme, it.first)))
}

/// Debits of one scheme, first ones and later ones, are a collection each; numbered as they come.
fn numbers(all: impl Iterator<Item = (Scheme, bool)>) -> Vec<usize> {
    let mut kinds = Vec::new();
    let number = |it| match kinds.iter().position(|of| *of == it) {
        Some(at) => at + 1,
        None => {
            kinds.push(it);
            kinds.len()
        }
    };
    all.map(number).collect()
}

impl Line {
    fn instrument(&self) -> sepa::Instrument {
        match self.mandate.scheme {
            Scheme::SepaB2b => sepa::Instrument::B2b,
            _ => sepa::Instrument::Core,
        }
    }

    fn sequence(&self) -> sepa::Sequence {
        if self.first { sepa::Sequence::First } else { sepa::Sequence::Recurring }
    }
}

fn as_pain008(tx: &mut Tx, file: &DebitFile, policy: &Policy, lines: &[Line]) -> Result<String> {
    let none = |word| refuse(NotWhole::NotSaid { word });
    let creditor = sepa::Creditor {
        name: Some(policy.company.clone())
            .filter(|it| !it.is_empty())
            .ok_or_else(|| none("company"))?,
        id: policy.creditor.clone().ok_or_else(|| none("creditor"))?,
        iban: policy.iban.clone().ok_or_else(|| none("iban"))?,
        bic: None,
    };
    let mut collections: Vec<sepa::NewCollection> = Vec::new();
    for (line, nth) in lines.iter().zip(numbered(lines)) {
        let BankNumber::Iban(iban) = &line.number else {
            return Err(refuse(NotWhole::NotWritten("no IBAN in a file of SEPA".to_owned())));
        };
        let debit = sepa::NewDebit {
            end_to_end: line.debit.id.reference(),
            amount: line.debit.amount,
            mandate: line.mandate.reference(),
            signed: line.mandate.signed,
            amended: line.moved.then_some(sepa::Amended::Account),
            name: line.mandate.terms.holder.clone(),
            iban: iban.clone(),
            bic: None,
            remittance: sepa::Remittance::Text(match &line.named {
                Named::Bill(number) => format!("Bill {number}"),
                Named::Part { nth, of } => format!("Part {nth} of {of}"),
            }),
        };
        match collections.get_mut(nth - 1) {
            Some(it) => it.debits.push(debit),
            None => collections.push(sepa::NewCollection {
                id: format!("F-{}-{nth}", file.id),
                instrument: line.instrument(),
                sequence: line.sequence(),
                on: file.settle,
                debits: vec![debit],
            }),
        }
    }
    let made = crate::founding::zone(tx)?.tz().to_datetime(file.made);
    let message = sepa::Message { id: format!("F-{}", file.id), made, creditor, collections };
    let written = sepa::write(&message, sepa::Version::V08);
    written.map_err(|why| refuse(NotWhole::NotWritten(why.to_string())))
}

impl fmt::Display for NotWhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWhole::NotSaid { word } => {
                write!(f, "the policy does not say {word}; say it: meterbook debit policy")
            }
            NotWhole::NotWritten(why) | NotWhole::Faulty(why) => f.write_str(why),
            NotWhole::Differs { kept, read } => write!(
                f,
                "{} debits of {} were to be taken, and the file has {} of {}; it is not written",
                kept.0, kept.1, read.0, read.1
            ),
            NotWhole::OtherBytes => f.write_str(
                "it would not be the same file as before; send that one, or ask why it changed",
            ),
        }
    }
}

impl std::error::Error for NotWhole {}
