//! What of a page can be read by whoever looks at it: letters that are on it, large enough, that stand out from
//! what is behind them, and that nothing covers or cuts off.
//!
//! Sizes are points as printed. Contrast is that of WCAG 2.2, "contrast ratio".

#![expect(clippy::float_arithmetic, reason = "sizes and colours of what is drawn are no money")]

use hayro_syntax::content::Instruction;
use hayro_syntax::object::Object;
use hayro_syntax::page::Page;

/// The least contrast of letters with what is behind them (WCAG 2.2, 1.4.3).
pub(crate) const CONTRAST: f64 = 4.5;
/// How much of a size may be lost to how numbers are written in a PDF, in points.
const ROUNDED: f64 = 0.01;
/// How wide a letter is at the least where many stand in a row, by its size.
const NARROW: f64 = 0.25;
/// How high the lowest letters reach, by their size.
const LOW: f64 = 0.45;
/// The text rendering mode in which letters are there and not drawn (ISO 32000-1, 9.3.6).
const NOT_DRAWN: f64 = 3.0;

/// The part of each of red, green and blue.
type Colour = [f64; 3];
/// The matrix `[a b c d e f]` of a change of coordinates (ISO 32000-1, 8.3.4).
type Matrix = [f64; 6];

const SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
const BLACK: Colour = [0.0; 3];
const WHITE: Colour = [1.0; 3];

/// Follows how a page is drawn.
pub(crate) struct Sight {
    now: State,
    kept: Vec<State>,
    /// The matrix of the text, and of its line.
    text: [Matrix; 2],
    path: Path,
    /// The outline that is being drawn cuts off what comes.
    cuts: bool,
    /// What was filled, in the order in which it was drawn.
    filled: Vec<Filled>,
    written: Vec<Letters>,
}

#[derive(Clone)]
struct State {
    to_page: Matrix,
    /// `None` where it is a pattern.
    colour: Option<Colour>,
    opacity: f64,
    size: f64,
    mode: f64,
    /// What is drawn outside of it is not there.
    within: Bounds,
}

/// The outline that is being drawn.
#[derive(Default)]
struct Path {
    bounds: Option<Bounds>,
    /// A line of it is neither level nor upright: it fills less than its bounds.
    slanted: bool,
    last: [f64; 2],
}

#[derive(Clone, Copy)]
struct Bounds {
    least: [f64; 2],
    most: [f64; 2],
}

struct Filled {
    bounds: Bounds,
    colour: Option<Colour>,
    opacity: f64,
}

struct Letters {
    /// A point within the first of them.
    at: [f64; 2],
    size: f64,
    colour: Option<Colour>,
    opacity: f64,
    /// What had been filled before.
    above: usize,
}

/// How letters are seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    /// Their size in points; 0 where they are not drawn, or not all of them on the page.
    pub(crate) size: f64,
    /// Their contrast with what is behind them; 1 where something covers them.
    pub(crate) contrast: f64,
}

impl Seen {
    /// Whether whoever needs letters of some size can read them.
    pub(crate) fn is_readable(self, least: f64) -> bool {
        self.size + ROUNDED >= least && self.contrast >= CONTRAST
    }
}

impl Sight {
    pub(crate) fn new(page: &Page<'_>) -> Sight {
        let sheet = page.intersected_crop_box();
        let within = Bounds { least: [sheet.x0, sheet.y0], most: [sheet.x1, sheet.y1] };
        let (colour, opacity) = (Some(BLACK), 1.0);
        let now = State { to_page: SAME, colour, opacity, size: 0.0, mode: 0.0, within };
        let path = Path::default();
        Sight {
            now,
            kept: Vec::new(),
            text: [SAME; 2],
            path,
            cuts: false,
            filled: Vec::new(),
            written: Vec::new(),
        }
    }

