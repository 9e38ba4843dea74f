//! Attempts to pay online: that they come back as they were kept, and what the database refuses of them.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::id::{AttemptId, BillId, CardId, TenderId};
use meterbook_core::money::Money;
use meterbook_core::online::card::KeptCard;
use meterbook_core::online::{Attempt, AttemptState, CardPayment};
use meterbook_store::online::Which;
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn attempt() -> Attempt {
    Attempt {
        id: AttemptId(1),
        account: sample::ACCOUNT,
        bill: Some(BillId(1)),
        amount: Money::from_cents(17_00),
        currency: "USD".to_owned(),
        key: "6b65".to_owned(),
        begun: sample::at(),
        session: None,
        state: AttemptState::Unknown,
    }
}

fn card() -> CardPayment {
    CardPayment {
        reference: "pi_1".to_owned(),
        attempt: AttemptId(1),
        tender: TenderId(1),
        brand: "visa".to_owned(),
        last_four: "4242".to_owned(),
    }
}

fn kept() -> KeptCard {
    KeptCard {
        id: CardId(1),
        account: sample::ACCOUNT,
        attempt: AttemptId(1),
        customer: "cus_1".to_owned(),
        method: "pm_1".to_owned(),
        brand: "visa".to_owned(),
        last_four: "4242".to_owned(),
        most: Some(Money::from_cents(50_00)),
        from: date(2026, 8, 4),
    }
}

#[test]
fn a_card_comes_back_as_it_was_kept_and_one_is_used_at_a_time() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.write(|tx| {
            let most = Some(Some(Money::from_cents(50_00)));
            assert_eq!(store::card::keeping(tx, AttemptId(1))?, most);
            assert_eq!(store::card::keeping(tx, AttemptId(2))?, None);
            assert_eq!(store::card::to_forget(tx)?, [kept()]);
            assert_eq!(store::card::of_charge(tx, AttemptId(1))?, Some(kept()));
            assert_eq!(
                (store::card::now(tx, sample::ACCOUNT)?, store::card::all_now(tx)?),
                (None, vec![])
            );
            let charges = store::card::charges(tx, CardId(1), BillId(1))?;
            assert_eq!(charges, [(AttemptId(1), AttemptState::Open, true)]);
            store::card::forgotten(tx, CardId(1))?;
            assert_eq!(store::card::to_forget(tx)?, []);
            let next =
                Attempt { id: AttemptId(2), bill: None, key: "6b66".to_owned(), ..attempt() };
            store::online::add(tx, &next)?;
            let next = Attempt {
                id: AttemptId(3),
                bill: Some(BillId(1)),
                key: "6b67".to_owned(),
                ..attempt()
            };
            assert!(tx.trial(|tx| store::online::add(tx, &next)).unwrap_err().is::<Conflict>());
            let second = |id, method: &str, attempt| KeptCard {
                id: CardId(id),
                method: method.to_owned(),
                attempt: AttemptId(attempt),
                ..kept()
            };
            let same = second(2, "pm_1", 2);
            assert!(tx.trial(|tx| store::card::add(tx, &same)).unwrap_err().is::<Conflict>());
            store::card::add(tx, &second(2, "pm_2", 2))?;
            assert_eq!(store::card::now(tx, sample::ACCOUNT)?.map(|it| it.id), Some(CardId(2)));
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::card::end(tx, CardId(1), sample::at(), "x"));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}

/// Keeps one of everything of paying online.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::online::say(tx, date(2026, 8, 1), "provider stripe")?;
    store::online::add(tx, &attempt())?;
    store::online::add_session(tx, AttemptId(1), "cs_1")?;
    store::online::event(tx, AttemptId(1), AttemptState::Open, sample::at(), "")?;
    store::online::add_card(tx, &card())?;
    store::online::add_told(tx, "evt_1", "checkout.session.completed", sample::at())?;
    store::card::let_keep(tx, AttemptId(1), Some(Money::from_cents(50_00)))?;
    store::card::add(tx, &kept())?;
    store::card::end(tx, CardId(1), sample::at(), "by phone")?;
    store::card::charge(tx, AttemptId(1), CardId(1), BillId(1))?;
    store::card::refuse(tx, AttemptId(1), "declined")?;
    store::online::end_links(tx, BillId(1), 1, sample::at(), "the wrong neighbour")
}

