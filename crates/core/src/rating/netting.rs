//! Setting off what was sent back against what came, and the bank of what is left over.
//!
//! Nothing is lost: what was sent back is set off now, set off later, paid, expired or still in the
//! bank; [`Bank`] shows it.

use crate::allocation::{Given, split};
use crate::meter::Flow;
use crate::money::{Price, Quantity, Share};
use crate::period::Period;
use crate::rating::carried::{EnergyLot, TurnNet};
use crate::rating::drawn::Draft;
use crate::rating::plan::days_between;
use crate::rating::published::Prices;
use crate::rating::section::{Part, Section, part};
use crate::rating::strikes::Tally;
use crate::rating::{BankFlow, Basis, Unratable, month_index};
use crate::tariff::{Bank, Due, EnergyBank, Net, NetWindow, OnMove, TrueUp, YearSurplus};

/// What is left of use and surplus in some days of a section.
#[derive(Clone, Debug)]
pub(super) struct Netted {
    pub(super) days: Period,
    /// For each period of the net's clock, or the only one: use after netting and after the bank.
    pub(super) used: Vec<i64>,
    /// For each period, what was sent back beyond use. With a bank of energy it is in the bank.
    pub(super) surplus: Vec<i64>,
}

impl Netted {
    /// What of it falls on some of its days: it is even over them.
    pub(super) fn of_days(&self, micro: i64, days: Period) -> i64 {
        let (first, of) = (self.days.start(), self.days.days());
        let through = |day| part(micro, days_between(first, day), of);
        through(days.end()) - through(days.start())
    }
}

/// Nets the days of a section, in the order of time.
pub(super) fn net(
    section: &Section,
    net: &Net,
    bank: Option<&EnergyBank>,
    lots: &mut Vec<EnergyLot>,
    (flow, given): (&mut BankFlow, &mut Vec<Given>),
) -> Result<Vec<Netted>, Unratable> {
    let mut all = Vec::new();
    for part in section.parts(net.clock) {
        let Left { used, mut surplus, set_off } = left(section, net, &part)?;
        flow.exported += set_off + surplus.iter().sum::<i64>();
        flow.set_off += set_off;
        flow.given += give_out(section, net, &mut surplus, given);
        let mut netted = Netted { days: part.days, used, surplus };
        if let Some(bank) = bank {
            draw_down(section, net, bank, &mut netted, lots, flow);
        }
        all.push(netted);
    }
    Ok(all)
}

/// What is left in each period when it is netted, before any bank, and how much was set off.
struct Left {
    used: Vec<i64>,
    surplus: Vec<i64>,
    set_off: i64,
}

fn left(section: &Section, net: &Net, part: &Part) -> Result<Left, Unratable> {
    let clock = net.clock.map(|it| &section.tariff().clocks[it]);
    let count = clock.map_or(1, |it| it.periods.len());
    if net.window == NetWindow::Turn && part.periods.len() == 1 {
        let used = |flow| {
            let mut all = vec![0; count];
            all[part.periods[0]] = section.used(flow, part.days).micro;
            all
        };
        return Ok(Left::of(&used(Flow::Delivered), &used(Flow::Received)));
    }
    let needs = || Unratable::NeedsIntervals { label: "net".to_owned() };
    let came = section.values(Flow::Delivered, &part.places).ok_or_else(needs)?;
    let sent = section.values(Flow::Received, &part.places).ok_or_else(needs)?;
    section.check_coarse(net.clock)?;
    let sums = |values: &[i64]| -> Vec<i64> {
        let tallies = match part.strikes {
            Some(strikes) => strikes.tally(&part.places, values, false),
            None => vec![Tally::of(values)],
        };
        tallies.into_iter().map(|it| section.converted(it.sum)).collect()
    };
    if net.window == NetWindow::Turn {
        return Ok(Left::of(&sums(came), &sums(sent)));
    }
    // What an interval leaves is not set off again: the next one may be at another price of the
    // market, and that is what this window is for.
    let sent = |nth: usize| sent.get(nth).copied().unwrap_or(0);
    let each = |left: &dyn Fn(i64, i64) -> i64| -> Vec<i64> {
        sums(&came.iter().enumerate().map(|(nth, came)| left(*came, sent(nth))).collect::<Vec<_>>())
    };
    Ok(Left {
        used: each(&|came, sent| (came - sent).max(0)),
        surplus: each(&|came, sent| (sent - came).max(0)),
        set_off: each(&|came, sent| came.min(sent)).iter().sum(),
    })
}

impl Left {
    /// What is left of the sums of each period.
    fn of(came: &[i64], sent: &[i64]) -> Left {
        // What nothing measures was not sent back.
        let sent = |period: usize| sent.get(period).copied().unwrap_or(0);
        let pairs = || came.iter().enumerate().map(|(period, came)| (*came, sent(period)));
        Left {
            used: pairs().map(|(came, sent)| (came - sent).max(0)).collect(),
            surplus: pairs().map(|(came, sent)| (sent - came).max(0)).collect(),
            set_off: pairs().map(|(came, sent)| came.min(sent)).sum(),
        }
    }
}

