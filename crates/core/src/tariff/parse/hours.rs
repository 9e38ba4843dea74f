//! One rule of a clock: the dates, the kinds of day and the hours that belong to a period.

use super::clock::name;
use super::{days_in, month_day};
use crate::tariff::clock::{Days, Hours, MonthDay};

pub(crate) const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [(&str, Days); 10] = [
    ("weekdays", Days::WEEKDAYS),
    ("weekends", Days::WEEKENDS),
    ("holidays", Days::HOLIDAYS),
    ("mon", Days(1)),
    ("tue", Days(1 << 1)),
    ("wed", Days(1 << 2)),
    ("thu", Days(1 << 3)),
    ("fri", Days(1 << 4)),
    ("sat", Days(1 << 5)),
    ("sun", Days(1 << 6)),
];
const YEAR: (MonthDay, MonthDay) = (MonthDay { month: 1, day: 1 }, MonthDay { month: 12, day: 31 });

/// The hours that `rule` names, such as `jun-sep weekdays 16-21`. What it does not restrict it has
/// whole: all dates, all days, all hours. `event` and a name restrict it to days that are published.
pub(super) fn read(rule: &str, period: usize) -> Result<Hours, String> {
    let (rule, event) = event_of(rule)?;
    let tokens = tokens(&rule)?;
    let mut rest = Rest { tokens: &tokens };
    let dates = rest.list(Rest::dates, "month")?;
    let days = rest.list(Rest::days, "day")?;
    let spans = rest.list(Rest::hours, "span of hours")?;
    if let Some(word) = rest.tokens.first() {
        return Err(rest.misplaced(word));
    }
    let minutes = if spans.is_empty() { vec![(0, 24 * 60)] } else { joined(&spans)? };
    let dates = if dates.is_empty() { vec![YEAR] } else { dates };
    let days = days.into_iter().reduce(Days::and).unwrap_or(Days::ALL);
    Ok(Hours { period, dates, days, minutes, event })
}

/// A rule without its `event NAME`, and the name.
fn event_of(rule: &str) -> Result<(String, Option<String>), String> {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let Some(at) = words.iter().position(|it| *it == "event") else {
        return Ok((rule.to_owned(), None));
    };
    let wrong = "say which event, and its hours: critical  event cpp 16-21";
    let event = words.get(at + 1).copied().unwrap_or("");
    if !event.starts_with(char::is_alphabetic) {
        return Err(wrong.to_owned());
    }
    let event = name(event, "event")?;
    let rest = [&words[..at], &words[at + 2..]].concat();
    Ok((rest.join(" "), Some(event)))
}

/// The months that a list such as `jun-sep, dec` names, January being bit 0.
pub(super) fn months(list: &str) -> Result<u16, String> {
    let wrong = || format!("{list} is no list of months; write them as in: jun-sep, dec");
    let tokens = tokens(list)?;
    let mut rest = Rest { tokens: &tokens };
    let dates = rest.list(Rest::dates, "month")?;
    if dates.is_empty() || !rest.tokens.is_empty() {
        return Err(wrong());
    }
    let mut months = 0;
    for (first, last) in dates {
        if first.day != 1 || last.day != days_in(last.month) {
            return Err(wrong());
        }
        let mut month = first.month;
        loop {
            months |= 1 << (month - 1);
            if month == last.month {
                break;
            }
            month = month % 12 + 1;
        }
    }
    Ok(months)
}

/// How a date is written in a rule: `jun 16`.
pub(super) fn written(date: MonthDay) -> String {
    let month = usize::from(date.month.unsigned_abs());
    format!("{} {}", MONTHS[month - 1], date.day)
}

/// How a minute of the day is written: `16:30`.
pub(super) fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))
}

/// A word, a number, a dash or a comma.
fn tokens(rule: &str) -> Result<Vec<String>, String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut joins = false;
    for letter in rule.chars() {
        if letter == '-' || letter == ',' {
            tokens.push(letter.to_string());
            joins = false;
        } else if letter.is_whitespace() {
            joins = false;
        } else if letter.is_ascii_alphanumeric() || letter == ':' {
            let letter = letter.to_ascii_lowercase();
            match tokens.last_mut().filter(|_| joins) {
                Some(word) => word.push(letter),
                None => tokens.push(letter.to_string()),
            }
            joins = true;
        } else {
            return Err(format!("{letter} does not belong in a rule; {SHAPE}"));
        }
    }
    Ok(tokens)
}

const SHAPE: &str = "a rule is a period, then dates, days and hours as needed: \
                     peak  jun-sep weekdays 16-21";

/// What is left to read of a rule.
struct Rest<'a> {
    tokens: &'a [String],
}

