//! A utility's own layout of a form: text for the engine that sets it, in the place of the one that
//! comes with the program.

/// A form of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A bill.
    Bill,
    /// A bill in large print.
    LargePrint,
    /// The bills of several accounts on one.
    Summary,
    /// What stands in the place of bills that were wrong.
    Note,
    /// The first page of several bills that stand in the place of others: it asks for all of them.
    Corrected,
    /// A letter.
    Letter,
}

words! {
    Form {
        Bill = "bill", LargePrint = "large-print", Summary = "summary", Note = "note",
        Corrected = "corrected", Letter = "letter",
    }
}
