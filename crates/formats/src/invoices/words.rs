//! What an invoice says in words, in English and Spanish.

use meterbook_core::person::Language;

pub(super) struct Words {
    /// Before the day.
    pub(super) due: &'static str,
    /// Before what was owed.
    pub(super) before: &'static str,
    /// Before what is owed in all.
    pub(super) with_it: &'static str,
    /// What is asked for in place of a bill that is levelled.
    pub(super) level: &'static str,
    /// Which part of a plan is due next.
    pub(super) part: &'static str,
    /// Before the number of the correction whose first page asks for it.
    pub(super) behind: &'static str,
    /// Before the account.
    pub(super) credited: &'static str,
    pub(super) charged: &'static str,
    pub(super) tariff: &'static str,
    pub(super) service_at: &'static str,
    /// Before the number of a bill that is summed up, and of its account.
    pub(super) bill: &'static str,
    pub(super) account: &'static str,
    pub(super) outside: &'static str,
    /// Why a line has no VAT beside others that have.
    pub(super) untaxed: &'static str,
}

const ENGLISH: Words = Words {
    due: "Due",
    before: "The account owed",
    with_it: "this bill included it owes",
    level: " By budget billing {level} is asked for in place of this bill.",
    part: " Part {nth} of {of} of a payment plan, {amount}, is due {day}; {later} is due with later parts.",
    behind: "Paid together with the other bills of correction",
    credited: "Credited to account",
    charged: "Charged to account",
    tariff: "Tariff",
    service_at: "Service address",
    bill: "Bill",
    account: "Account",
    outside: "Not subject to VAT",
    untaxed: "the tariff puts no VAT on it",
};

const SPANISH: Words = Words {
    due: "Vence el",
    before: "La cuenta debía",
    with_it: "con esta factura debe",
    level: " Por la cuota fija se piden {level} en lugar de esta factura.",
    part: " La parte {nth} de {of} de un plan de pagos, {amount}, vence el {day}; {later} vence con partes posteriores.",
    behind: "Se paga junto con las demás facturas de la corrección",
    credited: "Se abona a la cuenta",
    charged: "Se carga a la cuenta",
    tariff: "Tarifa",
    service_at: "Dirección del servicio",
    bill: "Factura",
    account: "Cuenta",
    outside: "No sujeto a IVA",
    untaxed: "la tarifa no le aplica IVA",
};

pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}
