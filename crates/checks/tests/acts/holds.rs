//! Held bills by what they come from, on both engines: grouped by root, each way out foretold by the
//! engine that bills, taken for all of a group, and nothing else checked again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval;
use meterbook_app::authority::NotAuthorized;
use meterbook_app::bill_run::again::{Came, again};
use meterbook_app::bill_run::{self, Until, Which, doubt};
use meterbook_app::exchange::{self, Exchange, Hang};
use meterbook_app::hold::{self, Chosen, Done, Effect, Group, NotApplied, Way};
use meterbook_app::meter::NewChannel;
use meterbook_app::task::{self, Resolved, scan};
use meterbook_app::vee::enter::{self, NewRead, Told};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, calendar, check, order};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::root::Root;
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::id::{AccountId, ChannelId, ServicePointId, WindowId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::{Money, Unit};
use meterbook_core::order::{CalledOff, OrderKind};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::reads::ReadKind;
use meterbook_core::task::{Resolution, TaskKind};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::jobs::import;
use crate::village::{self, DIALS};

const CYCLE: Cycle = Cycle(1);
const ONE: i64 = 1_000_000;

/// After the last turn.
pub(crate) fn actor() -> Actor {
    Actor::system("2026-08-01T12:00:00Z".parse().unwrap())
}

/// Customers with turns from January to June, and what is usual: 100 a month for three months.
pub(crate) fn village(db: &Db, folder: &Path, customers: i64) {
    village_times(db, folder, customers, ONE);
}

/// The same, and each meter counts by a multiplier, in millionths.
fn village_times(db: &Db, folder: &Path, customers: i64, multiplier_micro: i64) {
    village::found(db);
    for nth in 1..=customers {
        let mut customer = village::customer(&format!("E-{nth}"), &[DIALS]);
        customer.name = format!("Customer {nth}");
        customer.street = format!("{nth} Mill St");
        customer.services[0].channels[0].multiplier_micro = multiplier_micro;
        village::take_on(db, &customer).unwrap();
    }
    let turn = |month| {
        let period = Period::month(2026, month).unwrap();
        let billed_on = period.end().saturating_add(1.days());
        NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
    };
    let turns: Vec<NewWindow> = (1..=6).map(turn).collect();
    db.write(|tx| window::plan(tx, actor(), CYCLE, &turns)).unwrap();
    for month in 1..=4 {
        read(db, folder, date(2026, month, 1), 1..=customers, i64::from(month - 1) * 1_500);
    }
    for _ in 1..=3 {
        assert_eq!(bill(db).held, 0);
    }
}

fn read(db: &Db, folder: &Path, day: Date, meters: std::ops::RangeInclusive<i64>, index: i64) {
    let mut text = "meter,date,read,kind\n".to_owned();
    for nth in meters {
        writeln!(text, "E-{nth},{day},{index},actual").unwrap();
    }
    import(db, folder, &text);
}

pub(crate) fn bill(db: &Db) -> Standing {
    bill_run::run(db, actor(), Which::Cycle(CYCLE), Until::Posted, &mut |_| ()).unwrap()
}

pub(crate) fn groups(db: &Db) -> Vec<Group> {
    db.read(|tx| hold::groups(tx, None)).unwrap()
}

pub(crate) fn effects(db: &Db, group: &Group) -> Vec<Effect> {
    let today = date(2026, 8, 1);
    db.read(|tx| hold::effects(tx, group, today)).unwrap()
}

pub(crate) fn apply(db: &Db, group: &Group, way: Way, why: &str) -> anyhow::Result<Done> {
    let of = Chosen { window: group.window.id, root: &group.root, accounts: &[] };
    hold::apply(db, actor(), of, (way, why), &mut |_| ())
}

fn dollars(it: i64) -> Money {
    Money::from_cents(it * 100)
}

pub(crate) fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

/// Meter `nth` is exchanged for one that counts by 40.
fn exchanged(db: &Db, nth: i64) {
    exchanged_for(db, nth, 40 * ONE);
}

/// Meter `nth` is exchanged for one with a multiplier, in millionths.
fn exchanged_for(db: &Db, nth: i64, multiplier_micro: i64) {
    let point = ServicePointId(nth);
    let on = date(2026, 4, 11);
    let channels = vec![NewChannel {
        form: Form::Register { digits: 5 },
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        multiplier_micro,
    }];
    let next = Hang { point, on, serial: format!("N-{nth}"), channels, first: vec![0] };
    db.write(|tx| exchange::exchange(tx, actor(), &Exchange { last: vec![5_000 * ONE], next }))
        .unwrap();
}

#[test]
fn bills_of_one_exchange_are_one_group_and_multiplied_as_before() {
    engines::each(|db, folder| {
        village(db, folder, 7);
        // Three meters that counted by one were hung anew, with forty by mistake; one bill is high for
        // another reason, one misses its read, and two are as always.
        for nth in 1..=3 {
            exchanged(db, nth);
        }
        import(
            db,
            folder,
            "meter,date,read,kind\nN-1,2026-05-01,1000,actual\nN-2,2026-05-01,1000,actual\n\
             N-3,2026-05-01,1000,actual\nE-4,2026-05-01,11100,actual\nE-6,2026-05-01,6000,actual\n\
             E-7,2026-05-01,6000,actual\n",
        );
        let stands = bill(db);
        assert_eq!((stands.billed, stands.held), (2, 5));
        let seen = groups(db);
        let roots: Vec<(Root, usize)> =
            seen.iter().map(|it| (it.root.clone(), it.held.len())).collect();
        let hung = Root::Multiplier { was_micro: ONE, now_micro: 40 * ONE };
        let no_read = Root::Hold { word: "no-read".to_owned() };
        assert_eq!(roots[0], (hung.clone(), 3));
        assert!(roots.contains(&(Root::Hold { word: "unusual".to_owned() }, 1)), "{roots:?}");
        assert!(roots.contains(&(no_read, 1)), "{roots:?}");
        assert_eq!(
            seen[0].says(Language::English),
            "multiplier 1 not applied after exchange: now 40"
        );
        // 500 of the old meter and 40,000 of the new one at 12 cents; multiplied as before 1,500.
        assert_eq!(seen[0].would(), (dollars(3 * 4_860), 0));
        let foretold = effects(db, &seen[0]);
        let told: Vec<_> =
            foretold.iter().map(|it| (it.way, it.billed, it.held, it.after)).collect();
        assert_eq!(
            told,
            [
                (Way::RunAgain, 0, 3, Money::ZERO),
                (Way::Accept, 3, 0, dollars(3 * 4_860)),
                (Way::Multiply, 3, 0, dollars(3 * 180)),
            ]
        );
        assert_eq!(foretold[2].before, dollars(3 * 4_860));
        assert_eq!(foretold[2].used[&Unit::Kwh], 3 * 1_500 * i128::from(ONE));

        let why = apply(db, &seen[0], Way::Multiply, " ").unwrap_err();
        let why = why.downcast_ref::<Refused>().unwrap().as_a::<NotApplied>().unwrap().clone();
        assert_eq!(why, NotApplied::NoReason);
        // What was foretold comes, and nothing else was checked again: the read that came meanwhile
        // waits for its own group.
        import(db, folder, "meter,date,read,kind\nE-5,2026-05-01,6000,actual\n");
        let done = apply(db, &seen[0], Way::Multiply, "the plates say 1").unwrap();
        let Done::Again(Came::Posted(stands)) = done else { panic!("{done:?}") };
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 5, 2));
        assert_eq!(stands.total, dollars(5 * 180));
        clean(db);
        let left: Vec<Root> = groups(db).into_iter().map(|it| it.root).collect();
        assert!(!left.contains(&hung));
        let gone = apply(db, &seen[0], Way::RunAgain, "").unwrap_err();
        assert!(hold::is_gone(&gone));

        // The others, each its own way.
        let find = |root: Root| groups(db).into_iter().find(|it| it.root == root).unwrap();
        let high = find(Root::Hold { word: "unusual".to_owned() });
        let no = apply(db, &high, Way::Multiply, "x").unwrap_err();
        let no = no.downcast_ref::<Refused>().unwrap().as_a::<NotApplied>().unwrap().clone();
        assert_eq!(no, NotApplied::NotOffered { way: Way::Multiply });
        apply(db, &high, Way::Accept, "they grow tomatoes now").unwrap();
        let late = find(Root::Hold { word: "no-read".to_owned() });
        assert_eq!(effects(db, &late)[0].after, dollars(180));
        let done = apply(db, &late, Way::RunAgain, "").unwrap();
        let Done::Again(Came::Posted(stands)) = done else { panic!("{done:?}") };
        assert_eq!((stands.billed, stands.held), (7, 0));
        assert_eq!(groups(db).len(), 0);
        clean(db);
    });
}

