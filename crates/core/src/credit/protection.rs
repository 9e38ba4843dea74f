//! What keeps service from being cut off: what was granted to an account, seasons, weather and days on
//! which nobody is cut off, for whom and unless what; as a text with the source of each line.
//!
//! ```text
//! county Kane: Alder Creek, Mill Town             # which towns are in it
//! station KDPA: Kane                              # of which counties a file says the weather
//! lasts  medical 30 days renewals 2               # what is granted lasts so long, and again so often
//! season residential 12-01 03-31 with heating unless offered 6 business-days cite 83 Ill. Adm. Code 280.135
//! season residential 10-18 04-15 paid 175.00 and 33.00 once restores cite OH
//! below  residential 32 next-day after-high 32 county Kane cite 16 TAC 25.483(j)
//! above  any 95 with elderly
//! alert  any 2 days                               # on the day of an alert and so many after it
//! always any with concession
//! until-late residential 60 days                  # not before the oldest debt is so old
//! tells  offered by reminder                      # what a letter of collections tells when it went out
//! no-cut friday weekend holiday eve
//! ```
//! Presets ([`presets`](super::presets)) are such texts, for a utility to edit.

mod line;

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::circumstance::{Circumstance, Condition, Fact};
use super::collection::Step;
use super::{NotRules, Shield, lines};
use crate::account::CustomerClass;
use crate::calendar::{Calendar, Term};
use crate::money::{Money, Rounding, Share};
use crate::registration::{Registration, RegistrationKind};

/// A day of any year.
type DayOfYear = (i8, i8);

/// For whom a line is, unless what, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scope {
    class: Option<CustomerClass>,
    county: Option<String>,
    season: Option<(DayOfYear, DayOfYear)>,
    /// All of these are so.
    with: Vec<Circumstance>,
    /// Unless it is so since so many business days.
    unless: Option<(Circumstance, i64)>,
    paid: Option<Enough>,
    cite: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    Season,
    Always,
    Below(Cold),
    Above(i64),
    Alert(i64),
    /// The oldest of what is past due is not so many days old.
    UntilLate(i64),
    /// Less than that is past due.
    UnderOwed(Money),
    /// Too little of bills of service is past due for a cut, but other charges.
    ChargesOnly,
}

/// How cold it is on a day, or is foreseen to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cold {
    /// The lowest is at or below that.
    most: i64,
    /// The lowest of the day after counts too: the next 24 hours are on both.
    next_day: bool,
    /// The highest of the day before was at or below that, as far as anybody knows.
    after_high: Option<i64>,
}

/// How much is paid on a day of the season so that service stays for what is past due then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Enough {
    most: Most,
    /// The first time in a season only.
    once: bool,
    /// Whether who was cut off is connected again.
    restores: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Most {
    /// Such a share of what is past due.
    Share(Share),
    /// What is owed, up to so much, and so much more.
    UpTo(Money, Money),
}

/// A day on which nobody is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCut {
    /// Fridays.
    Friday,
    /// Saturdays and Sundays.
    Weekend,
    /// Other days on which the utility does not work.
    Holiday,
    /// The days before them.
    Eve,
}

words! { NoCut { Friday = "friday", Weekend = "weekend", Holiday = "holiday", Eve = "eve" } }

/// What an account is registered for, as what is granted: where service must not be cut off for it.
pub fn registered(it: &Registration) -> Option<Granted> {
    let shield = match it.kind {
        RegistrationKind::LifeSupport => Shield::LifeSupport,
        RegistrationKind::Medical => Shield::Medical,
        RegistrationKind::Program | RegistrationKind::Concession => return None,
    };
    let evidence = format!("{}, {}", it.name, it.certificate);
    Some(Granted { shield, from: it.from, to: it.to.unwrap_or(Date::MAX), evidence })
}

/// How long something lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many days.
    Days(i64),
    /// So many months.
    Months(i64),
}

/// How long what is granted lasts, and how often it may be granted again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasts {
    /// How long.
    pub span: Span,
    /// So often again; as often as is wanted without it.
    pub renewals: Option<i64>,
    /// Whether that counts for the same arrears, whatever lies between; else for what is in a row.
    pub per_arrears: bool,
    /// Whether who pays what comes due meanwhile may have it again as often as is wanted.
    pub unless_paying: bool,
    /// What says so.
    pub cite: String,
}

