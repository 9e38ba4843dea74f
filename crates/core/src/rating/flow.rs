//! How the banks of energy and of money went on a bill.

use crate::allocation::Given;
use crate::money::Money;

/// One entry of how a bank went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BankEntry {
    /// In the bank before.
    Opening,
    /// Sent back and not set off at once: put into the bank.
    Earned,
    /// Received from a community share.
    Allotted,
    /// Taken out against use.
    Used,
    /// Sent back and given to subscribers.
    Given,
    /// Paid at the true-up.
    Paid,
    /// Expired or forfeited.
    Expired,
    /// Goes on to the service that the customer moves to.
    Moved,
    /// In the bank after.
    Closing,
}

words! {
    BankEntry {
        Opening = "opening", Earned = "earned", Allotted = "allotted", Used = "used",
        Given = "given", Paid = "paid", Expired = "expired", Moved = "moved", Closing = "closing",
    }
}

impl BankFlow {
    /// What a bill must show of the bank, in its order: nothing where no energy went in or out and
    /// none is there.
    pub fn entries(&self) -> Vec<(BankEntry, i64)> {
        let all = [
            (BankEntry::Opening, self.opening),
            (BankEntry::Earned, self.earned),
            (BankEntry::Allotted, self.allotted),
            (BankEntry::Used, self.used),
            (BankEntry::Given, self.given),
            (BankEntry::Paid, self.paid),
            (BankEntry::Expired, self.expired),
            (BankEntry::Moved, self.moved),
            (BankEntry::Closing, self.closing),
        ];
        if all.iter().all(|(_, micro)| *micro == 0) {
            return Vec::new();
        }
        // Who is in no community share reads nothing of one, nor who does not move of moving.
        let rare =
            |it: BankEntry| matches!(it, BankEntry::Allotted | BankEntry::Given | BankEntry::Moved);
        all.into_iter().filter(|(entry, micro)| *micro != 0 || !rare(*entry)).collect()
    }
}

/// What became of energy sent back, in millionths of the billed unit. Nothing is lost:
/// `opening + exported + allotted = set_off + used + given + paid + expired + credited + moved + closing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BankFlow {
    /// In the bank before.
    pub opening: i64,
    /// Sent back in these days.
    pub exported: i64,
    /// Received from community shares.
    pub allotted: i64,
    /// Of what was sent back, set off against use of the same days.
    pub set_off: i64,
    /// Of it, given to subscribers.
    pub given: i64,
    /// Of it, put into the bank.
    pub earned: i64,
    /// Of it, priced by a credit or given away, where there is no bank.
    pub credited: i64,
    /// Taken out of the bank against use.
    pub used: i64,
    /// Paid at the true-up.
    pub paid: i64,
    /// Expired, forfeited at the true-up, or never taken in by the bank.
    pub expired: i64,
    /// Goes on to the service that the customer moves to.
    pub moved: i64,
    /// In the bank after.
    pub closing: i64,
}

/// What became of credit in money that is kept. Nothing is lost:
/// `opening + earned = used + paid + expired + moved + closing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CreditFlow {
    /// In the bank before.
    pub opening: Money,
    /// Found nothing to bring down: put into the bank.
    pub earned: Money,
    /// Taken out of the bank against charges.
    pub used: Money,
    /// Paid at the true-up.
    pub paid: Money,
    /// Expired, or forfeited at the true-up.
    pub expired: Money,
    /// Goes on to the service that the customer moves to.
    pub moved: Money,
    /// In the bank after.
    pub closing: Money,
}

impl CreditFlow {
    /// What a bill must show of the bank, in its order: nothing where none is there and none went in
    /// or out.
    pub fn entries(&self) -> Vec<(BankEntry, Money)> {
        let all = [
            (BankEntry::Opening, self.opening),
            (BankEntry::Earned, self.earned),
            (BankEntry::Used, self.used),
            (BankEntry::Paid, self.paid),
            (BankEntry::Expired, self.expired),
            (BankEntry::Moved, self.moved),
            (BankEntry::Closing, self.closing),
        ];
        if *self == CreditFlow::default() {
            return Vec::new();
        }
        let moves = self.moved != Money::ZERO;
        all.into_iter().filter(|(entry, _)| moves || *entry != BankEntry::Moved).collect()
    }
}

/// How everything that is kept goes while the lines are drawn.
#[derive(Default)]
pub(super) struct Flows {
    /// Energy; `None` as long as no section nets.
    pub(super) bank: Option<BankFlow>,
    pub(super) credit: CreditFlow,
    pub(super) given: Vec<Given>,
}
