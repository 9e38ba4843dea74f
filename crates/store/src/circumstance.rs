//! What is so of accounts or was done for them, and what of it follows from what is kept otherwise.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::collection::Step;
use meterbook_core::id::AccountId;

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into circumstance (key, account_id, what, from_on, to_on, evidence)
    values ($1, $2, $3, $4, $5, $6)");
const END: Sql = Sql("insert into circumstance_end (key, ended_on, why) values ($1, $2, $3)");
const OF_ACCOUNT: Sql = Sql("
    select c.key, c.account_id, c.what, c.from_on, c.to_on, c.evidence, e.ended_on
    from circumstance c left join circumstance_end e on e.key = c.key
    where c.account_id = $1 order by c.from_on, c.key");
const AMONG: (Sql, Sql) = among_ids!(
    "select c.key, c.account_id, c.what, c.from_on, c.to_on, c.evidence, e.ended_on
     from circumstance c left join circumstance_end e on e.key = c.key
     where c.account_id",
    "order by c.account_id, c.from_on, c.key"
);
const TOLD: (Sql, Sql) = among_ids!(
    "select c.account_id, s.taken_on from collection_step s join collection_case c on c.key = s.key
     where s.taken_on <= $2 and s.step in ('call', 'field') and c.account_id",
    "order by c.account_id, s.taken_on"
);
const MAIL: (Sql, Sql) = among_ids!(
    "select a.id, a.mail_to, q.street from account a
     join agreement g on g.account_id = a.id
     join service_point s on s.id = g.service_point_id
     join premise q on q.id = s.premise_id
     where g.from_on <= $2 and (g.to_on is null or $2 < g.to_on) and a.id",
    "order by a.id"
);
// Letters of collections that went out and did not come back, with the moment at which each first did.
const LETTERS: (Sql, Sql) = among_ids!(
    "select c.account_id, l.step, min(e.at)
     from collection_case c
     join collection_letter l on l.key = c.key
     join piece p on p.mailing_id = l.mailing_id
     join piece_event e on e.piece_id = p.id and e.state in ('sent', 'delivered')
     where not exists (
         select 1 from piece_event b
         where b.piece_id = p.id and e.position < b.position and b.state not in ('sent', 'delivered'))
       and c.account_id",
    "group by c.account_id, l.mailing_id, l.step order by c.account_id, min(e.at)"
);

/// What was said of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The natural key: the same is said once a day.
    pub key: String,
    /// Of which account.
    pub account: AccountId,
    /// What, and from when to when as it was said then.
    pub fact: Fact,
    /// What proves it.
    pub evidence: String,
    /// The first day without it, where somebody ended it.
    pub ended: Option<Date>,
}

impl Said {
    /// What of it stands.
    pub fn stands(&self) -> Fact {
        let to = [self.fact.to, self.ended].into_iter().flatten().min();
        Fact { to, ..self.fact.clone() }
    }
}

/// Keeps what is said of an account. The database refuses the same twice on a day.
pub fn add(tx: &mut Tx, it: &Said) -> Result<()> {
    let Fact { what, from, to } = &it.fact;
    let values = [
        V::from(&it.key),
        it.account.into(),
        what.word().into(),
        (*from).into(),
        (*to).into(),
        V::from(&it.evidence),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends it. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), on.into(), why.into()]).map(|_| ())
}

/// What was said of an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Said>> {
    tx.many(OF_ACCOUNT, [account.into()], said)
}

/// What stands of what was said of these accounts, whatever the days.
pub fn among(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Fact>>> {
    let mut found: HashMap<AccountId, Vec<Fact>> = HashMap::new();
    let sql = tx.either(AMONG.0, AMONG.1);
    for it in tx.many(sql, [list_of(accounts.iter().copied()).into()], said)? {
        found.entry(it.account).or_default().push(it.stands());
    }
    Ok(found)
}

/// A letter of collections that went out: which, and when.
pub type Sent = (Step, Timestamp);

/// The letters of collections to these accounts that went out and did not come back, of each the first one
/// first.
pub fn letters(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Sent>>> {
    let mut found: HashMap<AccountId, Vec<Sent>> = HashMap::new();
    let list = list_of(accounts.iter().copied());
    tx.each(tx.either(LETTERS.0, LETTERS.1), [list.into()], |row| {
        let sent = (row.word(1, Step::from_word)?, row.instant(2)?);
        found.entry(row.id(0)?).or_default().push(sent);
        Ok(())
    })?;
    Ok(found)
}

/// The days by one on which collections called these accounts, or went there, to tell that service is to be
/// cut off.
pub fn told(
    tx: &mut Tx,
    accounts: &[AccountId],
    by: Date,
) -> Result<HashMap<AccountId, Vec<Date>>> {
    let mut found: HashMap<AccountId, Vec<Date>> = HashMap::new();
    let list = list_of(accounts.iter().copied());
    tx.each(tx.either(TOLD.0, TOLD.1), [list.into(), by.into()], |row| {
        found.entry(row.id(0)?).or_default().push(row.date(1)?);
        Ok(())
    })?;
    Ok(found)
}

/// Those of these accounts whose letters go to another address than a place where it is served on a day.
pub fn elsewhere(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<HashSet<AccountId>> {
    let mut found = HashSet::new();
    let list = list_of(accounts.iter().copied());
    tx.each(tx.either(MAIL.0, MAIL.1), [list.into(), on.into()], |row| {
        let (mail_to, address) = (row.text(1)?, row.text(2)?);
        if !mail_to.to_lowercase().contains(&address.trim().to_lowercase()) {
            found.insert(row.id(0)?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn said(row: &Row) -> Result<Said> {
    let what = row.word(2, Circumstance::from_word)?;
    Ok(Said {
        key: row.text(0)?,
        account: row.id(1)?,
        fact: Fact { what, from: row.date(3)?, to: row.maybe(4, Row::date)? },
        evidence: row.text(5)?,
        ended: row.maybe(6, Row::date)?,
    })
}
