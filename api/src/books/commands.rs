//! The commands that are not payments, and the reversal of one.

use cqrs_es::Aggregate;
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::{AnyEvent, RecordedEvent};
use domain::grant::{ApproveGrant, Grant, GrantCommand, GrantEvent, StopGrant};
use domain::ids::{ReceiptId, ReversalId, StandardId, StopId};
use domain::payment::{Payment, PaymentCommand, PaymentEvent, ReversePayment};
use domain::refusal::Refusal;
use domain::standard::{SetStandard, StandardCommand, StandardEvent, Standards};
use domain::store::{OpenStore, ReceiveGoods, Store, StoreCommand, StoreEvent};
use domain::text::{PlainName, TextError};
use ledger::writer::{ProposedEvent, Submission, SubmitError};
use ledger::{EventName, StreamId, reader};
use people::PrivateDetails;
use uuid::Uuid;

use super::identify::{Owner, commit_to};
use super::payments::{MOST_TRIES, append_refusal};
use super::private::place_of;
use super::rests_on::RestsOn;
use super::signing::Commands;
use super::{Acting, Author, Book, CommandError, Fault, Receipt, UserError};
use crate::requests::{
    ApproveGrantRequest, ClientId, OpenStoreRequest, ReceiveGoodsRequest, ReversePaymentRequest,
    SetStandardRequest, StopGrantRequest,
};

/// One command on its way to one stream.
pub(super) struct Asked<A: Aggregate> {
    /// Idempotency id: the client's id of the noun.
    pub(super) request: Uuid,
    pub(super) stream_id: String,
    pub(super) command: A::Command,
    pub(super) details: PrivateDetails,
    pub(super) owner: Owner,
    /// The input's field that names the stream: what differs when the id stands in another one.
    pub(super) home: &'static str,
}

