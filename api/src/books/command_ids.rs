//! The ids by which commands and events are recognised when they come again.

use domain::bank_results::{BankResultsCommand, BankResultsEvent};
use domain::commands::AnyCommand;
use domain::disclosure::{DisclosureCommand, DisclosureEvent};
use domain::events::AnyEvent;
use domain::fund::FundCommand;
use domain::grant::GrantCommand;
use domain::officer::OfficerCommand;
use domain::payment::PaymentCommand;
use domain::person::PersonCommand;
use domain::regulation::RegulationCommand;
use domain::standard::StandardCommand;
use domain::store::StoreCommand;
use uuid::Uuid;

use super::Noun;

/// The noun whose client ids the command's id is made from; see [`Book::uuid`].
pub(super) fn noun(command: &AnyCommand) -> Noun {
    match command {
        AnyCommand::Fund(FundCommand::OpenFund(_)) => Noun::Fund,
        AnyCommand::Fund(FundCommand::RecordOpeningBalance(_)) => Noun::OpeningBalance,
        AnyCommand::Fund(FundCommand::ReceiveFunds(_)) => Noun::Receipt,
        AnyCommand::Fund(FundCommand::TransferFunds(_)) => Noun::Transfer,
        AnyCommand::Fund(FundCommand::RemitSurplus(_)) => Noun::Remittance,
        AnyCommand::Standard(_) => Noun::Standard,
        AnyCommand::Grant(GrantCommand::ApproveGrant(_)) => Noun::Grant,
        AnyCommand::Grant(GrantCommand::StopGrant(_)) => Noun::GrantStop,
        AnyCommand::Payment(PaymentCommand::RecordPayment(_)) | AnyCommand::Payments(_) => {
            Noun::Payment
        }
        AnyCommand::Payment(PaymentCommand::ReversePayment(_)) => Noun::Reversal,
        AnyCommand::Payment(PaymentCommand::OrderRecovery(_)) => Noun::Recovery,
        AnyCommand::Payment(PaymentCommand::ReceiveRecovery(_)) => Noun::RecoveryReceipt,
        AnyCommand::Payment(PaymentCommand::WaiveRecovery(_)) => Noun::Waiver,
        AnyCommand::Store(StoreCommand::OpenStore(_)) => Noun::Store,
        AnyCommand::Store(StoreCommand::ReceiveGoods(_)) => Noun::GoodsReceipt,
        AnyCommand::Officer(OfficerCommand::EnrolOfficer(_)) => Noun::Enrolment,
        AnyCommand::Officer(OfficerCommand::GiveRole(_) | OfficerCommand::WithdrawRole(_)) => {
            Noun::RoleChange
        }
        AnyCommand::Regulation(_) => Noun::Regulation,
        AnyCommand::Batch(_) => Noun::BatchStep,
        AnyCommand::BankResults(_) => Noun::BankResults,
        AnyCommand::Period(_) => Noun::PeriodStep,
        AnyCommand::Disclosure(_) => Noun::Disclosure,
        AnyCommand::Person(_) => Noun::DeathReport,
    }
}

/// The id that makes a single command idempotent; a list has a request of its own.
pub(crate) fn command_id(command: &AnyCommand) -> Option<Uuid> {
    Some(match command {
        AnyCommand::Fund(FundCommand::OpenFund(fund)) => fund.fund.as_uuid(),
        AnyCommand::Fund(FundCommand::RecordOpeningBalance(opening)) => opening.opening.as_uuid(),
        AnyCommand::Fund(FundCommand::ReceiveFunds(received)) => received.receipt.as_uuid(),
        AnyCommand::Fund(FundCommand::TransferFunds(transfer)) => transfer.transfer.as_uuid(),
        AnyCommand::Fund(FundCommand::RemitSurplus(remitted)) => remitted.remittance.as_uuid(),
        AnyCommand::Standard(StandardCommand::SetStandard(set)) => set.standard.as_uuid(),
        AnyCommand::Grant(GrantCommand::ApproveGrant(grant)) => grant.grant.as_uuid(),
        AnyCommand::Grant(GrantCommand::StopGrant(stop)) => stop.stop.as_uuid(),
        AnyCommand::Payment(PaymentCommand::RecordPayment(payment)) => payment.payment.as_uuid(),
        AnyCommand::Payment(PaymentCommand::ReversePayment(reversal)) => {
            reversal.reversal.as_uuid()
        }
        AnyCommand::Payment(PaymentCommand::OrderRecovery(order)) => order.recovery.as_uuid(),
        AnyCommand::Payment(PaymentCommand::ReceiveRecovery(received)) => {
            received.receipt.as_uuid()
        }
        AnyCommand::Payment(PaymentCommand::WaiveRecovery(waived)) => waived.waiver.as_uuid(),
        AnyCommand::Store(StoreCommand::OpenStore(store)) => store.store.as_uuid(),
        AnyCommand::Store(StoreCommand::ReceiveGoods(received)) => received.receipt.as_uuid(),
        AnyCommand::Officer(OfficerCommand::EnrolOfficer(officer)) => officer.enrolment.as_uuid(),
        AnyCommand::Officer(
            OfficerCommand::GiveRole(change) | OfficerCommand::WithdrawRole(change),
        ) => change.change.as_uuid(),
        AnyCommand::Regulation(RegulationCommand::RequireOfficers(set)) => set.regulation.as_uuid(),
        AnyCommand::Regulation(RegulationCommand::SetApprovalBands(set)) => {
            set.regulation.as_uuid()
        }
        AnyCommand::Batch(command) => command.step().as_uuid(),
        AnyCommand::BankResults(BankResultsCommand::RecordBankResults(file)) => {
            file.results.as_uuid()
        }
        AnyCommand::Period(command) => command.step().as_uuid(),
        AnyCommand::Disclosure(DisclosureCommand::DisclosePersonalData(disclosed)) => {
            disclosed.disclosure.as_uuid()
        }
        AnyCommand::Person(PersonCommand::ReportDeath(report)) => report.report.as_uuid(),
        AnyCommand::Person(PersonCommand::WithdrawDeathReport(withdrawn)) => {
            withdrawn.withdrawal.as_uuid()
        }
        AnyCommand::Payments(_) => return None,
    })
}

