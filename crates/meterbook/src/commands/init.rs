//! `init`: begin a new, empty utility.

use anyhow::Result;
use meterbook_app::{founding, refuse};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;

use crate::args::{Init, Place};
use crate::say;

pub(crate) fn init(place: &Place, init: &Init) -> Result<()> {
    let utility = Utility {
        name: init.name.clone(),
        remit_to: init.remit_to.clone(),
        phone: init.phone.clone(),
        site: init.site.clone(),
        zone: init.zone.clone(),
        currency: Currency::parse(&init.currency).map_err(refuse)?,
        footer: init.footer.clone(),
    };
    // A refusal leaves nothing behind, neither a folder nor tables.
    founding::may_be_founded(&utility)?;
    let db = super::create(place)?;
    db.write(|tx| founding::found(tx, super::actor(), &utility))?;
    say::line(format_args!(
        "{} begins. Next: publish a tariff, plan a cycle, sign up customers.",
        init.name
    ));
    Ok(())
}
