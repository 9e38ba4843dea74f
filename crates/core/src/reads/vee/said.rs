//! What a rule saw, in a sentence: for a clerk, in either language.

use super::estimating::TrueUp;
use super::{Finding, Likely, Method, Rule};
use crate::money::Unit;
use crate::person::Language;
use crate::reads::ReadKind;
use crate::text::{decimal, grouped};

impl Finding {
    /// The sentence, with the unit of the register or channel.
    pub fn said(&self, unit: Unit, language: Language) -> String {
        let mut said = match language {
            Language::English => self.english(unit),
            Language::Spanish => self.spanish(unit),
        };
        if let Some(likely) = self.likely {
            said.push_str("; ");
            said.push_str(likely.said(language));
        }
        said
    }

    fn english(&self, unit: Unit) -> String {
        let Finding { from, to, count, .. } = self;
        let (saw, usual) = (amount(self.saw_micro), amount(self.usual_micro));
        match self.rule {
            Rule::High | Rule::Low => {
                format!("{saw} {unit} a day from {from} to {to} where {usual} is usual")
            }
            Rule::Zero => {
                format!("nothing for {count} days to {to} where {usual} {unit} a day is usual")
            }
            Rule::Stuck => format!("the same {count} times to {to}; {usual} {unit} a day is usual"),
            // Read modulo its digits, more than half of a round forward is a way back.
            Rule::Negative if 0 < self.saw_micro => {
                format!("{saw} {unit} more by {to} are over half of what its digits can tell")
            }
            Rule::Negative => format!("it went back by {} {unit} by {to}", amount(-self.saw_micro)),
            Rule::Rollover => format!(
                "past the last digit it is {saw} {unit} a day from {from} to {to} where {usual} is usual"
            ),
            Rule::Multiplier => {
                format!(
                    "{saw} kW by {to}, more than the {count} kW that are allowed; {usual} is usual"
                )
            }
            Rule::StepChange => format!(
                "{saw} {unit} a day from {from} to {to} where the meter before counted {usual}"
            ),
            Rule::Vacant => {
                format!("{saw} {unit} from {from} to {to}, and nobody is on the contract")
            }
            Rule::Gap => format!("{count} values are missing from {from} to {to}"),
            Rule::Spike => format!(
                "{count} values up to {saw} {unit} from {from} to {to} where {usual} is a usual peak"
            ),
            Rule::Reverse => {
                format!("{count} values below zero, {saw} {unit} in all, from {from} to {to}")
            }
            Rule::Leak => format!(
                "never zero for {count} hours from {from} to {to}: at least {saw} {unit} a day"
            ),
            Rule::SumCheck => format!(
                "intervals make {saw} {unit} from {from} to {to} and the register {usual}: {count} % apart"
            ),
            Rule::LongDay => format!(
                "the day of 25 hours, {from}, makes {saw} {unit} where {usual} is usual, and {count} values of its extra hour are said twice"
            ),
            Rule::Stale => format!("{count} % of the registers of the file stand where they stood"),
            Rule::Scaled => format!(
                "the file as a whole says {saw} {unit} a day for each meter where {usual} is usual"
            ),
            Rule::Unproven => format!("a read for {to} that nobody has checked"),
            Rule::EstimateRun => format!("{count} estimates in a row to {to}"),
        }
    }

    fn spanish(&self, unit: Unit) -> String {
        let Finding { from, to, count, .. } = self;
        let (saw, usual) = (amount(self.saw_micro), amount(self.usual_micro));
        match self.rule {
            Rule::High | Rule::Low => {
                format!("{saw} {unit} al día del {from} al {to}; lo usual es {usual}")
            }
            Rule::Zero => {
                format!("nada en {count} días hasta el {to}; lo usual es {usual} {unit} al día")
            }
            Rule::Stuck => {
                format!("lo mismo {count} veces hasta el {to}; lo usual es {usual} {unit} al día")
            }
            Rule::Negative if 0 < self.saw_micro => {
                format!(
                    "{saw} {unit} más hasta el {to} son más de la mitad de lo que cabe en sus dígitos"
                )
            }
            Rule::Negative => {
                format!("retrocedió {} {unit} hasta el {to}", amount(-self.saw_micro))
            }
            Rule::Rollover => format!(
                "tras el último dígito son {saw} {unit} al día del {from} al {to}; lo usual es {usual}"
            ),
            Rule::Multiplier => {
                format!(
                    "{saw} kW hasta el {to}, más que los {count} kW permitidos; lo usual es {usual}"
                )
            }
            Rule::StepChange => format!(
                "{saw} {unit} al día del {from} al {to}; el medidor anterior contaba {usual}"
            ),
            Rule::Vacant => format!("{saw} {unit} del {from} al {to} y nadie tiene contrato"),
            Rule::Gap => format!("faltan {count} valores del {from} al {to}"),
            Rule::Spike => format!(
                "{count} valores de hasta {saw} {unit} del {from} al {to}; la punta usual es {usual}"
            ),
            Rule::Reverse => {
                format!("{count} valores bajo cero, {saw} {unit} en total, del {from} al {to}")
            }
            Rule::Leak => format!(
                "nunca cero en {count} horas del {from} al {to}: al menos {saw} {unit} al día"
            ),
            Rule::SumCheck => format!(
                "los intervalos suman {saw} {unit} del {from} al {to} y el registro {usual}: {count} % de diferencia"
            ),
            Rule::LongDay => format!(
                "el día de 25 horas, {from}, suma {saw} {unit}; lo usual es {usual}, y {count} valores de su hora repetida se dijeron dos veces"
            ),
            Rule::Stale => format!("el {count} % de los registros del archivo sigue donde estaba"),
            Rule::Scaled => format!(
                "el archivo entero dice {saw} {unit} al día por medidor; lo usual es {usual}"
            ),
            Rule::Unproven => format!("una lectura del {to} que nadie ha revisado"),
            Rule::EstimateRun => format!("{count} estimaciones seguidas hasta el {to}"),
        }
    }
}

