//! What a golden bill is made of: the facts, the tariff and its riders, turn after turn.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use meterbook_core::allocation::Allotted;
use meterbook_core::id::{AgreementId, BillId};
use meterbook_core::money::{Exact, Money, Quantity, Share, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::carried::{Carried, Charged, Peak};
use meterbook_core::rating::published::{PeakHour, Prices, Published};
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term, Terms};
use meterbook_core::rating::{Input, Plan, Rated, Unratable, rate};
use meterbook_core::reads::usage::{Profile, Usage};
use meterbook_core::tariff::{Riders, Tariff};
use meterbook_core::text::scaled;

/// What the lines before the tariff say.
struct Given {
    period: Period,
    window: Period,
    zone: Zone,
    used: Quantity,
    sent: Quantity,
    /// Use, surplus and what is reactive of each hour of a day, every day the same.
    hours: Option<[Option<[i64; 24]>; 3]>,
    /// The length of the meter's intervals; an hour's use is shared by them.
    minutes: u16,
    /// Intervals that are not as every day: when, and what they hold of kWh and kvarh.
    at: Vec<(Timestamp, i64, i64)>,
    terms: Terms,
    carried: Carried,
    published: Published,
    shares: Vec<(AgreementId, Share)>,
    allotted: Vec<Allotted>,
    since: Option<Date>,
    until: Option<Date>,
    moves_on: bool,
}

/// The bills of a file, one after the other: facts of the next one stand behind a line `next`, and
/// what a bill leaves is handed on.
pub(crate) fn turns(given: &str) -> Vec<Result<Rated, Unratable>> {
    let (facts, texts) = given.split_once("\ntariff ").expect("a tariff");
    let texts = format!("tariff {texts}");
    let all =
        texts.split("\n===\n").map(|it| Tariff::parse(it).unwrap_or_else(|why| panic!("{why}")));
    let (all_riders, tariffs): (Vec<Tariff>, Vec<Tariff>) = all.partition(|it| it.is_rider);
    let mut riders: Riders = Riders::new();
    for rider in all_riders {
        riders.entry(rider.code.clone()).or_default().push(rider);
    }
    let mut carried: Option<Carried> = None;
    let mut turns = Vec::new();
    for facts in facts.split("\nnext\n") {
        let facts = read(facts);
        let usage = usage(&facts);
        let Given { period, window, zone, .. } = &facts;
        let code = &tariffs[0].code;
        let plan = Plan::with_riders(code, &tariffs, &riders, zone, facts.minutes, *window);
        let left = carried.as_ref().unwrap_or(&facts.carried);
        let Given { terms, published, .. } = &facts;
        let of = Input::of(*period, &usage);
        let Given { shares, allotted, .. } = &facts;
        let of = Input { shares, allotted, moves_on: facts.moves_on, ..of };
        let (since, until) = (facts.since, facts.until);
        let input = Input { window: *window, terms, carried: left, published, since, until, ..of };
        let rated = rate(&plan, &input);
        if let Ok(rated) = &rated {
            carried = Some(rated.carried.clone());
        }
        turns.push(rated);
    }
    turns
}

