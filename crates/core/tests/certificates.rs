//! Certificates: whole ones are made of what is reported, nothing is lost, none is counted twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_core::certificate::{
    Book, CERTIFICATE_MICRO, Election, NotMoved, NotReported, Owner, Serials, Settled, Source,
    Standing, Step, Vintage,
};
use proptest::prelude::*;

const TODAY: Date = date(2027, 6, 15);
const KWH: i64 = 1_000_000;

fn month(nth: i8) -> Vintage {
    Vintage::of(date(2026, nth, 1)).unwrap()
}

fn serials(from: i64, to: i64) -> Serials {
    Serials::new(from, to).unwrap()
}

fn book() -> Book {
    let elections = vec![Election { from: month(1), owner: Owner::Utility }];
    Book { elections, ..Book::default() }
}

/// Reports a month, a second time as an adjustment.
fn report(book: &mut Book, nth: i8, kwh: i64) -> Settled {
    let adjustment = book.reported(month(nth)).is_some();
    let settled = book.report(month(nth), kwh * KWH, (Source::Said, adjustment), TODAY).unwrap();
    book.settle(&settled, TODAY);
    settled
}

fn transfer(book: &mut Book, from: i64, to: i64, holder: &str) -> Result<(), NotMoved> {
    let step = Step::Transfer { to: holder.to_owned() };
    book.take_step(serials(from, to), step, TODAY).map(|_| ())
}

fn retire(book: &mut Book, from: i64, to: i64) -> Result<(), NotMoved> {
    let (beneficiary, reason) = ("Alder Creek School".to_owned(), "RPS 2026".to_owned());
    book.take_step(serials(from, to), Step::Retire { beneficiary, reason }, TODAY).map(|_| ())
}

/// Where the certificates stand, in a word each.
fn standing(book: &Book) -> Vec<(String, &'static str)> {
    let lots = book.lots().unwrap();
    lots.iter().map(|it| (it.serials.to_string(), it.standing.word())).collect()
}

#[test]
fn a_fraction_is_added_to_the_next_month() {
    let mut book = book();
    assert_eq!(report(&mut book, 1, 700).minted, 0);
    assert_eq!(book.remainder_micro(), 700 * KWH);
    // 700 + 2,450 = 3,150: three certificates of February, and 150 are left.
    assert_eq!(report(&mut book, 2, 2_450).minted, 3);
    assert_eq!(book.remainder_micro(), 150 * KWH);
    let lots = book.lots().unwrap();
    assert_eq!((lots[0].vintage, lots[0].holder.as_str()), (month(2), "utility"));
}

#[test]
fn an_adjustment_states_the_new_total_and_makes_what_is_missing() {
    let mut book = book();
    report(&mut book, 1, 18_000);
    // The registry's own example: 18 MWh were reported, 20.7 it should have been.
    assert_eq!(report(&mut book, 1, 20_700).minted, 2);
    assert_eq!(standing(&book), [("1-20".to_owned(), "active")]);
    assert_eq!(book.remainder_micro(), 700 * KWH);
}

#[test]
fn an_adjustment_down_takes_back_the_newest_that_nobody_else_has() {
    let mut book = book();
    report(&mut book, 1, 5_200);
    report(&mut book, 2, 3_000);
    transfer(&mut book, 5, 5, "Prairie Wind Co-op").unwrap();
    // 2,100 less leave 200 - 2,100 = -1,900: two of January go back, and 100 are left.
    let settled = report(&mut book, 1, 3_100);
    assert_eq!(settled.withdrawn, [serials(3, 4)]);
    assert_eq!(book.remainder_micro(), 100 * KWH);
    let now = ["1-2 active", "3-4 withdrawn", "5 transferred", "6-8 active"];
    let says: Vec<String> =
        standing(&book).iter().map(|(it, word)| format!("{it} {word}")).collect();
    assert_eq!(says, now);
}

#[test]
fn what_cannot_be_taken_back_is_filled_by_later_months_first() {
    let mut book = book();
    report(&mut book, 1, 2_000);
    retire(&mut book, 1, 2).unwrap();
    let settled = report(&mut book, 1, 500);
    assert_eq!((settled.withdrawn.as_slice(), book.remainder_micro()), (&[][..], -1_500 * KWH));
    // An upward adjustment of another month takes none of that month back.
    assert_eq!(report(&mut book, 2, 1_200).minted, 0);
    assert_eq!(book.remainder_micro(), -300 * KWH);
    assert_eq!(report(&mut book, 3, 1_300).minted, 1);
    assert_eq!(book.remainder_micro(), 0);
    assert_eq!(book.faults(), Vec::<String>::new());
}

