//! Who is reported to have died: a row for each report, and one for each withdrawal of a report.
//!
//! The last row of a person says what stands. The table belongs to the read model of grants, because nothing is
//! due to somebody who died.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::Day;
use domain::ids::PersonId;
use domain::person::PersonEvent;
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::{ProjectionError, Result};
use crate::table::{Kind, Table};

pub(crate) const DEATHS: Table = Table {
    name: "deaths",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("person", Kind::Uuid),
        ("died_on", Kind::Day),
        ("document", Kind::Text),
        ("occurred_on", Kind::Day),
        ("officer", Kind::Text),
    ],
    key: 2,
};

/// Adds the row of an entry about a person.
pub(crate) fn write(ledger: &LedgerId, entry: &Recorded<'_>, event: &PersonEvent, rows: &mut Rows) {
    let (person, died_on, document, occurred_on) = match event {
        PersonEvent::DeathReported(event) => {
            (event.person, Some(event.died_on), &event.source, event.occurred_on)
        }
        PersonEvent::DeathReportWithdrawn(event) => {
            (event.person, None, &event.document, event.occurred_on)
        }
    };
    rows.add(DEATHS.columns.len(), |row| {
        row.text(ledger.as_str())
            .int8(entry.position)
            .uuid(person.as_uuid())
            .day_or_null(died_on)
            .text(document.as_str())
            .day(occurred_on)
            .text(entry.officer);
    });
}

/// The days on which these persons died, as the reports stand. Of whom no death is reported is absent.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn died_on(
    pool: &PgPool,
    ledger: &LedgerId,
    persons: &[PersonId],
) -> Result<BTreeMap<PersonId, Day>> {
    let ids: Vec<Uuid> = persons.iter().map(|person| person.as_uuid()).collect();
    let rows: Vec<(Uuid, NaiveDate)> = sqlx::query_as(
        "select person, died_on from (
             select distinct on (person) person, died_on from read_models.deaths
             where ledger_id = $1 and person = any($2)
             order by person, position desc) as last
         where died_on is not null",
    )
    .bind(ledger.as_str())
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let stands = rows.into_iter().map(|(person, died_on)| {
        day_of_death(died_on).map(|day| (PersonId::from_uuid(person), day))
    });
    stands.collect()
}

/// The day of a row.
pub(crate) fn day_of_death(date: NaiveDate) -> Result<Day> {
    let wrong = ProjectionError::Malformed { table: DEATHS.name, column: "died_on" };
    Day::from_date(date).ok_or(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::events::RecordedEvent;

    use super::*;
    use crate::copy::{FieldReader, day_from_2000};

    const REPORTED: (&str, &str) = (
        "DeathReported v1",
        include_str!("../../domain/tests/fixtures/events/DeathReported.v1.json"),
    );
    const WITHDRAWN: (&str, &str) = (
        "DeathReportWithdrawn v1",
        include_str!("../../domain/tests/fixtures/events/DeathReportWithdrawn.v1.json"),
    );

    /// Day of the death, document and day of the entry in the one row that an event gives.
    fn row_of((name, payload): (&str, &str)) -> (Option<String>, String, String) {
        let (ledger, mut rows) = (LedgerId::parse("cn-1").unwrap(), Rows::default());
        let event = PersonEvent::parse(name, payload.trim_end().as_bytes()).unwrap();
        let entry = Recorded { position: 17, officer: "w-017", event: None };
        write(&ledger, &entry, &event, &mut rows);
        assert_eq!(rows.len(), 1);
        let mut fields = FieldReader::new(rows.iter().next().unwrap());
        assert_eq!(fields.text().unwrap(), "cn-1");
        assert_eq!(fields.int8().unwrap(), 17);
        assert_eq!(fields.uuid().unwrap().to_string(), "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0008");
        let day = |days| day_from_2000(days).unwrap().to_string();
        let died_on = fields.int4_or_null().unwrap().map(day);
        let document = fields.text().unwrap().to_owned();
        let occurred_on = day(fields.int4().unwrap());
        assert_eq!(fields.text().unwrap(), "w-017");
        assert_eq!(fields.remaining(), 0);
        (died_on, document, occurred_on)
    }

    #[test]
    fn a_report_is_a_row_with_the_day_of_the_death_and_its_source() {
        let (died_on, document, occurred_on) = row_of(REPORTED);
        assert_eq!(died_on.as_deref(), Some("2020-05-20"));
        assert_eq!((document.as_str(), occurred_on.as_str()), ("民函〔2020〕88号", "2020-06-02"));
    }

    #[test]
    fn a_withdrawal_is_a_row_without_a_death() {
        let (died_on, document, occurred_on) = row_of(WITHDRAWN);
        assert_eq!(died_on, None);
        assert_eq!((document.as_str(), occurred_on.as_str()), ("核实〔2020〕3号", "2020-06-09"));
    }

    #[test]
    fn a_day_that_the_domain_would_not_have_written_is_named_by_its_column() {
        let told = day_of_death(NaiveDate::MIN).unwrap_err().to_string();
        assert!(told.starts_with("read_models.deaths: died_on "), "{told}");
    }
}
