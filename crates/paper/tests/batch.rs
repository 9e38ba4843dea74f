//! Bills put together for the mail house: each stands where it was put, tagged as it was alone.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use lopdf::{Document, Object};
use meterbook_core::bill::sample::statement;
use meterbook_core::bill::{BillNumber, Statement};
use meterbook_core::id::AccountNumber;
use meterbook_core::person::Language;
use meterbook_paper::{Batch, Press, Tagged, is_of, stands, view};

/// Two bills of two accounts in two languages.
fn two() -> [(Statement, Vec<u8>); 2] {
    let press = Press::new();
    let first = statement(Language::English);
    let mut second = statement(Language::Spanish);
    second.account.number = AccountNumber::new(44_170_927).unwrap();
    second.bill.number = BillNumber("B-260803-44170927".to_owned());
    [first, second].map(|it| {
        let pdf = press.pdf(&view(&it)).unwrap();
        (it, pdf)
    })
}

fn together(bills: &[(Statement, Vec<u8>)]) -> Vec<u8> {
    let mut batch = Batch::new(Vec::new()).unwrap();
    for (_, pdf) in bills {
        batch.add(&Tagged::read(pdf.clone()).unwrap()).unwrap();
    }
    batch.finish().unwrap()
}

fn said(bills: &[(Statement, Vec<u8>)]) -> Vec<(AccountNumber, String, i64)> {
    bills.iter().map(|(it, _)| (it.account.number, it.bill.number.0.clone(), 2)).collect()
}

#[test]
fn each_bill_stands_where_it_was_put() {
    let bills = two();
    let whole = together(&bills);
    stands(whole.clone(), &said(&bills)).unwrap();
    assert_eq!(whole, together(&bills), "the same bills give the same bytes");
    let why = |bills: &[_]| stands(whole.clone(), bills).unwrap_err().to_string();
    let mut swapped = said(&bills);
    swapped.reverse();
    assert!(why(&swapped).contains("of account 4417-0927-6 do not say 4417-0927-6"));
    assert_eq!(why(&said(&bills)[..1]), "a batch has 2 pages of nothing that was put into it");
    let mut more = said(&bills);
    more[1].2 = 3;
    assert!(why(&more).contains("are missing in the batch"), "{}", why(&more));
}

#[test]
fn a_page_that_does_not_name_its_account_goes_to_nobody() {
    let [(first, pdf), (second, _)] = two();
    is_of(&pdf, first.account.number).unwrap();
    let why = is_of(&pdf, second.account.number).unwrap_err().to_string();
    assert!(why.contains("was to go to account 4417-0927-6"), "{why}");
    assert!(
        is_of(b"no PDF", first.account.number).is_err()
            && Tagged::read(b"no PDF".to_vec()).is_err()
    );
}

#[test]
fn the_tags_of_each_bill_are_a_part_in_its_own_language() {
    let bills = two();
    let whole = Document::load_mem(&together(&bills)).unwrap();
    let root = whole.catalog().unwrap().get_deref(b"StructTreeRoot", &whole).unwrap();
    let root = root.as_dict().unwrap();
    let mut pages = 0;
    let parts = root.get(b"K").unwrap().as_array().unwrap();
    let languages = parts.iter().map(|it| {
        let part = whole.dereference(it).unwrap().1.as_dict().unwrap();
        let document = part.get(b"K").unwrap().as_array().unwrap();
        let document = whole.dereference(&document[0]).unwrap().1.as_dict().unwrap();
        assert_eq!(document.get(b"P").unwrap(), it, "who stands below says who is above");
        String::from_utf8(part.get(b"Lang").unwrap().as_str().unwrap().to_vec()).unwrap()
    });
    assert_eq!(languages.collect::<Vec<_>>(), ["en", "es"]);
    let parents = root.get_deref(b"ParentTree", &whole).unwrap().as_dict().unwrap();
    let parents = parents.get(b"Nums").unwrap().as_array().unwrap();
    let keys: Vec<i64> = parents.iter().step_by(2).map(|it| it.as_i64().unwrap()).collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    for id in whole.get_pages().into_values() {
        let page = whole.get_dictionary(id).unwrap();
        let key = page.get(b"StructParents").unwrap().as_i64().unwrap();
        assert!(keys.contains(&key), "page {id:?} has tags of its own");
        // What a page's tags say of where they are leads back to the page.
        let nth = keys.iter().position(|it| *it == key).unwrap();
        let marked = whole.dereference(&parents[2 * nth + 1]).unwrap().1.as_array().unwrap();
        let element = marked.iter().find(|it| **it != Object::Null).unwrap();
        let element = whole.dereference(element).unwrap().1.as_dict().unwrap();
        if let Ok(at) = element.get(b"Pg") {
            assert_eq!(at.as_reference().unwrap(), id);
        }
        pages += 1;
    }
    assert_eq!(pages, 4);
    let names = root.get_deref(b"IDTree", &whole).unwrap().as_dict().unwrap();
    let names = names.get(b"Names").unwrap().as_array().unwrap();
    let names: Vec<&[u8]> = names.iter().step_by(2).map(|it| it.as_str().unwrap()).collect();
    assert!(names.is_sorted_by(|a, b| a < b) && !names.is_empty(), "a name is one bill's");
}
