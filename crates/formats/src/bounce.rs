//! Reports of what became of messages (RFC 3464), as mail servers write them back.

use std::fmt;

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// What a report says of one message to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The Message-ID of the message, without its angle brackets.
    pub message: String,
    /// The addresses it may have gone to: as the report says, and as the message itself did.
    pub addresses: Vec<String>,
    /// What became of it.
    pub became: Became,
    /// The status and what the other server said.
    pub said: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was given up.
    Failed,
    /// It is still tried.
    Delayed,
    /// It is in the mailbox.
    Delivered,
    /// It went on to where nothing is reported.
    Relayed,
}

/// Why a message is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReport {
    /// It is no message at all.
    NoMessage,
    /// It is an answer of a person or of a machine, and says nothing of a delivery.
    NoStatus,
    /// It does not say of which message.
    NoMessageId,
    /// It says of no address what became of the message.
    NoAddress,
}

/// The messages in a file: a mailbox, whose messages begin with `From `, or one message.
pub fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    if !bytes.starts_with(b"From ") {
        return vec![bytes.to_vec()];
    }
    let all = MessageIterator::new(bytes).filter_map(Result::ok);
    all.map(mail_parser::mailbox::mbox::Message::unwrap_contents).collect()
}

/// Reads a report.
pub fn read(message: &[u8]) -> Result<Vec<Report>, NoReport> {
    let message = MessageParser::default().parse(message).ok_or(NoReport::NoMessage)?;
    let status = part(&message, "message", "delivery-status").ok_or(NoReport::NoStatus)?;
    let (id, to) = returned(&message).ok_or(NoReport::NoMessageId)?;
    // The first group is of the message, each of the others of one address.
    let text = String::from_utf8_lossy(status.contents()).replace("\r\n", "\n");
    let groups = text.split("\n\n").filter_map(|it| {
        let group = format!("{}\n\n", it.trim_start_matches('\n'));
        let fields = MessageParser::default().parse_headers(group.as_bytes())?.into_owned();
        report(&fields, &id, &to)
    });
    let reports: Vec<Report> = groups.collect();
    if reports.is_empty() { Err(NoReport::NoAddress) } else { Ok(reports) }
}

fn report(fields: &Message<'_>, id: &str, to: &[String]) -> Option<Report> {
    let field = |name: &'static str| fields.header_raw(name).map(closed_up);
    let became = match field("Action")?.to_ascii_lowercase().as_str() {
        "failed" => Became::Failed,
        "delayed" => Became::Delayed,
        "delivered" => Became::Delivered,
        "relayed" | "expanded" => Became::Relayed,
        _ => return None,
    };
    // `rfc822; somebody@example.org`
    let address = |name| field(name).map(|it| after(&it).to_owned());
    let mut addresses: Vec<String> =
        ["Original-Recipient", "Final-Recipient"].into_iter().filter_map(address).collect();
    addresses.extend_from_slice(to);
    let said = [field("Status"), field("Diagnostic-Code").map(|it| after(&it).to_owned())];
    let said = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(Report { message: id.to_owned(), addresses, became, said })
}

/// What follows the kind that a field begins with.
fn after(text: &str) -> &str {
    text.split_once(';').map_or(text, |it| it.1).trim()
}

/// A field that was broken over lines, as one.
fn closed_up(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Message-ID of the message that a report is about, and whom that was to.
fn returned(message: &Message<'_>) -> Option<(String, Vec<String>)> {
    let of = |it: &Message<'_>| {
        let to = it.to().into_iter().flat_map(|it| it.iter());
        let to = to.filter_map(|it| it.address().map(str::to_owned)).collect();
        it.message_id().map(|id| (id.to_owned(), to))
    };
    let whole = message.parts.iter().find_map(|it| match &it.body {
        PartType::Message(it) => of(it),
        _ => None,
    });
    whole.or_else(|| {
        let headers = part(message, "text", "rfc822-headers")?;
        of(&MessageParser::default().parse_headers(headers.contents())?)
    })
}