/// What holds of protections from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    counties: Vec<(String, Vec<String>)>,
    stations: Vec<(String, Vec<String>)>,
    lasts: Vec<(Shield, Lasts)>,
    stays: Vec<(Circumstance, Span)>,
    tells: Vec<(Circumstance, Step)>,
    whens: Vec<(When, Scope)>,
    no_cut: Vec<NoCut>,
}

/// What was granted to an account, or to all of a county.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What it is.
    pub shield: Shield,
    /// The first day.
    pub from: Date,
    /// The first day without it; [`Date::MAX`] where nobody knows it.
    pub to: Date,
    /// What says so, such as a certificate.
    pub evidence: String,
}

/// The weather of a county on a day, as it was or is foreseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weather {
    /// The county.
    pub county: String,
    /// The day.
    pub on: Date,
    /// The lowest, in degrees Fahrenheit.
    pub low: i64,
    /// The highest.
    pub high: i64,
    /// Whether there is an alert.
    pub alert: bool,
    /// The station and the feed that say so; empty where somebody does.
    pub by: String,
}

impl Weather {
    /// The lowest and the highest that it ever was anywhere, in degrees Fahrenheit, and a little more.
    pub const EVER: (i64, i64) = (-130, 135);

    /// Days ahead for which the weather of a day is foreseen by anybody.
    pub const AHEAD: i64 = 31;

    /// Whichever of the lowest and the highest can not be, as it was never so cold or hot.
    pub fn never_was(&self) -> Option<i64> {
        let (least, most) = Weather::EVER;
        [self.low, self.high].into_iter().find(|it| !(least..=most).contains(it))
    }

    /// Whether nobody foresees its day yet.
    pub fn is_too_far(&self, today: Date) -> bool {
        today.saturating_add(Weather::AHEAD.days()) < self.on
    }
}

/// What of an account is past due on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastDue {
    /// How much.
    pub amount: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
    /// The day on which the newest of it was due.
    pub newest: Date,
    /// How much of it is of bills of service.
    pub of_service: Money,
}

/// What was paid on a day, and what was owed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidOn {
    /// The day.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// What was owed.
    pub owed: Money,
    /// What of it was past due.
    pub past_due: Money,
}

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    /// The class of the account.
    pub class: CustomerClass,
    /// Where it is served.
    pub towns: &'a [String],
    /// What was granted to it.
    pub granted: &'a [Granted],
    /// What is so of it, and was done for it.
    pub facts: &'a [Fact],
    /// What is past due of it; nothing without it.
    pub past_due: Option<PastDue>,
    /// What is to be past due for a cut, where collections say it.
    pub least_to_cut: Option<Money>,
    /// What was paid of it since [`Rules::paid_since`], the first day first.
    pub paid: &'a [PaidOn],
    /// The weather of the days around it.
    pub weather: &'a [Weather],
    /// On which days the utility works.
    pub calendar: &'a Calendar,
}

