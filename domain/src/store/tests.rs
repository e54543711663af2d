#![allow(clippy::unwrap_used)]

use cqrs_es::test::TestFramework;

use super::*;
use crate::effects::{Account, Posting, Unit};
use crate::events::RecordedEvent;
use crate::examples::*;
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal};
use crate::text::GoodsName;

type Test = TestFramework<Store>;

fn open() -> OpenStore {
    OpenStore {
        store: store_id(),
        code: name("store-01"),
        name: name("五星慈善超市"),
        region: Some(region("320404001")),
    }
}

fn receive() -> ReceiveGoods {
    ReceiveGoods {
        store: store_id(),
        receipt: ReceiptId::from_uuid(uuid(1)),
        donor: commitment(9),
        occurred_on: day("2020-03-01"),
        items: vec![goods("大米", "袋", 20, "45.00"), goods("食用油", "桶", 10, "60.00")],
    }
}

fn standing() -> Vec<StoreEvent> {
    vec![
        StoreEvent::StoreOpened(open().into_event()),
        StoreEvent::GoodsReceived(receive().into_event()),
    ]
}

fn refusal_of(given: Vec<StoreEvent>, command: StoreCommand) -> StoreRefusal {
    Test::with(()).given(given).when(command).inspect_result().unwrap_err()
}

#[test]
fn opening_a_store_records_it() {
    Test::with(())
        .given_no_previous_events()
        .when(StoreCommand::OpenStore(open()))
        .then_expect_events(vec![StoreEvent::StoreOpened(open().into_event())]);
}

#[test]
fn opening_the_same_store_again_records_nothing() {
    Test::with(())
        .given(standing())
        .when(StoreCommand::OpenStore(open()))
        .then_expect_events(vec![]);
}

#[test]
fn another_store_under_a_used_id_names_the_field() {
    let cases: [(OpenStore, FieldPath); 3] = [
        (OpenStore { code: name("other"), ..open() }, &["id"]),
        (OpenStore { name: name("other"), ..open() }, &["name"]),
        (OpenStore { region: None, ..open() }, &["region"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), StoreCommand::OpenStore(command));
        assert_eq!(refusal, StoreRefusal::StoreIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn receiving_goods_records_them() {
    Test::with(())
        .given(vec![StoreEvent::StoreOpened(open().into_event())])
        .when(StoreCommand::ReceiveGoods(receive()))
        .then_expect_events(vec![StoreEvent::GoodsReceived(receive().into_event())]);
}

#[test]
fn receiving_the_same_goods_again_records_nothing() {
    Test::with(())
        .given(standing())
        .when(StoreCommand::ReceiveGoods(receive()))
        .then_expect_events(vec![]);
}

#[test]
fn another_receipt_under_a_used_id_names_the_field() {
    let cases: [(ReceiveGoods, FieldPath); 3] = [
        (ReceiveGoods { donor: commitment(8), ..receive() }, &["donor"]),
        (ReceiveGoods { occurred_on: day("2020-03-02"), ..receive() }, &["occurredOn"]),
        (ReceiveGoods { items: vec![goods("面", "袋", 1, "9.00")], ..receive() }, &["items"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), StoreCommand::ReceiveGoods(command));
        assert_eq!(refusal, StoreRefusal::ReceiptIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn receiving_into_a_store_that_was_never_opened_is_refused() {
    let refusal = refusal_of(vec![], StoreCommand::ReceiveGoods(receive()));
    assert_eq!(refusal, StoreRefusal::UnknownStore { store: store_id() });
    assert_eq!(refusal.code(), "UNKNOWN_STORE");
}

#[test]
fn receiving_nothing_or_more_than_an_entry_holds_is_refused() {
    let line = goods(&"米".repeat(200), &"袋".repeat(200), 1, "1.00");
    for (items, lines) in [(vec![], 0), (vec![line; 60], 60)] {
        let command = ReceiveGoods { items, ..receive() };
        let refusal = refusal_of(standing(), StoreCommand::ReceiveGoods(command));
        assert_eq!(refusal, StoreRefusal::ItemsDoNotFit { lines });
        assert_eq!(refusal.code(), "INVALID_ITEMS");
        assert_eq!(refusal.field(), Some(&["items"][..]));
    }
}

#[test]
fn goods_worth_more_than_any_amount_are_refused() {
    let dear = goods("金", "块", 1, "90000000000000.00");
    let command = ReceiveGoods { items: vec![dear.clone(), dear], ..receive() };
    let refusal = refusal_of(standing(), StoreCommand::ReceiveGoods(command));
    assert_eq!(refusal, StoreRefusal::ValueOutOfRange);
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn goods_that_came_in_move_from_the_donor_to_the_stock_kind_by_kind() {
    let items = vec![
        goods("大米", "袋", 20, "45.00"),
        goods("大米", "袋", 5, "45.00"),
        goods("大米", "袋", 1, "50.00"),
    ];
    let event = StoreEvent::GoodsReceived(ReceiveGoods { items, ..receive() }.into_event());
    let effects = event.effects();
    assert!(effects.is_balanced());
    assert!(effects.claims.is_empty() && effects.guards.is_empty());
    let into_stock: Vec<(String, i64)> = effects
        .postings
        .iter()
        .filter(|posting| posting.account == Account::Store(store_id()))
        .map(|Posting { unit, amount, .. }| (unit.to_string(), *amount))
        .collect();
    assert_eq!(into_stock, [("大米/袋@4500".to_owned(), 25), ("大米/袋@5000".to_owned(), 1)]);
    assert!(!effects.postings.iter().any(|posting| posting.unit == Unit::Cny));
}

#[test]
fn a_line_of_goods_needs_a_quantity_and_a_value() {
    let line = |quantity, value| {
        let (item, unit) = (GoodsName::parse("大米").unwrap(), GoodsName::parse("袋").unwrap());
        GoodsItem::new(item, unit, quantity, value)
    };
    assert_eq!(line(0, yuan("1.00")), Err(GoodsError::NoQuantity));
    assert_eq!(line(1, Money::ZERO), Err(GoodsError::NoValue { unit_value: Money::ZERO }));
    assert_eq!(line(3, yuan("90000000000000.00")), Err(GoodsError::OutOfRange));
    let payload = r#"{"item":"大米","unit":"袋","quantity":0,"unit_value_fen":4500}"#;
    assert!(serde_json::from_str::<GoodsItem>(payload).is_err());
}
