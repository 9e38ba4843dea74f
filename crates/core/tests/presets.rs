//! Presets of protection, by the rules that they stand for: who is not cut off on which day, by which
//! source and until when, and who is, on both sides of each line.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::settle;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::presets::{Of, PRESETS, preset};
use meterbook_core::credit::protection::{Around, PaidOn, PastDue, Rules, Span, Weather, Why};
use meterbook_core::credit::{Noun, Shield, deposit, plan};
use meterbook_core::money::Money;

const RESIDENTIAL: CustomerClass = CustomerClass::Residential;
const COMMERCIAL: CustomerClass = CustomerClass::Commercial;

/// An account in Mill Town, in the county of Kane, about which a test says more.
#[derive(Clone)]
struct Home {
    class: CustomerClass,
    facts: Vec<Fact>,
    past_due: Option<PastDue>,
    least_to_cut: Option<Money>,
    paid: Vec<PaidOn>,
    weather: Vec<Weather>,
}

fn home() -> Home {
    Home {
        class: RESIDENTIAL,
        facts: Vec::new(),
        past_due: None,
        least_to_cut: None,
        paid: Vec::new(),
        weather: Vec::new(),
    }
}

impl Home {
    fn of(self, class: CustomerClass) -> Home {
        Home { class, ..self }
    }

    fn with(mut self, what: Circumstance, from: Date) -> Home {
        self.facts.push(Fact { what, from, to: None });
        self
    }

    /// So many dollars of one bill are past due, which was due on a day.
    fn owes(self, dollars: i64, due: Date) -> Home {
        let amount = Money::from_cents(dollars * 100);
        let past_due = PastDue { amount, oldest: due, newest: due, of_service: amount };
        Home { past_due: Some(past_due), ..self }
    }

    /// Pays so many cents on a day, of so many that are owed and past due.
    fn pays(mut self, on: Date, cents: i64, owed: i64) -> Home {
        let [amount, owed] = [cents, owed].map(Money::from_cents);
        self.paid.push(PaidOn { on, amount, owed, past_due: owed });
        self
    }

    /// The lowest and the highest of a day.
    fn day(mut self, on: Date, low: i64, high: i64) -> Home {
        let (county, by) = ("Kane".to_owned(), String::new());
        self.weather.push(Weather { county, on, low, high, alert: false, by });
        self
    }

    fn alert(mut self, on: Date) -> Home {
        let (county, by) = ("Kane".to_owned(), String::new());
        self.weather.push(Weather { county, on, low: 75, high: 90, alert: true, by });
        self
    }

    fn why(&self, name: &str, on: Date) -> Vec<Why> {
        let text = preset(name, Some("protection")).unwrap().text;
        let rules = Rules::parse(&format!("{text}county Kane: Mill Town\n")).unwrap();
        let calendar = Calendar::parse("holidays us-federal").unwrap();
        let around = Around {
            class: self.class,
            towns: &["Mill Town".to_owned()],
            granted: &[],
            facts: &self.facts,
            past_due: self.past_due,
            least_to_cut: self.least_to_cut,
            paid: &self.paid,
            weather: &self.weather,
            calendar: &calendar,
        };
        rules.shields(&around, on)
    }

    /// The sources of what shields it on a day, each with the first day without it.
    fn kept(&self, name: &str, on: Date) -> Vec<(String, Option<Date>)> {
        self.why(name, on).into_iter().map(|it| (it.cite, it.until)).collect()
    }

    #[track_caller]
    fn is_kept(&self, name: &str, on: Date, cite: &str, until: impl Into<Option<Date>>) {
        let kept = self.kept(name, on);
        assert_eq!(kept.len(), 1, "{name} on {on}: {kept:?}");
        assert!(kept[0].0.contains(cite), "{name} on {on}: {kept:?}");
        assert_eq!(kept[0].1, until.into(), "{name} on {on}");
    }

    #[track_caller]
    fn is_not_kept(&self, name: &str, on: Date) {
        assert_eq!(self.kept(name, on), [], "{name} on {on}");
    }
}