/// Why an account is not cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// What shields it.
    pub shield: Shield,
    /// The first day without it, where that is known.
    pub until: Option<Date>,
    /// What is so.
    pub says: String,
    /// What the line asks for beside it.
    pub conditions: Vec<Condition>,
    /// What says so: a law, an order; empty where nothing was said.
    pub cite: String,
    /// Whether who was cut off is connected again for it.
    pub restores: bool,
    /// Whether it is for other charges alone: nobody is told of a cut for these either.
    pub of_charges: bool,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| rules.take(words))?;
        Ok(rules)
    }

    /// Whether a line says which towns are in a county.
    pub fn has_counties(&self) -> bool {
        !self.counties.is_empty()
    }

    /// The county of a town, where a line says it.
    pub fn county(&self, town: &str) -> Option<&str> {
        let here =
            |it: &&(String, Vec<String>)| it.1.iter().any(|it| it.eq_ignore_ascii_case(town));
        self.counties.iter().find(here).map(|it| it.0.as_str())
    }

    /// A county as a line writes it, where one does.
    pub fn county_named(&self, name: &str) -> Option<&str> {
        let named = |it: &&(String, Vec<String>)| it.0.eq_ignore_ascii_case(name);
        self.counties.iter().find(named).map(|it| it.0.as_str())
    }

    /// The counties of which a station says the weather, where a line says it.
    pub fn counties_of(&self, station: &str) -> Option<&[String]> {
        let named = |it: &&(String, Vec<String>)| it.0.eq_ignore_ascii_case(station);
        self.stations.iter().find(named).map(|it| &it.1[..])
    }

    /// How long what is granted lasts, how often it may be granted again, and what says so.
    pub fn lasts(&self, shield: Shield) -> Option<&Lasts> {
        self.lasts.iter().find(|it| it.0 == shield).map(|it| &it.1)
    }

    /// How long a circumstance stays, where a line says it.
    pub fn stays(&self, what: Circumstance) -> Option<Span> {
        self.stays.iter().find(|it| it.0 == what).map(|it| it.1)
    }

    /// What a letter of collections tells when it went out: a notice that service is to be cut off, and
    /// beside it what lines say.
    pub fn told_by(&self, letter: Step) -> impl Iterator<Item = Circumstance> {
        let notice = (letter == Step::Notice).then_some(Circumstance::Told);
        let said = self.tells.iter().filter(move |it| it.1 == letter).map(|it| it.0);
        notice.into_iter().chain(said)
    }

    /// Whether a line asks for what a letter of collections tells.
    pub fn asks_for_letters(&self) -> bool {
        let mut letters = [Step::Reminder, Step::Notice].into_iter();
        letters.any(|it| self.told_by(it).any(|what| self.asks_for(what)))
    }

    /// Whether a line asks for something of the account itself, beside its class and its towns.
    pub fn asks_of_account(&self) -> bool {
        let by_debt =
            |it: &When| matches!(it, When::UntilLate(_) | When::UnderOwed(_) | When::ChargesOnly);
        self.whens.iter().any(|(when, it)| {
            by_debt(when) || !it.with.is_empty() || it.unless.is_some() || it.paid.is_some()
        })
    }

    /// Whether a line asks for a circumstance.
    pub fn asks_for(&self, what: Circumstance) -> bool {
        let asks = |it: &Scope| it.with.contains(&what) || it.unless.is_some_and(|it| it.0 == what);
        self.whens.iter().any(|it| asks(&it.1))
    }

    /// The first day of which payments may keep service on a day; `None` where no line says so.
    pub fn paid_since(&self, on: Date) -> Option<Date> {
        let paid = self.whens.iter().filter(|it| it.1.paid.is_some());
        let seasons = paid.filter_map(|it| it.1.season).filter(|it| within(*it, on));
        seasons.map(|it| start(it, on)).min()
    }

    /// All that keeps an account from being cut off on a day.
    pub fn shields(&self, around: &Around, on: Date) -> Vec<Why> {
        let counties: Vec<&str> = around.towns.iter().filter_map(|it| self.county(it)).collect();
        let mut found = Vec::new();
        for it in around.granted.iter().filter(|it| it.from <= on && on < it.to) {
            let cite = self.lasts(it.shield).map_or("", |it| &it.cite);
            let cite = cite.to_owned();
            let until = (it.to != Date::MAX).then_some(it.to);
            found.push(Why { cite, ..Why::new(it.shield, until, it.evidence.clone()) });
        }
        for (when, scope) in &self.whens {
            let theirs = scope.class.is_none_or(|it| it == around.class)
                && scope.season.is_none_or(|it| within(it, on))
                && scope
                    .county
                    .as_deref()
                    .is_none_or(|it| counties.iter().any(|county| county.eq_ignore_ascii_case(it)));
            if !theirs {
                continue;
            }
            let Some(mut why) = when.holds(around, &counties, on) else { continue };
            let Some(asked) = scope.holds(around, on) else { continue };
            let season = scope.season.map(|it| end(it, on));
            why.until = [why.until, season, asked.until].into_iter().flatten().min();
            why.conditions = asked.conditions;
            why.cite.clone_from(&scope.cite);
            why.restores = scope.paid.is_some_and(|it| it.restores);
            found.push(why);
        }
        found.extend(self.day(around.calendar, on).map(|day| {
            let says = format!("no day on which anybody is cut off, {day}");
            Why::new(Shield::Calendar, on.tomorrow().ok(), says)
        }));
        found
    }

    fn day(&self, calendar: &Calendar, on: Date) -> Option<&'static str> {
        let weekend = matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday);
        let holiday = |it: Date| !weekend && !calendar.is_business(it);
        let next = on.tomorrow().unwrap_or(on);
        let next_is_weekend = matches!(next.weekday(), Weekday::Saturday | Weekday::Sunday);
        let is = |it: &NoCut| match it {
            NoCut::Friday => on.weekday() == Weekday::Friday,
            NoCut::Weekend => weekend,
            NoCut::Holiday => holiday(on),
            NoCut::Eve => !next_is_weekend && !calendar.is_business(next),
        };
        self.no_cut.iter().find(|it| is(it)).map(|it| it.word())
    }
}

