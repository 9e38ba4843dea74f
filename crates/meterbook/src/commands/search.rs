//! `search`: find accounts by any scrap.

use anyhow::Result;
use meterbook_app::search as find;

use crate::args::Place;
use crate::say;

pub(crate) fn search(place: &Place, scraps: &[String]) -> Result<()> {
    let db = super::open(place)?;
    let found = db.read(|tx| find::search(tx, &scraps.join(" ")))?;
    if found.is_empty() {
        return Err(super::said(format!("nothing matches {}", scraps.join(" "))));
    }
    for it in found {
        say::line(format_args!(
            "{}  {:<30}  {:<30}  {:>12}",
            it.number, it.name, it.address, it.balance
        ));
    }
    Ok(())
}
