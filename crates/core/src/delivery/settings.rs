//! By which server, in whose name and in which envelopes bills are sent: a text, as a utility says it.

use std::fmt;

/// What a text of settings says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whom messages are from: `Alder Creek Light <bills@example.org>`.
    pub from: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The name and port of the server that takes messages.
    pub server: Option<(String, u16)>,
    /// How the connection to it is secured.
    pub tls: Tls,
    /// The name to sign in with at the server.
    pub user: Option<String>,
    /// Where the password is. It is not in here.
    pub password: Option<Password>,
    /// Whether a message brings the bill or says where it is.
    pub bill: Carried,
    /// Where somebody says that they want no more messages.
    pub unsubscribe: Option<String>,
    /// The address that another system is told at what became of bills.
    pub webhook: Option<String>,
    /// Where the secret is that this is signed with. It is not in here.
    pub webhook_secret: Option<Password>,
    /// The mailer's identifier of the Intelligent Mail barcode: 6 or 9 digits.
    pub mailer: Option<String>,
    /// The service type of the barcode: 3 digits.
    pub service: Option<String>,
    /// Sheets with inserts that an ounce holds; 0 is as 4.
    pub sheets: i64,
    /// Sheets that the mail house puts into every envelope.
    pub inserts: i64,
    /// Pieces that one person lets go at once; `None` where nobody said how many.
    pub most: Option<i64>,
}

/// How a connection is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// It begins plain and must be secured before anything is said.
    #[default]
    Starttls,
    /// It is secured from its first byte.
    Wrapped,
    /// It is plain: for a server on this machine.
    Plain,
}

/// Where a password is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// In a variable of the environment.
    Env(String),
    /// In a file, as its first line.
    File(String),
}

/// What a message brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Carried {
    /// The bill as a PDF.
    #[default]
    Attached,
    /// The address of the page where the customer signs in and sees it. Nothing of the account is in
    /// the address.
    Link(String),
}

words! { Tls { Starttls = "starttls", Wrapped = "wrapped", Plain = "plain" } }

/// Why a text is no settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSettings {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

/// Sheets in an ounce when nobody says how many.
const SHEETS: i64 = 4;

impl Settings {
    /// Reads a text. A line is a word and what is said by it; `#` begins a comment at the start of one.
    pub fn parse(text: &str) -> Result<Settings, NoSettings> {
        let mut settings = Settings::default();
        let (mut said, mut tls) = (Vec::new(), 0);
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let wrong = |what| NoSettings { line, what };
            let (word, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            if said.contains(&word) {
                return Err(wrong(format!("{word} is said twice; leave one")));
            }
            said.push(word);
            settings.take(word, value.trim()).map_err(wrong)?;
            if word == "tls" {
                tls = line;
            }
        }
        match &settings.server {
            // Passwords and bills would be read by whoever is between.
            Some((server, _)) if settings.tls == Tls::Plain && !is_here(server) => {
                Err(NoSettings {
                    line: tls,
                    what: format!("{server} is not on this machine; write starttls or wrapped"),
                })
            }
            _ => Ok(settings),
        }
    }

    /// Ounces that so many pages weigh, printed on both sides, with their inserts.
    pub fn ounces(&self, pages: i64) -> i64 {
        let an_ounce = if self.sheets == 0 { SHEETS } else { self.sheets };
        let sheets = sheets(pages) + self.inserts;
        (sheets + an_ounce - 1).div_euclid(an_ounce).max(1)
    }

    fn take(&mut self, word: &str, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err(format!("{word} says nothing; leave it out or say what"));
        }
        let text = || Some(value.to_owned());
        let digits = |counts: &[usize]| {
            counts.contains(&value.len()) && value.bytes().all(|it| it.is_ascii_digit())
        };
        match word {
            "from" | "reply-to" if !value.contains('@') => {
                Err(format!("{value} is no e-mail address"))
            }
            "from" => put(&mut self.from, text()),
            "reply-to" => put(&mut self.reply_to, text()),
            "server" => {
                let server = value.split_once(char::is_whitespace);
                let server = server.and_then(|(name, port)| {
                    Some((name.to_owned(), port.trim().parse().ok().filter(|it| 0 < *it)?))
                });
                let wrong = || format!("{value} is no server; write smtp.example.org 587");
                put(&mut self.server, Some(server.ok_or_else(wrong)?))
            }
            "tls" => {
                let wrong = || format!("{value} is no way; write starttls, wrapped or plain");
                self.tls = Tls::from_word(value).ok_or_else(wrong)?;
                Ok(())
            }
            "user" => put(&mut self.user, text()),
            "password" => put(&mut self.password, Some(secret(value)?)),
            "webhook-secret" => put(&mut self.webhook_secret, Some(secret(value)?)),
            // Plain only where nobody is between.
            "webhook"
                if value.starts_with("https://") || value.starts_with("http://127.0.0.1:") =>
            {
                put(&mut self.webhook, text())
            }
            "webhook" => Err(format!("{value}: write https://…")),
            "bill" => {
                self.bill = match value.split_once(char::is_whitespace) {
                    None if value == "attached" => Carried::Attached,
                    Some(("link", url)) if url.trim().starts_with("https://") => {
                        Carried::Link(url.trim().to_owned())
                    }
                    _ => return Err(format!("{value}: write attached or link https://…")),
                };
                Ok(())
            }
            "unsubscribe" if value.starts_with("https://") || value.starts_with("mailto:") => {
                put(&mut self.unsubscribe, text())
            }
            "unsubscribe" => Err(format!("{value}: write https://… or mailto:…")),
            "mailer" if digits(&[6, 9]) => put(&mut self.mailer, text()),
            "mailer" => Err(format!("{value} is no mailer identifier of 6 or 9 digits")),
            "service" if digits(&[3]) => put(&mut self.service, text()),
            "service" => Err(format!("{value} is no service type of 3 digits")),
            "sheets" => count(value, 1).map(|it| self.sheets = it),
            "most" => count(value, 1).map(|it| self.most = Some(it)),
            "inserts" => count(value, 0).map(|it| self.inserts = it),
            _ => Err(format!(
                "{word} is not known; write one of from, reply-to, server, tls, user, password, bill, \
                 unsubscribe, webhook, webhook-secret, mailer, service, sheets, inserts, most"
            )),
        }
    }
}

