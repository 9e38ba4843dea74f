//! What keeps service from being cut off: what was granted to an account, seasons, weather and days on
//! which nobody is cut off; as a text with the source of each line.
//!
//! ```text
//! county Kane: Alder Creek, Mill Town             # which towns are in it
//! lasts  medical 30 days renewals 2               # what is granted lasts so long, and again so often
//! season residential 12-01 03-31 cite 83 Ill. Adm. Code 280.135
//! below  residential 32 next-day after-high 32 county Kane cite 16 TAC 25.483(j)
//! above  any 95
//! alert  any 2 days                               # on the day of an alert and so many after it
//! no-cut friday weekend holiday eve
//! ```
//! Presets ([`PRESETS`]) are such texts, for a utility to edit.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{NotRules, Shield, class, lines, whole};
use crate::account::CustomerClass;
use crate::calendar::Calendar;

/// Texts that ship, by name.
pub const PRESETS: &[(&str, &str)] = &[
    ("ar", include_str!("presets/ar.txt")),
    ("ga", include_str!("presets/ga.txt")),
    ("ia", include_str!("presets/ia.txt")),
    ("il", include_str!("presets/il.txt")),
    ("ks", include_str!("presets/ks.txt")),
    ("ma", include_str!("presets/ma.txt")),
    ("mn", include_str!("presets/mn.txt")),
    ("pa", include_str!("presets/pa.txt")),
    ("tx", include_str!("presets/tx.txt")),
];

/// Days that something lasts: more is a mistake.
const LONGEST: i64 = 3_660;

/// A day of any year.
type DayOfYear = (i8, i8);

/// For whom a line is, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scope {
    class: Option<CustomerClass>,
    county: Option<String>,
    season: Option<(DayOfYear, DayOfYear)>,
    cite: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    Season,
    Below(Cold),
    Above(i64),
    Alert(i64),
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