#[test]
fn a_multiplier_that_was_left_out_is_traced_to_the_exchange_too() {
    engines::each(|db, folder| {
        village_times(db, folder, 4, 40 * ONE);
        // Meters that counted by forty were exchanged for some that count by one: the bills are low, and
        // far from nothing that would hold them but the rule of exchanges.
        for nth in 1..=3 {
            exchanged_for(db, nth, ONE);
        }
        import(
            db,
            folder,
            "meter,date,read,kind\nN-1,2026-05-01,1000,actual\nN-2,2026-05-01,1000,actual\n\
             N-3,2026-05-01,1000,actual\nE-4,2026-05-01,6000,actual\n",
        );
        assert_eq!(bill(db).held, 3);
        let it = groups(db).remove(0);
        let root = Root::Multiplier { was_micro: 40 * ONE, now_micro: ONE };
        assert_eq!((&it.root, it.held.len()), (&root, 3));
        // 500 by forty and 1,000 by one, or 1,500 by forty, at 12 cents.
        let told: Vec<_> =
            effects(db, &it).iter().map(|it| (it.way, it.billed, it.after)).collect();
        assert_eq!(
            told,
            [
                (Way::RunAgain, 0, Money::ZERO),
                (Way::Accept, 3, dollars(3 * 2_520)),
                (Way::Multiply, 3, dollars(3 * 7_200)),
            ]
        );
        let done = apply(db, &it, Way::Multiply, "the plates say 40").unwrap();
        let Done::Again(Came::Posted(stands)) = done else { panic!("{done:?}") };
        assert_eq!((stands.held, stands.total), (0, dollars(4 * 7_200)));
        clean(db);
    });
}

