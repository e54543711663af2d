//! The list of a month, proposed: what the live grants of a programme are due, to the accounts that they were paid to
//! last.
//!
//! Nothing is decided here that the draft does not decide again. Which grants are live and which months are paid is
//! read from the read models; that a month is paid once is in the end a claim, which the append holds.

mod lines;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::batch::BatchRefusal;
use domain::calendar::MonthRange;
use domain::catalogue::Catalogue;
use domain::effects::Claimant;
use domain::ids::{FundId, GrantId, HouseholdId, PersonId};
use domain::money::Money;
use domain::payment::{PaymentFacts, PaymentRefusal, RequestedAid};
use domain::standard::{Entitlement, Standards};
use domain::vocabulary::PaysAs;
use people::{Household, Kind, Known, Opened, Person};
use projections::grants::{self, LiveGrant};

use super::{Book, CommandError, Fault, UserError};
use crate::requests::ProposalRequest;

/// Why a live grant is not proposed to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// The month was paid already.
    AlreadyPaid,
    /// The person is reported to have died before the month.
    Deceased,
    /// The grant's amount is above the standards in force.
    AboveStandard,
    /// The recipient was forgotten.
    Forgotten,
    /// Another grant of the same recipient is among the lines, and a month is paid once.
    AnotherGrant,
}

impl LeftOutReason {
    /// As the schema spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyPaid => "ALREADY_PAID",
            Self::Deceased => "DECEASED",
            Self::AboveStandard => "ABOVE_STANDARD",
            Self::Forgotten => "FORGOTTEN",
            Self::AnotherGrant => "ANOTHER_GRANT",
        }
    }

    /// What a clerk reads.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::AlreadyPaid => "该月已发放",
            Self::Deceased => "已登记于该月之前死亡",
            Self::AboveStandard => "超过现行标准",
            Self::Forgotten => "领取人信息已删除",
            Self::AnotherGrant => "同一对象已有另一项待遇在内",
        }
    }
}

/// A live grant that is not proposed to be paid.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// The grant.
    pub grant: GrantId,
    /// The client's own id of it, where it is known.
    pub client_id: Option<String>,
    /// The bureau's own number of the household; `None` once it was forgotten.
    pub household_no: Option<String>,
    /// Why.
    pub reason: LeftOutReason,
}

/// What the live grants of a programme are due for a month.
pub struct Proposal {
    question: ProposalRequest,
    fund: FundId,
    due: Vec<Due>,
    /// What is due in all.
    pub total: Money,
    /// The grants that are not among them, in the order in which they were approved.
    pub left_out: Vec<LeftOut>,
}

impl Proposal {
    /// How many payments it is.
    pub const fn lines(&self) -> usize {
        self.due.len()
    }
}

/// A grant that is to be paid, with whom it is for.
struct Due {
    grant: LiveGrant,
    household: Arc<Known<Household>>,
    /// Whom the payment names: the grant's person, else the one whom the last payment named.
    person: Option<Arc<Known<Person>>>,
}

impl Due {
    /// Whose month it pays: the payment of it claims the month for them.
    fn claimant(&self) -> Claimant {
        match &self.person {
            Some(person) => Claimant::Person(person.subject().id),
            None => Claimant::Household(self.household.subject().id),
        }
    }

    fn beside_another(self) -> NotDue {
        let household_no = Some(self.household.number().to_owned());
        NotDue { grant: self.grant, household_no, reason: LeftOutReason::AnotherGrant }
    }
}

/// A grant that is not to be paid, as long as nobody has asked for the client's id of it.
struct NotDue {
    grant: LiveGrant,
    household_no: Option<String>,
    reason: LeftOutReason,
}

/// Who all live grants are for.
struct Recipients {
    persons: HashMap<PersonId, Opened<Person>>,
    households: HashMap<HouseholdId, Opened<Household>>,
}

impl Book {
    /// What the live grants of a programme are due for a month, as far as the ledger has come.
    ///
    /// # Errors
    /// `NOT_PAYABLE` for a programme that does not pay as grants, `UNKNOWN_FUND`, `OUTSIDE_EARMARK`, or a fault.
    pub async fn propose(&self, question: ProposalRequest) -> Result<Proposal, CommandError> {
        let (fund, standards) = self.paid_from(&question).await?;
        self.catch_up().await?;
        let (programme, month) = (&question.programme, question.month);
        let live = grants::live(&self.pool, &self.id, programme, month).await?;
        let recipients = self.recipients(&live).await?;
        let (mut due, mut not_due, mut total) = (Vec::new(), Vec::new(), Money::ZERO);
        let mut claimed = HashSet::new();
        for grant in live {
            match self.due(grant, &recipients, (&standards, MonthRange::single(month)))? {
                Ok(payable) => {
                    if !claimed.insert(payable.claimant()) {
                        not_due.push(payable.beside_another());
                        continue;
                    }
                    total = total.checked_add(payable.grant.amount).ok_or_else(too_much)?;
                    due.push(payable);
                }
                Err(left) => not_due.push(left),
            }
        }
        let left_out = self.left_out(not_due).await?;
        Ok(Proposal { question, fund, due, total, left_out })
    }

