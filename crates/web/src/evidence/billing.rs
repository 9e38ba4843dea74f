//! What acts on bills refuse that a clerk makes off a cycle, and facts that are told otherwise, in Spanish.

/// What is told of facts, and what is believed; those with an end before those without, and what says less
/// of itself behind what says more.
pub(super) const FACTS: &[(&str, &str)] = &[
    (
        "agreement {}: no price {} from {} up to {}",
        "contrato {}: sin precio propio {} desde el {} hasta el {}",
    ),
    ("agreement {}: no price {} from {}", "contrato {}: sin precio propio {} desde el {}"),
    ("agreement {}: no term {} from {} up to {}", "contrato {}: sin {} desde el {} hasta el {}"),
    ("agreement {}: no term {} from {}", "contrato {}: sin {} desde el {}"),
    ("agreement {}: {} at {} from {} up to {}", "contrato {}: {} a {} desde el {} hasta el {}"),
    ("agreement {}: {} at {} from {}", "contrato {}: {} a {} desde el {}"),
    ("agreement {}: {} from {} up to {}", "contrato {}: {} desde el {} hasta el {}"),
    ("agreement {}: {} from {}", "contrato {}: {} desde el {}"),
    (
        "meter {}: {} times since it was hung on {}",
        "medidor {}: {} veces desde que se instaló el {}",
    ),
    ("meter {}: {} times from {}", "medidor {}: {} veces desde el {}"),
    ("{} times", "{} veces"),
    ("rider {} from {}", "recargo {} desde el {}"),
    ("tariff {} from {}", "tarifa {} desde el {}"),
    ("the text with hash {}", "el texto con hash {}"),
    ("{} at {} from {} up to {}", "{} a {} desde el {} hasta el {}"),
    ("{} at {} from {}", "{} a {} desde el {}"),
    ("{} from {} up to {}", "{} desde el {} hasta el {}"),
];

