//! Speaking to the person at the terminal: lines, errors, progress.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Error, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use meterbook_core::currency::Currency;

/// What the amounts are in that are said: those of the utility that the program is about.
static CURRENCY: OnceLock<Currency> = OnceLock::new();

/// Says amounts in this currency from now on. The program is about one utility.
pub(crate) fn in_currency(currency: Currency) {
    let _ = CURRENCY.set(currency);
}

/// What amounts are in, as far as it is known.
pub(crate) fn currency() -> Currency {
    CURRENCY.get().copied().unwrap_or(Currency::DOLLARS)
}

/// A text with its amounts in the currency of the utility.
fn said(text: impl Display) -> String {
    currency().said(&text.to_string()).into_owned()
}

/// Prints a line to standard output. That nobody listens any more is not our failure.
pub(crate) fn line(text: impl Display) {
    verbatim(said(text));
}

/// Prints what somebody wrote and may say again, or what another program reads, as it is.
pub(crate) fn verbatim(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints what the person should know although all went well.
pub(crate) fn warning(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "meterbook: {}", said(text));
}

/// Prints an error as one paragraph: what was being done, and what stood in the way.
pub(crate) fn error(why: &Error) {
    let _ = writeln!(std::io::stderr().lock(), "meterbook: {}", said(paragraph(why)));
}

/// The causes of an error, each said once.
fn paragraph(why: &Error) -> String {
    let mut text = String::new();
    for cause in why.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// A bar with count, rate and time left, on a terminal; elsewhere a line when a stage ends.
pub(crate) struct Bar {
    bar: ProgressBar,
    stage: String,
}

impl Bar {
    /// A bar that is not begun.
    pub(crate) fn new() -> Bar {
        Bar { bar: ProgressBar::hidden(), stage: String::new() }
    }

    /// So many of so many `things` are done in `stage`; a new stage begins a new bar.
    pub(crate) fn show(&mut self, stage: &str, done: u64, all: u64) {
        if stage != self.stage {
            self.end();
            self.stage = stage.to_owned();
            self.bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
            let style = "{msg:>22} {wide_bar} {human_pos}/{human_len} {per_sec} {eta} left";
            self.bar.set_style(ProgressStyle::with_template(style).expect("the template is right"));
            self.bar.set_message(stage.to_owned());
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self.bar.set_length(all.max(done));
        self.bar.set_position(done);
    }

    /// Ends the stage that is shown, if there is one.
    pub(crate) fn end(&mut self) {
        if self.stage.is_empty() {
            return;
        }
        let (done, took) = (self.bar.position(), self.bar.elapsed());
        self.bar.finish_and_clear();
        let stage = std::mem::take(&mut self.stage);
        let _ = writeln!(std::io::stderr().lock(), "{stage:>22}  {done} in {took:.1?}");
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}

/// A secret of at least eight characters from standard input; asked for when somebody sits there.
pub(crate) fn secret(what: &str) -> Result<String> {
    if std::io::stdin().is_terminal() {
        let _ = write!(std::io::stderr().lock(), "{what} (at least 8 characters): ");
    }
    let mut text = String::new();
    std::io::stdin().read_line(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A line from somebody who sits there, asked for.
pub(crate) fn ask(what: &str) -> Result<String> {
    let _ = write!(std::io::stderr().lock(), "{what}: ");
    let mut text = String::new();
    std::io::stdin().read_line(&mut text)?;
    Ok(text.trim().to_owned())
}
