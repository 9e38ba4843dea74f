//! What an invoice says in words, in English and Spanish.

use meterbook_core::person::Language;

pub(super) struct Words {
    /// Before the day.
    pub(super) due: &'static str,
    /// Before what was owed.
    pub(super) before: &'static str,
    /// Before what is owed in all.
    pub(super) with_it: &'static str,
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