#[test]
fn what_retired_never_moves_again() {
    let mut book = book();
    report(&mut book, 1, 6_000);
    retire(&mut book, 2, 3).unwrap();
    let why = transfer(&mut book, 3, 5, "Prairie Wind Co-op").unwrap_err();
    assert!(matches!(&why, NotMoved::Final { serials: it, .. } if *it == serials(3, 3)), "{why}");
    assert!(why.to_string().contains("3 retired for Alder Creek School (RPS 2026)"), "{why}");
    let why = retire(&mut book, 2, 2).unwrap_err();
    assert!(matches!(why, NotMoved::Final { .. }));
    // Nothing of the move that was refused was done.
    let now = ["1 active", "2-3 retired", "4-6 active"];
    let says: Vec<String> =
        standing(&book).iter().map(|(it, word)| format!("{it} {word}")).collect();
    assert_eq!(says, now);
}

#[test]
fn every_other_slip_is_refused() {
    let mut book = book();
    let none = transfer(&mut book, 1, 1, "A").unwrap_err();
    assert_eq!(none, NotMoved::Unknown { serials: serials(1, 1), last: 0 });
    report(&mut book, 1, 2_000);
    assert!(matches!(transfer(&mut book, 2, 3, "A"), Err(NotMoved::Unknown { last: 2, .. })));
    assert_eq!(transfer(&mut book, 1, 1, " "), Err(NotMoved::Nobody));
    transfer(&mut book, 1, 1, "A").unwrap();
    assert!(matches!(transfer(&mut book, 1, 2, "A"), Err(NotMoved::Theirs { .. })));
    assert!(matches!(
        book.take_step(serials(1, 1), Step::Withdraw, TODAY),
        Err(NotMoved::NotOurs { .. })
    ));
    let nobody = Step::Retire { beneficiary: String::new(), reason: "x".to_owned() };
    assert_eq!(book.take_step(serials(2, 2), nobody, TODAY), Err(NotMoved::Nobody));
    let no_reason = Step::Retire { beneficiary: "x".to_owned(), reason: String::new() };
    assert_eq!(book.take_step(serials(2, 2), no_reason, TODAY), Err(NotMoved::NoReason));
    let again = Step::Mint { vintage: month(1), owner: Owner::Utility };
    assert!(matches!(
        book.take_step(serials(2, 2), again, TODAY),
        Err(NotMoved::OutOfRow { last: 2, .. })
    ));
}

#[test]
fn a_month_is_reported_once_when_it_is_over_and_somebody_owns_it() {
    let mut book = book();
    let said = |book: &Book, vintage, micro, adjustment, today| {
        book.report(vintage, micro, (Source::Said, adjustment), today).unwrap_err()
    };
    assert_eq!(said(&book, month(1), -1, false, TODAY), NotReported::BelowZero);
    assert_eq!(said(&book, month(1), i64::MAX, false, TODAY), NotReported::BeyondLimit);
    let on = date(2026, 2, 1);
    let early = said(&book, month(1), 1, false, date(2026, 1, 31));
    assert_eq!(early, NotReported::NotOver { vintage: month(1), on });
    let before = Vintage::parse("2025-12").unwrap();
    assert_eq!(said(&book, before, 1, false, TODAY), NotReported::NoOwner { vintage: before });
    assert_eq!(said(&book, month(1), 1, true, TODAY), NotReported::Never { vintage: month(1) });
    report(&mut book, 1, 1);
    let (vintage, total_micro) = (month(1), KWH);
    let again = said(&book, vintage, 5, false, TODAY);
    assert_eq!(again, NotReported::Before { vintage, total_micro });
    let same = said(&book, vintage, KWH, true, TODAY);
    assert_eq!(same, NotReported::Unchanged { vintage, total_micro });
}

#[test]
fn the_owner_is_who_was_elected_for_the_month() {
    let mut book = book();
    book.elections.push(Election { from: month(3), owner: Owner::Customer });
    for nth in 2..5 {
        report(&mut book, nth, 1_000);
    }
    let holders: Vec<String> = book.lots().unwrap().into_iter().map(|it| it.holder).collect();
    assert_eq!(holders, ["utility", "customer", "customer"]);
}

#[test]
fn certificates_expire_so_many_months_after_their_own() {
    let mut book = book();
    report(&mut book, 1, 2_000);
    report(&mut book, 2, 1_000);
    retire(&mut book, 1, 1).unwrap();
    let old = |book: &Book, today| book.too_old(12, today).unwrap();
    assert_eq!(old(&book, date(2027, 1, 31)), []);
    assert_eq!(old(&book, date(2027, 2, 1)), [serials(2, 2)]);
    assert_eq!(old(&book, date(2027, 3, 1)), [serials(2, 2), serials(3, 3)]);
}

