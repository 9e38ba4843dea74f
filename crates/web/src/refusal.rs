//! What the acts refuse to a clerk who moves service, in the clerk's language, and the field of the
//! form that it is said beside.

use anyhow::Error;
use jiff::Timestamp;
use meterbook_app::Refused;
use meterbook_app::agreement::AgreementRefusal;
use meterbook_app::application::NotSignedUp;
use meterbook_app::eligible::NotEligible;
use meterbook_app::moves::MoveRefusal;
use meterbook_app::task::TaskRefusal;
use meterbook_app::vee::VeeRefusal;
use meterbook_core::moves::Said;
use meterbook_core::period::Zone;
use meterbook_core::person::Language;
use meterbook_core::task::Resolution;

use crate::evidence;
use crate::show;

/// The sort of field a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The day.
    Day,
    /// The tariff of a service.
    Tariff,
    /// The read at the switch.
    Read,
    /// The choice of a service itself.
    Service,
    /// None of them.
    Whole,
}

/// Which field a refusal is about.
pub(crate) fn about(why: &Error) -> About {
    let Some(refused) = why.downcast_ref::<Refused>() else { return About::Whole };
    if refused.as_a::<NotEligible>().is_some() {
        return About::Tariff;
    }
    if let Some(it) = refused.as_a::<AgreementRefusal>() {
        return match it {
            AgreementRefusal::NoTariff { .. }
            | AgreementRefusal::WrongCommodity { .. }
            | AgreementRefusal::Rider { .. } => About::Tariff,
            AgreementRefusal::BeforeStart { .. }
            | AgreementRefusal::Billed { .. }
            | AgreementRefusal::Shares { .. } => About::Day,
            AgreementRefusal::Overlaps { .. } | AgreementRefusal::Ended { .. } => About::Service,
        };
    }
    match refused.as_a::<MoveRefusal>() {
        Some(
            MoveRefusal::NotYet { .. }
            | MoveRefusal::NoEstimate { .. }
            | MoveRefusal::TooFewReads { .. }
            | MoveRefusal::Registers { .. }
            | MoveRefusal::Implausible { .. },
        ) => About::Read,
        Some(MoveRefusal::NotTheirs { .. } | MoveRefusal::Twice { .. }) => About::Service,
        _ => About::Whole,
    }
}

/// A refusal, to be said beside a form; what is none stays what it is.
pub(crate) fn only(why: Error) -> anyhow::Result<Error> {
    if why.is::<Refused>() { Ok(why) } else { Err(why) }
}

/// What a refusal says.
pub(crate) fn said(why: &Error, zone: &Zone, language: Language) -> String {
    let refused = why.downcast_ref::<Refused>();
    let changed = refused.and_then(|it| match it.as_a::<MoveRefusal>() {
        Some(MoveRefusal::Changed { said, starts_on, stops_on, by, at, .. }) => {
            let days = [starts_on, stops_on].map(|it| it.map(|it| show::day(it, language)));
            Some(changed(*said, days, by, &show::instant(*at, zone, language), language))
        }
        _ => None,
    });
    let of_task = refused.and_then(|it| it.as_a::<TaskRefusal>());
    if let (Language::Spanish, Some(text)) = (language, of_task.and_then(|it| task(it, zone))) {
        return text;
    }
    if of_task.is_some() {
        return why.to_string();
    }
    let spanish = || match (language, refused) {
        (Language::Spanish, Some(refused)) => refused
            .as_a::<AgreementRefusal>()
            .map(agreement)
            .or_else(|| refused.as_a::<NotEligible>().map(not_eligible))
            .or_else(|| refused.as_a::<MoveRefusal>().and_then(moves))
            .or_else(|| refused.as_a::<NotSignedUp>().and_then(application))
            .or_else(|| refused.as_a::<VeeRefusal>().and_then(reads)),
        _ => None,
    };
    // A name that it begins with stays as it is written.
    if let Some(text) = changed {
        return text;
    }
    // A sentence beside a field stands alone.
    show::sentence(&spanish().unwrap_or_else(|| evidence::refused(&why.to_string(), language)))
}

