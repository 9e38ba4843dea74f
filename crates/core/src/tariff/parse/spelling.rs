//! The word that somebody most likely meant.

/// The known word that is nearest to `word`; `None` when none is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = word.chars().count().div_euclid(3) + 1;
    let near = known.map(|it| (distance(word, it), it)).min_by_key(|(steps, _)| *steps);
    near.filter(|(steps, _)| *steps <= far).map(|(_, it)| it)
}

/// How many letters must be put in, left out or changed to make one word of the other, small and
/// capital letters being the same. Words of more letters than any of ours are simply far away.
fn distance(from: &str, to: &str) -> usize {
    let (from, to) = (from.to_lowercase(), to.to_lowercase());
    if 60 < from.len().max(to.len()) {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, left) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (index, right) in to.chars().enumerate() {
            let changed = corner + usize::from(left != right);
            corner = row[index + 1];
            row[index + 1] = changed.min(corner + 1).min(row[index] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_none() {
        let known = ["daily", "monthly", "demand"];
        assert_eq!(nearest("dayly", known.into_iter()), Some("daily"));
        assert_eq!(nearest("Demnd", known.into_iter()), Some("demand"));
        assert_eq!(nearest("xyzzy", known.into_iter()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
