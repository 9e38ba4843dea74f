//! Four eyes: what one person may not do alone waits until a second one agrees, and is then done by
//! both in one transaction.

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::bill::correct::Cause;
use meterbook_core::debit::Format;
use meterbook_core::delivery::Way;
use meterbook_core::id::{
    AccountId, ApprovalId, BillId, DebitFileId, RunId, ServicePointId, SuspenseId, UserId,
};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Denied, Grant, NotTogether, Permission, Standing};
use meterbook_store::approval::{Approval, Ended};
use meterbook_store::{self as store, Counter, Tx};
use serde_json::{Value, json};

mod refusal;

pub use self::refusal::NotApproved;
use crate::authority::{NotAuthorized, authorize};
use crate::bill_run::cancel::{CANCEL_RUN, NewCancel};
use crate::bill_run::correct::{CORRECT, NewCorrection};
use crate::bill_run::once::{BILL_ONCE, NewOnce};
use crate::bill_run::release::{NewRelease, RELEASE};
use crate::credit::{self, NewRefund, NewSpend, REFUND, SPEND};
use crate::debit::call_off::{self, CALL_OFF, NewCallOff};
use crate::debit::{self, MAKE, NewDebits};
use crate::delivery::mass::{LET_GO, NewLetGo};
use crate::exchange::{CHANGE_MULTIPLIER, NewMultiplier};
use crate::fact::{NewTelling, TELL};
use crate::late_fee::{NewWaiver, WAIVE};
use crate::let_go::{LET_STEPS_GO, NewSteps};
use crate::multiply::{MULTIPLY, NewMultiples};
use crate::pay::NewPayment;
use crate::security::NewSecurity;
use crate::small::{NewSmall, SMALL};
use crate::suspense::{NewHeldRefund, REFUND_HELD};
use crate::unclaimed::{NewUnclaimed, UNCLAIMED};
use crate::write_off::{GIVE_UP, NewTransfer, NewWriteOff, TRANSFER};
use crate::{Actor, Refused, exchange, late_fee, pay, refuse, role, staff, suspense, write_off};

/// What may be asked for. To let another act take two, give it a line here and in the functions
/// below.
#[derive(Clone, Debug)]
pub enum Asked {
    /// To take a payment.
    Payment(NewPayment),
    /// To give a credit back.
    Refund(NewRefund),
    /// To let a credit go to another account.
    Spend(NewSpend),
    /// To do more of a day than rules let be done.
    Steps(NewSteps),
    /// To give money back that is nobody's yet.
    RefundHeld(NewHeldRefund),
    /// To take credits that nobody claimed, or send them to the state.
    Unclaimed(NewUnclaimed),
    /// Not to ask for a fee.
    Waive(NewWaiver),
    /// To give up what is owed.
    WriteOff(NewWriteOff),
    /// To ask for security, give it back, or write down what is promised.
    Secure(NewSecurity),
    /// To write off small balances.
    Small(NewSmall),
    /// To let another account owe what is owed.
    Transfer(NewTransfer),
    /// To take what is due from accounts at banks.
    Debits(NewDebits),
    /// To call a file of debits off that no bank took.
    CallOff(NewCallOff),
    /// To give a meter another multiplier.
    Multiplier(NewMultiplier),
    /// To give meters the multiplier they should have had since they were hung.
    Multiples(NewMultiples),
    /// To let the bills of a run go.
    Release(NewRelease),
    /// To take the bills of a whole turn back.
    CancelRun(NewCancel),
    /// To take bills back and bill anew.
    Correct(NewCorrection),
    /// To tell a fact otherwise that bills stand on.
    Tell(NewTelling),
    /// To bill what is charged once.
    BillOnce(NewOnce),
    /// To send more pieces than were expected.
    LetGo(NewLetGo),
    /// To give somebody a role.
    GiveRole {
        /// Their name.
        name: String,
        /// The role.
        role: String,
    },
    /// To take a role from somebody.
    TakeRole {
        /// Their name.
        name: String,
        /// The role.
        role: String,
    },
    /// To let a permission come with a role.
    Grant {
        /// The role.
        role: String,
        /// What comes with it.
        grant: Grant,
    },
    /// To let a permission come with a role no more.
    Revoke {
        /// The role.
        role: String,
        /// What.
        permission: Permission,
    },
    /// To let somebody in again who was disabled.
    LetInAgain {
        /// Their name.
        name: String,
    },
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It waits under this number for a second person.
    Waits(ApprovalId),
}

