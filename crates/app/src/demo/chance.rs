//! Chance that is the same on every machine and every day: all of it follows from the seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers. Streams of one seed with other names are independent of each other,
/// so that one more street name does not change anybody's use of electricity.
pub(super) struct Chance {
    stream: ChaCha8Rng,
}

/// What a stream is for.
#[derive(Clone, Copy)]
pub(super) enum About {
    /// The weather of the town.
    Weather,
    /// The order of names and streets.
    Town,
    /// Who a customer is and what they have.
    Customer(usize),
    /// What goes through a meter.
    Load(u64),
    /// How a customer pays and when they call.
    Conduct(usize),
    /// When a bill is paid.
    Payment(usize),
}

impl Chance {
    /// The stream of `seed` that is about something.
    pub(super) fn new(seed: u64, about: About) -> Chance {
        let (kind, nth) = match about {
            About::Weather => (1, 0),
            About::Town => (2, 0),
            About::Customer(nth) => (3, u64::try_from(nth).expect("a count fits")),
            About::Load(key) => (4, key),
            About::Conduct(nth) => (5, u64::try_from(nth).expect("a count fits")),
            About::Payment(nth) => (6, u64::try_from(nth).expect("a count fits")),
        };
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream((kind << 56) | nth);
        Chance { stream }
    }

    /// A number in `[from, to)`.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = to.checked_sub(from).filter(|it| 0 < *it).expect("the range has a width");
        let draw = i64::from(self.stream.next_u32());
        from + ((draw * width) >> 32)
    }

    /// True in so many of a thousand cases.
    pub(super) fn in_thousand(&mut self, cases: i64) -> bool {
        self.between(0, 1000) < cases
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let count = i64::try_from(of.len()).expect("a table is countable");
        let nth = self.between(0, count);
        &of[usize::try_from(nth).expect("it is not negative")]
    }

    /// A number around zero, nearly normal, with about this standard deviation.
    pub(super) fn around_zero(&mut self, deviation: i64) -> i64 {
        // Four even draws of +-1000 sum to a standard deviation of 1155.
        let sum: i64 = (0..4).map(|_| self.between(-1000, 1001)).sum();
        (sum * deviation).div_euclid(1155)
    }
}