    /// Follows an instruction that writes nothing.
    pub(crate) fn follow(&mut self, it: &Instruction<'_, '_>, page: &Page<'_>) {
        let of = numbers(it);
        match (&**it.operator, &*of) {
            (b"q", _) => self.kept.push(self.now.clone()),
            (b"Q", _) => self.now = self.kept.pop().unwrap_or_else(|| self.now.clone()),
            (b"cm", &[a, b, c, d, e, f]) => {
                self.now.to_page = within([a, b, c, d, e, f], self.now.to_page);
            }
            (b"gs", _) => {
                if let Some(Object::Name(name)) = it.operands().next() {
                    let state = page.resources().get_ext_g_state(name);
                    let opacity = state.and_then(|it| it.get::<f64>(b"ca".as_slice()));
                    self.now.opacity = opacity.unwrap_or(self.now.opacity);
                }
            }
            (b"g" | b"sc" | b"scn", &[grey]) => self.now.colour = Some([grey; 3]),
            (b"rg" | b"sc" | b"scn", &[red, green, blue]) => {
                self.now.colour = Some([red, green, blue]);
            }
            (b"k" | b"sc" | b"scn", &[cyan, magenta, yellow, black]) => {
                self.now.colour =
                    Some([cyan, magenta, yellow].map(|it| (1.0 - it) * (1.0 - black)));
            }
            (b"cs", _) => self.now.colour = Some(BLACK),
            (b"sc" | b"scn", _) => self.now.colour = None,
            (b"BT", _) => self.text = [SAME; 2],
            (b"Tm", &[a, b, c, d, e, f]) => self.text = [[a, b, c, d, e, f]; 2],
            (b"Td" | b"TD", &[x, y]) => self.next_line([x, y]),
            (b"Tf", &[size]) => self.now.size = size,
            (b"Tr", &[mode]) => self.now.mode = mode,
            (b"m", &[x, y]) => self.path.goes([x, y], self.now.to_page, false),
            (b"l", &[x, y]) => self.path.goes([x, y], self.now.to_page, true),
            (b"c", &[.., x, y]) | (b"v" | b"y", &[.., x, y]) => {
                self.path.goes([x, y], self.now.to_page, false);
            }
            (b"re", &[x, y, wide, high]) => {
                for corner in [[x, y], [x + wide, y + high]] {
                    self.path.goes(corner, self.now.to_page, false);
                }
            }
            (b"W" | b"W*", _) => self.cuts = true,
            (b"f" | b"F" | b"f*" | b"b" | b"b*" | b"B" | b"B*", _) => {
                self.cut();
                self.fill();
            }
            (b"n" | b"s" | b"S", _) => {
                self.cut();
                self.path = Path::default();
            }
            _ => {}
        }
    }

    /// Follows that so many letters are written in a row.
    pub(crate) fn write(&mut self, count: u32) {
        let State { colour, opacity, size, mode, to_page, within: sheet } = self.now;
        let to_page = within(self.text[0], to_page);
        let [a, b, c, d, ..] = to_page;
        let corners = [[0.0, 0.0], [f64::from(count) * NARROW * size, LOW * size]];
        let whole = corners.iter().all(|it| sheet.has(point(*it, to_page)));
        let drawn = mode != NOT_DRAWN && whole;
        let size = if drawn { size * (a * d - b * c).abs().sqrt() } else { 0.0 };
        // A third of the way up, letters have ink whichever they are.
        let at = point([self.now.size / 8.0, self.now.size / 3.0], to_page);
        let above = self.filled.len();
        self.written.push(Letters { at, size, colour, opacity, above });
    }

    /// How all that was written is seen, in its order, on a page that is white to begin with.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.written.iter().map(|it| self.seen_of(it)).collect()
    }

    fn seen_of(&self, it: &Letters) -> Seen {
        let (before, after) = self.filled.split_at(it.above);
        let here = |of: &&Filled| of.bounds.has(it.at);
        let behind = before.iter().filter(here).fold(WHITE, |under, of| of.over(under));
        // What is written in a pattern is as pale as its palest part, of which nothing is known.
        let ink = it.colour.map_or(behind, |ink| mixed(ink, it.opacity, behind));
        let through = after.iter().filter(here);
        let [ink, behind] = through.fold([ink, behind], |both, of| both.map(|it| of.over(it)));
        Seen { size: it.size, contrast: contrast(ink, behind) }
    }

    fn next_line(&mut self, by: [f64; 2]) {
        let [x, y] = by;
        let line = within([1.0, 0.0, 0.0, 1.0, x, y], self.text[1]);
        self.text = [line; 2];
    }

    /// What comes is seen within the outline alone. One that is no rectangle cuts off more than its bounds say.
    fn cut(&mut self) {
        if std::mem::take(&mut self.cuts) {
            let nothing = Bounds { least: [f64::INFINITY; 2], most: [f64::NEG_INFINITY; 2] };
            self.now.within = self.now.within.and(self.path.bounds.unwrap_or(nothing));
        }
    }

    fn fill(&mut self) {
        let path = std::mem::take(&mut self.path);
        if let (Some(bounds), false) = (path.bounds, path.slanted) {
            let State { colour, opacity, .. } = self.now;
            self.filled.push(Filled { bounds, colour, opacity });
        }
    }
}

