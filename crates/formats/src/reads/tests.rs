//! What each shape takes, and what it refuses with which words.

use meterbook_core::period::Zone;

use super::*;

#[derive(Default)]
struct Seen {
    rows: Vec<(u64, Row)>,
    rejects: Vec<(u64, String)>,
}

impl Lines for Seen {
    fn row(&mut self, line: u64, _: &[&str], row: Row) {
        self.rows.push((line, row));
    }

    fn reject(&mut self, line: u64, _: &[&str], reason: String) {
        self.rejects.push((line, reason));
    }
}

fn seen(text: &str) -> Seen {
    let mut seen = Seen::default();
    let shape = shape_of(text.as_bytes()).unwrap();
    let zone = Zone::named("America/Chicago").unwrap();
    read(text.as_bytes(), shape, &zone, None, &mut seen).unwrap();
    seen
}

fn refused(text: &str) -> String {
    let zone = Zone::named("America/Chicago").unwrap();
    let shape = match shape_of(text.as_bytes()) {
        Ok(shape) => shape,
        Err(why) => return why.to_string(),
    };
    read(text.as_bytes(), shape, &zone, None, &mut Seen::default()).unwrap_err().to_string()
}

fn starts(seen: &Seen) -> Vec<String> {
    let start = |it: &(u64, Row)| match &it.1.said {
        Said::Intervals { start, .. } => start.to_string(),
        Said::Register { on, .. } => on.to_string(),
    };
    seen.rows.iter().map(start).collect()
}

#[test]
fn the_hour_that_comes_twice_is_taken_in_the_order_of_the_file() {
    let seen = seen(
        "Meter,Timestamp,kWh\nE-1,2025-11-02 00:00,1\nE-1,2025-11-02 01:00,2\nE-1,2025-11-02 01:00,3\nE-1,2025-11-02 02:00,4\n",
    );
    assert_eq!(seen.rejects, []);
    assert_eq!(
        starts(&seen),
        [
            "2025-11-02T05:00:00Z",
            "2025-11-02T06:00:00Z",
            "2025-11-02T07:00:00Z",
            "2025-11-02T08:00:00Z"
        ]
    );
}

#[test]
fn a_long_line_that_says_nothing_is_rejected_with_its_number_and_reason() {
    let seen = seen(concat!(
        "\u{feff}meter,start,value,unit,flow\r\n",
        "E-1,2026-03-08T02:30:00,1,kWh,\r\n",
        ",2026-03-08T03:00:00,1,kWh,\r\n",
        "E-1,yesterday,1,kWh,\r\n",
        "E-1,2026-03-08T03:00:00,-1,kWh,\r\n",
        "E-1,2026-03-08T03:00:00,1,fathom,\r\n",
        "E-1,2026-03-08T03:00:00,1,kWh,up\r\n",
        "E-1,2026-03-08T03:00:00,\"1,5\",kWh,\r\n",
        "E-1,2026-03-08T03:00:00,1\r\n",
        "E-1,2026-03-08T03:00:00-05:00,0.125,kWh,received\r\n",
    ));
    let lines: Vec<u64> = seen.rejects.iter().map(|it| it.0).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9]);
    let says = [
        "ever showed",
        "names no meter",
        "no time",
        "below zero",
        "no unit",
        "no flow",
        "no number",
        "3 fields and the header 5",
    ];
    for ((_, reason), said) in seen.rejects.iter().zip(says) {
        assert!(reason.contains(said), "{reason} should say {said}");
    }
    assert_eq!(seen.rows.len(), 1);
    assert_eq!(seen.rows[0].1.flow, Some(Flow::Received));
}

