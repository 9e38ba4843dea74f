//! What the amounts of a utility are in, and how people read them: `$1,234.50`, `€1,234.50`, `1,234.50 zł`.
//!
//! The program writes the amounts of all its sentences one way, with `$`, as it writes each day of the record
//! as `2026-08-04`. Whatever hands a sentence to a person writes it in the currency of the utility ([`Currency::said`]).

use std::borrow::Cow;
use std::fmt;

use crate::money::Money;
use crate::text::grouped;

/// A currency with hundredths, by the three letters of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(&'static str);

/// There is no such currency, or none with hundredths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCurrency {
    /// What was said.
    pub said: String,
}

/// ISO 4217, those with hundredths: the ledger counts nothing else.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN \
    BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL \
    GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
    LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB \
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";

/// Those of them whose own sign is `$`.
const DOLLARS: &str = "ARS AUD BBD BMD BND BSD BZD CAD COP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD \
    NIO NZD SBD SGD SRD TTD TWD USD UYU XCD";

/// Those that share the pound's sign.
const POUNDS: &str = "FKP GBP GIP SHP";

/// Every mark that is no three letters.
const MARKS: [&str; 4] = ["$", "€", "£", "zł"];

/// The sign with which the program writes amounts.
const SIGN: char = '$';

impl Currency {
    /// What amounts are in where nobody says it.
    pub const DOLLARS: Currency = Currency("USD");

    /// Reads `USD`.
    ///
    /// # Errors
    /// When there is no such currency, or it has no hundredths.
    pub fn parse(text: &str) -> Result<Currency, NoCurrency> {
        let known = CURRENCIES.split(' ').find(|it| *it == text).map(Currency);
        known.ok_or_else(|| NoCurrency { said: text.to_owned() })
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// Whether people read its amounts as the program writes them, with `$`.
    pub fn is_as_written(self) -> bool {
        self.is_of(DOLLARS)
    }

    fn is_of(self, all: &str) -> bool {
        all.split(' ').any(|it| it == self.0)
    }

    /// What stands directly before an amount and what directly behind it, one of them empty. Where no sign is
    /// known by everybody, it is the three letters.
    pub fn marks(self) -> [String; 2] {
        let before = match self.0 {
            "PLN" => return [String::new(), "\u{a0}zł".to_owned()],
            "EUR" => "€".to_owned(),
            _ if self.is_as_written() => SIGN.to_string(),
            _ if self.is_of(POUNDS) => "£".to_owned(),
            code => format!("{code}\u{a0}"),
        };
        [before, String::new()]
    }

    /// Whether people call it so: by its letters or its mark.
    pub fn is_called(self, text: &str) -> bool {
        let mark = self.marks().concat();
        self.0.eq_ignore_ascii_case(text) || mark.trim() == text
    }

    /// Whether people call any currency so.
    pub fn is_any(text: &str) -> bool {
        MARKS.contains(&text) || Currency::parse(&text.to_ascii_uppercase()).is_ok()
    }

    /// An amount as somebody types it: bare, or with the letters or the mark of this currency on either side.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, such as that it is in another currency.
    pub fn typed(self, text: &str) -> Result<Money, String> {
        let (sign, rest) = match text.trim().strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.trim()),
        };
        let is_number = |it: char| it.is_ascii_digit() || matches!(it, '.' | ',');
        let number = rest.trim_matches(|it| !is_number(it));
        let mark: Vec<&str> = rest.split(number).filter(|_| !number.is_empty()).collect();
        let mark = mark.concat();
        match mark.trim() {
            "" => Money::parse(text),
            mark if self.is_called(mark) => Money::parse(&format!("{sign}{number}")),
            // The amount is not said again: whoever says the sentence would write it in this currency.
            mark if Currency::is_any(mark) => {
                Err(format!("amounts are in {self} and not in {mark}; write it like 87.45"))
            }
            _ => Money::parse(text),
        }
    }

    /// An amount as people read it: `€1,234.50`, `-€0.05`.
    pub fn write(self, amount: Money) -> String {
        let plain = amount.plain();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", &*plain), |it| ("-", it));
        let [before, behind] = self.marks();
        format!("{sign}{before}{}{behind}", grouped(digits))
    }

    /// A sentence of the program with its amounts and prices in this currency. Whatever has not the shape in which
    /// the program writes them stays as somebody wrote it: `$5`, `US$5.00`.
    pub fn said(self, sentence: &str) -> Cow<'_, str> {
        if self.is_as_written() || !sentence.contains(SIGN) {
            return Cow::Borrowed(sentence);
        }
        let [before, behind] = self.marks();
        let (mut said, mut rest) = (String::with_capacity(sentence.len()), sentence);
        while let Some((text, from)) = rest.split_once(SIGN) {
            said.push_str(text);
            let foreign = said.ends_with(char::is_alphanumeric);
            let (number, after) = from.split_at(if foreign { 0 } else { number(from) });
            match number {
                "" => said.push(SIGN),
                number => said.extend([before.as_str(), number, behind.as_str()]),
            }
            rest = after;
        }
        said.push_str(rest);
        Cow::Owned(said)
    }
}

