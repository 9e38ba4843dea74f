//! What the console says to whoever pays a bill by its link, and signed in nowhere.

use meterbook_core::person::Language;

catalogue! {
    title: "Pay a bill", "Pagar una factura";
    account: "Account ending in", "Cuenta terminada en";
    amount: "Amount to pay", "Importe a pagar";
    begun: "A payment of this bill was begun. If you finished it, this page says so within some minutes, and nothing more is to be done. If not, go on.", "Se inició un pago de esta factura. Si lo terminó, esta página lo dirá en unos minutos y no hay nada más que hacer. Si no, continúe.";
    beyond: "This amount is not taken online. Please call us:", "Este importe no se acepta en línea. Llámenos:";
    bill: "Bill", "Factura";
    due: "Due by", "Vence el";
    due_now: "To pay now", "A pagar ahora";
    go: "Pay by card", "Pagar con tarjeta";
    go_on: "Go on", "Continuar";
    going: "You are taken to the payment page.", "Se le lleva a la página de pago.";
    going_link: "Continue to the payment page", "Continuar a la página de pago";
    keep: "Keep this card and pay my bills with it on the days they are due", "Guardar esta tarjeta y pagar con ella mis facturas el día que vencen";
    keep_most: "At most so much at once (anything without it)", "Como máximo a la vez (cualquier importe si se deja vacío)";
    keep_says: "The payment provider keeps it; we know its last four digits. You can remove it here at any time.", "La guarda el proveedor de pagos; nosotros conocemos sus últimas cuatro cifras. Puede quitarla aquí cuando quiera.";
    kept: "A card is kept, and bills of this account are paid with it on the days they are due.", "Hay una tarjeta guardada y las facturas de esta cuenta se pagan con ella el día que vencen.";
    kept_forget: "Remove the card", "Quitar la tarjeta";
    no_link: "This link leads nowhere any more. Your newest bill has another one, or call us.", "Este enlace ya no lleva a ninguna parte. Su factura más reciente tiene otro, o llámenos.";
    not_most: "This is no amount. Write it so: 150.00", "Esto no es un importe. Escríbalo así: 150.00";
    not_so_much: "So much is not taken online, or it is more than is owed. Please choose another amount.", "Ese importe no se acepta en línea, o es más de lo que se debe. Elija otro.";
    nothing: "Nothing of this bill is owed. Thank you.", "No se debe nada de esta factura. Gracias.";
    not_now: "Nobody can pay online at the moment. Please try again later, or call us.", "En este momento no se puede pagar en línea. Inténtelo más tarde o llámenos.";
    parts: "You pay in parts, as agreed: this is the part that is due, and what is owed beside them.", "Usted paga en cuotas, según lo acordado: es la cuota que vence y lo que se debe además de ellas.";
    says: "You pay on the page of our payment provider. We never see your card.", "Usted paga en la página de nuestro proveedor de pagos. Nunca vemos su tarjeta.";
    too_many: "That was too often. Please wait a minute.", "Fueron demasiadas veces. Espere un minuto.";
    unanswered: "The payment provider has not answered yet. Nothing is paid twice. Please come back in some minutes.", "El proveedor de pagos aún no ha respondido. Nada se paga dos veces. Vuelva en unos minutos.";
    what: "How much do you want to pay?", "¿Cuánto quiere pagar?";
    what_all: "All that is owed:", "Todo lo que se debe:";
    what_amount: "The other amount", "El otro importe";
    what_due: "What is to be paid now:", "Lo que hay que pagar ahora:";
    what_other: "Another amount", "Otro importe";
}