impl Rule {
    /// What it is called.
    pub const fn name(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Rule::High => ("Much use", "Consumo alto"),
            Rule::Low => ("Little use", "Consumo bajo"),
            Rule::Zero => ("No use", "Sin consumo"),
            Rule::Stuck => ("Stands still", "Parado"),
            Rule::Negative => ("Went back", "Retrocedió"),
            Rule::Rollover => ("Past the last digit", "Tras el último dígito"),
            Rule::Multiplier => ("Too much power", "Demasiada potencia"),
            Rule::StepChange => ("Unlike the meter before", "Distinto del medidor anterior"),
            Rule::Vacant => ("Use without a contract", "Consumo sin contrato"),
            Rule::Gap => ("Missing values", "Faltan valores"),
            Rule::Spike => ("Peak", "Punta"),
            Rule::Reverse => ("Below zero", "Bajo cero"),
            Rule::Leak => ("Never zero", "Nunca cero"),
            Rule::SumCheck => ("Intervals unlike the register", "Intervalos y registro distintos"),
            Rule::LongDay => ("Doubled hour of autumn", "Hora de otoño doblada"),
            Rule::Stale => ("File of the last cycle", "Archivo del ciclo anterior"),
            Rule::Scaled => ("File out of scale", "Archivo fuera de escala"),
            Rule::Unproven => ("Read that nobody checked", "Lectura sin revisar"),
            Rule::EstimateRun => ("Estimates in a row", "Estimaciones seguidas"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }

    /// Whether what it saw and what is usual are units a day of one register: then both can stand in
    /// one picture.
    pub const fn is_a_day(self) -> bool {
        matches!(
            self,
            Rule::High | Rule::Low | Rule::Zero | Rule::Stuck | Rule::Rollover | Rule::StepChange
        )
    }
}

impl Likely {
    /// What it looks like, in a clause.
    pub const fn said(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Likely::TenTimes | Likely::Tenth => {
                ("it looks as if the decimal point moved", "parece que se corrió la coma decimal")
            }
            Likely::HundredTimes | Likely::Hundredth => (
                "it looks as if the decimal point moved by two",
                "parece que la coma decimal se corrió dos lugares",
            ),
            Likely::GallonsForCcf => (
                "it looks like gallons where the register counts CCF",
                "parecen galones donde el registro cuenta CCF",
            ),
            Likely::CcfForGallons => (
                "it looks like CCF where the register counts gallons",
                "parecen CCF donde el registro cuenta galones",
            ),
            Likely::Thousandfold | Likely::Thousandth => (
                "it looks like another unit, a thousand times off",
                "parece otra unidad, mil veces distinta",
            ),
            Likely::OtherMultiplier => (
                "by the multiplier of the meter before it would be usual",
                "con el multiplicador del medidor anterior sería lo usual",
            ),
            Likely::LastCycle => {
                ("it looks like the file of the last cycle", "parece el archivo del ciclo anterior")
            }
            Likely::WentRound => {
                ("it may have been misread instead", "puede que se haya leído mal")
            }
            Likely::HourTwice => (
                "it looks as if the hour that comes twice was counted twice",
                "parece que la hora repetida se contó dos veces",
            ),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

impl Method {
    /// How it works, in a clause.
    pub const fn said(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Method::OwnHistory => ("by its own history", "por su propio historial"),
            Method::LastYear => {
                ("by the same days of last year", "por los mismos días del año anterior")
            }
            Method::Profile => ("by the profile of the year", "por el perfil del año"),
            Method::Linear => ("on as it went before", "siguiendo como iba"),
            Method::DegreeDays => ("by degree-days", "por grados día"),
            Method::Line => ("on a straight line", "en línea recta"),
            Method::LikeDays => ("by like days", "por días parecidos"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

impl TrueUp {
    /// What it says, in a clause.
    pub fn said(&self, unit: Unit, language: Language) -> String {
        let TrueUp { read, off_by_micro, .. } = self;
        let off = amount(off_by_micro.saturating_abs());
        match (off_by_micro.signum(), language) {
            (0, Language::English) => format!("the read of {read} says the same"),
            (0, Language::Spanish) => format!("la lectura del {read} dice lo mismo"),
            (1, Language::English) => format!("by the read of {read} it was {off} {unit} too much"),
            (1, Language::Spanish) => {
                format!("según la lectura del {read} eran {off} {unit} de más")
            }
            (_, Language::English) => {
                format!("by the read of {read} it was {off} {unit} too little")
            }
            (_, Language::Spanish) => {
                format!("según la lectura del {read} eran {off} {unit} de menos")
            }
        }
    }
}

impl ReadKind {
    /// How a read is known, in a word.
    pub const fn said(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            ReadKind::Actual => ("actual", "real"),
            ReadKind::Estimated => ("estimated", "estimada"),
            ReadKind::Customer => ("customer", "del cliente"),
            ReadKind::Office => ("office", "de la oficina"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

/// An amount with at most two digits after the point.
fn amount(micro: i64) -> String {
    let hundredths = micro.div_euclid(10_000);
    let text = decimal(hundredths, 2);
    match text.strip_prefix('-') {
        Some(text) => format!("-{}", grouped(text)),
        None => grouped(&text),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::reads::vee::Action;

    fn finding(rule: Rule) -> Finding {
        Finding {
            rule,
            action: Action::Hold,
            from: date(2026, 7, 1),
            to: date(2026, 8, 1),
            saw_micro: 1_234_567_890,
            usual_micro: 20_500_000,
            count: 3,
            likely: Some(Likely::TenTimes),
        }
    }

    #[test]
    fn a_read_far_ahead_is_not_said_to_have_gone_back_by_less_than_nothing() {
        let ahead = Finding { saw_micro: 8_000_000_000, likely: None, ..finding(Rule::Negative) };
        let back = Finding { saw_micro: -8_000_000_000, ..ahead };
        let said = |it: &Finding| it.said(Unit::Kwh, Language::English);
        assert!(said(&ahead).contains("8,000 kWh more by 2026-08-01"), "{}", said(&ahead));
        assert!(said(&back).contains("went back by 8,000 kWh"), "{}", said(&back));
    }

    #[test]
    fn a_true_up_says_which_way_and_by_which_read() {
        let said = |off_by_micro, language| {
            let (estimated, read) = (date(2026, 7, 1), date(2026, 8, 1));
            TrueUp { estimated, read, off_by_micro }.said(Unit::Kwh, language)
        };
        let (english, spanish) = (Language::English, Language::Spanish);
        let said_so = said(50_000_000, english);
        assert_eq!(said_so, "by the read of 2026-08-01 it was 50 kWh too much");
        assert!(said(-1_500_000, english).ends_with("1.5 kWh too little"));
        assert!(said(-1_500_000, spanish).ends_with("1.5 kWh de menos"));
        assert_eq!(said(0, english), "the read of 2026-08-01 says the same");
    }

    #[test]
    fn a_clerk_reads_what_was_seen_in_both_languages() {
        assert_eq!(
            finding(Rule::High).said(Unit::Kwh, Language::English),
            "1,234.56 kWh a day from 2026-07-01 to 2026-08-01 where 20.5 is usual; \
             it looks as if the decimal point moved"
        );
        for rule in Rule::ALL {
            let [english, spanish] =
                [Language::English, Language::Spanish].map(|it| finding(*rule).said(Unit::Kwh, it));
            assert_ne!(english, spanish, "{rule}");
            assert_ne!(rule.name(Language::English), rule.name(Language::Spanish));
            assert!(
                english.contains("2026-") || matches!(rule, Rule::Stale | Rule::Scaled),
                "{english}"
            );
        }
        for likely in Likely::ALL {
            assert_ne!(likely.said(Language::English), likely.said(Language::Spanish));
        }
        for method in Method::ALL {
            assert_ne!(method.said(Language::English), method.said(Language::Spanish));
        }
        for kind in ReadKind::ALL {
            assert_ne!(kind.said(Language::English), kind.said(Language::Spanish));
        }
    }
}
