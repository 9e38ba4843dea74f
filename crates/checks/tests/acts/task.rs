//! Tasks on both engines: each cause raises one, each has a way out, two clerks do not cross, and
//! what may be undone is.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use meterbook_app::bill_run::{self, Until, Which, release};
use meterbook_app::intake::{self, Import};
use meterbook_app::interaction::{self, NotNoted};
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::task::{self, Resolved, TaskRefusal};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, agreement, check};
use meterbook_checks::engines;
use meterbook_core::about::About;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::id::{BillId, PersonId, TaskId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::order::{CalledOff, Connected, OrderKind};
use meterbook_core::period::Period;
use meterbook_core::task::{Resolution, Step, Task, TaskKind};
use meterbook_store::order::Which as Orders;
use meterbook_store::task::Wanted;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::with_role;
use crate::village::{self, DIALS, actor, says};

/// What the village calls today.
const TODAY: Date = date(2026, 3, 10);

fn import(db: &Db, folder: &Path, text: &str) {
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    // Days to come have no reads: whoever imports them does so when all of them are over.
    intake::import(db, crate::village::later(), &wanted, &mut |_| ()).unwrap();
}

fn plan(db: &Db, turns: &[(Date, Date)]) {
    let turns: Vec<NewWindow> = turns
        .iter()
        .map(|(from, to)| NewWindow {
            period: Period::new(*from, *to).unwrap(),
            billed_on: to.saturating_add(2.days()),
            due_on: to.saturating_add(23.days()),
        })
        .collect();
    db.write(|tx| window::plan(tx, actor(), Cycle(1), &turns)).unwrap();
}

const JANUARY: (Date, Date) = (date(2026, 1, 1), date(2026, 2, 1));
const FEBRUARY: (Date, Date) = (date(2026, 2, 1), date(2026, 3, 1));

/// A village with a customer on meter E-1.
fn customer(db: &Db) -> Account {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap()
}

fn scan(db: &Db) -> task::scan::Scanned {
    task::scan::scan(db, actor()).unwrap()
}

/// The open tasks, what presses most first.
fn queue(db: &Db) -> Vec<Task> {
    queue_on(db, TODAY)
}

fn queue_on(db: &Db, day: Date) -> Vec<Task> {
    let asked = (day, actor().at);
    let rows = db.read(|tx| store::task::queue(tx, Wanted::default(), asked, 100)).unwrap();
    rows.into_iter().map(|it| it.task).collect()
}

fn the_only(db: &Db, kind: TaskKind) -> Task {
    let mut tasks: Vec<Task> = queue(db).into_iter().filter(|it| it.kind == kind).collect();
    assert_eq!(tasks.len(), 1, "{kind}: {tasks:?}");
    tasks.remove(0)
}

/// Who may bill too: a held bill is resolved by billing.
fn clerk(db: &Db, name: &str) -> Actor {
    Actor { by: with_role(db, name, "billing-analyst").by, ..actor() }
}

fn resolve(db: &Db, who: Actor, id: TaskId, how: Resolution) -> Result<Resolved> {
    task::resolve(db, who, id, how, "")
}

/// The refusal of an act, which changed nothing, and what it says.
fn refusal<T: std::fmt::Debug>(done: Result<T>) -> (TaskRefusal, String) {
    let why = done.unwrap_err();
    let refused = why.downcast_ref::<Refused>().unwrap();
    let refusal = refused.as_a::<TaskRefusal>().unwrap().clone();
    (refusal, says(&why))
}

#[test]
fn a_held_bill_is_one_task_until_it_is_billed() {
    engines::each(|db, folder| {
        let account = customer(db);
        plan(db, &[JANUARY]);
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\n");
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        assert!(0 < scan(db).raised);
        let raised = the_only(db, TaskKind::HeldNoRead);
        assert!(raised.evidence.contains("E-1 has no read for 2026-02-01"), "{raised:?}");
        assert_eq!(raised.due, date(2026, 2, 3));
        let about = db.read(|tx| store::task::about(tx, raised.id)).unwrap();
        assert!(about.contains(&About::Account(account.id)), "{about:?}");
        assert_eq!(scan(db).raised, 0, "the same cause raises one task");

        // Billing again without the read changes nothing, and says so.
        let still = resolve(db, actor(), raised.id, Resolution::RunAgain).unwrap();
        let Resolved::StillThere { evidence } = still else { panic!("{still:?}") };
        assert_eq!(evidence, raised.evidence);
        the_only(db, TaskKind::HeldNoRead);

        import(db, folder, "meter,date,index\nE-1,2026-02-01,300\n");
        let done = resolve(db, actor(), raised.id, Resolution::RunAgain).unwrap();
        assert_eq!(done, Resolved::Closed);
        assert!(queue(db).iter().all(|it| !it.kind.is_hold()));
        assert_eq!(db.read(|tx| store::bill::newest(tx, 9)).unwrap(), [BillId(1)]);

        let (why, says) = refusal(resolve(db, actor(), raised.id, Resolution::RunAgain));
        assert!(matches!(why, TaskRefusal::Closed { by: None, .. }), "{why:?}");
        assert!(says.contains("nothing was changed"), "{says}");
        let (why, says) = refusal(db.write(|tx| task::undo(tx, actor(), raised.id)));
        assert_eq!(why, TaskRefusal::Stays { how: Resolution::RunAgain });
        assert!(says.contains("the bill is posted"), "{says}");
    });
}

/// Takes the one read that a rule doubts.
fn take_what_waits(db: &Db) {
    scan(db);
    let waits = the_only(db, TaskKind::DoubtfulRead);
    resolve(db, actor(), waits.id, Resolution::TakeRead).unwrap();
}

#[test]
fn an_unusual_bill_is_accepted_from_its_task() {
    engines::each(|db, folder| {
        customer(db);
        // What the run as a whole comes to is no matter here.
        let none = |tx: &mut Tx| release::say_limits(tx, actor(), date(2026, 1, 1), "none");
        db.write(none).unwrap();
        let mut text = "meter,date,index\n".to_owned();
        // Three short turns make a habit, which the fourth one breaks.
        let days = [date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 20), date(2026, 1, 30)];
        for (day, index) in days.iter().zip([0, 100, 200, 300]) {
            text.push_str(&format!("E-1,{day},{index}\n"));
        }
        text.push_str("E-1,2026-02-10,40000\n");
        import(db, folder, &text);
        take_what_waits(db);
        plan(db, &[(days[0], days[1]), (days[1], days[2]), (days[2], days[3])]);
        plan(db, &[(days[3], date(2026, 2, 10))]);
        for _ in 0..4 {
            bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
                .unwrap();
        }
        scan(db);
        let raised = the_only(db, TaskKind::HeldUnusual);
        let done = resolve(db, actor(), raised.id, Resolution::Accept).unwrap();
        assert_eq!(done, Resolved::Closed);
        assert_eq!(db.read(|tx| store::bill::newest(tx, 9)).unwrap().len(), 4);
        let steps = db.read(|tx| store::task::steps(tx, raised.id)).unwrap();
        assert_eq!(steps.last().unwrap().resolution, Some(Resolution::Accept));
    });
}

