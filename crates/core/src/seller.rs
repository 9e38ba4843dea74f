//! What an e-invoice says of the utility beside its bills: where it is, in what it counts, and by
//! which numbers it goes.

use std::fmt;

use crate::currency::{Currency, NoCurrency};

/// What holds of the utility as a seller from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// Where it is.
    pub country: Country,
    /// What its amounts are in, which is the same on every day.
    pub currency: Currency,
    /// Its number in a register of companies or of taxpayers.
    pub registration: Option<String>,
    /// Its number for VAT, where it collects VAT.
    pub vat: Option<String>,
}

/// A country, by the two letters of ISO 3166-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country(String);

/// Why something is not said of a seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotASeller {
    /// No such country.
    Country {
        /// What was said.
        said: String,
    },
    /// No such currency, or none with hundredths.
    Currency(NoCurrency),
    /// A number is empty or longer than [`LONGEST`].
    Number {
        /// Which.
        what: &'static str,
    },
    /// A number for VAT does not begin with a country.
    Vat {
        /// What was said.
        said: String,
    },
}

/// The most letters of a number.
pub const LONGEST: usize = 50;

/// ISO 3166-1, and XI for Northern Ireland as EN 16931 takes it.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI \
    BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY \
    CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN \
    GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH \
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL \
    PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV \
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN \
    VU WF WS XI YE YT ZA ZM ZW";

/// Greece writes its numbers for VAT with EL.
const GREECE: &str = "EL";

impl Country {
    /// Reads `US`.
    ///
    /// # Errors
    /// When there is no such country.
    pub fn parse(text: &str) -> Result<Country, NotASeller> {
        match COUNTRIES.split(' ').any(|it| it == text) {
            true => Ok(Country(text.to_owned())),
            false => Err(NotASeller::Country { said: text.to_owned() }),
        }
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl Seller {
    /// A seller of this country and currency who goes by these numbers.
    ///
    /// # Errors
    /// When there is no such country or currency, or a number is none.
    pub fn new(
        country: &str,
        currency: &str,
        registration: Option<&str>,
        vat: Option<&str>,
    ) -> Result<Seller, NotASeller> {
        let registration = registration.map(|it| number("registration number", it)).transpose()?;
        let vat = vat.map(|it| number("VAT number", it)).transpose()?;
        if let Some(said) = &vat {
            let begins = said.get(..2).unwrap_or_default();
            if begins != GREECE && Country::parse(begins).is_err() {
                return Err(NotASeller::Vat { said: said.clone() });
            }
        }
        let country = Country::parse(country)?;
        let currency = Currency::parse(currency).map_err(NotASeller::Currency)?;
        Ok(Seller { country, currency, registration, vat })
    }
}

fn number(what: &'static str, text: &str) -> Result<String, NotASeller> {
    let text = text.trim();
    match text.is_empty() || LONGEST < text.chars().count() {
        true => Err(NotASeller::Number { what }),
        false => Ok(text.to_owned()),
    }
}

impl fmt::Display for Seller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "country {}, currency {}", self.country.0, self.currency)?;
        let numbers = [("registration", &self.registration), ("VAT", &self.vat)];
        for (what, number) in numbers {
            write!(f, ", {what} {}", number.as_deref().unwrap_or("none"))?;
        }
        Ok(())
    }
}

impl fmt::Display for NotASeller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotASeller::Country { said } => {
                write!(f, "there is no country {said}; write two letters of ISO 3166 such as US")
            }
            NotASeller::Currency(why) => why.fmt(f),
            NotASeller::Number { what } => {
                write!(f, "the {what} has 1 to {LONGEST} letters; leave it out where there is none")
            }
            NotASeller::Vat { said } => write!(
                f,
                "{said} is no number for VAT; it begins with its country, such as DE123456789"
            ),
        }
    }
}

impl std::error::Error for NotASeller {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(said: (&str, &str, Option<&str>, Option<&str>), words: &str) {
        let (country, currency, registration, vat) = said;
        let why = Seller::new(country, currency, registration, vat).unwrap_err();
        assert_eq!(why.to_string(), words);
    }

    #[test]
    fn a_seller_says_itself_in_one_sentence() {
        let seller = Seller::new("US", "USD", Some(" 12-3456789 "), None).unwrap();
        let said = "country US, currency USD, registration 12-3456789, VAT none";
        assert_eq!(seller.to_string(), said);
        Seller::new("GR", "EUR", None, Some("EL123456789")).unwrap();
    }

    #[test]
    fn what_no_invoice_may_say_is_refused() {
        refused(
            ("USA", "USD", None, None),
            "there is no country USA; write two letters of ISO 3166 such as US",
        );
        let words = "hundredths; write three letters of ISO 4217 such as USD";
        refused(("US", "usd", None, None), &format!("there is no currency usd with {words}"));
        refused(("JP", "JPY", None, None), &format!("there is no currency JPY with {words}"));
        refused(
            ("US", "USD", Some(" "), None),
            "the registration number has 1 to 50 letters; leave it out where there is none",
        );
        refused(
            ("DE", "EUR", None, Some("123456789")),
            "123456789 is no number for VAT; it begins with its country, such as DE123456789",
        );
    }
}