/// Does it, if whoever asks may do it alone; else it waits for a second person, unless they may not
/// do it at all.
pub fn do_or_ask(tx: &mut Tx, actor: Actor, asked: &Asked, why: &str) -> Result<Outcome> {
    let day = OfDay::of(tx, actor, asked)?;
    let refused = match alone(tx, actor, asked, day.as_ref()) {
        Ok(allowed) => {
            if let Some(day) = day {
                day.count(tx, actor.at)?;
            }
            asked.be_done(tx, &allowed, why)?;
            return Ok(Outcome::Done);
        }
        Err(refused) => refused,
    };
    let by = actor.by.filter(|_| needs_second(&refused));
    let Some(by) = by else { return Err(refused) };
    // What would be refused anyway should not take a second person's time.
    asked.check(tx, actor.at)?;
    let (act, content) = (asked.act(), asked.content());
    if let Some(id) = store::approval::waiting(tx, act, &content)? {
        return Err(refuse(NotApproved::WaitsAlready { id }));
    }
    let id = ApprovalId(tx.next(Counter::Approval, 1)?);
    let it = Approval {
        id,
        act: act.to_owned(),
        permission: asked.permission(),
        subject: asked.subject(tx, actor.at)?,
        amount: asked.amount(),
        content,
        why: why.to_owned(),
        asked_by: by,
        asked_at: actor.at,
        asker: String::new(),
        end: None,
    };
    store::approval::add(tx, &it)?;
    let asking = Authorized::oneself(by, actor.at);
    let said = format!("{act}: {}", it.subject);
    store::audit::change(tx, &asking, "ask approval", &id.to_string(), (&said, because(why)))?;
    Ok(Outcome::Waits(id))
}

/// Whether it would wait for a second person; refuses whoever may not do it at all.
pub fn would_wait(tx: &mut Tx, actor: Actor, asked: &Asked) -> Result<bool> {
    let day = OfDay::of(tx, actor, asked)?;
    match alone(tx, actor, asked, day.as_ref()) {
        Ok(_) => Ok(false),
        Err(refused) if needs_second(&refused) => Ok(true),
        Err(refused) => Err(refused),
    }
}

/// The proof that whoever asks may do it alone, beside what they did of it that day.
fn alone(tx: &mut Tx, actor: Actor, asked: &Asked, day: Option<&OfDay>) -> Result<Authorized> {
    let permission = asked.permission();
    let before = day.map_or(Money::ZERO, |it| it.before);
    let amount = asked.amount().map(|it| it + before);
    let allowed = authorize(tx, actor, permission, amount)?;
    match actor.by.is_some() && asked.takes_two(tx, actor.at)? {
        true => Err(refuse(NotAuthorized::NeedsSecond { permission, limit: None })),
        false => Ok(allowed),
    }
}

/// What one person alone gives back, waives, gives up, credits or takes as promised of one account on one day: it counts together
/// against their limit, or who may let 500 go lets 900 go in two parts.
struct OfDay {
    what: String,
    on: Date,
    before: Money,
    amount: Money,
}

impl OfDay {
    /// What of a day it is a part of, where it is.
    fn of(tx: &mut Tx, actor: Actor, asked: &Asked) -> Result<Option<OfDay>> {
        let (account, amount) = match asked {
            Asked::Refund(it) => (it.account, it.amount),
            Asked::Waive(it) => (it.account, it.amount),
            Asked::WriteOff(it) => (it.account, it.amount),
            Asked::Transfer(it) => (it.from, it.amount),
            Asked::Secure(NewSecurity::Pledge(it)) => (it.account, it.amount),
            // A charge lets nothing go; a credit does, and so does a charge that is taken back.
            Asked::BillOnce(it) if it.total < Money::ZERO => (it.account, -it.total),
            _ => return Ok(None),
        };
        let Some(by) = actor.by else { return Ok(None) };
        let on = crate::founding::zone(tx)?.day_of(actor.at);
        let what = format!("{} of account {account} by {by}", asked.permission());
        let before = store::let_go::of(tx, &what, on)?.into_iter().max().unwrap_or_default();
        Ok(Some(OfDay { what, on, before: Money::from_cents(before), amount }))
    }

