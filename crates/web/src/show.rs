//! Values as people read them, in their language.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::detail::{DetailKind, SET};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::{EntryKind, Tender};
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Quantity, Rounding};
use meterbook_core::moves::{MoveKind, Said};
use meterbook_core::party::PartyRole;
use meterbook_core::period::{Period, Zone};
use meterbook_core::person::{ContactKind, Language, Purpose};
use meterbook_core::place::Commodity;
use meterbook_core::rating::ChargeKind;
use meterbook_core::reads::ReadKind;
use meterbook_core::registration::RegistrationKind;
use meterbook_core::text::{decimal, grouped};

use crate::words::Words;

const MONTHS: [[&str; 12]; 2] = [
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
];

/// `Aug 4, 2026` or `4 ago 2026`.
pub(crate) fn day(day: Date, language: Language) -> String {
    let (month, of_month, year) = (month(day, language), day.day(), day.year());
    match language {
        Language::English => format!("{month} {of_month}, {year}"),
        Language::Spanish => format!("{of_month} {month} {year}"),
    }
}

/// `Aug` or `ago`.
pub(crate) fn month(day: Date, language: Language) -> &'static str {
    let nth = usize::try_from(day.month()).expect("months are 1 to 12") - 1;
    MONTHS[usize::from(language == Language::Spanish)][nth]
}

