//! What a task says that was found about a read or about values of a meter, in Spanish. Each is a sentence with its
//! holes, what says more before what says less.

pub(super) const FOUND: &[(&str, &str)] = &[
    (
        "meter {}: the day of 25 hours, {}, makes {} {} where {} is usual, and {} values of its extra hour are said twice",
        "medidor {}: el día de 25 horas, {}, suma {} {}; lo usual es {}, y {} valores de su hora repetida se dijeron dos veces",
    ),
    (
        "meter {}: past the last digit it is {} {} a day from {} to {} where {} is usual",
        "medidor {}: tras el último dígito son {} {} al día del {} al {}; lo usual es {}",
    ),
    (
        "meter {}: the file as a whole says {} {} a day for each meter where {} is usual",
        "medidor {}: el archivo entero dice {} {} al día por medidor; lo usual es {}",
    ),
    (
        "meter {}: intervals make {} {} from {} to {} and the register {}: {} % apart",
        "medidor {}: los intervalos suman {} {} del {} al {} y el registro {}: {} % de diferencia",
    ),
    (
        "meter {}: {} kW by {}, more than the {} kW that are allowed; {} is usual",
        "medidor {}: {} kW hasta el {}, más que los {} kW permitidos; lo usual es {}",
    ),
    (
        "meter {}: {} values up to {} {} from {} to {} where {} is a usual peak",
        "medidor {}: {} valores de hasta {} {} del {} al {}; la punta usual es {}",
    ),
    (
        "meter {}: {} {} a day from {} to {} where the meter before counted {}",
        "medidor {}: {} {} al día del {} al {}; el medidor anterior contaba {}",
    ),
    (
        "meter {}: never zero for {} hours from {} to {}: at least {} {} a day",
        "medidor {}: nunca cero en {} horas del {} al {}: al menos {} {} al día",
    ),
    (
        "meter {}: {} {} more by {} are over half of what its digits can tell",
        "medidor {}: {} {} más hasta el {} son más de la mitad de lo que cabe en sus dígitos",
    ),
    (
        "meter {}: {} % of the registers of the file stand where they stood",
        "medidor {}: el {} % de los registros del archivo sigue donde estaba",
    ),
    (
        "meter {}: nothing for {} days to {} where {} {} a day is usual",
        "medidor {}: nada en {} días hasta el {}; lo usual es {} {} al día",
    ),
    (
        "meter {}: {} {} from {} to {}, and nobody is on the contract",
        "medidor {}: {} {} del {} al {} y nadie tiene contrato",
    ),
    (
        "meter {}: {} values below zero, {} {} in all, from {} to {}",
        "medidor {}: {} valores bajo cero, {} {} en total, del {} al {}",
    ),
    (
        "meter {}: the same {} times to {}; {} {} a day is usual",
        "medidor {}: lo mismo {} veces hasta el {}; lo usual es {} {} al día",
    ),
    (
        "meter {}: {} {} a day from {} to {} where {} is usual",
        "medidor {}: {} {} al día del {} al {}; lo usual es {}",
    ),
    (
        "meter {}: a read for {} that nobody has checked",
        "medidor {}: una lectura del {} que nadie ha revisado",
    ),
    ("meter {}: {} values are missing from {} to {}", "medidor {}: faltan {} valores del {} al {}"),
    ("meter {}: it went back by {} {} by {}", "medidor {}: retrocedió {} {} hasta el {}"),
    ("meter {}: {} estimates in a row to {}", "medidor {}: {} estimaciones seguidas hasta el {}"),
];

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_core::money::Unit;
    use meterbook_core::person::Language;
    use meterbook_core::reads::vee::{Action, Finding, Rule};

    use super::FOUND;
    use crate::evidence::in_spanish;

    #[test]
    fn what_every_rule_finds_is_said_in_spanish_as_the_rule_says_it() {
        for rule in Rule::ALL {
            for saw_micro in [2_500_000, -2_500_000] {
                let found = Finding {
                    rule: *rule,
                    action: Action::ALL[0],
                    from: date(2026, 8, 1),
                    to: date(2026, 9, 1),
                    saw_micro,
                    usual_micro: 910_000,
                    count: 5,
                    likely: None,
                };
                let said = |language| found.said(Unit::Kwh, language);
                let english = format!("meter G-7: {}", said(Language::English));
                let spanish = format!("medidor G-7: {}", said(Language::Spanish));
                assert_eq!(in_spanish(&[FOUND], &english), Some(spanish), "{english}");
            }
        }
    }
}