    /// Counts it. Of two at the same time the database refuses one.
    fn count(&self, tx: &mut Tx, at: Timestamp) -> Result<()> {
        if self.amount <= Money::ZERO {
            return Ok(());
        }
        let so_far = (self.before + self.amount).cents();
        store::let_go::add(tx, &self.what, self.on, so_far, at)
    }
}

/// Agrees to what somebody else asked for, and does it.
pub fn give(tx: &mut Tx, actor: Actor, id: ApprovalId, why: &str) -> Result<Approval> {
    let (it, checker) = undecided(tx, actor, id)?;
    let makers = store::role::grants_of(tx, it.asked_by)?;
    let checkers = store::role::grants_of(tx, checker)?;
    let pair =
        [(it.asked_by, &makers), (checker, &checkers)].map(|(id, grants)| Standing { id, grants });
    let Approval { permission, amount, .. } = it;
    let both = Authorized::together(pair, actor.at, permission, amount);
    let both = both.map_err(|why| {
        refuse(match why {
            NotTogether::Same => NotApproved::Yourself { id },
            NotTogether::Maker(_) => NotApproved::Maker { who: it.asker.clone(), permission },
            NotTogether::Checker(why) => NotApproved::Checker { permission, why },
        })
    })?;
    store::approval::end(tx, &it, Ended::Given, (checker, actor.at), why)?;
    Asked::read(&it)?.be_done(tx, &both, &it.why)?;
    let agreeing = Authorized::oneself(checker, actor.at);
    let said = format!("{}: {}, asked by {}", it.act, it.subject, it.asker);
    store::audit::change(tx, &agreeing, "give approval", &id.to_string(), (&said, because(why)))?;
    Ok(it)
}

/// Refuses what somebody else asked for; who asked takes it back. Nothing is done then.
pub fn turn_down(tx: &mut Tx, actor: Actor, id: ApprovalId, why: &str) -> Result<Ended> {
    let (it, by) = undecided(tx, actor, id)?;
    let (how, act) = if by == it.asked_by {
        (Ended::Withdrawn, "withdraw approval")
    } else {
        // Whoever could not agree has no say in it either.
        may_decide(tx, by, &it)?;
        (Ended::Refused, "refuse approval")
    };
    store::approval::end(tx, &it, how, (by, actor.at), why)?;
    let said = format!("{}: {}, asked by {}", it.act, it.subject, it.asker);
    let allowed = Authorized::oneself(by, actor.at);
    store::audit::change(tx, &allowed, act, &id.to_string(), (&said, because(why)))?;
    Ok(how)
}

/// Whether somebody could agree to it.
fn may_decide(tx: &mut Tx, by: UserId, it: &Approval) -> Result<()> {
    let grants = store::role::grants_of(tx, by)?;
    if grants.iter().any(|grant| grant.permission == it.permission) {
        return Ok(());
    }
    let (permission, why) = (it.permission, Denied::NotGranted);
    Err(refuse(NotApproved::Checker { permission, why }))
}

fn undecided(tx: &mut Tx, actor: Actor, id: ApprovalId) -> Result<(Approval, UserId)> {
    let by = actor.by.ok_or_else(|| refuse(NotApproved::NoName))?;
    let it = store::approval::lock(tx, id)?;
    let it = it.ok_or_else(|| refuse(NotApproved::Unknown { id }))?;
    match it.end {
        None => Ok((it, by)),
        Some(end) => Err(refuse(NotApproved::Ended { id, how: end.how, by: end.name })),
    }
}

