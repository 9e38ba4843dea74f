//! What the usage explorer stacks: the clock that is asked for, on each day of the tariff of that day, and
//! nothing where nobody can say; on both engines.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::intake::{self, Import};
use meterbook_app::tariff;
use meterbook_app::usage::explore::{Explored, Scale, explore_by};
use meterbook_checks::engines;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AgreementId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_store as store;

use crate::village;

/// One calendar for everything.
const OLD: &str = "tariff OLD half-up\nname Old hours\ncommodity electric kWh\nfrom 2026-01-01\n\
    clock hours\n  peak  16-20\n  off  else\nvolume  Energy by hours\n  peak  0.20\n  off  0.10\n";
/// A calendar for each charge, and one that divides no January.
const NEW: &str = "tariff NEW half-up\nname Two calendars\ncommodity electric kWh\nfrom 2026-01-01\n\
    clock season\n  summer  jun-sep\n  winter  else\n\
    clock energy\n  peak  14-20\n  off  else\nclock delivery\n  day  7-19\n  night  else\n\
    volume  Standby by season\n  summer  0.01\n  winter  0.02\n\
    volume  Energy by energy\n  peak  0.20\n  off  0.10\n\
    volume  Delivery by delivery\n  day  0.04\n  night  0.01\n";

/// Whole kWh of a day in each period.
fn stack(it: &Explored, day: usize) -> Vec<i64> {
    it.bars[day - 1].stack.iter().map(|it| it.div_euclid(1_000_000)).collect()
}

#[test]
fn days_are_stacked_by_the_clock_that_is_asked_for_and_the_tariff_of_the_day() {
    engines::each(|db, folder| {
        village::found(db);
        let actor = village::actor();
        db.write(|tx| tariff::publish(tx, actor, OLD)).unwrap();
        db.write(|tx| tariff::publish(tx, actor, NEW)).unwrap();
        let hourly = [(Form::Interval { minutes: 60 }, Flow::Delivered)];
        let account = village::take_on(db, &village::customer("E-1", &hourly)).unwrap();
        // Five days on a tariff without hours, ten on the old one, then the new one.
        db.write(|tx| {
            store::agreement::end(tx, AgreementId(1), date(2026, 1, 6))?;
            for (id, code, from, to) in [
                (2, "OLD", date(2026, 1, 6), Some(date(2026, 1, 16))),
                (3, "NEW", date(2026, 1, 16), None),
            ] {
                let (id, account, service_point) = (AgreementId(id), account.id, ServicePointId(1));
                let tariff = code.to_owned();
                let it = Agreement { id, account, service_point, tariff, from, to };
                store::agreement::add(tx, &it)?;
            }
            Ok(())
        })
        .unwrap();
        // One kWh in each hour, and none known of ten hours of the twentieth.
        let zone = Zone::named("America/Chicago").unwrap();
        let month = Period::month(2026, 1).unwrap();
        let (from, to) = (zone.start_of(month.start()), zone.start_of(month.end()));
        let mut text = "meter,start,value\n".to_owned();
        for (nth, second) in (from.as_second()..to.as_second()).step_by(3600).enumerate() {
            if !(19 * 24 + 5..19 * 24 + 15).contains(&nth) {
                let at = Timestamp::from_second(second).unwrap();
                writeln!(text, "E-1,{at},1").unwrap();
            }
        }
        let file = folder.join("reads.csv");
        std::fs::write(&file, text).unwrap();
        let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        intake::import(db, actor, &reads, &mut |_| ()).unwrap();

        let seen = |clock| {
            let on = date(2026, 1, 15);
            db.read(|tx| explore_by(tx, ServicePointId(1), Scale::Days, on, clock)).unwrap()
        };
        let it = seen(None);
        assert_eq!(it.clocks, ["energy", "delivery", "hours"]);
        assert_eq!((it.by.as_str(), &it.clock[..]), ("energy", &["peak".into(), "off".into()][..]));
        assert_eq!(stack(&it, 1).len(), 0, "a tariff without hours divides nothing");
        assert_eq!(stack(&it, 10), [4, 20], "a tariff without that clock has its own");
        assert_eq!(stack(&it, 17), [6, 18]);
        // What is not known is a gap, beside what is known of the day.
        assert_eq!((stack(&it, 20), it.bars[19].cell.missing), (vec![], 10));
        assert_eq!(it.bars[19].cell.delivered_micro, 14_000_000);
        assert_eq!((it.bars[0].cell.missing, it.bars[0].cell.delivered_micro), (0, 24_000_000));

        let it = seen(Some("delivery"));
        assert_eq!(it.clock, ["day", "night", "peak", "off"]);
        assert_eq!((stack(&it, 10), stack(&it, 17)), (vec![0, 0, 4, 20], vec![12, 12, 0, 0]));
        let it = seen(Some("hours"));
        assert_eq!((stack(&it, 10), stack(&it, 17)), (vec![4, 20], vec![6, 18]));
        // What is no clock, and one that divides nothing, is the first.
        for other in ["season", "nobody's"] {
            assert_eq!(seen(Some(other)).by, "energy");
        }
    });
}