pub(super) const REFUSALS: &[(&str, &str)] = &[
    (
        "its bills keep the days planned for them by now; look at the preview again",
        "sus facturas ya conservan los días planificados; mire otra vez la vista previa",
    ),
    (
        "its bills are of the day on which they are let go by now; look at the preview again",
        "sus facturas ya son del día en que se liberan; mire otra vez la vista previa",
    ),
    (
        "the bills come to {} now, not to {} as when it was asked for; look at the preview again",
        "las facturas suman ahora {}, no {} como cuando se pidió; mire otra vez la vista previa",
    ),
    (
        "the run is being checked; finish that first with: {}",
        "el período se está revisando; espere a que termine",
    ),
    (
        "the run was called off; begin another one with: {}",
        "el período se anuló; revíselo de nuevo",
    ),
    (
        "the run is released already; what is posted is mended by correcting bills",
        "el período ya está liberado; lo registrado se arregla corrigiendo facturas",
    ),
    (
        "there is no set {} of corrections, or it was only looked at and is gone; see: {}",
        "no hay ningún conjunto {} de correcciones, o sólo se miró y ya no está; vea: {}",
    ),
    (
        "set {} is at its end; what it corrected is corrected again with: {}",
        "el conjunto {} está terminado; lo que corrigió se corrige de nuevo con: {}",
    ),
    (
        "nothing is charged; say {} for what waits",
        "no se cobra nada; elija un tipo de cargo, un importe o lo que espera",
    ),
    (
        "a bill charges at most {} things once; make two",
        "una factura cobra como máximo {} cosas una vez; haga dos",
    ),
    (
        "no kinds of charges are said, so there is no {}; say them with: {}",
        "no se dijo ningún tipo de cargo, así que no hay {}; dígalos con: {}",
    ),
    (
        "there is no kind of charge {}; write one of {}",
        "no hay ningún tipo de cargo {}; escriba uno de {}",
    ),
    (
        "{} is charged as {}; write it like that, with what is above zero",
        "{} se cobra como {}; escriba un número mayor que cero",
    ),
    (
        "`{}` is no charge; write it as: {}",
        "«{}» no es un cargo; escriba un importe y lo que lee el cliente, como en {}",
    ),
    ("{} comes to nothing; leave it out", "{} no suma nada; déjelo fuera"),
    (
        "that is billed already, by {}; if it is something else, say of what: {}",
        "eso ya está facturado, en {}; si es otra cosa, diga de qué en la referencia",
    ),
    (
        "nobody said when such a bill is due; say it with: {}",
        "nadie dijo cuándo vence una factura así; dígalo con: {}",
    ),
    (
        "{} is no bill of charges of this account; bills of service are corrected: {}",
        "{} no es una factura de cargos de esta cuenta; las de servicio se corrigen: {}",
    ),
    ("{} is taken back already", "{} ya está anulada"),
    (
        "it comes to {} now, not to {} as when it was looked at",
        "ahora suma {}, no {} como cuando se miró; mírelo de nuevo",
    ),
    (
        "the correction comes to {} now, not to {} as when it was looked at",
        "la corrección suma ahora {}, no {} como cuando se miró; mírela de nuevo",
    ),
    (
        "cycle {} has no turn with {}; plan it with: {}",
        "el ciclo {} no tiene un período con el {}; prográmelo con: {}",
    ),
    (
        "agreement {} waits for its bill: {}; bill another one alone: --agreement {}",
        "el contrato {} espera su factura: {}; facture otro solo: el contrato {}",
    ),
    ("agreement {} waits for its bill: {}", "el contrato {} espera su factura: {}"),
    (
        "what agreement {} sends back is set off over the whole turn, {} to {}, and the rest of that is not known; its turn bills it; bill another one alone: --agreement {}",
        "lo que entrega el contrato {} se compensa en todo el período, del {} al {}, y lo que falta no se conoce; lo factura su período; facture otro solo: el contrato {}",
    ),
    (
        "what agreement {} sends back is set off over the whole turn, {} to {}, and the rest of that is not known; its turn bills it",
        "lo que entrega el contrato {} se compensa en todo el período, del {} al {}, y lo que falta no se conoce; lo factura su período",
    ),
    (
        "the turn of cycle {} for {} to {} is not over; bill it from {} on, or the days so far of one account with: {}",
        "el período del ciclo {}, del {} al {}, no ha terminado; facture desde el {}, o los días hasta ahora de una cuenta desde su página",
    ),
    (
        "the run of cycle {} for {} to {} was checked before its last day was over; check it once more from {} on: {}",
        "las facturas del ciclo {}, del {} al {}, se revisaron antes de que terminara su último día; revíselas otra vez desde el {}: {}",
    ),
    (
        "the days before {} are not over; a bill ends today at the latest",
        "los días antes del {} no han pasado; una factura termina hoy como muy tarde",
    ),
    (
        "every day of account {} before {} has a bill already",
        "todos los días de la cuenta {} antes del {} ya tienen factura",
    ),
    (
        "the bills of a turn are being worked out with the tariffs as they are; wait until that is done: {}",
        "las facturas de un período se calculan con las tarifas como están; espere a que termine: {}",
    ),
    (
        "an exemption leaves out more than 0% and at most 100%",
        "una exención deja fuera más del 0% y como máximo el 100%",
    ),
    ("{} is not a percentage", "{} no es un porcentaje"),
    (
        "{} is not a price; write a plain number such as {}",
        "{} no es un precio; escriba un número como {}",
    ),
    ("{} is no amount; write it like {}", "{} no es un importe; escríbalo como {}"),
    (
        "a multiplier is above zero; a meter without transformers has 1",
        "un multiplicador es mayor que cero; un medidor sin transformadores tiene 1",
    ),
    (
        "the meter was hung on {} and cannot come down on {}",
        "el medidor se instaló el {}; diga un día posterior al {}",
    ),
    (
        "no meter hangs at service point {}; hang one: {}",
        "no hay ningún medidor en el punto de servicio {}; instale uno: {}",
    ),
    (
        "meter {} has {} registers and {} reads are given; give one for each, in order, with commas, such as {}",
        "el medidor {} tiene {} registros y se dieron {} lecturas; dé una de cada uno, en orden, con comas, como {}",
    ),
    (
        "meter {} has {} registers and {} reads are given; give one for each, in order",
        "el medidor {} tiene {} registros y se dieron {} lecturas; dé una de cada uno, en orden",
    ),
    (
        "meter {} cannot show {} after what it showed before; check it",
        "el medidor {} no puede mostrar {} después de lo que mostraba; revíselo",
    ),
];

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_app::bill_run::NotRun;
    use meterbook_app::bill_run::once::NotOnce;
    use meterbook_app::bill_run::release::NotReleased;
    use meterbook_app::fact::NotTold;
    use meterbook_core::account::Cycle;
    use meterbook_core::bill::BillNumber;
    use meterbook_core::bill::check::Hold;
    use meterbook_core::bill::once::NotCharged;
    use meterbook_core::id::{AccountNumber, AgreementId};
    use meterbook_core::money::Money;
    use meterbook_core::period::Period;
    use meterbook_core::person::Language;

    use crate::evidence::{refused, told};
    use crate::show;

    #[test]
    fn what_a_clerk_may_be_refused_off_a_cycle_is_said_in_spanish() {
        let (on, number) = (date(2026, 8, 4), BillNumber("B-1".to_owned()));
        let [was, now] = [480, 520].map(Money::from_cents);
        let account = AccountNumber::parse("1000-0001-7").expect("it is one");
        let code = "visit".to_owned();
        let once = [
            NotOnce::Nothing,
            NotOnce::TooMany,
            NotOnce::Charge(NotCharged::NoKind { code: code.clone(), known: Vec::new() }),
            NotOnce::Charge(NotCharged::NoKind { code: code.clone(), known: vec!["x".to_owned()] }),
            NotOnce::Charge(NotCharged::Takes { code: code.clone(), write: "visit".to_owned() }),
            NotOnce::Charge(NotCharged::NotSaid { text: "12".to_owned() }),
            NotOnce::Charge(NotCharged::Nothing { what: code }),
            NotOnce::Already { number: "B-1".to_owned() },
            NotOnce::NotDue,
            NotOnce::NoBill { number: number.clone() },
            NotOnce::TakenBack { number },
            NotOnce::NoReason,
            NotOnce::NotAsSeen { was, now },
        ];
        let hold = Hold::NoMeter { on }.to_string();
        let days = Period::month(2026, 8).expect("it is a month");
        let run = [
            NotRun::NotPlannedFor { cycle: Cycle(1), day: on },
            NotRun::LastHeld { agreement: AgreementId(7), hold: hold.clone(), free: None },
            NotRun::LastHeld { agreement: AgreementId(7), hold, free: Some(AgreementId(8)) },
            NotRun::NetsOverTurn { agreement: AgreementId(7), days, free: None },
            NotRun::NetsOverTurn { agreement: AgreementId(7), days, free: Some(AgreementId(8)) },
            NotRun::TurnNotOver { cycle: Cycle(1), days },
            NotRun::NotOver { to: on },
            NotRun::BilledTo { number: account, to: on },
            NotRun::NotAsSeen { was, now },
        ];
        let told = [NotTold::AtWork, NotTold::EarlierTurn { turn: on }];
        let texts = once.iter().map(ToString::to_string);
        let early = NotReleased::Early { cycle: Cycle(1), days };
        let texts = texts.chain(run.iter().map(ToString::to_string)).chain([early.to_string()]);
        for english in texts.chain(told.iter().map(ToString::to_string)) {
            let spanish = refused(&english, Language::Spanish);
            assert_ne!(spanish, show::dated(&english, Language::Spanish), "{english}");
        }
        // What it waits for is read as well.
        let held = refused(&run[1].to_string(), Language::Spanish);
        assert!(
            held.ends_with("no hay ningún medidor en el punto de servicio el 4 ago 2026"),
            "{held}"
        );
    }

    #[test]
    fn facts_are_read_in_spanish() {
        for (english, spanish) in [
            (
                "agreement 7: Energy at 0.11 from 2026-02-01",
                "contrato 7: Energy a 0.11 desde el 1 feb 2026",
            ),
            (
                "agreement 7: dwellings 3 from 2026-02-01",
                "contrato 7: dwellings 3 desde el 1 feb 2026",
            ),
            ("meter E-1: 40 times from 2026-02-01", "medidor E-1: 40 veces desde el 1 feb 2026"),
            ("tariff R-1 from 2026-02-01", "tarifa R-1 desde el 1 feb 2026"),
            ("nothing", "nada"),
        ] {
            assert_eq!(told(english, Language::Spanish), spanish);
        }
    }
}
