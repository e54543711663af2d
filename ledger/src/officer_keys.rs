//! Keys that officers hold themselves, and whether commands must be signed with them. Both are told
//! by entries of the ledger's own stream, so that everybody who has the entries knows which key was
//! whose at which position. Pure, like [`crate::keys`], which takes the entries in.

pub mod events;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use events::{
    OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn, SignedCommandsRequired,
    enrolment_message,
};

use crate::LedgerId;
use crate::identifier::is_identifier;
use crate::key::{KeyId, PublicKey};
use crate::keys::KeyRefusal;

/// A key of an officer, with the positions at which it may sign commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// Whose: the id in `officer/<id>`.
    pub officer: String,
    /// The key.
    pub key: PublicKey,
    /// The first position.
    pub from: u64,
    /// The last position: that of the entry that withdrew it. `None` while it is in force.
    pub until: Option<u64>,
}

impl OfficerKey {
    fn in_force_at(&self, position: u64) -> bool {
        self.from <= position && self.until.is_none_or(|until| position <= until)
    }
}

/// All keys that officers ever held, and the setting. Answers for every position up to the next one:
/// a later state says of an earlier position what an earlier state said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OfficerKeys {
    /// A key is one officer's and is enrolled once, so its id finds it.
    keys: BTreeMap<KeyId, OfficerKey>,
    /// From which position on signed commands are required, or no longer; in order.
    required: Vec<(u64, bool)>,
}

impl OfficerKeys {
    /// Takes in what the entry at this position says.
    ///
    /// # Errors
    /// When it does not count; then nothing changes.
    pub(crate) fn take(
        &mut self,
        ledger: &LedgerId,
        position: u64,
        event: &OfficerEvent,
    ) -> Result<(), KeyRefusal> {
        match event {
            OfficerEvent::Enrolled(enrolled) => self.enrol(ledger, position, enrolled),
            OfficerEvent::Withdrawn(withdrawn) => self.withdraw(position, withdrawn),
            OfficerEvent::Required(setting) => {
                let from = position.saturating_add(1);
                if self.signed_commands_required_at(from) == setting.required {
                    return Err(KeyRefusal::SettingStands { required: setting.required });
                }
                self.required.push((from, setting.required));
                Ok(())
            }
        }
    }

    fn enrol(
        &mut self,
        ledger: &LedgerId,
        position: u64,
        enrolled: &OfficerKeyEnrolled,
    ) -> Result<(), KeyRefusal> {
        let officer = &enrolled.officer;
        if !is_identifier(officer) {
            return Err(KeyRefusal::NoOfficer { officer: officer.clone() });
        }
        let key = enrolled.key.key().ok_or(KeyRefusal::Unusable { which: "officer's key" })?;
        if !enrolled.proves(ledger, &key) {
            return Err(KeyRefusal::NoPossession { key: key.id() });
        }
        if self.knows(&key) {
            return Err(KeyRefusal::UsedBefore { key: key.id() });
        }
        let from = position.saturating_add(1);
        let held = OfficerKey { officer: officer.clone(), key, from, until: None };
        self.keys.insert(held.key.id(), held);
        Ok(())
    }

    fn withdraw(
        &mut self,
        position: u64,
        withdrawn: &OfficerKeyWithdrawn,
    ) -> Result<(), KeyRefusal> {
        let held = withdrawn.key_id().and_then(|id| self.keys.get_mut(&id));
        let held = held.filter(|held| held.officer == withdrawn.officer && held.until.is_none());
        let held = held.ok_or_else(|| KeyRefusal::NotTheOfficers {
            officer: withdrawn.officer.clone(),
            key: withdrawn.key.clone(),
        })?;
        held.until = Some(position);
        Ok(())
    }

    /// Whether any officer ever held this key.
    pub(crate) fn knows(&self, key: &PublicKey) -> bool {
        self.keys.contains_key(&key.id())
    }

    /// The officer's key with this id, if it is in force at the position.
    pub fn key_at(&self, officer: &str, key: KeyId, position: u64) -> Option<&PublicKey> {
        let held = self.keys.get(&key)?;
        (held.officer == officer && held.in_force_at(position)).then_some(&held.key)
    }

    /// What is known of a key, whoever holds or held it.
    pub fn find(&self, key: KeyId) -> Option<&OfficerKey> {
        self.keys.get(&key)
    }

    /// Whether entries at this position must name signed commands: those that
    /// [`crate::signed_command::must_be_signed`] says.
    pub fn signed_commands_required_at(&self, position: u64) -> bool {
        let last = self.required.iter().rev().find(|(from, _)| *from <= position);
        last.is_some_and(|(_, required)| *required)
    }

    /// Every key that was ever enrolled, in the order of their positions.
    pub fn all(&self) -> Vec<&OfficerKey> {
        let mut all: Vec<&OfficerKey> = self.keys.values().collect();
        all.sort_by_key(|held| held.from);
        all
    }
}
