//! Double entry: what happened, as balanced postings. A balance is a sum of postings, never a
//! field.

pub mod age;
pub mod allocate;
pub mod chart;
pub mod count;
pub mod open;

use std::fmt;

use jiff::civil::Date;

use crate::bill::Bill;
use crate::id::{
    AccountId, AgreementId, BillId, EntryId, PaymentId, ReceiptId, SuspenseId, TenderId,
};
use crate::money::Money;
use crate::place::Commodity;
use crate::rating::ChargeKind;

/// Something that happened, as postings that sum to zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which one.
    pub id: EntryId,
    /// What happened.
    pub kind: EntryKind,
    /// The day it counts from.
    pub on: Date,
    /// The natural key: the bill's or the payment's. The same happening cannot be posted twice.
    pub key: String,
    /// What people read in the account's ledger.
    pub text: String,
    /// The two or more sides.
    pub postings: Vec<Posting>,
}

/// One side of an entry: debits are positive, credits negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The general ledger account.
    pub gl: Gl,
    /// The customer's account; none where it is nobody's, such as what is in suspense.
    pub account: Option<AccountId>,
    /// How much.
    pub amount: Money,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A bill was posted.
    Bill,
    /// A payment was taken.
    Payment,
    /// Banks were settled when service ended with the last bill.
    Settlement,
    /// A fee or a deposit was charged, or a deposit given back.
    Charge,
    /// A bill was taken back.
    Cancelled,
    /// What rules took off a correction of bills.
    Adjustment,
    /// A payment was taken back: voided, returned by the bank, or moved to another account.
    Reversal,
    /// A credit was given back.
    Refund,
    /// A credit went to another account.
    Transfer,
    /// Money came in and nobody knows yet whose it is.
    Suspense,
    /// Such money went back to where it came from.
    SuspenseReturned,
    /// A drawer was closed with more or less than should be in it.
    Drawer,
    /// Security earned interest, which is owed to the customer.
    DepositInterest,
    /// A refund that waited was paid by a check.
    RefundPaid,
    /// That check was never cashed and is void.
    RefundVoided,
    /// What was to be given back to nobody known is held again.
    RefundHeld,
    /// What was to be given back was taken back by the bank it came from.
    RefundBounced,
    /// Unclaimed property went to the state.
    Remitted,
}

/// What sort of debt something is: what rules of allocation order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Debt {
    /// A bill of service.
    Bill,
    /// A fee.
    Fee,
    /// A security deposit that was asked for.
    Deposit,
    /// Anything else.
    Other,
}

/// An account of the general ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gl {
    /// Money in the bank or the till.
    Cash,
    /// What customers owe.
    Receivable,
    /// Collected for tax offices.
    TaxPayable,
    /// Security that customers left.
    DepositsHeld,
    /// Sales of electricity.
    ElectricRevenue,
    /// Sales of gas.
    GasRevenue,
    /// Sales of water.
    WaterRevenue,
    /// Sales of waste collection.
    WasteRevenue,
    /// Fees.
    FeeRevenue,
    /// What was used and is not charged any more.
    BillingAdjustments,
    /// Bought from customers with generation.
    PurchasedPower,
    /// Interest on what customers paid too much.
    InterestExpense,
    /// Payments on their way from one account to another: zero whenever an act is done.
    PaymentClearing,
    /// Money of which nobody knows yet whose it is.
    Suspense,
    /// Credits that are to be given back.
    RefundsPayable,
    /// What drawers had too much or too little.
    CashOverShort,
    /// Interest that security earned and that was not given to the customer yet.
    DepositInterest,
    /// What being late costs.
    LateFees,
    /// What levelled bills came to beyond what was asked for.
    BudgetVariance,
    /// What is not to be had of customers.
    BadDebt,
    /// Credits that nobody claimed, owed to the state until it has them.
    Unclaimed,
    /// What was given back before the bank took back the payment that it was of.
    ReturnLoss,
}

