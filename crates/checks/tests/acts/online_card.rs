//! Cards that are kept: only where the payer said so, charged once for each bill on the day it is due; what
//! is refused is a task, what was cut off is asked about, and what is forgotten is charged no more.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::online::card;
use meterbook_app::online::charge::{self, ByItself, Charged};
use meterbook_app::online::{Keep, NewAttempt, NotOnline, ask, begin, link};
use meterbook_app::{Actor, check, debit, mandate, plan, task};
use meterbook_checks::engines::{self, Raw};
use meterbook_checks::provider::{Bank, CHARGED, Localstripe, Mood, Provider};
use meterbook_core::credit::Noun;
use meterbook_core::credit::plan::Pays;
use meterbook_core::id::{AccountId, AttemptId, CardId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::money::Money;
use meterbook_core::online::card::{KeptCard, NotCharged};
use meterbook_core::online::{Attempt, AttemptState};
use meterbook_core::task::TaskKind;
use meterbook_store::{self as store, Db, Tx};

use crate::debit::sound;
use crate::deposit::{owes, pays, say as say_rules};
use crate::late_fee::february;
use crate::mandate::{key, new};
use crate::online::{ONE, OWED, bill_of, later, refusal, say_from, second, stands, town, wanted};
use crate::village::{actor, says};

const TWO: AccountId = AccountId(2);
const DUE: Date = date(2026, 3, 23);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// The morning of the day on which February's bills are due, and so many minutes after it.
fn day(minutes: i64) -> Actor {
    let at = jiff::Timestamp::from_second(CHARGED).unwrap();
    Actor::system(at + minutes.minutes())
}

fn pays_and_keeps(db: &Db, provider: &Provider, account: AccountId, most: Option<Money>) {
    let new = NewAttempt { keep: Some(Keep { most }), ..wanted(db, account) };
    let begun = begin(db, actor(), &new).unwrap();
    provider.pay(begun.amount.cents(), "usd", second());
    ask(db, later(1), None).unwrap();
}

/// The first customer paid January's bill with a card that is kept, and owes 4.44 for February.
fn kept(db: &Db, folder: &Path, provider: &Provider) {
    kept_by(db, folder, provider, &[ONE]);
}

fn kept_by(db: &Db, folder: &Path, provider: &Provider, all: &[AccountId]) {
    town(db, folder, provider);
    all.iter().for_each(|it| pays_and_keeps(db, provider, *it, Some(cents(50_00))));
    february(db, folder, 4);
    assert_eq!(owes(db, ONE), OWED);
}

fn held(db: &Db) -> Vec<(i64, Option<NotCharged>)> {
    let due = db.read(|tx| card::due(tx, day(0).at, DUE)).unwrap();
    due.iter().map(|it| (it.amount.cents(), it.held)).collect()
}

fn charge(db: &Db, minutes: i64, total: i64) -> Result<Charged> {
    charge::charge(db, day(minutes), cents(total))
}

fn now(db: &Db, account: AccountId) -> Option<String> {
    db.read(|tx| store::card::now(tx, account))
        .unwrap()
        .map(|it| format!("{} {}", it.shown(), it.method))
}

fn charges(provider: &Provider) -> usize {
    provider.posts().iter().filter(|it| it.0 == "payment_intents").count()
}

fn tasks(db: &Db) -> Vec<String> {
    let all = db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
    all.into_iter().map(|it| it.evidence).collect()
}

#[test]
fn a_card_is_kept_where_its_payer_said_so_and_only_there() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        let plain = begin(db, actor(), &wanted(db, ONE)).unwrap();
        let form = provider.posts().remove(0).2;
        assert!(form.iter().all(|it| !it.0.contains("setup_future_usage")));
        // Who lets it be kept after all gets another page, which says so.
        let nothing = NewAttempt { keep: Some(Keep { most: Some(cents(0)) }), ..wanted(db, ONE) };
        assert_eq!(refusal(begin(db, later(1), &nothing)), NotOnline::NoMost { most: cents(0) });
        let new = NewAttempt { keep: Some(Keep { most: Some(cents(50_00)) }), ..nothing };
        let begun = begin(db, later(1), &new).unwrap();
        assert_ne!(begun.attempt, plain.attempt);
        assert_eq!(begin(db, later(2), &new).unwrap(), begun);
        let form = provider.posts().pop().unwrap().2;
        let of = |name: &str| form.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        assert_eq!(of("payment_intent_data[setup_future_usage]"), Some("off_session"));
        assert_eq!(of("customer_creation"), Some("always"));
        provider.pay(OWED, "usd", second());
        ask(db, later(3), None).unwrap();
        assert_eq!(now(db, ONE).as_deref(), Some("visa …4242 pm_1"));
        let mut raw = Raw::beside(db).unwrap();
        let card = "select customer || '|' || method || '|' || brand || last_four || '|' || from_on from kept_card";
        assert_eq!(raw.column(card).unwrap(), ["cus_1|pm_1|visa4242|2026-03-10"]);
        // Nobody said so: nothing is kept. Where the provider keeps none, somebody is told.
        begin(db, actor(), &wanted(db, TWO)).unwrap();
        provider.pay(8_88, "usd", second());
        ask(db, later(4), None).unwrap();
        assert_eq!(now(db, TWO), None);
        // Another card takes the place of the first, which the provider is to forget.
        february(db, folder, 4);
        pays_and_keeps(db, &provider, ONE, None);
        assert_eq!(now(db, ONE).as_deref(), Some("visa …4242 pm_3"));
        assert_eq!(provider.forgotten(), Vec::<String>::new());
        ask(db, later(5), None).unwrap();
        assert_eq!(provider.forgotten(), ["pm_1"]);
        sound(db);
    });
}

