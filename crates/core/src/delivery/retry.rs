//! When a piece that was put off is tried again: the wait grows with each time, from what happened.

use jiff::{Span, Timestamp, ToSpan};

use super::{Event, State};

/// What a person's word begins with in the event that queues a piece again.
pub const AGAIN: &str = "again: ";
/// Minutes before the second time. Each wait is twice the one before.
const FIRST: i64 = 15;
/// The longest wait, in minutes.
const LONGEST: i64 = 240;

/// From when on a piece may be tried; `None` at once. What a person said begins anew.
pub fn not_before(events: &[Event]) -> Option<Timestamp> {
    let last = events.last().filter(|it| put_off(it))?;
    let times = events.iter().rev().take_while(|it| it.state == State::Sending || put_off(it));
    let times = times.filter(|it| put_off(it)).count();
    last.at.checked_add(wait(i64::try_from(times).ok()?)).ok()
}

/// How long to wait after so many times.
pub fn wait(times: i64) -> Span {
    let doubled = u32::try_from(times - 1).ok().and_then(|it| 2_i64.checked_pow(it));
    let wait = doubled.and_then(|it| FIRST.checked_mul(it)).unwrap_or(LONGEST);
    wait.min(LONGEST).minutes()
}

fn put_off(it: &Event) -> bool {
    it.state == State::Queued && !it.detail.starts_with(AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(states: &[(State, &str, i64)]) -> Vec<Event> {
        let all = states.iter().zip(1..);
        all.map(|((state, detail, minute), position)| Event {
            position,
            state: *state,
            at: at(*minute),
            detail: (*detail).to_owned(),
        })
        .collect()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(minute.minutes()).unwrap()
    }

    #[test]
    fn a_wait_grows_with_each_time() {
        let (mut all, mut now) = (Vec::new(), 0);
        for wait in [15, 30, 60, 120, 240, 240] {
            all.extend([(State::Sending, "", now), (State::Queued, "451 later", now)]);
            assert_eq!(not_before(&events(&all)), Some(at(now + wait)));
            now += wait;
        }
    }

    #[test]
    fn what_was_never_put_off_does_not_wait_and_a_person_begins_anew() {
        assert_eq!(not_before(&[]), None);
        let sent = [(State::Sending, "", 0), (State::Sent, "", 0)];
        assert_eq!(not_before(&events(&sent)), None);
        let mut all = vec![
            (State::Sending, "", 0),
            (State::Queued, "451", 0),
            (State::Sending, "", 15),
            (State::Unknown, "cut", 15),
            (State::Queued, "again: she has not got it", 20),
        ];
        assert_eq!(not_before(&events(&all)), None);
        all.extend([(State::Sending, "", 21), (State::Queued, "451", 21)]);
        assert_eq!(not_before(&events(&all)), Some(at(36)));
    }
}
