//! What a tariff is called in Spanish: a line for its name, and one for each charge, period or row that
//! has other words there.

use super::lines::{Entry, Keyword};
use super::refusal::TariffError;
use super::spelling;
use crate::tariff::{Charge, Tariff};

const WRITE: &str = "es  Customer charge   Cargo fijo";

/// The Spanish words, each behind what it stands for.
pub(super) fn read(
    entries: &[Entry<'_>],
    tariff: &Tariff,
) -> Result<Vec<(String, String)>, TariffError> {
    let known = known(tariff);
    let mut words: Vec<(String, String)> = Vec::new();
    for entry in entries.iter().filter(|it| it.keyword == Keyword::Spanish) {
        let refuse = |what: String| entry.head.refuse(what);
        let split = entry.rest.split_once("  ").map(|(of, said)| (of.trim(), said.trim()));
        let Some((of, said)) = split.filter(|it| !it.0.is_empty() && !it.1.is_empty()) else {
            return Err(refuse(format!(
                "expected what it stands for, two spaces and the Spanish words, as in: {WRITE}"
            )));
        };
        if !known.contains(&of) {
            let near = spelling::nearest(of, known.iter().copied());
            let near = near.map_or(String::new(), |it| format!("; did you mean {it}?"));
            return Err(refuse(format!(
                "{of} is no charge, period or row of this tariff, and its name is called name{near}"
            )));
        }
        if words.iter().any(|it| it.0 == of) {
            return Err(refuse(format!("{of} has Spanish words already; delete one")));
        }
        words.push((of.to_owned(), said.to_owned()));
    }
    Ok(words)
}

/// What may have words: the name, charges, the periods of clocks and the rows of tables.
fn known(tariff: &Tariff) -> Vec<&str> {
    let mut known = vec![NAME];
    known.extend(tariff.clocks.iter().flat_map(|it| &it.periods).map(String::as_str));
    for component in &tariff.components {
        known.push(&component.label);
        let choice = match &component.charge {
            Charge::Fixed(it) => it.choice.as_ref(),
            Charge::Usage(it) => it.choice.as_ref(),
            Charge::Credit(it) => it.usage.choice.as_ref(),
            Charge::Share(it) => it.choice.as_ref(),
            _ => None,
        };
        known.extend(choice.into_iter().flat_map(|it| &it.words).map(String::as_str));
    }
    known
}

/// What stands for the name of the tariff.
pub(in crate::tariff) const NAME: &str = "name";

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::money::{Quantity, Unit};
    use crate::period::{Period, Zone};
    use crate::person::Language;
    use crate::rating::{Input, Plan, rate};
    use crate::reads::usage::Usage;

    const TEXT: &str = "tariff R-1 half-up\nname Residential service\ncommodity electric kWh\n\
        from 2026-01-01\nclock season\n  summer jun-sep\n  winter else\n\
        daily  Customer charge  0.40\nvolume  Energy by season\n  summer 0.20\n  winter 0.10\n\
        tax  City tax  3.5%\n";

    #[test]
    fn lines_are_called_in_spanish_where_the_text_says_it_and_as_they_are_else() {
        let es = "es  name   Servicio residencial\nes  Energy  Energía\nes  winter  invierno\n\
                  es  Customer charge  Cargo fijo\n";
        let tariff = Tariff::parse(&format!("{TEXT}{es}")).unwrap();
        assert_eq!(tariff.called(Language::Spanish), "Servicio residencial");
        assert_eq!(tariff.called(Language::English), "Residential service");
        let period = Period::month(2026, 1).unwrap();
        let zone = Zone::utc();
        let plan = Plan::new("R-1", &[tariff], &zone, 60, period);
        let delivered = Quantity { micro: 100_000_000, unit: Unit::Kwh };
        let usage = Usage {
            delivered,
            received: Quantity { micro: 0, unit: Unit::Kwh },
            reactive: None,
            profile: None,
            evidence: Vec::new(),
        };
        let rated = rate(&plan, &Input::of(period, &usage)).unwrap();
        let called = |language| -> Vec<String> {
            rated.lines.iter().map(|it| it.called(language).into_owned()).collect()
        };
        assert_eq!(called(Language::Spanish), ["Cargo fijo", "Energía, invierno", "City tax"]);
        assert_eq!(called(Language::English), ["Customer charge", "Energy, winter", "City tax"]);
        assert_eq!(period.start(), date(2026, 1, 1));
    }

    #[test]
    fn words_for_nothing_and_words_twice_are_refused() {
        for (es, says) in [
            ("es  Enrgy  Energía\n", "did you mean Energy?"),
            ("es  Energy\n", "two spaces and the Spanish words"),
            ("es  Energy  Energía\nes  Energy  Luz\n", "has Spanish words already"),
        ] {
            let why = Tariff::parse(&format!("{TEXT}{es}")).unwrap_err().to_string();
            assert!(why.contains(says), "{why}");
        }
    }
}