words! {
    EntryKind {
        Bill = "bill",
        Payment = "payment",
        Settlement = "settlement",
        Charge = "charge",
        Cancelled = "cancelled",
        Adjustment = "adjustment",
        Reversal = "reversal",
        Refund = "refund",
        Transfer = "transfer",
        Suspense = "suspense",
        SuspenseReturned = "suspense-returned",
        Drawer = "drawer",
        DepositInterest = "deposit-interest",
        RefundPaid = "refund-paid",
        RefundVoided = "refund-voided",
        RefundHeld = "refund-held",
        RefundBounced = "refund-bounced",
        Remitted = "remitted",
    }
    Debt { Bill = "bill", Fee = "fee", Deposit = "deposit", Other = "other" }
    Reversed { Voided = "voided", Returned = "returned", Moved = "moved" }
    Gl {
        Cash = "1010 cash", Receivable = "1200 receivable", TaxPayable = "2300 tax payable",
        DepositsHeld = "2400 customer deposits", ElectricRevenue = "4010 electric revenue",
        GasRevenue = "4020 gas revenue", WaterRevenue = "4030 water revenue",
        WasteRevenue = "4040 waste revenue", FeeRevenue = "4090 fee revenue",
        BillingAdjustments = "4095 billing adjustments",
        PurchasedPower = "5010 purchased power", InterestExpense = "5080 interest expense", PaymentClearing = "1090 payment clearing",
        Suspense = "2100 unidentified payments", RefundsPayable = "2110 refunds payable",
        CashOverShort = "5090 cash over and short",
        DepositInterest = "2410 deposit interest", LateFees = "4092 late fees",
        BudgetVariance = "1210 budget variance", BadDebt = "5070 bad debt",
        Unclaimed = "2120 unclaimed property", ReturnLoss = "5075 returned after refund",
    }
}

/// Money that came in at once: a customer at the counter, an envelope, a line of a bank's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which one.
    pub id: ReceiptId,
    /// The day it counts from.
    pub on: Date,
    /// What it came in.
    pub tenders: Vec<Tendered>,
}

/// A check, a bundle of notes, a card slip: what can come back as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tendered {
    /// Which one.
    pub id: TenderId,
    /// What it is.
    pub kind: Tender,
    /// How much, above zero.
    pub amount: Money,
    /// The check's number, the card slip, the bank's reference.
    pub reference: String,
}

/// Money of which nobody knows yet whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspended {
    /// Which.
    pub id: SuspenseId,
    /// What it came in.
    pub tender: TenderId,
    /// How much, above zero.
    pub amount: Money,
    /// The day it counts from.
    pub on: Date,
    /// What is known of whose it is: a name, a scan line, a number with a digit wrong.
    pub said: String,
    /// The natural key: the same money is held once.
    pub key: String,
}

/// Why a payment was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversed {
    /// It was never right: taken back on the day it was taken.
    Voided,
    /// The bank gave it back.
    Returned,
    /// It was another account's.
    Moved,
}

/// A payment: what of one tender was for one account.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// Which one.
    pub id: PaymentId,
    /// For whom.
    pub account: AccountId,
    /// How much, above zero.
    pub amount: Money,
    /// The day it counts from.
    pub on: Date,
    /// How it was paid.
    pub tender: Tender,
    /// The check's number, the card slip, the bank's reference.
    pub reference: String,
    /// The natural key: the same payment cannot be posted twice.
    pub key: String,
}

/// What is paid of the banks of a service that ended on the day through which it was billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The agreement that ended.
    pub agreement: AgreementId,
    /// Whose it was.
    pub account: AccountId,
    /// The last bill, which did not know of the end.
    pub bill: BillId,
    /// The first day without service.
    pub on: Date,
    /// What that bill would have paid: below zero, in the customer's favor.
    pub amount: Money,
}

/// How something was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tender {
    /// Notes and coins.
    Cash,
    /// A check.
    Check,
    /// A card, through a terminal that is not ours.
    Card,
    /// A transfer from a bank.
    Bank,
    /// Taken from an account at a bank by a mandate.
    Debit,
}

words! {
    Tender { Cash = "cash", Check = "check", Card = "card", Bank = "bank", Debit = "debit" }
}

