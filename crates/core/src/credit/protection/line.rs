//! Reading a line of what keeps service from being cut off.

use jiff::civil::Date;

use super::{Cold, DayOfYear, Enough, Lasts, Most, NoCut, Rules, Scope, Span, When, granted};
use crate::credit::circumstance::Circumstance;
use crate::credit::collection::Step;
use crate::credit::{amount, class, percent, whole};

/// Days that something lasts: more is a mistake.
const LONGEST: i64 = 3_660;
/// Business days: more is a mistake.
const BUSINESS: i64 = 60;
/// What a line may be.
const LINES: &str = "write county NAME: TOWNS, station NAME: COUNTIES, lasts KIND N days, \
                     season CLASS FROM TO, below CLASS DEGREES next-day after-high DEGREES, \
                     above CLASS DEGREES, alert CLASS N days, always CLASS, until-late CLASS N days, \
                     under-owed CLASS AMOUNT, charges-only CLASS, tells WHAT by LETTER or no-cut DAYS";
/// What may stand behind all of these.
const SCOPE: &str = "write the days as 12-01 03-31, then county NAME, then with WHAT, \
                     unless WHAT N business-days, paid PERCENT or paid AMOUNT and AMOUNT, then cite SOURCE";

impl Rules {
    pub(super) fn take(&mut self, words: &[&str]) -> Result<(), String> {
        let cited = words.iter().position(|it| *it == "cite");
        let (words, cite) = words.split_at(cited.unwrap_or(words.len()));
        let cite = cite.get(1..).unwrap_or_default().join(" ");
        match *words {
            ["county", ref said @ ..] => {
                self.counties.push(listed(said, "write county NAME: TOWN, TOWN")?);
            }
            ["station", ref said @ ..] => {
                self.stations.push(listed(said, "write station NAME: COUNTY, COUNTY")?);
            }
            ["lasts", kind, many, unit @ ("days" | "months"), ref more @ ..] => {
                let many = whole(many, 1, LONGEST)?;
                let span = if unit == "days" { Span::Days(many) } else { Span::Months(many) };
                self.take_lasts(kind, span, more, cite)?;
            }
            ["tells", what, "by", letter] => self.tells.push((told(what)?, self::letter(letter)?)),
            ["no-cut", ref days @ ..] if !days.is_empty() => {
                for day in days {
                    let day = NoCut::from_word(day).ok_or_else(|| {
                        let known: Vec<&str> = NoCut::ALL.iter().map(|it| it.word()).collect();
                        format!("{day} is no such day; write one of {}", known.join(", "))
                    })?;
                    self.no_cut.push(day);
                }
            }
            [word, of, ref more @ ..] => {
                let (when, scope) = when(word, more)?;
                let scope = self::scope(of, scope, cite)?;
                if when == When::Season && scope.season.is_none() {
                    return Err("write the days of a season as 12-01 03-31".to_owned());
                }
                if scope.paid.is_some() && when != When::Season {
                    return Err("what is paid keeps service in a season; write season".to_owned());
                }
                self.whens.push((when, scope));
            }
            _ => return Err(LINES.to_owned()),
        }
        Ok(())
    }

    fn take_lasts(
        &mut self,
        kind: &str,
        span: Span,
        more: &[&str],
        cite: String,
    ) -> Result<(), String> {
        if let Some(what) = Circumstance::from_word(kind)
            && !what.follows()
            && more.is_empty()
        {
            self.stays.push((what, span));
            return Ok(());
        }
        let (renewals, more) = match *more {
            ["renewals", many, ref more @ ..] => (Some(whole(many, 0, LONGEST)?), more),
            ref more => (None, more),
        };
        let (per_arrears, unless_paying) = match *more {
            [] => (false, false),
            ["per-arrears"] => (true, false),
            ["unless-paying"] => (false, true),
            ["per-arrears", "unless-paying"] => (true, true),
            _ => {
                return Err(
                    "write lasts KIND N days renewals N per-arrears unless-paying".to_owned()
                );
            }
        };
        let it = Lasts { span, renewals, per_arrears, unless_paying, cite };
        self.lasts.push((granted(kind)?, it));
        Ok(())
    }
}

/// A name, and what belongs to it.
fn listed(said: &[&str], wrong: &str) -> Result<(String, Vec<String>), String> {
    let said = said.join(" ");
    let (name, all) = said.split_once(':').ok_or(wrong)?;
    let all = all.split(',').map(|it| it.trim().to_owned()).collect();
    Ok((name.trim().to_owned(), all))
}