/// What resolving a task refuses; `None` for what a page does not ask.
fn task(refused: &TaskRefusal, zone: &Zone) -> Option<String> {
    let name = |how: &Resolution| how.name(Language::Spanish);
    let at = |at: &Timestamp| show::instant(*at, zone, Language::Spanish);
    Some(match refused {
        TaskRefusal::Closed { id, by: Some(by), at: when, how: Some(how) } => {
            format!("{by} cerró la tarea {id} el {} ({}); no se cambió nada", at(when), name(how))
        }
        TaskRefusal::Closed { id, at: when, how: Some(how), .. } => {
            format!("la tarea {id} se cerró el {} ({}); no se cambió nada", at(when), name(how))
        }
        TaskRefusal::Closed { id, at: when, .. } => format!(
            "lo que causó la tarea {id} ya no estaba el {}, así que está cerrada; no se cambió nada",
            at(when)
        ),
        TaskRefusal::Held { id, by, until } => format!(
            "{by} trabaja en la tarea {id}, como máximo hasta el {}; tome otra o pida que la devuelva",
            at(until)
        ),
        TaskRefusal::SayWhy { how } => format!(
            "diga por qué: «{}» se le dice al cliente y lo lee un auditor, en 4000 caracteres como máximo",
            name(how)
        ),
        TaskRefusal::OfAnother { name, whose, .. } => format!(
            "{name} es de la cuenta {whose}; abra el reclamo en esa cuenta, o nombre lo que es de esta"
        ),
        TaskRefusal::NothingOfYours => {
            "usted no cerró ni aplazó ninguna tarea; no hay nada que deshacer".to_owned()
        }
        _ => return None,
    })
}

/// What deciding about reads refuses; `None` for what a page does not ask.
fn reads(refused: &VeeRefusal) -> Option<String> {
    Some(match refused {
        VeeRefusal::Ended { id, how } => {
            let how = match how.as_str() {
                "taken" => "tomada",
                "estimated" => "estimada",
                "superseded" => "sustituida por algo mejor",
                _ => "rechazada",
            };
            format!("la excepción {id} ya está {how}; no se cambió nada")
        }
        VeeRefusal::NothingWaits { id } => format!(
            "ninguna lectura espera por la excepción {id}: lo que nombra se tomó; déjelo como está o \
             pida una lectura"
        ),
        VeeRefusal::NoEstimate { meter, on } => format!(
            "nada dice qué mostraría el medidor {meter} el {on}: tiene muy pocas lecturas antes; haga \
             que lo lean"
        ),
        VeeRefusal::NoValues { meter, on } => format!(
            "ningún valor del medidor {meter} desde el {} dice qué falta; importe los valores",
            day(*on)
        ),
        VeeRefusal::MayBeRead { meter, on, until } => format!(
            "el medidor {meter} aún se puede leer para el {}, hasta el {}; estímelo desde entonces",
            day(*on),
            day(*until)
        ),
        VeeRefusal::ReadWaits { meter, on, id } => format!(
            "una lectura del medidor {meter} para el {} espera una decisión: excepción {id}",
            day(*on)
        ),
        VeeRefusal::TariffForbids { tariff } => format!(
            "la tarifa {tariff} cobra por hora o por demanda, que ninguna estimación de un registro \
             conoce; haga que lo lean"
        ),
        _ => return None,
    })
}