fn read(facts: &str) -> Given {
    let word = |name: &str| {
        facts
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|it| it.split_whitespace().collect::<Vec<_>>())
    };
    let days = |name: &str| {
        word(name).map(|it| Period::new(it[0].parse().unwrap(), it[1].parse().unwrap()).unwrap())
    };
    let quantity = |name: &str| {
        word(name).map(|it| Quantity {
            micro: scaled(it[0], 6).unwrap(),
            unit: Unit::from_word(it[1]).unwrap(),
        })
    };
    let by_hour = |name: &str| {
        word(name).map(|it| {
            let values: Vec<i64> = it.iter().map(|it| scaled(it, 6).unwrap()).collect();
            <[i64; 24]>::try_from(values).expect("24 hours")
        })
    };
    let zone = word("zone ").map_or("America/Chicago".to_owned(), |it| it[0].to_owned());
    let zone = Zone::named(&zone).unwrap();
    let used = quantity("used ").unwrap_or(Quantity { micro: 0, unit: Unit::Kwh });
    let period = days("period ").expect("a period");
    Given {
        period,
        window: days("window ").unwrap_or(period),
        used,
        sent: quantity("sent ").unwrap_or(Quantity { micro: 0, unit: used.unit }),
        hours: by_hour("hours ")
            .map(|used| [Some(used), by_hour("surplus "), by_hour("reactive ")]),
        minutes: word("minutes ").map_or(60, |it| it[0].parse().unwrap()),
        at: every(facts, "at ")
            .map(|it| {
                let micro = |nth: usize| it.get(nth).map_or(0, |it| scaled(it, 6).unwrap());
                (instant(it[0], &zone), micro(1), micro(2))
            })
            .collect(),
        terms: terms(facts),
        carried: carried(facts),
        shares: every(facts, "share ")
            .map(|it| (subscriber(it[0]), Share::parse(it[1]).unwrap()))
            .collect(),
        allotted: every(facts, "allotted ").map(allotted).collect(),
        published: published(facts, &zone, period),
        since: word("since ").map(|it| it[0].parse().unwrap()),
        until: word("until ").map(|it| it[0].parse().unwrap()),
        moves_on: facts.lines().any(|it| it == "moves on"),
        zone,
    }
}

/// The words of every line that begins with `name`.
fn every<'f>(facts: &'f str, name: &'f str) -> impl Iterator<Item = Vec<&'f str>> {
    facts
        .lines()
        .filter_map(move |it| it.strip_prefix(name))
        .map(|it| it.split_whitespace().collect())
}

fn instant(local: &str, zone: &Zone) -> Timestamp {
    let local: DateTime = local.parse().unwrap();
    zone.tz().to_timestamp(local).unwrap()
}

/// `carried peak 2026-05-01 90 Demand, peak`: the turn, the demand, the charge and its period.
fn carried(facts: &str) -> Carried {
    let peak = |it: Vec<&str>| {
        let named = it[2..].join(" ");
        let (charge, period) = named.split_once(", ").unwrap_or((&named, ""));
        Peak {
            charge: charge.to_owned(),
            period: period.to_owned(),
            turn: it[0].parse().unwrap(),
            micro: scaled(it[1], 6).unwrap(),
        }
    };
    let peaks = every(facts, "carried peak ").map(peak).collect();
    Carried { peaks, charged: charged(facts), ..Carried::default() }
}

/// `event cpp 2026-07-14`, `peak-hour pjm 2026-07-14T16:00`, and `prices market` with a price for
/// each hour of a day, every day the same but for `price-at market 2026-07-14T16:00 -0.01`.
fn published(facts: &str, zone: &Zone, period: Period) -> Published {
    let mut published = Published::default();
    for it in every(facts, "event ") {
        let days = published.events.entry(it[0].to_owned()).or_default();
        days.insert(it[1].parse().unwrap());
    }
    for it in every(facts, "peak-hour ") {
        let hours = published.peaks.entry(it[0].to_owned()).or_default();
        hours.push(PeakHour { start: instant(it[1], zone), minutes: 60 });
    }
    for it in every(facts, "prices ") {
        let (start, end) = (zone.start_of(period.start()), zone.start_of(period.end()));
        let mut nano = Vec::new();
        let mut at = start;
        while at < end {
            let hour = usize::try_from(zone.tz().to_datetime(at).hour()).unwrap();
            nano.push(scaled(it[1 + hour], 9));
            at += SignedDuration::from_hours(1);
        }
        published.prices.insert(it[0].to_owned(), Prices { start, minutes: 60, nano });
    }
    for it in every(facts, "price-at ") {
        let prices = published.prices.get_mut(it[0]).unwrap();
        let apart = instant(it[1], zone).as_second() - prices.start.as_second();
        prices.nano[usize::try_from(apart.div_euclid(3600)).unwrap()] = scaled(it[2], 9);
    }
    published
}