/// Gives the subscribers their shares of a surplus, each period by itself, and says how much went.
fn give_out(section: &Section, net: &Net, surplus: &mut [i64], given: &mut Vec<Given>) -> i64 {
    let shares: Vec<Share> = section.input.shares.iter().map(|(_, share)| *share).collect();
    let mut gone = 0;
    for (nth, left) in surplus.iter_mut().enumerate() {
        let name = net.clock.map(|it| section.tariff().clocks[it].periods[nth].clone());
        let name = name.unwrap_or_default();
        for ((to, _), micro) in section.input.shares.iter().zip(split(*left, &shares)) {
            *left -= micro;
            gone += micro;
            match given.iter_mut().find(|it| it.to == *to && it.period == name) {
                Some(more) => more.micro += micro,
                None if micro == 0 => (),
                None => given.push(Given { to: *to, period: name.clone(), micro }),
            }
        }
    }
    gone
}

/// Puts what was allotted into the bank, and says of which period of the clock it is and how much.
///
/// It was sent back by somebody else before this bill, so that this bill can use it, and the bank
/// takes in all of it: what the bank of this tariff keeps is a share of the customer's own surplus.
pub(super) fn take_in(
    section: &Section,
    net: &Net,
    bank: Option<&EnergyBank>,
    lots: &mut Vec<EnergyLot>,
) -> Result<Vec<(usize, i64)>, Unratable> {
    let mut taken = Vec::new();
    for it in section.input.allotted {
        let places = net.clock.map(|it| &section.tariff().clocks[it].periods);
        let period = match places {
            Some(periods) if bank.is_none_or(|it| it.by_period) => {
                let place = periods.iter().position(|name| *name == it.period);
                place.ok_or_else(|| Unratable::AllottedElsewhere { period: it.period.clone() })?
            }
            _ => 0,
        };
        taken.push((period, it.micro));
        let Some(bank) = bank else { continue };
        let period = if bank.by_period { it.period.clone() } else { String::new() };
        // The turn of a host may be this very one; its day before keeps the lot out of what the
        // customer sends back now, which no part of this bill may use.
        let turn = it.turn.min(section.input.window.start().yesterday().unwrap_or(it.turn));
        lots.push(EnergyLot { period, turn, micro: it.micro });
    }
    lots.sort_by_key(|it| it.turn);
    Ok(taken)
}

/// Sets off what earlier turns left, then puts this turn's surplus in the bank.
fn draw_down(
    section: &Section,
    net: &Net,
    bank: &EnergyBank,
    netted: &mut Netted,
    lots: &mut Vec<EnergyLot>,
    flow: &mut BankFlow,
) {
    let name = |period: usize| match net.clock {
        Some(clock) if bank.by_period => section.tariff().clocks[clock].periods[period].clone(),
        _ => String::new(),
    };
    let turn = section.input.window.start();
    for (period, used) in netted.used.iter_mut().enumerate() {
        let key = name(period);
        for lot in lots.iter_mut().filter(|it| it.period == key && it.turn < turn) {
            let taken = lot.micro.min(*used);
            lot.micro -= taken;
            *used -= taken;
            flow.used += taken;
        }
    }
    lots.retain(|it| it.micro != 0);
    for (period, surplus) in netted.surplus.iter().enumerate().filter(|(_, it)| **it != 0) {
        let kept = bank.kept.of_micro(*surplus);
        lots.push(EnergyLot { period: name(period), turn, micro: kept });
        flow.earned += kept;
        flow.expired += surplus - kept;
    }
}

/// Takes the lots out that are too old, and says how much they held.
pub(super) fn expire(bank: Bank, turn_month: i64, lots: &mut Vec<EnergyLot>) -> i64 {
    let Some(after) = bank.expires_after else { return 0 };
    let old = |it: &EnergyLot| after < turn_month - month_index(it.turn);
    let expired = lots.iter().filter(|it| old(it)).map(|it| it.micro).sum();
    lots.retain(|it| !old(it));
    expired
}

/// Empties the bank when the turn is that of the true-up or service ends, and what is paid for it.
pub(super) fn true_up(
    section: &Section,
    net: &Net,
    lots: &mut Vec<EnergyLot>,
    flow: &mut BankFlow,
) -> Result<Option<Draft>, Unratable> {
    let Some(bank) = section.bank(net)? else { return Ok(None) };
    let due = bank.bank.due(section)?;
    if due == Due::No {
        return Ok(None);
    }
    let micro = lots.drain(..).map(|it| it.micro).sum::<i64>();
    let Some(price) = bank.pays.filter(|_| due == Due::Settled) else {
        flow.expired += micro;
        return Ok(None);
    };
    flow.paid += micro;
    let quantity = Quantity { micro, unit: section.tariff().unit };
    Ok((micro != 0).then(|| Draft::plain(section, Basis::Each(quantity, price))))
}

