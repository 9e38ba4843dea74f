//! A zip of statements, as banks deliver several days: each is a file of its own on both engines, posted once
//! however it comes, and one that is not whole keeps none of the others from being taken in.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use flate2::Crc;
use meterbook_checks::program::{Program, Sample};

/// A day on which 12.00 came in, as the bank says it.
fn day(on: &str) -> String {
    let balance = |kind: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )
    };
    let (opens, closes) = (balance("OPBD", "5.00"), balance("CLBD", "17.00"));
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{on}</MsgId></GrpHdr><Stmt><Id>{on}</Id>\
         <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{opens}{closes}\
         <Ntry><Amt Ccy=\"EUR\">12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>R-{on}</AcctSvcrRef></Ntry>\
         </Stmt></BkToCstmrStmt></Document>"
    )
}

/// A zip of files that are not compressed, as APPNOTE.TXT lays it out.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut all, mut index) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        let long = u32::try_from(text.len()).unwrap().to_le_bytes();
        let mut said = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        said.extend([crc.sum().to_le_bytes(), long, long].concat());
        said.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        said.extend([0, 0]);
        let at = u32::try_from(all.len()).unwrap().to_le_bytes();
        all.extend([b"PK\x03\x04", said.as_slice(), name.as_bytes(), text.as_bytes()].concat());
        let rest = [[0; 10].as_slice(), &at].concat();
        index.extend([b"PK\x01\x02\x14\x00", said.as_slice(), &rest, name.as_bytes()].concat());
    }
    let many = u16::try_from(files.len()).unwrap().to_le_bytes();
    let long = u32::try_from(index.len()).unwrap().to_le_bytes();
    let at = u32::try_from(all.len()).unwrap().to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0", many.as_slice(), &many, &long, &at, &[0, 0]].concat();
    [all, index, end].concat()
}

fn taken(sample: &Sample) {
    let utility: &Program = &sample.program;
    let mut init = vec!["init", "--name", "Alder Creek Light", "--zone", "Europe/Dublin"];
    init.extend(["--phone", "555-0100", "--site", "aldercreek.example", "--remit-to", "PO Box 7"]);
    utility.done(&[&init[..], &["--currency", "EUR"]].concat());
    fs::create_dir_all(&utility.folder).unwrap();
    let march = utility.folder.join("march.zip").display().to_string();
    let statement = |file: &str| {
        let ended = utility.ended(&["receipt", "statement", file]);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ended.status.code(), text(ended.stdout), text(ended.stderr))
    };
    let (one, two, three) = (day("2026-03-02"), day("2026-03-03"), day("2026-03-04"));
    let cut = &two[..two.len() - 20];

    fs::write(&march, zip(&[("02.xml", &one), ("03.xml", cut), ("04.xml", &three)])).unwrap();
    let (code, said, complaint) = statement(&march);
    assert_eq!(code, Some(2), "{said}{complaint}");
    assert!(said.contains("statement 1: 1 credit") && said.contains("statement 2: 1 credit"));
    assert!(said.contains("03.xml:\nNOT TAKEN IN: line 1: "), "{said}");
    assert!(complaint.contains("1 of the 3 files in it was not taken in"), "{complaint}");

    // The whole of it later: what was taken in before is said, and the rest is taken in.
    fs::write(&march, zip(&[("02.xml", &one), ("03.xml", &two), ("04.xml", &three)])).unwrap();
    let (code, said, complaint) = statement(&march);
    assert_eq!(code, Some(0), "{said}{complaint}");
    assert!(said.contains("02.xml:\nthat is statement 1 already, 02.xml"), "{said}");
    assert!(said.contains("statement 3: 1 credit"), "{said}");
    let alone = utility.folder.join("alone.xml").display().to_string();
    fs::write(&alone, &three).unwrap();
    let (code, said, complaint) = statement(&alone);
    assert_eq!(code, Some(2), "{said}{complaint}");
    assert!(complaint.contains("that is statement 2 already, 04.xml"), "{complaint}");
    let held = utility.column("select cast(sum(amount_cents) as text) from suspense");
    assert_eq!(held, ["3600"]);

    // Files of returns are delivered so, too.
    let mut returned = utility.command(&["debit", "returned", &march]);
    let ended = returned.env("METERBOOK_BANK_KEY", "07".repeat(32)).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert_eq!(said.matches("nothing in this file came back").count(), 3, "{said}");

    // Looking into several at once says what to do.
    let looked = utility.ended(&["inspect", &march]);
    let complaint = String::from_utf8(looked.stderr).unwrap();
    assert_eq!(looked.status.code(), Some(1));
    assert!(complaint.contains("there are 3 files in it; unpack it and give each file alone"));
    utility.done(&["check"]);
}

#[test]
fn statements_in_a_zip_are_files_of_their_own_in_a_file() {
    if let Some(sample) = Sample::in_a_file() {
        taken(&sample);
    }
}

#[test]
fn statements_in_a_zip_are_files_of_their_own_on_a_server() {
    if let Some(sample) = Sample::on_postgres("delivered") {
        taken(&sample);
    }
}