impl When {
    /// What is so on a day, where it is.
    fn holds(&self, around: &Around, counties: &[&str], on: Date) -> Option<Why> {
        let here =
            |it: &&Weather| counties.iter().any(|county| county.eq_ignore_ascii_case(&it.county));
        let near: Vec<&Weather> = around.weather.iter().filter(here).collect();
        let weather = |until, what: String, it: &Weather| {
            let by = if it.by.is_empty() { String::new() } else { format!(", by {}", it.by) };
            Why::new(Shield::Weather, until, format!("{what} in {}{by}", it.county))
        };
        match self {
            When::Season => Some(Why::new(Shield::Moratorium, None, "the season".to_owned())),
            When::Always => Some(Why::new(Shield::Moratorium, None, "at any time".to_owned())),
            When::Below(cold) => {
                let it = cold.of(&near, on)?;
                Some(weather(on.tomorrow().ok(), format!("{} F at the lowest", it.low), it))
            }
            When::Above(least) => {
                let it = near.into_iter().find(|it| it.on == on && *least <= it.high)?;
                Some(weather(on.tomorrow().ok(), format!("{} F at the highest", it.high), it))
            }
            When::Alert(days) => {
                let first = on.saturating_sub((*days).days());
                // The newest of them keeps longest.
                let mut alerts = near.into_iter().rev().filter(|it| it.alert);
                let it = alerts.find(|it| first <= it.on && it.on <= on)?;
                let until = it.on.saturating_add((days + 1).days());
                Some(weather(Some(until), format!("an alert of {}", it.on), it))
            }
            When::UntilLate(days) => {
                let oldest = around.past_due?.oldest;
                let until = oldest.saturating_add((*days).days());
                let says = format!("the oldest was due on {oldest}, less than {days} days ago");
                (on < until).then(|| Why::new(Shield::Moratorium, Some(until), says))
            }
            When::UnderOwed(least) => {
                let past_due = around.past_due?.amount;
                let says = format!("{past_due} is past due, less than {least}");
                (past_due < *least).then(|| Why::new(Shield::Moratorium, None, says))
            }
            When::ChargesOnly => {
                let PastDue { amount, of_service, .. } = around.past_due?;
                // Other charges do not make up what a cut takes.
                let least = around.least_to_cut.filter(|least| *least <= amount);
                let says = match least {
                    _ if of_service == Money::ZERO => "no bill of service is past due".to_owned(),
                    Some(least) if of_service < least => {
                        format!(
                            "only {of_service} of it is of bills of service, and a cut takes {least}"
                        )
                    }
                    _ => return None,
                };
                let why = Why::new(Shield::Moratorium, None, says);
                Some(Why { of_charges: true, ..why })
            }
        }
    }
}

/// What a line asks for of an account, as it is.
#[derive(Default)]
struct Asked {
    conditions: Vec<Condition>,
    until: Option<Date>,
}

impl Scope {
    /// What it asks for beside its days, where that is so.
    fn holds(&self, around: &Around, on: Date) -> Option<Asked> {
        // What was done counts for the season of the line, or for the debt there is.
        let since = match (self.season, around.past_due) {
            (Some(season), _) => Some(start(season, on)),
            (None, past_due) => past_due.map(|it| it.oldest),
        };
        let counts = |what: Circumstance| {
            around.facts.iter().filter(move |it| {
                it.what == what
                    && it.holds(on)
                    && (!what.is_done() || since.is_some_and(|since| since <= it.from))
            })
        };
        let mut asked = Asked::default();
        for what in &self.with {
            // Of several the one that stays longest.
            let lasting = |it: &&Fact| it.to.unwrap_or(Date::MAX);
            let fact = counts(*what).max_by_key(lasting)?;
            asked.until = [asked.until, fact.to].into_iter().flatten().min();
            asked.conditions.push(Condition::With(*what));
        }
        if let Some((what, days)) = self.unless {
            if let Some(first) = counts(what).map(|it| it.from).min() {
                let until = around.calendar.after(first, Term::Business(days));
                if until <= on {
                    return None;
                }
                asked.until = [asked.until, Some(until)].into_iter().flatten().min();
            }
            asked.conditions.push(Condition::Unless(what, days));
        }
        if let Some(enough) = self.paid {
            let (amount, day) = enough.of(around, since?)?;
            asked.conditions.push(Condition::Paid(amount, day));
        }
        Some(asked)
    }
}

