//! One of everything: a customer with power and a bill, as small as it can be.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_core::about::About as Thing;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::allocation::{Allocation, Allotted, Given};
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::job::{Job, Pass};
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::bill::settle::Settled;
use meterbook_core::bill::{Bill, BillNumber, Segment, Utility};
use meterbook_core::certificate::{
    Book, Election, Fuel, Generator, Owner, Registry, Serials, Source, Step, Vintage,
};
use meterbook_core::cycle::Window;
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::*;
use meterbook_core::interaction::{Interaction, InteractionChannel};
use meterbook_core::ledger::{
    Entry, EntryKind, Payment, Settlement, Tender, post_bill, post_payment,
};
use meterbook_core::meter::{Channel, Flow, Form, Installation, Meter};
use meterbook_core::money::{Exact, Money, Price, Quantity, Rounding, Share, Unit};
use meterbook_core::paper::{PaperText, TextKind};
use meterbook_core::period::{Period, Zone};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::{ContactKind, ContactPoint, Language, Person, PersonKind};
use meterbook_core::place::{Commodity, Premise, ServicePoint};
use meterbook_core::rating::carried::{Carried, Charged, EnergyLot, MoneyLot, Peak, TurnNet};
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term, Terms};
use meterbook_core::rating::{BankFlow, Basis, ChargeKind, CreditFlow, Line, Note, Rule, Said};
use meterbook_core::reads::relation::{Relation, RelationKind};
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_core::reads::vee::degrees::{self, Base, Compared};
use meterbook_core::reads::vee::{Action, Finding, Likely, Method, Rule as VeeRule};
use meterbook_core::reads::{Block, Month, Read, ReadKind};
use meterbook_core::seller::Seller;
use meterbook_core::task::{self, Happened, Resolution, Task, TaskKind};
use meterbook_store::approval::{Approval, Ended};
use meterbook_store::batch::{Batch, Reject};
use meterbook_store::bill::{Known, Origin};
use meterbook_store::large_file::{self, LargeFile, Part};
use meterbook_store::published::Publication;
use meterbook_store::staff::Member;
use meterbook_store::telling::Telling;
use meterbook_store::vee::{Exception, How, Request};
use meterbook_store::{self as store, Tx};

use crate::field;

pub(crate) const FROM: Date = date(2026, 7, 3);
pub(crate) const ACCOUNT: AccountId = AccountId(1);
pub(crate) const POINT: ServicePointId = ServicePointId(1);

/// A microsecond that no rounding to milliseconds or seconds survives.
pub(crate) fn at() -> Timestamp {
    "2026-08-04T15:00:01.234567Z".parse().expect("it is an instant")
}

/// Everything an agreement can say, once open and once with an end.
pub(crate) fn terms() -> Terms {
    let (from, to) = (FROM, Some(date(2027, 7, 3)));
    let size = |value: &str, from, to| Term {
        name: "meter-size".to_owned(),
        value: value.to_owned(),
        from,
        to,
    };
    Terms {
        said: vec![size("5/8", from, to), size("1", date(2027, 7, 3), None)],
        prices: vec![SpecialPrice { label: "Energy".to_owned(), nano: 71_200_001, from, to }],
        exemptions: vec![Exemption {
            label: "City tax".to_owned(),
            share: Share { nano: 600_000_000 },
            certificate: "MFG-204".to_owned(),
            from,
            to: None,
        }],
    }
}

pub(crate) fn utility() -> Utility {
    Utility {
        name: "Cedar Fork Utilities".to_owned(),
        remit_to: vec!["PO Box 7".to_owned(), "Cedar Fork XX 00417".to_owned()],
        phone: "(555) 010-2000".to_owned(),
        site: "cedarfork.example.test".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: seller().currency,
        footer: String::new(),
    }
}

pub(crate) fn paper_text() -> PaperText {
    PaperText { kind: TextKind::Terms, name: String::new(), text: "late-charge 1.5%\n".to_owned() }
}

pub(crate) fn seller() -> Seller {
    Seller::new("US", "USD", Some("12-3456789"), None).expect("it may be said")
}

pub(crate) fn member() -> Member {
    let (name, password_hash) = ("robin".to_owned(), "$argon2id$v=19$x".to_owned());
    Member { id: UserId(1), name, password_hash, disabled: None }
}

