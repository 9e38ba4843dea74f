//! `sign-up`: take on a customer in one step.

use anyhow::Result;
use meterbook_app::meter::NewChannel;
use meterbook_app::sign_up::{NewService, SignUp as Application, sign_up as take_on};
use meterbook_app::window;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;

use crate::args::{Place, SignUp};
use crate::say;

pub(crate) fn sign_up(place: &Place, args: &SignUp) -> Result<()> {
    let services = args.services.iter().map(|it| service(it)).collect::<Result<Vec<_>>>()?;
    let language = Language::from_word(&args.language);
    let application = Application {
        name: args.name.clone(),
        kind: if args.organisation { PersonKind::Organisation } else { PersonKind::Individual },
        class: if args.commercial { CustomerClass::Commercial } else { CustomerClass::Residential },
        language: language.ok_or_else(|| {
            super::said(format!("bills come in en and es, not in {}", args.language))
        })?,
        phone: args.phone.clone(),
        email: args.email.clone(),
        street: args.street.clone(),
        town: args.town.clone(),
        region: args.region.clone(),
        cycle: Cycle(args.cycle),
        from: args.from,
        services,
    };
    let db = super::open(place)?;
    let (account, unplanned) = db.write(|tx| {
        let account = take_on(tx, super::actor(), &application)?;
        Ok((account, window::unplanned(tx, application.cycle, args.from)?))
    })?;
    say::line(format_args!("account {} for {} from {}", account.number, args.name, args.from));
    if let Some(next) = unplanned {
        // A mistyped cycle would otherwise be noticed when the first bill does not come.
        say::warning(format_args!(
            "no turn of cycle {:02} is planned from {} on, so this account will not be billed; plan some with: meterbook cycle plan --cycle {} --from {next} --months 12",
            args.cycle, args.from, args.cycle
        ));
    }
    Ok(())
}

/// Reads `electric:R-1:E-100:60min+solar` or `gas:G-1:G-7:5ccf`.
fn service(text: &str) -> Result<NewService> {
    let wrong = || {
        super::said(format!(
            "{text} is no service; write commodity:tariff:meter:channels, such as \
             electric:R-1:E-100:60min, electric:R-2:E-101:15min+solar or gas:G-1:G-7:5ccf"
        ))
    };
    let [commodity, tariff, serial, channels] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err(wrong());
    };
    let commodity = Commodity::from_word(commodity).ok_or_else(wrong)?;
    let (form, solar) = match channels.strip_suffix("+solar") {
        Some(form) => (form, true),
        None => (channels, false),
    };
    let (form, unit) = channel(form, commodity).ok_or_else(wrong)?;
    let flows = if solar { &[Flow::Delivered, Flow::Received][..] } else { &[Flow::Delivered] };
    let one = |&flow: &Flow| NewChannel { form, unit, flow, multiplier_micro: 1_000_000 };
    Ok(NewService {
        commodity,
        tariff: tariff.to_owned(),
        serial: serial.to_owned(),
        channels: flows.iter().map(one).collect(),
    })
}

/// `60min` is an interval channel, `5kWh` a register with five digits.
fn channel(text: &str, commodity: Commodity) -> Option<(Form, Unit)> {
    let end = text.find(|it: char| !it.is_ascii_digit())?;
    let (number, word) = text.split_at(end);
    if word == "min" {
        let unit = match commodity {
            Commodity::Electric => Unit::Kwh,
            Commodity::Gas => Unit::Ccf,
            Commodity::Water => Unit::Gal,
            Commodity::Waste => return None,
        };
        return Some((Form::Interval { minutes: number.parse().ok()? }, unit));
    }
    let unit = Unit::ALL.iter().find(|it| it.word().eq_ignore_ascii_case(word))?;
    Some((Form::Register { digits: number.parse().ok()? }, *unit))
}
