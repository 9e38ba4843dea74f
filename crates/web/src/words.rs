//! What the console says, in every language it speaks. A text without one of them does not compile.

use meterbook_core::person::Language;

macro_rules! catalogue {
    ($($key:ident: $english:literal, $spanish:literal;)*) => {
        /// Every text in one language.
        pub(crate) struct Words {
            /// The language, as HTML names it.
            pub(crate) code: &'static str,
            $(pub(crate) $key: &'static str,)*
        }

        const ENGLISH: Words = Words { code: "en", $($key: $english,)* };
        const SPANISH: Words = Words { code: "es", $($key: $spanish,)* };
    };
}

catalogue! {
    account: "Account", "Cuenta";
    actions: "Actions", "Acciones";
    active: "Active", "Activa";
    add_note: "Add a note", "Agregar una nota";
    address: "Address", "Dirección";
    amount: "Amount", "Importe";
    amount_due: "Amount due", "Importe a pagar";
    balance: "Balance", "Saldo";
    bank: "Bank transfer", "Transferencia";
    bill: "Bill", "Factura";
    bill_date: "Bill date", "Fecha de factura";
    bill_page: "Newest bill", "Última factura";
    billed_to: "Billed to", "Facturado a";
    bills: "Bills", "Facturas";
    card: "Card", "Tarjeta";
    cash: "Cash", "Efectivo";
    change: "Change", "Cambio";
    charges: "New charges", "Cargos nuevos";
    check: "Check", "Cheque";
    closed: "Closed", "Cerrada";
    commercial: "Commercial", "Comercial";
    customers: "Customers", "Clientes";
    cycle: "Cycle", "Ciclo";
    customer_since: "Customer since", "Cliente desde";
    date: "Date", "Fecha";
    day: "Day it counts from", "Día desde el que cuenta";
    days: "days", "días";
    derivation: "How this amount came about", "Cómo resulta este importe";
    due: "due", "vence";
    electric: "Electric", "Electricidad";
    entry: "Entry", "Asiento";
    estimated: "estimated", "estimado";
    exact: "before rounding", "antes de redondear";
    from: "from", "desde";
    gas: "Gas", "Gas";
    help: "Keys", "Teclas";
    history: "History", "Historial";
    how_paid: "How it was paid", "Cómo se pagó";
    interval_note: "Intervals summed", "Intervalos sumados";
    key_bill: "Newest bill", "Última factura";
    key_find: "Find a customer", "Buscar un cliente";
    key_help: "These keys", "Estas teclas";
    key_note: "Write a note", "Escribir una nota";
    key_pay: "Take a payment", "Registrar un pago";
    last_bill: "Last bill", "Última factura";
    last_payment: "Last payment", "Último pago";
    ledger: "Account ledger", "Libro de la cuenta";
    line: "line", "línea";
    meter: "Meter", "Medidor";
    months: "Use by bill", "Consumo por factura";
    multiplier: "Multiplier", "Multiplicador";
    name: "Name", "Nombre";
    next_bill: "Next bill", "Próxima factura";
    no_bill: "No bill yet", "Sin factura todavía";
    none_yet: "none yet", "ninguno todavía";
    note_kept: "The note is kept.", "La nota está guardada.";
    nothing_found: "Nothing was found. Try less of it: part of a name, the house number, the last digits of a telephone number.",
        "No se encontró nada. Pruebe con menos: parte de un nombre, el número de la casa, las últimas cifras de un teléfono.";
    number: "Number", "Número";
    other_language: "Español", "English";
    other_page: "There is no such page.", "No existe esa página.";
    paid: "The payment is posted.", "El pago está registrado.";
    password: "Password", "Contraseña";
    past_due: "Past due", "Vencido";
    payment: "Payment", "Pago";
    payments: "Payments", "Pagos";
    post_payment: "Post payment", "Registrar pago";
    rate: "Rate", "Tarifa";
    reads: "Reads", "Lecturas";
    reference: "Check number or bank reference", "Número de cheque o referencia bancaria";
    refused: "That cannot be done", "Eso no se puede hacer";
    residential: "Residential", "Residencial";
    rounding: "rounding", "redondeo";
    rule: "Rule", "Regla";
    save: "Save", "Guardar";
    search_hint: "Name, address, account, meter, phone, e-mail or bill number", "Nombre, dirección, cuenta, medidor, teléfono, correo o número de factura";
    service: "Service", "Servicio";
    services: "Services", "Servicios";
    show_all: "Show all", "Mostrar todo";
    sign_in: "Sign in", "Entrar";
    sign_out: "Sign out", "Salir";
    skip: "Skip to the page", "Ir a la página";
    take_payment: "Take payment", "Registrar pago";
    times_local: "Times in utility local time", "Horas locales de la empresa";
    too_many: "Too many wrong passwords. Wait a minute and try again.", "Demasiadas contraseñas incorrectas. Espere un minuto y pruebe otra vez.";
    total: "Total", "Total";
    use_word: "Use", "Consumo";
    user: "User name", "Usuario";
    water: "Water", "Agua";
    waste: "Waste", "Residuos";
    what_changed: "What changed since the last bill", "Qué cambió desde la última factura";
    what_said: "What was said or done", "Qué se dijo o se hizo";
    wrong: "The name or the password is wrong.", "El nombre o la contraseña es incorrecto.";
}

/// The texts in a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}
