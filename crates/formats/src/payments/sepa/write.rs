//! Writing pain.008: direct debits of SEPA, core and B2B, in the order of the schema and with the
//! letters of the rulebook.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use jiff::civil::{Date, DateTime};
use meterbook_core::bank::{Bic, CreditorId, Iban};
use meterbook_core::money::Money;

use super::super::letters::plain;

/// The most of one debit: 999,999,999.99.
const MOST_CENTS: i64 = 99_999_999_999;

/// Which schema a bank takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// pain.008.001.02, of the rulebooks up to 2023.
    V02,
    /// pain.008.001.08, of the rulebooks since.
    V08,
}

impl Version {
    fn namespace(self) -> &'static str {
        match self {
            Version::V02 => "urn:iso:std:iso:20022:tech:xsd:pain.008.001.02",
            Version::V08 => "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08",
        }
    }

    fn bic(self) -> &'static str {
        match self {
            Version::V02 => "BIC",
            Version::V08 => "BICFI",
        }
    }
}

/// Whom debits are taken from, by the rulebook that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// Anybody; refunded on demand for eight weeks.
    Core,
    /// Businesses, which have no refund.
    B2b,
}

/// Which of a mandate's debits it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// The first of several.
    First,
    /// One of several.
    Recurring,
    /// The only one.
    OneOff,
    /// The last of several.
    Final,
}

impl Sequence {
    fn word(self) -> &'static str {
        match self {
            Sequence::First => "FRST",
            Sequence::Recurring => "RCUR",
            Sequence::OneOff => "OOFF",
            Sequence::Final => "FNAL",
        }
    }
}

/// Who collects.
#[derive(Clone, Debug)]
pub struct Creditor {
    /// The name, as customers know it.
    pub name: String,
    /// The creditor's number.
    pub id: CreditorId,
    /// Where the money goes.
    pub iban: Iban,
    /// That bank, where it must be said.
    pub bic: Option<Bic>,
}

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its own id; no other message of the creditor has it.
    pub id: String,
    /// When it is made, by the creditor's clock.
    pub made: DateTime,
    /// Who collects.
    pub creditor: Creditor,
    /// What is collected.
    pub collections: Vec<NewCollection>,
}

/// Debits of one day, scheme and sequence.
#[derive(Clone, Debug)]
pub struct NewCollection {
    /// Its own id.
    pub id: String,
    /// The scheme.
    pub instrument: Instrument,
    /// Which of their mandates' debits they are.
    pub sequence: Sequence,
    /// The day on which accounts are to be debited.
    pub on: Date,
    /// The debits.
    pub debits: Vec<NewDebit>,
}

/// A debit to be written.
#[derive(Clone, Debug)]
pub struct NewDebit {
    /// The id that comes back with it.
    pub end_to_end: String,
    /// How much, in euro.
    pub amount: Money,
    /// The mandate.
    pub mandate: String,
    /// The day on which it was signed.
    pub signed: Date,
    /// What of the mandate is different since the debit before.
    pub amended: Option<Amended>,
    /// Whose account it is.
    pub name: String,
    /// The account.
    pub iban: Iban,
    /// Its bank, where it must be said.
    pub bic: Option<Bic>,
    /// What it is for.
    pub remittance: Remittance,
}

/// What of a mandate is different.
#[derive(Clone, Debug)]
pub enum Amended {
    /// It had another id.
    Mandate {
        /// Which.
        before: String,
    },
    /// The account was another.
    Account,
}

/// What a debit is for.
#[derive(Clone, Debug)]
pub enum Remittance {
    /// In words.
    Text(String),
    /// By a creditor's reference (ISO 11649): RF, two digits and its own.
    Reference(String),
}

/// Why no message is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotWritten {
    /// There is no collection, or one has no debit.
    Nothing,
    /// An amount is not between 0.01 and 999,999,999.99.
    Amount {
        /// The debit.
        end_to_end: String,
        /// Its amount.
        amount: Money,
    },
    /// An id is empty, longer than 35, begins with a slash, or has letters that SEPA has not.
    Id {
        /// Which.
        what: &'static str,
        /// What it is.
        given: String,
    },
    /// An id stands twice.
    Twice {
        /// Which.
        what: &'static str,
        /// What it is.
        given: String,
    },
    /// A name or a text is empty.
    Empty {
        /// Which.
        what: &'static str,
        /// Of which debit or collection.
        of: String,
    },
    /// A creditor's reference has a wrong check.
    Reference {
        /// The debit.
        end_to_end: String,
    },
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWritten::Nothing => {
                f.write_str("a collection without debits is not sent; leave it out")
            }
            NotWritten::Amount { end_to_end, amount } => write!(
                f,
                "debit {end_to_end} is of {}; a debit is from 0.01 to 999999999.99",
                amount.plain()
            ),
            NotWritten::Id { what, given } => write!(
                f,
                "the {what} {given} is not taken: 1 to 35 of A-Z a-z 0-9 + ? - : ( ) . , ' and blanks, without a slash at its ends"
            ),
            NotWritten::Twice { what, given } => {
                write!(f, "the {what} {given} stands twice; each is there once")
            }
            NotWritten::Empty { what, of } => write!(f, "the {what} of {of} is empty"),
            NotWritten::Reference { end_to_end } => write!(
                f,
                "the reference of debit {end_to_end} is wrong; it is RF, two check digits and up to 21 letters and digits"
            ),
        }
    }
}

