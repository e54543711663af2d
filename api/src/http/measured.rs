//! What a server is seen to do from outside, in the text format that Prometheus collects.

use std::sync::Arc;

use poem::{Endpoint, Middleware, Request, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tokio::time::Instant;

use crate::books::{Books, Fault};

/// In a second.
const MICROS: i64 = 1_000_000;

type Labels = Vec<(&'static str, String)>;

/// Counts since the server began. No label is about anybody.
pub(super) struct Measured {
    registry: Registry,
    answers: Family<Labels, Counter>,
    in_progress: Gauge,
    took: Histogram,
    entries: Family<Labels, Gauge>,
    recording: Family<Labels, Gauge>,
    check_age: Family<Labels, Gauge>,
}

impl Measured {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("mingzhang");
        let (answers, in_progress) = (Family::default(), Gauge::default());
        // From a millisecond to a quarter of a minute.
        let took = Histogram::new(exponential_buckets(0.001, 4.0, 8));
        let (entries, recording, check_age) =
            (Family::default(), Family::default(), Family::default());
        registry.register("http_answers", "Answers by their status", Family::clone(&answers));
        registry.register(
            "http_requests_in_progress",
            "Requests that are not answered yet",
            Gauge::clone(&in_progress),
        );
        registry.register_with_unit(
            "http_requests",
            "How long requests took",
            Unit::Seconds,
            Histogram::clone(&took),
        );
        registry.register("entries", "How many entries a ledger has", Family::clone(&entries));
        registry.register(
            "recording",
            "1 where a ledger records, 0 where its check has failed",
            Family::clone(&recording),
        );
        registry.register_with_unit(
            "check_age",
            "Since the newest entries were checked, and since everything was verified",
            Unit::Seconds,
            Family::clone(&check_age),
        );
        Self { registry, answers, in_progress, took, entries, recording, check_age }
    }

    /// Takes in how the ledgers stand now.
    pub(super) async fn look_at(&self, books: &Books) -> Result<(), Fault> {
        let now = books.clock().now();
        for book in books.ledgers().await? {
            let ledger = || vec![("ledger", book.id().to_string())];
            let size = i64::try_from(book.size().await?).unwrap_or(i64::MAX);
            self.entries.get_or_create(&ledger()).set(size);
            self.recording.get_or_create(&ledger()).set(i64::from(book.halted().is_none()));
            let checked = book.checked().borrow().clone();
            for (check, to) in [("newest", checked.newest), ("whole", checked.whole)] {
                let Some(to) = to else { continue };
                let labels = [ledger(), vec![("check", check.to_owned())]].concat();
                let micros = now.micros().saturating_sub(to.at.micros());
                self.check_age.get_or_create(&labels).set(micros / MICROS);
            }
        }
        Ok(())
    }

    /// What is not known now is not told.
    pub(super) fn forget_ledgers(&self) {
        self.entries.clear();
        self.recording.clear();
        self.check_age.clear();
    }

    /// Everything as text.
    pub(super) fn print(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Counts every answer.
#[derive(Clone)]
pub(super) struct Counting(pub(super) Arc<Measured>);

impl<E: Endpoint<Output = Response>> Middleware<E> for Counting {
    type Output = Counted<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Counted { measured: self.0.clone(), inner }
    }
}

/// What [`Counting`] makes of an endpoint.
pub(super) struct Counted<E> {
    measured: Arc<Measured>,
    inner: E,
}

/// Counted down also where a request is given up in the middle.
struct InProgress<'m>(&'m Gauge);

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Counted<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let began = Instant::now();
        self.measured.in_progress.inc();
        let under_way = InProgress(&self.measured.in_progress);
        let answered = self.inner.call(request).await;
        drop(under_way);
        let status = match &answered {
            Ok(answer) => answer.status(),
            Err(error) => error.status(),
        };
        let labels = vec![("status", status.as_u16().to_string())];
        self.measured.answers.get_or_create(&labels).inc();
        self.measured.took.observe(began.elapsed().as_secs_f64());
        answered
    }
}
