//! The command line of what paper says beside the amounts.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use meterbook_core::paper::TextKind;
use meterbook_core::paper::layout::Form;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::person::Language;

#[derive(Debug, Subcommand)]
pub(crate) enum PaperCommand {
    /// Print a text as it holds on a day
    Show {
        #[command(flatten)]
        which: Which,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Publish a text, after it was tried on the sample bill
    Publish {
        #[command(flatten)]
        which: Which,
        /// The file with the text
        file: PathBuf,
        /// The first day of the bills it is for
        #[arg(long)]
        from: Date,
    },
    /// Draw a letter to an account's customer, as PDF and as a page
    Letter {
        /// sign-up, start, stop, transfer or bill-held; of reminder, notice, plan-broken, deposit-asked and
        /// payment-returned the last one that was sent
        #[arg(value_parser = cause)]
        cause: LetterCause,
        /// The account's number
        #[arg(long)]
        account: String,
        /// The day on it; today without it
        #[arg(long)]
        on: Option<Date>,
        /// The folder for the files; `letters` in the utility's folder without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// Send it with the bills of its day, and draw it when it goes
        #[arg(long, conflicts_with = "out")]
        send: bool,
    },
    /// Draw the sample bill as it looks on a day
    Sample {
        /// The file for the PDF
        #[arg(long)]
        out: PathBuf,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// en or es
        #[arg(long, value_name = "LANGUAGE", value_parser = language, default_value = "en")]
        language: Language,
        /// bill, large-print, summary, note or letter
        #[arg(long, value_name = "FORM", value_parser = form, default_value = "bill")]
        form: Form,
        /// A layout that is not published yet, to see it
        #[arg(long, value_name = "FILE")]
        layout: Option<PathBuf>,
    },
}

/// One of the texts.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// brand, contents, layout, letter, mark, scan-line or terms
    #[arg(value_parser = kind)]
    pub(crate) kind: TextKind,
    /// Which of several: whose list of contents it is, which form is laid out, what a letter is about
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) name: String,
}

fn kind(text: &str) -> Result<TextKind, String> {
    let all = || TextKind::ALL.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
    TextKind::from_word(text).ok_or_else(|| format!("write one of {}", all()))
}

fn cause(text: &str) -> Result<LetterCause, String> {
    let all = || LetterCause::ALL.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
    LetterCause::from_word(text).ok_or_else(|| format!("write one of {}", all()))
}

fn form(text: &str) -> Result<Form, String> {
    let all = || Form::ALL.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
    Form::from_word(text).ok_or_else(|| format!("write one of {}", all()))
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_word(text).ok_or_else(|| "write en or es".to_owned())
}
