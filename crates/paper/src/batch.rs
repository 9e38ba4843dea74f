//! Finished bills looked at once more before they leave, and put together for the mail house.

use anyhow::{Context, Result, ensure};
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use meterbook_core::id::AccountNumber;

use crate::read_back::{closed_up, texts_of_pdf};

/// Refuses paper of which any page does not say that it is of this account: statements have gone to
/// others in the wrong envelope, whole ones and single pages.
pub fn is_of(pdf: &[u8], account: AccountNumber) -> Result<()> {
    let pages = texts_of_pdf(pdf)
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
pub struct Tagged(Document);

impl Tagged {
    /// Reads a finished bill.
    pub fn read(pdf: &[u8]) -> Result<Tagged> {
        Document::load_mem(pdf).map(Tagged).context("a bill is no PDF")
    }

    /// How many pages it has.
    pub fn pages(&self) -> Result<i64> {
        Ok(i64::try_from(self.0.get_pages().len())?)
    }
}

/// Several bills in one PDF. Each is a part of its tags as it was tagged alone, in its own language.
/// The same bills give the same bytes.
pub struct Batch {
    whole: Document,
    /// Where the tree of pages and the tree of tags are.
    roots: (ObjectId, ObjectId),
    pages: Vec<Object>,
    parts: Vec<Object>,
    /// Which tags each page and link belongs to, by a number of its own.
    parents: Vec<Object>,
    next_parent: i64,
    ids: Vec<Object>,
    roles: Dictionary,
    count: i64,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch::new()
    }
}

impl Batch {
    /// One without a page.
    pub fn new() -> Batch {
        let mut whole = Document::with_version("1.7");
        let roots = (whole.new_object_id(), whole.new_object_id());
        Batch {
            whole,
            roots,
            pages: Vec::new(),
            parts: Vec::new(),
            parents: Vec::new(),
            next_parent: 0,
            ids: Vec::new(),
            roles: Dictionary::new(),
            count: 0,
        }
    }

    /// How many pages are in it.
    pub fn pages(&self) -> i64 {
        self.count
    }

    /// Puts a bill behind those in it.
    pub fn add(&mut self, bill: Tagged) -> Result<()> {
        let count = bill.pages()?;
        let Tagged(mut it) = bill;
        it.renumber_objects_with(self.whole.max_id + 1);
        let catalog = it.catalog().context("a PDF without a catalog")?.clone();
        let pages = catalog.get(b"Pages").and_then(Object::as_reference)?;
        let tags = catalog.get(b"StructTreeRoot").and_then(Object::as_reference);
        let tags = tags.context("a bill without tags")?;
        self.renumber(&mut it, self.parts.len() + 1);
        self.take_tags(&mut it, tags, catalog.get(b"Lang").ok())?;
        it.get_dictionary_mut(pages)?.set("Parent", self.roots.0);
        self.pages.push(pages.into());
        self.count += count;
        self.whole.max_id = it.max_id;
        self.whole.objects.append(&mut it.objects);
        Ok(())
    }

