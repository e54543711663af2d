//! Grants that are to be paid for a month, with what a proposal to pay them takes from earlier payments.

use chrono::NaiveDate;
use domain::calendar::{Day, Month};
use domain::ids::{AccountId, GrantId, HouseholdId, PaymentId, PersonId, ProgrammeId};
use domain::money::Money;
use domain::region::Region;
use domain::vocabulary::{Channel, Residency};
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::deaths::day_of_death;
use crate::error::{ProjectionError, Result};

/// A grant that covers a month and was not stopped before the end of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGrant {
    /// Position of the entry that approved it.
    pub position: u64,
    /// The grant.
    pub grant: GrantId,
    /// The household that receives.
    pub household: HouseholdId,
    /// The person it is granted to; none where it is granted to the household as such.
    pub person: Option<PersonId>,
    /// The day on which that person died, where a report of it stands; of a grant to the household as such, whoever
    /// the last payment named.
    pub died_on: Option<Day>,
    /// Household members covered.
    pub members: u32,
    /// For one month and the whole household.
    pub amount: Money,
    /// Whether the recipient was paid for the month under the programme already, by a payment that was not
    /// reversed. What a bank gave back pays for its months until then.
    pub paid: bool,
    /// The last payment to the recipient under the programme that was not reversed and did not come back as a
    /// whole.
    pub last_payment: Option<LastPayment>,
}

/// How the recipient of a grant was paid before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastPayment {
    /// Position of the entry that recorded it.
    pub position: u64,
    /// The payment.
    pub payment: PaymentId,
    /// The person it named, who may be any of the household where the grant names nobody.
    pub person: Option<PersonId>,
    /// How it reached the payee.
    pub channel: Channel,
    /// The account it went to.
    pub account: Option<AccountId>,
    /// Where the recipient was.
    pub region: Region,
    /// Urban or rural, where it was said.
    pub residency: Option<Residency>,
}

/// The grants of a programme that are live in a month, in order of position: the order in which they were
/// approved.
///
/// The recipient is the person whom a grant names, whose month can be paid once. Of a grant to the household as
/// such it is the household, whomever of it a payment names.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn live(
    pool: &PgPool,
    ledger: &LedgerId,
    programme: &ProgrammeId,
    month: Month,
) -> Result<Vec<LiveGrant>> {
    let rows: Vec<Row> = sqlx::query_as(&statement())
        .bind(ledger.as_str())
        .bind(programme.as_str())
        .bind(month.index())
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(Row::into_grant).collect()
}

/// Selects the live grants: `$1` is the ledger, `$2` the programme and `$3` the month.
fn statement() -> String {
    let of_the_month = last_payment("p.month_from <= $3 and p.month_to >= $3");
    // What came back as a whole shows where not to pay.
    let last = last_payment(
        "not exists (
             select from read_models.returns b
             where b.ledger_id = $1 and b.payment = p.payment and b.settled_fen = 0)",
    );
    format!(
        "select g.position, g.grant_id, g.household, g.person, g.members, g.amount_fen,
             (select d.died_on from read_models.deaths d
              where d.ledger_id = $1 and d.person = coalesce(g.person, last.person)
              order by d.position desc limit 1) as died_on,
             paid.position is not null as paid, last.position as last_position,
             last.payment as last_payment, last.person as last_person, last.channel, last.account,
             last.region, last.residency
         from read_models.grants g
         left join lateral {of_the_month} as paid on true
         left join lateral {last} as last on true
         where g.ledger_id = $1 and g.programme = $2 and g.month_from <= $3 and g.month_to >= $3
             and not exists (
                 select from read_models.grant_stops s
                 where s.ledger_id = $1 and s.grant_id = g.grant_id and s.month_from <= $3)
         order by g.position"
    )
}

/// The last payment to the recipient of a grant `g`, among those that meet the condition. A person's payments and
/// a household's have each their own index, so each is a part of its own; only one of the two finds any.
fn last_payment(condition: &str) -> String {
    let part = |recipient: &str| {
        format!(
            "(select p.position, p.payment, p.person, p.channel, p.account, p.region, p.residency
              from read_models.payments p
              where p.ledger_id = $1 and p.programme = $2 and {recipient} and {condition}
                  and not exists (
                      select from read_models.reversals r
                      where r.ledger_id = $1 and r.payment = p.payment)
              order by p.position desc limit 1)"
        )
    };
    let person = part("p.person = g.person");
    let household = part("g.person is null and p.household = g.household");
    format!("({person} union all {household})")
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    grant_id: Uuid,
    household: Uuid,
    person: Option<Uuid>,
    died_on: Option<NaiveDate>,
    members: i64,
    amount_fen: i64,
    paid: bool,
    last_position: Option<i64>,
    last_payment: Option<Uuid>,
    last_person: Option<Uuid>,
    channel: Option<String>,
    account: Option<Uuid>,
    region: Option<String>,
    residency: Option<String>,
}

