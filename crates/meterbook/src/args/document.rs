//! The command line of documents.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum DocumentCommand {
    /// Keep a PDF or a picture with what it is about
    Add {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        about: AboutWhat,
        /// What it is called; the file's name without it
        #[arg(long)]
        name: Option<String>,
    },
    /// Print the documents about something
    List {
        #[command(flatten)]
        about: AboutWhat,
        /// Also those that were withdrawn, and why
        #[arg(long)]
        withdrawn: bool,
    },
    /// Write a document to a file
    Get {
        /// Its number
        id: i64,
        /// The file; one that is there is left alone
        #[arg(long)]
        out: PathBuf,
    },
    /// Withdraw a document: it is not shown any more, and stays in the books
    Withdraw {
        /// Its number
        id: i64,
        /// Why
        #[arg(long)]
        why: String,
    },
}

/// Whom or what a document is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct AboutWhat {
    /// An account, by its number
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// A person
    #[arg(long)]
    pub(crate) person: Option<i64>,
    /// A premise
    #[arg(long)]
    pub(crate) premise: Option<i64>,
    /// A service point
    #[arg(long)]
    pub(crate) point: Option<i64>,
    /// A meter, by the number on its face
    #[arg(long)]
    pub(crate) meter: Option<String>,
    /// A work order
    #[arg(long)]
    pub(crate) order: Option<i64>,
}
