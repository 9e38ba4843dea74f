//! Prices, limits, factors and percentages, and what people get wrong in them.

use crate::money::{Price, Quantity, Share, Unit};
use crate::text::{decimal, scaled};

/// A price that may be below zero, such as a fuel adjustment.
pub(super) fn price(text: &str, per: Unit) -> Result<Price, String> {
    Ok(Price { nano: number(text, 9, "price", "0.0123")?, per })
}

/// A price that is not below zero.
pub(super) fn price_from_zero(text: &str, per: Unit) -> Result<Price, String> {
    let price = price(text, per)?;
    if price.nano < 0 {
        return Err(format!("{text} is below zero; only volume, blocks and percent may be"));
    }
    Ok(price)
}

/// Where a block ends.
pub(super) fn limit(text: &str, unit: Unit) -> Result<Quantity, String> {
    let micro = number(text, 6, "limit", "500")?;
    if micro <= 0 {
        return Err(format!("a block cannot end at {text}; it ends above zero"));
    }
    Ok(Quantity { micro, unit })
}

/// What one unit of the meter makes in the unit of the bill, in millionths.
pub(super) fn factor(text: &str) -> Result<i64, String> {
    let micro = number(text, 6, "factor", "1.03")?;
    if micro <= 0 {
        return Err(format!("{text} is not a factor; a factor is above zero"));
    }
    Ok(micro)
}

/// A percentage. A thousand is the most: more is a slip of the decimal point.
pub(super) fn percentage(text: &str) -> Result<Share, String> {
    let Some(percent) = text.strip_suffix('%') else {
        return Err(format!("{text} is not a percentage; write one with its sign, such as 3.5%"));
    };
    let nano = number(percent.trim_end(), 7, "percentage", "3.5%")?;
    if 10_000_000_000 < nano.unsigned_abs() {
        return Err(format!("{text} is more than 1000%; look where its decimal point is"));
    }
    Ok(Share { nano })
}

fn number(text: &str, places: usize, noun: &str, such_as: &str) -> Result<i64, String> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if text.contains(',') {
        return Err(format!(
            "{text} is not a {noun}; decimals have a point, thousands no sign: {such_as}"
        ));
    }
    if !digits(whole) || !digits(part) {
        return Err(format!("{text} is not a {noun}; write a plain number such as {such_as}"));
    }
    if places < part.len() {
        return Err(format!(
            "{text} is too fine; a {noun} has up to {places} digits after the point"
        ));
    }
    let most = decimal(i64::MAX, places);
    scaled(text, places).ok_or_else(|| format!("{text} is too large; the largest {noun} is {most}"))
}
