//! Numbers of accounts at banks, at rest: sealed with a key that is never in the database, and found
//! again by a keyed hash without opening any.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use meterbook_core::debit::BankNumber;
use meterbook_core::id::MandateId;
use meterbook_store::mandate::Sealed;
use sha2::Sha256;

use crate::refuse;

/// The file of the key, in the folder of the utility, where it is in no variable.
pub const KEY_FILE: &str = "bank.key";
/// Bytes of a key.
const KEY: usize = 32;
/// Bytes that are drawn anew for each number: so many that none comes twice.
const NONCE: usize = 24;

/// The key of a utility's bank numbers.
pub struct BankKey {
    seal: [u8; KEY],
    find: [u8; KEY],
}

/// Why there is no key.
#[derive(Debug, PartialEq, Eq)]
pub enum NoKey {
    /// It is not 64 hexadecimal digits.
    Shape,
    /// It is not where it was.
    Gone {
        /// Where it should be.
        file: PathBuf,
    },
    /// It is not the key that what is kept was sealed with.
    Other,
}

impl BankKey {
    /// Reads a key: 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<BankKey> {
        let text = text.trim();
        let digits = text.len() == 2 * KEY && text.bytes().all(|it| it.is_ascii_hexdigit());
        if !digits {
            return Err(refuse(NoKey::Shape));
        }
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16);
        let key = (0..KEY).map(byte).collect::<Result<Vec<u8>, _>>()?;
        // Two keys of one, so that what is told by a hash says nothing of what is sealed.
        Ok(BankKey { seal: mac(&key, "seal")?, find: mac(&key, "find")? })
    }

    /// The key in a file.
    pub fn read(file: &Path) -> Result<BankKey> {
        match fs::read_to_string(file) {
            Ok(text) => BankKey::parse(&text),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                Err(refuse(NoKey::Gone { file: file.to_owned() }))
            }
            Err(why) => Err(why).with_context(|| format!("{} cannot be read", file.display())),
        }
    }

    /// Makes a key in a file that only its owner may read, unless there is one; whoever is second
    /// takes that of the first.
    pub fn make(file: &Path) -> Result<BankKey> {
        let mut key = [0_u8; KEY];
        fill(&mut key)?;
        // Whole under another name first: nobody reads half a key.
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let new = PathBuf::from(name);
        let cannot = || format!("{} cannot be written", new.display());
        private(&new).and_then(|mut it| it.write_all(hex(&key).as_bytes())).with_context(cannot)?;
        let named = fs::hard_link(&new, file);
        fs::remove_file(&new).with_context(cannot)?;
        match named {
            Err(why) if why.kind() != ErrorKind::AlreadyExists => {
                Err(why).with_context(|| format!("{} cannot be written", file.display()))
            }
            _ => BankKey::read(file),
        }
    }

    /// Seals a number for one version of a mandate; for another it does not open.
    pub fn seal(&self, number: &BankNumber, of: (MandateId, i64)) -> Result<Sealed> {
        let mut bytes = [0_u8; NONCE];
        fill(&mut bytes)?;
        let (plain, place) = (number.plain(), place(of));
        let payload = Payload { msg: plain.as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(bytes), payload);
        let sealed = sealed.map_err(|_| anyhow!("a bank number is not sealed"))?;
        Ok(Sealed { bytes: [bytes.as_slice(), &sealed].concat(), hash: self.hash(number)? })
    }

    /// Opens a number. Only who makes the file for the bank does.
    pub fn open(&self, sealed: &Sealed, of: (MandateId, i64)) -> Result<BankNumber> {
        let other = || refuse(NoKey::Other);
        let (nonce, rest) = sealed.bytes.split_at_checked(NONCE).ok_or_else(other)?;
        let nonce = <[u8; NONCE]>::try_from(nonce)?;
        let place = place(of);
        let payload = Payload { msg: rest, aad: place.as_bytes() };
        let plain = self.cipher().decrypt(&XNonce::from(nonce), payload).map_err(|_| other())?;
        BankNumber::parse(std::str::from_utf8(&plain)?).context("what was sealed is a bank number")
    }

    /// By what a number is found again.
    pub fn hash(&self, number: &BankNumber) -> Result<String> {
        Ok(hex(&mac(&self.find, &number.plain())?))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.seal))
    }
}

fn place((id, version): (MandateId, i64)) -> String {
    format!("mandate/{id}/{version}")
}

fn mac(key: &[u8], text: &str) -> Result<[u8; KEY]> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).context("no key")?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|why| anyhow!("this machine gives no chance: {why}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// A new file that nobody else may read; there may be none of that name.
pub fn private(file: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// It says nothing of itself.
impl fmt::Debug for BankKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BankKey")
    }
}

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoKey::Shape => f.write_str("a key of bank numbers is 64 hexadecimal digits"),
            NoKey::Gone { file } => write!(
                f,
                "the key of the bank numbers is not in {}; put it there from its copy, or into METERBOOK_BANK_KEY",
                file.display()
            ),
            NoKey::Other => f.write_str(
                "this key does not open the bank numbers that are kept; put the one back that they were sealed with",
            ),
        }
    }
}

impl std::error::Error for NoKey {}
