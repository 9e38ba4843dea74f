//! What goes in comes out.

use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::figure::FigureKind;
use meterbook_core::id::*;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::order::{Connected, OrderKind};
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::place::ServicePoint;
use meterbook_store::bill::Known;
use meterbook_store::order::Which;
use meterbook_store::{self as store, Counter, Missing};

use crate::{field, sample};

#[test]
fn every_noun_comes_back_as_it_went_in() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(store::utility::get(tx)?, sample::utility());
            assert_eq!(store::seller::on(tx, sample::FROM)?, Some(sample::seller()));
            assert_eq!(store::seller::on(tx, sample::FROM.yesterday().unwrap())?, None);
            assert_eq!(store::paper::on(tx, sample::FROM)?, [sample::paper_text()]);
            assert_eq!(store::paper::on(tx, sample::FROM.yesterday().unwrap())?, []);
            assert_eq!(store::person::get(tx, PersonId(1))?, sample::person());
            assert_eq!(store::person::contacts(tx, PersonId(1))?, sample::contacts());
            let shares = [sample::allocation()];
            assert_eq!(store::allocation::around(tx, AgreementId(9))?, shares);
            let given = store::allocation::of(tx, [AgreementId(1), AgreementId(9)].into_iter())?;
            assert_eq!(given[&AgreementId(1)], shares);
            assert_eq!(store::relation::all(tx)?, [sample::relation()]);
            assert_eq!(store::relation::of(tx, [sample::POINT].into_iter())?, [sample::relation()]);
            assert_eq!(store::relation::of(tx, [sample::GARDEN].into_iter())?, []);
            assert_eq!(store::figure::looks(tx, [sample::GARDEN].into_iter())?, [sample::looks()]);
            let (kind, to) = (FigureKind::Heating, date(2030, 1, 1));
            let figures = store::figure::under(tx, kind, "north", to, Known::ALL)?;
            assert_eq!(figures, [sample::figure()]);
            let before = Known { publication: 1, ..Known::ALL };
            assert_eq!(store::figure::under(tx, kind, "north", to, before)?, []);
            let generator = [sample::generator()];
            assert_eq!(store::certificate::all(tx)?, generator);
            assert_eq!(store::certificate::by_number(tx, "M805")?.as_ref(), generator.first());
            assert_eq!(store::certificate::book(tx, GeneratorId(1))?, sample::book());
            let account = sample::account();
            assert_eq!(store::account::get(tx, sample::ACCOUNT)?, account);
            assert_eq!(store::account::by_number(tx, account.number)?, Some(account));
            assert_eq!(store::place::premise(tx, PremiseId(1))?, sample::premise());
            assert_eq!(store::place::service_point(tx, sample::POINT)?, sample::point());
            let garden = ServicePoint { id: sample::GARDEN, ..sample::point() };
            assert_eq!(store::place::points_at(tx, PremiseId(1))?, [sample::point(), garden]);
            assert_eq!(store::meter::get(tx, MeterId(1))?, sample::meter());
            assert_eq!(store::meter::by_serial(tx, "E-100")?, [sample::meter()]);
            assert_eq!(store::meter::channels(tx, MeterId(1))?, sample::channels());
            let hung = [sample::installation()];
            assert_eq!(store::meter::installations_at(tx, sample::POINT)?, hung);
            assert_eq!(store::meter::installations_of(tx, MeterId(1))?, hung);
            let agreement = [sample::neighbour(), sample::agreement()];
            assert_eq!(store::agreement::get(tx, AgreementId(1))?, agreement[1]);
            assert_eq!(store::agreement::at(tx, sample::POINT)?, agreement);
            let [neighbour, own] = agreement;
            let all = [neighbour, own, sample::follower()];
            assert_eq!(store::agreement::of_account(tx, sample::ACCOUNT)?, all);
            assert_eq!(store::terms::get(tx, AgreementId(1))?, sample::terms());
            let said = store::interaction::of_account(tx, sample::ACCOUNT)?;
            assert_eq!(said, [sample::interaction()]);
            let large = sample::large_file();
            assert_eq!(store::large_file::latest(tx, &large.sha256)?, Some(large.clone()));
            let done = store::large_file::done(tx, large.id)?;
            assert_eq!((done.parts, done.to_byte, done.first), (1, 8_000_030, Some(BatchId(2))));
            assert_eq!((done.lines, done.accepted, done.rejected), (12_000, 1, 0));
            assert_eq!(store::large_file::next_position(tx, large.id)?, 1);
            assert_eq!(store::large_file::said(tx, large.id)?, sample::part().said);
            let of_serial = store::meter::channels_of(tx, ["E-100", "E-\"\\\n9"])?;
            let named = sample::channels().into_iter().map(|it| ("E-100".to_owned(), it));
            assert_eq!(of_serial, named.collect::<Vec<_>>());
            let version = store::tariff::version(tx, "R-1", date(2026, 1, 1))?.unwrap();
            assert_eq!((version.code.as_str(), version.text.as_str()), ("R-1", "tariff R-1\n"));
            let told = store::tariff::version(tx, "R-1", date(2026, 2, 1))?.unwrap();
            assert_eq!(store::tariff::versions(tx, "R-1")?, [version.clone(), told]);
            let before = Known { telling: 0, ..Known::ALL };
            assert_eq!(store::tariff::versions_as_of(tx, "R-1", before)?, [version]);
            assert_eq!(store::telling::newest(tx, 9)?, [sample::telling()]);
            assert_eq!(store::telling::of(tx, AgreementId(1))?, [sample::telling()]);
            let was = store::agreement::as_of(tx, AgreementId(1), before)?;
            assert_eq!(was, sample::agreement());
            assert_eq!(store::terms::as_of(tx, AgreementId(1), before)?, sample::terms());
            let followed = store::telling::followed(tx, [AgreementId(3)].into_iter())?;
            assert_eq!(followed, [(AgreementId(3), AgreementId(1))].into());
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn an_order_comes_back_with_all_that_was_said_of_it() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            let (order, id) = (field::order(), OrderId(1));
            assert_eq!(store::order::get(tx, id)?, order);
            assert_eq!(store::order::steps(tx, id)?, field::steps());
            let open = store::order::open(tx, Which::default(), 9)?;
            assert_eq!(open, [(order.clone(), field::stands())]);
            assert_eq!(store::order::at_premise(tx, PremiseId(1))?, std::slice::from_ref(&order));
            assert_eq!(store::order::with_key(tx, &order.key)?, Some(id));
            assert_eq!(store::order::photos(tx, id)?, [field::photo()]);
            let photo = store::order::photo(tx, id, &field::photo().sha256)?;
            assert_eq!(photo, ("image/png".to_owned(), b"\x89PNG".to_vec()));
            let rule = store::order::rule(tx, OrderKind::Reconnect, sample::FROM)?;
            assert_eq!(rule.as_deref(), Some("within 24 hours"));
            let crew = CrewId(1);
            assert_eq!(store::crew::get(tx, crew)?, field::crew());
            assert_eq!(store::crew::all(tx)?, [field::crew()]);
            assert_eq!(store::crew::weeks(tx, crew)?, [(sample::FROM, field::week())]);
            let august = Period::month(2026, 8).unwrap();
            let off = [(date(2026, 8, 13), "training".to_owned())];
            assert_eq!(store::crew::days_off(tx, crew, august)?, off);
            let appointment = field::appointment();
            assert_eq!(store::appointment::of_order(tx, id)?, Some(appointment.clone()));
            assert_eq!(store::appointment::of_crew(tx, crew, august)?, [appointment]);
            let flows = store::connection::on(tx, sample::POINT, sample::FROM)?;
            assert_eq!(flows, Some(Connected::Yes));
            let before = sample::FROM.yesterday()?;
            assert_eq!(store::connection::on(tx, sample::POINT, before)?, None);
            Ok(())
        })
        .unwrap();
        // It locks what it finds.
        let paid = db.write(|tx| store::order::to_call_off(tx, sample::ACCOUNT)).unwrap();
        assert_eq!(paid, [field::order()]);
    });
}

