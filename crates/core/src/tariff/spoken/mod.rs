//! The parts of a tariff in words: what its sheet and the comparison of two versions are made of.

mod words;

use crate::account::CustomerClass;
use crate::bill::explain;
use crate::money::{Price, Quantity, Share};
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::{Clock, Days, Holidays, Hours, LimitSpan, MonthDay, Observed, Yearly};
use crate::tariff::election::{Election, Often};
use crate::tariff::{
    Bank, Charge, Choice, Component, DemandCharge, DemandClimb, Demanded, FactorTaken, Ladder,
    LeastDemand, Limit, MoneyBank, Net, NetWindow, NextWindow, Of, OnMove, Partial, Per, Priced,
    Ratchet, Scope, Tariff, TrueUp, UnmeteredCharge, UsageCharge,
};
use crate::text::decimal;

use jiff::civil::Date;

pub(super) use words::{Words, fill, words};

/// A charge in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Its prices, in the order of the text.
    pub(super) terms: Vec<Term>,
    /// What else is true of it, each in a phrase.
    pub(super) conditions: Vec<String>,
}

/// One price of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// Its period and tier; empty when the charge has one price.
    pub(super) name: String,
    /// The price.
    pub(super) amount: Amount,
    /// Where its tier ends; `None` when nowhere.
    pub(super) limit: Option<Limit>,
    /// The term that the limit is multiplied by; empty when none.
    pub(super) times: String,
    /// Whether it is the last of several tiers.
    pub(super) open: bool,
}

/// What a charge costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// So much for each.
    Price(Price),
    /// A share of other charges.
    Share(Share),
}

impl Amount {
    pub(super) fn said(self, words: &Words) -> String {
        match self {
            Amount::Price(price) => each(price, words),
            Amount::Share(share) => percent(share),
        }
    }

    /// The number alone, if it is counted as `other` is.
    pub(super) fn beside(self, other: Amount) -> Option<(i64, i64)> {
        match (self, other) {
            (Amount::Price(one), Amount::Price(two)) => {
                (one.per == two.per).then_some((one.nano, two.nano))
            }
            (Amount::Share(_), Amount::Share(_)) => None,
            _ => None,
        }
    }
}

/// A charge of `tariff` in words.
pub(super) fn charge(tariff: &Tariff, component: &Component, words: &Words) -> Spoken {
    let one = |amount| {
        vec![Term { name: String::new(), amount, limit: None, times: String::new(), open: false }]
    };
    let price = |price| one(Amount::Price(price));
    let (terms, mut conditions) = match &component.charge {
        Charge::Fixed(it) => {
            let terms = rows(&it.prices, it.choice.as_ref(), |it| Amount::Price(*it));
            let counted = counted(tariff, &it.count, words);
            (terms, counted.into_iter().chain(partial(it.partial, words)).collect())
        }
        Charge::Unmetered(it) => {
            let said = [words.unmetered.to_owned(), burned(it, words)];
            (price(it.price), said.into_iter().chain(counted(tariff, &it.count, words)).collect())
        }
        Charge::Usage(it) => used(tariff, it, words),
        Charge::Credit(it) => {
            let (terms, mut said) = used(tariff, &it.usage, words);
            said.insert(0, words.credit.to_owned());
            if let Some(offsets) = &it.offsets {
                said.push(fill(words.credit_offsets, &[&labels(tariff, offsets)]));
            }
            said.extend(it.bank.iter().flat_map(|it| money_bank(tariff, it, words)));
            (terms, said)
        }
        Charge::Demand(it) => {
            let mut said = demand(tariff, it, words);
            said.extend(it.ratchets.iter().map(|it| ratchet(it, words)));
            let starts = it.ratchets.iter().any(|it| it.starts_at_none);
            said.extend(starts.then(|| words.starts_at_none.to_owned()));
            (ladders(tariff, it.clock, &it.ladders, words), said)
        }
        Charge::Coincident(it) => {
            let said = fill(words.coincident, &[&it.peaks]);
            (ladders(tariff, it.clock, &it.ladders, words), vec![said])
        }
        Charge::Series(it) => (price(it.adder), vec![fill(words.series, &[&it.series])]),
        Charge::Minimum(it) => {
            let said = if it.beside_credits { words.least_beside } else { words.least };
            let mut said = vec![said.to_owned()];
            if it.of != Of::Everything {
                said.push(fill(words.of_these, &[&labels(tariff, &it.of)]));
            }
            if let Some(month) = it.settled_in {
                said.push(fill(words.least_of_year, &[month_name(month, words)]));
            }
            said.extend(partial(it.partial, words));
            (price(it.least), said)
        }
        Charge::Share(it) => {
            let of = match &it.of {
                Of::Everything => words.all_charges_above.to_owned(),
                of => fill(words.of_these, &[&labels(tariff, of)]),
            };
            let cap = it.cap.as_ref().map(|it| fill(words.at_most, &[&each(it.most, words)]));
            let terms = rows(&it.shares, it.choice.as_ref(), |it| Amount::Share(*it));
            (terms, std::iter::once(of).chain(cap).collect())
        }
        Charge::Include(it) => {
            let when = it.when.map(|it| fill(words.included_when, &[&tariff.needs[it]]));
            let lock = it.lock.map(|it| {
                let years = it.years.to_string();
                match it.since {
                    Some(term) => fill(words.locked_since, &[&years, &tariff.needs[term]]),
                    None => fill(words.locked, &[&years]),
                }
            });
            let said = std::iter::once(words.included.to_owned()).chain(when).chain(lock);
            (Vec::new(), said.collect())
        }
    };
    if component.kind == ChargeKind::Tax {
        conditions.push(words.tax.to_owned());
    }
    Spoken { terms, conditions }
}

