//! What held bills come from: each hold traced to what may be behind it, and many holds put together
//! that have one root.
//!
//! A strong root is seen in the facts of the bill itself, as another multiplier since a meter was
//! exchanged. A weak one is what bills share, as the file of their reads: it is the root only where
//! enough of what shares it is held.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Segment;
use super::assess::{AccountFacts, ServiceFacts, Tariffs, segment};
use super::check::Hold;
use super::doubt::Doubt;
use crate::cycle::Window;
use crate::id::{AgreementId, BatchId};
use crate::meter::{Channel, Flow, Form};
use crate::money::{Money, Quantity};
use crate::period::Period;
use crate::person::Language;
use crate::rating::Unratable;
use crate::text::decimal;

/// With fewer bills than this, what they share is chance.
const SHARED: i64 = 3;
/// What bills share is their root when at least one of so many that share it is held.
const ONE_OF: i64 = 5;
/// A bill is so many times the usual one when it is within this share of it.
const NEAR: i64 = 5;
/// The slips of a decimal point, and of a multiplier forgotten or taken twice.
const FACTORS: [i64; 3] = [10, 100, 1000];

/// What a held bill comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A tariff has no price from a day on.
    NoTariff {
        /// Its code.
        tariff: String,
        /// The first day without.
        on: Date,
    },
    /// What a tariff needs is not published.
    NotPublished {
        /// Under which name.
        name: String,
    },
    /// A tariff cannot price it for another reason.
    Tariff {
        /// Its code.
        tariff: String,
    },
    /// Since another meter was hung, the multiplier is another one.
    Multiplier {
        /// What it was, in millionths.
        was_micro: i64,
        /// What it is, in millionths.
        now_micro: i64,
    },
    /// Since another meter was hung, its register has another number of digits.
    Digits {
        /// So many it had.
        was: u8,
        /// So many it has.
        now: u8,
    },
    /// The bill is about so many times the usual one.
    Times {
        /// How many.
        factor: i64,
    },
    /// A rule of the utility doubts them.
    Doubt {
        /// The rule.
        word: String,
    },
    /// What it was made of is an estimate.
    Estimated,
    /// A read is there, and waits for somebody to decide whether it is right.
    ReadWaits,
    /// The reads came with the same file.
    File {
        /// Its batch.
        batch: BatchId,
    },
    /// The meters are on the same read route.
    Route {
        /// Its name.
        name: String,
    },
    /// Nothing more is known than the hold itself says.
    Hold {
        /// The word of the hold.
        word: String,
    },
}

/// A hold, traced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// What may be behind it, the strongest first.
    pub roots: Vec<Root>,
    /// What the agreement's part of the bill would come to as the facts are, where it can be priced.
    pub would: Option<Money>,
    /// What was used for that.
    pub used: Option<Quantity>,
}

impl Root {
    /// Whether bills merely share it.
    pub fn is_weak(&self) -> bool {
        matches!(self, Root::File { .. } | Root::Route { .. })
    }

    /// Whether it is seen where a meter was exchanged.
    pub fn is_exchange(&self) -> bool {
        matches!(self, Root::Multiplier { .. } | Root::Digits { .. })
    }

    /// The text it is stored as and asked for by: a word and what belongs to it.
    pub fn text(&self) -> String {
        match self {
            Root::NoTariff { tariff, on } => format!("no-tariff {on} {tariff}"),
            Root::NotPublished { name } => format!("not-published {name}"),
            Root::Tariff { tariff } => format!("tariff {tariff}"),
            Root::Multiplier { was_micro, now_micro } => {
                format!("multiplier {was_micro} {now_micro}")
            }
            Root::Digits { was, now } => format!("digits {was} {now}"),
            Root::Times { factor } => format!("times {factor}"),
            Root::Doubt { word } => format!("doubt {word}"),
            Root::Estimated => "estimated".to_owned(),
            Root::ReadWaits => "read-waits".to_owned(),
            Root::File { batch } => format!("file {batch}"),
            Root::Route { name } => format!("route {name}"),
            Root::Hold { word } => format!("hold {word}"),
        }
    }

