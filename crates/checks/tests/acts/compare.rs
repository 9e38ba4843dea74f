//! The newest bills of a service on every tariff, on both engines.

use jiff::civil::date;
use meterbook_app::usage::compare::{NotCompared, compare};
use meterbook_app::{Refused, tariff};
use meterbook_checks::engines;
use meterbook_core::id::AgreementId;
use meterbook_core::money::Money;

use crate::correct::three_months;
use crate::village::{self, actor};

const HEAD: &str = "commodity  electric kWh\nfrom       2026-01-01\n";

#[test]
fn a_service_is_rated_again_on_every_tariff_that_can_price_it() {
    engines::each(|db, _| {
        village::found_once(db);
        let publish = |text: &str| db.write(|tx| tariff::publish(tx, actor(), text)).unwrap();
        publish(&format!(
            "tariff R-2 half-up\nname       Cheaper\n{HEAD}volume  Energy  0.05\nmonthly  Customer charge  8.00\n"
        ));
        publish(&format!("tariff R-3 half-up\nname       Dear\n{HEAD}volume  Energy  0.50\n"));
        publish(&format!(
            "tariff R-T half-up\nname       Time of use\n{HEAD}clock hours\n  peak      weekdays 15-20\n  off-peak  else\nvolume  Energy by hours\n  peak      0.28\n  off-peak  0.07\n"
        ));
        publish(&format!(
            "tariff L-1 half-up\nname       Lamps\n{HEAD}needs      lamps\nmonthly  Lamps   2.50 per lamps\n"
        ));
        publish(
            "tariff R-9 half-up\nname       Later\ncommodity  electric kWh\nfrom       2026-02-10\nvolume  Energy  0.01\n",
        );
        publish(
            "tariff G-1 half-up\nname       Gas\ncommodity  gas therm\nfrom       2026-01-01\nvolume  Gas  1.00\n",
        );

        three_months(db);
        let by = date(2026, 4, 1);
        let it = db.read(|tx| compare(tx, AgreementId(1), by)).unwrap();
        assert_eq!((it.bills.len(), it.billed()), (3, Money::from_cents(3 * 1_200)));
        let costs: Vec<(&str, bool, i64)> = it
            .rows
            .iter()
            .filter_map(|it| Some((it.code.as_str(), it.is_own, it.total()?.cents())))
            .collect();
        // 300 kWh in three bills, the cheapest first; on its own tariff it is what was billed.
        assert_eq!(
            costs,
            [
                ("NM", false, 3_600),
                ("R-1", true, 3_600),
                ("R-2", false, 3 * 1_300),
                ("R-3", false, 15_000),
            ]
        );
        let apart: Vec<(&str, String)> = it
            .rows
            .iter()
            .filter_map(|it| Some((it.code.as_str(), it.cost.as_ref().err()?.to_string())))
            .collect();
        assert!(apart[0].1.starts_with("Lamps needs to know lamps"), "{apart:?}");
        assert!(
            apart[1].1.starts_with("no version of tariff R-9 is in force on 2026-01-01"),
            "{apart:?}"
        );
        assert!(apart[2].1.starts_with("Energy is priced by the hour"), "{apart:?}");
        assert_eq!(apart.len(), 3, "gas is nothing to compare with");

        // Of the first two bills only.
        let it = db.read(|tx| compare(tx, AgreementId(1), date(2026, 3, 1))).unwrap();
        assert_eq!(it.billed(), Money::from_cents(2 * 1_200));
        let why = db.read(|tx| compare(tx, AgreementId(1), date(2026, 1, 1))).unwrap_err();
        let why = why.downcast_ref::<Refused>().unwrap().as_a::<NotCompared>().unwrap().clone();
        assert_eq!(why, NotCompared::NothingBilled { agreement: AgreementId(1) });
    });
}