fn part<'a>(message: &'a Message<'_>, kind: &str, wanted: &str) -> Option<&'a MessagePart<'a>> {
    message.parts.iter().find(|it| {
        it.content_type().is_some_and(|it| {
            it.ctype().eq_ignore_ascii_case(kind)
                && it.subtype().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
        })
    })
}

impl fmt::Display for NoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoReport::NoMessage => "it is no message",
            NoReport::NoStatus => "it is no report of a delivery; a person has to read it",
            NoReport::NoMessageId => "it does not say which message came back",
            NoReport::NoAddress => "it does not say what became of the message",
        })
    }
}

impl std::error::Error for NoReport {}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Reporting-MTA: dns; mx.example.org\nArrival-Date: Tue, 3 Feb 2026 09:00:00 +0000\n\n\
        Final-Recipient: rfc822; Rosa@example.org\nOriginal-Recipient: rfc822;rosa@example.org\n\
        Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mail.example.org\n\
        Diagnostic-Code: smtp; 550 5.1.1 <rosa@example.org>: User\n    unknown\n";
    const HEADERS: &str = "From: bills@utility.example\nTo: rosa@example.org\nSubject: Your bill\n\
        Message-ID: <B-260202-10000001.1.1@utility.example>\n";

    fn bounce(status: &str, kind: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\nTo: bills@utility.example\nSubject: Undelivered\n\
             MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\
             \tboundary=\"B\"\n\nThis is a MIME message.\n\n--B\nContent-Type: text/plain\n\n\
             I am sorry.\n\n--B\nContent-Type: message/delivery-status\n\n{status}\n\
             --B\nContent-Type: {kind}\n\n{returned}\n--B--\n"
        )
    }

    fn expected() -> Report {
        Report {
            message: "B-260202-10000001.1.1@utility.example".to_owned(),
            addresses: ["rosa@example.org", "Rosa@example.org", "rosa@example.org"]
                .map(str::to_owned)
                .to_vec(),
            became: Became::Failed,
            said: "5.1.1 550 5.1.1 <rosa@example.org>: User unknown".to_owned(),
        }
    }

    #[test]
    fn a_report_says_which_message_and_what_became_of_it() {
        let headers = bounce(STATUS, "text/rfc822-headers", HEADERS);
        assert_eq!(read(headers.as_bytes()), Ok(vec![expected()]));
        let whole = bounce(STATUS, "message/rfc822", &format!("{HEADERS}\nThe bill.\n"));
        assert_eq!(read(whole.as_bytes()), Ok(vec![expected()]));
        let crlf = whole.replace('\n', "\r\n");
        assert_eq!(read(crlf.as_bytes()), Ok(vec![expected()]));
        for (word, became) in [
            ("delayed", Became::Delayed),
            ("delivered", Became::Delivered),
            ("relayed", Became::Relayed),
        ] {
            let other = headers.replace("Action: failed", &format!("Action: {word}"));
            assert_eq!(read(other.as_bytes()).unwrap()[0].became, became);
        }
    }

    #[test]
    fn what_is_no_report_is_said() {
        let plain = "From: rosa@example.org\nSubject: I am away\n\nBack in May.\n";
        assert_eq!(read(plain.as_bytes()), Err(NoReport::NoStatus));
        let no_id = bounce(STATUS, "text/rfc822-headers", "Subject: Your bill\n");
        assert_eq!(read(no_id.as_bytes()), Err(NoReport::NoMessageId));
        let nobody = bounce("Reporting-MTA: dns; mx\n", "text/rfc822-headers", HEADERS);
        assert_eq!(read(nobody.as_bytes()), Err(NoReport::NoAddress));
        assert!(read(b"").is_err());
    }

    #[test]
    fn a_mailbox_is_read_message_by_message() {
        let one = bounce(STATUS, "text/rfc822-headers", HEADERS);
        let two = format!(
            "From MAILER-DAEMON Tue Feb  3 09:00:00 2026\n{one}\nFrom MAILER-DAEMON Tue Feb  3 09:00:01 2026\n{one}"
        );
        let all = messages(two.as_bytes());
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|it| read(it) == Ok(vec![expected()])));
        assert_eq!(messages(one.as_bytes()), [one.into_bytes()]);
    }
}