#[test]
fn what_is_billed_and_paid_comes_back_to_the_last_digit() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        db.read(|tx| {
            assert_eq!(store::batch::by_hash(tx, &sample::batch().sha256)?, Some(sample::batch()));
            assert_eq!(store::batch::bytes(tx, BatchId(1))?, b"E-100,41230\n");
            assert_eq!(store::batch::rejects(tx, BatchId(1))?, [sample::reject()]);
            assert_eq!(store::window::get(tx, WindowId(1))?, sample::window());
            assert_eq!(store::run::unfinished(tx, WindowId(1))?, Some(sample::run()));
            assert_eq!(store::bill::get(tx, BillId(1))?, sample::bill());
            let through = store::bill::billed_through(tx, AgreementId(1))?;
            assert_eq!(through, Some(date(2026, 8, 2)));
            assert_eq!(store::bill::newest_of_cycle(tx, Cycle(7))?, [BillId(1)]);
            let payment = sample::payment();
            assert_eq!(store::payment::by_key(tx, &payment.key)?, Some(payment.clone()));
            assert_eq!(store::payment::of_account(tx, sample::ACCOUNT)?, [payment]);
            // $25.00 billed, $17.00 paid: $8.00 is owed.
            assert_eq!(store::ledger::balance(tx, sample::ACCOUNT)?, Money::from_cents(800));
            let balances: Vec<i64> = store::ledger::entries(tx, sample::ACCOUNT)?
                .iter()
                .map(|it| it.balance.cents())
                .collect();
            assert_eq!(balances, [2500, 800]);
            let mut all = store::ledger::entries(tx, sample::ACCOUNT)?;
            all.reverse();
            assert_eq!(store::ledger::newest(tx, sample::ACCOUNT, 9, 0)?, all);
            assert_eq!(store::ledger::newest(tx, sample::ACCOUNT, 1, 0)?, all[..1]);
            assert_eq!(store::ledger::newest(tx, sample::ACCOUNT, 1, 1)?, all[1..]);
            assert!(store::ledger::newest(tx, sample::ACCOUNT, 1, 2)?.is_empty());
            assert_eq!(store::payment::count_of(tx, sample::ACCOUNT)?, 1);
            let totals = store::ledger::gl_totals(tx)?;
            assert!(totals.contains(&(Gl::Receivable, Money::from_cents(800))), "{totals:?}");
            assert_eq!(totals.iter().map(|it| it.1).sum::<Money>(), Money::ZERO);
            Ok(())
        })
        .unwrap();
        assert_eq!(db.write(|tx| store::run::lock(tx, RunId(1))).unwrap(), sample::run());
    });
}

