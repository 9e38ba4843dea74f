//! BAI lockbox: cheques, what came with them, and totals, with an example of our own.

use jiff::civil::date;
use meterbook_core::money::Money;
use meterbook_formats::payments::Kind;
use meterbook_formats::payments::lockbox::{File, Layout, begins};

fn read(text: &str) -> File {
    meterbook_formats::payments::lockbox::read(text.as_bytes(), &Layout::TYPICAL)
}

fn batch(number: u32) -> String {
    format!("5{number:03}0000012345260706RIVERTON  1210428822")
}

fn item(batch: u32, number: u32, cents: u32, keyed: &str) -> String {
    format!("6{batch:03}{number:03}{cents:010}23138010400001234560000001234{keyed}")
}

fn overflow(batch: u32, number: u32, nth: u32, last: u32, keyed: &str) -> String {
    format!("4{batch:03}{number:03}6{nth:02}{last}{keyed}")
}

fn total(batch: u32, items: u32, cents: u32) -> String {
    format!("7{batch:03}0000012345260706{items:03}{cents:010}")
}

/// Two batches of one lockbox, with an overflow.
pub(super) fn example() -> String {
    let lines = [
        "100RIVERTON  12104288222607060915".to_owned(),
        "2RIVERTON  1210428822000000000040008008001".to_owned(),
        batch(1),
        item(1, 1, 8_745, "100017 00008745"),
        overflow(1, 1, 1, 0, "100018"),
        overflow(1, 1, 2, 9, "100019"),
        item(1, 2, 10_000, ""),
        total(1, 2, 18_745),
        batch(2),
        item(2, 1, 1, "100020 00000001"),
        total(2, 1, 1),
        "8000000001234526070600030000018746".to_owned(),
        "9000013".to_owned(),
    ];
    lines.join("\n") + "\n"
}

#[track_caller]
fn told(text: &str, said: &str) {
    let faults = read(text).faults;
    let all: Vec<String> =
        faults.listed.iter().map(|it| format!("{}: {}", it.line, it.what)).collect();
    assert!(all.iter().any(|it| it.contains(said)), "{said} is not in {all:#?}");
    assert!(faults.refused.is_some());
}

#[track_caller]
fn with(from: &str, to: &str, said: &str) {
    assert!(example().contains(from), "{from}");
    told(&example().replacen(from, to, 1), said);
}

#[test]
fn cheques_keep_what_came_with_them() {
    let file = read(&example());
    assert_eq!(file.faults.listed, []);
    assert_eq!((file.items(), file.total()), (3, Money::from_cents(18_746)));
    let [first, second] = file.batches.as_slice() else { panic!("two batches") };
    assert_eq!((first.lockbox.as_str(), first.number.as_str()), ("0012345", "001"));
    assert_eq!((first.deposited, file.made), (Some(date(2026, 7, 6)), Some(date(2026, 7, 6))));
    assert_eq!(second.total(), Money::from_cents(1));
    let item = &first.items[0];
    assert_eq!(item.amount, Money::from_cents(8_745));
    assert_eq!((item.routing.as_str(), item.account.as_str()), ("231380104", "0000123456"));
    assert_eq!(item.cheque, "0000001234");
    assert_eq!(item.keyed, ["100017 00008745", "100018", "100019"]);
    assert!(first.items[1].keyed.is_empty());
}

#[test]
fn it_is_known_by_its_first_records() {
    assert_eq!(Kind::of(example().as_bytes()), Some(Kind::Lockbox));
    let without: Vec<String> = example().lines().skip(2).map(str::to_owned).collect();
    assert_eq!(Kind::of(without.join("\n").as_bytes()), Some(Kind::Lockbox));
    assert!(!begins(b"200,N1,E1,1,E1,,M-1,KWH,30,\n300,20260101,1\n"));
}

#[test]
fn records_without_line_ends_are_as_long_as_the_service_record_says() {
    for length in [80, 104] {
        let text = example().replace("400080080", &format!("400{length:03}080"));
        let text: String = text.lines().map(|it| format!("{it:<length$}")).collect();
        assert_eq!(Kind::of(text.as_bytes()), Some(Kind::Lockbox));
        let file = read(&text);
        let told: Vec<&str> = file.faults.listed.iter().map(|it| it.what.as_str()).collect();
        let cut = format!("the file has no line ends; it is read as records of {length}");
        assert_eq!((told, file.total()), (vec![&*cut], Money::from_cents(18_746)));
        assert!(read(&text[..text.len() - 2 * length]).faults.refused.is_some());
        // Of another length than it says it is no such file.
        assert_eq!(
            Kind::of(
                text.replacen("400080", "400081", 1).replacen("400104", "400105", 1).as_bytes()
            ),
            None
        );
    }
}