#[test]
fn every_preset_is_rules_of_what_it_is_about_and_names_its_source() {
    for it in PRESETS {
        match it.of {
            Of::Credit(noun) => noun.check(it.text).unwrap(),
            Of::Corrections => drop(settle::Rules::parse(it.text).unwrap()),
        }
        let lines = it.text.lines().filter(|it| !it.starts_with('#'));
        let shielding = lines.filter(|it| it.contains("residential") || it.contains("lasts med"));
        let cited = it.of != Of::Credit(Noun::Protection) || {
            let mut shielding = shielding;
            shielding.all(|it| it.contains(" cite "))
        };
        assert!(cited, "{}", it.name);
    }
    assert_eq!(preset("uk", None).unwrap().of, Of::Corrections);
    assert_eq!(
        preset("il", Some("deposit")).unwrap().of.command(),
        "meterbook credit rules deposit"
    );
    assert_eq!(preset("il", Some("plan")), None);
}

#[test]
fn texas_looks_at_the_day_before_the_next_one_and_at_alerts() {
    let [before, on, after] = [11, 12, 13].map(|day| date(2026, 1, day));
    let cite = "16 TAC 25.483(j)";
    // 32 at the highest the day before, and 32 foreseen for the next 24 hours.
    home().day(before, 20, 32).day(on, 32, 40).is_kept("tx", on, cite, after);
    home().day(before, 20, 32).day(on, 33, 40).day(after, 32, 40).is_kept("tx", on, cite, after);
    home().day(before, 20, 33).day(on, 32, 40).is_not_kept("tx", on);
    home().day(before, 20, 32).day(on, 33, 40).day(after, 33, 40).is_not_kept("tx", on);
    home().of(COMMERCIAL).day(before, 20, 32).day(on, 32, 40).is_not_kept("tx", on);
    // A heat advisory today or in the two days before.
    let hot = home().alert(date(2026, 7, 7));
    hot.is_not_kept("tx", date(2026, 7, 6));
    hot.is_kept("tx", date(2026, 7, 7), cite, date(2026, 7, 10));
    hot.is_kept("tx", date(2026, 7, 9), cite, date(2026, 7, 10));
    hot.is_not_kept("tx", date(2026, 7, 10));
    // Parts must be offered for what comes due then.
    let rules = plan::Rules::parse(preset("tx", Some("plan")).unwrap().text).unwrap();
    assert_eq!(rules.must, [Shield::Weather]);
}

#[test]
fn illinois_keeps_heat_on_in_winter_until_six_business_days_after_an_offer() {
    let cite = "83 Ill. Adm. Code 280.135";
    let heated = home().with(Circumstance::Heating, date(2025, 1, 1));
    heated.is_not_kept("il", date(2026, 11, 30));
    heated.is_kept("il", date(2026, 12, 1), cite, date(2027, 4, 1));
    heated.is_kept("il", date(2027, 3, 31), cite, date(2027, 4, 1));
    heated.is_not_kept("il", date(2027, 4, 1));
    home().is_not_kept("il", date(2026, 12, 1));
    heated.clone().of(COMMERCIAL).is_not_kept("il", date(2026, 12, 1));
    // A notice on Monday 7 December: the sixth business day after it is Tuesday the 15th.
    let offered = heated.clone().with(Circumstance::Offered, date(2026, 12, 7));
    offered.is_kept("il", date(2026, 12, 14), cite, date(2026, 12, 15));
    offered.is_not_kept("il", date(2026, 12, 15));
    // One of the winter before says nothing, nor one of before the season.
    let long_ago = heated.with(Circumstance::Offered, date(2026, 11, 30));
    long_ago.is_kept("il", date(2026, 12, 15), cite, date(2027, 4, 1));
    // At most a fifth of a deposit at once, the rest in four months.
    let text = preset("il", Some("deposit")).unwrap().text;
    let rules = deposit::Rules::parse(text).unwrap();
    let parts = rules.parts(Money::from_cents(10_000), rules.most_parts(), date(2026, 12, 1));
    let cents: Vec<i64> = parts.iter().map(|it| it.1.cents()).collect();
    assert_eq!(cents, [20_00, 20_00, 20_00, 20_00, 20_00]);
    assert_eq!(parts[4].0, date(2027, 4, 1));
}

