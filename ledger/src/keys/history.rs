//! Which key must sign which position. Fed with the entries of the ledger's own stream, in order.

use std::sync::Arc;

use super::events::{KeyEvent, by_recovery_key};
use super::possession::Possession;
use super::refusal::KeyRefusal;
use crate::key::{KeyId, PublicKey};
use crate::officer_keys::{OfficerEvent, OfficerKeys};
use crate::opened::{LEDGER_STREAM, LedgerOpened, WrittenKey};
use crate::{LedgerId, StreamId};

/// What the history needs to know of an entry. Whether its signature verifies is for the caller to
/// check, against [`KeyHistory::signer_of`].
#[derive(Debug, Clone, Copy)]
pub struct KeyEntry<'a> {
    /// Where it stands.
    pub position: u64,
    /// Its stream.
    pub stream: &'a StreamId,
    /// Name and version of its event.
    pub event: &'a str,
    /// Its payload.
    pub payload: &'a [u8],
    /// The key that its header names.
    pub signed_by: KeyId,
}

/// How a key ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodEnd {
    /// It signed the entry at this position that hands over to the next key.
    Rotated {
        /// The last position that it signs.
        at: u64,
    },
    /// The recovery key ended it by the entry at this position.
    Revoked {
        /// The position after the last that it signs.
        at: u64,
        /// From here on what it signed is suspect.
        suspect_from: u64,
    },
}

/// A key with the positions that it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPeriod {
    /// The key.
    pub key: PublicKey,
    /// The first position that it signs.
    pub from: u64,
    /// How it ended; `None` while it is in force.
    pub end: Option<PeriodEnd>,
}

/// Entries that stand in the chain but were signed by a key while it may have been in wrong hands.
/// Not a fault of the chain: somebody has to look at them and reverse what is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuspectEntries {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// The key that signed them.
    pub key: KeyId,
}

/// The keys of one ledger, as far as the entries of its own stream have been shown.
///
/// A change that does not count (see [`KeyRefusal`]) leaves the keys as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    ledger: LedgerId,
    /// How many entries of the stream were taken, and the position of the last one.
    taken: u64,
    last: Option<u64>,
    periods: Vec<KeyPeriod>,
    /// All recovery keys; the last one is in force.
    recovery: Vec<PublicKey>,
    announced: Option<PublicKey>,
    /// Positions that the recovery key must sign.
    by_recovery: Vec<(u64, PublicKey)>,
    /// Origin of the ledger's checkpoints, as its opening says.
    origin: Option<String>,
    /// What officers hold. Shared, because a verifier copies the history for each batch of entries.
    officers: Arc<OfficerKeys>,
}

impl KeyHistory {
    /// The history of a ledger without entries.
    pub fn new(ledger: LedgerId) -> Self {
        Self {
            ledger,
            taken: 0,
            last: None,
            periods: vec![],
            recovery: vec![],
            announced: None,
            by_recovery: vec![],
            origin: None,
            officers: Arc::default(),
        }
    }

    /// Takes the next entry of the ledger's own stream. Entries of that stream that are not about
    /// keys change nothing but must be shown too.
    ///
    /// # Errors
    /// When it is a change of keys that does not count; then nothing changes.
    pub fn take(&mut self, entry: &KeyEntry<'_>) -> Result<(), KeyRefusal> {
        self.pass_over(entry)?;
        match KeyEvent::parse(entry.event, entry.payload)? {
            Some(KeyEvent::Opened(opened)) => return self.open(entry, &opened),
            // Whatever comes before an opening stands in a ledger without keys.
            _ if self.periods.is_empty() => return Err(KeyRefusal::Opening),
            None => self.take_of_officers(entry)?,
            Some(event) => {
                self.check_signer(entry)?;
                self.change(entry.position, &event)?;
            }
        }
        Ok(())
    }

    fn take_of_officers(&mut self, entry: &KeyEntry<'_>) -> Result<(), KeyRefusal> {
        let Some(event) = OfficerEvent::parse(entry.event, entry.payload)? else { return Ok(()) };
        self.check_signer(entry)?;
        if let OfficerEvent::Enrolled(enrolled) = &event
            && let Some(key) = enrolled.key.key()
            && self.is_or_will_be_the_ledgers(&key)
        {
            return Err(KeyRefusal::UsedBefore { key: key.id() });
        }
        Arc::make_mut(&mut self.officers).take(&self.ledger, entry.position, &event)
    }