/// Who agrees.
pub(crate) fn second() -> Member {
    Member { id: UserId(2), name: "kim".to_owned(), ..member() }
}

/// A payment that took two.
pub(crate) fn approval() -> Approval {
    Approval {
        id: ApprovalId(1),
        act: "take payment".to_owned(),
        permission: Permission::TakePayment,
        subject: "account 1000-0001-7".to_owned(),
        amount: Some(Money::from_cents(2_000_000)),
        content: "{}".to_owned(),
        why: "the mill pays by the year".to_owned(),
        asked_by: UserId(1),
        asked_at: at(),
        asker: "robin".to_owned(),
        end: None,
    }
}

pub(crate) fn person() -> Person {
    let name = "Dana O'Kafor-Reyes Ñandú 100%".to_owned();
    Person { id: PersonId(1), name, kind: PersonKind::Individual, language: Language::Spanish }
}

pub(crate) fn contacts() -> Vec<ContactPoint> {
    let one = |id, kind, value: &str| {
        let (id, value) = (ContactId(id), value.to_owned());
        ContactPoint { id, person: PersonId(1), kind, value }
    };
    vec![
        one(1, ContactKind::Phone, "(555) 010-4417"),
        one(2, ContactKind::Email, "Dana_OR@example.test"),
        one(3, ContactKind::Post, "PO Box 9\nCedar Fork XX 00417"),
    ]
}

pub(crate) fn account() -> Account {
    Account {
        id: ACCOUNT,
        number: AccountNumber::new(10_000_001).expect("it has eight digits"),
        person: PersonId(1),
        class: CustomerClass::Residential,
        cycle: Cycle(7),
        mail_to: "418 Juniper Hollow Rd\nCedar Fork XX 00417".to_owned(),
        opened_on: FROM,
    }
}

pub(crate) fn premise() -> Premise {
    Premise {
        id: PremiseId(1),
        street: "420 Juniper Hollow Rd".to_owned(),
        town: "Cedar Fork".to_owned(),
        region: "XX 00417".to_owned(),
    }
}

pub(crate) fn point() -> ServicePoint {
    let zone = Zone::named("America/Chicago").expect("it is in the database");
    ServicePoint { id: POINT, premise: PremiseId(1), commodity: Commodity::Electric, zone }
}

pub(crate) fn meter() -> Meter {
    Meter { id: MeterId(1), serial: "E-100".to_owned(), commodity: Commodity::Electric }
}

pub(crate) fn channels() -> Vec<Channel> {
    let one = |id, form, flow| Channel {
        id: ChannelId(id),
        meter: MeterId(1),
        form,
        unit: Unit::Kwh,
        flow,
        multiplier_micro: 40_000_000,
    };
    vec![
        one(1, Form::Register { digits: 5 }, Flow::Delivered),
        one(2, Form::Interval { minutes: 15 }, Flow::Received),
    ]
}

pub(crate) fn installation() -> Installation {
    let id = InstallationId(1);
    Installation { id, meter: MeterId(1), service_point: POINT, from: FROM, to: None }
}

pub(crate) fn agreement() -> Agreement {
    let (id, tariff) = (AgreementId(1), "R-1".to_owned());
    Agreement { id, account: ACCOUNT, service_point: POINT, tariff, from: FROM, to: None }
}

pub(crate) fn interaction() -> Interaction {
    Interaction {
        id: InteractionId(1),
        account: ACCOUNT,
        channel: InteractionChannel::Counter,
        at: at(),
        by: Some(UserId(1)),
        text: "Asked why the bill is $0.07 higher; «ok».".to_owned(),
    }
}

pub(crate) fn batch() -> Batch {
    Batch {
        id: BatchId(1),
        file_name: "reads july.csv".to_owned(),
        sha256: "ab".repeat(32),
        kind: "register csv".to_owned(),
        accepted: 1,
        rejected: 1,
        at: at(),
    }
}

/// A correction of no bill.
pub(crate) fn correction() -> Correction {
    Correction {
        id: CorrectionId(1),
        account: ACCOUNT,
        cause: Cause::Read,
        why: "the 8 was read as a 0".to_owned(),
        on: date(2026, 9, 1),
        net: Money::from_cents(-1_200),
        settled: settled(),
        bills: Vec::new(),
    }
}