impl Enough {
    /// What was paid since a day that keeps service for all that is past due now.
    fn of(&self, around: &Around, since: Date) -> Option<(Money, Date)> {
        let is_enough = |it: &&PaidOn| {
            let least = match self.most {
                Most::Share(share) => share.of(it.past_due).round(Rounding::HalfUp),
                Most::UpTo(most, more) => it.owed.min(most) + more,
            };
            since <= it.on && Money::ZERO < it.past_due && least <= it.amount
        };
        let mut paid = around.paid.iter().filter(is_enough);
        let it = if self.once { paid.next() } else { paid.next_back() }?;
        // What came due later is not deferred with it.
        let deferred = around.past_due.is_none_or(|past_due| past_due.newest < it.on);
        deferred.then_some((it.amount, it.on))
    }
}

impl Cold {
    /// The coldest of the days that it is about, where it is so cold.
    fn of<'a>(&self, weather: &[&'a Weather], on: Date) -> Option<&'a Weather> {
        let last = if self.next_day { on.tomorrow().unwrap_or(on) } else { on };
        let before = on.yesterday().ok();
        let was_warmer = |it: &Weather| {
            let high = weather.iter().find(|o| Some(o.on) == before && o.county == it.county);
            high.is_some_and(|high| self.after_high.is_some_and(|most| most < high.high))
        };
        let cold =
            |it: &&&Weather| on <= it.on && it.on <= last && it.low <= self.most && !was_warmer(it);
        weather.iter().filter(cold).min_by_key(|it| it.low).copied()
    }
}

impl Span {
    /// The first day that is not in it any more, from a day on.
    pub fn after(self, from: Date) -> Date {
        match self {
            Span::Days(days) => from.saturating_add(days.days()),
            Span::Months(months) => from.saturating_add(months.months()),
        }
    }
}

/// What may be granted: what follows from other facts is not.
pub fn granted(word: &str) -> Result<Shield, String> {
    let derived = [Shield::Plan, Shield::Dispute, Shield::Budget, Shield::Calendar];
    super::shield(word).and_then(|it| match derived.contains(&it) {
        true => Err(format!("{it} follows from what is there; nobody grants it")),
        false => Ok(it),
    })
}

/// Whether a day is from the first to the last of a season, which may go over the new year.
fn within((from, to): (DayOfYear, DayOfYear), on: Date) -> bool {
    let day = (on.month(), on.day());
    if from <= to { from <= day && day <= to } else { from <= day || day <= to }
}

/// The first day of a season that a day is in.
fn start((from, _): (DayOfYear, DayOfYear), on: Date) -> Date {
    let year = if from <= (on.month(), on.day()) { on.year() } else { on.year() - 1 };
    Date::new(year, from.0, from.1).or_else(|_| Date::new(year, from.0, 28)).unwrap_or(on)
}

/// The first day after a season that a day is in.
fn end((_, to): (DayOfYear, DayOfYear), on: Date) -> Date {
    let year = if (on.month(), on.day()) <= to { on.year() } else { on.year() + 1 };
    let last = Date::new(year, to.0, to.1).or_else(|_| Date::new(year, to.0, 28)).unwrap_or(on);
    last.tomorrow().unwrap_or(last)
}

