//! What the provider tells by itself. A message is believed when it is signed, and says no more than which
//! attempt to ask about: so it does not matter in which order messages come, or how often.

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use meterbook_core::id::AttemptId;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Conflict, Db};
use serde_json::Value;
use sha2::Sha256;

use super::ask::{Look, as_told, look};
use super::stripe::{Answer, Stripe, name};
use super::{NotOnline, settings};
use crate::{refuse, secret};

/// How far the time of a signature may be from ours.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// Letters of what is kept of an event's kind.
const KIND: usize = 100;

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// An attempt was asked about.
    Asked(AttemptId),
    /// It was told before.
    Already,
    /// It is about nothing of ours.
    NotOurs,
    /// The provider tells, and does not answer: it is to tell it again.
    Silent,
}

/// Takes what the provider tells, with the signature that came with it.
pub fn take(db: &Db, at: Timestamp, signature: Option<&str>, body: &[u8]) -> Result<Became> {
    let settings = db.read(|tx| settings::at(tx, at))?;
    let secret = secret::read(&settings.webhook_secret)?;
    let second = signed(&secret, signature.unwrap_or_default(), body)?;
    let away = (at.as_second() - second).abs();
    if TOLERANCE.as_secs() < away {
        return Err(refuse(NotOnline::Stale));
    }
    let event: Value = serde_json::from_slice(body).unwrap_or_default();
    let (Some(id), Some(kind)) = (name(&event["id"]), event["type"].as_str()) else {
        return Err(refuse(NotOnline::NoEvent));
    };
    if db.read(|tx| store::online::told(tx, &id))? {
        return Ok(Became::Already);
    }
    let stripe = Stripe::of(&settings)?;
    let allowed = db.read(|tx| as_told(tx, at))?;
    let became = match about(db, &stripe, &event["data"]["object"])? {
        Answer::Is(Some(attempt)) => match look(db, &stripe, &allowed, attempt)? {
            Look::Stands(..) => Became::Asked(attempt),
            Look::Silent(_) => return Ok(Became::Silent),
        },
        Answer::Is(None) => Became::NotOurs,
        Answer::Not(..) | Answer::Silent(_) => return Ok(Became::Silent),
    };
    match keep(db, &allowed, (&id, kind)) {
        // The same came twice at once, and was asked about twice.
        Err(why) if why.is::<Conflict>() => Ok(Became::Already),
        kept => kept.map(|()| became),
    }
}

fn keep(db: &Db, allowed: &Authorized, (id, kind): (&str, &str)) -> Result<()> {
    let kind: String = kind.chars().take(KIND).collect();
    db.write(|tx| store::online::add_told(tx, id, &kind, allowed.at()))
}

/// The second at which the provider signed these bytes; refuses what it did not sign. How long that takes
/// says nothing of the secret.
fn signed(secret: &str, signature: &str, body: &[u8]) -> Result<i64> {
    let parts = || signature.split(',').filter_map(|it| it.trim().split_once('='));
    let refused = || refuse(NotOnline::NotSigned);
    let (_, at) = parts().find(|it| it.0 == "t").ok_or_else(refused)?;
    let second: i64 = at.parse().map_err(|_| refused())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).context("no secret")?;
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    // While a secret is being changed there are two.
    let agrees = |(_, hex): (&str, &str)| {
        bytes_of(hex).is_some_and(|it| mac.clone().verify_slice(&it).is_ok())
    };
    if parts().filter(|it| it.0 == "v1").any(agrees) { Ok(second) } else { Err(refused()) }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.len() == 64 && hex.bytes().all(|it| it.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    digits.then(|| (0..hex.len()).step_by(2).map(byte).collect()).flatten()
}

/// The attempt that something of the provider's is about: by the key it was asked for with, by its name, or
/// by the page on which its payment was made.
fn about(db: &Db, stripe: &Stripe, object: &Value) -> Result<Answer<Option<AttemptId>>> {
    let key = object["client_reference_id"].as_str().or(object["metadata"]["attempt"].as_str());
    let (session, payment) = match object["object"].as_str() {
        Some("checkout.session") => (name(&object["id"]), None),
        Some("payment_intent") => (None, name(&object["id"])),
        Some("charge" | "dispute" | "refund") => (None, name(&object["payment_intent"])),
        _ => return Ok(Answer::Is(None)),
    };
    let known = db.read(|tx| {
        if let Some(id) = key.map(|it| store::online::by_key(tx, it)).transpose()?.flatten() {
            return Ok(Some(id));
        }
        match (&session, &payment) {
            (Some(it), _) => store::online::by_session(tx, it),
            (None, Some(it)) => store::online::by_reference(tx, it),
            (None, None) => Ok(None),
        }
    })?;
    match (known, payment) {
        (None, Some(payment)) => match stripe.by_payment(&payment) {
            Answer::Is(Some(it)) => {
                Ok(Answer::Is(db.read(|tx| store::online::by_key(tx, &it.key))?))
            }
            Answer::Is(None) => Ok(Answer::Is(None)),
            Answer::Not(status, why) => Ok(Answer::Not(status, why)),
            Answer::Silent(why) => Ok(Answer::Silent(why)),
        },
        (known, _) => Ok(Answer::Is(known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `openssl dgst -sha256 -hmac whsec_test` says of `1700000000.{"id":"evt_1"}`.
    const MADE: &str = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

    #[test]
    fn what_the_provider_signed_is_believed_and_nothing_else() {
        let body = br#"{"id":"evt_1"}"#;
        let other = "0".repeat(64);
        let header = |at: i64, hex: &str| format!("t={at},v1={hex},v0=abc");
        let said = |header: &str, body: &[u8]| signed("whsec_test", header, body).ok();
        assert_eq!(said(&header(1_700_000_000, MADE), body), Some(1_700_000_000));
        let both = format!("t=1700000000, v1={other}, v1={MADE}");
        assert_eq!(said(&both, body), Some(1_700_000_000), "one of two secrets is enough");
        for wrong in [
            header(1_700_000_001, MADE),
            header(1_700_000_000, &other),
            header(1_700_000_000, &MADE[..62]),
            header(1_700_000_000, &format!("é{}", &MADE[2..])),
            format!("t=1700000000,v0={MADE}"),
            format!("v1={MADE}"),
            format!("t=x,v1={MADE}"),
            String::new(),
        ] {
            assert_eq!(said(&wrong, body), None, "{wrong}");
        }
        assert_eq!(said(&header(1_700_000_000, MADE), b"{}"), None, "another body");
        assert!(signed("whsec_other", &header(1_700_000_000, MADE), body).is_err());
    }
}
