//! Why something is not delivered, or not said of a delivery.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::PackageId;
use meterbook_core::paper::letter::LetterCause;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDelivered {
    /// The way is stopped.
    Stopped {
        /// Which.
        way: Way,
        /// Why.
        why: String,
    },
    /// The way goes already, or is stopped already.
    StandsSo {
        /// Which.
        way: Way,
    },
    /// Nobody said of which days.
    NoDays,
    /// What was said is no day, or the days end before they begin.
    NotDays {
        /// What was said.
        said: String,
    },
    /// There is nothing of these days to be sent in this way.
    NothingDue {
        /// The way.
        way: Way,
    },
    /// There are more pieces than were expected.
    MoreThanExpected {
        /// The way.
        way: Way,
        /// How many there are.
        pieces: i64,
        /// How many were expected.
        expected: i64,
    },
    /// There are not more pieces than were expected.
    NotMore {
        /// How many there are.
        pieces: i64,
    },
    /// The number of pieces is not any more what was seen.
    NotAsSeen {
        /// How many there were.
        was: i64,
        /// How many there are.
        now: i64,
    },
    /// The settings do not say something that it takes.
    NotSet {
        /// The word in the settings.
        word: &'static str,
    },
    /// Settings are said already for that day.
    SaidBefore {
        /// The day.
        from: Date,
    },
    /// The text of settings is too long.
    TooLong,
    /// There is no such piece.
    Unknown {
        /// What was said.
        key: String,
    },
    /// The same was sent before.
    OnItsWay {
        /// What it is called.
        number: String,
    },
    /// What causes such a letter sends it by itself.
    GoesByItself {
        /// Which.
        cause: LetterCause,
    },
    /// Nobody was sent the bills that a correction took back.
    NobodyKnew {
        /// What its note is called.
        number: String,
    },
    /// A report is of no message that was sent last to that address.
    NotOurs {
        /// The Message-ID.
        message: String,
    },
    /// A piece does not go from where it stands to there.
    CannotBecome {
        /// Where it stands.
        state: State,
        /// Where it was to go.
        next: State,
    },
    /// Nobody said why.
    NoReason,
    /// There is no such package.
    NoPackage {
        /// What was said.
        id: PackageId,
    },
    /// A package that is made again is not what it was.
    NotTheSame {
        /// Which.
        id: PackageId,
        /// The hash of its manifest.
        was: String,
        /// What it would be now.
        now: String,
    },
    /// Where a package belongs there is something else.
    SomethingElse {
        /// Where.
        folder: PathBuf,
    },
}

impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDelivered::Stopped { way, why } => write!(
                f,
                "{way} is stopped ({why}); let it go on with: meterbook deliver switch {way} --on --why WHY"
            ),
            NotDelivered::StandsSo { way } => {
                write!(f, "{way} stands so already; see: meterbook deliver status")
            }
            NotDelivered::NoDays => f.write_str(
                "say the day of the bills; without one nothing is chosen, least of all everybody",
            ),
            NotDelivered::NotDays { said } => {
                write!(
                    f,
                    "{said} are no days; write a first one and, later, one that is not among them, such as 2026-08-04"
                )
            }
            NotDelivered::NothingDue { way } => {
                write!(f, "nothing of these days waits for {way}; see: meterbook deliver status")
            }
            NotDelivered::MoreThanExpected { way, pieces, expected } => write!(
                f,
                "{pieces} pieces wait for {way} and {expected} were expected; if that is right, ask a second person with: meterbook deliver let-go {way} --billed DAY --pieces {pieces} --why WHY"
            ),
            NotDelivered::NotMore { pieces } => {
                write!(f, "{pieces} pieces are not more than expected; send them")
            }
            NotDelivered::NotAsSeen { was, now } => {
                write!(f, "{now} pieces wait now and not {was}; look again, and ask again")
            }
            NotDelivered::NotSet { word } => write!(
                f,
                "the settings do not say {word}; say them with: meterbook deliver settings FILE"
            ),
            NotDelivered::SaidBefore { from } => write!(
                f,
                "settings from {from} are said already, and what was said stays; choose a later day"
            ),
            NotDelivered::TooLong => f.write_str("settings have at most 10000 bytes"),
            NotDelivered::Unknown { key } => {
                write!(
                    f,
                    "no piece is called {key}; a piece is number/person/way, such as B-260202-10000001/1/email"
                )
            }
            NotDelivered::GoesByItself { cause } => write!(
                f,
                "a letter of {cause} is sent by what causes it; draw the last one without --send, or queue it again: meterbook deliver decide"
            ),
            NotDelivered::OnItsWay { number } => write!(
                f,
                "{number} is on its way already; send it again with: meterbook deliver decide {number}/PERSON/WAY queued --why WHY"
            ),
            NotDelivered::NobodyKnew { number } => write!(
                f,
                "nobody was sent the bills that {number} is about; the bills in their place are sent by themselves"
            ),
            NotDelivered::NotOurs { message } => write!(
                f,
                "{message} is no message that was sent last to the address in the report; a person has to read it"
            ),
            NotDelivered::CannotBecome { state, next } => {
                write!(f, "a piece that is {state} does not become {next}")
            }
            NotDelivered::NoPackage { id } => {
                write!(f, "there is no package {id}; see: meterbook deliver status")
            }
            NotDelivered::NotTheSame { id, was, now } => write!(
                f,
                "package {id} was {was} and would be {now} now; it was not written: look at what changed, the drawn bills or the settings"
            ),
            NotDelivered::SomethingElse { folder } => write!(
                f,
                "{} is there and is not this package; move it away, or name another folder",
                folder.display()
            ),
            NotDelivered::NoReason => f.write_str("say why; whoever looks at it later will ask"),
        }
    }
}

impl std::error::Error for NotDelivered {}
