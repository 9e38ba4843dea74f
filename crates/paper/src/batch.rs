//! Finished bills looked at once more before they leave, and put together for the mail house.

use anyhow::{Result, anyhow, ensure};
use meterbook_core::id::AccountNumber;

/// Refuses paper of which any page does not say that it is of this account: statements have gone to
/// others in the wrong envelope, whole ones and single pages.
pub fn is_of(pdf: &[u8], account: AccountNumber) -> Result<()> {
    let pages = pdf_extract::extract_text_from_mem_by_pages(pdf)
        .map_err(|why| anyhow!("a bill of account {account} cannot be read back: {why}"))?;
    ensure!(!pages.is_empty(), "a bill that was to go to account {account} has no page");
    let number = account.to_string();
    for (nth, page) in (1..).zip(&pages) {
        let closed: String = page.chars().filter(|it| !it.is_whitespace()).collect();
        ensure!(
            closed.contains(&number),
            "page {nth} of a bill that was to go to account {account} does not say that it is of it"
        );
    }
    Ok(())
}
