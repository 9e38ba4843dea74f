//! By whom, within which limits and from which page customers pay online: a text, as a utility says it.
//!
//! ```text
//! provider        stripe
//! key             env PAY_KEY
//! webhook-secret  env PAY_HOOK
//! link-key        env PAY_LINKS
//! pay-page        https://pay.aldercreek.example
//! currency        USD
//! most            5000.00
//! ```

use std::fmt;

use jiff::civil::{Time, time};

use crate::currency::Currency;
use crate::delivery::settings::{Password, secret};
use crate::money::Money;

/// What a text of settings says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who takes the cards.
    pub provider: Provider,
    /// Where the provider is asked, without a slash at its end.
    pub base: String,
    /// Where the key is that the provider is asked with. It is not in here.
    pub key: Password,
    /// Where the secret is that the provider signs what it tells with.
    pub webhook_secret: Password,
    /// Where the key is that links of bills are made with.
    pub link_key: Password,
    /// Where payers reach this console, without a slash at its end: links begin with it.
    pub pay_page: String,
    /// Where payers go when they are done; their own link without it.
    pub back: Option<String>,
    /// In what is paid.
    pub currency: Currency,
    /// The least that is taken at once.
    pub least: Money,
    /// The most that is taken at once.
    pub most: Money,
    /// Minutes that the provider waits for a payer.
    pub minutes: i64,
    /// Days that a link leads somewhere.
    pub days: i64,
    /// Whether the code on a bill leads to its link.
    pub on_bills: bool,
    /// Whether payers may pay another amount than is asked for.
    pub any_amount: bool,
    /// From which time of a day the console charges cards that are kept by itself; `None` where a person
    /// does.
    pub charge_from: Option<Time>,
    /// The most that it charges in a day: what comes to more waits for a person.
    pub charge_most: Option<Money>,
}

/// Who takes the cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Stripe, or whoever speaks as it does.
    Stripe,
}

words! { Provider { Stripe = "stripe" } }

/// Why a text is no settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSettings {
    /// A line is wrong.
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong, with the way out.
        what: String,
    },
    /// Something is not said.
    Lacks {
        /// The word for it.
        word: &'static str,
    },
    /// The least is more than the most.
    Limits {
        /// The least.
        least: Money,
        /// The most.
        most: Money,
    },
}

const BASE: &str = "https://api.stripe.com";
/// Nobody pays less by card: the fee is more.
const LEAST: Money = Money::from_cents(1_00);
/// What providers wait at least, half an hour from when they hear of it, and at most.
const MINUTES: (i64, i64) = (31, 1_440);
const DAYS: (i64, i64) = (1, 366);
/// When cards are charged where nothing is said: when somebody is about to come to work.
const MORNING: Time = time(6, 0, 0, 0);

/// What was said so far.
#[derive(Default)]
struct Said {
    provider: Option<Provider>,
    base: Option<String>,
    key: Option<Password>,
    webhook_secret: Option<Password>,
    link_key: Option<Password>,
    pay_page: Option<String>,
    back: Option<String>,
    currency: Option<Currency>,
    least: Option<Money>,
    most: Option<Money>,
    minutes: Option<i64>,
    days: Option<i64>,
    on_bills: bool,
    any_amount: bool,
    charge: Option<Option<Time>>,
    charge_most: Option<Money>,
}

impl Settings {
    /// Reads a text. A line is a word and what is said by it; `#` begins a comment at the start of one.
    /// `None` where nothing is said: then nobody pays online.
    ///
    /// # Errors
    /// The first line that is wrong, or what is missing.
    pub fn parse(text: &str) -> Result<Option<Settings>, NoSettings> {
        let (mut said, mut words) = (Said::default(), Vec::new());
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let wrong = |what| NoSettings::Line { line, what };
            let (word, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            if words.contains(&word) {
                return Err(wrong(format!("{word} is said twice; leave one")));
            }
            words.push(word);
            said.take(word, value.trim()).map_err(wrong)?;
        }
        if words.is_empty() { Ok(None) } else { said.whole().map(Some) }
    }
}

