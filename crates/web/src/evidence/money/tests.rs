//! That every refusal of money is said in Spanish.

use jiff::civil::date;
use meterbook_app::budget::NotLevelled;
use meterbook_app::circumstance::NotSaidOf;
use meterbook_app::close::NotClosed;
use meterbook_app::collection::{NotRun, Reason};
use meterbook_app::credit::NotUsed;
use meterbook_app::debit::NotMade;
use meterbook_app::debit::call_off::NotCalledOff;
use meterbook_app::deposit::NotSecured;
use meterbook_app::drawer::DrawerRefusal;
use meterbook_app::late_fee::NotWaived;
use meterbook_app::let_go::NotLetGo;
use meterbook_app::mandate::MandateRefusal;
use meterbook_app::online::NotOnline;
use meterbook_app::pay::NotPaid;
use meterbook_app::plan::NotPlanned;
use meterbook_app::pledge::NotPledged;
use meterbook_app::protection::NotProtected;
use meterbook_app::receipt::ReceiptRefusal;
use meterbook_app::refund::NotRefunded;
use meterbook_app::report::NotReported;
use meterbook_app::small::{NewSmall, NotSmall};
use meterbook_app::suspense::NotMatched;
use meterbook_app::unclaimed::NotUnclaimed;
use meterbook_app::write_off::NotWrittenOff;
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::{Circumstance, Condition};
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::notice::Lacks;
use meterbook_core::credit::plan::Pays;
use meterbook_core::currency::Currency;
use meterbook_core::debit::Format;
use meterbook_core::debit::Named;
use meterbook_core::debit::Scheme;
use meterbook_core::debit::policy::Held;
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::Tender;
use meterbook_core::ledger::count::{Checks, Compared, counted};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::person::Language;
use meterbook_store::refund::{CheckEnd, Ending};

use super::super::{refused, said};
use crate::show;

