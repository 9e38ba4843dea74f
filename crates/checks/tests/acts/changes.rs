//! Before and after: every act that makes one thing of another says both in the audit.

use std::path::Path;

use jiff::civil::date;
use meterbook_app::moves::{self, NewDays, ReadWanted, Stop, Wanted};
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::{crew, detail, fee, party, person};
use meterbook_checks::engines;
use meterbook_core::account::CustomerClass;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{PersonId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, Fee, MoveKind};
use meterbook_core::order::{CalledOff, OrderKind, Skills};
use meterbook_core::party::PartyRole;
use meterbook_core::person::{Language, PersonKind};
use meterbook_store as store;

use crate::village::{self, DIALS, actor};

/// Words with which an act begins that changes what was there.
const CHANGING: &[&str] = &[
    "set ",
    "say ",
    "end ",
    "rename ",
    "stop ",
    "remove ",
    "cancel ",
    "withdraw ",
    "assign ",
    "merge ",
    "unmerge ",
    "leave ",
    "join ",
    "move ",
    "change-",
    "disable ",
    "let in ",
];
/// What nobody may read is not said.
const SECRET: &[&str] = &["set password"];

#[test]
fn no_act_that_changes_something_leaves_out_what_it_was() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    let (mut folders, mut acts) = (vec![sources], Vec::new());
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for call in text.split("audit::add(").skip(1) {
                // The first text of the call is the act, unless it is a name.
                let call = call.split(';').next().unwrap_or_default();
                acts.extend(call.split('"').nth(1).map(str::to_owned));
            }
        }
    }
    assert!(acts.iter().any(|it| it == "add person"), "the acts are found: {acts:?}");
    acts.retain(|it| CHANGING.iter().any(|word| it.starts_with(word)));
    acts.retain(|it| !SECRET.contains(&it.as_str()));
    assert!(acts.is_empty(), "say with audit::turn what it was: {acts:?}");
}

#[test]
fn a_change_is_read_from_what_it_was_to_what_it_is() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let said = |act: &str| {
            let all = db.read(|tx| store::audit::latest(tx, 100)).unwrap();
            let it = all.into_iter().find(|it| it.act == act).unwrap_or_else(|| panic!("{act}"));
            (it.was.unwrap_or_default(), it.became.unwrap_or_default())
        };
        let pair = |was: &str, became: &str| (was.to_owned(), became.to_owned());
        let (rosa, on) = (account.person, date(2026, 2, 1));
        db.write(|tx| person::rename(tx, actor(), rosa, "Rosa Quill", "Rosa Hale", on)).unwrap();
        assert_eq!(said("rename person"), pair("Rosa Quill", "Rosa Hale"));

        let (subject, kind) = (Subject::Person(rosa), DetailKind::LastFour);
        let say = |value: &str, was: Option<&str>, on| {
            db.write(|tx| detail::set(tx, actor(), subject, kind, value, was, on)).unwrap();
        };
        say("1234", None, date(2026, 1, 5));
        assert_eq!(said("say detail"), pair("nothing", "1234"));
        say("4321", Some("1234"), date(2026, 1, 9));
        assert_eq!(said("say detail"), pair("1234", "4321"));

        for (cents, from) in [(1_000, date(2026, 1, 1)), (1_500, date(2026, 2, 1))] {
            let fee = Fee {
                name: "opening".to_owned(),
                act: MoveKind::Start,
                class: None,
                from,
                to: None,
                amount: Money::from_cents(cents),
                label_en: "Opening fee".to_owned(),
                label_es: "Cargo por apertura".to_owned(),
            };
            db.write(|tx| {
                let class = CustomerClass::Residential;
                fee::set_deposit(tx, actor(), class, Credit::Poor, from, fee.amount)?;
                fee::set(tx, actor(), &fee)
            })
            .unwrap();
        }
        assert_eq!(said("set fee"), pair("$10.00", "$15.00"));
        assert_eq!(said("set deposit"), pair("$10.00", "$15.00"));

        let bea: PersonId = db
            .write(|tx| {
                let (kind, english) = (PersonKind::Individual, Language::English);
                let bea = person::add(tx, actor(), "Bea Hale", kind, english)?;
                party::join(tx, actor(), account.id, bea, PartyRole::CoHolder, on)?;
                party::hand_over(tx, actor(), account.id, rosa, bea, on)?;
                Ok(bea)
            })
            .unwrap();
        assert_eq!(said("join account"), pair("Rosa Hale", "Bea Hale"));
        db.write(|tx| {
            let last = date(2026, 3, 1);
            party::leave(tx, actor(), account.id, bea, PartyRole::CoHolder, last)
        })
        .unwrap();
        assert_eq!(said("leave account"), pair("co-holder", "no part"));

        let agreement = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap()[0].id;
        let wanted = Wanted {
            kind: MoveKind::Stop,
            account: account.id,
            stops: vec![Stop { agreement, read: ReadWanted::Ordered }],
            stops_on: Some(date(2026, 4, 1)),
            starts: Vec::new(),
            starts_on: None,
            credit: None,
        };
        let made = db.write(|tx| moves::ask(tx, actor(), &wanted)).unwrap();
        assert_eq!(said("stop service"), pair("no end", "2026-04-01"));
        let stops_on = Some(date(2026, 4, 8));
        let to = NewDays { starts_on: None, stops_on, read: ReadWanted::Ordered };
        db.write(|tx| moves::redate(tx, actor(), made.of.id, 1, &to)).unwrap();
        assert_eq!(said("redated stop"), pair("stops 2026-04-01", "stops 2026-04-08"));
        db.write(|tx| moves::cancel(tx, actor(), made.of.id, 2)).unwrap();
        assert_eq!(said("cancel move"), pair("stops 2026-04-08", "cancelled"));

        db.write(|tx| {
            let north = crew::add(tx, actor(), "North", Skills::parse("electric"), 120, 1)?;
            crew::hours(tx, actor(), &north, date(2026, 1, 1), "mon-fri 08:00-12:00")?;
            crew::hours(tx, actor(), &north, date(2026, 2, 1), "mon-fri 08:00-16:00")?;
            let point = Where::Point(ServicePointId(1));
            let test = order::add(tx, actor(), &NewOrder::plain(OrderKind::Test, point))?;
            order::assign(tx, actor(), test.id, north.id, date(2026, 3, 10))?;
            order::cancel(tx, actor(), test.id, CalledOff::Mistake, "")
        })
        .unwrap();
        assert_eq!(said("say hours"), pair("mon-fri 08:00-12:00", "mon-fri 08:00-16:00"));
        assert_eq!(said("assign order"), pair("open", "assigned"));
        assert_eq!(said("cancel order"), pair("assigned", "cancelled"));
    });
}