#[test]
fn what_is_low_in_the_turn_after_is_traced_to_the_exchange_too() {
    engines::each(|db, folder| {
        village_times(db, folder, 2, 40 * ONE);
        db.write(|tx| doubt::say(tx, actor(), date(2026, 1, 1), "low 50% 50.00\n")).unwrap();
        exchanged_for(db, 1, ONE);
        import(
            db,
            folder,
            "meter,date,read,kind\nN-1,2026-05-01,1000,actual\nE-2,2026-05-01,6000,actual\n\
             N-1,2026-06-01,2500,actual\nE-2,2026-06-01,7500,actual\n",
        );
        // The turn of the exchange is low, and somebody lets it go.
        assert_eq!(bill(db).held, 1);
        let root = Root::Multiplier { was_micro: 40 * ONE, now_micro: ONE };
        let it = groups(db).remove(0);
        assert_eq!(it.root, root);
        apply(db, &it, Way::Accept, "it looked right").unwrap();
        // In the next one its days are billed, and it is said all the same.
        assert_eq!(bill(db).held, 1);
        let it = groups(db).remove(0);
        assert_eq!(it.root, root);
        let no = apply(db, &it, Way::Multiply, "the plate says 40").unwrap_err();
        assert!(village::says(&no).contains("meterbook fact multiplier"), "{no}");
        clean(db);
    });
}