/// What rules made of it.
/// What follows it since another one was told of its tariff, as if that were elsewhere.
pub(crate) fn follower() -> Agreement {
    Agreement { id: AgreementId(3), service_point: GARDEN, ..agreement() }
}

/// An exemption that came late.
pub(crate) fn telling() -> Telling {
    Telling {
        id: TellingId(1),
        said: "agreement 1: no exemption State tax from 2026-07-01".to_owned(),
        was: "nothing".to_owned(),
        why: "it never was".to_owned(),
        evidence: "letter of July 3".to_owned(),
        at: at(),
    }
}

fn settled() -> Settled {
    Settled {
        waived: Money::ZERO,
        interest: Money::from_cents(3),
        elsewhere: vec![(ACCOUNT, Money::from_cents(1))],
        instalments: 0,
        reach: Some(date(2026, 3, 1)),
    }
}

/// A part of [`large_file`]; the text of [`batch`], which may come again in a large file.
pub(crate) fn batch_of_part() -> Batch {
    Batch { id: BatchId(2), rejected: 0, ..batch() }
}

pub(crate) fn large_file() -> LargeFile {
    LargeFile {
        id: LargeFileId(1),
        sha256: "cd".repeat(32),
        file_name: "july.csv".to_owned(),
        kind: "wide".to_owned(),
        zone: "America/Chicago".to_owned(),
        bytes: 9_000_000_000,
        at: at(),
    }
}

pub(crate) fn part() -> Part {
    let said =
        |channel, from| large_file::Said { channel: ChannelId(channel), from, to: from + 60 };
    Part {
        position: 0,
        batch: BatchId(2),
        from_byte: 30,
        to_byte: 8_000_030,
        lines: 12_000,
        said: vec![said(1, 29_500_000), said(i64::MAX, 0)],
    }
}

pub(crate) fn reject() -> Reject {
    Reject { line: 3, reason: "0,5 is no number".to_owned(), text: "E-100,0,5".to_owned() }
}

fn read() -> Read {
    let (channel, batch) = (ChannelId(1), Some(BatchId(1)));
    Read { channel, on: FROM, index_micro: 41_230_000_000, kind: ReadKind::Actual, batch }
}

/// Days, prices and peaks, the first of them with the file.
pub(crate) fn publications() -> Vec<Publication> {
    let one = |id, about, name: &str, batch| Publication {
        id: PublicationId(id),
        about,
        name: name.to_owned(),
        batch,
        at: at(),
    };
    vec![
        one(1, About::Prices, "day-ahead", Some(BatchId(1))),
        one(2, About::Events, "cpp", None),
        one(3, About::Peaks, "pjm", None),
    ]
}

/// Two hours, the second below zero.
pub(crate) fn prices() -> Vec<(Month, Block)> {
    let (missing, estimated) = (Vec::new(), Vec::new());
    let values = vec![31_250_001, -4_000_000];
    let block = Block { minutes: 60, phase: 17 * 60, values, missing, estimated };
    vec![(Month::of("2026-07-01T00:00:00Z".parse().expect("it is an instant")), block)]
}

pub(crate) fn peak() -> PeakHour {
    let start = "2026-07-14T21:00:00Z".parse().expect("it is an instant");
    PeakHour { start, minutes: 60 }
}

pub(crate) fn window() -> Window {
    Window {
        id: WindowId(1),
        cycle: Cycle(7),
        period: Period::new(FROM, date(2026, 8, 2)).expect("it has 30 days"),
        billed_on: date(2026, 8, 4),
        due_on: date(2026, 8, 25),
    }
}

pub(crate) fn run() -> Run {
    let (id, window, stage) = (RunId(1), WindowId(1), Stage::Checking);
    Run { id, window, waits: true, as_planned: false, stage }
}

pub(crate) fn job() -> Job {
    Job {
        run: RunId(1),
        pass: Pass::Check,
        nth: 0,
        first: ACCOUNT,
        last: ACCOUNT,
        accounts: 1,
        first_bill: BillId(0),
        first_entry: EntryId(0),
        entries: 0,
        first_piece: PieceId(0),
        pieces: 0,
    }
}

/// What its segment was made of.
fn origin() -> Origin {
    Origin {
        usage_sha256: "a1".repeat(32),
        tariff_sha256: "b2".repeat(32),
        published_sha256: "c3".repeat(32),
        tz_version: "2026b".to_owned(),
        engine: "0.1.0".to_owned(),
        known: Known { read: 1, batch: 1, publication: 3, telling: 1 },
        until: Some(date(2026, 8, 1)),
    }
}

