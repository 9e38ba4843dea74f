//! What the codes of NACHA files mean: transactions, entry classes, returns and changes (Nacha
//! Operating Rules, appendices three to five).

use meterbook_core::debit::retry::may_be_tried;

use super::Stage;

/// Whether money is taken from an account or put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Taken.
    Debit,
    /// Put.
    Credit,
}

impl Direction {
    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Debit => "debit",
            Direction::Credit => "credit",
        }
    }
}

/// Which way a transaction code goes; `None` for codes that are not given out. Accounts are checking
/// (2x), savings (3x), general ledger (4x) and loan (5x); 81 to 88 are advices of an operator.
pub fn direction(code: u8) -> Option<Direction> {
    match code {
        21..=24 | 31..=34 | 41..=44 | 51..=54 => Some(Direction::Credit),
        26..=29 | 36..=39 | 46..=49 | 55 | 56 => Some(Direction::Debit),
        81 | 83 | 85 | 87 => Some(Direction::Credit),
        82 | 84 | 86 | 88 => Some(Direction::Debit),
        _ => None,
    }
}

/// Whether an entry only asks whether an account is there.
pub fn is_prenote(code: u8) -> bool {
    matches!(code, 23 | 28 | 33 | 38 | 43 | 48 | 53)
}

/// Whether an entry of a class moves money, so that there is an amount. A terminal may ask for nothing;
/// acknowledgements, notices of death and enrollments move nothing, whatever their code.
pub(super) fn is_live(class: &str, code: u8) -> bool {
    !matches!(class, "ACK" | "ATX" | "DNE" | "ENR" | "MTE")
        && matches!(code, 22 | 27 | 32 | 37 | 42 | 47 | 52 | 55)
}

/// Standard entry classes.
pub const CLASSES: [&str; 23] = [
    "ACK", "ADV", "ARC", "ATX", "BOC", "CCD", "CIE", "COR", "CTX", "DNE", "ENR", "IAT", "MTE",
    "POP", "POS", "PPD", "RCK", "SHR", "TEL", "TRC", "TRX", "WEB", "XCK",
];

/// The most that an entry of a class may be, in cents, where there is such a limit.
pub(super) fn most_cents(class: &str) -> Option<i64> {
    match class {
        "ARC" | "BOC" | "POP" => Some(2_500_000),
        "RCK" | "XCK" => Some(250_000),
        _ => None,
    }
}

/// The most notes (addenda 05) that an entry of a class may have, where that is fewer than fit.
pub(super) fn most_notes(class: &str) -> Option<usize> {
    match class {
        "ACK" | "CCD" | "CIE" | "DNE" | "PPD" | "WEB" => Some(1),
        "ARC" | "BOC" | "POP" | "RCK" | "TEL" | "TRC" | "XCK" => Some(0),
        _ => None,
    }
}

/// What may be done about a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It may be tried twice more within 180 days, with the description RETRY PYMT.
    Allowed,
    /// It may not be tried again as it is.
    Never,
}

/// Which rate of returns a code counts in; all returns count in the overall one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Nobody authorized it: at most 0.5 % of debits.
    Unauthorized,
    /// The account was wrong: at most 3 % of debits.
    Administrative,
    /// Neither.
    Overall,
}

/// What a debit that is tried again must be called.
pub const RETRY_DESCRIPTION: &str = "RETRY PYMT";

