//! Core's values on their way to a column and back.
//!
//! Columns mean the same on both engines: ids, cents and scaled quantities are BIGINT, civil dates
//! are ISO text, instants are BIGINT microseconds, words are text.

use std::borrow::Cow;
use std::error::Error;

use anyhow::{Context, Result, anyhow, bail};
use bytes::BytesMut;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::id::{
    AccountId, AccountNumber, AgencyFileId, AgreementId, AppointmentId, ApprovalId, AttemptId,
    BankStatementId, BatchId, BillId, CardId, ChannelId, ContactId, CorrectionId, CreditUseId,
    CrewId, DebitFileId, DebitId, DetailId, DocumentId, DrawerId, EntryId, ExceptionId,
    GeneratorId, InstallationId, InteractionId, LandlordId, LargeFileId, MailingId, MandateId,
    MergeId, MeterId, MoveId, OrderId, PackageId, PartyId, PaymentBatchId, PaymentId, PersonId,
    PieceId, PremiseId, PublicationId, ReceiptId, RegistrationId, RequestId, RunId, ServicePointId,
    SetId, SuspenseId, TariffId, TaskId, TellingId, TenderId, UserId, WindowId,
};
use meterbook_core::money::{Exact, Money};
use meterbook_core::period::Period;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};

/// What fits in a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum V<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    /// The ISO text of a civil date: a bill has some forty, and none is worth a piece of memory.
    Day([u8; 10]),
    Bytes(Cow<'a, [u8]>),
}

/// One row of an answer, read by position into core's types.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    fn value(&self, column: usize) -> Result<V<'_>> {
        match self {
            Row::Sqlite(row) => match row.get_ref(column)? {
                ValueRef::Null => Ok(V::Null),
                ValueRef::Integer(value) => Ok(V::Int(value)),
                ValueRef::Text(text) => Ok(V::Text(Cow::Borrowed(std::str::from_utf8(text)?))),
                ValueRef::Blob(bytes) => Ok(V::Bytes(Cow::Borrowed(bytes))),
                ValueRef::Real(_) => bail!("column {column} holds a float, which nothing here is"),
            },
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// Whether the column holds nothing.
    pub(crate) fn is_null(&self, column: usize) -> Result<bool> {
        Ok(self.value(column)? == V::Null)
    }

    /// A whole number.
    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        match self.value(column)? {
            V::Int(value) => Ok(value),
            other => Err(anyhow!("column {column} holds {other:?}, which is no number")),
        }
    }

    /// A whole number of a smaller type.
    pub(crate) fn small<T: TryFrom<i64>>(&self, column: usize) -> Result<T> {
        let value = self.int(column)?;
        T::try_from(value).map_err(|_| anyhow!("column {column} holds {value}, which is too large"))
    }

    /// An id or another wrapped number.
    pub(crate) fn id<T: From<i64>>(&self, column: usize) -> Result<T> {
        self.int(column).map(T::from)
    }

    /// A text.
    pub(crate) fn text(&self, column: usize) -> Result<String> {
        match self.value(column)? {
            V::Text(text) => Ok(text.into_owned()),
            other => Err(anyhow!("column {column} holds {other:?}, which is no text")),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        match self.value(column)? {
            V::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(anyhow!("column {column} holds {other:?}, which are no bytes")),
        }
    }

    /// Bytes, looked at where they are.
    pub(crate) fn with_bytes<T>(&self, column: usize, look: impl FnOnce(&[u8]) -> T) -> Result<T> {
        match self.value(column)? {
            V::Bytes(bytes) => Ok(look(&bytes)),
            other => Err(anyhow!("column {column} holds {other:?}, which are no bytes")),
        }
    }

    /// An amount.
    pub(crate) fn money(&self, column: usize) -> Result<Money> {
        self.int(column).map(Money::from_cents)
    }

    /// An amount before rounding.
    pub(crate) fn exact(&self, column: usize) -> Result<Exact> {
        self.read(column, |text| text.parse().ok().map(Exact::from_femto))
    }

    /// A civil date.
    pub(crate) fn date(&self, column: usize) -> Result<Date> {
        self.read(column, |text| text.parse().ok())
    }

    /// The days from the date in this column up to the one in the next.
    pub(crate) fn period(&self, column: usize) -> Result<Period> {
        let (from, to) = (self.date(column)?, self.date(column + 1)?);
        Period::new(from, to).with_context(|| format!("there are no days from {from} up to {to}"))
    }

    /// An instant.
    pub(crate) fn instant(&self, column: usize) -> Result<Timestamp> {
        Ok(Timestamp::from_microsecond(self.int(column)?)?)
    }

    /// An account number.
    pub(crate) fn number(&self, column: usize) -> Result<AccountNumber> {
        let digits = self.int(column)?;
        AccountNumber::from_digits(digits).with_context(|| format!("{digits} is no account number"))
    }

    /// A word of a small enum, by its `from_word`.
    pub(crate) fn word<T>(&self, column: usize, from_word: fn(&str) -> Option<T>) -> Result<T> {
        self.read(column, from_word)
    }

    /// What `read` makes of this column, or nothing where it holds nothing.
    pub(crate) fn maybe<T>(
        &self,
        column: usize,
        read: impl FnOnce(&Self, usize) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.is_null(column)? { Ok(None) } else { read(self, column).map(Some) }
    }

    fn read<T>(&self, column: usize, read: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        match self.value(column)? {
            V::Text(text) => read(&text).with_context(|| {
                let what = std::any::type_name::<T>();
                format!("column {column} holds {text:?}, which is no {what}")
            }),
            other => Err(anyhow!("column {column} holds {other:?}, which is no text")),
        }
    }
}