#[test]
fn pennsylvania_limits_certificates_by_arrears_and_deposits_by_time() {
    let rules = Rules::parse(preset("pa", None).unwrap().text).unwrap();
    let lasts = rules.lasts(Shield::Medical).unwrap();
    assert_eq!((lasts.span, lasts.renewals), (Span::Days(30), Some(2)));
    assert!(lasts.per_arrears && lasts.unless_paying);
    assert_eq!(lasts.cite, "52 Pa. Code 56.114");
    let rules = deposit::Rules::parse(preset("pa", Some("deposit")).unwrap().text).unwrap();
    let since = date(2026, 1, 1);
    let bills = |many: i8| -> Vec<deposit::Kept> {
        let due = |month| deposit::Kept { due: date(2026, month, 20), on_time: true };
        (1..=many).rev().map(due).collect()
    };
    assert!(rules.review(&bills(11), since, date(2026, 12, 31)).is_none());
    assert!(rules.review(&bills(12), since, date(2026, 12, 31)).is_some());
    assert!(rules.review(&[], since, date(2027, 12, 31)).is_none());
    assert!(rules.review(&[], since, date(2028, 1, 1)).is_some());
}

#[test]
fn california_waits_sixty_days_and_seven_business_days_after_contact() {
    let cite = "CA SB 998, H&S 116908";
    let due = date(2026, 3, 2);
    // Told on Monday 20 April: seven business days later it is Wednesday the 29th.
    let told = home().owes(80, due).with(Circumstance::Told, date(2026, 4, 20));
    let kept = told.kept("ca", date(2026, 4, 28));
    assert_eq!(kept.len(), 2, "both: {kept:?}");
    told.is_kept("ca", date(2026, 4, 29), cite, date(2026, 5, 1));
    told.is_kept("ca", date(2026, 4, 30), "60 days", date(2026, 5, 1));
    told.is_not_kept("ca", date(2026, 5, 1));
    let late = home().owes(80, due);
    late.is_kept("ca", date(2026, 9, 1), "contact", None);
    // What was told of an older debt says nothing of this one.
    let before = home().owes(80, due).with(Circumstance::Told, date(2026, 3, 1));
    before.is_kept("ca", date(2026, 9, 1), "contact", None);
    // Who gets letters elsewhere lets somebody live there.
    let other = told.with(Circumstance::Elsewhere, due);
    other.is_kept("ca", date(2026, 5, 1), "occupant", None);
    let both = other.clone().with(Circumstance::OccupantTold, date(2026, 4, 20));
    both.is_not_kept("ca", date(2026, 5, 1));
    other.of(COMMERCIAL).is_not_kept("ca", date(2026, 3, 3));
}

#[test]
fn arkansas_goes_by_cold_heat_and_half_of_what_is_owed() {
    let on = date(2026, 11, 1);
    let next = date(2026, 11, 2);
    home().day(on, 32, 50).is_kept("ar", on, "AR", next);
    home().day(on, 40, 50).day(next, 32, 50).is_kept("ar", on, "AR", next);
    home().day(on, 33, 50).is_not_kept("ar", on);
    home().day(date(2026, 10, 31), 20, 30).is_not_kept("ar", date(2026, 10, 31));
    home().day(date(2027, 3, 31), 32, 50).is_kept("ar", date(2027, 3, 31), "AR", date(2027, 4, 1));
    home().day(date(2027, 4, 1), 32, 50).is_not_kept("ar", date(2027, 4, 1));
    let summer = date(2026, 7, 7);
    for who in [Circumstance::Elderly, Circumstance::Disabled] {
        let hot = home().with(who, date(2026, 1, 1));
        hot.clone().day(summer, 70, 96).is_kept("ar", summer, "AR", date(2026, 7, 8));
        hot.day(summer, 70, 95).is_not_kept("ar", summer);
    }
    home().day(summer, 70, 96).is_not_kept("ar", summer);
    // Half of what is past due defers the rest to April.
    let owes = |cents| home().owes(100, date(2026, 11, 20)).pays(date(2026, 12, 10), cents, 20_000);
    owes(10_000).is_kept("ar", date(2026, 12, 10), "half", date(2027, 4, 1));
    owes(10_000).is_kept("ar", date(2027, 3, 31), "half", date(2027, 4, 1));
    owes(10_000).is_not_kept("ar", date(2027, 4, 1));
    owes(99_99).is_not_kept("ar", date(2026, 12, 10));
    // What came due after it is not deferred.
    let later = owes(10_000).owes(100, date(2026, 12, 20));
    later.is_not_kept("ar", date(2026, 12, 21));
}

