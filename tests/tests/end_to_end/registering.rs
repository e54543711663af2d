//! Who is registered and found beside the chain, in a real database; forgetting has its own file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use domain::identity::IdentityNumber;
use domain::ids::LedgerId;
use people::{
    Account, AccountNumber, Household, HouseholdNumber, KeyRing, Kind, Known, People, PeopleError,
    Person, Randomness, Registration, Registry,
};
use sqlx::{Connection, Executor, PgPool};
use tests::bureau::LEDGER;
use tests::scratch::ScratchDirectory;
use tests::throwaway::{Throwaway, throwaway};
use tokio::sync::Barrier;

/// How many numbers are raced for.
const MANY: usize = 300;

fn ledger() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

/// People who were born in 1800.
fn person_no(n: usize) -> IdentityNumber {
    IdentityNumber::from_first_seventeen(&format!("32040418000101{n:03}")).unwrap()
}

fn people(keys: &Path, randomness: &Randomness) -> People {
    let keys = KeyRing::load_or_create(keys, randomness).unwrap();
    People::new(Arc::new(keys), randomness)
}

async fn register<K: Kind>(
    registry: &Registry<K>,
    pool: &PgPool,
    numbers: &[K::Number],
) -> Vec<Arc<Known<K>>> {
    let unnamed = |number| Registration::<K> { number, name: None };
    let batch: Vec<_> = numbers.iter().map(unnamed).collect();
    registry.register(pool, &ledger(), &batch).await.unwrap()
}

/// How many rows each table beside the chain has.
async fn counts(pool: &PgPool) -> (i64, i64, i64) {
    let counts = "select (select count(*) from persons), (select count(*) from households), \
                  (select count(*) from accounts)";
    sqlx::query_as(counts).fetch_one(pool).await.unwrap()
}