/// A bill with a line on every basis there is: $10.00 + $0.00 + $5.33 + $0.54 + $9.13 = $25.00.
pub(crate) fn bill() -> Bill {
    let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
    let day = Quantity { micro: 30_000_000, unit: Unit::Day };
    let a_day = Price { nano: 333_333_333, per: Unit::Day };
    let a_kwh = Price { nano: 120_000_000, per: Unit::Kwh };
    let cents = Money::from_cents;
    let in_all = Exact::from_femto(-1_234_567_890_123);
    let by_the_hour = line(ChargeKind::Usage, Basis::Series(kwh(21_000_000), in_all), 0);
    let by_the_hour = Line { exact: in_all, ..by_the_hour };
    let lines = vec![
        line(ChargeKind::Fixed, Basis::Each(day, a_day), 1000),
        by_the_hour,
        line(
            ChargeKind::Usage,
            Basis::Part { quantity: kwh(1_000_000), price: a_kwh, days: 16, of: 30 },
            533,
        ),
        line(ChargeKind::Tax, Basis::Share(cents(1533), Share { nano: 35_000_000 }), 54),
        line(
            ChargeKind::Minimum,
            Basis::Shortfall { least: cents(2500), charged: cents(1587) },
            913,
        ),
    ];
    let period = window().period;
    let seen = |on, index_micro| EvidenceRead { on, index_micro, kind: ReadKind::Actual };
    let register = Evidence {
        meter: "E-100".to_owned(),
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        period,
        reads: Some((seen(period.start(), 41_230_000_000), seen(period.end(), 41_972_000_000))),
        multiplier_micro: 1_000_000,
        used: kwh(742_000_000),
        estimated: 0,
    };
    let intervals =
        Evidence { reads: None, flow: Flow::Received, estimated: 3, ..register.clone() };
    let segment = Segment {
        agreement: AgreementId(1),
        commodity: Commodity::Electric,
        service_at: premise().street,
        tariff: "R-1".to_owned(),
        tariff_name: "Residential".to_owned(),
        tariff_spanish: Some("Residencial".to_owned()),
        period,
        usage: kwh(742_000_000),
        evidence: vec![register, intervals],
        total: lines.iter().map(|it| it.amount).sum(),
        lines,
        carried: Carried {
            peaks: vec![Peak {
                charge: "Demand".to_owned(),
                period: "peak".to_owned(),
                turn: date(2026, 7, 1),
                micro: 12_500_000,
            }],
            energy: vec![EnergyLot {
                period: String::new(),
                turn: date(2026, 6, 1),
                micro: 41_000_000,
            }],
            money: vec![MoneyLot {
                credit: "Surplus".to_owned(),
                turn: date(2026, 7, 1),
                amount: cents(310),
                unrounded: Exact::from_femto(3_101_000_000_000_000),
            }],
            year: vec![TurnNet { turn: date(2026, 7, 1), micro: -41_500_000 }],
            charged: vec![Charged {
                minimum: "Annual minimum".to_owned(),
                turn: date(2026, 7, 1),
                amount: cents(8_745),
                unrounded: Exact::from_femto(87_451_000_000_000_000),
            }],
        },
        credit: CreditFlow { opening: Money::from_cents(12_34), ..CreditFlow::default() },
        bank: Some(BankFlow {
            opening: 1,
            allotted: 4,
            given: 2,
            closing: 3,
            ..BankFlow::default()
        }),
        given: vec![Given { to: AgreementId(1), period: "peak".to_owned(), micro: 2 }],
        allotted: vec![Allotted {
            bill: BillId(1),
            segment: 0,
            position: 0,
            turn: FROM,
            period: "peak".to_owned(),
            micro: 2,
        }],
    };
    Bill {
        id: BillId(1),
        number: BillNumber("B-260804-10000001".to_owned()),
        account: ACCOUNT,
        window: WindowId(1),
        period,
        billed_on: window().billed_on,
        due_on: window().due_on,
        addressed_to: vec![person().name, "418 Juniper Hollow Rd".to_owned()],
        total: segment.total,
        segments: vec![segment],
        once: Vec::new(),
        summed: Vec::new(),
    }
}

