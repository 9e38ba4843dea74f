//! The chart of use: bars drawn on the server, with the numbers as text for who cannot see them.

use meterbook_core::bill::History;
use meterbook_core::person::Language;

use crate::show;
use crate::words::Words;

/// The size of the drawing and of the room for its scale.
const WIDE: i64 = 340;
const HIGH: i64 = 160;
const LEFT: i64 = 44;
const TOP: i64 = 18;
const BOTTOM: i64 = 132;
/// Bars that are shown: a year and the month of the year before.
const BARS: usize = 13;

/// The bars of one commodity.
pub(crate) struct Chart {
    /// What is used.
    pub(crate) title: &'static str,
    /// The unit.
    pub(crate) unit: String,
    /// Everything in a sentence, for who cannot see the bars.
    pub(crate) says: String,
    /// The class that colours it.
    pub(crate) colour: &'static str,
    /// The lines of the scale.
    pub(crate) scale: Vec<Mark>,
    /// The bars.
    pub(crate) bars: Vec<Bar>,
}

/// A line of the scale.
pub(crate) struct Mark {
    /// How high it is.
    pub(crate) y: i64,
    /// What it says.
    pub(crate) text: String,
}

/// One bill.
pub(crate) struct Bar {
    /// Its left side.
    pub(crate) x: i64,
    /// Its middle.
    pub(crate) middle: i64,
    /// Its upper side.
    pub(crate) y: i64,
    /// How wide it is.
    pub(crate) width: i64,
    /// How high it is.
    pub(crate) height: i64,
    /// The letter under it.
    pub(crate) letter: char,
    /// The use, in a word.
    pub(crate) says: String,
    /// Whether it is the newest.
    pub(crate) newest: bool,
}

/// The chart of a history; `None` when there is nothing to show.
pub(crate) fn chart(history: &History, words: &Words, language: Language) -> Option<Chart> {
    let from = history.months.len().saturating_sub(BARS);
    let months = &history.months[from..];
    let newest = months.last()?;
    let most = months.iter().map(|it| it.usage.micro).max()?.max(1);
    let step = History::step(months);
    let top = (most + step - 1).div_euclid(step) * step;
    let y = |micro: i64| {
        BOTTOM
            - (micro.max(0).div_euclid(1_000) * (BOTTOM - TOP))
                .div_euclid((top.div_euclid(1_000)).max(1))
    };
    let scale = (0..=top.div_euclid(step))
        .map(|nth| Mark { y: y(nth * step), text: show::number(nth * step) });
    let count = i64::try_from(BARS).expect("it is small");
    let slot = (WIDE - LEFT).div_euclid(count);
    let first = count - i64::try_from(months.len()).expect("it is small");
    let bars = months.iter().zip(first..).map(|(month, nth)| {
        let (x, width) = (LEFT + nth * slot + 4, slot - 8);
        let upper = y(month.usage.micro);
        let name = show::month(month.period.middle(), language);
        Bar {
            x,
            middle: x + width.div_euclid(2),
            y: upper,
            width,
            height: BOTTOM - upper,
            letter: name.chars().next().unwrap_or(' ').to_ascii_uppercase(),
            says: format!("{name} {}", show::quantity(month.usage)),
            newest: std::ptr::eq(month, newest),
        }
    });
    let bars: Vec<Bar> = bars.collect();
    Some(Chart {
        title: show::commodity(history.commodity, words),
        unit: newest.usage.unit.to_string(),
        says: bars.iter().map(|it| it.says.as_str()).collect::<Vec<_>>().join(", "),
        colour: show::colour(history.commodity),
        scale: scale.collect(),
        bars,
    })
}

impl Chart {
    /// The size of the drawing.
    pub(crate) fn size(&self) -> (i64, i64) {
        (WIDE, HIGH)
    }
}
