//! Contacts with customers: written once, never changed.

use anyhow::Result;
use meterbook_core::about::About;
use meterbook_core::id::{AccountId, InteractionId};
use meterbook_core::interaction::{Interaction, InteractionChannel};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into interaction (id, account_id, channel, said_at, staff_id, text)
    values ($1, $2, $3, $4, $5, $6)");
const OF_ACCOUNT: Sql = Sql("
    select id, account_id, channel, said_at, staff_id, text
    from interaction where account_id = $1 order by said_at desc, id desc limit $2");
const LINK: Sql = Sql("
    insert into interaction_about (interaction_id, kind, subject_id) values ($1, $2, $3)");
const LINKS: Sql = Sql("
    select x.interaction_id, x.kind, x.subject_id
    from interaction i join interaction_about x on x.interaction_id = i.id
    where i.account_id = $1 and $2 <= i.id order by x.interaction_id, x.kind, x.subject_id");

/// Keeps a contact.
pub fn add(tx: &mut Tx, said: &Interaction) -> Result<()> {
    let Interaction { id, account, channel, at, by, text } = said;
    let values = [
        (*id).into(),
        (*account).into(),
        channel.word().into(),
        (*at).into(),
        (*by).into(),
        text.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps what a contact was about.
pub fn link(tx: &mut Tx, id: InteractionId, about: &[About]) -> Result<()> {
    for it in about {
        tx.exec(LINK, [id.into(), it.word().into(), it.id().into()])?;
    }
    Ok(())
}

/// What the contacts of an account from one on were about.
pub fn links(
    tx: &mut Tx,
    account: AccountId,
    from: InteractionId,
) -> Result<Vec<(InteractionId, About)>> {
    tx.many(LINKS, [account.into(), from.into()], |row| {
        Ok((row.id(0)?, crate::about::read(row, 1)?))
    })
}

/// What was said with or about an account, newest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Interaction>> {
    newest_of(tx, account, i64::MAX)
}

/// At most so many of what was said with or about an account, newest first.
pub fn newest_of(tx: &mut Tx, account: AccountId, most: i64) -> Result<Vec<Interaction>> {
    tx.many(OF_ACCOUNT, [account.into(), most.into()], |row| {
        Ok(Interaction {
            id: row.id(0)?,
            account: row.id(1)?,
            channel: row.word(2, InteractionChannel::from_word)?,
            at: row.instant(3)?,
            by: row.maybe(4, Row::id)?,
            text: row.text(5)?,
        })
    })
}
