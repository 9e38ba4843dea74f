//! What is said of a tariff, in every language its customers read. A text without one of them does
//! not compile.

use crate::person::Language;

macro_rules! catalogue {
    ($($key:ident: $english:literal, $spanish:literal;)*) => {
        /// Every text in one language.
        pub(in crate::tariff) struct Words {
            /// The language.
            pub(in crate::tariff) language: Language,
            /// The names of the months.
            pub(in crate::tariff) months: [&'static str; 12],
            /// The kinds of day in the order of [`Days`](crate::tariff::clock::Days).
            pub(in crate::tariff) kinds: [&'static str; 8],
            /// One day of the week, Monday first.
            pub(in crate::tariff) day_names: [&'static str; 7],
            /// First to fourth, and last.
            pub(in crate::tariff) nths: [&'static str; 5],
            $(pub(in crate::tariff) $key: &'static str,)*
        }

        const ENGLISH: Words = Words {
            language: Language::English,
            months: [
                "January", "February", "March", "April", "May", "June", "July", "August",
                "September", "October", "November", "December",
            ],
            kinds: [
                "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays",
                "Sundays", "holidays",
            ],
            day_names: [
                "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
            ],
            nths: ["first", "second", "third", "fourth", "last"],
            $($key: $english,)*
        };
        const SPANISH: Words = Words {
            language: Language::Spanish,
            months: [
                "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                "septiembre", "octubre", "noviembre", "diciembre",
            ],
            kinds: [
                "lunes", "martes", "miércoles", "jueves", "viernes", "sábados", "domingos",
                "feriados",
            ],
            day_names: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
            nths: ["primer", "segundo", "tercer", "cuarto", "último"],
            $($key: $spanish,)*
        };
    };
}

catalogue! {
    all_above: "all above", "todo lo que exceda";
    all_charges_above: "of the charges above", "de los cargos anteriores";
    all_year: "all hours of the year", "todas las horas del año";
    anniversary: "the month before the anniversary", "el mes antes del aniversario";
    at_least: "at least {a} is billed", "se facturan al menos {a}";
    at_most: "at most {a}", "como máximo {a}";
    at_most_day: "at most {a} a day is priced", "se cobra como máximo {a} por día";
    at_most_turn: "at most {a} a month is priced", "se cobra como máximo {a} por mes";
    bank_chosen: "{a}, where the agreement says {b} {c}", "{a}, si el contrato dice {b} {c}";
    bank_energy: "what is left is kept for later bills", "lo que sobra se guarda para facturas futuras";
    bank_energy_by_period: "what is left is kept for later bills, for the hours in which it was sent", "lo que sobra se guarda para facturas futuras, para las horas en que se envió";
    bank_expired_paid: "{a} of what expires is paid", "de lo que vence se paga el {a}";
    bank_expires: "what is kept expires after {a} bills", "lo guardado vence después de {a} facturas";
    bank_keeps: "{a} of it is kept, and the rest lapses", "se guarda el {a}, y el resto se pierde";
    bank_money: "what is left is kept for later bills", "lo que sobra se guarda para facturas futuras";
    bank_next_turn: "it brings down later bills only", "reduce solo facturas posteriores";
    bank_paid: "what is left on the bill for {a} is paid", "lo que queda en la factura de {a} se paga";
    bank_paid_in_part: "{b} of what is left on the bill for {a} is paid, and the rest lapses", "de lo que queda en la factura de {a} se paga el {b}, y el resto se pierde";
    bank_pays: "what is left on the bill for {a} is paid at {b}", "lo que queda en la factura de {a} se paga a {b}";
    bank_settled: "what is left on the bill for {a} lapses", "lo que queda en la factura de {a} se pierde";
    beyond: "only what is beyond {a} of the highest kW", "solo lo que supera el {a} de los kW máximos";
    billed_in: "{a}, billed in {b}", "{a}, se factura en {b}";
    called: "{a} is now called {b}", "{a} ahora se llama {b}";
    charge_ended: "{a} is no longer charged ({b})", "{a} ya no se cobra ({b})";
    charge_new: "{a} is new: {b}", "{a} es nuevo: {b}";
    charges: "Charges", "Cargos";
    clock_ended: "clock {a} is gone", "el horario {a} ya no existe";
    clock_new: "clock {a} is new: {b}", "el horario {a} es nuevo: {b}";
    coincident: "for the mean power in the published peak hours of {a}", "por la potencia media en las horas pico publicadas de {a}";
    condition_ended: "{a}: no longer \"{b}\"", "{a}: ya no \"{b}\"";
    condition_new: "{a}: now \"{b}\"", "{a}: ahora \"{b}\"";
    convert: "1 {a} of the meter is {b} {c}", "1 {a} del medidor es {b} {c}";
    convert_times: "times what the agreement says of {a}", "por lo que el contrato dice de {a}";
    credit: "in the customer's favor, for what is sent back", "a favor del cliente, por lo que se devuelve";
    credit_offsets: "brings down only {a}", "reduce solo {a}";
    demand: "for the highest mean power in one interval", "por la mayor potencia media en un intervalo";
    demand_apparent: "for the highest mean apparent power in one interval", "por la mayor potencia aparente media en un intervalo";
    demand_reactive: "for the highest mean reactive power in one interval", "por la mayor potencia reactiva media en un intervalo";
    difference: "difference", "diferencia";
    each_uses: "each uses {a} a month", "cada uno consume {a} por mes";
    each_uses_by_month: "each uses, from January to December: {a} {b}", "cada uno consume, de enero a diciembre: {a} {b}";
    elect: "A customer may change {a}", "El cliente puede cambiar {a}";
    elect_by: "asked for by {a}", "pedido a más tardar el {a}";
    elect_from: "from {a} on", "a partir del {a}";
    elect_once: "A customer may change {a} once", "El cliente puede cambiar {a} una vez";
    elect_yearly: "A customer may change {a} once a year", "El cliente puede cambiar {a} una vez al año";
    electric: "Electric", "Electricidad";
    election_ended: "no longer: {a}", "ya no: {a}";
    election_new: "now: {a}", "ahora: {a}";
    else_hours: "all other hours", "todas las demás horas";
    event: "on days published as {a}", "en días publicados como {a}";
    event_limit_month: "at most {a} of them a month", "como máximo {a} de ellos al mes";
    event_limit_season: "at most {a} of them a season", "como máximo {a} de ellos por temporada";
    event_limit_year: "at most {a} of them a year", "como máximo {a} de ellos al año";
    example: "On an example customer, {a}: {b} in the year", "Para un cliente de ejemplo, {a}: {b} en el año";
    example_given: "On the given load, {a}: {b} in the year", "Con el consumo dado, {a}: {b} en el año";
    example_needs: "the example customer cannot be billed without {a}; say it: --term {a}=VALUE", "no se puede facturar al cliente de ejemplo sin {a}; indíquelo: --term {a}=VALOR";
    example_none: "the example customer cannot be billed: {a}", "no se puede facturar al cliente de ejemplo: {a}";
    from_through: "In force from {a} through {b}", "Vigente desde el {a} hasta el {b}";
    from_until: "In force from {a}", "Vigente desde el {a}";
    full_first: "owed whole when service begins, and not when it ends", "se debe completo al empezar el servicio, y no al terminar";
    full_last: "owed whole when service ends, and not when it begins", "se debe completo al terminar el servicio, y no al empezar";
    gas: "Gas", "Gas";
    gross: "on all that came, whatever was sent back", "sobre todo lo recibido, sin importar lo devuelto";
    half_even: "Each line is rounded to a cent; half a cent goes to the even cent.", "Cada línea se redondea al centavo; medio centavo va al centavo par.";
    half_up: "Each line is rounded to a cent; half a cent goes away from zero.", "Cada línea se redondea al centavo; medio centavo se aleja de cero.";
    holiday_ended: "no longer a holiday: {a}", "ya no es feriado: {a}";
    holiday_new: "a new holiday: {a}", "un feriado nuevo: {a}";
    holidays: "Holidays, which are no other day of the week: {a}", "Feriados, que no son otro día de la semana: {a}";
    included: "as its own sheet says", "según su propio pliego";
    included_when: "unless the agreement says {a} 0", "salvo que el contrato diga {a} 0";
    instead: "{a}: {b} instead of {c}", "{a}: {b} en lugar de {c}";
    last_month: "the last month of service", "el último mes de servicio";
    least: "the charges above come to this at least", "los cargos anteriores suman al menos esto";
    least_beside: "the charges above come to this at least, credits apart", "los cargos anteriores suman al menos esto, sin contar los créditos";
    least_of_year: "over a year, settled on the bill for {a}", "en un año, se liquida en la factura de {a}";
    limit_day: "to {a} a day", "hasta {a} por día";
    limit_kw: "to {a} for each kW of the billed demand, a month", "hasta {a} por cada kW de la demanda facturada, por mes";
    limit_kw_day: "to {a} for each kW of the billed demand, a day", "hasta {a} por cada kW de la demanda facturada, por día";
    limit_turn: "to {a} a month", "hasta {a} por mes";
    locked: "a customer keeps the version of the first day of service for {a} years", "el cliente conserva la versión del primer día de servicio por {a} años";
    locked_since: "a customer keeps the version of the day that the agreement calls {b} for {a} years", "el cliente conserva por {a} años la versión del día que el contrato llama {b}";
    month_of_term: "the month that the agreement calls {a}", "el mes que el contrato llama {a}";
    name: "name", "nombre";
    net: "net metering", "medición neta";
    net_interval: "What is sent back is set off against use in each interval{a}", "Lo devuelto se compensa con el consumo en cada intervalo{a}";
    net_of: "on what is left after what was sent back is set off", "sobre lo que queda al compensar lo devuelto";
    net_turn: "What is sent back is set off against the use of the month{a}", "Lo devuelto se compensa con el consumo del mes{a}";
    net_within: ", within each period of {a}", ", dentro de cada período de {a}";
    new: "new", "nuevo";
    none: "none", "ninguno";
    nothing: "nothing changed but the first day", "nada cambió salvo el primer día";
    nth_of_month: "the {a} {b} of {c}", "el {a} {b} de {c}";
    observed_beside: "{a} (a Sunday's on Monday, a Saturday's on Friday)", "{a} (si es domingo, el lunes; si es sábado, el viernes)";
    of_these: "of {a}", "de {a}";
    old: "old", "antes";
    order: "the charges stand in another order: {a}", "los cargos están en otro orden: {a}";
    open_to: "Open to", "Abierta a";
    open_to_all: "all customers", "todos los clientes";
    open_to_businesses: "businesses and public bodies", "empresas y entidades públicas";
    open_to_households: "households", "hogares";
    period_ended: "{a} is gone; it was {b}", "{a} ya no existe; era {b}";
    period_moved: "{a} is now {b}; it was {c}", "{a} es ahora {b}; era {c}";
    period_new: "{a} is new: {b}", "{a} es nuevo: {b}";
    power_factor: "a power factor below {a} raises the demand, by the energy of all days", "un factor de potencia menor al {a} eleva la demanda, según la energía de todos los días";
    power_factor_at_peak: "a power factor below {a} raises the demand, by that at the peak", "un factor de potencia menor al {a} eleva la demanda, según el del pico";
    price: "{a}: from {b} to {c}", "{a}: de {b} a {c}";
    ratchet: "never below {a} of the highest demand of the {b} bills before", "nunca menos del {a} de la mayor demanda de las {b} facturas anteriores";
    ratchet_months: "never below {a} of the highest demand in {c} of the {b} bills before", "nunca menos del {a} de la mayor demanda en {c} de las {b} facturas anteriores";
    register_by_days: "What a register counted is shared evenly over the days where a price changes between two reads.", "Lo que contó un registro se reparte por igual entre los días si un precio cambia entre dos lecturas.";
    rounding: "rounding", "redondeo";
    scope_chronological: "all hours fill the tiers together, in the order of time", "todas las horas llenan los tramos juntas, en orden de tiempo";
    scope_per_period: "each period fills tiers of its own", "cada período llena sus propios tramos";
    scope_pro_rata: "all hours fill the tiers together; each tier has the same share of every period", "todas las horas llenan los tramos juntas; cada tramo tiene la misma parte de cada período";
    series: "on top of the price of each interval that is published as {a}", "además del precio de cada intervalo publicado como {a}";
    source: "Source", "Fuente";
    span_dates: "{a} to {b}", "de {a} a {b}";
    span_days: "{a} to {b}", "del {a} al {b}";
    span_hours: "{a} to {b}", "de {a} a {b}";
    share_of: "{a} of {b}", "el {a} de {b}";
    starts_at_none: "without earlier bills there is no such demand", "sin facturas anteriores no hay tal demanda";
    step: "all of the demand has the price of the tier it reaches", "toda la demanda tiene el precio del tramo que alcanza";
    sunday_on_monday: "{a} (a Sunday's on Monday)", "{a} (si es domingo, el lunes)";
    tax: "collected for somebody else", "se cobra por cuenta de otro";
    tier: "tier {a}", "tramo {a}";
    times_each: "for each of: {a}", "por cada uno de: {a}";
    unit: "unit", "unidad";
    unmetered: "for use that nothing measures", "por consumo que nada mide";
    waste: "Waste", "Residuos";
    water: "Water", "Agua";
    weekdays: "Monday to Friday", "de lunes a viernes";
    weekends: "Saturdays and Sundays", "sábados y domingos";
    whole: "owed whole, however few the days", "se debe completo, por pocos que sean los días";
    window: "the mean is over {a} minutes", "la media es de {a} minutos";
    window_sliding: "the mean is over {a} minutes, from each interval on", "la media es de {a} minutos, a partir de cada intervalo";
    window_sliding_by: "the mean is over {a} minutes, from every {b} minutes on", "la media es de {a} minutos, a partir de cada {b} minutos";
    year: "Year", "Año";
    year_pays: "what was sent back over the year beyond what came is paid on the bill for {a}, at the price that is published as {b}", "lo devuelto en el año por encima de lo recibido se paga en la factura de {a}, al precio publicado como {b}";
}

/// The texts in a language.
pub(in crate::tariff) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
    }
}

/// A text with `{a}`, `{b}` and `{c}` filled in, in this order.
pub(in crate::tariff) fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let place = rest[at..].chars().nth(1).and_then(|it| "abc".find(it));
        let value = place.and_then(|it| values.get(it)).expect("a text has a value for each hole");
        filled.push_str(&rest[..at]);
        filled.push_str(value);
        rest = &rest[at + 3..];
    }
    filled + rest
}
