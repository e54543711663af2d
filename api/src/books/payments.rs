//! Recording payments: one, or a list as one submission.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cqrs_es::Aggregate;
use domain::decision::Decide;
use domain::events::RecordedEvent;
use domain::ids::{FundId, PaymentId, StoreId};
use domain::payment::{Payment, PaymentCommand, PaymentFacts, RecordPayment, RequestedAid};
use domain::refusal::AppendRefusal;
use ledger::writer::{ProposedEvent, Refusal, RefusalReason, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::NoRandomness;
use rayon::prelude::*;
use uuid::Uuid;

use super::facts::Facts;
use super::identify::{Identified, Kept, difference, payout};
use super::signing::Commands;
use super::standing::{StandingPayment, StandingPayments};
use super::{Acting, Author, Book, CommandError, Fault, Receipt, RowRefusal, UserError};
use crate::requests::{AidRequest, ClientId, PaymentRequest};

/// From this many rows on, all cores decide and the read models may lag.
const MANY_ROWS: usize = 256;

/// Streams that move under a command or a list again and again make it give up after this many tries.
pub(super) const MOST_TRIES: u32 = 50;

/// Whether something is to be recorded, or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// Record it.
    Record,
    /// Say what would happen and change nothing.
    Rehearse,
}

/// What became of a list.
#[derive(Debug)]
pub enum ListOutcome {
    /// Every row stands; receipts in row order. A rehearsal gives those of rows that stood before.
    Recorded(Vec<Receipt>),
    /// Nothing was recorded; every row that is refused.
    Refused(Vec<RowRefusal>),
}

/// What a row comes to when it is decided.
enum Decided {
    Standing(Receipt),
    New { command: Vec<u8>, event: ProposedEvent },
    Refused(UserError),
}

/// The names of funds and stores that a list uses.
#[derive(Default)]
pub(super) struct Names {
    funds: BTreeMap<String, Result<FundId, UserError>>,
    stores: BTreeMap<String, Result<StoreId, UserError>>,
}

