//! Verifying the books: the rules that must hold after every act, looked up afresh in the
//! database, whatever wrote it.

use anyhow::Result;
use meterbook_store::{self as store, Db, Tx};

/// What `check` found.
#[derive(Debug)]
pub struct Report {
    /// Every rule that was looked at.
    pub rules: Vec<Rule>,
}

/// One rule and what breaks it.
#[derive(Debug)]
pub struct Rule {
    /// One word for it.
    pub name: &'static str,
    /// The rule in a sentence.
    pub says: &'static str,
    /// How many things it was held against.
    pub examined: i64,
    /// What breaks it, each in a sentence; at most a hundred.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether nothing breaks any rule.
    pub fn clean(&self) -> bool {
        self.rules.iter().all(|it| it.faults.is_empty())
    }
}

/// A rule, its sentence, and the query that looks for what breaks it.
type Verify = (&'static str, &'static str, fn(&mut Tx) -> Result<(i64, Vec<String>)>);

const RULES: &[Verify] = &[
    ("entries-balance", "the postings of every entry sum to zero", store::check::entries),
    (
        "bill-lines",
        "every bill is the sum of its segments, and they of their lines",
        store::check::bills,
    ),
    ("bill-posted", "every bill is posted once, for its total", store::check::posted),
    ("payment-posted", "every payment is posted once, for its amount", store::check::payments),
    (
        "tenders",
        "what came in is its tenders, and each of them its payments and what is held",
        store::tie_out::tenders,
    ),
    (
        "allocations",
        "no payment is for more than it is, nor for what its account never owed",
        store::tie_out::allocations,
    ),
    (
        "reversals",
        "every payment taken back is so in the ledger, once and whole",
        store::tie_out::reversals,
    ),
    (
        "clearing",
        "nothing is left between two accounts, and what the ledger holds for nobody is held",
        store::tie_out::clearing,
    ),
    (
        "debits",
        "every file of debits is its debits, and every debit a payment of a bill or a part of a plan",
        store::debit::verify,
    ),
    (
        "online",
        "what is paid online came in by card once, and of what is over nothing more is expected",
        store::online::verify,
    ),
    (
        "cards",
        "a card is kept where its payer said so, one of an account, and charged within what was agreed",
        store::card::verify,
    ),
    (
        "payment-batches",
        "what was said of every batch of payments beforehand is what was posted of it",
        store::lockbox::verify,
    ),
    (
        "bank-statements",
        "what came in by a statement as a customer's is a tender of as much",
        store::bank::verify,
    ),
    (
        "returned",
        "what came back is charged for once, and not where the bank was wrong",
        store::returned::verify,
    ),
    (
        "charge-posted",
        "every fee and deposit is posted once, and none is given back that was not left",
        store::check::charges,
    ),
    (
        "deposits",
        "what the ledger owes of security is what was left and what it earned",
        store::deposit::liability,
    ),
    (
        "late-fees",
        "every late fee waits for a bill or came with one, and no more of it is taken back",
        store::late_fee::verify,
    ),
    (
        "journals",
        "no journal has what was posted on a later day than its own",
        store::journal::verify,
    ),
    (
        "kept-sums",
        "what is kept of each journal and of each account by the last one is what was posted",
        store::kept::verify,
    ),
    (
        "due",
        "what is due when of a bill in the place of another comes to the bill",
        store::correction::verify,
    ),
    ("plans", "every plan is its parts, and an account has one at a time", store::plan::verify),
    (
        "budgets",
        "what levelled bills came to less what was asked for is what the ledger keeps of them",
        store::budget::verify,
    ),
    (
        "collections",
        "an account has one case at a time, and its steps follow each other while it is open",
        store::collection::verify,
    ),
    (
        "notices",
        "every letter of a step is to its customer, and nobody is cut off to whom no notice went out",
        store::notice::verify,
    ),
    (
        "agency",
        "every file for an agency is its lines, and a debt is recalled before it is placed again",
        store::agency::verify,
    ),
    (
        "correction-sets",
        "nothing is left of a set of corrections at its end, and whom it says it corrected it did",
        store::set::verify,
    ),
    (
        "write-offs",
        "what was given up less what was had after all is what the ledger says",
        store::write_off::verify,
    ),
    (
        "refunds",
        "what is to be given back and was not paid is what the ledger holds for it, and none is paid twice",
        store::refund::verify,
    ),
    (
        "unclaimed",
        "what nobody claimed and the state does not have is what the ledger holds of it",
        store::unclaimed::verify,
    ),
    (
        "pledges",
        "what came for a pledge is of its account, and what is kept came",
        store::pledge::verify,
    ),
    (
        "bill-accounts",
        "lines of bills, fees and corrections are what the ledger says of revenue and taxes",
        crate::report::bills_hold,
    ),
    (
        "cash",
        "what came in, less what went back, is what the ledger says of cash",
        crate::report::cash_holds,
    ),
    (
        "adjustments",
        "bills taken back, corrections, refunds and transfers are what the ledger says of them",
        crate::report::adjustments_hold,
    ),
    (
        "days-once",
        "no day of an agreement is billed twice, and none is left out between bills",
        store::check::days,
    ),
    (
        "reads-follow",
        "every bill begins with the read with which the bill before ended",
        store::check::reads,
    ),
    (
        "banks-end",
        "what a bank holds when service ends is settled, or goes on to the service moved to",
        store::check::banks,
    ),
    (
        "population",
        "billed, held and exempt make up the agreements of every finished window",
        store::check::population,
    ),
    (
        "outbox",
        "every posted bill is on its way to its customer, and every piece is of its bill's account",
        store::outbox::left_out,
    ),
    (
        "paper",
        "what waits to go out and the newest bills would say what the books say",
        crate::printed::sample,
    ),
    (
        "notes",
        "whoever gets an account's bills is told of each correction of one that anybody knew of",
        store::mailing::verify,
    ),
    (
        "rolled-up",
        "what is rolled up left its accounts and is owed by the one that sums them up",
        store::summary::verify,
    ),
    ("run-totals", "the bills of every window come to what its run says", store::check::runs),
    (
        "subledger",
        "what the accounts owe together is the receivable of the general ledger",
        store::check::subledger,
    ),
    (
        "batches",
        "every imported file is whole and has the hash it came with",
        crate::intake::verify,
    ),
    ("audit-chain", "every row of the audit follows the one before it", crate::audit::chain),
    (
        "orders",
        "every field order went by legal steps and stands as its last one says",
        crate::order::verify,
    ),
    (
        "community-shares",
        "what hosts give is what their bills say, and subscribers take what they were given",
        store::check::shares,
    ),
    (
        "certificates",
        "what every generator reported is its certificates and its remainder",
        crate::certificate::verify,
    ),
    (
        "replay",
        "the newest bills come out the same when they are made again",
        crate::replay::sample,
    ),
];

/// Holds the database against every rule.
pub fn check(db: &Db) -> Result<Report> {
    store::check::count_rows(db)?;
    db.read(|tx| {
        let mut rules = Vec::new();
        for &(name, says, look) in RULES {
            let (examined, faults) = look(tx)?;
            rules.push(Rule { name, says, examined, faults });
        }
        Ok(Report { rules })
    })
}
