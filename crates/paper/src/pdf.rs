//! The PDF: the view set by Typst, tagged, with static fonts.

use std::sync::{LazyLock, Mutex};

use anyhow::{Result, anyhow};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpanKind, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::frame::Form;
use crate::view::View;

/// What every form is set with.
const KIT: &str = include_str!("../templates/kit.typ");
/// The forms, as views name them, and the templates they are set with.
const FORMS: [(Form, &str); 6] = [
    (Form::Bill, include_str!("../templates/bill.typ")),
    (Form::LargePrint, include_str!("../templates/large_print.typ")),
    (Form::Summary, include_str!("../templates/summary.typ")),
    (Form::Note, include_str!("../templates/note.typ")),
    (Form::Corrected, include_str!("../templates/corrected.typ")),
    (Form::Letter, include_str!("../templates/letter.typ")),
];
const FONTS: [&[u8]; 4] = [
    include_bytes!("../fonts/Inter-Regular.otf"),
    include_bytes!("../fonts/Inter-SemiBold.otf"),
    include_bytes!("../fonts/Inter-Bold.otf"),
    include_bytes!("../fonts/OCRB.otf"),
];
/// A utility's own layouts that are kept as they were read.
const KEPT: usize = 8;
/// Bills that results of layout are kept for: with more, memory grows and speed does not.
const REMEMBERED: usize = 2;

/// Everything that stays the same from bill to bill.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    kit: Source,
    forms: Vec<(Form, Source)>,
    own: Mutex<Vec<Source>>,
    view: FileId,
}

/// A template and one view. There is no file system, no network and no clock in it.
struct Sheet<'a> {
    press: &'a Press,
    form: &'a Source,
    view: Bytes,
}

/// The first letter of a text that no font of paper has.
pub fn unprintable(text: &str) -> Option<char> {
    // Whoever takes a name down asks it again and again.
    static FONTS_READ: LazyLock<Vec<Font>> = LazyLock::new(fonts);
    let shows =
        |letter: char| FONTS_READ.iter().any(|it| it.info().coverage.contains(u32::from(letter)));
    text.chars().find(|it| !shows(*it))
}

fn fonts() -> Vec<Font> {
    FONTS.iter().flat_map(|it| Font::iter(Bytes::new(*it))).collect()
}

impl Default for Press {
    fn default() -> Press {
        Press::new()
    }
}

impl Press {
    /// Reads the fonts and the templates.
    pub fn new() -> Press {
        let fonts = fonts();
        Press {
            // A cell that is the head of its row is an extra, as yet.
            library: LazyHash::new(
                Library::builder()
                    .with_features([Feature::A11yExtras].into_iter().collect())
                    .build(),
            ),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            kit: Source::new(place("/kit.typ"), KIT.to_owned()),
            forms: FORMS
                .map(|(form, text)| {
                    let name = format!("/{}.typ", form.word());
                    (form, Source::new(place(&name), text.to_owned()))
                })
                .to_vec(),
            own: Mutex::new(Vec::new()),
            view: place("/view.json"),
        }
    }

    /// Sets a bill.
    ///
    /// Fails where the template is wrong or the result is no accessible PDF (PDF/UA-1).
    pub fn pdf(&self, view: &View) -> Result<Vec<u8>> {
        let made = self.laid(view).and_then(|it| it.written());
        forget();
        made
    }

    /// A utility's own layout in the place of a form.
    fn own(&self, id: FileId, text: &str) -> Result<Source> {
        let mut own = self.own.lock().map_err(|_| anyhow!("a thread that drew bills panicked"))?;
        if let Some(it) = own.iter().find(|it| it.id() == id && it.text() == text) {
            return Ok(it.clone());
        }
        let source = Source::new(id, text.to_owned());
        own.insert(0, source.clone());
        own.truncate(KEPT);
        Ok(source)
    }

    /// Lays a bill out on its pages, the first half of [`Press::pdf`].
    pub fn laid(&self, view: &View) -> Result<Laid> {
        let View(view) = view;
        let word = view["form"].as_str().unwrap_or_default();
        let form = self.forms.iter().find(|it| it.0.word() == word);
        let (_, form) =
            form.ok_or_else(|| anyhow!("the bill could not be set: no form is called `{word}`"))?;
        let own = view["layout"].as_str().map(|text| self.own(form.id(), text)).transpose()?;
        let form = own.as_ref().unwrap_or(form);
        let sheet = Sheet { press: self, form, view: Bytes::from_string(view.to_string()) };
        let pages: PagedDocument =
            typst::compile(&sheet).output.map_err(|why| not(form, "set", &why))?;
        let title = view["title"].as_str().unwrap_or_default().to_owned();
        Ok(Laid { pages, title, invoice: !view["invoice"].is_null(), form: form.clone() })
    }
}

/// A bill laid out on its pages.
pub struct Laid {
    pages: PagedDocument,
    title: String,
    invoice: bool,
    form: Source,
}

impl Laid {
    /// Writes the pages as a PDF, the other half of [`Press::pdf`].
    ///
    /// Fails where it is no accessible PDF.
    pub fn written(&self) -> Result<Vec<u8>> {
        // With an invoice inside it is kept for long as well: PDF/A-3 is the one that may have files in it.
        let wanted: &[PdfStandard] = match self.invoice {
            false => &[PdfStandard::Ua_1],
            true => &[PdfStandard::Ua_1, PdfStandard::A_3a],
        };
        let standards = PdfStandards::new(wanted).map_err(|why| anyhow!("{}", why.message()))?;
        let options = PdfOptions {
            ident: typst::foundations::Smart::Custom(self.title.clone()),
            creator: typst::foundations::Smart::Custom(Some("meterbook".to_owned())),
            standards,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&self.pages, &options).map_err(|why| not(&self.form, "written", &why))
    }
}

/// Lets go of what layout remembers of earlier bills.
pub fn forget() {
    comemo::evict(REMEMBERED);
}

fn not(form: &Source, what: &str, why: &[SourceDiagnostic]) -> anyhow::Error {
    let said = |it: &SourceDiagnostic| {
        let range = match it.span.get() {
            DiagSpanKind::Number { id, num, sub_range } if id == form.id() => {
                form.range(num, sub_range)
            }
            _ => None,
        };
        let line = range.and_then(|it| form.lines().byte_to_line(it.start));
        let line = line.map_or_else(String::new, |it| format!("line {}: ", it + 1));
        format!("{line}{}", it.message)
    };
    let first = why.first().map_or_else(String::new, said);
    anyhow!("the bill could not be {what}: {first}")
}

/// How the program itself sets a form, or what all forms share: `kit`.
pub fn template(name: &str) -> Option<&'static str> {
    if name == "kit" {
        return Some(KIT);
    }
    FORMS.iter().find(|it| it.0.word() == name).map(|it| it.1)
}

fn place(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the path is written just here");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.form.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let source = [self.form, &self.press.kit].into_iter().find(|it| it.id() == id);
        source.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.view { Ok(self.view.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
