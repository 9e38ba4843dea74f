//! Names in plain letters, for the networks of banks, which know no others.

/// A letter as plain letters: without its accent, spelled where that is usual, `?` where nothing is.
pub(super) fn plain(letter: char) -> &'static str {
    const PLAIN: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let at = u32::from(letter).checked_sub(32).and_then(|it| usize::try_from(it).ok());
    if let Some(same) = at.and_then(|it| PLAIN.get(it..=it)) {
        return same;
    }
    let accents: &[(&str, &str)] = &[
        ("ÀÁÂÃÅĀĂĄ", "A"),
        ("Ä", "Ae"),
        ("Æ", "AE"),
        ("ÇĆČ", "C"),
        ("ĎĐÐ", "D"),
        ("ÈÉÊËĒĘĚ", "E"),
        ("ĞĢ", "G"),
        ("ÌÍÎÏĪİ", "I"),
        ("Ķ", "K"),
        ("ŁĻĽ", "L"),
        ("ÑŃŅŇ", "N"),
        ("ÒÓÔÕØŌŐ", "O"),
        ("Ö", "Oe"),
        ("Œ", "OE"),
        ("ŘŔ", "R"),
        ("ŚŞŠȘ", "S"),
        ("ŤŢȚ", "T"),
        ("ÙÚÛŪŮŰŲ", "U"),
        ("Ü", "Ue"),
        ("ÝŸ", "Y"),
        ("ŹŻŽ", "Z"),
        ("Þ", "Th"),
        ("àáâãåāăą", "a"),
        ("ä", "ae"),
        ("æ", "ae"),
        ("çćč", "c"),
        ("ďđð", "d"),
        ("èéêëēęě", "e"),
        ("ğģ", "g"),
        ("ìíîïīı", "i"),
        ("ķ", "k"),
        ("łļľ", "l"),
        ("ñńņň", "n"),
        ("òóôõøōő", "o"),
        ("ö", "oe"),
        ("œ", "oe"),
        ("řŕ", "r"),
        ("śşšș", "s"),
        ("ť", "t"),
        ("ţț", "t"),
        ("ùúûūůűų", "u"),
        ("ü", "ue"),
        ("ýÿ", "y"),
        ("źżž", "z"),
        ("ß", "ss"),
        ("þ", "th"),
        ("‘’‚′", "'"),
        ("“”„", "\""),
        ("–—‐‑−", "-"),
        ("€", "EUR"),
        ("\u{a0}\t", " "),
    ];
    accents.iter().find(|it| it.0.contains(letter)).map_or("?", |it| it.1)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_keep_their_sound() {
        let told = |text: &str| text.chars().flat_map(|it| plain(it).chars()).collect::<String>();
        assert_eq!(told("José Núñez & Söhne"), "Jose Nunez & Soehne");
        assert_eq!(told("O’Brien – Straße"), "O'Brien - Strasse");
        assert_eq!(told("李\n"), "??");
        assert_eq!(told("Az 09~"), "Az 09~");
    }
}
