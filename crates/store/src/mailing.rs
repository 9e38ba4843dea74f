//! Summary bills and letters that are sent, each as it was when it was made.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::delivery::mailing::{Mailing, Matter, note_number};
use meterbook_core::delivery::{Enclosed, PaperKind};
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId, MailingId};
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::person::Language;

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::V;

const MAILINGS: Rows =
    Rows("mailing (id, number, kind, account_id, language, addressed_to, dated_on, cause)");
const BILLS: Rows = Rows("mailing_bill (mailing_id, bill_id)");
const WORDS: Rows = Rows("mailing_word (mailing_id, position, name, text)");
const ABOUT: Sql = Sql("
    insert into mailing_move (mailing_id, move_id, version) values ($1, $2, $3)");
const ABOUT_OF: Sql = Sql("select move_id, version from mailing_move where mailing_id = $1");
const GET: Sql = Sql("
    select number, kind, account_id, language, addressed_to, dated_on, cause
    from mailing where id = $1");
const BILLS_OF: Sql =
    Sql("select bill_id from mailing_bill where mailing_id = $1 order by bill_id");
const WORDS_OF: Sql = Sql("
    select name, text from mailing_word where mailing_id = $1 order by position");
const ADDRESSEES: (Sql, Sql) = among_ids!(
    "select a.id, a.number, n.language, n.name, a.mail_to,
        (select count(*) from mailing m
         where m.account_id = a.id and m.cause = $2 and m.dated_on = $3)
     from account a join person n on n.id = a.person_id
     where a.id",
    "order by a.id"
);
const OF_ACCOUNT: Sql = Sql("select id from mailing where account_id = $1 order by id");
const NUMBERED: Sql = Sql("select id, kind from mailing where number = $1");
// A note tells somebody of it who was sent a bill that was taken back, or could fetch it, or had it
// before there was an outbox.
const TOLD: (Sql, Sql) = among_ids!(
    "select distinct k.correction_id from bill_cancelled k
     where (not exists (select 1 from piece p where p.bill_id = k.bill_id)
        or exists (select 1 from bill_elsewhere w where w.bill_id = k.bill_id)
        or exists (select 1 from piece p where p.bill_id = k.bill_id and p.channel = 'collect')
        or exists (select 1 from piece p join piece_event e on e.piece_id = p.id
                   where p.bill_id = k.bill_id and e.state <> 'queued'))
       and k.correction_id",
    "order by 1"
);
const NOTES: Sql = Sql("select count(*) from correction where cause <> 'run'");
// Of bills of a turn that is taken back as a whole nobody is told: nobody was sent them. Of one that sums up
// others it is told what stands in its place, once that is made.
const UNTOLD: Sql = Sql("
    select c.id from correction c
    where (select after_correction_id from note_begin) < c.id and c.cause <> 'run'
      and not exists (select 1 from piece p where p.correction_id = c.id)
      and not exists (
        select 1 from correction_summing w join bill_cancelled k on k.bill_id = w.bill_id
        where k.correction_id = c.id)
      and exists (
        select 1 from bill_cancelled k
        where k.correction_id = c.id
          and (not exists (select 1 from piece p where p.bill_id = k.bill_id)
            or exists (select 1 from bill_elsewhere w where w.bill_id = k.bill_id)
            or exists (select 1 from piece p where p.bill_id = k.bill_id and p.channel = 'collect')
            or exists (select 1 from piece p join piece_event e on e.piece_id = p.id
                       where p.bill_id = k.bill_id and e.state <> 'queued')))
    order by c.id limit 100");

/// Keeps summary bills and letters.
pub fn add(tx: &mut Tx, all: &[Mailing]) -> Result<()> {
    let rows = all.iter().map(|it| {
        let cause = match &it.matter {
            Matter::Summary(_) => "",
            Matter::Letter { cause, .. } => cause.word(),
        };
        [
            it.id.into(),
            V::from(&it.number),
            it.kind().word().into(),
            it.account.into(),
            it.language.word().into(),
            V::from(it.addressed_to.join("\n")),
            it.on.into(),
            cause.into(),
        ]
    });
    tx.bulk(MAILINGS, rows)?;
    let (mut bills, mut words) = (Vec::new(), Vec::new());
    for it in all {
        match &it.matter {
            Matter::Summary(of) => {
                bills.extend(of.iter().map(|bill| [it.id.into(), (*bill).into()]))
            }
            Matter::Letter { of, values, listed, .. } => {
                if let Some((of, version)) = of {
                    tx.exec(ABOUT, [it.id.into(), (*of).into(), (*version).into()])?;
                }
                let values = values.iter().map(|(name, value)| (*name, value));
                let said = values.chain(listed.iter().map(|it| ("", it)));
                words.extend(said.zip(1_i64..).map(|((name, text), nth)| {
                    [it.id.into(), nth.into(), name.into(), V::from(text)]
                }));
            }
        }
    }
    tx.bulk(BILLS, bills)?;
    tx.bulk(WORDS, words)
}

/// One summary bill or letter.
pub fn get(tx: &mut Tx, id: MailingId) -> Result<Mailing> {
    let found = tx.maybe(GET, [id.into()], |row| {
        let kind = row.word(1, PaperKind::from_word)?;
        let it = Mailing {
            id,
            number: row.text(0)?,
            account: row.id(2)?,
            language: row.word(3, Language::from_word)?,
            addressed_to: row.text(4)?.lines().map(str::to_owned).collect(),
            on: row.date(5)?,
            matter: Matter::Summary(Vec::new()),
        };
        Ok((it, kind, row.text(6)?))
    })?;
    let (mut it, kind, cause) = found.ok_or_else(|| missing("mailing", id))?;
    it.matter = match kind {
        PaperKind::Letter => {
            let cause = LetterCause::from_word(&cause);
            letter(tx, id, cause.with_context(|| format!("{} has no cause", it.number))?)?
        }
        _ => Matter::Summary(tx.many(BILLS_OF, [id.into()], |row| row.id::<BillId>(0))?),
    };
    Ok(it)
}

/// What a letter says.
fn letter(tx: &mut Tx, id: MailingId, cause: LetterCause) -> Result<Matter> {
    let (mut values, mut listed) = (Vec::new(), Vec::new());
    for (name, text) in tx.many(WORDS_OF, [id.into()], |row| Ok((row.text(0)?, row.text(1)?)))? {
        match cause.fields().iter().find(|it| **it == name) {
            Some(name) => values.push((*name, text)),
            None => listed.push(text),
        }
    }
    let of = tx.maybe(ABOUT_OF, [id.into()], |row| Ok((row.id(0)?, row.int(1)?)))?;
    Ok(Matter::Letter { cause, of, values, listed })
}

/// To whom a letter is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The account.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// The language they are written to in.
    pub language: Language,
    /// Name, then address lines.
    pub addressed_to: Vec<String>,
    /// How many letters of that cause and day they are written already.
    pub before: i64,
}

/// To whom letters of a cause and day to these accounts are written, by account.
pub fn addressees(
    tx: &mut Tx,
    accounts: &[AccountId],
    (cause, on): (LetterCause, Date),
) -> Result<Vec<Addressee>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(ADDRESSEES.0, ADDRESSEES.1);
    tx.many(sql, [V::from(&list), cause.word().into(), on.into()], |row| {
        let name = std::iter::once(row.text(3)?);
        Ok(Addressee {
            account: row.id(0)?,
            number: row.number(1)?,
            language: row.word(2, Language::from_word)?,
            addressed_to: name.chain(row.text(4)?.lines().map(str::to_owned)).collect(),
            before: row.int(5)?,
        })
    })
}

/// Every summary bill and letter of an account, oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Mailing>> {
    let all = tx.many(OF_ACCOUNT, [account.into()], |row| row.id(0))?;
    all.into_iter().map(|it| get(tx, it)).collect()
}

/// The note, summary bill or letter that is called so, if one is.
pub fn numbered(tx: &mut Tx, number: &str) -> Result<Option<Enclosed>> {
    if let Some(id) = number.strip_prefix("C-").and_then(|it| it.parse().ok()) {
        let enclosed = Enclosed::Note(CorrectionId(id));
        return Ok(crate::outbox::is_queued(tx, enclosed)?.then_some(enclosed));
    }
    tx.maybe(NUMBERED, [number.into()], |row| {
        let id = row.id(0)?;
        Ok(match row.word(1, PaperKind::from_word)? {
            PaperKind::Letter => Enclosed::Letter(id),
            _ => Enclosed::Summary(id),
        })
    })
}

/// Of a correction of a bill that anybody knew of, whoever gets the account's bills is told.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let untold = tx.many(UNTOLD, [], |row| row.id::<CorrectionId>(0))?;
    let said = |it: &CorrectionId| {
        let number = note_number(*it);
        format!("the note {number} of bills that somebody knew of is on its way to nobody")
    };
    Ok((tx.one(NOTES, [], |row| row.int(0))?, untold.iter().map(said).collect()))
}

/// Those of these corrections of whose bills anybody knew.
pub fn known(tx: &mut Tx, corrections: &[CorrectionId]) -> Result<Vec<CorrectionId>> {
    let list = list_of(corrections.iter().copied());
    let sql = tx.either(TOLD.0, TOLD.1);
    tx.many(sql, [V::from(&list)], |row| row.id(0))
}