#[test]
fn what_acts_on_money_refuse_is_said_in_spanish() {
    let (on, today, amount) = (date(2026, 8, 4), date(2026, 8, 5), Money::from_cents(900));
    let class = CustomerClass::Residential;
    let (month, check) = (|| "2026-08".to_owned(), || "7001".to_owned());
    let missing = Compared { counted: Checks::NONE, expected: Checks { count: 1, sum: amount } };
    let said = [
        NotPaid::NotAboveZero { amount }.to_string(),
        NotPaid::BeyondLimit { amount }.to_string(),
        NotPaid::NotYet { on, today }.to_string(),
        NotPaid::NoReference.to_string(),
        NotPaid::CameBack { reference: "7".to_owned(), on, amount }.to_string(),
        ReceiptRefusal::Twice { tender: Tender::Check, reference: "7".to_owned() }.to_string(),
        NotSecured::Closed { since: on }.to_string(),
        NotSecured::Covered { asked: amount, by: AccountNumber::new(7).unwrap(), left: amount }
            .to_string(),
        NotSecured::BeyondLimit { amount }.to_string(),
        NotSecured::NotAboveZero.to_string(),
        MandateRefusal::OtherCurrency {
            scheme: Scheme::Ppd,
            bills: Currency::parse("EUR").unwrap(),
        }
        .to_string(),
        NotSecured::TooManyParts { most: 3 }.to_string(),
        NotSecured::AskedAlready { on }.to_string(),
        NotSecured::NothingAsked { class, credit: Credit::Poor }.to_string(),
        NotSecured::NotGuaranteed.to_string(),
        NotSecured::NothingHeld.to_string(),
        NotSecured::Changed { now: amount }.to_string(),
        NotPledged::BeyondLimit { amount }.to_string(),
        NotPledged::TooLong { until: on }.to_string(),
        NotLevelled::BeyondLimit { level: amount }.to_string(),
        NotPaid::AlreadyPosted { reference: "7".to_owned(), on, amount }.to_string(),
        ReceiptRefusal::NoReason.to_string(),
        ReceiptRefusal::NotToday { taken: on }.to_string(),
        ReceiptRefusal::DrawerClosed.to_string(),
        DrawerRefusal::OpenAlready { id: 7.into() }.to_string(),
        DrawerRefusal::NotOpen.to_string(),
        DrawerRefusal::BelowZero.to_string(),
        DrawerRefusal::Differs {
            counted: amount,
            expected: Money::ZERO,
            checks: Compared::default(),
        }
        .to_string(),
        DrawerRefusal::Differs { counted: amount, expected: amount, checks: missing }.to_string(),
        DrawerRefusal::Differs { counted: amount, expected: Money::ZERO, checks: missing }
            .to_string(),
        Checks::parse("77.00").unwrap_err(),
        DrawerRefusal::DoesNotAgree { count: 2, total: amount, said: 3, said_total: Money::ZERO }
            .to_string(),
        NotMatched::Ended { id: 7.into(), on }.to_string(),
        NotMatched::OtherAmount { held: amount }.to_string(),
        NotMatched::NoParts { held: amount, parts: amount }.to_string(),
        NotPlanned::NothingOwed.to_string(),
        NotPlanned::NotOffered { debt: amount }.to_string(),
        NotPlanned::NoSuchOffer { offers: 2 }.to_string(),
        NotPlanned::Running { since: on }.to_string(),
        NotPlanned::AgreedAlready { on }.to_string(),
        NotPlanned::NotRunning.to_string(),
        NotPlanned::NotAsked.to_string(),
        NotOnline::NoCard.to_string(),
        NotPlanned::NoMandate.to_string(),
        NotPlanned::AsTheyAre { pays: Pays::Debit }.to_string(),
        NotPlanned::AsTheyAre { pays: Pays::Hand }.to_string(),
        NotPledged::NoAgency.to_string(),
        NotPledged::NotAboveZero.to_string(),
        NotPledged::NoEnd.to_string(),
        NotPledged::Over { today }.to_string(),
        NotPledged::Already.to_string(),
        NotPledged::None { agency: "Fund".to_owned() }.to_string(),
        NotPledged::NoPayment { id: 7.into(), from: on }.to_string(),
        NotUsed::NotAboveZero.to_string(),
        NotUsed::Beyond { credit: amount }.to_string(),
        NotUsed::NoReference.to_string(),
        NotUsed::Already { amount, on }.to_string(),
        NotUsed::SameAccount.to_string(),
        NotRefunded::Unknown { id: 7.into() }.to_string(),
        NotRefunded::Paid { id: 7.into() }.to_string(),
        NotRefunded::Ended { id: 7.into(), how: Ending::Account }.to_string(),
        NotRefunded::Ended { id: 7.into(), how: Ending::Held }.to_string(),
        NotRefunded::Ended { id: 7.into(), how: Ending::Bounced }.to_string(),
        NotRefunded::NoNumber.to_string(),
        NotRefunded::NumberUsed { number: check() }.to_string(),
        NotRefunded::NoCheck { number: check() }.to_string(),
        NotRefunded::CheckEnded { number: check(), how: CheckEnd::Cashed, on }.to_string(),
        NotRefunded::CheckEnded { number: check(), how: CheckEnd::Voided, on }.to_string(),
        NotUnclaimed::Other { count: 2, total: amount }.to_string(),
        NotUnclaimed::Nothing.to_string(),
        NotUnclaimed::NoReference.to_string(),
        NotUnclaimed::ReferenceUsed { reference: "S-1".to_owned() }.to_string(),
        NotUnclaimed::NotHere.to_string(),
        NotUnclaimed::Remitted.to_string(),
        NotSmall::Other(NewSmall { count: 2, total: amount }).to_string(),
        NotSmall::Nothing.to_string(),
        NotSmall::NotHere.to_string(),
        NotLetGo::OtherDay { today }.to_string(),
        NotLetGo::Other { many: 3 }.to_string(),
        NotLetGo::Already.to_string(),
        NotOnline::Off.to_string(),
        NotOnline::BeyondDay { total: amount, most: amount }.to_string(),
        NotOnline::NoAttempt { id: 7.into() }.to_string(),
        NotOnline::Refused { why: "no key".to_owned() }.to_string(),
        NotWaived::Gone.to_string(),
        NotWaived::Changed { now: amount }.to_string(),
        NotLevelled::NotOffered { class }.to_string(),
        NotLevelled::TooFew { least: 6 }.to_string(),
        NotLevelled::NotAboveZero.to_string(),
        NotLevelled::Running { since: on }.to_string(),
        NotLevelled::BegunAlready { on }.to_string(),
        NotLevelled::NotRunning.to_string(),
        NotLevelled::Rolling.to_string(),
        NotLevelled::SameLevel { level: amount }.to_string(),
        NotProtected::NoEnd { shield: Shield::Medical }.to_string(),
        NotProtected::NoDays.to_string(),
        NotProtected::TooLong { shield: Shield::Medical, longest: on }.to_string(),
        NotProtected::NoMore { renewals: 1, from: Some(on) }.to_string(),
        NotProtected::NoMore { renewals: 2, from: Some(on) }.to_string(),
        NotProtected::NoMore { renewals: 1, from: None }.to_string(),
        NotProtected::NoMore { renewals: 2, from: None }.to_string(),
        NotProtected::NeverWas { degrees: -300 }.to_string(),
        NotProtected::TooFar { on }.to_string(),
        NotProtected::NotPaying { renewals: 2 }.to_string(),
        NotProtected::NoCounty { county: "Kane".to_owned() }.to_string(),
        NotProtected::UpsideDown { low: 60, high: 40 }.to_string(),
        NotProtected::Already.to_string(),
        NotSaidOf::NoDays.to_string(),
        NotSaidOf::NotYet { from: on }.to_string(),
        NotSaidOf::Already.to_string(),
        NotSaidOf::None { what: Circumstance::Infant }.to_string(),
        NotRun::AsItIs.to_string(),
        NotClosed::NotYet { today }.to_string(),
        NotClosed::Follows { last: on }.to_string(),
        NotClosed::MonthClosed { month: month() }.to_string(),
        NotClosed::Softly { month: month() }.to_string(),
        NotClosed::Stands(vec!["drawer 1 of ann is open".to_owned()]).to_string(),
        NotClosed::Already.to_string(),
        NotClosed::ChartOfJournal { last: on }.to_string(),
        NotClosed::NotDone(vec!["drawer 1 of ann is open".to_owned()]).to_string(),
        NotWrittenOff::NotPutForward.to_string(),
        NotWrittenOff::NotAboveZero.to_string(),
        NotWrittenOff::BeyondGuarantee { most: amount, called: amount }.to_string(),
        NotWrittenOff::Beyond { owed: amount }.to_string(),
        NotWrittenOff::Already { amount }.to_string(),
        NotWrittenOff::SameAccount.to_string(),
        NotMade::Past { today }.to_string(),
        NotMade::NoBanking { day: today, next: today }.to_string(),
        NotMade::Stopped { why: "storm".to_owned() }.to_string(),
        NotMade::Nothing.to_string(),
        NotMade::OtherCurrency { format: Format::Pain008, bills: Currency::DOLLARS }.to_string(),
        NotOnline::OtherCurrency { said: Currency::DOLLARS, ours: Currency::DOLLARS }.to_string(),
        NotCalledOff::Already { on }.to_string(),
        NotCalledOff::Differs { id: 7.into(), file: (2, amount), found: (1, Money::ZERO) }
            .to_string(),
        ReceiptRefusal::InDebitFile { reference: "D-1".to_owned(), file: 7.into() }.to_string(),
        NotReported::NoTariff { code: "R-9".to_owned() }.to_string(),
        NotMade::Changed { seen: amount, now: Money::ZERO }.to_string(),
        NotMade::Taken.to_string(),
        Money::parse("1,2x").unwrap_err(),
        Currency::DOLLARS.typed("€5.00").unwrap_err(),
        counted("20y5").unwrap_err(),
    ];
    let is_english = |it: &String| {
        let spanish = refused(it, Language::Spanish);
        spanish == show::dated(it, Language::Spanish) || spanish.contains("{}")
    };
    let english: Vec<&String> = said.iter().filter(|it| is_english(it)).collect();
    assert!(english.is_empty(), "{english:#?}");
}