#[test]
fn a_bill_is_charged_once_on_the_day_it_is_due() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        let early = db.read(|tx| card::due(tx, day(0).at, date(2026, 3, 22))).unwrap();
        assert_eq!(early, []);
        assert_eq!(held(db), [(OWED, None)]);
        let (seen, is) = (cents(1), cents(OWED));
        assert_eq!(refusal(charge(db, 0, 1)), NotOnline::Changed { seen, now: is });
        let went = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(|| charge(db, 0, OWED))).collect();
            all.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        let paid = went.iter().filter_map(|it| it.as_ref().ok()).flat_map(|it| &it.paid);
        assert_eq!(paid.count(), 1, "{went:?}");
        assert_eq!((charges(&provider), owes(db, ONE), stands(db, 2)), (1, 0, AttemptState::Paid));
        let (path, key, form) = provider.posts().pop().unwrap();
        assert_eq!(path, "payment_intents");
        let of = |name: &str| form.iter().find(|it| it.0 == name).unwrap().1.clone();
        assert_eq!((of("customer"), of("payment_method")), ("cus_1".to_owned(), "pm_1".to_owned()));
        assert_eq!((of("off_session"), of("confirm")), ("true".to_owned(), "true".to_owned()));
        assert_eq!((of("amount"), of("metadata[attempt]")), (OWED.to_string(), key));
        assert_eq!(charge(db, 1, 0).unwrap(), Charged::default());
        assert_eq!(charges(&provider), 1);
        sound(db);
    });
}

