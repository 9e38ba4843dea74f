//! Holding the audit against its own chain.

use std::fmt;

use anyhow::Result;
use meterbook_store::audit::{Broken, Walk};
use meterbook_store::{self as store, Tx};

/// What was kept elsewhere of an earlier walk: the number of its newest row and the hash of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number.
    pub id: i64,
    /// The hash.
    pub hash: String,
}

/// What a verification found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The chain is broken.
    Broken(Broken),
    /// The chain is whole, but it is another than the one of which the head was kept.
    Rewritten(Head),
}

impl Head {
    /// Reads `1841:ab12…`, as [`verify`] lets it be printed.
    pub fn parse(text: &str) -> Option<Head> {
        let (id, hash) = text.trim().split_once(':')?;
        let whole = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
        Some(Head { id: id.parse().ok()?, hash: hash.to_lowercase() }).filter(|_| whole)
    }
}

/// Walks the chain, and looks whether it still holds the row of which the head was kept.
pub fn verify(tx: &mut Tx, kept: Option<&Head>) -> Result<(Walk, Option<Fault>)> {
    let walk = store::audit::walk(tx)?;
    if let Some(broken) = &walk.broken {
        let fault = Fault::Broken(broken.clone());
        return Ok((walk, Some(fault)));
    }
    let Some(kept) = kept else { return Ok((walk, None)) };
    let same = store::audit::hash_of(tx, kept.id)?.is_some_and(|it| it == kept.hash);
    Ok((walk, (!same).then(|| Fault::Rewritten(kept.clone()))))
}

/// The rule for `check`: how many rows were walked, and where the chain is broken.
pub(crate) fn chain(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let (walk, fault) = verify(tx, None)?;
    Ok((walk.rows, fault.iter().map(Fault::to_string).collect()))
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.hash)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Broken(Broken::Missing { id }) => {
                write!(f, "row {id} of the audit is missing; nobody may take one out")
            }
            Fault::Broken(Broken::Altered { id, act, subject }) => write!(
                f,
                "row {id} of the audit ({act} {subject}) says something else than when it was written"
            ),
            Fault::Broken(Broken::Unlinked { id }) => write!(
                f,
                "row {id} of the audit was not written after the row before it; one of the two was rewritten"
            ),
            Fault::Rewritten(Head { id, hash }) => write!(
                f,
                "row {id} of the audit does not have the hash {hash} that was kept; all from some row on was rewritten"
            ),
        }
    }
}
