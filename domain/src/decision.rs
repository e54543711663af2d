//! How an aggregate answers a command, without a future in between.

use cqrs_es::Aggregate;

/// An aggregate whose answer to a command is a plain function of its state, the command and the
/// facts that it was given.
///
/// `Aggregate::handle` of cqrs-es is asynchronous and writes to a sink; a million payments an hour
/// want neither. Every aggregate of this crate decides here, and its `handle` only writes the
/// result down, so both ways give the same answer by construction.
pub trait Decide: Aggregate {
    /// The event that the command leads to, `None` where the same command was recorded before, or
    /// the first refusal in the order that the refusal type documents.
    ///
    /// The state is not changed: apply the event to see its consequence.
    fn decide(
        &self,
        command: Self::Command,
        facts: &Self::Services,
    ) -> Result<Option<Self::Event>, Self::Error>;
}

/// `Aggregate::handle` of an aggregate that decides: it writes down what was decided.
macro_rules! handle_by_deciding {
    () => {
        async fn handle(
            &mut self,
            command: Self::Command,
            facts: &Self::Services,
            sink: &cqrs_es::event_sink::EventSink<Self>,
        ) -> Result<(), Self::Error> {
            if let Some(event) = self.decide(command, facts)? {
                sink.write(event, self).await;
            }
            Ok(())
        }
    };
}

pub(crate) use handle_by_deciding;
