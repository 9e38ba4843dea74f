//! Whether a rider and a tariff that includes it can be on one bill.

use crate::money::Unit;
use crate::tariff::{Charge, Component, Of, Priced, Tariff};

/// In what a rider and a tariff that includes it do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// They bill different units.
    Unit {
        /// The rider's.
        rider: Unit,
        /// The tariff's.
        tariff: Unit,
    },
    /// A charge of the rider looks at one that is not there.
    NoCharge {
        /// The rider's charge.
        charge: String,
        /// What it looks at.
        label: String,
    },
    /// A charge of each hands something on to the next bill, and both by one name.
    OneName {
        /// The name.
        charge: String,
    },
    /// A charge of the rider prices what is left after netting, by hours that the tariff does not net
    /// over.
    Hours {
        /// The rider's charge.
        charge: String,
    },
}

impl Tariff {
    /// In what this rider does not agree with a tariff that includes it; `None` when it does.
    pub fn apart(&self, tariff: &Tariff) -> Option<Apart> {
        if (self.commodity, self.unit) != (tariff.commodity, tariff.unit) {
            return Some(Apart::Unit { rider: self.unit, tariff: tariff.unit });
        }
        let above = tariff.components.iter().take_while(|it| it.label != self.code);
        let above: Vec<&str> = above.map(|it| it.label.as_str()).collect();
        (0..self.components.len()).find_map(|place| {
            let charge = &self.components[place];
            let own = || self.components[..place].iter().map(|it| it.label.as_str());
            let there = |it: &&String| own().chain(above.iter().copied()).any(|own| own == **it);
            if let Some(missing) = charge.names().iter().find(|it| !there(it)) {
                let label = (*missing).clone();
                return Some(Apart::NoCharge { charge: charge.label.clone(), label });
            }
            let carries = |it: &Component| it.label == charge.label && it.charge.carries();
            if charge.charge.carries() && tariff.components.iter().any(carries) {
                return Some(Apart::OneName { charge: charge.label.clone() });
            }
            let nets = tariff.net.is_some() && charge.is_netted_by_rows();
            nets.then(|| Apart::Hours { charge: charge.label.clone() })
        })
    }
}

impl Component {
    /// The labels of the charges that a rider's charge looks at.
    fn names(&self) -> &[String] {
        let of = match &self.charge {
            Charge::Share(it) => Some(&it.of),
            Charge::Minimum(it) => Some(&it.of),
            Charge::Credit(it) => it.offsets.as_ref(),
            _ => None,
        };
        match of {
            Some(Of::Named(labels)) => labels,
            _ => &[],
        }
    }

    /// Whether it prices what is left after netting by a clock or a table.
    fn is_netted_by_rows(&self) -> bool {
        let usage = match &self.charge {
            Charge::Usage(it) => it,
            Charge::Credit(it) => &it.usage,
            _ => return false,
        };
        let by_rows = usage.clock.is_some() || usage.choice.is_some();
        by_rows && matches!(usage.priced, Priced::Net | Priced::Surplus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_banks_of_one_name_are_not_on_one_bill() {
        let head = "half-up\nname X\ncommodity electric kWh\nfrom 2026-01-01\n";
        let bank = "credit  Exports   0.05\n  offsets Energy\n  bank\n";
        let text = format!("tariff T {head}volume  Energy   0.12\n{bank}include EX\n");
        let tariff = Tariff::parse(&text).expect("it is a tariff");
        let rider = |text: &str| Tariff::parse(text).expect("it is a rider");
        let same = rider(&format!("rider EX {head}{bank}"));
        assert_eq!(same.apart(&tariff), Some(Apart::OneName { charge: "Exports".to_owned() }));
        let other = rider(&format!("rider EX {head}{}", bank.replace("Exports", "Storage")));
        assert_eq!(other.apart(&tariff), None);
    }
}
