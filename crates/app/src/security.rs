//! What secures an account and may take a second person: asking for a deposit, giving it back, writing down what an
//! agency promises. Its amount is what the limit of whoever does it is measured by.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::permission::Authorized;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};
use serde_json::{Value, json};

use crate::deposit::{self, ASK, GIVE_BACK, NewDeposit, NotSecured};
use crate::pledge::{self, ADD, NewPledge};
use crate::refuse;

/// What is to be done.
#[derive(Clone, Debug)]
pub enum NewSecurity {
    /// To ask for a deposit.
    Deposit {
        /// As somebody says it.
        new: NewDeposit,
        /// What it came to when somebody looked.
        amount: Money,
    },
    /// To give it back.
    Back {
        /// To whom.
        account: AccountId,
        /// What it came to when somebody looked, without interest.
        amount: Money,
    },
    /// To write down what an agency promises.
    Pledge(NewPledge),
}

impl NewSecurity {
    /// A deposit, with what it comes to now.
    pub fn deposit(tx: &mut Tx, at: Timestamp, new: NewDeposit) -> Result<NewSecurity> {
        let amount = deposit::comes_to(tx, at, &new)?;
        Ok(NewSecurity::Deposit { new, amount })
    }

    /// What would go back now.
    pub fn back(tx: &mut Tx, account: AccountId) -> Result<NewSecurity> {
        Ok(NewSecurity::Back { account, amount: deposit::goes_back(tx, account)? })
    }

    /// What is to be done, as the audit calls it.
    pub(crate) fn act(&self) -> &'static str {
        match self {
            NewSecurity::Deposit { .. } => ASK,
            NewSecurity::Back { .. } => GIVE_BACK,
            NewSecurity::Pledge(_) => ADD,
        }
    }

    /// How much it is.
    pub(crate) fn amount(&self) -> Money {
        match self {
            NewSecurity::Deposit { amount, .. } | NewSecurity::Back { amount, .. } => *amount,
            NewSecurity::Pledge(it) => it.amount,
        }
    }

    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx, at: Timestamp) -> Result<String> {
        let account = match self {
            NewSecurity::Deposit { new, .. } => new.account,
            NewSecurity::Back { account, .. } => *account,
            NewSecurity::Pledge(it) => it.account,
        };
        let number = store::account::get(tx, account)?.number;
        Ok(match self {
            NewSecurity::Deposit { new, .. } => {
                let parts = usize::try_from(new.parts)?;
                format!("account {number}, in {}", counted(parts, "part"))
            }
            NewSecurity::Back { .. } => format!("account {number}"),
            NewSecurity::Pledge(new) => {
                let it = pledge::check(tx, at, new)?;
                format!("account {number}, by {} until {}", it.agency, it.until)
            }
        })
    }

    pub(crate) fn content(&self) -> Value {
        match self {
            NewSecurity::Deposit { new, amount } => json!({
                "account": new.account.0,
                "credit": new.credit.word(),
                "said": new.amount.map(Money::cents),
                "parts": new.parts,
                "cents": amount.cents(),
            }),
            NewSecurity::Back { account, amount } => {
                json!({ "account": account.0, "cents": amount.cents() })
            }
            NewSecurity::Pledge(it) => json!({
                "account": it.account.0,
                "agency": it.agency,
                "cents": it.amount.cents(),
                "until": it.until.map(|it| it.to_string()),
                "why": it.why,
            }),
        }
    }

    pub(crate) fn read(act: &str, content: &Value) -> Option<NewSecurity> {
        let account = AccountId(content["account"].as_i64()?);
        let amount = Money::from_cents(content["cents"].as_i64()?);
        let text = |name: &str| content[name].as_str().map(str::to_owned);
        Some(match act {
            ASK => {
                let credit = Credit::from_word(&text("credit")?)?;
                let said = content["said"].as_i64().map(Money::from_cents);
                let parts = content["parts"].as_i64()?;
                let new = NewDeposit { account, credit, amount: said, parts };
                NewSecurity::Deposit { new, amount }
            }
            GIVE_BACK => NewSecurity::Back { account, amount },
            ADD => {
                let until = match text("until") {
                    Some(it) => Some(it.parse::<Date>().ok()?),
                    None => None,
                };
                let (agency, why) = (text("agency")?, text("why")?);
                NewSecurity::Pledge(NewPledge { account, agency, amount, until, why })
            }
            _ => return None,
        })
    }

    /// Refuses what could not be done however many agree, and what is not what somebody saw any more.
    pub(crate) fn check(&self, tx: &mut Tx, at: Timestamp) -> Result<()> {
        let (seen, now) = match self {
            NewSecurity::Deposit { new, amount } => (*amount, deposit::comes_to(tx, at, new)?),
            NewSecurity::Back { account, amount } => (*amount, deposit::goes_back(tx, *account)?),
            NewSecurity::Pledge(it) => return pledge::check(tx, at, it).map(drop),
        };
        match seen == now {
            true if now <= Money::ZERO => Err(refuse(NotSecured::NothingHeld)),
            true => Ok(()),
            false => Err(refuse(NotSecured::Changed { now })),
        }
    }

    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        self.check(tx, allowed.at())?;
        match self {
            NewSecurity::Deposit { new, .. } => deposit::be_asked(tx, allowed, new, why).map(drop),
            NewSecurity::Back { account, .. } => {
                deposit::be_given_back(tx, allowed, *account, why).map(drop)
            }
            NewSecurity::Pledge(it) => pledge::be_added(tx, allowed, it).map(drop),
        }
    }
}
