//! How much is served at once, and how long a request may take to arrive.

use std::sync::Arc;
use std::time::Duration;

use poem::error::ReadBodyError;
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

/// What [`Door`] makes of an endpoint whose requests have a small body, or none.
pub(super) struct BehindDoor<E> {
    door: Door,
    inner: E,
}

/// More than any body that these endpoints read.
const SMALL_BODY: usize = 64 * 1024;

impl<E: Endpoint<Output = Response>> BehindDoor<E> {
    /// The body is waited for outside, so that whoever sends slowly takes no place.
    async fn answer(&self, mut request: Request) -> Result<poem::Result<Response>, HttpRefusal> {
        let body = request.take_body().into_bytes_limit(SMALL_BODY);
        let body = tokio::time::timeout(self.door.body_within, body).await;
        let body = body.map_err(|_| HttpRefusal::TooSlow)?.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => HttpRefusal::BodyTooLarge,
            _ => HttpRefusal::BodyIncomplete,
        })?;
        request.set_body(body);
        let _place = self.door.enter()?;
        Ok(self.inner.call(request).await)
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for BehindDoor<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        match self.answer(request).await {
            Ok(answered) => answered,
            Err(refusal) => Ok(answer::refused(MediaType::Json, refusal)),
        }
    }
}