/// What one piece uses in a month: the same in each, or from January to December.
fn burned(it: &UnmeteredCharge, words: &Words) -> String {
    let first = it.each_micro[0];
    let unit = it.price.per;
    if it.each_micro.iter().all(|it| *it == first) {
        return fill(words.each_uses, &[&quantity(Quantity { micro: first, unit })]);
    }
    let months: Vec<String> = it.each_micro.iter().map(|it| decimal(*it, 6)).collect();
    fill(words.each_uses_by_month, &[&months.join(", "), unit.word()])
}

/// One amount, or one for each row of a table.
fn rows<T>(all: &[T], choice: Option<&Choice>, amount: impl Fn(&T) -> Amount) -> Vec<Term> {
    let name = |nth: usize| choice.map_or_else(String::new, |it| it.words[nth].clone());
    let term = |(nth, it)| Term {
        name: name(nth),
        amount: amount(it),
        limit: None,
        times: String::new(),
        open: false,
    };
    all.iter().enumerate().map(term).collect()
}

/// The term that a limit is multiplied by; nothing where it stands by itself.
fn times(tariff: &Tariff, limit: Option<Limit>) -> String {
    limit.and_then(|it| it.times).map_or_else(String::new, |it| tariff.needs[it].clone())
}

/// What a charge is owed for each of, where it is.
fn counted(tariff: &Tariff, count: &[usize], words: &Words) -> Option<String> {
    let names: Vec<&str> = count.iter().map(|it| tariff.needs[*it].as_str()).collect();
    (!names.is_empty()).then(|| fill(words.times_each, &[&names.join(" × ")]))
}

/// What happens to an amount when service lasts only some days, where they are not simply shared.
fn partial(partial: Partial, words: &Words) -> Option<String> {
    let said = match partial {
        Partial::ByDays => return None,
        Partial::Whole => words.whole,
        Partial::FullFirst => words.full_first,
        Partial::FullLast => words.full_last,
    };
    Some(said.to_owned())
}

fn labels(tariff: &Tariff, of: &Of) -> String {
    let label = |place: &usize| tariff.components[*place].label.clone();
    match of {
        Of::Everything => String::new(),
        Of::These(places) => places.iter().map(label).collect::<Vec<_>>().join(", "),
        Of::Named(labels) => labels.join(", "),
    }
}

