//! Every parser with damaged files: samples, examples of ours, and what grammar can be made wrong.
//! None may stop, take a second, or be long about it. The seed is fixed; METERBOOK_FUZZ_SECONDS says
//! how long, where a second for each is too short.

use std::io::Cursor;
use std::time::{Duration, Instant};

use meterbook_core::period::Zone;
use meterbook_formats::inspect::{by_profile, inspect};
use meterbook_formats::payments::sepa::{Version, write};
use meterbook_formats::payments::{Found, Kind, read};
use meterbook_formats::reads::green_button::Gathered;
use meterbook_formats::reads::profile::{Profile, SHIPPED, check};
use meterbook_formats::reads::{Shape, unpacked};

use super::{files, samples};

/// What one input may take. Without the optimiser, and beside other tests, a second is soon gone.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

/// A generator of numbers that are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.next().rem_euclid(many.max(1) as u64)).unwrap()
    }

    fn one_of<'a>(&mut self, all: &[&'a [u8]]) -> &'a [u8] {
        all[self.below(all.len())]
    }
}

/// What breaks readers: numbers at their ends, marks of formats, text that does not end.
const PIECES: &[&[u8]] = &[
    b"",
    b",",
    b"\n",
    b"\r",
    b"\"",
    b"<",
    b">",
    b"</",
    b"&amp;",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"-",
    b".",
    b"1e9",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"0.0000001",
    b"NaN",
    b"99999999999999999999999999999999999999999",
    b"100,NEM12,\n",
    b"200,N,E1,1,E1,,M,kWh,5,\n",
    b"300,",
    b"400,1,288,A,,\n",
    b"900\n",
    b"20260229",
    b"00000000",
    b"99991231",
    b"MEPMD01,",
    b"MEPMD02,",
    b"99990000",
    b"<entry>",
    b"</entry>",
    b"<IntervalReading>",
    b"<start>-1</start>",
    b"<uom>72</uom>",
    b"<powerOfTenMultiplier>99</powerOfTenMultiplier>",
    b"<!--",
    b"<![CDATA[",
    b"<?",
    b"times 99999",
    b"at 99999 99999",
    b"as YYYYMMDD",
    b"where *=A",
    b"\xc3\xa9",
    b"101 ",
    b"5225",
    b"705",
    b"799R01",
    b"82250000010023138010",
    b"01,",
    b"88,",
    b",D,99999999,",
    b"/\n",
    b"<Ntry>",
    b"</Stmt>",
    b"<Amt Ccy=\"EUR\">",
    b"&#x41;",
    b"&amp;&lt;",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"FTR",
    b"P\x4b\x03\x04",
    b"\x1f\x8b\x08",
];

fn damaged(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    // A large file is cut to a part of it, so that many are tried.
    if 8_000 < bytes.len() && dice.below(4) != 0 {
        let from = dice.below(2) * dice.below(bytes.len() - 8_000);
        bytes = bytes[from..from + 8_000].to_vec();
    }
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(40)).min(bytes.len());
        match dice.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..at, dice.one_of(PIECES).iter().copied())),
            3 => drop(bytes.splice(at..end, dice.one_of(PIECES).iter().copied())),
            4 => {
                let again = bytes[at..end].to_vec();
                let many = 1 + dice.below(200);
                drop(bytes.splice(at..at, again.repeat(many)));
            }
            5 => {
                let other = &seeds[dice.below(seeds.len())];
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(500)).min(other.len());
                drop(bytes.splice(at..end, other[from..to].iter().copied()));
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(dice.below(256)).unwrap();
                }
            }
        }
    }
    bytes.truncate(2_000_000);
    bytes
}

/// Tries damaged files for a while.
fn tried(name: &str, seeds: &[Vec<u8>], mut take: impl FnMut(&[u8])) {
    assert!(!seeds.is_empty(), "{name}");
    let seconds = std::env::var("METERBOOK_FUZZ_SECONDS").ok().and_then(|it| it.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(1));
    let mut dice = Dice(u64::from_le_bytes(*b"meterbok"));
    let mut many = 0;
    while Instant::now() < until {
        let bytes = damaged(&mut dice, seeds);
        let began = Instant::now();
        take(&bytes);
        let took = began.elapsed();
        let slow = format!("{name}: input {many} of {} bytes took {took:?}", bytes.len());
        assert!(took < LONGEST, "{slow}");
        many += 1;
    }
    println!("{name}: {many} inputs");
    most_memory(name);
}

/// What this process ever held is not much; only where the system says it.
fn most_memory(name: &str) {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
    let held = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = held.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u64>().ok());
    if let Some(kilobytes) = kilobytes {
        assert!(kilobytes < 256_000, "{name}: {kilobytes} kB");
    }
}

/// Everything that is done with a file of a shape.
fn everything(shape: Option<Shape>, bytes: &[u8]) {
    let zone = Zone::named("America/Chicago").unwrap();
    let looked = unpacked(Cursor::new(bytes), |from| Ok(inspect(from, shape, Some(&zone))));
    drop(looked);
    let mut gathered = Gathered::default();
    let read = unpacked(Cursor::new(bytes), |from| {
        meterbook_formats::inspect::find(from, shape, None, &mut gathered).1
    });
    if read.is_ok() {
        let at = "2026-07-01T00:00:00Z".parse().unwrap();
        drop(meterbook_formats::reads::green_button::write(&gathered.series, gathered.east, at));
    }
}

fn small(kind: &str) -> Vec<Vec<u8>> {
    let Some(folder) = samples(kind) else { return Vec::new() };
    // A year that is packed is small only until it is read.
    let fits = |it: &Vec<u8>| it.len() < 150_000 && !it.starts_with(&[0x1f, 0x8b]);
    files(&folder).into_iter().map(|it| it.1).filter(fits).collect()
}