/// Eight programs with the same keys register the same numbers at the same moment, each in another
/// order and in pieces, so that they meet in the middle of each other's statements.
async fn race<K: Kind>(registry: fn(&People) -> &Registry<K>, numbers: Vec<K::Number>)
where
    K::Number: 'static,
{
    let place = throwaway().await;
    let database = place.database().await;
    let start = Arc::new(Barrier::new(8));
    let mut programs = Vec::new();
    for program in 0..8 {
        let pool = database.pool().clone();
        let people = people(&place.data().keys(), &Randomness::system());
        let (start, mut numbers) = (start.clone(), numbers.clone());
        programs.push(tokio::spawn(async move {
            numbers.rotate_left(program * MANY / 16);
            if program % 2 == 1 {
                numbers.reverse();
            }
            start.wait().await;
            let mut told = BTreeMap::new();
            for some in numbers.chunks(37) {
                for known in register(registry(&people), &pool, some).await {
                    let subject = known.subject();
                    told.insert(known.number().to_owned(), (subject.id, subject.commitment));
                }
            }
            told
        }));
    }
    let mut answers = Vec::new();
    for program in programs {
        answers.push(program.await.unwrap());
    }
    let first = &answers[0];
    assert_eq!(first.len(), MANY);
    for (program, told) in answers.iter().enumerate() {
        assert_eq!(told, first, "program {program} was told something else than program 0");
    }
    let ids: BTreeSet<_> = first.values().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), MANY, "two numbers share an id");
    let rows = format!("select count(*) from {}", K::TABLE);
    let rows: i64 = sqlx::query_scalar(&rows).fetch_one(database.pool()).await.unwrap();
    assert_eq!(usize::try_from(rows).unwrap(), MANY, "nobody is registered twice");
    // A program that comes later, with nothing in memory, is told the same by the rows alone.
    let late = people(&place.data().keys(), &Randomness::system());
    let asked: Vec<_> = numbers.iter().collect();
    let found = registry(&late).find(database.pool(), &ledger(), &asked).await.unwrap();
    for known in found {
        let known = known.unwrap();
        assert_eq!((known.subject().id, known.subject().commitment), first[known.number()]);
    }
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_programs_racing_for_the_same_persons_give_each_one_id() {
    race(People::persons, (0..MANY).map(person_no).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_programs_racing_for_the_same_households_give_each_one_id() {
    let number = |n| HouseholdNumber::parse(&format!("ZL-{n}")).unwrap();
    race(People::households, (0..MANY).map(number).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_programs_racing_for_the_same_accounts_give_each_one_id() {
    let number = |n| AccountNumber::parse(&format!("622848{n:013}")).unwrap();
    race(People::accounts, (0..MANY).map(number).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_name_that_is_given_stays() {
    let place = throwaway().await;
    let database = place.database().await;
    let pool = database.pool();
    let number = person_no(1);
    let mut ids = BTreeSet::new();
    for (given, kept) in [(None, None), (Some("张三"), Some("张三")), (Some("张叁"), Some("张三"))]
    {
        // Each time another program, so that the name comes from the row.
        let people = people(&place.data().keys(), &Randomness::system());
        let batch = [Registration::<Person> { number: &number, name: given }];
        let known = people.persons().register(pool, &ledger(), &batch).await.unwrap();
        assert_eq!(known[0].name(), kept, "after {given:?} was given");
        ids.insert(known[0].subject().id);
    }
    assert_eq!(ids.len(), 1);
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_registers_nobody() {
    let place = throwaway().await;
    let database = place.database().await;
    let (pool, ledger) = (database.pool(), ledger());
    let people = people(&place.data().keys(), &Randomness::system());
    let known = register(people.persons(), pool, &[person_no(1)]).await[0].subject();
    register(people.households(), pool, &[HouseholdNumber::parse("ZL-1").unwrap()]).await;
    register(people.accounts(), pool, &[AccountNumber::parse("62284800").unwrap()]).await;
    let before = counts(pool).await;
    assert_eq!(before, (1, 1, 1));

    let numbers = [person_no(1), person_no(2), person_no(3), person_no(2)];
    let named = |number| Registration::<Person> { number, name: Some("张三") };
    let batch = numbers.each_ref().map(named);
    let rehearsed = people.persons().rehearse(pool, &ledger, &batch).await.unwrap();
    let ids: Vec<_> = rehearsed.iter().map(|known| known.subject().id).collect();
    assert_eq!(rehearsed[0].subject(), known, "who is known is found");
    assert_eq!(ids[1], ids[3], "one number is one person in a rehearsal too");
    assert_ne!(ids[1], ids[2]);
    let household = HouseholdNumber::parse("ZL-2").unwrap();
    let batch = [Registration::<Household> { number: &household, name: None }];
    people.households().rehearse(pool, &ledger, &batch).await.unwrap();
    let account = AccountNumber::parse("62284801").unwrap();
    let batch = [Registration::<Account> { number: &account, name: Some("张三") }];
    people.accounts().rehearse(pool, &ledger, &batch).await.unwrap();

    assert_eq!(counts(pool).await, before);
    let asked = [&person_no(1), &person_no(2)];
    let found = people.persons().find(pool, &ledger, &asked).await.unwrap();
    assert_eq!(found[0].as_ref().unwrap().name(), None, "a rehearsal gives nobody a name");
    assert!(found[1].is_none(), "nobody rehearsed is found");
    // What was rehearsed is registered afterwards like anybody else, under an id of its own.
    let registered = register(people.persons(), pool, &[person_no(2)]).await[0].subject();
    assert_ne!(registered.id, ids[1]);
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_keys_than_those_of_the_rows_are_refused_with_the_reason() {
    let place = throwaway().await;
    let database = place.database().await;
    let (pool, ledger) = (database.pool(), ledger());
    let elsewhere = ScratchDirectory::new();
    let right = people(&place.data().keys(), &Randomness::system());
    KeyRing::create(&elsewhere.join("other"), &Randomness::system()).unwrap();
    // One key of three exchanged at a time, as after a backup that was put back in part.
    let with_other = |name: &str| {
        let directory = elsewhere.join(name);
        std::fs::create_dir(&directory).unwrap();
        for file in KeyRing::FILES {
            let own = place.data().keys();
            let from = if file == name { elsewhere.join("other") } else { own };
            std::fs::copy(from.join(file), directory.join(file)).unwrap();
        }
        people(&directory, &Randomness::system())
    };
    let others = [
        people(&elsewhere.join("other"), &Randomness::system()),
        with_other("master.key"),
        with_other("lookup.key"),
    ];
    for other in &others {
        other.prove_keys(pool, &ledger).await.expect("no row, nothing to prove");
    }
    // One table after another, so that a row in any of them is enough.
    for table in ["persons", "households", "accounts"] {
        match table {
            "persons" => {
                register(right.persons(), pool, &[person_no(1)]).await;
            }
            "households" => {
                let number = HouseholdNumber::parse("ZL-1").unwrap();
                register(right.households(), pool, &[number]).await;
            }
            _ => {
                let number = AccountNumber::parse("62284800").unwrap();
                register(right.accounts(), pool, &[number]).await;
            }
        }
        right.prove_keys(pool, &ledger).await.unwrap();
        for other in &others {
            let refused = other.prove_keys(pool, &ledger).await.unwrap_err();
            assert!(
                matches!(refused, PeopleError::Damaged(finding) if finding.table == table),
                "{refused}"
            );
            let said = refused.to_string();
            for language in ["密钥与数据库不符", "keys of this data directory do not belong"]
            {
                assert!(said.contains(language), "{said}");
            }
        }
        let mut session = place.administrator_session().await;
        session.execute(format!("delete from {table}").as_str()).await.unwrap();
        session.close().await.unwrap();
    }
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_gives_the_same_ids_in_another_database() {
    let places: [Throwaway; 3] = [throwaway().await, throwaway().await, throwaway().await];
    let seeds = [7, 7, 8].map(|seed| Randomness::seeded([seed; 32]));
    let mut told = Vec::new();
    for (place, seed) in places.iter().zip(&seeds) {
        let database = place.database().await;
        let people = people(&place.data().keys(), seed);
        let mut numbers: Vec<_> = (0..20).map(person_no).collect();
        if told.len() == 1 {
            // The order of calls does not matter.
            numbers.reverse();
        }
        let mut subjects = BTreeMap::new();
        for some in numbers.chunks(7) {
            for known in register(people.persons(), database.pool(), some).await {
                subjects.insert(known.number().to_owned(), known.subject());
            }
        }
        told.push(subjects);
        database.close().await.unwrap();
    }
    for (number, subject) in &told[0] {
        assert_eq!(subject.id, told[1][number].id);
        assert_ne!(subject.commitment, told[1][number].commitment, "secrets follow no seed");
        assert_ne!(subject.id, told[2][number].id);
    }
}
