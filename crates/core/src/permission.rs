//! Who of the staff may do what. Denied unless granted.

/// Something a member of staff may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See customers, their bills and their use.
    ViewCustomer,
    /// Write a note on an account.
    WriteNote,
    /// Resolve tasks, take them, put them off, open cases.
    ResolveTask,
    /// Take a payment.
    TakePayment,
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
            Role::Clerk | Role::Administrator => true,
        }
    }
}

words! {
    Role { Auditor = "auditor", Clerk = "clerk", Administrator = "administrator" }
}
