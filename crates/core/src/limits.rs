//! Every limit of the system, named, with its reason.

/// Bytes in a file that is looked into, and of what a zip unpacks to. Beyond this it is a mistake or an
/// attack.
pub const FILE_BYTES: u64 = 2_000_000_000;
/// Bytes, unpacked, of a file that is taken as a whole: any but a wide one, and a zip. Its values are
/// in memory at once: of a NEM12 with two bytes for each, 48 million in less than 1 GiB.
pub const WHOLE_FILE_BYTES: u64 = 100_000_000;
/// Bytes of a wide file that are taken in one transaction. From a few megabytes up the commit costs
/// little beside the work; several parts are in memory at once, and one is done again after a crash.
pub const PART_BYTES: usize = 8_000_000;
/// Bytes in one XML element's text or one CSV field: longer ones are never reads.
pub const FIELD_BYTES: usize = 100_000;
/// Rejected lines kept of one file: a file with more is wrong as a whole.
pub const REJECTS: usize = 100_000;
/// Bytes in a tariff text. The longest real sheets are some thousand lines.
pub const TARIFF_BYTES: usize = 1_000_000;
/// Billionths of a kWh's published price, either way: a hundred is many times what any market allows.
/// Beyond it a price of a MWh was taken for one of a kWh.
pub const PRICE_NANO: i64 = 100_000_000_000;
/// Lines in one bill segment; a tariff that makes more is broken.
pub const LINES: usize = 1_000;
/// Days in one bill: two years of back-billing and a little.
pub const BILL_DAYS: i64 = 800;
/// Accounts posted in one transaction. From 25 up the commit costs little beside the work; at most
/// this much is done again after a crash.
pub const ACCOUNTS_PER_TRANSACTION: usize = 250;
/// What a generator may make in a month, in millionths of a kWh: 4 TWh, more than the largest plant.
pub const GENERATED_MICRO: i64 = 4_000_000_000_000_000;
/// Rows a search shows: more than a person reads.
pub const SEARCH_ROWS: usize = 50;
/// Scraps that one account is found by. A landlord has thousands; PostgreSQL's list of words ends at
/// a megabyte, which is some twenty thousand.
pub const SCRAPS: usize = 5_000;
/// Bytes in a photo of a completed order: what a telephone's camera makes, and twice that.
pub const PHOTO_BYTES: usize = 8_000_000;
/// Photos of one order.
pub const PHOTOS: usize = 20;
/// Bytes of what a provider of payments tells at once: one event, with what it is about.
pub const EVENT_BYTES: usize = 256_000;
/// Bytes in a document: a contract of a hundred pages, scanned in grey.
pub const DOCUMENT_BYTES: usize = 20_000_000;
/// Bytes of one form with its files: a document, or a dozen photos as telephones make them.
pub const FORM_BYTES: usize = 64_000_000;
/// Bytes of a form that are read at all, so that a browser that sends too much is told so; whoever
/// sends more is cut off.
pub const READ_AWAY: usize = 1_000_000_000;
/// Orders a list shows: more than a dispatcher reads.
pub const ORDER_ROWS: usize = 500;
/// Days ahead for which windows are offered.
pub const OFFERED_DAYS: i64 = 60;
/// Bytes in a file of payments or of a bank: a million entries of NACHA. It is held as a whole,
/// because its totals are at its end.
pub const PAYMENT_FILE_BYTES: u64 = 100_000_000;
/// Files in one zip of a bank: a year of days of a few accounts.
pub const DELIVERED_FILES: usize = 1_000;
/// Entries, transactions or items listed of one file of a bank, for example its returns.
pub const PAYMENT_ROWS: usize = 100_000;
/// Bills in one file of pages for the mail house: some twenty megabytes, which any machine prints.
pub const BILLS_PER_FILE: usize = 250;
/// Rows of one report: as many as a sheet takes, and all accounts of a large utility. They are in memory
/// at once, some hundred megabytes; beyond it, fewer days are asked for.
pub const REPORT_ROWS: usize = 1_000_000;
