//! Identities: typed numbers inside, numbers that people say outside.

use std::collections::BTreeSet;
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> $name {
                $name(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }
    )*};
}

ids! {
    /// A person or an organisation.
    PersonId,
    /// A phone number, an e-mail address or a postal address of a person.
    ContactId,
    /// An account: the customer on the contract.
    AccountId,
    /// A premise: a building or a piece of land that is served.
    PremiseId,
    /// A service point: where one commodity enters a premise.
    ServicePointId,
    /// A meter.
    MeterId,
    /// A register or an interval channel of a meter.
    ChannelId,
    /// The days a meter hung at a service point.
    InstallationId,
    /// A service agreement: account x service point x tariff, dated.
    AgreementId,
    /// One version of a tariff.
    TariffId,
    /// An imported file.
    BatchId,
    /// A file that is taken in parts.
    LargeFileId,
    /// Something published for everybody on a tariff.
    PublicationId,
    /// A fact that bills stand on, told otherwise.
    TellingId,
    /// Bills taken back, and those made in their place.
    CorrectionId,
    /// A set of accounts whose bills are corrected.
    SetId,
    /// One turn of a bill cycle: the days it bills and when.
    WindowId,
    /// A billing run over one window.
    RunId,
    /// A bill.
    BillId,
    /// A journal entry.
    EntryId,
    /// A payment.
    PaymentId,
    /// Money that came in at once.
    ReceiptId,
    /// A check, notes, a card slip: what money came in.
    TenderId,
    /// Money of which nobody knows yet whose it is.
    SuspenseId,
    /// A credit given back or to another account.
    CreditUseId,
    /// A cashier's drawer, from its opening to its close.
    DrawerId,
    /// Payments that were entered together.
    PaymentBatchId,
    /// What a customer agreed to have taken from an account at a bank.
    MandateId,
    /// What was taken of one bill by a mandate.
    DebitId,
    /// A file of such debits for the bank.
    DebitFileId,
    /// A file of debts for an agency.
    AgencyFileId,
    /// An attempt to pay online.
    AttemptId,
    /// A card that a customer keeps to have bills paid with.
    CardId,
    /// A statement of an account at a bank.
    BankStatementId,
    /// Something that needs a person.
    TaskId,
    /// A contact with a customer, on any channel.
    InteractionId,
    /// A generator whose certificates are kept.
    GeneratorId,
    /// A member of staff.
    UserId,
    /// Something that waits for a second person to agree.
    ApprovalId,
    /// A person's part in an account.
    PartyId,
    /// What is said of a person, a premise or a service point.
    DetailId,
    /// A document.
    DocumentId,
    /// A registration of an account.
    RegistrationId,
    /// Who takes service over between tenants.
    LandlordId,
    /// Two records of one person, made one.
    MergeId,
    /// A start, stop or transfer.
    MoveId,
    /// Something to be done in the field.
    OrderId,
    /// A crew that does it.
    CrewId,
    /// A promise that a crew comes.
    AppointmentId,
    /// A read, or what else a meter said, that a rule doubted.
    ExceptionId,
    /// A read asked of a meter from afar.
    RequestId,
    /// A bill on its way to one person in one way.
    PieceId,
    /// A summary bill or a letter on its way to people.
    MailingId,
    /// A package for the mail house.
    PackageId,
}

/// What people say for an account: eight digits and a check digit, written `4417-0926-8`.
///
/// The check digit is the Luhn digit (ISO/IEC 7812-1), which catches every single wrong digit and
/// nearly every swap of two neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(i64);

impl AccountNumber {
    /// The number made of `serial` (at most eight digits) and its check digit; `None` outside them.
    pub fn new(serial: i64) -> Option<AccountNumber> {
        (0..100_000_000).contains(&serial).then(|| AccountNumber(serial * 10 + check_digit(serial)))
    }

