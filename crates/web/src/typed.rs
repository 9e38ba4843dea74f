//! What somebody typed into a form, as they typed it: a refusal shows it again and loses nothing.

use std::collections::HashMap;

/// The fields of a form, in their order; a name may stand several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed(Vec<(String, String)>);

/// What is wrong with what was typed, by the field that it is said beside; what concerns no field is
/// under the empty name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrong(HashMap<String, String>);

impl Typed {
    /// The fields as they came.
    pub(crate) fn new(fields: Vec<(String, String)>) -> Typed {
        Typed(fields)
    }

    /// What stands in a field, without the spaces around it; nothing where it was left empty.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|it| it.0 == name).map_or("", |it| it.1.trim())
    }

    /// What stands in a field, where something does.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|it| !it.is_empty())
    }

    /// Whether one of several boxes of a name is ticked.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|it| it.0 == name && it.1 == value)
    }

    /// All that stands under a name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |it| it.0 == name).map(|it| it.1.trim())
    }

    /// The nth of what stands under a name, from zero.
    pub(crate) fn nth<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a str> {
        self.all(name).nth(nth)
    }

    /// All fields but these, to be sent along.
    pub(crate) fn others(&self, these: &[&str]) -> Vec<(String, String)> {
        self.0.iter().filter(|it| !these.contains(&it.0.as_str())).cloned().collect()
    }

    /// Fills a field in that was not there.
    pub(crate) fn or(&mut self, name: &str, value: impl FnOnce() -> String) {
        if self.0.iter().all(|it| it.0 != name) {
            self.0.push((name.to_owned(), value()));
        }
    }

    /// Whether a field is there, empty or not.
    pub(crate) fn is_there(&self, name: &str) -> bool {
        self.0.iter().any(|it| it.0 == name)
    }
}

impl Wrong {
    /// Says something beside a field, unless something is said there already.
    pub(crate) fn say(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.entry(field.into()).or_insert_with(|| text.into());
    }

    /// What is said beside a field.
    pub(crate) fn at(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// What is said beside the field of one of several things.
    pub(crate) fn of(&self, field: &str, id: impl std::fmt::Display) -> &str {
        self.at(&format!("{field}-{id}"))
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_by_its_name() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut typed =
            Typed::new(vec![field("stop", "7"), field("stop", "8"), field("on", " x ")]);
        assert!(typed.has("stop", "8") && !typed.has("stop", "9"));
        assert_eq!((typed.text("on"), typed.text("nothing")), ("x", ""));
        typed.or("on", || "y".to_owned());
        typed.or("since", || "z".to_owned());
        assert_eq!(typed.others(&["stop", "on"]), [field("since", "z")]);
        assert_eq!((typed.text("on"), typed.text("since")), ("x", "z"));
    }

    #[test]
    fn the_first_word_about_a_field_stands() {
        let mut wrong = Wrong::default();
        assert!(wrong.is_empty());
        wrong.say("on", "first");
        wrong.say("on", "second");
        assert_eq!((wrong.at("on"), wrong.at("other")), ("first", ""));
    }
}
