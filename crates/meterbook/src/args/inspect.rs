//! What may be said of looking into files.

use std::path::PathBuf;

use clap::Args;

use super::ShapeArg;

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The file; .gz and .zip are unpacked
    pub(crate) file: PathBuf,
    /// Its format; found out from what is in it without this
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<ShapeArg>,
    /// The zone of times without an offset; they stay what a clock showed without it
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Write what is in it as a Green Button feed to this file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) green_button: Option<PathBuf>,
    /// Print what is in it as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
