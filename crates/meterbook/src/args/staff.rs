//! What may be said of staff, roles, approvals and the audit.

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum StaffCommand {
    /// Let a member of staff in; the password is read from standard input
    Add {
        /// The name they sign in with
        name: String,
        /// The role they get; see: role list
        #[arg(long, default_value = "clerk")]
        role: String,
    },
    /// List the members of staff and their roles
    List,
    /// Give a member of staff a role, or take one
    Role {
        /// Who
        name: String,
        /// The role to give
        #[arg(long, required_unless_present = "take", conflicts_with = "take")]
        give: Option<String>,
        /// The role to take
        #[arg(long)]
        take: Option<String>,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Keep a member of staff out: their sessions end, their roles grant nothing
    Disable {
        /// Who
        name: String,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Let a member of staff in again, with the roles they had
    Enable {
        /// Who
        name: String,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Set a password, read from standard input: your own with --as, any as the operator
    Password {
        /// Whose
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// List the roles
    List,
    /// Show what comes with a role
    Show {
        /// The role
        role: String,
    },
    /// Make a role with nothing in it
    Add {
        /// Its name, in small letters, digits and dashes
        role: String,
        /// What it is for
        #[arg(long)]
        says: String,
    },
    /// Let a permission come with a role, or change its limit
    Grant {
        /// The role
        role: String,
        /// The permission; see: role show administrator
        permission: String,
        /// Up to which amount, such as 500.00
        #[arg(long)]
        limit: Option<String>,
        /// A second person is needed: beyond the limit, or always where there is none
        #[arg(long)]
        four_eyes: bool,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Let a permission come with a role no more
    Revoke {
        /// The role
        role: String,
        /// The permission
        permission: String,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ApproveCommand {
    /// List what waits
    List,
    /// Show one thing that was asked for
    Show {
        /// Its number
        number: i64,
    },
    /// Agree, and have it done; needs --as, and somebody else than who asked
    Give {
        /// Its number
        number: i64,
        /// Why
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Refuse it; who asked takes it back with this
    Refuse {
        /// Its number
        number: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walk the chain of hashes and name the first broken row
    Verify {
        /// What an earlier verify printed; fails if the audit was rewritten since
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
    /// Show what was done, newest first
    Show {
        /// Done to this: a number, a name, a code, as the audit shows it
        #[arg(long)]
        subject: Option<String>,
        /// Done by this member of staff
        #[arg(long)]
        by: Option<String>,
        /// From this day on
        #[arg(long)]
        from: Option<Date>,
        /// Before this day
        #[arg(long)]
        to: Option<Date>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
    },
}
