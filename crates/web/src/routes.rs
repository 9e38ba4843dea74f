//! Every route of the console with what it asks for, in one table.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use meterbook_core::permission::Permission;

use crate::guard::{Door, guard, shield};
use crate::pages::{
    self, account, application, approval, attempt, bank, bill, close, collection, compare,
    correction, credit, crediting, cycle, debit, document, drawer, exception, fact, grid, hold,
    interim, let_go, mandate, money, moves, moving, note, once, online, order, ordering, outbox,
    payment, person, place, pledge, refund, report, search, set, sign_in, small, suspense, task,
    tender, timeline, transfer, unclaimed, usage, version, write_off,
};
use crate::{Console, currency, sent};

/// What somebody may do who asks for a route; `None` lets everybody in.
type Needs = Option<Permission>;

/// One route: what is done, where, and what it needs.
struct Route {
    method: &'static str,
    path: &'static str,
    needs: Needs,
    run: fn() -> MethodRouter<Arc<Console>>,
}

const VIEW: Needs = Some(Permission::ViewCustomer);
const NOTE: Needs = Some(Permission::WriteNote);
const TASK: Needs = Some(Permission::ResolveTasks);
const PAY: Needs = Some(Permission::TakePayment);
const MATCH: Needs = Some(Permission::MatchPayments);
const REFUND: Needs = Some(Permission::RefundCredit);
const COLLECT: Needs = Some(Permission::RunCollections);
const CREDIT: Needs = Some(Permission::KeepCredit);
const WAIVE: Needs = Some(Permission::WaiveFees);
const DEBIT: Needs = Some(Permission::MakeDebits);
const REVERSE: Needs = Some(Permission::ReversePayments);
const BOOKS: Needs = Some(Permission::KeepBooks);
const WRITE_OFF: Needs = Some(Permission::WriteOff);
const MOVE: Needs = Some(Permission::MoveService);
const ORDER: Needs = Some(Permission::OrderWork);
const CORRECT: Needs = Some(Permission::CorrectBills);
const RUN: Needs = Some(Permission::RunBills);
const RELEASE: Needs = Some(Permission::ReleaseBills);
const CANCEL: Needs = Some(Permission::CancelRun);
const SEND: Needs = Some(Permission::DeliverBills);
const SWITCH: Needs = Some(Permission::SwitchDelivery);
const ONCE: Needs = Some(Permission::BillOnce);
const PUBLISH: Needs = Some(Permission::PublishTariff);
const KEEP: Needs = Some(Permission::KeepCustomers);

