//! Forgetting somebody, and rows beside the chain that somebody removed.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::identity::IdentityNumber;
use domain::ids::{LedgerId, PersonId};
use people::{Forgetting, KeyRing, Opened, People, Person, Randomness, Registration};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgPool};
use tests::bureau::{Bureau, LEDGER, findings};
use tests::throwaway::throwaway;
use uuid::Uuid;

const PAID: &str = "320404180001010028";

fn ledger() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

async fn find(people: &People, pool: &PgPool, number: &IdentityNumber) -> Option<PersonId> {
    let found = people.persons().find(pool, &ledger(), &[number]).await.unwrap();
    found[0].as_ref().map(|known| known.subject().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_number_is_somebody_new_also_where_ids_follow_a_seed() {
    let place = throwaway().await;
    let database = place.database().await;
    let (pool, ledger) = (database.pool(), ledger());
    let seed = Randomness::seeded([7; 32]);
    let keys = KeyRing::create(&place.data().keys(), &seed).unwrap();
    let people = People::new(Arc::new(keys), &seed);
    let number = IdentityNumber::parse(PAID).unwrap();
    let batch = [Registration::<Person> { number: &number, name: None }];
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        let known = people.persons().register(pool, &ledger, &batch).await.unwrap();
        let id = known[0].subject().id;
        assert!(ids.insert(id), "the id of somebody forgotten was given again");
        let forgotten = people.persons().forget(pool, &ledger, id).await.unwrap();
        assert_eq!(forgotten, Forgetting::Forgotten);
    }
    database.close().await.unwrap();
}

fn grant_payment(id: &str, month: &str) -> Value {
    json!({"id": id, "programme": "低保", "fund": "fiscal", "amount": "780.00",
           "entitlementMonth": month, "occurredOn": format!("{month}-15"),
           "recipient": {"personNo": PAID, "personName": "张三", "householdNo": "ZL-1"},
           "payout": {"note": "只有本人知道"}})
}

/// A payment of the ledger as a reader sees it.
async fn seen(bureau: &Bureau, id: &str) -> Value {
    let document = "query($ledger: ID!, $id: ID!) { payment(ledger: $ledger, id: $id) { \
        amount personNo personName householdNo status entries { text } } }";
    bureau.query(document, json!({"ledger": LEDGER, "id": id})).await["payment"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_destroys_the_key_and_leaves_the_chain_as_it_is() {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance"]).await;
    bureau.recorded("recordGrantPayment", grant_payment("p-1", "2020-06")).await;
    let before = seen(&bureau, "p-1").await;
    assert_eq!((&before["personNo"], &before["personName"]), (&json!(PAID), &json!("张三")));

    let (people, pool, ledger) = (bureau.books.people(), bureau.books.pool(), ledger());
    // Another program holds the person in its memory and does not hear of the forgetting.
    let another = bureau.another_program().await;
    let number = IdentityNumber::parse(PAID).unwrap();
    let known = people.persons().find(pool, &ledger, &[&number]).await.unwrap();
    let person = known[0].as_ref().unwrap().subject();
    assert_eq!(find(another.people(), pool, &number).await, Some(person.id));

    let forget = async |id| people.persons().forget(pool, &ledger, id).await.unwrap();
    assert_eq!(forget(person.id).await, Forgetting::Forgotten);
    assert_eq!(forget(person.id).await, Forgetting::WasForgotten);
    assert_eq!(forget(PersonId::from_uuid(Uuid::nil())).await, Forgetting::Unknown);
    for program in [&**people, &**another.people()] {
        let opened = program.persons().open(pool, &ledger, &[person.id]).await.unwrap();
        assert!(matches!(opened[&person.id], Opened::Forgotten), "{opened:?}");
    }
    assert_eq!(find(people, pool, &number).await, None);
    let left: bool = sqlx::query_scalar(
        "select num_nonnulls(lookup, wrapped_key, sealed) > 0 from persons where id = $1",
    )
    .bind(person.id.as_uuid())
    .fetch_one(pool)
    .await
    .unwrap();
    assert!(!left, "key, record and keyed hash are gone");

    // The entry stands byte for byte, with a commitment that nobody can resolve any more.
    let after = seen(&bureau, "p-1").await;
    assert_eq!((&after["personNo"], &after["personName"]), (&Value::Null, &Value::Null));
    assert_eq!(after["householdNo"], "ZL-1", "nobody else was forgotten");
    assert_eq!(after["entries"], before["entries"]);
    let text = after["entries"][0]["text"].as_str().unwrap();
    assert!(text.contains(&person.commitment.to_string()), "{text}");
    bureau.check_ledger().await;

    // The number met again is somebody new, in every program.
    bureau.recorded("recordGrantPayment", grant_payment("p-2", "2020-07")).await;
    let new = find(people, pool, &number).await.unwrap();
    assert_ne!(new, person.id);
    another.people().drop_forgotten(pool, &ledger).await.unwrap();
    assert_eq!(find(another.people(), pool, &number).await, Some(new));
    assert_eq!(seen(&bureau, "p-2").await["personNo"], PAID);
    assert_eq!(seen(&bureau, "p-1").await["personNo"], Value::Null);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_somebody_deleted_is_named_by_the_check() {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance"]).await;
    let mut payment = grant_payment("p-1", "2020-06");
    payment["recipient"]["members"] = json!(["32040418000101001X"]);
    payment["recipient"]["coveredPersons"] = json!(2);
    payment["payout"]["accountNo"] = json!("6228480000000000018");
    let receipt = bureau.recorded("recordGrantPayment", payment).await;
    let id = ledger::LedgerId::parse(LEDGER).unwrap();
    let mut session = bureau.place.administrator_session().await;
    for (table, kind) in
        [("persons", "Person"), ("households", "Household"), ("accounts", "Account")]
    {
        let ids = format!("select id from {table} order by id");
        let ids: Vec<Uuid> = sqlx::query_scalar(&ids).fetch_all(&mut session).await.unwrap();
        assert!(!ids.is_empty(), "nobody in {table}");
        for row in ids {
            let keep = format!("create table kept as select * from {table} where id = '{row}'");
            session.execute(keep.as_str()).await.unwrap();
            let delete = format!("delete from {table} where id = '{row}'");
            session.execute(delete.as_str()).await.unwrap();
            let found = findings(&bureau.books, &id).await;
            let at = format!("position {}: ", receipt["position"]);
            let named = format!("none for {kind} {row}");
            assert!(
                found.iter().any(|line| line.starts_with(&at) && line.contains(&named)),
                "{table} {row}: {found:?}"
            );
            let restore = format!("insert into {table} select * from kept; drop table kept");
            session.execute(restore.as_str()).await.unwrap();
        }
    }
    session.close().await.unwrap();
    bureau.check_ledger().await;
}
