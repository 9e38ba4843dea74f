//! Finished bills looked at once more before they leave, and put together for the mail house.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result, ensure};
use meterbook_core::id::AccountNumber;

use crate::objects::{Anew, Number, Objects, entries, reference, rewrite, values};
use crate::read_back::{closed_up, texts_of};

/// The numbers of what a batch has of its own, by the places of their offsets; those of bills follow.
const PAGES: Number = 1;
const TAGS: Number = 2;
const CATALOG: Number = 3;

/// Refuses paper of which any page does not say that it is of this account: statements have gone to
/// others in the wrong envelope, whole ones and single pages.
pub fn is_of(pdf: &[u8], account: AccountNumber) -> Result<()> {
    let pages = texts_of(pdf.to_vec())
        .with_context(|| format!("a bill of account {account} cannot be read back"))?;
    ensure!(!pages.is_empty(), "a bill that was to go to account {account} has no page");
    let number = account.to_string();
    for (nth, page) in (1..).zip(&pages) {
        ensure!(
            closed_up(page).contains(&number),
            "page {nth} of a bill that was to go to account {account} does not say that it is of it"
        );
    }
    Ok(())
}

/// A finished bill, looked at to be put with others.
pub struct Tagged {
    objects: Objects,
    count: i64,
    /// The tree of pages and the tree of tags.
    roots: (Number, Number),
    language: Option<Vec<u8>>,
}

impl Tagged {
    /// Reads a finished bill.
    pub fn read(pdf: Vec<u8>) -> Result<Tagged> {
        tagged(pdf).context("a bill is no PDF with tags")
    }

    /// How many pages it has.
    pub const fn pages(&self) -> i64 {
        self.count
    }
}

fn tagged(pdf: Vec<u8>) -> Result<Tagged> {
    let objects = Objects::find(pdf)?;
    let catalog = objects.body(objects.root())?;
    let of = entries(catalog)?;
    let root = |key: &str| {
        let root = of.get(key.as_bytes()).and_then(|it| reference(catalog, it));
        root.with_context(|| format!("its catalog has no {key}"))
    };
    let roots = (root("Pages")?, root("StructTreeRoot")?);
    let language = of.get(b"Lang".as_slice()).map(|it| catalog[it.clone()].to_vec());
    let pages = objects.body(roots.0)?;
    let count = entries(pages)?.get(b"Count".as_slice()).cloned().context("it has no pages")?;
    let count = std::str::from_utf8(&pages[count])?.parse()?;
    Ok(Tagged { objects, count, roots, language })
}

/// Several bills in one PDF, written as they come: their objects are copied. Each is a part of its tags
/// as it was tagged alone, in its own language. The same bills give the same bytes.
pub struct Batch<W: Write> {
    to: W,
    at: u64,
    /// Where each object begins, by its number.
    offsets: Vec<u64>,
    pages: Vec<Number>,
    parts: Vec<Number>,
    /// Which tags each page and link belongs to, by a number of its own.
    parents: Vec<u8>,
    next_parent: i64,
    names: Vec<u8>,
    roles: BTreeMap<Vec<u8>, Vec<u8>>,
    count: i64,
    /// That of the first bill in it.
    language: Option<Vec<u8>>,
}

impl<W: Write> Batch<W> {
    /// One without a page.
    pub fn new(to: W) -> Result<Batch<W>> {
        let mut it = Batch {
            to,
            at: 0,
            offsets: vec![0; 4],
            pages: Vec::new(),
            parts: Vec::new(),
            parents: Vec::new(),
            next_parent: 0,
            names: Vec::new(),
            roles: BTreeMap::new(),
            count: 0,
            language: None,
        };
        // Four bytes that are no text, so that nobody takes it for one.
        it.write(b"%PDF-1.7\n%\x80\x80\x80\x80\n")?;
        Ok(it)
    }

    /// How many pages are in it.
    pub const fn pages(&self) -> i64 {
        self.count
    }

