//! Who of the staff may do what, up to which amount, and what takes two of them. Denied unless
//! granted.

use jiff::Timestamp;

use crate::id::UserId;
use crate::money::Money;

words! {
    /// Something a member of staff may be allowed to do. Every act names one.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Permission {
        /// See customers, their bills and their use.
        ViewCustomer = "view-customer",
        /// See who did what.
        ViewAudit = "view-audit",
        /// Write a note on an account.
        WriteNote = "write-note",
        /// Take down people, how to reach them, and their accounts.
        KeepCustomers = "keep-customers",
        /// Make one record of two that are the same customer, and two again.
        MergeCustomers = "merge-customers",
        /// Take down premises and service points.
        KeepPlaces = "keep-places",
        /// Take down, hang, exchange and remove meters.
        KeepMeters = "keep-meters",
        /// Change what a meter's numbers are multiplied by.
        SetMultiplier = "set-multiplier",
        /// Start, stop and transfer service.
        MoveService = "move-service",
        /// Say what an agreement's tariff needs to know, its own prices, its exemptions.
        SetTerms = "set-terms",
        /// Order work in the field, and cancel it.
        OrderWork = "order-work",
        /// Give orders to crews and days.
        DispatchWork = "dispatch-work",
        /// Report work as done, or why it could not be.
        CompleteWork = "complete-work",
        /// Resolve what waits in the queue.
        ResolveTasks = "resolve-tasks",
        /// Import reads.
        ImportReads = "import-reads",
        /// Publish tariffs.
        PublishTariff = "publish-tariff",
        /// Publish event days, prices and peaks.
        PublishPrices = "publish-prices",
        /// Plan the turns of bill cycles.
        PlanCycles = "plan-cycles",
        /// Rate and check the bills of a cycle.
        RunBills = "run-bills",
        /// Let the bills of a cycle go.
        ReleaseBills = "release-bills",
        /// Take the bills of a whole turn back before they are sent.
        CancelRun = "cancel-run",
        /// Let bills go whose totals are further from earlier ones than the limits allow.
        ReleaseBeyondLimits = "release-beyond-limits",
        /// Say the limits for that.
        SetReleaseLimits = "set-release-limits",
        /// Send bills, make packages for the mail house, say what became of a piece.
        DeliverBills = "deliver-bills",
        /// Send more pieces than were expected.
        DeliverBeyondCount = "deliver-beyond-count",
        /// Stop a way of delivery, and let it go on.
        SwitchDelivery = "switch-delivery",
        /// Say by which servers and in whose name bills are sent.
        SetDelivery = "set-delivery",
        /// Say what e-invoices say of the utility.
        DescribeSeller = "describe-seller",
        /// Say what paper says beside the amounts, and what has to be on it.
        PublishPaper = "publish-paper",
        /// Take bills back and bill anew; the amount is what that comes to.
        CorrectBills = "correct-bills",
        /// Bill what is charged once; the amount is what that comes to.
        BillOnce = "bill-once",
        /// Take a payment.
        TakePayment = "take-payment",
        /// Say whose a payment is: match what is in suspense, move payments and credits.
        MatchPayments = "match-payments",
        /// Take back what a bank returned.
        ReversePayments = "reverse-payments",
        /// Give credits back; the amount is the credit's.
        RefundCredit = "refund-credit",
        /// Say how the books are kept: how payments are allocated, which days and months are closed.
        KeepBooks = "keep-books",
        /// Take what is due from customers' accounts at banks; the amount is what a file comes to.
        MakeDebits = "make-debits",
        /// Ask for security and give it back, write down pledges, agree to be paid in parts, level bills, protect
        /// accounts; the amount is that of the security or the pledge, and nothing for the rest.
        KeepCredit = "keep-credit",
        /// Not ask for a fee; the amount is the fee.
        WaiveFees = "waive-fees",
        /// Give up what is owed; the amount is that.
        WriteOff = "write-off",
        /// Say the rules of credit and collections.
        SetCreditRules = "set-credit-rules",
        /// Stop notices and cuts, and let them go on; take a day's steps of collections.
        RunCollections = "run-collections",
        /// Say who gets which share of a host's surplus.
        SetShares = "set-shares",
        /// Register generators; make, move and retire certificates.
        KeepCertificates = "keep-certificates",
        /// Let members of staff in, and keep them out.
        ManageStaff = "manage-staff",
        /// Give and take roles, and say what comes with them.
        GrantRoles = "grant-roles",
        /// Found the utility: the first act in its database.
        Found = "found",
    }
}