/// `term meters 2`, `price Energy  0.09`, `exempt City tax  50% EX-17`, each with two dates behind it
/// or none.
fn terms(facts: &str) -> Terms {
    let mut terms = Terms::default();
    let days = |words: &[&str]| match words {
        [from, to] => (from.parse().unwrap(), Some(to.parse().unwrap())),
        _ => ("2000-01-01".parse().unwrap(), None),
    };
    for line in facts.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (label, value) = rest.split_once("  ").unwrap_or((rest, ""));
        let (label, words) = (label.to_owned(), value.split_whitespace().collect::<Vec<_>>());
        match word {
            "term" => {
                let words: Vec<_> = rest.split_whitespace().collect();
                let (name, value) = (words[0].to_owned(), words[1].to_owned());
                let (from, to) = days(&words[2..]);
                terms.said.push(Term { name, value, from, to });
            }
            "price" => {
                let (from, to) = days(&words[1..]);
                let nano = scaled(words[0], 9).unwrap();
                terms.prices.push(SpecialPrice { label, nano, from, to });
            }
            "exempt" => {
                let (from, to) = days(&words[2..]);
                let (share, certificate) = (Share::parse(words[0]).unwrap(), words[1].to_owned());
                terms.exemptions.push(Exemption { label, share, certificate, from, to });
            }
            _ => {}
        }
    }
    terms
}

/// `share 7 25%`: to whom.
fn subscriber(text: &str) -> AgreementId {
    AgreementId(text.parse().unwrap())
}

/// `allotted 2026-03-01 41.5 peak`: the turn of the host, how much, and in which period.
fn allotted(it: Vec<&str>) -> Allotted {
    Allotted {
        bill: BillId(1),
        segment: 0,
        position: 0,
        turn: it[0].parse().unwrap(),
        period: it[2..].join(" "),
        micro: scaled(it[1], 6).unwrap(),
    }
}

/// `charged Annual minimum  2026-01-01 87.45`: what an earlier turn came to.
fn charged(facts: &str) -> Vec<Charged> {
    let lines = facts.lines().filter_map(|it| it.strip_prefix("charged "));
    let charged = |line: &str| {
        let (minimum, rest) = line.split_once("  ").unwrap();
        let (turn, amount) = rest.trim().split_once(' ').unwrap();
        let amount = Money::parse(amount).unwrap();
        let turn = turn.parse().unwrap();
        Charged { minimum: minimum.to_owned(), turn, amount, unrounded: Exact::from(amount) }
    };
    lines.map(charged).collect()
}

fn usage(given: &Given) -> Usage {
    let Given { period, zone, used, sent, hours, minutes, .. } = given;
    let Some([delivered, received, reactive]) = hours else {
        return Usage {
            delivered: *used,
            received: *sent,
            reactive: None,
            profile: None,
            evidence: Vec::new(),
        };
    };
    let (start, end) = (zone.start_of(period.start()), zone.start_of(period.end()));
    let each_hour = i64::from(60_u16.div_euclid(*minutes));
    let values = |of: &Option<[i64; 24]>, other: &dyn Fn(&(Timestamp, i64, i64)) -> i64| {
        let mut values = Vec::new();
        let mut at = start;
        while of.is_some() && at < end {
            let hour = usize::try_from(zone.tz().to_datetime(at).hour()).unwrap();
            let odd = given.at.iter().find(|it| it.0 == at).map(other);
            values.push(odd.unwrap_or(of.unwrap()[hour].div_euclid(each_hour)));
            at += SignedDuration::from_mins(i64::from(*minutes));
        }
        values
    };
    let profile = Profile {
        start,
        minutes: *minutes,
        delivered_micro: values(delivered, &|it| it.1),
        received_micro: values(received, &|_| 0),
        reactive_micro: values(reactive, &|it| it.2),
    };
    let sum = |of: &[i64], unit| Quantity { micro: of.iter().sum(), unit };
    Usage {
        delivered: sum(&profile.delivered_micro, Unit::Kwh),
        received: sum(&profile.received_micro, Unit::Kwh),
        reactive: reactive.map(|_| sum(&profile.reactive_micro, Unit::Kvarh)),
        profile: Some(profile),
        evidence: Vec::new(),
    }
}
