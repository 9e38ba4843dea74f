//! What held bills come from, as it was worked out when they were checked, and whose they are.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::bill::root::{Root, Traced};
use meterbook_core::id::{
    AccountId, AccountNumber, AgreementId, BatchId, RunId, ServicePointId, TaskId, WindowId,
};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const FORGET: (Sql, Sql) =
    among_ids!("delete from held_root where agreement_id", "and window_id = $2");
const ROOTS: Rows = Rows("held_root (window_id, agreement_id, roots, would_cents)");
// The task of days that were not billed before is one for the agreement, however many turns wait.
const HELD: Sql = Sql("
    select i.window_id, i.agreement_id, i.account_id, a.number, i.reason, i.detail,
        coalesce(h.roots, ''), h.would_cents, g.service_point_id, t.id, t.raised_at,
        coalesce(o.name, '')
    from run_item i
    join account a on a.id = i.account_id
    join agreement g on g.id = i.agreement_id
    left join held_root h on h.window_id = i.window_id and h.agreement_id = i.agreement_id
    left join task t on t.kind = 'held-' || i.reason and t.closed_at is null
      and t.key = case when i.reason = 'earlier-unbilled' then cast(i.agreement_id as text)
        else cast(i.window_id as text) || '/' || cast(i.agreement_id as text) end
    left join staff o on o.id = t.owner_id
    where i.outcome = 'held' and i.window_id between $1 and $2
    order by i.window_id, i.account_id, i.agreement_id");
const ROUTES: (Sql, Sql) = among_ids!(
    "select service_point_id, value from service_point_detail
     where kind = 'route' and from_on <= $2 and (to_on is null or $2 < to_on)
       and service_point_id",
    "order by service_point_id"
);
const ON_ROUTE: Sql = Sql("
    select count(*) from service_point_detail
    where kind = 'route' and value = $1 and from_on <= $2 and (to_on is null or $2 < to_on)");
const FILE: Sql = Sql("select file_name, accepted from batch where id = $1");
const NO_SCOPE: Sql = Sql("delete from run_scope where run_id = $1");
const SCOPE: Rows = Rows("run_scope (run_id, account_id)");

/// A held bill, or the part of one that is an agreement's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The turn.
    pub window: WindowId,
    /// The agreement.
    pub agreement: AgreementId,
    /// Whose.
    pub account: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// The word of the hold.
    pub reason: String,
    /// The hold in a sentence.
    pub detail: String,
    /// What may be behind it, the strongest first.
    pub roots: Vec<Root>,
    /// What it would come to, where it can be priced.
    pub would: Option<Money>,
    /// Where.
    pub point: ServicePointId,
    /// Its task; `None` before anybody looked for tasks.
    pub task: Option<TaskId>,
    /// When that was raised.
    pub since: Option<Timestamp>,
    /// Whose task it is; empty while it is nobody's.
    pub owner: String,
}

/// Writes down what is behind the holds of these agreements in a turn, in place of what was said
/// before; nothing of those that are not held.
pub fn put(tx: &mut Tx, window: WindowId, checked: &[(AgreementId, Option<Traced>)]) -> Result<()> {
    let ids = list_of(checked.iter().map(|it| it.0));
    let forget = tx.either(FORGET.0, FORGET.1);
    tx.exec(forget, [V::from(&ids), window.into()])?;
    let text = |it: &Traced| it.roots.iter().map(Root::text).collect::<Vec<_>>().join("\n");
    let texts: Vec<_> = checked
        .iter()
        .filter_map(|(agreement, it)| it.as_ref().map(|it| (*agreement, text(it), it.would)))
        .collect();
    tx.bulk(
        ROOTS,
        texts.iter().map(|(agreement, roots, would)| {
            [window.into(), (*agreement).into(), V::from(roots), (*would).into()]
        }),
    )
}

/// What is held in a turn, or in every turn, by account.
pub fn held(tx: &mut Tx, window: Option<WindowId>) -> Result<Vec<Held>> {
    let (first, last) = window.map_or((WindowId(0), WindowId(i64::MAX)), |it| (it, it));
    tx.many(HELD, [first.into(), last.into()], |row| {
        Ok(Held {
            window: row.id(0)?,
            agreement: row.id(1)?,
            account: row.id(2)?,
            number: row.number(3)?,
            reason: row.text(4)?,
            detail: row.text(5)?,
            roots: row.text(6)?.lines().filter_map(Root::from_text).collect(),
            would: row.maybe(7, Row::money)?,
            point: row.id(8)?,
            task: row.maybe(9, Row::id)?,
            since: row.maybe(10, Row::instant)?,
            owner: row.text(11)?,
        })
    })
}

/// The read routes that these service points are on, on a day.
pub fn routes(
    tx: &mut Tx,
    points: &[ServicePointId],
    on: Date,
) -> Result<Vec<(ServicePointId, String)>> {
    let list = list_of(points.iter().copied());
    let routes = tx.either(ROUTES.0, ROUTES.1);
    tx.many(routes, [V::from(&list), on.into()], |row| Ok((row.id(0)?, row.text(1)?)))
}

/// How many service points are on a read route, on a day.
pub fn on_route(tx: &mut Tx, route: &str, on: Date) -> Result<i64> {
    tx.one(ON_ROUTE, [route.into(), on.into()], |row| row.int(0))
}

/// What the file of a batch was called, and how many lines of it were taken.
pub fn file(tx: &mut Tx, batch: BatchId) -> Result<Option<(String, i64)>> {
    tx.maybe(FILE, [batch.into()], |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Has a run check no accounts but these again; all that are held when there are none.
pub fn scope(tx: &mut Tx, run: RunId, accounts: &[AccountId]) -> Result<()> {
    tx.exec(NO_SCOPE, [run.into()])?;
    tx.bulk(SCOPE, accounts.iter().map(|it| [run.into(), (*it).into()]))
}
