//! What is printed for somebody, whichever sort of paper it is: gathered as it was when it was made, and
//! drawn and read back as that sort is.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::summary::{CorrectionNote, Summary};
use meterbook_core::bill::{Bill, Print, Statement, Utility};
use meterbook_core::delivery::Enclosed;
use meterbook_core::delivery::mailing::{Mailing, Matter, note_number};
use meterbook_core::id::{AccountNumber, BillId};
use meterbook_core::money::Money;
use meterbook_core::paper::letter::Written;
use meterbook_paper::{
    View, html, letter, letter_html, note, note_html, read_back, read_back_letter, read_back_note,
    read_back_summary, summary, summary_html, view,
};
use meterbook_store::{self as store, Tx};

use crate::statement::{self, print};

/// Pieces that wait, and bills, that `meterbook check` looks at.
const SAMPLE: i64 = 100;

/// Paper for somebody.
#[derive(Clone, Debug)]
pub(crate) struct Printed {
    /// What it is called.
    pub(crate) number: String,
    /// How large.
    print: Print,
    what: What,
    /// The bills behind it, where it is the first page of several.
    pub(crate) behind: Vec<BillId>,
}

#[derive(Clone, Debug)]
enum What {
    Bill(Box<Statement>),
    /// A bill that sums up others.
    SumsUp(Box<(Statement, Summary)>),
    Note(Box<CorrectionNote>),
    Summary(Box<Summary>),
    Letter(Box<Written>),
}

impl Printed {
    /// What is in a piece.
    pub(crate) fn of(tx: &mut Tx, enclosed: Enclosed) -> Result<Printed> {
        match enclosed {
            Enclosed::Bill(id) => {
                let it = statement::of_bill(tx, id)?;
                let (number, print) = (it.bill.number.0.clone(), it.print);
                let what = match it.bill.summed.is_empty() {
                    true => What::Bill(Box::new(it)),
                    false => {
                        let summary = crate::summary::of_bill(tx, &it)?;
                        What::SumsUp(Box::new((it, summary)))
                    }
                };
                Ok(Printed { number, print, what, behind: Vec::new() })
            }
            Enclosed::Note(id) => {
                let it = crate::summary::of_correction(tx, id)?;
                let print = print(tx, &it.account, it.correction.on)?;
                let behind = match it.asks {
                    Some(_) => store::correction::bills_behind(tx, id)?,
                    None => Vec::new(),
                };
                let (number, what) = (note_number(id), What::Note(Box::new(it)));
                Ok(Printed { number, print, what, behind })
            }
            Enclosed::Summary(id) | Enclosed::Letter(id) => {
                let it = store::mailing::get(tx, id)?;
                let account = store::account::get(tx, it.account)?;
                let print = print(tx, &account, it.on)?;
                let what = match &it.matter {
                    Matter::Summary(bills) => {
                        let of = bills.iter().map(|bill| statement::by_itself(tx, *bill));
                        let of = of.collect::<Result<_>>()?;
                        let whom = (account.number, it.language, it.addressed_to);
                        What::Summary(Box::new(crate::summary::of_statements(tx, whom, of, it.on)?))
                    }
                    Matter::Letter { .. } => What::Letter(Box::new(written(tx, &it)?)),
                };
                Ok(Printed { number: it.number, print, what, behind: Vec::new() })
            }
        }
    }

    /// As it is drawn.
    pub(crate) fn view(&self) -> View {
        let number = &self.number;
        let view = match &self.what {
            What::Bill(it) => return view(it),
            What::SumsUp(it) => summary(&it.1),
            What::Note(it) => note(it),
            What::Summary(it) => summary(it).called(number, it.language),
            What::Letter(it) => letter(it).called(number, it.language),
        };
        match self.print {
            Print::Normal => view,
            Print::Large => view.in_large_print(),
        }
    }

    /// Refuses what was drawn and does not say what it should.
    pub(crate) fn read_back(&self, pdf: &[u8]) -> Result<()> {
        match &self.what {
            What::Bill(it) => read_back(pdf, it),
            What::SumsUp(it) => read_back_summary(pdf, &it.1),
            What::Note(it) => read_back_note(pdf, it),
            What::Summary(it) => read_back_summary(pdf, it),
            What::Letter(it) => read_back_letter(pdf, it),
        }
    }

    /// The same as a page, read back.
    pub(crate) fn html(&self, view: &View) -> Result<String> {
        match &self.what {
            What::Bill(it) => html(view, it),
            What::SumsUp(it) => summary_html(view, &it.1),
            What::Note(it) => note_html(view, it),
            What::Summary(it) => summary_html(view, it),
            What::Letter(it) => letter_html(view, it),
        }
    }