#[test]
fn one_run_resolves_all_that_were_chosen() {
    engines::each(|db, folder| {
        customer(db);
        village::take_on(db, &village::customer("E-2", &[DIALS])).unwrap();
        plan(db, &[JANUARY]);
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\nE-2,2026-01-01,0\n");
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        scan(db);
        let held: Vec<TaskId> =
            queue(db).iter().filter(|it| it.kind.is_hold()).map(|it| it.id).collect();
        assert_eq!(held.len(), 2);
        import(db, folder, "meter,date,index\nE-1,2026-02-01,30\nE-2,2026-02-01,40\n");
        let rosa = clerk(db, "rosa");
        let ended = task::resolve_all(db, rosa, &held, Resolution::RunAgain, "").unwrap();
        assert!(ended.iter().all(|it| matches!(it.1, Ok(Resolved::Closed))), "{ended:?}");
        // What is refused for one is said of that one.
        let ended = task::resolve_all(db, rosa, &held, Resolution::PutOff, "").unwrap();
        assert!(ended.iter().all(|it| it.1.is_err()), "{ended:?}");
    });
}

#[test]
fn two_clerks_do_not_cross() {
    engines::each(|db, _| {
        let account = customer(db);
        let (rosa, omar) = (clerk(db, "rosa"), clerk(db, "omar"));
        let about = [About::Account(account.id)];
        let id = db.write(|tx| task::remind(tx, rosa, &about, TODAY, "Call back")).unwrap();
        db.write(|tx| task::take(tx, rosa, id)).unwrap();
        let row = db.read(|tx| store::task::queue(tx, Wanted::default(), (TODAY, rosa.at), 9));
        let held = row.unwrap().into_iter().find(|it| it.task.id == id).unwrap();
        assert_eq!(held.holder.unwrap().name, "rosa");
        for done in [
            resolve(db, omar, id, Resolution::Done).map(|_| ()),
            db.write(|tx| task::take(tx, omar, id)),
            db.write(|tx| task::assign(tx, omar, id, Some("omar"))),
            db.write(|tx| task::give_back(tx, omar, id)),
        ] {
            let (why, says) = refusal(done);
            assert!(matches!(why, TaskRefusal::Held { .. }), "{why:?}");
            assert!(says.contains("rosa works on task"), "{says}");
        }
        // It ends by itself, and whoever took it may give it back before.
        let later = Actor { at: omar.at + SignedDuration::from_mins(16), ..omar };
        db.write(|tx| task::take(tx, later, id)).unwrap();
        db.write(|tx| task::give_back(tx, later, id)).unwrap();
        resolve(db, rosa, id, Resolution::Done).unwrap();
        let (why, says) = refusal(resolve(db, omar, id, Resolution::Done));
        assert!(matches!(why, TaskRefusal::Closed { .. }), "{why:?}");
        assert!(says.contains("rosa closed task"), "{says}");
    });
}

