//! The profiles that come with the program.

/// Their names and texts.
pub const SHIPPED: &[(&str, &str)] = &[
    ("itron-upload", include_str!("../../../profiles/itron-upload.profile")),
    ("itron-download", include_str!("../../../profiles/itron-download.profile")),
    ("sensus-upload", include_str!("../../../profiles/sensus-upload.profile")),
    ("sensus-download", include_str!("../../../profiles/sensus-download.profile")),
    ("neptune-upload", include_str!("../../../profiles/neptune-upload.profile")),
    ("neptune-download", include_str!("../../../profiles/neptune-download.profile")),
    ("badger-upload", include_str!("../../../profiles/badger-upload.profile")),
    ("badger-download", include_str!("../../../profiles/badger-download.profile")),
    ("interval-long", include_str!("../../../profiles/interval-long.profile")),
    ("interval-wide", include_str!("../../../profiles/interval-wide.profile")),
    ("utility-local", include_str!("../../../profiles/utility-local.profile")),
    ("registers", include_str!("../../../profiles/registers.profile")),
];

/// The text of a profile that comes with the program.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|it| it.0 == name).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::super::{Profile, check};
    use super::*;

    #[test]
    fn each_comes_out_as_its_example_says() {
        for (name, text) in SHIPPED {
            let profile = Profile::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(profile.name, *name);
            assert!(!profile.about.is_empty());
            if let Err(why) = check(&profile) {
                panic!("{name}: {why}");
            }
        }
    }
}
