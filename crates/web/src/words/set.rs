//! What the console says of sets of corrections: those of all accounts on some tariffs.

use meterbook_core::person::Language;

catalogue! {
    sets: "Corrections of many accounts", "Correcciones de muchas cuentas";
    sets_none: "None were begun.", "No se empezó ninguna.";
    set: "Set", "Conjunto";
    set_accounts: "Accounts", "Cuentas";
    set_begun: "Begun", "Empezado";
    set_by_system: "the system", "el sistema";
    set_cancel: "Cancel it", "Cancelarlo";
    set_cancel_says: "What was corrected stays; the rest is not done.", "Lo corregido queda; el resto no se hace.";
    set_cancelled: "Cancelled", "Cancelado";
    set_change: "Change the text", "Cambiar el texto";
    set_counted: "{bills} bills of {accounts} accounts", "{bills} facturas de {accounts} cuentas";
    set_done: "At its end", "Terminado";
    set_done_count: "Done", "Hechas";
    set_each_minute: "a minute", "por minuto";
    set_failed: "could not be made again", "no se pudieron rehacer";
    set_from: "From", "Desde";
    set_left: "Left", "Falta";
    set_left_to_others: "The version is told. Somebody who may correct bills does the rest: bill correct --tariff.", "La versión está dicha. Quien pueda corregir facturas hace el resto: bill correct --tariff.";
    set_looks: "What it would come to", "A cuánto llegaría";
    set_corrects: "Correction", "Corrección";
    set_net: "More and less", "Más y menos";
    set_rests: "Nobody works on it", "Nadie trabaja en él";
    set_rests_says: "It goes on by itself as soon as a program works: serve, meterbook worker, or here:", "Sigue solo en cuanto un programa trabaja: serve, meterbook worker, o aquí:";
    set_waits: "wait for a second person", "esperan a otra persona";
    set_was_cancelled: "The set is cancelled; what was corrected stays.", "El conjunto está cancelado; lo corregido queda.";
    set_who: "Who", "Quién";
    set_workers: "Workers", "Trabajadores";
    set_works: "At work", "En marcha";
    set_soon: "It is being looked at; this page shows what it comes to when that is known.", "Se está mirando; esta página muestra a cuánto llega en cuanto se sepa.";
}
