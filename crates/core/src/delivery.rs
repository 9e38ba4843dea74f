//! How bills and other paper get to people: who gets them, in which way, and what became of each piece.

pub mod envelope;
pub mod imb;
pub mod mailing;
pub mod retry;
pub mod settings;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::id::{AccountId, BillId, CorrectionId, MailingId, PersonId, PieceId};
use crate::party::PartyRole;
use crate::person::Language;

/// A way in which paper gets to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// On paper, by the mail house.
    Post,
    /// As a message.
    Email,
    /// It is not sent; it waits to be fetched.
    Collect,
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits to be sent.
    Queued,
    /// Somebody is at it: the next thing heard is how it went.
    Sending,
    /// Whoever carries it took it.
    Sent,
    /// It came to its person.
    Delivered,
    /// It cannot come to its person.
    Bounced,
    /// Nobody can say whether it was taken. It is never sent again by itself.
    Unknown,
}

/// What a piece has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enclosed {
    /// A bill.
    Bill(BillId),
    /// What became of bills that were wrong: a correction or a credit note.
    Note(CorrectionId),
    /// The bills of several accounts on one.
    Summary(MailingId),
    /// A letter.
    Letter(MailingId),
}

/// A sort of what goes to customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperKind {
    /// A bill.
    Bill,
    /// A correction or a credit note.
    Note,
    /// A summary bill.
    Summary,
    /// A letter.
    Letter,
}

/// How the bills of an account are sent, as somebody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// On paper.
    Post,
    /// By e-mail.
    Email,
    /// Both.
    Both,
    /// Not at all.
    None,
}

words! {
    PaperKind { Bill = "bill", Note = "note", Summary = "summary", Letter = "letter" }
    Way { Post = "post", Email = "email", Collect = "collect" }
    State {
        Queued = "queued", Sending = "sending", Sent = "sent", Delivered = "delivered",
        Bounced = "bounced", Unknown = "unknown",
    }
    Choice { Post = "post", Email = "email", Both = "both", None = "none" }
}

/// A bill or other paper on its way to one person in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which one.
    pub id: PieceId,
    /// What is in it.
    pub enclosed: Enclosed,
    /// What that is called, as on its pages: `B-260202-10000001`, `C-17`.
    pub number: String,
    /// Whose it is.
    pub account: AccountId,
    /// Who gets it.
    pub person: PersonId,
    /// What they are to the account.
    pub role: PartyRole,
    /// How.
    pub way: Way,
    /// Where to: the lines of an envelope or an e-mail address. Empty when nobody said where.
    pub address: String,
}

/// Something that happened to a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The number among the piece's events, from 1.
    pub position: i64,
    /// What became of it.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// What a server or a person said of it.
    pub detail: String,
}

/// A person who gets an account's bills, with what is known of how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The account.
    pub account: AccountId,
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// The language they are written to in.
    pub language: Language,
    /// What they are to the account.
    pub role: PartyRole,
    /// Whether they would rather be reached by e-mail, if they said.
    pub rather_email: Option<bool>,
    /// An e-mail address that they agreed to get bills at.
    pub email: Option<String>,
    /// A postal address of their own.
    pub post: Option<String>,
}

/// Whoever gets a copy without being the main customer.
pub const COPIES: &[PartyRole] = &[PartyRole::CopyOfBill, PartyRole::Payer, PartyRole::Landlord];

/// What a piece is once: what is in it, person and way.
pub fn key(number: &str, person: PersonId, way: Way) -> String {
    format!("{number}/{person}/{way}")
}

impl Enclosed {
    /// Which sort it is.
    pub const fn kind(self) -> PaperKind {
        match self {
            Enclosed::Bill(_) => PaperKind::Bill,
            Enclosed::Note(_) => PaperKind::Note,
            Enclosed::Summary(_) => PaperKind::Summary,
            Enclosed::Letter(_) => PaperKind::Letter,
        }
    }
}

/// The ways in which a bill gets to its recipients, each person and way once. Everybody gets it in one
/// way at least: an e-mail nobody agreed to is paper instead.
pub fn ways<'a>(
    choice: Option<Choice>,
    envelope: &str,
    recipients: &'a [Recipient],
) -> Vec<(&'a Recipient, Way, String)> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for it in recipients {
        let ways = match it.role {
            PartyRole::Main => of_customer(choice, envelope, it),
            _ => vec![of_copy(it)],
        };
        for (way, address) in ways {
            if seen.insert((it.person, way)) {
                found.push((it, way, address));
            }
        }
    }
    found
}

fn of_customer(choice: Option<Choice>, envelope: &str, it: &Recipient) -> Vec<(Way, String)> {
    let paper = || (Way::Post, envelope.to_owned());
    let choice = choice.unwrap_or(match it.rather_email {
        Some(true) => Choice::Email,
        _ => Choice::Post,
    });
    let message = it.email.clone().map(|email| (Way::Email, email));
    match choice {
        Choice::Post => vec![paper()],
        Choice::Email => vec![message.unwrap_or_else(paper)],
        Choice::Both => std::iter::once(paper()).chain(message).collect(),
        Choice::None => vec![(Way::Collect, String::new())],
    }
}

