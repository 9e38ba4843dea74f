//! What is said of an account and of what it takes: details, and what its agreements count without a
//! meter.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::customer_view::{CustomerView, Service};
use meterbook_app::term::Said;
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::period::holds;
use meterbook_store::{self as store, Tx};

use crate::guard::Visitor;
use crate::show;

/// A line of what is known, and the page of what it names.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) link: String,
    pub(crate) from: String,
}

/// What is known today of an account and of its main customer, and which accounts it sums up.
pub(crate) fn known(
    tx: &mut Tx,
    visitor: &Visitor,
    view: &CustomerView,
    today: Date,
) -> Result<Vec<Line>> {
    let language = visitor.language;
    let mut details = store::detail::of(tx, Subject::Account(view.account.id))?;
    details.extend(store::detail::of(tx, Subject::Person(view.person.id))?);
    let line = |it: &Detail| {
        let sums_up = it.kind == DetailKind::Summary;
        Line {
            name: show::detail_kind(it.kind, language).to_owned(),
            value: show::detail_value(it.kind, &it.value, language),
            link: if sums_up { format!("/accounts/{}", it.value) } else { String::new() },
            from: show::day(it.from, language),
        }
    };
    let mut lines: Vec<Line> = details.iter().filter(|it| it.holds_on(today)).map(line).collect();
    for it in store::detail::summed_up_by(tx, view.account.number, today)? {
        let Subject::Account(id) = it.subject else { continue };
        let number = store::account::get(tx, id)?.number.to_string();
        lines.push(Line {
            name: visitor.words().sums_up.to_owned(),
            link: format!("/accounts/{number}"),
            value: number,
            from: show::day(it.from, language),
        });
    }
    Ok(lines)
}

/// What a service's agreement says today, such as `lamps-100 3, lamps-250 1`.
pub(crate) fn items(tx: &mut Tx, it: &Service, today: Date) -> Result<String> {
    let mut items = Vec::new();
    for said in Said::all(store::terms::get(tx, it.agreement.id)?) {
        let (name, value, (from, to)) = said.parts();
        if holds(from, to, today) {
            items.push(format!("{name} {value}"));
        }
    }
    Ok(items.join(", "))
}