impl Book {
    /// Puts a standard in force.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn set_standard(
        &self,
        acting: &Acting,
        request: SetStandardRequest,
    ) -> Result<Receipt, CommandError> {
        let standard = StandardId::from_uuid(self.uuid("standard", request.id.as_str()));
        let command = StandardCommand::SetStandard(SetStandard {
            standard,
            programme: request.programme,
            unit: request.unit,
            amount: request.amount,
            effective_from: request.effective_from,
            document: request.document,
            region: request.region,
            class: request.class,
        });
        let asked = self.asked::<Standards>("standard", &request.id, command, "programme");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Standard(StandardEvent::StandardSet(set)) if set.standard == standard);
        self.carry_out(acting, asked, is).await
    }

    /// Approves a grant, registering household and person where the ledger does not know them.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn approve_grant(
        &self,
        acting: &Acting,
        request: ApproveGrantRequest,
    ) -> Result<Receipt, CommandError> {
        let household = self.household(&request.household_no).await?;
        let person = match &request.person_no {
            Some(number) => Some(self.person(number, request.person_name.as_deref()).await?),
            None => None,
        };
        let command = GrantCommand::ApproveGrant(ApproveGrant {
            grant: self.grant_id(request.id.as_str()),
            programme: request.programme,
            household: household.subject(),
            person: person.as_ref().map(|person| person.subject()),
            members: request.members,
            amount: request.amount,
            months: request.months,
            verification: request.verification,
        });
        let mut asked = self.asked::<Grant>("grant", &request.id, command, "id");
        asked.details.person_name = request.person_name;
        asked.owner = person.map_or(Owner::Household(household), Owner::Person);
        let is = |event: &AnyEvent| matches!(event, AnyEvent::Grant(GrantEvent::GrantApproved(_)));
        self.carry_out(acting, asked, is).await
    }

    /// Ends a grant from a month on.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn stop_grant(
        &self,
        acting: &Acting,
        request: StopGrantRequest,
    ) -> Result<Receipt, CommandError> {
        let stop = StopId::from_uuid(self.uuid("grant-stop", request.id.as_str()));
        let command = GrantCommand::StopGrant(StopGrant {
            grant: self.grant_id(&request.grant),
            stop,
            from_month: request.from_month,
            reason: request.reason,
            document: request.document,
        });
        let asked = self.asked::<Grant>("grant-stop", &request.id, command, "grant");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Grant(GrantEvent::GrantStopped(found)) if found.stop == stop);
        let done = self.carry_out(acting, asked, is).await;
        done.map_err(|error| error.or_unknown(UserError::unknown_grant(&request.grant)))
    }

    /// Reverses a payment.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn reverse_payment(
        &self,
        acting: &Acting,
        request: ReversePaymentRequest,
    ) -> Result<Receipt, CommandError> {
        let reversal = ReversalId::from_uuid(self.uuid("reversal", request.id.as_str()));
        let payment = self.payment_id(request.payment.as_str());
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Payment(PaymentEvent::PaymentReversed(found)) if found.reversal == reversal);
        let needed = "冲销原因不能为空 / a reversal needs a reason";
        let (reason, commitment) =
            self.reason::<Payment>(&payment.to_string(), is, &request.reason, needed).await?;
        let command = PaymentCommand::ReversePayment(ReversePayment {
            payment,
            reversal,
            reason: commitment,
            occurred_on: request.occurred_on,
        });
        let mut asked = self.asked::<Payment>("reversal", &request.id, command, "payment");
        asked.details.reason = Some(reason);
        let done = self.carry_out(acting, asked, is).await;
        let unknown = UserError::unknown_payment(request.payment.as_str());
        done.map_err(|error| error.or_unknown(unknown))
    }

    /// Opens a charity supermarket.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn open_store(
        &self,
        acting: &Acting,
        request: OpenStoreRequest,
    ) -> Result<Receipt, CommandError> {
        let command = StoreCommand::OpenStore(OpenStore {
            store: self.store_id(request.id.as_str()),
            code: code(&request.id)?,
            name: request.name,
            region: request.region,
        });
        let asked = self.asked::<Store>("store", &request.id, command, "id");
        self.carry_out(acting, asked, |event| {
            matches!(event, AnyEvent::Store(StoreEvent::StoreOpened(_)))
        })
        .await
    }

    /// Books goods into a store.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn receive_goods(
        &self,
        acting: &Acting,
        request: ReceiveGoodsRequest,
    ) -> Result<Receipt, CommandError> {
        let receipt = ReceiptId::from_uuid(self.uuid("goods-receipt", request.id.as_str()));
        let store = self.store(&request.store).await?;
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Store(StoreEvent::GoodsReceived(found)) if found.receipt == receipt);
        let stream = store.to_string();
        let standing = self.standing_event(Store::TYPE, &stream, is).await?.and_then(|(_, d)| d);
        let stood = standing.as_ref().and_then(|details| details.donor.as_ref());
        let donor = commit_to("donor", Some(&request.donor), stood, &self.randomness)?;
        let Some((donor, commitment)) = donor else {
            let message = "捐赠人不能为空 / goods need a donor".to_owned();
            return Err(UserError::new("INVALID_TEXT", &["donor"], message).into());
        };
        let command = StoreCommand::ReceiveGoods(ReceiveGoods {
            store,
            receipt,
            donor: commitment,
            occurred_on: request.occurred_on,
            items: request.items,
        });
        let mut asked = self.asked::<Store>("goods-receipt", &request.id, command, "store");
        asked.details.donor = Some(donor);
        self.carry_out(acting, asked, is).await
    }

    pub(super) fn asked<A>(
        &self,
        noun: &str,
        id: &ClientId,
        command: A::Command,
        home: &'static str,
    ) -> Asked<A>
    where
        A: RestsOn,
    {
        let client_id = Some(id.as_str().to_owned());
        Asked {
            request: self.uuid(noun, id.as_str()),
            stream_id: A::stream(&command),
            command,
            details: PrivateDetails { client_id, ..PrivateDetails::default() },
            owner: Owner::Ledger,
            home,
        }
    }

    pub(super) async fn carry_out<A>(
        &self,
        acting: &Acting,
        asked: Asked<A>,
        is: impl Fn(&AnyEvent) -> bool,
    ) -> Result<Receipt, CommandError>
    where
        A: Decide + RestsOn,
        A::Command: Clone + Into<AnyCommand>,
        A::Event: RecordedEvent + Into<AnyEvent> + Clone,
        A::Error: Refusal,
    {
        let command: AnyCommand = asked.command.clone().into();
        let command = command.print();
        let kept = self.kept_command(acting, asked.request, Commands::One(&command)).await?;
        self.carry_kept(acting.author(&self.id)?, kept, asked, is).await
    }

    /// Loads, decides, seals, submits; again when the stream moved meanwhile. `kept` are the bytes to
    /// keep as the command.
    pub(super) async fn carry_kept<A>(
        &self,
        author: Author,
        kept: Vec<u8>,
        asked: Asked<A>,
        is: impl Fn(&AnyEvent) -> bool,
    ) -> Result<Receipt, CommandError>
    where
        A: Decide + RestsOn,
        A::Command: Clone,
        A::Event: RecordedEvent + Into<AnyEvent> + Clone,
        A::Error: Refusal,
    {
        let mut known = false;
        for _ in 0..MOST_TRIES {
            let loaded = self.store.load::<A>(&asked.stream_id).await;
            let loaded = loaded.map_err(|error| Fault::database(&error))?;
            let facts = A::facts(self, &asked.command).await?;
            let decision = loaded.aggregate.decide(asked.command.clone(), &facts);
            let Some(event) = decision.map_err(|refusal| UserError::of(&refusal))? else {
                return self.stands::<A>(&asked.stream_id, &is).await;
            };
            let any: AnyEvent = event.clone().into();
            let under = asked.owner.seal_under();
            let sealed = self.people.seal_details(
                &self.domain_id,
                under,
                &place_of(&any),
                &asked.details,
            )?;
            let proposed = ProposedEvent {
                stream: StreamId::new(A::TYPE, &asked.stream_id)
                    .map_err(|error| Fault::damaged(&error))?,
                after: loaded.sequence,
                event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
                payload: event.payload(),
                attachment: Some(sealed),
            };
            let submission = Submission {
                request: asked.request,
                actor: author.actor.clone(),
                signed_in: author.signed_in,
                command: Some(kept.clone()),
                events: vec![proposed],
            };
            match self.store.writer().submit(submission).await {
                Ok(recorded) => {
                    // What is kept in memory of this stream is old now.
                    self.facts.forget_all_but_grants();
                    let recorded = recorded.first().ok_or_else(|| Fault::damaged(&"no receipt"))?;
                    self.projecting.wake();
                    return Ok(Receipt::new(recorded));
                }
                Err(SubmitError::Moved { .. }) => {}
                Err(SubmitError::RequestKnown { .. }) if known => {
                    // It stands, and is not what is asked for.
                    return Err(UserError::id_reused(&[asked.home]).into());
                }
                Err(SubmitError::RequestKnown { position }) => {
                    self.at_home(&asked, position).await?;
                    known = true;
                }
                Err(SubmitError::Refused(refusals)) => {
                    let first = refusals.first().map(|refusal| append_refusal(&refusal.reason));
                    return Err(first
                        .ok_or_else(|| Fault::damaged(&"a refusal without a reason"))?
                        .into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::database(&"a stream moved again and again").into())
    }

    /// The request is recorded: in this stream, where loading it again finds it, or under the same
    /// id in another one, which is other content.
    async fn at_home<A: Aggregate>(
        &self,
        asked: &Asked<A>,
        position: u64,
    ) -> Result<(), CommandError> {
        let mut connection = self.pool.acquire().await?;
        let entry = reader::entry(&mut connection, &self.id, position).await?;
        let entry = entry.ok_or_else(|| Fault::damaged(&"a recorded request without an entry"))?;
        let view = ledger::entry::parse(&entry.bytes).map_err(|error| Fault::damaged(&error))?;
        if view.stream.kind() == A::TYPE && view.stream.id() == asked.stream_id {
            Ok(())
        } else {
            Err(UserError::id_reused(&[asked.home]).into())
        }
    }

    async fn stands<A: Aggregate>(
        &self,
        stream_id: &str,
        is: impl Fn(&AnyEvent) -> bool,
    ) -> Result<Receipt, CommandError> {
        match self.standing_event(A::TYPE, stream_id, is).await? {
            Some((entry, _)) => Ok(Receipt::standing(&entry)?),
            None => Err(Fault::damaged(&"a command that stands without an entry").into()),
        }
    }
}

/// The client's id as a code in the chain.
pub(super) fn code(id: &ClientId) -> Result<PlainName, UserError> {
    PlainName::parse(id.as_str()).map_err(|error| {
        let code = match &error {
            TextError::PersonalDataInField { .. } => "PERSONAL_DATA_IN_FIELD",
            _ => "INVALID_TEXT",
        };
        UserError::new(code, &["id"], error.to_string())
    })
}