impl Why {
    /// Without a line that says so.
    pub fn new(shield: Shield, until: Option<Date>, says: String) -> Why {
        let (conditions, cite) = (Vec::new(), String::new());
        Why { shield, until, says, conditions, cite, restores: false, of_charges: false }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.shield, self.says)?;
        for it in &self.conditions {
            write!(f, ", {it}")?;
        }
        if !self.cite.is_empty() {
            write!(f, " ({})", self.cite)?;
        }
        match self.until {
            Some(until) => write!(f, ", until {until}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "county Kane: Alder Creek, Mill Town\nlasts medical 30 days renewals 2\n\
        season residential 12-01 03-31 cite 83 Ill. Adm. Code 280.135\n\
        below any 32 county Kane cite 16 TAC 25.483(j)\nabove any 95 06-01 09-15\n\
        alert any 2 days\nno-cut friday holiday eve\n";

    fn plain<'a>(
        class: CustomerClass,
        towns: &'a [String],
        weather: &'a [Weather],
        calendar: &'a Calendar,
    ) -> Around<'a> {
        let (granted, facts, past_due, paid) = (&[][..], &[][..], None, &[][..]);
        let least_to_cut = None;
        Around { class, towns, granted, facts, past_due, least_to_cut, paid, weather, calendar }
    }

    fn shields(town: &str, weather: &[Weather], on: Date) -> Vec<String> {
        let rules = Rules::parse(TEXT).unwrap();
        let calendar = Calendar::parse("holidays us-federal").unwrap();
        let (towns, class) = ([town.to_owned()], CustomerClass::Residential);
        let granted = [Granted {
            shield: Shield::Medical,
            from: date(2026, 5, 1),
            to: date(2026, 5, 31),
            evidence: "certificate 7".to_owned(),
        }];
        let around = Around { granted: &granted, ..plain(class, &towns, weather, &calendar) };
        rules.shields(&around, on).iter().map(Why::to_string).collect()
    }

    #[test]
    fn a_season_goes_over_the_new_year_and_says_its_source() {
        let season = "moratorium: the season (83 Ill. Adm. Code 280.135), until 2027-04-01";
        assert_eq!(shields("Elsewhere", &[], date(2026, 12, 1)), [season]);
        assert_eq!(shields("Elsewhere", &[], date(2027, 3, 31)), [season]);
        assert!(shields("Elsewhere", &[], date(2027, 4, 1)).is_empty());
    }

    #[test]
    fn weather_counts_in_its_county_and_an_alert_for_days_after_it() {
        let weather = |on, low, high, alert| Weather {
            county: "Kane".to_owned(),
            on,
            low,
            high,
            alert,
            by: String::new(),
        };
        let cold = [
            weather(date(2026, 11, 11), 30, 40, false),
            weather(date(2026, 11, 24), 32, 40, false),
        ];
        let says = "weather: 32 F at the lowest in Kane (16 TAC 25.483(j)), until 2026-11-25";
        assert_eq!(shields("alder creek", &cold, date(2026, 11, 24)), [says]);
        assert!(shields("Elsewhere", &cold, date(2026, 11, 24)).is_empty());
        let hot =
            [weather(date(2026, 7, 7), 70, 96, true), weather(date(2026, 9, 16), 70, 96, false)];
        assert_eq!(shields("Mill Town", &hot, date(2026, 7, 7)).len(), 2);
        let says = "weather: an alert of 2026-07-07 in Kane, until 2026-07-10";
        assert_eq!(shields("Mill Town", &hot, date(2026, 7, 9)), [says]);
        assert!(shields("Mill Town", &hot, date(2026, 7, 13)).is_empty());
        assert!(shields("Mill Town", &hot, date(2026, 9, 16)).is_empty(), "out of season");
    }