#[test]
fn staff_sessions_and_deeds_are_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let later = "2026-08-04T16:00:00.000001Z".parse().unwrap();
        db.write(|tx| {
            assert_eq!(store::staff::by_name(tx, "robin")?, Some(sample::member()));
            store::staff::seen(tx, "token", later)?;
            let session = store::staff::session(tx, "token")?.unwrap();
            assert_eq!((session.begun, session.seen), (sample::at(), later));
            assert_eq!(session.member, sample::member());
            assert_eq!(store::staff::session(tx, "another")?, None);
            store::staff::end(tx, "token")?;
            assert_eq!(store::staff::session(tx, "token")?, None);
            store::staff::begin(tx, "old", UserId(1), sample::at())?;
            store::staff::begin(tx, "new", UserId(1), later)?;
            store::staff::end_old(tx, later)?;
            assert_eq!(store::staff::session(tx, "old")?, None);
            assert!(store::staff::session(tx, "new")?.is_some());
            let allowed = Authorized::system(later, Permission::Found);
            store::audit::add(tx, &allowed, "found", "it", "so")?;
            let done = store::audit::latest(tx, 1)?.remove(0);
            assert_eq!((done.by, done.at, done.act.as_str()), (None, later, "found"));
            assert_eq!(store::audit::latest(tx, 9)?[1].by.as_deref(), Some("robin"));
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn what_ends_ends_once() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let on = date(2026, 9, 1);
        db.write(|tx| {
            store::agreement::end(tx, AgreementId(1), on)?;
            store::meter::end_installation(tx, InstallationId(1), on)?;
            assert_eq!(store::agreement::get(tx, AgreementId(1))?.to, Some(on));
            assert_eq!(store::meter::installations_of(tx, MeterId(1))?[0].to, Some(on));
            Ok(())
        })
        .unwrap();
        let again = db.write(|tx| store::agreement::end(tx, AgreementId(1), on)).unwrap_err();
        assert!(again.is::<Missing>(), "{again}");
        let again =
            db.write(|tx| store::meter::end_installation(tx, InstallationId(1), on)).unwrap_err();
        assert!(again.is::<Missing>(), "{again}");
    });
}

#[test]
fn ids_are_counted_without_gaps_in_a_transaction_and_taken_back_with_it() {
    engines::each(|db, _| {
        let next = |count| db.write(|tx| tx.next(Counter::Bill, count)).unwrap();
        assert_eq!((next(1), next(250), next(1)), (1, 2, 252));
        let failed = db.write(|tx| {
            tx.next(Counter::Bill, 10)?;
            Err::<(), _>(anyhow::anyhow!("changed my mind"))
        });
        assert!(failed.is_err());
        assert_eq!(next(1), 253);
    });
}
