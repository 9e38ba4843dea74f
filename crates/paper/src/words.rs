//! What a bill says, in every language it comes in. A text without one of them does not compile.

use meterbook_core::person::Language;

macro_rules! catalogue {
    ($($key:ident: $english:literal, $spanish:literal;)*) => {
        /// Every text in one language.
        pub(crate) struct Words {
            /// The language, as HTML and PDF name it.
            pub(crate) code: &'static str,
            /// The names of the months, short.
            pub(crate) months: [&'static str; 12],
            $(pub(crate) $key: &'static str,)*
        }

        const ENGLISH: Words = Words {
            code: "en",
            months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
            $($key: $english,)*
        };
        const SPANISH: Words = Words {
            code: "es",
            months: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
            $($key: $spanish,)*
        };
    };
}

catalogue! {
    account: "Account", "Cuenta";
    accounts: "Accounts", "Cuentas";
    amount_due: "Amount due", "Importe a pagar";
    amount_due_by: "Amount due by", "A pagar hasta el";
    amount_enclosed: "Amount enclosed", "Importe adjunto";
    balance_before: "Balance before new charges", "Saldo antes de los cargos nuevos";
    balance_after: "Balance after this bill", "Saldo después de esta factura";
    bank: "Energy sent back, in {unit}", "Energía devuelta, en {unit}";
    bank_allotted: "received from a community share", "recibido de una parte comunitaria";
    bank_closing: "kept for later bills", "guardado para facturas siguientes";
    bank_credit: "Credit", "Crédito";
    bank_earned: "added", "agregado";
    bank_expired: "expired", "vencido";
    bank_given: "given to subscribers", "dado a suscriptores";
    bank_moved: "goes on to your new service", "pasa a su servicio nuevo";
    bank_opening: "kept before", "guardado antes";
    bank_paid: "paid out", "pagado";
    bank_used: "used on this bill", "usado en esta factura";
    behind_moved: "On the first page of correction {number}", "En la primera página de la corrección {number}";
    behind_said: "Nothing is to be paid on this bill. The first page of correction {number} asks for it together with the others.", "No hay nada que pagar con esta factura. La primera página de la corrección {number} la incluye junto con las demás.";
    behind_with: "Paid with", "Se paga con";
    bill: "Bill", "Factura";
    bill_date: "Bill date", "Fecha de factura";
    bill_number: "Bill number", "Número de factura";
    billed_use: "Billed use", "Consumo facturado";
    billing_period: "Billing period", "Período";
    change_was: "since the last bill", "desde la última factura";
    change_replaced: "against the bill it replaces", "frente a la factura que sustituye";
    charges_in_detail: "Charges in detail", "Cargos en detalle";
    corrected_before: "Balance before the correction", "Saldo antes de la corrección";
    corrected_behind: "The new bills are behind this page. Nothing is to be paid on them: this page asks for all of it, once.", "Las facturas nuevas están detrás de esta página. No hay nada que pagar con ellas: esta página lo incluye todo, una sola vez.";
    corrected_bills: "The corrected bills", "Las facturas corregidas";
    corrected_interest: "Interest on what you paid too much", "Intereses sobre lo que pagó de más";
    corrected_net: "All new bills less all old ones", "Todas las facturas nuevas menos las anteriores";
    corrected_never: "Never charged by an earlier correction", "Nunca cobrado por una corrección anterior";
    corrected_waived: "Not charged, because it is too long ago", "No se cobra, por haber pasado demasiado tiempo";
    correction: "Correction", "Corrección";
    correction_after: "Your account has been changed by this amount; the next bill shows it. Nothing is to be paid on this paper.", "Su cuenta ha cambiado en este importe; la próxima factura lo muestra. No hay nada que pagar con esta nota.";
    correction_date: "Date", "Fecha";
    correction_questions: "Call {phone} or write to {address}, and name the correction.", "Llame al {phone} o escriba a {address} e indique la corrección.";
    correction_why: "Why", "Motivo";
    credit_note: "Credit note", "Nota de crédito";
    credit_sent: "We will send you your credit of {amount}.", "Le enviaremos su saldo a favor de {amount}.";
    credit_label: "Credit balance", "Saldo a favor";
    credit_stays: "Your credit of {amount} stays on your account. Call {phone} to have it sent to you.", "Su saldo a favor de {amount} queda en su cuenta. Llame al {phone} para que se lo enviemos.";
    credit_balance: "You have a credit balance. Nothing is to be paid.", "Tiene saldo a favor. No hay nada que pagar.";
    days: "days", "días";
    demand_billed: "billed", "facturada";
    demand_least: "the tariff bills no less", "la tarifa no factura menos";
    demand_measured: "measured", "medida";
    demand_ratchet: "a share of an earlier, higher demand is billed", "se factura una parte de una demanda anterior más alta";
    detach: "Detach and return this part with your check. Do not staple.", "Separe y envíe esta parte con su cheque. No engrape.";
    dial_passed: "{meter}: the dial passed {most} and went on from zero.", "{meter}: el medidor pasó de {most} y siguió desde cero.";
    difference: "Difference", "Diferencia";
    due_by: "Due by", "Vence el";
    earlier: "earlier entries", "asientos anteriores";
    electric: "Electric", "Electricidad";
    estimated: "estimated", "estimada";
    estimated_ones: "estimated", "estimados";
    final_bill: "Final bill", "Factura final";
    final_said: "This is your final bill.", "Esta es su factura final.";
    final_day: "Service ended on {date}.", "El servicio terminó el {date}.";
    gas: "Gas", "Gas";
    how: "How it is worked out", "Cómo se calcula";
    in_its_place: "in its place", "en su lugar";
    interim_bill: "Bill of the days so far", "Factura de los días hasta ahora";
    intervals: "interval values", "valores por intervalo";
    last_bill: "Last bill", "Última factura";
    last_year: "Same period last year", "El mismo período del año anterior";
    last_year_none: "There is no bill for the same period last year.", "No hay factura del mismo período del año anterior.";
    level: "Budget billing: {level} in place of the new charges", "Cuota fija: {level} en lugar de los cargos nuevos";
    level_always: "A part of that is in the level of each bill.", "Una parte de eso va en la cuota de cada factura.";
    level_even: "So far you have paid what your charges came to.", "Hasta ahora ha pagado lo que sumaron sus cargos.";
    level_less: "So far your charges came to {amount} less than the level.", "Hasta ahora sus cargos sumaron {amount} menos que la cuota.";
    level_more: "So far your charges came to {amount} more than the level.", "Hasta ahora sus cargos sumaron {amount} más que la cuota.";
    level_now: "Budget billing is settled with this bill.", "La cuota fija se liquida con esta factura.";
    level_on: "That is settled with the bill of {month}.", "Eso se liquida con la factura de {month}.";
    level_said: "Budget billing: you pay the level of {level}; the charges of this bill are {amount}.", "Cuota fija: usted paga la cuota de {level}; los cargos de esta factura son {amount}.";
    late_after: "After {date} a late fee of {fee} makes it", "Después del {date}, con un recargo por demora de {fee}, serán";
    late_none: "No late charge is added after {date}.", "Después del {date} no se agrega ningún recargo.";
    meter: "Meter", "Medidor";
    multiplier: "Multiplier", "Multiplicador";
    is_now: "Now", "Ahora";
    adjustment: "Adjustment of correction", "Ajuste de la corrección";
    net_interest: "Interest on what you paid too much: {amount}.", "Intereses sobre lo que pagó de más: {amount}.";
    net_parts: "You may pay the {net} of this correction in {count} parts, a month apart, the first of {amount} by {day}, once you agree to it with us.", "Puede pagar los {net} de esta corrección en {count} cuotas mensuales, la primera de {amount} hasta el {day}, si lo acuerda con nosotros.";
    net_never_charged: "Of what is taken back, an earlier correction never charged {amount}.", "De lo que se retira, una corrección anterior nunca cobró {amount}.";
    net_waived: "Not charged, because it is too long ago: {amount}.", "No se cobra, por haber pasado demasiado tiempo: {amount}.";
    net_less: "Credited to your account", "Abonado a su cuenta";
    net_more: "Added to your account", "Cargado a su cuenta";
    moved: "Paid by account {account}", "Lo paga la cuenta {account}";
    moved_before: "Earlier charges that another account pays", "Cargos anteriores que paga otra cuenta";
    moved_said: "The new charges are on the summary bill of account {account}.", "Los cargos nuevos están en la factura resumen de la cuenta {account}.";
    new_charges: "New charges", "Cargos nuevos";
    once: "Charged once", "Cobrado una vez";
    once_bill: "One-time bill", "Factura única";
    once_total: "Total charged once", "Total cobrado una vez";
    nothing: "Nothing", "Nada";
    number: "Number", "Número";
    only_reads: "Only the reads on this bill changed.", "Sólo cambiaron las lecturas de esta factura.";
    page: "Page", "Página";
    page_of: "of", "de";
    past_due: "Part of this amount is past due.", "Parte de este importe está vencido.";
    past_due_more: "Call us if you need time to pay; we can agree on a plan.", "Llámenos si necesita tiempo para pagar; podemos acordar un plan.";
    payment: "Payment", "Pago";
    plan: "On a payment plan: part {nth} of {of}, {amount} by {date}.", "En un plan de pagos: cuota {nth} de {of}, {amount} hasta el {date}.";
    plan_later: "Beside the amount due, {amount} is paid with later parts, as agreed.", "Además del importe a pagar, {amount} se paga con cuotas posteriores, según lo acordado.";
    plan_row: "Paid with later parts, as agreed", "Se paga con cuotas posteriores, según lo acordado";
    questions: "Questions or a dispute", "Preguntas o reclamos";
    rate: "Rate schedule", "Tarifa";
    read_first: "First read", "Primera lectura";
    read_last: "Last read", "Última lectura";
    read_kind_office: "O: entered at our office, from a card or a call.", "O: anotada en nuestra oficina, de una tarjeta o una llamada.";
    read_kinds: "A: actual read. E: estimated. C: read by the customer. Where interval values were summed, the use is that of every interval of the days shown.", "A: lectura real. E: estimada. C: leída por el cliente. Donde se sumaron valores por intervalo, el consumo es el de cada intervalo de los días indicados.";
    received: "sent back", "devuelto";
    scan: "Scan to pay", "Escanee para pagar";
    scan_or: "or call", "o llame al";
    service_at: "Service at", "Servicio en";
    brought: "Brought forward", "Suma anterior";
    carried: "Carried forward", "Suma y sigue";
    cancelled: "Bill taken back", "Factura anulada";
    settlement: "Settlement of what was kept", "Liquidación de lo guardado";
    reversed: "Payment taken back", "Pago anulado";
    refund: "Refund", "Reembolso";
    transfer: "Transfer", "Traspaso";
    thanks: "Thank you.", "Gracias.";
    summary: "Summary bill", "Factura resumen";
    summary_of: "The bills of your accounts", "Las facturas de sus cuentas";
    summary_rolled: "What these accounts are charged is paid here, and not on their own bills.", "Lo que se cobra a estas cuentas se paga aquí, y no en sus propias facturas.";
    summary_stays: "Each account owes its own bill; what is paid here is for all of them.", "Cada cuenta debe su propia factura; lo que se paga aquí es por todas.";
    taken_back: "taken back", "anulada";
    to_pay: "To pay", "A pagar";
    total: "Total", "Total";
    was: "Before", "Antes";
    this_bill: "This bill", "Esta factura";
    total_of: "{service} total", "Total de {service}";
    use_of: "{service} use", "Consumo de {service}";
    water: "Water", "Agua";
    waste: "Waste", "Residuos";
    ways: "Ways to pay", "Formas de pagar";
    a_day: "{unit} a day", "{unit} por día";
    what_changed: "What changed", "Qué cambió";
    year_before: "{unit}; line is the year before", "{unit}; la línea es el año anterior";
    other_title: "En español", "In English";
    other_text: "Usted debe {amount}, a pagar hasta el {date}. Para recibir su factura en español, llame al {phone}.", "You owe {amount} by {date}. To receive your bill in English, call {phone}.";
    other_credit: "Tiene un saldo a favor de {amount}. No hay nada que pagar. Para recibir su factura en español, llame al {phone}.", "You have a credit balance of {amount}. Nothing is to be paid. To receive your bill in English, call {phone}.";
    other_nothing: "No hay nada que pagar. Para recibir su factura en español, llame al {phone}.", "Nothing is to be paid. To receive your bill in English, call {phone}.";
    why_meter: "a meter, or how many times it counts, was wrong", "un medidor, o las veces que cuenta, no era correcto";
    why_other: "a fact that your bill is made of was wrong", "un dato de su factura no era correcto";
    why_read: "a read of the meter was wrong or estimated", "una lectura del medidor no era correcta o era estimada";
    why_run: "bills were made that should not have been", "se hicieron facturas que no correspondían";
    why_service: "service was billed for other days, or another place, than it was taken", "el servicio se facturó por otros días, o en otro lugar, que los reales";
    why_tampering: "energy was taken past the meter", "se tomó energía sin pasar por el medidor";
    why_tariff: "a tariff, a price or an exemption was not applied as it is", "no se aplicó como corresponde una tarifa, un precio o una exención";
    sheet_done_at: "Done at", "Hecho a las";
    sheet_due: "Due", "Hasta";
    sheet_empty: "There is nothing to do.", "No hay nada que hacer.";
    sheet_last: "Last read", "Última lectura";
    sheet_meter: "Meter", "Medidor";
    sheet_note: "Note", "Nota";
    sheet_now: "Read now", "Lectura de hoy";
    sheet_order: "Order", "Orden";
    sheet_promised: "Promised", "Prometido";
    sheet_unit: "Unit (digits)", "Unidad (cifras)";
}

/// The texts in a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}