impl Path {
    fn goes(&mut self, to: [f64; 2], to_page: Matrix, by_line: bool) {
        let to = point(to, to_page);
        let [x, y] = [0, 1].map(|it| (to[it] - self.last[it]).abs() > ROUNDED);
        self.slanted |= by_line && x && y;
        let Bounds { least, most } = self.bounds.unwrap_or(Bounds { least: to, most: to });
        self.bounds = Some(Bounds {
            least: [0, 1].map(|it| least[it].min(to[it])),
            most: [0, 1].map(|it| most[it].max(to[it])),
        });
        self.last = to;
    }
}

impl Bounds {
    fn has(&self, at: [f64; 2]) -> bool {
        (0..2).all(|it| self.least[it] - ROUNDED <= at[it] && at[it] <= self.most[it] + ROUNDED)
    }

    fn and(self, other: Bounds) -> Bounds {
        Bounds {
            least: [0, 1].map(|it| self.least[it].max(other.least[it])),
            most: [0, 1].map(|it| self.most[it].min(other.most[it])),
        }
    }
}

impl Filled {
    /// What is seen where it lies over something; a pattern hides all.
    fn over(&self, under: Colour) -> Colour {
        self.colour.map_or(WHITE, |it| mixed(it, self.opacity, under))
    }
}

fn mixed(ink: Colour, opacity: f64, under: Colour) -> Colour {
    [0, 1, 2].map(|it| ink[it] * opacity + under[it] * (1.0 - opacity))
}

/// From 1, where they are the same, to 21, black on white.
fn contrast(one: Colour, other: Colour) -> f64 {
    let [one, other] = [one, other].map(luminance);
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How bright a colour looks, from 0 to 1 (WCAG 2.2, "relative luminance").
fn luminance(of: Colour) -> f64 {
    let linear = |it: f64| match it <= 0.040_45 {
        true => it / 12.92,
        false => ((it + 0.055) / 1.055).powf(2.4),
    };
    let [red, green, blue] = of.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Coordinates of the inner matrix within those of the outer one.
fn within(inner: Matrix, outer: Matrix) -> Matrix {
    let [a, b, c, d, e, f] = inner;
    let [e, f] = point([e, f], outer);
    let [oa, ob, oc, od, ..] = outer;
    [a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e, f]
}

fn point([x, y]: [f64; 2], [a, b, c, d, e, f]: Matrix) -> [f64; 2] {
    [a * x + c * y + e, b * x + d * y + f]
}

fn numbers(it: &Instruction<'_, '_>) -> Vec<f64> {
    let mut found = Vec::new();
    for it in it.operands() {
        if let Object::Number(it) = it {
            found.push(it.as_f64());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 1e-9);
        // #767676 on white is the palest grey that passes, by the note of the guidelines.
        let grey = |it: u8| [f64::from(it) / 255.0; 3];
        assert!(contrast(grey(0x76), WHITE) >= CONTRAST);
        assert!(contrast(grey(0x77), WHITE) < CONTRAST);
    }

    #[test]
    fn a_matrix_within_another_turns_and_moves() {
        let [x, y] = point(
            [1.0, 0.0],
            within([0.0, 2.0, -2.0, 0.0, 5.0, 0.0], [1.0, 0.0, 0.0, -1.0, 0.0, 9.0]),
        );
        assert_eq!([x, y], [5.0, 7.0]);
    }
}
