//! Files of reads: what is taken, what comes back, and what a second time does.

use std::path::{Path, PathBuf};

use anyhow::Result;
use meterbook_app::intake::{self, Import, Imported};
use meterbook_checks::engines;
use meterbook_core::id::BatchId;
use meterbook_core::limits::WHOLE_FILE_BYTES;
use meterbook_core::meter::Flow;

use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS, quarters};

fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder is made");
    std::fs::write(&file, text).expect("a file is written");
    file
}

fn import(db: &Db, folder: &Path, file: &Path, meter: Option<&str>) -> Result<Imported> {
    let rejects = folder.join("rejects");
    let wanted = Import { file, shape: None, zone: None, meter, rejects: &rejects };
    intake::import(db, village::actor(), &wanted, &mut |_| ())
}

/// Accepted and rejected.
fn counts(imported: &Imported) -> (i64, i64) {
    (imported.batch.accepted, imported.batch.rejected)
}

#[test]
fn a_line_has_to_say_which_way_of_a_meter_that_counts_both() {
    engines::each(|db, folder| {
        village::found(db);
        let both = [quarters(Flow::Delivered), quarters(Flow::Received)];
        village::take_on(db, &village::customer("E-1", &both)).unwrap();
        village::take_on(db, &village::customer("E-2", &[quarters(Flow::Received)])).unwrap();
        let text = "meter,start,value,flow\nE-1,2026-03-01T00:00:00Z,1,\n\
                    E-1,2026-03-01T00:00:00Z,2,received\nE-2,2026-03-01T00:00:00Z,3,\n";
        let file = put(folder, "reads.csv", text);
        let imported = import(db, folder, &file, None).unwrap();
        assert_eq!(counts(&imported), (2, 1));
        let back = std::fs::read_to_string(imported.rejects.unwrap()).unwrap();
        assert!(back.contains("counts both ways; say delivered or received"), "{back}");
    });
}

#[test]
fn nobody_read_a_meter_on_a_day_to_come() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let text = "meter,date,read,kind\nE-1,2026-03-10,100,actual\nE-1,2027-03-10,200,actual\n\
                    E-1,,300,actual\n";
        let imported = import(db, folder, &put(folder, "reads.csv", text), None).unwrap();
        assert_eq!(counts(&imported), (1, 2));
        let back = std::fs::read_to_string(imported.rejects.unwrap()).unwrap();
        assert!(
            back.contains(
                "2027-03-10 is to come, and today is 2026-03-10: nobody read meter E-1 then"
            ),
            "{back}"
        );
        assert!(back.contains("no day is said; write it like 2026-03-08"), "{back}");
    });
}

/// Two quarter hours of 250 Wh and 282 Wh, the second estimated, of what the file calls `Front`.
const DOWNLOAD: &str = "<feed xmlns='http://www.w3.org/2005/Atom'>\
    <entry><link rel='self' href='/UsagePoint/1'/><title>Front\nElectric Meter</title>\
    <content><UsagePoint/></content></entry>\
    <entry><link rel='self' href='/UsagePoint/1/MeterReading/1'/>\
    <link rel='related' href='/ReadingType/7'/><content><MeterReading/></content></entry>\
    <entry><link rel='self' href='/ReadingType/7'/><content><ReadingType>\
    <flowDirection>19</flowDirection><uom>72</uom></ReadingType></content></entry>\
    <entry><link rel='self' href='/UsagePoint/1/MeterReading/1/IntervalBlock/1'/><content><IntervalBlock>\
    <IntervalReading><timePeriod><duration>900</duration><start>1772323200</start></timePeriod>\
    <value>250</value></IntervalReading>\
    <IntervalReading><ReadingQuality><quality>8</quality></ReadingQuality>\
    <timePeriod><duration>900</duration><start>1772324100</start></timePeriod>\
    <value>282</value></IntervalReading>\
    </IntervalBlock></content></entry></feed>";

#[test]
fn a_green_button_file_without_its_meter_says_the_same_when_it_is_mended() {
    engines::each(|db, folder| {
        village::found(db);
        let both = [quarters(Flow::Delivered), quarters(Flow::Received)];
        village::take_on(db, &village::customer("E-1", &both)).unwrap();
        let file = put(folder, "download.xml", DOWNLOAD);
        let imported = import(db, folder, &file, None).unwrap();
        assert_eq!(counts(&imported), (0, 2));
        let why = imported.nothing_taken().unwrap().to_string();
        assert!(why.contains("there is no meter Front Electric Meter"), "{why}");
        let text = std::fs::read_to_string(imported.rejects.unwrap()).unwrap();
        let header = "meter,start,value,unit,flow,kind,minutes,reject_reason\n";
        assert!(text.starts_with(header), "{text}");
        let says = "E-1,2026-03-01T00:15:00Z,0.282,kWh,received,estimated,15,";
        let mended = text.replace("Front Electric Meter", "E-1");
        assert!(mended.contains(says), "{mended}");
        let mended = import(db, folder, &put(folder, "mended.csv", &mended), None).unwrap();
        assert_eq!(counts(&mended), (2, 0));
    });
}

