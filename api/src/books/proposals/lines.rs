//! What is due, as the lines of a batch.

use std::collections::{BTreeMap, HashMap};

use domain::batch::BatchRefusal;
use domain::calendar::MonthRange;
use domain::ids::{AccountId, GrantId};
use domain::payment::{Payout, Recipient, RecordPayment, RequestedAid};
use domain::text::PlainName;
use domain::vocabulary::Channel;
use people::{Account, Opened, PrivateDetails};
use projections::grants::LastPayment;

use super::{Due, Proposal, known};
use crate::books::batches::DraftAs;
use crate::books::identify::commit_to;
use crate::books::{Acting, BatchOutcome, Book, CommandError, Fault, UserError};
use crate::requests::ClientId;

/// What lies beside the grants and the last payments, and the accounts of these.
struct Sealed {
    details: BTreeMap<u64, PrivateDetails>,
    accounts: HashMap<AccountId, Opened<Account>>,
}

impl Book {
    /// Makes what is due the list of a batch. Its client's id is that of the batch and of its first draft.
    ///
    /// # Errors
    /// `EMPTY_LIST` where nothing is due, the first refusal of [`Self::draft_batch`], or a fault; refused lines are
    /// in the outcome.
    pub async fn draft_proposal(
        &self,
        acting: &Acting,
        id: ClientId,
        title: PlainName,
        proposal: &Proposal,
    ) -> Result<BatchOutcome, CommandError> {
        if proposal.due.is_empty() {
            return Err(self.nothing_due(&id).await?.into());
        }
        let sealed = self.sealed_beside(&proposal.due).await?;
        let stood = self.standing_draft(&id, &id).await?;
        let mut lines = Vec::with_capacity(proposal.due.len());
        for (index, due) in proposal.due.iter().enumerate() {
            let beside = stood.details.get(index);
            lines.push(self.line_of(&id, (proposal, due), &sealed, beside)?);
        }
        let draft = DraftAs { batch: id.clone(), id, title };
        self.draft_lines(acting, draft, lines, stood).await
    }

    /// That nothing is due, and where a batch of this id stands: often that is what paid it.
    async fn nothing_due(&self, id: &ClientId) -> Result<UserError, Fault> {
        let refusal = UserError::of(&BatchRefusal::EmptyList);
        let batch = self.batch(self.batch_id(id.as_str())).await?;
        let Some(stands) = batch.and_then(|batch| batch.state.stands()) else { return Ok(refusal) };
        let (id, chinese) = (id.as_str(), stands.name_zh());
        let message = format!(
            "没有可列入的发放;批次“{id}”当前状态为“{chinese}” / nothing is due; batch {id:?} is {stands}"
        );
        Ok(UserError { message, ..refusal })
    }

    async fn sealed_beside(&self, due: &[Due]) -> Result<Sealed, Fault> {
        let last = || due.iter().filter_map(|due| due.grant.last_payment.as_ref());
        let grants = due.iter().map(|due| due.grant.position);
        let positions: Vec<u64> = grants.chain(last().map(|last| last.position)).collect();
        let accounts: Vec<AccountId> = last().filter_map(|last| last.account).collect();
        Ok(Sealed {
            details: self.private_details(&positions).await?,
            accounts: self.people.accounts().open(&self.pool, &self.domain_id, &accounts).await?,
        })
    }

