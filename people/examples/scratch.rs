//! scratch
#![allow(
    clippy::all,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::float_arithmetic
)]
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use domain::identity::IdentityNumber;
use domain::ids::{LedgerId, PersonId};
use people::*;
use sqlx::postgres::PgPoolOptions;

fn number(n: u32) -> IdentityNumber {
    let day = n / 999;
    let text = format!(
        "3204041{:03}{:02}{:02}{:03}",
        800 + day / 336,
        1 + (day / 28) % 12,
        1 + day % 28,
        1 + n % 999
    );
    IdentityNumber::from_first_seventeen(&text).unwrap()
}

fn commitment_hex(s: domain::subject::Subject<PersonId>) -> String {
    s.commitment.to_string()
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .after_connect(|c, _| {
            Box::pin(async move {
                sqlx::query("set role mingzhang_program").execute(c).await?;
                Ok(())
            })
        })
        .connect(&url)
        .await
        .unwrap();
    let dir = std::path::Path::new("/tmp/people-scratch-keys");
    let _ = std::fs::remove_dir_all(dir);
    let keys = Arc::new(KeyRing::load_or_create(dir, &Randomness::system()).unwrap());
    let people = Arc::new(People::new(keys.clone(), &Randomness::system()));
    let ledger = LedgerId::parse("cn-320404").unwrap();
    people.prove_keys(&pool, &ledger).await.unwrap();

    // single
    let n = number(1);
    let t = Instant::now();
    let one = people
        .persons()
        .register(
            &pool,
            &ledger,
            &[Registration {
                number: &n,
                name: None,
            }],
        )
        .await
        .unwrap();
    println!("first single {:?}", t.elapsed());
    let named = people
        .persons()
        .register(
            &pool,
            &ledger,
            &[Registration {
                number: &n,
                name: Some("王明"),
            }],
        )
        .await
        .unwrap();
    assert_eq!(named[0].name(), Some("王明"));
    assert_eq!(named[0].subject(), one[0].subject());
    let kept = people
        .persons()
        .register(
            &pool,
            &ledger,
            &[Registration {
                number: &n,
                name: Some("王小明"),
            }],
        )
        .await
        .unwrap();
    assert_eq!(kept[0].name(), Some("王明"));
    let fresh = People::new(keys.clone(), &Randomness::system());
    let found = fresh
        .persons()
        .find(&pool, &ledger, &[&n, &number(2)])
        .await
        .unwrap();
    assert_eq!(found[0].as_ref().unwrap().name(), Some("王明"));
    assert!(found[1].is_none());
    let t = Instant::now();
    for _ in 0..100000 {
        people
            .persons()
            .register(
                &pool,
                &ledger,
                &[Registration {
                    number: &n,
                    name: Some("王明"),
                }],
            )
            .await
            .unwrap();
    }
    println!("cached single {:?}", t.elapsed() / 100000);

    // rehearse
    let numbers: Vec<_> = (0..200_000u32).map(number).collect();
    let count = || async {
        sqlx::query_scalar::<_, i64>("select count(*) from persons")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let before = count().await;
    let batch: Vec<_> = numbers[..20_000]
        .iter()
        .chain(&numbers[..20_000])
        .map(|number| Registration {
            number,
            name: Some("某某"),
        })
        .collect();
    let rehearsed = people
        .persons()
        .rehearse(&pool, &ledger, &batch)
        .await
        .unwrap();
    assert_eq!(count().await, before);
    assert_eq!(rehearsed[5].subject(), rehearsed[20_005].subject());
    assert_eq!(rehearsed[1].subject(), one[0].subject());

    // bulk
    let batch: Vec<_> = numbers
        .iter()
        .map(|number| Registration {
            number,
            name: Some("某某"),
        })
        .collect();
    let t = Instant::now();
    let all = people
        .persons()
        .register(&pool, &ledger, &batch)
        .await
        .unwrap();
    println!("200k new {:?}", t.elapsed());
    assert_eq!(count().await, 200_000);
    let t = Instant::now();
    let fresh = People::new(keys.clone(), &Randomness::system());
    let again = fresh
        .persons()
        .register(&pool, &ledger, &batch)
        .await
        .unwrap();
    println!("200k known, cold {:?}", t.elapsed());
    assert!(
        all.iter()
            .zip(&again)
            .all(|(a, b)| a.subject() == b.subject() && a.name() == b.name())
    );
    let t = Instant::now();
    fresh
        .persons()
        .register(&pool, &ledger, &batch[..100_000])
        .await
        .unwrap();
    fresh
        .persons()
        .register(&pool, &ledger, &batch[..100_000])
        .await
        .unwrap();
    let t2 = Instant::now();
    fresh
        .persons()
        .register(&pool, &ledger, &batch[..40_000])
        .await
        .unwrap();
    println!("2x100k {:?}, 40k warm {:?}", t2 - t, t2.elapsed());

    // race
    let ledger2 = LedgerId::parse("cn-320405").unwrap();
    let mut tasks = Vec::new();
    for task in 0..8u32 {
        let (pool, keys, ledger2) = (pool.clone(), keys.clone(), ledger2.clone());
        let mut mine: Vec<_> = numbers[..30_000].to_vec();
        if task % 2 == 1 {
            mine.reverse();
        }
        tasks.push(tokio::spawn(async move {
            let people = People::new(keys, &Randomness::system());
            let batch: Vec<_> = mine
                .iter()
                .enumerate()
                .map(|(i, number)| Registration {
                    number,
                    name: (i as u32 % 8 == task).then_some("名"),
                })
                .collect();
            let done = people
                .persons()
                .register(&pool, &ledger2, &batch)
                .await
                .unwrap();
            done.iter()
                .map(|k| (k.number().to_owned(), k.subject()))
                .collect::<HashMap<_, _>>()
        }));
    }
    let t = Instant::now();
    let mut maps = Vec::new();
    for task in tasks {
        maps.push(task.await.unwrap());
    }
    println!("8 racing 30k {:?}", t.elapsed());
    assert!(maps.iter().all(|m| m == &maps[0] && m.len() == 30_000));
    let unnamed = std::sync::Mutex::new((0, 0));
    people
        .persons()
        .check(&pool, &ledger2, &mut |c| {
            if let Checked::Sound(k) = c {
                let mut u = unnamed.lock().unwrap();
                if k.name().is_none() {
                    u.0 += 1
                } else {
                    u.1 += 1
                }
            }
        })
        .await
        .unwrap();
    println!("unnamed/named {:?}", unnamed.into_inner().unwrap());

    // households, accounts
    let h: Vec<_> = (0..1000)
        .map(|i| HouseholdNumber::parse(&format!("ZL-{i}")).unwrap())
        .collect();
    let hs = people
        .households()
        .register(
            &pool,
            &ledger,
            &h.iter()
                .map(|number| Registration { number, name: None })
                .collect::<Vec<_>>(),
        )
        .await
        .unwrap();
    let a = AccountNumber::parse("6228 4800 0000 0000 018").unwrap();
    let acc = people
        .accounts()
        .register(
            &pool,
            &ledger,
            &[Registration {
                number: &a,
                name: Some("王明"),
            }],
        )
        .await
        .unwrap();
    assert_eq!(acc[0].number(), "6228480000000000018");

    // details
    let (cause, c) = CommittedText::commit("cause", "火灾", &Randomness::system()).unwrap();
    let details = PrivateDetails {
        client_id: Some("2020-06-000001".into()),
        person_name: Some("王明".into()),
        cause: Some(cause),
        ..Default::default()
    };
    let t = Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(
            people
                .seal_details(
                    &ledger,
                    SealUnder::Person(&all[1]),
                    "payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11",
                    &details,
                )
                .unwrap(),
        );
    }
    println!("seal details {:?}", t.elapsed() / 100_000);
    let t = Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(Randomness::system().secret::<24>().unwrap());
    }
    println!("of which nonce {:?}", t.elapsed() / 100_000);
    let sealed = [
        people
            .seal_details(&ledger, SealUnder::Person(&all[1]), "p/1", &details)
            .unwrap(),
        people
            .seal_details(&ledger, SealUnder::Household(&hs[1]), "p/2", &details)
            .unwrap(),
        people
            .seal_details(&ledger, SealUnder::Ledger, "p/3", &details)
            .unwrap(),
        vec![9],
    ];
    let page: Vec<(&str, &[u8])> = vec![
        ("p/1", &sealed[0]),
        ("p/2", &sealed[1]),
        ("p/3", &sealed[2]),
        ("p/1", &sealed[2]),
        ("p/4", &sealed[3]),
    ];
    let opened = people
        .open_page_of_details(&pool, &ledger, &page)
        .await
        .unwrap();
    for o in &opened[..3] {
        assert_eq!(o, &Ok(OpenedDetails::Readable(Box::new(details.clone()))));
    }
    assert_eq!(opened[3], Err(DetailsError::DoesNotOpen));
    assert_eq!(opened[4], Err(DetailsError::UnknownForm));
    assert_eq!(details.cause.as_ref().unwrap().commitment("cause"), c);
    let k = all[1].key().clone();
    let t = Instant::now();
    for _ in 0..100_000 {
        std::hint::black_box(
            people
                .open_details(&ledger, "p/1", &sealed[0], |_| Some(k.clone()))
                .unwrap(),
        );
    }
    println!("open details {:?}", t.elapsed() / 100_000);

    // forget
    let id = all[1].subject().id;
    assert_eq!(
        people.persons().forget(&pool, &ledger, id).await.unwrap(),
        Forgetting::Forgotten
    );
    assert_eq!(
        people.persons().forget(&pool, &ledger, id).await.unwrap(),
        Forgetting::WasForgotten
    );
    assert_eq!(
        people
            .persons()
            .forget(&pool, &ledger, PersonId::from_uuid(uuid::Uuid::nil()))
            .await
            .unwrap(),
        Forgetting::Unknown
    );
    assert!(people.persons().find(&pool, &ledger, &[&n]).await.unwrap()[0].is_none());
    let o = people
        .persons()
        .open(
            &pool,
            &ledger,
            &[
                id,
                all[2].subject().id,
                PersonId::from_uuid(uuid::Uuid::nil()),
            ],
        )
        .await
        .unwrap();
    assert_eq!(o.len(), 2);
    assert!(matches!(o[&id], Opened::Forgotten));
    assert_eq!(
        people
            .open_page_of_details(&pool, &ledger, &page[..1])
            .await
            .unwrap()[0],
        Ok(OpenedDetails::Forgotten)
    );
    assert!(fresh.persons().find(&pool, &ledger, &[&n]).await.unwrap()[0].is_some() || true);
    fresh.drop_forgotten(&pool, &ledger).await.unwrap();
    assert!(fresh.persons().find(&pool, &ledger, &[&n]).await.unwrap()[0].is_none());
    let reborn = people
        .persons()
        .register(
            &pool,
            &ledger,
            &[Registration {
                number: &n,
                name: None,
            }],
        )
        .await
        .unwrap();
    assert_ne!(reborn[0].subject().id, id);
    println!("{}", commitment_hex(reborn[0].subject()));

    // check
    let t = Instant::now();
    let mut seen = HashMap::new();
    people
        .check(&pool, &ledger, &mut |row| {
            *seen
                .entry((
                    row.kind,
                    match row.state {
                        CheckedState::Sound { .. } => 0,
                        CheckedState::Forgotten => 1,
                        CheckedState::Damaged(_) => 2,
                    },
                ))
                .or_insert(0) += 1;
        })
        .await
        .unwrap();
    println!("check {:?} {seen:?}", t.elapsed());
    assert_eq!(seen[&(SubjectKind::Person, 0)], 200_000);
    assert_eq!(seen[&(SubjectKind::Person, 1)], 1);

    // damage, as the connecting role
    let root = PgPoolOptions::new().connect(&url).await.unwrap();
    let ids: Vec<uuid::Uuid> = all[10..14]
        .iter()
        .map(|k| k.subject().id.as_uuid())
        .collect();
    for (i, sql) in [
        "lookup = set_byte(lookup, 0, get_byte(lookup, 0) # 1)",
        "wrapped_key = set_byte(wrapped_key, 30, get_byte(wrapped_key, 30) # 1)",
        "sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
    ]
    .iter()
    .enumerate()
    {
        sqlx::query(&format!("update persons set {sql} where id = $1"))
            .bind(ids[i])
            .execute(&root)
            .await
            .unwrap();
    }
    sqlx::query("update persons p set wrapped_key = q.wrapped_key, sealed = q.sealed from persons q where p.id = $1 and q.id = $2").bind(ids[3]).bind(all[20].subject().id.as_uuid()).execute(&root).await.unwrap();
    let mut findings = Vec::new();
    people
        .check(&pool, &ledger, &mut |row| {
            if let CheckedState::Damaged(f) = row.state {
                findings.push(f)
            }
        })
        .await
        .unwrap();
    for f in &findings {
        println!("{f}");
    }
    assert_eq!(
        findings.iter().map(|f| f.id).collect::<HashSet<_>>(),
        ids.iter().copied().collect()
    );
    let error = people
        .persons()
        .open(&pool, &ledger, &[all[12].subject().id])
        .await
        .unwrap_err();
    println!("{error}");
    // rights
    for sql in [
        "delete from persons",
        "update persons set id = gen_random_uuid()",
        "update persons set ledger_id = 'x'",
        "truncate persons",
    ] {
        println!(
            "{:?}",
            sqlx::query(sql)
                .execute(&pool)
                .await
                .unwrap_err()
                .to_string()
        );
    }
    // wrong keys
    let _ = std::fs::remove_dir_all(dir);
    let other = People::new(
        Arc::new(KeyRing::create(dir, &Randomness::system()).unwrap()),
        &Randomness::system(),
    );
    println!("{}", other.prove_keys(&pool, &ledger).await.unwrap_err());
    // seeded: register, crash, again
    let ledger3 = LedgerId::parse("cn-3").unwrap();
    let seeded = || People::new(keys.clone(), &Randomness::seeded([1; 32]));
    let part = seeded()
        .persons()
        .register(&pool, &ledger3, &batch[..7000])
        .await
        .unwrap();
    let whole = seeded()
        .persons()
        .register(&pool, &ledger3, &batch[..9000])
        .await
        .unwrap();
    assert!(
        part.iter()
            .zip(&whole)
            .all(|(a, b)| a.subject() == b.subject())
    );
    people
        .persons()
        .forget(&pool, &ledger3, part[0].subject().id)
        .await
        .unwrap();
    println!(
        "seeded again after forgetting: {:?}",
        seeded()
            .persons()
            .register(&pool, &ledger3, &batch[..1])
            .await
            .map(|_| ())
    );
    println!("ok");
}