    /// What a bill, or the first page of several, would say that the books do not.
    pub(crate) fn disagrees(&self, tx: &mut Tx) -> Result<Option<String>> {
        let (owed, said) = match &self.what {
            // The first page says it of all of them.
            What::Bill(it) if it.behind.is_some() => return Ok(None),
            // What another account pays is owed here until that is billed. What a level is off by was
            // posted before the bill, and is said behind its charges.
            What::Bill(it) => {
                let beside = it.level.map_or(Money::ZERO, |it| it.beside);
                (owed_with(tx, &it.bill)?, it.before + it.bill.total + beside)
            }
            What::SumsUp(it) => (owed_with(tx, &it.0.bill)?, it.0.before + it.0.bill.total),
            What::Note(it) => match &it.asks {
                Some(asks) if asks.paid_by.is_none() => {
                    let of = &it.correction;
                    let owed = store::correction::owed_after(tx, of.account, of.id)?;
                    let waits = store::summary::waited_before(tx, of.account, of.id)?;
                    (owed - waits, asks.amount_due)
                }
                _ => return Ok(None),
            },
            What::Summary(_) | What::Letter(_) => return Ok(None),
        };
        Ok((owed != said)
            .then(|| format!("it would say {said} and the books say {owed}; run: meterbook check")))
    }

    /// Whose it is.
    pub(crate) fn account(&self) -> AccountNumber {
        match &self.what {
            What::Bill(it) => it.account.number,
            What::SumsUp(it) => it.0.account.number,
            What::Note(it) => it.account.number,
            What::Summary(it) => it.account,
            What::Letter(it) => it.account,
        }
    }

    /// Who sends it.
    pub(crate) fn utility(&self) -> &Utility {
        match &self.what {
            What::Bill(it) => &it.utility,
            What::SumsUp(it) => &it.0.utility,
            What::Note(it) => &it.utility,
            What::Summary(it) => &it.utility,
            What::Letter(it) => &it.utility,
        }
    }

    /// What it asks for and by when, where it is a bill or the first page of several.
    pub(crate) fn asks(&self) -> Option<(Money, Date)> {
        match &self.what {
            What::Bill(it) => Some((it.amount_due, it.bill.due_on)),
            What::SumsUp(it) => Some((it.0.amount_due, it.0.bill.due_on)),
            What::Summary(it) => Some((it.amount_due(), it.due_on)),
            What::Note(it) => it.asks.as_ref().map(|it| (it.amount_due, it.due_on)),
            What::Letter(_) => None,
        }
    }

    /// What a letter is about.
    pub(crate) fn subject(&self) -> Option<String> {
        match &self.what {
            What::Letter(it) => Some(it.said()[0].clone()),
            _ => None,
        }
    }

    /// Name, then address lines, of the account's customer.
    pub(crate) fn addressed_to(&self) -> &[String] {
        match &self.what {
            What::Bill(it) => &it.bill.addressed_to,
            What::SumsUp(it) => &it.0.bill.addressed_to,
            What::Note(it) => it.addressed_to(),
            What::Summary(it) => &it.addressed_to,
            What::Letter(it) => &it.addressed_to,
        }
    }
}

/// What the account of a bill owed with it.
fn owed_with(tx: &mut Tx, bill: &Bill) -> Result<Money> {
    store::ledger::balance_with(tx, bill.account, &bill.number.0)
}

/// The rule of `check`: what waits to go out, and the newest bills, would say what the books say. Paper that
/// does not is not drawn, and whoever it is for hears nothing.
pub(crate) fn sample(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut papers = store::outbox::newest_waiting(tx, SAMPLE)?;
    papers.extend(store::bill::newest(tx, SAMPLE)?.into_iter().map(Enclosed::Bill));
    let papers: BTreeSet<Enclosed> = papers.into_iter().collect();
    let mut faults = Vec::new();
    for paper in &papers {
        if let Some(why) = Printed::of(tx, *paper)?.disagrees(tx)? {
            let (number, _) = store::outbox::called(tx, *paper)?;
            faults.push(format!("{} {number} cannot be drawn: {why}", paper.kind()));
        }
    }
    Ok((i64::try_from(papers.len())?, faults))
}

/// A letter that is sent, as it was when it was made.
pub(crate) fn written(tx: &mut Tx, it: &Mailing) -> Result<Written> {
    let Matter::Letter { cause, values, listed, of: _ } = &it.matter else {
        anyhow::bail!("{} is no letter", it.number);
    };
    Ok(Written {
        utility: store::utility::get(tx)?,
        account: store::account::get(tx, it.account)?.number,
        language: it.language,
        addressed_to: it.addressed_to.clone(),
        on: it.on,
        cause: *cause,
        values: values.clone(),
        listed: listed.clone(),
        look: crate::paper::look_on(tx, it.on)?,
    })
}
