//! Refunds by how they stand: what waits and the checks that pay it, what became of the checks, and what was
//! lost because it came back afterwards.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::listing::Listing;
use meterbook_app::{Actor, refund};
use meterbook_core::id::EntryId;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store::approval::Approval;
use meterbook_store::refund::{CheckEnd, Listed, Loss, Standing};
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Choice, Fields, Tab, go_on, no, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, show};

/// Refunds that are listed on the page.
const ROWS: i64 = 200;
/// What an approval calls it that money is to be given back.
const GIVEN_BACK: [&str; 2] = ["refund credit", "refund suspense"];

#[derive(Template)]
#[template(path = "refunds.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    choices: Vec<Choice>,
    /// The same list as a file.
    file: String,
    rows: Vec<Row>,
    more: bool,
    /// How many wait for a second person; empty where none does.
    second: String,
    /// What was lost; empty where nothing came back.
    lost: String,
    losses: Vec<Lost>,
    typed: Typed,
    /// Whether these wait to be paid, or are paid by checks of which nothing was heard.
    waiting: bool,
    paid: bool,
    may_pay: bool,
    may_keep: bool,
}

struct Row {
    id: i64,
    /// The account; empty where it was nobody's.
    account: String,
    said: String,
    amount: String,
    since: String,
    /// For how long it waits.
    age: String,
    /// The number of the check that pays it, and its day.
    check: String,
    check_on: String,
    ended_on: String,
    chosen: bool,
    /// What was typed as the number of its check.
    typed: String,
}

struct Lost {
    entry: i64,
    on: String,
    says: String,
    amount: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    which: String,
    #[serde(default)]
    done: String,
}

/// Refunds that stand so, the newest first.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = match standing(&asked.which) {
        Ok(which) => page(&console, &visitor, (which, &asked.done), Default::default()).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// Those that are paid, at the address of a form of theirs.
pub(crate) async fn again_paid(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let done = page(&console, &visitor, (Standing::Paid, ""), Default::default()).await;
    answer(&console, &visitor, done)
}

/// How those stand that are asked for; those that wait where nothing is said.
fn standing(word: &str) -> Result<Standing> {
    match word {
        "" => Ok(Standing::Waiting),
        word => Ok(Standing::from_word(word).ok_or(NotThere)?),
    }
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    (which, done): (Standing, &str),
    (typed, says): (Typed, String),
) -> Result<Response> {
    let here = console.clone();
    let (mut all, losses, second) = blocking(move || here.db.read(|tx| known(tx, which))).await?;
    let more = usize::try_from(ROWS)? < all.len();
    all.truncate(usize::try_from(ROWS)?);
    let (words, today) = (visitor.money(), money::today(console));
    let choice = |it: Standing| Choice {
        link: format!("/refunds?which={}", it.word()),
        name: named(it, words),
        here: it == which,
    };
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.refunds),
        tabs: tabs(visitor, "/refunds"),
        notice: notice(done, words),
        choices: Standing::ALL.into_iter().map(choice).collect(),
        file: format!("/refunds.csv?which={}", which.word()),
        rows: all.iter().map(|it| row(it, today, (visitor, &typed))).collect(),
        more,
        second: if second == 0 { String::new() } else { grouped(&second.to_string()) },
        lost: match losses.is_empty() {
            true => String::new(),
            false => show::money(losses.iter().map(|it| it.amount).sum()),
        },
        losses: losses.iter().map(|it| lost(it, visitor)).collect(),
        typed,
        waiting: which == Standing::Waiting,
        paid: which == Standing::Paid,
        may_pay: visitor.may(Permission::KeepBooks),
        may_keep: visitor.may(Permission::MatchPayments),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// Those that stand so, what was lost, and how many wait for a second person.
fn known(tx: &mut Tx, which: Standing) -> Result<(Vec<Listed>, Vec<Loss>, usize)> {
    let asked = store::approval::open(tx)?;
    let is = |it: &&Approval| GIVEN_BACK.contains(&it.act.as_str());
    let second = asked.iter().filter(is).count();
    Ok((store::refund::list(tx, which, ROWS + 1)?, store::refund::losses(tx)?, second))
}

fn named(it: Standing, words: &Words) -> &'static str {
    match it {
        Standing::Waiting => words.refund_waiting,
        Standing::Paid => words.refund_paid,
        Standing::Cashed => words.refund_cashed,
        Standing::Kept => words.refund_kept,
        Standing::Bounced => words.refund_bounced,
    }
}

fn notice(done: &str, words: &Words) -> &'static str {
    match done {
        "paid" => words.refund_paid_done,
        "kept" => words.refund_keep_done,
        "cashed" => words.refund_cashed_done,
        "void" => words.refund_void_done,
        _ => "",
    }
}

