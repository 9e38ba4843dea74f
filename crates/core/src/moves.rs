//! Starting, stopping and transferring service: what one move does, said before and after.
//!
//! A move is asked for once and may be re-dated or cancelled while nothing of it is billed. Each time
//! is a version, and each version is a list of effects: what a preview shows, what was written, and
//! what is taken back are the same list.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::account::CustomerClass;
use crate::id::{AccountId, AgreementId, MoveId, ServicePointId, UserId};
use crate::money::Money;
use crate::order::OrderKind;
use crate::person::Language;

/// A move as its newest version says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which one.
    pub id: MoveId,
    /// What was asked for.
    pub kind: MoveKind,
    /// By which account.
    pub account: AccountId,
    /// The number of the version, from 1; who changes a move says which one they saw.
    pub version: i64,
    /// What the version says.
    pub said: Said,
    /// The first day of what starts.
    pub starts_on: Option<Date>,
    /// The first day without what stops.
    pub stops_on: Option<Date>,
    /// When that was said.
    pub at: Timestamp,
    /// By whom; `None` for the command line.
    pub by: Option<UserId>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// A new customer.
    SignUp,
    /// An account takes service.
    Start,
    /// An account ends service.
    Stop,
    /// An account ends service in one place and takes it in another.
    Transfer,
}

/// What a version of a move says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is asked for.
    Asked,
    /// Its days are others.
    Redated,
    /// It does not take place.
    Cancelled,
}

/// One thing that a move does. What of it is used depends on its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What sort of thing.
    pub kind: EffectKind,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub service_point: Option<ServicePointId>,
    /// The agreement; `None` in a preview when it does not exist yet.
    pub agreement: Option<AgreementId>,
    /// The day.
    pub on: Date,
    /// The first day without the agreement, as it was before (stops, yields, drops) or will be.
    pub until: Option<Date>,
    /// The agreement's tariff.
    pub tariff: Option<String>,
    /// What a charge or a deposit comes to.
    pub amount: Option<Money>,
    /// How a read is known, what an order is for, the name of a fee, a credit class, the number of the bill that
    /// has the last days already.
    pub word: String,
    /// What it is about, in English.
    pub label_en: String,
    /// What it is about, in Spanish.
    pub label_es: String,
}

/// What a move can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// A landlord's agreement that would begin on the same day does not.
    Drops,
    /// A landlord's agreement ends because a tenant begins.
    Yields,
    /// An agreement ends.
    Stops,
    /// An agreement begins.
    Starts,
    /// A landlord's agreement begins because a tenant ends.
    Reverts,
    /// The read at the switch.
    Reads,
    /// Work in the field that an earlier move wanted is not needed any more.
    CallsOff,
    /// Work in the field.
    Orders,
    /// A fee, on the next bill.
    Charges,
    /// What has to be left as security.
    Deposits,
    /// What becomes of what banks hold of energy or credit when service stops.
    Banks,
    /// The last bill of what stops.
    FinalBill,
}

words! {
    MoveKind { SignUp = "sign-up", Start = "start", Stop = "stop", Transfer = "transfer" }
    Said { Asked = "asked", Redated = "redated", Cancelled = "cancelled" }
    EffectKind {
        Drops = "drops", Yields = "yields", Stops = "stops", Starts = "starts",
        Reverts = "reverts", Reads = "reads", CallsOff = "calls-off", Orders = "orders",
        Charges = "charges",
        Deposits = "deposits", Banks = "banks", FinalBill = "final-bill",
    }
    Kept { Carried = "carried", Paid = "paid", Settled = "settled", Lost = "lost" }
    WithOrder { Orders = "orders", CallsOff = "calls-off" }
    SwitchRead {
        Kept = "kept", Intervals = "intervals", Given = "given", Ordered = "ordered",
        Estimated = "estimated",
    }
    Credit { Unknown = "unknown", Good = "good", Fair = "fair", Poor = "poor" }
}

/// Where the read at the switch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchRead {
    /// One of that day is there already.
    Kept,
    /// Intervals say it by themselves.
    Intervals,
    /// Somebody says it now.
    Given,
    /// Somebody will go and read.
    Ordered,
    /// It is worked out from earlier reads.
    Estimated,
}

/// What becomes of what banks hold when service stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It goes on to the service that starts.
    Carried,
    /// The last bill pays it.
    Paid,
    /// The last bill pays some of it, as the tariff says.
    Settled,
    /// It is lost with the last bill.
    Lost,
}

/// What is known of how an applicant pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// Nothing.
    Unknown,
    /// They pay.
    Good,
    /// They pay late.
    Fair,
    /// They do not pay.
    Poor,
}

