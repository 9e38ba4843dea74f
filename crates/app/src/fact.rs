//! Facts that posted bills stand on, told otherwise: what is told, the bills that it reaches, and both in
//! one act.
//!
//! The acts that say facts for the first time refuse days that are billed, so that nobody changes what a
//! bill was made of by accident. This is the other way, on purpose: with a reason and with what proves
//! it. What was believed before is kept under the telling, and a bill is made again from what was believed
//! when it was posted.

mod agreement;
mod multiplier;
mod term;
pub mod version;

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::id::{AccountId, AgreementId, ServicePointId, TellingId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::audit::Change;
use meterbook_store::telling::Telling;
use meterbook_store::{self as store, Counter, Tx};
use serde_json::{Value, json};

pub use self::multiplier::Times;
pub use self::term::Says;
use crate::approval::{Asked, Outcome, do_or_ask, needs_second};
use crate::authority::authorize;
use crate::bill_run::correct::{NewCorrection, NotCorrected, seen};
use crate::{Actor, Refused, refuse};

/// The act in the audit and among approvals.
pub(crate) const TELL: &str = "tell otherwise";

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// What an agreement says of itself on some days.
    Term {
        /// Which agreement.
        agreement: AgreementId,
        /// What it says.
        says: Says,
    },
    /// The tariff an agreement was on.
    Tariff {
        /// Which agreement.
        agreement: AgreementId,
        /// The code of the tariff.
        code: String,
        /// The first day on it.
        from: Date,
    },
    /// The first day of service.
    Start {
        /// Of which agreement.
        agreement: AgreementId,
        /// The day.
        on: Date,
    },
    /// The end of service.
    End {
        /// Of which agreement.
        agreement: AgreementId,
        /// The first day without it; `None` where it goes on.
        on: Option<Date>,
    },
    /// How many times what its registers showed a meter counted.
    Multiplier(Times),
}

/// A fact to be told otherwise, with the bills that were looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTelling {
    /// What.
    fact: Fact,
    /// Why the bills were wrong; it decides how far back may be charged.
    cause: Cause,
    /// What proves it.
    evidence: String,
    /// What each account whose bills it reaches would owe more before interest, when somebody looked.
    nets: Vec<(AccountId, Money)>,
    /// The permission of those for which it may take a second person.
    under: Permission,
}

/// What a fact told otherwise would come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What is told, in a sentence.
    pub said: String,
    /// What is believed now.
    pub was: String,
    /// Of each account whose bills it reaches those bills, and those that would stand in their place.
    pub corrections: Vec<Correction>,
    /// Of each account whose bills are left as they are, because it comes to too little, why.
    pub too_small: Vec<(AccountId, NotCorrected)>,
}

/// Why a fact is not told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTold {
    /// Nobody said why.
    NoReason,
    /// Nothing proves it.
    NoEvidence,
    /// That is believed already.
    Same {
        /// What.
        said: String,
    },
    /// The agreement ended by then, and another one of the account went on there.
    Followed {
        /// When it ended.
        on: Date,
        /// The other one.
        by: AgreementId,
    },
    /// Days before the turn of the first bill are on no bill that could be made again.
    EarlierTurn {
        /// The first day of that turn.
        turn: Date,
    },
    /// No day from then on is billed.
    Unbilled {
        /// From when on.
        on: Date,
    },
    /// What the last bill kept in a bank was paid out when service ended.
    Settled,
    /// It gets or gives a share of somebody's surplus, which is on the bills of others too.
    Shares {
        /// Whose surplus.
        host: AgreementId,
    },
    /// Bills of a turn are being worked out with the tariffs as they are.
    AtWork,
    /// It comes to something else than when somebody looked.
    NotAsSeen {
        /// What it came to.
        was: Money,
        /// What it comes to.
        now: Money,
    },
}

