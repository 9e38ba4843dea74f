//! The words of orders as people read them, in English and Spanish; the same on paper and on
//! screen.

use super::{CalledOff, Connected, Hindrance, OrderKind, Priority, State};
use crate::person::Language;

/// The one of two texts in this language.
fn either(language: Language, [english, spanish]: [&'static str; 2]) -> &'static str {
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

impl OrderKind {
    /// What is to be done.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                OrderKind::Connect => ["Connect", "Conectar"],
                OrderKind::Disconnect => ["Disconnect", "Cortar"],
                OrderKind::Reconnect => ["Reconnect", "Reconectar"],
                OrderKind::Read => ["Read meter", "Leer medidor"],
                OrderKind::Reread => ["Read meter again", "Volver a leer"],
                OrderKind::Exchange => ["Exchange meter", "Cambiar medidor"],
                OrderKind::Test => ["Test meter", "Probar medidor"],
                OrderKind::Leak => ["Leak or odour", "Fuga u olor"],
                OrderKind::Inspection => ["Inspection", "Inspección"],
                OrderKind::Maintenance => ["Maintenance", "Mantenimiento"],
                OrderKind::Visit => ["Visit about a debt", "Visita por una deuda"],
            },
        )
    }
}

impl Priority {
    /// How soon.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                Priority::Emergency => ["Emergency", "Emergencia"],
                Priority::Urgent => ["Urgent", "Urgente"],
                Priority::Routine => ["Routine", "Normal"],
            },
        )
    }
}

impl State {
    /// How an order stands.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                State::Open => ["Open", "Abierta"],
                State::Assigned => ["Assigned", "Asignada"],
                State::EnRoute => ["En route", "En camino"],
                State::OnSite => ["On site", "En el lugar"],
                State::NotDone => ["Could not be done", "No se pudo hacer"],
                State::Done => ["Done", "Hecha"],
                State::Cancelled => ["Cancelled", "Anulada"],
            },
        )
    }
}

impl Hindrance {
    /// Why a crew could not do it.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                Hindrance::NoAccess => ["nobody let them in", "nadie abrió"],
                Hindrance::Dog => ["a dog", "un perro"],
                Hindrance::Unsafe => ["not safe", "no era seguro"],
                Hindrance::NotFound => ["not found", "no se encontró"],
                Hindrance::WrongMeter => ["another meter hangs there", "hay otro medidor"],
                Hindrance::Weather => ["the weather", "el tiempo"],
                Hindrance::Refused => ["the customer did not want it", "el cliente no quiso"],
                Hindrance::NoParts => ["something was missing", "faltó material"],
                Hindrance::Other => ["see the note", "ver la nota"],
            },
        )
    }
}

impl CalledOff {
    /// Why an order was called off.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                CalledOff::Paid => ["paid", "pagado"],
                CalledOff::NotNeeded => ["not needed any more", "ya no hace falta"],
                CalledOff::Mistake => ["a mistake", "un error"],
                CalledOff::Customer => ["the customer asked", "lo pidió el cliente"],
                CalledOff::Other => ["see the note", "ver la nota"],
            },
        )
    }
}

impl Connected {
    /// Whether it flows.
    pub fn said(self, language: Language) -> &'static str {
        either(
            language,
            match self {
                Connected::Yes => ["Connected", "Conectado"],
                Connected::No => ["Disconnected", "Cortado"],
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_said_otherwise_in_spanish() {
        let both = |said: &dyn Fn(Language) -> &'static str| {
            assert_ne!(said(Language::English), said(Language::Spanish));
        };
        OrderKind::ALL.iter().for_each(|it| both(&|language| it.said(language)));
        State::ALL.iter().for_each(|it| both(&|language| it.said(language)));
        Priority::ALL.iter().for_each(|it| both(&|language| it.said(language)));
        Hindrance::ALL.iter().for_each(|it| both(&|language| it.said(language)));
        CalledOff::ALL.iter().for_each(|it| both(&|language| it.said(language)));
        Connected::ALL.iter().for_each(|it| both(&|language| it.said(language)));
    }
}
