//! File profiles: the language and its refusals, totals that must agree, files as channels, and the
//! hours at which clocks are changed.

use std::fmt::Write;

use meterbook_core::period::Zone;
use meterbook_formats::inspect::{Inspected, by_profile};
use meterbook_formats::reads::profile::{self, NotAsSaid, Profile, check, shipped};

use super::{channels, notes};

fn ours(name: &str) -> Profile {
    Profile::parse(shipped(name).unwrap()).unwrap()
}

fn by(name: &str, text: &str, zone: Option<&str>) -> Inspected {
    let zone = zone.map(|it| Zone::named(it).unwrap());
    by_profile(&mut text.as_bytes(), &ours(name), zone.as_ref())
}

/// The example of a profile that comes with the program.
fn example(name: &str) -> String {
    let text = shipped(name).unwrap();
    let from = text.find("example\n").unwrap() + "example\n".len();
    text[from..text.find("says\n").unwrap()].to_owned()
}

#[test]
fn examples_of_reads_are_channels() {
    let mut all = String::new();
    for (name, _) in profile::SHIPPED {
        let found = by(name, &example(name), None);
        match &found.refused {
            Some(why) => writeln!(all, "{name}: {why}").unwrap(),
            None => writeln!(all, "{name}: {}", channels(&found).join("; ")).unwrap(),
        }
    }
    assert_eq!(
        all,
        "itron-upload: E-100/01 kWh 1 0 A1; E-100/02 kvarh 1 0 A1; W-7/01 CCF 1 0 E1\n\
         itron-download: line 1: itron-download is a route on its way out and holds no reads\n\
         sensus-upload: 70012345 CCF 1 0 A1; 70012346 gal 1 0 E1\n\
         sensus-download: line 1: sensus-download is a route on its way out and holds no reads\n\
         neptune-upload: 1544780012 gal 1 0 A1; 1544780013 gal 1 0 E1\n\
         neptune-download: line 1: neptune-download is a route on its way out and holds no reads\n\
         badger-upload: 21004417 gal 1 0 A1; 21004418 ft3 1 0 E1\n\
         badger-download: line 1: badger-download is a route on its way out and holds no reads\n\
         interval-long: E-200/delivered kWh 2 0.125 A1 E1\n\
         interval-wide: E-200 kWh 24 22 A24\n\
         utility-local: E-200 kWh 3 1.5 A2 E1\n\
         registers: E-100 kWh 2 742.5 A1 E1\n"
    );
}

#[test]
fn local_time_without_a_zone_is_right_when_clocks_are_changed() {
    let autumn = by("utility-local", &example("utility-local"), Some("America/Chicago"));
    assert_eq!(autumn.channels[0].from, "2026-11-01T05:00:00Z");
    assert_eq!(autumn.channels[0].to, "2026-11-01T08:00:00Z");
    let spring = "x\nx\nMeter Number,Start Time,End Time,Usage,Units,Estimated\n\
        E-200,03/08/2026 01:00,,1,KWH,N\nE-200,03/08/2026 02:00,,1,KWH,N\nE-200,03/08/2026 03:00,,1,KWH,N\n";
    let spring = by("utility-local", spring, Some("America/Chicago"));
    assert_eq!(channels(&spring), ["E-200 kWh 2 2 A2"]);
    assert_eq!(spring.channels[0].to, "2026-03-08T09:00:00Z");
    assert!(spring.rejects[0].line == 5 && spring.rejects[0].what.contains("put forward"));
    // A day of 23 hours in 24 columns, and one with a value in the hour that does not come.
    let wide = example("interval-wide");
    let found = by("interval-wide", &wide, Some("America/Chicago"));
    assert_eq!(channels(&found), ["E-200 kWh 23 22 A23"]);
    assert_eq!(found.channels[0].to, "2026-03-09T05:00:00Z");
    let found =
        by("interval-wide", &wide.replace("0.5,0.5,,", "0.5,0.5,9,"), Some("America/Chicago"));
    assert_eq!(channels(&found), ["E-200 kWh 23 22 A23"]);
    assert_eq!(notes(&found).len(), 1);
}

#[test]
fn totals_that_do_not_agree_refuse_the_file() {
    let good = example("itron-upload");
    for (bad, why) in [
        (
            good.replace("FTR000003", "FTR000004"),
            "line 5: the trailer says a count of 4, and the lines come to 3",
        ),
        (good.replace("0000021700", "0000021701"), "line 5: the trailer says a index of 42328.5"),
        (
            good.lines().take(4).map(|it| format!("{it}\n")).collect(),
            "line 4: the file ends without its trailer",
        ),
        (good.replace("FHR\n", ""), "line 1: the file does not begin with FHR"),
        (String::new(), "the file ends without its trailer"),
    ] {
        let said = by("itron-upload", &bad, None).refused.unwrap().to_string();
        assert!(said.contains(why), "{said}");
    }
    let said = by("badger-upload", "Serial,Reading\n1,2\n", None).refused.unwrap().to_string();
    assert!(said.contains("line 1: the file has no column Serial Number"), "{said}");
}