impl<'a> Rest<'a> {
    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(ahead).map_or("", String::as_str)
    }

    fn skip(&mut self, count: usize) {
        self.tokens = &self.tokens[count..];
    }

    /// Items of one kind with commas between them; none when the next word is not of that kind.
    fn list<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<Option<T>, String>,
        kind: &str,
    ) -> Result<Vec<T>, String> {
        let mut found = Vec::new();
        while let Some(it) = item(self)? {
            found.push(it);
            if self.peek(0) != "," {
                return Ok(found);
            }
            self.skip(1);
        }
        if found.is_empty() {
            return Ok(found);
        }
        let next = self.peek(0);
        let next = if next.is_empty() { "nothing" } else { next };
        Err(format!("after the comma comes another {kind}, not {next}"))
    }

    /// `jun`, `jun 16`, `jun-sep` or `jun 16 - sep 30`.
    fn dates(&mut self) -> Result<Option<(MonthDay, MonthDay)>, String> {
        let Some(first) = month(self.peek(0)) else { return Ok(None) };
        self.skip(1);
        let first_day = self.day_of(first)?;
        let Some(last) = month(self.peek(1)).filter(|_| self.peek(0) == "-") else {
            return match first_day {
                Some(date) => Ok(Some((date, date))),
                None => self.whole(first).map(Some),
            };
        };
        self.skip(2);
        match (first_day, self.day_of(last)?) {
            (Some(from), Some(to)) => Ok(Some((from, to))),
            (None, None) => Ok(Some((
                MonthDay { month: first, day: 1 },
                MonthDay { month: last, day: days_in(last) },
            ))),
            _ => Err("both ends of a span have a day, or neither: jun 16 - sep 30, or jun-sep"
                .to_owned()),
        }
    }

    /// A month alone. `dec 24-26` would be three days to one reader and two hours to another.
    fn whole(&self, month: i8) -> Result<(MonthDay, MonthDay), String> {
        let (from, to, name) =
            (self.peek(0), self.peek(2), MONTHS[usize::from(month.unsigned_abs()) - 1]);
        let plain = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        if plain(from) && self.peek(1) == "-" {
            return Err(format!(
                "{name} {from}-{to} may be days or hours; \
                 write {name} {from} - {name} {to}, or {name} {from}:00-{to}:00"
            ));
        }
        Ok((MonthDay { month, day: 1 }, MonthDay { month, day: days_in(month) }))
    }

    /// The day behind a month. A number that goes on to another number is an hour.
    fn day_of(&mut self, month: i8) -> Result<Option<MonthDay>, String> {
        let number = self.peek(0);
        let digits = number.starts_with(|it: char| it.is_ascii_digit());
        let hour = number.contains(':')
            || (self.peek(1) == "-" && self.peek(2).starts_with(|it: char| it.is_ascii_digit()));
        if !digits || hour {
            return Ok(None);
        }
        let date = number.parse().ok().and_then(|day| month_day(month, day));
        let name = MONTHS[usize::from(month.unsigned_abs()) - 1];
        let date = date.ok_or_else(|| {
            format!("there is no {name} {number}; {name} has {} days", days_in(month))
        })?;
        self.skip(1);
        Ok(Some(date))
    }

    fn days(&mut self) -> Result<Option<Days>, String> {
        let Some((name, days)) = DAYS.iter().find(|(name, _)| *name == self.peek(0)) else {
            return Ok(None);
        };
        self.skip(1);
        if self.peek(0) == "-" {
            let to = self.peek(1);
            return Err(format!(
                "{name}-{to} is not a list of days; write weekdays, weekends, or each day: mon, tue"
            ));
        }
        Ok(Some(*days))
    }

    /// `16-21`, as minutes from and to; over midnight the second is the smaller.
    fn hours(&mut self) -> Result<Option<(u16, u16)>, String> {
        let from = self.peek(0);
        if !from.starts_with(|it: char| it.is_ascii_digit()) {
            return Ok(None);
        }
        let to = self.peek(2);
        if self.peek(1) != "-" || to.is_empty() {
            return Err(format!("{from} is not a span of hours; write when it ends, as in 16-21"));
        }
        self.skip(3);
        let span = (minute(from)?, minute(to)?);
        if span.0 == span.1 || span.0 == 24 * 60 {
            return Err(format!("{from}-{to} has no hours; a whole day is 0-24"));
        }
        Ok(Some(span))
    }

    fn misplaced(&self, word: &str) -> String {
        // Behind a dash or a comma the word that follows is what nobody knows.
        let next = self.tokens.get(1).filter(|_| matches!(word, "-" | ","));
        let word = next.map_or(word, String::as_str);
        let known = MONTHS.into_iter().chain(DAYS.iter().map(|(name, _)| *name));
        match super::spelling::nearest(word, known.clone()) {
            Some(near) if known.clone().all(|it| it != word) => {
                format!("{word} is neither a month, a day nor an hour; did you mean {near}?")
            }
            _ => format!("{word} does not belong there; {SHAPE}"),
        }
    }
}

fn month(word: &str) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, name)| *name == word).map(|(month, _)| month)
}

fn minute(text: &str) -> Result<u16, String> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let digits = |it: &str| (1..=2).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
    let wrong =
        || format!("{text} is not a time of day; write hours from 0 to 24, as in 16 or 20:30");
    if !digits(hour) || !digits(minute) || minute.len() != 2 {
        return Err(wrong());
    }
    let hour: u16 = hour.parse().map_err(|_| wrong())?;
    let minute: u16 = minute.parse().map_err(|_| wrong())?;
    if 59 < minute || 24 * 60 < hour * 60 + minute {
        return Err(wrong());
    }
    if minute.rem_euclid(15) != 0 {
        return Err(format!("{text} is not on a quarter of an hour; use :00, :15, :30 or :45"));
    }
    Ok(hour * 60 + minute)
}

/// The spans in the order of the day, those that touch joined; a span over midnight is two.
fn joined(spans: &[(u16, u16)]) -> Result<Vec<(u16, u16)>, String> {
    let mut minutes: Vec<(u16, u16)> = Vec::new();
    for (from, to) in spans {
        if from < to {
            minutes.push((*from, *to));
        } else {
            minutes.extend([(*from, 24 * 60), (0, *to)]);
        }
    }
    minutes.retain(|(from, to)| from < to);
    minutes.sort_unstable();
    let mut joined: Vec<(u16, u16)> = Vec::new();
    for (from, to) in minutes {
        match joined.last_mut() {
            Some(last) if from < last.1 => {
                return Err(format!("the line names {} twice; name each hour once", time(from)));
            }
            Some(last) if from == last.1 => last.1 = to,
            _ => joined.push((from, to)),
        }
    }
    Ok(joined)
}
