//! Finding accounts, empty premises and work orders by any scrap of what is known about them.
//!
//! [`refresh`] and [`refresh_premise`] gather what is in the tables; they belong into every
//! transaction that changes a name, an address, a contact, an agreement or a meter. What has rooms
//! of its own says itself what it is found by, with [`put`] and [`remove`]. Bills and payments are
//! found in their own tables, so posting them costs nothing here.
//!
//! [`anew`] makes the whole index of what is in the tables: after a migration that cuts words
//! otherwise, or many rows that came in bulk.
//!
//! A question goes to the engine's own full-text index, of words that were cut by
//! [`meterbook_core::search`]: first for the words as they are, then for those that begin with
//! them, and only when nothing is found for what they may be misspelt for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use meterbook_core::id::{AccountId, AccountNumber, PersonId, PremiseId, ServicePointId};
use meterbook_core::limits::SCRAPS;
use meterbook_core::search::{
    About, Match, Scrap, ScrapKind, Subject, asked, asked_of_mail, beginning, bills_meant,
    bills_near, cuts, head, mailed, matching, may_be_mail, may_begin, misdialled, near,
    order_meant, references_meant, slips_forgiven, telling,
};

use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};
use crate::{Location, Tx};

// All that an account is found by, in the order of how it is introduced.
const OF_ACCOUNTS: (Sql, Sql) = among_ids!(
    "with it as (select id, number, person_id, mail_to from account where id",
    "), here as (
        select distinct g.account_id, s.premise_id from agreement g
        join service_point s on s.id = g.service_point_id where g.account_id in (select id from it))
     select id, 1, 'account', cast(number as text) from it
     union all select it.id, 2, 'name', p.name from it join person p on p.id = it.person_id
     union all select id, 3, 'address', mail_to from it
     union all select here.account_id, 4, 'address', m.street || ', ' || m.town || ' ' || m.region
       from here join premise m on m.id = here.premise_id
     union all select it.id, 5,
         case c.kind when 'email' then 'e-mail' when 'post' then 'address' else 'phone' end, c.value
       from it join contact c on c.person_id = it.person_id
     union all select g.account_id, 6, 'meter', m.serial from agreement g
       join installation i on i.service_point_id = g.service_point_id
         and (g.to_on is null or i.from_on < g.to_on) and (i.to_on is null or g.from_on < i.to_on)
       join meter m on m.id = i.meter_id
       where g.account_id in (select id from it)
     union all select account_id, 7, 'premise', cast(premise_id as text) from here
     union all select account_id, 8, 'service point', cast(service_point_id as text)
       from agreement where account_id in (select id from it)
     union all select here.account_id, 9, 'parcel', d.value from here
       join premise_detail d on d.premise_id = here.premise_id
       where d.kind = 'parcel' and d.to_on is null
     order by 1, 2, 3, 4"
);
const OF_PREMISE: Sql = Sql("
    select 1, 'address', m.street || ', ' || m.town || ' ' || m.region from premise m
    where m.id = $1
    union all select 2, 'premise', cast(m.id as text) from premise m where m.id = $1
    union all select 3, 'service point', cast(s.id as text) from service_point s
    where s.premise_id = $1
    union all select 4, 'meter', m.serial from service_point s
    join installation i on i.service_point_id = s.id and i.to_on is null
    join meter m on m.id = i.meter_id where s.premise_id = $1
    union all select 5, 'parcel', d.value from premise_detail d
    where d.premise_id = $1 and d.kind = 'parcel' and d.to_on is null
    order by 1, 2, 3");
const SERVED: Sql = Sql("
    select count(*) from service_point s join agreement g on g.service_point_id = s.id
    where s.premise_id = $1 and g.to_on is null");
const ACCOUNTS_AT: Sql =
    Sql("select distinct account_id from agreement where service_point_id = $1");
const ACCOUNTS_AT_PREMISE: Sql = Sql("
    select distinct g.account_id from service_point s join agreement g on g.service_point_id = s.id
    where s.premise_id = $1");
const ACCOUNTS_OF: Sql = Sql("select id from account where person_id = $1 order by id");
const PREMISE_OF: Sql = Sql("select premise_id from service_point where id = $1");

const SCRAPS_OF: (Sql, Sql) = among_ids!("select id, scraps from search where id", "order by id");
const FORGET: Sql = Sql("delete from search where id = $1");
const FORGET_WORDS_SQLITE: Sql = Sql("delete from search_word where rowid = $1");
const FORGET_WORDS_POSTGRES: Sql = Sql("delete from search_word where id = $1");
const ACCOUNTS_AFTER: Sql = Sql("select id from account where $1 < id order by id limit $2");
const EMPTY_AFTER: Sql = Sql("
    select p.id from premise p where $1 < p.id and not exists (
        select 1 from service_point s join agreement g on g.service_point_id = s.id
        where s.premise_id = p.id and g.to_on is null)
    order by p.id limit $2");
/// PostgreSQL's index of words is made when all words are there: it is quicker than word by word.
const EMPTY_INDEX: &str = "
    drop index if exists search_word_words; drop index if exists search_word_first;
    truncate search, search_word, spelling";
/// PostgreSQL's indexes of words, for whoever drops them before a load.
pub const INDEX: &str = "
    create index search_word_words on search_word using gin (words) with (fastupdate = off);
    create index search_word_first on search_word using gin (words) with (fastupdate = off)
        where id / 262144 = 0";
const EMPTY_INDEX_SQLITE: &str = "
    delete from search; insert into search_word (search_word) values ('delete-all');
    delete from spelling";
const KEEP: Rows = Rows("search (id, scraps)");
const KEEP_WORDS_SQLITE: Rows = Rows("search_word (rowid, words)");
const KEEP_WORDS_POSTGRES: Sql = Sql("
    insert into search_word (id, words)
    select id, array_to_tsvector(string_to_array(words, ' '))
    from unnest(string_to_array($1, ',')::bigint[], string_to_array($2, chr(10))) as it (id, words)");
const LIKE_SQLITE: Sql = Sql("
    select distinct word from spelling
    where cut in (select value from json_each('[\"' || replace($1, ' ', '\",\"') || '\"]'))");
const LIKE_POSTGRES: Sql = Sql("
    select distinct word from spelling where cut = any (string_to_array($1, ' '))");
const SPELLING: Rows = Rows("spelling (cut, word)");

// The first ones as they lie in the table, which is the order of ids while nothing changes: to have
// it exactly, PostgreSQL would fetch every row of a frequent word.
const FIND_SQLITE: Sql = Sql("
    select s.id, s.scraps from (
        select rowid as id from search_word where search_word match $1 order by rowid limit $2
    ) w join search s on s.id = w.id order by s.id");
const FIND_POSTGRES: Sql = Sql("
    select s.id, s.scraps from (
        select id from search_word where words @@ cast(cast($1 as text) as tsquery) limit $2
    ) w join search s on s.id = w.id order by s.id");
/// The same among the first 65,536 accounts, which have an index of their own: PostgreSQL reads all
/// that its index has of a word before it gives the first row, and of a frequent word that is much.
/// The condition is written as the index's own, so that no other can serve it.
const FIND_FIRST_POSTGRES: Sql = Sql("
    select s.id, s.scraps from (
        select id from search_word
        where words @@ cast(cast($1 as text) as tsquery) and id / 262144 = 0 limit $2
    ) w join search s on s.id = w.id order by s.id");
/// How PostgreSQL is to look words up. It guesses how many rows a word has, and when it guesses many
/// it reads all rows one after the other, in several processes, with a program compiled for it. The
/// index of words is quicker every time.
const BY_INDEX: &str = "
    set local enable_seqscan = off; set local enable_indexscan = off; set local jit = off;
    set local max_parallel_workers_per_gather = 0";

const BY_BILL: Sql = Sql("select account_id, number from bill where number = $1");
const BY_BILLS_SQLITE: Sql = Sql("
    select account_id, number from bill
    where number in (select value from json_each('[\"' || replace($1, ' ', '\",\"') || '\"]'))");
const BY_BILLS_POSTGRES: Sql = Sql("
    select account_id, number from bill where number = any (string_to_array($1, ' '))");
const BY_REFERENCE: Sql = Sql("
    select distinct account_id, reference from payment where reference in ($1, $2, $3)
    order by account_id desc limit $4");

const BY_ORDER: Sql = Sql("
    select coalesce(p.name, ''), m.street || ', ' || m.town || ' ' || m.region
    from work_order w join premise m on m.id = w.premise_id
    left join account a on a.id = w.account_id left join person p on p.id = a.person_id
    where w.id = $1");

/// Accounts or premises that are indexed at once.
const AT_ONCE: i64 = 500;
/// Found ones among which the best are looked for.
const CANDIDATES: i64 = 150;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub subject: Subject,
    /// Its number.
    pub number: String,
    /// Whose it is; nobody's, where nobody is served.
    pub name: String,
    /// Where it is, or where its mail goes.
    pub address: String,
    /// The scraps that match.
    pub why: Vec<Scrap>,
}

/// Brings up to date what an account is found by.
pub fn refresh(tx: &mut Tx, account: AccountId) -> Result<()> {
    refresh_all(tx, &[account])
}

/// Brings up to date what several accounts are found by; some hundreds at a time.
pub fn refresh_all(tx: &mut Tx, accounts: &[AccountId]) -> Result<()> {
    let mut scraps: BTreeMap<AccountId, Vec<Scrap>> = BTreeMap::new();
    let list = list_of(accounts.iter().copied());
    tx.each(tx.either(OF_ACCOUNTS.0, OF_ACCOUNTS.1), [list.into()], |row| {
        let account = scraps.entry(row.id(0)?).or_default();
        let mut scrap = Scrap { kind: row.word(2, ScrapKind::from_word)?, text: row.text(3)? };
        if scrap.kind == ScrapKind::Account {
            let number = scrap.text.parse().ok().and_then(AccountNumber::from_digits);
            scrap.text = number.map_or(scrap.text, |it| it.to_string());
        }
        account.push(scrap);
        Ok(())
    })?;
    let about = |(id, scraps)| (Subject::account(id), scraps);
    put_all(tx, scraps.into_iter().map(about).collect())
}

/// Makes the whole index of what is in the tables.
pub fn anew(tx: &mut Tx) -> Result<()> {
    match tx.location() {
        Location::Sqlite(_) => tx.script(EMPTY_INDEX_SQLITE)?,
        Location::Postgres(_) => tx.script(EMPTY_INDEX)?,
    }
    let mut last = 0;
    while let accounts =
        tx.many(ACCOUNTS_AFTER, [last.into(), AT_ONCE.into()], |row| row.id::<AccountId>(0))?
        && let Some(account) = accounts.last()
    {
        last = account.0;
        refresh_all(tx, &accounts)?;
    }
    let mut last = 0;
    while let premises =
        tx.many(EMPTY_AFTER, [last.into(), AT_ONCE.into()], |row| row.id::<PremiseId>(0))?
        && let Some(premise) = premises.last()
    {
        last = premise.0;
        premises.into_iter().try_for_each(|it| refresh_premise(tx, it))?;
    }
    match tx.location() {
        Location::Sqlite(_) => Ok(()),
        Location::Postgres(_) => tx.script(INDEX),
    }
}

/// Brings up to date the accounts of a person.
pub fn refresh_person(tx: &mut Tx, person: PersonId) -> Result<()> {
    let accounts = tx.many(ACCOUNTS_OF, [person.into()], |row| row.id(0))?;
    refresh_all(tx, &accounts)
}

/// Brings up to date the accounts that take or took service here, and the premise itself.
pub fn refresh_at(tx: &mut Tx, point: ServicePointId) -> Result<()> {
    let accounts = tx.many(ACCOUNTS_AT, [point.into()], |row| row.id(0))?;
    refresh_all(tx, &accounts)?;
    let premise = tx.one(PREMISE_OF, [point.into()], |row| row.id(0))?;
    refresh_premise(tx, premise)
}

/// Brings up to date a premise and the accounts that take or took service at one of its points.
pub fn refresh_around(tx: &mut Tx, premise: PremiseId) -> Result<()> {
    let accounts = tx.many(ACCOUNTS_AT_PREMISE, [premise.into()], |row| row.id(0))?;
    refresh_all(tx, &accounts)?;
    refresh_premise(tx, premise)
}

/// Brings up to date what a premise is found by. While somebody has an open agreement for it, it is
/// found by their account alone.
pub fn refresh_premise(tx: &mut Tx, premise: PremiseId) -> Result<()> {
    let subject = Subject::premise(premise);
    if 0 < tx.one(SERVED, [premise.into()], |row| row.int(0))? {
        return remove(tx, subject);
    }
    let scraps = tx.many(OF_PREMISE, [premise.into()], |row| {
        Ok(Scrap { kind: row.word(1, ScrapKind::from_word)?, text: row.text(2)? })
    })?;
    put(tx, subject, scraps)
}

/// Says what something is found by from now on, in place of what it was found by before.
pub fn put(tx: &mut Tx, subject: Subject, scraps: Vec<Scrap>) -> Result<()> {
    put_all(tx, vec![(subject, scraps)])
}

/// Lets something be found no more.
pub fn remove(tx: &mut Tx, subject: Subject) -> Result<()> {
    let row = row_of(subject);
    if 0 < tx.exec(FORGET, [row.into()])? {
        tx.exec(tx.either(FORGET_WORDS_SQLITE, FORGET_WORDS_POSTGRES), [row.into()])?;
    }
    Ok(())
}

/// The same for several at once; some hundreds at a time.
pub fn put_all(tx: &mut Tx, found_by: Vec<(Subject, Vec<Scrap>)>) -> Result<()> {
    let known = kept(tx, found_by.iter().map(|it| row_of(it.0)))?;
    let mut changed = Vec::new();
    let mut spelt = BTreeSet::new();
    for (subject, mut scraps) in found_by {
        for scrap in &mut scraps {
            let lines: Vec<&str> = scrap.text.split(['\n', '\t']).collect();
            scrap.text = lines.join(", ");
        }
        let mut seen = BTreeSet::new();
        scraps.retain(|it| seen.insert(it.clone()));
        scraps.truncate(SCRAPS);
        match known.get(&row_of(subject)) {
            Some(same) if *same == scraps => continue,
            Some(_) => remove(tx, subject)?,
            None => {}
        }
        let words: BTreeSet<String> = scraps.iter().flat_map(Scrap::words).collect();
        let words: Vec<String> = words.into_iter().collect();
        spelt.extend(scraps.iter().flat_map(Scrap::spelt));
        changed.push((row_of(subject), written(&scraps), words.join(" ")));
    }
    if changed.is_empty() {
        return Ok(());
    }
    tx.bulk(KEEP, changed.iter().map(|(row, scraps, _)| [(*row).into(), scraps.into()]))?;
    match tx.location() {
        Location::Sqlite(_) => {
            let rows = changed.iter().map(|(row, _, words)| [(*row).into(), words.into()]);
            tx.bulk(KEEP_WORDS_SQLITE, rows)?;
        }
        Location::Postgres(_) => {
            let rows: Vec<String> = changed.iter().map(|it| it.0.to_string()).collect();
            let words: Vec<&str> = changed.iter().map(|it| it.2.as_str()).collect();
            tx.exec(KEEP_WORDS_POSTGRES, [rows.join(",").into(), words.join("\n").into()])?;
        }
    }
    spell(tx, spelt)
}

/// Learns words that were not met before.
fn spell(tx: &mut Tx, mut words: BTreeSet<String>) -> Result<()> {
    // A word's cuts have the beginning of it among them.
    let whole = words.iter().map(|it| head(it)).collect();
    for known in like(tx, &whole)? {
        words.remove(&known);
    }
    let cut = words.iter().flat_map(|word| cuts(word).into_iter().map(move |cut| (cut, word)));
    tx.bulk(SPELLING, cut.map(|(cut, word)| [cut.into(), word.into()]))
}

/// The words that have one of these cuts.
fn like(tx: &mut Tx, cuts: &BTreeSet<String>) -> Result<Vec<String>> {
    if cuts.is_empty() {
        return Ok(Vec::new());
    }
    let list: Vec<&str> = cuts.iter().map(String::as_str).collect();
    tx.many(tx.either(LIKE_SQLITE, LIKE_POSTGRES), [list.join(" ").into()], |row| row.text(0))
}

/// What matches `text` best, at most `limit` of them.
pub fn find(tx: &mut Tx, text: &str, limit: usize) -> Result<Vec<Hit>> {
    let words = asked(text);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    if let Location::Postgres(_) = tx.location() {
        tx.script(BY_INDEX)?;
    }
    let mut found = posted(tx, text, limit)?;
    found.extend(ordered(tx, &words)?);
    let exact: Vec<Vec<Term>> = words.iter().map(|it| vec![Term::Whole(it)]).collect();
    let by_word = matches(tx, &words, &[], &exact, &BTreeSet::new())?;
    // What has the words themselves would only be found once more, and looked at once more.
    let mut seen: BTreeSet<Subject> = by_word.iter().map(|it| it.1.subject).collect();
    let somebody = !by_word.is_empty();
    found.extend(by_word);
    let of_mail: Vec<String> = words.iter().map(|it| mailed(it)).collect();
    let begun: Vec<Vec<Term>> = words
        .iter()
        .zip(&of_mail)
        .map(|(word, mailed)| vec![Term::begun(word), Term::Whole(mailed)])
        .collect();
    // The last word may not be typed to its end. To gather who has any word that begins like each
    // of several is dearer, and is asked only when that finds nobody.
    let mut typed = exact;
    typed.pop();
    typed.extend(begun.last().cloned());
    // Where somebody has several words that were asked for, only a short last one may mean another
    // word: what begins like a long one has to be gathered, and of a town's name that is much.
    let last = words
        .last()
        .is_some_and(|it| may_begin(it) && (words.len() == 1 || beginning(it).is_some()));
    if found.len() < limit && (found.is_empty() || last) {
        let by_beginning = matches(tx, &words, &[], &typed, &seen)?;
        seen.extend(by_beginning.iter().map(|it| it.1.subject));
        found.extend(by_beginning);
    }
    // `San Hol` is Sandra Holman too, where others called Hol- live in San Isidro.
    let short = words.iter().rev().skip(1).any(|it| beginning(it).is_some());
    let more = !somebody && short && found.len() < limit;
    if 1 < words.len() && (found.is_empty() || more) {
        found.extend(matches(tx, &words, &[], &begun, &seen)?);
    }
    let mail = asked_of_mail(text);
    if found.is_empty() && mail.len() == 1 || found.len() < limit && may_be_mail(text) {
        found.extend(written_to(tx, &mail, &seen)?);
    }
    if found.is_empty() {
        let others = words.iter().map(|it| others(tx, it)).collect::<Result<Vec<_>>>()?;
        let known = like(tx, &words.iter().map(|it| head(it)).collect())?;
        let doubted = words.iter().zip(&others).map(|(word, others)| {
            // That a word is there, and yet only begun beside a slip of another, is too much doubt.
            let term = if known.contains(word) { Term::Whole(word) } else { Term::begun(word) };
            [term].into_iter().chain(others.iter().map(|it| Term::Whole(it))).collect()
        });
        let doubted: Vec<Vec<Term>> = doubted.collect();
        if others.iter().any(|it| !it.is_empty()) {
            found.extend(matches(tx, &words, &others, &doubted, &seen)?);
        }
        found.extend(nearly_billed(tx, text)?);
    }
    Ok(best(found, limit))
}

/// What has words that are e-mail addresses or begin them.
fn written_to(tx: &mut Tx, words: &[String], seen: &BTreeSet<Subject>) -> Result<Found> {
    let of_mail: Vec<String> = words.iter().map(|it| mailed(it)).collect();
    let terms = words.iter().zip(&of_mail).map(|(word, mailed)| {
        let either = [word, mailed];
        either.into_iter().map(|it| Term::begun(it)).collect()
    });
    matches(tx, words, &[], &terms.collect::<Vec<_>>(), seen)
}

/// One word that the index is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term<'a> {
    /// The word itself.
    Whole(&'a str),
    /// It and those that begin with it.
    Begun(&'a str),
}

impl Term<'_> {
    fn begun(word: &str) -> Term<'_> {
        if may_begin(word) { Term::Begun(word) } else { Term::Whole(word) }
    }
}

type Found = Vec<(Match, Hit)>;

/// What has one of the terms of every word and was not seen before.
fn matches(
    tx: &mut Tx,
    words: &[String],
    others: &[Vec<String>],
    terms: &[Vec<Term<'_>>],
    seen: &BTreeSet<Subject>,
) -> Result<Found> {
    let telling = terms.iter().zip(telling(words)).filter(|it| it.1).map(|it| it.0.as_slice());
    let telling: Vec<&[Term]> = telling.collect();
    let mut rows = candidates(tx, &telling)?;
    if telling.len() < terms.len() && i64::try_from(rows.len())? == CANDIDATES {
        rows = candidates(tx, &terms.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
    }
    let new = rows.into_iter().filter(|it| !seen.contains(&subject_of(it.0)));
    let found = new.filter_map(|(row, scraps)| {
        let matched = matching(words, others, &scraps)?;
        Some((matched.clone(), hit(row, &scraps, matched.why)?))
    });
    Ok(found.collect())
}

/// The first rows that have one of the terms of every word.
fn candidates(tx: &mut Tx, terms: &[&[Term<'_>]]) -> Result<Vec<(i64, Vec<Scrap>)>> {
    let asked = match tx.location() {
        Location::Sqlite(_) => question(terms, " AND ", " OR ", ["\"", "\"", "\"*"]),
        Location::Postgres(_) => question(terms, " & ", " | ", ["'", "'", "':*"]),
    };
    let given = || [V::from(&asked), CANDIDATES.into()];
    if let Location::Sqlite(_) = tx.location() {
        return tx.many(FIND_SQLITE, given(), scraps);
    }
    let first = tx.many(FIND_FIRST_POSTGRES, given(), scraps)?;
    if i64::try_from(first.len())? == CANDIDATES {
        return Ok(first);
    }
    tx.many(FIND_POSTGRES, given(), scraps)
}

/// The question as an engine reads it; `around` is what stands before a word, after it, and after
/// one that is only begun. Words are letters and digits and marks of ours: nothing in them ends them.
fn question(terms: &[&[Term<'_>]], and: &str, or: &str, around: [&str; 3]) -> String {
    let [before, after, begun] = around;
    let term = |it: &Term<'_>| match it {
        Term::Whole(word) => format!("{before}{word}{after}"),
        Term::Begun(word) => match beginning(word) {
            Some(kept) => format!("{before}{kept}{after}"),
            None => format!("{before}{word}{begun}"),
        },
    };
    let word = |of_one: &&[Term<'_>]| {
        let of_one: Vec<String> = of_one.iter().map(term).collect();
        format!("({})", of_one.join(or))
    };
    terms.iter().map(word).collect::<Vec<_>>().join(and)
}

/// What a word may have been meant for.
fn others(tx: &mut Tx, word: &str) -> Result<Vec<String>> {
    let misdialled = misdialled(word);
    if !misdialled.is_empty() || slips_forgiven(word) == 0 {
        return Ok(misdialled);
    }
    Ok(near(word, like(tx, &cuts(word))?))
}

/// The accounts of a bill or of payments that are called this.
fn posted(tx: &mut Tx, text: &str, limit: usize) -> Result<Found> {
    let mut accounts: BTreeMap<i64, Scrap> = BTreeMap::new();
    let [one, two, three] = references_meant(text).map(Into::into);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.each(BY_REFERENCE, [one, two, three, limit.into()], |row| {
        accounts.insert(row.int(0)?, Scrap::new(ScrapKind::Payment, row.text(1)?));
        Ok(())
    })?;
    for number in bills_meant(text) {
        tx.each(BY_BILL, [number.0.into()], |row| {
            accounts.insert(row.int(0)?, Scrap::new(ScrapKind::Bill, row.text(1)?));
            Ok(())
        })?;
    }
    found_by(tx, &accounts, 0)
}

/// The accounts of bills whose numbers are a slip away.
fn nearly_billed(tx: &mut Tx, text: &str) -> Result<Found> {
    let near = bills_near(text);
    if near.is_empty() {
        return Ok(Found::new());
    }
    let list: Vec<String> = near.into_iter().map(|it| it.0).collect();
    let mut accounts = BTreeMap::new();
    tx.each(tx.either(BY_BILLS_SQLITE, BY_BILLS_POSTGRES), [list.join(" ").into()], |row| {
        accounts.insert(row.int(0)?, Scrap::new(ScrapKind::Bill, row.text(1)?));
        Ok(())
    })?;
    found_by(tx, &accounts, 2)
}

/// Accounts that were found in other tables than the index, by what.
fn found_by(tx: &mut Tx, accounts: &BTreeMap<i64, Scrap>, distance: usize) -> Result<Found> {
    let rows = accounts.keys().map(|id| row_of(Subject::account(AccountId(*id))));
    let mut found = Vec::new();
    for (row, scraps) in kept(tx, rows)? {
        let why = accounts.get(&subject_of(row).id).cloned().into_iter().collect::<Vec<_>>();
        let matched = Match { distance, part: false, why: why.clone() };
        found.extend(hit(row, &scraps, why).map(|it| (matched, it)));
    }
    Ok(found)
}

/// The work order of this number.
fn ordered(tx: &mut Tx, words: &[String]) -> Result<Option<(Match, Hit)>> {
    let Some(id) = order_meant(words) else { return Ok(None) };
    let subject = Subject { about: About::Order, id: id.0 };
    let why = vec![Scrap::new(ScrapKind::Order, id.to_string())];
    let matched = Match { distance: 0, part: false, why: why.clone() };
    tx.maybe(BY_ORDER, [id.into()], |row| {
        let (name, address) = (row.text(0)?, row.text(1)?);
        Ok((
            matched.clone(),
            Hit { subject, number: id.to_string(), name, address, why: why.clone() },
        ))
    })
}

/// The best first; each subject once. Whoever says a whole account's or bill's number means it.
fn best(mut found: Found, limit: usize) -> Vec<Hit> {
    found.sort_by(|one, other| (&one.0, one.1.subject).cmp(&(&other.0, other.1.subject)));
    let named = |it: &Match| {
        let whole = it.distance == 0 && !it.part;
        whole && matches!(it.why[..], [Scrap { kind: ScrapKind::Account | ScrapKind::Bill, .. }])
    };
    if found.iter().any(|it| named(&it.0)) {
        found.retain(|it| named(&it.0));
    }
    let mut seen = BTreeSet::new();
    found.retain(|it| seen.insert(it.1.subject));
    found.into_iter().take(limit).map(|it| it.1).collect()
}

fn hit(row: i64, scraps: &[Scrap], why: Vec<Scrap>) -> Option<Hit> {
    let subject = subject_of(row);
    let first = |kind| scraps.iter().find(|it| it.kind == kind).map(|it| it.text.clone());
    let number = first(match subject.about {
        About::Account => ScrapKind::Account,
        About::Premise => ScrapKind::Premise,
        About::Order => ScrapKind::Order,
    })?;
    let name = first(ScrapKind::Name).unwrap_or_default();
    let address = first(ScrapKind::Address).unwrap_or_default();
    Some(Hit { subject, number, name, address, why })
}

/// What is kept in these rows.
fn kept(tx: &mut Tx, rows: impl Iterator<Item = i64>) -> Result<BTreeMap<i64, Vec<Scrap>>> {
    let list = list_of(rows);
    let kept = tx.many(tx.either(SCRAPS_OF.0, SCRAPS_OF.1), [list.into()], scraps)?;
    Ok(kept.into_iter().collect())
}

fn scraps(row: &Row) -> Result<(i64, Vec<Scrap>)> {
    let text = row.text(1)?;
    let parted = text.lines().filter_map(|line| line.split_once('\t'));
    let scrap = |(kind, text)| Some(Scrap::new(ScrapKind::from_word(kind)?, text));
    Ok((row.int(0)?, parted.filter_map(scrap).collect()))
}

fn written(scraps: &[Scrap]) -> String {
    let lines: Vec<String> = scraps.iter().map(|it| format!("{}\t{}", it.kind, it.text)).collect();
    lines.join("\n")
}

/// The row for a subject: its id and, in the last two bits, what it is.
fn row_of(subject: Subject) -> i64 {
    let about = match subject.about {
        About::Account => 0,
        About::Premise => 1,
        About::Order => 2,
    };
    subject.id * 4 + about
}

fn subject_of(row: i64) -> Subject {
    let about = match row.rem_euclid(4) {
        0 => About::Account,
        1 => About::Premise,
        _ => About::Order,
    };
    Subject { about, id: row.div_euclid(4) }
}
