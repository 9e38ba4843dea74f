//! What a move does: everything is found out here, and nothing is written.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, Effect, EffectKind, Kept, SwitchRead};
use meterbook_core::order::{Connected, OrderKind};
use meterbook_core::place::{Landlord, ServicePoint};
use meterbook_core::tariff::OnMove;
use meterbook_store::{self as store, Tx};

use super::reads::{Switch, at_switch};
use super::{MoveRefusal, Plan, ReadWanted, Start, Stop, Wanted};
use crate::agreement::{AgreementRefusal, startable};
use crate::{Actor, refuse};

/// What a move would do. The same list is what [`super::ask`] carries out.
pub fn plan(tx: &mut Tx, actor: Actor, wanted: &Wanted) -> Result<Plan> {
    let Wanted { kind, account, stops, stops_on, starts, starts_on, credit } = wanted;
    if stops.is_empty() && starts.is_empty() {
        return Err(refuse(MoveRefusal::Nothing));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let account = store::account::get(tx, *account)?;
    let mut draft = Draft { today, plan: Plan { effects: Vec::new(), reads: Vec::new() } };
    let day = |day: &Option<Date>, what| day.ok_or_else(|| refuse(MoveRefusal::NoSuchDay { what }));
    twice(tx, stops, starts)?;
    if !stops.is_empty() {
        let on = day(stops_on, "stops something")?;
        for stop in stops {
            draft.stop(tx, account.id, stop, on, starts)?;
        }
    }
    if !starts.is_empty() {
        let on = day(starts_on, "starts something")?;
        for start in starts {
            draft.start(tx, account.id, start, on)?;
        }
    }
    let on = starts_on.or(*stops_on).unwrap_or(today);
    for fee in store::fee::of(tx, *kind, account.class, on)? {
        draft.push(Effect {
            amount: Some(fee.amount),
            word: fee.name,
            label_en: fee.label_en,
            label_es: fee.label_es,
            ..blank(EffectKind::Charges, account.id, on)
        });
    }
    if let Some(credit) = credit {
        let amount = store::deposit::of(tx, account.class, *credit, on)?;
        draft.deposit(account.id, on, *credit, amount);
    }
    // What ends makes room for what begins; the sort keeps the order within a kind.
    draft.plan.effects.sort_by_key(|it| EffectKind::ALL.iter().position(|kind| *kind == it.kind));
    Ok(draft.plan)
}

/// A plan that is being made.
struct Draft {
    today: Date,
    plan: Plan,
}

impl Draft {
    fn push(&mut self, effect: Effect) {
        self.plan.effects.push(effect);
    }

    fn stop(
        &mut self,
        tx: &mut Tx,
        account: AccountId,
        stop: &Stop,
        on: Date,
        starts: &[Start],
    ) -> Result<()> {
        let agreement = store::agreement::get(tx, stop.agreement)?;
        if agreement.account != account {
            return Err(refuse(MoveRefusal::NotTheirs { agreement: agreement.id }));
        }
        crate::agreement::stoppable(tx, &agreement, on)?;
        let place = Place::of(tx, &agreement)?;
        self.push(place.about(EffectKind::Stops, &agreement, on));
        self.read(tx, &place, &agreement, on, &stop.read)?;
        if let Some(kept) = kept(tx, &agreement, on, starts)? {
            let word = kept.word().to_owned();
            self.push(Effect { word, ..place.about(EffectKind::Banks, &agreement, on) });
        }
        let last = place.about(EffectKind::FinalBill, &agreement, on);
        self.push(match store::bill::ended_on(tx, agreement.id, on)? {
            Some((billed, _)) => Effect { word: store::bill::get(tx, billed)?.number.0, ..last },
            None => {
                let cycle = store::account::get(tx, account)?.cycle;
                Effect { until: store::window::billed_about(tx, cycle, on)?, ..last }
            }
        });
        if starts.iter().any(|it| it.point == agreement.service_point) {
            return Ok(());
        }
        if !self.revert(tx, &place, &agreement, on)? {
            self.disconnect(tx, &place, &agreement, on)?;
        }
        Ok(())
    }

    /// Where nobody follows, it does not go on flowing.
    fn disconnect(
        &mut self,
        tx: &mut Tx,
        place: &Place,
        ended: &Agreement,
        on: Date,
    ) -> Result<()> {
        let there = store::agreement::at(tx, place.point.id)?;
        let follows = there.iter().any(|it| it.id != ended.id && it.from == on);
        let off = store::connection::on(tx, place.point.id, on)? == Some(Connected::No);
        if !follows && !off {
            self.order(place, ended.account, OrderKind::Disconnect, on);
        }
        Ok(())
    }

    /// Between tenants service is the landlord's, where somebody agreed to that.
    /// Gives back whether it goes on.
    fn revert(&mut self, tx: &mut Tx, place: &Place, ended: &Agreement, on: Date) -> Result<bool> {
        let Some(landlord) = place.landlord(tx, on)? else { return Ok(false) };
        if landlord.account == ended.account {
            return Ok(false);
        }
        let there = store::agreement::at(tx, place.point.id)?;
        let until = there.iter().map(|it| it.from).filter(|it| on <= *it).min();
        if until == Some(on) {
            return Ok(true);
        }
        startable(tx, place.point.commodity, &landlord.tariff, on)?;
        let tariff = Some(landlord.tariff);
        let base = place.about(EffectKind::Reverts, ended, on);
        self.push(Effect { account: landlord.account, agreement: None, tariff, until, ..base });
        Ok(true)
    }

    fn start(&mut self, tx: &mut Tx, account: AccountId, start: &Start, on: Date) -> Result<()> {
        let point = store::place::service_point(tx, start.point)?;
        startable(tx, point.commodity, &start.tariff, on)?;
        crate::eligible::check(tx, account, &start.tariff, on)?;
        let premise = store::place::premise(tx, point.premise)?;
        let place = Place { point, street: premise.street };
        let landlord = place.landlord(tx, on)?.map(|it| it.account).filter(|it| *it != account);
        let mut served = false;
        for other in store::agreement::at(tx, start.point)? {
            served |= other.from < on && other.to.is_none_or(|to| on <= to);
            if other.to.is_some_and(|to| to <= on) || self.ends(&other, on) {
                continue;
            }
            if Some(other.account) != landlord {
                let Agreement { from, to, .. } = other;
                return Err(refuse(AgreementRefusal::Overlaps { from, to }));
            }
            if let Some(through) = store::bill::billed_through(tx, other.id)?.filter(|it| on < *it)
            {
                return Err(refuse(AgreementRefusal::Billed { through }));
            }
            // A landlord who would begin on that day or later does not begin at all.
            let (kind, on) = if other.from < on {
                (EffectKind::Yields, on)
            } else {
                (EffectKind::Drops, other.from)
            };
            self.push(Effect { until: other.to, ..place.about(kind, &other, on) });
        }
        let tariff = start.tariff.clone();
        let new = Agreement {
            id: meterbook_core::id::AgreementId(0),
            account,
            service_point: start.point,
            tariff,
            from: on,
            to: None,
        };
        self.push(Effect { agreement: None, ..place.about(EffectKind::Starts, &new, on) });
        self.connect(tx, &place, account, (on, served))?;
        self.read(tx, &place, &new, on, &start.read)
    }

    /// Sees to it that it flows from a day on. Who began before today has it already, unless a crew
    /// cut it off; a disconnection that waits because the one before ended is not wanted any more.
    fn connect(
        &mut self,
        tx: &mut Tx,
        place: &Place,
        account: AccountId,
        (on, served): (Date, bool),
    ) -> Result<()> {
        let off = store::connection::on(tx, place.point.id, on.max(self.today))?;
        if off == Some(Connected::No) || !served && self.today <= on {
            self.order(place, account, OrderKind::Connect, on);
        }
        if served || on < self.today {
            for order in super::orders::to_call_off(tx, place.point.id)? {
                let what = about(place, account, OrderKind::Disconnect, order.not_before);
                self.push(Effect { kind: EffectKind::CallsOff, ..what });
            }
        }
        Ok(())
    }

    /// Whether this move ends an agreement by that day.
    fn ends(&self, other: &Agreement, on: Date) -> bool {
        let ending = |it: &&Effect| it.kind == EffectKind::Stops && it.agreement == Some(other.id);
        self.plan.effects.iter().find(ending).is_some_and(|it| it.on <= on)
    }

    fn read(
        &mut self,
        tx: &mut Tx,
        place: &Place,
        agreement: &Agreement,
        on: Date,
        wanted: &ReadWanted,
    ) -> Result<()> {
        let switch = Switch { point: place.point.id, tariff: &agreement.tariff, on };
        // One who ends and one who begins on a day share its read.
        let shared = self.plan.effects.iter().any(|it| {
            it.kind == EffectKind::Reads && it.service_point == Some(place.point.id) && it.on == on
        });
        let found = if shared { None } else { at_switch(tx, &switch, wanted, self.today)? };
        let Some((how, reads)) = found else { return Ok(()) };
        self.plan.reads.extend(reads);
        let word = how.word().to_owned();
        let about = place.about(EffectKind::Reads, agreement, on);
        self.push(Effect { agreement: None, tariff: None, word, ..about });
        if how == SwitchRead::Ordered {
            self.order(place, agreement.account, OrderKind::Read, on);
        }
        Ok(())
    }

    fn order(&mut self, place: &Place, account: AccountId, kind: OrderKind, on: Date) {
        self.push(about(place, account, kind, on));
    }

    fn deposit(&mut self, account: AccountId, on: Date, credit: Credit, amount: Money) {
        if Money::ZERO < amount {
            self.push(Effect {
                amount: Some(amount),
                word: credit.word().to_owned(),
                ..blank(EffectKind::Deposits, account, on)
            });
        }
    }
}

/// What becomes of what the banks of an agreement hold when it ends; nothing where its tariff has none.
fn kept(tx: &mut Tx, ended: &Agreement, on: Date, starts: &[Start]) -> Result<Option<Kept>> {
    let versions = crate::tariff::in_force(tx, &ended.tariff, on.yesterday()?)?;
    let banks: Vec<(OnMove, bool)> = versions.iter().flat_map(|it| it.banks_on_move()).collect();
    let moves_on = starts.iter().any(|it| it.tariff == ended.tariff);
    let one = |(on_move, pays): &(OnMove, bool)| match on_move {
        OnMove::Carry if moves_on => Kept::Carried,
        OnMove::Carry | OnMove::Settle if *pays => Kept::Paid,
        OnMove::Carry | OnMove::Settle | OnMove::Lost => Kept::Lost,
    };
    let Some(first) = banks.first().map(one) else { return Ok(None) };
    // Which bank a customer has, where there are several, is for the last bill to say.
    let all = banks.iter().all(|it| one(it) == first);
    Ok(Some(if all { first } else { Kept::Settled }))
}

/// A service point and the street it is in.
struct Place {
    point: ServicePoint,
    street: String,
}

impl Place {
    fn of(tx: &mut Tx, agreement: &Agreement) -> Result<Place> {
        let point = store::place::service_point(tx, agreement.service_point)?;
        let street = store::place::premise(tx, point.premise)?.street;
        Ok(Place { point, street })
    }

    fn landlord(&self, tx: &mut Tx, on: Date) -> Result<Option<Landlord>> {
        store::landlord::on(tx, self.point.premise, self.point.commodity, on)
    }

    fn english(&self) -> String {
        format!("{}, {}", self.point.commodity, self.street)
    }

    fn spanish(&self) -> String {
        format!("{}, {}", self.point.commodity.spanish(), self.street)
    }

    /// An effect on an agreement here.
    fn about(&self, kind: EffectKind, agreement: &Agreement, on: Date) -> Effect {
        Effect {
            service_point: Some(self.point.id),
            agreement: Some(agreement.id),
            tariff: Some(agreement.tariff.clone()),
            label_en: self.english(),
            label_es: self.spanish(),
            ..blank(kind, agreement.account, on)
        }
    }
}

/// Work of a kind at a place on a day.
fn about(place: &Place, account: AccountId, kind: OrderKind, on: Date) -> Effect {
    Effect {
        service_point: Some(place.point.id),
        word: kind.word().to_owned(),
        label_en: place.english(),
        label_es: place.spanish(),
        ..blank(EffectKind::Orders, account, on)
    }
}

fn blank(kind: EffectKind, account: AccountId, on: Date) -> Effect {
    Effect {
        kind,
        account,
        service_point: None,
        agreement: None,
        on,
        until: None,
        tariff: None,
        amount: None,
        word: String::new(),
        label_en: String::new(),
        label_es: String::new(),
    }
}

/// Refuses a service point or an agreement that is named twice.
fn twice(tx: &mut Tx, stops: &[Stop], starts: &[Start]) -> Result<()> {
    let mut stopped = Vec::new();
    for stop in stops {
        let point = store::agreement::get(tx, stop.agreement)?.service_point;
        if stopped.contains(&stop.agreement) {
            return Err(refuse(MoveRefusal::Twice { point }));
        }
        stopped.push(stop.agreement);
    }
    for (nth, start) in starts.iter().enumerate() {
        if starts[..nth].iter().any(|it| it.point == start.point) {
            return Err(refuse(MoveRefusal::Twice { point: start.point }));
        }
    }
    Ok(())
}