#[test]
fn reads_that_wait_for_a_decision_are_no_missing_reads() {
    engines::each(|db, folder| {
        village(db, folder, 4);
        // Two meters show less than before, which somebody has to decide on; one was not read.
        import(
            db,
            folder,
            "meter,date,read,kind\nE-1,2026-05-01,99,actual\nE-2,2026-05-01,98,actual\n\
             E-4,2026-05-01,6000,actual\n",
        );
        assert_eq!(bill(db).held, 3);
        let seen: Vec<_> = groups(db).into_iter().map(|it| (it.root.clone(), it)).collect();
        let roots: Vec<(&Root, usize)> = seen.iter().map(|it| (&it.0, it.1.held.len())).collect();
        let no_read = Root::Hold { word: "no-read".to_owned() };
        assert_eq!(roots, [(&Root::ReadWaits, 2), (&no_read, 1)]);
        assert_eq!(
            seen[0].1.says(Language::English),
            "the read is in doubt; decide on it: meterbook vee list"
        );
        assert_eq!(seen[0].1.ways(), [Way::RunAgain, Way::OrderRead, Way::PutOff]);
        assert_eq!(
            seen[0].1.held[0].detail,
            "meter E-1 has no read for 2026-05-01 before somebody decides on that of 2026-05-01; see: meterbook vee list"
        );
        clean(db);
    });
}

#[test]
fn a_multiplier_for_many_takes_a_second_person() {
    engines::each(|db, folder| {
        village(db, folder, 3);
        for nth in 1..=3 {
            exchanged(db, nth);
        }
        import(
            db,
            folder,
            "meter,date,read,kind\nN-1,2026-05-01,1000,actual\nN-2,2026-05-01,1000,actual\n\
             N-3,2026-05-01,1000,actual\n",
        );
        assert_eq!(bill(db).held, 3);
        let [maker, checker] = ["mara", "nils"]
            .map(|it| Actor { at: actor().at, ..with_role(db, it, "administrator") });
        let it = groups(db).remove(0);
        let turn = Chosen { window: it.window.id, root: &it.root, accounts: &[] };
        let sam = with_role(db, "sam", "auditor");
        let no = hold::apply(db, sam, turn, (Way::Multiply, "x"), &mut |_| ()).unwrap_err();
        assert!(no.downcast_ref::<Refused>().unwrap().as_a::<NotAuthorized>().is_some());
        let no =
            again(db, sam, it.window.id, &it.accounts(), (false, ""), &mut |_| ()).unwrap_err();
        assert!(no.downcast_ref::<Refused>().unwrap().as_a::<NotAuthorized>().is_some());
        let done =
            hold::apply(db, maker, turn, (Way::Multiply, "the plates"), &mut |_| ()).unwrap();
        let Done::Waits(id) = done else { panic!("{done:?}") };
        assert_eq!(groups(db)[0].held.len(), 3, "nothing happened yet");
        db.write(|tx| approval::give(tx, checker, id, "")).unwrap();
        let foretold = effects(db, &groups(db)[0]);
        assert_eq!((foretold[0].billed, foretold[0].after), (3, dollars(3 * 180)));
        clean(db);
    });
}

