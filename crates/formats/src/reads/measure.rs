//! What the numbers of a file count, under the many names that files have for it.

use meterbook_core::money::Unit;

use super::decimal::shifted;

/// What numbers count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Its name, spelled one way: `kWh` for a file's `KWH`. As the file has it where we know none.
    pub name: String,
    /// Our unit for it and the power of ten between: `(Kwh, -3)` for Wh.
    ours: Option<(Unit, i32)>,
}

/// Names in small letters, the spelling, our unit, and the power of ten.
type Known = (&'static [&'static str], &'static str, Option<(Unit, i32)>);

const KNOWN: &[Known] = &[
    (&["kwh"], "kWh", Some((Unit::Kwh, 0))),
    (&["wh"], "Wh", Some((Unit::Kwh, -3))),
    (&["mwh"], "MWh", Some((Unit::Kwh, 3))),
    (&["gwh"], "GWh", Some((Unit::Kwh, 6))),
    (&["kvarh"], "kvarh", Some((Unit::Kvarh, 0))),
    (&["varh"], "varh", Some((Unit::Kvarh, -3))),
    (&["mvarh"], "Mvarh", Some((Unit::Kvarh, 3))),
    (&["kvah"], "kVAh", None),
    (&["vah"], "VAh", None),
    (&["mvah"], "MVAh", None),
    (&["kw"], "kW", Some((Unit::Kw, 0))),
    (&["w"], "W", Some((Unit::Kw, -3))),
    (&["mw"], "MW", Some((Unit::Kw, 3))),
    (&["kvar"], "kvar", Some((Unit::Kvar, 0))),
    (&["var"], "var", Some((Unit::Kvar, -3))),
    (&["mvar"], "Mvar", Some((Unit::Kvar, 3))),
    (&["kva"], "kVA", Some((Unit::Kva, 0))),
    (&["va"], "VA", Some((Unit::Kva, -3))),
    (&["mva"], "MVA", Some((Unit::Kva, 3))),
    (&["v", "volt", "volts"], "V", None),
    (&["kv"], "kV", None),
    (&["a", "amp", "amps"], "A", None),
    (&["ka"], "kA", None),
    (&["pf"], "pf", None),
    (&["therm", "therms", "thm", "th"], "therm", Some((Unit::Therm, 0))),
    (&["dth", "dekatherm"], "Dth", Some((Unit::Therm, 1))),
    (&["btu"], "BTU", Some((Unit::Therm, -5))),
    (&["mmbtu"], "MMBTU", Some((Unit::Therm, 1))),
    (&["ccf", "hcf"], "CCF", Some((Unit::Ccf, 0))),
    (&["cf", "ft3", "cuft", "cft"], "ft3", Some((Unit::Ccf, -2))),
    (&["mcf"], "MCF", Some((Unit::Ccf, 1))),
    (&["gal", "gallon", "gallons"], "gal", Some((Unit::Gal, 0))),
    (&["kgal", "tgal"], "kgal", Some((Unit::Kgal, 0))),
    (&["m3", "cum", "m^3"], "m3", Some((Unit::M3, 0))),
    (&["l", "liter", "litre"], "l", Some((Unit::M3, -3))),
    (&["kl"], "kl", Some((Unit::M3, 0))),
    (&["acft"], "acft", None),
    (&["pulse", "pulses"], "pulse", None),
];

impl Measure {
    /// What this name means; letters may be large or small.
    pub fn named(name: &str) -> Measure {
        let small = name.trim().to_lowercase();
        let known = KNOWN.iter().find(|it| it.0.contains(&small.as_str()));
        match known {
            Some((_, name, ours)) => Measure { name: (*name).to_owned(), ours: *ours },
            None => Measure { name: name.trim().to_owned(), ours: None },
        }
    }

    /// A measure of which only the name is known.
    pub fn other(name: &str) -> Measure {
        Measure { name: name.to_owned(), ours: None }
    }

    /// Whether it is one of those that are known.
    pub fn is_known(&self) -> bool {
        KNOWN.iter().any(|it| it.1 == self.name)
    }

    /// Our unit for it, if we bill such a thing.
    pub fn unit(&self) -> Option<Unit> {
        self.ours.map(|it| it.0)
    }

    /// So many millionths of it in millionths of our unit, and whether that had to be rounded.
    pub fn in_ours(&self, micro: i128) -> Option<(Unit, i128, bool)> {
        let (unit, places) = self.ours?;
        let (value, rounded) = shifted(micro.abs(), places)?;
        Some((unit, if micro < 0 { -value } else { value }, rounded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_in_any_letters_is_ours() {
        for (name, spelled, unit, micro) in [
            ("KWH", "kWh", Unit::Kwh, 5_000_000),
            ("wH", "Wh", Unit::Kwh, 5_000),
            ("MWh", "MWh", Unit::Kwh, 5_000_000_000),
            ("kVArh", "kvarh", Unit::Kvarh, 5_000_000),
            ("VARH", "varh", Unit::Kvarh, 5_000),
            ("CF", "ft3", Unit::Ccf, 50_000),
            ("MCF", "MCF", Unit::Ccf, 50_000_000),
            ("therms", "therm", Unit::Therm, 5_000_000),
        ] {
            let measure = Measure::named(name);
            assert_eq!(measure.name, spelled);
            assert_eq!(measure.in_ours(5_000_000), Some((unit, micro, false)), "{name}");
        }
        assert_eq!(Measure::named("furlong").in_ours(1), None);
        assert_eq!(Measure::named("furlong").name, "furlong");
        assert_eq!(Measure::named("Wh").in_ours(-1_500), Some((Unit::Kwh, -2, true)));
    }
}
