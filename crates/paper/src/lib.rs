//! Draws a bill as PDF and HTML.
//!
//! A statement becomes a view: every text that will be read, already in its language. The PDF and
//! the HTML are made of the same view, and the amounts are read back from both before they count.

mod asking;
mod batch;
mod chart;
pub mod contents;
mod corrected;
mod day_sheet;
mod frame;
mod html;
mod letter;
mod message;
mod note;
mod objects;
mod pages;
mod patience;
mod pdf;
mod read_back;
mod says;
mod sight;
mod summary;
mod view;
mod words;
mod worker;

pub use batch::{Batch, Tagged, is_of, stands};
pub use day_sheet::day_sheet;
pub use html::html;
pub use letter::{letter, letter_html, read_back_letter};
pub use note::{note, note_html, read_back_note};
pub use patience::{PATIENCE, TooSlow, pdf_within};
pub use pdf::{Laid, Press, forget, template, unprintable};
pub use read_back::{Differs, NotAloud, ScanDiffers, read_back};
pub use says::{amount, day};
pub use summary::{read_back_summary, summary, summary_html};
pub use view::{View, view};
pub use worker::{Workers, serve_worker};