/// What there is to say of a fact before it is told.
struct Look {
    /// What it is about, as the audit calls it.
    subject: String,
    said: String,
    was: String,
    /// Whose bills may have been made of it.
    accounts: Vec<AccountId>,
    /// The first day on which it is another one.
    from: Date,
}

/// What telling a fact otherwise would come to, bill by bill. Nothing is kept.
pub fn preview(tx: &mut Tx, actor: Actor, fact: &Fact, cause: Cause) -> Result<Told> {
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let new = NewTelling::new(fact.clone(), cause, "", Vec::new());
    tx.trial(|tx| {
        let it = Telling { at: actor.at, ..new.telling("") };
        new.put(tx, it, today).map(|it| it.1)
    })
}

/// Tells a fact otherwise and corrects the bills that it reaches, in one act; it takes what saying the fact
/// takes and what correcting those bills takes, and waits for a second person where that does.
pub fn tell(tx: &mut Tx, actor: Actor, new: NewTelling, why: &str) -> Result<Outcome> {
    let (mut new, own, amount) = (new.clone(), new.fact.permission(), new.amount());
    for (permission, amount) in [(Permission::CorrectBills, Some(amount)), (own, None)] {
        match authorize(tx, actor, permission, amount) {
            Ok(_) => (),
            // Then the whole waits for a second person, who may do what it is that takes two.
            Err(why) if needs_second(&why) => new.under = permission,
            Err(why) => return Err(why),
        }
    }
    if why.trim().is_empty() {
        return Err(refuse(NotTold::NoReason));
    }
    do_or_ask(tx, actor, &Asked::Tell(new), why)
}

impl Told {
    /// As somebody who has looked at it asks for it.
    pub fn wanted(&self, fact: Fact, cause: Cause, evidence: &str) -> NewTelling {
        let nets = self.corrections.iter().map(|it| (it.account, it.charged())).collect();
        NewTelling::new(fact, cause, evidence, nets)
    }

    /// What all accounts owe more because of it, or less.
    pub fn net(&self) -> Money {
        self.corrections.iter().map(|it| it.net).sum()
    }
}

impl NewTelling {
    /// A fact with what correcting the bills of each account that it reaches came to.
    pub fn new(
        fact: Fact,
        cause: Cause,
        evidence: &str,
        nets: Vec<(AccountId, Money)>,
    ) -> NewTelling {
        let (evidence, under) = (evidence.trim().to_owned(), Permission::CorrectBills);
        NewTelling { fact, cause, evidence, nets, under }
    }

    /// What it takes two for, if it does.
    pub(crate) fn permission(&self) -> Permission {
        self.under
    }

    /// What it moves, whichever way.
    pub(crate) fn amount(&self) -> Money {
        self.nets.iter().map(|it| it.1.abs()).sum()
    }

    /// Of what, as a second person reads it; refuses what cannot be told.
    pub(crate) fn subject(&self, tx: &mut Tx, today: Date) -> Result<String> {
        let told = tx.trial(|tx| {
            let at = crate::founding::zone(tx)?.start_of(today);
            let it = Telling { at, ..self.telling("") };
            self.checked(tx, it, today).map(|it| it.1)
        })?;
        let bills: Vec<&str> = told.bills().collect();
        let (count, net) = (counted(bills.len(), "bill"), told.net());
        let list = if bills.is_empty() { String::new() } else { format!(", {}", bills.join(", ")) };
        Ok(format!("{}; before: {}; {count}{list}: {net}", told.said, told.was))
    }