#[test]
fn what_may_be_undone_is() {
    engines::each(|db, _| {
        let account = customer(db);
        let rosa = clerk(db, "rosa");
        let about = [About::Account(account.id)];
        let id = db.write(|tx| task::remind(tx, rosa, &about, TODAY, "Call back")).unwrap();
        let (why, _) = refusal(db.write(|tx| task::undo(tx, rosa, id)));
        assert_eq!(why, TaskRefusal::NothingToUndo { id });
        let (why, _) = refusal(db.write(|tx| task::undo_last(tx, rosa)));
        assert_eq!(why, TaskRefusal::NothingOfYours);

        resolve(db, rosa, id, Resolution::Done).unwrap();
        assert!(queue(db).iter().all(|it| it.id != id));
        assert_eq!(db.write(|tx| task::undo_last(tx, rosa)).unwrap(), id);
        assert!(queue(db).iter().any(|it| it.id == id));

        let off = resolve(db, rosa, id, Resolution::PutOff).unwrap();
        assert_eq!(off, Resolved::PutOff { until: date(2026, 3, 13) });
        assert!(queue(db).iter().all(|it| it.id != id));
        assert!(queue_on(db, date(2026, 3, 13)).iter().any(|it| it.id == id));
        db.write(|tx| task::undo(tx, rosa, id)).unwrap();
        assert!(queue(db).iter().any(|it| it.id == id));
        let steps: Vec<Step> =
            db.read(|tx| store::task::steps(tx, id)).unwrap().iter().map(|it| it.step).collect();
        assert_eq!(steps, [Step::Raised, Step::Resolved, Step::Undone, Step::PutOff, Step::Undone]);
    });
}