fn changed(
    said: Said,
    [starts, stops]: [Option<String>; 2],
    by: &str,
    at: &str,
    language: Language,
) -> String {
    let (was, starts_word, stops_word, look) = match (language, said) {
        (Language::English, Said::Cancelled) => {
            return format!("{by} cancelled it at {at}. Ask for a new move if it is still wanted.");
        }
        (Language::Spanish, Said::Cancelled) => {
            return format!("{by} lo canceló el {at}. Pida uno nuevo si todavía hace falta.");
        }
        (Language::English, _) => (
            format!("{by} put it on other days at {at}"),
            "it starts on",
            "it ends on",
            "What you typed is kept; send it again to put it on your days all the same.",
        ),
        (Language::Spanish, _) => (
            format!("{by} lo cambió de fecha el {at}"),
            "comienza el",
            "termina el",
            "Lo que escribió se conserva; envíelo otra vez para ponerlo en sus fechas de todos modos.",
        ),
    };
    let days = [
        stops.map(|it| format!("{stops_word} {it}")),
        starts.map(|it| format!("{starts_word} {it}")),
    ];
    let days: Vec<String> = days.into_iter().flatten().collect();
    let days = if days.is_empty() { String::new() } else { format!(": {}", days.join(", ")) };
    format!("{was}{days}. {look}")
}

fn day(day: jiff::civil::Date) -> String {
    show::day(day, Language::Spanish)
}

fn not_eligible(why: &NotEligible) -> String {
    let NotEligible { tariff, instead, .. } = why;
    match instead.as_slice() {
        [] => format!("la tarifa {tariff} no está abierta a clientes de esta clase"),
        codes => format!(
            "la tarifa {tariff} no está abierta a clientes de esta clase; elija una de {}",
            codes.join(", ")
        ),
    }
}

fn agreement(it: &AgreementRefusal) -> String {
    match it {
        AgreementRefusal::Overlaps { from, to: None } => {
            format!("allí hay un contrato vigente desde el {}; termínelo primero", day(*from))
        }
        AgreementRefusal::Overlaps { from, to: Some(to) } => format!(
            "allí hay un contrato vigente desde el {} hasta el {to}; comience el {to} o después",
            day(*from),
            to = day(*to)
        ),
        AgreementRefusal::NoTariff { tariff, on } => format!(
            "ninguna versión de la tarifa {tariff} rige el {}; publique una primero",
            day(*on)
        ),
        AgreementRefusal::WrongCommodity { tariff, priced, delivered } => format!(
            "la tarifa {tariff} es de {}, pero el punto de servicio entrega {}",
            priced.spanish(),
            delivered.spanish()
        ),
        AgreementRefusal::Rider { code } => {
            format!("{code} es un recargo y nadie lo tiene solo; elija una tarifa que lo incluya")
        }
        AgreementRefusal::Ended { on } => format!("el contrato ya terminó el {}", day(*on)),
        AgreementRefusal::BeforeStart { from, on } => {
            format!("el contrato comenzó el {} y no puede terminar el {}", day(*from), day(*on))
        }
        AgreementRefusal::Shares { host, from } => format!(
            "el contrato recibe una parte del excedente del contrato {host}; termine antes esa parte, desde el {}",
            day(*from)
        ),
        AgreementRefusal::Billed { through } => format!(
            "los días hasta el {through} están facturados; elija el {through} o después",
            through = day(*through)
        ),
    }
}

