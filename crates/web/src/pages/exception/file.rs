//! A file that waits as a whole: how many of its registers used how much beside their usual, drawn and
//! as a table, and what each way out would do.

use meterbook_app::usage::explore::Bar;
use meterbook_app::usage::rows::Cell;
use meterbook_app::vee::whole::{Taking, Whole};
use meterbook_core::period::Period;
use meterbook_core::reads::vee::file::Band;
use meterbook_core::task::Resolution;
use meterbook_core::text::{decimal, grouped};

use super::Page;
use crate::guard::Visitor;
use crate::words::Words;
use crate::{picture, show};

/// Puts the picture and its table on the page.
pub(super) fn draw(page: &mut Page, it: &Whole, visitor: &Visitor) {
    let words = visitor.words();
    let colour = show::colour(it.commodity);
    // A bar is a band: the place of it stands where the hour does.
    let day = page_day();
    let bar = |(hour, (_, now, last)): (i8, &(Band, usize, usize))| Bar {
        days: day,
        hour,
        cell: Cell { delivered_micro: micro(*now), known: 1, ..Cell::default() },
        stack: Vec::new(),
        before_micro: Some(micro(*last)),
    };
    let bars: Vec<Bar> = (0..).zip(&it.bands).map(bar).collect();
    let of = |bar: &Bar| {
        let place = usize::try_from(bar.hour).unwrap_or(0);
        it.bands[place]
    };
    let says = format!("{}: {}. {}", page.seen, words.whole_registers, words.usage_table_below);
    page.pictures = picture::bars(
        &bars,
        &|bar| if of(bar).0.is_usual() { colour } else { "doubted" },
        &says,
        &|bar| {
            let (band, now, _) = of(bar);
            (below(band), format!("{}: {now}", name(band, words)))
        },
    );
    page.legend = vec![
        (colour, words.whole_usual),
        ("doubted", words.whole_unusual),
        ("before", words.whole_before),
    ];
    page.unit = words.whole_registers.to_owned();
    page.columns = vec![words.whole_band, words.whole_now, words.whole_before, words.whole_share];
    page.rows = it
        .bands
        .iter()
        .map(|(band, now, last)| {
            let share = (now * 100).checked_div(it.registers).unwrap_or(0);
            let count = |it: &usize| grouped(&it.to_string());
            vec![name(*band, words), count(now), count(last), format!("{share} %")]
        })
        .collect();
    let registers = grouped(&it.registers.to_string());
    page.factor = format!(
        "{}: {} ({registers} {})",
        words.whole_factor,
        times(it.factor_milli),
        words.whole_registers
    );
}

/// What a way out would do to the reads of the file.
pub(super) fn does(how: Resolution, it: &Whole, words: &Words) -> String {
    let Taking { reads, waits, looks, rejected } = it.taking;
    let count = |word: &str, count: usize| format!("{word}: {}", grouped(&count.to_string()));
    match how {
        Resolution::TakeFile => [
            count(words.whole_taken, reads.saturating_sub(waits)),
            count(words.whole_waits, waits),
            count(words.whole_looks, looks),
            count(words.whole_rejected, rejected),
        ]
        .join(", "),
        Resolution::RefuseFile => count(words.whole_left_out, reads),
        _ => String::new(),
    }
}

/// Any day: a band is of none.
fn page_day() -> Period {
    Period::month(2000, 1).expect("a month is a period")
}

fn micro(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

/// What stands under a bar.
fn below(band: Band) -> String {
    match band {
        Band::Back => "<0".to_owned(),
        Band::Still => "0".to_owned(),
        Band::From(0) => ">0".to_owned(),
        Band::From(milli) => times(milli),
    }
}

fn name(band: Band, words: &Words) -> String {
    match (band, band.end()) {
        (Band::Back, _) => words.whole_back.to_owned(),
        (Band::Still, _) => words.whole_still.to_owned(),
        (Band::From(0), Some(to)) => format!("< {}", times(to)),
        (Band::From(from), Some(to)) => format!("{} – {}", times(from), times(to)),
        (Band::From(from), None) => format!("≥ {}", times(from)),
    }
}

fn times(milli: i64) -> String {
    format!("×{}", grouped(&decimal(milli, 3)))
}
