//! What follows `tariff show`, `diff`, `rate` and `explain` on the command line.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::LanguageArg;

#[derive(Debug, Args)]
pub(crate) struct TariffShow {
    /// Its code
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub(crate) code: Option<String>,
    /// A tariff text that need not be published
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// The version in force on this day; the newest without it
    #[arg(long, conflicts_with = "file")]
    pub(crate) on: Option<Date>,
    /// The language it is printed in
    #[arg(long, value_enum, default_value_t = LanguageArg::En)]
    pub(crate) language: LanguageArg,
    /// The text as it was published instead
    #[arg(long)]
    pub(crate) text: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TariffDiff {
    /// The old text, or the code of a tariff with --from and --to
    pub(crate) old: String,
    /// The new text
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) new: Option<PathBuf>,
    /// The version in force on this day is the old one
    #[arg(long, requires = "to")]
    pub(crate) from: Option<Date>,
    /// The version in force on this day is the new one
    #[arg(long, requires = "from")]
    pub(crate) to: Option<Date>,
    /// The text of a rider that the texts include; once for each. Published ones are found
    #[arg(long)]
    pub(crate) rider: Vec<PathBuf>,
    /// What an agreement would say of a term, such as meters=3; once for each
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) term: Vec<String>,
    /// A year of load, one column `kw`, instead of the example customer: .csv or .csv.gz
    #[arg(long)]
    pub(crate) load: Option<PathBuf>,
    /// The calendar year the load's hours are in; that of the new version without it
    #[arg(long, requires = "load")]
    pub(crate) calendar: Option<i16>,
    /// The language it is printed in
    #[arg(long, value_enum, default_value_t = LanguageArg::En)]
    pub(crate) language: LanguageArg,
}

const TARIFF_RATE_EXAMPLES: &str = "\
Examples:
  meterbook tariff rate --file r-1.tariff --used 742
  meterbook tariff rate --file r-1.tariff --used 9100 --sent 7300 --from 2026-01-01 --to 2027-01-01
  meterbook tariff rate --file tou.tariff --load kw.csv --received roof.csv --term anniversary=apr
  meterbook tariff explain --file r-1.tariff --used 310 --from 2026-06-01 --start 2026-06-11

The second is a year of twelve bills: each begins with the banks that the one before it left.";

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("use").required(true).args(["load", "used"])))]
#[command(after_help = TARIFF_RATE_EXAMPLES)]
pub(crate) struct TariffRate {
    /// The tariff text
    #[arg(long)]
    pub(crate) file: PathBuf,
    /// The text of a rider that it includes; once for each
    #[arg(long)]
    pub(crate) rider: Vec<PathBuf>,
    /// What an agreement would say of a term, such as meters=3; once for each
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) term: Vec<String>,
    /// Mean powers, one column `kw`, the first one of the first day: .csv or .csv.gz
    #[arg(long)]
    pub(crate) load: Option<PathBuf>,
    /// What a register counted over the days, in the unit of the meter, such as 742
    #[arg(long)]
    pub(crate) used: Option<String>,
    /// What was sent back, as many mean powers as the load has: .csv or .csv.gz
    #[arg(long, requires = "load")]
    pub(crate) received: Option<PathBuf>,
    /// What a register counted of what was sent back, such as 310
    #[arg(long, requires = "used")]
    pub(crate) sent: Option<String>,
    /// The first day of service, where it begins within a turn; what --used counts is from then on
    #[arg(long)]
    pub(crate) start: Option<Date>,
    /// The first day without service, where it ends within a turn
    #[arg(long)]
    pub(crate) stop: Option<Date>,
    /// The first day; the tariff's own without it. Turns are months from this day
    #[arg(long)]
    pub(crate) from: Option<Date>,
    /// The day after the last; without it a load is hourly and ends with its values
    #[arg(long)]
    pub(crate) to: Option<Date>,
    /// The language it is printed in
    #[arg(long, value_enum, default_value_t = LanguageArg::En)]
    pub(crate) language: LanguageArg,
    /// Print it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
