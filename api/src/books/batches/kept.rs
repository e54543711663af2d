//! A drafted list, read back from what is kept of it.

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchDrafted, BatchEvent, SealedList};
use domain::commands::AnyCommand;
use domain::ids::{BatchId, StepId};
use domain::payment::RecordPayment;
use domain::text::ListDigest;
use ledger::hash::Hash;
use ledger::signed_command::{SignedCommand, is_signed};
use ledger::{StreamId, reader, sealed_list};
use people::{OpenedDetails, PrivateDetails};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::BatchHistory;
use crate::books::directory::event_as;
use crate::books::{Book, Fault, place_of, place_of_line};

/// A list that stands drafted.
#[derive(Debug)]
pub struct DraftedList {
    /// The step that drafted it.
    pub event: BatchDrafted,
    /// The payments, in ids.
    pub lines: Vec<RecordPayment>,
    /// The leaf hashes of the head and of the lines, as they are kept now.
    leaves: Vec<Hash>,
    /// What lies beside the list and each of its lines, sealed.
    attached: Vec<u8>,
}

impl DraftedList {
    fn new(event: BatchDrafted, lines: Vec<RecordPayment>, attached: Vec<u8>) -> Self {
        let mut list = Self { event, lines, leaves: Vec::new(), attached };
        let lines: Vec<Vec<u8>> = list.lines.iter().map(RecordPayment::line).collect();
        list.leaves = sealed_list::leaves(&list.head(), lines.iter().map(Vec::as_slice));
        list
    }

    /// The first leaf under the digest.
    pub fn head(&self) -> Vec<u8> {
        let list = self.event.list;
        SealedList::head(self.event.batch, list.lines, list.total_fen)
    }

    /// The digest over the lines as they are kept now, whatever stands in the chain.
    pub(super) fn digest(&self) -> ListDigest {
        ListDigest::from_bytes(*sealed_list::root(&self.leaves).as_bytes())
    }

    /// What shows that a line, counted from 1, belongs to the list, without the others; `None` for a number
    /// that is no line's.
    pub fn prove(&self, number: u64) -> Option<Vec<Hash>> {
        sealed_list::prove(&self.leaves, number)
    }

    /// What lies beside each line, sealed.
    fn sealed_details(&self) -> Result<Vec<&[u8]>, Fault> {
        let parts =
            people::split_details(&self.attached).map_err(|error| Fault::damaged(&error))?;
        // The first is the list's own.
        Ok(parts.into_iter().skip(1).collect())
    }
}

impl Book {
    /// The list that a batch has now; `None` where nothing was drafted under it.
    ///
    /// # Errors
    /// When the database fails, what is kept cannot be read, or it is not the list whose digest stands in
    /// the chain.
    pub async fn list_of(&self, batch: &BatchHistory) -> Result<Option<DraftedList>, Fault> {
        let Some(drafted) = batch.state.drafted() else { return Ok(None) };
        let list = self.drafted_list(batch.id, drafted.step).await?;
        let list = list.ok_or_else(|| Fault::damaged(&"a batch without its list"))?;
        if list.event.batch != batch.id || list.digest() != list.event.list.digest {
            let what = format!("the list of batch {} is not the one that was drafted", batch.id);
            return Err(Fault::damaged(&what));
        }
        Ok(Some(list))
    }

    /// The list that a step drafted; `None` where it drafted none.
    pub(super) async fn drafted_list(
        &self,
        batch: BatchId,
        step: StepId,
    ) -> Result<Option<DraftedList>, Fault> {
        let stream = StreamId::new(Batch::TYPE, &batch.to_string());
        let stream = stream.map_err(|error| Fault::damaged(&error))?;
        let mut connection = self.pool.acquire().await?;
        for entry in reader::stream(&mut connection, &self.id, &stream).await? {
            let BatchEvent::BatchDrafted(event) = event_as(&entry.bytes)? else { continue };
            if event.step != step {
                continue;
            }
            let view =
                ledger::entry::parse(&entry.bytes).map_err(|error| Fault::damaged(&error))?;
            let hash = view.command.ok_or_else(|| Fault::damaged(&"a draft without a command"))?;
            let command = reader::command(&mut connection, &self.id, &hash).await?;
            let command = command.ok_or_else(|| Fault::damaged(&"a command that is not kept"))?;
            let attached =
                reader::attachments(&mut connection, &self.id, &[entry.position]).await?;
            drop(connection);
            let lines = lines_in(&command)?;
            let attached = attached.into_iter().next().map(|(_, attached)| attached);
            let list = DraftedList::new(event, lines, attached.unwrap_or_default());
            if list.sealed_details()?.len() != list.lines.len() {
                return Err(Fault::damaged(
                    &"what lies beside the lines of a list is not of all of them",
                ));
            }
            return Ok(Some(list));
        }
        Ok(None)
    }

    /// What lies beside so many lines of a list, after the first of them; nothing beside one whose recipient
    /// was forgotten. Opening takes far longer than reading, so none is opened but these.
    ///
    /// # Errors
    /// When the database fails, or what lies there does not open.
    pub async fn details_of_lines(
        &self,
        list: &DraftedList,
        skip: usize,
        take: usize,
    ) -> Result<Vec<PrivateDetails>, Fault> {
        let place = place_of(&BatchEvent::BatchDrafted(list.event.clone()).into());
        let numbered = (1..).zip(list.sealed_details()?).skip(skip).take(take);
        let placed: Vec<(String, &[u8])> =
            numbered.map(|(line, sealed)| (place_of_line(&place, line), sealed)).collect();
        let page: Vec<(&str, &[u8])> =
            placed.iter().map(|(place, sealed)| (place.as_str(), *sealed)).collect();
        let opened = self.people.open_page_of_details(&self.pool, &self.domain_id, &page).await?;
        let details = opened.into_iter().map(|opened| match opened {
            Ok(OpenedDetails::Readable(details)) => Ok(*details),
            Ok(OpenedDetails::Forgotten) => Ok(PrivateDetails::default()),
            Err(error) => Err(Fault::damaged(&error)),
        });
        details.collect()
    }
}

/// A command that nobody signed, as it is kept.
#[derive(Deserialize)]
struct Unsigned<'a> {
    #[serde(borrow)]
    command: &'a RawValue,
}

/// The lines of the draft that is kept as these bytes.
fn lines_in(kept: &[u8]) -> Result<Vec<RecordPayment>, Fault> {
    let damaged = |error: &dyn std::fmt::Display| Fault::damaged(&error);
    let command = if is_signed(kept) {
        let signed = SignedCommand::read(kept).map_err(|error| damaged(&error))?;
        AnyCommand::parse(&signed.statement().command)
    } else {
        let unsigned: Unsigned<'_> =
            serde_json::from_slice(kept).map_err(|error| damaged(&error))?;
        AnyCommand::parse(unsigned.command.get().as_bytes())
    };
    match command.map_err(|error| damaged(&error))? {
        AnyCommand::Batch(BatchCommand::DraftBatch(draft)) => Ok(draft.lines),
        other => Err(Fault::damaged(&format!("{} where a draft was", other.name()))),
    }
}