fn used(tariff: &Tariff, it: &UsageCharge, words: &Words) -> (Vec<Term>, Vec<String>) {
    let mut said = Vec::new();
    match it.priced {
        Priced::Net if tariff.is_rider => (),
        Priced::Net => said.push(words.net_of.to_owned()),
        Priced::Delivered if tariff.net.is_some() || tariff.is_rider => {
            said.push(words.gross.to_owned());
        }
        Priced::Delivered | Priced::Received | Priced::Surplus => (),
    }
    let tiers = it.ladders.iter().any(|it| 1 < it.0.len());
    if tiers && it.clock.is_some_and(|it| !tariff.clocks[it].is_by_date()) {
        let scope = match it.scope {
            Scope::Chronological => words.scope_chronological,
            Scope::ProRata => words.scope_pro_rata,
            Scope::PerPeriod => words.scope_per_period,
        };
        said.push(scope.to_owned());
    }
    let mut terms = ladders(tariff, it.clock, &it.ladders, words);
    if let Some(choice) = &it.choice {
        let heads = choice.words.iter().zip(&it.ladders);
        let heads = heads.flat_map(|(word, ladder)| std::iter::repeat_n(word, ladder.0.len()));
        for (term, word) in terms.iter_mut().zip(heads) {
            let tier = std::mem::take(&mut term.name);
            term.name = if tier.is_empty() { word.clone() } else { format!("{word}, {tier}") };
        }
    }
    if let Some(it) = it.at_most {
        said.push(most(it, &times(tariff, Some(it)), words));
    }
    (terms, said)
}

fn ladders(tariff: &Tariff, clock: Option<usize>, all: &[Ladder], words: &Words) -> Vec<Term> {
    let periods = clock.map(|it| &tariff.clocks[it].periods);
    let mut terms = Vec::new();
    for (nth, Ladder(blocks)) in all.iter().enumerate() {
        let period = periods.map_or("", |it| it[nth].as_str());
        for (tier, block) in (1..).zip(blocks) {
            let tier = (1 < blocks.len()).then(|| fill(words.tier, &[&tier.to_string()]));
            let named = [Some(period.to_owned()).filter(|it| !it.is_empty()), tier];
            terms.push(Term {
                name: named.into_iter().flatten().collect::<Vec<_>>().join(", "),
                amount: Amount::Price(block.price),
                limit: block.up_to,
                times: times(tariff, block.up_to),
                open: 1 < blocks.len() && block.up_to.is_none(),
            });
        }
    }
    terms
}

/// What a demand is, and what the billed one is made from it.
fn demand(tariff: &Tariff, it: &DemandCharge, words: &Words) -> Vec<String> {
    let mut said = vec![match it.of {
        Demanded::Power => words.demand.to_owned(),
        Demanded::Apparent => words.demand_apparent.to_owned(),
        Demanded::Reactive { .. } => words.demand_reactive.to_owned(),
    }];
    if let Some(window) = it.window {
        let minutes = window.minutes.to_string();
        said.push(match window.next {
            NextWindow::AtItsEnd => fill(words.window, &[&minutes]),
            NextWindow::EachInterval => fill(words.window_sliding, &[&minutes]),
            NextWindow::After(next) => {
                fill(words.window_sliding_by, &[&minutes, &next.to_string()])
            }
        });
    }
    if let Demanded::Reactive { beyond } = it.of
        && beyond.nano != 0
    {
        said.push(fill(words.beyond, &[&percent(beyond)]));
    }
    if let Some(factor) = it.power_factor {
        let text = match factor.taken {
            FactorTaken::Overall => words.power_factor,
            FactorTaken::AtThePeak => words.power_factor_at_peak,
        };
        said.push(fill(text, &[&percent(factor.least)]));
    }
    if let Some(least) = it.least {
        let least = match least {
            LeastDemand::Fixed(it) => quantity(it),
            LeastDemand::Term(Share::WHOLE, term) => tariff.needs[term].clone(),
            LeastDemand::Term(share, term) => {
                fill(words.share_of, &[&percent(share), &tariff.needs[term]])
            }
        };
        said.push(fill(words.at_least, &[&least]));
    }
    if it.climb == DemandClimb::BlockReached {
        said.push(words.step.to_owned());
    }
    said
}

