//! Finding accounts by any scrap of what is known about them.
//!
//! Everything an account can be found by is kept as one text in small letters, a scrap on each
//! line; every word that is looked for has to be in it. A scrap that people also write otherwise
//! stands there in each way: `E-100` and `e100`, `Mill St` and `Mill Street`. A substring search reads the whole table,
//! which takes milliseconds for the accounts of a town.

use anyhow::Result;
use meterbook_core::id::{AccountId, AccountNumber, ServicePointId};

use crate::Tx;
use crate::tx::Sql;
use crate::value::V;

const ABOUT: Sql = Sql("
    select a.number, p.name, a.mail_to from account a join person p on p.id = a.person_id
    where a.id = $1");
// Names, addresses, meters and bills in one list; which is which does not matter to a search.
const SCRAPS: Sql = Sql("
    select c.value, c.kind from contact c join account a on a.person_id = c.person_id
    where a.id = $1
    union select m.street, 'address' from agreement g
    join service_point s on s.id = g.service_point_id join premise m on m.id = s.premise_id
    where g.account_id = $1
    union select m.town || ' ' || m.region, 'address' from agreement g
    join service_point s on s.id = g.service_point_id join premise m on m.id = s.premise_id
    where g.account_id = $1
    union select m.serial, 'meter' from agreement g
    join installation i on i.service_point_id = g.service_point_id
      and (g.to_on is null or i.from_on < g.to_on) and (i.to_on is null or g.from_on < i.to_on)
    join meter m on m.id = i.meter_id
    where g.account_id = $1
    order by 2, 1");
const FORGET: Sql = Sql("delete from search where account_id = $1");
const KEEP: Sql = Sql("insert into search (account_id, text) values ($1, $2)");
const ACCOUNTS_AT: Sql =
    Sql("select distinct account_id from agreement where service_point_id = $1");
const FIND: Sql = Sql(r"
    select s.account_id, a.number, p.name, a.mail_to, s.text
    from search s join account a on a.id = s.account_id join person p on p.id = a.person_id
    where s.text like $1 escape '\' and s.text like $2 escape '\'
      and s.text like $3 escape '\' and s.text like $4 escape '\'
    order by case when s.text like $5 escape '\' then 0 else 1 end, s.account_id limit $6");
const BY_BILL: Sql = Sql(r"
    select b.account_id, a.number, p.name, a.mail_to, b.number
    from bill b join account a on a.id = b.account_id join person p on p.id = a.person_id
    where replace(b.number, '-', '') like $1 escape '\'
    order by b.number limit $2");

/// Words at the end of a street's name, in full and as the post cuts them short.
const STREETS: &[(&str, &str)] = &[
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("circle", "cir"),
    ("court", "ct"),
    ("cove", "cv"),
    ("drive", "dr"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("road", "rd"),
    ("square", "sq"),
    ("street", "st"),
    ("terrace", "ter"),
    ("trail", "trl"),
];

/// The hyphen, and what programs make of it.
const DASHES: [char; 5] = ['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'];

/// Words that are looked for; more say nothing that four do not.
const WORDS: usize = 4;

/// An account that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which one.
    pub account: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// Whose it is.
    pub name: String,
    /// Where its mail goes.
    pub address: String,
    /// The line in which the first word was found.
    pub scrap: String,
}

/// Brings up to date what an account can be found by.
pub fn refresh(tx: &mut Tx, account: AccountId) -> Result<()> {
    let about = tx.maybe(ABOUT, [account.into()], |row| {
        let number = row.number(0)?;
        Ok([number.to_string(), number.digits().to_string(), row.text(1)?, row.text(2)?])
    })?;
    let Some(about) = about else { return Ok(()) };
    let mut scraps: Vec<String> =
        about.iter().flat_map(|it| it.lines()).map(str::to_owned).collect();
    tx.each(SCRAPS, [account.into()], |row| {
        let scrap = row.text(0)?;
        if row.text(1)? == "phone" {
            scraps.push(scrap.chars().filter(char::is_ascii_digit).collect());
        }
        scraps.push(scrap);
        Ok(())
    })?;
    let mut lines: Vec<String> = scraps.iter().map(|it| it.to_lowercase()).collect();
    for line in lines.clone() {
        lines.extend(otherwise(&line));
    }
    let text = format!("\n{}\n", lines.join("\n"));
    tx.exec(FORGET, [account.into()])?;
    tx.exec(KEEP, [account.into(), text.into()]).map(|_| ())
}

/// Brings up to date the accounts that take or took service here.
pub fn refresh_at(tx: &mut Tx, point: ServicePointId) -> Result<()> {
    for account in tx.many(ACCOUNTS_AT, [point.into()], |row| row.id(0))? {
        refresh(tx, account)?;
    }
    Ok(())
}

/// The accounts that have every one of `words` (at most four count) about them; those of which
/// the first word is a whole line come first.
pub fn find(tx: &mut Tx, words: &[String], limit: i64) -> Result<Vec<Hit>> {
    let words = words.iter().map(|it| plain(&it.to_lowercase()));
    let words: Vec<String> = words.filter(|it| !it.is_empty()).take(WORDS).collect();
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    let pattern =
        |nth: usize| words.get(nth).map_or("%".to_owned(), |it| format!("%{}%", literal(it)));
    let exact = format!("%\n{}\n%", literal(&words.join(" ")));
    let asked: [V<'_>; 6] = [
        pattern(0).into(),
        pattern(1).into(),
        pattern(2).into(),
        pattern(3).into(),
        exact.into(),
        limit.into(),
    ];
    let mut hits = tx.many(FIND, asked, |row| {
        let text = row.text(4)?;
        let has = |line: &str| line.contains(first.as_str());
        let line = text.lines().find(|it| has(it) || otherwise(it).iter().any(|it| has(it)));
        let line = line.unwrap_or_default();
        hit(row, line.to_owned())
    })?;
    if hits.is_empty() && words.len() == 1 {
        let number = format!("%{}%", literal(&first.to_uppercase()));
        hits = tx.many(BY_BILL, [number.into(), limit.into()], |row| hit(row, row.text(4)?))?;
    }
    Ok(hits)
}

/// How else people write a line in small letters: without dashes, with the words of its street cut
/// short, and with them in full.
fn otherwise(line: &str) -> Vec<String> {
    let with = |word: fn(&str) -> Option<&'static str>| {
        let words = line.split(' ').map(|it| {
            let (bare, comma) = it.strip_suffix(',').map_or((it, ""), |bare| (bare, ","));
            word(bare.trim_end_matches('.')).map_or(it.to_owned(), |word| format!("{word}{comma}"))
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let short = with(|it| STREETS.iter().find(|(full, _)| *full == it).map(|it| it.1));
    let full = with(|it| STREETS.iter().find(|(_, short)| *short == it).map(|it| it.0));
    let mut others = Vec::new();
    for other in [plain(line), short, full] {
        if other != line && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// A word or a line in small letters, as it is looked for: without dashes, and without the sign that
/// ends it.
fn plain(text: &str) -> String {
    text.replace(DASHES, "").trim_end_matches([',', ';', '.']).to_owned()
}

fn hit(row: &crate::value::Row, scrap: String) -> Result<Hit> {
    let address = row.text(3)?.lines().collect::<Vec<_>>().join(", ");
    Ok(Hit { account: row.id(0)?, number: row.number(1)?, name: row.text(2)?, address, scrap })
}

/// A word as a pattern that matches only itself.
fn literal(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

#[cfg(test)]
mod tests {
    use super::otherwise;

    #[test]
    fn a_line_is_also_kept_as_others_write_it() {
        assert_eq!(otherwise("12 mill st"), ["12 mill street"]);
        assert_eq!(
            otherwise("12 st. john road, unit 3"),
            ["12 st. john rd, unit 3", "12 street john road, unit 3"]
        );
        assert_eq!(otherwise("e-310001"), ["e310001"]);
        assert!(otherwise("rosa quill").is_empty());
    }
}