/// The value, or the column whose value the domain would not have written.
fn sound<T>(table: &'static str, column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table, column })
}

impl Row {
    fn into_grant(self) -> Result<LiveGrant> {
        const TABLE: &str = "grants";
        Ok(LiveGrant {
            position: sound(TABLE, "position", u64::try_from(self.position).ok())?,
            grant: GrantId::from_uuid(self.grant_id),
            household: HouseholdId::from_uuid(self.household),
            person: self.person.map(PersonId::from_uuid),
            died_on: self.died_on.map(day_of_death).transpose()?,
            members: sound(TABLE, "members", u32::try_from(self.members).ok())?,
            amount: sound(TABLE, "amount_fen", Money::from_fen(self.amount_fen).ok())?,
            paid: self.paid,
            last_payment: self.last_payment()?,
        })
    }

    fn last_payment(&self) -> Result<Option<LastPayment>> {
        const TABLE: &str = "payments";
        let Some((position, payment)) = self.last_position.zip(self.last_payment) else {
            return Ok(None);
        };
        let channel = self.channel.as_deref().and_then(Channel::parse);
        let region = self.region.as_deref().and_then(|region| Region::parse(region).ok());
        let residency = match self.residency.as_deref() {
            Some(text) => Some(sound(TABLE, "residency", Residency::parse(text))?),
            None => None,
        };
        Ok(Some(LastPayment {
            position: sound(TABLE, "position", u64::try_from(position).ok())?,
            payment: PaymentId::from_uuid(payment),
            person: self.last_person.map(PersonId::from_uuid),
            channel: sound(TABLE, "channel", channel)?,
            account: self.account.map(AccountId::from_uuid),
            region: sound(TABLE, "region", region)?,
            residency,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A grant to somebody who was paid in cash before.
    fn row() -> Row {
        Row {
            position: 17,
            grant_id: Uuid::from_u128(1),
            household: Uuid::from_u128(2),
            person: None,
            died_on: None,
            members: 3,
            amount_fen: 150_000,
            paid: false,
            last_position: Some(9),
            last_payment: Some(Uuid::from_u128(3)),
            last_person: Some(Uuid::from_u128(4)),
            channel: Some("cash".to_owned()),
            account: None,
            region: Some("320404001".to_owned()),
            residency: Some("urban".to_owned()),
        }
    }

    #[test]
    fn a_row_is_read_as_a_grant_with_the_last_payment_to_its_recipient() {
        let grant = row().into_grant().unwrap();
        assert_eq!((grant.position, grant.members, grant.amount.fen()), (17, 3, 150_000));
        assert_eq!((grant.person, grant.died_on, grant.paid), (None, None, false));
        let last = grant.last_payment.unwrap();
        assert_eq!((last.position, last.payment.as_uuid()), (9, Uuid::from_u128(3)));
        assert_eq!(last.person, Some(PersonId::from_uuid(Uuid::from_u128(4))));
        assert_eq!((last.channel, last.account), (Channel::Cash, None));
        assert_eq!((last.region.as_str(), last.residency), ("320404001", Some(Residency::Urban)));
    }

    #[test]
    fn a_grant_says_when_the_person_died_who_is_to_be_paid() {
        let died_on = NaiveDate::from_ymd_opt(2020, 5, 20);
        let died = Row { person: Some(Uuid::from_u128(4)), died_on, ..row() };
        let grant = died.into_grant().unwrap();
        assert_eq!(grant.person.map(|person| person.as_uuid()), Some(Uuid::from_u128(4)));
        assert_eq!(grant.died_on.map(|day| day.to_string()), Some("2020-05-20".to_owned()));
    }

    #[test]
    fn who_was_never_paid_has_no_last_payment() {
        let never = Row {
            last_position: None,
            last_payment: None,
            last_person: None,
            channel: None,
            region: None,
            residency: None,
            ..row()
        };
        assert_eq!(never.into_grant().unwrap().last_payment, None);
    }

    #[test]
    fn a_word_that_is_none_is_named_by_its_table_and_column() {
        let wrong = Row { channel: Some("pigeon".to_owned()), ..row() };
        let told = wrong.into_grant().unwrap_err().to_string();
        assert!(told.starts_with("read_models.payments: channel "), "{told}");
    }
}
