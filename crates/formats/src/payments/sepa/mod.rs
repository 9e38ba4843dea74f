//! SEPA: direct debits in euro and what banks say of them, as messages of ISO 20022.
//!
//! pain.008 asks a bank to collect; pain.002 says what it did not take; camt.054 tells of single
//! bookings, camt.053 of a day of an account, both with what came back and why. A message is XML;
//! names are compared without prefixes, so all versions of a message are read alike.

mod amount;
mod camt;
mod collect;
mod status;
mod walk;
mod write;

pub use camt::{Balance, Detail, Entry, Statement, Statements, read as read_statements};
pub use collect::{Collected, Collection, Debit, read as read_debits};
pub use status::{Outcome, Statuses, Told, read as read_statuses};
pub use write::{
    Amended, Creditor, Instrument, Message, NewCollection, NewDebit, NotWritten, Remittance,
    Sequence, Version, write,
};

/// Why debits come back or are not taken: the codes of the rulebooks that a utility meets.
const REASONS: &[(&str, &str)] = &[
    ("AC01", "account number is wrong"),
    ("AC04", "account closed"),
    ("AC06", "account blocked"),
    ("AC13", "account is a consumer's, and the debit is B2B"),
    ("AG01", "no direct debit on this account"),
    ("AG02", "sequence or operation code is wrong"),
    ("AM04", "insufficient funds"),
    ("AM05", "duplicate"),
    ("BE05", "creditor is not known"),
    ("CNOR", "creditor's bank is not registered"),
    ("DNOR", "debtor's bank is not registered"),
    ("ED05", "settlement failed"),
    ("FF01", "format is wrong"),
    ("FOCR", "returned after the creditor asked for it back"),
    ("MD01", "no mandate"),
    ("MD02", "mandate's details are wrong"),
    ("MD06", "refund asked for by the debtor"),
    ("MD07", "debtor is dead"),
    ("MS02", "refused by the debtor"),
    ("MS03", "no reason given"),
    ("RC01", "bank's number is wrong"),
    ("RR01", "debtor's account is missing, by law"),
    ("RR02", "debtor's name or address is missing, by law"),
    ("RR03", "creditor's name or address is missing, by law"),
    ("RR04", "reason of law"),
    ("SL01", "refused by rules of the debtor's bank"),
];

/// What a reason means; `None` where it is not one of these.
pub fn reason_words(code: &str) -> Option<&'static str> {
    REASONS.iter().find(|it| it.0 == code).map(|it| it.1)
}
