//! Documents: what was signed, certified or sent in, and what of the record it is about.

use jiff::Timestamp;

use crate::about::About;
use crate::id::{DocumentId, UserId};
use crate::permission::Permission;

/// A document; its bytes are kept apart, once for all documents that are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which one.
    pub id: DocumentId,
    /// The hash of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it is.
    pub media: Media,
    /// How many bytes it has.
    pub size_bytes: i64,
    /// What it is called.
    pub name: String,
    /// Whom or what it is about.
    pub about: About,
    /// When it was added.
    pub at: Timestamp,
    /// By whom; `None` for the operator.
    pub by: Option<UserId>,
    /// Why it was withdrawn, if it was: it is not shown any more.
    pub withdrawn: Option<String>,
}

/// What may be kept: what an office scans, and what a telephone photographs. Nothing that a browser
/// would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A PDF.
    Pdf,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    Webp,
    /// A TIFF picture, such as a fax.
    Tiff,
}

words! {
    Media {
        Pdf = "application/pdf", Jpeg = "image/jpeg", Png = "image/png", Webp = "image/webp",
        Tiff = "image/tiff",
    }
}

impl Media {
    /// What bytes are, by the first of them: a file's name says what somebody wished it were.
    pub fn of(bytes: &[u8]) -> Option<Media> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Media::Pdf),
            [0xff, 0xd8, 0xff, ..] => Some(Media::Jpeg),
            [0x89, b'P', b'N', b'G', ..] => Some(Media::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Media::Webp),
            [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => Some(Media::Tiff),
            _ => None,
        }
    }
}

/// What keeping documents about a thing takes: what it takes to keep the thing itself, and for an
/// order to ask for one.
pub fn needed(about: About) -> Permission {
    match about {
        About::Premise(_) | About::ServicePoint(_) => Permission::KeepPlaces,
        About::Meter(_) => Permission::KeepMeters,
        About::Order(_) => Permission::OrderWork,
        _ => Permission::KeepCustomers,
    }
}

/// Whether there may be documents about a thing: what is the customer's or the utility's, not what
/// the program makes of it.
pub fn may_be_about(about: About) -> bool {
    match about {
        About::Person(_)
        | About::Account(_)
        | About::Premise(_)
        | About::ServicePoint(_)
        | About::Meter(_)
        | About::Order(_) => true,
        About::Agreement(_)
        | About::Batch(_)
        | About::Window(_)
        | About::Bill(_)
        | About::Payment(_)
        | About::Interaction(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_its_first_bytes_say() {
        assert_eq!(Media::of(b"%PDF-1.7\n"), Some(Media::Pdf));
        assert_eq!(Media::of(b"II*\0 a fax"), Some(Media::Tiff));
        assert_eq!(Media::of(b"\xff\xd8\xff\xe0"), Some(Media::Jpeg));
        for other in [&b"<html>"[..], b"MZ", b"PK\x03\x04", b"", b"%PDF"] {
            assert_eq!(Media::of(other), None, "{other:?}");
        }
    }
}