/// Why entries come back: code and words.
const RETURNS: &[(&str, &str)] = &[
    ("R01", "insufficient funds"),
    ("R02", "account closed"),
    ("R03", "no account, or it cannot be located"),
    ("R04", "invalid account number"),
    ("R05", "unauthorized debit to a consumer account with a corporate class"),
    ("R06", "returned at the sending bank's request"),
    ("R07", "authorization revoked by the customer"),
    ("R08", "payment stopped"),
    ("R09", "uncollected funds"),
    ("R10", "customer says it is not authorized, or the company is not known"),
    ("R11", "customer says it is not as authorized"),
    ("R12", "account sold to another bank"),
    ("R13", "invalid routing number"),
    ("R14", "representative payee deceased or unable to continue"),
    ("R15", "customer or account holder deceased"),
    ("R16", "account frozen, or entry returned by order of the Treasury"),
    ("R17", "fields are wrong, or the entry is questionable"),
    ("R18", "improper effective date"),
    ("R19", "amount is wrong"),
    ("R20", "account takes no such transactions"),
    ("R21", "invalid company number"),
    ("R22", "invalid number of the individual"),
    ("R23", "credit refused by the receiver"),
    ("R24", "duplicate entry"),
    ("R25", "addenda are wrong"),
    ("R26", "a mandatory field is wrong"),
    ("R27", "trace number is wrong"),
    ("R28", "check digit of the routing number is wrong"),
    ("R29", "corporate customer says it is not authorized"),
    ("R30", "bank does not take part in check truncation"),
    ("R31", "permissible return of a corporate entry, which our bank agreed to take"),
    ("R32", "bank cannot settle"),
    ("R33", "return of a destroyed check"),
    ("R34", "bank's participation is limited by its authority"),
    ("R35", "improper debit"),
    ("R36", "improper credit"),
    ("R37", "source document presented for payment"),
    ("R38", "stop payment on the source document"),
    ("R39", "improper source document, or it was presented"),
    ("R40", "enrollment returned by the agency"),
    ("R41", "enrollment: invalid transaction code"),
    ("R42", "enrollment: routing number is wrong"),
    ("R43", "enrollment: invalid account number"),
    ("R44", "enrollment: invalid number of the individual"),
    ("R45", "enrollment: invalid name"),
    ("R46", "enrollment: invalid indicator of a representative payee"),
    ("R47", "enrollment: duplicate"),
    ("R50", "state law on re-presented checks"),
    ("R51", "re-presented check is not eligible, or improper"),
    ("R52", "stop payment on a re-presented check"),
    ("R53", "check and its re-presentment both presented"),
    ("R61", "return was misrouted"),
    ("R62", "return of an erroneous or reversed entry"),
    ("R63", "return has another amount"),
    ("R64", "return names no entry that was sent"),
    ("R65", "return has a wrong transaction code"),
    ("R66", "return has a wrong company number"),
    ("R67", "return came twice"),
    ("R68", "return came too late"),
    ("R69", "fields of the return are wrong"),
    ("R70", "permissible return that our bank did not agree to"),
    ("R71", "dishonored return was misrouted"),
    ("R72", "dishonored return came too late"),
    ("R73", "return came in time"),
    ("R74", "return is corrected"),
    ("R75", "return was no duplicate"),
    ("R76", "no fault was found in the return"),
    ("R77", "erroneous entry was not recovered"),
    ("R80", "international entry is coded wrongly"),
    ("R81", "bank does not take part in international entries"),
    ("R82", "invalid number of the foreign bank"),
    ("R83", "foreign bank cannot settle"),
    ("R84", "not processed by the gateway"),
    ("R85", "outbound international entry coded as a domestic one"),
];

/// What is to change: code and words.
const CHANGES: &[(&str, &str)] = &[
    ("C01", "account number"),
    ("C02", "routing number"),
    ("C03", "routing number and account number"),
    ("C04", "name"),
    ("C05", "transaction code"),
    ("C06", "account number and transaction code"),
    ("C07", "routing number, account number and transaction code"),
    ("C08", "number of the foreign bank"),
    ("C09", "number of the individual"),
    ("C10", "company name"),
    ("C11", "company number"),
    ("C12", "company name and number"),
    ("C13", "format of the addenda"),
    ("C14", "entry class: it is international"),
    ("C61", "refused: misrouted"),
    ("C62", "refused: wrong trace number"),
    ("C63", "refused: wrong company number"),
    ("C64", "refused: wrong number of the individual"),
    ("C65", "refused: corrected value is wrong"),
    ("C66", "refused: routing number is wrong"),
    ("C67", "refused: account number is wrong"),
    ("C68", "refused: transaction code is wrong"),
    ("C69", "refused: corrected fields cannot be right"),
];

/// What a return code means; `None` where there is no such code.
pub fn return_words(code: &str) -> Option<&'static str> {
    RETURNS.iter().find(|it| it.0 == code).map(|it| it.1)
}

/// What a change code means; `None` where there is no such code.
pub fn change_words(code: &str) -> Option<&'static str> {
    CHANGES.iter().find(|it| it.0 == code).map(|it| it.1)
}

/// Whether a returned debit may be tried again.
pub fn retry(code: &str) -> Retry {
    if may_be_tried(code) { Retry::Allowed } else { Retry::Never }
}

/// Which rate of returns a code counts in.
pub fn rate(code: &str) -> Rate {
    match code {
        "R05" | "R07" | "R10" | "R11" | "R29" | "R51" => Rate::Unauthorized,
        "R02" | "R03" | "R04" => Rate::Administrative,
        _ => Rate::Overall,
    }
}

/// Which way a return of this code goes.
pub(super) fn stage(code: &str) -> Stage {
    match code {
        "R61" | "R62" | "R63" | "R64" | "R65" | "R66" | "R67" | "R68" | "R69" | "R70" => {
            Stage::Dishonored
        }
        "R71" | "R72" | "R73" | "R74" | "R75" | "R76" | "R77" => Stage::Contested,
        _ => Stage::Returned,
    }
}