fn line(kind: ChargeKind, basis: Basis, cents: i64) -> Line {
    let (tariff, text) = ("R-1".to_owned(), "charge Customer 0.333333333 a day".to_owned());
    let rule = Rule { tariff, version: date(2026, 1, 1), line: 4, text };
    let (label, spanish) = (kind.word().into(), Some("cargo".into()));
    Line {
        said: std::sync::Arc::new(Said { label, spanish, rule }),
        note: note(kind),
        kind,
        period: window().period,
        basis,
        rounding: Rounding::HalfEven,
        // One femto-unit beside the cent: an exact amount must come back exactly.
        exact: Exact::from_femto(i128::from(cents) * 10_000_000_000_000 + 1),
        amount: Money::from_cents(cents),
    }
}

/// Notes of every shape that is kept.
fn note(kind: ChargeKind) -> Note {
    match kind {
        ChargeKind::Usage => Note::Tier(2),
        ChargeKind::Tax => Note::Certificate("EX 17".into()),
        ChargeKind::Credit => Note::Carried,
        _ => Note::Plain,
    }
}

pub(crate) fn settlement() -> Settlement {
    let of = bill();
    Settlement {
        agreement: of.segments[0].agreement,
        account: ACCOUNT,
        bill: of.id,
        on: date(2026, 8, 1),
        amount: Money::from_cents(-180),
    }
}

pub(crate) fn payment() -> Payment {
    Payment {
        id: PaymentId(1),
        account: ACCOUNT,
        amount: Money::from_cents(1700),
        on: date(2026, 8, 10),
        tender: Tender::Check,
        reference: "1021".to_owned(),
        key: "1/check/1021".to_owned(),
    }
}

pub(crate) fn entries() -> Vec<Entry> {
    let (bill, payment) = (bill(), payment());
    let one = |id, kind, on, key: &str, postings| Entry {
        id: EntryId(id),
        kind,
        on,
        key: key.to_owned(),
        text: key.to_owned(),
        postings,
    };
    vec![
        one(1, EntryKind::Bill, bill.billed_on, &bill.number.0, post_bill(&bill)),
        one(2, EntryKind::Payment, payment.on, &payment.key, post_payment(&payment)),
    ]
}

/// What the only customer gives to the neighbour, who is there for nothing else.
pub(crate) fn allocation() -> Allocation {
    let (host, subscriber) = (AgreementId(1), AgreementId(9));
    Allocation { host, subscriber, share: Share { nano: 400_000_000 }, from: FROM, to: None }
}

/// A service point that is there for the garden only.
pub(crate) const GARDEN: ServicePointId = ServicePointId(77);

/// What is taken off for the garden.
pub(crate) fn relation() -> Relation {
    Relation {
        point: POINT,
        part: GARDEN,
        kind: RelationKind::Deducts,
        share: Share { nano: 250_000_000 },
        from: FROM,
        to: None,
    }
}

pub(crate) fn figure() -> Figure {
    let (kind, name) = (FigureKind::Heating, "north".to_owned());
    Figure { kind, name, on: FROM, micro: 1_031_250 }
}

/// Where the garden looks for it.
pub(crate) fn looks() -> Looks {
    let (kind, name) = (FigureKind::Heating, "north".to_owned());
    Looks { point: GARDEN, kind, name, from: FROM, to: None }
}

/// The neighbour's agreement, over before the other one began.
pub(crate) fn neighbour() -> Agreement {
    let (id, from) = (AgreementId(9), date(2020, 1, 1));
    Agreement { id, from, to: Some(date(2021, 1, 1)), ..agreement() }
}

pub(crate) fn generator() -> Generator {
    Generator {
        id: GeneratorId(1),
        registry: Registry::MRets,
        number: "M805".to_owned(),
        unit: "8051".to_owned(),
        fuel: Fuel::Solar,
        service_point: POINT,
        flow: Flow::Received,
        nameplate_watts: Some(7_600),
    }
}