/// Sheets that so many pages take, printed on both sides.
pub fn sheets(pages: i64) -> i64 {
    (pages + 1).div_euclid(2)
}

/// Where a secret is. What was written is not repeated: it may be one.
pub(crate) fn secret(value: &str) -> Result<Password, String> {
    match value.split_once(char::is_whitespace) {
        Some(("env", name)) => Ok(Password::Env(name.trim().to_owned())),
        Some(("file", path)) => Ok(Password::File(path.trim().to_owned())),
        _ => Err("say where it is: env NAME or file PATH".to_owned()),
    }
}

fn put<T>(place: &mut Option<T>, value: Option<T>) -> Result<(), String> {
    *place = value;
    Ok(())
}

fn count(text: &str, least: i64) -> Result<i64, String> {
    let count = text.parse().ok().filter(|it| (least..=100).contains(it));
    count.ok_or_else(|| format!("{text} is no number of sheets from {least} to 100"))
}

impl fmt::Display for NoSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NoSettings {}

/// Whether a server is on this machine.
fn is_here(server: &str) -> bool {
    matches!(server, "localhost" | "::1" | "[::1]") || server.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_all_there_is_to_say() {
        let text = "# messages\nfrom Alder Creek <bills@example.org>\nreply-to help@example.org\n\
                    server smtp.example.org 587\ntls wrapped\nuser bills\npassword env SECRET\n\
                    bill link https://example.org/bills\nunsubscribe mailto:no@example.org\n\n\
                    mailer 123456\nservice 270\nsheets 3\ninserts 1\n";
        let it = Settings::parse(text).unwrap();
        assert_eq!(it.server, Some(("smtp.example.org".to_owned(), 587)));
        assert_eq!(it.password, Some(Password::Env("SECRET".to_owned())));
        assert_eq!(it.bill, Carried::Link("https://example.org/bills".to_owned()));
        assert_eq!((it.tls, it.sheets, it.inserts), (Tls::Wrapped, 3, 1));
    }

    #[test]
    fn sheets_are_weighed_with_their_inserts() {
        let it = Settings { inserts: 1, ..Settings::default() };
        for (pages, ounces) in [(1, 1), (2, 1), (6, 1), (7, 2), (14, 2), (15, 3)] {
            assert_eq!(it.ounces(pages), ounces, "{pages}");
        }
    }

    #[test]
    fn what_says_nothing_sensible_is_refused_with_its_line() {
        for (text, line, what) in [
            ("from", 1, "from says nothing; leave it out or say what"),
            ("\nfrom nobody", 2, "nobody is no e-mail address"),
            ("server smtp", 1, "smtp is no server; write smtp.example.org 587"),
            (
                "server mail.example.org 25\ntls plain",
                2,
                "mail.example.org is not on this machine; write starttls or wrapped",
            ),
            ("tls maybe", 1, "maybe is no way; write starttls, wrapped or plain"),
            ("password hunter2", 1, "say where it is: env NAME or file PATH"),
            ("webhook http://x", 1, "http://x: write https://…"),
            ("webhook-secret whsec_1", 1, "say where it is: env NAME or file PATH"),
            ("bill link http://x", 1, "link http://x: write attached or link https://…"),
            ("mailer 12", 1, "12 is no mailer identifier of 6 or 9 digits"),
            ("service 1", 1, "1 is no service type of 3 digits"),
            ("sheets 0", 1, "0 is no number of sheets from 1 to 100"),
            ("user a\nuser b", 2, "user is said twice; leave one"),
            ("unsubscribe here", 1, "here: write https://… or mailto:…"),
        ] {
            let what = what.to_owned();
            assert_eq!(Settings::parse(text), Err(NoSettings { line, what }), "{text}");
        }
        assert!(
            Settings::parse("colour blue").unwrap_err().what.starts_with("colour is not known")
        );
    }
}
