//! Why somebody did something that is not done without saying why.

use cqrs_es::Aggregate;
use domain::events::AnyEvent;
use domain::text::Commitment;
use people::CommittedText;

use super::identify::commit_to;
use super::{Book, CommandError, UserError};

impl Book {
    /// Commits to a reason, or repeats the commitment that stands: the same step sent again is the same step. `is`
    /// finds the event of the step in its stream, `needed` says that it takes a reason.
    ///
    /// # Errors
    /// `INVALID_TEXT` where nothing is said, or a fault.
    pub(super) async fn reason<A: Aggregate>(
        &self,
        stream: &str,
        is: impl Fn(&AnyEvent) -> bool,
        text: &str,
        needed: &str,
    ) -> Result<(CommittedText, Commitment), CommandError> {
        let standing = self.standing_event(A::TYPE, stream, is).await?;
        let standing = standing.and_then(|(_, details)| details);
        let stood = standing.as_ref().and_then(|details| details.reason.as_ref());
        let committed = commit_to("reason", Some(text), stood, &self.randomness)?;
        committed
            .ok_or_else(|| UserError::new("INVALID_TEXT", &["reason"], needed.to_owned()).into())
    }
}