/// The postings of a bill: the receivable against revenue and taxes, line by line, summed.
///
/// They sum to zero because the bill's total is the sum of its lines, which is asserted here.
pub fn post_bill(bill: &Bill) -> Vec<Posting> {
    let mut postings = Vec::new();
    let mut add =
        |gl: Gl, amount: Money| match postings.iter_mut().find(|it: &&mut Posting| it.gl == gl) {
            Some(posting) => posting.amount += amount,
            None => postings.push(Posting { gl, account: Some(bill.account), amount }),
        };
    add(Gl::Receivable, bill.total);
    for segment in &bill.segments {
        for line in &segment.lines {
            add(credited(segment.commodity, line.kind), -line.amount);
        }
    }
    for it in &bill.once {
        add(it.gl, -it.line.amount);
    }
    for it in &bill.summed {
        let account = Some(it.account);
        postings.push(Posting { gl: Gl::Receivable, account, amount: -it.moved });
    }
    postings.retain(|posting| posting.amount != Money::ZERO);
    assert_balanced(&postings);
    postings
}

/// The postings of a payment: cash against the receivable.
pub fn post_payment(payment: &Payment) -> Vec<Posting> {
    post_between(
        (Gl::Cash, Some(payment.account)),
        (Gl::Receivable, Some(payment.account)),
        payment.amount,
    )
}

/// An amount from one account of the general ledger to another: the first is debited. Most of what
/// happens to a payment is this.
pub fn post_between(
    debit: (Gl, Option<AccountId>),
    credit: (Gl, Option<AccountId>),
    amount: Money,
) -> Vec<Posting> {
    let side = |(gl, account), amount| Posting { gl, account, amount };
    let postings = vec![side(debit, amount), side(credit, -amount)];
    assert_balanced(&postings);
    postings
}

/// The postings of a settlement: what is paid for what was sent back, against the receivable.
pub fn post_settlement(settlement: &Settlement) -> Vec<Posting> {
    let Settlement { account, amount, .. } = *settlement;
    let account = Some(account);
    let postings = vec![
        Posting { gl: Gl::Receivable, account, amount },
        Posting { gl: Gl::PurchasedPower, account, amount: -amount },
    ];
    assert_balanced(&postings);
    postings
}

/// Stops what would put the books out of balance.
pub fn assert_balanced(postings: &[Posting]) {
    let sum: Money = postings.iter().map(|posting| posting.amount).sum();
    assert_eq!(sum, Money::ZERO, "an entry does not balance: {postings:?}");
}

/// The account in which a line of a bill is revenue, tax, or bought from the customer.
pub fn credited(commodity: Commodity, kind: ChargeKind) -> Gl {
    match (kind, commodity) {
        (ChargeKind::Tax, _) => Gl::TaxPayable,
        (ChargeKind::Credit, _) => Gl::PurchasedPower,
        (_, Commodity::Electric) => Gl::ElectricRevenue,
        (_, Commodity::Gas) => Gl::GasRevenue,
        (_, Commodity::Water) => Gl::WaterRevenue,
        (_, Commodity::Waste) => Gl::WasteRevenue,
    }
}

impl Gl {
    /// The account with this number, this name or both: `4010`, `electric revenue`.
    pub fn called(text: &str) -> Option<Gl> {
        let text = text.trim();
        let is = |it: &&Gl| {
            let (number, name) = it.word().split_once(' ').unwrap_or((it.word(), ""));
            it.word() == text || number == text || name == text
        };
        Gl::ALL.iter().find(is).copied()
    }
}

impl EntryKind {
    /// What an entry of this kind takes back, whose key it has.
    pub fn takes_back(self) -> Option<EntryKind> {
        match self {
            EntryKind::Cancelled => Some(EntryKind::Bill),
            EntryKind::Reversal => Some(EntryKind::Payment),
            EntryKind::SuspenseReturned => Some(EntryKind::Suspense),
            EntryKind::RefundVoided => Some(EntryKind::RefundPaid),
            _ => None,
        }
    }
}

impl fmt::Display for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.gl, self.amount)
    }
}
