//! Lines of CSV as they are given back to whoever sent them.

/// The rows as CSV; they may differ in length.
pub fn csv_lines(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory takes every line");
    }
    writer.into_inner().expect("memory is flushed")
}

#[cfg(test)]
mod tests {
    use super::csv_lines;

    #[test]
    fn a_field_with_a_comma_or_a_quote_comes_back_as_it_was() {
        let rows = [vec!["E-1".to_owned(), "1,5 \"kWh\"".to_owned()], vec!["E-2".to_owned()]];
        assert_eq!(csv_lines(&rows), b"E-1,\"1,5 \"\"kWh\"\"\"\nE-2\n");
    }
}