/// What a move costs, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Its name, by which it is set anew.
    pub name: String,
    /// What it is for.
    pub act: MoveKind,
    /// Who pays it; everybody without it.
    pub class: Option<CustomerClass>,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
    /// What it comes to.
    pub amount: Money,
    /// What the bill calls it in English.
    pub label_en: String,
    /// What the bill calls it in Spanish.
    pub label_es: String,
}

/// What a version of a move did with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithOrder {
    /// It wants it done: it wrote it, or found it written.
    Orders,
    /// It called it off.
    CallsOff,
}

impl Move {
    /// Whether it is still to come, wholly or in part.
    pub fn is_pending(&self, today: Date) -> bool {
        self.said != Said::Cancelled
            && [self.starts_on, self.stops_on].iter().flatten().any(|it| today < *it)
    }
}

impl Effect {
    /// What happens, in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Spanish => self.spanish(),
        }
    }

    /// Whether the customer is told: a landlord's agreement is not the tenant's business, and that a
    /// read is ordered is said once.
    pub fn is_for_customer(&self) -> bool {
        match self.kind {
            EffectKind::Drops | EffectKind::Yields | EffectKind::Reverts | EffectKind::CallsOff => {
                false
            }
            EffectKind::Orders => self.word == OrderKind::Connect.word(),
            _ => true,
        }
    }

    fn english(&self) -> String {
        let (on, what) = (self.on, &self.label_en);
        let tariff = self.tariff.as_deref().unwrap_or_default();
        let amount = self.amount.map(|it| it.to_string()).unwrap_or_default();
        match self.kind {
            EffectKind::Drops => format!("{what}: the landlord does not take over on {on}"),
            EffectKind::Yields => format!("{what}: the landlord's service ends on {on}"),
            EffectKind::Stops => format!("{what}: service ends on {on}"),
            EffectKind::Starts => format!("{what}: service starts on {on} on tariff {tariff}"),
            EffectKind::Reverts => {
                format!("{what}: the landlord takes over on {on} on tariff {tariff}")
            }
            EffectKind::Reads => match SwitchRead::from_word(&self.word) {
                Some(SwitchRead::Kept) => format!("{what}: the read of {on} is there"),
                Some(SwitchRead::Intervals) => {
                    format!("{what}: the meter records intervals, no read is needed on {on}")
                }
                Some(SwitchRead::Given) => format!("{what}: the read of {on} is the one you gave"),
                Some(SwitchRead::Estimated) => format!("{what}: the read of {on} is estimated"),
                Some(SwitchRead::Ordered) | None => {
                    format!("{what}: the read of {on} comes from the field")
                }
            },
            EffectKind::Orders => match OrderKind::from_word(&self.word) {
                Some(OrderKind::Read) => format!("{what}: a read is ordered for {on}"),
                Some(OrderKind::Disconnect) => {
                    format!("{what}: a disconnection is ordered for {on}")
                }
                _ => format!("{what}: service is connected on {on}"),
            },
            EffectKind::CallsOff => {
                format!("{what}: the disconnection of {on} is called off")
            }
            EffectKind::Charges => format!("{what}: {amount} on the next bill"),
            EffectKind::Deposits => format!("a deposit of {amount} is asked for"),
            EffectKind::Banks => {
                let becomes = match Kept::from_word(&self.word) {
                    Some(Kept::Carried) => "goes on to the service that starts",
                    Some(Kept::Paid) => "is paid with the last bill",
                    Some(Kept::Lost) => "is lost with the last bill",
                    Some(Kept::Settled) | None => {
                        "is settled with the last bill, paid as far as the tariff pays for it, and else lost"
                    }
                };
                format!("{what}: what is kept for later bills on {on} {becomes}")
            }
            EffectKind::FinalBill if !self.word.is_empty() => format!(
                "{what}: every day has a bill, the last one {}; what is still charged or given back, such as a deposit, comes with one more",
                self.word
            ),
            EffectKind::FinalBill => match self.until {
                Some(billed) => format!("{what}: the final bill comes about {billed}"),
                None => format!("{what}: the final bill comes with the next turn of the cycle"),
            },
        }
    }

    fn spanish(&self) -> String {
        let (on, what) = (self.on, &self.label_es);
        let tariff = self.tariff.as_deref().unwrap_or_default();
        let amount = self.amount.map(|it| it.to_string()).unwrap_or_default();
        match self.kind {
            EffectKind::Drops => format!("{what}: el propietario no asume el servicio el {on}"),
            EffectKind::Yields => {
                format!("{what}: el servicio del propietario termina el {on}")
            }
            EffectKind::Stops => format!("{what}: el servicio termina el {on}"),
            EffectKind::Starts => {
                format!("{what}: el servicio comienza el {on} con la tarifa {tariff}")
            }
            EffectKind::Reverts => {
                format!("{what}: el propietario asume el servicio el {on} con la tarifa {tariff}")
            }
            EffectKind::Reads => match SwitchRead::from_word(&self.word) {
                Some(SwitchRead::Kept) => format!("{what}: ya existe la lectura del {on}"),
                Some(SwitchRead::Intervals) => {
                    format!("{what}: el medidor registra intervalos, no hace falta lectura el {on}")
                }
                Some(SwitchRead::Given) => {
                    format!("{what}: la lectura del {on} es la que usted dio")
                }
                Some(SwitchRead::Estimated) => format!("{what}: la lectura del {on} es estimada"),
                Some(SwitchRead::Ordered) | None => {
                    format!("{what}: se ha pedido una lectura para el {on}")
                }
            },
            EffectKind::Orders => match OrderKind::from_word(&self.word) {
                Some(OrderKind::Read) => format!("{what}: alguien lee el medidor el {on}"),
                Some(OrderKind::Disconnect) => {
                    format!("{what}: se ordena el corte del servicio para el {on}")
                }
                _ => format!("{what}: el servicio se conecta el {on}"),
            },
            EffectKind::CallsOff => format!("{what}: se anula el corte del {on}"),
            EffectKind::Charges => format!("{what}: {amount} en la próxima factura"),
            EffectKind::Deposits => format!("se pide un depósito de {amount}"),
            EffectKind::Banks => {
                let becomes = match Kept::from_word(&self.word) {
                    Some(Kept::Carried) => "pasa al servicio que comienza",
                    Some(Kept::Paid) => "se paga con la última factura",
                    Some(Kept::Lost) => "se pierde con la última factura",
                    Some(Kept::Settled) | None => {
                        "se liquida con la última factura: se paga lo que paga la tarifa, y el resto se pierde"
                    }
                };
                format!("{what}: lo guardado el {on} para facturas siguientes {becomes}")
            }
            EffectKind::FinalBill if !self.word.is_empty() => format!(
                "{what}: todos los días están facturados, los últimos en {}; lo que aún se cobra o se devuelve, como un depósito, viene en una más",
                self.word
            ),
            EffectKind::FinalBill => match self.until {
                Some(billed) => {
                    format!("{what}: la factura final llega alrededor del {billed}")
                }
                None => format!("{what}: la factura final llega con el próximo turno del ciclo"),
            },
        }
    }
}

