//! A crew's day: its stops in the order in which they are driven to.

use jiff::civil::Date;

use crate::appointment::Arrival;
use crate::crew::Crew;
use crate::id::PremiseId;
use crate::meter::Flow;
use crate::money::Unit;
use crate::order::{Order, Priority, State};
use crate::place::{Commodity, Premise};

/// What a crew has to do on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySheet {
    /// Who.
    pub crew: Crew,
    /// When.
    pub on: Date,
    /// Where, in order.
    pub stops: Vec<Stop>,
}

/// One order with what a crew needs to know on site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The order.
    pub order: Order,
    /// How it stands.
    pub state: State,
    /// What the customer was promised.
    pub arrival: Option<Arrival>,
    /// Where.
    pub premise: Premise,
    /// What it is about there.
    pub commodity: Option<Commodity>,
    /// Whose account it is.
    pub customer: Option<String>,
    /// What hangs there.
    pub dials: Vec<Dial>,
}

/// A register that a crew finds there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// The meter.
    pub meter: String,
    /// Its unit; `None` for a meter without registers.
    pub unit: Option<Unit>,
    /// Which way it counts.
    pub flow: Option<Flow>,
    /// How many digits it shows.
    pub digits: Option<u8>,
    /// What it showed last, in millionths, and when.
    pub last: Option<(Date, i64)>,
}

/// Puts stops in the order in which they are driven to: emergencies, then those with a promise by
/// their windows, then the others along the streets by house number. The same stops always come
/// out in the same order.
pub fn in_route(mut stops: Vec<Stop>) -> Vec<Stop> {
    stops.sort_by_cached_key(|it| {
        let promised = it.arrival.map_or((1, 0), |arrival| (0, arrival.from.minutes()));
        let emergency = it.order.priority != Priority::Emergency;
        (emergency, promised, along_the_street(&it.premise), it.order.id)
    });
    stops
}

/// Town, street, house number: neighbours stand side by side.
fn along_the_street(premise: &Premise) -> (String, String, u64, PremiseId) {
    let street = premise.street.to_lowercase();
    let digits = street.find(|it: char| !it.is_ascii_digit()).unwrap_or(street.len());
    let (number, name) = street.split_at(digits);
    (premise.town.to_lowercase(), name.trim().to_owned(), number.parse().unwrap_or(0), premise.id)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::crew::Clock;
    use crate::id::OrderId;
    use crate::order::{OrderKind, Skills};

    fn stop(id: i64, street: &str, kind: OrderKind, from: Option<&str>) -> Stop {
        let on = date(2026, 3, 10);
        let arrival = from.map(|from| Arrival {
            on,
            from: Clock::parse(from).unwrap(),
            to: Clock::parse("24:00").unwrap(),
        });
        Stop {
            order: Order {
                id: OrderId(id),
                kind,
                priority: kind.priority(),
                premise: PremiseId(id),
                service_point: None,
                account: None,
                agreement: None,
                skills: Skills::default(),
                not_before: on,
                due: None,
                off_below: None,
                about: String::new(),
                key: String::new(),
            },
            state: State::Assigned,
            arrival,
            premise: Premise {
                id: PremiseId(id),
                street: street.to_owned(),
                town: "Alder Creek".to_owned(),
                region: "IL 60000".to_owned(),
            },
            commodity: None,
            customer: None,
            dials: Vec::new(),
        }
    }

    #[test]
    fn emergencies_come_first_then_promises_then_the_streets() {
        let stops = vec![
            stop(1, "110 Mill St", OrderKind::Read, None),
            stop(2, "12 Mill St", OrderKind::Read, None),
            stop(3, "9 Oak Ave", OrderKind::Exchange, Some("10:00")),
            stop(4, "7 Elm St", OrderKind::Connect, Some("08:00")),
            stop(5, "1 Zoo Ln", OrderKind::Leak, None),
            stop(6, "12 Mill St", OrderKind::Test, None),
            stop(7, "Pump House", OrderKind::Inspection, None),
        ];
        let order = |stops| in_route(stops).iter().map(|it| it.order.id.0).collect::<Vec<_>>();
        let mut back = stops.clone();
        back.reverse();
        assert_eq!(order(stops), [5, 4, 3, 2, 6, 1, 7]);
        assert_eq!(order(back), [5, 4, 3, 2, 6, 1, 7]);
    }
}
