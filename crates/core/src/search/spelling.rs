//! What a word may have been meant for that is misspelt or mistyped.

use std::collections::BTreeSet;

use super::MAILED;

/// Words that are looked for in place of one that is not found.
const NEAR: usize = 40;
/// Letters that are compared when spelling is doubtful; the rest of a long word has to be like it.
const HEAD: usize = 7;

/// How many letters of a word may be wrong: none of a short one, or else everything is like it.
pub fn slips_forgiven(word: &str) -> usize {
    if word.contains(|it: char| it.is_ascii_digit() || it == MAILED) {
        return 0;
    }
    match word.chars().count() {
        ..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// A word with letters of its beginning left out. Two words that differ by few letters have one of
/// these in common, so that like words are found by looking for equal ones.
pub fn cuts(word: &str) -> BTreeSet<String> {
    let head: Vec<char> = word.chars().take(HEAD).collect();
    let mut cuts = BTreeSet::from([head]);
    // A word of six or seven may be the right one for a wrong one of eight.
    let forgiven = if word.chars().count() < 6 { 1 } else { 2 };
    for _ in 0..forgiven {
        let shorter: Vec<Vec<char>> = cuts
            .iter()
            .flat_map(|it| (0..it.len()).map(|nth| [&it[..nth], &it[nth + 1..]].concat()))
            .collect();
        cuts.extend(shorter);
    }
    cuts.into_iter().map(|it| it.into_iter().collect()).collect()
}

/// The cut of a word that has all of its beginning.
pub fn head(word: &str) -> String {
    word.chars().take(HEAD).collect()
}

/// Of words that share a cut with `word`, those that it may stand for, the likest first.
pub fn near(word: &str, like: impl IntoIterator<Item = String>) -> Vec<String> {
    let forgiven = slips_forgiven(word);
    let apart = like.into_iter().map(|it| (slips(word, &it), it));
    let near: BTreeSet<(usize, String)> =
        apart.filter(|(slips, _)| (1..=forgiven).contains(slips)).collect();
    near.into_iter().take(NEAR).map(|it| it.1).collect()
}

/// Numbers that differ from this one by a slip of the finger: a wrong, a missing or a doubled digit,
/// or two that changed places. None for words without a long number.
pub fn misdialled(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    if chars.iter().filter(|it| it.is_ascii_digit()).count() < 6 {
        return Vec::new();
    }
    let mut others = BTreeSet::new();
    let mut keep = |it: Vec<char>| others.insert(it.into_iter().collect::<String>());
    for nth in 0..=chars.len() {
        let (before, after) = chars.split_at(nth);
        let at_digit = after.first().is_some_and(char::is_ascii_digit);
        if let [first, second, rest @ ..] = after
            && at_digit
            && second.is_ascii_digit()
        {
            keep([before, &[*second, *first], rest].concat());
        }
        if at_digit {
            keep([before, &after[1..]].concat());
        }
        for digit in '0'..='9' {
            if at_digit {
                keep([before, &[digit], &after[1..]].concat());
            }
            if at_digit || before.last().is_some_and(char::is_ascii_digit) {
                keep([before, &[digit], after].concat());
            }
        }
    }
    others.remove(word);
    others.into_iter().collect()
}

/// Letters to change, add, leave out or swap with their neighbour to get from one word to another.
fn slips(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(a != b));
            if 0 < i && 0 < j && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_words_share_a_cut_with_the_right_one() {
        for (wrong, right) in [
            ("jonson", "johnson"),
            ("garica", "garcia"),
            ("gracia", "garcia"),
            ("smithe", "smith"),
            ("juniiper", "juniper"),
            ("kowalsky", "kowalski"),
            ("hernandes", "hernandez"),
            ("fernadnes", "fernandez"),
        ] {
            assert!(!cuts(wrong).is_disjoint(&cuts(right)), "{wrong}");
            assert_eq!(near(wrong, [right.to_owned()]), [right]);
        }
        assert!(near("jones", ["james".to_owned()]).is_empty(), "two letters of five");
        assert!(near("ana", ["ann".to_owned()]).is_empty(), "too short to doubt");
    }

    #[test]
    fn a_slip_of_the_finger_is_one_digit() {
        let others = misdialled("e310001");
        for right in ["e310010", "e31001", "e310007", "e3100001", "e3100012"] {
            assert!(others.contains(&right.to_owned()), "{right}");
        }
        assert!(!others.contains(&"f310001".to_owned()));
        assert!(misdialled("1204").is_empty());
    }
}