    /// The fund that is to pay, and the standards that the amounts are held to. What every line would be refused for
    /// is told once.
    async fn paid_from(
        &self,
        question: &ProposalRequest,
    ) -> Result<(FundId, Arc<Standards>), CommandError> {
        let programme = question.programme.clone();
        let refused = |refusal: PaymentRefusal| CommandError::from(UserError::of(&refusal));
        match Catalogue::standard().get(&programme).map(|found| found.pays_as) {
            Some(PaysAs::Grant) => {}
            Some(pays_as) => {
                let asked = PaysAs::Grant;
                return Err(refused(PaymentRefusal::NotPayable { programme, pays_as, asked }));
            }
            None => return Err(refused(PaymentRefusal::UnknownProgramme { programme })),
        }
        let fund = self.fund(&question.fund).await?;
        // What is kept in memory may be old.
        self.facts.forget_all_but_grants();
        let months = MonthRange::single(question.month);
        let aid = RequestedAid::GrantPayment { programme, fund, months, grant: None };
        let PaymentFacts { fund: opened, standards, .. } = self.facts_of(&aid).await?;
        let opened = opened.filter(|fund| !fund.pays_for(&question.programme));
        if let Some(opened) = opened.as_ref().and_then(|fund| fund.opened()) {
            let (fund, programme) = (opened.name.clone(), question.programme.clone());
            return Err(refused(PaymentRefusal::OutsideEarmark { fund, programme }));
        }
        Ok((fund, standards))
    }

    async fn recipients(&self, live: &[LiveGrant]) -> Result<Recipients, Fault> {
        let persons: Vec<PersonId> = live.iter().filter_map(named).collect();
        let households: Vec<HouseholdId> = live.iter().map(|grant| grant.household).collect();
        let (pool, ledger, people) = (&self.pool, &self.domain_id, &self.people);
        Ok(Recipients {
            persons: people.persons().open(pool, ledger, &persons).await?,
            households: people.households().open(pool, ledger, &households).await?,
        })
    }

    /// Whether a live grant is to be paid for the month, or why not.
    fn due(
        &self,
        grant: LiveGrant,
        recipients: &Recipients,
        (standards, months): (&Standards, MonthRange),
    ) -> Result<Result<Due, NotDue>, Fault> {
        let household = known(&recipients.households, grant.household)?;
        let person = match named(&grant) {
            Some(person) => known(&recipients.persons, person)?,
            None => None,
        };
        // A household is paid on where only whoever received for it was forgotten.
        let forgotten = grant.person.is_some() && person.is_none();
        let region = grant.last_payment.as_ref().map_or(&self.region, |last| &last.region);
        let covered_persons = grant.members;
        let ceiling = standards.ceiling(&Entitlement { months, region, covered_persons });
        let household_no = household.as_ref().map(|known| known.number().to_owned());
        let reason = if grant.paid {
            LeftOutReason::AlreadyPaid
        } else if grant.died_on.is_some_and(|day| day.month() < months.from()) {
            LeftOutReason::Deceased
        } else if ceiling.is_some_and(|ceiling| grant.amount > ceiling) {
            LeftOutReason::AboveStandard
        } else {
            match household {
                Some(household) if !forgotten => {
                    return Ok(Ok(Due { grant, household, person }));
                }
                _ => LeftOutReason::Forgotten,
            }
        };
        Ok(Err(NotDue { grant, household_no, reason }))
    }

    /// What is told of grants that are not to be paid: the clients' ids lie beside their entries.
    async fn left_out(&self, not_due: Vec<NotDue>) -> Result<Vec<LeftOut>, Fault> {
        if not_due.is_empty() {
            return Ok(Vec::new());
        }
        let positions: Vec<u64> = not_due.iter().map(|left| left.grant.position).collect();
        let mut details = self.private_details(&positions).await?;
        let told = not_due.into_iter().map(|left| LeftOut {
            grant: left.grant.grant,
            client_id: details.remove(&left.grant.position).and_then(|own| own.client_id),
            household_no: left.household_no,
            reason: left.reason,
        });
        Ok(told.collect())
    }
}

/// Whom the payment of a grant is to name. A grant may name its household only, and its payments a person: a payment
/// that named nobody would not be told from theirs, and a month could be paid twice.
fn named(grant: &LiveGrant) -> Option<PersonId> {
    grant.person.or_else(|| grant.last_payment.as_ref()?.person)
}

/// Whom an id stands for; `None` once they were forgotten.
fn known<K: Kind>(
    opened: &HashMap<K::Id, Opened<K>>,
    id: K::Id,
) -> Result<Option<Arc<Known<K>>>, Fault> {
    match opened.get(&id) {
        Some(Opened::Known(known)) => Ok(Some(known.clone())),
        Some(Opened::Forgotten) => Ok(None),
        Some(Opened::Damaged(finding)) => Err(Fault::damaged(finding)),
        None => Err(Fault::damaged(&"an entry names somebody who has no row")),
    }
}

fn too_much() -> UserError {
    UserError::of(&BatchRefusal::TotalOutOfRange)
}
