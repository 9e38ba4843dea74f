//! NACHA: what is read, what is refused in which words, and that what is written reads back.

use std::fmt::Write;

use jiff::civil::date;
use meterbook_core::bank::Routing;
use meterbook_core::money::Money;
use meterbook_formats::payments::Kind;
use meterbook_formats::payments::nacha::codes::{
    CLASSES, Direction, Rate, Retry, change_words, direction, rate, retry, return_words,
};
use meterbook_formats::payments::nacha::write::{
    AccountKind, Class, Head, NewBatch, NewEntry, NotWritten, write,
};
use meterbook_formats::payments::nacha::{File, Stage, begins, read};

use super::{files, samples};

fn routing(text: &str) -> Routing {
    Routing::parse(text).unwrap()
}

pub(super) fn head() -> Head {
    Head {
        destination: routing("231380104"),
        destination_name: "Federal Reserve Bank".to_owned(),
        origin: "1210428822".to_owned(),
        origin_name: "Riverton Utilities".to_owned(),
        made: date(2026, 7, 6).at(9, 30, 0, 0),
        modifier: 'A',
    }
}

pub(super) fn entry(cents: i64) -> NewEntry {
    NewEntry {
        direction: Direction::Debit,
        kind: AccountKind::Checking,
        amount: Some(Money::from_cents(cents)),
        routing: routing("231380104"),
        account: "744-5678-99".to_owned(),
        id: "100017".to_owned(),
        name: "José Núñez".to_owned(),
        recurring: true,
        note: None,
    }
}

pub(super) fn batch(class: Class, entries: Vec<NewEntry>) -> NewBatch {
    NewBatch {
        class,
        company: "Riverton Utilities and Light".to_owned(),
        company_id: "1210428821".to_owned(),
        description: "UTIL BILL".to_owned(),
        effective: date(2026, 7, 8),
        odfi: routing("121042882"),
        entries,
    }
}

/// Several batches with everything that is written.
pub(super) fn example() -> String {
    let note = NewEntry { note: Some("INV*2026-07*8745\\".to_owned()), ..entry(8_745) };
    let savings = NewEntry { kind: AccountKind::Savings, ..entry(1) };
    let prenote = NewEntry { amount: None, ..entry(0) };
    let refund = NewEntry { direction: Direction::Credit, ..entry(500) };
    let batches = [
        batch(Class::Ppd, vec![entry(10_000), note.clone(), savings, prenote]),
        batch(Class::Web, vec![entry(2_500)]),
        batch(Class::Ccd, vec![refund, note]),
    ];
    write(&head(), &batches).unwrap()
}

#[test]
fn what_is_written_reads_back() {
    let text = example();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 20);
    assert!(lines.iter().all(|it| it.len() == 94));
    assert_eq!(
        lines[0],
        "101 23138010412104288222607060930A094101Federal Reserve Bank   Riverton Utilities             "
    );
    assert_eq!(
        lines[1],
        "5225Riverton Utiliti                    1210428821PPDUTIL BILL       260708   1121042880000001"
    );
    assert_eq!(
        lines[2],
        "627231380104744-5678-99      0000010000100017         Jose Nunez              0121042880000001"
    );
    assert_eq!(
        lines[4],
        "705INV*2026-07*8745\\                                                               00010000002"
    );
    assert!(lines[5].starts_with("637") && lines[6].starts_with("628"));
    let file = read(text.as_bytes());
    assert_eq!(file.faults.listed, []);
    let (debit, credit) = file.totals();
    assert_eq!((debit.cents(), credit.cents()), (10_000 + 8_745 + 1 + 2_500 + 8_745, 500));
    assert_eq!((file.batches.len(), file.entries(), file.prenotes()), (3, 7, 1));
    let classes: Vec<i64> = file.batches.iter().map(|it| it.service_class).collect();
    assert_eq!(classes, [225, 225, 200]);
    assert_eq!(file.batches[1].effective, Some(date(2026, 7, 8)));
    assert_eq!(file.batches[2].entries[1].trace, "121042880000007");
    assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Nacha));
}