    /// Reads `4417-0926-8`, `441709268` or anything between; `None` when the check digit is wrong.
    pub fn parse(text: &str) -> Option<AccountNumber> {
        let digits: String = text.chars().filter(|it| !matches!(it, '-' | ' ')).collect();
        let number: i64 = digits.parse().ok()?;
        let serial = number.div_euclid(10);
        AccountNumber::new(serial).filter(|it| digits.len() == 9 && it.0 == number)
    }

    /// Every number that is said in a text, also with blanks where it is printed with hyphens:
    /// `acct 4417 0926 8`.
    pub fn all_in(text: &str) -> BTreeSet<AccountNumber> {
        let mut all = BTreeSet::new();
        let apart = |it: char| !it.is_ascii_alphanumeric() && !matches!(it, '-' | ' ');
        for said in text.split(apart) {
            let words: Vec<&str> = said.split_whitespace().collect();
            all.extend(words.iter().filter_map(|it| AccountNumber::parse(it)));
            let groups = [2, 3].into_iter().flat_map(|many| words.windows(many));
            all.extend(groups.filter_map(AccountNumber::of_groups));
        }
        all
    }

    /// The number of groups that part where it is printed in parts; else other numbers beside each other would
    /// be one by chance.
    fn of_groups(groups: &[&str]) -> Option<AccountNumber> {
        let mut digits = 0;
        for it in &groups[..groups.len() - 1] {
            digits += it.bytes().filter(u8::is_ascii_digit).count();
            if !matches!(digits, 4 | 8) {
                return None;
            }
        }
        AccountNumber::parse(&groups.concat())
    }

    /// All nine digits as one number: how it is stored and printed on the scan line.
    pub fn digits(self) -> i64 {
        self.0
    }

    /// The number whose nine digits were stored.
    pub fn from_digits(digits: i64) -> Option<AccountNumber> {
        AccountNumber::new(digits.div_euclid(10)).filter(|it| it.0 == digits)
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:09}", self.0);
        f.pad(&format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..]))
    }
}

/// The Luhn digit of `number`: doubled from the right, digits summed, filled up to the next ten.
pub fn check_digit(number: i64) -> i64 {
    let mut rest = number;
    let mut sum = 0;
    let mut double = true;
    while 0 < rest {
        let digit = rest.rem_euclid(10) * if double { 2 } else { 1 };
        sum += if 9 < digit { digit - 9 } else { digit };
        double = !double;
        rest = rest.div_euclid(10);
    }
    (10 - sum.rem_euclid(10)).rem_euclid(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_is_said_in_three_groups() {
        let number = AccountNumber::new(44_170_926).unwrap();
        assert_eq!(number.to_string(), "4417-0926-8");
        assert_eq!(AccountNumber::parse("4417-0926-8"), Some(number));
        assert_eq!(AccountNumber::parse("441709268"), Some(number));
    }

    #[test]
    fn account_numbers_are_found_where_they_are_said() {
        let number = AccountNumber::new(44_170_926).unwrap();
        for said in [
            "acct 4417 0926 8",
            "JO SAND 4417 09268",
            "4417-0926 8, for the garden",
            "REF/44170926 8/2026",
            "441709268",
            "2026 4417-0926-8 and 4417 0926 8",
        ] {
            assert_eq!(
                AccountNumber::all_in(said).into_iter().collect::<Vec<_>>(),
                [number],
                "{said}"
            );
        }
        for said in ["44 17 0926 8", "4417/0926/8", "4417 0926", "x4417 0926 8", "4417 0926 3", ""]
        {
            assert!(AccountNumber::all_in(said).is_empty(), "{said}");
        }
    }

    #[test]
    fn a_mistyped_account_number_is_refused() {
        for wrong in ["4417-0926-3", "4471-0926-8", "441709", "", "4417-0926-86", "x417-0926-8"] {
            assert_eq!(AccountNumber::parse(wrong), None, "{wrong}");
        }
    }
}
