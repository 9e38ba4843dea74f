//! Asking Stripe, or whoever speaks as it does: for a page where a card is paid with, and how that stands.
//! Something is asked for once, under the key of its attempt; how it stands is asked as often as needed.

use anyhow::{Context, Result};
use jiff::{Timestamp, ToSpan};
use meterbook_core::money::Money;
use meterbook_core::online::Attempt;
use meterbook_core::online::card::KeptCard;
use meterbook_core::online::settings::Settings;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::{agent, secret};

/// The shape of its answers that is read here, whatever the utility chose there.
const VERSION: &str = "2024-06-20";
/// Bytes of an answer that are read: a list of a hundred sessions is less.
const ANSWER: u64 = 4_000_000;
/// Letters that are kept of what it says.
const SAID: usize = 200;
/// Sessions on a page of a list, and pages that are read of it.
const PAGE: usize = 100;
const PAGES: usize = 50;
/// Letters of a name that the provider gives.
const NAME: usize = 255;
/// What says no more than that it is to be asked again later.
const LATER: [u16; 4] = [408, 409, 425, 429];
/// There is no such thing.
const NOT_THERE: u16 = 404;
/// It is the card that is wrong, and not what was asked.
pub(super) const CARD: u16 = 402;

/// Stripe, with the key to ask it.
pub(super) struct Stripe {
    agent: Agent,
    base: String,
    key: String,
}

/// What came of asking.
pub(super) enum Answer<T> {
    /// This.
    Is(T),
    /// It said no, with this status.
    Not(u16, String),
    /// Nobody knows: it did not answer, or not so that it says anything.
    Silent(String),
}

/// A page where somebody may pay.
pub(super) struct Session {
    /// Its name.
    pub(super) id: String,
    /// The key of the attempt that it was asked for with.
    pub(super) key: String,
    /// How it stands.
    pub(super) state: SessionState,
    /// Where it is, while somebody may pay there.
    pub(super) url: Option<String>,
}

/// How a page stands.
pub(super) enum SessionState {
    /// It waits for the payer.
    Open,
    /// The payer did what is to be done there, by the payment of this name.
    Complete(String),
    /// Nobody paid in time.
    Expired,
}

/// A payment.
pub(super) struct Payment {
    /// Its name.
    pub(super) reference: String,
    /// How it stands.
    pub(super) state: PaymentState,
    /// How much.
    pub(super) amount: Money,
    /// In which currency, in capitals.
    pub(super) currency: String,
    /// When it came.
    pub(super) at: Timestamp,
    /// What of it went back.
    pub(super) refunded: Money,
    /// Whether a bank asks for it back, or asked.
    pub(super) disputed: bool,
    /// The brand of the card.
    pub(super) brand: String,
    /// Its last four digits.
    pub(super) last_four: String,
    /// The provider's names for whose card it is and for the card, where it keeps it.
    pub(super) kept: Option<(String, String)>,
    /// Why it is not paid, where the card's bank said.
    pub(super) refused: Option<String>,
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaymentState {
    /// It is paid.
    Paid,
    /// It is on its way.
    Waits,
    /// The payer is to confirm it.
    Asks,
    /// It will not be.
    Not,
}

/// What a bank makes of a payment that it asks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dispute {
    /// It only asks.
    Asks,
    /// It has the money back.
    Took,
    /// It gave the money back again.
    Gave,
}

impl Stripe {
    /// As settings say, with the key from where they say it is.
    pub(super) fn of(settings: &Settings) -> Result<Stripe> {
        let key = secret::read(&settings.key)?;
        Ok(Stripe { agent: agent::agent(&settings.base), base: settings.base.clone(), key })
    }

