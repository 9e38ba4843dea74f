//! NEM12 and NEM13: the samples give the totals of another reader, and the rules hold.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{channels, files, looked, notes, read, refused, samples};

/// A day of the same value in intervals of `minutes`.
fn values(minutes: u32, value: &str) -> String {
    let many = usize::try_from(1440_u32.div_euclid(minutes)).unwrap();
    vec![value; many].join(",")
}

fn file(records: &str) -> String {
    format!("100,NEM12,202601021200,MDP1,RET1\n{records}900\n")
}

#[test]
fn samples_give_the_totals_of_another_reader() {
    let Some(folder) = samples("nem12/valid") else { return };
    let mut expected: BTreeMap<&str, BTreeMap<&str, (u64, &str)>> = BTreeMap::new();
    for line in include_str!("nem12.totals").lines().skip(1) {
        let [file, channel, values, total] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let values = values.parse().unwrap();
        expected.entry(file).or_default().insert(channel, (values, total));
    }
    let files = files(&folder);
    assert_eq!(files.len(), expected.len());
    for (name, bytes) in &files {
        let found = looked(bytes, None);
        assert!(found.refused.is_none(), "{name}: {:?}", found.refused);
        let ours: BTreeMap<&str, (u64, &str)> = found
            .channels
            .iter()
            .map(|it| (it.id.as_str(), (it.values, it.total.as_str())))
            .collect();
        assert_eq!(ours, expected[name.as_str()], "{name}");
    }
}

#[test]
fn invalid_samples_are_refused() {
    let Some(folder) = samples("nem12/invalid") else { return };
    for (name, bytes) in files(&folder) {
        let found = looked(&bytes, None);
        assert!(found.refused.is_some(), "{name}");
        assert!(found.channels.is_empty() && !found.rejects.is_empty(), "{name}");
    }
}

#[test]
fn a_day_is_of_market_time_and_parts_of_it_have_their_own_quality() {
    let day = values(30, "0.5");
    let found = read(&file(&format!(
        "200,NEM1234567,E1,E1,E1,N1,M-1,KWH,30,\n300,20261004,{day},V,,,20261005,\n400,1,2,A,,\n400,3,47,S14,32,\n400,48,48,N,,\n"
    )));
    assert_eq!(channels(&found), ["NEM1234567/E1 kWh 48 24 A2 N1 S45"]);
    assert_eq!(found.channels[0].from, "2026-10-04T00:00:00+10:00");
    assert_eq!(found.channels[0].to, "2026-10-05T00:00:00+10:00");
    assert_eq!(notes(&found), []);
}

#[test]
fn units_in_any_letters_are_told_in_ours_too() {
    let (wh, mwh) = (values(15, "250"), values(5, "0.001"));
    let found = read(&file(&format!(
        "200,N1,E1Q1,1,E1,,M-1,wh,15,\n300,20260101,{wh},A,,,20260102,\n200,N1,E1Q1,2,B1,,M-1,MWH,5,\n300,20260101,{mwh},A,,,20260102,\n"
    )));
    let ours: Vec<String> = found
        .channels
        .iter()
        .map(|it| it.ours.as_ref().map_or(String::new(), |(unit, total)| format!("{total} {unit}")))
        .collect();
    assert_eq!(channels(&found), ["N1/E1 Wh 96 24000 A96", "N1/B1 MWh 288 0.288 A288"]);
    assert_eq!(ours, ["24 kWh", "288 kWh"]);
}

#[test]
fn days_out_of_order_count_and_a_day_that_comes_again_counts_once() {
    let (one, two) = (values(30, "1"), values(30, "2"));
    let found = read(&file(&format!(
        "200,N1,E1,1,E1,,M-1,kWh,30,\n300,20260103,{one},A,,,20260104000000,\n300,20260101,{one},A,,,20260104000000,\n\
         300,20260101,{two},F14,,,20260105000000,\n300,20260103,{two},E52,,,20260101000000,\n\
         200,N1,E1,1,E1,,M-2,kWh,30,\n300,20260103,{two},A,,,20260104000000,\n"
    )));
    // A day of another meter is another part of the day: the meter was exchanged.
    assert_eq!(channels(&found), ["N1/E1 kWh 144 240 A96 F48"]);
    assert_eq!(found.channels[0].meters, ["M-1", "M-2"]);
    assert_eq!(found.channels[0].from, "2026-01-01T00:00:00+10:00");
    assert_eq!(
        notes(&found),
        [
            (5, "the day came in line 4 already; this one stands"),
            (6, "the day was updated later in line 3; passed over"),
        ]
    );
}