#[test]
fn batches_of_one_header_are_told_apart_by_their_numbers() {
    let one = example().replace(&format!("{}\n", batch(2)), "").replace("9000013", "9000012");
    let file = read(&one);
    assert_eq!(file.faults.listed, []);
    assert_eq!(file.batches.len(), 2);
    assert_eq!(file.batches[1].lockbox, "0012345");
}

#[test]
fn a_bank_that_writes_numbers_and_totals_elsewhere_is_read_by_its_layout() {
    // Batches and cheques have four digits, the lockbox twelve, counts and totals stand further on.
    let text = [
        "100RIVERTON  12104288222607060915",
        "2RIVERTON  1210428822000000000040008008001",
        "50001   000000012345   260706RIVERTON",
        "6000100010000008745231380104000012345600000012345100017",
        "4000100016010009100018",
        "6000100020000000001231380104000012345600000012345",
        "70001   000000012345   260706000020000000008746",
        "8       000000012345   260706000020000000008746",
        "9      0000009",
    ]
    .join("\n");
    let layout = "batch 2-5\nitem 6-9\nlockbox 9-20\ndeposited 24-29\namount 10-19\nrouting 20-28\n\
        account 29-38\ncheque 39-49\nkeyed 50-160\nlast 16-16\nmore 17-160\nbatch-count 30-34\n\
        batch-total 35-47\nlockbox-count 30-34\nlockbox-total 35-47\nrecords 8-14\n";
    let of = |layout: &str| {
        let layout = Layout::parse(layout).unwrap();
        meterbook_formats::payments::lockbox::read(text.as_bytes(), &layout)
    };
    let file = of(layout);
    assert_eq!(file.faults.listed, []);
    let batch = &file.batches[0];
    assert_eq!((batch.number.as_str(), batch.deposited), ("0001", Some(date(2026, 7, 6))));
    assert_eq!((file.items(), file.total()), (2, Money::from_cents(8_746)));
    assert_eq!(batch.items[0].keyed, ["100017", "100018"]);
    assert_eq!(batch.items[1].number, "0002");
    for (line, wrong) in [("records 8-14", ""), ("batch-total 35-47", ""), ("item 6-9", "")] {
        assert!(of(&layout.replace(line, wrong)).faults.refused.is_some(), "{line}");
    }
}

/// The example without records of some kinds.
fn lacking(kinds: &str) -> String {
    let kept = |it: &&str| !kinds.contains(&it[..1]);
    example().lines().filter(kept).map(|it| format!("{it}\n")).collect()
}

fn by(layout: &str, text: &str) -> File {
    let layout = Layout::parse(layout).unwrap();
    meterbook_formats::payments::lockbox::read(text.as_bytes(), &layout)
}

#[test]
fn a_bank_that_never_writes_some_records_is_read_by_what_its_layout_says() {
    for (without, kinds) in [("1", "1"), ("9", "9"), ("7 8 9", "789"), ("1 2 7 8 9", "12789")] {
        let file = by(&format!("without {without}"), &lacking(kinds));
        let listed: Vec<&str> = file.faults.listed.iter().map(|it| it.what.as_str()).collect();
        let trailer = !kinds.contains('9');
        assert_eq!(listed.len(), usize::from(trailer), "{without}: {listed:?}");
        assert_eq!((file.items(), file.total()), (3, Money::from_cents(18_746)), "{without}");
        assert_eq!(file.batches[1].deposited, Some(date(2026, 7, 6)), "{without}");
    }
    // Its trailer counts the records that there are.
    let text = lacking("78").replace("9000013", "9000010");
    assert_eq!(by("without 7\nwithout 8", &text).faults.listed, []);
    // Without headers of batches, cheques say their batch and the file its day.
    let text = lacking("5").replace("9000013", "9000011");
    let file = by("without 5", &text);
    assert_eq!(file.faults.listed, []);
    let told: Vec<_> = file.batches.iter().map(|it| (&*it.number, it.deposited)).collect();
    let day = Some(date(2026, 7, 6));
    assert_eq!(told, [("001", day), ("002", day)]);
}

#[test]
fn what_a_layout_does_not_say_is_missing_is_refused_with_the_way_out() {
    for (kind, says) in [
        (
            "1",
            "1: the header (1) is missing; a file begins with it; where the bank never writes one, say so in its layout: without 1",
        ),
        (
            "5",
            "3: a cheque outside of a batch; its header (5) is missing; where the bank never writes one, say so in its layout: without 5",
        ),
        (
            "7",
            "the total (7) of the batch in line 3 is missing; where the bank never writes one, say so in its layout: without 7",
        ),
        (
            "8",
            "the total (8) of a lockbox is missing; where the bank never writes one, say so in its layout: without 8",
        ),
        (
            "9",
            "the trailer (9) is missing; the file may be cut off; where the bank never writes one, say so in its layout: without 9",
        ),
    ] {
        told(&lacking(kind), says);
    }
    // One kind that never comes does not let another be missing.
    let whole = |layout: &str, text: &str| by(layout, text).faults.refused.is_none();
    for (layout, kinds) in [("without 9", "79"), ("without 9", "89"), ("without 8 9", "789")] {
        assert!(!whole(layout, &lacking(kinds)), "{layout}: {kinds}");
    }
    let cut: String = lacking("9").lines().take(9).map(|it| format!("{it}\n")).collect();
    assert!(!whole("without 9", &cut) && !whole("without 8 9", &cut));
    // What is said never to come and comes is another bank's file, or another layout.
    let why = by("without 9", &example()).faults.refused.unwrap();
    assert_eq!(why.line, 13);
    assert!(why.what.starts_with("a record 9, and the layout says that none comes"), "{why:?}");
}

