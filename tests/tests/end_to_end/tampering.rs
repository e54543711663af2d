//! Whoever changes the database behind the program's back is found, and the place is named.

use ledger::LedgerId;
use sqlx::{Connection, Executor};
use tests::bureau::{Bureau, LEDGER, findings};

/// A ledger with an event of every type in it.
async fn busy_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.check_ledger().await;
    bureau
}

async fn administrator(bureau: &Bureau, statement: &str) {
    let mut session = bureau.place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    let done = session.execute(statement).await.unwrap();
    assert!(done.rows_affected() > 0, "{statement} changed nothing");
    session.close().await.unwrap();
}

async fn found(bureau: &Bureau) -> Vec<String> {
    findings(&bureau.books, &LedgerId::parse(LEDGER).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn any_changed_byte_of_an_entry_or_its_signature_names_the_position() {
    let bureau = busy_bureau().await;
    let size = bureau.size().await;
    for position in 0..size {
        for (column, at) in [("entry", 30), ("entry", 400), ("signature", 5), ("leaf", 7)] {
            let flip = |way: &str| {
                format!(
                    "update entries set {column} = set_byte({column}, {at}, get_byte({column}, {at}) {way} 1) \
                     where position = {position}"
                )
            };
            // Adding and taking away one bit of the byte undoes itself.
            let statement = flip("#");
            administrator(&bureau, &statement).await;
            let found = found(&bureau).await;
            let named = format!("position {position}: ");
            assert!(
                found.iter().any(|line| line.starts_with(&named)),
                "{column} byte {at} of {position}: {found:?}"
            );
            administrator(&bureau, &statement).await;
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_value_in_each_table_is_named() {
    let bureau = busy_bureau().await;
    // What is changed, how it is changed back, and what the finding must name.
    let cases = [
        (
            "update heads set position = position + 1",
            "update heads set position = position - 1",
            "heads",
        ),
        (
            "update entries set sequence = 9 where position = 1",
            "update entries set sequence = 1 where position = 1",
            "column sequence",
        ),
        (
            "update entries set stream_type = 'store' where position = 1",
            "update entries set stream_type = 'fund' where position = 1",
            "column stream_type",
        ),
        (
            "update entries set event_type = 'X v1' where position = 1",
            "update entries set event_type = 'FundOpened v1' where position = 1",
            "column event_type",
        ),
        (
            "update entries set recorded_at = recorded_at + interval '1 microsecond' where position = 1",
            "update entries set recorded_at = recorded_at - interval '1 microsecond' where position = 1",
            "column recorded_at",
        ),
        (
            "update entries set payload_offset = payload_offset + 1 where position = 1",
            "update entries set payload_offset = payload_offset - 1 where position = 1",
            "column payload_offset",
        ),
        (
            "update balances set amount = amount + 1 where account like 'fund/%'",
            "update balances set amount = amount - 1 where account like 'fund/%'",
            "balances",
        ),
        (
            "update claims set position = position + 1",
            "update claims set position = position - 1",
            "claims",
        ),
        (
            "update requests set position = position + 1",
            "update requests set position = position - 1",
            "requests",
        ),
        (
            "update commands set command = set_byte(command, 3, get_byte(command, 3) # 1)",
            "update commands set command = set_byte(command, 3, get_byte(command, 3) # 1)",
            "commands",
        ),
        (
            "update attachments set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
            "update attachments set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
            "attachments",
        ),
        (
            "update persons set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
            "update persons set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
            "person",
        ),
        (
            "update households set wrapped_key = set_byte(wrapped_key, 50, get_byte(wrapped_key, 50) # 1)",
            "update households set wrapped_key = set_byte(wrapped_key, 50, get_byte(wrapped_key, 50) # 1)",
            "household",
        ),
        (
            "update accounts set lookup = set_byte(lookup, 5, get_byte(lookup, 5) # 1)",
            "update accounts set lookup = set_byte(lookup, 5, get_byte(lookup, 5) # 1)",
            "account",
        ),
    ];
    for (change, undo, named) in cases {
        administrator(&bureau, change).await;
        let found = found(&bureau).await;
        assert!(found.iter().any(|line| line.contains(named)), "{change}: {found:?}");
        administrator(&bureau, undo).await;
        bureau.check_ledger().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_value_in_each_read_model_is_named() {
    let bureau = busy_bureau().await;
    let mut session = bureau.place.administrator_session().await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text, c.data_type::text from information_schema.columns c \
         join information_schema.tables t using (table_schema, table_name) \
         where c.table_schema = 'read_models' and t.table_type = 'BASE TABLE' and c.column_name <> 'ledger_id' \
         and c.table_name <> 'cursors' order by 1, 2",
    )
    .fetch_all(&mut session)
    .await
    .unwrap();
    let mut tried = 0;
    for (table, column, kind) in columns {
        let other = match kind.as_str() {
            "bigint" | "integer" | "smallint" => format!("{column} + 1"),
            "text" => format!("{column} || 'x'"),
            "uuid" => "'00000000-0000-8000-8000-000000000001'::uuid".to_owned(),
            "date" => format!("{column} + 1"),
            "boolean" => format!("not {column}"),
            "ARRAY" => format!("array_append({column}, 'x')"),
            other => panic!("a column of type {other} in {table}"),
        };
        let pick = format!(
            "ctid = (select ctid from read_models.{table} where {column} is not null limit 1)"
        );
        session.execute("begin").await.unwrap();
        let save = format!("create table kept as select * from read_models.{table}");
        session.execute(save.as_str()).await.unwrap();
        session.execute("commit").await.unwrap();
        let change = format!("update read_models.{table} set {column} = {other} where {pick}");
        match session.execute(change.as_str()).await {
            Ok(done) if done.rows_affected() == 1 => {
                tried += 1;
                let found = found(&bureau).await;
                assert!(found.iter().any(|line| line.contains(&table)), "{change}: {found:?}");
            }
            // No row has a value in this column, or a constraint of the table refuses the change.
            Ok(_) | Err(_) => {}
        }
        let restore = format!(
            "begin; delete from read_models.{table}; insert into read_models.{table} select * from kept; drop table kept; commit"
        );
        session.execute(restore.as_str()).await.unwrap();
    }
    assert!(tried > 30, "only {tried} columns were tried");
    session.close().await.unwrap();
    bureau.check_ledger().await;
}