#[test]
fn what_a_bank_refuses_is_a_task_and_is_not_charged_again() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept_by(db, folder, &provider, &[ONE, TWO]);
        provider.banks_say(&[Bank::Declines, Bank::Asks]);
        let before = provider.posts().len();
        let done = charge(db, 0, OWED + 8_88).unwrap();
        assert_eq!((done.refused.len(), done.paid.len()), (2, 0));
        assert_eq!(provider.posts().len(), before + 2);
        let told = tasks(db);
        assert!(
            told[0].contains("was refused by the card: Your card was declined.; tell the customer"),
            "{told:?}"
        );
        assert!(told[1].contains("wants its holder to confirm it"), "{told:?}");
        assert_eq!(
            held(db),
            [(OWED, Some(NotCharged::Refused)), (8_88, Some(NotCharged::Refused))]
        );
        assert_eq!(charge(db, 1, 0).unwrap(), Charged::default());
        // It is not a payment that came back.
        let back = |tx: &mut Tx| store::returned::of_account(tx, ONE);
        assert_eq!((db.read(back).unwrap(), owes(db, ONE)), (vec![], OWED));
        // They pay it otherwise, and with another card the next one is charged.
        pays(db, ONE, OWED, DUE, day(2));
        assert_eq!(held(db).len(), 1);
        sound(db);
    });
}

#[test]
fn what_was_cut_off_is_asked_about_and_never_charged_twice() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        provider.will(&[Mood::CutHeard]);
        let done = charge(db, 0, OWED).unwrap();
        assert_eq!(done.waiting, [AttemptId(2)]);
        assert_eq!(stands(db, 2), AttemptState::Unknown);
        assert_eq!(held(db), [(OWED, Some(NotCharged::Charged))]);
        let new = NewAttempt { keep: None, ..wanted(db, ONE) };
        begin(db, day(1), &new).unwrap_err();
        assert_eq!((charges(&provider), stands(db, 2), owes(db, ONE)), (1, AttemptState::Paid, 0));
        sound(db);
    });
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        // Never heard: after a day that is sure, and it is charged by the next run.
        provider.will(&[Mood::CutUnheard]);
        charge(db, 0, OWED).unwrap();
        ask(db, day(24 * 60 - 1), None).unwrap();
        assert_eq!(stands(db, 2), AttemptState::Unknown);
        ask(db, day(24 * 60), None).unwrap();
        assert_eq!((stands(db, 2), held(db)), (AttemptState::Failed, vec![(OWED, None)]));
        assert_eq!(charge(db, 24 * 60 + 1, OWED).unwrap().paid.len(), 1);
        assert_eq!((charges(&provider), owes(db, ONE)), (2, 0));
        sound(db);
    });
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        // What takes its time is asked about by its name; what its bank then refuses is a task.
        provider.banks_say(&[Bank::Waits]);
        assert_eq!(charge(db, 0, OWED).unwrap().waiting, [AttemptId(2)]);
        assert_eq!((stands(db, 2), charges(&provider)), (AttemptState::Open, 1));
        provider.stands("pi_2", "requires_payment_method");
        ask(db, day(1), None).unwrap();
        assert_eq!((stands(db, 2), tasks(db).len()), (AttemptState::Failed, 1));
        assert_eq!(held(db), [(OWED, Some(NotCharged::Refused))]);
        sound(db);
    });
}

#[test]
fn what_is_wrong_with_all_of_it_ends_the_run_and_burns_no_card() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        provider.will(&[Mood::Says(401)]);
        let why = "Your card is not the point".to_owned();
        assert_eq!(refusal(charge(db, 0, OWED)), NotOnline::Refused { why });
        assert_eq!((stands(db, 2), held(db)), (AttemptState::Failed, vec![(OWED, None)]));
        assert_eq!(charge(db, 1, OWED).unwrap().paid.len(), 1);
        sound(db);
    });
}

/// What comes of asking at a minute of the day whether it is time to charge by itself.
fn when_due(db: &Db, minutes: i64, worker: &str) -> Result<Option<Charged>> {
    charge::when_due(db, &|| day(minutes).at, worker)
}

/// Since when nothing more is charged by itself on the last day, and why it ended.
fn last_day(db: &Db) -> Option<(Date, bool, String)> {
    let it = db.read(store::card::last_day).unwrap()?;
    Some((it.on, it.done.is_some(), it.said))
}

/// Six o'clock, in minutes after the morning of the day.
const SIX: i64 = 60;