const ROUTES: &[Route] = &[
    Route { method: "GET", path: "/", needs: VIEW, run: || get(search::show) },
    Route { method: "GET", path: "/accounts/{number}", needs: VIEW, run: || get(account::show) },
    Route {
        method: "POST",
        path: "/accounts/{number}/notes",
        needs: NOTE,
        run: || post(note::add),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/language",
        needs: KEEP,
        run: || post(person::speak),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/payment",
        needs: PAY,
        run: || get(payment::ask),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/payment",
        needs: PAY,
        run: || post(payment::take),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/timeline",
        needs: VIEW,
        run: || get(timeline::account),
    },
    Route { method: "GET", path: "/accounts/{number}/move", needs: MOVE, run: || get(moving::ask) },
    Route {
        method: "POST",
        path: "/accounts/{number}/move",
        needs: MOVE,
        run: || post(moving::confirm),
    },
    // Which permission it takes depends on whether something is owed; the page and the act ask for it.
    Route {
        method: "GET",
        path: "/accounts/{number}/transfer",
        needs: VIEW,
        run: || get(transfer::ask),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/transfer",
        needs: VIEW,
        run: || post(transfer::go),
    },
    Route { method: "GET", path: "/accounts/{number}/once", needs: ONCE, run: || get(once::ask) },
    Route {
        method: "POST",
        path: "/accounts/{number}/once",
        needs: ONCE,
        run: || post(once::make),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/interim",
        needs: RUN,
        run: || get(interim::ask),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/interim",
        needs: RUN,
        run: || post(interim::make),
    },
    Route {
        method: "GET",
        path: "/bills/{number}/correct",
        needs: CORRECT,
        run: || get(correction::ask),
    },
    Route {
        method: "POST",
        path: "/bills/{number}/correct",
        needs: CORRECT,
        run: || post(correction::correct),
    },
    Route { method: "GET", path: "/bills/{number}/fact", needs: CORRECT, run: || get(fact::ask) },
    Route {
        method: "POST",
        path: "/bills/{number}/fact",
        needs: CORRECT,
        run: || post(fact::tell),
    },
    Route { method: "GET", path: "/versions/new", needs: PUBLISH, run: || get(version::ask) },
    Route { method: "POST", path: "/versions/new", needs: PUBLISH, run: || post(version::look) },
    Route { method: "GET", path: "/corrections/{id}", needs: VIEW, run: || get(correction::show) },
    Route { method: "GET", path: "/corrections/sets", needs: VIEW, run: || get(set::list) },
    Route { method: "GET", path: "/corrections/sets/{id}", needs: VIEW, run: || get(set::show) },
    Route {
        method: "POST",
        path: "/corrections/sets/{id}/tell",
        needs: PUBLISH,
        run: || post(set::tell),
    },
    Route {
        method: "POST",
        path: "/corrections/sets/{id}/cancel",
        needs: RUN,
        run: || post(set::cancel),
    },
    Route {
        method: "GET",
        path: "/corrections/sets/{id}/tell",
        needs: VIEW,
        run: || get(set::show),
    },
    Route {
        method: "GET",
        path: "/corrections/sets/{id}/cancel",
        needs: VIEW,
        run: || get(set::show),
    },
    Route { method: "GET", path: "/cycles", needs: VIEW, run: || get(cycle::list) },
    Route { method: "GET", path: "/unbilled", needs: VIEW, run: || get(cycle::unbilled) },
    Route { method: "GET", path: "/cycles/{id}", needs: VIEW, run: || get(cycle::show) },
    Route { method: "POST", path: "/cycles/{id}/check", needs: RUN, run: || post(cycle::check) },
    Route { method: "POST", path: "/cycles/{id}/days", needs: RUN, run: || post(cycle::say_days) },
    Route {
        method: "POST",
        path: "/cycles/{id}/release",
        needs: RELEASE,
        run: || post(cycle::let_go),
    },
    Route {
        method: "POST",
        path: "/cycles/{id}/call-off",
        needs: RUN,
        run: || post(cycle::call_off),
    },
    Route {
        method: "POST",
        path: "/cycles/{id}/take-back",
        needs: CANCEL,
        run: || post(cycle::take_back),
    },
    Route { method: "GET", path: "/holds", needs: VIEW, run: || get(hold::list) },
    Route { method: "GET", path: "/holds/{window}", needs: VIEW, run: || get(hold::show) },
    Route { method: "POST", path: "/holds/{window}", needs: TASK, run: || post(hold::apply) },
    Route { method: "GET", path: "/outbox", needs: VIEW, run: || get(outbox::show) },
    Route {
        method: "POST",
        path: "/outbox/switch/{way}",
        needs: SWITCH,
        run: || post(outbox::turn),
    },
    Route { method: "GET", path: "/papers/{number}/pdf", needs: VIEW, run: || get(outbox::pdf) },
    Route { method: "POST", path: "/outbox/decide", needs: SEND, run: || post(outbox::decide) },
    Route { method: "GET", path: "/moves/{id}", needs: VIEW, run: || get(moves::show) },
    Route { method: "POST", path: "/moves/{id}/redate", needs: MOVE, run: || post(moves::redate) },
    Route { method: "POST", path: "/moves/{id}/cancel", needs: MOVE, run: || post(moves::cancel) },
    Route { method: "GET", path: "/sign-up", needs: KEEP, run: || get(application::ask) },
    Route { method: "POST", path: "/sign-up", needs: KEEP, run: || post(application::send) },
    Route { method: "GET", path: "/premises/{id}", needs: VIEW, run: place::premise },
    Route { method: "GET", path: "/points/{id}", needs: VIEW, run: place::point },
    Route { method: "GET", path: "/points/{id}/compare", needs: VIEW, run: || get(compare::show) },
    Route { method: "GET", path: "/points/{id}/usage", needs: VIEW, run: || get(usage::show) },
    Route { method: "GET", path: "/points/{id}/usage.csv", needs: VIEW, run: || get(usage::csv) },
    Route { method: "GET", path: "/points/{id}/usage.xml", needs: VIEW, run: || get(usage::feed) },
    Route { method: "GET", path: "/meters/{id}", needs: VIEW, run: place::meter },
    // What keeping a document takes depends on what it is about; the act asks for it.
    Route { method: "GET", path: "/documents/new", needs: VIEW, run: || get(document::ask) },
    Route {
        method: "POST",
        path: "/documents/new",
        needs: VIEW,
        run: || post(document::add).layer(sent::room()),
    },
    Route { method: "GET", path: "/documents/{id}", needs: VIEW, run: || get(document::get) },
    Route {
        method: "GET",
        path: "/documents/{id}/withdraw",
        needs: VIEW,
        run: || get(document::ask_why),
    },
    Route {
        method: "POST",
        path: "/documents/{id}/withdraw",
        needs: VIEW,
        run: || post(document::withdraw),
    },
    Route { method: "GET", path: "/tasks", needs: VIEW, run: || get(task::show) },
    Route { method: "POST", path: "/tasks", needs: TASK, run: || post(task::resolve) },
    Route { method: "GET", path: "/tasks/{id}", needs: VIEW, run: || get(task::one) },
    Route { method: "GET", path: "/exceptions", needs: VIEW, run: || get(exception::list) },
    Route { method: "POST", path: "/exceptions", needs: TASK, run: || post(exception::by_cause) },
    Route { method: "GET", path: "/exceptions/{id}", needs: VIEW, run: || get(exception::show) },
    Route { method: "POST", path: "/exceptions/{id}", needs: TASK, run: || post(exception::end) },
    Route { method: "GET", path: "/bills/{number}", needs: VIEW, run: || get(bill::show) },
    Route { method: "GET", path: "/bills/{number}/pdf", needs: VIEW, run: || get(bill::pdf) },
    Route {
        method: "GET",
        path: "/bills/{number}/entries",
        needs: VIEW,
        run: || get(report::of_bill),
    },
    Route { method: "GET", path: "/entries/{id}", needs: VIEW, run: || get(report::one) },
    Route { method: "GET", path: "/reports", needs: VIEW, run: || get(report::list) },
    Route { method: "GET", path: "/reports/{kind}", needs: VIEW, run: || get(report::show) },
    Route { method: "GET", path: "/approvals", needs: VIEW, run: || get(approval::list) },
    // Which permission it takes depends on what was asked for; the act itself asks.
    Route {
        method: "POST",
        path: "/approvals/{number}/give",
        needs: VIEW,
        run: || post(approval::give),
    },
    Route {
        method: "POST",
        path: "/approvals/{number}/refuse",
        needs: VIEW,
        run: || post(approval::refuse),
    },
    Route { method: "GET", path: "/orders", needs: VIEW, run: || get(order::list) },
    Route { method: "POST", path: "/orders/new", needs: ORDER, run: || post(ordering::send) },
    Route { method: "GET", path: "/orders/new", needs: ORDER, run: || get(ordering::ask) },
    Route { method: "GET", path: "/orders/{id}", needs: VIEW, run: || get(order::show) },
    Route {
        method: "POST",
        path: "/orders/{id}/steps",
        needs: VIEW,
        run: || post(order::step).layer(sent::room()),
    },
    Route {
        method: "GET",
        path: "/orders/{id}/photos/{photo}",
        needs: VIEW,
        run: || get(order::photo),
    },
    Route { method: "GET", path: "/money", needs: VIEW, run: || get(money::show) },
    Route { method: "GET", path: "/drawer", needs: PAY, run: || get(drawer::ask) },
    Route { method: "POST", path: "/drawer/open", needs: PAY, run: || post(drawer::open) },
    Route { method: "POST", path: "/drawer/close", needs: PAY, run: || post(drawer::close) },
    Route { method: "POST", path: "/drawer/void/{tender}", needs: PAY, run: || post(drawer::void) },
    Route { method: "GET", path: "/payments", needs: PAY, run: || get(grid::ask) },
    Route { method: "POST", path: "/payments", needs: PAY, run: || post(grid::enter) },
    Route { method: "GET", path: "/suspense", needs: VIEW, run: || get(suspense::list) },
    Route { method: "GET", path: "/suspense/{id}", needs: VIEW, run: || get(suspense::one) },
    Route {
        method: "POST",
        path: "/suspense/{id}/match",
        needs: MATCH,
        run: || post(suspense::give),
    },
    Route {
        method: "POST",
        path: "/suspense/{id}/return",
        needs: REFUND,
        run: || post(suspense::give_back),
    },
    Route { method: "GET", path: "/collections", needs: VIEW, run: || get(collection::list) },
    Route {
        method: "GET",
        path: "/collections/tonight",
        needs: VIEW,
        run: || get(collection::review),
    },
    Route {
        method: "POST",
        path: "/collections/tonight",
        needs: COLLECT,
        run: || post(collection::run),
    },
    Route {
        method: "POST",
        path: "/collections/switch/{what}",
        needs: COLLECT,
        run: || post(collection::turn),
    },
    Route {
        method: "POST",
        path: "/collections/protect",
        needs: CREDIT,
        run: || post(collection::protect),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/credit",
        needs: VIEW,
        run: || get(credit::ask),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/credit/waive",
        needs: WAIVE,
        run: || post(crediting::waive),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/credit/refund",
        needs: REFUND,
        run: || post(crediting::refund),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/credit/{what}",
        needs: CREDIT,
        run: || post(crediting::keep),
    },
    Route { method: "GET", path: "/pledges", needs: VIEW, run: || get(pledge::list) },
    Route { method: "GET", path: "/pledges.csv", needs: VIEW, run: || get(pledge::csv) },
    Route { method: "GET", path: "/online", needs: VIEW, run: || get(attempt::list) },
    Route { method: "GET", path: "/online.csv", needs: VIEW, run: || get(attempt::csv) },
    Route { method: "POST", path: "/online/ask", needs: PAY, run: || post(attempt::ask_all) },
    Route { method: "GET", path: "/online/{id}", needs: VIEW, run: || get(attempt::one) },
    Route { method: "POST", path: "/online/{id}/ask", needs: PAY, run: || post(attempt::ask) },
    Route { method: "GET", path: "/refunds", needs: VIEW, run: || get(refund::list) },
    Route { method: "GET", path: "/refunds.csv", needs: VIEW, run: || get(refund::csv) },
    Route { method: "POST", path: "/refunds/paid", needs: BOOKS, run: || post(refund::pay) },
    Route { method: "POST", path: "/refunds/keep", needs: MATCH, run: || post(refund::keep) },
    Route { method: "POST", path: "/refunds/cashed", needs: BOOKS, run: || post(refund::cash) },
    Route { method: "POST", path: "/refunds/void", needs: BOOKS, run: || post(refund::void) },
    Route { method: "GET", path: "/unclaimed", needs: VIEW, run: || get(unclaimed::list) },
    Route { method: "GET", path: "/unclaimed.csv", needs: VIEW, run: || get(unclaimed::csv) },
    Route { method: "POST", path: "/unclaimed/take", needs: REFUND, run: || post(unclaimed::take) },
    Route {
        method: "POST",
        path: "/unclaimed/remit",
        needs: REFUND,
        run: || post(unclaimed::remit),
    },
    Route {
        method: "POST",
        path: "/unclaimed/claim",
        needs: MATCH,
        run: || post(unclaimed::claim),
    },
    Route { method: "GET", path: "/let-go", needs: VIEW, run: || get(let_go::list) },
    Route { method: "POST", path: "/let-go", needs: COLLECT, run: || post(let_go::ask) },
    Route { method: "GET", path: "/debits", needs: VIEW, run: || get(debit::list) },
    Route { method: "POST", path: "/debits/make", needs: DEBIT, run: || post(debit::make) },
    Route {
        method: "POST",
        path: "/debits/returned",
        needs: REVERSE,
        run: || post(debit::take_back).layer(sent::room()),
    },
    Route { method: "GET", path: "/debits/{id}", needs: VIEW, run: || get(debit::one) },
    Route { method: "POST", path: "/debits/{id}/file", needs: DEBIT, run: || post(debit::send) },
    Route {
        method: "POST",
        path: "/debits/{id}/call-off",
        needs: REVERSE,
        run: || post(debit::call_off),
    },
    Route { method: "GET", path: "/close", needs: VIEW, run: || get(close::ask) },
    Route { method: "POST", path: "/close/day", needs: BOOKS, run: || post(close::day) },
    Route { method: "POST", path: "/close/month", needs: BOOKS, run: || post(close::month) },
    Route { method: "GET", path: "/write-offs", needs: VIEW, run: || get(write_off::list) },
    Route {
        method: "POST",
        path: "/write-offs",
        needs: WRITE_OFF,
        run: || post(write_off::give_up),
    },
    Route { method: "GET", path: "/small-balances", needs: VIEW, run: || get(small::list) },
    Route { method: "GET", path: "/small-balances.csv", needs: VIEW, run: || get(small::csv) },
    Route {
        method: "POST",
        path: "/small-balances/write-off",
        needs: WRITE_OFF,
        run: || post(small::write_off),
    },
    Route {
        method: "POST",
        path: "/small-balances/back",
        needs: WRITE_OFF,
        run: || post(small::take_back),
    },
    // A refusal stands at the address that its form was sent to. Whoever loads that again, or chooses
    // another language there, gets the page that the form is on.
    Route {
        method: "GET",
        path: "/accounts/{number}/notes",
        needs: VIEW,
        run: || get(account::show),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/language",
        needs: VIEW,
        run: || get(account::show),
    },
    Route { method: "GET", path: "/drawer/open", needs: PAY, run: || get(drawer::ask) },
    Route { method: "GET", path: "/drawer/close", needs: PAY, run: || get(drawer::ask) },
    Route { method: "GET", path: "/drawer/void/{tender}", needs: PAY, run: || get(drawer::ask) },
    Route { method: "GET", path: "/suspense/{id}/match", needs: VIEW, run: || get(suspense::one) },
    Route { method: "GET", path: "/suspense/{id}/return", needs: VIEW, run: || get(suspense::one) },
    Route {
        method: "GET",
        path: "/collections/switch/{what}",
        needs: VIEW,
        run: || get(collection::list),
    },
    Route {
        method: "GET",
        path: "/collections/protect",
        needs: VIEW,
        run: || get(collection::list),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/credit/waive",
        needs: VIEW,
        run: || get(credit::ask),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/credit/refund",
        needs: VIEW,
        run: || get(credit::ask),
    },
    Route { method: "GET", path: "/online/ask", needs: VIEW, run: || get(attempt::list) },
    Route { method: "GET", path: "/online/{id}/ask", needs: VIEW, run: || get(attempt::one) },
    Route { method: "GET", path: "/refunds/paid", needs: VIEW, run: || get(refund::list) },
    Route { method: "GET", path: "/refunds/keep", needs: VIEW, run: || get(refund::list) },
    Route { method: "GET", path: "/refunds/cashed", needs: VIEW, run: || get(refund::again_paid) },
    Route { method: "GET", path: "/refunds/void", needs: VIEW, run: || get(refund::again_paid) },
    Route { method: "GET", path: "/unclaimed/take", needs: VIEW, run: || get(unclaimed::list) },
    Route { method: "GET", path: "/unclaimed/remit", needs: VIEW, run: || get(unclaimed::list) },
    Route { method: "GET", path: "/unclaimed/claim", needs: VIEW, run: || get(unclaimed::list) },
    Route {
        method: "GET",
        path: "/accounts/{number}/credit/{what}",
        needs: VIEW,
        run: || get(credit::again),
    },
    Route {
        method: "GET",
        path: "/small-balances/write-off",
        needs: VIEW,
        run: || get(small::list),
    },
    Route { method: "GET", path: "/small-balances/back", needs: VIEW, run: || get(small::list) },
    Route { method: "GET", path: "/debits/make", needs: VIEW, run: || get(debit::list) },
    Route { method: "GET", path: "/debits/returned", needs: VIEW, run: || get(debit::list) },
    Route { method: "GET", path: "/debits/{id}/file", needs: VIEW, run: || get(debit::one) },
    Route { method: "GET", path: "/debits/{id}/call-off", needs: VIEW, run: || get(debit::one) },
    Route { method: "GET", path: "/close/day", needs: VIEW, run: || get(close::ask) },
    Route { method: "GET", path: "/close/month", needs: VIEW, run: || get(close::ask) },
    Route { method: "GET", path: "/cycles/{id}/check", needs: VIEW, run: || get(cycle::show) },
    Route { method: "GET", path: "/cycles/{id}/days", needs: VIEW, run: || get(cycle::show) },
    Route { method: "GET", path: "/cycles/{id}/release", needs: VIEW, run: || get(cycle::show) },
    Route { method: "GET", path: "/cycles/{id}/call-off", needs: VIEW, run: || get(cycle::show) },
    Route { method: "GET", path: "/cycles/{id}/take-back", needs: VIEW, run: || get(cycle::show) },
    Route { method: "GET", path: "/outbox/switch/{way}", needs: VIEW, run: || get(outbox::show) },
    Route { method: "GET", path: "/outbox/decide", needs: VIEW, run: || get(outbox::show) },
    Route { method: "GET", path: "/moves/{id}/redate", needs: VIEW, run: || get(moves::show) },
    Route { method: "GET", path: "/moves/{id}/cancel", needs: VIEW, run: || get(moves::show) },
    Route {
        method: "GET",
        path: "/approvals/{number}/give",
        needs: VIEW,
        run: || get(approval::list),
    },
    Route {
        method: "GET",
        path: "/approvals/{number}/refuse",
        needs: VIEW,
        run: || get(approval::list),
    },
    Route { method: "GET", path: "/orders/{id}/steps", needs: VIEW, run: || get(order::show) },
    Route { method: "GET", path: "/bank", needs: VIEW, run: || get(bank::list) },
    Route {
        method: "POST",
        path: "/bank/statement",
        needs: PAY,
        run: || post(bank::statement).layer(sent::room()),
    },
    Route {
        method: "POST",
        path: "/bank/payments",
        needs: PAY,
        run: || post(bank::payments).layer(sent::room()),
    },
    Route { method: "GET", path: "/bank/credit", needs: VIEW, run: || get(bank::one) },
    Route { method: "POST", path: "/bank/settle", needs: MATCH, run: || post(bank::settle) },
    Route { method: "GET", path: "/tenders/{id}", needs: VIEW, run: || get(tender::one) },
    Route { method: "POST", path: "/tenders/{id}/void", needs: PAY, run: || post(tender::void) },
    Route {
        method: "POST",
        path: "/tenders/{id}/return",
        needs: REVERSE,
        run: || post(tender::give_back),
    },
    Route {
        method: "POST",
        path: "/tenders/{id}/mistake",
        needs: REVERSE,
        run: || post(tender::mistake),
    },
    Route {
        method: "POST",
        path: "/tenders/{id}/move",
        needs: MATCH,
        run: || post(tender::go_over),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/payments",
        needs: VIEW,
        run: || get(tender::list),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/payments/lift",
        needs: CREDIT,
        run: || post(tender::lift),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/debit",
        needs: VIEW,
        run: || get(mandate::show),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/debit/agree",
        needs: KEEP,
        run: || post(mandate::agree),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/debit/change",
        needs: KEEP,
        run: || post(mandate::change),
    },
    Route {
        method: "POST",
        path: "/accounts/{number}/debit/end",
        needs: KEEP,
        run: || post(mandate::end),
    },
    Route {
        method: "POST",
        path: "/suspense/{id}/split",
        needs: MATCH,
        run: || post(suspense::part),
    },
    Route { method: "POST", path: "/debits/switch", needs: DEBIT, run: || post(debit::turn) },
    Route { method: "POST", path: "/debits/prenotes", needs: DEBIT, run: || post(debit::try_out) },
    Route { method: "GET", path: "/bank/statement", needs: VIEW, run: || get(bank::list) },
    Route { method: "GET", path: "/bank/payments", needs: VIEW, run: || get(bank::list) },
    Route { method: "GET", path: "/bank/settle", needs: VIEW, run: || get(bank::list) },
    Route { method: "GET", path: "/tenders/{id}/void", needs: VIEW, run: || get(tender::one) },
    Route { method: "GET", path: "/tenders/{id}/return", needs: VIEW, run: || get(tender::one) },
    Route { method: "GET", path: "/tenders/{id}/mistake", needs: VIEW, run: || get(tender::one) },
    Route { method: "GET", path: "/tenders/{id}/move", needs: VIEW, run: || get(tender::one) },
    Route {
        method: "GET",
        path: "/accounts/{number}/payments/lift",
        needs: VIEW,
        run: || get(tender::list),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/debit/agree",
        needs: VIEW,
        run: || get(mandate::show),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/debit/change",
        needs: VIEW,
        run: || get(mandate::show),
    },
    Route {
        method: "GET",
        path: "/accounts/{number}/debit/end",
        needs: VIEW,
        run: || get(mandate::show),
    },
    Route { method: "GET", path: "/suspense/{id}/split", needs: VIEW, run: || get(suspense::one) },
    Route { method: "GET", path: "/debits/switch", needs: VIEW, run: || get(debit::list) },
    Route { method: "GET", path: "/debits/prenotes", needs: VIEW, run: || get(debit::list) },
    Route { method: "GET", path: "/sign-in", needs: None, run: || get(sign_in::ask) },
    Route { method: "POST", path: "/sign-in", needs: None, run: || post(sign_in::let_in) },
    Route { method: "POST", path: "/sign-out", needs: VIEW, run: || post(sign_in::sign_out) },
    Route { method: "POST", path: "/language", needs: None, run: || post(sign_in::speak) },
    Route { method: "POST", path: "/keys", needs: None, run: || post(sign_in::keys) },
    Route { method: "GET", path: "/pay/{token}", needs: None, run: || get(online::show) },
    Route { method: "POST", path: "/pay/{token}", needs: None, run: || post(online::go) },
    Route { method: "GET", path: "/pay/{token}/forget", needs: None, run: || get(online::show) },
    Route {
        method: "POST",
        path: "/pay/{token}/forget",
        needs: None,
        run: || post(online::forget),
    },
    // Who tells something signs it.
    Route {
        method: "POST",
        path: "/hooks/payments",
        needs: None,
        run: || post(online::hear).layer(online::room()),
    },
    Route { method: "GET", path: "/static/{file}", needs: None, run: || get(pages::file) },
];

/// The whole console.
pub(crate) fn router(console: Arc<Console>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let mut run = (route.run)();
        if let Some(needs) = route.needs {
            let door = Door { console: console.clone(), needs };
            run = run.route_layer(from_fn_with_state(door, guard));
        }
        router = router.route(route.path, run);
    }
    let marked = from_fn_with_state(console.clone(), currency::marked);
    router.fallback(pages::nothing).layer(marked).layer(from_fn(shield)).with_state(console)
}

/// What each route asks for: what the access test holds against its golden file. Which roles come
/// with it is data; those that a new utility has are in `golden/roles.txt`.
pub fn access() -> String {
    let mut text = String::new();
    for route in ROUTES {
        let who = route.needs.map_or("everybody", Permission::word);
        let _ = writeln!(text, "{:<4} {:<28} {who}", route.method, route.path);
    }
    text
}
