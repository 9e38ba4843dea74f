//! What points at what in a Green Button feed, looked up by its links.

use std::collections::HashMap;

use super::{Entry, ReadingType};

/// The entries of a feed by their links.
pub(super) struct Links<'a> {
    entries: &'a [Entry],
    points: HashMap<&'a str, usize>,
    readings: HashMap<&'a str, usize>,
    related: HashMap<&'a str, usize>,
    kinds: HashMap<&'a str, usize>,
    only_reading: Option<usize>,
    only_kind: Option<usize>,
    /// How many usage points have this title.
    titles: HashMap<&'a str, usize>,
}

impl<'a> Links<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Links<'a> {
        let mut links = Links {
            entries,
            points: HashMap::new(),
            readings: HashMap::new(),
            related: HashMap::new(),
            kinds: HashMap::new(),
            only_reading: None,
            only_kind: None,
            titles: HashMap::new(),
        };
        let (mut readings, mut kinds) = (0, 0);
        for (at, entry) in entries.iter().enumerate() {
            let own = entry.own.as_str();
            let new = |of: &mut HashMap<&'a str, usize>| {
                own.is_empty() || of.insert(own, at).map(|first| of.insert(own, first)).is_none()
            };
            if entry.is_usage_point && new(&mut links.points) {
                *links.titles.entry(entry.title.as_str()).or_default() += 1;
            }
            if entry.is_meter_reading && new(&mut links.readings) {
                readings += 1;
                links.only_reading = (readings == 1).then_some(at);
                for link in &entry.related {
                    links.related.entry(link).or_insert(at);
                }
            }
            if entry.kind.is_some() && new(&mut links.kinds) {
                kinds += 1;
                links.only_kind = (kinds == 1).then_some(at);
            }
        }
        links.points.remove("");
        links.readings.remove("");
        links.kinds.remove("");
        links
    }

    /// The meter reading that a block is part of.
    pub(super) fn owner(&self, block: &'a Entry) -> Option<&'a Entry> {
        if block.is_meter_reading {
            return Some(block);
        }
        let places = || [block.own.as_str(), block.up.as_str()].into_iter();
        let above = places().find_map(|it| above(it, &self.readings));
        let named = || places().find_map(|it| self.related.get(it).copied());
        above.or_else(named).or(self.only_reading).map(|it| &self.entries[it])
    }

    /// The reading type of a block; a feed with one type needs no link to it.
    pub(super) fn kind(&self, block: &Entry, owner: Option<&Entry>) -> Option<ReadingType> {
        let linked = owner.and_then(|owner| {
            owner.kind.or_else(|| {
                let at = owner.related.iter().find_map(|it| self.kinds.get(it.as_str()));
                at.and_then(|it| self.entries[*it].kind)
            })
        });
        let only = || self.only_kind.and_then(|it| self.entries[it].kind);
        block.kind.or(linked).or_else(only)
    }

    /// What the feed calls the meter: the title of its usage point, or the point's place in the links.
    pub(super) fn point(&self, entry: &Entry) -> String {
        let places = [entry.own.as_str(), entry.up.as_str()];
        let above = places.into_iter().find_map(|it| above(it, &self.points));
        let place = places.into_iter().find_map(|it| {
            let (_, rest) = it.rsplit_once("UsagePoint/")?;
            rest.split('/').next()
        });
        let titled = above.map(|it| self.entries[it].title.as_str()).filter(|it| !it.is_empty());
        match (titled, place) {
            (Some(title), Some(place)) if 1 < self.titles.get(title).copied().unwrap_or(0) => {
                format!("{title} {place}")
            }
            (Some(title), _) => title.to_owned(),
            (None, Some(place)) => place.to_owned(),
            (None, None) => entry.title.clone(),
        }
    }
}

/// The nearest entry whose own link this place is under.
fn above(mut place: &str, of: &HashMap<&str, usize>) -> Option<usize> {
    loop {
        if let Some(at) = of.get(place) {
            return Some(*at);
        }
        place = place.rsplit_once('/')?.0;
    }
}
