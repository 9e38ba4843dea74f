//! Texts in files that people open with a program for tables.

/// A text that no program for tables takes for a formula: somebody's name once was one. It stays on its
/// line, and a number stays a number.
pub(crate) fn text(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let number = |it: &str| it.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b','));
    match text.strip_prefix(['-', '+']) {
        Some(rest) if number(rest) => text,
        None if !text.starts_with(['=', '@', '\t']) => text,
        _ => format!("'{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_text_and_a_number_a_number() {
        for (said, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2+3", "'-2+3"),
            ("+1 555 0100", "'+1 555 0100"),
            ("\t=1", "'\t=1"),
            ("-12.50", "-12.50"),
            ("Rosa\nQuill", "Rosa Quill"),
            ("O'Hara", "O'Hara"),
            ("", ""),
        ] {
            assert_eq!(text(said), written);
        }
    }
}