#[test]
fn a_reminder_comes_on_its_day() {
    engines::each(|db, _| {
        let account = customer(db);
        let about = [About::Account(account.id)];
        let remind = |on, text: &str| db.write(|tx| task::remind(tx, actor(), &about, on, text));
        let day = date(2026, 4, 1);
        let id = remind(day, "Review the concession").unwrap();
        assert!(queue(db).iter().all(|it| it.id != id));
        assert!(queue_on(db, day).iter().any(|it| it.id == id));
        // A look at the record leaves alone what a person asked for.
        scan(db);
        assert!(queue_on(db, day).iter().any(|it| it.id == id));
        let (why, says) = refusal(remind(date(2026, 3, 9), "Too late"));
        assert!(matches!(why, TaskRefusal::DayIsOver { .. }), "{why:?}");
        assert!(says.contains("today is 2026-03-10"), "{says}");
        assert_eq!(refusal(remind(day, "  ")).0, TaskRefusal::NothingSaid);
        let long = "x".repeat(4_001);
        assert_eq!(refusal(remind(day, &long)).0, TaskRefusal::TooLong { length: 4_001 });
    });
}

#[test]
fn a_case_has_a_deadline_and_says_why_it_ended() {
    engines::each(|db, _| {
        let account = customer(db);
        let open = |kind, about: &[About], text: &str| {
            let from = (account.id, InteractionChannel::Phone);
            db.write(|tx| task::open_case(tx, actor(), from, kind, about, text))
        };
        let (why, _) = refusal(open(TaskKind::HeldGap, &[], "No."));
        assert_eq!(why, TaskRefusal::NoCase { kind: TaskKind::HeldGap });
        let unknown = open(TaskKind::Dispute, &[About::Bill(BillId(7))], "Too much.").unwrap_err();
        let refused = unknown.downcast_ref::<Refused>().unwrap();
        assert!(matches!(refused.as_a(), Some(NotNoted::NoSuchThing { .. })), "{unknown}");

        let id = open(TaskKind::Complaint, &[], "The crew left the gate open.").unwrap();
        let case = the_only(db, TaskKind::Complaint);
        assert_eq!((case.id, case.due), (id, date(2026, 3, 20)));
        let about = db.read(|tx| store::task::about(tx, id)).unwrap();
        assert!(about.iter().any(|it| matches!(it, About::Interaction(_))), "{about:?}");
        let said = db.read(|tx| store::interaction::of_account(tx, account.id)).unwrap();
        assert_eq!(said[0].text, "The crew left the gate open.");

        let (why, says) = refusal(resolve(db, actor(), id, Resolution::Upheld));
        assert_eq!(why, TaskRefusal::SayWhy { how: Resolution::Upheld });
        assert!(says.contains("say why"), "{says}");
        let (why, says) = refusal(resolve(db, actor(), id, Resolution::RunAgain));
        assert!(matches!(why, TaskRefusal::NotOffered { .. }), "{why:?}");
        assert!(says.contains("upheld, not-upheld, withdrawn, put-off"), "{says}");
        task::resolve(db, actor(), id, Resolution::Upheld, "The crew says so too.").unwrap();
        let steps = db.read(|tx| store::task::steps(tx, id)).unwrap();
        assert_eq!(steps.last().unwrap().said, "The crew says so too.");
    });
}

#[test]
fn a_contact_says_what_it_was_about() {
    engines::each(|db, _| {
        let account = customer(db);
        let premise = db.read(|tx| store::task::cause::registers(tx, TODAY, TODAY)).unwrap();
        assert!(premise.is_empty(), "there is no read yet");
        let about = [About::Account(account.id), About::Order(12)];
        let note = |about: &[About]| {
            let channel = InteractionChannel::Phone;
            db.write(|tx| {
                interaction::note_about(
                    tx,
                    actor(),
                    account.id,
                    channel,
                    about,
                    "When do you come?",
                )
            })
        };
        let id = note(&about).unwrap();
        let links = db.read(|tx| store::interaction::links(tx, account.id, 0.into())).unwrap();
        assert_eq!(links, about.map(|it| (id, it)));
        let why = note(&[About::Bill(BillId(99))]).unwrap_err();
        assert!(says(&why).contains("there is no bill 99; check the number"), "{why}");
    });
}