#[test]
fn what_keeps_an_account_from_a_cut_or_a_debit_is_said_in_spanish() {
    let (on, amount) = (date(2026, 8, 4), Money::from_cents(900));
    let found = [
        Reason::Stopped { why: "storm".to_owned() }.to_string(),
        Reason::Little { past_due: amount, least: amount }.to_string(),
        Reason::NoRule.to_string(),
        Reason::Unnoticed(Lacks::NotWritten).to_string(),
        Reason::Unnoticed(Lacks::Settled { dated: on, left: amount }).to_string(),
        Reason::Unnoticed(Lacks::NotSent { dated: on }).to_string(),
        Reason::Unnoticed(Lacks::CameBack { dated: on }).to_string(),
        Reason::Unnoticed(Lacks::TooSoon { out: on, first: on }).to_string(),
        Reason::Unnoticed(Lacks::TooOld { out: on, lasts: 60 }).to_string(),
        "call Dana, 555-0100, in English: $9.00 is past due since 2026-08-04; the last step \
         was notice on 2026-08-04"
            .to_owned(),
        "call Dana, 555-0100, in English: $9.00 is past due since 2026-08-04".to_owned(),
        Reason::Off { order: meterbook_core::id::OrderId(12) }.to_string(),
        Reason::NotYet { last: None }.to_string(),
        Reason::NotYet { last: Some((Step::Notice, on)) }.to_string(),
        Named::Part { nth: 2, of: 3 }.to_string(),
        Held::Taken.to_string(),
        Held::Returned.to_string(),
        Held::Disputed.to_string(),
        Held::Again { from: on }.to_string(),
        Held::Plan.to_string(),
        Held::CashOnly { until: on }.to_string(),
        Held::NotTried.to_string(),
        Held::BeingTried { until: on }.to_string(),
        Held::BeyondMost { most: amount }.to_string(),
        Held::BeyondMostWith { most: amount, others: amount }.to_string(),
        Held::BeyondNorm { norm: amount }.to_string(),
        Condition::Unless(Circumstance::Told, 7).to_string(),
        Condition::Unless(Circumstance::Told, 0).to_string(),
        Condition::Paid(amount, on).to_string(),
        "at any time".to_owned(),
        "20 F at the lowest in Kane, by KDPA, NWS".to_owned(),
        "the oldest was due on 2026-08-04, less than 60 days ago".to_owned(),
        "$1.00 is past due, less than $2.00".to_owned(),
        "no bill of service is past due".to_owned(),
        "only $1.00 of it is of bills of service, and a cut takes $2.00".to_owned(),
    ];
    let circumstances = Circumstance::ALL.iter().map(|it| it.says().to_owned());
    let found = found.into_iter().chain(circumstances);
    for english in found {
        let spanish = said(&english, Language::Spanish);
        assert_ne!(spanish, show::dated(&english, Language::Spanish), "{english}");
    }
    let english = Reason::NotYet { last: Some((Step::Notice, on)) }.to_string();
    assert_eq!(
        said(&english, Language::Spanish),
        "el último paso fue aviso el 4 ago 2026; todavía no se ordenó un corte"
    );
}
