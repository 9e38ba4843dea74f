//! Contacts with customers: what was said, on which channel, about what.

use jiff::Timestamp;

use crate::id::{AccountId, InteractionId, UserId};

/// One contact with a customer, or one note about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Which one.
    pub id: InteractionId,
    /// About whom.
    pub account: AccountId,
    /// How it happened.
    pub channel: InteractionChannel,
    /// When.
    pub at: Timestamp,
    /// The member of staff, if one took part.
    pub by: Option<UserId>,
    /// What happened, in a sentence or two.
    pub text: String,
}

/// How a contact happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionChannel {
    /// A telephone call.
    Phone,
    /// An e-mail.
    Email,
    /// A letter, a paper bill among them.
    Post,
    /// At the counter.
    Counter,
    /// The customer's own portal.
    Portal,
    /// Somebody in the field.
    Field,
    /// The system itself.
    System,
    /// A note by staff.
    Note,
}

words! {
    InteractionChannel {
        Phone = "phone", Email = "email", Post = "post", Counter = "counter", Portal = "portal",
        Field = "field", System = "system", Note = "note",
    }
}
