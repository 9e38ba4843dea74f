//! BAI2: what is read, and which totals and counts refuse a file.

use meterbook_core::money::Money;
use meterbook_formats::payments::bai2::{File, begins, read};
use meterbook_formats::payments::{Kind, decimal_of};

use super::{files, samples};

/// Two accounts, every kind of funds, text that goes on.
pub(super) const EXAMPLE: &str = "\
01,121140399,RIVERTON,260706,0754,1,,,2/
02,RIVERTON,121140399,1,260705,2359,USD,2/
03,1000017,,010,500000,,,015,510500,,,100,15500,2,,400,5000,1,/
16,142,10000,,REF1,CUST1,ACH deposit/
16,115,5500,S,5000,300,200,REF2,,LOCKBOX, with a comma
88,and a second line
16,475,5000,V,260706,,REF3,100017,CHECK 100017
49,1051500,6/
03,2000034,EUR,015,100,,,/
88,045,100,,D,2,0,50,1,50,072,,,/
16,191,100,Z,,,/
49,300,4/
98,1051800,2,12/
99,1051800,1,14/
";

#[track_caller]
fn told(text: &str, said: &str) {
    let faults = read(text.as_bytes()).faults;
    let all: Vec<String> =
        faults.listed.iter().map(|it| format!("{}: {}", it.line, it.what)).collect();
    assert!(all.iter().any(|it| it.contains(said)), "{said} is not in {all:#?}");
    assert!(faults.refused.is_some());
}

#[track_caller]
fn with(from: &str, to: &str, said: &str) {
    assert!(EXAMPLE.contains(from), "{from}");
    told(&EXAMPLE.replacen(from, to, 1), said);
}

#[test]
fn a_statement_is_accounts_with_what_moved() {
    let file = read(EXAMPLE.as_bytes());
    assert_eq!(file.faults.listed, []);
    let accounts: Vec<_> = file.accounts().collect();
    let [first, second] = accounts.as_slice() else { panic!("two accounts") };
    assert_eq!((first.number.as_str(), first.currency.as_str()), ("1000017", "USD"));
    assert_eq!(first.moved(), (Money::from_cents(15_500), Money::from_cents(5_000)));
    assert_eq!(first.control, Money::from_cents(1_051_500));
    assert_eq!(first.transactions[0].text, "ACH deposit");
    assert_eq!(first.transactions[1].text, "LOCKBOX, with a comma and a second line");
    assert_eq!(first.transactions[2].customer_reference, "100017");
    assert_eq!(second.currency, "EUR");
    let kinds: Vec<&str> = second.balances.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(kinds, ["015", "045", "072"]);
    assert_eq!(Kind::of(EXAMPLE.as_bytes()), Some(Kind::Bai2));
    assert!(!begins(b"01/02/2026,1,2,3") && !begins(b"meter,date,index"));
}

#[test]
fn records_without_line_ends_are_as_long_as_the_header_says() {
    let header = ",1,80,1,2/";
    let whole: String = EXAMPLE
        .replace(",1,,,2/", header)
        .replace("CHECK 100017", "CHECK \"100017\"")
        .lines()
        .map(|it| format!("{it:<80}"))
        .collect();
    assert_eq!(Kind::of(whole.as_bytes()), Some(Kind::Bai2));
    let file = read(whole.as_bytes());
    let told: Vec<&str> = file.faults.listed.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(told, ["the file has no line ends; it is read as records of 80"]);
    assert_eq!(lines("", &file), lines("", &read(EXAMPLE.as_bytes())));
    assert_eq!(file.faults.refused, None);
    // A header that says no length, or a wrong one, is no way to cut it.
    for wrong in [",1,,1,2/", ",1,40,1,2/", ",1,0,1,2/", ",1,x,1,2/"] {
        assert!(read(whole.replace(header, wrong).as_bytes()).faults.refused.is_some(), "{wrong}");
    }
}

