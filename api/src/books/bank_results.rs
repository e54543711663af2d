//! What a bank answered: a file of results, recorded together with what it says of each payment.
//!
//! The file is known by its content, so that whoever sends it again learns what stands. Its lines are decided
//! one after the other on what the payments' streams say; those that are about no payment on its way stop
//! nothing and are told.

mod answering;

use std::collections::BTreeSet;

use cqrs_es::Aggregate;
use domain::bank_results::{
    BankAnswer, BankResults, BankResultsCommand, BankResultsEvent, BankResultsRecorded,
    RecordBankResults,
};
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::{AnyEvent, RecordedEvent};
use domain::ids::{BankResultsId, PaymentId};
use domain::payment::{Payment, PaymentEvent, Unmatched};
use ledger::hash::Hash;
use ledger::reader::{self, StoredEntry};
use ledger::writer::{ProposedEvent, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::{CommittedText, PrivateDetails, SealUnder};

pub use answering::{AnswerSum, AnswerSums};

use self::answering::{Answered, answer};
use super::directory::event_as;
use super::openings::check_openings;
use super::payments::{MOST_TRIES, append_refusal};
use super::signed::Signed;
use super::signing::Commands;
use super::{Acting, Author, Book, CommandError, Fault, Noun, Receipt, UserError, place_of};
use crate::requests::{BankResultsRequest, ClientId};

/// A file of results that stands recorded.
#[derive(Debug, Clone)]
pub struct StandingBankResults {
    /// Its entry; those of its payments follow.
    pub entry: StoredEntry,
    /// What the entry says.
    pub event: BankResultsRecorded,
}

/// What became of a file of results.
#[derive(Debug)]
pub enum BankResultsOutcome {
    /// It stands.
    Stands(Box<ToldResults>),
    /// No line is about a payment on its way, so nothing was recorded: the same file may come again later.
    NothingMatched(Vec<UnmatchedLine>),
}

/// A file of results that stands, and how its lines fared.
#[derive(Debug)]
pub struct ToldResults {
    /// That of the file's own entry.
    pub receipt: Receipt,
    /// What that entry says.
    pub event: BankResultsRecorded,
    /// What those lines come to that change anything; `None` where the file was recorded before.
    pub sums: Option<AnswerSums>,
    /// The others, in their order; where the file was recorded before, with what is in their way now.
    pub unmatched: Vec<UnmatchedLine>,
}

/// A line that is about no payment on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedLine {
    /// Which line, from 1, the header not counted.
    pub line: u32,
    /// The row as a spreadsheet numbers it, the header being 1.
    pub row: u64,
    /// The payment that it names, by the client's id.
    pub payment: ClientId,
    /// Why it changes nothing.
    pub reason: Unmatched,
}

/// A file of results on its way.
struct Results {
    author: Author,
    kept: Vec<u8>,
    command: Box<RecordBankResults>,
    own: PrivateDetails,
}

/// What a file of results came to.
enum Carried {
    /// It was recorded now.
    Now { receipt: Receipt, event: BankResultsRecorded, answered: Answered },
    /// It stood there before.
    Before(StandingBankResults),
    /// No line is about a payment on its way.
    Nothing(Answered),
}

/// Entries that are in memory at the same time.
const ENTRIES_AT_ONCE: usize = 10_000;

/// These lines of a file as their sender knows them.
fn told_lines(request: &BankResultsRequest, lines: Vec<(u32, Unmatched)>) -> Vec<UnmatchedLine> {
    let place = |line: u32| usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
    let told = lines.into_iter().filter_map(|(line, reason)| {
        let told = request.lines.get(place(line))?;
        Some(UnmatchedLine { line, row: told.row, payment: told.payment.clone(), reason })
    });
    told.collect()
}

impl Book {
    /// Records what a bank's file says of payments that were released. The same file again, by anybody,
    /// answers with what stands, and changes nothing.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault. What its lines say is none.
    pub async fn record_bank_results(
        &self,
        acting: &Acting,
        request: BankResultsRequest,
    ) -> Result<BankResultsOutcome, CommandError> {
        let (results, digest) = (self.bank_results_id(request.file), request.file.to_string());
        if let Some(standing) = self.standing_bank_results(results).await? {
            return self.told_again(standing, &request).await;
        }
        let (told, file) = CommittedText::commit("file", &digest, &self.randomness)?;
        let answers = self.bank_answers(&request);
        let command = Box::new(RecordBankResults { results, file, answers });
        let printed: AnyCommand = BankResultsCommand::RecordBankResults(command.clone()).into();
        let printed = printed.print();
        let kept = self.kept_command(acting, results.as_uuid(), Commands::One(&printed)).await?;
        let own = PrivateDetails { file: Some(told), ..PrivateDetails::default() };
        let results = Results { author: acting.author(&self.id)?, kept, command, own };
        match self.carry_results(results).await? {
            Carried::Before(standing) => self.told_again(standing, &request).await,
            Carried::Nothing(answered) => {
                Ok(BankResultsOutcome::NothingMatched(told_lines(&request, answered.unmatched)))
            }
            Carried::Now { receipt, event, answered } => {
                let unmatched = told_lines(&request, answered.unmatched);
                let sums = Some(answered.sums);
                Ok(BankResultsOutcome::Stands(Box::new(ToldResults {
                    receipt,
                    event,
                    sums,
                    unmatched,
                })))
            }
        }
    }

