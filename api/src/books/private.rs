//! Private details beside entries: where they belong, and opening them for those who may read.

use std::collections::BTreeMap;

use domain::bank_results::BankResultsEvent;
use domain::disclosure::DisclosureEvent;
use domain::events::AnyEvent;
use domain::fund::FundEvent;
use domain::grant::GrantEvent;
use domain::officer::OfficerEvent;
use domain::payment::PaymentEvent;
use domain::person::PersonEvent;
use domain::regulation::RegulationEvent;
use domain::standard::StandardEvent;
use domain::store::StoreEvent;
use ledger::reader;
use people::{OpenedDetails, PrivateDetails};

use super::directory::event_of;
use super::{Book, Fault};

/// What binds details to their entry: the stream, and what sets the entry apart in it.
pub(crate) fn place_of(event: &AnyEvent) -> String {
    match event {
        AnyEvent::Fund(FundEvent::FundOpened(fund)) => format!("fund/{}", fund.fund),
        AnyEvent::Fund(FundEvent::OpeningBalanceRecorded(opening)) => {
            format!("fund/{}/{}", opening.fund, opening.opening)
        }
        AnyEvent::Fund(FundEvent::FundsTransferred(transfer)) => {
            format!("fund/{}/{}", transfer.fund, transfer.transfer)
        }
        AnyEvent::Fund(FundEvent::SurplusRemitted(remitted)) => {
            format!("fund/{}/{}", remitted.fund, remitted.remittance)
        }
        AnyEvent::Fund(FundEvent::FundsReceived(receipt)) => {
            format!("fund/{}/{}", receipt.fund, receipt.receipt)
        }
        AnyEvent::Standard(StandardEvent::StandardSet(standard)) => {
            format!("standard/{}/{}", standard.programme, standard.standard)
        }
        AnyEvent::Grant(GrantEvent::GrantApproved(grant)) => format!("grant/{}", grant.grant),
        AnyEvent::Grant(GrantEvent::GrantStopped(stopped)) => {
            format!("grant/{}/{}", stopped.grant, stopped.stop)
        }
        AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment)) => {
            format!("payment/{}", payment.payment)
        }
        AnyEvent::Payment(PaymentEvent::PaymentSettled(settled)) => {
            format!("payment/{}/{}/{}", settled.payment, settled.results, settled.line)
        }
        AnyEvent::Payment(PaymentEvent::PaymentReturned(returned)) => {
            format!("payment/{}/{}/{}", returned.payment, returned.results, returned.line)
        }
        AnyEvent::Payment(PaymentEvent::PaymentReversed(reversal)) => {
            format!("payment/{}/{}", reversal.payment, reversal.reversal)
        }
        AnyEvent::Payment(PaymentEvent::RecoveryOrdered(ordered)) => {
            format!("payment/{}/{}", ordered.payment, ordered.recovery)
        }
        AnyEvent::Payment(PaymentEvent::RecoveryReceived(received)) => {
            format!("payment/{}/{}", received.payment, received.receipt)
        }
        AnyEvent::Payment(PaymentEvent::RecoveryWaived(waived)) => {
            format!("payment/{}/{}", waived.payment, waived.waiver)
        }
        AnyEvent::Store(StoreEvent::StoreOpened(store)) => format!("store/{}", store.store),
        AnyEvent::Store(StoreEvent::GoodsReceived(receipt)) => {
            format!("store/{}/{}", receipt.store, receipt.receipt)
        }
        AnyEvent::Officer(OfficerEvent::OfficerEnrolled(enrolled)) => {
            format!("officer/{}", enrolled.officer)
        }
        AnyEvent::Officer(
            OfficerEvent::RoleGiven(change) | OfficerEvent::RoleWithdrawn(change),
        ) => {
            format!("officer/{}/{}", change.officer, change.change)
        }
        AnyEvent::Regulation(RegulationEvent::OfficersRequired(set)) => {
            format!("regulation/{}", set.regulation)
        }
        AnyEvent::Regulation(RegulationEvent::ApprovalBandsSet(set)) => {
            format!("regulation/{}", set.regulation)
        }
        AnyEvent::Batch(event) => format!("batch/{}/{}", event.batch(), event.step()),
        AnyEvent::BankResults(BankResultsEvent::BankResultsRecorded(file)) => {
            format!("bank-results/{}", file.results)
        }
        AnyEvent::Period(event) => format!("period/{}/{}", event.period(), event.step()),
        AnyEvent::Disclosure(DisclosureEvent::PersonalDataDisclosed(disclosed)) => {
            format!("disclosure/{}", disclosed.disclosure)
        }
        AnyEvent::Person(PersonEvent::DeathReported(report)) => {
            format!("person/{}/{}", report.person, report.report)
        }
        AnyEvent::Person(PersonEvent::DeathReportWithdrawn(withdrawn)) => {
            format!("person/{}/{}", withdrawn.person, withdrawn.withdrawal)
        }
    }
}

/// Where the details of a line lie while it is in the list of a batch; `list` is the place of the list's entry,
/// lines are counted from 1.
pub(crate) fn place_of_line(list: &str, line: usize) -> String {
    format!("{list}/{line}")
}

impl Book {
    /// What lies beside the entries at these positions. Entries without details, and those whose
    /// owner was forgotten, are left out.
    ///
    /// # Errors
    /// When the database fails or details do not open.
    pub async fn private_details(
        &self,
        positions: &[u64],
    ) -> Result<BTreeMap<u64, PrivateDetails>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let attached = reader::attachments(&mut connection, &self.id, positions).await?;
        let with: Vec<u64> = attached.iter().map(|(position, _)| *position).collect();
        let entries = reader::entries(&mut connection, &self.id, &with).await?;
        drop(connection);
        let mut places = BTreeMap::new();
        for entry in &entries {
            places.insert(entry.position, place_of(&event_of(&entry.bytes)?));
        }
        let mut page: Vec<(&str, &[u8])> = Vec::with_capacity(attached.len());
        for (position, attached) in &attached {
            // Beside the list of a batch lie those of its lines as well, behind its own.
            let parts = people::split_details(attached).map_err(|error| Fault::damaged(&error))?;
            let own = places.get(position).zip(parts.first());
            page.extend(own.map(|(place, own)| (place.as_str(), *own)));
        }
        let opened = self.people.open_page_of_details(&self.pool, &self.domain_id, &page).await?;
        let mut details = BTreeMap::new();
        for ((position, _), opened) in attached.iter().zip(opened) {
            match opened.map_err(|error| Fault::damaged(&error))? {
                OpenedDetails::Readable(readable) => {
                    details.insert(*position, *readable);
                }
                OpenedDetails::Forgotten => {}
            }
        }
        Ok(details)
    }
}
