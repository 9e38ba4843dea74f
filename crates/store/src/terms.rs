//! What agreements say of themselves: terms, prices of their own, exemptions.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use meterbook_core::id::AgreementId;
use meterbook_core::money::Share;
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term, Terms};
use meterbook_core::text::{decimal, scaled};

use crate::Tx;
use crate::bill::Known;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;

const ADD: Sql = Sql("
    insert into agreement_term (agreement_id, kind, name, from_on, to_on, value, certificate)
    values ($1, $2, $3, $4, $5, $6, $7)");
const END: Sql = Sql("
    update agreement_term set to_on = $4
    where agreement_id = $1 and kind = $2 and name = $3 and from_on < $4
      and (to_on is null or $4 < to_on)");
const OF: (Sql, Sql) = among_ids!(
    "select agreement_id, kind, name, from_on, to_on, value, certificate
     from agreement_term where agreement_id",
    "order by agreement_id, kind, name, from_on"
);

const FORGET: Sql =
    Sql("delete from agreement_term where agreement_id = $1 and kind = $2 and name = $3");
const BEGIN: Sql =
    Sql("update agreement_term set from_on = $3 where agreement_id = $1 and from_on = $2");
const WAS: Sql = Sql("
    select agreement_id, kind, name, from_on, to_on, value, certificate
    from agreement_term_was where agreement_id = $1 and telling_id = $2
    order by agreement_id, kind, name, from_on");

/// What something that an agreement says is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A term that tariffs need.
    Term,
    /// The price of a charge.
    Price,
    /// A tax or rider that is not owed.
    Exemption,
}

impl About {
    /// As it is kept and said.
    pub fn word(self) -> &'static str {
        match self {
            About::Term => "term",
            About::Price => "price",
            About::Exemption => "exemption",
        }
    }

    /// The one that a word means.
    pub fn from_word(word: &str) -> Option<About> {
        [About::Term, About::Price, About::Exemption].into_iter().find(|it| it.word() == word)
    }
}

/// Keeps all of these with an agreement.
pub fn add(tx: &mut Tx, agreement: AgreementId, terms: &Terms) -> Result<()> {
    for Term { name, value, from, to } in &terms.said {
        insert(tx, agreement, About::Term, name, (*from, *to), [value, ""])?;
    }
    for SpecialPrice { label, nano, from, to } in &terms.prices {
        let price = decimal(*nano, 9);
        insert(tx, agreement, About::Price, label, (*from, *to), [&price, ""])?;
    }
    for Exemption { label, share, certificate, from, to } in &terms.exemptions {
        let percent = format!("{}%", decimal(share.nano, 7));
        insert(tx, agreement, About::Exemption, label, (*from, *to), [&percent, certificate])?;
    }
    Ok(())
}

fn insert(
    tx: &mut Tx,
    agreement: AgreementId,
    about: About,
    name: &str,
    (from, to): (Date, Option<Date>),
    [value, certificate]: [&str; 2],
) -> Result<()> {
    let values = [
        agreement.into(),
        about.word().into(),
        name.to_owned().into(),
        from.into(),
        to.into(),
        value.to_owned().into(),
        certificate.to_owned().into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends what is said about a name, on the first day without it.
pub fn end(tx: &mut Tx, agreement: AgreementId, about: About, name: &str, on: Date) -> Result<()> {
    let values = [agreement.into(), about.word().into(), name.to_owned().into(), on.into()];
    tx.exec(END, values).map(|_| ())
}

/// Keeps these instead of all that an agreement says about a name; what it said is kept by the telling
/// that does it.
pub fn tell(
    tx: &mut Tx,
    agreement: AgreementId,
    (about, name): (About, &str),
    terms: &Terms,
) -> Result<()> {
    tx.exec(FORGET, [agreement.into(), about.word().into(), name.into()])?;
    add(tx, agreement, terms)
}

/// Has what an agreement said from one day on, its first, begin on another one.
pub fn begin(tx: &mut Tx, agreement: AgreementId, was: Date, from: Date) -> Result<()> {
    tx.exec(BEGIN, [agreement.into(), was.into(), from.into()]).map(|_| ())
}

/// The terms of one agreement as they were believed to be when so much was known.
pub fn as_of(tx: &mut Tx, agreement: AgreementId, known: Known) -> Result<Terms> {
    let Some(telling) = crate::telling::next(tx, agreement, known)? else {
        return get(tx, agreement);
    };
    let mut terms = Terms::default();
    tx.each(WAS, [agreement.into(), telling.into()], |row| take(&mut terms, row))?;
    Ok(terms)
}

/// The terms of one agreement.
pub fn get(tx: &mut Tx, agreement: AgreementId) -> Result<Terms> {
    Ok(of(tx, [agreement].into_iter())?.remove(&agreement).unwrap_or_default())
}

/// The terms of these agreements; none for those that say nothing.
pub fn of(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
) -> Result<HashMap<AgreementId, Terms>> {
    let mut all: HashMap<AgreementId, Terms> = HashMap::new();
    let sql = tx.either(OF.0, OF.1);
    let list = list_of(agreements);
    tx.each(sql, [list.into()], |row| take(all.entry(row.id(0)?).or_default(), row))?;
    Ok(all)
}

fn take(terms: &mut Terms, row: &Row) -> Result<()> {
    let (name, value) = (row.text(2)?, row.text(5)?);
    let (from, to) = (row.date(3)?, row.maybe(4, Row::date)?);
    match row.text(1)?.as_str() {
        "term" => terms.said.push(Term { name, value, from, to }),
        "price" => {
            let nano = scaled(&value, 9).with_context(|| format!("{value} is no price"))?;
            terms.prices.push(SpecialPrice { label: name, nano, from, to });
        }
        "exemption" => {
            let share = Share::parse(&value).map_err(anyhow::Error::msg)?;
            let certificate = row.text(6)?;
            terms.exemptions.push(Exemption { label: name, share, certificate, from, to });
        }
        other => bail!("{other} is nothing that an agreement says"),
    }
    Ok(())
}
