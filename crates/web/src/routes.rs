//! Every route of the console with what it asks for, in one table.

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use meterbook_core::permission::Permission;

use crate::Console;
use crate::guard::{Door, guard, shield};
use crate::pages::{self, account, approval, bill, note, payment, search, sign_in};

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
const PAY: Needs = Some(Permission::TakePayment);

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
    Route { method: "GET", path: "/bills/{number}", needs: VIEW, run: || get(bill::show) },
    Route { method: "GET", path: "/bills/{number}/pdf", needs: VIEW, run: || get(bill::pdf) },
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
    Route { method: "GET", path: "/sign-in", needs: None, run: || get(sign_in::ask) },
    Route { method: "POST", path: "/sign-in", needs: None, run: || post(sign_in::let_in) },
    Route { method: "POST", path: "/sign-out", needs: VIEW, run: || post(sign_in::sign_out) },
    Route { method: "POST", path: "/language", needs: None, run: || post(sign_in::speak) },
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
    router.fallback(pages::nothing).layer(from_fn(shield)).with_state(console)
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