/// A text of the record with its days and amounts as people write them: `2026-08-04` is `Aug 4, 2026`, and
/// `$1234.50` is `$1,234.50`.
pub(crate) fn dated(text: &str, language: Language) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|it: char| it.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        said.push_str(before);
        let digits = from.find(|it: char| !it.is_ascii_digit() && it != '-').unwrap_or(from.len());
        let (word, after) = from.split_at(digits);
        match word.parse::<Date>() {
            Ok(on) if word.len() == 10 => said.push_str(&day(on, language)),
            _ if said.ends_with('$') => said.push_str(&grouped(word)),
            _ => said.push_str(word),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// A text that stands alone, with a capital letter at its beginning.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}

/// Both ends of a period, as people say them.
pub(crate) fn period(period: Period, language: Language) -> String {
    format!("{} – {}", day(period.start(), language), day(period.last(), language))
}

/// An instant where the utility is: `Aug 4, 2026 10:42`.
pub(crate) fn instant(at: Timestamp, zone: &Zone, language: Language) -> String {
    let wall = zone.tz().to_datetime(at);
    format!("{} {:02}:{:02}", day(wall.date(), language), wall.hour(), wall.minute())
}

/// How long something takes: `1:05:09`, `0:12`.
pub(crate) fn lasting(it: Duration) -> String {
    let (minutes, seconds) = (it.as_secs().div_euclid(60), it.as_secs().rem_euclid(60));
    match (minutes.div_euclid(60), minutes.rem_euclid(60)) {
        (0, minutes) => format!("{minutes}:{seconds:02}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `$1,346.44`; what is below zero has a minus sign, not a hyphen.
pub(crate) fn money(amount: Money) -> String {
    amount.to_string().replace('-', "−")
}

/// `+$12.00` or `−$12.00`.
pub(crate) fn change(amount: Money) -> String {
    if amount <= Money::ZERO { money(amount) } else { format!("+{}", money(amount)) }
}

/// `1,084 kWh`, with at most two decimals.
pub(crate) fn quantity(quantity: Quantity) -> String {
    format!("{} {}", number(quantity.micro), quantity.unit)
}

/// A number of millionths with at most two decimals.
pub(crate) fn number(micro: i64) -> String {
    let hundredths = (micro + 5_000).div_euclid(10_000);
    grouped(&decimal(hundredths, 2))
}

/// An entry of the ledger, which keeps its text as it was posted: a period's two days, or the tender
/// and the reference. What does not read like that is shown as it is kept.
pub(crate) fn entry(kind: EntryKind, text: &str, words: &Words, language: Language) -> String {
    match kind {
        EntryKind::Bill => {
            let days = days(text, language).unwrap_or_else(|| text.to_owned());
            format!("{}, {days}", words.bill)
        }
        EntryKind::Charge => text.to_owned(),
        EntryKind::Cancelled => {
            let days = days(text, language).unwrap_or_else(|| text.to_owned());
            format!("{}, {days}", words.bill_cancelled)
        }
        EntryKind::Payment => format!("{}, {}", words.payment, tendered(text, words)),
        EntryKind::Settlement => format!("{}, {text}", words.settlement),
        EntryKind::Reversal => format!("{}, {}", words.payment_reversed, tendered(text, words)),
        EntryKind::Adjustment => format!("{} {text}", words.correct_adjustment),
        EntryKind::Refund => format!("{}, {text}", words.refund),
        EntryKind::Transfer => format!("{}, {text}", words.transfer),
        // Nobody's money is on nobody's account.
        EntryKind::Suspense
        | EntryKind::SuspenseReturned
        | EntryKind::Drawer
        | EntryKind::DepositInterest
        | EntryKind::RefundPaid
        | EntryKind::RefundVoided
        | EntryKind::RefundHeld
        | EntryKind::RefundBounced
        | EntryKind::Remitted => text.to_owned(),
    }
}

/// A tender and its reference, as they are kept: `check 1471`.
fn tendered(text: &str, words: &Words) -> String {
    let said = text.split_once(' ').and_then(|(word, reference)| {
        let tender = tender(Tender::from_word(word)?, words).to_lowercase();
        Some(format!("{tender} {reference}"))
    });
    said.unwrap_or_else(|| text.to_owned())
}

/// The days of a period as the record writes them, `2026-07-03 to 2026-08-01`.
pub(crate) fn days(text: &str, language: Language) -> Option<String> {
    let (from, last) = text.split_once(" to ")?;
    let days = Period::new(from.parse().ok()?, last.parse::<Date>().ok()?.tomorrow().ok()?);
    days.map(|it| period(it, language))
}

/// A payment as the record writes it, `$12.00 check 1471`, with the tender in the language. What somebody wrote, such
/// as `the bank does not know us`, stays as it is.
pub(crate) fn paid(text: &str, words: &Words) -> String {
    let said = text.split_once(' ').filter(|it| it.0.contains('$')).and_then(|(amount, rest)| {
        let (word, reference) = rest.split_once(' ')?;
        let tender = tender(Tender::from_word(word)?, words).to_lowercase();
        Some(format!("{amount} {tender} {reference}"))
    });
    said.unwrap_or_else(|| text.to_owned())
}

/// How something was paid.
pub(crate) fn tender(tender: Tender, words: &Words) -> &'static str {
    match tender {
        Tender::Cash => words.cash,
        Tender::Check => words.check,
        Tender::Card => words.card,
        Tender::Bank => words.bank,
        Tender::Debit => words.debit,
    }
}

/// What sort of move.
pub(crate) fn move_kind(kind: MoveKind, words: &Words) -> &'static str {
    match kind {
        MoveKind::SignUp => words.move_sign_up,
        MoveKind::Start => words.move_start,
        MoveKind::Stop => words.move_stop,
        MoveKind::Transfer => words.move_transfer,
    }
}

/// What was said of a move.
pub(crate) fn move_said(said: Said, words: &Words) -> &'static str {
    match said {
        Said::Asked => words.move_asked,
        Said::Redated => words.move_redated,
        Said::Cancelled => words.move_cancelled,
    }
}

/// A value of a detail: words that are chosen from a list in the language, all else as it was written.
pub(crate) fn detail_value(kind: DetailKind, value: &str, language: Language) -> String {
    let [english, spanish] = match (kind, value) {
        (DetailKind::State, SET) => ["in place", "instalado"],
        (DetailKind::State, "stock") => ["in stock", "en almacén"],
        (DetailKind::State, "shop") => ["in the shop", "en el taller"],
        (DetailKind::State, "retired") => ["retired", "dado de baja"],
        (DetailKind::State, "lost") => ["lost", "perdido"],
        (DetailKind::State, "scrapped") => ["scrapped", "desguazado"],
        (DetailKind::Delivery | DetailKind::Channel, "post") => ["by post", "por correo postal"],
        (DetailKind::Delivery | DetailKind::Channel, "email") => {
            ["by e-mail", "por correo electrónico"]
        }
        (DetailKind::Channel, "phone") => ["by telephone", "por teléfono"],
        (DetailKind::Delivery, "both") => ["by post and e-mail", "por correo postal y electrónico"],
        (DetailKind::Delivery, "none") => ["not sent", "no se envían"],
        (DetailKind::Credit, "good") => ["good", "bueno"],
        (DetailKind::Credit, "fair") => ["fair", "regular"],
        (DetailKind::Credit, "poor") => ["poor", "malo"],
        (DetailKind::Credit, "cash-only") => ["cash only", "solo efectivo"],
        (DetailKind::Tenure, "owner") => ["owner", "propietario"],
        (DetailKind::Tenure, "renter") => ["renter", "inquilino"],
        (DetailKind::Test, _) if language == Language::Spanish => {
            return value.replace("found", "hallado").replace("left", "dejado");
        }
        _ => return value.to_owned(),
    };
    spoken(language, english, spanish)
}

fn spoken(language: Language, english: &str, spanish: &str) -> String {
    match language {
        Language::English => english.to_owned(),
        Language::Spanish => spanish.to_owned(),
    }
}

/// What sort of thing is known of a person, an account, a premise, a service point or a meter.
pub(crate) fn detail_kind(kind: DetailKind, language: Language) -> &'static str {
    let [english, spanish] = match kind {
        DetailKind::Channel => ["Preferred channel", "Canal preferido"],
        DetailKind::Format => ["Format", "Formato"],
        DetailKind::Verified => ["Identity verified by", "Identidad comprobada con"],
        DetailKind::LastFour => ["Last four digits", "Últimas cuatro cifras"],
        DetailKind::FormerName => ["Former name", "Nombre anterior"],
        DetailKind::Deceased => ["Deceased", "Fallecimiento"],
        DetailKind::Bankruptcy => ["Bankruptcy", "Quiebra"],
        DetailKind::Parcel => ["Parcel", "Parcela"],
        DetailKind::TaxArea => ["Tax area", "Zona fiscal"],
        DetailKind::Type => ["Type", "Tipo"],
        DetailKind::Access => ["Access", "Acceso"],
        DetailKind::Key => ["Key", "Llave"],
        DetailKind::Hazard => ["Hazard", "Peligro"],
        DetailKind::Phase => ["Phases", "Fases"],
        DetailKind::Voltage => ["Voltage", "Tensión"],
        DetailKind::Pressure => ["Pressure", "Presión"],
        DetailKind::Size => ["Size", "Tamaño"],
        DetailKind::Route => ["Route", "Ruta"],
        DetailKind::Sequence => ["Place in the route", "Lugar en la ruta"],
        DetailKind::Household => ["People in the household", "Personas en el hogar"],
        DetailKind::Tenure => ["Owner or renter", "Propietario o inquilino"],
        DetailKind::Geocode => ["Latitude and longitude", "Latitud y longitud"],
        DetailKind::Form => ["Form", "Forma"],
        DetailKind::Class => ["Class", "Clase"],
        DetailKind::Maker => ["Maker", "Fabricante"],
        DetailKind::Model => ["Model", "Modelo"],
        DetailKind::Seal => ["Seal", "Precinto"],
        DetailKind::State => ["Where it is", "Dónde está"],
        DetailKind::CtRatio => ["Current transformers", "Transformadores de corriente"],
        DetailKind::PtRatio => ["Voltage transformers", "Transformadores de tensión"],
        DetailKind::PressureFactor => ["Pressure factor", "Factor de presión"],
        DetailKind::Test => ["Test", "Prueba"],
        DetailKind::Delivery => ["Delivery of bills", "Entrega de facturas"],
        DetailKind::Credit => ["Credit", "Crédito"],
        DetailKind::Bound => ["Most a bill may be", "Máximo de una factura"],
        DetailKind::Summary => ["Summed up by account", "Resumida por la cuenta"],
        DetailKind::Sums => ["What it sums up", "Lo que resume"],
    };
    match language {
        Language::English => english,
        Language::Spanish => spanish,
    }
}