#[test]
fn iowa_georgia_and_kansas_go_by_degrees_below() {
    for (name, first, last, above, after) in [
        ("ia", date(2026, 11, 1), date(2027, 4, 1), 20, date(2027, 4, 2)),
        ("ga", date(2026, 11, 15), date(2027, 3, 15), 32, date(2027, 3, 16)),
        ("ks", date(2026, 11, 1), date(2027, 3, 31), 35, date(2027, 4, 1)),
    ] {
        let day = |on, low| home().day(on, low, 50);
        let cite = name.to_uppercase();
        day(first, above - 1).is_kept(name, first, &cite, first.tomorrow().unwrap());
        day(first, above).is_not_kept(name, first);
        let before = first.yesterday().unwrap();
        day(before, above - 1).is_not_kept(name, before);
        day(last, above - 1).is_kept(name, last, &cite, after);
        day(after, above - 1).is_not_kept(name, after);
    }
    let hot = home().alert(date(2026, 7, 7));
    hot.is_kept("ga", date(2026, 7, 7), "heat advisory", date(2026, 7, 8));
    hot.is_not_kept("ga", date(2026, 7, 8));
    hot.is_not_kept("ks", date(2026, 7, 7));
}

#[test]
fn massachusetts_keeps_infants_the_ill_and_homes_of_the_elderly_warm() {
    for who in [Circumstance::Infant, Circumstance::Ill, Circumstance::Elderly] {
        let home = home().with(who, date(2026, 1, 1));
        home.is_not_kept("ma", date(2026, 11, 14));
        home.is_kept("ma", date(2026, 11, 15), "MA", date(2027, 5, 1));
        home.is_kept("ma", date(2027, 4, 30), "MA", date(2027, 5, 1));
        home.is_not_kept("ma", date(2027, 5, 1));
    }
    home().is_not_kept("ma", date(2026, 12, 1));
    home().with(Circumstance::Disabled, date(2026, 1, 1)).is_not_kept("ma", date(2026, 12, 1));
    // A child born on 10 February 2026 is one year old in the middle of the season.
    let rules = Rules::parse(preset("ma", None).unwrap().text).unwrap();
    let lasts = rules.stays(Circumstance::Infant);
    let born = Fact::new(Circumstance::Infant, date(2026, 2, 10), None, lasts);
    let family = Home { facts: vec![born], ..home() };
    family.is_kept("ma", date(2027, 2, 9), "12 months", date(2027, 2, 10));
    family.is_not_kept("ma", date(2027, 2, 10));
}

#[test]
fn minnesota_keeps_who_comes_and_keeps_a_plan() {
    let came = home().with(Circumstance::Asked, date(2026, 10, 20));
    let keeps = came.clone().with(Circumstance::Plan, date(2026, 10, 21));
    keeps.is_kept("mn", date(2026, 10, 21), "Cold Weather Rule", date(2027, 4, 16));
    keeps.is_kept("mn", date(2027, 4, 15), "Cold Weather Rule", date(2027, 4, 16));
    keeps.is_not_kept("mn", date(2027, 4, 16));
    came.is_not_kept("mn", date(2026, 10, 21));
    home().with(Circumstance::Plan, date(2026, 10, 21)).is_not_kept("mn", date(2026, 10, 21));
    // Whoever came before the season began comes again.
    let early = home().with(Circumstance::Plan, date(2026, 10, 1));
    let early = early.with(Circumstance::Asked, date(2026, 10, 14));
    early.is_not_kept("mn", date(2026, 10, 15));
}