#[test]
fn use_without_an_agreement_is_seen() {
    engines::each(|db, folder| {
        let account = customer(db);
        let mine = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap();
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\nE-1,2026-02-01,300\n");
        db.write(|tx| agreement::stop(tx, actor(), mine[0].id, date(2026, 2, 1))).unwrap();
        scan(db);
        assert!(queue(db).iter().all(|it| it.kind != TaskKind::UseWithoutAgreement));
        import(db, folder, "meter,date,index\nE-1,2026-03-01,342\n");
        scan(db);
        let seen = the_only(db, TaskKind::UseWithoutAgreement);
        assert!(seen.evidence.contains("E-1 counted 20 kWh or more from 2026-02-01"), "{seen:?}");
        resolve(db, actor(), seen.id, Resolution::AsItIs).unwrap();
        // A little more is no news; much more is.
        import(db, folder, "meter,date,index\nE-1,2026-03-02,345\n");
        scan(db);
        assert!(queue(db).iter().all(|it| it.id != seen.id));
        import(db, folder, "meter,date,index\nE-1,2026-03-03,445\n");
        take_what_waits(db);
        scan(db);
        assert_eq!(the_only(db, TaskKind::UseWithoutAgreement).id, seen.id);
        // Somebody moves in from the first day on: the cause is gone, and so is the task.
        let point = mine[0].service_point;
        let from = date(2026, 2, 1);
        db.write(|tx| agreement::start(tx, actor(), account.id, point, "R-1", from)).unwrap();
        scan(db);
        assert!(queue(db).iter().all(|it| it.kind != TaskKind::UseWithoutAgreement));
    });
}

#[test]
fn intervals_without_an_agreement_are_seen_too() {
    engines::each(|db, folder| {
        village::found(db);
        let new =
            village::customer("E-1", &[village::quarters(meterbook_core::meter::Flow::Delivered)]);
        let account = village::take_on(db, &new).unwrap();
        let mine = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap();
        db.write(|tx| agreement::stop(tx, actor(), mine[0].id, date(2026, 3, 1))).unwrap();
        // The last quarter of February in Chicago, and one in March.
        let text = "meter,start,value\nE-1,2026-02-28T23:45:00-06:00,50\n\
                    E-1,2026-03-01T00:00:00-06:00,7\n";
        import(db, folder, text);
        scan(db);
        let seen = the_only(db, TaskKind::UseWithoutAgreement);
        assert!(seen.evidence.contains("counted 5 kWh or more"), "{seen:?}");
    });
}

#[test]
fn rejects_are_tasks_until_somebody_says_what_became_of_them() {
    engines::each(|db, folder| {
        customer(db);
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\nE-9,2026-01-01,5\n");
        import(db, folder, "meter,date,index\nE-9,2026-01-01,5\n");
        scan(db);
        let lines = the_only(db, TaskKind::RejectedLines);
        assert!(lines.evidence.contains("reads.csv: 1 line"), "{lines:?}");
        let file = the_only(db, TaskKind::RejectedFile);
        resolve(db, actor(), lines.id, Resolution::Imported).unwrap();
        assert_eq!(scan(db).raised, 0, "what was answered is not asked again");
        // The meter is there now: the same file is taken, and its task goes by itself.
        village::take_on(db, &village::customer("E-9", &[DIALS])).unwrap();
        import(db, folder, "meter,date,index\nE-9,2026-01-01,5\n");
        scan(db);
        let file = db.read(|tx| store::task::get(tx, file.id)).unwrap();
        assert!(file.closed.is_some());
    });
}

#[test]
fn a_read_is_asked_for_before_its_turn_is_billed() {
    engines::each(|db, folder| {
        customer(db);
        plan(db, &[JANUARY, FEBRUARY]);
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\nE-1,2026-02-01,300\n");
        scan(db);
        let asked = the_only(db, TaskKind::MissingRead);
        assert!(asked.evidence.contains("E-1 has no read for 2026-03-01"), "{asked:?}");
        import(db, folder, "meter,date,index\nE-1,2026-03-01,600\n");
        assert_eq!(scan(db).gone, 1);
    });
}

