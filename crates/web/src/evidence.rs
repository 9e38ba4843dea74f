//! What was seen, in the reader's language. The record keeps it as one English sentence, as it was
//! when it was seen; the sentences are few, and here is each with its holes in Spanish.

use meterbook_core::person::Language;

use crate::show;

/// English, Spanish; `{}` is what stands between, in the same order in both.
const SENTENCES: &[(&str, &str)] = &[
    (
        "no meter hangs at the service point on {}",
        "no hay ningún medidor en el punto de servicio el {}",
    ),
    (
        "meter {} has no read for {}; import or estimate one",
        "del medidor {} falta la lectura del {}; impórtela o estímela",
    ),
    (
        "meter {} misses {} interval values from {} on; import or estimate them",
        "al medidor {} le faltan {} valores de intervalo desde el {}; impórtelos o estímelos",
    ),
    (
        "meter {} went back on {}; check the read and the digits of the register",
        "el medidor {} retrocedió el {}; revise la lectura y las cifras del registro",
    ),
    (
        "meter {} counts {} beside {}; give both the same unit",
        "el medidor {} cuenta {} junto a {}; dé a ambos la misma unidad",
    ),
    (
        "the bill is {}, and earlier ones were about {}",
        "la factura es de {}, y las anteriores eran de cerca de {}",
    ),
    ("the use is below zero ({})", "el consumo es menor que cero ({})"),
    (
        "the days from {} on are not billed yet; bill them first",
        "los días desde el {} aún no están facturados; factúrelos primero",
    ),
    ("another service on the same bill is held", "otro servicio de la misma factura está retenido"),
    (
        "service was told to have started after this turn was billed; bill it with: {}",
        "se supo que el servicio había comenzado después de facturar este período; factúrelo con: {}",
    ),
    (
        "the facts changed after the check; run the cycle again",
        "los datos cambiaron después de la revisión; facture el ciclo otra vez",
    ),
    ("not taken of {}: {} lines", "no se tomaron de {}: {} líneas"),
    ("not taken of {}: {} line", "no se tomó de {}: {} línea"),
    ("nothing of {} was taken: {} bad lines", "no se tomó nada de {}: {} líneas malas"),
    ("nothing of {} was taken: {} bad line", "no se tomó nada de {}: {} línea mala"),
    (
        "meter {} counted {} or more from {} on, and nobody is on the contract",
        "el medidor {} contó {} o más desde el {}, y nadie tiene contrato",
    ),
    (
        "meter {} has no read for {}, and the turn is billed on {}",
        "del medidor {} falta la lectura del {}, y el período se factura el {}",
    ),
    (
        "cycle {} of {} accounts has no turn from {} on",
        "el ciclo {}, de {} cuentas, no tiene período desde el {}",
    ),
    (
        "cycle {} of {} account has no turn from {} on",
        "el ciclo {}, de {} cuenta, no tiene período desde el {}",
    ),
    (
        "cycle {} of {} accounts never had a turn",
        "el ciclo {}, de {} cuentas, nunca tuvo un período",
    ),
    ("cycle {} of {} account never had a turn", "el ciclo {}, de {} cuenta, nunca tuvo un período"),
    (
        "the register of meter {} with {} digits is near its end",
        "el registro del medidor {}, de {} cifras, está cerca de su fin",
    ),
    (
        "meter {} says {} on {}: {} since {}, far from what it usually counts",
        "el medidor {} dice {} el {}: {} desde el {}, lejos de lo que suele contar",
    ),
    ("two customers are called {} and share {}", "dos clientes se llaman {} y comparten {}"),
];

/// A sentence of the record as it is read; one that is not known stays as it was kept.
pub(crate) fn said(evidence: &str, language: Language) -> String {
    let spanish = match language {
        Language::English => None,
        Language::Spanish => SENTENCES.iter().find_map(|(from, to)| translated(evidence, from, to)),
    };
    show::dated(spanish.as_deref().unwrap_or(evidence), language)
}

/// The sentence in the other language, when it is one of this form.
fn translated(text: &str, from: &str, to: &str) -> Option<String> {
    let mut parts = from.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut holes = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // The last words stand at the very end.
        let at = if parts.peek().is_none() {
            rest.len().checked_sub(part.len()).filter(|at| rest.is_char_boundary(*at))?
        } else {
            rest.find(part)?
        };
        let (hole, after) = rest.split_at(at);
        holes.push(hole);
        rest = after.strip_prefix(part)?;
    }
    if !rest.is_empty() {
        return None;
    }
    let mut said = String::new();
    let mut holes = holes.into_iter();
    for (nth, part) in to.split("{}").enumerate() {
        if 0 < nth {
            said.push_str(holes.next()?);
        }
        said.push_str(part);
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_core::bill::check::Hold;
    use meterbook_core::money::{Money, Quantity, Unit};

    use super::*;

    #[test]
    fn every_hold_is_said_in_spanish() {
        let (meter, on) = ("E-1".to_owned(), date(2026, 8, 4));
        let money = Money::from_cents;
        let holds = [
            Hold::NoMeter { on },
            Hold::NoRead { meter: meter.clone(), on },
            Hold::Gap { meter: meter.clone(), missing: 96, first: on },
            Hold::WentBack { meter: meter.clone(), on },
            Hold::Units { meter, unit: Unit::Kwh, other: Unit::Ccf },
            Hold::Unusual { total: money(90_000), usual: money(9_000) },
            Hold::NegativeUse { used: Quantity { micro: -1_000_000, unit: Unit::Kwh } },
            Hold::EarlierUnbilled { from: on },
            Hold::Companion,
            Hold::ToldLate,
            Hold::Changed,
        ];
        for hold in holds {
            let english = hold.to_string();
            let spanish = said(&english, Language::Spanish);
            assert_ne!(spanish, show::dated(&english, Language::Spanish), "{english}");
            assert!(!spanish.contains("{}"), "{spanish}");
        }
    }

    #[test]
    fn what_stands_in_the_holes_goes_along() {
        let english = "meter W-1 says 1,234 on 2026-08-04: 900 since 2026-07-04, far from what it usually counts";
        assert_eq!(
            said(english, Language::Spanish),
            "el medidor W-1 dice 1,234 el 4 ago 2026: 900 desde el 4 jul 2026, lejos de lo que suele contar"
        );
        assert_eq!(said("something else", Language::Spanish), "something else");
        assert_eq!(
            said("not taken of a.csv: 1 line", Language::Spanish),
            "no se tomó de a.csv: 1 línea"
        );
    }
}
