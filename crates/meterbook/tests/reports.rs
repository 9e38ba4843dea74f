//! `report` as it is typed: what it writes and where, and how it ends where it cannot.

use std::path::Path;
use std::process::Command;

/// The exit code, and what was printed or complained of.
fn typed(folder: &Path, words: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
    command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder);
    let said = command.args(words.split(' ')).output().expect("it can be started");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    let (printed, complained) = (text(said.stdout), text(said.stderr));
    (said.status.code().expect("nobody killed it"), printed + &complained)
}

#[test]
fn reports_are_printed_or_written_and_what_is_no_report_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |words: &str| typed(folder.path(), words);
    let (code, said) =
        run("init --name Alder --zone America/Chicago --phone 1 --site a.example --remit-to PO");
    assert_eq!(code, 0, "{said}");
    let days = "--from 2026-02-01 --to 2026-03-01";
    let (code, said) = run(&format!("report revenue {days} --line fuel"));
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("# report: revenue\n# utility: Alder\n# days: 2026-02-01 to 2026-02-28\n# by: effective date\n# line: fuel\n# as of: no journal, entry 0\n"), "{said}");
    assert!(said.ends_with("\nmonth,gl,kind,tariff,class,line,amount\n"), "{said}");
    let (code, said) = run(&format!("report ledger {days} --posted --out books.XLSX"));
    assert_eq!((code, said.as_str()), (0, "books.XLSX: 0 rows\n"));
    let book = std::fs::read(folder.path().join("books.XLSX")).expect("it was written");
    assert!(book.starts_with(b"PK"));
    assert_eq!(run("report balances --on 2026-02-28 --out b.csv").0, 0);
    let text = std::fs::read_to_string(folder.path().join("b.csv")).expect("it was written");
    assert!(text.contains("\naccount,class,balance,"), "{text}");
    for (words, says) in [
        ("report taxes --on 2026-02-28", "the report taxes is of some days"),
        ("report taxes --from 2026-02-01 --to 2026-02-01", "there are no days from 2026-02-01"),
        ("report ageing --account 1000-0001-9", "1000-0001-9 is no account number"),
        ("report ageing --class rich", "rich is no class; write one of: residential, commercial"),
        ("report lines --gl 4011", "4011 is no account of the ledger; write one of: 1010, "),
        ("report lines", "say of which account of the general ledger: --gl NUMBER"),
        ("ledger entry 7", "there is no entry 7"),
        ("ledger bill B-1", "there is no bill B-1 in the ledger"),
    ] {
        let (code, said) = run(words);
        assert!(code == 2 && said.contains(says), "{words}: {code} {said}");
    }
}

#[test]
fn ageing_of_a_closed_day_says_what_it_knows() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |words: &str| typed(folder.path(), words);
    let (code, said) =
        run("init --name Alder --zone America/Chicago --phone 1 --site a.example --remit-to PO");
    assert_eq!(code, 0, "{said}");
    let (code, said) = run("ledger close-day --on 2026-02-28");
    assert_eq!(code, 0, "{said}");
    let closed = "# 2026-02-28 is closed; what came since and counts from then is in it; as it was known then: --known 2026-02-28\n";
    for (words, head, says) in [
        ("2026-02-28", "# ageing on 2026-02-28, as known now;", true),
        ("2026-02-28 --known 2026-02-28", "# ageing on 2026-02-28, as known 2026-02-28;", false),
        ("2026-03-01", "# ageing on 2026-03-01, as known now;", false),
    ] {
        let (code, said) = run(&format!("ledger ageing --on {words}"));
        assert_eq!(code, 0, "{said}");
        assert!(said.starts_with(head) && said.contains(closed) == says, "{said}");
    }
}
