//! Holds the routes of the console and who may use them against the list that is reviewed.

use std::path::Path;

#[test]
fn the_routes_and_who_may_use_them_are_as_agreed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/access.txt");
    let is = meterbook_web::routes::access();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &is).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap();
    assert!(is == agreed, "golden/access.txt says otherwise; the routes are now:\n{is}");
}
