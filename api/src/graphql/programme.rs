//! The catalogue of programmes.

use async_graphql::{ID, Object};
use domain::catalogue::{self, Catalogue};
use domain::ids::ProgrammeId;

use super::unanswered::{Answer, Unanswered};
use super::vocabulary::PaysAs;

/// A programme that aid is paid under, that money comes in under, or that only reports name.
#[derive(Debug, Clone, Copy)]
pub struct Programme(&'static catalogue::Programme);

impl Programme {
    /// The programme with an id that was recorded.
    pub(super) fn recorded(id: &ProgrammeId) -> Answer<Self> {
        let found = Catalogue::standard().get(id).map(Self);
        found.ok_or_else(|| Unanswered::damaged(&format!("the catalogue lost the programme {id}")))
    }
}

#[Object]
impl Programme {
    /// Such as `minimum-living-allowance`.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The Chinese name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The English name.
    async fn name_en(&self) -> &str {
        &self.0.name_en
    }

    /// Other Chinese names, under which it is found too.
    async fn aliases(&self) -> &[String] {
        &self.0.aliases
    }

    /// The family it belongs to.
    async fn category(&self) -> &str {
        &self.0.category
    }

    /// What may be paid under it, and how.
    async fn pays_as(&self) -> PaysAs {
        self.0.pays_as.into()
    }

    /// The programmes that it stands for where it is asked for; empty for one that is no group.
    async fn members(&self) -> Answer<Vec<Self>> {
        self.0.members.iter().map(Self::recorded).collect()
    }
}

/// Questions about programmes.
#[derive(Debug, Default)]
pub struct ProgrammeQueries;

#[Object]
impl ProgrammeQueries {
    /// Every programme of the catalogue.
    async fn programmes(&self) -> Vec<Programme> {
        Catalogue::standard().programmes().iter().map(Programme).collect()
    }
}
