//! Whether a password is hard to guess. It may be anything that is long enough and that nobody
//! would try first: no rule asks for digits or signs, because such rules are met by `Password1!`.

/// Characters in the shortest password.
pub const SHORTEST: usize = 8;
/// Characters in the longest: hashing more is work for whoever wants to keep us busy.
pub const LONGEST: usize = 128;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It is too short to be one.
    Short,
    /// It is longer than anybody types.
    Long,
    /// It is among the first that are tried.
    Common,
    /// It is one piece again and again, or letters or digits in their order.
    Pattern,
    /// It is the name of who signs in, or of the utility, and little else.
    Name,
}

/// What is tried first, of the words long enough; in small letters and without digits at the end.
const COMMON: &[&str] = &[
    "abcabc",
    "administrator",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "basketball",
    "billing",
    "changeme",
    "charlie",
    "chelsea",
    "chocolate",
    "computer",
    "corvette",
    "cowboys",
    "creative",
    "danielle",
    "default",
    "diamond",
    "dragonball",
    "einstein",
    "electric",
    "elephant",
    "football",
    "freedom",
    "guest",
    "hello",
    "iloveyou",
    "internet",
    "jennifer",
    "jordan",
    "letmein",
    "liverpool",
    "login",
    "manager",
    "marlboro",
    "maverick",
    "mercedes",
    "meterbook",
    "metering",
    "michelle",
    "midnight",
    "monkey",
    "mountain",
    "mustang",
    "password",
    "passwort",
    "contraseña",
    "contrasena",
    "princess",
    "qazwsxedc",
    "qwerty",
    "qwertyui",
    "qwertyuiop",
    "samantha",
    "secret",
    "shadow",
    "snowball",
    "starwars",
    "steelers",
    "summer",
    "winter",
    "spring",
    "autumn",
    "sunshine",
    "superman",
    "superuser",
    "swordfish",
    "trustno",
    "utility",
    "victoria",
    "welcome",
    "whatever",
    "zaqxsw",
    "zxcvbnm",
];

/// What is wrong with a password, if something is, for who signs in as `name` at `utility`.
pub fn weakness(password: &str, name: &str, utility: &str) -> Option<Weak> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(Weak::Short);
    }
    if LONGEST < length {
        return Some(Weak::Long);
    }
    let plain = plain(password);
    if COMMON.contains(&plain.as_str()) {
        return Some(Weak::Common);
    }
    if is_pattern(password) {
        return Some(Weak::Pattern);
    }
    let named = |it: &str| {
        let it = self::plain(it);
        // What is left without the name must be able to stand for itself.
        3 <= it.len() && plain.contains(&it) && plain.replacen(&it, "", 1).chars().count() < 6
    };
    let words = utility.split_whitespace().chain([utility, name]);
    words.into_iter().any(named).then_some(Weak::Name)
}

/// In small letters, with letters for the signs that are written instead of them, without spaces
/// and without the digits and signs at its end.
fn plain(text: &str) -> String {
    let letter = |it: char| match it {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '@' | '4' => 'a',
        '$' | '5' => 's',
        other => other,
    };
    let small = text.to_lowercase();
    let body = small.trim_end_matches(|it: char| !it.is_alphabetic());
    body.chars().filter(|it| !it.is_whitespace()).map(letter).collect()
}

fn is_pattern(password: &str) -> bool {
    let signs: Vec<char> = password.to_lowercase().chars().collect();
    let again =
        |piece: usize| signs.iter().skip(piece).zip(&signs).all(|(it, before)| it == before);
    let half = signs.len().div_euclid(2);
    let repeats = (1..=half).any(again);
    let step = |by: i64| {
        let next = |it: &[char]| i64::from(u32::from(it[1])) - i64::from(u32::from(it[0]));
        let close = |it: &[char]| next(it) == by || it == ['9', '0'] || it == ['0', '9'];
        signs.windows(2).all(close)
    };
    repeats || step(1) || step(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_nobody_tries_first_is_taken() {
        for good in ["only for this run of the tests", "correct horse", "rosa4maple", "ñandú-9xk"]
        {
            assert_eq!(weakness(good, "robin", "Cedar Fork Utilities"), None, "{good}");
        }
    }

    #[test]
    fn each_weakness_is_named() {
        for (password, why) in [
            ("seven77", Weak::Short),
            ("x y".repeat(50).as_str(), Weak::Long),
            ("P@ssw0rd1!", Weak::Common),
            ("qwertyuiop", Weak::Common),
            ("Welcome2026", Weak::Common),
            ("aaaaaaaaaa", Weak::Pattern),
            ("abcabcabc", Weak::Pattern),
            ("1234567890", Weak::Pattern),
            ("87654321", Weak::Pattern),
            ("robin2026", Weak::Name),
            ("CedarFork1", Weak::Name),
        ] {
            assert_eq!(weakness(password, "robin", "Cedar Fork"), Some(why), "{password}");
        }
    }
}
