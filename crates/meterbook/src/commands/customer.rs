//! `customer`: who has a part in an account, how to reach them, and what is known of them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::registration::{self, NewRegistration};
use meterbook_app::split::{self, Split};
use meterbook_app::term::Said;
use meterbook_app::{detail, merge, party, person};
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::{AgreementId, ContactId, PersonId, RegistrationId};
use meterbook_core::party::PartyRole;
use meterbook_core::period::holds;
use meterbook_core::person::{Consent, ContactKind, Language, Purpose};
use meterbook_core::registration::{Registration, RegistrationKind};
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::record::{CustomerCommand, CustomerRegister, CustomerRole, Saying};
use crate::say;

pub(crate) fn customer(place: &Place, command: &CustomerCommand) -> Result<()> {
    let db = super::open(place)?;
    let by = super::actor();
    let done = match command {
        CustomerCommand::Show { account, on } => return show(place, account, *on),
        CustomerCommand::Review { by } => return review(place, *by),
        CustomerCommand::Detail(it) => {
            return say_detail(place, &it.saying, Subject::Person(PersonId(it.subject)));
        }
        CustomerCommand::AccountDetail { account, saying } => {
            let account = db.read(|tx| super::account(tx, account))?.id;
            return say_detail(place, saying, Subject::Account(account));
        }
        CustomerCommand::Merge { kept, merged } => {
            db.write(|tx| merge::merge(tx, by, PersonId(*kept), PersonId(*merged)))?;
            format!(
                "person {merged} is merged into {kept}; take them apart with: customer unmerge {merged}"
            )
        }
        CustomerCommand::Unmerge { merged } => {
            db.write(|tx| merge::unmerge(tx, by, PersonId(*merged)))?;
            format!("person {merged} stands alone again")
        }
        CustomerCommand::Split { person, name, accounts, contacts } => {
            let id = db.write(|tx| {
                let own = accounts.iter().map(|it| Ok(super::account(tx, it)?.id));
                let accounts = own.collect::<Result<_>>()?;
                let contacts = contacts.iter().map(|it| ContactId(*it)).collect();
                let (person, name) = (PersonId(*person), name.clone());
                split::split(tx, by, &Split { person, name, accounts, contacts })
            })?;
            format!("{name} is person {id}; make them one again with: customer merge {person} {id}")
        }
        CustomerCommand::Role(it) => db.write(|tx| role(tx, it))?,
        CustomerCommand::Contact { person, kind, value } => {
            let kind = super::word(kind, ContactKind::from_word, "phone, email or post")?;
            let id = db.write(|tx| person::add_contact(tx, by, PersonId(*person), kind, value))?;
            format!("contact point {id} of person {person}")
        }
        CustomerCommand::Consent { contact, purpose, from, until } => {
            let of = ContactId(*contact);
            let purpose =
                super::word(purpose, Purpose::from_word, "bills, alerts, reminders or offers")?;
            match (from, until) {
                (Some(from), _) => {
                    db.write(|tx| person::consent(tx, by, of, purpose, *from))?;
                    format!("contact point {contact} may be used for {purpose} from {from} on")
                }
                (None, until) => {
                    let on = until.unwrap_or(super::today(&db)?);
                    db.write(|tx| person::withdraw(tx, by, of, purpose, on))?;
                    format!("contact point {contact} may not be used for {purpose} from {on} on")
                }
            }
        }
        CustomerCommand::Rename { person, was, name, on } => {
            db.write(|tx| person::rename(tx, by, PersonId(*person), was, name, *on))?;
            format!("person {person} is {name}, formerly {was}")
        }
        CustomerCommand::Language { person, language } => {
            let is = Language::from_word(language).ok_or_else(|| {
                let all: Vec<&str> = Language::ALL.iter().map(|it| it.word()).collect();
                super::said(format!("{language} is no language; write {}", all.join(" or ")))
            })?;
            db.write(|tx| person::speak(tx, by, PersonId(*person), is))?;
            format!("person {person} is written to in {is} from now on")
        }
        CustomerCommand::Petition { person } => {
            let split = db.read(|tx| person::split(tx, PersonId(*person)))?;
            format!(
                "petition of {}: {} from before it, {} from its day on",
                split.petition_on, split.before, split.after
            )
        }
        CustomerCommand::Register(it) => db.write(|tx| register(tx, it))?,
        CustomerCommand::Renew { id, certificate, to, review } => {
            let of = RegistrationId(*id);
            let id = db.write(|tx| registration::renew(tx, by, of, certificate, *to, *review))?;
            format!("registration {id} goes on from there")
        }
        CustomerCommand::Unregister { id, was, on } => {
            db.write(|tx| registration::end(tx, by, RegistrationId(*id), *was, *on))?;
            format!("registration {id} ends on {on}")
        }
    };
    say::line(done);
    Ok(())
}

fn role(tx: &mut Tx, args: &CustomerRole) -> Result<String> {
    let account = super::account(tx, &args.account)?.id;
    let (by, person) = (super::actor(), PersonId(args.person));
    let roles = "main, co-holder, authorised, guarantor, copy-of-bill, payer or landlord";
    let role = super::word(&args.role, PartyRole::from_word, roles)?;
    let name = store::person::get(tx, person)?.name;
    match (args.from, args.until, args.instead_of) {
        (Some(from), _, Some(seen)) if role == PartyRole::Main => {
            party::hand_over(tx, by, account, PersonId(seen), person, from)?;
            Ok(format!("{name} is the main customer from {from}"))
        }
        (Some(from), ..) => {
            party::join(tx, by, account, person, role, from)?;
            Ok(format!("{name} is {role} from {from}"))
        }
        (None, until, _) => {
            let on = until.ok_or_else(|| super::said("say --from or --until".to_owned()))?;
            party::leave(tx, by, account, person, role, on)?;
            Ok(format!("{name} is {role} up to {on}"))
        }
    }
}

