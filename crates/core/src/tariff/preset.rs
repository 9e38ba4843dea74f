//! Texts to begin a tariff with, one for each regime of net metering that was asked for. They are
//! ordinary tariffs: whoever takes one edits its prices, its source and its first day.

/// A text to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What it is asked for by.
    pub name: &'static str,
    /// The text, its citation in the comment above it.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        /// Every preset, in the order of the list of regimes.
        pub const PRESETS: &[Preset] = &[
            $(Preset { name: $name, text: include_str!(concat!("presets/", $name, ".tariff")) }),*
        ];
    };
}

presets! {
    "ca-nem2", "ca-nbt", "ca-nbt-adder", "ny-legacy", "ny-phase-one", "nj", "md", "ma", "co", "ks",
    "nv-tranche-1", "az-rcp", "az-export", "sc-duke", "sc-dominion", "me-neb", "value-of-solar", "vos-price",
    "pl-net-billing",
}

impl Preset {
    /// The preset called `name`.
    pub fn named(name: &str) -> Option<Preset> {
        PRESETS.iter().find(|it| it.name == name).copied()
    }

    /// What it is for: the sentence of its comment.
    pub fn about(&self) -> String {
        let comment = self.text.lines().map_while(|it| it.strip_prefix('#')).map(str::trim);
        let words: Vec<&str> = comment.take_while(|it| !it.starts_with("Source:")).collect();
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tariff::Tariff;

    #[test]
    fn every_preset_is_a_tariff_with_its_source() {
        // Sixteen regimes, and the riders of three.
        assert_eq!(PRESETS.len(), 19);
        for preset in PRESETS {
            let tariff = Tariff::parse(preset.text).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(tariff.code, preset.name);
            assert!(!tariff.source.is_empty() && preset.text.contains("\n# Source: "));
            for rider in tariff.riders() {
                let rider = Preset::named(rider).expect("a preset includes presets");
                let rider = Tariff::parse(rider.text).unwrap_or_else(|why| panic!("{why}"));
                assert!(rider.is_rider && rider.apart(&tariff).is_none(), "{}", preset.name);
            }
            assert!(preset.about().ends_with('.'), "{}", preset.about());
        }
    }
}
