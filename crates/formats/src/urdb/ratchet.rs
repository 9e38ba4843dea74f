//! Ratchets: the billed demand does not fall below a share of earlier ones.

use serde_json::Value;

use super::number::nano;
use meterbook_core::rating::MOST_TURNS_BACK;
use meterbook_core::text::decimal;

const ONE: i64 = 1_000_000_000;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The terms of a demand charge, one a line; nothing where the rate has no ratchet.
///
/// `lookbackPercent` is a share of one, `lookbackMonths` says which months' demands are looked at,
/// and `lookbackRange` how many months back; twelve where it is zero or absent.
/// `demandratchetpercentage` has a share for each month.
pub(super) fn terms(rate: &Value) -> Result<String, String> {
    let mut terms = String::new();
    let percent = rate.get("lookbackPercent").map(nano).transpose()?.unwrap_or(0);
    if percent != 0 {
        let turns = match rate.get("lookbackRange").map(nano).transpose()?.unwrap_or(0) {
            0 => 12,
            range if (ONE..ONE * MOST_TURNS_BACK).contains(&range) => range.div_euclid(ONE),
            _ => return Err("its ratchet looks back for more months than we keep".to_owned()),
        };
        let listed = months(rate.get("lookbackMonths"))?;
        if listed.iter().any(|it| *it) {
            terms.push_str(&term(percent, &listed, turns)?);
        }
    }
    if let Some(shares) = rate.get("demandratchetpercentage") {
        let shares = shares.as_array().filter(|it| it.len() == 12);
        let shares = shares.ok_or("its demandratchetpercentage is not twelve shares")?;
        let mut of_month: Vec<(i64, Vec<bool>)> = Vec::new();
        for (month, share) in shares.iter().enumerate() {
            let share = nano(share)?;
            if share == 0 {
                continue;
            }
            match of_month.iter_mut().find(|(it, _)| *it == share) {
                Some((_, months)) => months[month] = true,
                None => {
                    let mut months = vec![false; 12];
                    months[month] = true;
                    of_month.push((share, months));
                }
            }
        }
        for (share, months) in of_month {
            terms.push_str(&term(share, &months, 12)?);
        }
    }
    Ok(terms)
}

/// Shares are written as parts of one or, where somebody wrote 85 for 0.85, as percent.
fn term(share: i64, listed: &[bool], turns: i64) -> Result<String, String> {
    let percent_nano = if share <= 1_500_000_000 { share.checked_mul(100) } else { Some(share) };
    let percent = percent_nano.filter(|it| (0..=1_000_000_000_000).contains(it));
    let percent = percent.ok_or("its ratchet is no share of a demand")?;
    // A percentage has seven decimals.
    let percent = decimal((percent + 50).div_euclid(100), 7);
    let names: Vec<&str> =
        MONTHS.iter().zip(listed).filter(|(_, it)| **it).map(|(name, _)| *name).collect();
    let of = match names.len() {
        12 => format!("{turns} turns"),
        _ => format!("{} in {turns} turns", names.join(", ")),
    };
    Ok(format!("  ratchet  {percent}% of {of} starting at none\n"))
}

/// Which months are flagged; all of them where nobody says.
fn months(flags: Option<&Value>) -> Result<Vec<bool>, String> {
    let Some(flags) = flags else { return Ok(vec![true; 12]) };
    let flag = |it: &Value| match it {
        Value::Bool(flag) => Some(*flag),
        number => number.as_f64().map(|it| it != 0.0),
    };
    let flags = flags.as_array().filter(|it| it.len() == 12);
    let flags: Option<Vec<bool>> = flags.and_then(|it| it.iter().map(flag).collect());
    flags.ok_or_else(|| "its lookbackMonths are not twelve, each looked at or not".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_ratchet_becomes_a_term() {
        let rate = json!({ "lookbackPercent": 0.85, "lookbackRange": 11.0 });
        assert_eq!(terms(&rate).unwrap(), "  ratchet  85% of 11 turns starting at none\n");
        let mut months = vec![false; 12];
        months[5] = true;
        months[6] = true;
        let rate = json!({ "lookbackPercent": 0.6, "lookbackMonths": months });
        assert_eq!(
            terms(&rate).unwrap(),
            "  ratchet  60% of jun, jul in 12 turns starting at none\n"
        );
        assert_eq!(terms(&json!({})).unwrap(), "");
    }
}