#[test]
fn totals_and_counts_are_compared_at_each_level() {
    with(
        "49,1051500,6",
        "49,1051501,6",
        "8: the account's control total says 1051501; it is 1051500",
    );
    with("49,1051500,6", "49,1051500,7", "8: the account says 7 records; there are 6");
    with("98,1051800,2,12", "98,1,2,12", "13: the group's control total says 1; it is 1051800");
    with("98,1051800,2,12", "98,1051800,3,12", "13: the group says 3 accounts; there are 2");
    with("98,1051800,2,12", "98,1051800,2,", "13: the group says  records; there are 12");
    with("99,1051800,1,14", "99,1,1,14", "14: the file's control total says 1; it is 1051800");
    with("99,1051800,1,14", "99,1051800,2,14", "14: the file says 2 groups; there are 1");
    with("99,1051800,1,14", "99,1051800,1,15", "14: the file says 15 records; there are 14");
    with("REF1,CUST1", "REF1,CUST1/\n88,more", "the account says 6 records; there are 7");
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_line() {
    with(",,,2/\n02", ",,,1/\n02", "1: version 1 of BAI; this reads version 2");
    with("260706,0754", "260732,0754", "1: 260732 is no day; write YYMMDD");
    with("260706,0754", "260706,0775", "1: 0775 is no time; write 0000 to 2400");
    with("1,260705", "7,260705", "2: a group status 7 is not known");
    with("1,260705", "4,260705", "2: the group is a test (status 4)");
    with("1,260705", "2,260705", "2: the group takes back what was sent before (status 2)");
    with("USD,2/", "USD,9/", "2: an as-of modifier 9 is not known");
    with("010,500000", "010,5000.00", "3: the balance 010 is not readable");
    with("16,142,10000", "16,14,10000", "4: the transaction 14 is not readable");
    with("10000,,REF1", "10000,Q,REF1", "4: the transaction 142 is not readable");
    with("V,260706", "V,261306", "7: the transaction 475 is not readable");
    with("D,2,0", "D,999999999,0", "9: the balance 045 is not readable");
    with("88,and", "88and", "6: the code of a record is two digits and a comma");
    with("16,142", "17,142", "4: a record 17 is not known");
    with("01,121140399", "02,121140399", "1: the file header (01) is missing");
    with("49,1051500,6/\n", "", "8: the trailer (49) of the account in line 3 is missing");
    with("98,1051800,2,12/\n", "", "13: the trailer (98) of the group before is missing");
    with("99,1051800,1,14/\n", "", "13: the file's trailer (99) is missing");
    with("03,1000017", "16,1000017", "3: a transaction (16) without an account (03)");
    told("88,x\n", "1: a continuation (88) with nothing before it");
    told("01,a,b,260706,,1,,,2/\n03,1,,/\n", "2: an account (03) without a group header (02)");
    told(
        "01,a,b,260706,,1,,,2/\n02,a,b,1,260706,,,/\n98,0,0,2/\n99,0,1,4/\n",
        "3: a group without an account",
    );
    told("01,a,b,260706,,1,,,2/\n99,0,0,2/\n", "2: a file without a group");
    told(&format!("{EXAMPLE}16,142,1,,,,/\n"), "15: a record 16 follows the file's trailer (99)");
    told("", "the file header (01) is missing");
}

#[test]
fn letters_of_older_systems_are_read() {
    let mut bytes = EXAMPLE.as_bytes().to_vec();
    bytes[EXAMPLE.find("deposit").unwrap() + 3] = 0xf3;
    let file = read(&bytes);
    let told: Vec<_> = file.faults.listed.iter().map(|it| (it.line, &*it.what)).collect();
    assert_eq!(told, [(4, "the line is not UTF-8; it is read as Latin-1")]);
    assert_eq!(file.groups[0].accounts[0].transactions[0].text, "ACH depósit");
}

#[test]
fn a_transaction_with_a_sign_is_noted() {
    let text = EXAMPLE.replace("16,475,5000", "16,475,-5000").replace("49,1051500", "49,1041500");
    let text = text.replace("98,1051800", "98,1041800").replace("99,1051800", "99,1041800");
    let file = read(text.as_bytes());
    let told: Vec<_> = file.faults.listed.iter().map(|it| (it.line, &*it.what)).collect();
    let what = "the transaction 475 has a sign; it went the other way than its type says";
    assert_eq!((told, file.faults.refused.is_none()), (vec![(7, what)], true));
}

#[test]
fn amounts_are_in_the_smallest_unit_of_their_currency() {
    assert_eq!(decimal_of(12_345, "USD"), "123.45");
    assert_eq!(decimal_of(-5, "EUR"), "-0.05");
    assert_eq!(decimal_of(12_345, "JPY"), "12345");
    assert_eq!(decimal_of(12_345, "KWD"), "12.345");
}

/// The accounts of a file, a line each.
pub(super) fn lines(name: &str, file: &File) -> String {
    file.accounts()
        .map(|it| {
            let (credits, debits) = it.moved();
            let cents = [credits, debits, it.control].map(|it| it.cents().to_string()).join("|");
            let many = it.transactions.len();
            format!("{name}|{}|{}|{many}|{cents}\n", it.number, it.currency)
        })
        .collect()
}

#[test]
fn real_files_are_read() {
    let Some(folder) = samples("bai2") else { return };
    let mut all = String::new();
    for (name, bytes) in files(&folder).iter().filter(|it| it.0.ends_with(".bai2")) {
        assert_eq!(Kind::of(bytes), Some(Kind::Bai2), "{name}");
        let file = read(bytes);
        assert_eq!(file.faults.listed, [], "{name}");
        all.push_str(&lines(name, &file));
    }
    assert_eq!(all, include_str!("bai2.totals"));
}
