//! `premise`: where service is taken, what is known of it, and who takes over between tenants.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::{landlord, place as places};
use meterbook_core::detail::Subject;
use meterbook_core::id::{PremiseId, ServicePointId};
use meterbook_core::period::holds;
use meterbook_core::place::Commodity;
use meterbook_store as store;

use super::customer::{days, detail_line, say_detail, terms};
use crate::args::Place;
use crate::args::record::PremiseCommand;
use crate::say;

const COMMODITIES: &str = "electric, gas, water or waste";

pub(crate) fn premise(place: &Place, command: &PremiseCommand) -> Result<()> {
    let (db, by) = (super::open(place)?, super::actor());
    let done = match command {
        PremiseCommand::Show { premise, on } => {
            super::timeline::premise(place, PremiseId(*premise), *on)?;
            return show(place, PremiseId(*premise), *on);
        }
        PremiseCommand::Detail(it) => {
            return say_detail(place, &it.saying, Subject::Premise(PremiseId(it.subject)));
        }
        PremiseCommand::PointDetail(it) => {
            return say_detail(place, &it.saying, Subject::Point(ServicePointId(it.subject)));
        }
        PremiseCommand::Add { street, town, region } => {
            let id = db.write(|tx| places::add_premise(tx, by, street, town, region))?;
            format!("premise {id}: {street}")
        }
        PremiseCommand::Point { premise, commodity } => {
            let commodity = super::word(commodity, Commodity::from_word, COMMODITIES)?;
            let zone = super::own_zone(&db)?;
            let id = db.write(|tx| {
                let there = store::place::premise(tx, PremiseId(*premise))?.id;
                places::add_service_point(tx, by, there, commodity, &zone)
            })?;
            format!("service point {id}: {commodity} at premise {premise}")
        }
        PremiseCommand::Landlord { premise, commodity, account, tariff, from, until } => {
            let commodity = super::word(commodity, Commodity::from_word, COMMODITIES)?;
            let at = PremiseId(*premise);
            match (account, tariff, from, until) {
                (Some(account), Some(tariff), Some(from), _) => {
                    db.write(|tx| {
                        let owner = super::account(tx, account)?.id;
                        landlord::agree(tx, by, at, owner, (commodity, tariff), *from)
                    })?;
                    format!("{account} takes {commodity} over between tenants from {from}")
                }
                (_, _, _, until) => {
                    let on = until.unwrap_or(super::today(&db)?);
                    db.write(|tx| landlord::end(tx, by, at, commodity, on))?;
                    format!("nobody takes {commodity} over from {on}")
                }
            }
        }
    };
    say::line(done);
    Ok(())
}

fn show(place: &Place, id: PremiseId, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    db.read(|tx| {
        let premise = store::place::premise(tx, id)?;
        say::line(format_args!("premise {id}: {}", premise.lines().join(", ")));
        let held = |from, to| on.is_none_or(|on| holds(from, to, on));
        let details = store::detail::of(tx, Subject::Premise(id))?;
        details.iter().filter(|it| held(it.from, it.to)).for_each(detail_line);
        let landlords = store::landlord::of(tx, id)?;
        for it in landlords.iter().filter(|it| held(it.from, it.to)) {
            let number = store::account::get(tx, it.account)?.number;
            let days = days(it.from, it.to);
            say::line(format_args!(
                "  landlord {number}: {} on {}, {days}",
                it.commodity, it.tariff
            ));
        }
        for point in store::place::points_at(tx, id)? {
            say::line(format_args!("service point {}: {}", point.id, point.commodity));
            let details = store::detail::of(tx, Subject::Point(point.id))?;
            details.iter().filter(|it| held(it.from, it.to)).for_each(detail_line);
            let hung = store::meter::installations_at(tx, point.id)?;
            for it in hung.iter().filter(|it| held(it.from, it.to)) {
                let serial = store::meter::get(tx, it.meter)?.serial;
                say::line(format_args!("  meter {serial}, {}", days(it.from, it.to)));
            }
            let served = store::agreement::at(tx, point.id)?;
            for it in served.iter().filter(|it| held(it.from, it.to)) {
                let number = store::account::get(tx, it.account)?.number;
                let days = days(it.from, it.to);
                say::line(format_args!("  agreement {}: {number} on {}, {days}", it.id, it.tariff));
                terms(tx, it.id, on)?;
            }
        }
        Ok(())
    })
}
