//! A list as CSV: the names of its columns, then its rows.

/// Writes a list.
///
/// # Errors
/// Where a row has more or fewer cells than there are columns.
pub fn csv(columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut written = csv::Writer::from_writer(Vec::new());
    written.write_record(columns)?;
    for row in rows {
        written.write_record(row)?;
    }
    written.into_inner().map_err(|why| why.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_comma_or_a_quote_stays_one_cell() {
        let rows = [vec!["Quil, Ann".to_owned(), "\"7\"".to_owned()]];
        let bytes = csv(&["name", "check"], &rows).unwrap();
        assert_eq!(bytes, b"name,check\n\"Quil, Ann\",\"\"\"7\"\"\"\n");
        assert!(csv(&["name"], &rows).is_err(), "a cell too many");
    }
}
