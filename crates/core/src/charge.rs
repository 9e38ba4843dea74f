//! What is charged beside the lines of a bill: fees and deposits that moves ask for.
//!
//! A charge is posted with a bill, as an entry of its own, so that a bill stays what its reads and its
//! tariff make of it and can be made again.

use jiff::civil::Date;

use crate::id::{AccountId, BillId, EntryId, MoveId};
use crate::ledger::{Gl, Posting, assert_balanced};
use crate::money::Money;
use crate::person::Language;

/// Something charged, or given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The natural key: the same charge cannot be posted twice.
    pub key: String,
    /// What it is.
    pub kind: ChargeFor,
    /// Who owes it.
    pub account: AccountId,
    /// How much; below zero when it is given back.
    pub amount: Money,
    /// The day it counts from.
    pub on: Date,
    /// The move that asked for it.
    pub asked_by: Option<MoveId>,
    /// What the customer reads, in their language.
    pub label: String,
    /// The bill it came with.
    pub bill: Option<BillId>,
}

/// What a charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeFor {
    /// A fee: it is the utility's.
    Fee,
    /// Security: it stays the customer's.
    Deposit,
    /// Security that is given back: set off against what is owed, with the last bill or after a review.
    DepositApplied,
    /// Interest on security, given to the customer.
    DepositInterest,
    /// What being late costs; below zero where it is not asked for after all.
    LateFee,
    /// What is asked for beyond a bill so that what is asked for is level, or less of it.
    Budget,
    /// What is owed and given up.
    WrittenOff,
    /// What was given up and came in after all.
    Recovered,
    /// What another account owes from now on, or owed before.
    Transferred,
    /// A refund that was not paid, or whose check was never cashed: a credit again.
    RefundBack,
    /// A credit that nobody claimed.
    Unclaimed,
    /// What was claimed after all: a credit again.
    Claimed,
    /// A credit too small to be kept; below zero it is a credit again.
    SmallCredit,
}

words! {
    ChargeFor {
        Fee = "fee", Deposit = "deposit", DepositApplied = "deposit-applied",
        DepositInterest = "deposit-interest", LateFee = "late-fee", Budget = "budget",
        WrittenOff = "written-off", Recovered = "recovered", Transferred = "transferred",
        RefundBack = "refund-back", Unclaimed = "unclaimed", Claimed = "claimed",
        SmallCredit = "small-credit",
    }
}

impl ChargeFor {
    /// What a customer reads where nobody gave it a name.
    pub fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (ChargeFor::Fee, Language::English) => "Fee",
            (ChargeFor::Fee, Language::Spanish) => "Cargo",
            (ChargeFor::Deposit, Language::English) => "Security deposit",
            (ChargeFor::Deposit, Language::Spanish) => "Depósito de garantía",
            (ChargeFor::DepositApplied, Language::English) => "Security deposit applied",
            (ChargeFor::DepositApplied, Language::Spanish) => "Depósito de garantía aplicado",
            (ChargeFor::DepositInterest, Language::English) => "Interest on your deposit",
            (ChargeFor::DepositInterest, Language::Spanish) => "Intereses de su depósito",
            (ChargeFor::WrittenOff, Language::English) => "Written off",
            (ChargeFor::WrittenOff, Language::Spanish) => "Deuda cancelada",
            (ChargeFor::Recovered, Language::English) => "Paid after it was written off",
            (ChargeFor::Recovered, Language::Spanish) => "Pagado tras la cancelación",
            (ChargeFor::Transferred, Language::English) => "Balance transferred",
            (ChargeFor::Transferred, Language::Spanish) => "Saldo transferido",
            (ChargeFor::RefundBack, Language::English) => "Refund not paid",
            (ChargeFor::RefundBack, Language::Spanish) => "Reembolso no pagado",
            (ChargeFor::Unclaimed, Language::English) => "Unclaimed property",
            (ChargeFor::Unclaimed, Language::Spanish) => "Bienes no reclamados",
            (ChargeFor::Claimed, Language::English) => "Claimed again",
            (ChargeFor::Claimed, Language::Spanish) => "Reclamado de nuevo",
            (ChargeFor::SmallCredit, Language::English) => "Small credit closed out",
            (ChargeFor::SmallCredit, Language::Spanish) => "Saldo a favor menor, cerrado",
            (ChargeFor::Budget, Language::English) => "Budget billing settled",
            (ChargeFor::Budget, Language::Spanish) => "Cuota fija, liquidación",
            (ChargeFor::LateFee, Language::English) => "Late fee",
            (ChargeFor::LateFee, Language::Spanish) => "Recargo por demora",
        }
    }
}

impl ChargeFor {
    /// What a customer reads of a charge whose name was kept in the language that they had then: the name
    /// in this one, with what stands behind it, such as the number of a bill; what somebody named is kept.
    pub fn said(self, kept: &str, language: Language) -> String {
        let names = [ChargeFor::label as fn(ChargeFor, Language) -> &'static str, |_, language| {
            Charge::not_asked_for(language)
        }];
        for name in names {
            let behind = |of: &Language| kept.strip_prefix(name(self, *of));
            // A number, and no words that somebody chose.
            let is = |it: &&str| {
                it.is_empty() || it.starts_with(' ') && !it.contains(char::is_lowercase)
            };
            if let Some(behind) = Language::ALL.iter().filter_map(behind).find(is) {
                return format!("{}{behind}", name(self, language));
            }
        }
        kept.to_owned()
    }
}