#[test]
fn a_file_most_of_which_is_held_is_the_root() {
    engines::each(|db, folder| {
        village(db, folder, 8);
        // Reads without their decimal point came with one file; not near ten times, but far.
        read(db, folder, date(2026, 5, 1), 1..=3, 11_000);
        read(db, folder, date(2026, 5, 1), 4..=8, 6_000);
        assert_eq!(bill(db).held, 3);
        let it = groups(db).remove(0);
        assert!(matches!(it.root, Root::File { .. }), "{:?}", it.root);
        assert_eq!(
            (it.held.len(), it.says(Language::English)),
            (3, "reads of file reads.csv".to_owned())
        );
        assert_eq!(it.says(Language::Spanish), "lecturas del archivo reads.csv");
        // A turn that is not released takes what is accepted into it.
        read(db, folder, date(2026, 5, 1), 1..=3, 6_000);
        scan::scan(db, actor()).unwrap();
        let done = apply(db, &it, Way::PutOff, "the reader goes again").unwrap();
        assert!(matches!(&done, Done::Tasks(3, left) if left.is_empty()), "{done:?}");
        let done = apply(db, &it, Way::RunAgain, "").unwrap();
        assert!(matches!(done, Done::Again(Came::Posted(_))), "{done:?}");
        assert_eq!(groups(db).len(), 0);
    });
}

#[test]
fn what_is_held_in_a_turn_that_waits_stays_with_it() {
    engines::each(|db, folder| {
        village(db, folder, 4);
        read(db, folder, date(2026, 5, 1), 1..=3, 6_000);
        let checked = bill_run::run(db, actor(), Which::Cycle(CYCLE), Until::Preview, &mut |_| ());
        assert_eq!(checked.unwrap().held, 1);
        read(db, folder, date(2026, 5, 1), 4..=4, 6_000);
        let done = apply(db, &groups(db)[0], Way::RunAgain, "").unwrap();
        assert!(matches!(done, Done::Again(Came::WithTurn)), "{done:?}");
        let window = db.read(|tx| store::window::get(tx, WindowId(4))).unwrap();
        let stands = db.read(|tx| store::run::standing(tx, &window)).unwrap();
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Preview, 4, 0));
    });
}

#[test]
fn days_that_were_not_billed_before_are_one_task_that_grows_old() {
    engines::each(|db, folder| {
        village(db, folder, 2);
        read(db, folder, date(2026, 5, 1), 1..=1, 6_000);
        read(db, folder, date(2026, 6, 1), 1..=2, 7_500);
        read(db, folder, date(2026, 7, 1), 1..=2, 9_000);
        assert_eq!(bill(db).held, 1);
        scan::scan(db, actor()).unwrap();
        let open = || {
            db.read(|tx| store::task::open_of(tx, TaskKind::HeldEarlierUnbilled))
                .unwrap()
                .into_iter()
                .map(|it| (it.id, it.key))
                .collect::<Vec<_>>()
        };
        assert_eq!(open(), []);
        assert_eq!(bill(db).held, 1);
        scan::scan(db, actor()).unwrap();
        let first = open();
        assert_eq!(first.len(), 1);
        assert_eq!(bill(db).held, 1);
        scan::scan(db, actor()).unwrap();
        assert_eq!(open(), first, "the next turn is no new task");
        // Both turns say whose it is.
        let held = db.read(|tx| store::hold::held(tx, None)).unwrap();
        let waits: Vec<_> = held.iter().filter(|it| it.reason == "earlier-unbilled").collect();
        assert_eq!(waits.len(), 2);
        assert!(waits.iter().all(|it| it.task == Some(first[0].0)), "{waits:?}");
    });
}

fn no_read(db: &Db) -> Group {
    let root = Root::Hold { word: "no-read".to_owned() };
    groups(db).into_iter().find(|it| it.root == root).unwrap()
}

fn estimates(db: &Db, by: Actor, group: &Group, of: &[i64], why: &str) -> anyhow::Result<Done> {
    let accounts: Vec<AccountId> = of.iter().copied().map(AccountId).collect();
    let of = Chosen { window: group.window.id, root: &group.root, accounts: &accounts };
    hold::apply(db, by, of, (Way::Estimate, why), &mut |_| ())
}

/// How many reads are estimates.
fn estimated(db: &Db) -> usize {
    let of = |tx: &mut store::Tx| {
        let reads = (1..=9).map(|it| store::read::of(tx, ChannelId(it)));
        reads.collect::<anyhow::Result<Vec<_>>>()
    };
    let reads = db.read(of).unwrap().into_iter().flatten();
    reads.filter(|it| it.kind == ReadKind::Estimated).count()
}

