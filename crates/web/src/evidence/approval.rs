//! What waits for a second person, in Spanish: to what it is to be done. Each is a sentence with its holes, what
//! says more before what says less.

pub(super) const ASKED: &[(&str, &str)] = &[
    ("account {}, to be owed by {}", "cuenta {}, que la deba {}"),
    ("account {}, bill {}, turn {}", "cuenta {}, factura {}, período {}"),
    ("account {}, cash {} of {}", "cuenta {}, efectivo {} del {}"),
    ("account {}, check {} of {}", "cuenta {}, cheque {} del {}"),
    ("account {}, card {} of {}", "cuenta {}, tarjeta {} del {}"),
    ("account {}, bank {} of {}", "cuenta {}, banco {} del {}"),
    ("account {}, debit {} of {}", "cuenta {}, débito {} del {}"),
    ("account {} to {}, {}", "cuenta {} a {}, {}"),
    ("account {}: {} bills, {} from {} on", "cuenta {}: {} facturas, {} desde el {}"),
    ("account {}: {} bill, {} from {} on", "cuenta {}: {} factura, {} desde el {}"),
    ("account {}: {} taken back: {}", "cuenta {}: {} anulada: {}"),
    ("account {}, by {} until {}", "cuenta {}, de {} hasta el {}"),
    ("account {}, in {} parts", "cuenta {}, en {} partes"),
    ("account {}, in {} part", "cuenta {}, en {} parte"),
    ("account {}, {}", "cuenta {}, {}"),
    ("account {}: {}", "cuenta {}: {}"),
    ("account {}", "cuenta {}"),
    ("{} small balances of closed accounts", "{} saldos menores de cuentas cerradas"),
    ("{} small balance of closed accounts", "{} saldo menor de cuentas cerradas"),
    ("{} credits that nobody claimed", "{} créditos que nadie reclamó"),
    ("{} credit that nobody claimed", "{} crédito que nadie reclamó"),
    ("{} credits to the state as {}", "{} créditos para el estado como {}"),
    ("{} credit to the state as {}", "{} crédito para el estado como {}"),
    ("{} held since {}: {}", "{} retenido desde el {}: {}"),
    ("{}, {} debits, {}, to settle on {}", "{}, {} débitos, {}, que se liquidan el {}"),
    ("file {}, {} debits, {}", "archivo {}, {} débitos, {}"),
    ("file {}, {} debit, {}", "archivo {}, {} débito, {}"),
    ("{}; before: {}; {} bills, {}: {}", "{}; antes: {}; {} facturas, {}: {}"),
    ("{}; before: {}; {} bill, {}: {}", "{}; antes: {}; {} factura, {}: {}"),
    ("{} pieces by {} for {} papers of {}", "{} envíos por {} de {} papeles del {}"),
    (
        "meter {} at service point {}, {} times instead of {} from {}: {}",
        "medidor {} del punto de servicio {}, {} veces en lugar de {} desde el {}: {}",
    ),
    (
        "{} meters, {} times instead of {} since they were hung: {}",
        "{} medidores, {} veces en lugar de {} desde que se instalaron: {}",
    ),
    (
        "{} meter, {} times instead of {} since they were hung: {}",
        "{} medidor, {} veces en lugar de {} desde que se instaló: {}",
    ),
    ("{} to {}", "{} a {}"),
    ("{} from {}", "{} de {}"),
];

/// The parts of what is said of a turn that waits to be released, which stand one behind the other.
pub(super) const RELEASED: &[(&str, &str)] = &[
    ("cycle {} for {} to {}: {} bills for {}", "ciclo {} del {} al {}: {} facturas por {}"),
    ("cycle {} for {} to {}: {} bill for {}", "ciclo {} del {} al {}: {} factura por {}"),
    ("they keep the days planned for them, {} and {}", "conservan los días planificados, {} y {}"),
    (
        "bills of {} to {}: {} of all instead of {} the turn before",
        "facturas de {} a {}: {} de todas en lugar de {} en el período anterior",
    ),
    (
        "bills of {} to {}: {} of all instead of {} a year before",
        "facturas de {} a {}: {} de todas en lugar de {} un año antes",
    ),
    (
        "bills of {}: {} of all instead of {} the turn before",
        "facturas de {}: {} de todas en lugar de {} en el período anterior",
    ),
    (
        "bills of {}: {} of all instead of {} a year before",
        "facturas de {}: {} de todas en lugar de {} un año antes",
    ),
    (
        "agreements: {} instead of {} the turn before",
        "contratos: {} en lugar de {} en el período anterior",
    ),
    ("agreements: {} instead of {} a year before", "contratos: {} en lugar de {} un año antes"),
    ("total: {} instead of {} the turn before", "total: {} en lugar de {} en el período anterior"),
    ("total: {} instead of {} a year before", "total: {} en lugar de {} un año antes"),
    (
        "mean: {} instead of {} the turn before",
        "promedio: {} en lugar de {} en el período anterior",
    ),
    ("mean: {} instead of {} a year before", "promedio: {} en lugar de {} un año antes"),
    (
        "mean of {}: {} instead of {} the turn before",
        "promedio de {}: {} en lugar de {} en el período anterior",
    ),
    (
        "mean of {}: {} instead of {} a year before",
        "promedio de {}: {} en lugar de {} un año antes",
    ),
    (
        "use of {}: {} instead of {} the turn before",
        "consumo en {}: {} en lugar de {} en el período anterior",
    ),
    ("use of {}: {} instead of {} a year before", "consumo en {}: {} en lugar de {} un año antes"),
    (
        "tariff of {}: {} instead of {} the turn before",
        "tarifa {}: {} en lugar de {} en el período anterior",
    ),
    ("tariff of {}: {} instead of {} a year before", "tarifa {}: {} en lugar de {} un año antes"),
    ("more than {} points", "más de {} puntos"),
    ("more than {} %", "más del {} %"),
];