#[test]
fn blocks_are_full_whatever_the_number_of_entries() {
    for many in 1..25 {
        let text = write(&head(), &[batch(Class::Ppd, vec![entry(1); many])]).unwrap();
        let lines = text.lines().count();
        assert!(lines.is_multiple_of(10) && lines < many + 4 + 10, "{many}: {lines}");
        assert_eq!(read(text.as_bytes()).faults.listed, []);
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let of = |entry: NewEntry| write(&head(), &[batch(Class::Ppd, vec![entry])]).unwrap_err();
    assert_eq!(write(&head(), &[]), Err(NotWritten::Nothing));
    assert_eq!(write(&head(), &[batch(Class::Ppd, vec![])]), Err(NotWritten::Nothing));
    assert_eq!(
        of(entry(0)).to_string(),
        "entry 1 is of 0.00; an entry is above zero and at most 99999999.99"
    );
    assert!(matches!(of(entry(-1)), NotWritten::Amount { entry: 1, .. }));
    assert!(matches!(of(entry(10_000_000_000)), NotWritten::Amount { .. }));
    let long = NewEntry { account: "1".repeat(18), ..entry(1) };
    assert_eq!(of(long).to_string(), "the account of entry 1 is longer than 17 letters");
    let long = NewEntry { note: Some("n".repeat(81)), ..entry(1) };
    assert_eq!(of(long).to_string(), "the note of entry 1 is longer than 80 letters");
    let empty = NewEntry { id: " ".to_owned(), ..entry(1) };
    assert_eq!(of(empty).to_string(), "the customer's number of entry 1 is empty");
    let unnamed = NewBatch { description: String::new(), ..batch(Class::Ppd, vec![entry(1)]) };
    assert_eq!(write(&head(), &[unnamed]).unwrap_err().to_string(), "the description is empty");
    let many = vec![entry(9_999_999_999); 101];
    let total = write(&head(), &[batch(Class::Ppd, many)]).unwrap_err();
    assert_eq!(
        total.to_string(),
        "the entries add up to more than 9999999999.99; write several files"
    );
    let split = [
        batch(Class::Ppd, vec![entry(9_999_999_999); 60]),
        batch(Class::Web, vec![entry(9_999_999_999); 60]),
    ];
    assert_eq!(write(&head(), &split), Err(NotWritten::Total));
    let wrong = Head { modifier: 'a', ..head() };
    let modifier = write(&wrong, &[batch(Class::Ppd, vec![entry(1)])]).unwrap_err();
    assert_eq!(modifier.to_string(), "a tells no files of one day apart; take A to Z, then 0 to 9");
    let wrong = Head { origin: "12X".to_owned(), ..head() };
    let origin = write(&wrong, &[batch(Class::Ppd, vec![entry(1)])]).unwrap_err();
    assert_eq!(
        origin.to_string(),
        "the sender's number is nine digits, or ten digits and capital letters; the bank gives it"
    );
}

#[test]
fn every_code_has_words_and_two_may_be_retried() {
    let known: Vec<String> = (1..=85).map(|it| format!("R{it:02}")).collect();
    let known: Vec<&String> = known.iter().filter(|it| return_words(it).is_some()).collect();
    assert_eq!(known.len(), 74);
    let again: Vec<&&String> = known.iter().filter(|it| retry(it) == Retry::Allowed).collect();
    assert_eq!(again, [&"R01", &"R09"]);
    for wrong in ["R00", "R48", "R49", "R54", "R60", "R78", "R86", "r01", "C01", ""] {
        assert_eq!(return_words(wrong), None, "{wrong}");
    }
    assert!((1..=14).all(|it| change_words(&format!("C{it:02}")).is_some()));
    assert!(change_words("C15").is_none() && change_words("C61").is_some());
    assert_eq!(
        [rate("R10"), rate("R03"), rate("R01")],
        [Rate::Unauthorized, Rate::Administrative, Rate::Overall]
    );
    let ways: String = [21, 26, 52, 55, 81, 82, 20, 25, 99]
        .into_iter()
        .map(|it| match direction(it) {
            Some(Direction::Debit) => 'd',
            Some(Direction::Credit) => 'c',
            None => '-',
        })
        .collect();
    assert_eq!(ways, "cdcdcd---");
    assert!(CLASSES.is_sorted());
}

/// The example with a line made another, and what is said of that.
#[track_caller]
fn with(from: &str, to: &str, said: &str) {
    let text = example();
    assert!(text.contains(from), "{from}");
    told(&text.replacen(from, to, 1), said);
}

#[track_caller]
fn told(text: &str, said: &str) {
    let faults = read(text.as_bytes()).faults;
    let first = faults.refused.as_ref().map(|it| format!("{}: {}", it.line, it.what));
    let all = faults.listed.iter().fold(String::new(), |mut all, it| {
        let _ = writeln!(all, "{}: {}", it.line, it.what);
        all
    });
    assert!(all.contains(said), "{said} is not in\n{all}");
    assert!(first.is_some(), "{all}");
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_line() {
    with("101 231", "102 231", "1: the priority code is 02 and should be 01");
    with("A094101", "A095101", "1: the record size is 095 and should be 094");
    with("A094101", "A094091", "1: the blocking factor is 09 and should be 10");
    with("A094101", "A094102", "1: the format code is 2 and should be 1");
    with(
        "1210428822260706",
        "12104288x2260706",
        "1: the immediate origin is 12104288x2; it has digits and capital letters only",
    );
    with(
        "1210428822260706",
        " 000TESTER260706",
        "1: the immediate origin is 000TESTER; it has digits only",
    );
    with(
        "0000010000100017",
        "0000000000100017",
        "3: an entry (code 27) of nothing; banks turn it down, and a prenote has a code of its own",
    );
    with("2607060930A", "2613060930A", "1: the file was made on 261306, which is no day");
    with("5225Riv", "5230Riv", "2: a service class 230 is not known");
    with("5225Riv", "5280Riv", "2: service class 280 with PPD; 280 is of ADV alone");
    with("PPDUTIL", "PPXUTIL", "2: an entry class PPX is not known");
    with("260708   1121", "260708   9121", "2: an originator status 9 is not known");
    with("Riverton Utiliti  ", "                  ", "2: the company's name is missing");
    with("1210428821PPD", "          PPD", "2: the company's number is missing");
    with("UTIL BILL ", "          ", "2: the description is missing");
    with(
        "5225Riverton Utiliti",
        "52250000000000000000",
        "2: the company's name is missing: it is zeros",
    );
    with("UTIL BILL ", "0000000000", "2: the description is missing: it is zeros alone");
    with("744-5678-99", "           ", "3: the account number is missing");
    with("627231380104", "625231380104", "3: a transaction code 25 is not known");
    with("627231380104", "681231380104", "3: a transaction code 81 in a batch of PPD");
    with("627231380104", "627231380105", "3: the routing number fails its check digit");
    with("627231380104", "62723138010X", "3: the routing number is not nine digits");
    with("0000010000100017", "00000X0000100017", "3: the amount is no number");
    with("0121042880000001", "2121042880000001", "3: the addenda indicator is 2; it is 0 or 1");
    with(
        "0121042880000001",
        "1121042880000001",
        "3: the entry announces an addenda and none follows",
    );
    with("1121042880000002", "0121042880000002", "5: an addenda that its entry does not announce");
    with("0121042880000001", "012104288000000X", "3: the trace number is not fifteen digits");
    with(
        "00010000002",
        "00020000002",
        "5: the addenda is number 0002 of its entry and should be 1",
    );
    with(
        "00010000002",
        "00010000009",
        "5: the addenda is of entry 0000009, and stands below another",
    );
    with("705INV", "706INV", "5: an addenda 06 is not known");
    with("705INV", "710INV", "5: an addenda 10 in a batch of PPD; it is of IAT");
    with("705INV", "702INV", "5: an addenda 02 in a batch of PPD");
    with("0000000000100017", "0000000001100017", "7: a prenote (code 28) with an amount");
    with(
        "8225000005",
        "8225000006",
        "8: the batch control says entries and addenda 000006; it is 5",
    );
    with(
        "8225000005",
        "8220000005",
        "8: the batch control says service class 220, and the header 225",
    );
}

#[test]
fn totals_of_the_file_are_compared() {
    let text = example();
    let last = text.lines().find(|it| it.starts_with("90")).unwrap();
    let changed = |at: usize| {
        let mut bytes = last.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'9' { b'8' } else { bytes[at] + 1 };
        text.replace(last, std::str::from_utf8(&bytes).unwrap())
    };
    told(&changed(6), "the file control says batches 000004; it is 3");
    told(&changed(12), "the file control says blocks 000003; it is 2");
    told(&changed(20), "the file control says entries and addenda 00000008; it is 9");
    told(&changed(30), "the file control says entry hash");
    told(&changed(42), "the file control says debits 299.92; it is 299.91");
    told(&changed(54), "the file control says credits 5.01; it is 5.00");
}

#[test]
fn records_out_of_order_are_refused() {
    let text = example();
    let lines: Vec<&str> = text.lines().collect();
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines.join("\n")
    };
    told(&without(0), "1: the file header (1) is missing");
    told(&without(1), "an entry outside of a batch; its batch header (5) is missing");
    told(
        &without(7),
        "a batch begins in a batch; the batch control (8) of the one before is missing",
    );
    told(&lines[..16].join("\n"), "the file control (9) is missing; the file may be cut off");
    told(&lines[..5].join("\n"), "the file ends while a batch is open");
    told(&[&lines[..2], &lines[4..]].concat().join("\n"), "an addenda (7) without an entry (6)");
    told(
        &[&lines[..1], &lines[7..]].concat().join("\n"),
        "a batch control (8) without a batch header",
    );
    told(&[&lines[..], &lines[1..3]].concat().join("\n"), "a record follows the file control (9)");
    told(&[&lines[..1], &lines[..]].concat().join("\n"), "a second file header (1)");
    told(&text.replacen("705", "A05", 1), "a record A is not known");
    told("", "there is no record in the file");
}

#[test]
fn what_is_sloppy_is_read_and_said() {
    let text = example();
    let clean = |text: &str| {
        let file = read(text.as_bytes());
        assert_eq!(file.faults.refused, None);
        assert_eq!(file.totals(), read(example().as_bytes()).totals());
        file.faults.listed.into_iter().map(|it| it.what).collect::<Vec<_>>()
    };
    assert!(clean(&text.replace('\n', "\r\n")).is_empty());
    // Banks give out letters there too.
    assert!(clean(&text.replacen("1210428822260706", "CIS4288X2 260706", 1)).is_empty());
    assert!(clean(&text.replace('\n', "\r")).is_empty());
    assert!(clean(&format!("\u{feff}{text}\n\n\u{1a}")).is_empty());
    let trimmed: Vec<&str> = text.lines().map(str::trim_end).collect();
    assert_eq!(
        clean(&trimmed.join("\n")),
        [
            "it has 81 columns; read as if blanks filled its 94",
            "it has 55 columns; read as if blanks filled its 94",
        ]
    );
    let unfilled: Vec<&str> = text.lines().filter(|it| !it.starts_with("99")).collect();
    assert_eq!(
        clean(&unfilled.join("\n")),
        ["17 records fill no blocks of 10; lines of nines fill the last one"]
    );
    assert_eq!(
        clean(&text.replace('\n', "")),
        ["the file has no line ends; it is read as records of 94"]
    );
    told(&text.replacen("UTIL BILL ", "UTIL BILL  ", 1), "2: it has 95 columns; a record has 94");
    // Banks pass letters of names on that should not be there.
    let beyond = ["there are letters beyond ASCII in it; each is read as ?"];
    assert!(clean(&text.replacen("Jose Nunez", "Jose Núñez", 1)).is_empty());
    assert_eq!(clean(&text.replacen("744-5678-99", "744-5678-9é", 1)), beyond);
    let bytes = text.replacen("Jose Nunez", "Jose N_nez", 1).into_bytes();
    let latin: Vec<u8> = bytes.into_iter().map(|it| if it == b'_' { 0xfa } else { it }).collect();
    let file = read(&latin);
    assert_eq!(file.faults.refused, None);
    assert_eq!(file.batches[0].entries[0].name, "Jose N?nez");
    assert_eq!(
        clean(&text.replacen("121042880000001\n", "121042880000001    \n", 1)),
        ["it has 98 columns; the blanks beyond 94 are cut off"]
    );
    told(&text.replacen("Jose Nunez", "Jose\tNunez", 1), "3: there is a tab or another control");
    assert!(clean(&text.replacen("0121042880000001", "012104288000001 ", 1)).is_empty());
}

#[test]
fn notes_are_as_many_as_a_class_takes_and_an_entry_says() {
    let entry = |class: &str, said: &str| {
        let name = format!("{said:<4}Best Co. #23");
        let name = if matches!(class, "CTX" | "ATX" | "TRX") { name } else { String::new() };
        let id = "location #23";
        format!("627231380104744-5678-99      0000010000{id:<15}{name:<22}  1231380100000001")
    };
    let note = |nth: usize| format!("705A note{:74}{nth:04}0000001", "");
    let of = |class: &str, said: &str, notes: usize| {
        let mut records = vec![entry(class, said)];
        records.extend((1..=notes).map(note));
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        around(&records, "225", class)
    };
    let what = |class: &str, said: &str, notes: usize| {
        let faults = read(of(class, said, notes).as_bytes()).faults;
        let about = faults.listed.into_iter().filter(|it| it.what.contains("addenda"));
        about.map(|it| format!("{}: {}", it.line, it.what)).collect::<Vec<_>>()
    };
    for class in ["ACK", "CCD", "CIE", "DNE", "PPD", "WEB"] {
        assert_eq!(what(class, "", 1), [""; 0], "{class}");
        let second =
            format!("5: a second addenda 05 of an entry of {class}, which has one at most");
        assert_eq!(what(class, "", 2), [second]);
        told(&of(class, "", 2), "a second addenda 05");
    }
    for class in ["ARC", "BOC", "POP", "RCK", "TEL", "TRC", "XCK"] {
        let first = format!("4: an addenda 05 of an entry of {class}, which has none");
        assert_eq!(what(class, "", 1), [first]);
    }
    assert_eq!(what("ENR", "", 3), [""; 0]);
    for class in ["CTX", "ATX", "TRX"] {
        assert_eq!(what(class, "0003", 3), [""; 0], "{class}");
        assert_eq!(what(class, "0003", 2), ["3: the entry says addenda 0003; it is 2"]);
        told(&of(class, "0003", 2), "3: the entry says addenda 0003; it is 2");
        assert_eq!(what(class, "", 1), ["3: the entry says addenda ; it is 1"]);
    }
}

/// A file of one batch of these records, whose totals are those of `like`.
fn around(records: &[&str], batch: &str, class: &str) -> String {
    let company = if class == "IAT" { "US123456789 " } else { "121042882 " };
    let header = if class == "IAT" {
        format!(
            "5{batch}                FF3               {company}IATTRADEPAYMTCADUSD260708   1231380100000001"
        )
    } else {
        format!(
            "5{batch}Your Company, in                    {company}{class}Vendor Pay      260708   1231380100000001"
        )
    };
    let mut lines = vec![
        "101 231380104 1210428822607060930A094101Federal Reserve Bank   My Bank Name                   ".to_owned(),
        header,
    ];
    lines.extend(records.iter().map(|it| format!("{it:<94}")));
    lines.join("\n")
}

const ABROAD: [&str; 8] = [
    "6221210428820007             0000100000123456789                              1231380100000001",
    "710ANN000000000000100000928383-23938          BEK Enterprises                          0000001",
    "711BEK Solutions                      15 West Place Street                             0000001",
    "712JacobsTown*PA\\                     US*19305\\                                        0000001",
    "713Wells Fargo                        01121042882                         US           0000001",
    "714Citadel Bank                       01231380104                         US           0000001",
    "7159874654932139872121 Front Street                                                    0000001",
    "716LetterTown*AB\\                     CA*80014\\                                        0000001",
];

#[test]
fn entries_that_go_abroad_have_their_seven_addenda() {
    let whole = around(&ABROAD, "220", "IAT");
    let file = read(whole.as_bytes());
    let what: Vec<&str> = file.faults.listed.iter().map(|it| it.what.as_str()).collect();
    assert!(what.iter().all(|it| it.contains("missing") || it.contains("blocks")), "{what:?}");
    assert_eq!(file.batches[0].entries[0].account, "123456789");
    let of = |from: &str, to: &str, said: &str| {
        assert!(whole.contains(from), "{from}");
        told(&whole.replacen(from, to, 1), said);
    };
    let order = "3: an international entry has addenda 10 to 16, once each and in this order";
    of(&format!("{}\n", ABROAD[4]), "", order);
    of("711BEK", "712BEK", order);
    of("710ANN", "710BIL", "4: a reason BIL of an international entry is not known");
    let last = ABROAD[7];
    of(last, &last.replace("0000001", "0000002"), "10: the addenda is of entry 0000002");
    of("01121042882", "04121042882", "7: the kind of the bank's number is 04");
    of("BEK Enterprises", "               ", "4: the addenda 10 is without the receiver's name");
    let note = format!("717A note{:75}00010000001", "");
    of(last, &[last, &note, &note, &note].join("\n"), "3: more than 2 addenda 17");
    of("FF3", "XX3", "2: how money is changed is XX; it is FV, VF or FF");
    of("FF3", "FF4", "2: the kind of reference of the rate is 4");
    of("   US123", "   U$123", "2: a country U$ is not known");
    of("CADUSD", "CAXUSD", "2: a currency CAX is not known");
    of("     US           ", "     QQ           ", "7: a country QQ is not known");
    of(
        "Citadel Bank",
        "Citadél Bank",
        "8: there are letters beyond ASCII in it; banks look up whose",
    );
}

#[test]
fn abroad_both_ways_may_be_under_one_class() {
    let back = ABROAD.map(|it| it.replacen("622", "627", 1));
    let mut records: Vec<&str> = ABROAD.to_vec();
    records.extend(back.iter().map(String::as_str));
    for class in ["200", "220", "225"] {
        let mut text = around(&records, class, "IAT");
        let sums = format!("0024208576{0:012}{0:012}", 100_000);
        let _ = writeln!(text, "\n8{class}000016{sums}{:35}231380100000001", "");
        let _ = writeln!(text, "900000100000200000016{sums}{:39}", "");
        let file = read(text.as_bytes());
        assert_eq!(file.faults.listed, [], "{class}");
        assert_eq!(file.totals(), (Money::from_cents(100_000), Money::from_cents(100_000)));
    }
    let home = around(&[], "220", "PPD");
    let debit = example().lines().nth(2).unwrap().to_owned();
    let control = format!("8220000001{:010}{:012}{:012}", 23_138_010, 10_000, 0);
    told(&[home, debit, control].join("\n"), "4: debits in a batch of credits (service class 220)");
}

#[test]
fn an_enrollment_moves_nothing_whatever_its_code() {
    let entry = "627231380104744-5678-99      0000000000location #23   Best Co. #23            1231380100000001";
    let note = format!("705A note{:74}00010000001", "");
    let said = |class: &str| {
        let faults = read(around(&[entry, &note], "225", class).as_bytes()).faults;
        faults.listed.into_iter().filter(|it| it.what.contains("of nothing")).count()
    };
    assert_eq!(["ACK", "ATX", "DNE", "ENR", "MTE", "PPD", "CCD"].map(said), [0, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn entries_by_telephone_name_the_customer() {
    let entry = |name: &str| {
        format!(
            "627231380104744-5678-99      0000010000location #23   {name:<22}  0231380100000001"
        )
    };
    let said = "3: an entry of TEL without the customer's name";
    for name in ["", "0000000000000000000000"] {
        told(&around(&[&entry(name)], "225", "TEL"), said);
        // Elsewhere banks take it.
        let file = read(around(&[&entry(name)], "225", "PPD").as_bytes());
        assert!(file.faults.listed.iter().all(|it| !it.what.contains("name")));
    }
    let back = "799R01091400600000001      09100001                                            091000017611242";
    let returned =
        entry("").replace("627", "626").replace("  0231380100000001", "  1231380100000001");
    let file = read(around(&[&returned, back], "225", "TEL").as_bytes());
    assert!(file.faults.listed.iter().all(|it| !it.what.contains("TEL")));
}

#[test]
fn changes_and_returns_say_what_they_are_about() {
    let entry = "621231380104744-5678-99      0000000000location #23   Best Co. #23            1231380100000001";
    let change = "798C01121042880000001      121042881918171614                                  091012980000088";
    let of = |records: &[&str], class: &str, said: &str| told(&around(records, "220", class), said);
    of(
        &[&entry.replace("  1231380100000001", "  0231380100000001")],
        "COR",
        "3: a notification of change (COR) without its addenda 98",
    );
    of(&[entry, &change.replace("C01", "C15")], "COR", "4: a change code C15 is not known");
    of(
        &[entry, &change.replace("C0112104288", "C01        ")],
        "COR",
        "4: the trace number of the entry that was sent is not fifteen digits",
    );
    of(
        &[entry, &change.replace("1918171614", "          ")],
        "COR",
        "4: a change without what is to be different",
    );
    of(
        &[&entry.replace("0000000000location", "0000000005location"), change],
        "COR",
        "3: a notification of change (COR) of 0.05; it moves nothing, and its amount is zero",
    );
    let back = "799R01091400600000001      09100001                                            091000017611242";
    of(
        &[entry, &back.replace("R01", "R99")],
        "PPD",
        "4: a return code R99 is not known; they are R01 to R85",
    );
    of(
        &[entry, change, back],
        "COR",
        "3: an entry that is a return (99) and a change (98) at once",
    );
    of(
        &[&entry.replace("  1231380100000001", "  0231380100000001")],
        "ENR",
        "3: an entry of ENR without its addenda 05",
    );
    let large = "627231380104744-5678-99      0000250001location #23   Best Co. #23            0231380100000001";
    of(&[large], "RCK", "3: 2500.01 is more than an entry of RCK may be");
}

#[test]
fn it_is_known_by_its_first_bytes() {
    assert!(begins(b"\n101 231380104 1210428822607060930A094101Bank"));
    // A wrong size is to be refused with its line, with blanks at the end or without.
    assert!(begins(format!("101 231380104 1210428822607060930A094109Bank{:50}", "").as_bytes()));
    assert!(begins(b"101 231380104 1210428822607060930A095101Bank"));
    // A batch without line ends.
    let record = format!("5220Company{:39}SHR{:41}", "", "");
    assert!(begins(record.repeat(3).as_bytes()));
    assert!(!begins(b"101RIVERTON  12104288222607060915"));
    for other in [
        "",
        "1",
        "100,NEM12,202601021200,MDP1,RET1",
        "meter,start,value",
        "101,1",
        "1\n2\n",
        "5,6",
        "6",
    ] {
        assert!(!begins(other.as_bytes()), "{other}");
    }
}

/// What a file comes to, in a line.
fn summary(name: &str, file: &File) -> String {
    let (debit, credit) = file.totals();
    let returns: Vec<String> =
        file.returns().map(|it| format!("{}:{}", it.code, it.trace)).collect();
    let changes: Vec<String> =
        file.changes().map(|it| format!("{}:{}", it.code, it.corrected)).collect();
    let how = match (&file.faults.refused, file.faults.listed.len()) {
        (Some(_), _) => "refused",
        (None, 0) => "read",
        (None, _) => "noted",
    };
    format!(
        "{name}|{how}|{}|{}|{}|{}|{}",
        file.batches.len(),
        file.entries(),
        debit.plain(),
        credit.plain(),
        [returns, changes].concat().join(" ")
    )
}

#[test]
fn real_files_are_read_or_refused_as_we_keep_it() {
    let Some(folder) = samples("nacha") else { return };
    let told: Vec<String> = files(&folder)
        .iter()
        .filter(|it| it.0.ends_with(".ach"))
        .map(|(name, bytes)| {
            assert_eq!(Kind::of(bytes), Some(Kind::Nacha), "{name}");
            summary(name, &read(bytes))
        })
        .collect();
    let kept: Vec<&str> = include_str!("nacha.totals").lines().skip(1).collect();
    assert_eq!(told, kept, "\n{}", told.join("\n"));
    assert!(
        kept.iter().all(|it| !it.to_lowercase().contains("invalid") || it.contains("|refused|"))
    );
}

#[test]
fn a_return_of_a_return_says_which_way_it_goes() {
    let Some(folder) = samples("nacha") else { return };
    let bytes = std::fs::read(folder.join("contested-return.ach")).unwrap();
    let stages: Vec<Stage> = read(&bytes).returns().map(|it| it.stage).collect();
    assert_eq!(stages, [Stage::Returned, Stage::Dishonored, Stage::Contested]);
    let words: Vec<&str> = stages.iter().map(|it| it.word()).collect();
    assert_eq!(words, ["returned", "dishonored", "contested"]);
}
