//! Stock postgres-es with the product's own aggregate: the measure that ratios are taken of.

use std::sync::Arc;

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use domain::calendar::Day;
use domain::ids::{FundId, PaymentId};
use domain::money::Money;
use domain::payment::{
    Payment, PaymentCommand, PaymentFacts, Payout, Recipient, RecordPayment, RequestedAid,
};
use domain::region::Region;
use domain::vocabulary::{Channel, TemporaryAidKind};
use postgres_es::PostgresEventRepository;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::{now, rate, said};
use crate::database::Database;

/// Tasks that send commands at once.
const TASKS: usize = 32;

/// The table that postgres-es brings along, and nothing else.
const TABLE: &str = "create table events (aggregate_type text not null, aggregate_id text not null, \
     sequence bigint not null check (sequence >= 0), event_type text not null, event_version text not null, \
     payload json not null, metadata json not null, primary key (aggregate_type, aggregate_id, sequence))";

/// Payments a second, one command an event, each on a stream of its own.
pub(super) async fn commands_a_second(database: &Database, commands: usize) -> Result<u64, String> {
    let administrator = database.administrator().clone();
    // postgres-es's own pool stops at ten connections; its tasks get one each here.
    let pool = PgPoolOptions::new()
        .max_connections(u32::try_from(TASKS).unwrap_or(1))
        .connect_with(administrator)
        .await
        .map_err(said)?;
    sqlx::query(TABLE).execute(&pool).await.map_err(said)?;
    let (facts, template) = (facts()?, template()?);
    let began = now();
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let store = PersistedEventStore::<PostgresEventRepository, Payment>::new_event_store(
            PostgresEventRepository::new(pool.clone()),
        );
        let framework = CqrsFramework::new(store, vec![], facts.clone());
        let template = template.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..commands.checked_div(TASKS).unwrap_or_default() {
                let id = u128::try_from(task.saturating_mul(1_000_000).saturating_add(n))
                    .unwrap_or_default();
                let mut command = template.clone();
                command.payment = PaymentId::from_uuid(Uuid::from_u128(id));
                let stream = command.payment.to_string();
                let command = PaymentCommand::RecordPayment(Box::new(command));
                framework.execute(&stream, command).await.map_err(said)?;
            }
            Ok::<(), String>(())
        }));
    }
    for task in tasks {
        task.await.map_err(said)??;
    }
    let measured = rate(u64::try_from(commands).unwrap_or_default(), began);
    sqlx::query("drop table events").execute(&pool).await.map_err(said)?;
    pool.close().await;
    Ok(measured)
}

fn template() -> Result<RecordPayment, String> {
    Ok(RecordPayment {
        payment: PaymentId::from_uuid(Uuid::nil()),
        aid: RequestedAid::TemporaryAid {
            fund: FundId::from_uuid(Uuid::nil()),
            urgency: TemporaryAidKind::Urgent,
            cause: None,
        },
        amount: Money::from_fen(90_000).ok(),
        occurred_on: Day::parse("2020-06-15").map_err(said)?,
        recipient: Recipient {
            person: None,
            household: None,
            members: Vec::new(),
            covered_persons: 1,
            region: Region::parse("320404").map_err(said)?,
            residency: None,
        },
        payout: Payout { channel: Channel::Bank, account: None, payee: None, document: None },
        reissues: None,
    })
}

fn facts() -> Result<PaymentFacts, String> {
    use cqrs_es::Aggregate;
    use domain::fund::{Fund, FundEvent};
    let opened = r#"{"FundOpened":{"fund":"00000000-0000-0000-0000-000000000000","code":"bench","name":"bench","source":"fiscal","programmes":["temporary-assistance"]}}"#;
    let mut fund = Fund::default();
    fund.apply(serde_json::from_str::<FundEvent>(opened).map_err(said)?);
    Ok(PaymentFacts { fund: Some(Arc::new(fund)), ..PaymentFacts::default() })
}
