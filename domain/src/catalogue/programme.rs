//! One programme.

use serde::Deserialize;

use crate::ids::{IdentifierError, ProgrammeId};
use crate::vocabulary::{AidForm, PaysAs};

/// A programme that aid is paid under, that money comes in under, or that only reports name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// The id that stands in the chain.
    pub id: ProgrammeId,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// Other Chinese names for the same programme.
    pub aliases: Vec<String>,
    /// The family it belongs to, in English words for people to read.
    pub category: String,
    /// How often it is paid, in English words for people to read. What may be paid for months is
    /// decided by [`PaysAs::is_periodic`] and not by this.
    pub recurrence: String,
    /// Who is counted.
    pub unit: RecipientUnit,
    /// The form that its payments have.
    pub form: AidForm,
    /// The programmes that a group stands for; empty for a programme that is no group.
    pub members: Vec<ProgrammeId>,
    /// What may be paid under it, and how.
    pub pays_as: PaysAs,
}

impl Programme {
    /// Whether it stands for other programmes where it is asked for. A group may be payable itself,
    /// as 特困 is, whose members are its two legacy names.
    pub fn is_group(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether its recipients are counted as households, so that a payment must name one.
    pub const fn counts_households(&self) -> bool {
        self.unit.counts_households()
    }

    pub(super) fn from_row(row: Row) -> Result<Self, IdentifierError> {
        Ok(Self {
            id: ProgrammeId::parse(&row.id)?,
            name: row.name_zh,
            name_en: row.name_en,
            aliases: listed(&row.aliases).map(str::to_owned).collect(),
            category: row.category,
            recurrence: row.recurrence,
            unit: row.unit,
            form: row.form,
            members: listed(&row.members).map(ProgrammeId::parse).collect::<Result<_, _>>()?,
            pays_as: row.pays_as,
        })
    }
}

/// Who is counted as a recipient of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientUnit {
    /// A household.
    Household,
    /// A household in the first place, at times a single person.
    HouseholdOrPerson,
    /// A person.
    Person,
    /// A person in the first place, at times a household.
    PersonOrHousehold,
    /// An occurrence; who the person is may be unknown.
    PersonTime,
    /// Who gives, for money that comes in.
    Donor,
    /// A facility, provider or organisation.
    Institution,
    /// A project or village.
    Project,
    /// A case that was closed.
    Case,
    /// Nobody: the programme is a heading of reports.
    None,
}

impl RecipientUnit {
    /// Whether recipients are counted as households in the first place.
    pub const fn counts_households(self) -> bool {
        matches!(self, Self::Household | Self::HouseholdOrPerson)
    }
}

/// One row of the table, before lists are taken apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    id: String,
    name_en: String,
    name_zh: String,
    aliases: String,
    category: String,
    recurrence: String,
    unit: RecipientUnit,
    form: AidForm,
    members: String,
    pays_as: PaysAs,
}

/// The parts of a cell that holds several, separated by `;`.
fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}