#[test]
fn lines_that_say_nothing_are_noted() {
    let text = example("sensus-upload")
        .replace("881.5", "many")
        .replace("|E|17", "|Z|17")
        .replace("T|2", "X|odd\nD||07/02/2026 09:13|1|GAL|R|17\nD|1|02.07.2026|1|GAL|R|17\nD|1|07/02/2026 09:13||GAL|R|17\nT|5");
    let found = by("sensus-upload", &text, None);
    assert!(found.refused.unwrap().to_string().contains("no interval value"));
    let mut all = String::new();
    for it in &found.rejects {
        writeln!(all, "{} {}", it.line, it.what).unwrap();
    }
    assert_eq!(
        all,
        "1 many is no number\n1 there is no interval value in the file\n2 Z is none of its words\n\
         3 the line is neither header, detail nor trailer; passed over\n4 the line names no meter\n\
         5 02.07.2026 is no start as the profile writes it\n6 the read is blank\n"
    );
}

/// A right profile, to be broken.
const RIGHT: &str = "profile p 1\nlines fixed\ngives registers\nfield meter at 1 5\nfield day at 6 8 as YYYYMMDD\nfield index at 14 5\nexample\nE-1  2026070200041\nsays\nmeter=E-1 | day=2026-07-02 | index=41\nend\n";

#[test]
fn a_profile_that_is_wrong_is_refused_with_its_line() {
    assert_eq!(check(&Profile::parse(RIGHT).unwrap()), Ok(1));
    for (from, to, why) in [
        ("profile p 1", "profile p", "line 1: profile is no statement"),
        ("profile p 1", "profile p 0", "line 1: a version is a number from 1"),
        ("profile p 1\n", "\n", "line 1: a profile begins with its name"),
        ("gives registers", "gives all", "line 3: a line gives registers"),
        ("field index at 14 5\n", "", "line 1: there is no field index"),
        ("at 14 5", "at 0 5", "line 6: places are counted from 1"),
        ("at 14 5", "column 5", "line 6: say where it is: at START LENGTH"),
        ("at 14 5", "at 14 999999", "line 6: 999999 is no number up to"),
        ("at 14 5", "at 14 5 as HH", "line 6: a time has YYYY"),
        ("at 14 5", "at 14 5 places 9", "line 6: places are 0 to 6"),
        ("at 14 5", "at 14 5 upside down", "line 6: say how it is written"),
        ("at 14 5", "at 14 5 where A", "line 6: words are written THEIRS=OURS"),
        ("as YYYYMMDD", "", "line 1: the field day says no time"),
        ("field index", "field meter", "line 6: the field meter is said twice"),
        ("gives registers", "zone Moon/Sea", "line 3: there is no zone Moon/Sea"),
        ("gives registers", "only flag is A", "line 3: there is no field flag above"),
        ("gives registers", "total value at 1 5", "line 3: there is no field value above"),
        ("example", "total index at 1 5\nexample", "line 1: totals stand in a trailer"),
        ("example", "total meter at 1 5\nexample", "line 7: the field meter is no number"),
        ("gives registers", "about x\nzone \"x", "line 4: a quote that does not close"),
        ("gives registers", "header begins", "line 3: header is no statement"),
        ("says", "sais", "line 7: the example has no line `says`"),
        ("end", "", "line 7: the example has no line `end`"),
    ] {
        let said = Profile::parse(&RIGHT.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(said.starts_with(why), "{said}\n{why}");
    }
    let columns = "profile p 1\nlines delimited ,\ngives registers\nfield meter column A\nfield day column B as YYYYMMDD\nfield index column C\n";
    assert!(Profile::parse(columns).unwrap_err().to_string().contains("add the statement names"));
}

#[test]
fn an_example_that_comes_out_otherwise_is_said() {
    let checked = |text: &str| check(&Profile::parse(text).unwrap()).unwrap_err();
    let blank = RIGHT.replace("E-1  2026070200041\n", "");
    assert_eq!(checked(&blank), NotAsSaid::NoExample);
    assert!(
        checked(&RIGHT.replace("index=41", "index=42"))
            .to_string()
            .contains("and the profile says")
    );
    assert!(checked(&RIGHT.replace("00041\n", "   41\n")).to_string().contains("written again as"));
    let cut = RIGHT.replace("gives registers", "gives registers\ntrailer begins T");
    assert!(checked(&cut).to_string().contains("without its trailer"));
}

#[test]
fn what_does_not_fit_is_not_written() {
    let profile = Profile::parse(RIGHT).unwrap();
    let record = |meter: &str, day: &str, index: &str| {
        let field = |name: &str, said: &str| (name.to_owned(), said.to_owned());
        vec![field("meter", meter), field("day", day), field("index", index)]
    };
    let written = profile::write(&profile, &[record("E-1", "2026-07-02", "41")]).unwrap();
    assert_eq!(written, "E-1  2026070200041\n");
    for (wrong, why) in [
        (record("E-10000", "2026-07-02", "41"), "longer than the 5 places"),
        (record("E-1", "tomorrow", "41"), "day of record 1 cannot be written"),
        (record("E-1", "2026-07-02", "many"), "index of record 1 cannot be written"),
        (record("E-1", "2026-07-02", "123456"), "longer than the 5 places"),
    ] {
        let said = profile::write(&profile, &[wrong]).unwrap_err().to_string();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn the_profile_in_the_documents_is_right() {
    let page = include_str!("../../../../docs/reference/file-profiles.md");
    let text = page.split("```").nth(1).unwrap().trim_start_matches("text\n");
    assert_eq!(check(&Profile::parse(text).unwrap()), Ok(1));
}
