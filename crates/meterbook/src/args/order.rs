//! The command line of field work: what may be said of orders, crews and appointments.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::LanguageArg;

#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Write an order down
    Add(OrderAdd),
    /// Print the open orders, the most urgent first
    List(OrderList),
    /// Print an order with its steps, its appointment and what came of it
    Show {
        /// The order
        order: i64,
    },
    /// Give an order to a crew for a day, or to another crew
    Assign {
        /// The order
        order: i64,
        /// The crew's name
        #[arg(long)]
        crew: String,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
    },
    /// Say how far a crew is: unassign, en-route, on-site, could-not-do, reopen
    Step(OrderStep),
    /// Say what a crew did: reads, meters, photos. All of it is checked before anything is changed
    Complete(OrderComplete),
    /// Call an order off; step ORDER reopen takes that back
    Cancel {
        /// The order
        order: i64,
        /// paid, not-needed, mistake, customer or other
        #[arg(long, default_value = "not-needed")]
        why: String,
        /// What more there is to say
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Say by when orders of a kind must be done, such as: reconnect 'within 24 hours'
    Rule {
        /// The kind of order
        kind: String,
        /// within N hours, or: before 15:00 same day by 20:00 else next day by 12:00
        text: String,
        /// The first day on which it holds; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Print a crew's day as an HTML page, in the order in which it drives
    DaySheet {
        /// The crew's name
        #[arg(long)]
        crew: String,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// The file; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
        /// The language it is printed in
        #[arg(long, value_enum, default_value_t = LanguageArg::En)]
        language: LanguageArg,
    },
    /// Write the orders of a day as CSV, to be filled in and imported
    Export {
        /// The crew's name; every crew without it
        #[arg(long)]
        crew: Option<String>,
        /// The day; today without it
        #[arg(long)]
        on: Option<Date>,
        /// The file; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Take in what crews bring back, CSV: order,status,done_on,meter,reading, and more
    Import {
        /// The file; .gz is unpacked
        file: PathBuf,
        /// Print what became of it as one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("place").required(true).args(["meter", "point", "premise"])))]
pub(crate) struct OrderAdd {
    /// connect, disconnect, reconnect, read, re-read, exchange, test, leak, inspection, maintenance
    pub(crate) kind: String,
    /// The meter that hangs there
    #[arg(long)]
    pub(crate) meter: Option<String>,
    /// The service point
    #[arg(long)]
    pub(crate) point: Option<i64>,
    /// The premise as a whole, for a leak, an inspection or maintenance
    #[arg(long)]
    pub(crate) premise: Option<i64>,
    /// emergency, urgent or routine
    #[arg(long)]
    pub(crate) priority: Option<String>,
    /// What the crew must know, such as: electric,ladder
    #[arg(long)]
    pub(crate) skills: Option<String>,
    /// The first day on which it may be done; today without it
    #[arg(long)]
    pub(crate) not_before: Option<Date>,
    /// A disconnect for non-payment: it is called off once less than this is past due
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) off_below: Option<String>,
    /// What the crew should know
    #[arg(long, default_value = "")]
    pub(crate) about: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrderList {
    /// Those of a crew
    #[arg(long)]
    pub(crate) crew: Option<String>,
    /// Those planned for a day
    #[arg(long)]
    pub(crate) on: Option<Date>,
    /// Those of a kind
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Those that stand so: open, assigned, en-route, on-site, not-done
    #[arg(long)]
    pub(crate) state: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct OrderStep {
    /// The order
    pub(crate) order: i64,
    /// unassign, en-route, on-site, could-not-do or reopen
    pub(crate) step: String,
    /// Why it could not be done: no-access, dog, unsafe, not-found, wrong-meter, weather, refused,
    /// no-parts, other
    #[arg(long)]
    pub(crate) why: Option<String>,
    /// What more there is to say
    #[arg(long, default_value = "")]
    pub(crate) note: String,
}

#[derive(Debug, Args)]
pub(crate) struct OrderComplete {
    /// The order
    pub(crate) order: i64,
    /// The day on which it was done; today without it
    #[arg(long)]
    pub(crate) on: Option<Date>,
    /// What a register showed: METER=INDEX, or METER:UNIT=INDEX where a meter has several
    #[arg(long = "read", value_name = "METER=INDEX")]
    pub(crate) reads: Vec<String>,
    /// The meter that came down
    #[arg(long, value_name = "METER")]
    pub(crate) removed: Option<String>,
    /// The meter that was hung: METER of stock, or METER:REGISTERS of a new one, such as E-7:5kWh
    #[arg(long = "set", value_name = "METER:REGISTERS")]
    pub(crate) set: Option<String>,
    /// A picture: JPEG, PNG or WebP; say it once for each
    #[arg(long = "photo")]
    pub(crate) photos: Vec<PathBuf>,
    /// What the crew found
    #[arg(long, default_value = "")]
    pub(crate) found: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CrewCommand {
    /// Take a crew down
    Add {
        /// Its name
        name: String,
        /// What it knows how to do, such as: electric,gas
        #[arg(long, default_value = "")]
        skills: String,
        /// Minutes in a window that customers are offered
        #[arg(long, default_value_t = 120)]
        window: i64,
        /// Appointments it keeps in one window
        #[arg(long, default_value_t = 2)]
        per_window: i64,
    },
    /// Print the crews and their hours
    List,
    /// Say the hours it works from a day on, such as: 'mon-fri 08:00-16:30, sat 08:00-12:00'
    Hours {
        /// Its name
        name: String,
        /// The hours, or: none
        week: String,
        /// The first day; today without it
        #[arg(long)]
        from: Option<Date>,
    },
    /// Give it a day off, or take one back
    Off {
        /// Its name
        name: String,
        /// The day
        on: Date,
        /// Why
        #[arg(long, required_unless_present = "take_back")]
        why: Option<String>,
        /// Give what it was to do then to the other crews
        #[arg(long, requires = "why")]
        hand_over: bool,
        /// It works after all
        #[arg(long, conflicts_with = "why")]
        take_back: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AppointmentCommand {
    /// Print the windows in which a crew that knows how has room
    Offers {
        /// The order
        order: i64,
        /// The first day; today without it
        #[arg(long)]
        from: Option<Date>,
        /// How many days
        #[arg(long, default_value_t = 7)]
        days: i64,
    },
    /// Promise a window
    Book(Promise),
    /// Promise another window instead
    Move(Promise),
    /// Call the appointment of an order off
    Cancel {
        /// The order
        order: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Promise {
    /// The order
    pub(crate) order: i64,
    /// The crew's name
    #[arg(long)]
    pub(crate) crew: String,
    /// The day
    #[arg(long)]
    pub(crate) on: Date,
    /// The window, such as 08:00-10:00
    #[arg(long)]
    pub(crate) window: String,
}
