//! Files of payments: statements of the bank, what its lockbox opened, lists and files of agents; and what came
//! in at the bank that nobody expected, until somebody says what it is.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::bank::settle::{self, Is};
use meterbook_app::bank::{Perhaps, Took, Unmatched};
use meterbook_app::lockbox::{self, NewLockbox};
use meterbook_app::{Actor, Refused, bank, drawer};
use meterbook_core::id::TenderId;
use meterbook_core::limits::PAYMENT_FILE_BYTES;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::bank::{Credit, Expected, ReturnedItem};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, no, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::sent::{Sent, SentFile};
use crate::typed::Typed;
use crate::words::bank::{Words, words};
use crate::{Console, refusal, show};

/// Rows that are listed.
const ROWS: usize = 200;
/// What a file of payments may be, beside the names of agents.
const CSV: &str = "csv";
const LOCKBOX: &str = "lockbox";
/// Before the name of an agent.
const AGENT: &str = "agent/";

#[derive(Template)]
#[template(path = "bank.html")]
struct Page {
    head: Head,
    words: &'static Words,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    /// What became of the files that were just taken in.
    became: Vec<BecamePart>,
    /// What came in and was not expected, each with what it is perhaps the same as.
    unmatched: Vec<Row>,
    /// What the bank took back.
    returned: Vec<Row>,
    expected: Vec<Row>,
    more: bool,
    agents: Vec<String>,
    today: String,
    typed: Typed,
    may_take: bool,
    may_settle: bool,
}

/// What became of a file, as the page says it.
struct BecamePart {
    title: String,
    says: Vec<String>,
    rows: Vec<Row>,
}