/// How a contact happened.
pub(crate) fn channel(channel: InteractionChannel, words: &Words) -> &'static str {
    match channel {
        InteractionChannel::Phone => words.channel_phone,
        InteractionChannel::Email => words.channel_email,
        InteractionChannel::Post => words.channel_post,
        InteractionChannel::Counter => words.channel_counter,
        InteractionChannel::Portal => words.channel_portal,
        InteractionChannel::Field => words.channel_field,
        InteractionChannel::System => words.the_system,
        InteractionChannel::Note => words.channel_note,
    }
}

/// How somebody is reached.
pub(crate) fn contact_kind(kind: ContactKind, words: &Words) -> &'static str {
    match kind {
        ContactKind::Phone => words.phone,
        ContactKind::Email => words.email,
        ContactKind::Post => words.channel_post,
    }
}

/// What a contact point may be used for.
pub(crate) fn purpose(purpose: Purpose, words: &Words) -> &'static str {
    match purpose {
        Purpose::Bills => words.bills,
        Purpose::Alerts => words.purpose_alerts,
        Purpose::Reminders => words.purpose_reminders,
        Purpose::Offers => words.purpose_offers,
    }
}

/// What part somebody has in an account.
pub(crate) fn role(role: PartyRole, words: &Words) -> &'static str {
    match role {
        PartyRole::Main => words.role_main,
        PartyRole::CoHolder => words.role_co_holder,
        PartyRole::Authorised => words.role_authorised,
        PartyRole::Guarantor => words.role_guarantor,
        PartyRole::CopyOfBill => words.role_copy,
        PartyRole::Payer => words.role_payer,
        PartyRole::Landlord => words.role_landlord,
    }
}