fn ratchet(it: &Ratchet, words: &Words) -> String {
    let (share, turns) = (percent(it.share), it.turns.to_string());
    if it.months == 0xFFF {
        return fill(words.ratchet, &[&share, &turns]);
    }
    let of = (0..12).zip(words.months).filter(|(nth, _)| it.months & (1 << nth) != 0);
    let of = of.map(|(_, name)| name).collect::<Vec<_>>().join(", ");
    fill(words.ratchet_months, &[&share, &turns, &of])
}

fn money_bank(tariff: &Tariff, it: &MoneyBank, words: &Words) -> Vec<String> {
    let mut said = vec![words.bank_money.to_owned()];
    if it.from_next_turn {
        said.push(words.bank_next_turn.to_owned());
    }
    let end = match it.paid {
        Share { nano: 0 } => words.bank_settled,
        Share::WHOLE => words.bank_paid,
        _ => words.bank_paid_in_part,
    };
    let paid = percent(it.paid);
    said.extend(bank(tariff, it.bank, words, |month| fill(end, &[month, &paid])));
    let expires = it.bank.expires_after.is_some() && it.paid.nano != 0;
    said.extend(expires.then(|| fill(words.bank_expired_paid, &[&paid])));
    said
}

/// When a bank is settled, `end` saying how, and when what is in it expires.
fn bank(tariff: &Tariff, it: Bank, words: &Words, end: impl Fn(&str) -> String) -> Vec<String> {
    let settled = it.true_up.map(|it| match it {
        TrueUp::Month(month) => end(month_name(month, words)),
        TrueUp::Anniversary => end(words.anniversary),
        TrueUp::Term(term) => end(&fill(words.month_of_term, &[&tariff.needs[term]])),
    });
    let stopped = match it.on_move {
        OnMove::Carry => None,
        OnMove::Settle => Some(end(words.last_month)),
        OnMove::Lost => Some(fill(words.bank_settled, &[words.last_month])),
    };
    // In Spanish the article is one word with what stands before it.
    let joined = |it: String| it.replace(" de el ", " del ");
    let expires = it.expires_after.map(|after| fill(words.bank_expires, &[&after.to_string()]));
    settled.into_iter().chain(stopped).map(joined).chain(expires).collect()
}

/// What the meter counts becomes in the unit that is billed, where they differ.
pub(super) fn convert(tariff: &Tariff, words: &Words) -> Option<String> {
    let it = tariff.convert?;
    let values = [it.from.word(), &decimal(it.factor_micro, 6), tariff.unit.word()];
    let times = it.times.map(|it| fill(words.convert_times, &[&tariff.needs[it]]));
    let convert = fill(words.convert, &values);
    Some(times.map_or(convert.clone(), |times| format!("{convert}, {times}")))
}

