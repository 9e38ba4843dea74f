//! Second judges: other readers of NEM12, NACHA and BAI2, the schemas of Green Button and SEPA, and the
//! rules of EN 16931. They are Python packages
//! that `cargo xtask judges` fetches; without them these tests say so and pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use meterbook_core::money::Money;
use meterbook_formats::invoices::ubl;
use meterbook_formats::payments::nacha;
use meterbook_formats::payments::sepa::{self, Version};
use meterbook_formats::reads::green_button::write;

use super::green_button::{feeds, gathered};
use super::{files, looked, samples};

/// The Python that has the judges, if it was fetched.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("METERBOOK_JUDGES").map(PathBuf::from);
    if python.is_none() {
        println!(
            "skipped: the judges are not there; cargo xtask judges fetches them and asks them"
        );
    }
    python
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/judges").join(name)
}

#[test]
fn what_we_write_of_each_sample_is_valid() {
    let (Some(python), Some(folder)) = (python(), samples("green_button")) else { return };
    let written = tempfile::tempdir().unwrap();
    let at: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
    let mut command = Command::new(python);
    command.arg(script("feed.py")).arg(folder.join("espi.xsd"));
    let mut many = 0;
    for (name, bytes) in feeds().iter().filter(|it| looked(&it.1, None).refused.is_none()) {
        let gathered = gathered(bytes);
        if gathered.series.is_empty() {
            continue;
        }
        let file = written.path().join(name.trim_end_matches(".gz"));
        std::fs::write(&file, write(&gathered.series, gathered.east, at).unwrap()).unwrap();
        command.arg(file);
        many += 1;
    }
    assert!(9 < many, "{many}");
    let said = command.output().unwrap();
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn another_reader_gives_the_totals_that_we_keep() {
    let (Some(python), Some(folder)) = (python(), samples("nem12/valid")) else { return };
    let mut command = Command::new(python);
    command.arg(script("nem.py"));
    for (name, _) in files(&folder) {
        command.arg(folder.join(name));
    }
    let said = command.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8(said.stdout).unwrap();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let kept = include_str!("nem12.totals");
    let kept = kept.split_once('\n').map_or("", |it| it.1);
    assert_eq!(sorted(&said), sorted(kept));
}

/// What a script says of files.
fn asked(python: &Path, name: &str, about: &[PathBuf]) -> String {
    let said = Command::new(python).arg(script(name)).args(about).output().unwrap();
    let told = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.success(), "{told}{}", String::from_utf8_lossy(&said.stderr));
    told
}

#[test]
fn payments_that_we_write_are_clean() {
    let Some(python) = python() else { return };
    let written = tempfile::tempdir().unwrap();
    let (all, one) = (written.path().join("all.ach"), written.path().join("one.ach"));
    std::fs::write(&all, super::nacha::example()).unwrap();
    let entries = vec![super::nacha::entry(12_345); 1_000];
    let batch = super::nacha::batch(nacha::write::Class::Ppd, entries);
    std::fs::write(&one, nacha::write::write(&super::nacha::head(), &[batch]).unwrap()).unwrap();
    let told = asked(&python, "ach.py", &[all, one]);
    assert_eq!(told, "all.ach|clean|3|7|299.91|5.00\none.ach|clean|1|1000|123450.00|0.00\n");
}

/// Where achkit and the rules of the network differ: returns of the codes 21 and 26 count in totals,
/// and advices have wider amounts.
const DIFFERENT: [&str; 3] =
    ["adv.ach", "flattenADVBatchesMultipleBatchHeaders.ach", "return-WEB.ach"];