impl Book {
    /// Records one payment.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn record_payment(
        &self,
        acting: &Acting,
        request: PaymentRequest,
    ) -> Result<Receipt, CommandError> {
        let id = self.payment_id(request.id.as_str()).as_uuid();
        let rows = [request];
        match self.record_rows(acting, &rows, id, Recording::Record).await? {
            ListOutcome::Recorded(receipts) => {
                let receipt = receipts.first().copied();
                receipt.ok_or_else(|| Fault::damaged(&"no receipt for a payment").into())
            }
            ListOutcome::Refused(refusals) => match refusals.into_iter().next() {
                Some(refusal) => Err(refusal.error.into()),
                None => Err(Fault::damaged(&"a refusal without a row").into()),
            },
        }
    }

    /// Records a list of payments as one submission: all rows, or none. Rows that stand already
    /// with the same content are not recorded again.
    ///
    /// # Errors
    /// A fault; refused rows are in the outcome.
    pub async fn record_list(
        &self,
        acting: &Acting,
        rows: &[PaymentRequest],
        recording: Recording,
    ) -> Result<ListOutcome, Fault> {
        let _large = (rows.len() >= MANY_ROWS).then(|| self.large_list());
        let request = self.randomness.secret::<16>()?;
        let request = uuid::Builder::from_random_bytes(*request).into_uuid();
        match self.record_rows(acting, rows, request, recording).await {
            Ok(outcome) => Ok(outcome),
            Err(CommandError::Fault(fault)) => Err(fault),
            Err(CommandError::Refused(error)) => {
                Ok(ListOutcome::Refused(vec![RowRefusal { index: 0, error }]))
            }
        }
    }

    async fn record_rows(
        &self,
        acting: &Acting,
        rows: &[PaymentRequest],
        request: Uuid,
        recording: Recording,
    ) -> Result<ListOutcome, CommandError> {
        let ids: Vec<PaymentId> = rows.iter().map(|row| self.payment_id(row.id.as_str())).collect();
        let names = self.names(rows).await?;
        let identified = self.identify(rows, recording).await?;
        let aids: Vec<Result<RequestedAid, UserError>> =
            rows.iter().map(|row| self.requested_aid(row, &names)).collect();
        let mut list = List { book: self, rows, ids, identified, aids, standing: None };
        let mut fresh = false;
        list.look_for_a_repetition().await?;
        for _ in 0..MOST_TRIES {
            let facts = self.facts.of(self, list.aids.iter().flatten()).await?;
            let decided = list.decide(&facts)?;
            if decided.iter().any(|row| matches!(row, Decided::Refused(_))) && !fresh {
                // Decided on what was kept in memory: once more on what the database says now.
                self.facts.forget();
                list.look_for_standing().await?;
                fresh = true;
                continue;
            }
            match list.submit(decided, acting, request, recording).await? {
                Submitted::Done(outcome) => return Ok(outcome),
                Submitted::Moved => {
                    self.facts.forget();
                    list.look_for_standing().await?;
                    fresh = true;
                }
            }
        }
        Err(Fault::database(&"streams moved again and again").into())
    }

    /// What a payment rests on.
    pub(crate) async fn facts_of(&self, aid: &RequestedAid) -> Result<PaymentFacts, Fault> {
        Ok(self.facts.of(self, std::iter::once(aid)).await?.of(aid))
    }

    pub(super) async fn names(&self, rows: &[PaymentRequest]) -> Result<Names, Fault> {
        let mut names = Names::default();
        let (mut funds, mut stores) = (BTreeSet::new(), BTreeSet::new());
        for row in rows {
            match &row.aid {
                AidRequest::GrantPayment { fund, .. }
                | AidRequest::OneOff { fund, .. }
                | AidRequest::TemporaryAid { fund, .. }
                | AidRequest::DisabilitySubsidy { fund, .. } => funds.insert(fund),
                AidRequest::Goods { store, .. } => stores.insert(store),
            };
        }
        for fund in funds {
            names.funds.insert(fund.clone(), refusal_only(self.fund(fund).await)?);
        }
        for store in stores {
            names.stores.insert(store.clone(), refusal_only(self.store(store).await)?);
        }
        Ok(names)
    }

    /// The aid without its commitments, which come with the details.
    pub(super) fn requested_aid(
        &self,
        row: &PaymentRequest,
        names: &Names,
    ) -> Result<RequestedAid, UserError> {
        let fund = |text: &String| {
            names.funds.get(text).cloned().unwrap_or_else(|| Err(UserError::unknown_fund(text)))
        };
        let grant = |id: &Option<ClientId>| id.as_ref().map(|id| self.grant_id(id.as_str()));
        Ok(match &row.aid {
            AidRequest::GrantPayment { programme, fund: text, months, grant: id } => {
                let (programme, fund) = (programme.clone(), fund(text)?);
                RequestedAid::GrantPayment { programme, fund, months: *months, grant: grant(id) }
            }
            AidRequest::OneOff { programme, fund: text } => {
                RequestedAid::OneOff { programme: programme.clone(), fund: fund(text)? }
            }
            AidRequest::TemporaryAid { fund: text, urgency, .. } => {
                RequestedAid::TemporaryAid { fund: fund(text)?, urgency: *urgency, cause: None }
            }
            AidRequest::DisabilitySubsidy { fund: text, subsidy, months, .. } => {
                let (fund, subsidy, months) = (fund(text)?, *subsidy, *months);
                RequestedAid::DisabilitySubsidy { fund, subsidy, certificate: None, months }
            }
            AidRequest::Goods { store: text, items } => {
                let store = names.stores.get(text).cloned();
                let store = store.unwrap_or_else(|| Err(UserError::unknown_store(text)))?;
                RequestedAid::Goods { store, items: items.clone() }
            }
        })
    }
}

fn refusal_only<T>(found: Result<T, CommandError>) -> Result<Result<T, UserError>, Fault> {
    match found {
        Ok(id) => Ok(Ok(id)),
        Err(CommandError::Refused(error)) => Ok(Err(error)),
        Err(CommandError::Fault(fault)) => Err(fault),
    }
}

enum Submitted {
    Done(ListOutcome),
    /// A stream stands elsewhere than it was decided on.
    Moved,
}

/// A list on its way.
struct List<'a> {
    book: &'a Book,
    rows: &'a [PaymentRequest],
    ids: Vec<PaymentId>,
    identified: Vec<Result<Identified, UserError>>,
    aids: Vec<Result<RequestedAid, UserError>>,
    /// Payments that stand; none while nobody looked.
    standing: Option<StandingPayments>,
}

