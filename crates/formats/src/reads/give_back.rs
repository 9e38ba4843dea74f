//! Lines of CSV as they are given back to whoever sent them.

/// The rows as CSV; they may differ in length.
pub fn csv_lines(rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory takes every line");
    }
    writer.into_inner().expect("memory is flushed")
}

/// The fields of one line of CSV.
pub fn csv_fields(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{csv_fields, csv_lines};

    #[test]
    fn a_field_with_a_comma_or_a_quote_comes_back_as_it_was() {
        let rows = [vec!["E-1".to_owned(), "1,5 \"kWh\"".to_owned()], vec!["E-2".to_owned()]];
        assert_eq!(csv_lines(&rows), b"E-1,\"1,5 \"\"kWh\"\"\"\nE-2\n");
        for row in rows {
            let line = String::from_utf8(csv_lines(std::slice::from_ref(&row))).unwrap();
            assert_eq!(csv_fields(&line), row);
        }
        assert!(csv_fields("").is_empty());
    }
}
