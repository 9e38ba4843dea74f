//! The command line of the record: moves, customers, premises, and exchanging meters.

use clap::{Args, Subcommand};
use jiff::civil::Date;

/// What else may be said of an applicant.
#[derive(Debug, Args)]
pub(crate) struct Applicant {
    /// Somebody who is known already, by their person's number, instead of a name
    #[arg(long, conflicts_with_all = ["name", "phone", "email"])]
    pub(crate) person: Option<i64>,
    /// A premise that is known already, by its number, instead of an address
    #[arg(long, conflicts_with_all = ["street", "town", "region"])]
    pub(crate) premise: Option<i64>,
    /// How they pay, by which a deposit is asked for: unknown, good, fair or poor
    #[arg(long, default_value = "unknown")]
    pub(crate) credit: String,
    /// Take them on although somebody like them is known or owes, and say why
    #[arg(long, value_name = "WHY")]
    pub(crate) despite: Option<String>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub(crate) preview: bool,
    /// Print what the customer is told, in their language
    #[arg(long)]
    pub(crate) confirmation: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MoveCommand {
    /// An account takes service, today or on a day before or after
    Start(MoveStart),
    /// An account ends service
    Stop(MoveStop),
    /// An account ends service in one place and takes it in another
    Transfer(MoveTransfer),
    /// Say what a start, a stop or a transfer would do, and do nothing
    #[command(subcommand)]
    Preview(PreviewCommand),
    /// Put a move on other days
    Redate(MoveRedate),
    /// Take a move back as if it had never been asked for
    Cancel {
        /// The move
        id: i64,
        /// The version that you saw; a newer one is refused and shown
        #[arg(long)]
        version: i64,
    },
    /// Print the moves of an account and what they do
    Show {
        /// The account's number
        #[arg(long)]
        account: String,
        /// As they stood at the end of a day; as they stand now without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Set what moves cost, from a day on; zero takes a fee away
    Fee(MoveFee),
    /// Set the deposit that is asked of new customers, from a day on
    Deposit(MoveDeposit),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PreviewCommand {
    /// What a start would do
    Start(MoveStart),
    /// What a stop would do
    Stop(MoveStop),
    /// What a transfer would do
    Transfer(MoveTransfer),
}

#[derive(Debug, Args)]
pub(crate) struct MoveStart {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
    /// What is taken: POINT:TARIFF, and the read of the day if it is known, such as 12:R-1,
    /// 12:R-1:41230 or 12:R-1:estimate; else one is ordered. Of a meter with several registers one for
    /// each, in order: 12:R-1:3190,5280. Once for each service
    #[arg(long = "service", required = true)]
    pub(crate) services: Vec<String>,
    /// The first day of service
    #[arg(long)]
    pub(crate) on: Date,
}

#[derive(Debug, Args)]
pub(crate) struct MoveStop {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
    /// What ends: AGREEMENT, and the read of the day if it is known, such as 7, 7:41230 or
    /// 7:estimate. Of a meter with several registers one for each, in order: 7:3190,5280. Once for each;
    /// all that is in force without it
    #[arg(long = "agreement")]
    pub(crate) agreements: Vec<String>,
    /// The first day without service
    #[arg(long)]
    pub(crate) on: Date,
}

#[derive(Debug, Args)]
pub(crate) struct MoveTransfer {
    #[command(flatten)]
    pub(crate) start: MoveStart,
    /// What ends, as for a stop; all that is in force without it
    #[arg(long = "agreement")]
    pub(crate) agreements: Vec<String>,
    /// The first day without service in the old place; the first day in the new one without it
    #[arg(long)]
    pub(crate) stops_on: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct MoveRedate {
    /// The move
    pub(crate) id: i64,
    /// The version that you saw; a newer one is refused and shown
    #[arg(long)]
    pub(crate) version: i64,
    /// The other first day of what starts
    #[arg(long)]
    pub(crate) starts_on: Option<Date>,
    /// The other first day without what stops
    #[arg(long)]
    pub(crate) stops_on: Option<Date>,
    /// Work the reads of the new days out instead of ordering them
    #[arg(long)]
    pub(crate) estimate: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MoveFee {
    /// Its name, by which it is set anew
    pub(crate) name: String,
    /// What it is for: sign-up, start, stop or transfer
    #[arg(long = "for")]
    pub(crate) act: String,
    /// Only customers of this class: residential or commercial
    #[arg(long)]
    pub(crate) class: Option<String>,
    /// What it comes to, such as 25.00
    #[arg(long)]
    pub(crate) amount: String,
    /// The first day
    #[arg(long)]
    pub(crate) from: Date,
    /// What the bill calls it in English
    #[arg(long)]
    pub(crate) en: String,
    /// What the bill calls it in Spanish
    #[arg(long)]
    pub(crate) es: String,
}

#[derive(Debug, Args)]
pub(crate) struct MoveDeposit {
    /// Customers of this class: residential or commercial
    #[arg(long)]
    pub(crate) class: String,
    /// How they pay: unknown, good, fair or poor
    #[arg(long)]
    pub(crate) credit: String,
    /// What is asked for, such as 150.00
    #[arg(long)]
    pub(crate) amount: String,
    /// The first day
    #[arg(long)]
    pub(crate) from: Date,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// Print who has a part in an account, how to reach them, and what is known of them
    Show {
        /// The account's number
        #[arg(long)]
        account: String,
        /// Only what held on a day; everything, with its days, without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Make two records of one person one; both numbers stay
    Merge {
        /// The person whose record is used
        kept: i64,
        /// The person whose record is not
        merged: i64,
    },
    /// Take a record out of the one that it was merged into, with what it brought
    Unmerge {
        /// The person whose record was merged
        merged: i64,
    },
    /// Make two records of one that was two people; merging them is the undo
    Split {
        /// The person whose record was two people
        person: i64,
        /// What the other one is called
        #[arg(long)]
        name: String,
        /// An account that is the other one's; once for each
        #[arg(long = "account", value_name = "NUMBER")]
        accounts: Vec<String>,
        /// A contact point that is the other one's; once for each
        #[arg(long = "contact")]
        contacts: Vec<i64>,
    },
    /// Give a person a part in an account, end it, or hand the account over
    Role(CustomerRole),
    /// Take down a way to reach a person
    Contact {
        /// The person
        person: i64,
        /// phone, email or post
        kind: String,
        /// The number or address
        value: String,
    },
    /// Say what a contact point may be used for, or that it may not any more
    Consent {
        /// The contact point
        contact: i64,
        /// bills, alerts, reminders or offers
        purpose: String,
        /// From this day on it may
        #[arg(long, required_unless_present = "until")]
        from: Option<Date>,
        /// From this day on it may not
        #[arg(long, conflicts_with = "from")]
        until: Option<Date>,
    },
    /// Give a person another name; the old one is kept
    Rename {
        /// The person
        person: i64,
        /// The name that you saw
        #[arg(long)]
        was: String,
        /// The new name
        #[arg(long)]
        name: String,
        /// The first day of the new name
        #[arg(long)]
        on: Date,
    },
    /// Write to a person in another language from now on: bills, letters, notices
    Language {
        /// The person
        person: i64,
        /// en or es
        language: String,
    },
    /// Say more of a person: channel, format, verified, last-four, deceased, bankruptcy, household,
    /// tenure
    Detail(SayDetail),
    /// Say more of an account: delivery, credit, summary, sums, bound
    AccountDetail {
        /// The account's number
        account: String,
        #[command(flatten)]
        saying: Saying,
    },
    /// Print what a bankrupt person owes from before the petition and from its day on
    Petition {
        /// The person
        person: i64,
    },
    /// Register an account: program, concession, life-support or medical
    Register(CustomerRegister),
    /// Go on with a registration from where it ends
    Renew {
        /// The registration
        id: i64,
        /// What proves it
        #[arg(long)]
        certificate: String,
        /// The first day without it
        #[arg(long)]
        to: Option<Date>,
        /// The day on which somebody should look at it again
        #[arg(long)]
        review: Option<Date>,
    },
    /// Give a registration another end
    Unregister {
        /// The registration
        id: i64,
        /// The end that you saw; nothing when it had none
        #[arg(long)]
        was: Option<Date>,
        /// The first day without it
        #[arg(long)]
        on: Date,
    },
    /// Print the registrations that somebody should look at by a day
    Review {
        /// The day
        #[arg(long)]
        by: Date,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CustomerRole {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
    /// The person
    #[arg(long)]
    pub(crate) person: i64,
    /// main, co-holder, authorised, guarantor, copy-of-bill, payer or landlord
    #[arg(long)]
    pub(crate) role: String,
    /// The first day of the part
    #[arg(long, required_unless_present = "until")]
    pub(crate) from: Option<Date>,
    /// The first day without the part
    #[arg(long, conflicts_with = "from")]
    pub(crate) until: Option<Date>,
    /// Hand the account over: the main customer that you saw
    #[arg(long, value_name = "PERSON", requires = "from")]
    pub(crate) instead_of: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct SayDetail {
    /// Of whom or what, by its number
    pub(crate) subject: i64,
    #[command(flatten)]
    pub(crate) saying: Saying,
}

/// What is said, and for which days.
#[derive(Debug, Args)]
pub(crate) struct Saying {
    /// What is said
    pub(crate) kind: String,
    /// The value
    pub(crate) value: String,
    /// The value that you saw, when there is one
    #[arg(long)]
    pub(crate) was: Option<String>,
    /// From this day on it holds
    #[arg(long, required_unless_present = "until")]
    pub(crate) from: Option<Date>,
    /// From this day on it does not
    #[arg(long, conflicts_with_all = ["from", "was"])]
    pub(crate) until: Option<Date>,
}

#[derive(Debug, Args)]
pub(crate) struct CustomerRegister {
    /// The account's number
    #[arg(long)]
    pub(crate) account: String,
    /// program, concession, life-support or medical
    #[arg(long)]
    pub(crate) kind: String,
    /// The program's name, or the equipment
    #[arg(long)]
    pub(crate) name: String,
    /// What proves it
    #[arg(long, default_value = "")]
    pub(crate) certificate: String,
    /// The first day
    #[arg(long)]
    pub(crate) from: Date,
    /// The first day without it
    #[arg(long)]
    pub(crate) to: Option<Date>,
    /// The day on which somebody should look at it again
    #[arg(long)]
    pub(crate) review: Option<Date>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PremiseCommand {
    /// Print who was served there on a day, and by which meter
    Show {
        /// The premise's id; the timeline of an account names it
        premise: i64,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Take down a premise
    Add {
        /// The street line
        #[arg(long)]
        street: String,
        /// The town
        #[arg(long)]
        town: String,
        /// State and postal code
        #[arg(long)]
        region: String,
    },
    /// Take down where a commodity enters a premise; there may be several of one
    Point {
        /// The premise
        premise: i64,
        /// electric, gas, water or waste
        commodity: String,
    },
    /// Say more of a premise: parcel, tax-area, type, access, key, hazard, geocode
    Detail(SayDetail),
    /// Say more of a service point: phase, voltage, pressure, size, route, sequence
    PointDetail(SayDetail),
    /// Agree who takes service over between tenants, or end that
    Landlord {
        /// The premise
        premise: i64,
        /// electric, gas, water or waste
        commodity: String,
        /// The landlord's account
        #[arg(long, required_unless_present = "until")]
        account: Option<String>,
        /// The tariff between tenants
        #[arg(long, required_unless_present = "until")]
        tariff: Option<String>,
        /// The first day
        #[arg(long, required_unless_present = "until")]
        from: Option<Date>,
        /// The first day on which nobody takes over
        #[arg(long, conflicts_with_all = ["account", "tariff", "from"])]
        until: Option<Date>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MeterCommand {
    /// Print where a meter is, what it counts, where it hung and what is known of it
    Show {
        /// The number on its face
        serial: String,
        /// Only what held on a day; everything, with its days, without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Say more of a meter: form, class, maker, model, seal, state, ct-ratio, pt-ratio,
    /// pressure-factor, test
    Detail {
        /// The number on its face
        serial: String,
        /// What it measures, where meters of two commodities have one number
        #[arg(long)]
        commodity: Option<String>,
        #[command(flatten)]
        saying: Saying,
    },
    /// Hang a meter where none hangs, with what its registers show
    Set {
        /// The service point
        #[arg(long)]
        point: i64,
        /// The first day of it
        #[arg(long)]
        on: Date,
        /// The number on the meter
        #[arg(long)]
        serial: String,
        /// What it counts, such as 5kwh or 15min+solar; nothing when it is known
        #[arg(long)]
        channels: Option<String>,
        /// How many times its registers count, such as 40; once without it
        #[arg(long, requires = "channels")]
        times: Option<String>,
        /// What a register of it shows; once for each, in order
        #[arg(long)]
        first: Vec<String>,
    },
    /// Take the meter at a service point down, with what its registers show
    Remove {
        /// The service point
        #[arg(long)]
        point: i64,
        /// The first day without it
        #[arg(long)]
        on: Date,
        /// What a register of it showed; once for each, in order
        #[arg(long)]
        last: Vec<String>,
    },
    /// Take one meter down and hang another in its place, on one day
    Exchange {
        /// The service point
        #[arg(long)]
        point: i64,
        /// The day: the first of the new meter
        #[arg(long)]
        on: Date,
        /// What a register of the old meter showed; once for each, in order
        #[arg(long)]
        last: Vec<String>,
        /// The number on the new meter
        #[arg(long)]
        serial: String,
        /// What the new meter counts, such as 5kwh or 15min+solar; nothing when it is known
        #[arg(long)]
        channels: Option<String>,
        /// How many times its registers count, such as 40; once without it
        #[arg(long, requires = "channels")]
        times: Option<String>,
        /// What a register of the new meter shows; once for each, in order
        #[arg(long)]
        first: Vec<String>,
    },
    /// Give the meter at a service point another multiplier from a day on
    Multiplier {
        /// The service point
        #[arg(long)]
        point: i64,
        /// The multiplier, such as 40
        #[arg(long)]
        times: String,
        /// The day
        #[arg(long)]
        on: Date,
        /// What a register showed at the start of the day; once for each, in order
        #[arg(long)]
        read: Vec<String>,
        /// What proves it, such as: CT 200:5, photo 12
        #[arg(long)]
        evidence: String,
    },
}
