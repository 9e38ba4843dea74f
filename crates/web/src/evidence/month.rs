//! What the checklist of a month finds, and why paper was not sent, in Spanish.

/// English, Spanish.
pub(super) const FOUND: &[(&str, &str)] = &[
    ("every drawer of the month is closed", "todas las cajas del mes están cerradas"),
    ("drawers of the month are open", "hay cajas del mes abiertas"),
    (
        "the ledger has {}; {} examined, and not all of it ties",
        "el libro tiene {}; {} revisados, y no todo cuadra",
    ),
    ("{} examined, and not all of it ties", "{} revisados, y no todo cuadra"),
    ("{} days are closed in it", "{} de sus días están cerrados"),
    (
        "the days of {} are not closed through {}; the last is {}",
        "los días de {} no están cerrados hasta el {}; el último es {}",
    ),
    (
        "{} of {} turns with bills of the month are posted",
        "{} de {} turnos con facturas del mes están registrados",
    ),
    (
        "the turn {} to {} of cycle {} is not posted",
        "el turno del {} al {} del ciclo {} no está registrado",
    ),
    ("{} since {} is nobody's yet: {} ({})", "{} desde el {} no tiene dueño conocido: {} ({})"),
    (
        "the ledger has {}; {} examined, nothing found",
        "el libro tiene {}; {} revisados, nada encontrado",
    ),
    ("{} rules of the books hold", "{} reglas de los libros se cumplen"),
    (
        "{} was used before {} and not billed, {} of it estimated",
        "{} se consumió antes del {} y no se facturó; de ello, {} es estimado",
    ),
    ("of {} days nobody knows what was used", "de {} días nadie sabe lo que se consumió"),
    (
        "{} agreements have days on no bill; what they come to says: {}",
        "{} contratos tienen días sin factura; cuánto suman lo dice: {}",
    ),
    ("{} agreements have days on no bill", "{} contratos tienen días sin factura"),
    ("{} more of them are not named here", "aquí no se nombran {} más"),
    ("bill {} was not sent: {}", "la factura {} no se envió: {}"),
    ("note {} was not sent: {}", "la nota {} no se envió: {}"),
    ("summary {} was not sent: {}", "el resumen {} no se envió: {}"),
    ("letter {} was not sent: {}", "la carta {} no se envió: {}"),
];
