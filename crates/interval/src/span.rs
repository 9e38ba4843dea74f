//! Spans: which of a row of values are missing or estimated, as runs.

/// So many values in a row, from an index on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The index of the first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

impl Span {
    /// The index after the last.
    pub fn end(self) -> u32 {
        self.start + self.len
    }

    /// The part of this span inside `[start, end)`, counted from `start`; `None` when there is none.
    pub fn within(self, start: u32, end: u32) -> Option<Span> {
        let (first, last) = (self.start.max(start), self.end().min(end));
        (first < last).then(|| Span { start: first - start, len: last - first })
    }

    /// The same span counted from `by` values earlier.
    pub fn later(self, by: u32) -> Span {
        Span { start: self.start + by, len: self.len }
    }

    /// The indices of the span, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end() as usize
    }
}

/// The runs of `true` in `flags`.
pub fn spans_of(flags: &[bool]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for index in (0..).zip(flags).filter_map(|(index, flag)| flag.then_some(index)) {
        match spans.last_mut() {
            Some(last) if last.end() == index => last.len += 1,
            _ => spans.push(Span { start: index, len: 1 }),
        }
    }
    spans
}
