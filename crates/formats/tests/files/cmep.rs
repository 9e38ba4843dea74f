//! CMEP: intervals, registers and times of use, with examples of our own.

use meterbook_core::period::Zone;

use super::{channels, looked, notes, read, refused};

/// A MEPMD01 record.
fn record(meter: &str, unit: &str, constant: &str, interval: &str, sets: &[&str]) -> String {
    format!(
        "MEPMD01,19970819,Head,CU:1,Util,,202601020310,{meter},OK,E,{unit},{constant},{interval},{},{}\n",
        sets.len(),
        sets.join(",")
    )
}

#[test]
fn sets_without_a_time_follow_the_one_before() {
    let sets = ["202601010015,R0,1.5", ",E,2", ",,0.25", ",N,0", "202601010130,A64,1", ",R,-0.5"];
    let found = read(&record("M-1", "KWH", "", "00000015", &sets));
    assert_eq!(found.format, "cmep");
    assert_eq!(channels(&found), ["M-1 kWh 6 4.25 A3 E1 N1 S1"]);
    assert_eq!(found.channels[0].blank, 1);
    assert_eq!(found.channels[0].from, "2026-01-01T00:00:00");
    assert_eq!(found.channels[0].to, "2026-01-01T01:45:00");
    assert_eq!(notes(&found), []);
}

#[test]
fn registers_generation_pulses_and_water_are_channels_of_their_own() {
    let text =
        record("M-1", "KWHREG", "40", "00000000", &["202601010000,R,100", "202601020000,R,100.5"])
            + &record("M-1", "GKWH", "", "00000100", &["202601010100,R,3"])
            + &record("M-1", "KVARH", "", "00000100", &["202601010100,R,1"])
            + &record("W-1", "CF", "", "00000100", &["202601010100,R,12"])
            + &record("W-1", "GAL", "10", "00010000", &["202601020000,R,12"])
            + &record("W-1", "THERM", "", "01000000", &["202601010000,R,12", ",R,13"])
            + "MEPAD01,19970912,x\n";
    let found = read(&text);
    assert_eq!(
        channels(&found),
        [
            "M-1/register kWh 2 20 A2",
            "M-1/received kWh 1 3 A1",
            "M-1/reactive kvarh 1 1 A1",
            "W-1 ft3 1 12 A1",
            "W-1 gal 1 120 A1",
            "W-1/register therm 2 25 A2",
        ]
    );
    assert_eq!(found.channels[0].indexes, Some(("4000".to_owned(), "4020".to_owned())));
    assert_eq!(found.channels[5].to, "2026-02-01T00:00:00");
    assert_eq!(notes(&found), [(7, "a record MEPAD01 holds no reads; passed over")]);
}

#[test]
fn an_hour_that_comes_twice_is_two_hours_and_one_that_does_not_come_is_none() {
    let zone = Zone::named("America/Los_Angeles").unwrap();
    let sets = ["202611010100,R,1", "202611010100,R,2", "202611010200,R,3", "202611010300,R,4"];
    let autumn = record("M-1", "KWH", "", "00000100", &sets);
    let found = looked(autumn.as_bytes(), Some(&zone));
    assert_eq!(channels(&found), ["M-1 kWh 4 10 A4"]);
    assert_eq!(found.channels[0].from, "2026-11-01T07:00:00Z");
    assert_eq!(found.channels[0].to, "2026-11-01T11:00:00Z");
    let spring = record("M-1", "KWH", "", "00000100", &["202603080130,R,1", "202603080230,R,2"]);
    let found = looked(spring.as_bytes(), Some(&zone));
    assert_eq!(channels(&found), ["M-1 kWh 1 1 A1"]);
    assert!(found.rejects[0].what.contains("it was put forward"), "{:?}", found.rejects);
}

#[test]
fn times_of_use_are_registers_by_their_label() {
    let text = "MEPMD02,19970819,S,,R,,202602010000,M-1,OK,E,KWH,S,2,202601010000,202602010000,2,ON-PEAK,,10,OFF-PEAK,E,20.5\n";
    let found = read(text);
    assert_eq!(
        channels(&found),
        ["M-1/register/ON-PEAK kWh 1 20 A1", "M-1/register/OFF-PEAK kWh 1 41 E1"]
    );
    assert_eq!(found.channels[0].from, "2026-01-01T00:00:00");
}

#[test]
fn records_that_cannot_be_read_are_noted_and_refuse_a_file_of_nothing_else() {
    let good = record("M-1", "KWH", "", "00000015", &["202601010015,R,1"]);
    for (bad, why) in [
        ("MEPMD01,x\n".to_owned(), "is no count of sets"),
        (good.replace(",1,202601010015", ",2,202601010015"), "it says 2 sets and has 1"),
        (good.replace("00000015", "15"), "15 is no interval"),
        (good.replace("00000015", ""), "without the length"),
        (good.replace("M-1", ""), "without a meter"),
        (good.replace("KWH,,", "KWH,zero,"), "zero is no constant"),
        ("MEPXX01,1\n".to_owned(), "MEPXX01 is no record"),
    ] {
        let found = read(&(good.clone() + &bad));
        assert_eq!(channels(&found), ["M-1 kWh 1 1 A1"]);
        assert!(
            found.rejects[0].line == 2 && found.rejects[0].what.contains(why),
            "{:?}",
            found.rejects
        );
    }
    assert!(
        refused(&good.replace(",1,202601010015", ",2,202601010015"))
            .starts_with("line 1: it says 2")
    );
    assert!(refused(&good.replace("202601010015", "yesterday")).contains("no interval value"));
    let found = read(
        &(good.clone() + &good.replace(",R,1\n", ",Z,1\n") + &good.replace(",R,1\n", ",R,x,y\n")),
    );
    assert_eq!(notes(&found).iter().map(|it| it.0).collect::<Vec<_>>(), [2, 3, 3]);
}