#[test]
fn another_reader_refuses_what_we_refuse_or_its_name_says() {
    let (Some(python), Some(folder)) = (python(), samples("nacha")) else { return };
    let names: Vec<PathBuf> = files(&folder)
        .iter()
        .filter(|it| it.0.ends_with(".ach") && !DIFFERENT.contains(&it.0.as_str()))
        .map(|it| folder.join(&it.0))
        .collect();
    let mut clean = 0;
    for line in asked(&python, "ach.py", &names).lines() {
        let name = line.split('|').next().unwrap();
        let file = nacha::read(&std::fs::read(folder.join(name)).unwrap());
        let (debit, credit) = file.totals();
        let (batches, entries) = (file.batches.len(), file.entries());
        let ours = format!("{name}|clean|{batches}|{entries}|{}|{}", debit.plain(), credit.plain());
        if name.to_lowercase().contains("invalid") {
            assert!(file.faults.refused.is_some(), "{name}");
        } else if line.contains("|clean|") {
            assert_eq!(ours, line);
            assert_eq!(file.faults.listed, [], "{name}");
            clean += 1;
        } else {
            assert_ne!(file.faults.listed, [], "{name}");
        }
    }
    assert!(20 < clean, "{clean}");
}

#[test]
fn another_reader_of_statements_gives_what_we_keep() {
    let (Some(python), Some(folder)) = (python(), samples("bai2")) else { return };
    let names: Vec<PathBuf> = files(&folder)
        .iter()
        .filter(|it| it.0.ends_with(".bai2"))
        .map(|it| folder.join(&it.0))
        .collect();
    assert_eq!(asked(&python, "bai.py", &names), include_str!("bai2.totals"));
}

#[test]
fn messages_that_we_write_are_valid() {
    let (Some(python), Some(folder)) = (python(), samples("sepa_xsd")) else { return };
    let written = tempfile::tempdir().unwrap();
    let mut asked_of = vec![folder];
    for (name, version) in [("02.xml", Version::V02), ("08.xml", Version::V08)] {
        let file = written.path().join(name);
        std::fs::write(&file, sepa::write(&super::sepa::example(), version).unwrap()).unwrap();
        asked_of.push(file);
    }
    assert_eq!(asked(&python, "pain.py", &asked_of), "");
}

#[test]
fn invoices_that_we_write_keep_the_rules_of_the_norm() {
    let Some(python) = python() else { return };
    let written = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (name, statement) in super::invoices::golden() {
        for (nth, kind) in super::invoices::kinds().iter().enumerate() {
            let file = written.path().join(format!("{name} {nth}.xml"));
            let text = ubl::write(&statement, &super::invoices::seller(), kind).unwrap();
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    for (nth, statement) in super::invoices::with_vat().iter().enumerate() {
        for (of, kind) in super::invoices::kinds().iter().enumerate() {
            let file = written.path().join(format!("vat {nth} {of}.xml"));
            let text = ubl::write(statement, &super::invoices::seller(), kind).unwrap();
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    for (nth, (statement, summed)) in super::invoices::sums_up().iter().enumerate() {
        for (of, kind) in super::invoices::kinds().iter().enumerate() {
            let file = written.path().join(format!("sum {nth} {of}.xml"));
            let seller = super::invoices::seller();
            std::fs::write(
                &file,
                ubl::write_sum(statement, (summed, Money::ZERO), &seller, kind).unwrap(),
            )
            .unwrap();
            files.push(file);
        }
    }
    files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/invoices/mockup.xml"));
    assert_eq!(asked(&python, "ubl.py", &files), format!("{} clean\n", files.len()));
    // The judge does find what is wrong.
    let text = std::fs::read_to_string(files.pop().unwrap()).unwrap();
    for (was, wrong, rule) in [
        (
            "<cbc:PayableAmount currencyID=\"USD\">",
            "<cbc:PayableAmount currencyID=\"USD\">1",
            "BR-CO-16",
        ),
        ("unitCode=\"KWH\"", "unitCode=\"kWh\"", "BR-CL-23"),
        ("<cbc:IssueDate>", "<cbc:Issued>", "Issued"),
    ] {
        let text = text.replace(was, wrong).replace(
            "</cbc:IssueDate>",
            match rule {
                "Issued" => "</cbc:Issued>",
                _ => "</cbc:IssueDate>",
            },
        );
        let file = written.path().join("wrong.xml");
        std::fs::write(&file, text).unwrap();
        let told = asked(&python, "ubl.py", &[file]);
        assert!(told.contains(rule) && told.ends_with("0 clean\n"), "{told}");
    }
}