const NEM12: &[u8] = b"100,NEM12,202601021200,MDP1,RET1\n200,N1,E1,1,E1,,M-1,KWH,30,\n300,20260101,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,V,,,20260102,\n400,1,20,A,,\n400,21,48,S14,1,\n900\n";
const NEM13: &[u8] = b"100,NEM13,202601021200,MDP1,RET1\n250,N1,11,1,11,11,M-1,E,1,20041001000000,A,,,3,20050101111500,A,,,2,KWH,20050601,20050520113808,\n900\n";
const CMEP: &[u8] = b"MEPMD01,19970819,H,C,U,,202601020310,M-1,OK,E,KWH,,00000015,2,202601010015,R0,1.5,,E,2\nMEPMD02,19970819,S,,R,,202602010000,M-1,OK,E,KWH,S,2,202601010000,202602010000,1,ON-PEAK,,10\n";
const FEED: &[u8] = b"<feed><entry><link rel='self' href='/UsagePoint/1'/><title>E-1</title><content><UsagePoint/></content></entry><entry><link rel='self' href='/UsagePoint/1/MeterReading/1'/><link rel='related' href='/ReadingType/7'/><content><MeterReading/></content></entry><entry><link rel='self' href='/ReadingType/7'/><content><ReadingType><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom></ReadingType></content></entry><entry><link rel='self' href='/UsagePoint/1/MeterReading/1/IntervalBlock/1'/><content><IntervalBlock><IntervalReading><timePeriod><duration>900</duration><start>1293868800</start></timePeriod><value>1250</value></IntervalReading></IntervalBlock></content></entry></feed>";

#[test]
fn no_damaged_market_file_stops_us() {
    let mut seeds = vec![NEM12.to_vec(), NEM13.to_vec()];
    seeds.extend(small("nem12/valid"));
    seeds.extend(small("nem12/invalid"));
    tried("nem12", &seeds, |bytes| everything(None, bytes));
    tried("nem12 as such", &seeds, |bytes| everything(Some(Shape::Nem12), bytes));
}

#[test]
fn no_damaged_feed_stops_us() {
    let mut seeds = vec![FEED.to_vec()];
    seeds.extend(small("green_button"));
    tried("green button", &seeds, |bytes| everything(Some(Shape::GreenButton), bytes));
}

#[test]
fn no_damaged_record_of_a_head_end_stops_us() {
    tried("cmep", &[CMEP.to_vec()], |bytes| everything(Some(Shape::Cmep), bytes));
}

/// Everything that is done with a file of payments.
fn of_payments(kind: Kind, bytes: &[u8]) {
    for kind in Kind::of(bytes).into_iter().chain([kind]) {
        if let Found::Nacha(file) = read(&mut &*bytes, kind).unwrap() {
            let (debit, credit) = file.totals();
            assert!(0 <= debit.cents() && 0 <= credit.cents());
            assert!(file.prenotes() <= file.entries());
            let said = file.returns().count() + file.changes().count();
            assert!(said <= bytes.len());
        }
    }
}

#[test]
fn no_damaged_file_of_payments_stops_us() {
    let mut entries = vec![super::nacha::example().into_bytes()];
    entries.extend(small("nacha"));
    tried("nacha", &entries, |bytes| of_payments(Kind::Nacha, bytes));
    let mut statements = vec![super::bai2::EXAMPLE.as_bytes().to_vec()];
    statements.extend(small("bai2"));
    tried("bai2", &statements, |bytes| of_payments(Kind::Bai2, bytes));
    let cheques = [super::lockbox::example().into_bytes()];
    tried("lockbox", &cheques, |bytes| of_payments(Kind::Lockbox, bytes));
}

#[test]
fn no_damaged_message_of_a_bank_stops_us() {
    let debits = write(&super::sepa::example(), Version::V08).unwrap();
    tried("pain.008", &[debits.into_bytes()], |bytes| of_payments(Kind::Pain008, bytes));
    let status = [super::sepa::STATUS.as_bytes().to_vec()];
    tried("pain.002", &status, |bytes| of_payments(Kind::Pain002, bytes));
    let statement = [super::sepa::STATEMENT.as_bytes().to_vec()];
    tried("camt.053", &statement, |bytes| of_payments(Kind::Camt053, bytes));
}

#[test]
fn no_damaged_csv_stops_us() {
    let seeds = [
        b"meter,start,value,unit,flow,kind,minutes\nE-1,2026-03-08T02:30:00,1,kWh,,A,15\n".to_vec(),
        b"meter,date,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24\nE-1,2026-03-08,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n".to_vec(),
        b"meter,date,index\nE-1,2026-01-01,41230\n".to_vec(),
    ];
    tried("csv", &seeds, |bytes| everything(None, bytes));
}

#[test]
fn no_damaged_profile_or_file_of_one_stops_us() {
    let texts: Vec<Vec<u8>> = SHIPPED.iter().map(|it| it.1.as_bytes().to_vec()).collect();
    tried("profiles", &texts, |bytes| {
        if let Ok(profile) = Profile::parse(&String::from_utf8_lossy(bytes)) {
            drop(check(&profile));
        }
    });
    for (name, text) in SHIPPED {
        let profile = Profile::parse(text).unwrap();
        let example = text.split("example\n").nth(1).unwrap().split("says\n").next().unwrap();
        let mut dice = Dice(7);
        let zone = Zone::named("America/Chicago").unwrap();
        for _ in 0..300 {
            let bytes = damaged(&mut dice, &[example.as_bytes().to_vec()]);
            drop(by_profile(&mut bytes.as_slice(), &profile, Some(&zone)));
        }
        assert!(check(&profile).is_ok(), "{name}");
    }
}