#[test]
fn a_wide_day_has_23_24_or_25_hours() {
    let hours: Vec<String> = (1..=25).map(|it| it.to_string()).collect();
    let values = |count: usize| {
        let mut cells = vec!["1"; count];
        cells.resize(25, "");
        cells.join(",")
    };
    let text = format!(
        "meter,date,{}\nE-1,2026-03-08,{}\nE-1,2026-07-01,{}\nE-1,2025-11-02,{}\nE-1,2026-07-02,{}\n",
        hours.join(","),
        values(23),
        values(24),
        values(25),
        values(25)
    );
    let seen = seen(&text);
    let counts: Vec<usize> = seen
        .rows
        .iter()
        .map(|(_, row)| match &row.said {
            Said::Intervals { micro, .. } => micro.iter().flatten().count(),
            Said::Register { .. } => 0,
        })
        .collect();
    assert_eq!(counts, [23, 24, 25]);
    assert_eq!(seen.rejects.len(), 1);
    assert!(seen.rejects[0].1.contains("has no interval 25"), "{}", seen.rejects[0].1);
}

#[test]
fn a_wide_day_by_the_clock_leaves_the_hour_open_that_never_was() {
    let labels: Vec<String> = (0..24).map(|it| format!("{it:02}:00")).collect();
    let header = format!("meter,date,{}", labels.join(","));
    let mut cells = vec!["2"; 24];
    let full = format!("{header}\nE-1,2026-03-08,{}\n", cells.join(","));
    assert!(seen(&full).rejects[0].1.contains("has no interval 02:00"));
    cells[2] = "";
    let spring = format!("{header}\nE-1,2026-03-08,{}\n", cells.join(","));
    let Said::Intervals { micro, minutes, .. } = &seen(&spring).rows[0].1.said else { panic!() };
    assert_eq!((micro.len(), *minutes), (23, Some(60)));
    assert!(micro.iter().all(Option::is_some));
}

#[test]
fn registers_are_read_with_their_kind() {
    let seen = seen(
        "meter,date,index,kind\nG-1,2026-01-05,1204.5,E\nG-1,2026-02-30,1,A\nG-1,2026-02-04,7,guess\n",
    );
    let read = Said::Register {
        on: "2026-01-05".parse().unwrap(),
        index_micro: 1_204_500_000,
        kind: ReadKind::Estimated,
    };
    assert_eq!(seen.rows[0].1.said, read);
    assert!(seen.rejects[0].1.contains("no day") && seen.rejects[1].1.contains("no kind"));
}

#[test]
fn a_quote_that_closes_on_its_line_is_read() {
    let seen = seen(
        "\"meter\",date,index,note\nE-1,2026-01-01,\"1\",\"say \"\"so\"\", twice\"\nE-1,2026-01-02,2,5\" pipe\n",
    );
    assert_eq!((seen.rows.len(), seen.rejects.len()), (2, 0));
}

#[test]
fn a_file_that_is_no_file_of_reads_is_refused() {
    assert!(refused("").contains("empty"));
    assert!(refused("a,b,c\n1,2,3\n").contains("header we know"));
    assert!(refused("meter,date,00:00,07:00\n").contains("make no day"));
    assert!(refused("<feed><entry></feed>").contains("no whole XML"));
    assert!(refused("<feed><entry>").contains("ends inside"));
    assert!(refused("<feed></feed>").contains("no interval value"));
    // The lines after an open quote were once lost in it: 0 accepted, 1 rejected.
    for text in [
        "meter,date,index\nE-1,2026-01-01,1\nE-1,2026-01-02,\"2\nE-1,2026-01-03,3\n",
        "meter,date,index\r\nE-1,2026-01-01,1\r\nE-1,2026-01-02,\"2\r\n",
        "meter,date,index,note\n\nE-1,2026-01-02,2,\"a\nE-1,2026-01-03,3,b\nE-1,2026-01-04,4,\"c\"\n",
    ] {
        assert!(refused(text).contains("line 3 opens a quote"), "{}", refused(text));
    }
    assert!(refused("meter,date,index,\"note\nE-1,2026-01-02,2,\n").contains("line 1 opens"));
    let mut bytes = b"meter,start,value\nE-1,2026-01-01T00:00:00Z,1\n".to_vec();
    bytes.extend(b"E-\xff,x,1\n");
    let zone = Zone::utc();
    let why = read(&bytes, Shape::Long, &zone, None, &mut Seen::default()).unwrap_err();
    assert_eq!(why, NotRead::NotText { line: 3 });
}

