//! `sign-up`: take on a customer in one step.

use anyhow::Result;
use meterbook_app::application::{
    Application, At, Metered, Screening, Service, SignedUp, Who, apply,
};
use meterbook_app::meter::NewChannel;
use meterbook_app::moves::ReadWanted;
use meterbook_app::window;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{PersonId, PremiseId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::moves::Credit;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store as store;

use crate::args::{Place, SignUp};
use crate::say;

pub(crate) fn sign_up(place: &Place, args: &SignUp) -> Result<()> {
    let application = application(args)?;
    let db = super::open(place)?;
    if args.applicant.preview {
        return preview(&db, &application);
    }
    let (signed, name, unplanned) = db.write(|tx| {
        let signed = apply(tx, super::actor(), &application)?;
        let name = store::person::get(tx, signed.account.person)?.name;
        Ok((signed, name, window::unplanned(tx, application.cycle, args.from)?))
    })?;
    let number = signed.account.number;
    say::line(format_args!("account {number} for {name} from {}", args.from));
    if args.applicant.confirmation {
        say::line(signed.confirmation.trim_end());
    }
    if let Some(next) = unplanned {
        // A mistyped cycle would otherwise be noticed when the first bill does not come.
        say::warning(format_args!(
            "no turn of cycle {} is planned from {} on, so this account will not be billed; plan some with: meterbook cycle plan --cycle {} --from {next} --months 12",
            args.cycle, args.from, args.cycle
        ));
    }
    Ok(())
}

/// Signs up, says what came of it, and takes all of it back.
fn preview(db: &store::Db, application: &Application) -> Result<()> {
    let mut shown = None;
    let back = db.write(|tx| -> Result<()> {
        shown = Some(apply(tx, super::actor(), application)?);
        Err(super::said("a preview keeps nothing".to_owned()))
    });
    let Some(SignedUp { confirmation, .. }) = shown else { return back };
    say::line("this would be done and said; nothing is done:");
    say::line(confirmation.trim_end());
    Ok(())
}

fn application(args: &SignUp) -> Result<Application> {
    let services = args.services.iter().map(|it| service(it)).collect::<Result<Vec<_>>>()?;
    let language = Language::from_word(&args.language)
        .ok_or_else(|| super::said(format!("bills come in en and es, not in {}", args.language)))?;
    let said = |it: &Option<String>| it.clone().unwrap_or_default();
    let who = match args.applicant.person {
        Some(id) => Who::Known(PersonId(id)),
        None => Who::New {
            name: said(&args.name),
            kind: if args.organisation { PersonKind::Organisation } else { PersonKind::Individual },
            language,
            phone: args.phone.clone(),
            email: args.email.clone(),
        },
    };
    let at = match args.applicant.premise {
        Some(id) => At::Known(PremiseId(id)),
        None => At::New {
            street: said(&args.street),
            town: said(&args.town),
            region: said(&args.region),
        },
    };
    let despite = args.applicant.despite.clone();
    Ok(Application {
        who,
        screening: despite.map_or(Screening::Strict, Screening::Despite),
        class: if args.commercial { CustomerClass::Commercial } else { CustomerClass::Residential },
        cycle: args.cycle,
        credit: super::word(&args.applicant.credit, Credit::from_word, super::moves::CREDITS)?,
        at,
        mail_to: None,
        from: args.from,
        services,
    })
}

/// Reads `electric:R-1:E-100:60min+solar`, `gas:G-1:G-7:5ccf`, `electric:C-1:E-9:5kwh:40` or `waste:T-1`.
fn service(text: &str) -> Result<Service> {
    let wrong = || {
        super::said(format!(
            "{text} is no service; write commodity:tariff:meter:channels, such as \
             electric:R-1:E-100:60min, electric:R-2:E-101:15min+solar or gas:G-1:G-7:5ccf, with \
             :40 behind it where the meter counts 40 times, or commodity:tariff where nothing new is hung"
        ))
    };
    let (commodity, tariff, meter) = match text.split(':').collect::<Vec<_>>()[..] {
        [commodity, tariff] => (commodity, tariff, None),
        [commodity, tariff, serial, channels] => {
            (commodity, tariff, Some((serial, channels, None)))
        }
        [commodity, tariff, serial, channels, times] => {
            (commodity, tariff, Some((serial, channels, Some(times))))
        }
        _ => return Err(wrong()),
    };
    let commodity = Commodity::from_word(commodity).ok_or_else(wrong)?;
    let meter = match meter {
        None => Metered::AsItIs,
        Some((serial, text, times)) => {
            let mut channels = channels(text, commodity).ok_or_else(wrong)?;
            if let Some(times) = times.map(super::meter::times).transpose()? {
                channels.iter_mut().for_each(|it| it.multiplier_micro = times);
            }
            Metered::By { serial: serial.to_owned(), channels }
        }
    };
    let (tariff, read) = (tariff.to_owned(), ReadWanted::Ordered);
    Ok(Service { commodity, tariff, meter, read })
}

/// What a meter counts: `60min`, `5kwh`, each with `+solar` for what is sent back.
pub(super) fn channels(text: &str, commodity: Commodity) -> Option<Vec<NewChannel>> {
    let (form, solar) = match text.strip_suffix("+solar") {
        Some(form) => (form, true),
        None => (text, false),
    };
    let (form, unit) = channel(form, commodity)?;
    let flows = if solar { &[Flow::Delivered, Flow::Received][..] } else { &[Flow::Delivered] };
    let one = |&flow: &Flow| NewChannel { form, unit, flow, multiplier_micro: 1_000_000 };
    Some(flows.iter().map(one).collect())
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