impl Charge {
    /// The fee of this name that a move asked for.
    pub fn fee_key(of: MoveId, name: &str) -> String {
        format!("fee/{of}/{name}")
    }

    /// The deposit that a move asked for.
    pub fn deposit_key(of: MoveId) -> String {
        format!("deposit/{of}")
    }

    /// A part of the security that an account was asked for on a day.
    pub fn part_key(asked: &str, nth: usize) -> String {
        format!("{asked}/{nth}")
    }

    /// The asking of which a charge with this key is a part, where it is one.
    pub fn deposit_of(key: &str) -> Option<&str> {
        let (asked, _) = key.rsplit_once('/')?;
        asked.starts_with("deposit-asked/").then_some(asked)
    }

    /// The key of the charge of which one with this key gives something back, where it does.
    pub fn given_back_of(key: &str) -> Option<&str> {
        let (of, nth) = key.split_once("/back")?;
        (nth.is_empty() || nth.starts_with('/')).then_some(of)
    }

    /// The key under which a charge was asked for first, where it may have been asked for again.
    pub fn first_of(key: &str) -> &str {
        key.split_once("/again/").map_or(key, |it| it.0)
    }

    /// What was to be given back, and is a credit of its account again: of the refund with this entry.
    pub fn refund_back_key(refund: EntryId) -> String {
        format!("refund-back/{refund}")
    }

    /// What an account left as security, set off on a day: after that it has none to set off.
    pub fn applied_key(account: AccountId, on: Date) -> String {
        format!("deposit-applied/{account}/{on}")
    }

    /// What a customer reads where a deposit that nobody paid is not asked for any more.
    pub fn not_asked_for(language: Language) -> &'static str {
        match language {
            Language::English => "Security deposit no longer asked for",
            Language::Spanish => "Depósito de garantía que ya no se pide",
        }
    }

    /// The postings: the receivable against what it is.
    pub fn postings(&self) -> Vec<Posting> {
        let gl = match self.kind {
            ChargeFor::Fee => Gl::FeeRevenue,
            ChargeFor::Deposit | ChargeFor::DepositApplied => Gl::DepositsHeld,
            ChargeFor::DepositInterest => Gl::DepositInterest,
            ChargeFor::LateFee => Gl::LateFees,
            ChargeFor::Budget => Gl::BudgetVariance,
            ChargeFor::WrittenOff | ChargeFor::Recovered | ChargeFor::SmallCredit => Gl::BadDebt,
            ChargeFor::Transferred => Gl::PaymentClearing,
            ChargeFor::RefundBack => Gl::RefundsPayable,
            ChargeFor::Unclaimed | ChargeFor::Claimed => Gl::Unclaimed,
        };
        let account = Some(self.account);
        let postings = vec![
            Posting { gl: Gl::Receivable, account, amount: self.amount },
            Posting { gl, account, amount: -self.amount },
        ];
        assert_balanced(&postings);
        postings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_is_read_in_the_language_of_who_reads_it() {
        let (english, spanish) = (Language::English, Language::Spanish);
        for (kind, kept, says) in [
            (ChargeFor::Budget, "Budget billing settled", "Cuota fija, liquidación"),
            (
                ChargeFor::LateFee,
                "Late fee B-260804-10000012-C1",
                "Recargo por demora B-260804-10000012-C1",
            ),
            (ChargeFor::Deposit, "Security deposit 3/4", "Depósito de garantía 3/4"),
            (
                ChargeFor::DepositApplied,
                "Security deposit no longer asked for",
                "Depósito de garantía que ya no se pide",
            ),
        ] {
            assert_eq!(kind.said(kept, spanish), says);
            assert_eq!(
                (kind.said(says, english), kind.said(says, spanish)),
                (kept.to_owned(), says.to_owned())
            );
        }
        // What somebody named stays so.
        assert_eq!(ChargeFor::Fee.said("Fee for a fence", spanish), "Fee for a fence");
        assert_eq!(ChargeFor::Fee.said("Fence", spanish), "Fence");
    }

    #[test]
    fn a_deposit_comes_and_goes_and_a_fee_stays() {
        let charge = |kind, cents| Charge {
            key: String::new(),
            kind,
            account: AccountId(1),
            amount: Money::from_cents(cents),
            on: jiff::civil::date(2026, 3, 1),
            asked_by: None,
            label: kind.label(Language::English).to_owned(),
            bill: None,
        };
        let all = [
            charge(ChargeFor::Fee, 2_500),
            charge(ChargeFor::Deposit, 15_000),
            charge(ChargeFor::DepositApplied, -15_000),
        ];
        let sum = |gl| -> Money {
            let postings = all.iter().flat_map(Charge::postings);
            postings.filter(|it| it.gl == gl).map(|it| it.amount).sum()
        };
        assert_eq!(sum(Gl::DepositsHeld), Money::ZERO);
        assert_eq!(sum(Gl::FeeRevenue), Money::from_cents(-2_500));
        assert_eq!(sum(Gl::Receivable), Money::from_cents(2_500));
        for kind in ChargeFor::ALL {
            assert_ne!(kind.label(Language::English), kind.label(Language::Spanish));
        }
    }
}
