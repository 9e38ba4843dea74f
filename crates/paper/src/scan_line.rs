//! The scan line of the stub: what a lockbox reads instead of a person.

use jiff::civil::Date;
use meterbook_core::id::{AccountNumber, check_digit};
use meterbook_core::money::Money;

/// `0441709268 082526 0000035032 0`: account, due date, amount due in cents, and a check digit over
/// all of it (Luhn). A credit balance asks for nothing.
pub(crate) fn scan_line(account: AccountNumber, due: Date, amount: Money) -> String {
    let account = format!("{:010}", account.digits());
    let due = due.strftime("%m%d%y").to_string();
    let cents = format!("{:010}", amount.cents().max(0));
    let digit = [&account, &due, &cents]
        .into_iter()
        .map(|part| check_digit(part.parse().expect("they are digits")))
        .sum::<i64>()
        .rem_euclid(10);
    format!("{account} {due} {cents} {digit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digit_shows_in_the_last_one() {
        let account = AccountNumber::new(44_170_926).unwrap();
        let due = jiff::civil::date(2026, 8, 25);
        let line = scan_line(account, due, Money::from_cents(35_032));
        assert!(line.starts_with("0441709268 082526 0000035032 "), "{line}");
        let other = scan_line(account, due, Money::from_cents(35_033));
        assert_ne!(line.chars().last(), other.chars().last());
        assert!(scan_line(account, due, Money::from_cents(-5)).contains(" 0000000000 "));
    }
}