impl List<'_> {
    /// Payments are nearly always new, and the append finds the one that is not. What is sent again
    /// is mostly a whole list: if its first or last payment stands, the others are looked for too.
    async fn look_for_a_repetition(&mut self) -> Result<(), Fault> {
        let ends = match self.ids.as_slice() {
            [first, .., last] => [*first, *last],
            // One payment costs as much to look for as to record.
            _ => return Ok(()),
        };
        if self.book.standing_payments(&ends).await?.is_empty() {
            return Ok(());
        }
        self.look_for_standing().await
    }

    async fn look_for_standing(&mut self) -> Result<(), Fault> {
        self.standing = Some(self.book.standing_payments(&self.ids).await?);
        Ok(())
    }

    fn decide(&self, facts: &Facts) -> Result<Vec<Decided>, Fault> {
        let mut first: HashMap<PaymentId, usize> = HashMap::with_capacity(self.ids.len());
        let twice: Vec<bool> = (0..)
            .zip(&self.ids)
            .map(|(index, id)| *first.entry(*id).or_insert(index) != index)
            .collect();
        let row = |(index, twice): (usize, &bool)| {
            if *twice {
                Ok(Decided::Refused(UserError::id_reused(&["id"])))
            } else {
                self.decide_row(index, facts).map_err(Fault::from)
            }
        };
        if twice.len() < MANY_ROWS {
            twice.iter().enumerate().map(row).collect()
        } else {
            twice.par_iter().enumerate().map(row).collect()
        }
    }

    fn decide_row(&self, index: usize, facts: &Facts) -> Result<Decided, NoRandomness> {
        // The four lists are of one length.
        let (Some(row), Some(id), Some(identified), Some(aid)) = (
            self.rows.get(index),
            self.ids.get(index),
            self.identified.get(index),
            self.aids.get(index),
        ) else {
            return Ok(Decided::Refused(UserError::id_reused(&["id"])));
        };
        let identified = match identified {
            Ok(identified) => identified,
            Err(error) => return Ok(Decided::Refused(error.clone())),
        };
        let aid = match aid {
            Ok(aid) => aid.clone(),
            Err(error) => return Ok(Decided::Refused(error.clone())),
        };
        let standing = self.standing.as_ref().and_then(|standing| standing.get(id));
        let stood = standing.and_then(|standing| standing.details.as_ref());
        let kept = Kept::of(row, stood, &self.book.randomness)?;
        let facts = facts.of(&aid);
        let payment = self.book.asked_payment(row, identified, aid, &kept);
        let command = PaymentCommand::RecordPayment(Box::new(payment));
        let bytes = serde_json::to_vec(&command).unwrap_or_default();
        let absent = Payment::default();
        let state = standing.map_or(&absent, |standing| &standing.state);
        match (state.decide(command, &facts), standing) {
            (Err(refusal), _) => Ok(Decided::Refused(UserError::of(&refusal))),
            (Ok(None), Some(standing)) => Ok(same_again(&kept, standing)),
            (Ok(None), None) => Ok(Decided::Refused(UserError::id_reused(&["id"]))),
            (Ok(Some(event)), _) => {
                let place = format!("payment/{id}");
                let under = identified.owner.seal_under();
                let people = &self.book.people;
                let sealed =
                    people.seal_details(&self.book.domain_id, under, &place, &kept.details)?;
                Ok(propose(id, &event, sealed, bytes))
            }
        }
    }

    async fn submit(
        &self,
        decided: Vec<Decided>,
        acting: &Acting,
        request: Uuid,
        recording: Recording,
    ) -> Result<Submitted, CommandError> {
        let mut refusals = Vec::new();
        let (mut receipts, mut commands, mut events, mut rows) =
            (vec![None; decided.len()], Vec::new(), Vec::new(), Vec::new());
        for (index, row) in decided.into_iter().enumerate() {
            match row {
                Decided::Refused(error) => refusals.push(RowRefusal { index, error }),
                Decided::Standing(receipt) => {
                    if let Some(slot) = receipts.get_mut(index) {
                        *slot = Some(receipt);
                    }
                }
                Decided::New { command, event } => {
                    commands.push(command);
                    events.push(event);
                    rows.push(index);
                }
            }
        }
        if !refusals.is_empty() {
            return Ok(Submitted::Done(ListOutcome::Refused(refusals)));
        }
        if events.is_empty() {
            return Ok(Submitted::Done(ListOutcome::Recorded(
                receipts.into_iter().flatten().collect(),
            )));
        }
        let commands = match (commands.as_slice(), self.rows.len()) {
            ([one], 1) => Commands::One(one),
            (many, _) => Commands::Many(many),
        };
        let command = self.book.kept_command(acting, request, commands).await?;
        let Author { actor, signed_in } = acting.author(&self.book.id)?;
        let submission = Submission { request, actor, signed_in, command: Some(command), events };
        let writer = self.book.store.writer();
        let outcome = match recording {
            Recording::Record => writer.submit(submission).await,
            Recording::Rehearse => writer.rehearse(submission).await.map(|()| Vec::new()),
        };
        match outcome {
            Ok(recorded) => {
                for (row, recorded) in rows.iter().zip(&recorded) {
                    if let Some(slot) = receipts.get_mut(*row) {
                        *slot = Some(Receipt::new(recorded));
                    }
                }
                self.book.projecting.wake();
                Ok(Submitted::Done(ListOutcome::Recorded(receipts.into_iter().flatten().collect())))
            }
            Err(SubmitError::Moved { .. } | SubmitError::RequestKnown { .. }) => {
                Ok(Submitted::Moved)
            }
            Err(SubmitError::Refused(refusals)) => {
                let refusals = refusals.iter().map(|refusal| refused_row(refusal, &rows));
                Ok(Submitted::Done(ListOutcome::Refused(refusals.collect())))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The domain decided that the same command stands; what is only kept must be the same too.
fn same_again(kept: &Kept, standing: &StandingPayment) -> Decided {
    let differs = standing.details.as_ref().and_then(|stood| difference(&kept.details, stood));
    match differs {
        Some(field) => Decided::Refused(UserError::id_reused(field)),
        None => Decided::Standing(standing.receipt),
    }
}

fn propose(
    id: &PaymentId,
    event: &domain::payment::PaymentEvent,
    sealed: Vec<u8>,
    command: Vec<u8>,
) -> Decided {
    let stream = StreamId::new(Payment::TYPE, &id.to_string());
    match (stream, EventName::parse(event.name())) {
        (Ok(stream), Ok(name)) => Decided::New {
            command,
            event: ProposedEvent {
                stream,
                after: 0,
                event: name,
                payload: event.payload(),
                attachment: Some(sealed),
            },
        },
        // Both are made of a UUID and a constant name, which are always well formed.
        _ => Decided::Refused(UserError::id_reused(&["id"])),
    }
}

impl Book {
    /// What a row asks for, in ids and commitments.
    pub(super) fn asked_payment(
        &self,
        row: &PaymentRequest,
        identified: &Identified,
        aid: RequestedAid,
        kept: &Kept,
    ) -> RecordPayment {
        RecordPayment {
            payment: self.payment_id(row.id.as_str()),
            aid: with_commitments(aid, kept),
            amount: row.amount,
            occurred_on: row.occurred_on,
            recipient: identified.recipient.clone(),
            payout: payout(row, identified, kept.payee),
            reissues: row.reissues.as_ref().map(|returned| self.payment_id(returned.as_str())),
        }
    }
}

fn with_commitments(aid: RequestedAid, kept: &Kept) -> RequestedAid {
    match aid {
        RequestedAid::TemporaryAid { fund, urgency, .. } => {
            RequestedAid::TemporaryAid { fund, urgency, cause: kept.cause }
        }
        RequestedAid::DisabilitySubsidy { fund, subsidy, months, .. } => {
            RequestedAid::DisabilitySubsidy { fund, subsidy, certificate: kept.certificate, months }
        }
        other => other,
    }
}

fn refused_row(refusal: &Refusal, rows: &[usize]) -> RowRefusal {
    let index = rows.get(refusal.event).copied().unwrap_or(refusal.event);
    RowRefusal { index, error: append_refusal(&refusal.reason) }
}

/// What the append refused, in the domain's words.
pub(super) fn append_refusal(reason: &RefusalReason) -> UserError {
    let refusal = match reason {
        RefusalReason::ClaimTaken { claim, .. } => AppendRefusal::of_claim(claim),
        RefusalReason::ClaimNotHeld { claim } => AppendRefusal::of_absent_claim(claim),
        RefusalReason::BalanceTooLow { account, unit, balance, change } => {
            AppendRefusal::of_balance(account, unit, *balance, *change)
        }
    };
    match refusal {
        Some(refusal) => UserError::of(&refusal),
        None => {
            UserError::new("REFUSED", &[], format!("记账被拒绝 / the append refused: {reason:?}"))
        }
    }
}
