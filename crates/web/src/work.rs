//! Work that may take longer than anybody waits for a page: it goes on beside the requests, and whoever asks
//! sees how far it is, how fast, and what it came to. What is done in a moment is answered at once.
//!
//! One of a kind goes on at a time. Nothing here is kept when the program ends: what was done of an act says
//! in the database what is left of it, and that it was cut off; a look is looked at anew.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, anyhow};
use axum::http::HeaderValue;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::under_way::{self, Long};
use meterbook_core::text::grouped;

use crate::guard::Visitor;
use crate::{Console, show};

/// How long a page waits for it before it says how far it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long what took longer than that is shown before it is looked at anew.
const FRESH: Duration = Duration::from_secs(60);
/// Seconds after which a page is asked for anew while it goes on.
const ANEW: &str = "2";

/// Told what it is at, how much of that is done, and how much there is.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// One kind of work: what is asked for, and what it comes to.
pub(crate) struct Work<A, T> {
    kept: Arc<Kept<A, T>>,
}

struct Kept<A, T> {
    stands: Mutex<Stands<A, T>>,
    ended: Condvar,
}

struct Stands<A, T> {
    /// How many were begun.
    begun: u64,
    now: Option<(u64, A, Pace)>,
    last: Option<Last<A, T>>,
    /// How long it took the last time.
    took: Option<Duration>,
}

/// The last one that came to its end.
struct Last<A, T> {
    nth: u64,
    asked: A,
    at: Timestamp,
    ended: Instant,
    came: Came<T>,
}

/// What it came to, for everybody who asks.
pub(crate) type Came<T> = Result<Arc<T>, Arc<Error>>;

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// What it is at; nothing before that is told.
    at: &'static str,
    done: u64,
    of: u64,
    begun: Instant,
    /// When it was told first how far that is, and how far it was.
    first: (Instant, u64),
    last: Instant,
    before: Option<Duration>,
}

/// What is to be seen of work that was asked for.
pub(crate) enum Seen<A, T> {
    /// It goes on.
    Works(Pace),
    /// What was asked, when it came to its end, and what it came to.
    Came(A, Timestamp, Came<T>),
    /// Nobody is at it, and nobody knows what came of it.
    Gone,
}

impl<A, T> Default for Work<A, T> {
    fn default() -> Work<A, T> {
        let stands = Stands { begun: 0, now: None, last: None, took: None };
        Work { kept: Arc::new(Kept { stands: Mutex::new(stands), ended: Condvar::new() }) }
    }
}

impl<A: Clone + Send + 'static, T: Send + Sync + 'static> Work<A, T> {
    /// Begins it, unless somebody is at it, and says by which number it is seen.
    pub(crate) fn begin(
        &self,
        asked: A,
        work: impl FnOnce(Tell<'_>) -> Result<T> + Send + 'static,
    ) -> Option<u64> {
        let mut stands = self.kept.lock();
        if stands.now.is_some() {
            return None;
        }
        stands.begun += 1;
        let (nth, now) = (stands.begun, Instant::now());
        let (before, first) = (stands.took, (now, 0));
        let pace = Pace { at: "", done: 0, of: 0, begun: now, first, last: now, before };
        stands.now = Some((nth, asked, pace));
        let kept = self.kept.clone();
        thread::spawn(move || {
            let mut tell = |at, done, of| kept.tell(at, done, of);
            let came = catch_unwind(AssertUnwindSafe(|| work(&mut tell)));
            kept.end(came.unwrap_or_else(|_| Err(anyhow!("the work was cut off"))));
        });
        Some(nth)
    }

    /// What is to be seen of one, after a moment's wait where it goes on.
    pub(crate) fn seen(&self, nth: u64) -> Seen<A, T> {
        let stands = self.kept.lock();
        let goes_on = |it: &mut Stands<A, T>| it.now.as_ref().is_some_and(|(now, ..)| *now == nth);
        let waited = self.kept.ended.wait_timeout_while(stands, PATIENCE, goes_on);
        let stands = waited.unwrap_or_else(PoisonError::into_inner).0;
        match (&stands.last, &stands.now) {
            (Some(last), _) if last.nth == nth => last.seen(),
            (_, Some((_, _, pace))) => Seen::Works(*pace),
            _ => Seen::Gone,
        }
    }

    /// How far it is, where somebody is at it.
    pub(crate) fn now(&self) -> Option<Pace> {
        self.kept.lock().now.as_ref().map(|it| it.2)
    }
}

impl<A: Clone + PartialEq + Send + 'static, T: Send + Sync + 'static> Work<A, T> {
    /// What a look finds, that changes nothing: begun where nobody is at it, seen where somebody is. What took
    /// long is shown for a while.
    pub(crate) fn look(
        &self,
        asked: A,
        work: impl Fn(Tell<'_>) -> Result<T> + Clone + Send + 'static,
    ) -> Seen<A, T> {
        if let Some(fresh) = self.fresh(&asked) {
            return fresh;
        }
        loop {
            let nth = match self.begin(asked.clone(), work.clone()) {
                Some(nth) => nth,
                None => self.kept.lock().begun,
            };
            match self.seen(nth) {
                // What somebody else asked for is over.
                Seen::Came(of, ..) if of != asked => {}
                Seen::Gone => {}
                seen => return seen,
            }
        }
    }

    fn fresh(&self, asked: &A) -> Option<Seen<A, T>> {
        let stands = self.kept.lock();
        let long = stands.took.is_some_and(|it| PATIENCE <= it);
        let is_theirs = |it: &&Last<A, T>| it.asked == *asked && it.ended.elapsed() < FRESH && long;
        stands.last.as_ref().filter(is_theirs).filter(|it| it.came.is_ok()).map(Last::seen)
    }

    /// What was looked at is so no more.
    pub(crate) fn forget(&self) {
        self.kept.lock().last = None;
    }
}

impl<A: Clone, T> Last<A, T> {
    fn seen(&self) -> Seen<A, T> {
        Seen::Came(self.asked.clone(), self.at, self.came.clone())
    }
}

impl<A, T> Kept<A, T> {
    fn lock(&self) -> MutexGuard<'_, Stands<A, T>> {
        self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, at: &'static str, done: u64, of: u64) {
        if let Some((_, _, pace)) = &mut self.lock().now {
            pace.told(at, (done, of), Instant::now());
        }
    }