/// When customers may change what is theirs to choose: each choice in a sentence.
pub(super) fn elections(tariff: &Tariff, words: &Words) -> Vec<String> {
    let election = |it: &Election| {
        let name = tariff.needs[it.term].as_str();
        let often = match it.often {
            Often::Always => words.elect,
            Often::OnceAYear => words.elect_yearly,
            Often::Once => words.elect_once,
        };
        let from = it.from.map(|it| fill(words.elect_from, &[&month_day(it, words)]));
        let by = it.by.map(|it| fill(words.elect_by, &[&month_day(it, words)]));
        let said = [Some(fill(often, &[name])), from, by];
        said.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    tariff.elections.iter().map(election).collect()
}

/// How a tariff nets.
pub(super) fn net(tariff: &Tariff, net: &Net, words: &Words) -> String {
    let within = net
        .clock
        .map_or_else(String::new, |it| fill(words.net_within, &[tariff.clocks[it].name.as_str()]));
    let first = match net.window {
        NetWindow::Interval => fill(words.net_interval, &[&within]),
        NetWindow::Turn => fill(words.net_turn, &[&within]),
    };
    let mut said = vec![first];
    for it in &net.banks {
        let kept = if it.by_period { words.bank_energy_by_period } else { words.bank_energy };
        said.push(match &it.when {
            Some((term, word)) => fill(words.bank_chosen, &[kept, &tariff.needs[*term], word]),
            None => kept.to_owned(),
        });
        if it.kept != Share::WHOLE {
            said.push(fill(words.bank_keeps, &[&percent(it.kept)]));
        }
        said.extend(bank(tariff, it.bank, words, |month| match it.pays {
            // It is kept below zero, as it is in the customer's favor.
            Some(Price { nano, per }) => {
                fill(words.bank_pays, &[month, &each(Price { nano: -nano, per }, words)])
            }
            None => fill(words.bank_settled, &[month]),
        }));
    }
    said.extend(net.year.iter().flat_map(|it| {
        bank(tariff, it.bank, words, |month| fill(words.year_pays, &[month, &it.series]))
    }));
    said.join("; ")
}

/// The hours of each period of a clock, in the order of its periods.
pub(super) fn hours(clock: &Clock, words: &Words) -> Vec<(String, String)> {
    let of = |(place, name): (usize, &String)| {
        let rules = clock.rules.iter().filter(|it| it.period == place);
        let mut said: Vec<String> = rules.map(|it| rule(it, words)).collect();
        if clock.rest == Some(place) {
            said.push(words.else_hours.to_owned());
        }
        (name.clone(), said.join("; "))
    };
    clock.periods.iter().enumerate().map(of).collect()
}

fn rule(rule: &Hours, words: &Words) -> String {
    let dates: Vec<String> = rule.dates.iter().filter_map(|it| dates(*it, words)).collect();
    let dates = Some(dates.join(", ")).filter(|it| !it.is_empty());
    let minutes = minutes(&rule.minutes, words);
    let event = rule.event.as_ref().map(|it| fill(words.event, &[it]));
    let limit = rule.limit.map(|it| {
        let text = match it.span {
            LimitSpan::Year => words.event_limit_year,
            LimitSpan::Season => words.event_limit_season,
            LimitSpan::Month => words.event_limit_month,
        };
        fill(text, &[&it.most.to_string()])
    });
    let said: Vec<String> =
        [dates, days(rule.days, words), event, limit, minutes].into_iter().flatten().collect();
    if said.is_empty() { words.all_year.to_owned() } else { said.join(", ") }
}

/// Some dates; `None` for the whole year.
fn dates((first, last): (MonthDay, MonthDay), words: &Words) -> Option<String> {
    let ends = super::parse::days_in(last.month) == last.day;
    if first.day == 1 && ends {
        let (from, to) = (month_name(first.month, words), month_name(last.month, words));
        return match (first.month, last.month) {
            (1, 12) => None,
            (from_month, to_month) if from_month == to_month => Some(from.to_owned()),
            _ => Some(fill(words.span_dates, &[from, to])),
        };
    }
    if first == last {
        return Some(month_day(first, words));
    }
    Some(fill(words.span_days, &[&month_day(first, words), &month_day(last, words)]))
}

/// Some kinds of day; `None` for all of them.
fn days(days: Days, words: &Words) -> Option<String> {
    if days == Days::ALL {
        return None;
    }
    let mut said = Vec::new();
    let mut left = days.0;
    for (set, name) in [(Days::WEEKDAYS, words.weekdays), (Days::WEEKENDS, words.weekends)] {
        if left & set.0 == set.0 {
            said.push(name);
            left &= !set.0;
        }
    }
    said.extend((0..8).zip(words.kinds).filter(|(bit, _)| left & (1 << bit) != 0).map(|it| it.1));
    Some(said.join(", "))
}

/// Some hours of the day; `None` for all of them.
fn minutes(minutes: &[(u16, u16)], words: &Words) -> Option<String> {
    if minutes == [(0, 24 * 60)] {
        return None;
    }
    let mut spans = minutes.to_vec();
    // Over midnight is one span to a person.
    if let [(0, until), .., (since, 1440)] = spans[..] {
        spans.remove(0);
        spans.pop();
        spans.push((since, until));
    }
    let time = |it: u16| format!("{}:{:02}", it.div_euclid(60), it.rem_euclid(60));
    let span = |(from, to): &(u16, u16)| fill(words.span_hours, &[&time(*from), &time(*to)]);
    Some(spans.iter().map(span).collect::<Vec<_>>().join(", "))
}

/// The holidays, those of every year first.
pub(super) fn holidays(holidays: &Holidays, words: &Words) -> Vec<String> {
    let yearly = holidays.yearly.iter().map(|it| yearly(*it, words));
    yearly.chain(holidays.dates.iter().map(|it| date(*it, words))).collect()
}

fn yearly(it: Yearly, words: &Words) -> String {
    match it {
        Yearly::Dated(day, observed) => {
            let day = month_day(day, words);
            match observed {
                Observed::OnTheDay => day,
                Observed::SundayOnMonday => fill(words.sunday_on_monday, &[&day]),
                Observed::Beside => fill(words.observed_beside, &[&day]),
            }
        }
        Yearly::Nth { nth, weekday, month } => {
            let place = usize::try_from(nth - 1).unwrap_or(4);
            let weekday =
                words.day_names[usize::from(weekday.to_monday_zero_offset().unsigned_abs())];
            fill(words.nth_of_month, &[words.nths[place], weekday, month_name(month, words)])
        }
    }
}

/// A date as people write it: `January 1, 2026`.
pub(super) fn date(date: Date, words: &Words) -> String {
    let day = month_day(MonthDay::of(date), words);
    match words.language {
        crate::person::Language::English => format!("{day}, {}", date.year()),
        crate::person::Language::Spanish => format!("{day} de {}", date.year()),
    }
}

fn month_day(it: MonthDay, words: &Words) -> String {
    let month = month_name(it.month, words);
    match words.language {
        crate::person::Language::English => format!("{month} {}", it.day),
        crate::person::Language::Spanish => format!("{} de {month}", it.day),
    }
}

/// The name of a month, 1 to 12.
pub(super) fn month_name(month: i8, words: &Words) -> &'static str {
    words.months[usize::from(month.unsigned_abs()) - 1]
}

