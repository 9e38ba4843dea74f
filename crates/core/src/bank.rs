//! Numbers of banks and of accounts at banks, which are right by their own check digits or refused:
//! routing numbers of the United States, IBAN, BIC and the creditor's number of SEPA.

use std::fmt;

/// Why text is no such number. It never holds the number itself: these are secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotANumber {
    /// A routing number has nine digits.
    RoutingShape,
    /// Its last digit does not follow from the others.
    RoutingCheck,
    /// An IBAN is two letters, two digits, then letters and digits.
    IbanShape,
    /// No such country gives out IBANs.
    IbanCountry,
    /// IBANs of its country have another length.
    IbanLength {
        /// How many characters they have.
        wanted: usize,
    },
    /// Its two check digits do not follow from the rest.
    IbanCheck,
    /// A BIC is four letters, a country, two letters or digits, and three more or none.
    BicShape,
    /// A creditor's number is two letters, two digits, three for the business, then its own.
    CreditorShape,
    /// Its two check digits do not follow from the rest.
    CreditorCheck,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotANumber::RoutingShape => f.write_str(
                "a routing number has nine digits, as at the bottom left of a cheque",
            ),
            NotANumber::RoutingCheck => f.write_str(
                "the routing number has a wrong digit: its last one does not follow from the others",
            ),
            NotANumber::IbanShape => f.write_str(
                "an IBAN is two letters, two digits, then letters and digits, as on a bank statement",
            ),
            NotANumber::IbanCountry => {
                f.write_str("an IBAN begins with a country; no IBANs begin with these letters")
            }
            NotANumber::IbanLength { wanted } => {
                write!(f, "an IBAN of this country has {wanted} characters; some are missing or too many")
            }
            NotANumber::IbanCheck => f.write_str(
                "the IBAN has a wrong character: its check digits do not follow from the rest",
            ),
            NotANumber::BicShape => f.write_str(
                "a BIC has eight or eleven characters: bank, country, place and branch, as BANKDEFF",
            ),
            NotANumber::CreditorShape => f.write_str(
                "a creditor's number is a country, two digits, three for the business and its own, as DE98ZZZ09999999999",
            ),
            NotANumber::CreditorCheck => f.write_str(
                "the creditor's number has a wrong character: its check digits do not follow from the rest",
            ),
        }
    }
}

impl std::error::Error for NotANumber {}

/// A routing number of a bank in the United States (ABA): nine digits, the last a check digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Routing(String);

impl Routing {
    /// Reads one; spaces and hyphens are passed over.
    ///
    /// # Errors
    /// It has other than nine digits, or a wrong one.
    pub fn parse(text: &str) -> Result<Routing, NotANumber> {
        let plain: String = text.chars().filter(|it| !matches!(it, ' ' | '-')).collect();
        if plain.len() != 9 || !plain.bytes().all(|it| it.is_ascii_digit()) {
            return Err(NotANumber::RoutingShape);
        }
        let weighed = plain.bytes().zip([3, 7, 1].into_iter().cycle());
        let sum: u32 = weighed.map(|(it, weight)| u32::from(it - b'0') * weight).sum();
        if sum.is_multiple_of(10) { Ok(Routing(plain)) } else { Err(NotANumber::RoutingCheck) }
    }

    /// All nine digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The first eight, by which files of payments name a bank.
    pub fn bank(&self) -> &str {
        &self.0[..8]
    }
}

/// An account number that is right anywhere (ISO 13616), without spaces, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(String);

/// How long IBANs are, by country: the registry of ISO 13616.
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 \
    CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 \
    HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 \
    MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 \
    SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