    fn end(&self, came: Result<T>) {
        let mut stands = self.lock();
        let Some((nth, asked, pace)) = stands.now.take() else { return };
        let (at, ended) = (Timestamp::now(), Instant::now());
        let came = came.map(Arc::new).map_err(Arc::new);
        stands.took = Some(pace.begun.elapsed());
        stands.last = Some(Last { nth, asked, at, ended, came });
        drop(stands);
        self.ended.notify_all();
    }
}

impl Pace {
    fn told(&mut self, at: &'static str, (done, of): (u64, u64), now: Instant) {
        if self.at != at {
            self.first = (now, done);
        }
        (self.at, self.done, self.of, self.last) = (at, done, of, now);
    }

    /// How many are done in a second; nothing before some were done since it was told first.
    fn per_second(&self) -> Option<u64> {
        let took = self.last.duration_since(self.first.0).as_millis();
        let took = u64::try_from(took).ok().filter(|it| 0 < *it)?;
        (self.done.saturating_sub(self.first.1) * 1_000).checked_div(took).filter(|it| 0 < *it)
    }

    /// How long the rest of it takes, if it goes on like that.
    fn left(&self) -> Option<Duration> {
        let rest = self.of.saturating_sub(self.done).checked_div(self.per_second()?)?;
        Some(Duration::from_secs(rest))
    }
}

/// How far it is, as a page says it; what is not known is empty.
pub(crate) struct Going {
    pub(crate) title: &'static str,
    pub(crate) at: String,
    pub(crate) done: String,
    pub(crate) rate: String,
    pub(crate) left: String,
    pub(crate) since: String,
    pub(crate) before: String,
}

impl Going {
    /// Says how far work of a title is; what it is at is called by its page.
    pub(crate) fn new(
        visitor: &Visitor,
        title: &'static str,
        pace: &Pace,
        named: impl Fn(&str) -> String,
    ) -> Going {
        let count = |it: u64| grouped(&it.to_string());
        let counted = 0 < pace.of;
        let rate = pace.per_second().filter(|_| counted);
        Going {
            title,
            at: named(pace.at),
            done: match counted {
                true => format!("{} / {}", count(pace.done), count(pace.of)),
                false => String::new(),
            },
            rate: rate
                .map(|it| format!("{} {}", count(it), visitor.work().work_each_second))
                .unwrap_or_default(),
            left: pace.left().filter(|_| counted).map(show::lasting).unwrap_or_default(),
            since: show::lasting(pace.begun.elapsed()),
            before: pace.before.map(show::lasting).unwrap_or_default(),
        }
    }
}

/// What was begun and was cut off with the program, as a page says it.
pub(crate) struct Broken {
    pub(crate) begun: String,
    /// Who began it, where that is somebody.
    pub(crate) by: String,
    pub(crate) seen: String,
    /// What is left of it.
    pub(crate) rest: &'static str,
    /// Of what it was, and where that is gone on with; empty where that is on the same page.
    pub(crate) of: String,
    pub(crate) link: String,
}

impl Broken {
    /// What of a kind was cut off, if anything was.
    pub(crate) fn of(
        console: &Console,
        visitor: &Visitor,
        long: Long,
        rest: &'static str,
    ) -> Result<Option<Broken>> {
        let it = console.db.read(|tx| under_way::cut_off(tx, long, Timestamp::now()))?;
        let told = |at| show::instant(at, &console.zone, visitor.language);
        Ok(it.map(|it| Broken {
            begun: told(it.begun),
            by: it.by.unwrap_or_default(),
            seen: told(it.seen),
            rest,
            of: show::dated(&it.said, visitor.language),
            link: it
                .said
                .parse::<Date>()
                .map_or_else(|_| String::new(), |on| format!("/close?on={on}")),
        }))
    }
}

/// Asks for a page again soon, as something on it moves.
pub(crate) fn anew(mut answer: Response) -> Response {
    answer.headers_mut().insert("refresh", HeaderValue::from_static(ANEW));
    answer
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn came<A, T: Clone>(seen: Seen<A, T>) -> T {
        match seen {
            Seen::Came(_, _, Ok(it)) => T::clone(&it),
            _ => panic!("it came to something"),
        }
    }

    #[test]
    fn what_is_quick_is_answered_at_once_and_looked_at_anew() {
        let work: Work<u8, u8> = Work::default();
        assert_eq!(came(work.look(1, |_| Ok(10))), 10);
        assert_eq!(came(work.look(1, |_| Ok(11))), 11);
        assert!(work.now().is_none());
    }

    #[test]
    fn what_goes_on_is_begun_once_and_seen_until_it_ends() {
        let work: Work<&str, u8> = Work::default();
        let (go, wait) = channel::<()>();
        let slow = move |tell: Tell<'_>| {
            tell("steps", 3, 9);
            wait.recv()?;
            Ok(7)
        };
        let nth = work.begin("a", slow).unwrap();
        let Seen::Works(pace) = work.seen(nth) else { panic!("it goes on") };
        assert_eq!((pace.at, pace.done, pace.of), ("steps", 3, 9));
        assert_eq!(work.begin("b", |_| Ok(8)), None, "one at a time");
        assert!(matches!(work.look("b", |_| Ok(8)), Seen::Works(_)));
        go.send(()).unwrap();
        assert_eq!(came(work.seen(nth)), 7);
        // It took long: it is shown for a while, to who asked for the same.
        assert_eq!(came(work.look("a", |_| Ok(8))), 7);
        work.forget();
        assert_eq!(came(work.look("a", |_| Ok(8))), 8);
        assert!(matches!(work.seen(nth), Seen::Gone));
    }