    /// Asks for a page where what an attempt is for may be paid, once: the key tells it from every other.
    pub(super) fn open(
        &self,
        it: &Attempt,
        settings: &Settings,
        (named, back, keep): (&str, &str, bool),
    ) -> Result<Answer<Session>> {
        let until = it.begun.checked_add(settings.minutes.minutes())?;
        let mut form = vec![
            ("mode", "payment".to_owned()),
            ("payment_method_types[0]", "card".to_owned()),
            ("client_reference_id", it.key.clone()),
            ("metadata[attempt]", it.key.clone()),
            ("payment_intent_data[metadata][attempt]", it.key.clone()),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", it.currency.to_lowercase()),
            ("line_items[0][price_data][unit_amount]", it.amount.cents().to_string()),
            ("line_items[0][price_data][product_data][name]", named.to_owned()),
            ("expires_at", until.as_second().to_string()),
            ("success_url", back.to_owned()),
            ("cancel_url", back.to_owned()),
        ];
        // Their page says what is kept then, and for what.
        if keep {
            form.push(("customer_creation", "always".to_owned()));
            form.push(("payment_intent_data[setup_future_usage]", "off_session".to_owned()));
        }
        Ok(self.post("checkout/sessions", &it.key, &form).and_then(session))
    }

    /// Charges a card that is kept, once, while nobody is there to confirm anything.
    pub(super) fn charge(&self, it: &Attempt, card: &KeptCard, named: &str) -> Answer<Payment> {
        let form = [
            ("amount", it.amount.cents().to_string()),
            ("currency", it.currency.to_lowercase()),
            ("customer", card.customer.clone()),
            ("payment_method", card.method.clone()),
            ("payment_method_types[0]", "card".to_owned()),
            ("off_session", "true".to_owned()),
            ("confirm", "true".to_owned()),
            ("metadata[attempt]", it.key.clone()),
            ("metadata[bill]", named.to_owned()),
            ("expand[0]", "latest_charge".to_owned()),
            ("expand[1]", "payment_method".to_owned()),
        ];
        self.post("payment_intents", &it.key, &form).and_then(|it| payment(&it))
    }

    /// The payment that was asked for under a key within a day after `begun` of a customer, if it was heard.
    pub(super) fn charged(
        &self,
        customer: &str,
        key: &str,
        begun: Timestamp,
    ) -> Answer<Option<Payment>> {
        let from = (begun.as_second() - 300).to_string();
        let to = (begun.as_second() + 90_000).to_string();
        let limit = PAGE.to_string();
        let query = [
            ("customer", customer),
            ("created[gte]", &*from),
            ("created[lte]", &*to),
            ("limit", &*limit),
            ("expand[]", "data.latest_charge"),
            ("expand[]", "data.payment_method"),
        ];
        self.get("payment_intents", &query).and_then(|page| {
            let Some(all) = page["data"].as_array() else { return strange() };
            match all.iter().find(|it| it["metadata"]["attempt"].as_str() == Some(key)) {
                Some(it) => payment(it).map(Some),
                // A customer is one account's, which has no hundred payments in a day.
                None if page["has_more"].as_bool() == Some(true) => strange(),
                None => Answer::Is(None),
            }
        })
    }

    /// Lets the provider forget a card; whether it knows it of nobody now.
    pub(super) fn forget(&self, method: &str) -> Answer<bool> {
        let path = format!("payment_methods/{method}/detach");
        match self.post(&path, &format!("forget-{method}"), &[]) {
            Answer::Is(it) => Answer::Is(it["customer"].is_null()),
            // What is forgotten already is refused: it says so itself.
            Answer::Not(..) => match self.get(&format!("payment_methods/{method}"), &[]) {
                Answer::Not(NOT_THERE, _) => Answer::Is(true),
                heard => heard.map(|it| it["customer"].is_null()),
            },
            Answer::Silent(why) => Answer::Silent(why),
        }
    }

    /// Ends a page where nobody paid yet. Asked twice, it is ended all the same.
    pub(super) fn expire(&self, id: &str) -> Answer<Session> {
        let path = format!("checkout/sessions/{id}/expire");
        self.post(&path, &format!("expire-{id}"), &[]).and_then(session)
    }