/// Something that came in, or was expected.
struct Row {
    key: String,
    line: String,
    on: String,
    amount: String,
    is: String,
    said: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// What waits, and the forms for files.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let notice = if asked.done == "settled" { words(visitor.language).settled } else { "" };
    let done = page(&console, &visitor, notice, Vec::new(), Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    notice: &'static str,
    became: Vec<BecamePart>,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let (found, agents) = blocking(move || {
        here.db.read(|tx| Ok((bank::unmatched(tx, today)?, store::payment_layout::names(tx)?)))
    })
    .await?;
    let Unmatched { came, perhaps, expected, returned } = found;
    let alike = |it: &Credit| perhaps.get(&it.key).map(same).unwrap_or_default();
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, visitor.money().bank),
        words: words(visitor.language),
        tabs: tabs(visitor, "/bank"),
        more: [came.len(), returned.len(), expected.len()].iter().any(|it| ROWS < *it),
        unmatched: came
            .iter()
            .take(ROWS)
            .map(|it| Row { is: alike(it), ..credit(it, visitor) })
            .collect(),
        returned: returned.iter().take(ROWS).map(|it| back(it, visitor)).collect(),
        expected: expected.iter().take(ROWS).map(|it| deposit(it, visitor)).collect(),
        today: today.to_string(),
        may_take: visitor.may(Permission::TakePayment),
        may_settle: visitor.may(Permission::MatchPayments),
        notice,
        became,
        agents,
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// What it is perhaps the same as, and what that came to where it is another amount.
fn same(it: &Perhaps) -> String {
    match it.was {
        Some(was) => format!("{} ({})", it.key, show::money(was)),
        None => it.key.clone(),
    }
}

fn credit(it: &Credit, visitor: &Visitor) -> Row {
    let is = match (&it.deposit, it.tender) {
        (Some(deposit), _) => deposit.clone(),
        (None, Some(tender)) => format!("{} {tender}", words(visitor.language).tender),
        (None, None) => words(visitor.language).not_expected.to_owned(),
    };
    Row {
        key: it.key.clone(),
        line: grouped(&it.line.to_string()),
        on: show::day(it.on, visitor.language),
        amount: show::money(it.amount),
        is,
        said: it.said.clone(),
    }
}

fn deposit(it: &Expected, visitor: &Visitor) -> Row {
    Row {
        key: it.key.clone(),
        line: String::new(),
        on: show::day(it.on, visitor.language),
        amount: show::money(it.amount),
        is: match it.voided {
            Money::ZERO => String::new(),
            voided => format!("{} {}", show::money(voided), words(visitor.language).back_voided),
        },
        said: String::new(),
    }
}

fn back(it: &ReturnedItem, visitor: &Visitor) -> Row {
    Row {
        key: it.key.clone(),
        line: grouped(&it.line.to_string()),
        on: show::day(it.on, visitor.language),
        amount: show::money(it.amount),
        is: words(visitor.language).came_back.to_owned(),
        said: it.said.clone(),
    }
}

/// Takes a statement in, or each of those in a zip, and shows what each thing in it is. One of several that is
/// refused says so beside the others.
pub(crate) async fn statement(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    sent: Sent,
) -> Response {
    let reader = visitor.clone();
    let act = move |here: &Console, actor: Actor, file: SentFile, _: &Typed| {
        let files = bank::delivered(&file.name, file.bytes)?;
        let alone = files.len() == 1;
        let one = |(name, bytes): &(String, Vec<u8>)| match here
            .db
            .write(|tx| bank::take(tx, actor, (name, bytes)))
        {
            Ok(took) => Ok(taken(&took, &reader)),
            Err(why) if !alone && why.is::<Refused>() => {
                let says = refusal::said(&why, &here.zone, reader.language);
                Ok(BecamePart { title: name.clone(), says: vec![says], rows: Vec::new() })
            }
            Err(why) => Err(why),
        };
        files.iter().map(one).collect()
    };
    take(&console, &visitor, sent, act).await
}

fn taken(took: &Took, reader: &Visitor) -> BecamePart {
    let words = words(reader.language);
    let already = match took.already {
        0 => Vec::new(),
        many => vec![format!("{} {}", grouped(&many.to_string()), words.statement_already)],
    };
    BecamePart {
        title: words.statement_taken.replace("{id}", &took.statement.to_string()),
        says: already,
        rows: took
            .credits
            .iter()
            .map(|it| credit(it, reader))
            .chain(took.returned.iter().map(|it| back(it, reader)))
            .take(ROWS)
            .collect(),
    }
}

/// Posts a file of payments: all of it, if it comes to what was said, or nothing.
pub(crate) async fn payments(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    sent: Sent,
) -> Response {
    let reader = visitor.clone();
    let act = move |here: &Console, actor: Actor, file: SentFile, typed: &Typed| {
        let count = typed.text("count");
        let count =
            count.parse().map_err(|_| no(format!("{count} is no count; write a whole number")))?;
        let says = (count, money::amount(here.currency()?, typed.text("sum"))?);
        let became = here.db.write(|tx| posted(tx, actor, (&file, typed), says, &reader))?;
        Ok(vec![became])
    };
    take(&console, &visitor, sent, act).await
}

fn posted(
    tx: &mut Tx,
    actor: Actor,
    (file, typed): (&SentFile, &Typed),
    (count, total): (usize, Money),
    reader: &Visitor,
) -> Result<BecamePart> {
    let words = words(reader.language);
    let (name, bytes) = (file.name.as_str(), file.bytes.as_slice());
    let many = |many: usize, sum: Money, of: &str| {
        format!("{} {of}, {}", grouped(&many.to_string()), show::money(sum))
    };
    let (batch, says) = match typed.text("from") {
        LOCKBOX => {
            let took = lockbox::take(tx, actor, &NewLockbox { name, bytes, count, total })?;
            let listed = |lines: &[u64], of: &str| {
                let shown: Vec<String> = lines.iter().take(ROWS).map(u64::to_string).collect();
                format!("{} {of}: {}", grouped(&lines.len().to_string()), shown.join(" "))
            };
            let mut says = vec![many(took.posted.0, took.posted.1, words.batch_posted)];
            if 0 < took.held.0 {
                says.push(many(took.held.0, took.held.1, words.batch_held));
            }
            if !took.already.is_empty() {
                says.push(listed(&took.already, words.batch_already));
            }
            for it in took.otherwise.iter().take(ROWS) {
                let (now, was) = (show::money(it.now), show::money(it.was));
                let text = words.batch_otherwise.replace("{line}", &it.line.to_string());
                says.push(text.replace("{now}", &now).replace("{was}", &was));
            }
            if !took.letters.is_empty() {
                says.push(listed(&took.letters, words.batch_letters));
            }
            (took.batch, says)
        }
        from => {
            let on = money::day(typed.text("on"))?;
            let mut new = match from.strip_prefix(AGENT) {
                Some(agent) => {
                    drawer::agent::batch_of(tx, agent, (name, bytes), (count, total), on)?
                }
                None if from == CSV => drawer::batch_of(tx, (name, bytes), (count, total), on)?,
                None => return Err(NotThere.into()),
            };
            new.agency = typed.some("agency").map(str::to_owned);
            let batch = drawer::post_batch(tx, actor, &new)?;
            (batch, vec![many(count, total, words.batch_posted)])
        }
    };
    Ok(BecamePart {
        title: words.batch.replace("{id}", &batch.to_string()),
        says,
        rows: Vec::new(),
    })
}

/// Does what a form with a file asks for, and shows what became of it.
async fn take(
    console: &Arc<Console>,
    visitor: &Visitor,
    sent: Sent,
    act: impl FnOnce(&Console, Actor, SentFile, &Typed) -> Result<Vec<BecamePart>> + Send + 'static,
) -> Response {
    let Sent { typed, mut files, too_much } = sent;
    let words = words(visitor.language);
    let whole = move |here: &Console, actor, typed: &Typed| {
        let file = files.pop().ok_or_else(|| no(words.none_chosen.to_owned()))?;
        let long = u64::try_from(file.bytes.len())?;
        if too_much || PAYMENT_FILE_BYTES < long {
            return Err(no(words.too_large.to_owned()));
        }
        act(here, actor, file, typed)
    };
    let done = match money::asked(console, visitor, &typed, whole).await {
        Ok(Ok(became)) => page(console, visitor, "", became, Default::default()).await,
        Ok(Err(says)) => page(console, visitor, "", Vec::new(), (typed, says)).await,
        Err(why) => Err(why),
    };
    answer(console, visitor, done)
}

#[derive(Template)]
#[template(path = "credit_came.html")]
struct CreditPage {
    head: Head,
    words: &'static Words,
    tabs: Vec<Tab>,
    says: String,
    it: Row,
    account: String,
    /// Whether the bank took it back, and did not get it.
    is_back: bool,
    /// What of another day or amount it is perhaps the same as.
    perhaps: String,
    expected: Vec<(Row, bool)>,
    is: String,
    typed: Typed,
    may_settle: bool,
}

#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    key: String,
}

