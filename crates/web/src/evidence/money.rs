//! What acts on money refuse and find, in Spanish: payments, drawers, suspense, credit, collections,
//! direct debit, closing. Each is a sentence with its holes.

/// What is found: why an account is not cut off, why a debit is held, what a checklist says.
pub(super) const SENTENCES: &[(&str, &str)] = &[
    ("cuts are stopped: {}", "los cortes están detenidos: {}"),
    ("{} is past due, and a case takes {}", "hay {} vencidos, y un caso requiere {}"),
    ("no rule opens a case for its class", "ninguna regla abre un caso para su clase"),
    ("no step was taken yet", "todavía no se dio ningún paso"),
    (
        "the last step was {} on {}; a cut was not ordered yet",
        "el último paso fue {} el {}; todavía no se ordenó un corte",
    ),
    ("no notice of the cut was written", "no se escribió ningún aviso del corte"),
    (
        "{} is left of what the notice of {} named, too little for a cut; what came due since takes a notice of its own",
        "quedan {} de lo que nombró el aviso del {}, muy poco para un corte; lo que venció después requiere su propio aviso",
    ),
    ("the notice of {} did not go out yet", "el aviso del {} todavía no salió"),
    ("the notice of {} came back", "el aviso del {} fue devuelto"),
    (
        "the notice went out on {}; nobody is cut off before {}",
        "el aviso salió el {}; no se corta antes del {}",
    ),
    ("the notice went out on {}, and is good for {} days", "el aviso salió el {} y vale {} días"),
    (
        "call {}, {}, in {}: {} is past due since {}; the last step was {} on {}",
        "llame a {}, {}, en {}: hay {} vencidos desde el {}; el último paso fue {} el {}",
    ),
    (
        "call {}, {}, in {}: {} is past due since {}",
        "llame a {}, {}, en {}: hay {} vencidos desde el {}",
    ),
    ("paid in parts as agreed on {}", "se paga en partes como se acordó el {}"),
    ("the customer disputes a bill", "el cliente reclama una factura"),
    ("no day on which anybody is cut off, friday", "no es día en que se corte a nadie: viernes"),
    (
        "no day on which anybody is cut off, weekend",
        "no es día en que se corte a nadie: fin de semana",
    ),
    ("no day on which anybody is cut off, holiday", "no es día en que se corte a nadie: feriado"),
    (
        "no day on which anybody is cut off, eve",
        "no es día en que se corte a nadie: víspera de feriado",
    ),
    ("the season", "la temporada"),
    ("at any time", "en todo momento"),
    ("{} F at the lowest in {}, by {}", "mínima de {} F en {}, según {}"),
    ("{} F at the lowest in {}", "mínima de {} F en {}"),
    ("{} F at the highest in {}, by {}", "máxima de {} F en {}, según {}"),
    ("{} F at the highest in {}", "máxima de {} F en {}"),
    ("an alert of {} in {}, by {}", "una alerta del {} en {}, según {}"),
    ("an alert of {} in {}", "una alerta del {} en {}"),
    (
        "the oldest was due on {}, less than {} days ago",
        "lo más antiguo venció el {}, hace menos de {} días",
    ),
    ("{} is past due, less than {}", "hay {} vencidos, menos de {}"),
    ("no bill of service is past due", "no hay vencida ninguna factura de servicio"),
    (
        "only {} of it is of bills of service, and a cut takes {}",
        "solo {} de ello son de facturas de servicio, y un corte requiere {}",
    ),
    ("unless {}, {} business days before", "salvo que {}, {} días hábiles antes"),
    ("unless {}", "salvo que {}"),
    ("the service heats the home", "el servicio calienta la vivienda"),
    ("a small child lives there", "allí vive un niño pequeño"),
    ("elderly people live there", "allí viven personas mayores"),
    ("somebody is disabled", "alguien tiene una discapacidad"),
    ("somebody is seriously ill", "alguien está gravemente enfermo"),
    ("a concession is applied for", "se solicitó una bonificación"),
    ("the customer came about it", "el cliente vino por ello"),
    ("the customer was told", "se avisó al cliente"),
    ("a notice offered parts", "un aviso ofreció pagar en partes"),
    ("the occupant was told", "se avisó al ocupante"),
    ("letters go elsewhere", "las cartas van a otra dirección"),
    ("a plan is kept", "se cumple un plan de pagos"),
    ("{} was paid on {}", "se pagaron {} el {}"),
    ("it was taken already", "ya se cobró"),
    ("part {} of {}", "parte {} de {}"),
    ("a debit came back and is still owed", "un débito fue devuelto y todavía se debe"),
    (
        "it came back and is tried again from {} on",
        "fue devuelto y se intenta otra vez desde el {}",
    ),
    ("it is paid in parts as agreed", "se paga en partes según lo acordado"),
    ("they pay in cash only, until {}", "paga solo en efectivo, hasta el {}"),
    ("the mandate was not tried; see: debit prenote", "el mandato no se probó"),
    ("the mandate is being tried until {}", "el mandato se está probando hasta el {}"),
    ("the customer agreed to {} at most", "el cliente aceptó {} como máximo"),
    ("their bills usually come to {}", "sus facturas suelen sumar {}"),
    ("{} promised {}", "{} prometió {}"),
    ("{} bills in a row were paid in time", "{} facturas seguidas se pagaron a tiempo"),
    ("it is held since {}", "se retiene desde el {}"),
    ("{} entries, debits {}, credits {}", "{} asientos, débitos {}, créditos {}"),
    ("every drawer of the day is closed", "todas las cajas del día están cerradas"),
    ("{} examined, nothing found", "{} revisados, nada encontrado"),
    (
        "the customer agreed to {} at most, and {} of it is taken on that day; it waits for another day",
        "el cliente aceptó {} como máximo, y ese día ya se cobran {}; espera a otro día",
    ),
    ("it is cut off already, by order {}", "ya está cortado, por la orden {}"),
    ("{} is held for nobody", "{} sin dueño conocido"),
    (
        "over or short in drawers: {} of cash, {} of checks",
        "sobra o falta en las cajas: {} de efectivo, {} de cheques",
    ),
    ("{} of cash is in no drawer", "{} en efectivo no está en ninguna caja"),
    ("drawer {} of {} is open since {}", "la caja {} de {} está abierta desde el {}"),
    ("the entries are out of balance by {}", "los asientos no cuadran por {}"),
    ("entry {}, all since entry {}", "asiento {}, todo desde el asiento {}"),
    ("entry {}", "asiento {}"),
    ("nobody paid in time", "nadie pagó a tiempo"),
    ("the card was refused", "la tarjeta fue rechazada"),
    ("the provider never heard of it", "el proveedor nunca supo de él"),
    ("the provider does not know it any more", "el proveedor ya no lo conoce"),
];