    fn bank_answers(&self, request: &BankResultsRequest) -> Vec<BankAnswer> {
        let answers = request.lines.iter().map(|line| BankAnswer {
            payment: self.payment_id(line.payment.as_str()),
            occurred_on: line.occurred_on,
            outcome: line.outcome,
        });
        answers.collect()
    }

    /// A file that stands, with the lines of it that changed nothing.
    async fn told_again(
        &self,
        standing: StandingBankResults,
        request: &BankResultsRequest,
    ) -> Result<BankResultsOutcome, CommandError> {
        let others = match standing.event.unmatched {
            0 => Vec::new(),
            _ => self.in_the_way(&standing, request).await?,
        };
        let unmatched = told_lines(request, others);
        let (receipt, event) = (Receipt::standing(&standing.entry)?, standing.event);
        Ok(BankResultsOutcome::Stands(Box::new(ToldResults {
            receipt,
            event,
            sums: None,
            unmatched,
        })))
    }

    /// The lines that changed nothing, and what is in their way now, each decided on what those before it would
    /// make of its payment in a file of their own.
    async fn in_the_way(
        &self,
        standing: &StandingBankResults,
        request: &BankResultsRequest,
    ) -> Result<Vec<(u32, Unmatched)>, Fault> {
        let matched = self.matched_lines(standing).await?;
        let others = (1..).zip(self.bank_answers(request));
        let others: Vec<(u32, BankAnswer)> =
            others.filter(|(line, _)| !matched.contains(line)).collect();
        let payments: Vec<PaymentId> = others.iter().map(|(_, answer)| answer.payment).collect();
        let mut streams = self.payment_streams(&payments).await?;
        let told = others.iter().map(|(line, answer)| {
            let Some(stream) = streams.get_mut(&answer.payment) else {
                return (*line, Unmatched::UnknownPayment);
            };
            // What was settled since could still be returned; but that is not what this line was about.
            let new = matches!(stream.state, Payment::Recorded(_));
            match stream.state.answer(answer, standing.event.results, *line) {
                Err(why) => (*line, why),
                Ok(event) if new => {
                    stream.state.apply(event);
                    (*line, Unmatched::TooEarly)
                }
                Ok(_) => (*line, Unmatched::AnsweredBefore),
            }
        });
        Ok(told.collect())
    }

    /// The numbers of the lines that changed anything: their entries follow that of the file.
    async fn matched_lines(&self, standing: &StandingBankResults) -> Result<BTreeSet<u32>, Fault> {
        let positions = (1..=u64::from(standing.event.answered))
            .map(|after| standing.entry.position.saturating_add(after));
        let positions: Vec<u64> = positions.collect();
        let mut connection = self.pool.acquire().await?;
        let mut lines = BTreeSet::new();
        for some in positions.chunks(ENTRIES_AT_ONCE) {
            for entry in reader::entries(&mut connection, &self.id, some).await? {
                match event_as(&entry.bytes)? {
                    PaymentEvent::PaymentSettled(settled) => lines.insert(settled.line),
                    PaymentEvent::PaymentReturned(returned) => lines.insert(returned.line),
                    // Nothing else stands behind a file.
                    PaymentEvent::PaymentRecorded(_)
                    | PaymentEvent::PaymentReversed(_)
                    | PaymentEvent::RecoveryOrdered(_)
                    | PaymentEvent::RecoveryReceived(_)
                    | PaymentEvent::RecoveryWaived(_) => false,
                };
            }
        }
        Ok(lines)
    }

    /// Records a file of results whose command an officer signed elsewhere. The file's digest must be told
    /// beside it, and its id be the one that stands for that digest.
    pub(super) async fn record_bank_results_signed(
        &self,
        signed: Signed,
        command: Box<RecordBankResults>,
        own: PrivateDetails,
    ) -> Result<Receipt, CommandError> {
        if command.answers.is_empty() {
            let message = "文件没有任何一行 / the file has no line".to_owned();
            return Err(UserError::new("NO_ROWS", &["envelope"], message).into());
        }
        let asked = BankResultsCommand::RecordBankResults(command.clone()).into();
        check_openings(&asked, &own)?;
        let digest = own.file.as_ref().map(CommittedText::text);
        let Some(digest) = digest.filter(|digest| Hash::parse(digest).is_some()) else {
            let message = "须为文件字节的 SHA-256:64 位小写十六进制 / it must be the SHA-256 of the file's bytes: 64 lower-case hex digits";
            let field = ["beside", "file"];
            return Err(UserError::new("INVALID_TEXT", &field, message.to_owned()).into());
        };
        for told in [own.client_id.as_deref(), Some(digest)].into_iter().flatten() {
            self.check_client_id(&asked, Some(told))?;
        }
        let own = PrivateDetails { file: own.file, ..PrivateDetails::default() };
        let Signed { actor, request: _, kept } = signed;
        let author = Author::of_signature(actor);
        match self.carry_results(Results { author, kept, command, own }).await? {
            Carried::Now { receipt, .. } => Ok(receipt),
            Carried::Before(standing) => Ok(Receipt::standing(&standing.entry)?),
            Carried::Nothing(_) => Err(UserError::nothing_matched().into()),
        }
    }

