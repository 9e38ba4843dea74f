//! `search`: find accounts and empty premises by any scrap.

use anyhow::Result;
use meterbook_app::search as find;
use meterbook_core::search::About;

use crate::args::Place;
use crate::say;

pub(crate) fn search(place: &Place, scraps: &[String]) -> Result<()> {
    let db = super::see(place)?;
    let found = db.read(|tx| find::search(tx, &scraps.join(" ")))?;
    if found.is_empty() {
        return Err(super::said(format!("nothing matches {}", scraps.join(" "))));
    }
    for it in found {
        let number = match it.subject.about {
            About::Account => it.number,
            about @ (About::Premise | About::Order) => format!("{about} {}", it.number),
        };
        let name = if it.name.is_empty() { "nobody is served".to_owned() } else { it.name };
        let balance = it.balance.map_or_else(String::new, |it| it.to_string());
        let why: Vec<String> =
            it.why.iter().map(|it| format!("{}: {}", it.kind, it.text)).collect();
        say::line(format_args!(
            "{number:<11}  {name:<30}  {:<30}  {balance:>12}  {}",
            it.address,
            why.join("; ")
        ));
    }
    Ok(())
}
