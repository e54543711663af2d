//! Taking in and ending keys that officers hold, and whether they must sign their commands.

use std::sync::Arc;

use domain::ids::OfficerId;
use ledger::keys::KeyHistory;
use ledger::officer_keys::{OfficerEvent, OfficerKeyEnrolled};
use ledger::{EventName, LedgerId};

use super::key_changes::KeyChangeError;
use super::key_folder::{KeyFolder, KeyPlaces};
use super::{Books, Fault};

/// A change that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedOfficerKeys {
    /// Position of its entry; `None` where the setting was so already and nothing was recorded.
    pub position: Option<u64>,
}

impl Books {
    /// Records that an officer's key is taken in or ends, or the setting. The same key again is
    /// recorded once.
    ///
    /// # Errors
    /// As [`KeyChangeError`] lists them; nothing is recorded then.
    pub async fn change_officer_keys(
        &self,
        ledger: &LedgerId,
        event: &OfficerEvent,
    ) -> Result<ChangedOfficerKeys, KeyChangeError> {
        let (history, size) = self.key_history(ledger).await?;
        let noun = match event {
            OfficerEvent::Enrolled(enrolled) => {
                check_enrolment(enrolled, &history)?;
                format!("{} {} {}", event.name(), enrolled.officer, enrolled.key.public)
            }
            OfficerEvent::Withdrawn(withdrawn) => {
                format!("{} {} {}", event.name(), withdrawn.officer, withdrawn.key)
            }
            OfficerEvent::Required(setting) => {
                if history.officers().signed_commands_required_at(size) == setting.required {
                    return Ok(ChangedOfficerKeys { position: None });
                }
                // The setting may be changed to and fro: each change follows another state.
                format!("{} {} after {}", event.name(), setting.required, history.sequence())
            }
        };
        let places = KeyPlaces::of(self.directory(), ledger);
        let signers = Arc::new(KeyFolder::new(places, self.passphrases().clone()));
        let name = EventName::parse(event.name()).map_err(|error| Fault::configuration(&error))?;
        let payload = event.payload().map_err(|error| Fault::configuration(&error))?;
        let proposed = vec![super::key_changes::proposed(&history, name, payload)?];
        let position = self.record_own(&history, proposed, &noun, signers).await?;
        Ok(ChangedOfficerKeys { position: Some(position) })
    }
}

/// The id must be one that may stand in the chain, and a key that ended does not come back: asked again,
/// the writer would answer with the position of its first enrolment.
fn check_enrolment(
    enrolled: &OfficerKeyEnrolled,
    history: &KeyHistory,
) -> Result<(), KeyChangeError> {
    OfficerId::parse(&enrolled.officer)
        .map_err(|error| KeyChangeError::Refused(error.to_string()))?;
    let known = enrolled.key.key().and_then(|key| history.officers().find(key.id()).cloned());
    match known.and_then(|held| held.until) {
        None => Ok(()),
        Some(position) => Err(KeyChangeError::Refused(format!(
            "该密钥已于位置 {position} 停用,请另制新密钥 / this key was withdrawn at position {position}: make another"
        ))),
    }
}