#[test]
fn what_is_due_is_charged_by_itself_once_a_day_whoever_is_there() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept_by(db, folder, &provider, &[ONE, TWO]);
        assert_eq!(when_due(db, SIX - 1, "a").unwrap(), None, "it is not time");
        assert_eq!(last_day(db), None);
        let went = std::thread::scope(|scope| {
            let begin = |worker| scope.spawn(move || when_due(db, SIX, worker));
            let all: Vec<_> = ["a", "b", "c"].into_iter().map(begin).collect();
            all.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        let paid = went.iter().filter_map(|it| it.as_ref().ok()?.as_ref()).flat_map(|it| &it.paid);
        assert_eq!((paid.count(), charges(&provider)), (2, 2), "{went:?}");
        assert_eq!((owes(db, ONE), owes(db, TWO)), (0, 0));
        assert_eq!(last_day(db), Some((DUE, true, String::new())));
        assert_eq!(when_due(db, SIX + 5, "a").unwrap(), None, "once a day");
        let stands = db.read(|tx| charge::stands(tx, day(SIX).at)).unwrap();
        let from = ByItself::From(jiff::civil::time(6, 0, 0, 0));
        assert_eq!((stands.cards, stands.by_itself), (2, from));
        assert_eq!(stands.charged, [(AttemptState::Paid, 2, cents(OWED + 8_88))]);
        sound(db);
    });
}

#[test]
fn who_does_not_come_back_is_followed_by_another_and_nothing_is_charged_twice() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept_by(db, folder, &provider, &[ONE, TWO]);
        // A program took the day on, charged the first card and was killed before it heard the answer.
        let until = (day(SIX).at, day(SIX + 10).at);
        assert!(db.write(|tx| store::card::take_day(tx, DUE, "a", until)).unwrap());
        provider.will(&[Mood::CutHeard]);
        charge(db, SIX, OWED + 8_88).map(drop).unwrap();
        assert_eq!(charges(&provider), 2);
        assert_eq!((stands(db, 3), owes(db, TWO)), (AttemptState::Unknown, 0));
        assert_eq!(when_due(db, SIX + 9, "b").unwrap(), None, "it is held");
        assert_eq!(last_day(db), Some((DUE, false, String::new())));
        // It is asked about first, and not charged again.
        assert_eq!(when_due(db, SIX + 10, "b").unwrap(), Some(Charged::default()));
        assert_eq!((stands(db, 3), owes(db, ONE), charges(&provider)), (AttemptState::Paid, 0, 2));
        assert_eq!(last_day(db), Some((DUE, true, String::new())));
        // Who comes back late has nothing to say of it any more.
        assert!(!db.write(|tx| store::card::hold_day(tx, DUE, "a", day(SIX + 30).at)).unwrap());
        sound(db);
    });
}

#[test]
fn a_provider_that_is_silent_ends_it_until_the_next_time_and_one_that_says_no_ends_the_day() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept_by(db, folder, &provider, &[ONE, TWO]);
        provider.will(&[Mood::CutUnheard]);
        let done = when_due(db, SIX, "a").unwrap().unwrap();
        assert_eq!((done.waiting.len(), done.paid.len()), (1, 0), "the second one is not tried");
        assert_eq!(last_day(db), Some((DUE, false, String::new())));
        // The next time the rest is charged, by whoever comes, and the first one is not asked for again.
        let done = when_due(db, SIX + 1, "b").unwrap().unwrap();
        assert_eq!((done.waiting.len(), done.paid.len()), (0, 1));
        assert_eq!((stands(db, 3), owes(db, ONE), owes(db, TWO)), (AttemptState::Unknown, OWED, 0));
        assert_eq!(last_day(db), Some((DUE, true, String::new())));
        // A day later it is sure that nobody heard of it.
        let done = when_due(db, 24 * 60 + SIX, "b").unwrap().unwrap();
        assert_eq!((done.paid.len(), owes(db, ONE)), (1, 0));
        sound(db);
    });
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        provider.will(&[Mood::Says(401)]);
        assert_eq!(when_due(db, SIX, "a").unwrap(), Some(Charged::default()));
        let why = "the provider said no: Your card is not the point; mend the settings: meterbook online settings";
        assert_eq!(last_day(db), Some((DUE, true, why.to_owned())));
        let told = format!("what is due on {DUE} was not charged to cards: {why}");
        assert_eq!(tasks(db), [told]);
        assert_eq!(when_due(db, SIX + 5, "a").unwrap(), None, "nothing is tried again by itself");
        assert_eq!(charge(db, SIX + 6, OWED).unwrap().paid.len(), 1);
        sound(db);
    });
}

