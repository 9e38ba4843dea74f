//! Why something is not asked of a second person, agreed to or refused.

use std::fmt;

use meterbook_core::id::ApprovalId;
use meterbook_core::permission::{Denied, Permission};
use meterbook_store::approval::Ended;

/// Why something is not asked for, agreed to or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotApproved {
    /// The same thing waits already.
    WaitsAlready {
        /// Under this number.
        id: ApprovalId,
    },
    /// There is nothing under this number.
    Unknown {
        /// The number.
        id: ApprovalId,
    },
    /// It ended already.
    Ended {
        /// The number.
        id: ApprovalId,
        /// How.
        how: Ended,
        /// By whom.
        by: String,
    },
    /// Who asked cannot agree.
    Yourself {
        /// The number.
        id: ApprovalId,
    },
    /// The operator has no name, and who agrees has one.
    NoName,
    /// Who is to agree may not do it.
    Checker {
        /// What it takes.
        permission: Permission,
        /// Why they may not.
        why: Denied,
    },
    /// Who asked may not do it any more.
    Maker {
        /// Their name.
        who: String,
        /// What it takes.
        permission: Permission,
    },
}

impl fmt::Display for NotApproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotApproved::WaitsAlready { id } => write!(
                f,
                "the same waits as number {id} already; ask a second person for: meterbook approve give {id}"
            ),
            NotApproved::Unknown { id } => {
                write!(f, "nothing was asked for under number {id}; see: meterbook approve list")
            }
            NotApproved::Ended { id, how, by } => {
                write!(f, "number {id} was {} by {by} already; nothing was changed", how.word())
            }
            NotApproved::Yourself { id } => write!(
                f,
                "you asked for number {id} yourself, and it takes a second person; ask one, or take it back: meterbook approve refuse {id}"
            ),
            NotApproved::NoName => {
                f.write_str("whoever agrees or refuses has a name; say yours with --as NAME")
            }
            NotApproved::Checker { permission, why: Denied::NotGranted } => {
                write!(f, "no role of yours comes with {permission}; ask somebody who has it")
            }
            NotApproved::Checker { permission, why: Denied::BeyondLimit { limit } } => write!(
                f,
                "you may answer for {permission} up to {limit}; ask somebody whose role allows more"
            ),
            NotApproved::Maker { who, permission } => write!(
                f,
                "{who}, who asked for it, has {permission} no more; refuse it, and let somebody ask who has it"
            ),
        }
    }
}

impl std::error::Error for NotApproved {}
