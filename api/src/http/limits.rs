//! How much is served at once, and how long a request may take to arrive.

use std::sync::Arc;
use std::time::Duration;

use poem::{Endpoint, Middleware, Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::accept::MediaType;
use super::answer;
use super::refusal::HttpRefusal;

/// What a server bears. Whoever comes beyond it is told at once to come again, so that those who are inside
/// get their answers; nothing waits in a queue that grows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many requests are carried out at the same time. One that still arrives is not among them.
    pub at_once: usize,
    /// How long a body may take to arrive.
    pub body_within: Duration,
}

impl Limits {
    /// Far more than one bureau's officers ask at once, and few enough for the memory that answers take.
    pub const STANDARD: Self = Self { at_once: 256, body_within: Duration::from_secs(30) };

    pub(super) fn door(self) -> Door {
        Door { places: Arc::new(Semaphore::new(self.at_once)), body_within: self.body_within }
    }
}

/// Lets in as many as there are places.
#[derive(Debug, Clone)]
pub(super) struct Door {
    places: Arc<Semaphore>,
    pub(super) body_within: Duration,
}

impl Door {
    /// A place, which is free again when it is dropped.
    ///
    /// # Errors
    /// When all are taken.
    pub(super) fn enter(&self) -> Result<OwnedSemaphorePermit, HttpRefusal> {
        self.places.clone().try_acquire_owned().map_err(|_| HttpRefusal::Overloaded)
    }
}

impl<E: Endpoint<Output = Response>> Middleware<E> for Door {
    type Output = BehindDoor<E>;

    fn transform(&self, inner: E) -> Self::Output {
        BehindDoor { door: self.clone(), inner }
    }
}

/// What [`Door`] makes of an endpoint whose requests have no body to wait for, or a small one.
pub(super) struct BehindDoor<E> {
    door: Door,
    inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for BehindDoor<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let _place = match self.door.enter() {
            Ok(place) => place,
            Err(refusal) => return Ok(answer::refused(MediaType::Json, refusal)),
        };
        match tokio::time::timeout(self.door.body_within, self.inner.call(request)).await {
            Ok(answered) => answered,
            Err(_) => Ok(answer::refused(MediaType::Json, HttpRefusal::TooSlow)),
        }
    }
}