    /// Puts a bill behind those in it.
    pub fn add(&mut self, bill: &Tagged) -> Result<()> {
        let objects = &bill.objects;
        let (pages, tags) = bill.roots;
        let reached = objects.reached(&[pages, tags])?;
        let first = Number::try_from(self.offsets.len())?;
        let numbers: BTreeMap<Number, Number> = reached.iter().copied().zip(first..).collect();
        let names = format!("{:06}-", self.parts.len() + 1);
        let anew = Anew { numbers: &numbers, parents: self.next_parent, names: &names };
        let mut room = Vec::new();
        for number in reached {
            room.clear();
            let body = objects.body(number)?;
            if number == pages {
                write!(room, "<</Parent {PAGES} 0 R")?;
                rewrite(body.strip_prefix(b"<<").context("no tree of pages")?, &anew, &mut room)?;
            } else if number == tags {
                self.take_tags(bill, &anew, &mut room)?;
            } else {
                rewrite(body, &anew, &mut room)?;
            }
            self.object(numbers[&number], &room)?;
        }
        if self.pages.is_empty() {
            self.language.clone_from(&bill.language);
        }
        self.pages.push(numbers[&pages]);
        self.parts.push(numbers[&tags]);
        self.count += bill.count;
        Ok(())
    }

    /// What it was written to, whole, as a paper that goes to somebody by itself: with its title and the
    /// language of its first part, and saying that it is accessible (PDF/UA-1).
    pub fn finish_as(mut self, title: &str) -> Result<W> {
        let number = Number::try_from(self.offsets.len())?;
        let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let said = format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\"><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title><pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
        );
        let stream = format!(
            "<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{said}\nendstream",
            said.len()
        );
        self.object(number, stream.as_bytes())?;
        let mut more = format!("/Metadata {number} 0 R/ViewerPreferences<</DisplayDocTitle true>>")
            .into_bytes();
        if let Some(language) = &self.language {
            more.extend_from_slice(b"/Lang");
            more.extend_from_slice(language);
        }
        self.ended(&more)
    }

    /// What it was written to, whole.
    pub fn finish(self) -> Result<W> {
        self.ended(b"")
    }

    /// Writes what holds all of it together; `more` is said in its catalog.
    fn ended(mut self, more: &[u8]) -> Result<W> {
        let listed =
            |all: &[Number]| -> String { all.iter().map(|it| format!("{it} 0 R ")).collect() };
        let kids = listed(&self.pages);
        let pages = format!("<</Type/Pages/Count {}/Kids[{}]>>", self.count, kids.trim_end());
        self.object(PAGES, pages.as_bytes())?;
        let mut tags = Vec::new();
        write!(tags, "<</Type/StructTreeRoot/RoleMap<<")?;
        for (name, role) in &self.roles {
            tags.extend_from_slice(&[b"/", name.as_slice(), role].concat());
        }
        write!(tags, ">>/K[{}]", listed(&self.parts).trim_end())?;
        write!(tags, "/ParentTree<</Nums[")?;
        tags.extend_from_slice(&self.parents);
        write!(tags, "]>>/ParentTreeNextKey {}/IDTree<</Names[", self.next_parent)?;
        tags.extend_from_slice(&self.names);
        write!(tags, "]>>>>")?;
        self.object(TAGS, &tags)?;
        let mut catalog = format!(
            "<</Type/Catalog/Pages {PAGES} 0 R/StructTreeRoot {TAGS} 0 R/MarkInfo<</Marked true>>"
        )
        .into_bytes();
        catalog.extend_from_slice(more);
        catalog.extend_from_slice(b">>");
        self.object(CATALOG, &catalog)?;
        let table = self.at;
        let mut room = Vec::new();
        write!(room, "xref\n0 {}\n0000000000 65535 f \n", self.offsets.len())?;
        for offset in self.offsets.iter().skip(1) {
            writeln!(room, "{offset:010} 00000 n ")?;
        }
        let size = self.offsets.len();
        writeln!(room, "trailer\n<</Size {size}/Root {CATALOG} 0 R>>\nstartxref\n{table}\n%%EOF")?;
        self.write(&room)?;
        Ok(self.to)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.write_all(bytes).context("a batch of bills cannot be written")?;
        self.at += u64::try_from(bytes.len())?;
        Ok(())
    }

    fn object(&mut self, number: Number, body: &[u8]) -> Result<()> {
        let place = usize::try_from(number)?;
        if self.offsets.len() <= place {
            self.offsets.resize(place + 1, 0);
        }
        self.offsets[place] = self.at;
        self.write(format!("{number} 0 obj\n").as_bytes())?;
        self.write(body)?;
        self.write(b"\nendobj\n")
    }

    /// Takes over the tree of tags of a bill: its root becomes a part of this one's, so that whoever
    /// stands below it still says the truth about what is above.
    fn take_tags(&mut self, bill: &Tagged, anew: &Anew<'_>, to: &mut Vec<u8>) -> Result<()> {
        let objects = &bill.objects;
        let root = objects.body(bill.roots.1)?;
        let of = entries(root)?;
        let value = |key: &str| of.get(key.as_bytes()).map(|it| &root[it.clone()]);
        let mut used = Vec::new();
        pairs(objects, value("ParentTree"), "Nums", &mut used)?;
        for (key, tags) in used {
            let key: i64 = std::str::from_utf8(key)?.parse()?;
            let key = key + anew.parents;
            self.next_parent = key + 1;
            write!(self.parents, "{key} ")?;
            rewrite(tags, anew, &mut self.parents)?;
            self.parents.push(b' ');
        }
        let mut named = Vec::new();
        pairs(objects, value("IDTree"), "Names", &mut named)?;
        for (name, tag) in named {
            let name =
                name.strip_prefix(b"(").context("a tag has a name that is not understood")?;
            write!(self.names, "({}", anew.names)?;
            self.names.extend_from_slice(name);
            rewrite(tag, anew, &mut self.names)?;
            self.names.push(b' ');
        }
        if let Some(roles) = value("RoleMap") {
            let roles = objects.resolved(roles)?;
            for (name, role) in entries(roles)? {
                self.roles.insert(name.to_vec(), roles[role].to_vec());
            }
        }
        write!(to, "<</Type/StructElem/S/Part/P {TAGS} 0 R/K")?;
        rewrite(value("K").context("a bill without tags")?, anew, to)?;
        if let Some(language) = &bill.language {
            to.extend_from_slice(b"/Lang");
            to.extend_from_slice(language);
        }
        to.extend_from_slice(b">>");
        Ok(())
    }
}