/// What holds of protections from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    counties: Vec<(String, Vec<String>)>,
    lasts: Vec<(Shield, i64, Option<i64>, String)>,
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
    /// The first day without it.
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
    /// What says so.
    pub says: String,
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

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        let cited = words.iter().position(|it| *it == "cite");
        let (words, cite) = words.split_at(cited.unwrap_or(words.len()));
        let cite = cite.get(1..).unwrap_or_default().join(" ");
        match *words {
            ["county", ref said @ ..] => {
                let said = said.join(" ");
                let (name, towns) =
                    said.split_once(':').ok_or("write county NAME: TOWN, TOWN".to_owned())?;
                let towns = towns.split(',').map(|it| it.trim().to_owned()).collect();
                self.counties.push((name.trim().to_owned(), towns));
            }
            ["lasts", kind, days, "days", ref more @ ..] => {
                let renewals = match *more {
                    [] => None,
                    ["renewals", many] => Some(whole(many, 0, LONGEST)?),
                    _ => return Err("write lasts KIND N days renewals N".to_owned()),
                };
                self.lasts.push((granted(kind)?, whole(days, 1, LONGEST)?, renewals, cite));
            }
            ["season", of, ref scope @ ..] => {
                let scope = self::scope(of, scope, cite)?;
                if scope.season.is_none() {
                    return Err("write the days of a season as 12-01 03-31".to_owned());
                }
                self.whens.push((When::Season, scope));
            }
            ["below", of, degrees, ref more @ ..] => {
                let (next_day, more) = match *more {
                    ["next-day", ref more @ ..] => (true, more),
                    ref more => (false, more),
                };
                let (after_high, scope) = match *more {
                    ["after-high", high, ref more @ ..] => (Some(whole(high, -80, 140)?), more),
                    ref more => (None, more),
                };
                let most = whole(degrees, -80, 140)?;
                let when = When::Below(Cold { most, next_day, after_high });
                self.whens.push((when, self::scope(of, scope, cite)?));
            }
            ["above", of, degrees, ref scope @ ..] => {
                let when = When::Above(whole(degrees, -80, 140)?);
                self.whens.push((when, self::scope(of, scope, cite)?));
            }
            ["alert", of, days, "days", ref scope @ ..] => {
                let when = When::Alert(whole(days, 0, 30)?);
                self.whens.push((when, self::scope(of, scope, cite)?));
            }
            ["no-cut", ref days @ ..] if !days.is_empty() => {
                for day in days {
                    let day = NoCut::from_word(day).ok_or_else(|| {
                        let known: Vec<&str> = NoCut::ALL.iter().map(|it| it.word()).collect();
                        format!("{day} is no such day; write one of {}", known.join(", "))
                    })?;
                    self.no_cut.push(day);
                }
            }
            _ => {
                return Err("write county NAME: TOWNS, lasts KIND N days, season CLASS FROM TO, \
                            below CLASS DEGREES next-day after-high DEGREES, above CLASS DEGREES, alert CLASS N days or \
                            no-cut DAYS"
                    .to_owned());
            }
        }
        Ok(())
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

    /// How long what is granted lasts, how often it may be granted again at once, and what says so.
    pub fn lasts(&self, shield: Shield) -> Option<(i64, Option<i64>, &str)> {
        let it = self.lasts.iter().find(|it| it.0 == shield)?;
        Some((it.1, it.2, &it.3))
    }

    /// All that keeps an account from being cut off on a day.
    pub fn shields(&self, around: &Around, on: Date) -> Vec<Why> {
        let counties: Vec<&str> = around.towns.iter().filter_map(|it| self.county(it)).collect();
        let mut found = Vec::new();
        for it in around.granted.iter().filter(|it| it.from <= on && on < it.to) {
            found.push(Why { shield: it.shield, until: Some(it.to), says: it.evidence.clone() });
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
            let near = |it: &&Weather| {
                counties.iter().any(|county| county.eq_ignore_ascii_case(&it.county))
            };
            let mut today = around.weather.iter().filter(near).filter(|it| it.on == on);
            let why = |shield, until: Option<Date>, what: String| {
                let cite = if scope.cite.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", scope.cite)
                };
                Why { shield, until, says: format!("{what}{cite}") }
            };
            match when {
                When::Season => {
                    let until = scope.season.map(|it| end(it, on));
                    found.push(why(Shield::Moratorium, until, "the season".to_owned()));
                }
                When::Below(cold) => {
                    let near = around.weather.iter().filter(near);
                    if let Some(it) = cold.of(&near.collect::<Vec<_>>(), on) {
                        let what = format!("{} F at the lowest in {}", it.low, it.county);
                        found.push(why(Shield::Weather, on.tomorrow().ok(), what));
                    }
                }
                When::Above(least) => {
                    if let Some(it) = today.find(|it| *least <= it.high) {
                        let what = format!("{} F at the highest in {}", it.high, it.county);
                        found.push(why(Shield::Weather, on.tomorrow().ok(), what));
                    }
                }
                When::Alert(days) => {
                    let first = on.saturating_sub((*days).days());
                    let mut alerts = around.weather.iter().filter(near).filter(|it| it.alert);
                    if let Some(it) = alerts.find(|it| first <= it.on && it.on <= on) {
                        let until = it.on.saturating_add((days + 1).days());
                        let what = format!("an alert of {} in {}", it.on, it.county);
                        found.push(why(Shield::Weather, Some(until), what));
                    }
                }
            }
        }
        found.extend(self.day(around.calendar, on).map(|day| {
            let until = on.tomorrow().ok();
            Why {
                shield: Shield::Calendar,
                until,
                says: format!("no day on which anybody is cut off, {day}"),
            }
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

/// What may be granted: what follows from other facts is not.
pub fn granted(word: &str) -> Result<Shield, String> {
    let derived = [Shield::Plan, Shield::Dispute, Shield::Budget, Shield::Calendar];
    super::shield(word).and_then(|it| match derived.contains(&it) {
        true => Err(format!("{it} follows from what is there; nobody grants it")),
        false => Ok(it),
    })
}

fn scope(of: &str, words: &[&str], cite: String) -> Result<Scope, String> {
    let mut scope = Scope { class: class(of)?, cite, ..Scope::default() };
    let mut words = words;
    if let [from, to, rest @ ..] = words
        && *from != "county"
    {
        scope.season = Some((day_of_year(from)?, day_of_year(to)?));
        words = rest;
    }
    match *words {
        [] | ["county", "any"] => Ok(scope),
        ["county", ref name @ ..] if !name.is_empty() => {
            scope.county = Some(name.join(" "));
            Ok(scope)
        }
        _ => Err("write the days as 12-01 03-31, then county NAME, then cite SOURCE".to_owned()),
    }
}

fn day_of_year(word: &str) -> Result<DayOfYear, String> {
    let wrong = || format!("{word} is no day of a year; write 12-01");
    let (month, day) = word.split_once('-').ok_or_else(wrong)?;
    let both = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    // A leap year has every day there is.
    Date::new(2028, both.0, both.1).map(|_| both).map_err(|_| wrong())
}

/// Whether a day is from the first to the last of a season, which may go over the new year.
fn within((from, to): (DayOfYear, DayOfYear), on: Date) -> bool {
    let day = (on.month(), on.day());
    if from <= to { from <= day && day <= to } else { from <= day || day <= to }
}

/// The first day after a season that a day is in.
fn end((_, to): (DayOfYear, DayOfYear), on: Date) -> Date {
    let year = if (on.month(), on.day()) <= to { on.year() } else { on.year() + 1 };
    let last = Date::new(year, to.0, to.1).or_else(|_| Date::new(year, to.0, 28)).unwrap_or(on);
    last.tomorrow().unwrap_or(last)
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.shield, self.says)?;
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
        let around =
            Around { class, towns: &towns, granted: &granted, weather, calendar: &calendar };
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
        let weather =
            |on, low, high, alert| Weather { county: "Kane".to_owned(), on, low, high, alert };
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
            };
            let weather: Vec<Weather> = weather.iter().map(day).collect();
            let (towns, class) = (["Mill Town".to_owned()], CustomerClass::Residential);
            let calendar = &Calendar::parse("holidays us-federal").unwrap();
            let around = Around { class, towns: &towns, granted: &[], weather: &weather, calendar };
            rules.shields(&around, on).iter().map(Why::to_string).collect::<Vec<_>>()
        };
        let [before, on, after] = [11, 12, 13].map(|day| date(2026, 1, day));
        let (plain, next) = (rules("below any 32"), rules("below any 32 next-day"));
        let tonight = [(on, 35, 50), (after, 20, 40)];
        assert!(shielded(&plain, &tonight, on).is_empty());
        let says = ["weather: 20 F at the lowest in Kane, until 2026-01-13"];
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
    fn presets_are_rules_and_what_is_none_is_refused_with_its_line() {
        for (name, text) in PRESETS {
            assert!(Rules::parse(text).is_ok(), "{name}: {:?}", Rules::parse(text));
        }
        for (text, says) in [
            ("season any 13-01 03-31", "line 1: 13-01 is no day of a year"),
            ("season any county Kane", "line 1: write the days of a season"),
            ("lasts plan 30 days", "line 1: plan follows from what is there"),
            ("below any cold", "line 1: cold is no whole number"),
            ("no-cut monday", "line 1: monday is no such day"),
            ("county Kane", "line 1: write county NAME: TOWN"),
            ("never", "line 1: write county NAME: TOWNS"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
