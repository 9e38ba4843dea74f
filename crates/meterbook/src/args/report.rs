//! The command line of reports of the books.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use meterbook_core::report::ReportKind;

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Which
    #[arg(value_enum)]
    pub(crate) kind: KindArg,
    /// How it stood at the end of this day; today without it
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) on: Option<Date>,
    /// The first of the days; of this month without it
    #[arg(long, requires = "to")]
    pub(crate) from: Option<Date>,
    /// The first day behind them
    #[arg(long, requires = "from")]
    pub(crate) to: Option<Date>,
    /// As the journals knew it at the end of this day
    #[arg(long)]
    pub(crate) known: Option<Date>,
    /// By the day whose journal took an entry, not by the day it counts from
    #[arg(long, conflicts_with = "known")]
    pub(crate) posted: bool,
    /// Of this account only
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Of this class of customers only
    #[arg(long)]
    pub(crate) class: Option<String>,
    /// Of this tariff only
    #[arg(long)]
    pub(crate) tariff: Option<String>,
    /// Of lines whose name has this in it only
    #[arg(long)]
    pub(crate) line: Option<String>,
    /// Of this account of the general ledger: its number or its name, such as 4010
    #[arg(long)]
    pub(crate) gl: Option<String>,
    /// Write it into this file, as XLSX where it ends so, else as CSV; it is printed as CSV without it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KindArg {
    /// What accounts owe, and what would close them
    Balances,
    /// What accounts owe by how long it has been due
    Ageing,
    /// Every account of the general ledger: before, debits, credits, after
    Ledger,
    /// What stands behind an account of the general ledger, line by line of the bills
    Lines,
    /// Revenue by tariff, class, kind of line and month
    Revenue,
    /// Taxes by who they are collected for, name and month: base, rate, exempt, tax
    Taxes,
    /// The same of franchise fees, whether they are a tax or a rider
    FranchiseFees,
    /// What is owed of security, account by account
    Deposits,
    /// What was given up, and had after all
    WriteOffs,
    /// What was used and not billed
    Unbilled,
    /// What came in, by tender and day
    Payments,
    /// What was taken back, waived, settled, given back and moved
    Adjustments,
}

impl From<KindArg> for ReportKind {
    fn from(arg: KindArg) -> ReportKind {
        match arg {
            KindArg::Balances => ReportKind::Balances,
            KindArg::Ageing => ReportKind::Ageing,
            KindArg::Ledger => ReportKind::Ledger,
            KindArg::Lines => ReportKind::Lines,
            KindArg::Revenue => ReportKind::Revenue,
            KindArg::Taxes => ReportKind::Taxes,
            KindArg::FranchiseFees => ReportKind::FranchiseFees,
            KindArg::Deposits => ReportKind::Deposits,
            KindArg::WriteOffs => ReportKind::WriteOffs,
            KindArg::Unbilled => ReportKind::Unbilled,
            KindArg::Payments => ReportKind::Payments,
            KindArg::Adjustments => ReportKind::Adjustments,
        }
    }
}
