//! In which months' books an event is.

use super::AnyEvent;
use crate::calendar::{Day, Month};
use crate::payment::PaymentEvent;
use crate::store::StoreEvent;

impl AnyEvent {
    /// The months in whose books the event is, each once: that of its own day, where money, goods or what became of
    /// them are in it, and then that of the payment whose figures it changes. None for any other event. It is late
    /// for each of them that was closed when it was recorded.
    pub fn months_of_the_books(&self) -> impl Iterator<Item = Month> + use<> {
        let own = self.booked_on().map(Day::month);
        let changed = self.changes_figures_of().filter(|month| Some(*month) != own);
        own.into_iter().chain(changed)
    }

    fn booked_on(&self) -> Option<Day> {
        match self {
            Self::Fund(event) => event.booked_on(),
            Self::Payment(event) => Some(event.occurred_on()),
            Self::Store(StoreEvent::GoodsReceived(event)) => Some(event.occurred_on),
            Self::Store(StoreEvent::StoreOpened(_))
            | Self::Standard(_)
            | Self::Grant(_)
            | Self::Officer(_)
            | Self::Regulation(_)
            | Self::Batch(_)
            | Self::BankResults(_)
            | Self::Period(_)
            | Self::Disclosure(_)
            | Self::Person(_) => None,
        }
    }

    /// The month of the payment whose figures change, whenever that happens: totals count what becomes of a
    /// payment where they count the payment.
    fn changes_figures_of(&self) -> Option<Month> {
        let Self::Payment(event) = self else {
            return None;
        };
        let original = match event {
            PaymentEvent::PaymentSettled(event) => &event.original,
            PaymentEvent::PaymentReturned(event) => &event.original,
            PaymentEvent::PaymentReversed(event) => &event.original,
            PaymentEvent::RecoveryReceived(event) => &event.original,
            PaymentEvent::RecoveryWaived(event) => &event.original,
            // What is only asked back changes no figure.
            PaymentEvent::PaymentRecorded(_) | PaymentEvent::RecoveryOrdered(_) => return None,
        };
        Some(original.occurred_on.month())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The months of the event in a fixture.
    fn months(stream_type: &str, fixture: &str) -> Vec<String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events");
        let payload = std::fs::read_to_string(format!("{folder}/{fixture}.json")).unwrap();
        let (event, version) = fixture.split_once('.').unwrap();
        let version = version.split('.').next().unwrap();
        let name = format!("{event} {version}");
        let event = AnyEvent::parse(stream_type, &name, payload.trim_end().as_bytes()).unwrap();
        event.months_of_the_books().map(|month| month.to_string()).collect()
    }

    #[test]
    fn money_and_goods_are_in_the_books_of_the_month_of_their_day() {
        for (stream_type, fixture, month) in [
            ("payment", "PaymentRecorded.v1", "2020-06"),
            ("payment", "PaymentRecorded.v1.goods", "2020-06"),
            ("payment", "PaymentInstructed.v1", "2020-06"),
            ("payment", "EmergencyAdvancePaid.v1", "2020-06"),
            ("payment", "PaymentReissued.v1", "2020-07"),
            ("fund", "OpeningBalanceRecorded.v1", "2016-01"),
            ("fund", "FundsReceived.v1", "2020-01"),
            ("fund", "FundsTransferred.v1", "2020-03"),
            ("fund", "SurplusRemitted.v1", "2020-12"),
            ("store", "GoodsReceived.v1", "2020-03"),
        ] {
            assert_eq!(months(stream_type, fixture), [month], "{fixture}");
        }
    }

    #[test]
    fn what_becomes_of_a_payment_is_in_the_books_of_its_own_month_and_of_the_payments() {
        for (fixture, own) in [
            ("PaymentReversed.v1", "2020-07"),
            ("PaymentReversed.v2", "2020-07"),
            ("RecoveryReceived.v1", "2020-09"),
            ("RecoveryWaived.v1", "2020-10"),
        ] {
            assert_eq!(months("payment", fixture), [own, "2020-06"], "{fixture}");
        }
    }

    #[test]
    fn no_month_is_named_twice() {
        for fixture in [
            "PaymentSettled.v1",
            "PaymentReturned.v1",
            "PaymentReturned.v1.after_settlement",
            "PaymentReturned.v1.partly_paid",
        ] {
            assert_eq!(months("payment", fixture), ["2020-06"], "{fixture}");
        }
    }

    #[test]
    fn what_is_only_asked_back_is_in_the_books_of_its_own_month_alone() {
        for fixture in ["RecoveryOrdered.v1", "RecoveryOrdered.v1.settled"] {
            assert_eq!(months("payment", fixture), ["2020-09"], "{fixture}");
        }
    }

    #[test]
    fn what_moves_neither_money_nor_goods_is_in_no_months_books() {
        for (stream_type, fixture) in [
            ("fund", "FundOpened.v1"),
            ("store", "StoreOpened.v1"),
            ("standard", "StandardSet.v1"),
            ("grant", "GrantApproved.v1"),
            ("officer", "OfficerEnrolled.v1"),
            ("regulation", "OfficersRequired.v1"),
            ("batch", "BatchReleased.v1"),
            ("bank-results", "BankResultsRecorded.v1"),
            ("period", "PeriodClosed.v1"),
            ("disclosure", "PersonalDataDisclosed.v1"),
        ] {
            assert_eq!(months(stream_type, fixture), Vec::<String>::new(), "{fixture}");
        }
    }
}