/// A zip with one file in it, not made smaller.
fn zipped(text: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(text);
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).expect("it is small").to_le_bytes();
    // Version, flags, packing, time and date; then sum, sizes, and the lengths of name and more.
    let told = |version: &[u8]| {
        let zeros = [0_u8; 8];
        [version, &zeros, &sum.sum().to_le_bytes(), &size(text), &size(text), &[5, 0, 0, 0]]
            .concat()
    };
    let local = [b"PK\x03\x04".as_slice(), &told(&[20, 0]), b"a.csv", text].concat();
    let central = [b"PK\x01\x02".as_slice(), &told(&[20, 0, 20, 0]), &[0; 14], b"a.csv"].concat();
    let many = [0, 0, 0, 0, 1, 0, 1, 0];
    let ends = [b"PK\x05\x06".as_slice(), &many, &size(&central), &size(&local), &[0, 0]].concat();
    [local, central, ends].concat()
}

#[test]
fn a_market_file_in_a_zip_comes_in_our_units_and_back_as_lines() {
    engines::each(|db, folder| {
        village::found(db);
        let both = [quarters(Flow::Delivered), quarters(Flow::Received)];
        village::take_on(db, &village::customer("E-1", &both)).unwrap();
        let day = vec!["250"; 96].join(",");
        let text = format!(
            "100,NEM12,202603021200,MDP1,RET1\n200,N1,E1B1,1,E1,,E-1,wh,15,\n300,20260301,{day},V,,,20260302,\n\
             400,1,90,A,,\n400,91,95,E52,,\n400,96,96,N,,\n\
             200,N1,E1B1,2,B1,,E-9,Wh,15,\n300,20260301,{day},S14,,,20260302,\n900\n"
        );
        let file = folder.join("nem12.zip");
        std::fs::write(&file, zipped(text.as_bytes())).unwrap();
        let imported = import(db, folder, &file, None).unwrap();
        assert_eq!(counts(&imported), (95, 96));
        let back = imported.rejects.unwrap();
        assert!(back.ends_with("nem12-rejects-1.csv"), "{}", back.display());
        let back = std::fs::read_to_string(back).unwrap();
        // Market time is ten hours ahead: its day began at two in the afternoon of the day before.
        assert!(
            back.contains("E-9,2026-02-28T14:00:00Z,0.25,kWh,received,estimated,15,"),
            "{back}"
        );
        let mended = put(folder, "mended.csv", &back.replace("E-9,", "E-1,"));
        assert_eq!(counts(&import(db, folder, &mended, None).unwrap()), (96, 0));
        assert_eq!(db.read(intake::verify).unwrap(), (2, vec![]));
    });
}

#[test]
fn a_file_of_which_nothing_was_taken_may_be_imported_again() {
    engines::each(|db, folder| {
        village::found(db);
        let file = put(folder, "download.xml", DOWNLOAD);
        let first = import(db, folder, &file, Some("E-1")).unwrap();
        assert_eq!((counts(&first), first.before), ((0, 2), false));
        // It came before its meter was signed up.
        village::take_on(db, &village::customer("E-1", &[quarters(Flow::Received)])).unwrap();
        let second = import(db, folder, &file, Some("E-1")).unwrap();
        assert_eq!((counts(&second), second.before), ((2, 0), false));
        assert!(second.nothing_taken().is_none());
        let third = import(db, folder, &file, Some("E-1")).unwrap();
        assert_eq!((third.batch.id, third.before), (second.batch.id, true));
        // What was tried is kept beside what was taken.
        let batches = db.read(store::batch::all).unwrap();
        let rejected: Vec<i64> = batches.iter().map(|it| it.rejected).collect();
        assert_eq!(rejected, [2, 0]);
        assert_eq!(batches[0].sha256, batches[1].sha256);
        assert_eq!(db.read(intake::verify).unwrap(), (2, vec![]));
    });
}

#[test]
fn a_file_that_says_nothing_is_refused_and_leaves_nothing() {
    engines::each(|db, folder| {
        village::found(db);
        for (name, text, said) in [
            ("header.csv", "meter,date,index\n", "neither a read nor a value"),
            ("wide.csv", "meter,date,00:00,01:00\nE-1,2026-03-01,,\n", "make no day"),
            ("open.csv", "meter,date,index\nE-1,2026-03-01,\"7\n", "line 2 opens a quote"),
        ] {
            let why = import(db, folder, &put(folder, name, text), None).unwrap_err();
            let why = village::says(&why);
            assert!(why.contains(said) && why.contains(name), "{why}");
        }
        assert_eq!(db.read(store::batch::all).unwrap(), []);
    });
}

