//! What makes paper the utility's own: a colour, a line under the name, the words at the foot, a mark.

use super::{NotRead, first_word, lines};
use crate::person::Language;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("brand.txt");

/// Colour and words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// Of the box with the amount, as `#0E5A4B`.
    pub colour: String,
    /// Under the name, instead of services, telephone and site.
    pub tagline: Vec<(Language, String)>,
    /// At the foot of every page, instead of what the utility was founded with.
    pub foot: Vec<(Language, String)>,
}

impl Default for Brand {
    fn default() -> Brand {
        Brand::parse(DEFAULT).expect("a test reads the text that comes with it")
    }
}

impl Brand {
    /// Reads a text.
    ///
    /// # Errors
    /// The line that is not understood, with the way out.
    pub fn parse(text: &str) -> Result<Brand, NotRead> {
        let mut brand = Brand { colour: String::new(), tagline: Vec::new(), foot: Vec::new() };
        for (line, text) in lines(text) {
            let (word, rest) = first_word(text);
            let taken = match word {
                "colour" => colour(rest).map(|it| brand.colour = it),
                "tagline" => said(&mut brand.tagline, rest),
                "foot" => said(&mut brand.foot, rest),
                _ => Err(format!("{word} is nothing of a brand; write colour, tagline or foot")),
            };
            taken.map_err(|what| NotRead { line, what })?;
        }
        if brand.colour.is_empty() {
            let what = "no colour; write a line as: colour 0E5A4B".to_owned();
            return Err(NotRead { line: 1, what });
        }
        Ok(brand)
    }
}

/// A mark that needs nothing beside itself: paper has no network, and a page in a mail client should
/// not have any.
///
/// # Errors
/// What it should be.
pub(super) fn mark(text: &str) -> Result<String, NotRead> {
    let refused = |what: String| Err(NotRead { line: 1, what });
    if !text.contains("<svg") {
        return refused("this is no drawing; write the mark as SVG".to_owned());
    }
    let lower = text.to_ascii_lowercase();
    for word in ["<script", "<foreignobject", "<!entity", "href", "url(http", "@import"] {
        if lower.contains(word) {
            return refused(format!("{word} is not drawn; leave it out of the mark"));
        }
    }
    Ok(text.to_owned())
}

/// What is said in one language, once: `en Electric and water since 1911`.
pub(super) fn said(all: &mut Vec<(Language, String)>, text: &str) -> Result<(), String> {
    let (code, text) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let language = Language::from_word(code)
        .ok_or_else(|| format!("`{code}` is no language; write en or es before the words"))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("nothing is said in {code}; leave the line out or say something"));
    }
    if all.iter().any(|it| it.0 == language) {
        return Err(format!("{code} is said twice; leave one"));
    }
    all.push((language, text.to_owned()));
    Ok(())
}

/// What is said in a language.
pub fn of(all: &[(Language, String)], language: Language) -> Option<&str> {
    all.iter().find(|it| it.0 == language).map(|it| it.1.as_str())
}

/// A colour on which white words can be read: 4.5 to 1, as WCAG wants it.
fn colour(text: &str) -> Result<String, String> {
    let digits = text.trim_start_matches('#');
    let wrong = || format!("{text} is no colour; write six digits as in 0E5A4B");
    if digits.len() != 6 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let part = |at: usize| i64::from_str_radix(&digits[at..at + 2], 16).map_err(|_| wrong());
    let (red, green, blue) = (part(0)?, part(2)?, part(4)?);
    // Light as the eye weighs it. The curve of screens is a little steeper than a square, so that
    // this takes a colour for lighter than it is and never for darker.
    let light = 2_126 * red * red + 7_152 * green * green + 722 * blue * blue;
    let whole = 10_000 * 255 * 255;
    // (1 + 0.05) / (light + 0.05) is 4.5 at a light of 0.1833.
    if whole * 1_833 < light * 10_000 {
        return Err(format!("white words on {text} cannot be read; choose a darker colour"));
    }
    Ok(format!("#{}", digits.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_that_comes_with_the_program_is_read() {
        assert_eq!(Brand::default().colour, "#0E5A4B");
    }

    #[test]
    fn a_brand_says_its_colour_and_its_words() {
        let text = "colour 7b4fa0\nfoot en Since 1911\nfoot es Desde 1911\n";
        let brand = Brand::parse(text).unwrap();
        assert_eq!(brand.colour, "#7B4FA0");
        assert_eq!(of(&brand.foot, Language::Spanish), Some("Desde 1911"));
        assert_eq!(of(&brand.tagline, Language::English), None);
    }

    #[test]
    fn what_is_no_brand_is_refused_with_its_line() {
        for (text, line, what) in [
            ("", 1, "no colour; write a line as: colour 0E5A4B"),
            ("colour green", 1, "green is no colour; write six digits as in 0E5A4B"),
            ("colour FFF2D9", 1, "white words on FFF2D9 cannot be read; choose a darker colour"),
            ("font Arial", 1, "font is nothing of a brand; write colour, tagline or foot"),
            (
                "colour 0E5A4B\nfoot Since",
                2,
                "`Since` is no language; write en or es before the words",
            ),
            (
                "colour 0E5A4B\nfoot en",
                2,
                "nothing is said in en; leave the line out or say something",
            ),
            ("foot en a\nfoot en b", 2, "en is said twice; leave one"),
        ] {
            let what = what.to_owned();
            assert_eq!(Brand::parse(text), Err(NotRead { line, what }), "{text}");
        }
    }

    #[test]
    fn a_mark_is_a_drawing_that_needs_nothing_else() {
        let svg =
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0'/></svg>";
        assert_eq!(mark(svg).as_deref(), Ok(svg));
        for (text, why) in [
            ("GIF89a", "line 1: this is no drawing; write the mark as SVG"),
            (
                "<svg><script>1</script></svg>",
                "line 1: <script is not drawn; leave it out of the mark",
            ),
            (
                "<svg><image href='https://x.test/a.png'/></svg>",
                "line 1: href is not drawn; leave it out of the mark",
            ),
        ] {
            assert_eq!(mark(text).unwrap_err().to_string(), why);
        }
    }
}
