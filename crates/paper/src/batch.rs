//! Finished bills looked at once more before they leave, and put together for the mail house.

use anyhow::{Result, anyhow, ensure};
use meterbook_core::id::AccountNumber;

/// Refuses a page that does not say it is of this account: statements have gone to others in the
/// wrong envelope.
pub fn is_of(pdf: &[u8], account: AccountNumber) -> Result<()> {
    let text = pdf_extract::extract_text_from_mem(pdf)
        .map_err(|why| anyhow!("a bill of account {account} cannot be read back: {why}"))?;
    let closed: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    ensure!(
        closed.contains(&account.to_string()),
        "a bill that was to go to account {account} does not say that it is of it"
    );
    Ok(())
}
