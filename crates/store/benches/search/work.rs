//! What the processor works for a question: the time on a clock also has others' work in it.

use std::path::PathBuf;

use rustix::time::{ClockId, clock_gettime};

/// Those that work for a question: this thread, and the server's processes where Linux tells what
/// they do.
pub(crate) struct Work {
    servers: Vec<PathBuf>,
}

impl Work {
    /// The work of this thread and of server processes with these numbers.
    pub(crate) fn of(servers: &[i32]) -> Work {
        let told = servers.iter().map(|it| PathBuf::from(format!("/proc/{it}/schedstat")));
        Work { servers: told.filter(|it| it.exists()).collect() }
    }

    /// Microseconds of work until now.
    pub(crate) fn micros(&self) -> u128 {
        let mine = clock_gettime(ClockId::ThreadCPUTime);
        let mine = i128::from(mine.tv_sec) * 1_000_000_000 + i128::from(mine.tv_nsec);
        // The first number is nanoseconds on a processor.
        let of_server = |it: &PathBuf| {
            std::fs::read_to_string(it).ok()?.split(' ').next()?.parse::<i128>().ok()
        };
        let theirs: i128 = self.servers.iter().filter_map(of_server).sum();
        u128::try_from(mine + theirs).unwrap_or_default().div_euclid(1_000)
    }
}