    /// How a page stands, if it is known there.
    pub(super) fn session(&self, id: &str) -> Answer<Option<Session>> {
        match self.get(&format!("checkout/sessions/{id}"), &[]) {
            Answer::Not(NOT_THERE, _) => Answer::Is(None),
            heard => heard.and_then(session).map(Some),
        }
    }

    /// The page that was asked for under a key some time after `begun`, if it was heard.
    pub(super) fn by_key(&self, key: &str, begun: Timestamp) -> Answer<Option<Session>> {
        let from = (begun.as_second() - 300).to_string();
        let to = (begun.as_second() + 900).to_string();
        let mut after = String::new();
        for _ in 0..PAGES {
            let limit = PAGE.to_string();
            let mut query =
                vec![("created[gte]", &*from), ("created[lte]", &*to), ("limit", &*limit)];
            if !after.is_empty() {
                query.push(("starting_after", &after));
            }
            let page = match self.get("checkout/sessions", &query) {
                Answer::Is(page) => page,
                Answer::Not(status, why) => return Answer::Not(status, why),
                Answer::Silent(why) => return Answer::Silent(why),
            };
            let Some(all) = page["data"].as_array() else { return strange() };
            let ours = all.iter().find(|it| it["client_reference_id"].as_str() == Some(key));
            if let Some(it) = ours {
                return session(it.clone()).map(Some);
            }
            match all.last().and_then(|it| name(&it["id"])) {
                Some(last) if page["has_more"].as_bool() == Some(true) => after = last,
                _ => return Answer::Is(None),
            }
        }
        Answer::Silent("more was asked for at that time than is looked through".to_owned())
    }

    /// The page on which a payment was made, if there was one.
    pub(super) fn by_payment(&self, reference: &str) -> Answer<Option<Session>> {
        let page = self.get("checkout/sessions", &[("payment_intent", reference), ("limit", "1")]);
        page.and_then(|page| match page["data"].as_array() {
            Some(all) => all.first().map_or(Answer::Is(None), |it| session(it.clone()).map(Some)),
            None => strange(),
        })
    }

    /// How a payment stands.
    pub(super) fn payment(&self, reference: &str) -> Answer<Payment> {
        let query = [("expand[]", "latest_charge"), ("expand[]", "payment_method")];
        self.get(&format!("payment_intents/{reference}"), &query).and_then(|it| payment(&it))
    }

    /// What a bank made of a payment that it asked back, the last time that it did.
    pub(super) fn dispute(&self, reference: &str) -> Answer<Option<Dispute>> {
        let page = self.get("disputes", &[("payment_intent", reference), ("limit", "1")]);
        page.and_then(|page| match page["data"].as_array() {
            Some(all) => Answer::Is(all.first().map(|it| match it["status"].as_str() {
                Some("won") => Dispute::Gave,
                Some("needs_response" | "under_review" | "lost") => Dispute::Took,
                _ => Dispute::Asks,
            })),
            None => strange(),
        })
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer<Value> {
        let asked = self.agent.get(format!("{}/v1/{path}", self.base));
        let asked = asked
            .query_pairs(query.iter().copied())
            .header("authorization", self.bearer())
            .header("stripe-version", VERSION);
        self.heard(asked.call())
    }

    fn post(&self, path: &str, key: &str, form: &[(&str, String)]) -> Answer<Value> {
        let asked = self.agent.post(format!("{}/v1/{path}", self.base));
        let asked = asked
            .header("authorization", self.bearer())
            .header("stripe-version", VERSION)
            .header("idempotency-key", key);
        self.heard(asked.send_form(form.iter().map(|(name, value)| (*name, value.as_str()))))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }

    fn heard(&self, sent: Result<Response<Body>, ureq::Error>) -> Answer<Value> {
        let said = |text: &str| text.replace(&self.key, "…").chars().take(SAID).collect::<String>();
        let read = sent.and_then(|mut it| {
            let text = it.body_mut().with_config().limit(ANSWER).read_to_string()?;
            Ok((it.status(), text))
        });
        let (status, text) = match read {
            Ok(read) => read,
            Err(why) => return Answer::Silent(said(&why.to_string())),
        };
        let value: Option<Value> = serde_json::from_str(&text).ok();
        match value {
            Some(value) if status.is_success() => Answer::Is(value),
            Some(value) if status.is_client_error() && !LATER.contains(&status.as_u16()) => {
                let why = value["error"]["message"].as_str().map(said);
                let why = why.unwrap_or_else(|| format!("it answered {status}"));
                let of_card = value["error"]["type"].as_str() == Some("card_error");
                Answer::Not(if of_card { CARD } else { status.as_u16() }, why)
            }
            _ => Answer::Silent(format!("it answered {status}")),
        }
    }
}

impl<T> Answer<T> {
    fn and_then<U>(self, next: impl FnOnce(T) -> Answer<U>) -> Answer<U> {
        match self {
            Answer::Is(it) => next(it),
            Answer::Not(status, why) => Answer::Not(status, why),
            Answer::Silent(why) => Answer::Silent(why),
        }
    }