#[test]
fn of_many_what_an_estimate_would_make_is_foretold_of_the_first() {
    engines::each(|db, folder| {
        village(db, folder, 203);
        read(db, folder, date(2026, 5, 1), 1..=1, 6_000);
        assert_eq!(bill(db).held, 202);
        let foretold = effects(db, &no_read(db));
        let of: Vec<_> =
            foretold.iter().map(|it| (it.way, it.accounts, it.billed, it.held)).collect();
        assert_eq!(of, [(Way::RunAgain, 202, 0, 202), (Way::Estimate, 200, 200, 0)]);
        let (it, today) = (no_read(db), date(2026, 8, 1));
        let all = db.read(|tx| hold::effects_of_all(tx, &it, today, &mut |_, _| ())).unwrap();
        assert_eq!((all[1].accounts, all[1].billed), (202, 202));
    });
}

#[test]
fn what_nobody_could_read_is_estimated_for_whom_a_clerk_chooses() {
    engines::each(|db, folder| {
        village(db, folder, 4);
        read(db, folder, date(2026, 5, 1), 1..=1, 6_000);
        assert_eq!(bill(db).held, 3);
        let it = no_read(db);
        let ways = [Way::RunAgain, Way::Estimate, Way::OrderRead, Way::PutOff];
        assert_eq!(it.ways(), ways);
        // 4,500 kWh in 90 days: 1,500 in the 30 of April, at 12 cents.
        let foretold = effects(db, &it);
        let told: Vec<_> =
            foretold.iter().map(|it| (it.way, it.billed, it.held, it.after)).collect();
        assert_eq!(
            told,
            [(Way::RunAgain, 0, 3, Money::ZERO), (Way::Estimate, 3, 0, dollars(3 * 180))]
        );
        assert_eq!(estimated(db), 0, "what is foretold is not kept");

        let no = estimates(db, actor(), &it, &[], " ").unwrap_err();
        let no = no.downcast_ref::<Refused>().unwrap().as_a::<NotApplied>().unwrap().clone();
        assert_eq!(no, NotApplied::NoReason);
        let sam = with_role(db, "sam", "auditor");
        let no = estimates(db, sam, &it, &[], "x").unwrap_err();
        assert!(no.downcast_ref::<Refused>().unwrap().as_a::<NotAuthorized>().is_some());
        let gone = estimates(db, actor(), &it, &[1], "x").unwrap_err();
        assert!(hold::is_gone(&gone), "the first was read");
        assert_eq!(estimated(db), 0);

        // One is chosen; the others wait on.
        let done = estimates(db, actor(), &it, &[2], "a locked gate").unwrap();
        let Done::Estimated(did) = done else { panic!("{done:?}") };
        assert_eq!((did.reads, did.values, did.ordered, did.left.len()), (1, 0, 0, 0));
        let Some(Came::Posted(stands)) = did.came else { panic!("{did:?}") };
        assert_eq!((stands.billed, stands.held, stands.total), (2, 2, dollars(2 * 180)));
        let said = db.read(|tx| store::audit::latest(tx, 50)).unwrap();
        let said = said.iter().find(|it| it.act == "estimate held reads").unwrap();
        assert!(said.detail.ends_with("1 account: a locked gate"), "{}", said.detail);

        // Another is resolved as the task it is, which asks why.
        scan::scan(db, actor()).unwrap();
        let task = |account: i64| {
            let held = no_read(db).held;
            held.iter().find(|it| it.account == AccountId(account)).unwrap().task.unwrap()
        };
        let third = task(3);
        let resolve = |why| task::resolve(db, actor(), third, Resolution::Estimate, why);
        assert!(village::says(&resolve("").unwrap_err()).starts_with("say why"));
        assert_eq!(estimated(db), 1);
        assert_eq!(resolve("a dog").unwrap(), Resolved::Closed);
        assert_eq!((estimated(db), no_read(db).held.len()), (2, 1));
        clean(db);
    });
}

