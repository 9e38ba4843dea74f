//! The Intelligent Mail barcode: tracking and routing digits as 65 bars of four heights, after
//! USPS-B-3200 revision H.

use std::fmt;

/// Bars of a barcode.
const BARS: usize = 65;
/// The bits of one character.
const BITS: usize = 13;
/// Characters with 5 bits of 13, then those with 2.
const OF_FIVE: usize = 1287;
const OF_TWO: usize = 78;

/// Where each bit of the ten characters stands: from 1, descenders first (appendix D, table IV).
const PLACES: [usize; 130] = [
    67, 6, 78, 16, 86, 95, 34, 40, 45, 113, 117, 121, 62, 87, 18, 104, 41, 76, 57, 119, 115, 72,
    97, 2, 127, 26, 105, 35, 122, 52, 114, 7, 24, 82, 68, 63, 94, 44, 77, 112, 70, 100, 39, 30,
    107, 15, 125, 85, 10, 65, 54, 88, 20, 106, 46, 66, 8, 116, 29, 61, 99, 80, 90, 37, 123, 51, 25,
    84, 129, 56, 4, 109, 96, 28, 36, 47, 11, 71, 33, 102, 21, 9, 17, 49, 124, 79, 64, 91, 42, 69,
    53, 60, 14, 1, 27, 103, 126, 75, 89, 50, 120, 19, 32, 110, 92, 111, 130, 59, 31, 12, 81, 43,
    55, 5, 74, 22, 101, 128, 58, 118, 48, 108, 38, 98, 93, 23, 83, 13, 73, 3,
];

/// Why digits make no barcode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoBarcode {
    /// The tracking code is not 20 digits.
    Tracking(String),
    /// The second digit of the tracking code is above 4.
    BarcodeId(String),
    /// The routing code is not 0, 5, 9 or 11 digits.
    Routing(String),
}

/// The bars of 20 tracking digits and 0, 5, 9 or 11 routing digits, left to right: `F`ull,
/// `A`scending, `D`escending, or `T` for a tracker alone.
pub fn bars(tracking: &str, routing: &str) -> Result<String, NoBarcode> {
    let payload = payload(tracking, routing)?;
    let check = check(payload);
    let (five, two) = (characters(5, OF_FIVE), characters(2, OF_TWO));
    let mut bits = [false; 2 * BARS];
    for (nth, word) in codewords(payload, check).into_iter().enumerate() {
        let plain = if word < OF_FIVE { five[word] } else { two[word - OF_FIVE] };
        let turned = if check >> nth & 1 == 1 { !plain & 0x1fff } else { plain };
        for bit in 0..BITS {
            bits[PLACES[BITS * nth + bit] - 1] = turned >> bit & 1 == 1;
        }
    }
    let (down, up) = bits.split_at(BARS);
    let bar = |(up, down): (&bool, &bool)| match (*up, *down) {
        (true, true) => 'F',
        (true, false) => 'A',
        (false, true) => 'D',
        (false, false) => 'T',
    };
    Ok(up.iter().zip(down).map(bar).collect())
}

/// The routing digits of a United States address: its ZIP code, 5 or 9 digits; none when its last
/// line ends otherwise.
pub fn routing(address: &str) -> String {
    let last = address.lines().last().unwrap_or_default();
    let word = last.split_whitespace().last().unwrap_or_default();
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
    match word.split_once('-') {
        Some((zip, more)) if digits(zip, 5) && digits(more, 4) => format!("{zip}{more}"),
        None if digits(word, 5) => word.to_owned(),
        _ => String::new(),
    }
}

/// Both codes as one number of 102 bits.
fn payload(tracking: &str, routing: &str) -> Result<u128, NoBarcode> {
    let said = || routing.to_owned();
    let number = match routing.is_empty() {
        true => 0,
        false => digits(routing).ok_or_else(|| NoBarcode::Routing(said()))?,
    };
    let before = match routing.len() {
        0 => 0,
        5 => 1,
        9 => 100_001,
        11 => 1_000_100_001,
        _ => return Err(NoBarcode::Routing(said())),
    };
    let wrong = || NoBarcode::Tracking(tracking.to_owned());
    if tracking.len() != 20 {
        return Err(wrong());
    }
    let (first, rest) = tracking.split_at_checked(1).ok_or_else(wrong)?;
    let (second, rest) = rest.split_at_checked(1).ok_or_else(wrong)?;
    let [first, second, rest] = [first, second, rest].map(digits);
    let [first, second, rest] = match [first, second, rest] {
        [Some(first), Some(second), Some(rest)] => [first, second, rest],
        _ => return Err(wrong()),
    };
    if 4 < second {
        return Err(NoBarcode::BarcodeId(tracking.to_owned()));
    }
    Ok((((number + before) * 10 + first) * 5 + second) * 10_u128.pow(18) + rest)
}