/// A permission as a role comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What may be done.
    pub permission: Permission,
    /// Up to which amount; `None` for any. It does not matter for an act without an amount.
    pub limit: Option<Money>,
    /// Whether it takes a second person: beyond the limit, or always where there is none or where
    /// the act has no amount. Where this is not set, what is beyond the limit is not done at all.
    pub four_eyes: bool,
}

/// What somebody may do of what they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// It may be done when a second person agrees.
    NeedsSecond {
        /// Up to which amount it may be done alone, if it depends on that.
        limit: Option<Money>,
    },
    /// It may not be done.
    Denied(Denied),
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No role comes with it.
    NotGranted,
    /// It is more than their roles allow.
    BeyondLimit {
        /// The highest amount.
        limit: Money,
    },
}

/// Whether grants allow something. The most generous of them counts.
pub fn may(grants: &[Grant], permission: Permission, amount: Option<Money>) -> Decision {
    let ours = grants.iter().filter(|it| it.permission == permission);
    let decided = ours.map(|it| it.decides(amount));
    decided.fold(Decision::Denied(Denied::NotGranted), Decision::more_generous)
}

impl Grant {
    fn decides(&self, amount: Option<Money>) -> Decision {
        match (self.limit, self.four_eyes) {
            (None, false) => Decision::Allowed,
            (None, true) => Decision::NeedsSecond { limit: None },
            (Some(limit), true) if amount.is_none_or(|it| limit < it) => {
                Decision::NeedsSecond { limit: amount.map(|_| limit) }
            }
            (Some(limit), false) if amount.is_some_and(|it| limit < it) => {
                Decision::Denied(Denied::BeyondLimit { limit })
            }
            (Some(_), _) => Decision::Allowed,
        }
    }

    /// Whether who has this may be the second person: the amount must be within their own limit.
    fn seconds(&self, permission: Permission, amount: Option<Money>) -> bool {
        self.permission == permission
            && self.limit.is_none_or(|limit| amount.is_none_or(|it| it <= limit))
    }
}

impl Decision {
    fn more_generous(self, other: Decision) -> Decision {
        let limit = |it: &Decision| match it {
            Decision::NeedsSecond { limit } => *limit,
            Decision::Denied(Denied::BeyondLimit { limit }) => Some(*limit),
            Decision::Allowed | Decision::Denied(Denied::NotGranted) => None,
        };
        let rank = |it: &Decision| match it {
            Decision::Allowed => 3,
            Decision::NeedsSecond { .. } => 2,
            Decision::Denied(Denied::BeyondLimit { .. }) => 1,
            Decision::Denied(Denied::NotGranted) => 0,
        };
        if (rank(&self), limit(&self)) < (rank(&other), limit(&other)) { other } else { self }
    }
}

/// A member of staff with what their roles grant.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'g> {
    /// Who.
    pub id: UserId,
    /// What they were granted.
    pub grants: &'g [Grant],
}

/// The proof that somebody may do something. Only the functions of this module make one, and what
/// is written down in the audit asks for it: an act that was not authorized cannot be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorized {
    by: Option<UserId>,
    second: Option<UserId>,
    at: Timestamp,
    /// `None` for what everybody may do for themselves.
    permission: Option<Permission>,
}

impl Authorized {
    /// The system itself, or its operator, may do everything.
    pub fn system(at: Timestamp, permission: Permission) -> Authorized {
        Authorized { by: None, second: None, at, permission: Some(permission) }
    }

    /// Somebody alone, if their grants allow it.
    pub fn alone(
        who: Standing,
        at: Timestamp,
        permission: Permission,
        amount: Option<Money>,
    ) -> Result<Authorized, Decision> {
        match may(who.grants, permission, amount) {
            Decision::Allowed => {
                Ok(Authorized { by: Some(who.id), second: None, at, permission: Some(permission) })
            }
            other => Err(other),
        }
    }

    /// Somebody with a second person, if the first may do it so, and the second may agree to it.
    pub fn together(
        [maker, checker]: [Standing; 2],
        at: Timestamp,
        permission: Permission,
        amount: Option<Money>,
    ) -> Result<Authorized, NotTogether> {
        if maker.id == checker.id {
            return Err(NotTogether::Same);
        }
        if let Decision::Denied(why) = may(maker.grants, permission, amount) {
            return Err(NotTogether::Maker(why));
        }
        if !checker.grants.iter().any(|it| it.seconds(permission, amount)) {
            let decided = may(checker.grants, permission, amount);
            return Err(NotTogether::Checker(match decided {
                Decision::NeedsSecond { limit: Some(limit) } => Denied::BeyondLimit { limit },
                Decision::Denied(why) => why,
                Decision::NeedsSecond { limit: None } | Decision::Allowed => Denied::NotGranted,
            }));
        }
        let (by, second) = (Some(maker.id), Some(checker.id));
        Ok(Authorized { by, second, at, permission: Some(permission) })
    }

