//! The history of an account, a premise or a meter: one change after the other, each with who made
//! it, when, what was before and after, and why.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::about::About;
use crate::person::Language;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day from which it holds, or on which it happened.
    pub on: Date,
    /// When it was written down, where that is known.
    pub at: Option<Timestamp>,
    /// Who did it; `None` for the system itself.
    pub by: Option<String>,
    /// What changed.
    pub change: Change,
    /// The thing it happened to.
    pub about: About,
    /// What was before; empty when nothing was.
    pub before: String,
    /// What is after; empty when nothing is.
    pub after: String,
    /// Why, as far as somebody said.
    pub why: String,
}

/// What may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An account was opened.
    AccountOpened,
    /// A premise came into the record.
    PremiseAdded,
    /// A meter came into the record.
    MeterAdded,
    /// Service began.
    ServiceStarted,
    /// Service ended.
    ServiceStopped,
    /// A meter was hung.
    MeterHung,
    /// A meter came down.
    MeterRemoved,
    /// An agreement says something else of itself.
    TermSet,
    /// Something that bills were made of was told otherwise.
    ToldOtherwise,
    /// A bill was posted.
    Billed,
    /// A bill was taken back.
    TakenBack,
    /// A bill went to somebody, came back, or was lost.
    Delivered,
    /// A payment was posted.
    Paid,
    /// A payment was taken back on the day it was taken.
    PaymentVoided,
    /// A payment came back.
    PaymentReturned,
    /// A payment went to another account.
    PaymentMoved,
    /// There was a contact with the customer.
    Said,
    /// A task was raised.
    TaskRaised,
    /// A task was closed, put off or taken back.
    TaskMoved,
    /// Another act on the account, by its own name.
    Acted,
}

words! {
    Change {
        AccountOpened = "account opened", PremiseAdded = "premise added",
        MeterAdded = "meter added", ServiceStarted = "service started",
        ServiceStopped = "service stopped", MeterHung = "meter hung",
        MeterRemoved = "meter removed", TermSet = "term set",
        ToldOtherwise = "told otherwise", Billed = "billed", TakenBack = "taken back",
        Delivered = "delivered", Paid = "paid", PaymentVoided = "payment voided",
        PaymentReturned = "payment returned", PaymentMoved = "payment moved",
        Said = "contact", TaskRaised = "task raised", TaskMoved = "task", Acted = "act",
    }
}

impl Change {
    /// What it is called.
    pub const fn name(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Change::AccountOpened => ("Account opened", "Cuenta abierta"),
            Change::PremiseAdded => ("Premise added", "Inmueble agregado"),
            Change::MeterAdded => ("Meter added", "Medidor agregado"),
            Change::ServiceStarted => ("Service started", "Servicio iniciado"),
            Change::ServiceStopped => ("Service stopped", "Servicio terminado"),
            Change::MeterHung => ("Meter hung", "Medidor instalado"),
            Change::MeterRemoved => ("Meter removed", "Medidor retirado"),
            Change::TermSet => ("Term set", "Condición fijada"),
            Change::ToldOtherwise => ("Told otherwise", "Dicho de otro modo"),
            Change::Billed => ("Billed", "Facturado"),
            Change::TakenBack => ("Bill taken back", "Factura retirada"),
            Change::Delivered => ("Bill sent", "Factura enviada"),
            Change::Paid => ("Paid", "Pagado"),
            Change::PaymentVoided => ("Payment voided", "Pago anulado"),
            Change::PaymentReturned => ("Payment returned", "Pago devuelto"),
            Change::PaymentMoved => ("Payment moved", "Pago trasladado"),
            Change::Said => ("Contact", "Contacto"),
            Change::TaskRaised => ("Task raised", "Tarea creada"),
            Change::TaskMoved => ("Task", "Tarea"),
            Change::Acted => ("Act", "Acto"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

/// Puts the newest first: by the day it holds from, then by when it was written down.
pub fn newest_first(events: &mut [Event]) {
    events.sort_by_key(|it| std::cmp::Reverse((it.on, it.at)));
}
