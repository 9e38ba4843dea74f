//! What paper asks for, and that it asks for nothing: the box at the top, the last of the sums, the slip, and
//! what is told who reads the other language.
//!
//! Where nothing is to be paid there is no day to pay by, no slip, no scan line and no code: a customer
//! with a credit was once asked for it.

use jiff::civil::Date;
use meterbook_core::bill::Utility;
use meterbook_core::id::AccountNumber;
use meterbook_core::money::Money;
use serde_json::{Value, json};

use crate::frame::dialled;
use crate::says::Says;
use crate::view::{BOX_ALONE, BOX_AND_SLIP, NO_QR, Place, qr};

/// What is to be paid by whom, and by when.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) utility: &'a Utility,
    pub(crate) account: AccountNumber,
    pub(crate) amount: Money,
    pub(crate) due: Date,
}

impl Asking<'_> {
    /// Whether something is to be paid.
    pub(crate) fn is_for_something(&self) -> bool {
        Money::ZERO < self.amount
    }

    /// What of a view it makes.
    pub(crate) fn view(&self, pay_at: &str, scan_line: String, says: &Says) -> Value {
        let (words, utility) = (says.words, self.utility);
        let in_box = self.in_box(says);
        let asks = self.is_for_something();
        let due = says.day(self.due);
        let (due_label, due_said) = match asks {
            true => (words.due_by, due.as_str()),
            false => (words.to_pay, words.nothing),
        };
        let amount = says.money(in_box.amount);
        let stub = json!([
            [words.account, self.account.to_string()],
            [words.due_by, due],
            [words.amount_due, amount],
        ]);
        // The boxes for the digits of a check hold what is asked for.
        let digits = self.amount.plain().split('.').next().map_or(0, str::len);
        json!({
            "amount_due_label": in_box.words,
            "amount_due": amount,
            "due_label": due_label,
            "due": due_said,
            "behind": !asks,
            "detach": words.detach,
            "scan": {
                "title": words.scan,
                "text": format!("{} {} {}", utility.site, words.scan_or, dialled(utility)),
                "qr": if asks { qr(pay_at) } else { NO_QR.to_owned() },
                "alt": pay_at,
            },
            "remit": std::iter::once(&utility.name).chain(&utility.remit_to).map(|it| it.to_uppercase()).collect::<Vec<_>>(),
            "stub": if asks { stub } else { json!([]) },
            "enclosed": words.amount_enclosed,
            "cells": digits.max(4),
            "scan_line": if asks { scan_line } else { String::new() },
        })
    }

    /// What the box at the top says: a credit is said without a sign.
    pub(crate) fn in_box(&self, says: &Says) -> Place {
        let (words, amount) = match self.amount < Money::ZERO {
            true => (says.words.credit_label, -self.amount),
            false => (says.words.amount_due, self.amount),
        };
        Place { words: words.to_owned(), amount }
    }

    /// In how many places that stands.
    pub(crate) fn times(&self) -> usize {
        if self.is_for_something() { BOX_AND_SLIP } else { BOX_ALONE }
    }

    /// The last of the sums.
    pub(crate) fn total(&self, says: &Says) -> Place {
        let words = says.words;
        let label = match self.amount.cents() {
            1.. => format!("{} {}", words.amount_due_by, says.day(self.due)),
            0 => words.amount_due.to_owned(),
            _ => words.balance_after.to_owned(),
        };
        Place { words: label, amount: self.amount }
    }

    /// What is told who reads the other language.
    pub(crate) fn other(&self, says: &Says) -> String {
        let words = says.words;
        let said = match self.amount.cents() {
            1.. => words.other_text,
            0 => words.other_nothing,
            _ => words.other_credit,
        };
        said.replace("{amount}", &says.money(self.amount.abs()))
            .replace("{date}", &says.other().day(self.due))
            .replace("{phone}", &dialled(self.utility))
    }
}

/// A view with what another one has.
pub(crate) fn with(mut view: Value, more: Value) -> Value {
    if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
        view.extend(more);
    }
    view
}