/// What an account is registered for.
pub(crate) fn registration(kind: RegistrationKind, words: &Words) -> &'static str {
    match kind {
        RegistrationKind::Program => words.registered_program,
        RegistrationKind::Concession => words.registered_concession,
        RegistrationKind::LifeSupport => words.registered_life_support,
        RegistrationKind::Medical => words.registered_medical,
    }
}

/// What a line of a bill is for.
pub(crate) fn charge_kind(kind: ChargeKind, words: &Words) -> &'static str {
    match kind {
        ChargeKind::Fixed => words.charge_fixed,
        ChargeKind::Usage => words.charge_usage,
        ChargeKind::Demand => words.charge_demand,
        ChargeKind::Minimum => words.charge_minimum,
        ChargeKind::Credit => words.charge_credit,
        ChargeKind::Rider => words.charge_rider,
        ChargeKind::Tax => words.charge_tax,
    }
}

/// How an amount is rounded.
pub(crate) fn rounding(rounding: Rounding, words: &Words) -> &'static str {
    match rounding {
        Rounding::HalfUp => words.half_up,
        Rounding::HalfEven => words.half_even,
    }
}

/// Which way a meter counts.
pub(crate) fn flow(flow: Flow, words: &Words) -> &'static str {
    match flow {
        Flow::Delivered => words.flow_delivered,
        Flow::Received => words.flow_received,
        Flow::Reactive => words.flow_reactive,
    }
}

/// How a read is known.
pub(crate) fn read_kind(kind: ReadKind, words: &Words) -> &'static str {
    match kind {
        ReadKind::Actual => words.read_actual,
        ReadKind::Estimated => words.estimated,
        ReadKind::Customer => words.read_customer,
        ReadKind::Office => words.read_office,
    }
}