    /// The payment of one grant, with what lies beside it. `stood` is what lies beside the line in its place where
    /// the draft stands already.
    fn line_of(
        &self,
        batch: &ClientId,
        (proposal, due): (&Proposal, &Due),
        sealed: &Sealed,
        stood: Option<&PrivateDetails>,
    ) -> Result<(RecordPayment, PrivateDetails), CommandError> {
        let Due { grant, household, person } = due;
        let own = sealed.details.get(&grant.position);
        let id = payment_id(batch, own.and_then(|own| own.client_id.as_deref()), grant.grant)?;
        let last = grant.last_payment.as_ref();
        let (payout, beside) = self.paid_as_before(last, sealed, stood)?;
        // The name is told where the person is: by the grant, or by the last payment.
        let naming = match (grant.person, person) {
            (None, Some(_)) => last.and_then(|last| sealed.details.get(&last.position)),
            _ => own,
        };
        let question = &proposal.question;
        let payment = RecordPayment {
            payment: self.payment_id(id.as_str()),
            aid: RequestedAid::GrantPayment {
                programme: question.programme.clone(),
                fund: proposal.fund,
                months: MonthRange::single(question.month),
                grant: Some(grant.grant),
            },
            amount: Some(grant.amount),
            occurred_on: question.occurred_on,
            recipient: Recipient {
                person: person.as_ref().map(|person| person.subject()),
                household: Some(household.subject()),
                members: Vec::new(),
                covered_persons: grant.members,
                region: last.map_or(&self.region, |last| &last.region).clone(),
                residency: last.and_then(|last| last.residency),
            },
            payout,
            reissues: None,
        };
        let details = PrivateDetails {
            client_id: Some(id.as_str().to_owned()),
            person_name: naming.and_then(|naming| naming.person_name.clone()),
            ..beside
        };
        Ok((payment, details))
    }

    /// Through a bank, to the account that was paid last. Of an account that was forgotten nothing is repeated, its
    /// holder's name included; nor is anything of what was not paid through a bank.
    fn paid_as_before(
        &self,
        last: Option<&LastPayment>,
        sealed: &Sealed,
        stood: Option<&PrivateDetails>,
    ) -> Result<(Payout, PrivateDetails), CommandError> {
        let last = last.filter(|last| last.channel == Channel::Bank);
        let account = match last.and_then(|last| last.account) {
            Some(account) => Some(known(&sealed.accounts, account)?),
            None => None,
        };
        let repeated = !matches!(account, Some(None));
        let account = account.flatten();
        let before = last.and_then(|last| sealed.details.get(&last.position));
        let before = before.and_then(|before| before.payee_name.as_ref()).filter(|_| repeated);
        let stood = stood.and_then(|stood| stood.payee_name.as_ref());
        let name = before.map(|name| name.text());
        let (payee_name, payee) = commit_to("payee", name, stood, &self.randomness)?.unzip();
        let payout = Payout {
            channel: Channel::Bank,
            account: account.as_ref().map(|account| account.subject()),
            payee,
            document: None,
        };
        let account_no = account.map(|account| account.number().to_owned());
        Ok((payout, PrivateDetails { payee_name, account_no, ..PrivateDetails::default() }))
    }
}

/// The client's id of a payment: that of the batch and that of the grant; where the grant has none, or they are too
/// long together, the grant's id in the chain.
fn payment_id(batch: &ClientId, grant: Option<&str>, id: GrantId) -> Result<ClientId, UserError> {
    let batch = batch.as_str();
    let named = grant.and_then(|grant| ClientId::parse(&format!("{batch}/{grant}")));
    named.or_else(|| ClientId::parse(&format!("{batch}/{id}"))).ok_or_else(|| {
        let message = "批次编号过长,不能据以编列发放编号 / the id is too long to make the ids of the payments of it";
        UserError::new("INVALID_TEXT", &["id"], message.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn named(batch: &str, grant: Option<&str>) -> Result<String, UserError> {
        let id = GrantId::from_uuid(Uuid::nil());
        payment_id(&ClientId::parse(batch).unwrap(), grant, id).map(|id| id.as_str().to_owned())
    }

    #[test]
    fn a_payment_is_named_after_its_batch_and_its_grant() {
        assert_eq!(named("2020-07", Some("g-1")).unwrap(), "2020-07/g-1");
    }

    #[test]
    fn a_grant_whose_own_id_is_not_known_or_too_long_gives_its_id_in_the_chain() {
        let expected = format!("2020-07/{}", GrantId::from_uuid(Uuid::nil()));
        assert_eq!(named("2020-07", None).unwrap(), expected);
        assert_eq!(named("2020-07", Some(&"g".repeat(200))).unwrap(), expected);
    }

    #[test]
    fn the_id_of_a_batch_that_leaves_no_room_for_a_grant_is_refused() {
        let refused = named(&"b".repeat(200), Some("g-1")).unwrap_err();
        assert_eq!((refused.code, refused.field), ("INVALID_TEXT", vec!["id".to_owned()]));
    }
}
