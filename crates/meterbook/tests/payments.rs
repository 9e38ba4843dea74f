//! `inspect` of files of payments: what it prints for programs and for people, and how it ends.

use std::process::Command;

use serde_json::{Value, json};

const RETURNS: &str = "\
101 091400606 6910001341810170306A094101FIRST BANK & TRUST     ASF APPLICATION SUPERVI        
5200Riverton Util                       1234567890WEBUTIL BILL       000101   1091000010000001
626091400606123456789        0000012354100017         Paul Jones            S 1091000017611242
799R01091400600000001      09100001                                            091000017611242
82000000020009140060000000012354000000000000 1234567890                        091000010000001
5220Riverton Util                       1234567890CORUTIL BILL       000000   1121042880000002
621231380104744-5678-99      0000000000100018         Best Co. #23          S 1121042880000001
798C01121042880000001      121042881918171614                                  091012980000088
822000000200231380100000000000000000000000001234567890                         121042880000002
9000002000001000000040032278070000000012354000000000000                                       
";
const STATEMENT: &str = "01,1,2,260706,0754,1,,,2/\n02,2,1,1,260705,,JPY,2/\n03,1000017,,015,700,,/\n\
    16,142,500,,R1,C1,text/\n16,475,200,,R2,C2,text/\n49,1400,4/\n98,1400,1,6/\n99,1400,1,8/\n";
const STATUS: &str = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">\
    <CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>E-1</OrgnlEndToEndId>\
    <TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>\
    </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";

/// The exit code, what was printed, and what was complained of.
fn inspect(text: &str, words: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("file"), text).expect("a file is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
    command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder.path());
    let said = command.args(["inspect", "file"]).args(words).output().expect("it can be started");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (said.status.code().expect("nobody killed it"), text(said.stdout), text(said.stderr))
}

fn told(text: &str, words: &[&str]) -> (i32, Value) {
    let (code, said, _) = inspect(text, &[words, &["--json"]].concat());
    (code, serde_json::from_str(&said).expect("it is JSON"))
}

#[test]
fn returns_and_changes_are_told_to_programs() {
    let text =
        RETURNS.replace("000000 1234567890                 ", "0000001234567890                  ");
    let (code, said) = told(&text, &[]);
    assert_eq!(said["rejects"], json!([]));
    assert_eq!(code, 0);
    assert_eq!(said["format"], "nacha");
    assert_eq!([&said["batches"], &said["entries"]], [&json!(2), &json!(2)]);
    assert_eq!([&said["debit_total"], &said["credit_total"]], ["123.54", "0.00"]);
    assert_eq!(said["returns"][0]["code"], "R01");
    assert_eq!(said["returns"][0]["trace"], "091400600000001");
    assert_eq!(said["returns"][0]["retry"], true);
    assert_eq!(said["changes"][0]["code"], "C01");
    assert_eq!(said["changes"][0]["corrected"], "1918171614");
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_and_told_all_the_same() {
    // The company of the first batch is a column further right in its control.
    let (code, said) = told(RETURNS, &[]);
    assert_eq!(code, 1);
    assert_eq!(said["entries"], 2);
    assert_eq!(said["rejects"][0]["line"], 5);
    assert!(said["refused"].as_str().is_some_and(|it| it.starts_with("line 5: ")), "{said}");
    let (code, said, complaint) = inspect(RETURNS, &[]);
    assert_eq!(code, 1);
    assert!(
        said.starts_with("nacha, 2 batches, 2 entries: debits 123.54, credits 0.00\n"),
        "{said}"
    );
    assert!(said.contains("returned R01 of entry 091400600000001, insufficient funds"), "{said}");
    assert!(said.contains("change C01 of entry 121042880000001, account number: 1918171614"));
    assert!(
        complaint.contains("is refused: line 5: the batch control says company"),
        "{complaint}"
    );
}

#[test]
fn a_statement_is_told_in_its_currency() {
    let (code, said) = told(STATEMENT, &["--format", "bai2"]);
    assert_eq!((code, &said["rejects"]), (0, &json!([])));
    let account = json!({
        "account": "1000017", "currency": "JPY", "credits": "500", "debits": "200",
        "transactions": 2, "control_total": "1400", "balances": { "015": "700" },
    });
    assert_eq!(said["accounts"], json!([account]));
    let (code, said, _) = inspect(STATEMENT, &[]);
    assert_eq!(code, 0);
    assert_eq!(
        said,
        "bai2, 1 group, 1 account\n1000017 JPY: 2 transactions, credits 500, debits 200\n"
    );
    let (code, said) = told(&STATEMENT.replace("49,1400", "49,1401"), &[]);
    assert_eq!((code, &said["rejects"][0]["line"]), (1, &json!(6)));
}

#[test]
fn a_message_of_a_bank_is_told() {
    let (code, said) = told(STATUS, &[]);
    assert_eq!((code, &said["format"]), (0, &json!("pain.002")));
    assert_eq!(said["outcomes"][0]["means"], "account closed");
    let (code, said, _) = inspect(STATUS, &[]);
    assert_eq!(code, 0);
    assert!(said.contains("E-1 RJCT AC04 account closed"), "{said}");
}

#[test]
fn the_format_that_is_said_is_the_one_that_is_read() {
    let (code, said) = told("meter,start,value\n", &["--format", "lockbox"]);
    assert_eq!((code, &said["format"]), (1, &json!("lockbox")));
    let (code, _, complaint) = inspect(STATUS, &["--green-button", "out.xml"]);
    assert_eq!(code, 1);
    assert!(complaint.contains("there are no reads in file; --green-button writes reads"));
}