#[test]
fn what_cannot_be_estimated_says_why_and_sends_somebody() {
    engines::each(|db, folder| {
        village(db, folder, 2);
        // Who came in April has no days before by which to go.
        let mut new = village::customer("E-3", &[DIALS]);
        (new.street, new.from) = ("3 Mill St".to_owned(), date(2026, 4, 11));
        village::take_on(db, &new).unwrap();
        import(db, folder, "meter,date,read,kind\nE-3,2026-04-11,100,actual\n");
        let over = |point| {
            let open = store::order::open_at;
            let read = |tx: &mut store::Tx| open(tx, ServicePointId(point), OrderKind::Read);
            for it in db.read(read).unwrap() {
                let why = CalledOff::NotNeeded;
                db.write(|tx| order::cancel(tx, actor(), it.id, why, "")).unwrap();
            }
        };
        (1..=3).for_each(over);
        // That of the first waits for somebody to decide.
        let told = NewRead {
            meter: "E-1".to_owned(),
            on: date(2026, 5, 1),
            indexes: vec![99_000 * ONE],
            by: Told::Customer,
        };
        db.write(|tx| enter::enter(tx, actor(), &told)).unwrap();
        assert_eq!(bill(db).held, 3);
        let done = estimates(db, actor(), &no_read(db), &[], "nobody was in").unwrap();
        let Done::Estimated(did) = done else { panic!("{done:?}") };
        assert_eq!((did.reads, did.ordered), (1, 1));
        let left: Vec<String> =
            did.left.iter().map(|(number, why)| format!("{number}: {why}")).collect();
        assert_eq!(
            left,
            [
                "1000-0003-3: nothing says what meter E-3 would show on 2026-05-01: it has too few reads before; have it read",
            ]
        );
        let Some(Came::Posted(stands)) = did.came else { panic!("{did:?}") };
        assert_eq!((stands.billed, stands.held), (1, 2));
        // The same of a task, and where nothing was estimated nothing is billed again.
        scan::scan(db, actor()).unwrap();
        let held = no_read(db).held;
        let third = held.iter().find(|it| it.account == AccountId(3)).unwrap().task.unwrap();
        let no = task::resolve(db, actor(), third, Resolution::Estimate, "a dog").unwrap_err();
        assert!(village::says(&no).starts_with("nothing says what meter E-3"), "{no}");
        let waits = groups(db).into_iter().find(|it| it.root == Root::ReadWaits).unwrap();
        let first = waits.held[0].task.unwrap();
        let no = task::resolve(db, actor(), first, Resolution::Estimate, "a dog").unwrap_err();
        let decide =
            "a read of meter E-1 for 2026-05-01 waits for somebody to decide: meterbook vee show 1";
        assert_eq!(village::says(&no), decide);
        let done = estimates(db, actor(), &no_read(db), &[], "nobody was in").unwrap();
        assert!(matches!(&done, Done::Estimated(it) if it.came.is_none() && it.left.len() == 1));
        clean(db);
    });
}

#[test]
fn a_read_that_may_still_come_is_not_estimated() {
    engines::each(|db, folder| {
        village(db, folder, 1);
        let said = "reads 3 days before 5 days after";
        db.write(|tx| calendar::say(tx, actor(), date(2026, 4, 20), said)).unwrap();
        assert_eq!(bill(db).held, 1);
        let on = |day: Date| {
            let at = day.at(12, 0, 0, 0).in_tz("America/Chicago").unwrap().timestamp();
            estimates(db, Actor::system(at), &no_read(db), &[], "a locked gate").unwrap()
        };
        let early = on(date(2026, 5, 5));
        let Done::Estimated(did) = early else { panic!("{early:?}") };
        assert!(did.came.is_none());
        assert_eq!(
            did.left[0].1.to_string(),
            "meter E-1 may still be read for 2026-05-01, until 2026-05-06; estimate it from then on"
        );
        let late = on(date(2026, 5, 6));
        assert!(matches!(&late, Done::Estimated(it) if it.reads == 1 && it.left.is_empty()));
    });
}