    #[test]
    fn the_next_day_counts_and_how_warm_the_one_before_was() {
        let rules = |text: &str| Rules::parse(&format!("county Kane: Mill Town\n{text}")).unwrap();
        let shielded = |rules: &Rules, weather: &[(Date, i64, i64)], on: Date| {
            let day = |&(on, low, high): &(Date, i64, i64)| Weather {
                county: "Kane".to_owned(),
                on,
                low,
                high,
                alert: false,
                by: "KDPA, NWS".to_owned(),
            };
            let weather: Vec<Weather> = weather.iter().map(day).collect();
            let (towns, class) = (["Mill Town".to_owned()], CustomerClass::Residential);
            let calendar = &Calendar::parse("holidays us-federal").unwrap();
            let around = plain(class, &towns, &weather, calendar);
            rules.shields(&around, on).iter().map(Why::to_string).collect::<Vec<_>>()
        };
        let [before, on, after] = [11, 12, 13].map(|day| date(2026, 1, day));
        let (plain, next) = (rules("below any 32"), rules("below any 32 next-day"));
        let tonight = [(on, 35, 50), (after, 20, 40)];
        assert!(shielded(&plain, &tonight, on).is_empty());
        let says = ["weather: 20 F at the lowest in Kane, by KDPA, NWS, until 2026-01-13"];
        assert_eq!(shielded(&next, &tonight, on), says);
        assert!(shielded(&next, &[(before, 20, 30), (on, 35, 50)], on).is_empty(), "it was");
        let texas = rules("below any 32 next-day after-high 32");
        assert_eq!(shielded(&texas, &[(before, 20, 32), (on, 20, 30)], on), says);
        assert!(shielded(&texas, &[(before, 20, 33), (on, 20, 30)], on).is_empty());
        assert_eq!(shielded(&texas, &[(on, 20, 30)], on), says, "nobody knows of the day before");
    }

    #[test]
    fn what_was_granted_ends_and_nobody_is_cut_off_before_a_day_off() {
        let medical = "medical: certificate 7, until 2026-05-31";
        assert_eq!(shields("x", &[], date(2026, 5, 20)), [medical]);
        assert!(shields("x", &[], date(2026, 6, 1)).is_empty());
        let friday = "calendar: no day on which anybody is cut off, friday, until 2026-06-06";
        assert_eq!(shields("x", &[], date(2026, 6, 5)), [friday]);
        // Thanksgiving, the day before it, and a Sunday before a Monday.
        let day = |on| shields("x", &[], on).pop().unwrap_or_default();
        assert!(day(date(2026, 11, 26)).contains("cut off, holiday"));
        assert!(day(date(2026, 11, 25)).contains("cut off, eve"));
        assert_eq!(day(date(2026, 11, 24)), "");
    }

    #[test]
    fn a_letter_tells_what_a_line_says_and_a_notice_that_service_is_to_be_cut_off() {
        use Circumstance::{OccupantTold, Offered, Told};
        let rules = |text: &str| Rules::parse(text).unwrap();
        let told = |text: &str, letter| rules(text).told_by(letter).collect::<Vec<_>>();
        assert_eq!(told("", Step::Reminder), []);
        assert_eq!(told("", Step::Notice), [Told]);
        let text = "tells offered by reminder\ntells occupant-told by notice";
        assert_eq!(told(text, Step::Reminder), [Offered]);
        assert_eq!(told(text, Step::Notice), [Told, OccupantTold]);
        assert!(!rules(text).asks_for_letters(), "nothing asks for it");
        assert!(rules("always any unless told 7 business-days").asks_for_letters());
        let offered = "season any 12-01 03-31 unless offered\n";
        assert!(!rules(offered).asks_for_letters());
        assert!(rules(&format!("{offered}tells offered by reminder")).asks_for_letters());
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("season any 13-01 03-31", "line 1: 13-01 is no day of a year"),
            ("season any county Kane", "line 1: write the days of a season"),
            ("lasts plan 30 days", "line 1: plan follows from what is there"),
            ("below any cold", "line 1: cold is no whole number"),
            ("no-cut monday", "line 1: monday is no such day"),
            ("county Kane", "line 1: write county NAME: TOWN"),
            ("never", "line 1: write county NAME: TOWNS"),
            ("station KDPA", "line 1: write station NAME: COUNTY"),
            ("tells offered by call", "line 1: write tells WHAT by reminder or by notice"),
            ("tells infant by notice", "line 1: infant is nothing that a letter tells"),
            ("season any 12-01 03-31 with luck", "line 1: luck is no circumstance"),
            ("season any 12-01 03-31 unless told 7 days", "line 1: write the days as 12-01"),
            ("season any 12-01 03-31 paid half", "line 1: write the days as 12-01"),
            ("season any 12-01 03-31 paid 50% twice", "line 1: write paid AMOUNT and AMOUNT"),
            ("always any paid 50%", "line 1: what is paid keeps service in a season"),
            ("until-late any 0 days", "line 1: 0 is no whole number from 1"),
            ("under-owed any much", "line 1: much is no amount"),
            ("lasts medical 30 days renewals 2 always", "line 1: write lasts KIND N days renewals"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
