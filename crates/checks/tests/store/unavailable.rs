//! A database that cannot be used is said in a sentence with the way out, and nothing is changed.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::Error;
use meterbook_checks::engines::{self, Raw};
use meterbook_store::{self as store, Db, Location, Unavailable};
use rusqlite::Connection;

use crate::sample;

const AT_ONCE: Duration = Duration::from_millis(50);

fn new_file(folder: &Path) -> (Location, Db) {
    let at = Location::Sqlite(folder.join("meterbook.db"));
    let db = Db::create(&at).expect("a new file becomes a database");
    (at, db)
}

fn assert_says(why: &Error, expected: &Unavailable, parts: &[&str]) {
    let said = why.to_string();
    assert_eq!(why.downcast_ref(), Some(expected), "{why:?}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn a_locked_file_is_waited_for_and_then_said() {
    let folder = tempfile::tempdir().unwrap();
    let (at, _) = new_file(folder.path());
    let db = Db::open_waiting(&at, AT_ONCE).unwrap();
    let other = Connection::open(folder.path().join("meterbook.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let why = db.write(sample::keep).unwrap_err();
    assert_says(&why, &Unavailable::Locked(at), &["is locked", "nothing was changed", "try again"]);
    assert_eq!(db.read(store::utility::find).unwrap(), None, "reading goes on beside a writer");
    other.execute_batch("rollback").unwrap();
    db.write(sample::keep).unwrap();
}

#[test]
fn a_database_that_may_only_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (at, db) = new_file(folder.path());
    db.write(sample::keep).unwrap();
    // A reading transaction is the one way to meet this that also holds for root, who may write
    // to every file.
    let why = db.read(|tx| store::staff::end(tx, "token")).unwrap_err();
    assert_says(&why, &Unavailable::ReadOnly(at), &["is read-only", "give this user the right"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_said_to_who_may_not_write_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (at, db) = new_file(folder.path());
    drop(db);
    let path = folder.path().join("meterbook.db");
    let set = |mode| std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    set(0o444);
    if std::fs::OpenOptions::new().append(true).open(&path).is_ok() {
        println!("skipped: this user may write to every file");
        return;
    }
    let why = Db::open(&at).and_then(|db| db.write(sample::keep)).unwrap_err();
    assert_says(&why, &Unavailable::ReadOnly(at), &["is read-only"]);
}

#[test]
fn what_is_no_database_of_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Location::Sqlite(folder.path().join(name));
    let open = |name: &str| Db::open(&at(name)).err().unwrap();
    assert_says(&open("none.db"), &Unavailable::Absent(at("none.db")), &["meterbook init"]);
    std::fs::write(folder.path().join("empty.db"), "").unwrap();
    assert_says(&open("empty.db"), &Unavailable::Empty(at("empty.db")), &["meterbook init"]);
    std::fs::write(folder.path().join("a.txt"), "a letter to a customer".repeat(100)).unwrap();
    assert_says(&open("a.txt"), &Unavailable::NotADatabase(at("a.txt")), &["not a database"]);
    let other = Connection::open(folder.path().join("other.db")).unwrap();
    other.execute_batch("create table recipe (name text)").unwrap();
    assert_says(&open("other.db"), &Unavailable::NotOurs(at("other.db")), &["another program"]);
    let created = Db::create(&at("other.db")).err().unwrap();
    assert_says(&created, &Unavailable::NotOurs(at("other.db")), &["one of its own"]);
    std::fs::create_dir(folder.path().join("folder.db")).unwrap();
    let why = open("folder.db");
    assert!(matches!(why.downcast_ref(), Some(Unavailable::Denied { .. })), "{why:?}");
}

#[test]
fn a_database_of_another_version_is_left_alone() {
    engines::each(|db, _| {
        let mut raw = Raw::beside(db).unwrap();
        raw.run("update migration set sha256 = 'x' where number = 1").unwrap();
        let why = Db::open(db.location()).err().unwrap();
        assert!(matches!(why.downcast_ref(), Some(Unavailable::Altered { .. })), "{why:?}");
        raw.run("insert into migration (number, name, sha256) values (9999, '9999_moon', 'x')")
            .unwrap();
        let why = Db::open(db.location()).err().unwrap();
        let newer = Unavailable::Newer { at: db.location().clone(), last: 9999 };
        assert_says(&why, &newer, &["newer meterbook", "9999"]);
    });
}

#[test]
fn a_server_that_does_not_answer_is_said() {
    // A port that was free a moment ago: nobody listens there now.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let at = Location::named(&format!("postgres://clerk:s3cret@127.0.0.1:{port}/town"));
    let why = Db::open_waiting(&at, AT_ONCE).err().unwrap();
    let said = why.to_string();
    assert!(matches!(why.downcast_ref(), Some(Unavailable::Unreachable { .. })), "{why:?}");
    assert!(said.contains("does not answer") && said.contains("check the host"), "{said}");
    assert!(!format!("{why:?}").contains("s3cret"), "a password is never shown");
}

#[test]
fn a_url_that_is_none_is_said() {
    let why = Db::open(&Location::named("postgres://clerk@town:port/x")).err().unwrap();
    assert!(matches!(why.downcast_ref(), Some(Unavailable::BadUrl { .. })), "{why:?}");
}

#[test]
fn a_database_the_server_does_not_have_is_said() {
    engines::each(|db, _| {
        let Location::Postgres(url) = db.location() else { return };
        let at = Location::Postgres(format!("{url}_gone"));
        let why = Db::open(&at).err().unwrap();
        // `meterbook init` alone would only say the same again.
        let name = url.rsplit('/').next().unwrap();
        let create = format!("create database {name}_gone encoding 'UTF8'");
        let parts = ["there is no database", "check the name", &create, "meterbook init"];
        assert_says(&why, &Unavailable::Absent(at), &parts);
        let reading = db.read(|tx| store::staff::end(tx, "token")).unwrap_err();
        assert!(matches!(reading.downcast_ref(), Some(Unavailable::ReadOnly(_))), "{reading:?}");
    });
}