fn moves(it: &MoveRefusal) -> Option<String> {
    Some(match it {
        MoveRefusal::Nothing => "esto no comienza ni termina nada; elija un servicio".to_owned(),
        MoveRefusal::NotTheirs { agreement } => {
            format!("el contrato {agreement} es de otra cuenta; revise la cuenta")
        }
        MoveRefusal::Twice { point } => {
            format!("el punto de servicio {point} está dos veces; déjelo una vez")
        }
        MoveRefusal::NotYet { on, today } => format!(
            "hoy es {}, y nadie puede leer ya el medidor del {}; pida la lectura",
            day(*today),
            day(*on)
        ),
        MoveRefusal::NoEstimate { tariff } => format!(
            "la tarifa {tariff} mira más que el total y no se puede estimar; dé la lectura o pídala"
        ),
        MoveRefusal::TooFewReads { meter } => format!(
            "del medidor {meter} hay muy pocas lecturas para estimar; dé la lectura o pídala"
        ),
        MoveRefusal::Registers { meter, has, given } => format!(
            "el medidor {meter} tiene {has} registros y se dieron {given} lecturas; dé una de cada uno, en orden"
        ),
        MoveRefusal::Implausible { meter, index, last: Some(last) } => format!(
            "el medidor {meter} mostraba {last} y no puede mostrar {index}; revise las cifras o pida la lectura"
        ),
        MoveRefusal::Implausible { meter, index, last: None } => format!(
            "el medidor {meter} no puede mostrar {index}; revise las cifras o pida la lectura"
        ),
        MoveRefusal::Cancelled(_) => "está cancelado; pida uno nuevo".to_owned(),
        MoveRefusal::Billed { through, .. } => format!(
            "los días hasta el {} están facturados, así que queda como está; comience o termine desde un día posterior",
            day(*through)
        ),
        MoveRefusal::Entangled { place, .. } => {
            format!("algo posterior en {place} se apoya en esto; cancele o cambie eso primero")
        }
        MoveRefusal::NoSuchDay { .. } => {
            "dé otro día para lo que comienza o termina, y solo para eso".to_owned()
        }
        MoveRefusal::Changed { .. } => return None,
    })
}

fn application(it: &NotSignedUp) -> Option<String> {
    Some(match it {
        // The page lists them itself.
        NotSignedUp::Known(_) => "quizá ya es cliente; mire la lista de abajo".to_owned(),
        NotSignedUp::PremiseKnown { premise, street } => {
            format!("{street} ya es el inmueble {premise}; búsquelo y elíjalo")
        }
        NotSignedUp::WhichPoint { commodity, count } => format!(
            "hay {count} puntos de servicio de {}; nombre el medidor del que quiere",
            commodity.spanish()
        ),
        NotSignedUp::NoMeter { tariff } => format!(
            "la tarifa {tariff} cobra lo que mide un medidor y allí no hay ninguno; nombre un medidor"
        ),
        NotSignedUp::NoServices => "no toman nada; elija un servicio".to_owned(),
        NotSignedUp::NoReason => "diga por qué se les acepta de todos modos".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_core::id::{ExceptionId, TaskId};

    use super::*;

    #[test]
    fn what_resolving_reads_and_tasks_refuses_is_said_in_both_languages() {
        let zone = Zone::named("America/Chicago").expect("there is one");
        let (id, at) = (ExceptionId(3), Timestamp::UNIX_EPOCH);
        let reads = [
            VeeRefusal::Ended { id, how: "estimated".to_owned() },
            VeeRefusal::NothingWaits { id },
            VeeRefusal::NoEstimate { meter: "E-1".to_owned(), on: date(2026, 7, 1) },
            VeeRefusal::TariffForbids { tariff: "R-1".to_owned() },
        ];
        let (task, by, how) = (TaskId(7), "clara".to_owned(), Resolution::TakeRead);
        let tasks = [
            TaskRefusal::Closed { id: task, by: Some(by.clone()), at, how: Some(how) },
            TaskRefusal::Closed { id: task, by: None, at, how: None },
            TaskRefusal::Held { id: task, by, until: at },
            TaskRefusal::SayWhy { how: Resolution::Upheld },
            TaskRefusal::NothingOfYours,
        ];
        let reads = reads.map(meterbook_app::refuse);
        let tasks = tasks.map(meterbook_app::refuse);
        for why in reads.iter().chain(&tasks) {
            let [english, spanish] =
                [Language::English, Language::Spanish].map(|it| said(why, &zone, it));
            assert_ne!(english, spanish);
            assert!(!spanish.contains("nothing"), "{spanish}");
        }
        assert_eq!(
            said(&reads[0], &zone, Language::Spanish),
            "La excepción 3 ya está estimada; no se cambió nada"
        );
    }
}