#[test]
fn a_cycle_without_turns_is_planned_from_its_task() {
    engines::each(|db, _| {
        customer(db);
        scan(db);
        let never = the_only(db, TaskKind::UnplannedCycle);
        let (why, says) = refusal(resolve(db, actor(), never.id, Resolution::PlanTurn));
        assert_eq!(why, TaskRefusal::NoTurnToGoBy { cycle: Cycle(1) });
        assert!(says.contains("meterbook cycle plan"), "{says}");
        plan(db, &[FEBRUARY]);
        scan(db);
        let ends = the_only(db, TaskKind::UnplannedCycle);
        assert_eq!(ends.id, never.id);
        assert!(ends.evidence.contains("1 account has no turn from 2026-03-01"), "{ends:?}");
        resolve(db, actor(), ends.id, Resolution::PlanTurn).unwrap();
        let last = db.read(|tx| store::window::last_of(tx, Cycle(1))).unwrap().unwrap();
        assert_eq!(last.period, Period::new(date(2026, 3, 1), date(2026, 4, 1)).unwrap());
        assert_eq!((last.billed_on, last.due_on), (date(2026, 4, 3), date(2026, 4, 24)));
        let (why, _) = refusal(db.write(|tx| task::undo(tx, actor(), ends.id)));
        assert_eq!(why, TaskRefusal::Stays { how: Resolution::PlanTurn });
        assert_eq!(scan(db).raised, 0);
    });
}

#[test]
fn a_register_near_its_end_and_a_read_far_from_usual_are_seen() {
    engines::each(|db, folder| {
        customer(db);
        let text =
            "meter,date,index\nE-1,2026-01-01,60000\nE-1,2026-02-01,60300\nE-1,2026-03-01,97100\n";
        import(db, folder, text);
        scan(db);
        take_what_waits(db);
        scan(db);
        the_only(db, TaskKind::NearRollover);
        let odd = the_only(db, TaskKind::ImplausibleRead);
        assert!(odd.evidence.contains("36,800 since 2026-02-01"), "{odd:?}");
        resolve(db, actor(), odd.id, Resolution::Mended).unwrap();
        assert_eq!(scan(db).raised, 1, "it was not mended");
        import(db, folder, "meter,date,index\nE-1,2026-03-01,60600\n");
        assert_eq!(scan(db).gone, 2);
    });
}

#[test]
fn two_customers_who_may_be_one_are_seen_once() {
    engines::each(|db, _| {
        village::found(db);
        for serial in ["E-1", "E-2"] {
            let mut new = village::customer(serial, &[DIALS]);
            new.phone = Some("555-0123".to_owned());
            village::take_on(db, &new).unwrap();
        }
        let mut other = village::customer("E-3", &[DIALS]);
        other.name = "Omar Quill".to_owned();
        other.phone = Some("555-0123".to_owned());
        village::take_on(db, &other).unwrap();
        scan(db);
        let two = the_only(db, TaskKind::DuplicateCustomer);
        assert!(two.evidence.contains("Rosa Quill"), "{two:?}");
        assert!(two.evidence.contains("12 Mill St, Alder Creek"), "{two:?}");
        resolve(db, actor(), two.id, Resolution::Different).unwrap();
        assert_eq!(scan(db).raised, 0);
    });
}

#[test]
fn a_task_is_somebody_s() {
    engines::each(|db, _| {
        let account = customer(db);
        let rosa = clerk(db, "rosa");
        let about = [About::Account(account.id)];
        let id = db.write(|tx| task::remind(tx, rosa, &about, TODAY, "Call back")).unwrap();
        db.write(|tx| task::assign(tx, rosa, id, Some("rosa"))).unwrap();
        let of_rosa = Wanted { owner: rosa.by, ..Wanted::default() };
        let mine = db.read(|tx| store::task::queue(tx, of_rosa, (TODAY, rosa.at), 9)).unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(mine[0].owner.as_deref(), Some("rosa"));
        assert_eq!(mine[0].account, Some(account.number));
        let (why, _) = refusal(db.write(|tx| task::assign(tx, rosa, id, Some("nobody"))));
        assert_eq!(why, TaskRefusal::NoSuchStaff { name: "nobody".to_owned() });
        db.write(|tx| task::assign(tx, rosa, id, None)).unwrap();
        assert!(
            db.read(|tx| store::task::queue(tx, of_rosa, (TODAY, rosa.at), 9)).unwrap().is_empty()
        );
        let counts = db.read(|tx| store::task::counts(tx, TODAY)).unwrap();
        assert!(counts.iter().any(|it| it.kind == TaskKind::Reminder && it.count == 1));
        let of_account = db.read(|tx| store::task::of_subject(tx, about[0], 9)).unwrap();
        assert_eq!(of_account[0].id, id);
    });
}

