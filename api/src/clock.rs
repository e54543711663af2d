//! The machine's clock, for the whole program.

use ledger::clock::{Clock, Moment};

/// Tells the machine's time.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineClock;

impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods, reason = "this is where the program takes its time from")]
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.ok().and_then(|since| i64::try_from(since.as_micros()).ok());
        // A clock before 1970 or after 9999 is so wrong that the writer refuses it.
        micros.and_then(Moment::from_micros).unwrap_or(Moment::EARLIEST)
    }
}
