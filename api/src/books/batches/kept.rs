//! A drafted list, read back from what is kept of it.

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchDrafted, BatchEvent, SealedList};
use domain::commands::AnyCommand;
use domain::ids::{BatchId, StepId};
use domain::payment::RecordPayment;
use ledger::hash::Hash;
use ledger::signed_command::{SignedCommand, is_signed};
use ledger::{StreamId, reader, sealed_list};
use people::{OpenedDetails, PrivateDetails};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::BatchHistory;
use crate::books::directory::event_as;
use crate::books::{Book, Fault, list_digest, place_of, place_of_line};

/// A list that stands drafted.
#[derive(Debug)]
pub struct DraftedList {
    /// The step that drafted it.
    pub event: BatchDrafted,
    /// The payments, in ids.
    pub lines: Vec<RecordPayment>,
    /// What lies beside each line; nothing beside one whose recipient was forgotten.
    pub details: Vec<PrivateDetails>,
}

impl DraftedList {
    /// The first leaf under the digest.
    pub fn head(&self) -> Vec<u8> {
        let list = self.event.list;
        SealedList::head(self.event.batch, list.lines, list.total_fen)
    }

    /// What shows that a line, counted from 1, belongs to the list, without the others; `None` for a number
    /// that is no line's.
    pub fn prove(&self, number: u64) -> Option<Vec<Hash>> {
        let lines: Vec<Vec<u8>> = self.lines.iter().map(RecordPayment::line).collect();
        sealed_list::prove(&self.head(), lines.iter().map(Vec::as_slice), number)
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
        let sealed = list.event.list;
        let found = list_digest(batch.id, sealed.lines, sealed.total_fen, &list.lines);
        if found != sealed.digest {
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
            let details = self.details_of_lines(&event, attached.unwrap_or_default()).await?;
            if details.len() != lines.len() {
                return Err(Fault::damaged(
                    &"what lies beside the lines of a list is not of all of them",
                ));
            }
            return Ok(Some(DraftedList { event, lines, details }));
        }
        Ok(None)
    }

    async fn details_of_lines(
        &self,
        event: &BatchDrafted,
        attached: Vec<u8>,
    ) -> Result<Vec<PrivateDetails>, Fault> {
        let list = place_of(&BatchEvent::BatchDrafted(event.clone()).into());
        let parts = people::split_details(&attached).map_err(|error| Fault::damaged(&error))?;
        let places: Vec<String> = (1..parts.len()).map(|line| place_of_line(&list, line)).collect();
        let page: Vec<(&str, &[u8])> =
            places.iter().map(String::as_str).zip(parts.into_iter().skip(1)).collect();
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