/// A copy goes to the person's own address, never to the customer's.
fn of_copy(it: &Recipient) -> (Way, String) {
    let paper = it.post.as_ref().map(|lines| (Way::Post, envelope(&it.name, lines)));
    let message = it.email.clone().map(|email| (Way::Email, email));
    let found = if it.rather_email == Some(true) { message.or(paper) } else { paper.or(message) };
    found.unwrap_or((Way::Post, String::new()))
}

/// The lines of an envelope.
pub fn envelope(name: &str, lines: &str) -> String {
    format!("{name}\n{lines}")
}

impl State {
    /// Whether a piece may go from here to there. What is unknown goes on when somebody or a bounce
    /// says what became of it.
    pub fn may_become(self, next: State) -> bool {
        use State::{Bounced, Delivered, Queued, Sending, Sent, Unknown};
        match self {
            Queued => matches!(next, Sending | Bounced | Delivered),
            Sending => matches!(next, Queued | Sent | Bounced | Unknown),
            Sent => matches!(next, Delivered | Bounced | Queued),
            Unknown => matches!(next, Sent | Delivered | Bounced | Queued),
            Bounced => matches!(next, Queued),
            Delivered => matches!(next, Bounced | Queued),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main(rather_email: Option<bool>, email: Option<&str>) -> Recipient {
        Recipient {
            account: AccountId(1),
            person: PersonId(1),
            name: "Dana Okafor".to_owned(),
            language: Language::English,
            role: PartyRole::Main,
            rather_email,
            email: email.map(str::to_owned),
            post: None,
        }
    }

    fn copy(person: i64, email: Option<&str>, post: Option<&str>) -> Recipient {
        Recipient {
            person: PersonId(person),
            name: "Bell Street LLC".to_owned(),
            role: PartyRole::CopyOfBill,
            post: post.map(str::to_owned),
            ..main(None, email)
        }
    }

    fn said(choice: Option<Choice>, recipients: &[Recipient]) -> Vec<(i64, Way, String)> {
        let all = ways(choice, "Dana Okafor\n4 Maple St", recipients);
        all.into_iter().map(|(it, way, address)| (it.person.0, way, address)).collect()
    }

    #[test]
    fn everybody_gets_a_bill_in_some_way() {
        let paper = (1, Way::Post, "Dana Okafor\n4 Maple St".to_owned());
        let message = (1, Way::Email, "d@example.org".to_owned());
        let agreed = main(None, Some("d@example.org"));
        assert_eq!(said(None, std::slice::from_ref(&agreed)), std::slice::from_ref(&paper));
        assert_eq!(
            said(Some(Choice::Email), std::slice::from_ref(&agreed)),
            std::slice::from_ref(&message)
        );
        assert_eq!(
            said(Some(Choice::Email), &[main(None, None)]),
            std::slice::from_ref(&paper),
            "no consent"
        );
        let both = [paper.clone(), message.clone()];
        assert_eq!(said(Some(Choice::Both), std::slice::from_ref(&agreed)), both);
        assert_eq!(said(Some(Choice::None), &[agreed]), [(1, Way::Collect, String::new())]);
        let rather = main(Some(true), Some("d@example.org"));
        assert_eq!(said(None, std::slice::from_ref(&rather)), [message]);
        assert_eq!(said(Some(Choice::Post), &[rather]), [paper]);
    }

    #[test]
    fn a_copy_never_goes_to_the_customers_address() {
        let own = copy(2, None, Some("PO Box 9\nSeattle WA 98101"));
        let at = "Bell Street LLC\nPO Box 9\nSeattle WA 98101".to_owned();
        assert_eq!(said(None, &[own]), [(2, Way::Post, at)]);
        let email = copy(2, Some("ap@example.org"), None);
        assert_eq!(said(None, &[email]), [(2, Way::Email, "ap@example.org".to_owned())]);
        assert_eq!(said(None, &[copy(2, None, None)]), [(2, Way::Post, String::new())]);
    }

    #[test]
    fn who_is_two_things_to_an_account_gets_one_piece() {
        let payer = Recipient { role: PartyRole::Payer, ..copy(2, None, Some("PO Box 9")) };
        assert_eq!(said(None, &[copy(2, None, Some("PO Box 9")), payer]).len(), 1);
    }

    #[test]
    fn what_is_unknown_is_not_sent_without_somebody_who_says_so() {
        assert!(!State::Unknown.may_become(State::Sending));
        assert!(!State::Sent.may_become(State::Sending));
        for state in State::ALL {
            assert_eq!(state.may_become(State::Sending), *state == State::Queued, "{state}");
        }
    }
}