impl Said {
    fn take(&mut self, word: &str, value: &str) -> Result<(), String> {
        match word {
            "provider" => {
                let wrong = || format!("{value} is no provider that is known; write stripe");
                self.provider = Some(Provider::from_word(value).ok_or_else(wrong)?);
            }
            "base" => self.base = Some(address(value)?),
            "key" => self.key = Some(secret(value)?),
            "webhook-secret" => self.webhook_secret = Some(secret(value)?),
            "link-key" => self.link_key = Some(secret(value)?),
            "pay-page" => self.pay_page = Some(address(value)?),
            "return" => self.back = Some(address(value)?),
            "currency" => {
                self.currency = Some(Currency::parse(value).map_err(|why| why.to_string())?);
            }
            "least" => self.least = Some(amount(value)?),
            "most" => self.most = Some(amount(value)?),
            "minutes" => self.minutes = Some(whole(value, MINUTES)?),
            "days" => self.days = Some(whole(value, DAYS)?),
            "code" if value == "on-bills" => self.on_bills = true,
            "code" => return Err(format!("{value}: write on-bills, or leave code out")),
            "amounts" if value == "any" => self.any_amount = true,
            "charge" if value == "by-hand" => self.charge = Some(None),
            "charge" => {
                let wrong = |_| format!("{value} is no time; write it like 06:00, or by-hand");
                self.charge = Some(Some(value.parse().map_err(wrong)?));
            }
            "charge-most" => self.charge_most = Some(amount(value)?),
            "amounts" => return Err(format!("{value}: write any, or leave amounts out")),
            _ => {
                return Err(format!(
                    "{word} is not known; write one of provider, base, key, webhook-secret, link-key, \
                     pay-page, return, currency, least, most, minutes, days, code, amounts, \
                     charge, charge-most"
                ));
            }
        }
        Ok(())
    }

    fn whole(self) -> Result<Settings, NoSettings> {
        let lacks = |word| move || NoSettings::Lacks { word };
        let (least, most) = (self.least.unwrap_or(LEAST), self.most.ok_or_else(lacks("most"))?);
        if most < least {
            return Err(NoSettings::Limits { least, most });
        }
        Ok(Settings {
            provider: self.provider.ok_or_else(lacks("provider"))?,
            base: self.base.unwrap_or_else(|| BASE.to_owned()),
            key: self.key.ok_or_else(lacks("key"))?,
            webhook_secret: self.webhook_secret.ok_or_else(lacks("webhook-secret"))?,
            link_key: self.link_key.ok_or_else(lacks("link-key"))?,
            pay_page: self.pay_page.ok_or_else(lacks("pay-page"))?,
            back: self.back,
            currency: self.currency.ok_or_else(lacks("currency"))?,
            least,
            most,
            minutes: self.minutes.unwrap_or(60),
            days: self.days.unwrap_or(120),
            on_bills: self.on_bills,
            any_amount: self.any_amount,
            charge_from: self.charge.unwrap_or(Some(MORNING)),
            charge_most: self.charge_most,
        })
    }
}