    /// Does it, if it comes to what was seen.
    pub(crate) fn be_told(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        let today = crate::founding::zone(tx)?.day_of(allowed.at());
        let id = TellingId(tx.next(Counter::Telling, 1)?);
        let telling = Telling { id, at: allowed.at(), ..self.telling(why) };
        let (look, told) = self.checked(tx, telling, today)?;
        let evidence = self.evidence.as_str();
        let change = Change { was: Some(&look.was), became: Some(&look.said), why: Some(why) };
        store::audit::change(tx, allowed, TELL, &look.subject, (evidence, change))?;
        let why = format!("{}: {} ({evidence})", why.trim(), look.said);
        for it in &told.corrections {
            let (account, from, cause, net) = (it.account, look.from, self.cause, it.charged());
            NewCorrection { account, from, cause, net }.be_made(tx, allowed, &why)?;
        }
        store::telling::settle(tx, id)
    }

    /// Puts the fact in its place, and refuses what does not come to what was seen.
    fn checked(&self, tx: &mut Tx, telling: Telling, today: Date) -> Result<(Look, Told)> {
        if self.evidence.trim().is_empty() {
            return Err(refuse(NotTold::NoEvidence));
        }
        let (look, told) = self.put(tx, telling, today)?;
        let nets = told.corrections.iter().map(|it| (it.account, it.charged()));
        if !nets.eq(self.nets.iter().copied()) {
            let was = self.nets.iter().map(|it| it.1).sum();
            let now = told.corrections.iter().map(Correction::charged).sum();
            return Err(refuse(NotTold::NotAsSeen { was, now }));
        }
        Ok((look, told))
    }

    /// Puts the fact in its place, and says which bills read otherwise then.
    fn put(&self, tx: &mut Tx, telling: Telling, today: Date) -> Result<(Look, Told)> {
        let look = self.fact.look(tx)?;
        let (said, was) = (look.said.clone(), look.was.clone());
        store::telling::add(tx, &Telling { said: said.clone(), was: was.clone(), ..telling })?;
        self.fact.write(tx, telling.id)?;
        let (mut corrections, mut too_small) = (Vec::new(), Vec::new());
        for account in &look.accounts {
            match seen(tx, *account, look.from, self.cause, today) {
                Ok(it) => corrections.push(it),
                // The fact is told all the same: the next bills are made of it. Bills of days on which
                // there is no service are corrected, however small.
                Err(why) => match nothing_to_correct(&why) {
                    Some(NotCorrected::NothingDiffers { .. }) => (),
                    Some(why @ NotCorrected::Tolerated { .. }) if !self.fact.is_days() => {
                        too_small.push((*account, why.clone()));
                    }
                    _ => return Err(why),
                },
            }
        }
        Ok((look, Told { said, was, corrections, too_small }))
    }

