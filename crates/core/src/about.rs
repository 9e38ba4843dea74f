//! What a task, a contact or a line of a history is about: one thing of the record, by its id.

use crate::id::{
    AccountId, AgreementId, BatchId, BillId, InteractionId, MeterId, PaymentId, PersonId,
    PremiseId, ServicePointId, WindowId,
};

macro_rules! abouts {
    ($($(#[$doc:meta])* $name:ident($id:ty) = $word:literal),* $(,)?) => {
        /// One thing of the record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum About {
            $($(#[$doc])* $name($id)),*
        }

        impl About {
            /// The word for what sort of thing it is.
            pub const fn word(self) -> &'static str {
                match self { $(About::$name(_) => $word),* }
            }

            /// Its id.
            pub fn id(self) -> i64 {
                match self { $(About::$name(id) => id.into()),* }
            }

            /// The thing of this sort with this id.
            pub fn of(word: &str, id: i64) -> Option<About> {
                match word { $($word => Some(About::$name(<$id>::from(id))),)* _ => None }
            }
        }
    };
}

abouts! {
    /// A person or an organisation.
    Person(PersonId) = "person",
    /// An account.
    Account(AccountId) = "account",
    /// A premise.
    Premise(PremiseId) = "premise",
    /// A service point.
    ServicePoint(ServicePointId) = "service-point",
    /// A service agreement.
    Agreement(AgreementId) = "agreement",
    /// A meter.
    Meter(MeterId) = "meter",
    /// An imported file.
    Batch(BatchId) = "batch",
    /// A turn of a bill cycle.
    Window(WindowId) = "window",
    /// A bill.
    Bill(BillId) = "bill",
    /// A payment.
    Payment(PaymentId) = "payment",
    /// A contact with a customer.
    Interaction(InteractionId) = "interaction",
    /// Work in the field, by its number.
    Order(i64) = "order",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_again_by_its_word_and_id() {
        for about in [About::Account(AccountId(7)), About::Bill(BillId(8)), About::Order(9)] {
            assert_eq!(About::of(about.word(), about.id()), Some(about));
        }
        assert_eq!(About::of("anything", 1), None);
    }
}
