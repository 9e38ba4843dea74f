//! What an agreement says of itself on days that are billed, told otherwise: a term, a price of its own,
//! an exemption, or that it says nothing.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::AgreementId;
use meterbook_core::rating::terms::Terms;
use meterbook_store::terms::About;
use meterbook_store::{self as store, Tx};
use serde_json::{Value, json};

use super::{Look, NotTold};
use crate::refuse;
use crate::term::{Said, TermRefusal, sayable};

/// What is said on some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// This, on its days.
    That(Said),
    /// Nothing about a name.
    Nothing {
        /// Whether it is a term, a price or an exemption.
        about: About,
        /// The name.
        name: String,
        /// The first day without it.
        from: Date,
        /// The first day on which what was said holds again; `None` where none is.
        to: Option<Date>,
    },
}

impl Says {
    pub(super) fn key(&self) -> (About, &str, Date, Option<Date>) {
        match self {
            Says::That(it) => it.key(),
            Says::Nothing { about, name, from, to } => (*about, name, *from, *to),
        }
    }

    pub(super) fn content(&self) -> Value {
        let (about, name, from, to) = self.key();
        let value = match self {
            Says::That(it) => json!(it.row()),
            Says::Nothing { .. } => Value::Null,
        };
        json!({
            "about": about.word(),
            "name": name,
            "from": from.to_string(),
            "to": to.map(|it| it.to_string()),
            "value": value,
        })
    }

    pub(super) fn of(content: &Value) -> Option<Says> {
        let about = About::from_word(content["about"].as_str()?)?;
        let name = content["name"].as_str()?.to_owned();
        let from = content["from"].as_str()?.parse().ok()?;
        let to = match content["to"].as_str() {
            None => None,
            Some(day) => Some(day.parse().ok()?),
        };
        if content["value"].is_null() {
            return Some(Says::Nothing { about, name, from, to });
        }
        let [value, certificate] = [0, 1].map(|it| content["value"][it].as_str());
        Said::of((about, name, from, to), value?, certificate?).map(Says::That)
    }

    /// All that is said about its name when this holds on its days, and what was said on the others.
    fn over(&self, there: &Terms) -> Vec<Said> {
        let (about, name, from, to) = self.key();
        let mut all = Vec::new();
        for it in about_name(there, about, name) {
            let (_, _, began, ended) = it.key();
            if began < from {
                let end = ended.map_or(from, |it| it.min(from));
                all.push(it.on(began, Some(end)));
            }
            if let Some(to) = to.filter(|to| ended.is_none_or(|ended| *to < ended)) {
                all.push(it.on(began.max(to), ended));
            }
        }
        if let Says::That(said) = self {
            all.push(said.clone());
        }
        all.sort_by_key(|it| it.key().2);
        all
    }
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Says::That(it) => it.fmt(f),
            Says::Nothing { about, name, from, to } => {
                write!(f, "no {} {name} from {from}", about.word())?;
                to.map_or(Ok(()), |to| write!(f, " up to {to}"))
            }
        }
    }
}

/// What is said about a name, oldest first.
fn about_name(terms: &Terms, about: About, name: &str) -> Vec<Said> {
    let mut all = Said::all(terms.clone());
    all.retain(|it| (it.key().0, it.key().1) == (about, name));
    all.sort_by_key(|it| it.key().2);
    all
}

/// What there is to say of it; refuses what an agreement cannot say, and what it says already.
pub(super) fn look(tx: &mut Tx, id: AgreementId, says: &Says) -> Result<Look> {
    let agreement = store::agreement::get(tx, id)?;
    let (about, name, from, to) = says.key();
    match says {
        Says::That(said) => sayable(tx, &agreement.tariff, said)?,
        Says::Nothing { .. } => {
            if let Some(to) = to.filter(|to| *to <= from) {
                return Err(refuse(TermRefusal::Backwards { from, to }));
            }
        }
    }
    let there = store::terms::get(tx, id)?;
    let before = about_name(&there, about, name);
    if says.over(&there) == before {
        return Err(refuse(NotTold::Same { said: says.to_string() }));
    }
    let on_its_days = |it: &&Said| {
        let (_, _, began, ended) = it.key();
        to.is_none_or(|to| began < to) && ended.is_none_or(|ended| from < ended)
    };
    let was: Vec<String> = before.iter().filter(on_its_days).map(Said::to_string).collect();
    let was = if was.is_empty() { "nothing".to_owned() } else { was.join("; ") };
    Ok(Look {
        subject: id.to_string(),
        said: format!("agreement {id}: {says}"),
        was,
        accounts: vec![agreement.account],
        from,
    })
}

/// All that the agreement would say about the name.
pub(super) fn over(tx: &mut Tx, id: AgreementId, says: &Says) -> Result<Terms> {
    let there = store::terms::get(tx, id)?;
    let mut terms = Terms::default();
    for it in says.over(&there) {
        it.add_to(&mut terms);
    }
    Ok(terms)
}