#[test]
fn what_is_sloppy_is_read_and_noted() {
    let day = values(30, "1");
    let mut odd: Vec<String> = vec!["1".to_owned(); 48];
    odd[0] = "1.5E-1".to_owned();
    odd[1] = "n/a".to_owned();
    odd[2] = String::new();
    odd[3] = "0.00000049".to_owned();
    let odd = odd.join(",");
    let text = format!(
        "\u{feff}\r\n\"100\",\"nem12\",\r\n200,N1,,1,,,,kWh,30\r\n300,20260101,{day},A\r\n300,20260102, {odd} ,a,,\"moved, then read\",20260103,,,,\r\n\
         400,2,2,E52,,\r\n600,what is this\r\n900,,\r\n100,NEM12,,,\r\n200,N2,,1,E1,,,furlong,60,\r\n300,20260101,{},,,,20260102,\r\n",
        values(60, "2")
    );
    let found = read(&text);
    assert_eq!(channels(&found), ["N1/1 kWh 96 92.15 A95 E1", "N2/E1 furlong 24 48 A24"]);
    assert_eq!(found.channels[0].blank, 2);
    let mut heads = String::new();
    for (line, what) in notes(&found) {
        writeln!(heads, "{line} {what}").unwrap();
    }
    assert_eq!(
        heads,
        "3 N1 has no suffix; its register 1 stands for it\n\
         4 the record ends before the time of its update; it should have all fields\n\
         5 n/a in interval 2 is no number\n\
         5 1 of 48 values are blank\n\
         5 1 values are finer than a millionth; rounded\n\
         6 a 400 record under a day whose quality is not V; what it says is taken\n\
         7 a record 600 is not known; passed over\n\
         9 a second 100 record; the file is two in one, both are read\n\
         10 intervals of 60 minutes; the market has 5, 15 and 30\n\
         10 furlong is no unit that we know\n\
         11 the day has no quality; it is taken as actual\n\
         11 the file ends without its 900 record; it may be cut off\n"
    );
}

#[test]
fn basic_meters_say_what_was_used_between_two_reads() {
    let text = "100,NEM13,202601021200,MDP1,RET1\n\
        250,N1,1141,1,11,11,M-1,E,9999941.00,20041001000000,A,,,0000106.00,20050101111500,A,,,165,KWH,20050601,20050520113808,\n\
        550,N,,A,\n\
        250,N1,1141,1,41,41,M-1,I,10,20050101,A,,,12.5,200504010930,E65,77,,,MWH,,,\n\
        900\n";
    let found = read(text);
    assert_eq!(found.format, "nem13");
    assert_eq!(channels(&found), ["N1/11 kWh 1 165 A1", "N1/41 MWh 1 2.5 E1"]);
    assert_eq!(found.channels[0].from, "2004-10-01T00:00:00+10:00");
    assert_eq!(found.channels[0].to, "2005-01-01T11:15:00+10:00");
    assert_eq!(notes(&found), [(4, "the quantity is blank; it is worked out of the reads")]);
}

#[test]
fn a_record_that_breaks_the_layout_refuses_the_file_with_its_line() {
    let (half, quarter) = (values(30, "1"), values(15, "1"));
    let channel = "200,N1,E1,1,E1,,M-1,kWh,30,\n";
    let cases = [
        ("200,N1,E1,1,E1,,M-1,kWh,30,\n".to_owned(), "line 1: the file begins with 200"),
        ("100,NEM15,x\n".to_owned(), "line 1: NEM15 is neither NEM12 nor NEM13"),
        (file(""), "line 2: the file ends without one 300 or 250 record"),
        (file(&format!("{channel}300,20260101,{quarter},A,,,2026,\n")), "line 3: 96 values"),
        (
            file(&format!("200,N1,E1,1,E1,,M-1,kWh,15,\n300,20260101,{half},A,,,2026,\n")),
            "line 3: 48 values",
        ),
        (file(&format!("{channel}300,20260101,1,2,3\n")), "line 3: 5 fields"),
        (file(&format!("{channel}300,20260101,{half},X,,,2026,\n")), "line 3: X where the quality"),
        (file(&format!("{channel}300,20260231,{half},A,,,2026,\n")), "line 3: 20260231 is no day"),
        (file(&format!("300,20260101,{half},A,,,2026,\n")), "line 2: a 300 record before any 200"),
        (file("200,N1,E1,1,E1,,M-1,kWh,7,\n"), "line 2: an interval length of 7 minutes"),
        (file("200,N1,E1,1,E1,,M-1,kWh,0,\n"), "line 2: an interval length of 0 minutes"),
        (file("200,,E1,1,E1,,M-1,kWh,30,\n"), "line 2: a record without an NMI"),
        (file("200,N1,E1\n"), "line 2: a 200 record with 3 fields"),
        (file("250,N1,E1\n"), "line 2: a 250 record in a NEM12 file"),
        (file("total,5\n"), "line 2: total is no number of a record"),
        (file("400,1,2,A,,\n"), "line 2: a 400 record without a 300"),
        (
            file(&format!("{channel}300,20260101,{half},V,,,2026,\n400,0,2,A,,\n")),
            "line 4: interval 0 of a day that has 48",
        ),
        (
            file(&format!("{channel}300,20260101,{half},V,,,2026,\n400,48,49,A,,\n")),
            "line 4: interval 49 of a day",
        ),
        (
            file(&format!("{channel}300,20260101,{half},V,,,2026,\n400,1,47,A,,\n")),
            "line 3: its 400 records leave 1 of 48 intervals",
        ),
        (
            file(&format!("{channel}300,20260101,{half},V,,,2026,\n400,9,8,A,,\n")),
            "line 4: intervals 9 to 8",
        ),
        (
            file(&format!("{channel}300,20260101,{half},V,,,2026,\n400,1,2,,,\n")),
            "line 4: a blank is no quality",
        ),
    ];
    for (text, why) in cases {
        let said = refused(&text);
        assert!(said.starts_with(why), "{said}\n{why}");
    }
}

#[test]
fn a_day_that_varies_without_a_word_how_is_left_open() {
    let text = file(&format!(
        "200,N1,E1,1,E1,,M-1,kWh,30,\n300,20260101,{},V,,,20260102,\n",
        values(30, "1")
    ));
    let found = read(&text);
    assert_eq!(channels(&found), ["N1/E1 kWh 48 48 V48"]);
    assert_eq!(notes(&found).len(), 1);
}