/// A feed with one reading of 1250, estimated.
fn feed(uom: &str, power: &str, flow: &str, seconds: &str) -> String {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:espi='http://naesb.org/espi'>\
             <entry><link rel='self' href='/UsagePoint/1'/><title>E-1</title><content><espi:UsagePoint/></content></entry>\
             <entry><link rel='self' href='/UsagePoint/1/MeterReading/1'/><link rel='related' href='/ReadingType/7'/><content><espi:MeterReading/></content></entry>\
             <entry><link rel='self' href='/ReadingType/7'/><content><espi:ReadingType><espi:flowDirection>{flow}</espi:flowDirection>\
             <espi:powerOfTenMultiplier>{power}</espi:powerOfTenMultiplier><espi:uom>{uom}</espi:uom></espi:ReadingType></content></entry>\
             <entry><link rel='self' href='/UsagePoint/1/MeterReading/1/IntervalBlock/1'/><content><espi:IntervalBlock>\
             <espi:IntervalReading><espi:ReadingQuality><espi:quality>8</espi:quality></espi:ReadingQuality><espi:timePeriod><espi:duration>{seconds}</espi:duration><espi:start>1293868800</espi:start></espi:timePeriod>\
             <espi:value>1250</espi:value></espi:IntervalReading></espi:IntervalBlock></content></entry></feed>"
    )
}

#[test]
fn green_button_values_come_in_our_units() {
    let row = &seen(&feed("72", "0", "19", "900")).rows[0].1;
    assert_eq!(
        (row.meter.as_str(), row.unit, row.flow),
        ("E-1", Some(Unit::Kwh), Some(Flow::Received))
    );
    // A file that does not say which way leaves it open: a meter may count both.
    assert_eq!(seen(&feed("72", "0", "0", "900")).rows[0].1.flow, None);
    let start = "2011-01-01T08:00:00Z".parse().unwrap();
    assert_eq!(
        row.said,
        Said::Intervals { start, minutes: Some(15), micro: vec![Some(1_250_000)], estimated: true }
    );
    for (uom, power, flow, seconds, says) in [
        ("72", "0", "1", "86400", "86400 seconds"),
        ("38", "0", "1", "900", "no use of energy"),
        ("72", "-9", "1", "900", "finer than a millionth"),
        ("72", "0", "4", "900", "neither forward"),
    ] {
        let seen = seen(&feed(uom, power, flow, seconds));
        assert!(seen.rejects[0].1.contains(says), "{}", seen.rejects[0].1);
    }
}

/// Gives every line back, as a person who mends none of them would.
#[derive(Default)]
struct Back(Vec<Vec<String>>);

impl Lines for Back {
    fn row(&mut self, line: u64, fields: &[&str], _: Row) {
        self.reject(line, fields, String::new());
    }

    fn reject(&mut self, _: u64, fields: &[&str], _: String) {
        self.0.push(fields.iter().map(|it| (*it).to_owned()).collect());
    }
}

/// What `text` says when its lines are given back as CSV and that is read.
fn given_back(text: &str) -> Seen {
    let mut back = Back::default();
    let shape = shape_of(text.as_bytes()).unwrap();
    read(text.as_bytes(), shape, &Zone::utc(), None, &mut back).unwrap();
    back.0.insert(0, header_of(text.as_bytes(), shape));
    seen(&String::from_utf8(csv_lines(&back.0)).unwrap())
}

#[test]
fn a_green_button_reading_that_is_given_back_says_the_same() {
    // 1250 Wh sent back, estimated: not 1250 kWh delivered.
    let text = feed("72", "0", "19", "900");
    let back = given_back(&text);
    assert_eq!(back.rejects, []);
    assert_eq!(back.rows[0].1, seen(&text).rows[0].1);
}

