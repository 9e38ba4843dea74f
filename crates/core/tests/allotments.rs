//! Community shares over many bills: what hosts give and subscribers take adds up, whatever they use.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_core::allocation::Allotted;
use meterbook_core::id::{AgreementId, BillId};
use meterbook_core::money::{Quantity, Share, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{Input, Plan, Rated, rate};
use meterbook_core::reads::usage::Usage;
use meterbook_core::tariff::Tariff;
use proptest::prelude::*;

const BANK: &str = "tariff B half-up\nname  B\ncommodity  electric kWh\nfrom  2026-01-01\nnet turn\n  \
                    bank  true-up apr pays 0.03\nvolume  Energy  0.12\n";
const KEPT: &str = "tariff K half-up\nname  K\ncommodity  electric kWh\nfrom  2026-01-01\nnet turn\n  \
                    bank  80% expires 2 turns\nvolume  Energy  0.12\n";
const CREDIT: &str = "tariff C half-up\nname  C\ncommodity  electric kWh\nfrom  2026-01-01\nnet turn\n\
                      volume  Energy  0.12\ncredit  Surplus  0.06\n";

fn bill(
    text: &str,
    nth: i8,
    (came, sent): (i64, i64),
    (carried, shares, allotted): (&Carried, &[(AgreementId, Share)], &[Allotted]),
) -> Rated {
    let tariff = Tariff::parse(text).unwrap();
    let period = Period::month(2026, nth).unwrap();
    let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
    let usage = Usage {
        delivered: kwh(came),
        received: kwh(sent),
        reactive: None,
        profile: None,
        evidence: Vec::new(),
    };
    let plan = Plan::new(&tariff.code, std::slice::from_ref(&tariff), &Zone::utc(), 60, period);
    let since = Some(date(2026, 1, 1));
    let input = Input { carried, shares, allotted, since, ..Input::of(period, &usage) };
    rate(&plan, &input).unwrap()
}

proptest! {
    #[test]
    fn what_is_given_arrives_and_nothing_is_lost(
        used in prop::collection::vec((0_i64..900_000_000, 0_i64..900_000_000, 0_i64..900_000_000), 1..12),
        nano in prop::collection::vec(1_i64..333_333_333, 1..4),
        which in 0_usize..3,
    ) {
        let shares: Vec<(AgreementId, Share)> =
            (1..).zip(&nano).map(|(id, nano)| (AgreementId(id), Share { nano: *nano })).collect();
        let (mut of_host, mut of_subscriber) = (Carried::default(), Carried::default());
        let mut waiting: Vec<Allotted> = Vec::new();
        let (mut given, mut taken) = (0, 0);
        for (nth, (came, sent, theirs)) in (1..).zip(&used) {
            let host = bill(BANK, nth, (*came, *sent), (&of_host, &shares, &[]));
            let subscriber =
                bill([BANK, KEPT, CREDIT][which], nth, (*theirs, 0), (&of_subscriber, &[], &waiting));
            let (gave, took) = (host.bank.unwrap(), subscriber.bank.unwrap());
            let out = gave.set_off + gave.used + gave.given + gave.paid + gave.expired + gave.closing;
            prop_assert_eq!(gave.opening + gave.exported, out);
            prop_assert_eq!(gave.given, host.given.iter().map(|it| it.micro).sum::<i64>());
            prop_assert_eq!(took.allotted, waiting.iter().map(|it| it.micro).sum::<i64>());
            let out = took.used + took.paid + took.expired + took.credited + took.closing;
            prop_assert_eq!(took.opening + took.allotted, out);
            taken += took.allotted;
            let ours = host.given.iter().filter(|it| it.to == AgreementId(1));
            waiting = ours
                .map(|it| Allotted {
                    bill: BillId(i64::from(nth)),
                    segment: 0,
                    position: 0,
                    turn: Period::month(2026, nth).unwrap().start(),
                    period: it.period.clone(),
                    micro: it.micro,
                })
                .collect();
            given += waiting.iter().map(|it| it.micro).sum::<i64>();
            (of_host, of_subscriber) = (host.carried, subscriber.carried);
        }
        prop_assert_eq!(given, taken + waiting.iter().map(|it| it.micro).sum::<i64>());
    }
}
