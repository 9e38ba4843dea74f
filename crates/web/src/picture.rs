//! Pictures of use, drawn on the server for two widths, so that no text shrinks on a telephone: shapes
//! with their classes, which the style sheet colours.

use meterbook_app::usage::explore::Bar;
use meterbook_core::money::Money;
use meterbook_core::text::grouped;

/// A drawing.
pub(crate) struct Picture {
    /// The class that shows it at its width.
    pub(crate) class: &'static str,
    /// All of it in a sentence.
    pub(crate) says: String,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) lines: Vec<Stroke>,
    pub(crate) boxes: Vec<Shape>,
    pub(crate) dots: Vec<(i64, i64)>,
    pub(crate) texts: Vec<Text>,
}

/// A straight line.
pub(crate) struct Stroke {
    pub(crate) from: (i64, i64),
    pub(crate) to: (i64, i64),
    pub(crate) class: &'static str,
}

/// A rectangle.
pub(crate) struct Shape {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) class: String,
    /// Hundredths of its colour.
    pub(crate) opacity: i64,
    pub(crate) title: String,
}

/// A word.
pub(crate) struct Text {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// A bar of amounts.
pub(crate) struct Sum {
    /// What stands under it.
    pub(crate) below: String,
    /// What is said of it.
    pub(crate) title: String,
    /// Its parts, each with the class that colours it; what is below zero goes down.
    pub(crate) parts: Vec<(String, Money)>,
}

/// The class that colours a bar.
type Colour<'c> = dyn Fn(&Bar) -> &'static str + 'c;
/// What stands under a bar, and what is said of it.
type Label<'l> = dyn Fn(&Bar) -> (String, String) + 'l;

/// The two widths: a page, and a telephone.
const WIDTHS: [(&str, i64); 2] = [("wide-only", 860), ("narrow-only", 288)];
const LEFT: i64 = 48;
const TOP: i64 = 14;
const BASE: i64 = 190;
const HIGH: i64 = 214;

/// Bars up for what came, stacked where it is known by hours, and down for what was sent back. What is
/// estimated has a dashed outline, and what is missing is a dashed box.
pub(crate) fn bars(
    bars: &[Bar],
    colour: &Colour<'_>,
    says: &str,
    label: &Label<'_>,
) -> Vec<Picture> {
    WIDTHS.iter().map(|(class, width)| one(bars, colour, (says, label), class, *width)).collect()
}

fn one(
    bars: &[Bar],
    colour: &Colour<'_>,
    (says, label): (&str, &Label<'_>),
    class: &'static str,
    width: i64,
) -> Picture {
    let up = bars.iter().map(|it| it.cell.delivered_micro.max(it.before_micro.unwrap_or(0)));
    let (up, down) = (
        up.max().unwrap_or(0).max(1),
        bars.iter().map(|it| it.cell.received_micro).max().unwrap_or(0).max(0),
    );
    let step = step(up + down);
    let (above, below) = ((up + step - 1).div_euclid(step), (down + step - 1).div_euclid(step));
    let each = (BASE - TOP).div_euclid((above + below).max(1));
    let zero = TOP + above * each;
    let high = |micro: i64| {
        let exact = i128::from(micro.max(0)) * i128::from(each);
        i64::try_from(exact.div_euclid(i128::from(step))).unwrap_or(0)
    };
    let mut picture = empty(class, says, width, HIGH);
    for nth in -below..=above {
        let y = zero - nth * each;
        let line = if nth == 0 { "axis" } else { "grid" };
        picture.lines.push(Stroke { from: (LEFT, y), to: (width, y), class: line });
        let text = number(nth * step);
        picture.texts.push(Text { x: LEFT - 6, y: y + 4, class: "scale", text });
    }
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let slot = (width - LEFT).div_euclid(count);
    let gap = (slot.div_euclid(5)).max(1);
    let every = (34 + slot - 1).div_euclid(slot.max(1)).max(1);
    for (nth, bar) in (0..).zip(bars) {
        let (x, wide) = (LEFT + nth * slot + gap.div_euclid(2), (slot - gap).max(1));
        let (below_bar, title) = label(bar);
        let shape = |y, height, class: String| Shape {
            x,
            y,
            width: wide,
            height,
            class,
            opacity: 100,
            title: title.clone(),
        };
        if bar.cell.is_gap() || 0 < bar.cell.missing {
            let height = high(bar.cell.delivered_micro).max(22);
            picture.boxes.push(shape(zero - height, height, "gap".to_owned()));
        }
        let guessed = if 0 < bar.cell.estimated { " guessed" } else { "" };
        if bar.stack.is_empty() {
            // Little beside much is still something, and no gap.
            let height = high(bar.cell.delivered_micro).max(1);
            if 0 < bar.cell.delivered_micro {
                let class = format!("{}{guessed}", colour(bar));
                picture.boxes.push(shape(zero - height, height, class));
            }
        } else {
            let mut y = zero;
            for (period, micro) in bar.stack.iter().enumerate().rev() {
                let height = high(*micro);
                y -= height;
                if 0 < height {
                    let inner = (height - 1).max(1);
                    picture.boxes.push(shape(y, inner, format!("p{}{guessed}", period.min(4))));
                }
            }
        }
        let sent = high(bar.cell.received_micro);
        if 0 < sent {
            picture.boxes.push(shape(zero + 1, sent, format!("export{guessed}")));
            let net = bar.cell.delivered_micro - bar.cell.received_micro;
            let y = if 0 <= net { zero - high(net) } else { zero + high(-net) };
            picture.dots.push((x + wide.div_euclid(2), y));
        }
        if let Some(before) = bar.before_micro {
            let y = zero - high(before);
            let stroke = Stroke { from: (x - 2, y), to: (x + wide + 2, y), class: "before" };
            picture.lines.push(stroke);
        }
        if nth % every == 0 {
            let x = x + wide.div_euclid(2);
            picture.texts.push(Text { x, y: HIGH - 6, class: "letter", text: below_bar });
        }
    }
    picture
}

/// Weekdays below each other, hours beside each other: the more, the darker.
pub(crate) fn heat(rows: &[[Option<i64>; 24]], days: &[&str; 7], says: &str) -> Vec<Picture> {
    let most = rows.iter().flatten().flatten().copied().max().unwrap_or(1).max(1);
    let draw = |&(class, width): &(&'static str, i64)| {
        let (cell, row) = ((width - LEFT).div_euclid(24), 20);
        let mut picture = empty(class, says, width, 7 * row + 24);
        for (nth, (name, hours)) in (0..).zip(days.iter().zip(rows)) {
            let y = nth * row;
            let text = (*name).to_owned();
            picture.texts.push(Text { x: LEFT - 6, y: y + 14, class: "scale", text });
            for (hour, micro) in (0..).zip(hours) {
                let (class, opacity) = match micro {
                    Some(micro) => ("hot", 8 + (micro.max(&0) * 92).div_euclid(most)),
                    None => ("gap", 100),
                };
                let said = micro.map_or_else(|| "–".to_owned(), precise);
                picture.boxes.push(Shape {
                    x: LEFT + hour * cell,
                    y,
                    width: cell - 1,
                    height: row - 1,
                    class: class.to_owned(),
                    opacity,
                    title: format!("{name} {hour}:00 {said}"),
                });
            }
        }
        for hour in [0, 6, 12, 18] {
            let (x, text) = (LEFT + hour * cell, format!("{hour}:00"));
            picture.texts.push(Text { x, y: 7 * row + 16, class: "hour", text });
        }
        picture
    };
    WIDTHS.iter().map(draw).collect()
}

/// Bars of amounts, their parts upon each other.
pub(crate) fn sums(bars: &[Sum], says: &str) -> Vec<Picture> {
    let of = |it: &Sum, up: bool| -> i64 {
        let ours = it.parts.iter().map(|it| it.1.cents()).filter(|it| (0 < *it) == up);
        ours.map(i64::saturating_abs).fold(0, i64::saturating_add)
    };
    let most = |up: bool| bars.iter().map(|it| of(it, up)).max().unwrap_or(0);
    let (up, down) = (most(true), most(false));
    let step = step(up.saturating_add(down).max(1));
    let (above, below) = ((up + step - 1).div_euclid(step), (down + step - 1).div_euclid(step));
    let each = (BASE - TOP).div_euclid((above + below).max(1));
    let zero = TOP + above * each;
    let high = |cents: i64| {
        let exact = i128::from(cents.saturating_abs()) * i128::from(each);
        i64::try_from(exact.div_euclid(i128::from(step))).unwrap_or(0)
    };
    let draw = |&(class, width): &(&'static str, i64)| {
        let mut picture = empty(class, says, width, HIGH);
        for nth in -below..=above {
            let y = zero - nth * each;
            let line = if nth == 0 { "axis" } else { "grid" };
            picture.lines.push(Stroke { from: (LEFT, y), to: (width, y), class: line });
            let text = number((nth * step).saturating_mul(10_000));
            picture.texts.push(Text { x: LEFT - 6, y: y + 4, class: "scale", text });
        }
        let slot = (width - LEFT).div_euclid(i64::try_from(bars.len()).unwrap_or(1).max(1));
        let gap = slot.div_euclid(5).max(1);
        // A word under a bar takes some room.
        let every = (76 + slot - 1).div_euclid(slot.max(1)).max(1);
        for (nth, bar) in (0..).zip(bars) {
            let (x, wide) = (LEFT + nth * slot + gap.div_euclid(2), (slot - gap).max(1));
            let (mut upper, mut lower) = (zero, zero);
            for (class, amount) in &bar.parts {
                let height = high(amount.cents());
                let y = if Money::ZERO < *amount {
                    upper -= height;
                    upper
                } else {
                    lower += height;
                    lower - height
                };
                if 0 < height {
                    let (class, title) = (class.clone(), bar.title.clone());
                    let opacity = 100;
                    let shape = Shape { x, y, width: wide, height, class, opacity, title };
                    picture.boxes.push(shape);
                }
            }
            if nth % every == 0 {
                let (x, text) = (x + wide.div_euclid(2), bar.below.clone());
                picture.texts.push(Text { x, y: HIGH - 6, class: "letter", text });
            }
        }
        picture
    };
    WIDTHS.iter().map(draw).collect()
}

fn empty(class: &'static str, says: &str, width: i64, height: i64) -> Picture {
    Picture {
        class,
        says: says.to_owned(),
        width,
        height,
        lines: Vec::new(),
        boxes: Vec::new(),
        dots: Vec::new(),
        texts: Vec::new(),
    }
}

/// The step of a scale with at most some five lines: one, two or five times a power of ten.
fn step(most: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for times in [1, 2, 5] {
            if most <= power.saturating_mul(times * 5) {
                return power * times;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A number of the scale, with as many decimals as it has.
pub(crate) fn number(micro: i64) -> String {
    let plain = grouped(&meterbook_core::text::decimal(micro, 6));
    plain.strip_prefix('-').map_or(plain.clone(), |it| format!("−{it}"))
}

/// A value, to thousandths.
pub(crate) fn precise(micro: i64) -> String {
    let thousandths = (micro + 500).div_euclid(1_000);
    number(thousandths * 1_000)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_app::usage::rows::Cell;
    use meterbook_core::period::Period;

    use super::*;

    fn bar(delivered: i64, received: i64, missing: u32, stack: &[i64]) -> Bar {
        let known = u32::from(0 < delivered + received);
        let cell = Cell {
            delivered_micro: delivered * 1_000_000,
            received_micro: received * 1_000_000,
            known,
            estimated: 0,
            missing,
        };
        let days = Period::new(date(2026, 1, 1), date(2026, 1, 2)).expect("a day");
        let stack = stack.iter().map(|it| it * 1_000_000).collect();
        Bar { days, hour: 0, cell, stack, before_micro: None }
    }

    #[test]
    fn a_gap_is_a_box_and_never_a_zero_and_what_is_sent_back_is_below_the_line() {
        let all = [bar(40, 0, 0, &[10, 30]), bar(0, 0, 24, &[]), bar(20, 10, 0, &[])];
        let label = |_: &Bar| ("1".to_owned(), "says".to_owned());
        for picture in bars(&all, &|_| "electric", "all of it", &label) {
            let axis = picture.lines.iter().find(|it| it.class == "axis").expect("it has one");
            let zero = axis.from.1;
            let of = |class: &str| -> Vec<&Shape> {
                picture.boxes.iter().filter(|it| it.class == class).collect()
            };
            assert_eq!((of("gap").len(), of("p0").len(), of("p1").len()), (1, 1, 1));
            assert!(of("p0")[0].y < of("p1")[0].y, "the dearest is on top");
            assert!(of("export")[0].y > zero && of("electric")[0].y < zero);
            assert_eq!(picture.dots.len(), 1);
            let right = picture.boxes.iter().map(|it| it.x + it.width).max();
            assert!(right.is_some_and(|it| it <= picture.width), "{right:?}");
        }
    }

    #[test]
    fn amounts_below_zero_go_down_and_parts_stand_upon_each_other() {
        let part = |class: &str, cents| (class.to_owned(), Money::from_cents(cents));
        let bar = |parts| Sum { below: "Jan".to_owned(), title: "said".to_owned(), parts };
        let all = [bar(vec![part("p0", 30_00), part("p1", 10_00)]), bar(vec![part("p0", -20_00)])];
        for picture in sums(&all, "all of it") {
            let axis = picture.lines.iter().find(|it| it.class == "axis").expect("it has one");
            let zero = axis.from.1;
            let [first, second, third] = &picture.boxes[..] else { panic!("three parts") };
            assert_eq!((first.y + first.height, second.y + second.height), (zero, first.y));
            assert_eq!((third.y, first.height), (zero, 3 * second.height));
            let scale: Vec<&str> = picture.texts.iter().map(|it| it.text.as_str()).collect();
            assert!(scale.contains(&"20") && scale.contains(&"−20"), "{scale:?}");
        }
    }

    #[test]
    fn a_scale_has_a_few_lines_at_round_numbers() {
        for (most, expected) in
            [(1, 1), (5, 1), (6, 2), (26, 10), (1_084, 500), (7_000_000, 2_000_000)]
        {
            assert_eq!(step(most), expected, "{most}");
        }
        assert_eq!(
            (number(-20_000_000), precise(1_234_567)),
            ("−20".to_owned(), "1.235".to_owned())
        );
    }
}