#[test]
fn a_record_that_ends_in_its_amount_is_no_smaller_amount() {
    let text = lacking("789");
    let cut = &text[..text.find("231380104").unwrap() - 1];
    let why = by("without 7 8 9", cut).faults.refused.unwrap();
    assert_eq!(
        (why.line, &*why.what),
        (4, "the record ends before its amount does; the file may be cut off")
    );
}

#[test]
fn a_count_longer_than_its_columns_says_its_end() {
    let mut lines = vec!["100RIVERTON  12104288222607060915".to_owned()];
    lines.push("2RIVERTON  1210428822000000000040008008001".to_owned());
    for number in 0..21 {
        lines.push(batch(number));
        lines.extend((0..500).map(|it| item(number, it, 1, "")));
        lines.push(total(number, 500, 500));
    }
    // 10,500 cheques in a field of four.
    lines.push("8000000001234526070605000000010500".to_owned());
    lines.push(format!("9{:06}", lines.len() + 1));
    assert_eq!(read(&lines.join("\n")).faults.listed, []);
}

#[test]
fn totals_are_compared() {
    with(&total(1, 2, 18_745), &total(1, 3, 18_745), "8: the batch says 003 cheques; there are 2");
    with(&total(1, 2, 18_745), &total(1, 2, 18_744), "8: the batch says 187.44; it is 187.45");
    with(&total(1, 2, 18_745), &total(3, 2, 18_745), "8: the total of batch 003 closes batch 001");
    with("60003000001", "60004000001", "12: the lockbox says 0004 cheques; there are 3");
    with("0000018746", "0000018747", "12: the lockbox says 187.47; it is 187.46");
    with("8000000001", "8000000009", "12: the total of lockbox 0092345 closes lockbox 0012345");
    with("9000013", "9000014", "13: the trailer says 000014 records; there are 13");
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_line() {
    with("260706091", "261306091", "1: it was made on 261306, which is no day");
    with("000400080", "000500080", "2: a service 500 is no lockbox; lockboxes are 400");
    with("08008001\n", "08008002\n", "2: records of variable length (format 2)");
    with("0000008745231", "00000X8745231", "4: the amount is no number");
    with(
        &overflow(1, 1, 1, 0, ""),
        &overflow(1, 2, 1, 0, ""),
        "5: an overflow of item 002 below item 001",
    );
    with(
        &overflow(1, 1, 1, 0, ""),
        &overflow(1, 1, 1, 9, ""),
        "6: an overflow follows the last one",
    );
    with(&item(1, 2, 10_000, ""), &item(1, 1, 10_000, ""), "7: two cheques of one number");
    with(&batch(1), &overflow(1, 1, 1, 0, ""), "an overflow (4) without a cheque (6)");
    with(&batch(1), &total(1, 0, 0), "3: the total (7) of a batch that is not open");
    with(
        &format!("{}\n", batch(1)),
        "",
        "3: a cheque outside of a batch; its header (5) is missing",
    );
    with(&format!("{}\n", total(2, 1, 1)), "", "the total (7) of the batch in line 9 is missing");
    with("9000013", "", "the trailer (9) is missing; the file may be cut off");
    with("9000013\n", "9000013\n9000014\n", "14: a record follows the trailer (9)");
    with("100RIV", "300RIV", "1: the header (1) is missing; a file begins with it");
    with("100RIV", "300RIV", "1: a record 3 is not known");
    with(&batch(1), "100RIVERTON  12104288222607060915", "3: a second header (1)");
    with("8000000001234526070600030000018746\n", "", "12: the total (8) of a lockbox is missing");
    with(
        &total(1, 2, 18_745),
        &format!("{}\n{}", total(1, 2, 18_745), item(1, 3, 1, "")),
        "9: a cheque follows the total (7)",
    );
    told("", "there is no record in the file");
}

#[test]
fn another_bank_has_other_columns() {
    let layout = Layout { amount: (8, 16), keyed: (20, 30), ..Layout::TYPICAL };
    let text = format!("{}\n6001001000008745   100017     \n", batch(1));
    let file = meterbook_formats::payments::lockbox::read(text.as_bytes(), &layout);
    assert_eq!(file.batches[0].items[0].amount, Money::from_cents(8_745));
    assert_eq!(file.batches[0].items[0].keyed, ["100017"]);
}