    fn telling(&self, why: &str) -> Telling {
        Telling {
            id: TellingId(TRIAL),
            said: String::new(),
            was: String::new(),
            why: why.trim().to_owned(),
            evidence: self.evidence.clone(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    /// As it is kept while it waits.
    pub(crate) fn content(&self) -> Value {
        json!({
            "fact": self.fact.content(),
            "cause": self.cause.word(),
            "evidence": self.evidence,
            "under": self.under.word(),
            "nets": self.nets.iter().map(|it| json!([it.0.0, it.1.cents()])).collect::<Vec<_>>(),
        })
    }

    /// What was kept so.
    pub(crate) fn of(content: &Value) -> Option<NewTelling> {
        let nets = content["nets"].as_array()?.iter();
        let net =
            |it: &Value| Some((AccountId(it[0].as_i64()?), Money::from_cents(it[1].as_i64()?)));
        Some(NewTelling {
            fact: Fact::of(&content["fact"])?,
            cause: Cause::from_word(content["cause"].as_str()?)?,
            evidence: content["evidence"].as_str()?.to_owned(),
            nets: nets.map(net).collect::<Option<_>>()?,
            under: Permission::from_word(content["under"].as_str()?)?,
        })
    }
}

/// The number of a telling that nobody sees: later than all others.
const TRIAL: i64 = 1 << 62;

fn nothing_to_correct(why: &anyhow::Error) -> Option<&NotCorrected> {
    why.downcast_ref::<Refused>().and_then(Refused::as_a)
}

impl Told {
    fn bills(&self) -> impl Iterator<Item = &str> {
        self.corrections.iter().flat_map(|it| it.bills.iter().map(|it| it.0.number.0.as_str()))
    }
}

impl Fact {
    /// What it takes to say it.
    pub fn permission(&self) -> Permission {
        match self {
            Fact::Term { .. } => Permission::SetTerms,
            Fact::Tariff { .. } | Fact::Start { .. } | Fact::End { .. } => Permission::MoveService,
            Fact::Multiplier(_) => Permission::SetMultiplier,
        }
    }

    /// Why bills were wrong that were made of what was believed, unless somebody says otherwise.
    pub fn cause(&self) -> Cause {
        match self {
            Fact::Term { .. } | Fact::Tariff { .. } => Cause::Tariff,
            Fact::Start { .. } | Fact::End { .. } => Cause::Service,
            Fact::Multiplier(_) => Cause::Meter,
        }
    }

    /// Whether it says on which days there is service: then the bills have to follow.
    fn is_days(&self) -> bool {
        match self {
            Fact::Term { .. } | Fact::Multiplier(_) => false,
            Fact::Tariff { .. } | Fact::Start { .. } | Fact::End { .. } => true,
        }
    }

    /// What there is to say of it; refuses what cannot be.
    fn look(&self, tx: &mut Tx) -> Result<Look> {
        match self {
            Fact::Term { agreement, says } => term::look(tx, *agreement, says),
            Fact::Tariff { agreement, code, from } => {
                agreement::tariff(tx, *agreement, code, *from)
            }
            Fact::Start { agreement, on } => agreement::start(tx, *agreement, *on),
            Fact::End { agreement, on } => agreement::end(tx, *agreement, *on),
            Fact::Multiplier(it) => multiplier::look(tx, it),
        }
    }

    /// Keeps what was believed under the telling, and believes it.
    fn write(&self, tx: &mut Tx, telling: TellingId) -> Result<()> {
        match self {
            Fact::Term { agreement, says } => {
                let terms = term::over(tx, *agreement, says)?;
                let (about, name, ..) = says.key();
                store::telling::keep_agreement(tx, telling, *agreement)?;
                store::terms::tell(tx, *agreement, (about, name), &terms)
            }
            Fact::Tariff { agreement, code, from } => {
                let it = store::agreement::get(tx, *agreement)?;
                store::telling::keep_agreement(tx, telling, it.id)?;
                if *from == it.from {
                    let next = Agreement { tariff: code.clone(), ..it };
                    return store::telling::set_agreement(tx, &next);
                }
                let to = Some(*from);
                store::telling::set_agreement(tx, &Agreement { to, ..it.clone() })?;
                let id = AgreementId(tx.next(Counter::Agreement, 1)?);
                let next = Agreement { id, tariff: code.clone(), from: *from, ..it.clone() };
                store::telling::split(tx, telling, it.id, &next)?;
                store::search::refresh_at(tx, it.service_point)
            }
            Fact::Start { agreement, on } => {
                let it = store::agreement::get(tx, *agreement)?;
                store::telling::keep_agreement(tx, telling, it.id)?;
                if *on < it.from {
                    store::terms::begin(tx, it.id, it.from, *on)?;
                }
                let next = Agreement { from: *on, ..it };
                store::telling::set_agreement(tx, &next)?;
                // Of one that has no bill yet earlier turns may have been run without it.
                store::telling::hold(tx, &next)?;
                store::search::refresh_at(tx, next.service_point)
            }
            Fact::End { agreement, on } => {
                let it = store::agreement::get(tx, *agreement)?;
                store::telling::keep_agreement(tx, telling, it.id)?;
                let next = Agreement { to: *on, ..it };
                store::telling::set_agreement(tx, &next)?;
                store::telling::hold(tx, &next)?;
                store::search::refresh_at(tx, next.service_point)
            }
            Fact::Multiplier(it) => multiplier::write(tx, telling, it),
        }
    }

    fn content(&self) -> Value {
        match self {
            Fact::Term { agreement, says } => {
                json!({ "kind": "term", "agreement": agreement.0, "says": says.content() })
            }
            Fact::Tariff { agreement, code, from } => json!({
                "kind": "tariff",
                "agreement": agreement.0,
                "code": code,
                "from": from.to_string(),
            }),
            Fact::Start { agreement, on } => {
                json!({ "kind": "start", "agreement": agreement.0, "on": on.to_string() })
            }
            Fact::End { agreement, on } => {
                let on = on.map(|it| it.to_string());
                json!({ "kind": "end", "agreement": agreement.0, "on": on })
            }
            Fact::Multiplier(it) => {
                let (on, reads) = it.since.clone().unzip();
                json!({
                    "kind": "multiplier",
                    "point": it.point.0,
                    "micro": it.multiplier_micro,
                    "on": on.map(|it| it.to_string()),
                    "reads": reads,
                })
            }
        }
    }

    fn of(content: &Value) -> Option<Fact> {
        let agreement = || content["agreement"].as_i64().map(AgreementId);
        let day = |name: &str| content[name].as_str()?.parse::<Date>().ok();
        Some(match content["kind"].as_str()? {
            "term" => Fact::Term { agreement: agreement()?, says: Says::of(&content["says"])? },
            "tariff" => {
                let code = content["code"].as_str()?.to_owned();
                Fact::Tariff { agreement: agreement()?, code, from: day("from")? }
            }
            "start" => Fact::Start { agreement: agreement()?, on: day("on")? },
            "end" if content["on"].is_null() => Fact::End { agreement: agreement()?, on: None },
            "end" => Fact::End { agreement: agreement()?, on: Some(day("on")?) },
            "multiplier" => {
                let reads = || -> Option<Vec<i64>> {
                    content["reads"].as_array()?.iter().map(Value::as_i64).collect()
                };
                let since = match content["on"].is_null() {
                    true => None,
                    false => Some((day("on")?, reads()?)),
                };
                let point = ServicePointId(content["point"].as_i64()?);
                let multiplier_micro = content["micro"].as_i64()?;
                Fact::Multiplier(Times { point, multiplier_micro, since })
            }
            _ => return None,
        })
    }
}

impl fmt::Display for NotTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotTold::NoReason => f.write_str("say why; whoever looks at it later will ask"),
            NotTold::NoEvidence => f.write_str(
                "bills were made of what is believed; say what proves it otherwise, such as a certificate or a work order",
            ),
            NotTold::Same { said } => {
                write!(f, "that is believed already: {said}; nothing was changed")
            }
            NotTold::Followed { on, by } => write!(
                f,
                "this agreement ended on {on}, and agreement {by} goes on from there; say it of that one: --agreement {by}"
            ),
            NotTold::EarlierTurn { turn } => write!(
                f,
                "the turn of its first bill begins on {turn}, and days before that are on no bill that could be made again; begin on {turn}, and charge what was used before by hand: meterbook bill once"
            ),
            NotTold::Unbilled { on } => {
                write!(f, "no day from {on} on is billed; end service then: meterbook move stop")
            }
            NotTold::Settled => f.write_str(
                "what its last bill kept in a bank was paid out when service ended; settle it by hand",
            ),
            NotTold::Shares { host } => write!(
                f,
                "a share of the surplus of agreement {host} is on its bills and on those of others; settle it between them by hand"
            ),
            NotTold::AtWork => f.write_str(
                "the bills of a turn are being worked out with the tariffs as they are; wait until that is done: meterbook cycle show",
            ),
            NotTold::NotAsSeen { was, now } => write!(
                f,
                "the bills that it reaches come to {now} now, not to {was} as when they were looked at; look again"
            ),
        }
    }
}

impl std::error::Error for NotTold {}