/// What the customer is told of a move, in their language.
pub fn confirmation(
    utility: &str,
    name: &str,
    number: &str,
    language: Language,
    effects: &[Effect],
) -> String {
    let mut text = match language {
        Language::English => {
            format!("{name}, thank you. Your account with {utility} is {number}.\n")
        }
        Language::Spanish => format!("{name}, gracias. Su cuenta con {utility} es {number}.\n"),
    };
    for effect in effects.iter().filter(|it| it.is_for_customer()) {
        text.push_str("- ");
        text.push_str(&effect.sentence(language));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_is_said_in_both_languages() {
        for kind in EffectKind::ALL {
            let effect = Effect {
                kind: *kind,
                account: AccountId(1),
                service_point: None,
                agreement: None,
                on: jiff::civil::date(2026, 8, 18),
                until: None,
                tariff: Some("R-1".to_owned()),
                amount: Some(Money::from_cents(2500)),
                word: String::new(),
                label_en: "water, 12 Mill St".to_owned(),
                label_es: "agua, 12 Mill St".to_owned(),
            };
            let [english, spanish] =
                [Language::English, Language::Spanish].map(|it| effect.sentence(it));
            assert_ne!(english, spanish);
            assert!(
                english.contains("2026-08-18")
                    || english.contains("$25.00")
                    || *kind == EffectKind::FinalBill,
                "{english}"
            );
        }
    }

    #[test]
    fn what_ends_on_a_day_that_is_billed_says_by_which_bill() {
        let mut effect = Effect {
            kind: EffectKind::FinalBill,
            account: AccountId(1),
            service_point: None,
            agreement: None,
            on: jiff::civil::date(2026, 8, 18),
            until: None,
            tariff: None,
            amount: None,
            word: "B-260819-10000001".to_owned(),
            label_en: "water, 12 Mill St".to_owned(),
            label_es: "agua, 12 Mill St".to_owned(),
        };
        for language in [Language::English, Language::Spanish] {
            assert!(effect.sentence(language).contains("B-260819-10000001"));
        }
        effect.word.clear();
        let english = effect.sentence(Language::English);
        assert!(english.ends_with("the next turn of the cycle"), "{english}");
    }
}