/// Where a tier ends; `times` is what it is multiplied by, if anything.
pub(super) fn limit(it: Limit, times: &str, words: &Words) -> String {
    let text = match it.per {
        Per::Turn => words.limit_turn,
        Per::Day => words.limit_day,
        Per::Kw => words.limit_kw,
        Per::KwDay => words.limit_kw_day,
    };
    reached(it, text, times, words)
}

/// The most that is priced, in words.
fn most(it: Limit, times: &str, words: &Words) -> String {
    let text = if it.per == Per::Day { words.at_most_day } else { words.at_most_turn };
    reached(it, text, times, words)
}

fn reached(it: Limit, text: &str, times: &str, words: &Words) -> String {
    if it.is_share {
        let share = Share { nano: it.quantity.micro * 1_000 };
        let of = match share {
            Share::WHOLE => times.to_owned(),
            _ => fill(words.share_of, &[&percent(share), times]),
        };
        return fill(text, &[&of]);
    }
    let limit = fill(text, &[&quantity(it.quantity)]);
    if times.is_empty() { limit } else { format!("{limit}, {}", fill(words.times_each, &[times])) }
}

/// So much of something: `500 kWh`.
pub(super) fn quantity(it: Quantity) -> String {
    format!("{} {}", decimal(it.micro, 6), it.unit)
}

/// A price in a language: `$0.12 per kWh`.
pub(super) fn each(price: Price, words: &Words) -> String {
    explain::each_in(price, words.language)
}

fn percent(share: Share) -> String {
    format!("{}%", decimal(share.nano, 7))
}

/// What is delivered.
pub(super) fn commodity(it: Commodity, words: &Words) -> &'static str {
    match it {
        Commodity::Electric => words.electric,
        Commodity::Gas => words.gas,
        Commodity::Water => words.water,
        Commodity::Waste => words.waste,
    }
}

/// Which customers may be on a tariff.
pub(super) fn classes(open_to: &[CustomerClass], words: &Words) -> String {
    let name = |it: &CustomerClass| match it {
        CustomerClass::Residential => words.open_to_households,
        CustomerClass::Commercial => words.open_to_businesses,
    };
    match open_to {
        [] => words.open_to_all.to_owned(),
        some => some.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}