/// What is delivered.
pub(crate) fn commodity(commodity: Commodity, words: &Words) -> &'static str {
    match commodity {
        Commodity::Electric => words.electric,
        Commodity::Gas => words.gas,
        Commodity::Water => words.water,
        Commodity::Waste => words.waste,
    }
}

/// The class that colours it.
pub(crate) fn colour(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Electric => "electric",
        Commodity::Gas => "gas",
        Commodity::Water => "water",
        Commodity::Waste => "waste",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn what_is_chosen_from_a_list_is_said_in_the_language() {
        let said = |kind, value| {
            [Language::English, Language::Spanish].map(|it| detail_value(kind, value, it))
        };
        assert_eq!(said(DetailKind::State, SET), ["in place", "instalado"]);
        assert_eq!(said(DetailKind::Credit, "cash-only"), ["cash only", "solo efectivo"]);
        assert_eq!(said(DetailKind::Form, "2S"), ["2S", "2S"]);
        let test = "2026-03-01 found 98.7 left 100";
        assert_eq!(said(DetailKind::Test, test), [test, "2026-03-01 hallado 98.7 dejado 100"]);
    }

    #[test]
    fn how_long_it_takes_is_said_as_a_clock_says_it() {
        let said = |seconds| lasting(Duration::from_secs(seconds));
        assert_eq!((said(12).as_str(), said(3909).as_str()), ("0:12", "1:05:09"));
    }

    #[test]
    fn amounts_and_numbers_are_grouped() {
        assert_eq!(money(Money::from_cents(134_644)), "$1,346.44");
        assert_eq!(money(Money::from_cents(-5)), "−$0.05");
        assert_eq!(change(Money::from_cents(100)), "+$1.00");
        assert_eq!(number(1_084_000_000), "1,084");
        assert_eq!(number(-12_345_678_900_000), "−12,345,678.9");
    }

    #[test]
    fn an_entry_of_the_ledger_is_said_in_the_language() {
        let said = |kind, text, language| entry(kind, text, words(language), language);
        for (kind, text, english, spanish) in [
            (
                EntryKind::Bill,
                "2026-07-03 to 2026-08-01",
                "Bill, Jul 3, 2026 – Aug 1, 2026",
                "Factura, 3 jul 2026 – 1 ago 2026",
            ),
            (EntryKind::Payment, "check 1471", "Payment, check 1471", "Pago, cheque 1471"),
            (
                EntryKind::Payment,
                "bank ACH 77 to 8",
                "Payment, bank transfer ACH 77 to 8",
                "Pago, transferencia ACH 77 to 8",
            ),
            (
                EntryKind::Settlement,
                "2 Mill St",
                "Settlement of what was kept, 2 Mill St",
                "Liquidación de lo guardado, 2 Mill St",
            ),
            (
                EntryKind::Reversal,
                "check 1471",
                "Payment taken back, check 1471",
                "Pago anulado, cheque 1471",
            ),
            (EntryKind::Refund, "moved away", "Refund, moved away", "Reembolso, moved away"),
            (EntryKind::Transfer, "same house", "Transfer, same house", "Traspaso, same house"),
            (EntryKind::Bill, "by hand", "Bill, by hand", "Factura, by hand"),
        ] {
            assert_eq!(said(kind, text, Language::English), english);
            assert_eq!(said(kind, text, Language::Spanish), spanish);
        }
    }

    #[test]
    fn days_in_a_text_are_written_as_people_write_them() {
        let text = "12 Mill St: service ends on 2026-08-04; order 2026-1, B-2026-08-04-1";
        let english = "12 Mill St: service ends on Aug 4, 2026; order 2026-1, B-2026-08-04-1";
        assert_eq!(dated(text, Language::English), english);
        assert_eq!(dated("el 2026-08-04", Language::Spanish), "el 4 ago 2026");
    }

    #[test]
    fn dates_are_written_as_in_the_language() {
        let date = jiff::civil::date(2026, 8, 4);
        assert_eq!(day(date, Language::English), "Aug 4, 2026");
        assert_eq!(day(date, Language::Spanish), "4 ago 2026");
    }
}