/// Keeps account of what was sent back beyond what came, and says what is paid for it when the turn
/// is that of the true-up or service ends.
pub(super) fn year(
    section: &Section,
    year: &YearSurplus,
    netted: &[Netted],
    turns: &mut Vec<TurnNet>,
) -> Result<Option<Draft>, Unratable> {
    let turn = section.input.window.start();
    let sum = |of: &dyn Fn(&Netted) -> &Vec<i64>| netted.iter().flat_map(of).sum::<i64>();
    let net = sum(&|it| &it.surplus) - sum(&|it| &it.used);
    match turns.iter_mut().find(|it| it.turn == turn) {
        Some(there) => there.micro += net,
        None => turns.push(TurnNet { turn, micro: net }),
    }
    // Its price may not be published for years when service ends: it is asked for there only where the tariff does.
    let ends = section.is_last() && year.bank.on_move == OnMove::Settle;
    if !ends && !year.bank.is_true_up(section)? {
        return Ok(None);
    }
    let micro = turns.drain(..).map(|it| it.micro).sum::<i64>();
    if micro <= 0 {
        return Ok(None);
    }
    let price = Price { nano: -published(section, &year.series)?, per: section.tariff().unit };
    let quantity = Quantity { micro, unit: section.tariff().unit };
    Ok(Some(Draft::plain(section, Basis::Each(quantity, price))))
}

/// The last price that is published for the days of the bill.
fn published(section: &Section, series: &str) -> Result<i64, Unratable> {
    let (plan, bill) = (section.plan, section.input.period);
    let [from, to] = [bill.start(), bill.end()].map(|it| plan.start(plan.day(it)));
    let prices = section.input.published.prices.get(series);
    let within = |at: i64| from <= at && at < to;
    let known = prices.into_iter().flat_map(Prices::known);
    let last = known.filter(|(at, _)| within(at.as_second())).last();
    last.map(|(_, nano)| nano).ok_or_else(|| Unratable::NoPrice {
        label: "the surplus of the year".to_owned(),
        series: series.to_owned(),
        at: plan.local(plan.start(plan.day(bill.last()))),
    })
}

impl Section<'_> {
    /// Whether service ends with it.
    fn is_last(&self) -> bool {
        self.input.until == Some(self.period.end())
    }

    /// The bank that the customer has on the last of these days; `None` where the tariff has none.
    pub(super) fn bank<'n>(&self, net: &'n Net) -> Result<Option<&'n EnergyBank>, Unratable> {
        for bank in &net.banks {
            let counts = match &bank.when {
                Some((term, word)) => self.said(BANK, *term, self.period.last())? == word,
                None => true,
            };
            if counts {
                return Ok(Some(bank));
            }
        }
        match net.banks.last().and_then(|it| it.when.as_ref()) {
            None => Ok(None),
            Some((term, _)) => Err(Unratable::NoRow {
                label: BANK.to_owned(),
                term: self.tariff().needs[*term].clone(),
                value: self.said(BANK, *term, self.period.last())?.to_owned(),
            }),
        }
    }
}

/// How a bank is called where it is no charge that looks at a term.
const BANK: &str = "the bank of energy";

impl Bank {
    /// Whether the bank is emptied by this section: by the true-up, or by the last days of service.
    pub(super) fn due(self, section: &Section) -> Result<Due, Unratable> {
        let moves_on = section.input.moves_on;
        Ok(match self.on_move {
            OnMove::Lost if section.is_last() => Due::Lost,
            OnMove::Settle if section.is_last() => Due::Settled,
            OnMove::Carry if section.is_last() && !moves_on => Due::Settled,
            _ if self.is_true_up(section)? => Due::Settled,
            _ => Due::No,
        })
    }

    /// Whether this section has the days that come last in the turn of the true-up, whatever version
    /// had the ones before.
    fn is_true_up(self, section: &Section) -> Result<bool, Unratable> {
        if section.period.end() != section.input.window.end() {
            return Ok(false);
        }
        let turn = month_index(section.input.window.start());
        let month = |index: i64| index.rem_euclid(12) + 1;
        Ok(match self.true_up {
            None => false,
            Some(TrueUp::Month(it)) => month(turn) == i64::from(it),
            Some(TrueUp::Term(term)) => {
                month(turn) == section.month(BANK, term, section.period.last())?
            }
            Some(TrueUp::Anniversary) => section.input.since.is_some_and(|since| {
                month(turn + 1) == i64::from(since.month()) && month_index(since) < turn
            }),
        })
    }
}