#[test]
fn ohio_restores_for_what_is_owed_or_175_dollars_and_33_once_a_season() {
    let cite = "OH Winter Reconnect";
    let (due, on) = (date(2026, 10, 1), date(2026, 11, 2));
    let pays = |cents, owed| home().owes(200, due).pays(on, cents, owed);
    pays(20_800, 40_000).is_kept("oh", on, cite, date(2027, 4, 16));
    pays(20_799, 40_000).is_not_kept("oh", on);
    // Who owes less pays that and 33 dollars.
    pays(13_300, 10_000).is_kept("oh", on, cite, date(2027, 4, 16));
    pays(13_299, 10_000).is_not_kept("oh", on);
    assert!(pays(20_800, 40_000).why("oh", on)[0].restores);
    pays(20_800, 40_000).is_kept("oh", date(2027, 4, 15), cite, date(2027, 4, 16));
    pays(20_800, 40_000).is_not_kept("oh", date(2027, 4, 16));
    // Before the window opens it is a payment like any other.
    let early = home().owes(200, due).pays(date(2026, 10, 17), 20_800, 40_000);
    early.is_not_kept("oh", date(2026, 10, 18));
    let first = home().owes(200, due).pays(date(2026, 10, 18), 20_800, 40_000);
    first.is_kept("oh", date(2026, 10, 18), cite, date(2027, 4, 16));
    // A bill that came due since is not kept from a cut, and a second time is none.
    let again = pays(20_800, 40_000).pays(date(2027, 1, 10), 20_800, 40_000);
    again.owes(200, date(2026, 12, 20)).is_not_kept("oh", date(2027, 1, 10));
}

#[test]
fn australia_keeps_who_applied_for_a_concession_and_who_owes_no_energy() {
    let owes = home().owes(500, date(2026, 3, 2));
    owes.is_not_kept("au", date(2026, 4, 1));
    let applied = owes.clone().with(Circumstance::Concession, date(2026, 3, 20));
    applied.is_not_kept("au", date(2026, 3, 19));
    applied.is_kept("au", date(2026, 3, 20), "NERR r.116", None);
    let past_due = owes.past_due.map(|it| PastDue { of_service: Money::ZERO, ..it });
    let other = Home { past_due, ..home() };
    other.is_kept("au", date(2026, 4, 1), "NERR r.116", None);
    // Energy for less than a cut takes is no reason for one, whatever else is past due.
    let energy = |cents| {
        let of_service = Money::from_cents(cents);
        let past_due = owes.past_due.map(|it| PastDue { of_service, ..it });
        Home { past_due, least_to_cut: Some(Money::from_cents(10_000)), ..home() }
    };
    energy(99_99).is_kept("au", date(2026, 4, 1), "NERR r.116", None);
    energy(10_000).is_not_kept("au", date(2026, 4, 1));
    // Where all of it is less than that, other charges make no difference.
    let more = Home { least_to_cut: Some(Money::from_cents(50_001)), ..energy(1) };
    more.is_not_kept("au", date(2026, 4, 1));
    home().is_not_kept("au", date(2026, 4, 1));
    // The amount of the AER, where somebody writes it.
    let rules = Rules::parse("under-owed any 300.00 cite AU NERR r.116\n").unwrap();
    let calendar = Calendar::parse("holidays us-federal").unwrap();
    let kept = |cents| {
        let amount = Money::from_cents(cents);
        let (oldest, newest, of_service) = (date(2026, 3, 2), date(2026, 3, 2), amount);
        let past_due = Some(PastDue { amount, oldest, newest, of_service });
        let around = Around {
            class: RESIDENTIAL,
            towns: &[],
            granted: &[],
            facts: &[],
            past_due,
            least_to_cut: None,
            paid: &[],
            weather: &[],
            calendar: &calendar,
        };
        rules.shields(&around, date(2026, 4, 1)).len()
    };
    assert_eq!((kept(29_999), kept(30_000)), (1, 0));
}

#[test]
fn back_billing_reaches_twelve_months_in_britain_and_nine_in_australia() {
    for (name, first) in [("uk", date(2025, 6, 15)), ("au", date(2025, 9, 15))] {
        let text = preset(name, Some("corrections")).unwrap().text;
        let rules = settle::Rules::parse(text).unwrap();
        let today = date(2026, 6, 15);
        assert_eq!(rules.reach(Cause::Read, RESIDENTIAL, today), Some(first), "{name}");
        assert_eq!(rules.reach(Cause::Tampering, RESIDENTIAL, today), None, "{name}");
    }
}