fn register(tx: &mut Tx, args: &CustomerRegister) -> Result<String> {
    let account = super::account(tx, &args.account)?.id;
    let kinds = "program, concession, life-support or medical";
    let kind = super::word(&args.kind, RegistrationKind::from_word, kinds)?;
    let CustomerRegister { name, certificate, from, to, review, .. } = args;
    let (name, certificate) = (name.clone(), certificate.clone());
    let (from, to, review_on) = (*from, *to, *review);
    let new = NewRegistration { account, kind, name, certificate, from, to, review_on };
    let id = registration::register(tx, super::actor(), new)?;
    Ok(format!("registration {id}: {kind} from {from}"))
}

/// Says a detail of a subject, or ends it.
pub(super) fn say_detail(place: &Place, args: &Saying, subject: Subject) -> Result<()> {
    let Saying { kind, value, was, from, until } = args;
    let kinds = "a kind of detail that the help names";
    let kind = super::word(kind, DetailKind::from_word, kinds)?;
    let (db, by) = (super::open(place)?, super::actor());
    let said = match (from, until) {
        (Some(from), _) => {
            let was = was.as_deref();
            db.write(|tx| detail::set(tx, by, subject, kind, value, was, *from))?;
            format!("{kind} {value} from {from}")
        }
        (None, until) => {
            let on = until.unwrap_or(super::today(&db)?);
            db.write(|tx| detail::end(tx, by, subject, kind, value, on))?;
            format!("{kind} {value} up to {on}")
        }
    };
    say::line(said);
    Ok(())
}

fn show(place: &Place, number: &str, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    db.read(|tx| {
        let account = super::account(tx, number)?;
        let mut shown = Vec::new();
        let held = |from, to| on.is_none_or(|on| holds(from, to, on));
        let parties = store::party::of_account(tx, account.id)?;
        for it in parties.iter().filter(|it| held(it.from, it.to)) {
            let who = store::person::get(tx, it.person)?;
            let days = days(it.from, it.to);
            say::line(format_args!("{} (person {}) {}, {days}", who.name, who.id, it.role));
            if !shown.contains(&it.person) {
                about(tx, it.person, on)?;
                shown.push(it.person);
            }
        }
        let details = store::detail::of(tx, Subject::Account(account.id))?;
        details.iter().filter(|it| held(it.from, it.to)).for_each(detail_line);
        let all = store::registration::of_account(tx, account.id)?;
        all.iter().filter(|it| held(it.from, it.to)).for_each(list);
        for it in store::agreement::of_account(tx, account.id)? {
            if held(it.from, it.to) {
                let (id, point, tariff) = (it.id, it.service_point, &it.tariff);
                let days = days(it.from, it.to);
                say::line(format_args!(
                    "agreement {id}: service point {point} on {tariff}, {days}"
                ));
                terms(tx, id, on)?;
            }
        }
        Ok(())
    })
}

fn about(tx: &mut Tx, person: PersonId, on: Option<Date>) -> Result<()> {
    let consents = store::person::consents(tx, person)?;
    for it in store::person::contacts(tx, person)? {
        let holds_then = |may: &&Consent| match on {
            Some(on) => holds(may.from, may.to, on),
            None => may.to.is_none(),
        };
        let may = consents.iter().filter(|may| may.contact == it.id).filter(holds_then);
        let may: Vec<&str> = may.map(|it| it.purpose.word()).collect();
        let may = if may.is_empty() { "nothing agreed".to_owned() } else { may.join(", ") };
        let value = it.value.replace('\n', ", ");
        say::line(format_args!("  contact point {}: {} {value} ({may})", it.id, it.kind));
    }
    let details = store::detail::of(tx, Subject::Person(person))?;
    let then = details.iter().filter(|it| on.is_none_or(|on| holds(it.from, it.to, on)));
    then.for_each(detail_line);
    Ok(())
}

/// What an agreement says of itself: what is counted without a meter, such as lamps, is here.
pub(super) fn terms(tx: &mut Tx, id: AgreementId, on: Option<Date>) -> Result<()> {
    for said in Said::all(store::terms::get(tx, id)?) {
        let (_, _, (from, to)) = said.parts();
        if on.is_none_or(|on| holds(from, to, on)) {
            say::line(format_args!("    {said}"));
        }
    }
    Ok(())
}

/// One detail as a line.
pub(super) fn detail_line(it: &Detail) {
    say::line(format_args!("  {} {}, {}", it.kind, it.value, days(it.from, it.to)));
}

fn review(place: &Place, by: Date) -> Result<()> {
    let due = super::see(place)?.read(|tx| store::registration::to_review(tx, by, 1_000))?;
    if due.is_empty() {
        say::line(format_args!("no registration is to be looked at by {by}"));
    }
    due.iter().for_each(list);
    Ok(())
}

fn list(it: &Registration) {
    let review = it.review_on.map_or(String::new(), |on| format!(", to be reviewed on {on}"));
    let Registration { id, kind, name, certificate, from, to, .. } = it;
    let days = days(*from, *to);
    say::line(format_args!("registration {id}: {kind} {name}, {certificate}, {days}{review}"));
}

/// `from 2026-01-01` or `2026-01-01 to 2026-03-01`.
pub(super) fn days(from: Date, to: Option<Date>) -> String {
    to.map_or_else(|| format!("from {from}"), |to| format!("{from} to {to}"))
}
