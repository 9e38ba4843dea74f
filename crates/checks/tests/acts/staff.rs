//! Members of staff: whose password is taken, who is kept out, and what stays behind.

use anyhow::Error;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::role::{self, NotARole};
use meterbook_app::session::{self, NotLetIn};
use meterbook_app::staff::{self, NotStaff};
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::password::Weak;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db};

use crate::authority::{PASSWORD, signing_in, with_role};
use crate::village;

fn refusal(why: &Error) -> NotStaff {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotStaff>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

fn ask(db: &Db, asked: Asked) -> anyhow::Result<()> {
    db.write(|tx| do_or_ask(tx, village::actor(), &asked, "").map(drop))
}

#[test]
fn a_password_that_would_be_guessed_is_refused() {
    engines::each(|db, _| {
        village::found(db);
        for (password, why) in [
            ("short", Weak::Short),
            ("Password1!", Weak::Common),
            ("12345678", Weak::Pattern),
            ("AlderCreekLight1", Weak::Name),
            ("robin2026", Weak::Name),
        ] {
            let refused = staff::add(db, village::actor(), "robin", "clerk", password).unwrap_err();
            assert_eq!(refusal(&refused), NotStaff::Weak(why), "{password}");
        }
        let none = staff::add(db, village::actor(), "  ", "clerk", PASSWORD).unwrap_err();
        assert_eq!(refusal(&none), NotStaff::NoName);
        let why = staff::add(db, village::actor(), "robin", "pilot", PASSWORD).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert!(matches!(refused.as_a(), Some(NotARole::Unknown { .. })), "{why}");
        assert!(why.to_string().contains("there are accountant, administrator"), "{why}");
        with_role(db, "robin", "clerk");
        let twice = staff::add(db, village::actor(), "robin", "clerk", PASSWORD).unwrap_err();
        assert_eq!(refusal(&twice), NotStaff::NameTaken { name: "robin".to_owned() });
    });
}

#[test]
fn who_is_disabled_is_out_at_once_and_may_come_back() {
    engines::each(|db, _| {
        village::found(db);
        let root = with_role(db, "root", "administrator");
        signing_in(db, "robin", "clerk");
        let at = village::actor().at;
        let token = session::sign_in(db, at, "robin", PASSWORD).unwrap();
        let present = session::who(db, at, &token).unwrap().unwrap();
        assert!(present.may(Permission::TakePayment) && !present.may(Permission::ManageStaff));

        let disable = |who: Actor, name: &str| {
            db.write(|tx| staff::disable(tx, who, name, "left the utility"))
        };
        assert_eq!(refusal(&disable(root, "root").unwrap_err()), NotStaff::Yourself);
        let unknown = NotStaff::Unknown { name: "nemo".to_owned() };
        assert_eq!(refusal(&disable(root, "nemo").unwrap_err()), unknown);
        disable(root, "robin").unwrap();
        assert_eq!(session::who(db, at, &token).unwrap(), None);
        let why = session::sign_in(db, at, "robin", PASSWORD).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert_eq!(refused.as_a(), Some(&NotLetIn::Wrong));
        let name = "robin".to_owned();
        let twice = NotStaff::Disabled { name: name.clone() };
        assert_eq!(refusal(&disable(root, "robin").unwrap_err()), twice);
        let said = db.read(|tx| store::audit::latest(tx, 1)).unwrap().remove(0);
        assert_eq!(
            (said.act.as_str(), said.why.as_deref()),
            ("disable staff", Some("left the utility"))
        );

        ask(db, Asked::LetInAgain { name: name.clone() }).unwrap();
        session::sign_in(db, at, "robin", PASSWORD).unwrap();
        let again = ask(db, Asked::LetInAgain { name: name.clone() }).unwrap_err();
        assert_eq!(refusal(&again), NotStaff::NotDisabled { name });
    });
}

#[test]
fn nobody_leaves_a_utility_without_one_who_grants_roles() {
    engines::each(|db, _| {
        village::found(db);
        let manager = with_role(db, "manager", "clerk");
        let root = with_role(db, "root", "administrator");
        db.write(|tx| role::add(tx, root, "gate", "Lets people in")).unwrap();
        let grant = meterbook_core::permission::Grant {
            permission: Permission::ManageStaff,
            limit: None,
            four_eyes: false,
        };
        ask(db, Asked::Grant { role: "gate".to_owned(), grant }).unwrap();
        ask(db, Asked::GiveRole { name: "manager".to_owned(), role: "gate".to_owned() }).unwrap();
        let why = db.write(|tx| staff::disable(tx, manager, "root", "")).unwrap_err();
        assert_eq!(refusal(&why), NotStaff::LastGrant { name: "root".to_owned() });
        let bad = db.write(|tx| role::add(tx, root, "No Name", "")).unwrap_err();
        assert!(village::says(&bad).contains("small letters"), "{bad}");
        let bad = db.write(|tx| role::add(tx, root, "gate", "")).unwrap_err();
        assert!(village::says(&bad).contains("already"), "{bad}");
    });
}

#[test]
fn a_password_is_set_by_its_owner_or_the_operator() {
    engines::each(|db, _| {
        village::found(db);
        let (root, robin) =
            (with_role(db, "root", "administrator"), signing_in(db, "robin", "clerk"));
        let (at, other) = (village::actor().at, "nine boats in the bay");
        let token = session::sign_in(db, at, "robin", PASSWORD).unwrap();
        let why = staff::set_password(db, root, "robin", other).unwrap_err();
        assert_eq!(refusal(&why), NotStaff::NotYours);
        staff::set_password(db, robin, "robin", other).unwrap();
        assert_eq!(session::who(db, at, &token).unwrap(), None, "old sessions end");
        assert!(session::sign_in(db, at, "robin", PASSWORD).is_err());
        session::sign_in(db, at, "robin", other).unwrap();
        staff::set_password(db, village::actor(), "robin", PASSWORD).unwrap();
        session::sign_in(db, at, "robin", PASSWORD).unwrap();
    });
}

#[test]
fn who_had_which_role_when_is_never_forgotten() {
    engines::each(|db, _| {
        village::found(db);
        with_role(db, "robin", "clerk");
        let (name, role) = ("robin".to_owned(), "clerk".to_owned());
        ask(db, Asked::TakeRole { name: name.clone(), role: role.clone() }).unwrap();
        let again = ask(db, Asked::TakeRole { name: name.clone(), role: role.clone() });
        assert_eq!(refusal(&again.unwrap_err()), NotStaff::HasNotRole { name, role });
        let mut raw = Raw::beside(db).unwrap();
        for text in [
            "delete from staff_role",
            "update staff_role set to_at = null",
            "update staff_role set to_at = to_at + 1",
            "update staff_role set role = 'administrator'",
            "delete from role_permission",
            "update role_permission set limit_cents = 5",
            "update role_permission set four_eyes = 0, to_at = 9",
            "update role_permission set permission = 'found'",
        ] {
            let why = format!("{:#}", raw.run(text).expect_err(text));
            assert!(why.contains("only ends"), "{text}: {why}");
        }
    });
}
