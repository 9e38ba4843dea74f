//! Sentences that come in English, in the reader's language: what was seen, which the record keeps as
//! it was said then. They are few, and here is each with its holes in Spanish; what acts refuse is beside it.

mod act;
mod approval;
mod billing;
mod finding;
mod money;
mod month;
mod refused;

use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::order::{OrderKind, State};
use meterbook_core::person::Language;

use crate::words::money as money_words;
use crate::{pages, show};

/// English, Spanish; `{}` is what stands between, in the same order in both.
const SENTENCES: &[(&str, &str)] = &[
    (
        "the bill is only {}, and earlier ones were about {}",
        "la factura es de solo {}, y las anteriores eran de cerca de {}",
    ),
    ("the bill comes to nothing", "la factura no suma nada"),
    (
        "the first bill is {}; above {} somebody looks at it",
        "la primera factura es de {}; por encima de {} alguien la mira",
    ),
    (
        "the last bill is {}; above {} somebody looks at it",
        "la última factura es de {}; por encima de {} alguien la mira",
    ),
    ("{}% of the use is estimated", "el {}% del consumo es estimado"),
    (
        "{} comes to {}, and others on it came to about {}",
        "{} suma {}, y las de otros con ella eran de cerca de {}",
    ),
    (
        "the bill is {}, and the account says at most {}",
        "la factura es de {}, y la cuenta dice {} como máximo",
    ),
    (
        "meter {} counts {} times, and the one before it counted {} times",
        "el medidor {} cuenta {} veces, y el anterior contaba {} veces",
    ),
    ("the bill comes to {}", "la factura suma {}"),
    (
        "no version of tariff {} is in force on {}; publish one",
        "ninguna versión de la tarifa {} rige el {}; publique una",
    ),
    (
        "{} is priced by the hour, but the meter has only a register; install an interval meter or move the agreement to another tariff",
        "{} se cobra por horas, pero el medidor solo tiene un registro; instale un medidor de intervalos o pase el contrato a otra tarifa",
    ),
    (
        "{} looks at the highest demand, and a register of energy does not tell it; have intervals read, or move the agreement to another tariff",
        "{} depende de la demanda máxima, y un registro de energía no la dice; haga leer intervalos o pase el contrato a otra tarifa",
    ),
    (
        "{} has a ratchet, and no earlier demand is known; write behind it in the tariff how it starts: {}",
        "{} mira demandas anteriores, y no se conoce ninguna; escriba en la tarifa cómo comienza: {}",
    ),
    (
        "{} needs to know {}, and the agreement does not say it for {}; set it: {}",
        "{} necesita saber {}, y el contrato no lo dice para el {}; indíquelo: {}",
    ),
    (
        "no meter hangs at the service point on {}",
        "no hay ningún medidor en el punto de servicio el {}",
    ),
    (
        "tariff {} is open to {} customers, and this one is {}",
        "la tarifa {} es para clientes de la clase {}, y este es de la clase {}",
    ),
    (
        "meter {} has no read for {}; import or estimate one",
        "del medidor {} falta la lectura del {}; impórtela o estímela",
    ),
    (
        "meter {} has no read for {}, and that of {} is outside of its window by {} days; import or estimate one",
        "del medidor {} falta la lectura del {}, y la del {} queda fuera de su plazo por {} días; impórtela o estímela",
    ),
    (
        "meter {} has no read for {} before somebody decides on that of {}; see: {}",
        "del medidor {} falta la lectura del {} hasta que alguien decida sobre la del {}; véase: {}",
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
    ("the bill could not be worked out: {}", "no se pudo calcular la factura: {}"),
    ("not taken of {}: {} lines", "no se tomaron de {}: {} líneas"),
    ("not taken of {}: {} line", "no se tomó de {}: {} línea"),
    ("nothing of {} was taken: {} bad lines", "no se tomó nada de {}: {} líneas malas"),
    ("nothing of {} was taken: {} bad line", "no se tomó nada de {}: {} línea mala"),
    (
        "meter {} counted {} or more from {} on, and nobody is on the contract",
        "el medidor {} contó {} o más desde el {}, y nadie tiene contrato",
    ),
    (
        "meter {} counted {} or more from {} on, although it is cut off",
        "el medidor {} contó {} o más desde el {}, aunque el servicio está cortado",
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

/// What is told of facts, and what is believed; those with an end before those without.
const FACTS: &[(&str, &str)] = &[
    ("agreement {}: service began on {}", "contrato {}: el servicio comenzó el {}"),
    ("agreement {}: service ended on {}", "contrato {}: el servicio terminó el {}"),
    ("agreement {}: service goes on", "contrato {}: el servicio continúa"),
    ("agreement {}: tariff {} from {}", "contrato {}: tarifa {} desde el {}"),
    (
        "agreement {}: no exemption {} from {} up to {}",
        "contrato {}: sin exención {} desde el {} hasta el {}",
    ),
    ("agreement {}: no exemption {} from {}", "contrato {}: sin exención {} desde el {}"),
    (
        "agreement {}: {}: {}% exempt, certificate {} from {} up to {}",
        "contrato {}: {}: exento el {}%, certificado {} desde el {} hasta el {}",
    ),
    (
        "agreement {}: {}: {}% exempt, certificate {} from {}",
        "contrato {}: {}: exento el {}%, certificado {} desde el {}",
    ),
    (
        "{}: {}% exempt, certificate {} from {} up to {}",
        "{}: exento el {}%, certificado {} desde el {} hasta el {}",
    ),
    ("{}: {}% exempt, certificate {} from {}", "{}: exento el {}%, certificado {} desde el {}"),
    ("nothing", "nada"),
    ("goes on", "continúa"),
    ("on {}", "el {}"),
];

/// What many of them look like.
const LAST: &[(&str, &str)] = &[("{} from {}", "{} desde el {}")];

/// A sentence of the record as it is read; one that is not known stays as it was kept.
pub(crate) fn said(evidence: &str, language: Language) -> String {
    let known = [SENTENCES, finding::FOUND, month::FOUND, money::SENTENCES];
    in_language(&known, evidence, language)
}

/// What is told of a fact, or believed of it, as it is read.
pub(crate) fn told(text: &str, language: Language) -> String {
    in_language(&[FACTS, billing::FACTS, LAST], text, language)
}

/// What an act refuses, as it is read.
pub(crate) fn refused(text: &str, language: Language) -> String {
    in_language(&[refused::REFUSALS, billing::REFUSALS, money::REFUSALS], text, language)
}

/// What was done for an account, as its history is read.
pub(crate) fn done(text: &str, language: Language) -> String {
    in_language(&[act::ACTS, SENTENCES, money::SENTENCES], text, language)
}

/// What waits for a second person, as it is read.
pub(crate) fn asked(text: &str, language: Language) -> String {
    if !text.starts_with("cycle ") {
        return in_language(&[approval::ASKED], text, language);
    }
    // What is beyond limits is said behind it, as much of it as there is.
    let parts = text.split("; ").map(|it| in_language(&[approval::RELEASED], it, language));
    parts.collect::<Vec<_>>().join("; ")
}

fn in_language(known: &[&[(&str, &str)]], text: &str, language: Language) -> String {
    let spanish = match language {
        Language::English => None,
        Language::Spanish => in_spanish(known, text),
    };
    show::dated(spanish.as_deref().unwrap_or(text), language)
}

fn in_spanish(known: &[&[(&str, &str)]], text: &str) -> Option<String> {
    known.iter().copied().flatten().find_map(|(from, to)| translated(text, from, to))
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
            said.push_str(&hole(holes.next()?));
        }
        said.push_str(part);
    }
    Some(said)
}

/// What stands in a hole: what orders do and how they stand, steps of collections and what keeps from
/// them have Spanish names, a hold or a fact is a sentence of its own, all else stays.
fn hole(text: &str) -> String {
    let is_fact = text.starts_with("agreement ") || text.starts_with("meter ");
    let facts: &[&[(&str, &str)]] = if is_fact { &[FACTS, billing::FACTS] } else { &[] };
    let sentence = in_spanish(&[SENTENCES], text).or_else(|| in_spanish(facts, text));
    if let Some(sentence) = sentence.filter(|_| text.contains(' ')) {
        return sentence;
    }
    match text {
        "residential" => return "residencial".to_owned(),
        "commercial" => return "comercial".to_owned(),
        "nothing" => return "nada".to_owned(),
        _ => {}
    }
    let words = money_words::words(Language::Spanish);
    let kind = OrderKind::from_word(text).map(|it| it.said(Language::Spanish));
    let state = || State::from_word(text).map(|it| it.said(Language::Spanish));
    let step = || Step::from_word(text).map(|it| pages::money::step(it, words));
    let shield = || Shield::from_word(text).map(|it| pages::money::shield(it, words));
    let said = kind.or_else(state).or_else(step).or_else(shield);
    said.map_or_else(|| text.to_owned(), str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_app::appointment::NotBooked;
    use meterbook_app::collection::Reason;
    use meterbook_app::document::DocumentRefusal;
    use meterbook_app::meter::MeterRefusal;
    use meterbook_app::order::completion::NotCompleted;
    use meterbook_app::order::{NotOrdered, NotStepped};
    use meterbook_core::bill::check::Hold;
    use meterbook_core::bill::doubt::{Doubt, Exchanged};
    use meterbook_core::id::OrderId;
    use meterbook_core::meter::Flow;
    use meterbook_core::money::{Money, Quantity, Unit};

    use super::*;

    #[test]
    fn every_hold_is_said_in_spanish() {
        let (meter, on) = ("E-1".to_owned(), date(2026, 8, 4));
        let money = Money::from_cents;
        let holds = [
            Hold::NoMeter { on },
            Hold::NoRead { meter: meter.clone(), on },
            Hold::OutsideWindow { meter: meter.clone(), on, read: on, days: 3 },
            Hold::ReadWaits { meter: meter.clone(), on, read: on },
            Hold::Gap { meter: meter.clone(), missing: 96, first: on },
            Hold::WentBack { meter: meter.clone(), on },
            Hold::Units { meter, unit: Unit::Kwh, other: Unit::Ccf },
            Hold::Unusual { total: money(90_000), usual: money(9_000) },
            Hold::Doubt(Doubt::Low { total: money(100), usual: money(9_000) }),
            Hold::Doubt(Doubt::Zero),
            Hold::Doubt(Doubt::Negative { total: money(-100) }),
            Hold::Doubt(Doubt::First { total: money(90_000), above: money(50_000) }),
            Hold::Doubt(Doubt::Last { total: money(90_000), above: money(50_000) }),
            Hold::Doubt(Doubt::Estimated { percent: 60 }),
            Hold::Doubt(Doubt::Peers {
                total: money(90_000),
                usual: money(9_000),
                tariff: "R-1".to_owned(),
            }),
            Hold::Doubt(Doubt::Bound { total: money(90_000), bound: money(20_000) }),
            Hold::Doubt(Doubt::Multiplier(Exchanged {
                meter: "N-5".to_owned(),
                was_micro: 40_000_000,
                now_micro: 1_000_000,
            })),
            Hold::NegativeUse { used: Quantity { micro: -1_000_000, unit: Unit::Kwh } },
            Hold::EarlierUnbilled { from: on },
            Hold::Companion,
            Hold::ToldLate,
            Hold::Changed,
            Hold::Broken { why: "overflow".to_owned() },
        ];
        for hold in holds {
            let english = hold.to_string();
            let spanish = said(&english, Language::Spanish);
            assert_ne!(spanish, show::dated(&english, Language::Spanish), "{english}");
            assert!(!spanish.contains("{}"), "{spanish}");
        }
    }

    #[test]
    fn what_acts_on_orders_refuse_is_said_in_spanish() {
        let (on, today, order) = (date(2026, 8, 4), date(2026, 8, 5), OrderId(7));
        let (kind, past_due, off_below) =
            (OrderKind::Read, Money::from_cents(900), Money::from_cents(2_000));
        let stopped = || Reason::Stopped { why: "storm".to_owned() };
        let ordered = [
            NotOrdered::NeedsPoint { kind },
            NotOrdered::AlreadyOpen { kind, order },
            NotOrdered::NotForNonPayment { kind },
            NotOrdered::NeverCalledOff { off_below },
            NotOrdered::NotPastDue { past_due, off_below },
            NotOrdered::NoAgreement,
            NotOrdered::Barred { why: stopped() },
            NotOrdered::TooLong { most: 2_000 },
        ];
        let crew = "North".to_owned();
        let stepped = [
            NotStepped::Meanwhile { order },
            NotStepped::NotWorking { crew: crew.clone(), on, off: None },
            NotStepped::NotWorking { crew, on, off: Some("storm".to_owned()) },
            NotStepped::Gone { on, today },
            NotStepped::TooEarly { on, not_before: today },
            NotStepped::Paid { order, past_due, off_below },
            NotStepped::Settled { order, left: past_due, off_below },
            NotStepped::Barred { order, why: stopped() },
            NotStepped::Barred { order, why: Reason::NoRule },
            NotStepped::NoReason,
        ];
        let serial = "E-7".to_owned();
        let completed = [
            NotCompleted::NotYet { on, today },
            NotCompleted::BeforeOrdered { on, ordered: today },
            NotCompleted::HalfExchange,
            NotCompleted::NothingHangs,
            NotCompleted::Occupied { hangs: serial.clone() },
            NotCompleted::KnownMeter { serial: serial.clone() },
            NotCompleted::UnknownMeter { serial: serial.clone() },
            NotCompleted::Stray { meter: serial.clone() },
            NotCompleted::NotRead { meter: serial, unit: Unit::Kwh, flow: Flow::Delivered },
            NotCompleted::TooManyPhotos { count: 21 },
            NotCompleted::PhotoTooLarge { bytes: 8_000_001 },
            NotCompleted::NoPhoto,
        ];
        let documents = [
            DocumentRefusal::NoMedia,
            DocumentRefusal::TooLarge { bytes: 20_000_001 },
            DocumentRefusal::NoName,
            DocumentRefusal::Already { document: 7.into() },
        ];
        let hung = ["retired", "lost", "scrapped"].map(|it| MeterRefusal::Gone {
            serial: "E-7".to_owned(),
            state: it.to_owned(),
            from: on,
        });
        let booked =
            [NotBooked::HasNone { order }, NotBooked::TooLate { order, state: State::Done }];
        let texts = ordered.iter().map(ToString::to_string);
        let texts = texts.chain(stepped.iter().map(ToString::to_string));
        let texts = texts.chain(completed.iter().map(ToString::to_string));
        let texts = texts.chain(documents.iter().map(ToString::to_string));
        let texts = texts.chain(hung.iter().map(ToString::to_string));
        for english in texts.chain(booked.iter().map(ToString::to_string)) {
            let spanish = refused(&english, Language::Spanish);
            assert_ne!(spanish, show::dated(&english, Language::Spanish), "{english}");
        }
        let english = NotOrdered::AlreadyOpen { kind, order }.to_string();
        assert_eq!(
            refused(&english, Language::Spanish),
            "la orden 7 de leer medidor ya está abierta allí; úsela o anúlela primero"
        );
    }

    #[test]
    fn what_waits_for_a_second_person_is_said_in_spanish() {
        for (english, spanish) in [
            (
                "account 1000-0001-6, to be owed by 1000-0002-4",
                "cuenta 1000-0001-6, que la deba 1000-0002-4",
            ),
            ("account 1000-0001-6 to 1000-0002-4, R-7", "cuenta 1000-0001-6 a 1000-0002-4, R-7"),
            (
                "account 1000-0001-6, check 7 of 2026-08-04",
                "cuenta 1000-0001-6, cheque 7 del 4 ago 2026",
            ),
            ("account 1000-0001-6", "cuenta 1000-0001-6"),
            ("3 small balances of closed accounts", "3 saldos menores de cuentas cerradas"),
            (
                "cycle 1 for 2026-01-01 to 2026-01-31: 12 bills for $900.00; they keep the days planned for them, 2026-02-02 and 2026-02-23",
                "ciclo 1 del 1 ene 2026 al 31 ene 2026: 12 facturas por $900.00; conservan los días planificados, 2 feb 2026 y 23 feb 2026",
            ),
            (
                "cycle 03 for 2026-10-16 to 2026-11-16: 39 bills for $8,350.27; use of therm: 1430 instead of 568 the turn before; more than 100 %",
                "ciclo 03 del 16 oct 2026 al 16 nov 2026: 39 facturas por $8,350.27; consumo en therm: 1430 en lugar de 568 en el período anterior; más del 100 %",
            ),
            (
                "cycle 1 for 2026-01-01 to 2026-01-31: 1 bill for $900.00; bills of $500.00 to $999.99: 100.0 % of all instead of 0.0 % a year before; more than 50 points",
                "ciclo 1 del 1 ene 2026 al 31 ene 2026: 1 factura por $900.00; facturas de $500.00 a $999.99: 100.0 % de todas en lugar de 0.0 % un año antes; más de 50 puntos",
            ),
            (
                "agreement 7: tariff R-2 from 2026-08-04; before: nothing; 1 bill, B-1: $9.00",
                "contrato 7: tarifa R-2 desde el 4 ago 2026; antes: nada; 1 factura, B-1: $9.00",
            ),
        ] {
            assert_eq!(asked(english, Language::Spanish), spanish);
        }
        assert_eq!(
            done("ask late fee $5.00 of $46.11, bill B-1 since 2026-08-04", Language::Spanish),
            "pedir recargo $5.00 por $46.11, factura B-1 desde el 4 ago 2026"
        );
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