    /// Looks, decides, submits; again when a payment moved meanwhile or another program was first.
    async fn carry_results(&self, results: Results) -> Result<Carried, CommandError> {
        let id = results.command.results;
        let payments: Vec<PaymentId> =
            results.command.answers.iter().map(|answer| answer.payment).collect();
        let mut known = false;
        for _ in 0..MOST_TRIES {
            if let Some(standing) = self.standing_bank_results(id).await? {
                return Ok(Carried::Before(standing));
            }
            if known {
                // The request stands, and is no file of results.
                return Err(UserError::id_reused(&["file"]).into());
            }
            let mut answered = answer(&results.command, self.payment_streams(&payments).await?)?;
            if answered.events.is_empty() {
                // Another program may have recorded this very file since.
                return Ok(match self.standing_bank_results(id).await? {
                    Some(standing) => Carried::Before(standing),
                    None => Carried::Nothing(answered),
                });
            }
            let asked = BankResultsCommand::RecordBankResults(results.command.clone());
            let event = BankResults::Absent.decide(asked, &answered.facts());
            let event = event.map_err(|refusal| UserError::of(&refusal))?;
            let event = event.ok_or_else(|| Fault::damaged(&"a new file that stands already"))?;
            let mut events = vec![self.announced(&event, &results.own)?];
            events.append(&mut answered.events);
            let Author { actor, signed_in } = results.author.clone();
            let (request, command) = (id.as_uuid(), Some(results.kept.clone()));
            let submission = Submission { request, actor, signed_in, command, events };
            let _large = self.large_list();
            match self.store.writer().submit(submission).await {
                Ok(recorded) => {
                    self.projecting.wake();
                    let receipt = Receipt::of_all(&recorded);
                    let receipt = receipt.ok_or_else(|| Fault::damaged(&"no receipt"))?;
                    let BankResultsEvent::BankResultsRecorded(event) = event;
                    return Ok(Carried::Now { receipt, event, answered });
                }
                Err(SubmitError::Moved { .. }) => {}
                Err(SubmitError::RequestKnown { .. }) => known = true,
                Err(SubmitError::Refused(refusals)) => {
                    let first = refusals.first().map(|refusal| append_refusal(&refusal.reason));
                    return Err(first
                        .ok_or_else(|| Fault::damaged(&"a refusal without a reason"))?
                        .into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::database(&"streams moved again and again").into())
    }

    /// The file's own entry, with what lies beside it.
    fn announced(
        &self,
        event: &BankResultsEvent,
        own: &PrivateDetails,
    ) -> Result<ProposedEvent, Fault> {
        let place = place_of(&AnyEvent::from(event.clone()));
        let sealed = self.people.seal_details(&self.domain_id, SealUnder::Ledger, &place, own)?;
        Ok(ProposedEvent {
            stream: StreamId::new(BankResults::TYPE, &event.stream_id())
                .map_err(|error| Fault::damaged(&error))?,
            after: 0,
            event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
            payload: event.payload(),
            attachment: Some(sealed),
        })
    }

    /// The file of results that these bytes, by their SHA-256, stand for.
    pub fn bank_results_id(&self, file: Hash) -> BankResultsId {
        let noun = Noun::BankResults.as_str();
        BankResultsId::from_uuid(self.uuid(noun, &file.to_string()))
    }

    /// The file of results of that id; `None` where none was recorded under it.
    ///
    /// # Errors
    /// When the database fails or the entry cannot be read.
    pub async fn standing_bank_results(
        &self,
        id: BankResultsId,
    ) -> Result<Option<StandingBankResults>, Fault> {
        let stream = StreamId::new(BankResults::TYPE, &id.to_string());
        let stream = stream.map_err(|error| Fault::damaged(&error))?;
        let mut connection = self.pool.acquire().await?;
        let entries = reader::stream(&mut connection, &self.id, &stream).await?;
        drop(connection);
        entries.into_iter().next().map(StandingBankResults::read).transpose()
    }

    /// Every file of results, in the order in which they were recorded, read from the entries themselves.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn bank_results(&self) -> Result<Vec<StandingBankResults>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let entries = reader::first_entries(&mut connection, &self.id, BankResults::TYPE).await?;
        drop(connection);
        entries.into_iter().map(StandingBankResults::read).collect()
    }
}

impl StandingBankResults {
    fn read(entry: StoredEntry) -> Result<Self, Fault> {
        let BankResultsEvent::BankResultsRecorded(event) = event_as(&entry.bytes)?;
        Ok(Self { entry, event })
    }
}