    /// What everybody may do for themselves, such as signing in.
    pub fn oneself(who: UserId, at: Timestamp) -> Authorized {
        Authorized { by: Some(who), second: None, at, permission: None }
    }

    /// Who does it; `None` for the system or its operator.
    pub fn by(&self) -> Option<UserId> {
        self.by
    }

    /// Who agreed to it, where that was needed.
    pub fn second(&self) -> Option<UserId> {
        self.second
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// By which permission.
    pub fn permission(&self) -> Option<Permission> {
        self.permission
    }
}

/// Why two people may not do something together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTogether {
    /// They are one.
    Same,
    /// Who asked may not do it any more.
    Maker(Denied),
    /// Who is to agree may not do it.
    Checker(Denied),
}

#[cfg(test)]
mod tests {
    use super::Decision::{Allowed, Denied as No, NeedsSecond};
    use super::*;

    const PAY: Permission = Permission::TakePayment;

    fn dollars(dollars: i64) -> Money {
        Money::from_cents(dollars * 100)
    }

    fn grant(limit: Option<i64>, four_eyes: bool) -> Grant {
        Grant { permission: PAY, limit: limit.map(dollars), four_eyes }
    }

    #[test]
    fn a_limit_and_four_eyes_make_four_kinds_of_grant() {
        let second = |limit: i64| NeedsSecond { limit: Some(dollars(limit)) };
        let beyond = |limit: i64| No(Denied::BeyondLimit { limit: dollars(limit) });
        let any = NeedsSecond { limit: None };
        for (grant, within, above, without) in [
            (grant(None, false), Allowed, Allowed, Allowed),
            (grant(None, true), any, any, any),
            (grant(Some(50), false), Allowed, beyond(50), Allowed),
            (grant(Some(50), true), Allowed, second(50), any),
        ] {
            assert_eq!(may(&[grant], PAY, Some(dollars(50))), within, "{grant:?}");
            assert_eq!(may(&[grant], PAY, Some(Money::from_cents(5001))), above, "{grant:?}");
            assert_eq!(may(&[grant], PAY, None), without, "{grant:?}");
        }
    }

    #[test]
    fn nothing_is_allowed_that_is_not_granted() {
        let denied = No(Denied::NotGranted);
        assert_eq!(may(&[], PAY, None), denied);
        assert_eq!(may(&[grant(None, false)], Permission::WriteNote, None), denied);
    }

    #[test]
    fn of_several_roles_the_most_generous_counts() {
        let small = grant(Some(50), false);
        let larger = grant(Some(90), false);
        let four = grant(Some(20), true);
        let amount = Some(dollars(100));
        let beyond = |limit| No(Denied::BeyondLimit { limit: dollars(limit) });
        assert_eq!(may(&[small, larger], PAY, amount), beyond(90));
        assert_eq!(may(&[larger, small], PAY, amount), beyond(90));
        let second = NeedsSecond { limit: Some(dollars(20)) };
        assert_eq!(may(&[small, four, larger], PAY, amount), second);
        assert_eq!(may(&[four, grant(None, false)], PAY, amount), Allowed);
    }

    #[test]
    fn two_are_two_and_the_second_answers_for_the_amount() {
        let at = Timestamp::UNIX_EPOCH;
        let (clerk, chief, none) = ([grant(Some(50), true)], [grant(Some(200), true)], []);
        let who = |id, grants| Standing { id: UserId(id), grants };
        let ask =
            |maker, checker| Authorized::together([maker, checker], at, PAY, Some(dollars(100)));
        let done = ask(who(1, &clerk), who(2, &chief)).unwrap();
        assert_eq!((done.by(), done.second()), (Some(UserId(1)), Some(UserId(2))));
        assert_eq!(ask(who(1, &chief), who(1, &chief)), Err(NotTogether::Same));
        let beyond = Denied::BeyondLimit { limit: dollars(50) };
        assert_eq!(ask(who(1, &clerk), who(2, &clerk)), Err(NotTogether::Checker(beyond)));
        let never = Denied::NotGranted;
        assert_eq!(ask(who(1, &clerk), who(2, &none)), Err(NotTogether::Checker(never)));
        assert_eq!(ask(who(1, &none), who(2, &chief)), Err(NotTogether::Maker(never)));
    }

    #[test]
    fn two_who_each_need_a_second_may_do_it_together() {
        let at = Timestamp::UNIX_EPOCH;
        let admin = [grant(None, true)];
        let [one, two] = [1, 2].map(|id| Standing { id: UserId(id), grants: &admin });
        assert!(Authorized::alone(one, at, PAY, None).is_err());
        assert!(Authorized::together([one, two], at, PAY, None).is_ok());
    }
}