/// What a line is about, and the words behind it.
fn when<'a, 'b>(word: &str, more: &'a [&'b str]) -> Result<(When, &'a [&'b str]), String> {
    Ok(match (word, more) {
        ("season", _) => (When::Season, more),
        ("always", _) => (When::Always, more),
        ("charges-only", _) => (When::ChargesOnly, more),
        ("below", [degrees, more @ ..]) => {
            let (next_day, more) = match more {
                ["next-day", more @ ..] => (true, more),
                more => (false, more),
            };
            let (after_high, more) = match more {
                ["after-high", high, more @ ..] => (Some(whole(high, -80, 140)?), more),
                more => (None, more),
            };
            let most = whole(degrees, -80, 140)?;
            (When::Below(Cold { most, next_day, after_high }), more)
        }
        ("above", [degrees, more @ ..]) => (When::Above(whole(degrees, -80, 140)?), more),
        ("alert", [days, "days", more @ ..]) => (When::Alert(whole(days, 0, 30)?), more),
        ("until-late", [days, "days", more @ ..]) => {
            (When::UntilLate(whole(days, 1, LONGEST)?), more)
        }
        ("under-owed", [least, more @ ..]) => (When::UnderOwed(amount(least)?), more),
        _ => return Err(LINES.to_owned()),
    })
}

fn scope(of: &str, words: &[&str], cite: String) -> Result<Scope, String> {
    let mut scope = Scope { class: class(of)?, cite, ..Scope::default() };
    let mut words = words;
    if let [from, to, rest @ ..] = words
        && !BEHIND.contains(from)
    {
        scope.season = Some((day_of_year(from)?, day_of_year(to)?));
        words = rest;
    }
    while let [word, rest @ ..] = words {
        let ends = rest.iter().position(|it| BEHIND.contains(it)).unwrap_or(rest.len());
        let (said, more) = rest.split_at(ends);
        match (*word, said) {
            ("county", ["any"]) => (),
            ("county", [_, ..]) => scope.county = Some(said.join(" ")),
            ("with", [what]) => scope.with.push(circumstance(what)?),
            ("unless", [what]) => scope.unless = Some((circumstance(what)?, 0)),
            ("unless", [what, days, "business-days"]) => {
                scope.unless = Some((circumstance(what)?, whole(days, 0, BUSINESS)?));
            }
            ("paid", said) => scope.paid = Some(enough(said)?),
            _ => return Err(SCOPE.to_owned()),
        }
        words = more;
    }
    Ok(scope)
}

/// The words that begin a part of what stands behind a line.
const BEHIND: &[&str] = &["county", "with", "unless", "paid"];

fn circumstance(word: &str) -> Result<Circumstance, String> {
    Circumstance::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Circumstance::ALL.iter().map(|it| it.word()).collect();
        format!("{word} is no circumstance; write one of {}", known.join(", "))
    })
}

/// What a letter may tell: what is done on a day.
fn told(word: &str) -> Result<Circumstance, String> {
    let known =
        || Circumstance::ALL.iter().filter(|it| it.is_done() && **it != Circumstance::Asked);
    known().find(|it| it.word() == word).copied().ok_or_else(|| {
        let known: Vec<&str> = known().map(|it| it.word()).collect();
        format!("{word} is nothing that a letter tells; write one of {}", known.join(", "))
    })
}

fn letter(word: &str) -> Result<Step, String> {
    let letter = Step::from_word(word).filter(|it| matches!(it, Step::Reminder | Step::Notice));
    letter.ok_or_else(|| "write tells WHAT by reminder or by notice".to_owned())
}

fn enough(words: &[&str]) -> Result<Enough, String> {
    let (most, more) = match words {
        [share, more @ ..] if share.ends_with('%') => (Most::Share(percent(share)?), more),
        [most, "and", more, rest @ ..] => (Most::UpTo(amount(most)?, amount(more)?), rest),
        _ => return Err(SCOPE.to_owned()),
    };
    let (once, restores) = match more {
        [] => (false, false),
        ["once"] => (true, false),
        ["restores"] => (false, true),
        ["once", "restores"] => (true, true),
        _ => return Err("write paid AMOUNT and AMOUNT once restores".to_owned()),
    };
    Ok(Enough { most, once, restores })
}

fn day_of_year(word: &str) -> Result<DayOfYear, String> {
    let wrong = || format!("{word} is no day of a year; write 12-01");
    let (month, day) = word.split_once('-').ok_or_else(wrong)?;
    let both = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
    // A leap year has every day there is.
    Date::new(2028, both.0, both.1).map(|_| both).map_err(|_| wrong())
}
