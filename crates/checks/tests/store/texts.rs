//! Both engines understand every SQL text of the store.

use std::path::{Path, PathBuf};

use meterbook_checks::engines;
use meterbook_store::Location;

/// A text, and the name of the constant that it is.
struct Text {
    place: String,
    name: String,
    sql: String,
}

#[test]
fn both_engines_understand_every_text() {
    let texts = texts();
    assert!(
        100 < texts.len(),
        "only {} texts were found; is `Sql(` written otherwise?",
        texts.len()
    );
    engines::each(|db, _| {
        let mut misunderstood = Vec::new();
        for Text { place, name, sql } in &texts {
            if for_the_other_engine(name, db.location()) {
                continue;
            }
            if let Err(why) = db.understands(sql) {
                misunderstood.push(format!("{place} {name}: {why:#}"));
            }
        }
        assert!(misunderstood.is_empty(), "{:?}: {misunderstood:#?}", db.location());
    });
}

/// Where no text serves both engines there are two, and their names say whose they are.
fn for_the_other_engine(name: &str, at: &Location) -> bool {
    match at {
        Location::Sqlite(_) => name.ends_with("_POSTGRES"),
        Location::Postgres(_) => name.ends_with("_SQLITE"),
    }
}

/// Every `const NAME: Sql = Sql("…")` and every `Rows("table (columns)")` of the store, as a text
/// that can be prepared.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src")) {
        let source = std::fs::read_to_string(&path).expect("a source can be read");
        for (marker, rows) in [("Sql(", false), ("Rows(", true)] {
            for (position, _) in source.match_indices(marker) {
                let (before, after) = source.split_at(position);
                let Some(sql) = literal(after[marker.len()..].trim_start()) else { continue };
                let name = before.rsplit("const ").next().and_then(|it| it.split(':').next());
                let sql = if rows { columns(&sql) } else { sql };
                let line = before.lines().count();
                let place = format!("{}:{line}", path.display());
                texts.push(Text { place, name: name.unwrap_or_default().to_owned(), sql });
            }
        }
    }
    texts
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the store has sources") {
        let path = entry.expect("a folder can be read to its end").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
    found
}

/// The string literal that `source` begins with.
fn literal(source: &str) -> Option<String> {
    if let Some(raw) = source.strip_prefix("r\"") {
        return raw.split_once('"').map(|(text, _)| text.to_owned());
    }
    let mut text = String::new();
    let mut letters = source.strip_prefix('"')?.chars();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => match letters.next()? {
                'n' => text.push('\n'),
                // A line that goes on below, without what it is indented by.
                '\n' => {
                    let rest = letters.as_str().trim_start();
                    letters = rest.chars();
                }
                other => text.push(other),
            },
            letter => text.push(letter),
        }
    }
}

/// `table (a, b)` as a text that fails when the table or a column is not there.
fn columns(rows: &str) -> String {
    let (table, columns) = rows.split_once('(').expect("a table, then its columns");
    format!("select {} from {table}", columns.trim_end().trim_end_matches(')'))
}

#[test]
fn a_literal_ends_where_rust_ends_it() {
    assert_eq!(literal(r#""a \"b\" c", x"#).unwrap(), "a \"b\" c");
    assert_eq!(literal("\"a \\\n   b\"").unwrap(), "a b");
    assert_eq!(literal("r\"escape '\\'\")").unwrap(), "escape '\\'");
    assert_eq!(literal("pub(crate) &'static str)"), None);
    assert_eq!(columns("meter (id, serial)"), "select id, serial from meter ");
}