#[test]
fn nothing_is_charged_by_itself_while_debits_are_stopped_or_a_person_is_to_look() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        let turn = |stop, minutes, why: &str| {
            db.write(|tx| debit::switch(tx, day(minutes), stop, why)).unwrap();
        };
        turn(true, 0, "amounts look wrong");
        assert_eq!(when_due(db, SIX, "a").unwrap(), None);
        let by_itself = db.read(|tx| charge::stands(tx, day(SIX).at)).unwrap().by_itself;
        assert_eq!(by_itself, ByItself::Stopped { why: "amounts look wrong".to_owned() });
        assert_eq!(last_day(db), None);
        turn(false, SIX + 1, "they are right");
        let from = |on, more: &str| {
            let text = format!("base http://127.0.0.1:{}\n{more}", provider.port);
            say_from(db, folder, on, &text);
        };
        // More than is charged without anybody looking: a person looks, and charges it.
        from(DUE, "charge-most 4.43\n");
        assert_eq!(when_due(db, SIX + 2, "a").unwrap(), Some(Charged::default()));
        let why = NotOnline::BeyondDay { total: cents(OWED), most: cents(4_43) }.to_string();
        assert_eq!(last_day(db), Some((DUE, true, why.clone())));
        assert_eq!(tasks(db).len(), 1, "{:?}", tasks(db));
        assert_eq!((charges(&provider), when_due(db, SIX + 9, "b").unwrap()), (0, None));
        // The next day a person does it anyway, and no program does.
        from(date(2026, 3, 24), "charge by-hand\n");
        let next = 24 * 60 + SIX;
        assert_eq!(when_due(db, next, "a").unwrap(), None);
        let by_itself = db.read(|tx| charge::stands(tx, day(next).at)).unwrap().by_itself;
        assert_eq!(by_itself, ByItself::No);
        assert_eq!(charge(db, next, OWED).unwrap().paid.len(), 1);
        sound(db);
    });
}

#[test]
fn what_the_provider_does_not_take_is_ours_and_no_fault_of_the_card() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        provider.will(&[Mood::Says(400)]);
        let done = charge(db, 0, OWED).unwrap();
        assert_eq!((done.refused.len(), done.paid.len()), (1, 0));
        assert_eq!((stands(db, 2), held(db)), (AttemptState::Failed, vec![(OWED, None)]));
        let told = "$4.44 of bill B-260302-10000001 was not charged: Your card is not the point; the card was not refused, look at what was asked of the provider";
        assert_eq!(tasks(db), [told]);
        sound(db);
        // It is one task however often it is tried, and the card may be charged once that is mended.
        provider.will(&[Mood::Says(404)]);
        charge(db, 1, OWED).unwrap();
        assert_eq!(tasks(db).len(), 1);
        assert_eq!(charge(db, 2, OWED).unwrap().paid.len(), 1);
        sound(db);
    });
}