/// Refuses a batch in which something does not stand where it was put: each has to say its account
/// and what it is called on its own pages, and there are no others.
pub fn stands(pdf: Vec<u8>, papers: &[(AccountNumber, String, i64)]) -> Result<()> {
    let texts = texts_of(pdf).context("a batch of bills cannot be read back")?;
    let mut left = texts.as_slice();
    for (account, number, pages) in papers {
        let (own, others) = left
            .split_at_checked(usize::try_from(*pages)?)
            .with_context(|| format!("the pages of {number} are missing in the batch"))?;
        let text = closed_up(&own.concat());
        for said in [account.to_string(), number.clone()] {
            ensure!(
                text.contains(&said),
                "the pages of {number} of account {account} do not say {said}"
            );
        }
        left = others;
    }
    ensure!(left.is_empty(), "a batch has {} pages of nothing that was put into it", left.len());
    Ok(())
}

/// The number or name tree below a node, as pairs in their order.
fn pairs<'a>(
    objects: &'a Objects,
    node: Option<&'a [u8]>,
    leaf: &str,
    found: &mut Vec<(&'a [u8], &'a [u8])>,
) -> Result<()> {
    let Some(node) = node else { return Ok(()) };
    let node = objects.resolved(node)?;
    let of = entries(node)?;
    if let Some(leaves) = of.get(leaf.as_bytes()) {
        let leaves = objects.resolved(&node[leaves.clone()])?;
        for pair in values(leaves)?.chunks_exact(2) {
            found.push((&leaves[pair[0].clone()], &leaves[pair[1].clone()]));
        }
    }
    if let Some(kids) = of.get(b"Kids".as_slice()) {
        let kids = objects.resolved(&node[kids.clone()])?;
        for kid in values(kids)? {
            pairs(objects, Some(&kids[kid]), leaf, found)?;
        }
    }
    Ok(())
}