impl std::error::Error for NotWritten {}

/// Writes a message.
///
/// # Errors
/// What the rulebook would not take, with the debit.
pub fn write(message: &Message, version: Version) -> Result<String, NotWritten> {
    let nothing = message.collections.iter().any(|it| it.debits.is_empty());
    if nothing || message.collections.is_empty() {
        return Err(NotWritten::Nothing);
    }
    unique(message)?;
    let mut xml = Xml { text: String::new(), version };
    xml.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    xml.line(&format!("<Document xmlns=\"{}\">\n<CstmrDrctDbtInitn>", version.namespace()));
    let debits: Vec<&NewDebit> = message.collections.iter().flat_map(|it| &it.debits).collect();
    let creditor = name(&message.creditor.name, "creditor")?;
    xml.line("<GrpHdr>");
    xml.leaf("MsgId", &id(&message.id, "message")?);
    xml.leaf("CreDtTm", &message.made.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    xml.totals(debits.into_iter())?;
    xml.line(&format!("<InitgPty><Nm>{creditor}</Nm></InitgPty>\n</GrpHdr>"));
    for collection in &message.collections {
        xml.collection(collection, &message.creditor, &creditor)?;
    }
    xml.line("</CstmrDrctDbtInitn>\n</Document>");
    Ok(xml.text)
}

fn unique(message: &Message) -> Result<(), NotWritten> {
    let mut seen = BTreeSet::new();
    let debits = message.collections.iter().flat_map(|it| &it.debits);
    let ids = message.collections.iter().map(|it| ("collection", &it.id));
    for (what, given) in ids.chain(debits.map(|it| ("debit", &it.end_to_end))) {
        if !seen.insert((what, given)) {
            return Err(NotWritten::Twice { what, given: given.clone() });
        }
    }
    Ok(())
}

struct Xml {
    text: String,
    version: Version,
}

impl Xml {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn leaf(&mut self, name: &str, text: &str) {
        // Writing into a String does not fail, and the letters of SEPA need no escape.
        let _ = writeln!(self.text, "<{name}>{text}</{name}>");
    }

    fn totals<'a>(&mut self, debits: impl Iterator<Item = &'a NewDebit>) -> Result<(), NotWritten> {
        let (mut many, mut cents) = (0_u64, 0_i64);
        for it in debits {
            if !(1..=MOST_CENTS).contains(&it.amount.cents()) {
                let end_to_end = it.end_to_end.clone();
                return Err(NotWritten::Amount { end_to_end, amount: it.amount });
            }
            many += 1;
            cents += it.amount.cents();
        }
        self.leaf("NbOfTxs", &many.to_string());
        self.leaf("CtrlSum", &Money::from_cents(cents).plain());
        Ok(())
    }

    fn collection(
        &mut self,
        it: &NewCollection,
        creditor: &Creditor,
        creditor_name: &str,
    ) -> Result<(), NotWritten> {
        let instrument = match it.instrument {
            Instrument::Core => "CORE",
            Instrument::B2b => "B2B",
        };
        self.line("<PmtInf>");
        self.leaf("PmtInfId", &id(&it.id, "collection")?);
        self.leaf("PmtMtd", "DD");
        self.leaf("BtchBookg", "true");
        self.totals(it.debits.iter())?;
        self.line(&format!(
            "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>{instrument}</Cd></LclInstrm><SeqTp>{}</SeqTp></PmtTpInf>",
            it.sequence.word()
        ));
        self.leaf("ReqdColltnDt", &it.on.to_string());
        self.line(&format!("<Cdtr><Nm>{creditor_name}</Nm></Cdtr>"));
        self.line(&format!("<CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct>", creditor.iban.text()));
        self.bank("CdtrAgt", creditor.bic.as_ref());
        self.leaf("ChrgBr", "SLEV");
        self.line(&format!(
            "<CdtrSchmeId><Id><PrvtId><Othr><Id>{}</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></CdtrSchmeId>",
            creditor.id.text()
        ));
        for debit in &it.debits {
            self.debit(debit)?;
        }
        self.line("</PmtInf>");
        Ok(())
    }

    fn bank(&mut self, name: &str, bic: Option<&Bic>) {
        let tag = self.version.bic();
        let bank = match bic {
            Some(bic) => format!("<{tag}>{}</{tag}>", bic.text()),
            None => "<Othr><Id>NOTPROVIDED</Id></Othr>".to_owned(),
        };
        self.line(&format!("<{name}><FinInstnId>{bank}</FinInstnId></{name}>"));
    }

    fn debit(&mut self, it: &NewDebit) -> Result<(), NotWritten> {
        let end_to_end = id(&it.end_to_end, "debit")?;
        self.line("<DrctDbtTxInf>");
        self.line(&format!("<PmtId><EndToEndId>{end_to_end}</EndToEndId></PmtId>"));
        self.line(&format!("<InstdAmt Ccy=\"EUR\">{}</InstdAmt>", it.amount.plain()));
        self.line("<DrctDbtTx><MndtRltdInf>");
        self.leaf("MndtId", &id(&it.mandate, "mandate")?);
        self.leaf("DtOfSgntr", &it.signed.to_string());
        self.leaf("AmdmntInd", if it.amended.is_some() { "true" } else { "false" });
        match &it.amended {
            None => {}
            Some(Amended::Mandate { before }) => {
                let before = id(before, "mandate before")?;
                self.line(&format!("<AmdmntInfDtls><OrgnlMndtId>{before}</OrgnlMndtId></AmdmntInfDtls>"));
            }
            // SMNDA: the same mandate, another account. Where that stands changed with the version.
            Some(Amended::Account) => self.line(match self.version {
                Version::V02 => {
                    "<AmdmntInfDtls><OrgnlDbtrAgt><FinInstnId><Othr><Id>SMNDA</Id></Othr></FinInstnId></OrgnlDbtrAgt></AmdmntInfDtls>"
                }
                Version::V08 => {
                    "<AmdmntInfDtls><OrgnlDbtrAcct><Id><Othr><Id>SMNDA</Id></Othr></Id></OrgnlDbtrAcct></AmdmntInfDtls>"
                }
            }),
        }
        self.line("</MndtRltdInf></DrctDbtTx>");
        self.bank("DbtrAgt", it.bic.as_ref());
        self.line(&format!("<Dbtr><Nm>{}</Nm></Dbtr>", name(&it.name, &end_to_end)?));
        self.line(&format!("<DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>", it.iban.text()));
        let remittance = match &it.remittance {
            Remittance::Text(text) => {
                format!("<Ustrd>{}</Ustrd>", words(text, 140, "text", &end_to_end)?)
            }
            Remittance::Reference(text) => format!(
                "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp><Ref>{}</Ref></CdtrRefInf></Strd>",
                reference(text, &end_to_end)?
            ),
        };
        self.line(&format!("<RmtInf>{remittance}</RmtInf>\n</DrctDbtTxInf>"));
        Ok(())
    }
}

