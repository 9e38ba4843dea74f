//! Where a utility's database is.

use std::fmt;
use std::path::PathBuf;

/// Where a utility's database is. Shown without a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A database of a server, as a URL: `postgres://user@host:port/name`.
    Postgres(String),
}

impl Location {
    /// A URL that begins with `postgres://` or `postgresql://`, or else the path of a file.
    pub fn named(text: &str) -> Location {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Location::Postgres(text.to_owned())
        } else {
            Location::Sqlite(PathBuf::from(text))
        }
    }

    /// The name of a server's database, as SQL writes it; `None` for a file.
    pub(crate) fn database(&self) -> Option<String> {
        let Location::Postgres(url) = self else { return None };
        let (_, rest) = url.split_once("://").unwrap_or(("", url));
        let name = rest.split_once('?').map_or(rest, |(before, _)| before);
        let name = name.split_once('/').map_or("", |(_, name)| name);
        let bare = name.starts_with(|it: char| it.is_ascii_lowercase() || it == '_')
            && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_');
        Some(if bare { name.to_owned() } else { format!("\"{name}\"") })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite(path) => path.display().fmt(f),
            Location::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `postgres://clerk:secret@host/name?password=x` as `postgres://clerk@host/name`.
fn without_password(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((who, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = who.split_once(':').map_or(who, |(user, _)| user);
    format!("{scheme}://{user}@{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            (
                "postgres://clerk:s3@cret@db.example:5432/town",
                "postgres://clerk@db.example:5432/town",
            ),
            (
                "postgresql://clerk@db.example/town?password=s3",
                "postgresql://clerk@db.example/town",
            ),
            ("postgres://db.example/town", "postgres://db.example/town"),
        ] {
            assert_eq!(Location::named(url).to_string(), shown);
            assert_eq!(format!("{:?}", Location::named(url)), shown);
        }
    }

    #[test]
    fn a_database_is_named_as_sql_writes_it() {
        for (url, name) in [
            ("postgres://clerk:s3@db.example:5432/town?sslmode=require", "town"),
            ("postgres://db.example/Alder-Creek", "\"Alder-Creek\""),
        ] {
            assert_eq!(Location::named(url).database().as_deref(), Some(name));
        }
        assert_eq!(Location::named("town.db").database(), None);
    }

    #[test]
    fn anything_else_is_a_file() {
        assert_eq!(Location::named("town.db"), Location::Sqlite(PathBuf::from("town.db")));
    }
}