#[test]
fn two_customers_are_made_one_from_the_queue_and_taken_apart_again() {
    engines::each(|db, _| {
        village::found(db);
        for serial in ["E-1", "E-2"] {
            let mut new = village::customer(serial, &[DIALS]);
            new.phone = Some("555-0123".to_owned());
            village::take_on(db, &new).unwrap();
        }
        scan(db);
        let rosa = clerk(db, "rosa");
        let two = the_only(db, TaskKind::DuplicateCustomer);
        assert_eq!(resolve(db, rosa, two.id, Resolution::Merge).unwrap(), Resolved::Closed);
        let into = |db: &Db| {
            let merge = db.read(|tx| store::merge::of_merged(tx, PersonId(2))).unwrap();
            merge.map(|it| it.kept)
        };
        assert_eq!(into(db), Some(PersonId(1)));
        assert_eq!(scan(db).raised, 0, "they are one");
        db.write(|tx| task::undo(tx, rosa, two.id)).unwrap();
        assert_eq!(into(db), None);
        assert_eq!(the_only(db, TaskKind::DuplicateCustomer).id, two.id);
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn somebody_is_sent_for_a_read_from_the_queue() {
    engines::each(|db, folder| {
        customer(db);
        plan(db, &[JANUARY]);
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\n");
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        scan(db);
        let held = the_only(db, TaskKind::HeldNoRead);
        let until = date(2026, 3, 13);
        let sent = resolve(db, actor(), held.id, Resolution::OrderRead).unwrap();
        assert_eq!(sent, Resolved::PutOff { until });
        assert!(queue(db).iter().all(|it| it.id != held.id), "it waits for the crew");
        let orders = |db: &Db| {
            let open = db.read(|tx| store::order::open(tx, Orders::default(), 9)).unwrap();
            open.iter().filter(|it| it.0.kind == OrderKind::Read).count()
        };
        // The sign-up asked for the first read, and nobody went: that order is found.
        assert_eq!(orders(db), 1);
        let (why, says) = refusal(db.write(|tx| task::undo(tx, actor(), held.id)));
        assert_eq!(why, TaskRefusal::Stays { how: Resolution::OrderRead });
        assert!(says.contains("order cancel"), "{says}");
        let steps = db.read(|tx| store::task::steps(tx, held.id)).unwrap();
        assert!(steps.last().unwrap().said.starts_with("order "), "{steps:?}");
        assert_eq!(queue_on(db, until).iter().filter(|it| it.id == held.id).count(), 1);
        import(db, folder, "meter,date,index\nE-1,2026-02-01,80\n");
        bill_run::run(db, actor(), Which::Held(Cycle(1), None), Until::Posted, &mut |_| ())
            .unwrap();
        assert!(0 < scan(db).gone);
    });
}

#[test]
fn it_is_looked_once_a_day_and_after_each_file_however_many_look() {
    engines::each(|db, folder| {
        customer(db);
        let look = |at: &str| {
            let by = Actor::system(at.parse().unwrap());
            task::scan::when_due(db, by).unwrap().is_some()
        };
        let looked: Vec<bool> = std::thread::scope(|scope| {
            let both = [(); 2].map(|()| scope.spawn(|| look("2026-03-10T12:00:00Z")));
            both.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(looked.iter().filter(|it| **it).count(), 1, "of two one looks");
        assert!(!look("2026-03-10T13:00:00Z"));
        assert!(look("2026-03-11T13:00:00Z"), "the next day");
        let at: Timestamp = "2026-03-11T14:00:00Z".parse().unwrap();
        let file = folder.join("late.csv");
        std::fs::write(&file, "meter,date,index\nE-1,2026-03-01,9\n").unwrap();
        let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        intake::import(db, Actor::system(at), &wanted, &mut |_| ()).unwrap();
        assert!(look("2026-03-11T14:05:00Z"), "a file came");
        assert!(!look("2026-03-11T14:06:00Z"));
    });
}

#[test]
fn whoever_began_to_look_is_waited_for_and_not_for_ever() {
    engines::each(|db, _| {
        customer(db);
        let by = |at: &str| Actor::system(at.parse().unwrap());
        let look = |at: &str| task::scan::when_due(db, by(at)).unwrap().is_some();
        let began: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let begin = |tx: &mut store::Tx| store::task::begin_look(tx, began, Timestamp::UNIX_EPOCH);
        assert!(db.write(begin).unwrap());
        assert!(!db.write(begin).unwrap(), "one looks");
        assert!(!look("2026-03-10T12:09:59Z"));
        assert!(look("2026-03-10T12:10:01Z"), "whoever began did not come to an end");
        assert!(!look("2026-03-10T12:10:02Z"), "it was looked");
        assert!(look("2026-03-11T12:00:00Z"));
    });
}

#[test]
fn use_while_it_is_cut_off_is_seen() {
    engines::each(|db, folder| {
        let account = customer(db);
        let point =
            db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap()[0].service_point;
        let flows = |from, state| {
            db.write(|tx| store::connection::add(tx, point, from, state, None)).unwrap();
        };
        let none = || assert!(queue(db).iter().all(|it| it.kind != TaskKind::UseWhileCut));
        import(db, folder, "meter,date,index\nE-1,2026-01-01,0\n");
        flows(date(2026, 2, 1), Connected::No);
        // What was used before it was cut off is no use since.
        import(db, folder, "meter,date,index\nE-1,2026-02-01,300\n");
        scan(db);
        none();
        import(db, folder, "meter,date,index\nE-1,2026-03-01,342\n");
        scan(db);
        let seen = the_only(db, TaskKind::UseWhileCut);
        assert_eq!(
            seen.evidence,
            "meter E-1 counted 20 kWh or more from 2026-02-01 on, although it is cut off"
        );
        let about = db.read(|tx| store::task::about(tx, seen.id)).unwrap();
        assert!(about.contains(&About::Account(account.id)), "{about:?}");
        // It was let flow again on the day on which it was cut off: the cause is gone.
        flows(date(2026, 2, 1), Connected::Yes);
        scan(db);
        none();
    });
}

#[test]
fn a_read_by_file_for_the_day_of_an_order_to_read_calls_it_off() {
    engines::each(|db, folder| {
        let account = customer(db);
        let point =
            db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap()[0].service_point;
        let open = || {
            db.read(|tx| store::order::open_at(tx, point, OrderKind::Read))
                .unwrap()
                .iter()
                .map(|it| it.id)
                .collect::<Vec<_>>()
        };
        for id in open() {
            db.write(|tx| order::cancel(tx, actor(), id, CalledOff::Mistake, "")).unwrap();
        }
        let wanted = date(2026, 3, 20);
        let place = Where::Point(point);
        let new = NewOrder { not_before: Some(wanted), ..NewOrder::plain(OrderKind::Read, place) };
        let id = db.write(|tx| order::add(tx, actor(), &new)).unwrap().id;
        import(db, folder, "meter,date,index\nE-1,2026-03-19,300\n");
        assert_eq!(open(), [id], "of another day");
        import(db, folder, "meter,date,index,kind\nE-1,2026-03-20,301,E\n");
        assert_eq!(open(), [id], "nobody read it");
        import(db, folder, "meter,date,index\nE-1,2026-03-20,302\n");
        assert!(open().is_empty());
        let followed = db.read(|tx| order::follow(tx, id)).unwrap();
        let last = followed.steps.last().unwrap();
        let cancelled = meterbook_core::order::Step::Cancelled(CalledOff::NotNeeded);
        assert_eq!(last.step, cancelled);
        assert_eq!(last.note, "read on 2026-03-20, in reads.csv");
    });
}
