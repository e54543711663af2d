//! The programmes that aid is paid under, kept as data in `catalogue/programmes.csv`.
//!
//! To add a programme, add a row there: its id, names and aliases must be new, its members must exist,
//! and `pays_as` decides what may be paid under it and how. The tests read the whole table.

mod programme;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use programme::{Programme, RecipientUnit};

use crate::ids::{IdentifierError, ProgrammeId};

/// All programmes, found by id, Chinese name or alias.
#[derive(Debug)]
pub struct Catalogue {
    programmes: Vec<Programme>,
    /// Places in `programmes`, by id and by every Chinese name with quotation marks left out.
    places: HashMap<String, usize>,
}

/// Why a table is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The table itself cannot be read, or a row has a word that the column does not know.
    #[error("programmes: {0}")]
    Unreadable(#[from] csv::Error),
    /// An id is not an identifier.
    #[error("programmes: {0}")]
    BadId(#[from] IdentifierError),
    /// Two programmes would be found under one id, name or alias.
    #[error("programmes: \"{name}\" stands for two programmes")]
    NameUsedTwice {
        /// The name.
        name: String,
    },
    /// A group names a member that is not in the table.
    #[error("programmes: {group} has the unknown member {member}")]
    UnknownMember {
        /// The group.
        group: ProgrammeId,
        /// What it names.
        member: ProgrammeId,
    },
}

impl Catalogue {
    /// The catalogue that is part of the program, read once.
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Catalogue> = LazyLock::new(|| {
            #[allow(
                clippy::expect_used,
                reason = "the table is part of the program and a test reads it"
            )]
            Catalogue::read(include_str!("catalogue/programmes.csv"))
                .expect("the embedded catalogue")
        });
        &STANDARD
    }

    /// Reads a table of programmes, header first.
    fn read(table: &str) -> Result<Self, CatalogueError> {
        let mut catalogue = Self { programmes: Vec::new(), places: HashMap::new() };
        for row in csv::Reader::from_reader(table.as_bytes()).into_deserialize() {
            catalogue.add(Programme::from_row(row?)?)?;
        }
        catalogue.check_members()?;
        Ok(catalogue)
    }

    fn add(&mut self, programme: Programme) -> Result<(), CatalogueError> {
        let place = self.programmes.len();
        let names = [programme.id.as_str(), &programme.name]
            .into_iter()
            .chain(programme.aliases.iter().map(String::as_str));
        for name in names {
            // An alias may differ from the programme's own name by its quotation marks alone.
            if self.places.insert(key(name), place).is_some_and(|other| other != place) {
                return Err(CatalogueError::NameUsedTwice { name: name.to_owned() });
            }
        }
        self.programmes.push(programme);
        Ok(())
    }

    fn check_members(&self) -> Result<(), CatalogueError> {
        for group in &self.programmes {
            if let Some(member) = group.members.iter().find(|member| self.get(member).is_none()) {
                let (group, member) = (group.id.clone(), member.clone());
                return Err(CatalogueError::UnknownMember { group, member });
            }
        }
        Ok(())
    }

    /// Every programme, in the order of the table.
    pub fn programmes(&self) -> &[Programme] {
        &self.programmes
    }

    /// The programme with this id.
    pub fn get(&self, id: &ProgrammeId) -> Option<&Programme> {
        // An id has no quotation marks or blanks, so it is its own key.
        self.places.get(id.as_str()).and_then(|place| self.programmes.get(*place))
    }

    /// The programme that a person means: by its id, its Chinese name or an alias. Blanks around the
    /// text do not matter, nor does which kind of quotation marks or parentheses a name is written
    /// with, nor whether its quotation marks are written at all.
    pub fn find(&self, text: &str) -> Option<&Programme> {
        self.places.get(&key(text)).and_then(|place| self.programmes.get(*place))
    }

    /// The programmes that an id stands for where payments are asked for: a group stands for its
    /// members, theirs included, and for itself where aid may be paid under it; any other programme
    /// for itself. Each stands once, the asked one first. Empty for an unknown id.
    pub fn expand(&self, id: &ProgrammeId) -> Vec<ProgrammeId> {
        let mut seen = Vec::new();
        self.collect(id, &mut seen);
        seen.retain(|programme| !programme.is_group() || programme.pays_as.is_payable());
        seen.into_iter().map(|programme| programme.id.clone()).collect()
    }

    /// Depth first; what was seen is not entered again, so a circle in the table would end too.
    fn collect<'a>(&'a self, id: &ProgrammeId, seen: &mut Vec<&'a Programme>) {
        let Some(programme) = self.get(id).filter(|found| !seen.contains(found)) else {
            return;
        };
        seen.push(programme);
        for member in &programme.members {
            self.collect(member, seen);
        }
    }
}

/// The form under which names are compared: no quotation marks, plain parentheses, no blanks around.
fn key(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '「' | '」' | '＂'))
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            other => other,
        })
        .collect()
}
