//! Files as banks deliver them: plain, packed by gzip, or many days and accounts in one zip. Each file in a
//! zip is a file of its own, with its own totals and hash, as if it had come alone.

use std::io::{Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use meterbook_core::limits::{DELIVERED_FILES, PAYMENT_FILE_BYTES};
use zip::ZipArchive;

use crate::reads::NotRead;

/// The files in what a bank delivered, each with what it is called, in their order. Folders and a Mac's own
/// notes do not count.
///
/// # Errors
/// It is packed and cannot be unpacked, holds nothing, or more than a bank delivers.
pub fn delivered(name: &str, bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>, NotRead> {
    let wrong = |why: String| NotRead::NotOneFile { why };
    let mut room = PAYMENT_FILE_BYTES;
    match bytes.get(..4) {
        Some([0x1f, 0x8b, ..]) => {
            let text = unpacked(MultiGzDecoder::new(bytes.as_slice()), &mut room).map_err(wrong)?;
            Ok(vec![(name.strip_suffix(".gz").unwrap_or(name).to_owned(), text)])
        }
        Some(b"PK\x03\x04" | b"PK\x05\x06") => {
            let mut archive =
                ZipArchive::new(Cursor::new(bytes)).map_err(|why| wrong(why.to_string()))?;
            if DELIVERED_FILES < archive.len() {
                return Err(wrong(format!("there are more than {DELIVERED_FILES} files in it")));
            }
            let mut files = Vec::new();
            for nth in 0..archive.len() {
                let packed = archive.by_index(nth).map_err(|why| wrong(why.to_string()))?;
                let noted = packed.name_raw().starts_with(b"__MACOSX/");
                if packed.is_file() && !noted {
                    let name = String::from_utf8_lossy(packed.name_raw()).into_owned();
                    let text = unpacked(packed, &mut room)
                        .map_err(|why| wrong(format!("{name}: {why}")))?;
                    files.push((name, text));
                }
            }
            if files.is_empty() {
                return Err(wrong("there is no file in it".to_owned()));
            }
            Ok(files)
        }
        _ => Ok(vec![(name.to_owned(), bytes)]),
    }
}

/// All of a packed file, as far as there is room for it.
fn unpacked(from: impl Read, room: &mut u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = from.take(*room + 1).read_to_end(&mut bytes).map_err(|why| why.to_string())?;
    let left = room.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
    *room = left.ok_or_else(|| format!("it unpacks to more than {PAYMENT_FILE_BYTES} bytes"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            zip.start_file(
                *name,
                if bytes.len() < 100 { plain } else { SimpleFileOptions::default() },
            )
            .unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn why(name: &str, bytes: Vec<u8>) -> String {
        delivered(name, bytes).unwrap_err().to_string()
    }

    #[test]
    fn each_file_is_its_own_by_its_name() {
        let own = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        assert_eq!(delivered("a.xml", b"<a/>".to_vec()).unwrap(), [own("a.xml", "<a/>")]);
        let two = zip(&[("03/b.xml", b"<b/>"), ("__MACOSX/._b.xml", b"x"), ("a.xml", b"<a/>")]);
        let all = delivered("march.zip", two).unwrap();
        assert_eq!(all, [own("03/b.xml", "<b/>"), own("a.xml", "<a/>")]);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"<a/>").unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(delivered("a.xml.gz", packed).unwrap(), [own("a.xml", "<a/>")]);
    }

    #[test]
    fn what_cannot_be_unpacked_is_refused_as_a_whole() {
        let none = why("a.zip", zip(&[]));
        assert!(none.starts_with("the packed file is not taken: there is no file in it"), "{none}");
        let mut cut = zip(&[("a.xml", b"<a/>")]);
        cut.truncate(20);
        assert!(why("a.zip", cut).starts_with("the packed file is not taken: "));
        assert!(why("a.gz", vec![0x1f, 0x8b, 8, 0, 1]).starts_with("the packed file is not taken"));
        let mut damaged = zip(&[("a.xml", b"<a/>"), ("b.xml", b"<b></b>")]);
        let at = damaged.windows(7).position(|it| it == b"<b></b>").unwrap();
        damaged[at] = b'?';
        assert!(why("a.zip", damaged).contains("b.xml: "), "its sum is not right");
        let zeros = vec![0; usize::try_from(PAYMENT_FILE_BYTES).unwrap().div_ceil(2) + 1];
        let bomb = zip(&[("a", &zeros), ("b", &zeros)]);
        assert!(why("a.zip", bomb).contains("b: it unpacks to more than"));
    }
}
