//! What can be asked of a programme's standards.

use serde::{Deserialize, Serialize};

use super::{StandardEvent, StandardSet};
use crate::calendar::Day;
use crate::ids::{ProgrammeId, StandardId};
use crate::money::Money;
use crate::region::Region;
use crate::text::{DocumentNumber, PlainName};
use crate::vocabulary::StandardUnit;

/// Everything that can be asked of a programme's standards. Its serialised form is what is kept
/// and hashed as the entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StandardCommand {
    /// Put a standard in force.
    SetStandard(SetStandard),
}

impl StandardCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        let Self::SetStandard(_) = self;
        "SetStandard"
    }

    /// The id of the stream that decides this command: the programme.
    pub fn stream_id(&self) -> String {
        let Self::SetStandard(command) = self;
        command.programme.to_string()
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self) -> StandardEvent {
        let Self::SetStandard(command) = self.clone();
        StandardEvent::StandardSet(command.into_event())
    }
}

/// Puts a standard in force from a day on. It replaces, from that day, the standard of the same
/// region, class and unit; standards that differ in one of these stand beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStandard {
    /// This version of the standard.
    pub standard: StandardId,
    /// The programme whose ceiling it is.
    pub programme: ProgrammeId,
    /// What the amount is counted for.
    pub unit: StandardUnit,
    /// For one unit; more than zero.
    pub amount: Money,
    /// First day in force.
    pub effective_from: Day,
    /// The document that set it.
    pub document: DocumentNumber,
    /// Where it is in force: every region whose code begins so; everywhere if absent.
    pub region: Option<Region>,
    /// For which class of recipients. Until grants carry a class, it only keeps standards apart.
    pub class: Option<PlainName>,
}

impl SetStandard {
    pub(super) fn into_event(self) -> StandardSet {
        StandardSet {
            standard: self.standard,
            programme: self.programme,
            unit: self.unit,
            amount_fen: self.amount,
            effective_from: self.effective_from,
            document: self.document,
            region: self.region,
            class: self.class,
        }
    }
}