    fn map<U>(self, of: impl FnOnce(T) -> U) -> Answer<U> {
        self.and_then(|it| Answer::Is(of(it)))
    }
}

/// A name that the provider gives: of nothing else than letters, digits and lines, so that it is no path.
pub(super) fn name(value: &Value) -> Option<String> {
    let text = value.as_str().or_else(|| value["id"].as_str())?;
    let fits = (1..=NAME).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    fits.then(|| text.to_owned())
}

fn strange<T>() -> Answer<T> {
    Answer::Silent("it answered what nobody asked".to_owned())
}

fn session(value: Value) -> Answer<Session> {
    let state = match value["status"].as_str() {
        Some("open") => Some(SessionState::Open),
        Some("complete") => name(&value["payment_intent"]).map(SessionState::Complete),
        Some("expired") => Some(SessionState::Expired),
        _ => None,
    };
    let key = value["client_reference_id"].as_str();
    let (Some(id), Some(key), Some(state)) = (name(&value["id"]), key, state) else {
        return strange();
    };
    let url = value["url"].as_str().filter(|it| it.starts_with("http"));
    Answer::Is(Session { id, key: key.to_owned(), state, url: url.map(str::to_owned) })
}

fn payment(value: &Value) -> Answer<Payment> {
    read(value).map_or_else(|_| strange(), Answer::Is)
}

fn read(value: &Value) -> Result<Payment> {
    let (charge, card) = (&value["latest_charge"], &value["payment_method"]["card"]);
    let state = match value["status"].as_str().context("a payment stands somehow")? {
        "succeeded" => PaymentState::Paid,
        "requires_payment_method" | "canceled" => PaymentState::Not,
        "requires_action" | "requires_confirmation" => PaymentState::Asks,
        _ => PaymentState::Waits,
    };
    let cents = |it: &Value| it.as_i64().map(Money::from_cents);
    // What was not paid has no charge.
    let of = if state == PaymentState::Paid { charge } else { value };
    let letters = |it: &Value, most: usize| -> String {
        let text = it.as_str().unwrap_or_default().chars();
        text.filter(char::is_ascii_alphanumeric).take(most).collect()
    };
    let last_four = letters(&card["last4"], 4);
    let four = last_four.len() == 4 && last_four.bytes().all(|it| it.is_ascii_digit());
    Ok(Payment {
        reference: name(&value["id"]).context("a payment has a name")?,
        state,
        amount: cents(&of["amount"]).context("a payment has an amount")?,
        currency: of["currency"].as_str().context("an amount has a currency")?.to_uppercase(),
        at: Timestamp::from_second(of["created"].as_i64().context("it came some time")?)?,
        refunded: cents(&charge["amount_refunded"]).unwrap_or_default(),
        disputed: charge["disputed"].as_bool().unwrap_or(false),
        brand: letters(&card["brand"], 20),
        last_four: if four { last_four } else { String::new() },
        kept: name(&value["customer"]).zip(name(&value["payment_method"])),
        refused: value["last_payment_error"]["message"]
            .as_str()
            .map(|it| it.chars().take(SAID).collect()),
    })
}
