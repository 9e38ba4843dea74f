//! Who of the staff may do what. Denied unless granted.

/// Something a member of staff may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See customers, their bills and their use.
    ViewCustomer,
    /// Write a note on an account.
    WriteNote,
    /// Take a payment.
    TakePayment,
    /// Write, assign, step, complete and call off field orders.
    WorkOrders,
    /// Say who gets which share of a host's surplus.
    SetShares,
    /// Register generators; make, move and retire certificates.
    KeepCertificates,
}

/// A job, and what comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Looks, never changes.
    Auditor,
    /// Customer service.
    Clerk,
    /// Everything.
    Administrator,
}

impl Role {
    /// Whether this job comes with `permission`.
    pub fn may(self, permission: Permission) -> bool {
        match self {
            Role::Auditor => permission == Permission::ViewCustomer,
            // A certificate is property, and retiring one is for good.
            Role::Clerk => permission != Permission::KeepCertificates,
            Role::Administrator => true,
        }
    }
}

words! {
    Role { Auditor = "auditor", Clerk = "clerk", Administrator = "administrator" }
}