#[test]
fn months_and_serials_are_read_as_people_write_them() {
    assert_eq!(Vintage::parse("2026-07"), Vintage::parse("07/2026"));
    for wrong in ["2026-7", "2026-13", "26-07", "2026-07-01", "July", "+026-07"] {
        assert_eq!(Vintage::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Serials::parse("3-7"), Serials::new(3, 7));
    assert_eq!(Serials::parse("3"), Serials::new(3, 3));
    for wrong in ["0", "7-3", "-3", "x", "1-2-3", ""] {
        assert_eq!(Serials::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_book_that_was_tampered_with_is_found_out() {
    let mut book = book();
    report(&mut book, 1, 3_500);
    assert_eq!(book.faults(), Vec::<String>::new());
    let mut more = book.clone();
    more.reports[0].total_micro += KWH;
    assert!(
        more.faults()[0].contains("3501 kWh to settle and settles 3500"),
        "{:?}",
        more.faults()
    );
    let mut twice = book.clone();
    let again = twice.movements[0].clone();
    twice.movements.push(again);
    assert!(twice.faults()[0].contains("1-3 do not follow 3"), "{:?}", twice.faults());
    let mut alone = book;
    let vintage = month(1);
    let step = Step::Mint { vintage, owner: Owner::Utility };
    alone.take_step(serials(4, 4), step, TODAY).unwrap();
    assert!(alone.faults()[0].contains("made or taken back by no report"), "{:?}", alone.faults());
}

/// Something that somebody does with the book: a month and its kWh, or a step with serials.
#[derive(Clone, Debug)]
enum Done {
    Report(i8, i64),
    Step(u8, i64, i64),
}

fn done() -> impl Strategy<Value = Done> {
    prop_oneof![
        (1_i8..=12, 0_i64..6_000_000_000).prop_map(|(month, micro)| Done::Report(month, micro)),
        (0_u8..4, 1_i64..40, 0_i64..8).prop_map(|(kind, from, more)| Done::Step(kind, from, more)),
    ]
}

fn go_through(all: &[Done]) -> Book {
    let mut book = book();
    for done in all {
        match *done {
            Done::Report(nth, micro) => {
                let adjustment = book.reported(month(nth)).is_some();
                if let Ok(settled) =
                    book.report(month(nth), micro, (Source::Said, adjustment), TODAY)
                {
                    book.settle(&settled, TODAY);
                }
            }
            Done::Step(kind, from, more) => {
                let step = match kind {
                    0 => Step::Transfer { to: "A".to_owned() },
                    1 => Step::Transfer { to: "B".to_owned() },
                    2 => Step::Retire { beneficiary: "C".to_owned(), reason: "R".to_owned() },
                    _ => Step::Expire,
                };
                // What may not be is refused, and must leave no trace.
                let before = book.clone();
                if book.take_step(serials(from, from + more), step, TODAY).is_err() {
                    assert_eq!(book, before);
                }
            }
        }
    }
    book
}

proptest! {
    #[test]
    fn what_was_reported_is_what_was_made_and_the_remainder(all in prop::collection::vec(done(), 0..60)) {
        let book = go_through(&all);
        let reported: i64 = (1..=12).filter_map(|nth| book.reported(month(nth))).map(|it| it.total_micro).sum();
        let lots = book.lots().unwrap();
        let live = lots.iter().filter(|it| it.standing != Standing::Withdrawn);
        let live: i64 = live.map(|it| it.serials.count()).sum();
        prop_assert_eq!(reported, live * CERTIFICATE_MICRO + book.remainder_micro());
        prop_assert!(book.remainder_micro() < CERTIFICATE_MICRO);
        prop_assert_eq!(book.faults(), Vec::<String>::new());
    }

    #[test]
    fn no_serial_is_given_twice_and_none_is_left_out(all in prop::collection::vec(done(), 0..60)) {
        let mut next = 1;
        for lot in go_through(&all).lots().unwrap() {
            prop_assert_eq!(lot.serials.from(), next);
            next = lot.serials.to() + 1;
        }
    }

    #[test]
    fn what_is_final_stays_as_it_is(all in prop::collection::vec(done(), 0..40), later in prop::collection::vec(done(), 0..40)) {
        let before = go_through(&all).lots().unwrap();
        let both: Vec<Done> = all.into_iter().chain(later).collect();
        let after = go_through(&both).lots().unwrap();
        for lot in before.iter().filter(|it| !it.standing.moves()) {
            let same = |it: &&meterbook_core::certificate::Lot| it.serials.common(lot.serials) == Some(lot.serials);
            let now = after.iter().find(same).unwrap();
            prop_assert_eq!((&now.standing, &now.holder), (&lot.standing, &lot.holder));
        }
    }

    #[test]
    fn it_does_not_matter_in_how_many_parts_a_block_moves(count in 1_i64..40, at in prop::collection::vec(any::<bool>(), 40)) {
        let (mut whole, mut parts) = (book(), book());
        for it in [&mut whole, &mut parts] {
            report(it, 1, count * 1_000);
        }
        retire(&mut whole, 1, count).unwrap();
        let mut from = 1;
        for to in 1..=count {
            if to == count || at[usize::try_from(to).unwrap() - 1] {
                retire(&mut parts, from, to).unwrap();
                from = to + 1;
            }
        }
        prop_assert_eq!(whole.lots().unwrap(), parts.lots().unwrap());
    }
}