    #[test]
    fn why_it_came_to_nothing_is_told() {
        let work: Work<(), ()> = Work::default();
        let nth = work.begin((), |_| Err(anyhow!("no"))).unwrap();
        let Seen::Came((), _, Err(why)) = work.seen(nth) else { panic!("it failed") };
        assert_eq!(why.to_string(), "no");
        assert!(matches!(work.seen(nth), Seen::Came(..)), "and again");
        assert!(matches!(work.seen(9), Seen::Gone));
        let nth = work.begin((), |_| panic!("a fault of ours")).unwrap();
        let Seen::Came((), _, Err(why)) = work.seen(nth) else { panic!("it failed") };
        assert_eq!(why.to_string(), "the work was cut off");
    }

    #[test]
    fn the_rest_takes_as_long_as_what_was_done() {
        let begun = Instant::now();
        let (first, before) = ((begun, 0), None);
        let mut pace = Pace { at: "", done: 0, of: 0, begun, first, last: begun, before };
        let after = |seconds| begun + Duration::from_secs(seconds);
        pace.told("cut", (10, 100), after(1));
        assert_eq!((pace.per_second(), pace.left()), (None, None), "nobody guesses from one");
        pace.told("cut", (40, 100), after(4));
        assert_eq!((pace.per_second(), pace.left()), (Some(10), Some(Duration::from_secs(6))));
        pace.told("notice", (10, 100), after(5));
        assert_eq!(pace.per_second(), None, "another part");
    }
}
