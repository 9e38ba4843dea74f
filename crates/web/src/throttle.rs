//! Slowing down whoever guesses passwords, or begins to pay a bill over and over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wrong passwords for one name, or beginnings of one bill, before it has to wait.
const FREE: u32 = 5;
/// How long it waits then.
const WAIT: Duration = Duration::from_secs(60);
/// Names that are remembered; a flood of names forgets the oldest guesses, not the service.
const NAMES: usize = 10_000;

/// Wrong passwords by name, since the process began.
#[derive(Default)]
pub(crate) struct Throttle {
    wrong: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Throttle {
    /// Whether somebody who signs in as `name` has to wait.
    pub(crate) fn waits(&self, name: &str) -> bool {
        let now = Instant::now();
        let wrong = self.wrong();
        let last = wrong.get(&key(name));
        last.is_some_and(|(count, at)| FREE <= *count && now.duration_since(*at) < WAIT)
    }

    /// Remembers a wrong password.
    pub(crate) fn remember(&self, name: &str) {
        let now = Instant::now();
        let mut wrong = self.wrong();
        if NAMES <= wrong.len() {
            wrong.retain(|_, (_, at)| now.duration_since(*at) < WAIT);
        }
        let (count, at) = wrong.entry(key(name)).or_insert((0, now));
        if WAIT <= now.duration_since(*at) {
            *count = 0;
        }
        *count += 1;
        *at = now;
    }

    /// Forgets the wrong passwords of somebody who knew the right one.
    pub(crate) fn forget(&self, name: &str) {
        self.wrong().remove(&key(name));
    }

    fn wrong(&self) -> MutexGuard<'_, HashMap<String, (u32, Instant)>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_five_wrong_passwords_a_name_waits_and_others_do_not() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert!(!throttle.waits("ann"));
            throttle.remember("Ann ");
        }
        assert!(throttle.waits("ann") && !throttle.waits("bob"));
        throttle.forget("ann");
        assert!(!throttle.waits("ann"));
    }
}
