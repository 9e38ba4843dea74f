//! `tariff`: check tariff texts.

use std::path::Path;

use anyhow::Result;
use meterbook_core::tariff::Tariff;

use crate::say;

pub(crate) fn check(file: &Path) -> Result<()> {
    let text = super::read_text(file)?;
    match Tariff::parse(&text) {
        Ok(tariff) => {
            say::line(format_args!("{} from {}: right, {} charges", tariff.code, tariff.from, tariff.components.len()));
            Ok(())
        }
        Err(why) => Err(super::said(format!("{}, {why}", file.display()))),
    }
}