    /// Takes the next entry of the ledger's own stream, whose signature does not verify: it has its
    /// place, and some key had to sign it, but it changes nothing.
    ///
    /// # Errors
    /// When it stands in another stream or not after the entries before it.
    pub fn pass_over(&mut self, entry: &KeyEntry<'_>) -> Result<(), KeyRefusal> {
        if entry.stream.kind() != LEDGER_STREAM || entry.stream.id() != self.ledger.as_str() {
            let found = entry.stream.id().to_owned();
            return Err(KeyRefusal::OtherStream { expected: self.ledger.to_string(), found });
        }
        if let Some(after) = self.last.filter(|last| entry.position <= *last) {
            return Err(KeyRefusal::Order { position: entry.position, after });
        }
        self.last = Some(entry.position);
        self.taken = self.taken.saturating_add(1);
        if by_recovery_key(entry.event)
            && let Some(key) = self.recovery.last()
        {
            self.by_recovery.push((entry.position, key.clone()));
        }
        Ok(())
    }

    fn open(&mut self, entry: &KeyEntry<'_>, opened: &LedgerOpened) -> Result<(), KeyRefusal> {
        if entry.position != 0 || !self.periods.is_empty() {
            return Err(KeyRefusal::Opening);
        }
        let key = usable(&opened.key, "key")?;
        let recovery = usable(&opened.recovery_key, "recovery key")?;
        if key == recovery {
            return Err(KeyRefusal::BothKeys { key: key.id() });
        }
        if entry.signed_by != key.id() {
            let (expected, found) = (key.id(), entry.signed_by);
            return Err(KeyRefusal::WrongSigner { expected, found });
        }
        self.origin = Some(opened.origin.clone());
        self.recovery.push(recovery);
        self.periods.push(KeyPeriod { key, from: 0, end: None });
        Ok(())
    }

    fn check_signer(&self, entry: &KeyEntry<'_>) -> Result<(), KeyRefusal> {
        let expected = self.signer_of(entry.position).ok_or(KeyRefusal::Opening)?.id();
        let found = entry.signed_by;
        if expected == found { Ok(()) } else { Err(KeyRefusal::WrongSigner { expected, found }) }
    }

    fn change(&mut self, position: u64, event: &KeyEvent) -> Result<(), KeyRefusal> {
        match event {
            KeyEvent::Opened(_) => return Err(KeyRefusal::Opening),
            KeyEvent::Announced(announced) => {
                self.announced = Some(self.new_key(&announced.key, &announced.proof)?);
            }
            KeyEvent::Rotated(rotated) => {
                let key = self.new_key(&rotated.key, &rotated.proof)?;
                if let Some(announced) = self.announced.as_ref().filter(|other| **other != key) {
                    let (announced, found) = (announced.id(), key.id());
                    return Err(KeyRefusal::NotAnnounced { announced, found });
                }
                self.succeed(key, position, PeriodEnd::Rotated { at: position });
            }
            KeyEvent::Revoked(revoked) => {
                let suspect_from = self.end_of(position, revoked.from, revoked.key_id())?;
                let key = self.new_key(&revoked.replacement, &revoked.proof)?;
                let end = PeriodEnd::Revoked { at: position, suspect_from };
                self.succeed(key, position, end);
            }
            KeyEvent::RecoveryReplaced(replaced) => {
                let key = self.proven(&replaced.recovery_key, &replaced.proof, "recovery key")?;
                if self.recovery.contains(&key) {
                    return Err(KeyRefusal::UsedBefore { key: key.id() });
                }
                if self.was_ledger_key(&key) {
                    return Err(KeyRefusal::BothKeys { key: key.id() });
                }
                self.recovery.push(key);
            }
        }
        Ok(())
    }

    /// The position from which a revocation makes entries suspect, if it ends the key in force.
    fn end_of(&self, position: u64, from: u64, named: Option<KeyId>) -> Result<u64, KeyRefusal> {
        let period = self.periods.last().ok_or(KeyRefusal::Opening)?;
        if named != Some(period.key.id()) {
            let in_force = period.key.id();
            let found = named.map_or_else(|| "no key".to_owned(), |key| key.to_string());
            return Err(KeyRefusal::NotInForce { in_force, found });
        }
        if (period.from..=position).contains(&from) {
            Ok(from)
        } else {
            Err(KeyRefusal::From { from, first: period.from, last: position })
        }
    }

    /// A key that never signed for this ledger, is no recovery key, and proves itself.
    fn new_key(&self, written: &WrittenKey, proof: &Possession) -> Result<PublicKey, KeyRefusal> {
        let key = self.proven(written, proof, "key")?;
        if self.recovery.contains(&key) {
            return Err(KeyRefusal::BothKeys { key: key.id() });
        }
        if self.was_ledger_key(&key) {
            return Err(KeyRefusal::UsedBefore { key: key.id() });
        }
        Ok(key)
    }

    fn proven(
        &self,
        written: &WrittenKey,
        proof: &Possession,
        which: &'static str,
    ) -> Result<PublicKey, KeyRefusal> {
        let key = usable(written, which)?;
        if self.officers.knows(&key) {
            Err(KeyRefusal::OfficersKey { key: key.id() })
        } else if proof.proves(&self.ledger, &key) {
            Ok(key)
        } else {
            Err(KeyRefusal::NoPossession { key: key.id() })
        }
    }