    /// The root that has this text.
    pub fn from_text(text: &str) -> Option<Root> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let two = || rest.split_once(' ');
        let name = || Some(rest).filter(|it| !it.is_empty()).map(str::to_owned);
        Some(match word {
            "no-tariff" => {
                let (on, tariff) = two()?;
                Root::NoTariff { tariff: tariff.to_owned(), on: on.parse().ok()? }
            }
            "not-published" => Root::NotPublished { name: name()? },
            "tariff" => Root::Tariff { tariff: name()? },
            "multiplier" => {
                let (was, now) = two()?;
                Root::Multiplier { was_micro: was.parse().ok()?, now_micro: now.parse().ok()? }
            }
            "digits" => {
                let (was, now) = two()?;
                Root::Digits { was: was.parse().ok()?, now: now.parse().ok()? }
            }
            "times" => Root::Times { factor: rest.parse().ok()? },
            "doubt" => Root::Doubt { word: name()? },
            "estimated" => Root::Estimated,
            "read-waits" => Root::ReadWaits,
            "file" => Root::File { batch: BatchId(rest.parse().ok()?) },
            "route" => Root::Route { name: name()? },
            "hold" => Root::Hold { word: name()? },
            _ => return None,
        })
    }

    /// What it is, in a sentence; `None` for what only the hold itself can say. `file` is what the
    /// file of a batch was called.
    pub fn says(&self, language: Language, file: &str) -> Option<String> {
        let spanish = language == Language::Spanish;
        let times = |micro: i64| decimal(micro, 6);
        Some(match self {
            Root::NoTariff { tariff, on } if spanish => {
                format!("la tarifa {tariff} no tiene precio desde el {on}")
            }
            Root::NoTariff { tariff, on } => format!("tariff {tariff} has no price from {on} on"),
            Root::NotPublished { name } if spanish => format!("{name} no está publicado"),
            Root::NotPublished { name } => format!("{name} is not published"),
            Root::Tariff { tariff } if spanish => format!("la tarifa {tariff} no puede calcularlo"),
            Root::Tariff { tariff } => format!("tariff {tariff} cannot price it"),
            Root::Multiplier { was_micro, now_micro } if spanish => format!(
                "multiplicador {} no aplicado tras el cambio de medidor: ahora {}",
                times(*was_micro),
                times(*now_micro)
            ),
            Root::Multiplier { was_micro, now_micro } => format!(
                "multiplier {} not applied after exchange: now {}",
                times(*was_micro),
                times(*now_micro)
            ),
            Root::Digits { was, now } if spanish => {
                format!("registro de {now} cifras tras el cambio de medidor, antes {was}")
            }
            Root::Digits { was, now } => {
                format!("register of {now} digits after exchange, {was} before")
            }
            Root::Times { factor } if spanish => format!("unas {factor} veces lo habitual"),
            Root::Times { factor } => format!("about {factor} times the usual bill"),
            Root::Doubt { word } => return doubt(word, spanish),
            Root::Estimated if spanish => "la lectura es estimada".to_owned(),
            Root::Estimated => "the read is an estimate".to_owned(),
            Root::ReadWaits if spanish => "la lectura está en duda; decida sobre ella".to_owned(),
            Root::ReadWaits => "the read is in doubt; decide on it: meterbook vee list".to_owned(),
            Root::File { .. } if spanish => format!("lecturas del archivo {file}"),
            Root::File { .. } => format!("reads of file {file}"),
            Root::Route { name } if spanish => format!("ruta de lectura {name}"),
            Root::Route { name } => format!("read route {name}"),
            Root::Hold { .. } => return None,
        })
    }
}

/// What a rule doubts.
fn doubt(word: &str, spanish: bool) -> Option<String> {
    let (english, other) = match word {
        "low" => ("far below earlier bills", "muy por debajo de las facturas anteriores"),
        "zero" => ("comes to nothing", "no suma nada"),
        "negative" => ("comes to less than nothing", "suma menos que nada"),
        "first" => ("first bill, and large", "primera factura, y grande"),
        "last" => ("last bill, and large", "última factura, y grande"),
        "estimated" => ("much of the use is estimated", "mucho del consumo es estimado"),
        "peers" => ("far above others on the tariff", "muy por encima de otros con la tarifa"),
        "bound" => ("above what the account says", "por encima de lo que dice la cuenta"),
        "multiplier" => {
            ("another multiplier after an exchange", "otro multiplicador tras un cambio")
        }
        _ => return None,
    };
    Some(if spanish { other } else { english }.to_owned())
}