#[test]
fn a_file_that_is_too_large_to_be_held_is_refused_before_it_is_read() {
    engines::each(|db, folder| {
        village::found(db);
        let file = put(folder, "long.csv", "meter,start,value\n");
        // It takes no room on the disk.
        let open = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        open.set_len(WHOLE_FILE_BYTES + 1).unwrap();
        let why = village::says(&import(db, folder, &file, None).unwrap_err());
        let said = "has more than 100000000 bytes, and only wide files";
        assert!(why.contains(said) && why.contains("split it by meter or by month"), "{why}");
        // Of a packed one the text counts.
        let packed = folder.join("long.csv.gz");
        let to = std::fs::File::create(&packed).unwrap();
        let mut packer = flate2::write::GzEncoder::new(to, flate2::Compression::fast());
        std::io::copy(&mut std::fs::File::open(&file).unwrap(), &mut packer).unwrap();
        packer.finish().unwrap();
        let why = village::says(&import(db, folder, &packed, None).unwrap_err());
        assert!(why.contains(said) && why.contains("long.csv.gz"), "{why}");
        assert_eq!(db.read(store::batch::all).unwrap(), []);
    });
}

#[test]
fn rejects_of_two_files_of_one_name_are_two_files_and_can_be_had_back() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let texts = [
            "meter,date,index\nE-1,2026-01-01,1\nE-1,2026-02-01,\"1,5\"\n",
            "meter,date,index\nE-1,2026-01-01,2\nE-9,2026-02-01,2\n",
        ];
        let [one, two] = ["north/reads.csv", "south/reads.csv"].map(|it| folder.join(it));
        let files = [&one, &two].into_iter().zip(texts).map(|(file, text)| {
            put(folder, file.strip_prefix(folder).unwrap().to_str().unwrap(), text);
            import(db, folder, file, None).unwrap().rejects.unwrap()
        });
        let files: Vec<PathBuf> = files.collect();
        assert_ne!(files[0], files[1]);
        let says: Vec<String> =
            files.iter().map(|it| std::fs::read_to_string(it).unwrap()).collect();
        assert!(says[0].contains("E-1,2026-02-01,\"1,5\",\"line 3: 1,5 is no"), "{}", says[0]);
        assert!(says[1].contains("there is no meter E-9"), "{}", says[1]);
        for (nth, (file, said)) in (1..).zip(files.iter().zip(&says)) {
            std::fs::remove_file(file).unwrap();
            let back = intake::give_back(db, BatchId(nth), &folder.join("rejects")).unwrap();
            assert_eq!((&back, &std::fs::read_to_string(&back).unwrap()), (file, said));
        }
    });
}

#[test]
fn rejects_that_are_not_there_are_refused() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let file = put(folder, "reads.csv", "meter,date,index\nE-1,2026-01-01,1\n");
        let batch = import(db, folder, &file, None).unwrap().batch.id;
        let refused = |id| village::says(&intake::give_back(db, id, folder).unwrap_err());
        assert!(refused(batch).contains("no line of batch 1 (reads.csv) was rejected"));
        assert!(refused(BatchId(9)).contains("there is no batch 9"));
    });
}

#[test]
fn a_file_of_meters_that_nobody_knows_is_refused_before_all_of_it_is_remembered() {
    engines::each(|db, folder| {
        village::found(db);
        // 400 days of five minutes: more values than a file may have rejects.
        let values = ",0.1".repeat(288);
        let mut text = "100,NEM12,202601010000,MDP1,RET1\n\
                        200,NMI0000001,E1,E1,E1,N1,X-1,kWh,5,\n"
            .to_owned();
        let mut day = jiff::civil::date(2024, 1, 1);
        for _ in 0..400 {
            text.push_str(&format!("300,{}{values},A,,,,\n", day.strftime("%Y%m%d")));
            day = day.tomorrow().unwrap();
        }
        text.push_str("900\n");
        let file = put(folder, "unknown.csv", &text);
        let why = village::says(&import(db, folder, &file, None).unwrap_err());
        assert!(why.contains("more than 100000 lines") && why.contains("no meter X-1"), "{why}");
        assert_eq!(db.read(store::batch::all).unwrap(), []);
    });
}

#[test]
fn a_value_before_1970_is_a_reject_that_says_so() {
    engines::each(|db, folder| {
        village::found(db);
        let hourly = [(meterbook_core::meter::Form::Interval { minutes: 60 }, Flow::Delivered)];
        village::take_on(db, &village::customer("E-1", &hourly)).unwrap();
        let text = "meter,start,value\nE-1,1926-01-01T06:00:00Z,1\nE-1,2026-01-01T06:00:00Z,1\n";
        let it = import(db, folder, &put(folder, "year.csv", text), None).unwrap();
        assert_eq!(counts(&it), (1, 1));
        assert!(it.first.unwrap().contains("before 1970; mend the year"));
    });
}
