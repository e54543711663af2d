//! Letting the money of a batch go: released after its approvals, or advanced in an emergency before its papers are
//! complete. Both are an entry of the batch and the payments behind it.

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchEvent, BatchFacts, ReleaseBatch, StepBatch};
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::{AnyEvent, RecordedEvent};
use domain::ids::PaymentId;
use domain::payment::{BatchLine, Payment, PaymentEvent};
use domain::text::ListDigest;
use ledger::writer::{ProposedEvent, Refusal, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::{PrivateDetails, SealUnder};
use rayon::prelude::*;
use uuid::Uuid;

use super::BatchOutcome;
use super::draft::at_line;
use super::kept::DraftedList;
use super::line_facts::FactsOfLines;
use crate::books::identify::Owner;
use crate::books::openings::check_openings;
use crate::books::payments::{MOST_TRIES, append_refusal};
use crate::books::signed::Signed;
use crate::books::signing::Commands;
use crate::books::{
    Acting, Author, Book, CommandError, Fault, Receipt, RowRefusal, UserError, place_of,
};
use crate::requests::BatchStepRequest;

/// A release on its way, or an advance.
struct Release {
    author: Author,
    request: Uuid,
    kept: Vec<u8>,
    command: BatchCommand,
    own: PrivateDetails,
}

/// What a release makes.
enum Made {
    Refused(Vec<RowRefusal>),
    Events(Vec<ProposedEvent>),
}

impl Book {
    /// Makes the payments of a batch that was approved, all of them or none.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault; refused lines are in the outcome.
    pub async fn release_batch(
        &self,
        acting: &Acting,
        request: BatchStepRequest,
        digest: ListDigest,
    ) -> Result<BatchOutcome, CommandError> {
        let (batch, step) = (self.batch_id(&request.batch), self.step_id(&request.id));
        let officer = acting.officer.clone();
        let command = BatchCommand::ReleaseBatch(ReleaseBatch { batch, step, officer, digest });
        self.let_go(acting, request, command).await
    }

    /// Makes the payments of a submitted batch before its papers are complete, all of them or none.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault; refused lines are in the outcome.
    pub async fn advance_batch(
        &self,
        acting: &Acting,
        request: BatchStepRequest,
        digest: ListDigest,
    ) -> Result<BatchOutcome, CommandError> {
        let (batch, step) = (self.batch_id(&request.batch), self.step_id(&request.id));
        let officer = acting.officer.clone();
        let command = BatchCommand::AdvanceBatch(StepBatch { batch, step, officer, digest });
        self.let_go(acting, request, command).await
    }

    async fn let_go(
        &self,
        acting: &Acting,
        request: BatchStepRequest,
        command: BatchCommand,
    ) -> Result<BatchOutcome, CommandError> {
        let step = command.step();
        let printed = AnyCommand::from(command.clone()).print();
        let kept = self.kept_command(acting, step.as_uuid(), Commands::One(&printed)).await?;
        let client_id = Some(request.id.as_str().to_owned());
        let own = PrivateDetails { client_id, ..PrivateDetails::default() };
        let (author, request_id) = (acting.author(&self.id)?, step.as_uuid());
        let release = Release { author, request: request_id, kept, command, own };
        let done = self.carry_release(release).await;
        done.map_err(|error| error.or_unknown(UserError::unknown_batch(&request.batch)))
    }

    /// Carries out a release, or an advance, that an officer signed elsewhere.
    pub(in crate::books) async fn release_signed(
        &self,
        signed: Signed,
        command: BatchCommand,
        own: PrivateDetails,
    ) -> Result<Receipt, CommandError> {
        let asked = command.clone().into();
        check_openings(&asked, &own)?;
        self.check_client_id(&asked, own.client_id.as_deref())?;
        let Signed { actor, request, kept } = signed;
        let author = Author::of_signature(actor);
        match self.carry_release(Release { author, request, kept, command, own }).await? {
            BatchOutcome::Recorded(receipt) => Ok(receipt),
            BatchOutcome::Refused(refused) => {
                let first = refused.into_iter().next();
                let first = first.ok_or_else(|| Fault::damaged(&"a refusal without a line"))?;
                Err(at_line(first.index, first.error).into())
            }
        }
    }

    async fn carry_release(&self, release: Release) -> Result<BatchOutcome, CommandError> {
        let (batch, step) = (release.command.batch(), release.command.step());
        let stream_id = batch.to_string();
        let mut known = false;
        for _ in 0..MOST_TRIES {
            let loaded = self.store.load::<Batch>(&stream_id).await;
            let loaded = loaded.map_err(|error| Fault::database(&error))?;
            let list = match loaded.aggregate.drafted() {
                Some(drafted) => self.drafted_list(batch, drafted.step).await?,
                None => None,
            };
            let facts = facts_of(list.as_ref());
            let decided = loaded.aggregate.decide(release.command.clone(), &facts);
            let Some(event) = decided.map_err(|refusal| UserError::of(&refusal))? else {
                return Ok(BatchOutcome::Recorded(self.standing_step(batch, step).await?));
            };
            if known {
                // The request stands, and is not a step of this batch.
                return Err(UserError::id_reused(&["batch"]).into());
            }
            let list = list.ok_or_else(|| Fault::damaged(&"a batch without a list"))?;
            let events = match self.made(&release, loaded.sequence, &event, &list).await? {
                Made::Refused(refused) => return Ok(BatchOutcome::Refused(refused)),
                Made::Events(events) => events,
            };
            let Author { actor, signed_in } = release.author.clone();
            let (request, command) = (release.request, Some(release.kept.clone()));
            let submission = Submission { request, actor, signed_in, command, events };
            let _large = self.large_list();
            match self.store.writer().submit(submission).await {
                Ok(recorded) => {
                    self.projecting.wake();
                    let receipt = Receipt::of_all(&recorded);
                    let receipt = receipt.ok_or_else(|| Fault::damaged(&"no receipt"))?;
                    return Ok(BatchOutcome::Recorded(receipt));
                }
                Err(SubmitError::Moved { .. }) => self.facts.forget(),
                Err(SubmitError::RequestKnown { .. }) => known = true,
                Err(SubmitError::Refused(refusals)) => return refused_lines(&refusals),
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::database(&"streams moved again and again").into())
    }

    /// The step and its payments, decided on what the streams say now.
    async fn made(
        &self,
        release: &Release,
        after: u64,
        event: &BatchEvent,
        list: &DraftedList,
    ) -> Result<Made, CommandError> {
        let ids: Vec<PaymentId> = list.lines.iter().map(|line| line.payment).collect();
        let standing = self.standing_payments(&ids).await?;
        let paid = ids.iter().enumerate().filter(|(_, id)| standing.contains_key(id));
        let paid: Vec<RowRefusal> =
            paid.map(|(index, _)| RowRefusal { index, error: UserError::payment_made() }).collect();
        if !paid.is_empty() {
            return Ok(Made::Refused(paid));
        }
        let details = self.details_of_lines(list, 0, list.lines.len()).await?;
        let owners = self.owners(&list.lines, &details).await?;
        let facts = self.facts_of_lines(&list.lines).await?;
        let advance = matches!(event, BatchEvent::BatchAdvanced(_));
        let payments: Vec<Result<ProposedEvent, CommandError>> = (0..list.lines.len())
            .into_par_iter()
            .map(|index| self.payment_of_line(list, (index, advance), &details, &owners, &facts))
            .collect();
        let (mut events, mut refused) = (Vec::with_capacity(payments.len()), Vec::new());
        let place = place_of(&AnyEvent::from(event.clone()));
        let sealed =
            self.people.seal_details(&self.domain_id, SealUnder::Ledger, &place, &release.own)?;
        events.push(ProposedEvent {
            stream: StreamId::new(Batch::TYPE, &event.stream_id())
                .map_err(|error| Fault::damaged(&error))?,
            after,
            event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
            payload: event.payload(),
            attachment: Some(sealed),
        });
        for (index, payment) in payments.into_iter().enumerate() {
            match payment {
                Ok(payment) => events.push(payment),
                Err(CommandError::Refused(error)) => refused.push(RowRefusal { index, error }),
                Err(fault) => return Err(fault),
            }
        }
        Ok(if refused.is_empty() { Made::Events(events) } else { Made::Refused(refused) })
    }

    fn payment_of_line(
        &self,
        list: &DraftedList,
        (index, advance): (usize, bool),
        details: &[PrivateDetails],
        owners: &[Owner],
        facts: &FactsOfLines,
    ) -> Result<ProposedEvent, CommandError> {
        let (Some(line), Some(details), Some(owner)) =
            (list.lines.get(index), details.get(index), owners.get(index))
        else {
            return Err(Fault::damaged(&"a line without what lies beside it").into());
        };
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        let basis = BatchLine { batch: list.event.batch, line: number, advance };
        let payment = Payment::Absent.instruct(line.clone(), basis, &facts.of(line));
        let payment = payment.map_err(|refusal| UserError::of(&refusal))?;
        let event = PaymentEvent::PaymentRecorded(Box::new(payment));
        let place = place_of(&AnyEvent::from(event.clone()));
        let sealed =
            self.people.seal_details(&self.domain_id, owner.seal_under(), &place, details)?;
        Ok(ProposedEvent {
            stream: StreamId::new(Payment::TYPE, &event.stream_id())
                .map_err(|error| Fault::damaged(&error))?,
            after: 0,
            event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
            payload: event.payload(),
            attachment: Some(sealed),
        })
    }
}

/// The digest over the lines as they are kept now: what leaves is measured by it.
fn facts_of(list: Option<&DraftedList>) -> BatchFacts {
    BatchFacts { digest: list.map(DraftedList::digest), ..BatchFacts::default() }
}

/// What the append refused: its first event is the step itself, the lines follow.
fn refused_lines(refusals: &[Refusal]) -> Result<BatchOutcome, CommandError> {
    let mut refused = Vec::with_capacity(refusals.len());
    for refusal in refusals {
        let error = append_refusal(&refusal.reason);
        match refusal.event.checked_sub(1) {
            Some(index) => refused.push(RowRefusal { index, error }),
            None => return Err(error.into()),
        }
    }
    Ok(BatchOutcome::Refused(refused))
}
