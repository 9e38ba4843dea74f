//! Telling another system what became of bills and other paper, signed as Standard Webhooks says: what is not taken
//! is told again, later each time, under the same id.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::ToSpan;
use meterbook_core::delivery::key;
use meterbook_core::delivery::retry::wait;
use meterbook_core::permission::Authorized;
use meterbook_store::webhook::Untold;
use meterbook_store::{self as store, Conflict, Db};
use serde_json::json;
use sha2::Sha256;
use ureq::Agent;

use super::{NotDelivered, mass};
use crate::agent::agent;
use crate::{Actor, founding, refuse};

/// Days after which nobody is told any more.
const DAYS: i64 = 3;
/// What is told at once; more when it is asked for again.
const AT_ONCE: i64 = 10_000;
/// Bytes of an answer that are kept.
const SAID: usize = 200;

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What was taken.
    pub taken: usize,
    /// What was not taken, and will be told again.
    pub later: usize,
    /// What was not taken before, and not long enough ago to be told again.
    pub waiting: usize,
    /// What nobody was asked to take any more, since the other system had not answered before.
    pub unasked: usize,
}

/// What the other system made of an event.
enum Answer {
    Taken,
    /// It answered, and did not take it.
    Not(String),
    /// It did not answer, or was not who it should be.
    Silent(String),
}

/// Tells what became of bills and was not taken yet, to the address in the settings. `secret` is what
/// they say where to find. The first event that is not answered is the last one told now.
pub fn tell(db: &Db, actor: Actor, secret: Option<&str>) -> Result<Told> {
    let (allowed, url, open) = db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        let today = founding::zone(tx)?.day_of(actor.at);
        let url = super::settings::on(tx, today)?.webhook;
        let url = url.ok_or_else(|| refuse(NotDelivered::NotSet { word: "webhook" }))?;
        let since = actor.at.checked_sub((24 * DAYS).hours())?;
        let open = store::webhook::open(tx, since, AT_ONCE)?;
        let said = format!("{} events", open.len());
        store::audit::add(tx, &allowed, "tell of deliveries", &url, &said)?;
        Ok((allowed, url, open))
    })?;
    let secret = secret.ok_or_else(|| refuse(NotDelivered::NotSet { word: "webhook-secret" }))?;
    let secret = bytes_of(secret)?;
    let agent = agent(&url);
    let mut told = Told::default();
    let mut silent = false;
    for it in open {
        let early = it.told.is_some_and(|at| {
            let after = at.checked_add(wait(it.times));
            after.is_ok_and(|after| actor.at < after)
        });
        if early {
            told.waiting += 1;
            continue;
        }
        // Whoever does not answer once would be waited for with every event, ten seconds each.
        if silent {
            told.unasked += 1;
            continue;
        }
        let answer = post(db, &agent, (&url, &secret), &allowed, &it)?;
        silent = matches!(answer, Answer::Silent(_));
        let (taken, said): (bool, String) = match answer {
            Answer::Taken => (true, String::new()),
            Answer::Not(why) | Answer::Silent(why) => (false, why.chars().take(SAID).collect()),
        };
        let kept = db.write(|tx| store::webhook::add(tx, &it, (taken, &said), allowed.at()));
        match kept {
            // Somebody else told the same at the same time; its id says that it is the same.
            Err(why) if why.is::<Conflict>() => {}
            kept => kept?,
        }
        if taken {
            told.taken += 1;
        } else {
            told.later += 1;
        }
    }
    Ok(told)
}

/// A secret as its owner has it: `whsec_` and base64, or any text.
fn bytes_of(secret: &str) -> Result<Vec<u8>> {
    match secret.strip_prefix("whsec_") {
        Some(coded) => STANDARD.decode(coded).context("the secret of the webhook is no base64"),
        None => Ok(secret.as_bytes().to_vec()),
    }
}

/// Posts one event.
fn post(
    db: &Db,
    agent: &Agent,
    (url, secret): (&str, &[u8]),
    allowed: &Authorized,
    it: &Untold,
) -> Result<Answer> {
    let (piece, account) = db.read(|tx| {
        let (piece, _) = store::outbox::get(tx, it.piece)?;
        let account = store::account::get(tx, piece.account)?;
        Ok((piece, account.number))
    })?;
    let key = key(&piece.number, piece.person, piece.way);
    // No name and no address: whoever reads it knows the account, or has no business with it.
    let kind = piece.enclosed.kind();
    let body = json!({
        "type": format!("{kind}.{}", it.state),
        "timestamp": it.at.to_string(),
        "data": {
            "piece": key,
            (kind.word()): piece.number,
            "account": account.to_string(),
            "way": piece.way.word(),
            "state": it.state.word(),
        },
    })
    .to_string();
    let id = format!("{key}/{}", it.position);
    let at = allowed.at().as_second().to_string();
    let sent = agent
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", &at)
        .header("webhook-signature", signature(secret, &id, &at, &body)?)
        .send(body.as_bytes());
    Ok(match sent {
        Ok(answer) if answer.status().is_success() => Answer::Taken,
        Ok(answer) => Answer::Not(format!("it answered {}", answer.status())),
        Err(why) => Answer::Silent(why.to_string()),
    })
}

/// `v1,` and what the secret makes of id, time and body.
fn signature(secret: &[u8], id: &str, at: &str, body: &str) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).context("no secret")?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_signature_is_as_the_specification_has_it() {
        let secret = bytes_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let made = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body).unwrap();
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(bytes_of("plain").unwrap(), b"plain");
        assert!(bytes_of("whsec_!").is_err());
    }
}
