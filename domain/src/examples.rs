//! Small values for given/when/then tests: what a test does not speak of is the same everywhere.

#![allow(clippy::unwrap_used)]

use uuid::Uuid;

use crate::calendar::{Day, Month, MonthRange};
use crate::ids::{FundId, GrantId, HouseholdId, PaymentId, PersonId, ProgrammeId, StoreId};
use crate::money::Money;
use crate::region::Region;
use crate::store::GoodsItem;
use crate::subject::Subject;
use crate::text::{Commitment, DocumentNumber, GoodsName, PlainName};

pub(crate) const DIBAO: &str = "minimum-living-allowance";

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn fund_id() -> FundId {
    FundId::from_uuid(uuid(0xf0))
}

pub(crate) fn store_id() -> StoreId {
    StoreId::from_uuid(uuid(0x50))
}

pub(crate) fn grant_id() -> GrantId {
    GrantId::from_uuid(uuid(0x60))
}

pub(crate) fn payment_id() -> PaymentId {
    PaymentId::from_uuid(uuid(0xa0))
}

pub(crate) fn person(number: u128) -> Subject<PersonId> {
    Subject::new(person_id(number), commitment(0xe0))
}

pub(crate) fn person_id(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(number))
}

pub(crate) fn household(number: u128) -> Subject<HouseholdId> {
    Subject::new(HouseholdId::from_uuid(uuid(number)), commitment(0xd0))
}

pub(crate) fn commitment(byte: u8) -> Commitment {
    Commitment::from_bytes([byte; 32])
}

pub(crate) fn programme(id: &str) -> ProgrammeId {
    ProgrammeId::parse(id).unwrap()
}

pub(crate) fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn months(from: &str, to: &str) -> MonthRange {
    MonthRange::new(Month::parse(from).unwrap(), Month::parse(to).unwrap()).unwrap()
}

pub(crate) fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

pub(crate) fn name(text: &str) -> PlainName {
    PlainName::parse(text).unwrap()
}

pub(crate) fn document(text: &str) -> DocumentNumber {
    DocumentNumber::parse(text).unwrap()
}

pub(crate) fn goods(item: &str, unit: &str, quantity: u32, unit_value: &str) -> GoodsItem {
    let (item, unit) = (GoodsName::parse(item).unwrap(), GoodsName::parse(unit).unwrap());
    GoodsItem::new(item, unit, quantity, yuan(unit_value)).unwrap()
}
