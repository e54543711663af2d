//! Whether somebody may do something: the one place that asks.

use domain::ids::OfficerId;
use domain::officer::Officer;
use domain::rights::{Operation, Role};
use ledger::access::AccessRefusal;

use super::{Acting, Book, CommandError, Fault, UserError};
use crate::sign_in::access_log;

impl Book {
    /// Whether whoever asks may do this here. Where the ledger requires officers, it takes somebody who is
    /// signed in and holds a role for it now; so it does everywhere of whoever is believed nothing but what
    /// they showed, over a session, a key or from elsewhere. A refusal of somebody who is signed in is
    /// remembered.
    ///
    /// What is recorded is held to the same table once more, at the position that it gets.
    ///
    /// # Errors
    /// `SIGN_IN_NEEDED`, `OFFICER_NOT_ENROLLED`, `ROLE_MISSING`, `NOT_RECORDED_DIRECTLY`, `OUT_OF_SCOPE`, or
    /// a fault.
    pub async fn permit(&self, acting: &Acting, operation: Operation) -> Result<(), CommandError> {
        let Some(refusal) = self.refusal_of(acting, operation).await? else { return Ok(()) };
        if acting.is_signed_in_to(&self.id) {
            access_log::not_permitted(self, &acting.officer, operation).await?;
        }
        Err(refusal.into())
    }

    /// The same of an officer whose signature proves who asks. A refusal is remembered only of one who may
    /// sign now: what was signed long ago may be sent again by anybody who has it.
    ///
    /// # Errors
    /// Those of [`Self::permit`], but the first.
    pub(crate) async fn permit_signed(
        &self,
        officer: &OfficerId,
        operation: Operation,
        may_sign: bool,
    ) -> Result<(), CommandError> {
        if !self.officers_required().await? {
            return Ok(());
        }
        let known = self.officer(officer).await?;
        let Err(refusal) = holds_one_of(officer, &known, operation) else { return Ok(()) };
        if may_sign {
            access_log::not_permitted(self, officer, operation).await?;
        }
        Err(UserError::of_access(&refusal).into())
    }

    /// Why whoever asks may not do this here; `None` where they may.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn refusal_of(
        &self,
        acting: &Acting,
        operation: Operation,
    ) -> Result<Option<UserError>, Fault> {
        if !self.officers_required().await? && !acting.is_stranger() {
            return Ok(None);
        }
        if !acting.is_signed_in_to(&self.id) {
            let refusal = AccessRefusal::NotSignedIn { officer: acting.officer.to_string() };
            return Ok(Some(UserError::of_access(&refusal)));
        }
        let officer = self.officer(&acting.officer).await?;
        let refusal = match holds_one_of(&acting.officer, &officer, operation) {
            Err(refusal) => UserError::of_access(&refusal),
            Ok(()) if acting.is_signed_in_for(&self.id, operation) => return Ok(None),
            Ok(()) => {
                let message = format!(
                    "此密钥不用于“{}” / this key is not for {operation}",
                    operation.name_zh()
                );
                UserError::new("OUT_OF_SCOPE", &[], message)
            }
        };
        Ok(Some(refusal))
    }

    /// What the entries tell of an officer; the default for somebody who was never enrolled.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn officer(&self, id: &OfficerId) -> Result<Officer, Fault> {
        let loaded = self.store.load::<Officer>(id.as_str()).await;
        Ok(loaded.map_err(|error| Fault::database(&error))?.aggregate)
    }
}

fn holds_one_of(
    id: &OfficerId,
    officer: &Officer,
    operation: Operation,
) -> Result<(), AccessRefusal> {
    let named = || id.to_string();
    if officer.enrolled().is_none() {
        return Err(AccessRefusal::NotEnrolled { officer: named() });
    }
    if operation.roles().is_empty() {
        return Err(AccessRefusal::ForNobody { officer: named() });
    }
    if officer.roles().any(|role| operation.roles().contains(&role)) {
        return Ok(());
    }
    let held = officer.roles().map(Role::as_str).collect();
    Err(AccessRefusal::NoRole { officer: named(), held, one_of: operation.role_names() })
}
