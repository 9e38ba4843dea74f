//! What the console says of work that goes on beside its pages.

use meterbook_core::person::Language;

catalogue! {
    work_as_of: "As of", "Al";
    work_at: "Now", "Ahora";
    work_before: "Took the last time", "Tardó la última vez";
    work_books: "Closing", "Se está cerrando";
    work_broken: "Cut off when the program ended", "Se interrumpió al terminar el programa";
    work_broken_begun: "Begun", "Comenzó";
    work_broken_close: "Nothing of it was kept. Close it again.", "No quedó nada. Ciérrelo otra vez.";
    work_broken_on: "Go on", "Continuar";
    work_broken_review: "What was done stays. Take the steps again, and the rest is done; nothing is done twice.", "Lo hecho queda. Dé los pasos otra vez y se hace el resto; nada se hace dos veces.";
    work_broken_seen: "Went on until", "Siguió hasta";
    work_done: "Done", "Hechas";
    work_each_second: "a second", "por segundo";
    work_ends: "cases that end", "casos que terminan";
    work_left: "Left", "Falta";
    work_look: "looking over all accounts", "se miran todas las cuentas";
    work_looks: "Looking over all accounts", "Se miran todas las cuentas";
    work_notices: "notices once more", "avisos otra vez";
    work_opens: "cases that open", "casos que se abren";
    work_rate: "Rate", "Ritmo";
    work_review: "Taking the steps of tonight", "Se dan los pasos de esta noche";
    work_review_ends: "It goes on when you leave this page. If the program ends meanwhile, what was done stays; take the steps again, and the rest is done.", "Sigue aunque salga de esta página. Si el programa termina mientras tanto, lo hecho queda; dé los pasos otra vez y se hace el resto.";
    work_since: "For", "Desde hace";
    work_month: "Looking at the month", "Se revisa el mes";
    work_ties: "Looking at accounts and payments", "Se miran cuentas y pagos";
    work_unknown: "What came of it is not kept here any more; below is how it stands now.", "Lo que resultó ya no se guarda aquí; abajo está cómo está ahora.";
}
