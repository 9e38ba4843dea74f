//! What is special in batches that go abroad (IAT): their header and their seven addenda.

use super::super::Faults;
use super::super::records::Record;
use super::{Addenda, Entry};

/// What an entry may be for (addenda 10): its purpose, or the class that it would have at home.
const REASONS: [&str; 20] = [
    "ANN", "BUS", "DEP", "LOA", "MIS", "MOR", "PEN", "REM", "RLS", "SAL", "TAX", "ARC", "BOC",
    "MTE", "POP", "POS", "RCK", "SHR", "TEL", "WEB",
];

/// Countries (ISO 3166), and Kosovo, which banks know as XK.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
    BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ \
    DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
    GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE \
    PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
    US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK";
/// Currencies (ISO 4217), and some that files of years before have.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP \
    BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN \
    ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK \
    JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD \
    MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP \
    PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV \
    WST XAF XCD XOF XPF YER ZAR ZMW ZWG BGN CUC EEK HRK LTL LVL SLL VEF \
    ZWL";

fn is_of(list: &str, code: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == code)
}

/// Whether a record is an addenda that says who an international entry is of and for (10 to 18).
pub(super) fn names(text: &str) -> bool {
    matches!(
        text.get(..3),
        Some("710" | "711" | "712" | "713" | "714" | "715" | "716" | "717" | "718")
    )
}

/// The header of a batch: how its money is changed.
pub(super) fn batch(record: Record<'_>, faults: &mut Faults) {
    let (change, reference) = (record.columns(21, 22), record.columns(23, 23));
    if !matches!(change, "FV" | "VF" | "FF") {
        faults.refuse(record.line, format!("how money is changed is {change}; it is FV, VF or FF"));
    }
    if !matches!(reference, "1" | "2" | "3") {
        faults.refuse(
            record.line,
            format!("the kind of reference of the rate is {reference}; it is 1, 2 or 3"),
        );
    }
    let country = record.columns(39, 40);
    if !is_of(COUNTRIES, country) {
        faults.refuse(record.line, format!("a country {country} is not known"));
    }
    for currency in [record.columns(64, 66), record.columns(67, 69)] {
        if !is_of(CURRENCIES, currency) {
            faults.refuse(record.line, format!("a currency {currency} is not known"));
        }
    }
}

/// The addenda of an entry: 10 to 16 once each in their order, then up to two notes and up to five
/// banks between.
pub(super) fn addenda(entry: &Entry, faults: &mut Faults) {
    let kinds: Vec<&str> = entry.addenda.iter().map(|it| it.kind.as_str()).collect();
    let wanted = ["10", "11", "12", "13", "14", "15", "16"];
    if kinds.get(..wanted.len()) != Some(wanted.as_slice()) {
        faults.refuse(
            entry.line,
            "an international entry has addenda 10 to 16, once each and in this order",
        );
    }
    for (kind, most) in [("17", 2), ("18", 5)] {
        if most < kinds.iter().filter(|it| **it == kind).count() {
            faults.refuse(entry.line, format!("more than {most} addenda {kind}"));
        }
    }
    for added in &entry.addenda {
        alone(added, faults);
        let named = matches!(added.kind.as_str(), "98" | "99");
        let of = added.columns(88, 94);
        if !named && entry.trace.get(8..) != Some(of) {
            faults.refuse(
                added.line,
                format!("the addenda is of entry {of}, and stands below another"),
            );
        }
    }
}

fn alone(added: &Addenda, faults: &mut Faults) {
    let mut needed = |from: usize, to: usize, what: &str| {
        if added.columns(from, to).is_empty() {
            faults.refuse(added.line, format!("the addenda {} is without {what}", added.kind));
        }
    };
    match added.kind.as_str() {
        "10" => needed(47, 81, "the receiver's name"),
        "11" => {
            needed(4, 38, "the originator's name");
            needed(39, 73, "the originator's street");
        }
        "12" => {
            needed(4, 38, "the originator's city");
            needed(39, 73, "the originator's country");
        }
        "13" | "14" | "18" => {
            needed(4, 38, "the bank's name");
            needed(41, 74, "the bank's number");
            needed(75, 77, "the bank's country");
        }
        "15" => needed(19, 53, "the receiver's street"),
        "16" => {
            needed(4, 38, "the receiver's city");
            needed(39, 73, "the receiver's country");
        }
        _ => {}
    }
    let reason = added.columns(4, 6);
    if added.kind == "10" && !REASONS.contains(&reason) {
        faults.refuse(
            added.line,
            format!("a reason {reason} of an international entry is not known"),
        );
    }
    let country = added.columns(75, 77);
    if matches!(added.kind.as_str(), "13" | "14" | "18")
        && !country.is_empty()
        && !is_of(COUNTRIES, country)
    {
        faults.refuse(added.line, format!("a country {country} is not known"));
    }
    let number = added.columns(39, 40);
    if matches!(added.kind.as_str(), "13" | "14" | "18") && !matches!(number, "01" | "02" | "03") {
        faults.refuse(
            added.line,
            format!("the kind of the bank's number is {number}; it is 01, 02 or 03"),
        );
    }
}
