//! What each word of the language says, with an example: the tables of
//! `docs/reference/tariff-language.md` are written from here, and a test reads every example.

/// A word of the language.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// Where it stands.
    pub stands: Stands,
    /// What it says.
    pub says: &'static str,
    /// How it is written, with the lines it needs around it.
    pub example: &'static str,
}

/// Where a word stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// In the head.
    Head,
    /// At the beginning of a charge.
    Charge,
    /// On a line below a charge.
    Below,
}

/// Every word, in the order of the tables.
pub const WORDS: &[Word] = &[
    head(
        "tariff",
        "tariff R-1 half-up",
        "the code, and what is done with half a cent: `half-up` (away from zero) or `half-even`",
    ),
    head(
        "rider",
        "rider FUEL half-up\nname Fuel cost adjustment\ncommodity electric kWh\nfrom 2026-04-01\npercent  Fuel adjustment   2.5% of Energy",
        "the same for a rider, which has versions of its own; see [Riders](#riders)",
    ),
    head("name", "name Residential service", "what customers read"),
    head(
        "es",
        "es  name   Servicio residencial\ndaily  Customer charge   0.40\nes  Customer charge   Cargo fijo",
        "the Spanish words for the name of the tariff (`name`), a charge, a period of a clock or a row of a table, which Spanish bills and sheets have. What has none is called as it is",
    ),
    head(
        "source",
        "source Electric sheet 4, revision 12",
        "the sheet it was taken from; may be left out",
    ),
    head(
        "commodity",
        "commodity electric kWh",
        "what is priced and in what unit: `electric kWh`; `gas therm`, `CCF` or `m3`; `water kgal`, `gal`, `CCF` or `m3`",
    ),
    head(
        "convert",
        "commodity gas therm\nconvert CCF to therm 1.028",
        "how what the meter counts becomes that unit, where they differ",
    ),
    head(
        "register",
        "register by-days",
        "how what a register counted is cut where a price or a season changes between two reads: `by-days`, each day at the plain average of them all, whatever the weather. That is so without the line too; intervals are cut exactly",
    ),
    head(
        "needs",
        "needs meters\nmonthly  Meter charge   2.50 per meters",
        "the [terms](#terms) that an agreement on this tariff has to have",
    ),
    head(
        "elect",
        "needs payout\nelect payout once a year, from jan-1, by dec-31\nnet turn\n  bank when payout annual true-up apr pays 0.078\n  bank",
        "a term that the customer chooses and may change only `once`, `once a year`, `from` a day of the year, or when asked `by` a day before it",
    ),
    head(
        "open-to",
        "open-to residential",
        "the classes of customers that may be on it: `residential`, `commercial` or both; all without it. It is asked when service begins on the tariff: who is on it already stays",
    ),
    head(
        "from",
        "from 2026-01-01",
        "the first day of this version. A version ends where the next one begins",
    ),
    head(
        "holidays",
        "holidays 07-04 observed, last mon may, 2026-11-27",
        "days of every year, and single days. `observed` moves a Sunday's to Monday and a Saturday's to Friday, `sun-to-mon` only the Sunday's; `1st` to `4th` and `last` count days of a month",
    ),
    head(
        "clock",
        "clock hours\n  peak      16-21\n  off-peak  else\nvolume Energy by hours\n  peak      0.31\n  off-peak  0.12",
        "a partition of the year's hours; see [Clocks](#clocks)",
    ),
    head(
        "net",
        "net turn\n  bank true-up apr pays 0.03",
        "what is sent back is set off against use, over a `turn` of the cycle or in each `interval`, within the periods of a clock where one is named: `net turn by hours`. Below it stands the `bank` of what is left, `by period` if it may be used in its own period only; `bank when payout annual` is for those whose term says so; without a bank a `credit` prices it. `year true-up anniversary pays nsc` pays what a whole year sent back beyond what came, at the price that is published as `nsc`: the last one of the days of the bill",
    ),
    charge("daily", "daily  Customer charge   0.4450", "so much for each day of service"),
    charge(
        "monthly",
        "monthly  Meter rental   3.00 whole",
        "so much for a turn of the bill cycle. Fewer days owe their share, unless [a word](#days) behind the amount says otherwise",
    ),
    charge(
        "per-bill",
        "per-bill  Paper bill   1.50",
        "so much for each bill, however many days it has",
    ),
    charge(
        "unmetered",
        "needs lamps\nunmetered  Lamps   0.0712 per lamps\n  each 29",
        "one price for use that nothing measures: so much for each lamp in each month",
    ),
    charge("volume", "volume  Fuel adjustment   0.0123", "one price for everything used"),
    charge(
        "blocks",
        "blocks  Energy   0.1168 to 500, 0.1421 to 1000, 0.1655",
        "prices by how much was used. The last block has no end. Limits are for a turn and are shared by days; `to 19.89 daily` is for each day, `to 200 per kW` for each kW of the billed demand",
    ),
    charge(
        "demand",
        "demand  Demand   6.40",
        "so much for each kW of the highest mean power in one interval, or in a longer `window`",
    ),
    charge(
        "reactive",
        "reactive  Reactive demand   0.30",
        "so much for each kvar of the highest reactive power, or of what is `beyond` a share of the kW",
    ),
    charge(
        "coincident",
        "coincident  Transmission   4.20\n  peak-of pjm",
        "so much for each kW at the published hour of the system's peak; see [What is published](#what-is-published)",
    ),
    charge(
        "series",
        "series  Market energy   day-ahead plus 0.0120",
        "everything used, each interval at its own published price; see [What is published](#what-is-published)",
    ),
    charge(
        "minimum",
        "minimum  Minimum bill   15.00",
        "the least that the charges above it come to, for a turn, or `daily` for each day; `beside credits` counts charges below zero as none",
    ),
    charge(
        "percent",
        "percent  Storm rider   2.5% of Energy",
        "a share of the charges above it, or `of` those that are named",
    ),
    charge(
        "tax",
        "tax  City tax   3.5%",
        "the same, and collected for somebody else: it goes to another account of the ledger",
    ),
    charge(
        "credit",
        "credit  Surplus   0.0450",
        "so much for what was sent back, in the customer's favour",
    ),
    charge(
        "include",
        "include FUEL",
        "the charges of a rider, at this place of the bill; other charges call them all by its code. See [Riders](#riders)",
    ),
    below(
        "gross",
        "net turn\n  bank\nvolume  Public purpose   0.01\n  gross",
        "a charge of a tariff that nets looks at all that came, whatever was sent back",
    ),
    below(
        "ratchet",
        "demand  Demand   6.40\n  ratchet 85% of 11 turns starting at none",
        "the billed demand does not fall below a share of the highest of so many turns before, or of some months in them: `ratchet 75% of jun-sep in 11 turns`. Without `starting at none` the bill of a customer without earlier demands is held",
    ),
    below(
        "window",
        "demand  Demand   6.40\n  window 30 min",
        "how long the mean is taken over that is a demand; see [Demand](#demand)",
    ),
    below(
        "at-least",
        "demand  Demand   6.40\n  at-least 50 kW",
        "what the billed demand does not fall below: so much, a [term](#terms), or `60% of` a term",
    ),
    below(
        "step",
        "demand  Facilities   3.00 to 100, 2.50\n  step",
        "all of the demand has the price of the block it reaches; else each block has its own",
    ),
    below(
        "unit",
        "demand  Demand   6.40\n  unit kVA",
        "a demand is billed in `kW`, or as apparent power in `kVA`",
    ),
    below(
        "power-factor",
        "demand  Demand   6.40\n  power-factor 85%",
        "a demand whose power factor is less is billed times this share over the factor; `at the peak` takes the factor of its window",
    ),
    below(
        "beyond",
        "reactive  Reactive demand   0.30\n  beyond 50% of kW",
        "kvar up to this share of the highest kW are free",
    ),
    below(
        "peak-of",
        "coincident  Transmission   4.20\n  peak-of pjm",
        "the name under which the hours of the peak are published",
    ),
    below(
        "offsets",
        "credit  Surplus   0.0450\n  offsets Energy",
        "the charges that a credit may bring down; without it, all, and below zero",
    ),
    below(
        "bank",
        "credit  Surplus   0.0450\n  offsets Energy\n  bank true-up apr paid",
        "keeps what a credit could not bring down. `from next turn` keeps it off the bill it was earned on; `true-up apr` empties the bank with the bill for April, `paid` or lost; `true-up by settled-in` takes the month from a term; when service ends, what is left goes on to the service of the account, on the same tariff, to which the customer moves, or else the last bill empties the bank so; `at-stop` empties it so wherever the customer goes, and with `on-move lost` nothing is paid; `expires 12 turns` ends each part after so many",
    ),
    below(
        "at-most",
        "needs winter-average\nvolume  Sewer   0.0123\n  at-most winter-average",
        "no more than that is priced in a turn: a number, a term, or `120% of` a term",
    ),
    below(
        "cap",
        "volume  Energy   0.12\ntax  City tax   3.5%\n  cap 500.00",
        "the most that a share comes to in a turn, and for a discount the most it gives",
    ),
    below(
        "each",
        "needs lamps\nunmetered  Lamps   0.0712 per lamps\n  each 29",
        "what one piece uses in a turn: one number for the whole year, or twelve from January on",
    ),
    below(
        "when",
        "needs green\ninclude GREEN\n  when green",
        "a rider is not owed on days on which the term is 0",
    ),
    below(
        "locked",
        "needs connected\ninclude EXPORT\n  locked 10 years since connected",
        "a customer keeps the version of the rider that was in force on the first day of service, or on the day that a term says, for so many years",
    ),
];

const fn head(word: &'static str, example: &'static str, says: &'static str) -> Word {
    Word { word, stands: Stands::Head, says, example }
}

const fn charge(word: &'static str, example: &'static str, says: &'static str) -> Word {
    Word { word, stands: Stands::Charge, says, example }
}

const fn below(word: &'static str, example: &'static str, says: &'static str) -> Word {
    Word { word, stands: Stands::Below, says, example }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tariff::parse::{lines, term};

    #[test]
    fn every_word_is_told_once() {
        let told = |wanted: &[Stands]| -> Vec<&str> {
            let there = WORDS.iter().filter(|it| wanted.contains(&it.stands));
            there.map(|it| it.word).collect()
        };
        assert_eq!(told(&[Stands::Head, Stands::Charge]), lines::words().collect::<Vec<_>>());
        assert_eq!(told(&[Stands::Below]), term::words().collect::<Vec<_>>());
    }
}