/// How long the amount or price is that a text begins with, in bytes: whole units and at least two decimals.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = text.bytes().take_while(|it| it.is_ascii_digit() || *it == b',').count();
    match text[whole..].strip_prefix('.').map_or(0, digits) {
        places @ 2.. if 0 < digits(text) => whole + 1 + places,
        _ => 0,
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for NoCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no currency {} with hundredths; write three letters of ISO 4217 such as USD",
            self.said
        )
    }
}

impl std::error::Error for NoCurrency {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn an_amount_is_written_as_the_country_writes_it() {
        let amount = Money::from_cents(-123_450);
        for (code, said) in [
            ("USD", "-$1,234.50"),
            ("CAD", "-$1,234.50"),
            ("AUD", "-$1,234.50"),
            ("MXN", "-$1,234.50"),
            ("EUR", "-€1,234.50"),
            ("GBP", "-£1,234.50"),
            ("PLN", "-1,234.50\u{a0}zł"),
            ("CHF", "-CHF\u{a0}1,234.50"),
        ] {
            assert_eq!(of(code).write(amount), said);
            assert_eq!(of(code).said(&amount.to_string()), said, "both ways lead to one text");
        }
        assert!(
            [DOLLARS, POUNDS].iter().all(|it| it.split(' ').all(|it| Currency::parse(it).is_ok()))
        );
    }

    #[test]
    fn a_sentence_has_all_its_amounts_and_prices_in_the_currency() {
        let sentence = "742 kWh x $0.1168 per kWh, +$1.00 (of $1,234.56); -$0.05.";
        assert_eq!(
            of("EUR").said(sentence),
            "742 kWh x €0.1168 per kWh, +€1.00 (of €1,234.56); -€0.05."
        );
        assert_eq!(
            of("PLN").said(sentence),
            "742 kWh x 0.1168\u{a0}zł per kWh, +1.00\u{a0}zł (of 1,234.56\u{a0}zł); -0.05\u{a0}zł."
        );
        assert!(matches!(of("USD").said(sentence), Cow::Borrowed(it) if it == sentence));
    }

    #[test]
    fn what_somebody_wrote_otherwise_stays() {
        for text in
            ["$5 at the door", "US$5.00", "$", "$$", "a$b", "$.50", "$1,2", "$,5.00", "é$ 5.00"]
        {
            assert_eq!(of("EUR").said(text), text);
        }
        assert_eq!(of("EUR").said("$ $1.00"), "$ €1.00");
    }

    #[test]
    fn an_amount_is_typed_in_this_currency_alone() {
        let (euros, dollars) = (of("EUR"), Currency::DOLLARS);
        for text in ["12.50", "€12.50", "12.50 €", "12.50€", "EUR 12.50", "12.50 eur", " € 12.50 "]
        {
            assert_eq!(euros.typed(text), Ok(Money::from_cents(12_50)), "{text}");
        }
        assert_eq!(euros.typed("-€1,234.50"), Ok(Money::from_cents(-123_450)));
        assert_eq!(dollars.typed("$1,234.50"), Ok(Money::from_cents(123_450)));
        assert_eq!(of("PLN").typed("12.50 zł"), Ok(Money::from_cents(12_50)));
        for (currency, text, mark) in
            [(euros, "$12.50", "$"), (dollars, "12.50 €", "€"), (dollars, "EUR 12.50", "EUR")]
        {
            let why = currency.typed(text).unwrap_err();
            assert!(why.contains(&format!(" and not in {mark}; ")), "{why}");
            assert_eq!(currency.said(&why), why, "no other mark takes its place");
        }
        // A comma between units and hundredths is never guessed.
        for text in ["12,50 €", "12,50", "€", "", "12.50 apples", "€1€2", "1.2345"] {
            assert!(euros.typed(text).unwrap_err().contains("is no amount"), "{text}");
        }
    }

    #[test]
    fn a_currency_without_hundredths_is_none_of_the_ledger() {
        for said in ["JPY", "KWD", "usd", ""] {
            assert_eq!(Currency::parse(said), Err(NoCurrency { said: said.to_owned() }));
        }
    }
}