/// An address of the web. Plain only where nobody is between.
fn address(value: &str) -> Result<String, String> {
    let secured = value.strip_prefix("https://").is_some_and(|it| !it.is_empty());
    if !secured && !value.starts_with("http://127.0.0.1:") {
        return Err(format!("{value}: write https://…"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

fn amount(value: &str) -> Result<Money, String> {
    let amount = Money::parse(value)?;
    if amount <= Money::ZERO {
        return Err(format!("{value} is not above zero"));
    }
    Ok(amount)
}

fn whole(value: &str, (least, most): (i64, i64)) -> Result<i64, String> {
    let count = value.parse().ok().filter(|it| (least..=most).contains(it));
    count.ok_or_else(|| format!("{value} is no number from {least} to {most}"))
}

impl fmt::Display for NoSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoSettings::Line { line, what } => write!(f, "line {line}: {what}"),
            NoSettings::Lacks { word } => write!(f, "{word} is not said; add a line {word} …"),
            NoSettings::Limits { least, most } => {
                write!(
                    f,
                    "the least is {least} and the most is {most}; say them the other way round"
                )
            }
        }
    }
}

impl std::error::Error for NoSettings {}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST_SAID: &str = "provider stripe\nkey env K\nwebhook-secret env W\nlink-key file links\n\
        pay-page https://pay.example.org/\ncurrency USD\nmost 5000.00\n";

    #[test]
    fn a_text_says_all_there_is_to_say() {
        let it = Settings::parse(LEAST_SAID).unwrap().unwrap();
        assert_eq!((it.base.as_str(), it.pay_page.as_str()), (BASE, "https://pay.example.org"));
        assert_eq!((it.minutes, it.days, it.on_bills, it.any_amount), (60, 120, false, false));
        assert_eq!((it.least, it.most), (LEAST, Money::from_cents(500_000)));
        let more = "# ours\nbase http://127.0.0.1:8420\nreturn https://example.org/thanks\nleast 5\n\
                    minutes 31\ndays 200\ncode on-bills\namounts any\n";
        let it = Settings::parse(&format!("{LEAST_SAID}{more}")).unwrap().unwrap();
        assert_eq!(it.back.as_deref(), Some("https://example.org/thanks"));
        assert_eq!((it.minutes, it.days, it.on_bills, it.any_amount), (31, 200, true, true));
        let charge = |more: &str| {
            let it = Settings::parse(&format!("{LEAST_SAID}{more}")).unwrap().unwrap();
            (it.charge_from, it.charge_most)
        };
        assert_eq!(charge(""), (Some(MORNING), None));
        let most = Some(Money::from_cents(2_000_000));
        assert_eq!(charge("charge 22:30\ncharge-most 20000\n"), (Some(time(22, 30, 0, 0)), most));
        assert_eq!(charge("charge by-hand\n"), (None, None));
        assert_eq!(Settings::parse("\n# nothing\n"), Ok(None));
    }

    #[test]
    fn what_says_nothing_sensible_is_refused_with_its_line() {
        for (text, said) in [
            ("provider acme", "line 1: acme is no provider that is known; write stripe"),
            ("base http://example.org", "line 1: http://example.org: write https://…"),
            ("key sk_live_1", "line 1: say where it is: env NAME or file PATH"),
            ("\nmost 0", "line 2: 0 is not above zero"),
            ("least x", "line 1: x is no amount; write it like 87.45"),
            ("minutes 5", "line 1: 5 is no number from 31 to 1440"),
            ("days 0", "line 1: 0 is no number from 1 to 366"),
            ("code everywhere", "line 1: everywhere: write on-bills, or leave code out"),
            ("charge 6 h", "line 1: 6 h is no time; write it like 06:00, or by-hand"),
            ("charge-most 0", "line 1: 0 is not above zero"),
            ("amounts 5", "line 1: 5: write any, or leave amounts out"),
            ("most 5\nmost 6", "line 2: most is said twice; leave one"),
            (
                "most 5\nleast 6",
                "the least is $6.00 and the most is $5.00; say them the other way round",
            ),
            ("provider stripe", "most is not said; add a line most …"),
        ] {
            assert_eq!(Settings::parse(text).unwrap_err().to_string(), said, "{text}");
        }
        for word in ["provider", "key", "webhook-secret", "link-key", "pay-page", "currency"] {
            let left: String = LEAST_SAID
                .lines()
                .filter(|it| !it.starts_with(word))
                .map(|it| format!("{it}\n"))
                .collect();
            assert_eq!(Settings::parse(&left), Err(NoSettings::Lacks { word }), "{word}");
        }
        let why = Settings::parse("colour blue").unwrap_err().to_string();
        assert!(why.starts_with("line 1: colour is not known"), "{why}");
        assert!(Settings::parse("currency JPY").unwrap_err().to_string().contains("JPY"));
    }
}
