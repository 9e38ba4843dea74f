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
    act_give_role: "Give role", "Dar función";
    act_grant: "Grant to role", "Agregar a la función";
    act_let_in_again: "Let in again", "Admitir de nuevo";
    act_revoke: "Take from role", "Quitar de la función";
    act_take_role: "Take role", "Quitar función";
    actions: "Actions", "Acciones";
    active: "Active", "Activa";
    add_note: "Add a note", "Agregar una nota";
    address: "Address", "Dirección";
    agree: "Agree, and have it done", "Estar de acuerdo y hacerlo";
    agreements: "Agreements", "Contratos";
    amount: "Amount", "Importe";
    amount_due: "Amount due", "Importe a pagar";
    approval_given: "It is done, by both of you.", "Está hecho, por ustedes dos.";
    approval_refused: "It was not done, and waits no more.", "No se hizo y ya no espera.";
    approvals: "Approvals", "Aprobaciones";
    balance: "Balance", "Saldo";
    bank: "Bank transfer", "Transferencia";
    bank_allotted: "Received from a community share", "Recibido de una parte comunitaria";
    bank_closing: "Sent back, kept for later bills", "Devuelto, guardado para facturas siguientes";
    bank_earned: "Sent back, added", "Devuelto, agregado";
    bank_expired: "Sent back, expired", "Devuelto, vencido";
    bank_given: "Sent back, given to subscribers", "Devuelto, dado a suscriptores";
    bank_opening: "Sent back, kept before", "Devuelto, guardado antes";
    bank_paid: "Sent back, paid out", "Devuelto, pagado";
    bank_used: "Sent back, used on this bill", "Devuelto, usado en esta factura";
    credit_closing: "Credit, kept for later bills", "Crédito, guardado para facturas siguientes";
    credit_earned: "Credit, added", "Crédito, agregado";
    credit_expired: "Credit, expired", "Crédito, vencido";
    credit_opening: "Credit, kept before", "Crédito, guardado antes";
    credit_paid: "Credit, paid out", "Crédito, pagado";
    credit_used: "Credit, used on this bill", "Crédito, usado en esta factura";
    bill: "Bill", "Factura";
    bill_date: "Bill date", "Fecha de factura";
    bill_cycles: "Newest turns of the bill cycles", "Últimos períodos de los ciclos de facturación";
    bill_page: "Newest bill", "Última factura";
    billed: "Billed", "Facturados";
    billed_to: "Billed to", "Facturado a";
    bills: "Bills", "Facturas";
    card: "Card", "Tarjeta";
    cash: "Cash", "Efectivo";
    change: "Change", "Cambio";
    charges: "New charges", "Cargos nuevos";
    charged: "Bills come to", "Total facturado";
    check: "Check", "Cheque";
    checking: "being checked", "en revisión";
    closed: "Closed", "Cerrada";
    commercial: "Commercial", "Comercial";
    customers: "Customers", "Clientes";
    cycle: "Cycle", "Ciclo";
    customer_since: "Customer since", "Cliente desde";
    date: "Date", "Fecha";
    day: "Day it counts from", "Día desde el que cuenta";
    days: "days", "días";
    derivation: "How this amount came about", "Cómo resulta este importe";
    done: "done", "terminado";
    difference: "Difference", "Diferencia";
    due: "due", "vence";
    email: "E-mail", "Correo";
    electric: "Electric", "Electricidad";
    entry: "Entry", "Asiento";
    estimated: "estimated", "estimado";
    exact: "before rounding", "antes de redondear";
    exempt: "Exempt", "Exentos";
    failed: "Something went wrong on our side and nothing was changed. It was written to the log.", "Algo falló de nuestro lado y no se cambió nada. Está anotado en el registro.";
    find: "Find", "Buscar";
    find_title: "Find a customer", "Buscar un cliente";
    find_what: "Type what you have: part of a name or an address, an account or bill number, a meter, a telephone number, an e-mail address. Several words narrow it down.",
        "Escriba lo que tenga: parte de un nombre o una dirección, un número de cuenta o de factura, un medidor, un teléfono, un correo. Varias palabras lo precisan.";
    from: "from", "desde";
    gas: "Gas", "Gas";
    held: "Held", "Retenidos";
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
    nobody_served: "Nobody is served here", "Nadie recibe servicio aquí";
    no_bill: "No bill yet", "Sin factura todavía";
    none_said: "Nothing was said or done yet.", "Todavía no se dijo ni se hizo nada.";
    none_yet: "none yet", "ninguno todavía";
    note_kept: "The note is kept.", "La nota está guardada.";
    nothing_found: "Nothing was found. Try less of it: part of a name, the house number, the last digits of a telephone number.",
        "No se encontró nada. Pruebe con menos: parte de un nombre, el número de la casa, las últimas cifras de un teléfono.";
    nothing_waits: "Nothing waits for a second person.", "Nada espera a una segunda persona.";
    number: "Number", "Número";
    other_language: "Español", "English";
    other_page: "There is no such page.", "No existe esa página.";
    paid: "The payment is posted.", "El pago está registrado.";
    password: "Password", "Contraseña";
    past_due: "Past due", "Vencido";
    parcel: "Parcel", "Parcela";
    payment: "Payment", "Pago";
    payments: "Payments", "Pagos";
    period: "Period", "Período";
    phone: "Telephone", "Teléfono";
    posting: "being posted", "en registro";
    post_payment: "Post payment", "Registrar pago";
    premise: "Premise", "Inmueble";
    rate: "Rate", "Tarifa";
    reads: "Reads", "Lecturas";
    reference: "Check number or bank reference", "Número de cheque o referencia bancaria";
    refuse: "Refuse", "Rechazar";
    refused: "That cannot be done", "Eso no se puede hacer";
    residential: "Residential", "Residencial";
    role_may_not: "Your role may not do this; ask an administrator.", "Su función no permite esto; pida ayuda a un administrador.";
    rounding: "rounding", "redondeo";
    rule: "Rule", "Regla";
    save: "Save", "Guardar";
    search_hint: "Name, address, account, meter, phone, e-mail, bill or check number", "Nombre, dirección, cuenta, medidor, teléfono, correo, número de factura o de cheque";
    service: "Service", "Servicio";
    service_point: "Service point", "Punto de servicio";
    services: "Services", "Servicios";
    settlement: "Settlement of what was kept", "Liquidación de lo guardado";
    show_all: "Show all", "Mostrar todo";
    sign_in: "Sign in", "Entrar";
    sign_out: "Sign out", "Salir";
    skip: "Skip to the page", "Ir a la página";
    stands: "Stands", "Estado";
    take_back: "Take it back", "Retirarlo";
    take_payment: "Take payment", "Registrar pago";
    times_local: "Times in utility local time", "Horas locales de la empresa";
    too_many: "Too many wrong passwords. Wait a minute and try again.", "Demasiadas contraseñas incorrectas. Espere un minuto y pruebe otra vez.";
    total: "Total", "Total";
    use_word: "Use", "Consumo";
    user: "User name", "Usuario";
    waits_for_second: "The payment is above what you may take alone. It waits for a second person and is posted when they agree.", "El pago supera lo que puede cobrar sin otra persona. Espera a una segunda y se asienta cuando ella esté de acuerdo.";
    water: "Water", "Agua";
    waste: "Waste", "Residuos";
    choose: "Choose", "Elegir";
    evidence: "What was seen", "Qué se vio";
    held_by: "works on it:", "trabaja en ella:";
    key_move: "Next and previous task", "Tarea siguiente y anterior";
    key_resolve: "resolve in this way", "resolver de esta manera";
    keys_off: "Turn single-letter keys off", "Desactivar las teclas de una letra";
    keys_on: "Turn single-letter keys on", "Activar las teclas de una letra";
    look_again: "Look again", "Revisar otra vez";
    next: "Next", "Siguiente";
    nobody: "Nobody", "Nadie";
    no_tasks_wait: "Nothing waits for a person. What is held, rejected or missing appears here after the next look.", "Nada espera a una persona. Lo retenido, rechazado o faltante aparece aquí tras la próxima revisión.";
    open_queue: "Open the queue", "Abrir la lista";
    previous: "Previous", "Anterior";
    say_why: "Why", "Por qué";
    served_on: "Who was served on a day", "A quién se servía un día";
    show_day: "Show this day", "Mostrar este día";
    take_task: "Take it", "Tomarla";
    take_task_effect: "For 15 minutes nobody else resolves it.", "Durante 15 minutos nadie más la resuelve.";
    task_again: "its cause is there again", "su causa está otra vez";
    task_assigned: "given to", "asignada a";
    task_closed: "Closed.", "Cerrada.";
    task_gone: "its cause is gone", "su causa ya no está";
    task_kind: "Type", "Tipo";
    task_kinds: "Types of tasks", "Tipos de tareas";
    task_put_off: "Put off. It is back in three days.", "Aplazada. Vuelve en tres días.";
    task_raised: "raised", "creada";
    task_scanned: "The record was looked over.", "Se revisó el registro.";
    task_still: "It was billed again, and is still held for the reason below.", "Se facturó otra vez y sigue retenida por el motivo de abajo.";
    task_taken: "It is yours for 15 minutes.", "Es suya durante 15 minutos.";
    task_undo_done: "Taken back. It is open again.", "Deshecho. Está abierta otra vez.";
    task_undone: "taken back:", "deshecho:";
    tasks: "Tasks", "Tareas";
    the_system: "system", "sistema";
    timeline: "Whole history", "Historial completo";
    undo: "Undo", "Deshacer";
    where_word: "Where", "Dónde";
    who: "Who", "Quién";
    all: "All", "Todas";
    why: "Why", "Por qué";
    what_changed: "What changed since the last bill", "Qué cambió desde la última factura";
    what_said: "What was said or done", "Qué se dijo o se hizo";
    why_found: "Why it was found", "Por qué se encontró";
    work_order: "Work order", "Orden de trabajo";
    wrong: "The name or the password is wrong.", "El nombre o la contraseña es incorrecto.";
    order_about: "For the crew", "Para la cuadrilla";
    order_all: "All", "Todas";
    order_assign: "Assign", "Asignar";
    order_cancel: "Call off", "Anular";
    order_could_not: "Could not be done", "No se pudo hacer";
    order_created: "Written down", "Anotada";
    order_crew: "Crew", "Cuadrilla";
    order_day: "Day", "Día";
    order_due: "Due", "Hasta";
    order_en_route: "Crew is en route", "La cuadrilla está en camino";
    order_flows: "Service point", "Punto de servicio";
    order_kind: "What is to be done", "Qué hay que hacer";
    order_none: "No such order is open.", "No hay órdenes así abiertas.";
    order_note: "Note", "Nota";
    order_off_below: "Called off when less is past due than", "Se anula si lo vencido es menos de";
    order_on_site: "Crew is on site", "La cuadrilla llegó";
    order_overdue: "Overdue", "Atrasada";
    order_photos: "Photos", "Fotos";
    order_priority: "Priority", "Prioridad";
    order_promised: "Promised", "Prometido";
    order_reopen: "Open again", "Abrir de nuevo";
    order_reopened: "Opened again", "Abierta de nuevo";
    order_skills: "Needs", "Requiere";
    order_unassign: "Take from the crew", "Quitar a la cuadrilla";
    order_unassigned: "Taken from the crew", "Quitada a la cuadrilla";
    order_unit: "Unit", "Unidad";
    order_word: "Order", "Orden";
    orders: "Field orders", "Órdenes de campo";
}

/// The texts in a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}