#[test]
fn an_attempt_comes_back_as_it_was_kept_and_one_is_open_at_a_time() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let open =
            Attempt { session: Some("cs_1".to_owned()), state: AttemptState::Open, ..attempt() };
        let id = AttemptId(1);
        db.read(|tx| {
            assert_eq!(store::online::said(tx, date(2026, 7, 31))?, None);
            let said = store::online::said(tx, date(2026, 8, 2))?;
            assert_eq!(said.as_deref(), Some("provider stripe"));
            assert_eq!(store::online::get(tx, id)?, Some(open.clone()));
            assert_eq!(store::online::get(tx, AttemptId(9))?, None);
            assert_eq!(store::online::by_key(tx, "6b65")?, Some(id));
            assert_eq!(store::online::by_session(tx, "cs_1")?, Some(id));
            assert_eq!(store::online::by_reference(tx, "pi_1")?, Some(id));
            assert_eq!(store::online::by_reference(tx, "pi_2")?, None);
            let listed = |tx: &mut _, which| store::online::list(tx, which, 5);
            let all = listed(tx, Which::All)?;
            // What it came in as was returned, in the sample.
            let back = ("R01".to_owned(), date(2026, 8, 9));
            assert_eq!((all.len(), &all[0].attempt), (1, &open));
            assert_eq!(all[0].back.as_ref(), Some(&back));
            assert_eq!(listed(tx, Which::Back)?, all);
            assert_eq!(all[0].card, Some(card()));
            assert_eq!(listed(tx, Which::Standing(AttemptState::Open))?, all);
            assert_eq!(listed(tx, Which::One(id))?, all);
            for which in [Which::Standing(AttemptState::Paid), Which::One(AttemptId(9))] {
                assert_eq!(listed(tx, which)?, [], "{which:?}");
            }
            assert_eq!(store::online::waiting(tx)?, 1);
            assert_eq!(
                (store::online::open(tx)?, store::online::open_of(tx, open.account)?),
                (vec![id], vec![id])
            );
            assert_eq!(store::online::card(tx, id)?, Some(card()));
            assert!(store::online::told(tx, "evt_1")? && !store::online::told(tx, "evt_2")?);
            assert_eq!(store::online::links_ended(tx, BillId(1))?, 1);
            let states: Vec<_> =
                store::online::events(tx, id)?.into_iter().map(|it| it.0).collect();
            assert_eq!(states, [AttemptState::Unknown, AttemptState::Open]);
            Ok(())
        })
        .unwrap();
        let next = Attempt { id: AttemptId(2), key: "6b66".to_owned(), ..attempt() };
        let add = |it: &Attempt| db.write(|tx| store::online::add(tx, it));
        assert!(add(&next).unwrap_err().is::<Conflict>(), "the first one is open");
        db.write(|tx| store::online::event(tx, id, AttemptState::Paid, sample::at(), "")).unwrap();
        let same = Attempt { key: "6b65".to_owned(), ..next.clone() };
        assert!(add(&same).unwrap_err().is::<Conflict>(), "the same key");
        add(&next).unwrap();
        let all = Attempt { id: AttemptId(3), key: "6b67".to_owned(), bill: None, ..next };
        add(&all).unwrap();
        let again = |it: CardPayment| db.write(|tx| store::online::add_card(tx, &it)).unwrap_err();
        assert!(
            again(CardPayment { attempt: AttemptId(2), tender: TenderId(2), ..card() })
                .is::<Conflict>()
        );
        let told = db.write(|tx| store::online::add_told(tx, "evt_1", "x", sample::at()));
        assert!(told.unwrap_err().is::<Conflict>());
        let named = db.write(|tx| store::online::add_session(tx, AttemptId(2), "cs_1"));
        assert!(named.unwrap_err().is::<Conflict>());
    });
}
