//! Packed files: gzip and zip, by their first bytes, unpacked while they are read.

use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;
use meterbook_core::limits::FILE_BYTES;
use zip::ZipArchive;

use super::NotRead;

/// Bytes held of a file while it is unpacked.
const HELD: usize = 1 << 16;

/// Shows what is in a file to `take`, unpacked if it is packed. A zip holds one file, as exchanges
/// of meter data do; folders and a Mac's own notes in it do not count.
pub fn unpacked<F, T>(
    mut file: F,
    take: impl FnOnce(&mut dyn BufRead) -> Result<T, NotRead>,
) -> Result<T, NotRead>
where
    F: Read + Seek,
{
    let broken = |why: std::io::Error| NotRead::Broken { line: 1, why: why.to_string() };
    let mut first = [0; 4];
    let mut many = 0;
    while many < first.len() {
        match file.read(&mut first[many..]).map_err(broken)? {
            0 => break,
            more => many += more,
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(broken)?;
    match &first {
        [0x1f, 0x8b, ..] => {
            let text = MultiGzDecoder::new(BufReader::new(file));
            take(&mut BufReader::with_capacity(HELD, Ends::new(text)))
        }
        b"PK\x03\x04" | b"PK\x05\x06" => zipped(file, take),
        _ => take(&mut BufReader::with_capacity(HELD, file)),
    }
}

fn zipped<F, T>(
    file: F,
    take: impl FnOnce(&mut dyn BufRead) -> Result<T, NotRead>,
) -> Result<T, NotRead>
where
    F: Read + Seek,
{
    let wrong = |why: String| NotRead::NotOneFile { why };
    let mut archive = ZipArchive::new(file).map_err(|why| wrong(why.to_string()))?;
    let mut files = Vec::new();
    for nth in 0..archive.len() {
        let packed = archive.by_index_raw(nth).map_err(|why| wrong(why.to_string()))?;
        let noted = packed.name_raw().starts_with(b"__MACOSX/");
        if packed.is_file() && !noted {
            files.push(nth);
        }
    }
    let [file] = files.as_slice() else {
        return Err(wrong(format!("there are {} files in it", files.len())));
    };
    let text = archive.by_index(*file).map_err(|why| wrong(why.to_string()))?;
    take(&mut BufReader::with_capacity(HELD, Ends::new(text)))
}

/// A reader that fails beyond the largest file, however small the packed one was.
struct Ends<R> {
    from: R,
    left: u64,
}

impl<R: Read> Ends<R> {
    fn new(from: R) -> Ends<R> {
        Ends { from, left: FILE_BYTES }
    }
}

impl<R: Read> Read for Ends<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(into)?;
        let left = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| {
            std::io::Error::other(format!("it unpacks to more than {FILE_BYTES} bytes"))
        })?;
        Ok(read)
    }
}

/// Looks at the beginning of a file and hands all of it on.
pub(crate) fn looked_at<T>(
    from: &mut dyn BufRead,
    take: impl FnOnce(&[u8], &mut dyn BufRead) -> Result<T, NotRead>,
) -> Result<T, NotRead> {
    let mut head = Vec::new();
    let wanted = u64::try_from(HELD).unwrap_or(u64::MAX);
    let read = (&mut *from).take(wanted).read_to_end(&mut head);
    read.map_err(|why| NotRead::Broken { line: 1, why: why.to_string() })?;
    let mut all = Cursor::new(head.as_slice()).chain(from);
    take(&head, &mut all)
}