/// A month of 5.2 MWh that 3.1 MWh replace: every step that certificates take is in it.
pub(crate) fn book() -> Book {
    let vintage = Vintage::of(FROM).expect("it is in a month");
    let election = Election { from: vintage, owner: Owner::Customer };
    let mut book = Book { elections: vec![election], ..Book::default() };
    let today = date(2026, 8, 10);
    for (micro, adjustment) in [(5_200_000_000, false), (3_100_000_000, true)] {
        let settled = book.report(vintage, micro, (Source::Metered, adjustment), today);
        book.settle(&settled.expect("the month is over"), today);
    }
    let retired =
        Step::Retire { beneficiary: "Dana O'Kafor".to_owned(), reason: "RPS 2026".to_owned() };
    let steps = [Step::Transfer { to: "Prairie Co-op".to_owned() }, retired, Step::Expire];
    for (serial, step) in (1..).zip(steps) {
        let serials = Serials::new(serial, serial).expect("it counts from 1");
        book.take_step(serials, step, today).expect("they are still there");
    }
    book
}

pub(crate) fn task() -> Task {
    Task {
        id: TaskId(1),
        kind: TaskKind::HeldUnusual,
        key: "1/1".to_owned(),
        evidence: "the bill is $900.00, and earlier ones were about $90.00".to_owned(),
        priority: task::Priority::Usual,
        due: date(2026, 8, 4),
        wakes: None,
        owner: Some(UserId(1)),
        raised: at(),
        closed: None,
    }
}

pub(crate) fn happened() -> Happened {
    let (resolution, said) = (Some(Resolution::PutOff), "until 2026-08-07".to_owned());
    Happened { step: task::Step::PutOff, resolution, by: Some(UserId(1)), at: at(), said }
}

/// A read that was doubted.
pub(crate) fn doubt() -> Exception {
    let finding = Finding {
        rule: VeeRule::High,
        action: Action::Hold,
        from: FROM,
        to: date(2026, 8, 3),
        saw_micro: 200_000_000,
        usual_micro: 20_000_000,
        count: 31,
        likely: Some(Likely::TenTimes),
    };
    Exception {
        id: ExceptionId(1),
        finding,
        channel: Some(ChannelId(1)),
        batch: Some(BatchId(1)),
        waits: Some((41_230_000_000, ReadKind::Customer)),
        zone: Some("America/Chicago".to_owned()),
        meter: Some("E-100".to_owned()),
        at: at(),
    }
}

/// A read that was asked of a meter.
pub(crate) fn request() -> Request {
    Request {
        id: RequestId(1),
        channel: ChannelId(1),
        on: date(2026, 8, 3),
        why: "no access".to_owned(),
        at: at(),
        serial: "E-100".to_owned(),
        unit: "kWh".to_owned(),
    }
}

/// What an estimate went by.
fn basis() -> degrees::Basis {
    let compared = Compared {
        from: FROM,
        to: date(2026, 8, 1),
        their_milli: 900_500,
        milli: 150_000,
        steady_micro: 10_000_000,
    };
    let source = degrees::Source::Station("airport".to_owned());
    degrees::Basis { source, base: Base::HEATING, compared }
}

fn keep_doubts(tx: &mut Tx) -> Result<()> {
    store::vee::say_rules(tx, Commodity::Electric, None, FROM, "high hold 8\n")?;
    store::vee::add(tx, &[doubt()])?;
    store::vee::end(tx, ExceptionId(1), How::Taken, at())?;
    let channel = ChannelId(2);
    let read = Read { channel, kind: ReadKind::Estimated, batch: None, ..read() };
    let (of, on) = (read.channel, read.on);
    store::vee::add_estimates(tx, &[(read, Method::DegreeDays)])?;
    store::degrees::add(tx, of, on, &basis())?;
    anyhow::ensure!(store::degrees::of(tx, of, on)? == Some(basis()), "it is had back");
    store::vee::ask(tx, &request())?;
    store::vee::answer(tx, RequestId(1), Some(41_230_000_000), "kept", at())
}