/// Traces the hold of an agreement to what the facts say may be behind it.
pub fn trace(
    facts: &AccountFacts,
    agreement: AgreementId,
    hold: &Hold,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Traced {
    let found = facts.services.iter().find(|it| it.agreement.id == agreement);
    let due = found.and_then(|it| Some((it, due(it, window)?)));
    let Some((service, days)) = due else { return Traced::default() };
    // What failed once is not tried again to explain it.
    if matches!(hold, Hold::Broken { .. }) {
        return Traced::default();
    }
    let priced = segment(service, days, window, tariffs).ok();
    let mut roots = Vec::new();
    match hold {
        Hold::Unratable(why) => roots.push(of_tariff(why, &service.agreement.tariff)),
        Hold::Unusual { total, usual } => {
            roots.extend(exchanged(service));
            roots.extend(times(*total, *usual));
            roots.extend(priced.as_ref().and_then(estimated));
            roots.extend(file(service, days));
        }
        Hold::WentBack { .. } | Hold::NegativeUse { .. } => {
            roots.extend(exchanged(service));
            roots.extend(file(service, days));
        }
        Hold::ReadWaits { .. } => roots.push(Root::ReadWaits),
        Hold::Doubt(doubt) => {
            if let Doubt::Multiplier(it) = doubt {
                let (was_micro, now_micro) = (it.was_micro, it.now_micro);
                roots.push(Root::Multiplier { was_micro, now_micro });
            }
            // A bill that is far from others for an exchange looks like any that is far from others.
            if matches!(doubt, Doubt::Low { .. } | Doubt::Peers { .. } | Doubt::Bound { .. }) {
                roots.extend(exchanged(service));
            }
            roots.push(Root::Doubt { word: doubt.word().to_owned() });
        }
        _ => {}
    }
    let (would, used) = (priced.as_ref().map(|it| it.total), priced.as_ref().map(|it| it.usage));
    Traced { roots, would, used }
}

/// The days of an agreement that a bill of this turn would be for; `None` while earlier ones are not
/// billed, which no bill of this turn is for.
fn due(service: &ServiceFacts, window: &Window) -> Option<Period> {
    let days = service.agreement.days_in(window.period)?;
    let from = service.billed_through.unwrap_or(service.agreement.from);
    if from < days.start() { None } else { Period::new(from, days.end()) }
}

fn of_tariff(why: &Unratable, tariff: &str) -> Root {
    match why {
        Unratable::NoTariff { tariff, on } => Root::NoTariff { tariff: tariff.clone(), on: *on },
        Unratable::NoPrice { series: name, .. }
        | Unratable::NoPeak { peaks: name, .. }
        | Unratable::NoFactor { name, .. } => Root::NotPublished { name: name.clone() },
        _ => Root::Tariff { tariff: tariff.to_owned() },
    }
}

/// What differs between a meter and the one that was hung in its place.
fn exchanged(service: &ServiceFacts) -> Vec<Root> {
    let mut hung: Vec<_> = service.measured.hung.iter().collect();
    hung.sort_by_key(|it| it.from);
    let counts = |channels: &[crate::reads::usage::Measured]| -> Option<Channel> {
        let found = channels.iter().find(|it| it.channel.flow == Flow::Delivered);
        found.map(|it| it.channel.clone())
    };
    let mut roots = Vec::new();
    for pair in hung.windows(2) {
        let (Some(was), Some(now)) = (counts(&pair[0].channels), counts(&pair[1].channels)) else {
            continue;
        };
        if was.multiplier_micro != now.multiplier_micro {
            let (was_micro, now_micro) = (was.multiplier_micro, now.multiplier_micro);
            roots.push(Root::Multiplier { was_micro, now_micro });
        }
        if let (Form::Register { digits: was }, Form::Register { digits: now }) =
            (was.form, now.form)
            && was != now
        {
            roots.push(Root::Digits { was, now });
        }
    }
    roots
}

fn times(total: Money, usual: Money) -> Option<Root> {
    let (total, usual) = (i128::from(total.cents()), i128::from(usual.cents()));
    FACTORS.into_iter().find_map(|factor| {
        let expected = usual * i128::from(factor);
        let near = (total - expected).abs() * i128::from(NEAR) <= expected;
        near.then_some(Root::Times { factor })
    })
}

fn estimated(segment: &Segment) -> Option<Root> {
    let of_registers = segment.evidence.iter().filter(|it| it.reads.is_some());
    of_registers.map(|it| it.estimated).any(|it| 0 < it).then_some(Root::Estimated)
}

/// The file of the last read that the days end with.
fn file(service: &ServiceFacts, days: Period) -> Option<Root> {
    let reads = service.measured.hung.iter().flat_map(|it| &it.channels).flat_map(|it| &it.reads);
    let last = reads.filter(|it| days.start() < it.on && it.on <= days.end());
    last.max_by_key(|it| it.on)?.batch.map(|batch| Root::File { batch })
}

/// What a hold has in common with others: its word, and what may be behind it.
pub type Behind<'a> = (&'a str, &'a [Root]);

/// The root of each of these holds. `size` says of a weak root how many bills share it, held or not.
pub fn roots(holds: &[Behind<'_>], size: &BTreeMap<Root, i64>) -> Vec<Root> {
    let strong = |it: &Behind<'_>| it.1.iter().find(|it| !it.is_weak()).cloned();
    let mut shared: BTreeMap<(&str, &Root), i64> = BTreeMap::new();
    for (word, roots) in holds.iter().filter(|it| strong(it).is_none()) {
        for root in roots.iter().filter(|it| it.is_weak()) {
            *shared.entry((word, root)).or_default() += 1;
        }
    }
    let enough = |count: i64, root: &Root| {
        SHARED <= count && size.get(root).is_none_or(|all| *all <= ONE_OF * count)
    };
    let root = |it: &Behind<'_>| {
        let (word, behind) = *it;
        let weak = behind.iter().filter(|it| it.is_weak());
        let counted = weak.filter_map(|it| Some((*shared.get(&(word, it))?, it)));
        let most = counted.filter(|(count, it)| enough(*count, it)).max();
        strong(it)
            .or_else(|| most.map(|it| it.1.clone()))
            .unwrap_or_else(|| Root::Hold { word: word.to_owned() })
    };
    holds.iter().map(root).collect()
}

/// The same facts, if the meters that were hung last counted by the multiplier of those before them.
/// Whether anything is another way then.
pub fn multiply_as_before(facts: &mut AccountFacts, root: &Root) -> bool {
    let Root::Multiplier { was_micro, now_micro } = root else { return false };
    let mut changed = false;
    for service in &mut facts.services {
        if !exchanged(service).contains(root) {
            continue;
        }
        let newest = service.measured.hung.iter_mut().max_by_key(|it| it.from);
        for it in newest.into_iter().flat_map(|it| &mut it.channels) {
            if it.channel.multiplier_micro == *now_micro && was_micro != now_micro {
                it.channel.multiplier_micro = *was_micro;
                changed = true;
            }
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const ONE: i64 = 1_000_000;

    fn file(batch: i64) -> Root {
        Root::File { batch: BatchId(batch) }
    }

    #[test]
    fn every_root_is_read_as_it_is_written() {
        let all = [
            Root::NoTariff { tariff: "R-1".to_owned(), on: date(2026, 3, 1) },
            Root::NotPublished { name: "day ahead".to_owned() },
            Root::Tariff { tariff: "R-1".to_owned() },
            Root::Multiplier { was_micro: 40 * ONE, now_micro: ONE },
            Root::Digits { was: 5, now: 6 },
            Root::Times { factor: 10 },
            Root::Doubt { word: "zero".to_owned() },
            Root::Estimated,
            Root::ReadWaits,
            file(7),
            Root::Route { name: "R 12".to_owned() },
            Root::Hold { word: "unusual".to_owned() },
        ];
        for it in all {
            assert_eq!(Root::from_text(&it.text()), Some(it.clone()));
            let said = [Language::English, Language::Spanish].map(|to| it.says(to, "reads.csv"));
            assert_ne!((said[0].is_some(), &said[0]), (true, &said[1]), "{it:?}");
        }
        assert_eq!(Root::from_text("route"), None);
        assert_eq!(Root::from_text("weather"), None);
    }

    #[test]
    fn a_bill_near_ten_times_the_usual_one_is_a_slip_of_a_point() {
        let dollars = |it: i64| Money::from_cents(it * 100);
        assert_eq!(times(dollars(900), dollars(90)), Some(Root::Times { factor: 10 }));
        assert_eq!(times(dollars(721), dollars(90)), Some(Root::Times { factor: 10 }));
        assert_eq!(times(dollars(700), dollars(90)), None);
        assert_eq!(times(dollars(9_000), dollars(90)), Some(Root::Times { factor: 100 }));
    }

    #[test]
    fn a_file_is_the_root_where_enough_of_it_is_held() {
        let (bad, cycle) = ([file(1)], [file(2)]);
        let multiplied = [Root::Multiplier { was_micro: 40 * ONE, now_micro: ONE }, file(1)];
        let mut holds: Vec<Behind<'_>> = vec![("unusual", &bad[..]); 3];
        holds.extend(vec![("unusual", &cycle[..]); 3]);
        holds.push(("unusual", &multiplied[..]));
        holds.push(("went-back", &bad[..]));
        // Of the first file each second bill is held, of the second three of a thousand.
        let size = BTreeMap::from([(file(1), 6), (file(2), 1_000)]);
        let found = roots(&holds, &size);
        let hold = |word: &str| Root::Hold { word: word.to_owned() };
        assert_eq!(found[..3], [file(1), file(1), file(1)]);
        assert_eq!(found[3..6], [hold("unusual"), hold("unusual"), hold("unusual")]);
        assert_eq!(found[6], multiplied[0], "what the bill itself shows comes first");
        assert_eq!(found[7], hold("went-back"), "one bill shares nothing");
    }
}
