//! What acts on orders and facts refuse, in Spanish.

/// What acts on orders, crews and appointments refuse.
pub(super) const REFUSALS: &[(&str, &str)] = &[
    (
        "no day of agreement {} was billed yet; there is nothing to compare",
        "todavía no se facturó ningún día del contrato {}; no hay nada que comparar",
    ),
    (
        "made again from what is known now, every bill from {} on reads as it does; enter the read that is right, or tell what was wrong: {}",
        "hechas de nuevo con lo que se sabe ahora, todas las facturas desde el {} dicen lo mismo; anote la lectura correcta, o diga qué estaba mal: {}",
    ),
    (
        "bills were made of what is believed; say what proves it otherwise, such as a certificate or a work order",
        "las facturas se hicieron de lo que se cree; diga qué prueba lo contrario, como un certificado o una orden de trabajo",
    ),
    ("that is believed already: {}; nothing was changed", "eso ya se cree: {}; no se cambió nada"),
    (
        "the bills that it reaches come to {} now, not to {} as when they were looked at; look again",
        "las facturas que alcanza suman ahora {}, no {} como cuando se miraron; mire otra vez",
    ),
    (
        "the turn of its first bill begins on {}, and days before that are on no bill that could be made again; begin on {}, and charge what was used before by hand: {}",
        "el período de su primera factura comienza el {}, y los días anteriores no están en ninguna que se pueda hacer de nuevo; comience el {} y cobre a mano lo consumido antes: {}",
    ),
    (
        "no day from {} on is billed; end service then: {}",
        "ningún día desde el {} está facturado; termine el servicio entonces: {}",
    ),
    (
        "what its last bill kept in a bank was paid out when service ended; settle it by hand",
        "lo que su última factura guardaba se pagó al terminar el servicio; arréglelo a mano",
    ),
    (
        "a share of the surplus of agreement {} is on its bills and on those of others; settle it between them by hand",
        "una parte del excedente del contrato {} está en sus facturas y en las de otros; arréglelo entre ellos a mano",
    ),
    ("tariff {} does not look at {}; it looks at: {}", "la tarifa {} no mira {}; mira: {}"),
    (
        "tariff {} does not look at {}, nor at any other term",
        "la tarifa {} no mira {} ni ningún otro dato",
    ),
    (
        "what begins on {} cannot end on {}; give a later day",
        "lo que comienza el {} no puede terminar el {}; dé un día posterior",
    ),
    ("{} cannot be made again: agreement {}: {}", "{} no se puede hacer de nuevo: contrato {}: {}"),
    (
        "no version of tariff {} is in force on {}; publish one first",
        "ninguna versión de la tarifa {} rige el {}; publique una primero",
    ),
    (
        "an agreement is in force there from {} up to {}; start on {} or later",
        "allí rige un contrato desde el {} hasta el {}; comience el {} o después",
    ),
    (
        "an agreement has been in force there since {}; stop it first",
        "allí rige un contrato desde el {}; termínelo primero",
    ),
    (
        "made again, {} would keep something else in its bank, and what it kept was settled beside it when service ended on {}; charge or credit the difference with: {}",
        "hecha de nuevo, {} guardaría otra cantidad, y lo que guardaba se liquidó aparte cuando terminó el servicio el {}; cobre o abone la diferencia con: {}",
    ),
    (
        "{}: {} of that is of bills before {}, too long ago to be charged; it comes to {}, and what is less than {} is not corrected; see: {}",
        "{}: {} de eso es de facturas anteriores al {}, demasiado antiguas para cobrarse; suma {}, y lo que es menos de {} no se corrige; vea: {}",
    ),
    (
        "it comes to {}, and what is less than {} is not corrected; see: {}",
        "suma {}, y lo que es menos de {} no se corrige; vea: {}",
    ),
    (
        "the turn is still checked or posted; finish that first with: {}, or call it off: {}",
        "el período todavía se revisa o se registra; termine eso primero con: {}, o anúlelo: {}",
    ),
    (
        "{} pieces of the turn are sent or about to be, such as {}; what people have stays, so correct the bills that are wrong one by one: {}",
        "{} envíos del período salieron o están por salir, como {}; lo que la gente tiene se queda, así que corrija una por una las facturas erróneas: {}",
    ),
    (
        "{} piece of the turn are sent or about to be, such as {}; what people have stays, so correct the bills that are wrong one by one: {}",
        "{} envío del período salió o está por salir, como {}; lo que la gente tiene se queda, así que corrija una por una las facturas erróneas: {}",
    ),
    (
        "{} bills later days of the same agreements; take that turn back first, or correct the bills that are wrong one by one: {}",
        "{} factura días posteriores de los mismos contratos; anule primero ese período, o corrija una por una las facturas erróneas: {}",
    ),
    (
        "{} of the turn was corrected already; correct the bills that are wrong one by one: {}",
        "{} del período ya fue corregida; corrija una por una las facturas erróneas: {}",
    ),
    (
        "what {} gave to or took from a community share is on the bills of others too; correct the bills that are wrong one by one: {}",
        "lo que {} dio a una parte comunitaria o tomó de ella está también en facturas de otros; corrija una por una las facturas erróneas: {}",
    ),
    (
        "what {} kept in a bank was settled beside it when service ended; correct the bills that are wrong one by one: {}",
        "lo que {} guardaba se liquidó aparte cuando terminó el servicio; corrija una por una las facturas erróneas: {}",
    ),
    (
        "the turn is being taken back already; go on with: {}",
        "el período ya se está anulando; siga con: {}",
    ),
    (
        "the bills that this was about are taken back, and the turn was run anew; if those are wrong too, ask for that: {}",
        "las facturas de las que se trataba están anuladas y el período se facturó de nuevo; si esas también están mal, pídalo: {}",
    ),
    (
        "the turn is taken back already; bill it with: {}",
        "el período ya está anulado; factúrelo con: {}",
    ),
    (
        "its bills come to {} now, not to {} as when it was asked for; look again",
        "sus facturas suman ahora {}, no {} como cuando se pidió; mire de nuevo",
    ),
    (
        "nothing of the turn is held for that any more; look again",
        "ya no hay nada del período retenido por eso; mire de nuevo",
    ),
    (
        "{} is no way out of these holds; see: {}",
        "{} no es una salida de estas retenciones; vea: {}",
    ),
    (
        "say why; whoever looks at it later will ask",
        "diga por qué; quien lo mire después lo preguntará",
    ),
    (
        "meter {} has another multiplier by now; look again",
        "el medidor {} ya tiene otro multiplicador; mire de nuevo",
    ),
    (
        "the values of meter {} come with its multiplier on them; have whoever sends them send them again",
        "los valores del medidor {} llegan ya multiplicados; pida que se envíen de nuevo",
    ),
    (
        "the turn of cycle {} is being checked or posted; finish that first with: {}",
        "el período del ciclo {} se está revisando o registrando; termine eso primero con: {}",
    ),
    ("choose a file", "elija un archivo"),
    (
        "all files together are more than {} bytes; send fewer, or smaller ones",
        "todos los archivos juntos son más de {} bytes; envíe menos o más pequeños",
    ),
    (
        "a document is a PDF or a JPEG, PNG, WebP or TIFF picture; scan it",
        "un documento es un PDF o una imagen JPEG, PNG, WebP o TIFF; escanéelo",
    ),
    (
        "the document has {} bytes and {} fit; scan it more coarsely, or split it",
        "el documento tiene {} bytes y caben {}; escanéelo con menos detalle o divídalo",
    ),
    (
        "a document has a name of one line, at most {} characters",
        "un documento tiene un nombre de una línea, de como máximo {} caracteres",
    ),
    (
        "these bytes are document {} already; nothing is to be added",
        "esto ya es el documento {}; no hay nada que agregar",
    ),
    (
        "{} photos are more than anybody looks at; {} fit",
        "{} fotos son más de las que alguien mira; caben {}",
    ),
    (
        "a photo has {} bytes and {} fit; make it smaller",
        "una foto tiene {} bytes y caben {}; hágala más pequeña",
    ),
    ("a photo is a JPEG, PNG or WebP picture", "una foto es una imagen JPEG, PNG o WebP"),
    (
        "meter {} is retired since {} and cannot be hung; hang another one, or say where it is now, such as stock, if it was found",
        "el medidor {} está dado de baja desde el {} y no se puede instalar; instale otro o, si apareció, diga dónde está ahora, como en almacén",
    ),
    (
        "meter {} is lost since {} and cannot be hung; hang another one, or say where it is now, such as stock, if it was found",
        "el medidor {} está perdido desde el {} y no se puede instalar; instale otro o, si apareció, diga dónde está ahora, como en almacén",
    ),
    (
        "meter {} is scrapped since {} and cannot be hung; hang another one, or say where it is now, such as stock, if it was found",
        "el medidor {} está desguazado desde el {} y no se puede instalar; instale otro o, si apareció, diga dónde está ahora, como en almacén",
    ),
    (
        "meter {} has been in place since {}; remove it first",
        "el medidor {} está instalado desde el {}; quítelo primero",
    ),
    (
        "an order to {} is about a service point; name it, or its meter",
        "una orden de {} es de un punto de servicio; elija uno",
    ),
    (
        "order {} to {} is open there already; use it, or call it off first",
        "la orden {} de {} ya está abierta allí; úsela o anúlela primero",
    ),
    (
        "only a disconnect is called off by a payment, not a {}; leave the amount out",
        "un pago solo anula un corte, no {}; deje el importe vacío",
    ),
    (
        "less than {} is never past due; name the amount from which on it is cut off",
        "menos de {} nunca está vencido; diga desde qué importe se corta",
    ),
    (
        "only {} is past due, less than {}; nobody is cut off for that",
        "solo {} está vencido, menos de {}; por eso no se corta a nadie",
    ),
    (
        "nobody takes service there, so nobody owes; order the disconnect without an amount",
        "nadie recibe servicio allí, así que nadie debe; pida el corte sin importe",
    ),
    (
        "no crew reads that much; {} characters fit",
        "ninguna cuadrilla lee tanto; caben {} caracteres",
    ),
    (
        "somebody else took a step of order {} just now; look at it again: {}",
        "otra persona cambió la orden {} en este momento; mírela otra vez: {}",
    ),
    (
        "{} does not know how: it lacks {}; choose another crew",
        "{} no sabe hacerlo: le falta {}; elija otra cuadrilla",
    ),
    (
        "{} is off on {} ({}); choose another day or crew",
        "{} no trabaja el {} ({}); elija otro día u otra cuadrilla",
    ),
    (
        "{} does not work on {}; choose another day or crew, or say its hours: {}",
        "{} no trabaja el {}; elija otro día u otra cuadrilla, o diga su horario: {}",
    ),
    ("{} is gone; today is {}", "el {} ya pasó; hoy es {}"),
    (
        "it is not to be done before {}, and {} is earlier",
        "no se debe hacer antes del {}, y el {} es antes",
    ),
    (
        "the customer was promised {}; move or cancel the appointment of order {} instead",
        "se prometió al cliente {}; cambie o retire la promesa de la orden {}",
    ),
    (
        "do not cut off today; order {} waits for another day: {}",
        "no corte hoy; la orden {} espera otro día: {}",
    ),
    ("do not cut off, and call order {} off; {}", "no corte, y anule la orden {}; {}"),
    ("this account may not be cut off; {}", "esta cuenta no se puede cortar; {}"),
    (
        "only {} is past due, less than {}; do not cut off, and call order {} off",
        "solo {} está vencido, menos de {}; no corte, y anule la orden {}",
    ),
    (
        "only {} of what it is for is past due, less than {}, and nobody was told of a cut for what came due since; do not cut off, and call order {} off",
        "de lo que la motivó solo está vencido {}, menos de {}, y por lo que venció después nadie avisó de un corte; no corte, y anule la orden {}",
    ),
    (
        "a reason that is none of the list is written down; add a note",
        "un motivo que no está en la lista se escribe; agregue una nota",
    ),
    (
        "{} has not come, so nothing was done on it; today is {}",
        "el {} no ha llegado, así que nada se hizo ese día; hoy es {}",
    ),
    (
        "it was ordered on {} and cannot have been done on {}",
        "se pidió el {} y no pudo hacerse el {}",
    ),
    (
        "an exchange takes one meter down and hangs another; say both, with their reads",
        "un cambio retira un medidor y pone otro; diga los dos, con sus lecturas",
    ),
    (
        "no meter hangs there; check the address, and order a connect instead",
        "allí no hay ningún medidor; revise la dirección y pida una conexión",
    ),
    (
        "meter {} hangs there; say that it came down, or check the address",
        "allí está el medidor {}; diga que se retiró, o revise la dirección",
    ),
    (
        "meter {} is known with its registers; leave them out, or check its number",
        "el medidor {} ya se conoce con sus registros; elija «un medidor que tenemos» o revise el número",
    ),
    (
        "meter {} is not known; say its digits and unit, such as {}, or check its number",
        "el medidor {} no se conoce; diga qué mide (como {}) o revise el número",
    ),
    (
        "meter {} neither hangs there nor was hung; check the number on its face",
        "el medidor {} ni está allí ni se puso; revise el número de su frente",
    ),
    (
        "meter {} was not read; say what its register of {} showed",
        "el medidor {} no se leyó; diga qué mostraba su registro de {}",
    ),
    (
        "{} has no room left for {}; look for another day: {}",
        "{} no tiene más lugar para {}; busque otro día: {}",
    ),
    ("{} has no room for {}; it has for: {}", "{} no tiene lugar para {}; tiene para: {}"),
    ("{} has begun already; offer a later window", "{} ya comenzó; ofrezca un horario posterior"),
    (
        "order {} has an appointment, {}; move or cancel that one",
        "la orden {} tiene una cita, {}; cambie o retire esa",
    ),
    (
        "order {} has no appointment; book one: {}",
        "la orden {} no tiene cita; prometa un horario: {}",
    ),
    (
        "order {} is {}, so there is nothing to promise any more",
        "la orden {} está {}, así que ya no hay nada que prometer",
    ),
    (
        "somebody else was promised that window meanwhile; choose another one",
        "ese horario se prometió a otra persona mientras tanto; elija otro",
    ),
    (
        "{} is no read; write digits, such as 41972",
        "{} no es una lectura; escriba cifras, como 41972",
    ),
    ("choose a crew", "elija una cuadrilla"),
    ("choose a day", "elija un día"),
    ("choose a reason", "elija un motivo"),
    ("choose the day it was done", "elija el día en que se hizo"),
    (
        "there is no report, as it does not add up: {} comes to {}, and the ledger says {}; look for what is wrong: {}",
        "no hay informe, porque no concuerda: {} suma {}, y el libro mayor dice {}; busque qué está mal: {}",
    ),
    (
        "{} agreements would be rated, which takes long; narrow it down to an account, or have it made by: {}",
        "habría que tarifar {} contratos, lo que tarda; acótelo a una cuenta, o hágalo con: {}",
    ),
    (
        "the report {} has more than {} rows; ask for fewer days, or narrow it down",
        "el informe {} tiene más de {} filas; pida menos días, o acótelo",
    ),
    ("there is no account {}; find it: {}", "no existe la cuenta {}; búsquela: {}"),
    (
        "what was used and not billed is in what closes one account only",
        "lo consumido y sin facturar está solo en lo que cierra una cuenta",
    ),
    (
        "what has \"{}\" in its name, as a tax or as a rider",
        "lo que tiene «{}» en su nombre, como impuesto o como recargo",
    ),
    (
        "what the chart of accounts names as a franchise fee: {}",
        "lo que el plan de cuentas nombra como cargo de franquicia: {}",
    ),
    ("{} takes {} on {} and gives it back on {}", "{} toma {} el {} y lo devuelve el {}"),
    ("debits beside credits", "debe junto a haber"),
    ("what is open on account {}", "lo abierto en la cuenta {}"),
    ("of it {} of {} days is estimated", "de ello {} de {} días es estimado"),
    ("nothing of it is in the ledger", "nada de esto está en el libro mayor"),
    (
        "nothing is in it of {} days, for the reason that stands beside them",
        "no incluye nada de {} días, por el motivo que figura junto a ellos",
    ),
    (
        "cycle {} has no turn from {} on; it is taken to go on month by month",
        "el ciclo {} no tiene período desde el {}; se supone que sigue mes a mes",
    ),
    (
        "{} of these agreements were billed since for just these days: {} here, {} on their bills, {} apart",
        "{} de estos contratos se facturaron después por justo estos días: {} aquí, {} en sus facturas, {} de diferencia",
    ),
    ("of {} days it is not known what was used", "de {} días no se sabe qué se consumió"),
    ("1200 receivable by {}", "1200 cuentas por cobrar, por {}"),
];