    /// The PDF.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let (pages, tags) = self.roots;
        let tree = dictionary! {
            "Type" => "Pages", "Count" => self.count, "Kids" => self.pages,
        };
        self.whole.objects.insert(pages, tree.into());
        let tree = dictionary! {
            "Type" => "StructTreeRoot",
            "RoleMap" => self.roles,
            "K" => self.parts,
            "ParentTree" => dictionary! { "Nums" => self.parents },
            "ParentTreeNextKey" => self.next_parent,
            "IDTree" => dictionary! { "Names" => self.ids },
        };
        self.whole.objects.insert(tags, tree.into());
        let catalog = self.whole.add_object(dictionary! {
            "Type" => "Catalog",
            "Pages" => pages,
            "StructTreeRoot" => tags,
            "MarkInfo" => dictionary! { "Marked" => true },
        });
        self.whole.trailer.set("Root", catalog);
        self.whole.prune_objects();
        let mut bytes = Vec::new();
        self.whole.save_to(&mut bytes).context("a batch of bills cannot be written")?;
        Ok(bytes)
    }

    /// Gives what has a number or a name among tags one that no other bill has.
    fn renumber(&mut self, it: &mut Document, nth: usize) {
        for object in it.objects.values_mut() {
            walk(object, &mut |at| {
                for key in [b"StructParents".as_slice(), b"StructParent"] {
                    if let Ok(Object::Integer(number)) = at.get_mut(key) {
                        *number += self.next_parent;
                    }
                }
                if at.has(b"S")
                    && let Ok(Object::String(id, _)) = at.get_mut(b"ID")
                {
                    *id = named(nth, id);
                }
                if let Ok(Object::Array(headers)) = at.get_mut(b"Headers") {
                    for header in headers {
                        if let Object::String(id, _) = header {
                            *id = named(nth, id);
                        }
                    }
                }
            });
        }
    }

    /// Takes over the tree of tags of a bill: its root becomes a part of this one's, so that whoever
    /// stands below it still says the truth about what is above.
    fn take_tags(
        &mut self,
        it: &mut Document,
        tags: ObjectId,
        lang: Option<&Object>,
    ) -> Result<()> {
        let root = it.get_dictionary(tags)?.clone();
        // The numbers of this bill begin where those of the one before it ended.
        let before = self.next_parent;
        let mut used = Vec::new();
        pairs(it, root.get(b"ParentTree").ok(), b"Nums", &mut used)?;
        for (key, value) in used {
            let key = key.as_i64()? + before;
            self.next_parent = key + 1;
            self.parents.extend([key.into(), value]);
        }
        let mut ids = Vec::new();
        pairs(it, root.get(b"IDTree").ok(), b"Names", &mut ids)?;
        for (key, value) in ids {
            let name = named(self.parts.len() + 1, key.as_str()?);
            self.ids.extend([Object::string_literal(name), value]);
        }
        if let Ok(roles) = root.get_deref(b"RoleMap", it).and_then(Object::as_dict) {
            self.roles.extend(roles);
        }
        let mut part = dictionary! {
            "Type" => "StructElem", "S" => "Part", "P" => self.roots.1,
            "K" => root.get(b"K")?.clone(),
        };
        if let Some(lang) = lang {
            part.set("Lang", lang.clone());
        }
        it.objects.insert(tags, part.into());
        self.parts.push(tags.into());
        Ok(())
    }
}

/// Refuses a batch in which something does not stand where it was put: each has to say its account
/// and what it is called on its own pages, and there are no others.
pub fn stands(pdf: &[u8], papers: &[(AccountNumber, String, i64)]) -> Result<()> {
    let texts = texts_of_pdf(pdf).context("a batch of bills cannot be read back")?;
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
fn pairs(
    it: &Document,
    node: Option<&Object>,
    leaf: &[u8],
    found: &mut Vec<(Object, Object)>,
) -> Result<()> {
    let Some(node) = node else { return Ok(()) };
    let node = it.dereference(node)?.1.as_dict()?;
    if let Ok(leaves) = node.get_deref(leaf, it).and_then(Object::as_array) {
        for pair in leaves.chunks_exact(2) {
            found.push((pair[0].clone(), pair[1].clone()));
        }
    }
    if let Ok(kids) = node.get_deref(b"Kids", it).and_then(Object::as_array) {
        for kid in kids {
            pairs(it, Some(kid), leaf, found)?;
        }
    }
    Ok(())
}

/// Goes through every dictionary of an object.
fn walk(object: &mut Object, each: &mut dyn FnMut(&mut Dictionary)) {
    match object {
        Object::Array(all) => all.iter_mut().for_each(|it| walk(it, each)),
        Object::Dictionary(it) => {
            each(it);
            it.iter_mut().for_each(|(_, it)| walk(it, each));
        }
        Object::Stream(it) => each(&mut it.dict),
        _ => {}
    }
}

/// A name of a tag in the nth bill: names are in order when bills are.
fn named(nth: usize, id: &[u8]) -> Vec<u8> {
    [format!("{nth:06}-").as_bytes(), id].concat()
}