#[test]
fn whom_nobody_is_sent_to_is_named_with_the_reason() {
    engines::each(|db, folder| {
        village(db, folder, 3);
        read(db, folder, date(2026, 5, 1), 1..=1, 6_000);
        assert_eq!(bill(db).held, 2);
        scan::scan(db, actor()).unwrap();
        let it = no_read(db);
        let [mara, nils] =
            ["mara", "nils"].map(|it| Actor { at: actor().at, ..with_role(db, it, "clerk") });
        let his = it.held[1].task.unwrap();
        db.write(|tx| task::take(tx, nils, his)).unwrap();
        let order = |by: Actor, accounts: &[AccountId]| {
            let of = Chosen { window: it.window.id, root: &it.root, accounts };
            hold::apply(db, by, of, (Way::OrderRead, ""), &mut |_| ()).unwrap()
        };
        let Done::Tasks(1, left) = order(mara, &[]) else { panic!("one is ordered") };
        let [(number, why)] = left.as_slice() else { panic!("{left:?}") };
        assert_eq!(*number, it.held[1].number);
        assert!(why.to_string().starts_with(&format!("nils works on task {his}")), "{why}");
        assert!(why.to_string().contains("ask them to give it back"), "{why}");
        let Done::Tasks(0, left) = order(mara, &[it.held[1].account]) else { panic!("none is") };
        assert_eq!(left.len(), 1);
        let Done::Tasks(1, left) = order(nils, &[it.held[1].account]) else { panic!("one is") };
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn a_service_that_waits_for_another_is_not_refused_what_it_does_not_offer() {
    engines::each(|db, folder| {
        two_services(db, folder);
        import(db, folder, "meter,date,read,kind\nE-1,2026-02-01,100,actual\n");
        assert_eq!(bill(db).held, 2);
        let it = no_read(db);
        let reasons: Vec<&str> = it.held.iter().map(|it| it.reason.as_str()).collect();
        assert_eq!(reasons, ["companion", "no-read"]);
        let done = apply(db, &it, Way::OrderRead, "").unwrap();
        assert!(matches!(&done, Done::Tasks(1, left) if left.is_empty()), "{done:?}");
        let done = apply(db, &it, Way::PutOff, "tomorrow").unwrap();
        assert!(matches!(&done, Done::Tasks(2, left) if left.is_empty()), "{done:?}");
    });
}

/// A customer with electricity and water and three turns, whose meters were read on January 1.
pub(crate) fn two_services(db: &Db, folder: &Path) {
    village::found(db);
    let water = "tariff W-1 half-up\nname       Water\ncommodity  water kgal\nfrom       2026-01-01\n\n\
                 volume  Water  2.00\n";
    db.write(|tx| meterbook_app::tariff::publish(tx, actor(), water)).unwrap();
    let mut customer = village::customer("E-1", &[DIALS]);
    let mut other = customer.services[0].clone();
    (other.commodity, other.tariff, other.serial) =
        (Commodity::Water, "W-1".to_owned(), "W-1".to_owned());
    other.channels[0].unit = Unit::Kgal;
    customer.services.push(other);
    village::take_on(db, &customer).unwrap();
    let turn = |month| {
        let period = Period::month(2026, month).unwrap();
        let billed_on = period.end().saturating_add(1.days());
        NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
    };
    let turns: Vec<NewWindow> = (1..=3).map(turn).collect();
    db.write(|tx| window::plan(tx, actor(), CYCLE, &turns)).unwrap();
    import(db, folder, "meter,date,read,kind\nE-1,2026-01-01,0,actual\nW-1,2026-01-01,0,actual\n");
}
