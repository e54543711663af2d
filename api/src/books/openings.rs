//! What a signed command commits to must be told beside it, and what is told must be what it commits
//! to: else the bureau could not prove later what was meant, or would keep something that nobody signed.

use domain::bank_results::BankResultsCommand;
use domain::batch::BatchCommand;
use domain::commands::AnyCommand;
use domain::disclosure::DisclosureCommand;
use domain::officer::OfficerCommand;
use domain::payment::{PaymentCommand, RecordPayment, RequestedAid};
use domain::period::PeriodCommand;
use domain::store::StoreCommand;
use domain::text::Commitment;
use people::{CommittedText, PrivateDetails};

use super::UserError;

/// Holds the texts beside a command against the commitments in it.
pub(super) fn check_openings(
    command: &AnyCommand,
    details: &PrivateDetails,
) -> Result<(), UserError> {
    let mut committed = Committed::default();
    match command {
        AnyCommand::Payment(PaymentCommand::RecordPayment(payment)) => committed.of(payment),
        AnyCommand::Payment(PaymentCommand::ReversePayment(reversal)) => {
            committed.reason = Some(reversal.reason);
        }
        AnyCommand::Payment(PaymentCommand::OrderRecovery(order)) => {
            committed.reason = Some(order.reason);
        }
        AnyCommand::Payment(PaymentCommand::WaiveRecovery(waived)) => {
            committed.reason = Some(waived.reason);
        }
        AnyCommand::Store(StoreCommand::ReceiveGoods(received)) => {
            committed.donor = Some(received.donor);
        }
        AnyCommand::Batch(BatchCommand::SendBackBatch(back)) => {
            committed.reason = Some(back.reason);
        }
        AnyCommand::Batch(BatchCommand::CancelBatch(cancelled)) => {
            committed.reason = Some(cancelled.reason);
        }
        AnyCommand::Officer(OfficerCommand::EnrolOfficer(officer)) => {
            committed.officer = Some(officer.name);
        }
        AnyCommand::BankResults(BankResultsCommand::RecordBankResults(results)) => {
            committed.file = Some(results.file);
        }
        AnyCommand::Period(PeriodCommand::ProposeReopening(proposed)) => {
            committed.reason = Some(proposed.reason);
        }
        AnyCommand::Disclosure(DisclosureCommand::DisclosePersonalData(disclosed)) => {
            committed.reason = Some(disclosed.reason);
        }
        _ => {}
    }
    if !matches!(command, AnyCommand::Payment(PaymentCommand::RecordPayment(_))) {
        let named = !matches!(command, AnyCommand::Grant(_)) && details.person_name.is_some();
        let places = [
            ("personName", named),
            ("accountNo", details.account_no.is_some()),
            ("note", details.note.is_some()),
        ];
        if let Some((field, _)) = places.into_iter().find(|(_, told)| *told) {
            let message = format!("此类指令没有 {field} / commands of this kind have no {field}");
            return Err(UserError::new("NOT_PART_OF_COMMAND", &["beside", field], message));
        }
    }
    committed.check(details)
}

#[derive(Default)]
struct Committed {
    cause: Option<Commitment>,
    certificate: Option<Commitment>,
    payee: Option<Commitment>,
    reason: Option<Commitment>,
    donor: Option<Commitment>,
    officer: Option<Commitment>,
    file: Option<Commitment>,
}

impl Committed {
    fn of(&mut self, payment: &RecordPayment) {
        self.payee = payment.payout.payee;
        match &payment.aid {
            RequestedAid::TemporaryAid { cause, .. } => self.cause = *cause,
            RequestedAid::DisabilitySubsidy { certificate, .. } => self.certificate = *certificate,
            _ => {}
        }
    }

    fn check(&self, told: &PrivateDetails) -> Result<(), UserError> {
        opens("cause", "cause", self.cause, told.cause.as_ref())?;
        opens("certificate", "certificate", self.certificate, told.certificate.as_ref())?;
        opens("payee", "payeeName", self.payee, told.payee_name.as_ref())?;
        opens("reason", "reason", self.reason, told.reason.as_ref())?;
        opens("donor", "donor", self.donor, told.donor.as_ref())?;
        opens("officer", "officerName", self.officer, told.officer_name.as_ref())?;
        opens("file", "file", self.file, told.file.as_ref())
    }
}

fn opens(
    kind: &str,
    field: &str,
    committed: Option<Commitment>,
    told: Option<&CommittedText>,
) -> Result<(), UserError> {
    if committed == told.map(|told| told.commitment(kind)) {
        return Ok(());
    }
    let message = format!(
        "{field} 与指令中的承诺值不符,或缺其一 / {field} is not what the command commits to, or one of the two is missing"
    );
    Err(UserError::new("COMMITMENT_MISMATCH", &["beside", field], message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use people::Randomness;

    use super::*;

    #[test]
    fn a_text_is_told_exactly_where_it_is_committed_to_and_is_the_one() {
        let (told, committed) =
            CommittedText::commit("cause", "火灾", &Randomness::system()).unwrap();
        assert_eq!(opens("cause", "cause", Some(committed), Some(&told)), Ok(()));
        assert_eq!(opens("cause", "cause", None, None), Ok(()));
        let other = CommittedText::commit("cause", "水灾", &Randomness::system()).unwrap().0;
        for (kind, committed, told) in [
            ("cause", Some(committed), None),
            ("cause", None, Some(&told)),
            ("cause", Some(committed), Some(&other)),
            ("reason", Some(committed), Some(&told)),
        ] {
            let refusal = opens(kind, "cause", committed, told).unwrap_err();
            assert_eq!(
                (refusal.code, refusal.field.join(".")),
                ("COMMITMENT_MISMATCH", "beside.cause".to_owned())
            );
        }
    }
}