impl Iban {
    /// Reads one; spaces are passed over, small letters are capitals.
    ///
    /// # Errors
    /// What of it is wrong: its shape, country, length or check digits.
    pub fn parse(text: &str) -> Result<Iban, NotANumber> {
        let plain = capitals(text);
        if !begins_as_checked(&plain) || 34 < plain.len() {
            return Err(NotANumber::IbanShape);
        }
        let country = &plain[..2];
        let length = IBAN_LENGTHS.split_ascii_whitespace().find_map(|it| it.strip_prefix(country));
        let wanted = length.and_then(|it| it.parse().ok()).ok_or(NotANumber::IbanCountry)?;
        if plain.len() != wanted {
            return Err(NotANumber::IbanLength { wanted });
        }
        if rest_97(&plain[4..], &plain[..4]) != 1 {
            return Err(NotANumber::IbanCheck);
        }
        Ok(Iban(plain))
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The two letters of its country.
    pub fn country(&self) -> &str {
        &self.0[..2]
    }
}

/// A bank's number in the network of banks (ISO 9362).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bic(String);

impl Bic {
    /// Reads one; small letters are capitals.
    ///
    /// # Errors
    /// It does not have the shape of one.
    pub fn parse(text: &str) -> Result<Bic, NotANumber> {
        let plain = capitals(text);
        let letters_and_digits =
            plain.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        let named = matches!(plain.len(), 8 | 11)
            && letters_and_digits
            && plain[4..6].bytes().all(|it| it.is_ascii_uppercase());
        if named { Ok(Bic(plain)) } else { Err(NotANumber::BicShape) }
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The number by which a creditor of SEPA direct debits is known (EPC262-08).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditorId(String);

impl CreditorId {
    /// Reads one; spaces are passed over, small letters are capitals. The three letters of the
    /// business do not count in the check digits.
    ///
    /// # Errors
    /// Its shape or its check digits are wrong.
    pub fn parse(text: &str) -> Result<CreditorId, NotANumber> {
        let plain = capitals(text);
        if !begins_as_checked(&plain) || !(8..=35).contains(&plain.len()) {
            return Err(NotANumber::CreditorShape);
        }
        if rest_97(&plain[7..], &plain[..4]) != 1 {
            return Err(NotANumber::CreditorCheck);
        }
        Ok(CreditorId(plain))
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Whether the two digits after the first two letters follow from the rest, as in an IBAN or in a
/// creditor's reference (ISO 11649).
pub fn is_checked(plain: &str) -> bool {
    begins_as_checked(plain) && rest_97(&plain[4..], &plain[..4]) == 1
}

fn capitals(text: &str) -> String {
    text.chars().filter(|it| *it != ' ').map(|it| it.to_ascii_uppercase()).collect()
}

/// Two letters, two digits, then letters and digits.
fn begins_as_checked(plain: &str) -> bool {
    let bytes = plain.as_bytes();
    4 < bytes.len()
        && bytes.iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
}

/// What is left of two texts after each other when they are divided by 97, letters being 10 to 35
/// (ISO 7064).
fn rest_97(first: &str, then: &str) -> u32 {
    first.bytes().chain(then.bytes()).fold(0, |rest, it| match it {
        b'0'..=b'9' => (rest * 10 + u32::from(it - b'0')).rem_euclid(97),
        _ => (rest * 100 + u32::from(it - b'A') + 10).rem_euclid(97),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_number_is_right_or_says_why_not() {
        assert_eq!(Routing::parse("231380104").unwrap().bank(), "23138010");
        assert_eq!(Routing::parse("2313-8010-4").unwrap().digits(), "231380104");
        assert_eq!(Routing::parse("23138010"), Err(NotANumber::RoutingShape));
        assert_eq!(Routing::parse("23138010x"), Err(NotANumber::RoutingShape));
        assert_eq!(Routing::parse("231380105"), Err(NotANumber::RoutingCheck));
    }

    #[test]
    fn an_iban_is_right_or_says_why_not() {
        let right =
            ["DE89 3704 0044 0532 0130 00", "gb82 west 1234 5698 7654 32", "NO9386011117947"];
        assert!(right.iter().all(|it| Iban::parse(it).is_ok()));
        assert_eq!(Iban::parse(right[1]).unwrap().country(), "GB");
        assert_eq!(Iban::parse("DE89"), Err(NotANumber::IbanShape));
        assert_eq!(Iban::parse("DE8937040044053201300é"), Err(NotANumber::IbanShape));
        assert_eq!(Iban::parse("US89370400440532013000"), Err(NotANumber::IbanCountry));
        assert_eq!(
            Iban::parse("DE8937040044053201300"),
            Err(NotANumber::IbanLength { wanted: 22 })
        );
        assert_eq!(Iban::parse("DE89370400440532013001"), Err(NotANumber::IbanCheck));
    }

    #[test]
    fn a_bic_has_its_shape() {
        assert_eq!(Bic::parse("deutdeff").unwrap().text(), "DEUTDEFF");
        assert!(Bic::parse("DEUTDEFF500").is_ok());
        for wrong in ["DEUTDEF", "DEUT12FF", "DEUTDEFF5", "DEUTDEFé", ""] {
            assert_eq!(Bic::parse(wrong), Err(NotANumber::BicShape), "{wrong}");
        }
    }

    #[test]
    fn a_creditor_is_checked_without_its_business() {
        assert_eq!(
            CreditorId::parse("DE98ZZZ09999999999").unwrap(),
            CreditorId::parse("DE98 ZZZ0 9999 9999 99").unwrap()
        );
        assert!(CreditorId::parse("DE98ABC09999999999").is_ok());
        assert_eq!(CreditorId::parse("DE98ZZZ09999999998"), Err(NotANumber::CreditorCheck));
        assert_eq!(CreditorId::parse("DE98ZZZ"), Err(NotANumber::CreditorShape));
    }

    #[test]
    fn no_refusal_says_the_number() {
        for why in [
            Iban::parse("DE89370400440532013001").unwrap_err(),
            Routing::parse("231380105").unwrap_err(),
        ] {
            assert!(!why.to_string().contains("3138") && !why.to_string().contains("3704"));
        }
    }
}