fn row(it: &Listed, today: Date, (visitor, typed): (&Visitor, &Typed)) -> Row {
    let (day, id) = (|on: Date| show::day(on, visitor.language), it.refund.id.to_string());
    // A check that is void pays nothing any more.
    let check = it.check.as_ref();
    let check = check.filter(|it| !matches!(it.ended, Some((CheckEnd::Voided, _))));
    let number = check.map_or_else(String::new, |it| it.number.clone());
    let checks = typed.all("refund").zip(typed.all("check"));
    let was_typed = checks.into_iter().find(|it| it.0 == id).map(|it| it.1.to_owned());
    let cashed = check.and_then(|it| it.ended).map(|it| it.1);
    Row {
        chosen: typed.has("chosen", &id) || check.is_some() && typed.has("chosen", &number),
        typed: was_typed.unwrap_or_default(),
        id: it.refund.id.0,
        account: it.account.map_or_else(String::new, |it| it.to_string()),
        said: it.refund.said.clone(),
        amount: show::money(it.refund.amount),
        since: day(it.refund.since),
        age: money::days(check.map_or(it.refund.since, |it| it.on), today, visitor),
        check_on: check.map_or_else(String::new, |it| day(it.on)),
        check: number,
        ended_on: it.ended_on.or(cashed).map_or_else(String::new, day),
    }
}

fn lost(it: &Loss, visitor: &Visitor) -> Lost {
    Lost {
        entry: it.entry.0,
        on: show::day(it.on, visitor.language),
        says: show::entry(it.kind, &it.said, visitor.words(), visitor.language),
        amount: show::money(it.amount),
    }
}

/// The same list as a file, with all of them.
pub(crate) async fn csv(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let here = console.clone();
    let done = blocking(move || {
        let which = standing(&asked.which)?;
        Ok((which, here.db.read(|tx| store::refund::list(tx, which, i64::MAX))?))
    })
    .await;
    let done = done.and_then(|(which, all)| {
        let day = |it: Option<Date>| it.map_or_else(String::new, |it| it.to_string());
        let row = |it: &Listed| {
            let check = it.check.as_ref();
            let ended = check.and_then(|it| it.ended);
            vec![
                it.refund.id.to_string(),
                it.account.map_or_else(String::new, |it| it.to_string()),
                it.refund.said.clone(),
                it.refund.amount.plain(),
                it.refund.since.to_string(),
                which.word().to_owned(),
                check.map_or_else(String::new, |it| it.number.clone()),
                day(check.map(|it| it.on)),
                ended.map_or_else(String::new, |it| it.0.word().to_owned()),
                day(it.ended_on.or(ended.map(|it| it.1))),
            ]
        };
        let columns = [
            "refund", "account", "for", "amount", "since", "stands", "check", "check_on",
            "check_is", "ended_on",
        ];
        let rows = all.iter().map(row).collect();
        money::file("refunds", &Listing { columns: columns.to_vec(), rows })
    });
    answer(&console, &visitor, done)
}

/// Pays those beside which the number of a check was typed: all of them, or none.
pub(crate) async fn pay(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let both = sent.all("refund").zip(sent.all("check")).filter(|it| !it.1.is_empty());
        let both = both.map(|(id, number)| Ok((refund_of(id)?, number)));
        let both: Vec<(EntryId, &str)> = both.collect::<Result<_>>()?;
        if both.is_empty() {
            let say = "say the number of a check beside each refund that it pays";
            return Err(no(say.to_owned()));
        }
        here.db.write(|tx| {
            for (id, number) in &both {
                refund::pay(tx, actor, *id, number)?;
            }
            Ok("/refunds?which=paid&done=paid".to_owned())
        })
    };
    let again = |it| page(&console, &visitor, (Standing::Waiting, ""), it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Does not pay those that were chosen.
pub(crate) async fn keep(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let (of, to) = (Standing::Waiting, "/refunds?which=kept&done=kept");
    let keep = |tx: &mut Tx, actor, it: &str, why: &str| {
        refund::keep(tx, actor, refund_of(it)?, why).map(drop)
    };
    each((&console, &visitor), fields, (of, to), keep).await
}

/// Writes down that the bank paid the chosen checks.
pub(crate) async fn cash(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let (of, to) = (Standing::Paid, "/refunds?which=cashed&done=cashed");
    let cash = |tx: &mut Tx, actor, it: &str, _: &str| refund::cash(tx, actor, it);
    each((&console, &visitor), fields, (of, to), cash).await
}

/// Makes the chosen checks void.
pub(crate) async fn void(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let (of, to) = (Standing::Paid, "/refunds?which=waiting&done=void");
    let void = |tx: &mut Tx, actor, it: &str, why: &str| refund::void(tx, actor, it, why).map(drop);
    each((&console, &visitor), fields, (of, to), void).await
}

/// Does something to each that was chosen of a list, to all of them or to none, and goes on at an address.
async fn each(
    (console, visitor): (&Arc<Console>, &Visitor),
    fields: Fields,
    (of, to): (Standing, &'static str),
    done: fn(&mut Tx, Actor, &str, &str) -> Result<()>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let (chosen, why) = (chosen(sent)?, sent.text("why"));
        here.db.write(|tx| chosen.iter().try_for_each(|it| done(tx, actor, it, why)))?;
        Ok(to.to_owned())
    };
    let again = |it| page(console, visitor, (of, ""), it);
    go_on(console, visitor, fields, act, again).await
}

fn chosen(sent: &Typed) -> Result<Vec<&str>> {
    let chosen: Vec<&str> = sent.all("chosen").collect();
    if chosen.is_empty() {
        return Err(no("choose at least one".to_owned()));
    }
    Ok(chosen)
}

fn refund_of(text: &str) -> Result<EntryId> {
    Ok(EntryId(text.parse().map_err(|_| NotThere)?))
}