/// What is refused.
pub(super) const REFUSALS: &[(&str, &str)] = &[
    (
        "banks do not settle on {}; the next day on which they do is {}",
        "los bancos no liquidan el {}; el próximo día en que lo hacen es el {}",
    ),
    (
        "debits are stopped: {}; let them go on first: meterbook debit go",
        "los débitos están detenidos: {}; permítalos antes",
    ),
    ("{} is no amount; write it like 87.45", "{} no es un importe; escríbalo como 87.45"),
    (
        "amounts are in {} and not in {}; write it like 87.45",
        "los importes están en {} y no en {}; escríbalo como 87.45",
    ),
    ("{} is no way to pay", "{} no es una forma de pago"),
    ("{} is no day; write it like 2026-08-04", "{} no es un día; escríbalo como 2026-08-04"),
    ("{} is no month; write it like 2026-08", "{} no es un mes; escríbalo como 2026-08"),
    ("{} is no account; check its digits", "{} no es una cuenta; revise sus cifras"),
    ("{} is no count; write a whole number", "{} no es una cantidad; escriba un número entero"),
    (
        "{} is no count; write it like 20x5 5x2 0.25x4, or 118.00",
        "{} no es una cuenta; escríbala como 20x5 5x2 0.25x4, o 118.00",
    ),
    (
        "say whose it is: an account, a bill, a name as it reads",
        "diga de quién es: una cuenta, una factura, un nombre como se lee",
    ),
    ("choose what is to be given up", "elija lo que se da por incobrable"),
    ("choose the file that the bank sent back", "elija el archivo que devolvió el banco"),
    ("say why", "diga por qué"),
    ("a payment is above zero, not {}", "un pago es mayor que cero, no {}"),
    (
        "{} is more than a payment may be ({}); check the decimal point",
        "{} es más de lo que puede ser un pago ({}); revise el punto decimal",
    ),
    (
        "a payment counts from the day it came, and {} has not come; today is {}",
        "un pago cuenta desde el día en que llegó, y el {} no ha llegado; hoy es {}",
    ),
    (
        "a name is one line without tabs; write it as on an envelope",
        "un nombre es una sola línea sin tabulaciones; escríbalo como en un sobre",
    ),
    (
        "a line of an address has no tabs or line breaks in it; write it as on an envelope",
        "una línea de una dirección no lleva tabulaciones ni saltos de línea; escríbala como en un sobre",
    ),
    (
        "a reference is one line without tabs; write it as on the check",
        "una referencia es una sola línea sin tabulaciones; escríbala como en el cheque",
    ),
    (
        "bills cannot print {}; write names and addresses in Latin, Greek or Cyrillic letters, as on an envelope",
        "las facturas no pueden imprimir {}; escriba nombres y direcciones en letras latinas, griegas o cirílicas, como en un sobre",
    ),
    (
        "a name or a line of an address has at most {} letters; shorten it",
        "un nombre o una línea de una dirección tiene como máximo {} letras; acórtelo",
    ),
    (
        "an envelope shows {} lines of an address below the name; write it shorter",
        "un sobre muestra {} líneas de una dirección debajo del nombre; escríbala más corta",
    ),
    (
        "a payment needs a reference, such as the check's number",
        "un pago necesita una referencia, como el número del cheque",
    ),
    (
        "payment {} of {} came back on {}; where it is presented again, say so in its reference: {} again",
        "el pago {} de {} fue devuelto el {}; si se presenta otra vez, dígalo en su referencia: {} again",
    ),
    (
        "its account, tender and reference are those of line {}; give each its own reference",
        "su cuenta, forma de pago y referencia son las de la línea {}; dé a cada uno su referencia",
    ),
    (
        "{} {} is there twice; give each its own reference",
        "{} {} está dos veces; dé a cada uno su propia referencia",
    ),
    (
        "payment {} of {} is posted already, for {}; nothing was changed",
        "el pago {} de {} ya está registrado, del {}; no se cambió nada",
    ),
    (
        "it was taken on {}, and only what was taken today is voided; take it back as returned",
        "se recibió el {}, y solo se anula lo de hoy; retírelo como devuelto",
    ),
    (
        "the drawer that it is in is closed and counted; refund it, or take it back as returned",
        "la caja en que está ya se cerró y se contó; reembólselo o retírelo como devuelto",
    ),
    (
        "{} was {} already, from {} on; nothing was changed",
        "{} ya fue retirado ({}), desde el {}; no se cambió nada",
    ),
    (
        "drawer {} is open; close it first: meterbook drawer close",
        "la caja {} está abierta; ciérrela primero",
    ),
    (
        "you have no open drawer; open one: meterbook drawer open",
        "no tiene una caja abierta; abra una",
    ),
    (
        "what is in a drawer at first is zero or more",
        "lo que hay en una caja al principio es cero o más",
    ),
    (
        "{} was counted and {} should be there; checks: {} of {} counted, {} of {} should be there; count again, or say why",
        "se contaron {} y debería haber {}; cheques: {} de {} contados, debería haber {} de {}; cuente otra vez o diga por qué",
    ),
    (
        "checks: {} of {} counted, {} of {} should be there; count again, or say why",
        "cheques: {} de {} contados, debería haber {} de {}; cuente otra vez o diga por qué",
    ),
    (
        "{} is no count of checks; write how many and what they come to, like 3:77.00",
        "{} no es un recuento de cheques; escriba cuántos son y cuánto suman, como 3:77.00",
    ),
    (
        "{} was counted and {} should be there; count again, or say why",
        "se contaron {} y debería haber {}; cuente otra vez o diga por qué",
    ),
    (
        "{} of {} came in all, and {} of {} were said; nothing was posted",
        "hay {} pagos por {}, y se dijeron {} por {}; no se registró nada",
    ),
    (
        "what was held under {} was parted; {} of it is held under {} now",
        "lo retenido con el número {} se repartió; {} sigue retenido con el número {}",
    ),
    (
        "what was held under {} was settled on {}; nothing was changed",
        "lo pendiente con el número {} se resolvió el {}; no se cambió nada",
    ),
    (
        "{} is held, and the parts add up to {}; each is above zero, and all are no more than that",
        "hay {} pendientes, y las partes suman {}; cada una es mayor que cero, y todas no son más que eso",
    ),
    ("{} is held; look at it again: meterbook suspense list", "hay {} pendientes; mírelo otra vez"),
    (
        "nothing is owed, so there is nothing to pay in parts; see: meterbook receipt open",
        "no se debe nada, así que no hay nada que pagar en cuotas; revise lo abierto",
    ),
    (
        "no rule offers parts for {} to this account; see: meterbook credit rules plan",
        "ninguna regla ofrece a esta cuenta pagar {} en partes",
    ),
    ("there are {} offers; choose one: meterbook plan propose", "hay {} ofertas; elija una"),
    (
        "a plan runs since {}; end it first: meterbook plan cancel",
        "hay un acuerdo desde el {}; termínelo primero",
    ),
    (
        "a plan was agreed to on {} already; agree to another one tomorrow",
        "ya se acordó un plan el {}; acuerde otro mañana",
    ),
    ("no plan runs; agree to one: meterbook plan propose", "no hay ningún acuerdo; acuerde uno"),
    ("no card is kept for this account", "esta cuenta no tiene ninguna tarjeta guardada"),
    (
        "this account has a mandate; ask whether it takes the parts too, and say --debit or --by-hand",
        "esta cuenta tiene un mandato; pregunte si cobra también las partes",
    ),
    (
        "bills are in {}, and no file of {} takes that: NACHA takes USD and SEPA EUR; agree to a scheme that does, or let it be paid otherwise",
        "las facturas están en {}, y ningún archivo {} lo acepta: NACHA acepta USD y SEPA EUR; acuerde un esquema que lo acepte, o que se pague de otra forma",
    ),
    (
        "this account has no mandate; agree to one first: meterbook debit agree",
        "esta cuenta no tiene mandato; acuerde uno primero",
    ),
    ("the parts are taken by debit already", "las partes ya se cobran por débito"),
    ("the parts are paid by hand already", "las partes ya se pagan a mano"),
    ("nothing of it is asked for any more", "ya no se pide nada de ello"),
    (
        "it comes to {} now; look at it again: meterbook late-fee list",
        "ahora suma {}; revíselo otra vez",
    ),
    (
        "no rule levels bills of residential customers; see: meterbook credit rules budget",
        "ninguna regla nivela facturas de clientes residenciales",
    ),
    (
        "no rule levels bills of commercial customers; see: meterbook credit rules budget",
        "ninguna regla nivela facturas de clientes comerciales",
    ),
    (
        "a level follows from {} bills at least; say one",
        "una cuota resulta de {} facturas como mínimo; diga una",
    ),
    (
        "nothing is supplied to the account since {}; look at its number again",
        "no se suministra nada a la cuenta desde el {}; revise su número",
    ),
    (
        "{} stands in for {}, and {} is what the rules ask; nothing more is to be asked for, or say how much",
        "{} responde por {}, y las reglas piden {}; no hay que pedir más, o diga cuánto",
    ),
    (
        "{} is more than security may be ({}); check the decimal point",
        "{} es más de lo que puede ser una garantía ({}); revise el punto decimal",
    ),
    (
        "{} is more than a pledge may be ({}); check the decimal point",
        "{} es más de lo que puede ser una promesa ({}); revise el punto decimal",
    ),
    ("a level is above zero; say how much", "una cuota es mayor que cero; diga cuánto"),
    (
        "bills are levelled since {}; end that first: meterbook budget end",
        "las facturas están niveladas desde el {}; termínelo primero",
    ),
    ("it began on {} already; begin again tomorrow", "ya comenzó el {}; comience mañana"),
    (
        "bills of this account are not levelled; begin that first: meterbook budget begin",
        "las facturas de esta cuenta no están niveladas; comiéncelo primero",
    ),
    (
        "each bill works its level out anew; there is none to be changed",
        "cada factura calcula su cuota de nuevo; no hay ninguna que cambiar",
    ),
    ("{} is the level already; nothing was changed", "{} ya es la cuota; no se cambió nada"),
    ("the amount is above zero", "el importe es mayor que cero"),
    (
        "nothing is held of this account; see: meterbook deposit show",
        "no se retiene nada de esta cuenta; revise su depósito",
    ),
    (
        "nobody stands in for this account; see: meterbook deposit show",
        "nadie responde por esta cuenta; revise su depósito",
    ),
    ("security is above zero; say how much", "un depósito es mayor que cero; diga cuánto"),
    (
        "security was asked for on {} already; take another day, or give back what is held: meterbook deposit return",
        "ya se pidió un depósito el {}; tome otro día, o devuelva lo retenido",
    ),
    (
        "it may be paid in {} at most, and in one at least; say how many",
        "se puede pagar en {} partes como máximo y en una como mínimo; diga en cuántas",
    ),
    (
        "no rule asks {} customers with {} credit for security; say how much, or the rules: meterbook credit rules deposit",
        "ninguna regla pide depósito a clientes {} con historial {}; diga cuánto, o las reglas",
    ),
    (
        "it comes to {} now; look at it again, and ask anew",
        "ahora resulta en {}; vuelva a mirarlo y pídalo de nuevo",
    ),
    (
        "no rule says how long {} lasts; say until when",
        "ninguna regla dice cuánto dura ({}); diga hasta cuándo",
    ),
    ("it ends after it begins", "termina después de comenzar"),
    (
        "say which agency promises it, in no more than {} letters",
        "diga qué entidad lo promete, en no más de {} letras",
    ),
    ("what is promised is above zero; say how much", "lo prometido es mayor que cero; diga cuánto"),
    (
        "no rule says how long a pledge lasts; say until when",
        "ninguna regla dice cuánto dura una promesa; diga hasta cuándo",
    ),
    (
        "{} is more than {} days ahead, and it would keep from a cut as long; check the year",
        "el {} es dentro de más de {} días, e impediría un corte todo ese tiempo; revise el año",
    ),
    (
        "{} is more than a level may be ({}); check the decimal point",
        "{} es más de lo que puede ser una cuota ({}); revise el punto decimal",
    ),
    ("it would be over; say a day after {}", "ya habría terminado; diga un día posterior al {}"),
    (
        "this agency promised something by the same voucher today already; for another one say its number",
        "esta entidad ya prometió algo hoy con el mismo comprobante; para otro, diga su número",
    ),
    ("no pledge of {} is open; see: meterbook pledge list", "ninguna promesa de {} está abierta"),
    (
        "payment {} is none of this account that came since {} and keeps no pledge yet; look at its number",
        "el pago {} no es de esta cuenta, no llegó desde el {} o ya cumple una promesa; revise su número",
    ),
    ("what is given is above zero; say how much", "lo que se da es mayor que cero; diga cuánto"),
    (
        "the account's credit is {}; give no more than that",
        "el crédito de la cuenta es de {}; no dé más que eso",
    ),
    (
        "it needs a reference to tell it from the next, such as a check's number",
        "necesita una referencia que lo distinga del siguiente, como el número de un cheque",
    ),
    (
        "{} was given under that reference on {}; nothing was changed",
        "ya se dieron {} con esa referencia el {}; no se cambió nada",
    ),
    ("no refund {} waits; see: meterbook credit waiting", "ningún reembolso {} está en espera"),
    (
        "a check pays refund {} already; where it was never cashed: meterbook credit void",
        "un cheque ya paga el reembolso {}; si nunca se cobró, anúlelo",
    ),
    (
        "refund {} is a credit of its account again; nothing was changed",
        "el reembolso {} es de nuevo un crédito de su cuenta; no se cambió nada",
    ),
    (
        "refund {} is held in suspense again; nothing was changed",
        "el reembolso {} está de nuevo pendiente de identificar; no se cambió nada",
    ),
    (
        "refund {} was taken back by the bank that it came from; nothing was changed",
        "el banco de origen retiró el reembolso {}; no se cambió nada",
    ),
    ("say the number of the check", "diga el número del cheque"),
    (
        "say the number of a check beside each refund that it pays",
        "diga el número de un cheque junto a cada reembolso que paga",
    ),
    ("choose at least one", "elija al menos uno"),
    (
        "check {} pays a refund already; look at the number again",
        "el cheque {} ya paga un reembolso; revise el número",
    ),
    (
        "no refund was paid by check {}; look at the number again",
        "ningún reembolso se pagó con el cheque {}; revise el número",
    ),
    (
        "check {} was cashed, as was said on {}; nothing was changed",
        "el cheque {} se cobró, como se dijo el {}; no se cambió nada",
    ),
    (
        "check {} is void since {}; nothing was changed",
        "el cheque {} está anulado desde el {}; no se cambió nada",
    ),
    (
        "{}, {}, are there; look at them again, and say that count and sum",
        "ahora hay {}, {}; mírelos otra vez y diga esa cantidad y suma",
    ),
    ("nothing is unclaimed; nothing was changed", "no hay nada sin reclamar; no se cambió nada"),
    (
        "say the reference under which it goes to the state",
        "diga la referencia con la que pasa al estado",
    ),
    (
        "{} went to the state already; look at the reference again",
        "{} ya pasó al estado; revise la referencia",
    ),
    (
        "there are {}, {}; look at them again: meterbook write-off small",
        "hay {}, {}; mírelos otra vez",
    ),
    ("no small balance is to be written off today", "hoy no hay saldos menores que dar de baja"),
    (
        "nothing of this account is unclaimed; see: meterbook credit report",
        "no hay nada sin reclamar de esta cuenta",
    ),
    (
        "the state has it, and gives it to whoever proves that it is theirs",
        "lo tiene el estado, que lo da a quien pruebe que es suyo",
    ),
    ("it is {}; let go what is to be done today", "hoy es {}; deje ir lo que se hace hoy"),
    ("there are {}; count them again", "hay {}; cuéntelos otra vez"),
    ("as many are let go already; nothing was changed", "ya se dejaron ir esos; no se cambió nada"),
    (
        "customers would pay in {} and the bills of this utility are in {}; write currency {} into the settings: meterbook online settings FILE",
        "los clientes pagarían en {} y las facturas de esta empresa están en {}; escriba currency {} en los ajustes: meterbook online settings FILE",
    ),
    (
        "nobody pays online yet; say by whom: meterbook online settings FILE",
        "todavía nadie paga en línea; diga con qué proveedor",
    ),
    (
        "what is due on {} was not charged to cards: {}",
        "lo que vence el {} no se cobró a las tarjetas: {}",
    ),
    (
        "{} is to be charged, and {} at most is charged in a day without anybody looking; look at it: meterbook online due, and then: meterbook online charge --total",
        "hay {} por cobrar, y en un día se cobran como máximo {} sin que nadie mire; mírelo y cóbrelo",
    ),
    ("there is no attempt {}; see: meterbook online list", "no hay ningún intento {}"),
    (
        "the provider said no: {}; mend the settings: meterbook online settings",
        "el proveedor dijo que no: {}; corrija los ajustes",
    ),
    (
        "one {} protection lasts until {} at most; say that day or an earlier one, and renew it when it is over",
        "una protección {} dura hasta el {} como máximo; diga ese día o uno anterior, y renuévela cuando termine",
    ),
    (
        "it may be renewed once in a row, and was; another one may begin on {}",
        "se puede renovar una vez seguida, y ya se hizo; otra puede empezar el {}",
    ),
    (
        "it may be renewed {} times in a row, and was; another one may begin on {}",
        "se puede renovar {} veces seguidas, y ya se hizo; otra puede empezar el {}",
    ),
    (
        "it may be renewed once for the same arrears, and was; another one may begin once they are paid",
        "se puede renovar una vez por lo mismo vencido, y ya se hizo; otra puede empezar cuando se pague",
    ),
    (
        "it may be renewed {} times for the same arrears, and was; another one may begin once they are paid",
        "se puede renovar {} veces por lo mismo vencido, y ya se hizo; otra puede empezar cuando se pague",
    ),
    (
        "it was never {} F anywhere; say it in degrees Fahrenheit",
        "nunca hubo {} F en ninguna parte; dígalo en grados Fahrenheit",
    ),
    (
        "nobody foresees the weather of {} yet; say it at most {} days ahead",
        "nadie prevé todavía el tiempo del {}; dígalo con {} días de antelación como máximo",
    ),
    (
        "it was renewed {} times for what is past due, and what came due since the first was not paid; take a payment of that first",
        "se renovó {} veces por lo vencido, y lo que venció desde la primera no se pagó; reciba primero un pago de eso",
    ),
    (
        "no rule knows the county {}; write county {}: TOWNS in the rules of protection: {}",
        "ninguna regla conoce el condado {}; escriba county {}: PUEBLOS en las reglas de protección: {}",
    ),
    (
        "it was granted from that day on already; nothing was changed",
        "ya se otorgó desde ese día; no se cambió nada",
    ),
    (
        "{} follows from what is there; nobody grants it",
        "{} resulta de lo que hay; nadie la otorga",
    ),
    ("it stands so already; nothing was changed", "ya está así; no se cambió nada"),
    (
        "{} has not come; say what was done once it was",
        "el {} no ha llegado; diga lo que se hizo cuando se haya hecho",
    ),
    (
        "it was said from that day on already; nothing was changed",
        "ya se dijo desde ese día; no se cambió nada",
    ),
    ("{} is not said of the account", "eso ({}) no se dijo de la cuenta"),
    ("the day has not come; today is {}", "ese día no ha llegado; hoy es {}"),
    ("{} is closed already; close a later day", "el {} ya está cerrado; cierre un día posterior"),
    (
        "{} is closed; a day of the next month takes what is open",
        "{} está cerrado; un día del mes siguiente toma lo abierto",
    ),
    (
        "{} is softly closed; say why one more of its days is closed",
        "{} está cerrado provisionalmente; diga por qué se cierra un día más",
    ),
    (
        "not closed: the days of {} are not closed through {}; the last is {}",
        "no se cerró: los días de {} no están cerrados hasta el {}; el último es {}",
    ),
    (
        "that account stands in for {} at most, and was called on for {} of it; let it owe no more than the rest",
        "esa cuenta responde por {} como máximo, y ya respondió por {}; que no deba más que el resto",
    ),
    (
        "the lowest is {} and the highest {}; mend them",
        "la mínima es {} y la máxima {}; corríjalas",
    ),
    (
        "{} is in a journal already; say how accounts are called from a later day on",
        "el {} ya está en un diario; diga cómo se llaman las cuentas desde un día posterior",
    ),
    (
        "not closed for good without a reason, as not all of it is done: {}; say why",
        "no se cerró definitivamente sin un motivo, porque no todo está hecho: {}; diga por qué",
    ),
    ("not closed: {}", "no se cerró: {}"),
    ("that is said already; nothing was changed", "eso ya está dicho; no se cambió nada"),
    (
        "collections did not put it forward; see: meterbook collect show --account NUMBER",
        "la cobranza no lo propuso",
    ),
    ("{} is owed; no more than that", "se deben {}; no más que eso"),
    (
        "it was done today already, with as much: {}; nothing was changed; for more, write another amount",
        "ya se hizo hoy, con ese importe: {}; no se cambió nada; para más, escriba otro importe",
    ),
    (
        "{} is no account of the ledger; write one of: {}",
        "{} no es una cuenta del libro mayor; escriba una de: {}",
    ),
    (
        "there is no tariff {}, and nothing is billed once under it; see: meterbook tariff show CODE",
        "no hay tarifa {}, y nada se factura una vez con ese código; vea: meterbook tariff show CODE",
    ),
    (
        "a file of {} takes {} and the bills of this utility are in {}; what they are in is said by: meterbook bill seller",
        "un archivo {} toma {} y las facturas de esta empresa están en {}; en qué están se dice con: meterbook bill seller",
    ),
    (
        "it is in {} and the bills of this utility are in {}; nothing was posted; what they are in is said by: meterbook bill seller",
        "está en {} y las facturas de esta empresa están en {}; no se registró nada; en qué están se dice con: meterbook bill seller",
    ),
    (
        "the packed file is not taken: {}; unpack it and give each file alone",
        "el archivo comprimido no se toma: {}; descomprímalo y dé cada archivo por separado",
    ),
    ("there is no money in it; nothing was posted", "no trae dinero; no se registró nada"),
    (
        "there is no file {} of debits; see: meterbook debit files",
        "no hay archivo {} de cargos; vea: meterbook debit files",
    ),
    ("it was called off on {}; nothing was changed", "se anuló el {}; no se cambió nada"),
    (
        "{} of it came back, so the bank took the file; what else of it is wrong comes back by itself: meterbook debit returned",
        "{} volvió, así que el banco tomó el archivo; lo demás vuelve por sí solo: meterbook debit returned",
    ),
    (
        "file {} took {} debits of {}, and {} of {} would be called off; nothing was changed; see: meterbook check",
        "el archivo {} cobró {} débitos por {}, y se anularían {} por {}; no se cambió nada; vea: meterbook check",
    ),
    (
        "{} is in file {} of debits, which takes it all the same; where that did not go, call it off: meterbook debit call-off --file {}",
        "{} está en el archivo {} de débitos, que lo cobra de todos modos; si no se envió, anúlelo: meterbook debit call-off --file {}",
    ),
    (
        "nothing was closed that is called {}; write a day such as 2026-03-10, or a month with how it was closed, such as 2026-03 hard",
        "no se cerró nada que se llame {}; escriba un día como 2026-03-10, o un mes con su cierre, como 2026-03 hard",
    ),
    (
        "today is {}; debits settle then or later",
        "hoy es {}; los débitos se liquidan hoy o después",
    ),
    (
        "nothing is to be taken by then; see: meterbook debit due",
        "no hay nada que cobrar hasta entonces",
    ),
    (
        "it comes to {} now and not to {}; look at it again: meterbook debit due",
        "ahora suma {} y no {}; revíselo otra vez",
    ),
    (
        "one of the bills or parts was taken by another file meanwhile; nothing was changed",
        "una de las facturas o cuotas se cobró entretanto con otro archivo; no se cambió nada",
    ),
    (
        "line {}: {}; ask the bank for the file again",
        "línea {}: {}; pida otra vez el archivo al banco",
    ),
    (
        "nothing in this file came back or is to change; is it the right one?",
        "en este archivo no hay devoluciones ni cambios; ¿es el correcto?",
    ),
    (
        "{} may do {} up to {}; ask somebody whose role allows more",
        "{} puede hacer {} hasta {}; pida ayuda a alguien con más permiso",
    ),
    (
        "{} above {} takes a second person; ask somebody who may do it alone",
        "{} por encima de {} requiere una segunda persona; pida ayuda a alguien que pueda hacerlo sin otra",
    ),
    (
        "{} takes a second person, whoever asks for it",
        "{} requiere una segunda persona, lo pida quien lo pida",
    ),
    (
        "the same waits as number {} already; ask a second person for: meterbook approve give {}",
        "lo mismo ya espera con el número {} (aprobación {})",
    ),
    (
        "{} takes a second person, whoever asks for it",
        "{} requiere una segunda persona, lo pida quien lo pida",
    ),
    (
        "what it does now stands beside it; look at that, then transfer it",
        "lo que hace ahora está al lado; mírelo y después traspáselo",
    ),
    ("it is owed by that account already; name another one", "ya lo debe esa cuenta; diga otra"),
    ("it is on that account already; name another one", "ya está en esa cuenta; diga otra"),
    (
        "nothing of the account is written off by rule, or it came back already; see: {}",
        "no hay nada de la cuenta dado de baja por regla, o ya volvió",
    ),
    ("stopped: {}", "detenido: {}"),
    ("{} were expected", "se esperaban {}"),
    ("the rules let {} be done in a day", "las reglas permiten {} en un día"),
];

#[cfg(test)]
mod tests;