/// Keeps one of everything.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    store::utility::add(tx, &utility())?;
    store::seller::say(tx, FROM, &seller())?;
    store::paper::say(tx, FROM, &paper_text())?;
    store::staff::add(tx, &member())?;
    store::staff::add(tx, &second())?;
    store::role::give(tx, UserId(1), "clerk", at())?;
    store::staff::begin(tx, "token", UserId(1), at())?;
    store::person::add(tx, &person())?;
    for contact in contacts() {
        store::person::add_contact(tx, &contact)?;
    }
    store::account::add(tx, &account())?;
    store::place::add_premise(tx, &premise())?;
    store::place::add_service_point(tx, &point())?;
    store::meter::add(tx, &meter())?;
    for channel in channels() {
        store::meter::add_channel(tx, &channel)?;
    }
    store::meter::install(tx, &installation())?;
    store::agreement::add(tx, &agreement())?;
    store::agreement::add(tx, &neighbour())?;
    store::allocation::add(tx, &allocation())?;
    store::place::add_service_point(tx, &ServicePoint { id: GARDEN, ..point() })?;
    store::relation::add(tx, &relation())?;
    store::figure::add(tx, PublicationId(2), &figure())?;
    store::figure::look(tx, &looks())?;
    store::terms::add(tx, AgreementId(1), &terms())?;
    store::telling::add(tx, &telling())?;
    store::telling::keep_agreement(tx, telling().id, AgreementId(1))?;
    store::telling::split(tx, telling().id, AgreementId(1), &follower())?;
    store::interaction::add(tx, &interaction())?;
    store::interaction::link(tx, interaction().id, &[Thing::Premise(PremiseId(1))])?;
    store::task::add(tx, &task(), &[Thing::Account(ACCOUNT), Thing::Premise(PremiseId(1))])?;
    store::task::add_step(tx, task().id, &happened())?;
    store::task::take(tx, task().id, UserId(1), at())?;
    store::tariff::add(tx, TariffId(1), "R-1", date(2026, 1, 1), "tariff R-1\n")?;
    let put_in = (TariffId(2), "R-1", date(2026, 2, 1));
    store::tariff::tell(tx, telling().id, put_in, "tariff R-1 told\n")?;
    store::telling::keep_hung(tx, telling().id, POINT)?;
    store::batch::add(tx, &batch(), b"E-100,41230\n", &[reject()])?;
    store::batch::keep_profile(tx, batch().id, "registers", "profile registers 1\n")?;
    store::large_file::add(tx, &large_file())?;
    store::batch::add_part(tx, (&batch_of_part(), large_file().id), b"packed", &[])?;
    store::large_file::add_part(tx, large_file().id, &part())?;
    store::read::add(tx, &[read()])?;
    keep_doubts(tx)?;
    for publication in publications() {
        store::published::add(tx, &publication)?;
    }
    let [prices, days, peaks] = [0, 1, 2].map(|it| publications().remove(it));
    store::published::add_prices(tx, &prices, &self::prices())?;
    store::published::add_days(tx, &days, &[(date(2026, 7, 14), Call::Called)])?;
    store::published::add_peaks(tx, &peaks, &[(peak(), Call::Called)])?;
    store::window::add(tx, &window())?;
    store::run::add(tx, &run(), at())?;
    store::job::add(tx, &[job()])?;
    store::run::accept(tx, window().id, ACCOUNT)?;
    store::calendar::say(tx, date(2026, 1, 1), "holidays us-federal")?;
    store::preview::say_limits(tx, date(2026, 1, 1), "total last-turn 30%")?;
    store::doubt::say(tx, date(2026, 1, 1), "zero")?;
    store::once::say_kinds(tx, date(2026, 1, 1), "charge a fee revenue")?;
    store::correction::add(tx, &[correction()])?;
    store::correction::say_rules(tx, date(2026, 1, 1), "interest 3%")?;
    store::bill::add(tx, &[bill()])?;
    store::bill::add_origins(tx, &[(BillId(1), 0, origin())])?;
    crate::once::keep(tx)?;
    store::payment::add(tx, &payment())?;
    store::settlement::add(tx, &settlement())?;
    store::ledger::add(tx, &entries())?;
    crate::money::keep(tx)?;
    crate::books::keep(tx)?;
    crate::debit::keep(tx)?;
    field::keep(tx)?;
    crate::credit::keep(tx)?;
    store::certificate::add(tx, &generator())?;
    store::certificate::elect(tx, generator().id, book().elections[0])?;
    store::certificate::keep(tx, generator().id, &book(), (0, 0))?;
    store::search::refresh(tx, ACCOUNT)?;
    crate::record::keep(tx)?;
    crate::outbox::keep(tx)?;
    store::approval::add(tx, &approval())?;
    store::approval::end(tx, &approval(), Ended::Given, (UserId(2), at()), "the check is here")?;
    let allowed = Authorized::oneself(UserId(1), at());
    store::audit::add(tx, &allowed, "take payment", "1", "")
}