impl From<i64> for V<'_> {
    fn from(value: i64) -> Self {
        V::Int(value)
    }
}

impl From<bool> for V<'_> {
    fn from(value: bool) -> Self {
        V::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for V<'a> {
    fn from(text: &'a str) -> Self {
        V::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for V<'a> {
    fn from(text: &'a String) -> Self {
        V::Text(Cow::Borrowed(text))
    }
}

impl From<String> for V<'_> {
    fn from(text: String) -> Self {
        V::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for V<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        V::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Money> for V<'_> {
    fn from(amount: Money) -> Self {
        V::Int(amount.cents())
    }
}

impl From<Exact> for V<'_> {
    fn from(amount: Exact) -> Self {
        V::Text(Cow::Owned(amount.femto().to_string()))
    }
}

impl From<Date> for V<'_> {
    fn from(day: Date) -> Self {
        iso(day).map_or_else(|| V::Text(Cow::Owned(day.to_string())), V::Day)
    }
}

/// The text of a day, unless it is before the year 0.
fn iso(day: Date) -> Option<[u8; 10]> {
    let mut text = *b"0000-00-00";
    let parts = [(0..4, day.year()), (5..7, day.month().into()), (8..10, day.day().into())];
    for (place, number) in parts {
        let mut rest = usize::try_from(number).ok()?;
        for digit in text[place].iter_mut().rev() {
            *digit = b"0123456789"[rest.rem_euclid(10)];
            rest = rest.div_euclid(10);
        }
    }
    Some(text)
}

impl From<Timestamp> for V<'_> {
    fn from(instant: Timestamp) -> Self {
        V::Int(instant.as_microsecond())
    }
}

impl From<AccountNumber> for V<'_> {
    fn from(number: AccountNumber) -> Self {
        V::Int(number.digits())
    }
}

impl From<Cycle> for V<'_> {
    fn from(cycle: Cycle) -> Self {
        V::Int(cycle.0)
    }
}

impl<'a, T: Into<V<'a>>> From<Option<T>> for V<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(V::Null, T::into)
    }
}

macro_rules! ids_are_numbers {
    ($($id:ident),* $(,)?) => {$(
        impl From<$id> for V<'_> {
            fn from(id: $id) -> Self {
                V::Int(id.0)
            }
        }
    )*};
}

ids_are_numbers! {
    AccountId, AgencyFileId, AgreementId, AppointmentId, ApprovalId, AttemptId, BankStatementId, BatchId, BillId, CardId, ChannelId, ContactId, CorrectionId, CreditUseId, CrewId, DebitFileId, DebitId, DetailId, DocumentId, DrawerId, EntryId, ExceptionId, GeneratorId, InstallationId, InteractionId, LandlordId, LargeFileId, MailingId, MandateId, MergeId, MeterId, MoveId, OrderId, PackageId, PartyId, PaymentBatchId, PaymentId, PersonId, PieceId, PremiseId, PublicationId, ReceiptId, RegistrationId, RequestId, RunId, ServicePointId, SetId, SuspenseId, TariffId, TaskId, TellingId, TenderId, UserId, WindowId,
}

impl rusqlite::ToSql for V<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            V::Null => ValueRef::Null,
            V::Int(value) => ValueRef::Integer(*value),
            V::Text(text) => ValueRef::Text(text.as_bytes()),
            V::Day(text) => ValueRef::Text(text),
            V::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for V<'_> {
    /// By the type the server expects, so that the same number serves every integer column.
    fn to_sql(
        &self,
        expected: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, expected) {
            (V::Null, _) => Ok(IsNull::Yes),
            (V::Int(value), &Type::INT8) => value.to_sql(expected, out),
            (V::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(expected, out),
            (V::Text(text), &Type::TEXT | &Type::VARCHAR) => (&**text).to_sql(expected, out),
            (V::Day(text), &Type::TEXT | &Type::VARCHAR) => {
                out.extend_from_slice(text);
                Ok(IsNull::No)
            }
            (V::Bytes(bytes), &Type::BYTEA) => (&**bytes).to_sql(expected, out),
            (value, expected) => Err(format!("{value:?} is no {expected}").into()),
        }
    }

    fn accepts(expected: &Type) -> bool {
        matches!(*expected, Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::BYTEA)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for V<'a> {
    fn from_sql(held: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match *held {
            Type::INT8 => i64::from_sql(held, raw).map(V::Int),
            Type::INT4 => i32::from_sql(held, raw).map(|value| V::Int(value.into())),
            Type::TEXT | Type::VARCHAR => <&str>::from_sql(held, raw).map(V::from),
            _ => <&[u8]>::from_sql(held, raw).map(V::from),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(V::Null)
    }

    fn accepts(held: &Type) -> bool {
        <V as ToSql>::accepts(held)
    }
}