/// Whether somebody may do it when a second person agrees.
pub(crate) fn needs_second(why: &anyhow::Error) -> bool {
    let refused = why.downcast_ref::<Refused>().and_then(Refused::as_a::<NotAuthorized>);
    matches!(refused, Some(NotAuthorized::NeedsSecond { .. }))
}

fn because(why: &str) -> store::audit::Change<'_> {
    let why = Some(why).filter(|it| !it.is_empty());
    store::audit::Change { why, ..Default::default() }
}

impl Asked {
    /// What is to be done, in words.
    pub fn act(&self) -> &'static str {
        match self {
            Asked::Payment(_) => "take payment",
            Asked::Refund(_) => REFUND,
            Asked::Spend(_) => SPEND,
            Asked::Steps(_) => LET_STEPS_GO,
            Asked::RefundHeld(_) => REFUND_HELD,
            Asked::Unclaimed(_) => UNCLAIMED,
            Asked::Small(_) => SMALL,
            Asked::Secure(it) => it.act(),
            Asked::Waive(_) => WAIVE,
            Asked::WriteOff(_) => GIVE_UP,
            Asked::Transfer(_) => TRANSFER,
            Asked::Debits(_) => MAKE,
            Asked::CallOff(_) => CALL_OFF,
            Asked::Multiplier(_) => CHANGE_MULTIPLIER,
            Asked::Multiples(_) => MULTIPLY,
            Asked::Release(_) => RELEASE,
            Asked::CancelRun(_) => CANCEL_RUN,
            Asked::Correct(_) => CORRECT,
            Asked::Tell(_) => TELL,
            Asked::BillOnce(_) => BILL_ONCE,
            Asked::LetGo(_) => LET_GO,
            Asked::GiveRole { .. } => "give role",
            Asked::TakeRole { .. } => "take role",
            Asked::Grant { .. } => "grant",
            Asked::Revoke { .. } => "revoke",
            Asked::LetInAgain { .. } => "let in again",
        }
    }

    /// The permission it takes.
    pub fn permission(&self) -> Permission {
        match self {
            Asked::Payment(_) => Permission::TakePayment,
            Asked::Refund(_) | Asked::RefundHeld(_) | Asked::Unclaimed(_) => {
                Permission::RefundCredit
            }
            Asked::Secure(_) => Permission::KeepCredit,
            Asked::Spend(_) => Permission::MatchPayments,
            Asked::Steps(_) => Permission::RunCollections,
            Asked::Multiplier(_) | Asked::Multiples(_) => Permission::SetMultiplier,
            Asked::Waive(_) => Permission::WaiveFees,
            Asked::WriteOff(_) | Asked::Transfer(_) | Asked::Small(_) => Permission::WriteOff,
            Asked::Debits(_) => Permission::MakeDebits,
            Asked::CallOff(_) => Permission::ReversePayments,
            Asked::Release(it) => it.permission(),
            Asked::CancelRun(_) => Permission::CancelRun,
            Asked::Correct(_) => Permission::CorrectBills,
            Asked::Tell(it) => it.permission(),
            Asked::BillOnce(_) => Permission::BillOnce,
            Asked::LetGo(_) => Permission::DeliverBeyondCount,
            Asked::GiveRole { .. }
            | Asked::TakeRole { .. }
            | Asked::Grant { .. }
            | Asked::Revoke { .. }
            | Asked::LetInAgain { .. } => Permission::GrantRoles,
        }
    }

    /// Whether nobody who has a name does it alone, whatever their limit.
    fn takes_two(&self, tx: &mut Tx, at: Timestamp) -> Result<bool> {
        match self {
            Asked::Small(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.takes_two(tx, today)
            }
            Asked::Transfer(it) => write_off::is_to_a_stranger(tx, it),
            Asked::Spend(it) => it.is_to_a_stranger(tx),
            Asked::Steps(_) => Ok(true),
            _ => Ok(false),
        }
    }

    fn amount(&self) -> Option<Money> {
        match self {
            Asked::Payment(it) => Some(it.amount),
            Asked::Refund(it) => Some(it.amount),
            Asked::Spend(it) => Some(it.credit.amount),
            Asked::RefundHeld(it) => Some(it.amount),
            Asked::Unclaimed(it) => Some(it.total),
            Asked::Small(it) => Some(it.total),
            Asked::Secure(it) => Some(it.amount()),
            Asked::Waive(it) => Some(it.amount),
            Asked::WriteOff(it) => Some(it.amount),
            Asked::Transfer(it) => Some(it.amount),
            Asked::Debits(it) => Some(it.total),
            Asked::CallOff(it) => Some(it.total),
            Asked::Release(it) => Some(it.total),
            Asked::CancelRun(it) => Some(it.total),
            Asked::Correct(it) => Some(it.net.abs()),
            Asked::Tell(it) => Some(it.amount()),
            Asked::BillOnce(it) => Some(it.total.abs()),
            _ => None,
        }
    }

    /// To what, as a second person reads it.
    fn subject(&self, tx: &mut Tx, at: Timestamp) -> Result<String> {
        Ok(match self {
            Asked::Payment(it) => {
                let number = store::account::get(tx, it.account)?.number;
                format!("account {number}, {} {} of {}", it.tender, it.reference, it.on)
            }
            Asked::Refund(it) => {
                let number = store::account::get(tx, it.account)?.number;
                format!("account {number}, {}", it.reference.trim())
            }
            Asked::Spend(it) => it.subject(tx)?,
            Asked::Steps(it) => it.subject(),
            Asked::RefundHeld(it) => it.subject(tx)?,
            Asked::Unclaimed(it) => it.subject(),
            Asked::Small(it) => it.subject(),
            Asked::Secure(it) => it.subject(tx, at)?,
            Asked::Waive(it) => it.subject(tx)?,
            Asked::WriteOff(it) => it.subject(tx)?,
            Asked::Transfer(it) => it.subject(tx)?,
            Asked::Debits(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today)?
            }
            Asked::CallOff(it) => it.subject(tx)?,
            Asked::Multiplier(it) => {
                let (_, meter) = exchange::check(tx, it)?;
                let was = store::meter::channels(tx, meter.id)?;
                let was = was.first().map_or(1_000_000, |it| it.multiplier_micro);
                let [was, times] = [was, it.multiplier_micro].map(exchange::times);
                let (point, on, evidence) = (it.point, it.on, it.evidence.trim());
                format!(
                    "meter {} at service point {point}, {times} times instead of {was} from {on}: \
                     {evidence}",
                    meter.serial
                )
            }
            Asked::Multiples(it) => it.subject(tx)?,
            Asked::Release(it) => it.subject(tx)?,
            Asked::CancelRun(it) => it.subject(tx)?,
            Asked::Correct(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today)?
            }
            Asked::Tell(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today)?
            }
            Asked::BillOnce(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today)?
            }
            Asked::LetGo(it) => it.subject(tx)?,
            Asked::GiveRole { name, role } => format!("{role} to {name}"),
            Asked::TakeRole { name, role } => format!("{role} from {name}"),
            Asked::Grant { role, grant } => format!("{} to {role}", role::say(grant)),
            Asked::Revoke { role, permission } => format!("{permission} from {role}"),
            Asked::LetInAgain { name } => name.clone(),
        })
    }

    fn content(&self) -> String {
        match self {
            Asked::Payment(NewPayment { account, amount, on, tender, reference }) => json!({
                "account": account.0,
                "cents": amount.cents(),
                "on": on.to_string(),
                "tender": tender.word(),
                "reference": reference.trim(),
            }),
            Asked::Refund(NewRefund { account, amount, reference }) => json!({
                "account": account.0,
                "cents": amount.cents(),
                "reference": reference.trim(),
            }),
            Asked::RefundHeld(NewHeldRefund { id, amount }) => json!({
                "held": id.0,
                "cents": amount.cents(),
            }),
            Asked::Unclaimed(it) => it.content(),
            Asked::Small(it) => it.content(),
            Asked::Secure(it) => it.content(),
            Asked::Spend(it) => it.content(),
            Asked::Steps(it) => it.content(),
            Asked::WriteOff(NewWriteOff { account, amount }) => json!({
                "account": account.0,
                "cents": amount.cents(),
            }),
            Asked::Transfer(NewTransfer { from, to, amount }) => json!({
                "from": from.0,
                "to": to.0,
                "cents": amount.cents(),
            }),
            Asked::Waive(NewWaiver { account, bill, nth, amount }) => json!({
                "account": account.0,
                "bill": bill.0,
                "nth": nth,
                "cents": amount.cents(),
            }),
            Asked::Debits(NewDebits { format, settle, total }) => json!({
                "format": format.word(),
                "settle": settle.to_string(),
                "cents": total.cents(),
            }),
            Asked::CallOff(it) => json!({ "file": it.file.0, "cents": it.total.cents() }),
            Asked::Multiplier(it) => json!({
                "point": it.point.0,
                "micro": it.multiplier_micro,
                "evidence": it.evidence.trim(),
                "on": it.on.to_string(),
                "reads": it.reads,
            }),
            Asked::Multiples(it) => json!({
                "points": it.points.iter().map(|it| it.0).collect::<Vec<_>>(),
                "now": it.now_micro,
                "micro": it.multiplier_micro,
                "evidence": it.evidence,
            }),
            Asked::Correct(NewCorrection { account, from, cause, net }) => json!({
                "account": account.0,
                "from": from.to_string(),
                "cause": cause.word(),
                "cents": net.cents(),
            }),
            Asked::Tell(it) => it.content(),
            Asked::BillOnce(it) => it.content(),
            Asked::Release(NewRelease { run, total, beyond, as_planned }) => json!({
                "run": run.0,
                "cents": total.cents(),
                "beyond": beyond,
                "as_planned": as_planned,
            }),
            Asked::CancelRun(NewCancel { run, total }) => {
                json!({ "run": run.0, "cents": total.cents() })
            }
            Asked::LetGo(NewLetGo { way, billed, pieces }) => json!({
                "way": way.word(),
                "from": billed.start().to_string(),
                "to": billed.end().to_string(),
                "pieces": pieces,
            }),
            Asked::GiveRole { name, role } | Asked::TakeRole { name, role } => {
                json!({ "name": name, "role": role })
            }
            Asked::Grant { role, grant } => json!({
                "role": role,
                "permission": grant.permission.word(),
                "limit": grant.limit.map(Money::cents),
                "four_eyes": grant.four_eyes,
            }),
            Asked::Revoke { role, permission } => {
                json!({ "role": role, "permission": permission.word() })
            }
            Asked::LetInAgain { name } => json!({ "name": name }),
        }
        .to_string()
    }

    /// What was asked for, as it was kept.
    fn read(it: &Approval) -> Result<Asked> {
        let content: Value = serde_json::from_str(&it.content)?;
        let asked = Asked::of(&it.act, &content);
        asked.with_context(|| format!("approval {} is not understood: {}", it.id, it.content))
    }

    fn of(act: &str, content: &Value) -> Option<Asked> {
        let text = |name: &str| content[name].as_str().map(str::to_owned);
        let permission = || Permission::from_word(content["permission"].as_str()?);
        Some(match act {
            "take payment" => Asked::Payment(NewPayment {
                account: AccountId(content["account"].as_i64()?),
                amount: Money::from_cents(content["cents"].as_i64()?),
                on: text("on")?.parse().ok()?,
                tender: Tender::from_word(&text("tender")?)?,
                reference: text("reference")?,
            }),
            REFUND => Asked::Refund(NewRefund {
                account: AccountId(content["account"].as_i64()?),
                amount: Money::from_cents(content["cents"].as_i64()?),
                reference: text("reference")?,
            }),
            REFUND_HELD => Asked::RefundHeld(NewHeldRefund {
                id: SuspenseId(content["held"].as_i64()?),
                amount: Money::from_cents(content["cents"].as_i64()?),
            }),
            UNCLAIMED => Asked::Unclaimed(NewUnclaimed::read(content)?),
            SMALL => Asked::Small(NewSmall::read(content)?),
            SPEND => Asked::Spend(NewSpend::read(content)?),
            LET_STEPS_GO => Asked::Steps(NewSteps::read(content)?),
            GIVE_UP => Asked::WriteOff(NewWriteOff {
                account: AccountId(content["account"].as_i64()?),
                amount: Money::from_cents(content["cents"].as_i64()?),
            }),
            TRANSFER => Asked::Transfer(NewTransfer {
                from: AccountId(content["from"].as_i64()?),
                to: AccountId(content["to"].as_i64()?),
                amount: Money::from_cents(content["cents"].as_i64()?),
            }),
            WAIVE => Asked::Waive(NewWaiver {
                account: AccountId(content["account"].as_i64()?),
                bill: BillId(content["bill"].as_i64()?),
                nth: content["nth"].as_i64()?,
                amount: Money::from_cents(content["cents"].as_i64()?),
            }),
            MAKE => Asked::Debits(NewDebits {
                format: Format::from_word(content["format"].as_str()?)?,
                settle: text("settle")?.parse().ok()?,
                total: Money::from_cents(content["cents"].as_i64()?),
            }),
            CALL_OFF => Asked::CallOff(NewCallOff {
                file: DebitFileId(content["file"].as_i64()?),
                total: Money::from_cents(content["cents"].as_i64()?),
            }),
            CHANGE_MULTIPLIER => Asked::Multiplier(NewMultiplier {
                point: ServicePointId(content["point"].as_i64()?),
                multiplier_micro: content["micro"].as_i64()?,
                evidence: text("evidence")?,
                on: text("on")?.parse().ok()?,
                reads: content["reads"]
                    .as_array()?
                    .iter()
                    .map(Value::as_i64)
                    .collect::<Option<_>>()?,
            }),
            MULTIPLY => {
                let points = content["points"].as_array()?.iter();
                Asked::Multiples(NewMultiples {
                    points: points
                        .map(|it| it.as_i64().map(ServicePointId))
                        .collect::<Option<_>>()?,
                    now_micro: content["now"].as_i64()?,
                    multiplier_micro: content["micro"].as_i64()?,
                    evidence: text("evidence")?,
                })
            }
            CORRECT => Asked::Correct(NewCorrection {
                account: AccountId(content["account"].as_i64()?),
                from: text("from")?.parse().ok()?,
                cause: Cause::from_word(content["cause"].as_str()?)?,
                net: Money::from_cents(content["cents"].as_i64()?),
            }),
            TELL => Asked::Tell(NewTelling::of(content)?),
            BILL_ONCE => Asked::BillOnce(NewOnce::read(content)?),
            CANCEL_RUN => Asked::CancelRun(NewCancel {
                run: RunId(content["run"].as_i64()?),
                total: Money::from_cents(content["cents"].as_i64()?),
            }),
            LET_GO => Asked::LetGo(NewLetGo {
                way: Way::from_word(content["way"].as_str()?)?,
                billed: Period::new(text("from")?.parse().ok()?, text("to")?.parse().ok()?)?,
                pieces: content["pieces"].as_i64()?,
            }),
            RELEASE => Asked::Release(NewRelease {
                run: RunId(content["run"].as_i64()?),
                total: Money::from_cents(content["cents"].as_i64()?),
                beyond: content["beyond"].as_bool()?,
                as_planned: content["as_planned"].as_bool().unwrap_or_default(),
            }),
            "give role" => Asked::GiveRole { name: text("name")?, role: text("role")? },
            "take role" => Asked::TakeRole { name: text("name")?, role: text("role")? },
            "grant" => {
                let limit = content["limit"].as_i64().map(Money::from_cents);
                let four_eyes = content["four_eyes"].as_bool()?;
                let grant = Grant { permission: permission()?, limit, four_eyes };
                Asked::Grant { role: text("role")?, grant }
            }
            "revoke" => Asked::Revoke { role: text("role")?, permission: permission()? },
            "let in again" => Asked::LetInAgain { name: text("name")? },
            _ => return NewSecurity::read(act, content).map(Asked::Secure),
        })
    }

    /// Refuses what could not be done however many agree.
    fn check(&self, tx: &mut Tx, at: Timestamp) -> Result<()> {
        match self {
            Asked::Payment(it) => pay::check(tx, at, it).map(drop),
            Asked::Refund(it) => credit::check(tx, it).map(drop),
            Asked::RefundHeld(it) => suspense::check(tx, it).map(drop),
            Asked::Spend(it) => it.check(tx),
            Asked::Secure(it) => it.check(tx, at),
            Asked::Steps(it) => it.check(tx, at),
            Asked::Unclaimed(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.check(tx, today)
            }
            Asked::Small(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.check(tx, today).map(drop)
            }
            Asked::Waive(it) => late_fee::check(tx, it).map(drop),
            Asked::WriteOff(it) => write_off::check(tx, it),
            Asked::Transfer(it) => write_off::check_transfer(tx, it),
            Asked::Debits(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                debit::check(tx, today, it).map(drop)
            }
            Asked::CallOff(it) => it.subject(tx).map(drop),
            Asked::Multiplier(it) => exchange::check(tx, it).map(drop),
            Asked::Multiples(it) => it.subject(tx).map(drop),
            Asked::Release(it) => it.check(tx).map(drop),
            Asked::CancelRun(it) => it.subject(tx).map(drop),
            Asked::Correct(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today).map(drop)
            }
            Asked::Tell(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today).map(drop)
            }
            Asked::BillOnce(it) => {
                let today = crate::founding::zone(tx)?.day_of(at);
                it.subject(tx, today).map(drop)
            }
            Asked::LetGo(it) => it.subject(tx).map(drop),
            Asked::GiveRole { name, role } => staff::check_give(tx, name, role).map(drop),
            Asked::TakeRole { name, role } => staff::check_take(tx, name, role).map(drop),
            Asked::Grant { role, .. } => role::check(tx, role),
            Asked::Revoke { role, permission } => role::check_has(tx, role, *permission).map(drop),
            Asked::LetInAgain { name } => staff::check_disabled(tx, name).map(drop),
        }
    }

    fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        match self {
            Asked::Payment(it) => pay::post(tx, allowed, it).map(drop),
            Asked::Refund(it) => credit::give(tx, allowed, it, why),
            Asked::RefundHeld(it) => suspense::pay_back(tx, allowed, it, why),
            Asked::Unclaimed(it) => it.be_done(tx, allowed, why),
            Asked::Small(it) => it.be_done(tx, allowed, why),
            Asked::Secure(it) => it.be_done(tx, allowed, why),
            Asked::Spend(it) => it.be_done(tx, allowed, why),
            Asked::Steps(it) => it.be_done(tx, allowed, why),
            Asked::Waive(it) => late_fee::let_go(tx, allowed, it, why),
            Asked::WriteOff(it) => write_off::let_go(tx, allowed, it, why),
            Asked::Transfer(it) => write_off::shift(tx, allowed, it, why),
            Asked::Debits(it) => debit::take(tx, allowed, it).map(drop),
            Asked::CallOff(it) => call_off::undo(tx, allowed, it.file, why).map(drop),
            Asked::Multiplier(it) => exchange::multiply(tx, allowed, it),
            Asked::Multiples(it) => it.be_done(tx, allowed),
            Asked::Release(it) => it.let_go(tx, allowed, why).map(drop),
            Asked::CancelRun(it) => it.begin(tx, allowed, why),
            Asked::Correct(it) => it.be_made(tx, allowed, why).map(drop),
            Asked::Tell(it) => it.be_told(tx, allowed, why),
            Asked::BillOnce(it) => it.be_made(tx, allowed, why).map(drop),
            Asked::LetGo(it) => it.be_let_go(tx, allowed, why),
            Asked::GiveRole { name, role } => staff::give(tx, allowed, name, role, why),
            Asked::TakeRole { name, role } => staff::take(tx, allowed, name, role, why),
            Asked::Grant { role, grant } => role::grant(tx, allowed, role, grant, why),
            Asked::Revoke { role, permission } => role::revoke(tx, allowed, role, *permission, why),
            Asked::LetInAgain { name } => staff::let_in_again(tx, allowed, name, why),
        }
    }
}