#[test]
fn what_speaks_against_a_charge_holds_it() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        let after = |what: &dyn Fn(&mut Tx) -> Result<()>| {
            let held = |tx: &mut Tx| {
                what(tx)?;
                card::due(tx, day(0).at, DUE)
            };
            db.write(|tx| tx.trial(held)).unwrap()[0].held
        };
        let dispute = |tx: &mut Tx| {
            let about = (ONE, InteractionChannel::Phone);
            task::open_case(tx, actor(), about, TaskKind::Dispute, &[], "I was away").map(drop)
        };
        assert_eq!(after(&dispute), Some(NotCharged::Disputed));
        let agree = |tx: &mut Tx| mandate::agree(tx, actor(), &key(), &new(ONE)).map(drop);
        assert_eq!(after(&agree), Some(NotCharged::Mandate));
        say_rules(db, Noun::Plan, "months any 2\n");
        let parts =
            |tx: &mut Tx| plan::agree(tx, day(0), ONE, (1, Some(Pays::Hand)), "by phone").map(drop);
        assert_eq!(after(&parts), Some(NotCharged::Plan));
        // Somebody pays it at the provider's.
        begin(db, day(0), &wanted(db, ONE)).unwrap();
        assert_eq!(held(db), [(OWED, Some(NotCharged::Begun))]);
        provider.expire();
        ask(db, day(1), None).unwrap();
        assert_eq!(held(db), [(OWED, None)]);
        db.write(|tx| debit::switch(tx, day(1), true, "amounts look wrong")).unwrap();
        let why = charge(db, 1, OWED).unwrap_err();
        assert!(says(&why).starts_with("debits are stopped: amounts look wrong"), "{why}");
        assert_eq!(charges(&provider), 0);
        sound(db);
    });
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        pays_and_keeps(db, &provider, ONE, Some(cents(4_43)));
        february(db, folder, 4);
        assert_eq!(held(db), [(OWED, Some(NotCharged::BeyondMost { most: cents(4_43) }))]);
        // What was due before the card was kept was not meant.
        pays_and_keeps(db, &provider, AccountId(3), None);
        let late = db.read(|tx| card::due(tx, day(0).at, date(2026, 4, 30))).unwrap();
        assert!(late.len() == 1 && late[0].account.id == ONE, "{late:?}");
        assert_eq!(owes(db, AccountId(3)), 1_332);
        sound(db);
    });
}

#[test]
fn what_is_forgotten_is_charged_no_more_and_the_provider_forgets_it() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        let bill = bill_of(db, ONE).0;
        let url = db.write(|tx| link::make(tx, actor(), bill)).unwrap();
        let token = url.rsplit('/').next().unwrap().to_owned();
        let shown = || db.read(|tx| link::shown(tx, actor().at, &token)).unwrap().kept;
        assert!(shown());
        let forget = |why: &str| db.write(|tx| card::forget(tx, day(0), ONE, why));
        assert_eq!(says(&forget(" ").unwrap_err()), "say why");
        assert_eq!(forget("by phone").unwrap().method, "pm_1");
        assert_eq!(says(&forget("by phone").unwrap_err()), "no card is kept for this account");
        assert!(!shown());
        assert_eq!((held(db), now(db, ONE)), (vec![], None));
        // The provider does not answer at first; what it forgot already it says so of.
        let left = || db.read(store::card::to_forget).unwrap().len();
        provider.will(&[Mood::CutUnheard, Mood::CutHeard]);
        for (minutes, still) in [(1, 1), (2, 1), (3, 0)] {
            ask(db, day(minutes), None).unwrap();
            assert_eq!(left(), still);
        }
        assert_eq!(provider.forgotten(), ["pm_1"]);
        let mut acts = Raw::beside(db).unwrap();
        let said = acts.column("select act from audit where act like '%card' order by id").unwrap();
        assert_eq!(said, ["keep card", "end card"]);
        sound(db);
    });
}

