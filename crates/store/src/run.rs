//! Billing runs and how each agreement ends in a window.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::run::{Item, Outcome, Run, Stage, Standing};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, RunId, WindowId};
use meterbook_core::money::{Money, Quantity, Unit};

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into run (id, window_id, waits, stage, begun_at, as_planned)
    values ($1, $2, $3, $4, $5, $6)");
const LAST: Sql = Sql("
    select r.id, r.window_id, r.waits, r.stage, r.as_planned
    from run r join bill_window w on w.id = r.window_id
    where 0 < w.cycle and r.stage <> 'cancelled' order by r.id desc limit 1");
const UNFINISHED: Sql = Sql("
    select id, window_id, waits, stage, as_planned
    from run where window_id = $1 and stage not in ('done', 'cancelled') order by id limit 1");
// An update that changes nothing takes the lock of the row on PostgreSQL.
const LOCK: Sql = Sql("
    update run set stage = stage where id = $1
    returning id, window_id, waits, stage, as_planned");
const GET: Sql = Sql("select id, window_id, waits, stage, as_planned from run where id = $1");
const ADVANCE: Sql = Sql("update run set waits = $2, stage = $3 where id = $1");
const ANEW: Sql =
    Sql("update run set waits = $2, stage = $3, begun_at = $4, as_planned = $5 where id = $1");
const SAY_DAYS: Sql = Sql("update run set as_planned = $2 where id = $1");
const BEGUN: Sql = Sql("select begun_at from run where id = $1");
const RELEASE: Sql = Sql("update run set stage = 'posting', released_at = $2 where id = $1");
const LET_GO: Sql = Sql("select coalesce(released_at, begun_at) from run where id = $1");
const ITEMS: Rows = Rows(
    "run_item (window_id, agreement_id, run_id, account_id, outcome, reason, detail, total_cents, tariff, used_micro, unit)",
);
const FORGET: (Sql, Sql) =
    among_ids!("delete from run_item where agreement_id", "and window_id = $2");
const ACCEPT: Sql = Sql("
    insert into bill_accepted (window_id, account_id)
    select $1, $2 where not exists (
        select 1 from bill_accepted where window_id = $1 and account_id = $2)");
const ACCEPTED: (Sql, Sql) =
    among_ids!("select account_id from bill_accepted where account_id", "and window_id = $2");
const HOLD_AGAIN: Sql = Sql("
    update run_item
    set outcome = 'held', reason = $2, detail = $3, total_cents = 0, tariff = '',
        used_micro = null, unit = null
    where run_id = $1 and outcome = 'billed' and exists (
        select 1 from run r where r.window_id = run_item.window_id and r.stage = 'done')");
const FORGET_RUN: Sql = Sql("
    delete from run_item where run_id = $1 and not exists (
        select 1 from run r where r.window_id = run_item.window_id and r.stage = 'done')");
const WAITING: Sql = Sql("
    select r.id, r.window_id, r.waits, r.stage, r.as_planned
    from run r join bill_window w on w.id = r.window_id
    where w.cycle = $1 and r.stage in ('checking', 'again', 'preview')
    order by w.from_on, r.id limit 1");
const LATEST: Sql = Sql("
    select id, window_id, waits, stage, as_planned
    from run where window_id = $1 and stage <> 'cancelled' order by id desc limit 1");
const POSTED_TURN: Sql = Sql("
    select r.id, r.window_id, r.waits, r.stage, r.as_planned
    from run r join bill_window w on w.id = r.window_id
    where w.cycle = $1 and w.from_on <= $2 and $3 < w.to_on
      and r.stage = 'done' and not exists (
        select 1 from run n where n.window_id = r.window_id and r.id < n.id and n.stage = 'done')
    order by w.from_on desc limit 1");
const AT_WORK: Sql = Sql("
    select id, window_id, waits, stage, as_planned
    from run where stage in ('checking', 'again', 'posting', 'cancelling') order by id");
const RELEASED: Sql = Sql("
    select id, window_id, waits, stage, as_planned
    from run where stage in ('posting', 'cancelling') order by id");
const ITEMS_OF: (Sql, Sql) = among_ids!(
    "select agreement_id, account_id, outcome, reason, detail, total_cents, tariff, used_micro, unit
     from run_item where account_id",
    "and run_id = $2 order by account_id, agreement_id"
);
// Due are the accounts with an agreement in force that has no ending from another run, or is held.
const TO_CHECK: Sql = Sql("
    select a.id from account a
    where a.cycle = $1 and a.id between $2 and $3 and exists (
        select 1 from agreement g
        where g.account_id = a.id and g.from_on < $5 and (g.to_on is null or $4 < g.to_on)
          and not exists (
            select 1 from run_item i
            where i.window_id = $6 and i.agreement_id = g.id
              and i.outcome <> 'held' and i.run_id <> $7))
    order by a.id");
const TO_CHECK_AGAIN: Sql = Sql("
    select distinct account_id from run_item
    where window_id = $1 and account_id between $2 and $3 and outcome = 'held'
      and (not exists (select 1 from run_scope s where s.run_id = $4) or exists (
        select 1 from run_scope s where s.run_id = $4 and s.account_id = run_item.account_id))
    order by account_id");
const BILLED: Sql = Sql("
    select account_id, agreement_id from run_item
    where run_id = $1 and account_id between $2 and $3 and outcome = 'billed'
    order by account_id, agreement_id");
// Asked in one with what is billed, PostgreSQL looked at every bill of the turn for each job. So does
// SQLite where the turn may be looked up by its index: hence the plus.
const POSTED_OF: (Sql, Sql) = among_ids!(
    "select s.agreement_id from standing_segment s join bill b on b.id = s.bill_id
     where +b.window_id = $2 and s.agreement_id",
    ""
);
const STAGE_OF: Sql = Sql("
    select stage from run
    where window_id = $1 and stage <> 'cancelled' order by id desc limit 1");
const ENDINGS: Sql = Sql("
    select i.outcome, i.reason, count(*), cast(coalesce(sum(i.total_cents), 0) as bigint)
    from agreement g
    join account a on a.id = g.account_id
    left join run_item i on i.window_id = $1 and i.agreement_id = g.id
    where a.cycle = $2 and g.from_on < $4 and (g.to_on is null or $3 < g.to_on)
    group by i.outcome, i.reason");
const POSTED: Sql = Sql("
    select cast(coalesce(sum(total_cents), 0) as bigint) from standing_bill where window_id = $1");
const HOLD_LATE: Sql = Sql("
    insert into run_item
        (window_id, agreement_id, run_id, account_id, outcome, reason, detail, total_cents, tariff)
    select w.id, $1, null, $2, 'held', $3, $4, 0, ''
    from bill_window w join account a on a.cycle = w.cycle
    where a.id = $2 and $5 < w.to_on
      and exists (select 1 from run r where r.window_id = w.id and r.stage <> 'cancelled')");
const HELD: Sql = Sql("
    select agreement_id, account_id, outcome, reason, detail, total_cents, tariff, used_micro, unit
    from run_item where window_id = $1 and outcome = 'held' order by account_id, agreement_id");

/// Begins a run.
pub fn add(tx: &mut Tx, run: &Run, at: Timestamp) -> Result<()> {
    let Run { id, window, waits, as_planned, stage } = *run;
    let (stage, as_planned) = (stage.word().into(), as_planned.into());
    let values = [id.into(), window.into(), waits.into(), stage, at.into(), as_planned];
    tx.exec(ADD, values).map(|_| ())
}

/// The run over a turn of a cycle that was begun last.
pub fn last(tx: &mut Tx) -> Result<Option<Run>> {
    tx.maybe(LAST, [], run)
}

/// The run over a window that has not come to its end.
pub fn unfinished(tx: &mut Tx, window: WindowId) -> Result<Option<Run>> {
    tx.maybe(UNFINISHED, [window.into()], run)
}

/// The run as it stands.
pub fn get(tx: &mut Tx, id: RunId) -> Result<Run> {
    tx.maybe(GET, [id.into()], run)?.ok_or_else(|| missing("run", id))
}

/// The run as it stands now, held until this transaction ends: nobody else moves it.
pub fn lock(tx: &mut Tx, id: RunId) -> Result<Run> {
    tx.maybe(LOCK, [id.into()], run)?.ok_or_else(|| missing("run", id))
}

/// Writes down how far a run is.
pub fn advance(tx: &mut Tx, run: &Run) -> Result<()> {
    let Run { id, waits, stage, .. } = *run;
    tx.exec(ADVANCE, [id.into(), waits.into(), stage.word().into()]).map(|_| ())
}

/// Writes down that a run begins anew, as if it had not begun before.
pub fn begin_anew(tx: &mut Tx, run: &Run, at: Timestamp) -> Result<()> {
    let Run { id, waits, as_planned, stage, .. } = *run;
    let values = [id.into(), waits.into(), stage.word().into(), at.into(), as_planned.into()];
    tx.exec(ANEW, values).map(|_| ())
}

/// Writes down whether the bills of a run keep the days planned for them.
pub fn say_days(tx: &mut Tx, id: RunId, as_planned: bool) -> Result<()> {
    tx.exec(SAY_DAYS, [id.into(), as_planned.into()]).map(|_| ())
}

/// When a run was begun, or begun anew.
pub fn begun(tx: &mut Tx, id: RunId) -> Result<Timestamp> {
    tx.one(BEGUN, [id.into()], |row| row.instant(0))
}

/// Writes down that a run is let go: its bills are posted from here on.
pub fn release(tx: &mut Tx, id: RunId, at: Timestamp) -> Result<()> {
    tx.exec(RELEASE, [id.into(), at.into()]).map(|_| ())
}

/// When a run was let go.
pub fn let_go_at(tx: &mut Tx, id: RunId) -> Result<Timestamp> {
    tx.one(LET_GO, [id.into()], |row| row.instant(0))
}

/// Writes down how agreements end in the run's window, in place of what earlier runs said of them.
pub fn put_items(tx: &mut Tx, run: &Run, items: &[Item]) -> Result<()> {
    let ids = list_of(items.iter().map(|it| it.agreement));
    let forget = tx.either(FORGET.0, FORGET.1);
    tx.exec(forget, [V::from(&ids), run.window.into()])?;
    tx.bulk(
        ITEMS,
        items.iter().map(|it| {
            [
                run.window.into(),
                it.agreement.into(),
                run.id.into(),
                it.account.into(),
                it.outcome.word().into(),
                V::from(&it.reason),
                V::from(&it.detail),
                it.total.into(),
                V::from(&it.tariff),
                it.used.map(|it| it.micro).into(),
                it.used.map(|it| it.unit.word()).into(),
            ]
        }),
    )
}

/// How the agreements of these accounts ended in a run, by account and agreement.
pub fn items_of(
    tx: &mut Tx,
    run: &Run,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Vec<Item>>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(ITEMS_OF.0, ITEMS_OF.1);
    let mut ended: BTreeMap<AccountId, Vec<Item>> = BTreeMap::new();
    for it in tx.many(sql, [V::from(&list), run.id.into()], item)? {
        ended.entry(it.account).or_default().push(it);
    }
    Ok(ended)
}

/// What waits for a clerk in a window, by account.
pub fn held(tx: &mut Tx, window: WindowId) -> Result<Vec<Item>> {
    tx.many(HELD, [window.into()], item)
}

/// The accounts to check, from the first to the last of these, in the order of their ids.
pub fn to_check(
    tx: &mut Tx,
    run: &Run,
    window: &Window,
    (first, last): (AccountId, AccountId),
) -> Result<Vec<AccountId>> {
    let within = [first.into(), last.into()];
    if run.stage == Stage::Again {
        let [first, last] = within;
        let asked = [window.id.into(), first, last, run.id.into()];
        return tx.many(TO_CHECK_AGAIN, asked, |row| row.id(0));
    }
    let ([first, last], days) = (within, window.period);
    let asked = [
        window.cycle.into(),
        first,
        last,
        days.start().into(),
        days.end().into(),
        window.id.into(),
        run.id.into(),
    ];
    tx.many(TO_CHECK, asked, |row| row.id(0))
}

/// Lets the bill of an account in a turn go, however unusual it is.
pub fn accept(tx: &mut Tx, window: WindowId, account: AccountId) -> Result<()> {
    tx.exec(ACCEPT, [window.into(), account.into()]).map(|_| ())
}

/// Of these accounts those whose bill in a turn somebody lets go.
pub fn accepted(
    tx: &mut Tx,
    window: WindowId,
    accounts: &[AccountId],
) -> Result<BTreeSet<AccountId>> {
    let list = list_of(accounts.iter().copied());
    let accepted = tx.either(ACCEPTED.0, ACCEPTED.1);
    let all = tx.many(accepted, [V::from(&list), window.into()], |row| row.id(0))?;
    Ok(all.into_iter().collect())
}

/// Forgets what a run that is called off would have billed. In a turn that has bills already, what it
/// took on waits again.
pub fn forget(tx: &mut Tx, run: &Run) -> Result<()> {
    let why = "the run that would have billed it was called off; run what is held again";
    tx.exec(HOLD_AGAIN, [run.id.into(), Hold::Changed.word().into(), why.into()])?;
    tx.exec(FORGET_RUN, [run.id.into()]).map(|_| ())
}

/// The run of a cycle that is not released yet, in its oldest turn.
pub fn waiting(tx: &mut Tx, cycle: Cycle) -> Result<Option<Run>> {
    tx.maybe(WAITING, [cycle.into()], run)
}

/// The newest run of a turn that was not called off.
pub fn latest(tx: &mut Tx, window: WindowId) -> Result<Option<Run>> {
    tx.maybe(LATEST, [window.into()], run)
}

/// The newest run of the turn of a cycle that has a day, or of the newest turn, that is posted to its end.
pub fn posted(tx: &mut Tx, cycle: Cycle, on: Option<Date>) -> Result<Option<Run>> {
    let (by, behind) = on.map_or((Date::MAX, Date::MIN), |on| (on, on));
    tx.maybe(POSTED_TURN, [cycle.into(), by.into(), behind.into()], run)
}

/// The runs of which something is to be checked, posted or taken back.
pub fn at_work(tx: &mut Tx) -> Result<Vec<Run>> {
    tx.many(AT_WORK, [], run)
}

/// The runs that are released and not posted to their end, or not taken back to theirs.
pub fn released(tx: &mut Tx) -> Result<Vec<Run>> {
    tx.many(RELEASED, [], run)
}

/// The accounts to post, from the first to the last of these, in the order of their ids: those that
/// have their bills are left out.
pub fn to_post(
    tx: &mut Tx,
    run: &Run,
    (first, last): (AccountId, AccountId),
) -> Result<Vec<AccountId>> {
    let asked = [run.id.into(), first.into(), last.into()];
    let billed: Vec<(AccountId, AgreementId)> =
        tx.many(BILLED, asked, |row| Ok((row.id(0)?, row.id(1)?)))?;
    let list = list_of(billed.iter().map(|it| it.1));
    let posted = tx.either(POSTED_OF.0, POSTED_OF.1);
    let posted = tx.many(posted, [V::from(&list), run.window.into()], |row| row.id(0))?;
    let posted: BTreeSet<AgreementId> = posted.into_iter().collect();
    let mut due: Vec<AccountId> =
        billed.into_iter().filter(|it| !posted.contains(&it.1)).map(|it| it.0).collect();
    due.dedup();
    Ok(due)
}

/// How far the run of a window is; `None` before there is one.
pub fn stage_of(tx: &mut Tx, window: &Window) -> Result<Option<Stage>> {
    tx.maybe(STAGE_OF, [window.id.into()], |row| row.word(0, Stage::from_word))
}

/// How a window stands: the population counted from the agreements, the endings from the runs,
/// and once every bill is posted the total from the bills.
pub fn standing(tx: &mut Tx, window: &Window) -> Result<Standing> {
    let stage = stage_of(tx, window)?;
    let mut standing = Standing {
        cycle: window.cycle,
        period: window.period,
        stage: stage.unwrap_or(Stage::Checking),
        population: 0,
        billed: 0,
        held: 0,
        exempt: 0,
        total: Money::ZERO,
        reasons: BTreeMap::new(),
    };
    let days = window.period;
    let asked = [window.id.into(), window.cycle.into(), days.start().into(), days.end().into()];
    tx.each(ENDINGS, asked, |row| {
        let count = row.int(2)?;
        standing.population += count;
        let outcome = row.maybe(0, |row, at| row.word(at, Outcome::from_word))?;
        match outcome {
            Some(Outcome::Billed) => standing.billed += count,
            Some(Outcome::Held) => standing.held += count,
            Some(Outcome::Exempt) => standing.exempt += count,
            None => {}
        }
        if matches!(outcome, Some(Outcome::Held | Outcome::Exempt)) {
            standing.reasons.insert(row.text(1)?, count);
        }
        standing.total += row.money(3)?;
        Ok(())
    })?;
    if standing.stage == Stage::Done {
        standing.total = tx.one(POSTED, [window.id.into()], |row| row.money(0))?;
    }
    Ok(standing)
}

/// Holds an agreement in every turn that was run before it was known: a start that is told late
/// is billed by asking for what is held, and is never forgotten.
pub fn hold_late(tx: &mut Tx, agreement: &Agreement) -> Result<()> {
    let detail = Hold::ToldLate.to_string();
    let values = [
        agreement.id.into(),
        agreement.account.into(),
        Hold::ToldLate.word().into(),
        V::from(&detail),
        agreement.from.into(),
    ];
    tx.exec(HOLD_LATE, values).map(|_| ())
}

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        id: row.id(0)?,
        window: row.id(1)?,
        waits: row.int(2)? != 0,
        stage: row.word(3, Stage::from_word)?,
        as_planned: row.int(4)? != 0,
    })
}

fn item(row: &Row) -> Result<Item> {
    Ok(Item {
        agreement: row.id(0)?,
        account: row.id(1)?,
        outcome: row.word(2, Outcome::from_word)?,
        reason: row.text(3)?,
        detail: row.text(4)?,
        total: row.money(5)?,
        tariff: row.text(6)?,
        used: row.maybe(7, |row, at| {
            Ok(Quantity { micro: row.int(at)?, unit: row.word(at + 1, Unit::from_word)? })
        })?,
    })
}