/// Letters that SEPA has.
fn is_taken(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter)
}

fn id(text: &str, what: &'static str) -> Result<String, NotWritten> {
    let given = text.to_owned();
    let slashed = text.starts_with('/') || text.ends_with('/') || text.contains("//");
    let short = (1..=35).contains(&text.len()) && text.trim() == text;
    if short && !slashed && text.chars().all(is_taken) {
        Ok(given)
    } else {
        Err(NotWritten::Id { what, given })
    }
}

fn name(text: &str, of: &str) -> Result<String, NotWritten> {
    words(text, 70, "name", of)
}

/// Text in the letters of SEPA, cut where it is too long.
fn words(text: &str, most: usize, what: &'static str, of: &str) -> Result<String, NotWritten> {
    let letters = text.chars().flat_map(|it| plain(it).chars());
    let put = letters.map(|it| match it {
        '&' => '+',
        it if is_taken(it) => it,
        _ => ' ',
    });
    let all: String = put.collect();
    let one: Vec<&str> = all.split_ascii_whitespace().collect();
    let mut text = one.join(" ");
    text.truncate(most);
    let text = text.trim_end().to_owned();
    if text.is_empty() { Err(NotWritten::Empty { what, of: of.to_owned() }) } else { Ok(text) }
}

/// A creditor's reference: RF and digits that check the rest (ISO 11649).
fn reference(text: &str, end_to_end: &str) -> Result<String, NotWritten> {
    let plain: String =
        text.chars().filter(|it| *it != ' ').map(|it| it.to_ascii_uppercase()).collect();
    let shaped = plain.starts_with("RF")
        && (5..=25).contains(&plain.len())
        && plain.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase())
        && plain[2..4].bytes().all(|it| it.is_ascii_digit());
    if shaped && meterbook_core::bank::is_checked(&plain) {
        Ok(plain)
    } else {
        Err(NotWritten::Reference { end_to_end: end_to_end.to_owned() })
    }
}
