//! How long paper may take to be drawn: a layout of a utility's own may go round in circles on one bill, and
//! whoever waits for it would wait for ever.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::pdf::Press;
use crate::view::View;

/// How long any paper may take. A bill takes a tenth of a second, one of a thousand lines a few; a build
/// that is not optimized takes thirty times as long.
pub const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 300 } else { 60 });

/// Paper that was not drawn in time.
#[derive(Debug, PartialEq, Eq)]
pub struct TooSlow {
    /// How long it was waited for.
    pub patience: Duration,
}

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.patience.as_secs();
        write!(f, "it takes more than {seconds} seconds to be drawn; make its layout simpler")
    }
}

impl std::error::Error for TooSlow {}

/// Draws as [`Press::pdf`] does. What the utility sets itself may take only so long; the program's own
/// forms come to an end. Who draws in this process cannot be stopped and is left behind, so where many
/// bills are drawn [`crate::Workers`] do it.
///
/// # Errors
/// [`TooSlow`], and what [`Press::pdf`] says.
pub fn pdf_within(press: &Arc<Press>, view: &View, patience: Duration) -> Result<Vec<u8>> {
    if view.0["layout"].is_null() {
        return press.pdf(view);
    }
    let (give, take) = mpsc::channel();
    let (press, view) = (press.clone(), view.clone());
    std::thread::spawn(move || {
        // Whoever waits may have gone.
        let _ = give.send(press.pdf(&view));
    });
    match take.recv_timeout(patience) {
        Ok(made) => made,
        Err(RecvTimeoutError::Timeout) => Err(TooSlow { patience }.into()),
        Err(RecvTimeoutError::Disconnected) => Err(anyhow!("the engine that sets pages gave up")),
    }
}
