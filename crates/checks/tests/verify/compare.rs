//! A year's bills of theirs beside ours.

use serde_json::Value;

use crate::given::{Bill, Month, Rate, micro};

/// A hundredth of a cent, in millionths of a dollar.
const NEAR: i64 = 100;

const DAYS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// How a year compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Same,
    /// We refuse the rate, and why.
    Refused(String),
    /// The first component that differs, and its month.
    Different(&'static str, usize),
}

/// Compares twelve months and six components.
pub(crate) fn compare(bill: &Bill, rate: &Rate, ours: &Value) -> Outcome {
    if let Some(why) = ours["refused"].as_str() {
        return Outcome::Refused(why.lines().next().unwrap_or(why).to_owned());
    }
    for (nth, theirs) in bill.months.iter().enumerate() {
        let theirs = with_real_days(theirs, bill, rate, DAYS[nth]);
        let ours = |key: &str| micro(&ours["months"][nth][key]);
        let pairs = [
            ("energy", theirs.energy),
            ("demand_flat", theirs.flat),
            ("demand_tou", theirs.timed),
            ("fixed", theirs.fixed),
            ("minimum", theirs.minimum),
            ("total", theirs.total),
        ];
        for (key, theirs) in pairs {
            if NEAR < (ours(key) - theirs).abs() {
                return Outcome::Different(key, nth + 1);
            }
        }
    }
    Outcome::Same
}

/// A month of theirs as if charges by the day counted its days, where they count 365/12.
fn with_real_days(month: &Month, bill: &Bill, rate: &Rate, days: i64) -> Month {
    let daily_least = rate.least.is_some_and(|(_, daily)| daily);
    if !rate.fixed_daily && !daily_least {
        return *month;
    }
    let mut real = *month;
    if rate.fixed_daily {
        real.fixed = (month.fixed * 12 * days).div_euclid(365);
    }
    if let Some((least, daily)) = rate.least {
        let least = if daily { least * days } else { least };
        let energy = if bill.program == Some(4) { month.gross } else { month.energy };
        let charged = energy + real.flat + real.timed + real.fixed;
        let charged = if bill.program.is_some() { charged.max(0) } else { charged };
        real.minimum = (least - charged).max(0);
    }
    real.total += real.fixed - month.fixed + real.minimum - month.minimum;
    real
}