    fn was_ledger_key(&self, key: &PublicKey) -> bool {
        self.periods.iter().any(|period| period.key == *key)
    }

    fn is_or_will_be_the_ledgers(&self, key: &PublicKey) -> bool {
        self.was_ledger_key(key)
            || self.recovery.contains(key)
            || self.announced.as_ref() == Some(key)
    }

    fn succeed(&mut self, key: PublicKey, position: u64, end: PeriodEnd) {
        if let Some(before) = self.periods.last_mut() {
            before.end = Some(end);
        }
        self.periods.push(KeyPeriod { key, from: position.saturating_add(1), end: None });
        // After a theft the announcement may be the thief's, after a rotation it is fulfilled.
        self.announced = None;
    }

    /// The ledger.
    pub fn ledger(&self) -> &LedgerId {
        &self.ledger
    }

    /// Origin of the ledger's checkpoints; `None` before its opening was taken.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// The keys that officers hold, and whether they must sign their commands.
    pub fn officers(&self) -> &OfficerKeys {
        &self.officers
    }

    /// How many entries of the ledger's own stream were taken: the sequence that the next one is
    /// decided on.
    pub fn sequence(&self) -> u64 {
        self.taken
    }

    /// The key that must sign the entry at a position. For a position after the last entry that was
    /// taken: what must sign there unless an entry before it changes the keys. `None` where no entry
    /// has named a key.
    pub fn signer_of(&self, position: u64) -> Option<&PublicKey> {
        let recovery = self.by_recovery.iter().rev().find(|(at, _)| *at == position);
        recovery.map(|(_, key)| key).or_else(|| self.period_of(position).map(|period| &period.key))
    }

    /// The key that must sign this event if it is recorded next.
    pub fn signer_for(&self, stream: &StreamId, event: &str, payload: &[u8]) -> Option<PublicKey> {
        let own = stream.kind() == LEDGER_STREAM;
        match self.periods.last() {
            Some(_) if own && by_recovery_key(event) => self.recovery.last().cloned(),
            Some(period) => Some(period.key.clone()),
            None => LedgerOpened::parse(payload).ok().filter(|_| own)?.key.key(),
        }
    }

    fn period_of(&self, position: u64) -> Option<&KeyPeriod> {
        self.periods.iter().rev().find(|period| period.from <= position)
    }

    /// The key that signs from the next position on.
    pub fn in_force(&self) -> Option<&PublicKey> {
        self.periods.last().map(|period| &period.key)
    }

    /// The recovery key in force.
    pub fn recovery_key(&self) -> Option<&PublicKey> {
        self.recovery.last()
    }

    /// The key that was announced and not yet rotated to.
    pub fn announced(&self) -> Option<&PublicKey> {
        self.announced.as_ref()
    }

    /// Every ledger key, in the order in which they were in force.
    pub fn periods(&self) -> &[KeyPeriod] {
        &self.periods
    }

    /// The key that signs a checkpoint of this size: the one in force after that many entries.
    pub fn checkpoint_key(&self, size: u64) -> Option<&PublicKey> {
        self.period_of(size).map(|period| &period.key)
    }

    /// The keys of which one must have signed a checkpoint of this size: the one in force there, and
    /// the one that signed the last entry below it unless that one was revoked.
    pub fn checkpoint_keys(&self, size: u64) -> Vec<&PublicKey> {
        let in_force = self.period_of(size);
        let before = self.period_of(size.saturating_sub(1)).filter(|before| {
            Some(*before) != in_force && matches!(before.end, Some(PeriodEnd::Rotated { .. }))
        });
        in_force.into_iter().chain(before).map(|period| &period.key).collect()
    }

    /// The key before the one in force at this size, if it was rotated away: checkpoints bear its
    /// signature too for as long as it is kept. A revoked one signs nothing more.
    pub fn second_checkpoint_key(&self, size: u64) -> Option<&PublicKey> {
        let mut periods = self.periods.iter().rev().skip_while(|period| period.from > size);
        let before = periods.nth(1)?;
        matches!(before.end, Some(PeriodEnd::Rotated { .. })).then_some(&before.key)
    }

    /// What was signed by keys while they may have been in wrong hands.
    pub fn suspect(&self) -> Vec<SuspectEntries> {
        let suspect = |period: &KeyPeriod| match period.end {
            Some(PeriodEnd::Revoked { at, suspect_from }) if suspect_from < at => {
                let (first, last) = (suspect_from, at.saturating_sub(1));
                Some(SuspectEntries { first, last, key: period.key.id() })
            }
            _ => None,
        };
        self.periods.iter().filter_map(suspect).collect()
    }
}

fn usable(written: &WrittenKey, which: &'static str) -> Result<PublicKey, KeyRefusal> {
    written.key().ok_or(KeyRefusal::Unusable { which })
}
