//! Making the list of a batch.

use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchEvent, BatchFacts, DraftBatch};
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::RecordedEvent;
use domain::ids::{BatchId, PaymentId, StepId};
use domain::money::Money;
use domain::payment::{BatchLine, Payment, PaymentCommand, RecordPayment};
use domain::refusal::AppendRefusal;
use domain::text::{ListDigest, PlainName};
use ledger::writer::{ProposedEvent, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::{PrivateDetails, SealUnder};
use uuid::Uuid;

use super::kept::DraftedList;
use super::{BatchOutcome, is_step};
use crate::books::identify::{Kept, Owner, difference};
use crate::books::openings::check_openings;
use crate::books::payments::{MOST_TRIES, Recording};
use crate::books::signed::Signed;
use crate::books::signing::Commands;
use crate::books::{
    Acting, Author, Book, CommandError, Fault, Receipt, RowRefusal, UserError, list_digest,
    place_of, place_of_line,
};
use crate::requests::{ClientId, DraftBatchRequest, PaymentRequest};

/// Under which ids a list is drafted, and for what.
pub(in crate::books) struct DraftAs {
    /// The client's id of the draft.
    pub(in crate::books) id: ClientId,
    /// The client's id of the batch.
    pub(in crate::books) batch: ClientId,
    pub(in crate::books) title: PlainName,
}

/// What stands already under the id of a draft; nothing and no details where it is new.
pub(in crate::books) struct StandingDraft {
    list: Option<DraftedList>,
    /// Beside each line, so that a text that is told again repeats its commitment.
    pub(in crate::books) details: Vec<PrivateDetails>,
}

/// A draft on its way.
struct Draft {
    author: Author,
    request: Uuid,
    kept: Vec<u8>,
    command: DraftBatch,
    own: PrivateDetails,
    details: Vec<PrivateDetails>,
}

impl Book {
    /// Makes the list of a batch, or another one in its place while its maker has it. Each line must be one
    /// that could be paid by itself now, apart from months that were paid before and the money that is
    /// there, which only the release can know.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault; refused lines are in the outcome.
    pub async fn draft_batch(
        &self,
        acting: &Acting,
        request: DraftBatchRequest,
    ) -> Result<BatchOutcome, CommandError> {
        let DraftBatchRequest { id, batch, title, rows } = request;
        let stood = self.standing_draft(&id, &batch).await?;
        match self.lines_of(&rows, &stood.details).await? {
            Ok(lines) => self.draft_lines(acting, DraftAs { id, batch, title }, lines, stood).await,
            Err(refused) => Ok(BatchOutcome::Refused(refused)),
        }
    }

    /// The draft that stands under the client's id already, with what lies beside its lines.
    pub(in crate::books) async fn standing_draft(
        &self,
        id: &ClientId,
        batch: &ClientId,
    ) -> Result<StandingDraft, Fault> {
        let list = self.drafted_list(self.batch_id(batch.as_str()), self.step_id(id)).await?;
        let details = match &list {
            Some(list) => self.details_of_lines(list, 0, list.lines.len()).await?,
            None => Vec::new(),
        };
        Ok(StandingDraft { list, details })
    }

    /// Makes a list of payments that were put together, wherever they came from.
    pub(in crate::books) async fn draft_lines(
        &self,
        acting: &Acting,
        draft: DraftAs,
        lines: Vec<(RecordPayment, PrivateDetails)>,
        stood: StandingDraft,
    ) -> Result<BatchOutcome, CommandError> {
        let (batch, step) = (self.batch_id(draft.batch.as_str()), self.step_id(&draft.id));
        let (lines, details): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
        let refused = match &stood.list {
            None => self.check_lines(&lines).await?,
            Some(stands) => differing((&lines, &details), (&stands.lines, &stood.details)),
        };
        if !refused.is_empty() {
            return Ok(BatchOutcome::Refused(refused));
        }
        let officer = acting.officer.clone();
        let command = DraftBatch { batch, step, officer, title: draft.title, lines };
        let printed = AnyCommand::from(BatchCommand::DraftBatch(Box::new(command.clone()))).print();
        let kept = self.kept_command(acting, step.as_uuid(), Commands::One(&printed)).await?;
        let own = PrivateDetails {
            client_id: Some(draft.id.as_str().to_owned()),
            batch_id: Some(draft.batch.as_str().to_owned()),
            ..PrivateDetails::default()
        };
        let author = acting.author(&self.id)?;
        let draft = Draft { author, request: step.as_uuid(), kept, command, own, details };
        Ok(BatchOutcome::Recorded(self.carry_draft(draft).await?))
    }

    /// Makes a list that an officer signed elsewhere.
    pub(in crate::books) async fn draft_signed(
        &self,
        signed: Signed,
        command: DraftBatch,
        own: PrivateDetails,
        mut details: Vec<PrivateDetails>,
    ) -> Result<Receipt, CommandError> {
        if let Some(line) = (details.len() > command.lines.len()).then_some(command.lines.len()) {
            let message = "清单没有这一行 / the list has no such line".to_owned();
            let refusal = UserError::new("NOT_PART_OF_COMMAND", &["beside"], message);
            return Err(at_line(line, refusal).into());
        }
        details.resize_with(command.lines.len(), PrivateDetails::default);
        for (line, (payment, details)) in command.lines.iter().zip(&details).enumerate() {
            let one = PaymentCommand::RecordPayment(Box::new(payment.clone())).into();
            let told = check_openings(&one, details)
                .and_then(|()| self.check_client_id(&one, details.client_id.as_deref()));
            told.map_err(|error| at_line(line, error))?;
        }
        let asked = BatchCommand::DraftBatch(Box::new(command.clone())).into();
        check_openings(&asked, &own)?;
        self.check_client_id(&asked, own.client_id.as_deref())?;
        let told = own.batch_id.as_deref().map(|id| self.batch_id(id));
        if told != Some(command.batch) {
            let message = "须同时给出批次编号 beside.batchId / beside.batchId is needed".to_owned();
            let field = ["beside", "batchId"];
            return Err(UserError::new("ID_NOT_EXCHANGED", &field, message).into());
        }
        let refused = match self.drafted_list(command.batch, command.step).await? {
            None => self.check_lines(&command.lines).await?,
            Some(stands) => {
                let stood = self.details_of_lines(&stands, 0, stands.lines.len()).await?;
                differing((&command.lines, &details), (&stands.lines, &stood))
            }
        };
        if let Some(refusal) = refused.into_iter().next() {
            return Err(at_line(refusal.index, refusal.error).into());
        }
        let Signed { actor, request, kept } = signed;
        let author = Author::of_signature(actor);
        self.carry_draft(Draft { author, request, kept, command, own, details }).await
    }

    /// The payments that rows ask for, with what lies beside them; or every row that cannot be read so.
    async fn lines_of(
        &self,
        rows: &[PaymentRequest],
        stood: &[PrivateDetails],
    ) -> Result<Result<Vec<(RecordPayment, PrivateDetails)>, Vec<RowRefusal>>, CommandError> {
        let names = self.names(rows).await?;
        let identified = self.identify(rows, Recording::Record).await?;
        let (mut lines, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
        for (index, (row, identified)) in rows.iter().zip(identified).enumerate() {
            let aid = self.requested_aid(row, &names);
            match identified.and_then(|identified| Ok((identified, aid?))) {
                Err(error) => refused.push(RowRefusal { index, error }),
                Ok((identified, aid)) => {
                    let kept = Kept::of(row, stood.get(index), &self.randomness)?;
                    lines.push((self.asked_payment(row, &identified, aid, &kept), kept.details));
                }
            }
        }
        Ok(if refused.is_empty() { Ok(lines) } else { Err(refused) })
    }

    /// Every line that could not be paid by itself, or that was paid before.
    async fn check_lines(&self, lines: &[RecordPayment]) -> Result<Vec<RowRefusal>, CommandError> {
        let ids: Vec<PaymentId> = lines.iter().map(|line| line.payment).collect();
        let standing = self.standing_payments(&ids).await?;
        self.facts.forget();
        let facts = self.facts_of_lines(lines).await?;
        let returned: Vec<PaymentId> = lines.iter().filter_map(|line| line.reissues).collect();
        let mut again = self.paid_out_again(&returned).await?;
        let (mut seen, mut refused) = (BTreeSet::new(), Vec::new());
        // What a line would become. Which batch it is of decides nothing here, and whether that will be advanced is
        // not known.
        let no_batch = BatchId::from_uuid(Uuid::nil());
        for (index, line) in lines.iter().enumerate() {
            let error = if standing.contains_key(&line.payment) {
                UserError::payment_made()
            } else if !seen.insert(line.payment) {
                UserError::id_reused(&["id"])
            } else if let Some(payment) = line.reissues.filter(|returned| !again.insert(*returned))
            {
                // Twice in this list, or by another that was released. The release knows for certain.
                UserError::of(&AppendRefusal::AlreadyReissued { payment }).about(&["reissues"])
            } else {
                let basis = BatchLine { batch: no_batch, line: 1, advance: false };
                match Payment::Absent.instruct(line.clone(), basis, &facts.of(line)) {
                    Ok(_) => continue,
                    Err(refusal) => UserError::of(&refusal),
                }
            };
            refused.push(RowRefusal { index, error });
        }
        Ok(refused)
    }

    async fn carry_draft(&self, draft: Draft) -> Result<Receipt, CommandError> {
        let Draft { author, request, kept, command, own, details } = draft;
        let (batch, step) = (command.batch, command.step);
        let owners = self.owners(&command.lines, &details).await?;
        let facts = BatchFacts { digest: digest_of(&command), ..BatchFacts::default() };
        let stream_id = batch.to_string();
        let mut known = false;
        for _ in 0..MOST_TRIES {
            let loaded = self.store.load::<Batch>(&stream_id).await;
            let loaded = loaded.map_err(|error| Fault::database(&error))?;
            let asked = BatchCommand::DraftBatch(Box::new(command.clone()));
            let decided = loaded.aggregate.decide(asked, &facts);
            let Some(event) = decided.map_err(|refusal| UserError::of(&refusal))? else {
                return self.standing_step(batch, step).await;
            };
            if known {
                // The request stands, and is not a step of this batch.
                return Err(UserError::id_reused(&["batch"]).into());
            }
            let proposed = ProposedEvent {
                stream: StreamId::new(Batch::TYPE, &stream_id)
                    .map_err(|error| Fault::damaged(&error))?,
                after: loaded.sequence,
                event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
                payload: event.payload(),
                attachment: Some(self.seal_list(&event, &own, &details, &owners)?),
            };
            let Author { actor, signed_in } = author.clone();
            let (command, events) = (Some(kept.clone()), vec![proposed]);
            let submission = Submission { request, actor, signed_in, command, events };
            match self.store.writer().submit(submission).await {
                Ok(recorded) => {
                    self.projecting.wake();
                    let first = recorded.first();
                    return Ok(Receipt::new(first.ok_or_else(|| Fault::damaged(&"no receipt"))?));
                }
                Err(SubmitError::Moved { .. }) => {}
                Err(SubmitError::RequestKnown { .. }) => known = true,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::database(&"a stream moved again and again").into())
    }

    /// The receipt of a step that stands in its batch, or that the id stands for another batch's.
    pub(super) async fn standing_step(
        &self,
        batch: BatchId,
        step: StepId,
    ) -> Result<Receipt, CommandError> {
        match self.standing_event(Batch::TYPE, &batch.to_string(), is_step(step)).await? {
            Some((entry, _)) => Ok(Receipt::standing(&entry)?),
            None => Err(UserError::id_reused(&["batch"]).into()),
        }
    }

    /// What lies beside a draft: its own details, then those of each line.
    fn seal_list(
        &self,
        event: &BatchEvent,
        own: &PrivateDetails,
        details: &[PrivateDetails],
        owners: &[Owner],
    ) -> Result<Vec<u8>, Fault> {
        let list = place_of(&event.clone().into());
        let seal = |under: SealUnder<'_>, place: &str, details: &PrivateDetails| {
            self.people.seal_details(&self.domain_id, under, place, details)
        };
        let mut parts = Vec::with_capacity(details.len().saturating_add(1));
        parts.push(seal(SealUnder::Ledger, &list, own)?);
        for (line, (details, owner)) in (1..).zip(details.iter().zip(owners)) {
            parts.push(seal(owner.seal_under(), &place_of_line(&list, line), details)?);
        }
        Ok(people::join_details(&parts))
    }
}

/// The digest over the lines; `None` where they sum up to nothing that can be recorded, which the batch
/// refuses by itself.
fn digest_of(command: &DraftBatch) -> Option<ListDigest> {
    let amounts = command.lines.iter().map(|line| line.amount);
    let total =
        amounts.into_iter().try_fold(Money::ZERO, |sum, amount| sum.checked_add(amount?))?;
    let lines = u32::try_from(command.lines.len()).ok()?;
    Some(list_digest(command.batch, lines, total, &command.lines))
}

/// Every line that is told again with other details where those are merely kept; a list of other lines is
/// for the batch to refuse. Nothing is kept of a line whose recipient was forgotten, so nothing can differ
/// from it.
fn differing(
    (lines, told): (&[RecordPayment], &[PrivateDetails]),
    (standing, stood): (&[RecordPayment], &[PrivateDetails]),
) -> Vec<RowRefusal> {
    if lines != standing {
        return Vec::new();
    }
    let known = |details: &PrivateDetails| *details != PrivateDetails::default();
    let pairs = told.iter().zip(stood).enumerate();
    let pairs = pairs.filter(|(_, (_, stood))| known(stood));
    let refused = pairs.filter_map(|(index, (told, stood))| {
        let error = UserError::id_reused(difference(told, stood)?);
        Some(RowRefusal { index, error })
    });
    refused.collect()
}

/// Which line of a list the mistake is in, from 0.
pub(super) fn at_line(line: usize, mut error: UserError) -> UserError {
    error.field.insert(0, line.to_string());
    error.field.insert(0, "lines".to_owned());
    error
}