#[test]
fn a_green_button_reading_we_do_not_understand_is_refused_again() {
    let typeless = feed("72", "0", "1", "900").replace("ReadingType>", "Reading>");
    for text in [
        typeless,
        feed("38", "0", "1", "900"),
        feed("72", "-9", "1", "900"),
        feed("72", "0", "4", "900"),
        feed("72", "0", "1", "900").replace(
            "</espi:uom>",
            "</espi:uom><espi:accumulationBehaviour>3</espi:accumulationBehaviour>",
        ),
    ] {
        let back = given_back(&text);
        assert_eq!(back.rows, []);
        assert!(back.rejects[0].1.contains("? is no unit"), "{}", back.rejects[0].1);
    }
}

#[test]
fn a_long_line_may_say_how_long_its_interval_is() {
    let seen = seen(
        "meter,start,value,minutes\nE-1,2026-03-01T00:00:00Z,1,15\nE-1,2026-03-01T00:00:00Z,1,1440\n",
    );
    let Said::Intervals { minutes, .. } = seen.rows[0].1.said else { panic!() };
    assert_eq!(minutes, Some(15));
    assert!(seen.rejects[0].1.contains("not 1440"), "{}", seen.rejects[0].1);
}

/// Every sample of the trade is read, or says in every line why not.
#[test]
fn the_samples_of_the_trade_are_read() {
    let folder = std::env::var("METERBOOK_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(files) = std::fs::read_dir(format!("{folder}/samples/green_button")) else {
        println!("skipped: there are no samples in {folder}");
        return;
    };
    let mut taken = 0;
    for file in
        files.map(|it| it.unwrap().path()).filter(|it| it.extension().is_some_and(|it| it == "xml"))
    {
        let bytes = std::fs::read(&file).unwrap();
        let mut seen = Seen::default();
        let ended = read(&bytes, Shape::GreenButton, &Zone::utc(), Some("E-1"), &mut seen);
        println!(
            "{}: {:?}, {} rows, {} rejects {:?}",
            file.display(),
            ended,
            seen.rows.len(),
            seen.rejects.len(),
            seen.rejects.first()
        );
        taken += seen.rows.len();
        assert!(ended.is_err() || !seen.rows.is_empty() || !seen.rejects.is_empty());
    }
    assert!(1_000 < taken, "{taken}");
}

#[test]
fn what_is_no_csv_of_ours_is_refused_with_what_to_do() {
    let why = |bytes: &[u8]| shape_of(bytes).unwrap_err().to_string();
    let text = "meter,start,value\nE-1,2026-01-01T00:00:00Z,1\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little] {
        assert!(why(&bytes).contains("is UTF-16"), "{}", why(&bytes));
    }
    for (mark, said) in [(";", "stand a ;"), ("\t", "stand tabs"), ("|", "stand a |")] {
        let why = why(text.replace(',', mark).as_bytes());
        assert!(why.contains(said) && why.contains("meterbook profile"), "{why}");
    }
    assert_eq!(shape_of(b"E-1;2026-01-01;1\n"), Err(NotRead::UnknownShape));
    assert_eq!(shape_of(b"x"), Err(NotRead::UnknownShape));
    let message = "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.052.001.08\">";
    assert!(why(message.as_bytes()).starts_with("it is the message camt.052.001.08 of a bank"));
    assert_eq!(shape_of(b"<feed xmlns=\"http://www.w3.org/2005/Atom\">"), Ok(Shape::GreenButton));
}

#[test]
fn numbers_as_databases_write_them_are_numbers() {
    let value = crate::reads::columns::value;
    assert_eq!((value(".5"), value("0.2500000000")), (Ok(500_000), Ok(250_000)));
    assert_eq!((value("3.0000000"), value(".000001")), (Ok(3_000_000), Ok(1)));
    for wrong in [".", "", "0.1234567", "1e3", ".5.0", "..5", "0.5000000x", "1,5"] {
        assert!(value(wrong).is_err(), "{wrong}");
    }
    assert!(value("-.5").unwrap_err().contains("below zero"));
}