/// One thing that came in and was not expected.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(which): Query<Which>,
) -> Response {
    let done = came(&console, &visitor, which.key, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn came(
    console: &Arc<Console>,
    visitor: &Visitor,
    key: String,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let open = blocking(move || here.db.read(|tx| open(tx, &key, today))).await?;
    let expected = &open.expected;
    let chosen = |key: &str| typed.all("deposit").any(|it| it == key);
    let rows = expected.iter().take(ROWS).map(|of| (deposit(of, visitor), chosen(&of.key)));
    let page = CreditPage {
        head: Head::new(console, Some(visitor), visitor.language, visitor.money().bank),
        words: words(visitor.language),
        tabs: tabs(visitor, "/bank"),
        account: open.account.clone(),
        expected: rows.collect(),
        is: typed.text("is").to_owned(),
        it: match &open.it {
            Item::Came(it) => credit(it, visitor),
            Item::Back(it) => back(it, visitor),
        },
        is_back: matches!(open.it, Item::Back(_)),
        perhaps: open.perhaps.clone(),
        may_settle: visitor.may(Permission::MatchPayments),
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// Something of a statement of which nobody said what it is.
enum Item {
    Came(Credit),
    Back(ReturnedItem),
}

/// The same, with what it may be.
struct Open {
    it: Item,
    account: String,
    perhaps: String,
    expected: Vec<Expected>,
}

fn open(tx: &mut Tx, key: &str, today: Date) -> Result<Open> {
    let Unmatched { came, mut perhaps, expected, returned } = bank::unmatched(tx, today)?;
    let perhaps = perhaps.remove(key).as_ref().map(same).unwrap_or_default();
    if let Some(it) = came.into_iter().find(|it| it.key == key) {
        let account = it.account.clone();
        return Ok(Open { it: Item::Came(it), account, perhaps, expected });
    }
    let it = returned.into_iter().find(|it| it.key == key).ok_or(NotThere)?;
    let account = it.account.clone();
    Ok(Open { it: Item::Back(it), account, perhaps, expected: Vec::new() })
}

fn tender(text: &str) -> Result<TenderId> {
    let wrong = |_| no(format!("{text} is no count; write a whole number"));
    Ok(TenderId(text.parse().map_err(wrong)?))
}

/// Says what it is, once.
pub(crate) async fn settle(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let language = visitor.language;
    let act = move |here: &Console, actor, sent: &Typed| {
        here.db.write(|tx| {
            let is = match sent.text("is") {
                "payment" => Is::Payment(money::account(tx, sent.text("account"))?.id),
                "deposits" => Is::Deposits(sent.all("deposit").map(str::to_owned).collect()),
                "taken" => Is::Taken(tender(sent.text("tender"))?),
                "returned" => Is::Returned(tender(sent.text("tender"))?),
                "held" => Is::Held,
                "ours" => Is::Ours,
                _ => return Err(no(words(language).settle_choose.to_owned())),
            };
            settle::settle(tx, actor, sent.text("key"), &is, sent.text("why"))
        })?;
        Ok("/bank?done=settled".to_owned())
    };
    let again = |(typed, says): (Typed, String)| {
        let key = typed.text("key").to_owned();
        came(&console, &visitor, key, (typed, says))
    };
    go_on(&console, &visitor, fields, act, again).await
}