fn digits(text: &str) -> Option<u128> {
    let all = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

/// The check sequence of 11 bits over the 102 bits of a payload (appendix C).
fn check(payload: u128) -> u32 {
    let mut check = 0x7ff_u32;
    for bit in (0..102).rev() {
        let incoming = payload >> bit & 1 == 1;
        let outgoing = check & 0x400 != 0;
        check = check << 1 & 0x7ff;
        if incoming != outgoing {
            check ^= 0x735;
        }
    }
    check
}

/// Ten codewords: the last counts to 636 and is doubled, the first says the highest check bit.
fn codewords(payload: u128, check: u32) -> [usize; 10] {
    let mut words = [0; 10];
    let mut left = payload;
    for nth in (0..10).rev() {
        let base = if nth == 9 { 636 } else { 1365 };
        words[nth] = usize::try_from(left.rem_euclid(base)).expect("it is below 1365");
        left = left.div_euclid(base);
    }
    words[9] *= 2;
    if check & 0x400 != 0 {
        words[0] += 659;
    }
    words
}

/// The 13-bit characters with so many bits: each with its mirror image beside it from the front,
/// and from the back those that are their own.
fn characters(ones: u32, count: usize) -> Vec<u16> {
    let mut table = vec![0; count];
    let (mut front, mut back) = (0, count);
    for value in (0_u16..1 << BITS).filter(|it| it.count_ones() == ones) {
        let mirror = value.reverse_bits() >> 3;
        if mirror == value {
            back -= 1;
            table[back] = value;
        } else if value < mirror {
            table[front] = value;
            table[front + 1] = mirror;
            front += 2;
        }
    }
    table
}

impl fmt::Display for NoBarcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoBarcode::Tracking(it) => {
                write!(f, "{it} is no tracking code of 20 digits; look at mailer and service")
            }
            NoBarcode::BarcodeId(it) => {
                write!(f, "{it} begins with no barcode identifier; its second digit is 0 to 4")
            }
            NoBarcode::Routing(it) => {
                write!(f, "{it} is no routing code; it has 5, 9 or 11 digits, or none")
            }
        }
    }
}

impl std::error::Error for NoBarcode {}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACKING: &str = "01234567094987654321";

    /// The examples of the standard itself.
    #[test]
    fn the_examples_of_the_standard_come_out() {
        for (routing, expected) in [
            ("", "ATTFATTDTTADTAATTDTDTATTDAFDDFADFDFTFFFFFTATFAAAATDFFTDAADFTFDTDT"),
            ("01234", "DTTAFADDTTFTDTFTFDTDDADADAFADFATDDFTAAAFDTTADFAAATDFDTDFADDDTDFFT"),
            ("012345678", "ADFTTAFDTTTTFATTADTAAATFTFTATDAAAFDDADATATDTDTTDFDTDATADADTDFFTFA"),
            ("01234567891", "AADTFFDFTDADTAADAATFDTDDAAADDTDTTDAFADADDDTFFFDDTTTADFAAADFTDAADA"),
        ] {
            assert_eq!(bars(TRACKING, routing).as_deref(), Ok(expected), "{routing}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let said = |it: &str| it.to_owned();
        assert_eq!(bars("0123", ""), Err(NoBarcode::Tracking(said("0123"))));
        let letters = "0123456709498765432x";
        assert_eq!(bars(letters, ""), Err(NoBarcode::Tracking(said(letters))));
        let wide = "ö123456709498765432";
        assert_eq!(bars(wide, ""), Err(NoBarcode::Tracking(said(wide))));
        let beyond = "05234567094987654321";
        assert_eq!(bars(beyond, ""), Err(NoBarcode::BarcodeId(said(beyond))));
        assert_eq!(bars(TRACKING, "0123"), Err(NoBarcode::Routing(said("0123"))));
        assert_eq!(bars(TRACKING, "-1234"), Err(NoBarcode::Routing(said("-1234"))));
    }

    #[test]
    fn an_address_ends_with_its_zip_code() {
        assert_eq!(routing("Dana Okafor\n4 Maple St\nSeattle WA 98101-4321"), "981014321");
        assert_eq!(routing("Dana Okafor\n4 Maple St\nSeattle WA 98101"), "98101");
        for other in ["", "4 Maple St\nToronto M5V 2T6", "Seattle WA 9810", "Seattle 98101-43"] {
            assert_eq!(routing(other), "", "{other}");
        }
    }
}
