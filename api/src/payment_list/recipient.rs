//! Who receives, and who else is covered.

use domain::identity::IdentityNumber;
use domain::payment::Recipient;

use super::column::Column;
use super::{Row, Rule, trimmed, values};
use crate::requests::RecipientRequest;

/// Reads the columns about the recipient; what is wrong is noted and left out.
pub(super) fn recipient(row: &mut Row<'_>) -> RecipientRequest {
    let person_no = row.optional(Column::PersonNo, values::identity_number);
    let members = row.optional(Column::Members, members).unwrap_or_default();
    let mut persons: Vec<&IdentityNumber> = person_no.iter().chain(&members).collect();
    let listed = persons.len();
    persons.sort_unstable();
    persons.dedup();
    if persons.len() < listed {
        row.refuse(Column::Members, Rule::PersonNamedTwice);
    }
    let named = u32::try_from(persons.len()).unwrap_or(u32::MAX);
    let covered_persons = row.optional(Column::CoveredPersons, values::covered_persons);
    if covered_persons.is_some_and(|covered| covered < named) {
        row.refuse(Column::CoveredPersons, Rule::CoversFewerThanNamed { named });
    }
    RecipientRequest {
        person_id: None,
        person_name: row.optional(Column::PersonName, values::name),
        household_no: row.optional(Column::HouseholdNo, values::own_number),
        covered_persons,
        region: row.optional(Column::Region, values::region),
        residency: row.optional(Column::Residency, values::residency),
        person_no,
        members,
    }
}

/// Identity numbers parted by `;` or `；`; an empty part between two is passed over.
fn members(text: &str) -> Result<Vec<IdentityNumber>, Rule> {
    let members: Vec<IdentityNumber> = text
        .split([';', '；'])
        .map(trimmed)
        .filter(|part| !part.is_empty())
        .map(values::identity_number)
        .collect::<Result<_, Rule>>()?;
    match members.len() {
        0..=Recipient::MOST_MEMBERS => Ok(members),
        _ => Err(Rule::TooManyMembers { most: Recipient::MOST_MEMBERS }),
    }
}