#[test]
fn check_finds_a_charge_that_nobody_agreed_to() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        kept(db, folder, &provider);
        charge(db, 0, OWED).unwrap();
        sound(db);
        let mut raw = Raw::beside(db).unwrap();
        raw.run("delete from kept_card_now").unwrap();
        raw.run(
            "insert into kept_card (id, account_id, attempt_id, customer, method, brand, last_four, most_cents, from_on)
             select 9, account_id, 2, 'cus_9', 'pm_9', '', '', 1, from_on from kept_card",
        )
        .unwrap();
        raw.run("insert into kept_card_now (account_id, card_id) values (1, 9)").unwrap();
        let attempt = "insert into pay_attempt (id, account_id, bill_id, amount_cents, currency, key, begun_at)
             select 90, account_id, bill_id, 2, currency, 'k', begun_at from pay_attempt where id = 2";
        raw.run(attempt).unwrap();
        raw.run("insert into card_charge (attempt_id, card_id, bill_id, nth) select 90, 9, bill_id, 1 from pay_attempt where id = 90")
            .unwrap();
        let report = check::check(db).unwrap();
        let faults = report.rules.into_iter().find(|it| it.name == "cards").unwrap().faults;
        for (of, says) in [
            ("card 1 ", " ended, or is not the one that is used"),
            ("card 9 ", " is kept, and nobody let it be"),
            ("attempt 90 ", " that was not to be charged so"),
        ] {
            let found = |it: &String| it.starts_with(of) && it.ends_with(says);
            assert!(faults.iter().any(found), "{faults:?}");
        }
    });
}

#[test]
fn localstripe_charges_refuses_and_forgets_cards() {
    let Some(stripe) = Localstripe::start() else { return };
    engines::each(|db, folder| {
        let provider = Provider::start(Some(stripe.port));
        town(db, folder, &provider);
        let name = |it: serde_json::Value| it["id"].as_str().unwrap().to_owned();
        // The second card is let be kept, and refuses what is charged to it.
        for (account, number) in [(ONE, "4242424242424242"), (TWO, "4000000000000341")] {
            pays_and_keeps(db, &provider, account, None);
            let customer = name(stripe.post("/v1/customers", "description=x"));
            let card = format!(
                "type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2030&card[cvc]=123"
            );
            let method = name(stripe.post("/v1/payment_methods", &card));
            let attach = format!("/v1/payment_methods/{method}/attach");
            stripe.post(&attach, &format!("customer={customer}"));
            db.write(|tx| becomes(tx, account, (&customer, &method))).unwrap();
        }
        february(db, folder, 4);
        let done = charge(db, 0, OWED + 8_88).unwrap();
        assert_eq!((done.paid.len(), done.refused.len()), (1, 1), "{:?}", tasks(db));
        assert_eq!((owes(db, ONE), owes(db, TWO)), (0, 8_88));
        assert!(tasks(db)[0].contains("declined"), "{:?}", tasks(db));
        db.write(|tx| card::forget(tx, day(1), ONE, "by phone")).unwrap();
        ask(db, day(2), None).unwrap();
        assert_eq!(db.read(store::card::to_forget).unwrap(), []);
        sound(db);
    });
}

/// The card of an account becomes one that localstripe knows.
fn becomes(tx: &mut Tx, account: AccountId, (customer, method): (&str, &str)) -> Result<()> {
    let was = card::forget(tx, actor(), account, "another one")?;
    store::card::forgotten(tx, was.id)?;
    let id = AttemptId(70 + account.0);
    let attempt = store::online::get(tx, was.attempt)?.unwrap();
    let (key, state) = (format!("again {account}"), AttemptState::Unknown);
    let again = Attempt { id, key, state, session: None, bill: None, ..attempt };
    store::online::add(tx, &again)?;
    store::online::event(tx, id, AttemptState::Failed, actor().at, "a test")?;
    store::card::let_keep(tx, id, None)?;
    let (customer, method) = (customer.to_owned(), method.to_owned());
    let card = KeptCard { id: CardId(70 + account.0), customer, method, attempt: id, ..was };
    store::card::add(tx, &card)
}