/// The id of the command that an event was recorded for.
pub(super) fn event_id(event: &AnyEvent) -> Uuid {
    use domain::fund::FundEvent::{
        FundOpened, FundsReceived, FundsTransferred, OpeningBalanceRecorded, SurplusRemitted,
    };
    use domain::grant::GrantEvent::{GrantApproved, GrantStopped};
    use domain::officer::OfficerEvent::{OfficerEnrolled, RoleGiven, RoleWithdrawn};
    use domain::payment::PaymentEvent::{
        PaymentRecorded, PaymentReturned, PaymentReversed, PaymentSettled, RecoveryOrdered,
        RecoveryReceived, RecoveryWaived,
    };
    use domain::person::PersonEvent::{DeathReportWithdrawn, DeathReported};
    use domain::regulation::RegulationEvent::{ApprovalBandsSet, OfficersRequired};
    use domain::standard::StandardEvent::StandardSet;
    use domain::store::StoreEvent::{GoodsReceived, StoreOpened};
    match event {
        AnyEvent::Fund(FundOpened(fund)) => fund.fund.as_uuid(),
        AnyEvent::Fund(OpeningBalanceRecorded(opening)) => opening.opening.as_uuid(),
        AnyEvent::Fund(FundsReceived(received)) => received.receipt.as_uuid(),
        AnyEvent::Fund(FundsTransferred(transfer)) => transfer.transfer.as_uuid(),
        AnyEvent::Fund(SurplusRemitted(remitted)) => remitted.remittance.as_uuid(),
        AnyEvent::Standard(StandardSet(set)) => set.standard.as_uuid(),
        AnyEvent::Grant(GrantApproved(grant)) => grant.grant.as_uuid(),
        AnyEvent::Grant(GrantStopped(stop)) => stop.stop.as_uuid(),
        AnyEvent::Payment(PaymentRecorded(payment)) => payment.payment.as_uuid(),
        AnyEvent::Payment(PaymentSettled(settled)) => settled.results.as_uuid(),
        AnyEvent::Payment(PaymentReturned(returned)) => returned.results.as_uuid(),
        AnyEvent::Payment(PaymentReversed(reversal)) => reversal.reversal.as_uuid(),
        AnyEvent::Payment(RecoveryOrdered(ordered)) => ordered.recovery.as_uuid(),
        AnyEvent::Payment(RecoveryReceived(received)) => received.receipt.as_uuid(),
        AnyEvent::Payment(RecoveryWaived(waived)) => waived.waiver.as_uuid(),
        AnyEvent::Store(StoreOpened(store)) => store.store.as_uuid(),
        AnyEvent::Store(GoodsReceived(received)) => received.receipt.as_uuid(),
        AnyEvent::Officer(OfficerEnrolled(enrolled)) => enrolled.enrolment.as_uuid(),
        AnyEvent::Officer(RoleGiven(change) | RoleWithdrawn(change)) => change.change.as_uuid(),
        AnyEvent::Regulation(OfficersRequired(set)) => set.regulation.as_uuid(),
        AnyEvent::Regulation(ApprovalBandsSet(set)) => set.regulation.as_uuid(),
        AnyEvent::Batch(event) => event.step().as_uuid(),
        AnyEvent::BankResults(BankResultsEvent::BankResultsRecorded(file)) => {
            file.results.as_uuid()
        }
        AnyEvent::Period(event) => event.step().as_uuid(),
        AnyEvent::Disclosure(DisclosureEvent::PersonalDataDisclosed(disclosed)) => {
            disclosed.disclosure.as_uuid()
        }
        AnyEvent::Person(DeathReported(report)) => report.report.as_uuid(),
        AnyEvent::Person(DeathReportWithdrawn(withdrawn)) => withdrawn.withdrawal.as_uuid(),
    }
}
