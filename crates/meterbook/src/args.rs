//! The command line: what may be said, and the help that says so.

pub(crate) mod bill;
mod certificate;
pub(crate) mod credit;
pub(crate) mod debit;
pub(crate) mod deliver;
pub(crate) mod document;
pub(crate) mod fact;
pub(crate) mod inspect;
pub(crate) mod ledger;
pub(crate) mod online;
pub(crate) mod order;
pub(crate) mod paper;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod report;
mod staff;
mod tariff;
pub(crate) mod task;
pub(crate) mod usage;
pub(crate) mod vee;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use meterbook_core::account::Cycle;

use self::bill::BillCommand;
pub(crate) use self::certificate::{GeneratorAdd, GeneratorCommand, RecCommand, RecReport};
pub(crate) use self::order::{AppointmentCommand, CrewCommand, OrderCommand};
pub(crate) use self::staff::{ApproveCommand, AuditCommand, RoleCommand, StaffCommand};
pub(crate) use self::tariff::{TariffDiff, TariffRate, TariffShow};
use record::{CustomerCommand, MeterCommand, MoveCommand, PremiseCommand};
use task::{Note, TaskCommand, Timeline};

/// Customers, meters, bills and books of a utility, in one program and one file.
#[derive(Debug, Parser)]
#[command(name = "meterbook", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the utility is kept.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The folder of the utility: its database and the files made for it
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        default_value = "meterbook-data",
        env = "METERBOOK_DIR"
    )]
    pub(crate) dir: PathBuf,
    /// A PostgreSQL database instead of the file in the folder: postgres://user:password@host/name
    #[arg(long, global = true, value_name = "URL", env = "METERBOOK_DB", hide_env_values = true)]
    pub(crate) db: Option<String>,
    /// Act as this member of staff, by what their roles allow; without it, as the operator, who
    /// may do everything. The password is asked for, or taken from METERBOOK_PASSWORD
    // An id of its own: a command's own `--by` once was taken for this one.
    #[arg(id = "acting-as", long = "as", global = true, value_name = "NAME")]
    pub(crate) by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a sample utility with a year of reads and bills, and open its console
    Demo(Demo),
    /// Begin a new, empty utility
    Init(Init),
    /// Serve the staff console
    Serve(Serve),
    /// Check and post what runs have begun, beside others that do, on this machine or another; it may be
    /// ended at any time
    Worker(Worker),
    /// Take on a customer: person, account, premise, meters and agreements in one step
    SignUp(SignUp),
    /// Import a file of reads: CSV (long, wide, registers), Green Button XML, NEM12, NEM13, CMEP
    Import(Import),
    /// Say what is in a file of reads, of payments or of a bank; it is not imported, and no utility is
    /// needed
    Inspect(inspect::Inspect),
    /// Layouts of files of reads: those that come with the program, and your own
    #[command(subcommand)]
    Profile(inspect::ProfileCommand),
    /// Check, publish, show, compare and try out tariffs
    #[command(subcommand)]
    Tariff(TariffCommand),
    /// Publish event days, prices by the hour and peaks, which tariffs look for under a name
    #[command(subcommand)]
    Publish(PublishCommand),
    /// Say what an agreement's tariff needs to know of it, its own prices, its exemptions
    #[command(subcommand)]
    Term(TermCommand),
    /// Tell otherwise what posted bills were made of: which bills it reaches, and with a reason and what
    /// proves it the fact and their correction in one act
    #[command(subcommand)]
    Fact(fact::FactCommand),
    /// Community solar: say who gets which share of a host's surplus
    #[command(subcommand)]
    Share(ShareCommand),
    /// Certificates of renewable energy: generators, what they made, where each certificate is
    #[command(subcommand)]
    Rec(RecCommand),
    /// Plan the turns of the bill cycles
    #[command(subcommand)]
    Cycle(CycleCommand),
    /// Bill a cycle, show, explain and replay a bill, render bills
    #[command(subcommand)]
    Bill(BillCommand),
    /// Send bills that wait, say what became of them, stop a way
    #[command(subcommand)]
    Deliver(deliver::DeliverCommand),
    /// What paper says beside the amounts: terms, brand, scan line, what has to be on a bill
    #[command(subcommand)]
    Paper(paper::PaperCommand),
    /// Start, stop and transfer service; re-date and cancel it
    #[command(subcommand)]
    Move(MoveCommand),
    /// Who has a part in an account, how to reach them, and what is known of them
    #[command(subcommand)]
    Customer(CustomerCommand),
    /// Where service is taken, and who takes over between tenants
    #[command(subcommand)]
    Premise(PremiseCommand),
    /// What was signed, certified or sent in: keep it with what it is about, and have it back
    #[command(subcommand)]
    Document(document::DocumentCommand),
    /// Set, remove and exchange meters, give one another multiplier
    #[command(subcommand)]
    Meter(MeterCommand),
    /// Print what was used, by channel, hours, tiers and demand, and where it comes from; what a
    /// bill comes to so far; the values as CSV or Green Button; what use is made of
    Usage(usage::Usage),
    /// Take a payment
    Pay(Pay),
    /// Several tenders for several accounts; what is open; void, return and move payments
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// Direct debit: what customers agree to have taken from their accounts at banks
    #[command(subcommand)]
    Debit(debit::DebitCommand),
    /// Paying online: by whom, begin, ask what came of it, links of bills
    #[command(subcommand)]
    Online(online::OnlineCommand),
    /// Your drawer: open it, see what it should have, count and close it
    #[command(subcommand)]
    Drawer(ledger::DrawerCommand),
    /// Close days and months; journals, ageing, how accounts are called
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Reports of the books as CSV or XLSX; each adds up to the ledger, or there is none
    Report(report::Report),
    /// Money of which nobody knows yet whose it is
    #[command(subcommand)]
    Suspense(receipt::SuspenseCommand),
    /// Security of single accounts: ask for it, who stands in, what it earns, give it back
    #[command(subcommand)]
    Deposit(credit::DepositCommand),
    /// What being late costs: ask for it, print it, waive it
    #[command(subcommand)]
    LateFee(credit::LateFeeCommand),
    /// Paying in parts: what an account may agree to, agree to it, see whether it is kept
    #[command(subcommand)]
    Plan(credit::PlanCommand),
    /// What agencies promise to pay for accounts: add, cancel, list, review
    #[command(subcommand)]
    Pledge(credit::PledgeCommand),
    /// Levelled bills: what level follows, begin and end, what is still to be made up
    #[command(subcommand)]
    Budget(credit::BudgetCommand),
    /// What is done where something is past due: look, run, why an account is not cut off, stop
    #[command(subcommand)]
    Collect(credit::CollectCommand),
    /// What keeps from being cut off: grant it, end it, the weather, texts to begin with
    #[command(subcommand)]
    Protect(credit::ProtectCommand),
    /// What is owed and not to be had: what collections put forward, give it up, let another owe it
    #[command(subcommand)]
    WriteOff(credit::WriteOffCommand),
    /// Give a credit back, pay what waits, let it go to another account, what nobody claims; the rules of
    /// credit
    #[command(subcommand)]
    Credit(receipt::CreditCommand),
    /// Field orders: write down, assign, step, complete, call off, print, export, import
    #[command(subcommand)]
    Order(OrderCommand),
    /// Crews, the hours they work and the days they do not
    #[command(subcommand)]
    Crew(CrewCommand),
    /// What customers are promised: offer windows, book, move, cancel
    #[command(subcommand)]
    Appointment(AppointmentCommand),
    /// Find accounts by any scrap: name, address, account, meter, phone, e-mail, bill, check, order, parcel
    Search(Search),
    /// The queue of what needs a person: held bills, rejected lines, use without an agreement, cases
    #[command(subcommand)]
    Task(TaskCommand),
    /// What of the reads is doubted, and what stands in where there is none
    #[command(subcommand)]
    Vee(vee::VeeCommand),
    /// Write down a contact with a customer
    Note(Note),
    /// Print the history of an account, a premise or a meter: who, when, before, after, why
    Timeline(Timeline),
    /// Verify the books: every entry, bill, run and account
    Check(Check),
    /// Members of staff: let them in, give and take roles, keep them out
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Roles, and what comes with them
    #[command(subcommand)]
    Role(RoleCommand),
    /// What waits for a second person
    #[command(subcommand)]
    Approve(ApproveCommand),
    /// Who did what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Tariffs of the OpenEI Utility Rate Database
    #[command(subcommand)]
    Urdb(UrdbCommand),
    /// Draw bills from frames on standard input (started by the program itself)
    #[command(hide = true)]
    RenderWorker,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many customers
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) customers: u32,
    /// The same seed makes the same utility
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// End after billing instead of serving the console
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Leave the newest cycle to be billed by hand with: bill run --next
    #[arg(long)]
    pub(crate) leave_open: bool,
    /// Do not open a browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// The port of the console; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The utility's name, as it stands on a bill
    #[arg(long)]
    pub(crate) name: String,
    /// The time zone in which its days end, such as America/Chicago
    #[arg(long)]
    pub(crate) zone: String,
    /// The telephone number for questions
    #[arg(long)]
    pub(crate) phone: String,
    /// The web site, without https://
    #[arg(long)]
    pub(crate) site: String,
    /// A line of the address checks are sent to; say it once for each line
    #[arg(long, required = true)]
    pub(crate) remit_to: Vec<String>,
    /// A sentence for the foot of every page
    #[arg(long, default_value = "")]
    pub(crate) footer: String,
    /// What all amounts are in, as three letters of ISO 4217; it stays once something was posted
    #[arg(long, default_value = "USD")]
    pub(crate) currency: String,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port of the console; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// The address to listen on. Put a proxy with TLS before anything but this machine
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: std::net::IpAddr,
    /// Make the last bills of what ended too, whenever it is looked for tasks: once a day and after
    /// each file. Without it the log says how many wait
    #[arg(long)]
    pub(crate) last_bills: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// End when nothing is left to check, to post or to correct
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SignUp {
    /// The customer's name
    #[arg(long, required_unless_present = "person")]
    pub(crate) name: Option<String>,
    /// An organisation, not a human being
    #[arg(long)]
    pub(crate) organisation: bool,
    /// A business account
    #[arg(long)]
    pub(crate) commercial: bool,
    /// The language of bills: en or es
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
    /// A telephone number
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// An e-mail address
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// The street line of the premise
    #[arg(long, required_unless_present = "premise")]
    pub(crate) street: Option<String>,
    /// The town
    #[arg(long, required_unless_present = "premise")]
    pub(crate) town: Option<String>,
    /// State and postal code
    #[arg(long, required_unless_present = "premise")]
    pub(crate) region: Option<String>,
    /// The bill cycle, 1 to 99
    #[arg(long)]
    pub(crate) cycle: Cycle,
    /// The first day of service
    #[arg(long)]
    pub(crate) from: Date,
    /// A service: COMMODITY:TARIFF:METER:CHANNELS, CHANNELS being 60min, 15min … or a register's
    /// digits and unit, such as electric:R-1:E-100:60min, gas:G-1:G-7:5ccf, and +solar for a
    /// second channel that counts what is sent back; :TIMES behind it is the meter's multiplier,
    /// such as electric:C-1:E-9:5kwh:40. Without METER:CHANNELS, whatever hangs there
    /// counts, or nothing where the tariff looks at no meter, such as waste:T-1
    #[arg(long = "service", required = true)]
    pub(crate) services: Vec<String>,
    #[command(flatten)]
    pub(crate) applicant: record::Applicant,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file; .gz is unpacked
    #[arg(required_unless_present = "rejects")]
    pub(crate) file: Option<PathBuf>,
    /// Instead of importing: write the rejects of this batch once more, to be mended
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["file", "shape", "zone", "meter"])]
    pub(crate) rejects: Option<i64>,
    /// Its shape; found out from its first line without it
    #[arg(long, value_enum, value_name = "SHAPE")]
    pub(crate) shape: Option<ShapeArg>,
    /// The profile that tells its layout: one that comes with the program, or a file
    #[arg(long, value_name = "PROFILE", conflicts_with = "shape")]
    pub(crate) profile: Option<String>,
    /// The zone of times without an offset; the utility's own without it
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// The meter the file is of, when the file calls it something else
    #[arg(long)]
    pub(crate) meter: Option<String>,
    /// The length of the parts in which a long wide file is taken; tests kill the program between
    #[arg(long, value_name = "BYTES", hide = true)]
    pub(crate) part_bytes: Option<usize>,
    /// Print what became of it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShapeArg {
    /// CSV: meter,start,value
    Long,
    /// CSV: meter,date,00:00,00:15,…
    Wide,
    /// CSV: meter,date,index
    Registers,
    /// ESPI XML
    GreenButton,
    /// NEM12 or NEM13 of the Australian market
    Nem12,
    /// CMEP, as head-ends write it
    Cmep,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TariffCommand {
    /// Say whether a tariff text is right; nothing is stored
    Check {
        /// The tariff text
        file: PathBuf,
    },
    /// Put a version of a tariff in force from its own date
    Publish {
        /// The tariff text
        file: PathBuf,
    },
    /// Print a text to begin with, of a regime of net metering; the list of them without a name
    Preset {
        /// Its name
        name: Option<String>,
    },
    /// Print a tariff as a customer reads it: its hours, its charges and where it stands
    Show(TariffShow),
    /// Say what changed between two texts or two days, and what that costs an example customer
    Diff(TariffDiff),
    /// Try a tariff text on a load and print the lines of each turn
    Rate(TariffRate),
    /// The same with the arithmetic of every line and the words in the text it follows from
    Explain(TariffRate),
    /// Write a rate of the OpenEI Utility Rate Database as a tariff text
    ImportUrdb {
        /// The rates, .jsonl or .jsonl.gz
        #[arg(long)]
        rates: PathBuf,
        /// The rate's _id
        #[arg(long)]
        id: String,
        /// How tiers are filled when prices also differ by the hour
        #[arg(long, value_enum)]
        tier_scope: TierScopeArg,
        /// The file for the text; it is printed without it
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LanguageArg {
    /// English
    En,
    /// Spanish
    Es,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PublishCommand {
    /// Take in a file of the days of an event. CSV: date[,status]
    Events(PublishFile),
    /// Take in a file of prices. CSV: start,price_per_kwh or start,price_per_mwh [,minutes]
    Prices(PublishFile),
    /// Take in a file of the hours of peaks. CSV: start[,minutes,status]
    Peaks(PublishFile),
    /// Call an event on a day
    Event {
        /// What tariffs call it
        name: String,
        /// The day
        day: Date,
        /// It was called by mistake
        #[arg(long)]
        withdraw: bool,
    },
    /// Say when a peak was
    Peak {
        /// What tariffs call it
        name: String,
        /// When it began, local time of the utility or with an offset: 2026-07-14T16:00
        start: String,
        /// How long it was
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(5..=1440))]
        minutes: u16,
        /// It was another one
        #[arg(long)]
        withdraw: bool,
    },
    /// Print what is published under a name
    Show {
        /// What tariffs call it
        name: String,
        /// The first day
        #[arg(long)]
        from: Date,
        /// The day after the last
        #[arg(long)]
        to: Date,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PublishFile {
    /// What tariffs call it
    pub(crate) name: String,
    /// The file; .gz is unpacked
    pub(crate) file: PathBuf,
    /// The zone of times without an offset; the utility's own without it
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Print what became of it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TermCommand {
    /// Set a number or a word that the tariff needs, such as: meters 3
    Set(SaidTerm),
    /// Agree on a price of a charge instead of the tariff's
    Price(SaidPrice),
    /// Leave out a tax or rider, or a part of it
    Exempt(SaidExemption),
    /// Print what an agreement says of itself
    Show {
        #[command(flatten)]
        of: OfAgreement,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OfAgreement {
    /// The agreement
    #[arg(long)]
    pub(crate) agreement: Option<i64>,
    /// The account, when it has one agreement only
    #[arg(long)]
    pub(crate) account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SaidTerm {
    #[command(flatten)]
    pub(crate) of: OfAgreement,
    /// Its name in the tariff
    pub(crate) name: String,
    /// The number or word
    pub(crate) value: String,
    #[command(flatten)]
    pub(crate) days: TermDays,
}

#[derive(Debug, Args)]
pub(crate) struct SaidPrice {
    #[command(flatten)]
    pub(crate) of: OfAgreement,
    /// The charge, or one line of it, as the bill calls it
    pub(crate) label: String,
    /// The price, for whatever the tariff's is for
    pub(crate) price: String,
    #[command(flatten)]
    pub(crate) days: TermDays,
}

#[derive(Debug, Args)]
pub(crate) struct SaidExemption {
    #[command(flatten)]
    pub(crate) of: OfAgreement,
    /// The tax, as the bill calls it
    pub(crate) label: String,
    /// The number of the certificate
    #[arg(long)]
    pub(crate) certificate: String,
    /// How much of the charge is left out
    #[arg(long, default_value = "100%")]
    pub(crate) share: String,
    #[command(flatten)]
    pub(crate) days: TermDays,
}

#[derive(Debug, Args)]
pub(crate) struct TermDays {
    /// The first day
    #[arg(long)]
    pub(crate) from: Date,
    /// The first day without it; without this it goes on
    #[arg(long)]
    pub(crate) to: Option<Date>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ShareCommand {
    /// Set the share of a subscriber from a day on; 0 ends it
    Set {
        /// The host: its agreement, or its account when that has one agreement only
        host: String,
        /// The subscriber, named in the same way
        subscriber: String,
        /// Its share of the surplus, such as 12.5
        percent: String,
        #[command(flatten)]
        days: TermDays,
    },
    /// Print the shares that an agreement gives and gets
    Show {
        /// The agreement, or its account
        agreement: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CycleCommand {
    /// Plan monthly turns of a cycle
    Plan(CyclePlan),
    /// Print how every turn of every cycle stands
    Show,
    /// Print on which days the utility works and when bills are due, or say it anew with a file
    Calendar {
        /// The text that says it
        file: Option<PathBuf>,
        /// The first day on which it holds for bills; today without it
        #[arg(long)]
        from: Option<Date>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CyclePlan {
    /// The cycle, 1 to 99
    #[arg(long)]
    pub(crate) cycle: Cycle,
    /// The first day billed
    #[arg(long)]
    pub(crate) from: Date,
    /// How many turns
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=120))]
    pub(crate) months: u8,
    /// Days from the end of a turn to the date on its bills; without it as the calendar says, or 2
    #[arg(long)]
    pub(crate) bill_after: Option<u8>,
    /// Days from that date to the day payment is due; without it as the calendar says, or 21
    #[arg(long)]
    pub(crate) due_after: Option<u8>,
}

#[derive(Debug, Args)]
pub(crate) struct Pay {
    /// The account's number, such as 1000-0012-4
    #[arg(long)]
    pub(crate) account: String,
    /// The amount, such as 87.45
    #[arg(long)]
    pub(crate) amount: String,
    /// How it was paid
    #[arg(long, value_enum, default_value_t = TenderArg::Check)]
    pub(crate) tender: TenderArg,
    /// The check's number or the bank's reference. The same account, tender and reference is
    /// never posted twice
    #[arg(long)]
    pub(crate) reference: String,
    /// The day it counts from; today without it
    #[arg(long)]
    pub(crate) on: Option<Date>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TenderArg {
    Cash,
    Check,
    Card,
    Bank,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// The scraps; an account must match all of them
    #[arg(required = true)]
    pub(crate) scraps: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Print the findings as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UrdbCommand {
    /// Bill a year of hourly load on each of many rates
    Bill(UrdbBill),
    /// Print a rate as a tariff text, to be read, changed and published
    Tariff {
        /// The rates, .jsonl or .jsonl.gz
        #[arg(long)]
        rates: PathBuf,
        /// The rate's _id
        #[arg(long)]
        id: String,
        /// How tiers are filled when prices also differ by the hour
        #[arg(long, value_enum)]
        tier_scope: TierScopeArg,
    },
}

#[derive(Debug, Args)]
pub(crate) struct UrdbBill {
    /// The rates, one a line: .jsonl or .jsonl.gz
    #[arg(long)]
    pub(crate) rates: PathBuf,
    /// Hourly means, one column `kw`: .csv or .csv.gz
    #[arg(long)]
    pub(crate) load: PathBuf,
    /// The calendar year the load's hours are in
    #[arg(long)]
    pub(crate) calendar: i16,
    /// How tiers are filled when prices also differ by the hour
    #[arg(long, value_enum)]
    pub(crate) tier_scope: TierScopeArg,
    /// What a roof makes: one column `kw`, as long as the load: .csv or .csv.gz
    #[arg(long, requires = "program")]
    pub(crate) generation: Option<PathBuf>,
    /// What the generation's values are multiplied by
    #[arg(long, default_value = "1", requires = "generation")]
    pub(crate) generation_scale: String,
    /// What becomes of what is sent back
    #[arg(long, value_enum, requires = "generation")]
    pub(crate) program: Option<ProgramArg>,
    /// What a kWh sent back earns where the rate does not say, in dollars
    #[arg(long, default_value = "0", value_name = "$/kWh", requires = "program")]
    pub(crate) sell_rate: String,
    /// What a kWh left at the end of the year is paid, in dollars
    #[arg(long, default_value = "0", value_name = "$/kWh", requires = "program")]
    pub(crate) year_end_rate: String,
    /// What ratchets see of the year before
    #[arg(long, value_enum, default_value_t = YearBeforeArg::Nothing)]
    pub(crate) year_before: YearBeforeArg,
    /// Print amounts before they are rounded to cents
    #[arg(long)]
    pub(crate) exact: bool,
    /// Where the bills go, one line for each rate
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TierScopeArg {
    /// Hours fill the tiers in the order of time
    Chronological,
    /// The month's tiers are shared by the periods as they used
    ProRata,
}

/// What becomes of what is sent back.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ProgramArg {
    /// Set off over the month; the rest is kWh in a bank, paid at the end of the year
    NetMetering,
    /// Set off over the month; the rest is sold, and its dollars are in a bank
    NetMeteringDollars,
    /// Sold hour by hour, with credit on the same bill
    NetBilling,
    /// Sold hour by hour, with credit on the next bill
    NetBillingCarryover,
    /// All that is made is sold, all that is used is bought
    BuyAllSellAll,
}

/// What ratchets see of the year before.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum YearBeforeArg {
    /// Nothing: it is the first year
    Nothing,
    /// A year just like this one
    Alike,
}

#[cfg(test)]
mod typed;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The ids of what every command takes.
    fn shared() -> Vec<String> {
        let all = Cli::command();
        let globals = all.get_arguments().filter(|it| it.is_global_set());
        globals.map(|it| it.get_id().to_string()).collect()
    }

    fn clashes(command: &clap::Command, shared: &[String], found: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            let ids = sub.get_arguments().map(|it| it.get_id().to_string());
            found.extend(ids.filter(|it| shared.contains(it)).map(|it| format!("{sub} {it}")));
            clashes(sub, shared, found);
        }
    }

    #[test]
    fn no_word_of_a_command_is_taken_for_one_of_all_commands() {
        Cli::command().debug_assert();
        let mut found = Vec::new();
        clashes(&Cli::command(), &shared(), &mut found);
        assert_eq!((shared().len(), found), (3, Vec::<String>::new()));
        let typed = ["meterbook", "vee", "read", "E-1", "41230", "--on", "2026-07-01", "--by"];
        let cli = Cli::try_parse_from(typed.into_iter().chain(["customer"])).unwrap();
        assert_eq!(cli.place.by, None);
        let cli = Cli::try_parse_from(["meterbook", "audit", "show", "--by", "ann"]).unwrap();
        assert_eq!(cli.place.by, None);
        let cli = Cli::try_parse_from(["meterbook", "--as", "ann", "audit", "show"]).unwrap();
        assert_eq!(cli.place.by.as_deref(), Some("ann"));
    }
}
