#![allow(warnings, clippy::all, clippy::pedantic, clippy::restriction)]
use std::time::Instant;
use domain::calendar::{Day, Month, MonthRange};
use domain::events::AnyEvent;
use domain::fund::*; use domain::ids::*; use domain::money::Money; use domain::payment::*; use domain::region::Region; use domain::store::*; use domain::subject::Subject; use domain::text::*; use domain::vocabulary::*; use domain::grant::*; use domain::standard::*;
use ledger::{LedgerId, Actor, EventName, StreamId, entry::Entry, hash::{Hash, leaf}, key::KeyId, clock::Moment};
use sqlx::{Executor, postgres::{PgConnectOptions, PgPoolOptions}};
use uuid::Uuid;
use projections::*;
use projections::totals::*;
fn u(a: u64, b: u64) -> Uuid { let mut x = a.wrapping_mul(0x9E3779B97F4A7C15) ^ b.wrapping_mul(0xC2B2AE3D27D4EB4F); let mut n = || { x ^= x >> 30; x = x.wrapping_mul(0xbf58476d1ce4e5b9); x ^= x >> 27; x = x.wrapping_mul(0x94d049bb133111eb); x ^= x >> 31; x = x.wrapping_add(0x9E3779B97F4A7C15); x }; Uuid::from_u64_pair(n(), n()) }
fn f(b: &mut Vec<u8>, d: &[u8]) { b.extend_from_slice(&(d.len() as i32).to_be_bytes()); b.extend_from_slice(d); }
#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let opts = PgConnectOptions::new().socket("/tmp/projpg").username("postgres").database("postgres");
    let what = std::env::args().nth(1).unwrap();
    let n: u64 = std::env::args().nth(2).map_or(1_500_000, |x| x.parse().unwrap());
    let lid = std::env::args().nth(3).unwrap_or("cn-320404".into());
    if what == "schema" {
        let pool = PgPoolOptions::new().connect_with(opts.clone()).await?;
        pool.execute(sqlx::raw_sql("drop schema if exists read_models cascade; drop schema public cascade; create schema public;")).await?;
        for s in [include_str!("../../migrations/sql/0001_entries.sql"), include_str!("../../migrations/sql/0003_read_models.sql")] { let mut tx = pool.begin().await?; tx.execute(sqlx::raw_sql(s)).await?; tx.commit().await?; }
        return Ok(());
    }
    let ledger = LedgerId::parse(&lid)?;
    if what == "fill" {
        let mut c = PgPoolOptions::new().max_connections(1).connect_with(opts.clone()).await?.acquire().await?.detach();
        let t = Instant::now();
        let key = KeyId::parse(&format!("ed25519 {}", "7".repeat(64))).unwrap();
        let com = |x: u64| Commitment::from_bytes([x as u8; 32]);
        let progs = ["minimum-living-allowance","marginal-family-assistance","orphan-basic-living-allowance","old-age-allowance","urban-three-nos-support","rural-five-guarantees-support"].map(|x| ProgrammeId::parse(x).unwrap());
        let fund = |k: u64| FundId::from_uuid(u(1, k)); let store = |k: u64| StoreId::from_uuid(u(2, k));
        let name = |s: String| PlainName::parse(&s).unwrap();
        let goods = |q| GoodsItem::new(GoodsName::parse("大米").unwrap(), GoodsName::parse("袋").unwrap(), q, Money::from_fen(4500).unwrap()).unwrap();
        let mut events: Vec<AnyEvent> = vec![];
        for k in 0..4 { events.push(AnyEvent::Fund(FundEvent::FundOpened(FundOpened { fund: fund(k), code: name(format!("f{k}")), name: name(format!("资金{k}")), source: FundSource::ALL[k as usize], level: Some(FundLevel::County), budget_code: None, programmes: progs.to_vec() }))); 
          events.push(AnyEvent::Fund(FundEvent::FundsReceived(FundsReceived { fund: fund(k), receipt: ReceiptId::from_uuid(u(3, k)), source: FundSource::ALL[k as usize], amount_fen: Money::from_fen(1 << 50).unwrap(), occurred_on: Day::parse("2016-01-01").unwrap(), document: Some(DocumentNumber::parse("财〔2016〕1号").unwrap()), income: None }))); }
        for k in 0..17 { events.push(AnyEvent::Store(StoreEvent::StoreOpened(StoreOpened { store: store(k), code: name(format!("s{k}")), name: name(format!("超市{k}")), region: None }))); events.push(AnyEvent::Store(StoreEvent::GoodsReceived(GoodsReceived { store: store(k), receipt: ReceiptId::from_uuid(u(4, k)), donor: com(1), occurred_on: Day::parse("2016-01-01").unwrap(), items: vec![goods(4_000_000)] }))); }
        for k in 0..20_000u64.min(n) { events.push(AnyEvent::Grant(GrantEvent::GrantApproved(Box::new(GrantApproved { grant: GrantId::from_uuid(u(5, k)), programme: progs[0].clone(), household: Subject::new(HouseholdId::from_uuid(u(7, k)), com(2)), person: None, members: 2, amount_fen: Money::from_fen(90000).unwrap(), months: MonthRange::new(Month::new(2016,1).unwrap(), Month::new(2020,12).unwrap()).unwrap(), verification: DocumentNumber::parse(&format!("核{k}")).unwrap() })))); }
        let head = events.len() as u64; let mut it = events.into_iter();
        let mut prev = Hash::ZERO; let mut x = 88172645463325252u64; let mut r = move || { x ^= x << 13; x ^= x >> 7; x ^= x << 17; x };
        let mut undone: Vec<PaymentRecorded> = vec![]; let total = head + n;
        let mut pos = 0u64; let mut done = 0u64;
        let mut tx_rows = Vec::new();
        let flush = |rows: &mut Vec<u8>| { let mut b = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec(); b.append(rows); b.extend_from_slice(&(-1i16).to_be_bytes()); b };
        while done <= total {
            let (kind, ev): (&str, Option<AnyEvent>) = if pos == 0 { ("ledger", None) } else if let Some(e) = it.next() { (e.stream_type(), Some(e)) } else if done % 800 == 799 && !undone.is_empty() {
                let o = undone.swap_remove(r() as usize % undone.len()); ("payment", Some(AnyEvent::Payment(PaymentEvent::PaymentReversed(Box::new(PaymentReversed { payment: o.payment, reversal: ReversalId::from_uuid(u(8, done)), reason: com(3), occurred_on: o.occurred_on, original: Box::new(o) })))))
            } else {
                let i = done - head; let m = (i * 60 / n.max(1)) as i32; let person = r() % 40_000; let month = Month::from_index(2016 * 12 + m).unwrap(); let day = Day::new(month.year(), month.number(), 15).unwrap();
                let aid = match r() % 100 { 0 => Aid::Goods { store: store(r() % 17), items: vec![goods(2)] }, 1..=5 => Aid::TemporaryAid { fund: fund(r() % 4), urgency: TemporaryAidKind::Urgent, cause: Some(com(4)), standards: 3 }, 6..=45 => Aid::DisabilitySubsidy { fund: fund(0), subsidy: if r() % 2 == 0 { DisabilitySubsidyKind::Living } else { DisabilitySubsidyKind::Nursing }, certificate: None, months: MonthRange::single(month), standards: 2 }, _ => Aid::GrantPayment { programme: progs[(r() % 6) as usize].clone(), fund: fund(r() % 4), months: MonthRange::single(month), standards: 4, grant: Some(GrantBasis { grant: GrantId::from_uuid(u(5, person / 2)), sequence: 1 }) } };
                let goods = matches!(aid, Aid::Goods { .. });
                let p = PaymentRecorded { payment: PaymentId::from_uuid(u(9, i)), aid, amount_fen: Money::from_fen(5000 + (person as i64 * 37) % 90000).unwrap(), form: if goods { AidForm::InKind } else { AidForm::Cash }, occurred_on: day, recipient: Recipient { person: Some(Subject::new(PersonId::from_uuid(u(6, person)), com(5))), household: Some(Subject::new(HouseholdId::from_uuid(u(7, person / 2)), com(6))), members: vec![], covered_persons: 1, region: Region::parse(&format!("320404{:03}", person % 100)).unwrap(), residency: Some(if person % 3 == 0 { Residency::Rural } else { Residency::Urban }) }, payout: Payout { channel: Channel::Bank, account: Some(Subject::new(AccountId::from_uuid(u(10, person)), com(7))), payee: None, document: Some(DocumentNumber::parse(&format!("发{}-{}", month, i % 12)).unwrap()) } };
                if undone.len() < 1000 { undone.push(p.clone()) }
                ("payment", Some(AnyEvent::Payment(PaymentEvent::PaymentRecorded(Box::new(p)))))
            };
            let (sid, evn, payload) = match &ev { None => (lid.clone(), "LedgerOpened v1", b"{\"a\":1}".to_vec()), Some(e) => (e.stream_id(), e.name(), e.payload()) };
            let stream = StreamId::new(kind, &sid)?; let event = EventName::parse(evn)?; let actor = Actor::officer(if pos % 5000 == 7 { "w-rare" } else { "w-017" })?;
            let seq = if evn.starts_with("PaymentRev") || evn.ends_with("Received v1") { 2 } else { 1 };
            let (bytes, off) = Entry { ledger: &ledger, position: pos, previous: prev, recorded: Moment::from_micros(1_700_000_000_000_000 + pos as i64).unwrap(), stream: &stream, sequence: seq, event: &event, actor: &actor, request: u(11, pos), command: None, signed_by: key, payload: &payload }.encode()?;
            prev = leaf(&bytes);
            let b = &mut tx_rows; b.extend_from_slice(&12i16.to_be_bytes()); f(b, lid.as_bytes()); f(b, &(pos as i64).to_be_bytes()); f(b, kind.as_bytes()); f(b, sid.as_bytes()); f(b, &(seq as i64).to_be_bytes()); f(b, evn.as_bytes()); f(b, &(pos as i64).to_be_bytes()); f(b, u(11, pos).as_bytes()); f(b, &(off as i32).to_be_bytes()); f(b, &bytes); f(b, prev.as_bytes()); f(b, &[0; 64]);
            pos += 1; done += 1;
            if pos % 20_000 == 0 || done > total { let mut k = c.copy_in_raw("copy entries from stdin (format binary)").await?; k.send(flush(&mut tx_rows)).await?; k.finish().await?; }
        }
        println!("filled {pos} entries in {:?}", t.elapsed());
        c.execute("analyze entries").await?;
        return Ok(());
    }
    let pool = PgPoolOptions::new().max_connections(4).after_connect(|c, _| Box::pin(async move { c.execute("set role mingzhang_program").await?; Ok(()) })).connect_with(opts).await?;
    let t = Instant::now();
    match what.as_str() {
        "decode" => {
            let rows: Vec<(Vec<u8>,)> = sqlx::query_as("select entry from entries where ledger_id=$1 order by position limit 100000").bind(&lid).fetch_all(&pool).await?;
            println!("read {:?}", t.elapsed());
            for _ in 0..3 {
            let t = Instant::now(); let views: Vec<_> = rows.iter().map(|r| ledger::entry::parse(&r.0).unwrap()).collect(); println!("entry parse {:.2} us", t.elapsed().as_secs_f64() * 1e6 / rows.len() as f64);
            let t = Instant::now(); let ev: Vec<_> = views.iter().skip(1).map(|v| AnyEvent::parse(v.stream.kind(), v.event.as_str(), v.payload).unwrap()).collect(); println!("event parse {:.2} us", t.elapsed().as_secs_f64() * 1e6 / rows.len() as f64);
            let t = Instant::now(); let mut n = 0; for e in &ev { n += e.payload().len() } println!("event print {:.2} us {}", t.elapsed().as_secs_f64() * 1e6 / rows.len() as f64, n / rows.len());
            let t = Instant::now(); for v in &views { ledger::entry::check_payload(v.payload).unwrap() } println!("check payload {:.2} us", t.elapsed().as_secs_f64() * 1e6 / rows.len() as f64);
            }
        }
        "catchup" => { let r = projector::catch_up(&pool, &ledger).await?; println!("caught up to {r:?} in {:?}: {:.0}/s", t.elapsed(), r.unwrap_or(0) as f64 / t.elapsed().as_secs_f64()); }
        "rebuild" => { let r = rebuild::rebuild(&pool, &ledger, &ReadModel::ALL).await?; println!("rebuilt to {r:?} in {:?}: {:.0}/s", t.elapsed(), r.unwrap_or(0) as f64 / t.elapsed().as_secs_f64()); }
        "check" => { let d = check::check(&pool, &ledger).await?; println!("{} differences in {:?}", d.len(), t.elapsed()); for x in d { println!("  {x}"); } }
        "totals" => {
            let totals = Totals::new(pool.clone()); let base = TotalsFilter { ledgers: vec![ledger.clone()], ..Default::default() };
            let a = totals.answer(base.clone(), vec![]).await?; println!("load + first: {:?} {:?}", t.elapsed(), a.total);
            use Dimension::*;
            let cases: Vec<(&str, TotalsFilter, Vec<Dimension>)> = vec![("all", base.clone(), vec![]), ("programme", base.clone(), vec![Programme]), ("month", base.clone(), vec![Month]), ("year", base.clone(), vec![Year]), ("programme x month", base.clone(), vec![Programme, Month]), ("region x month", base.clone(), vec![Region, Month]), ("programme x fund x region x month", base.clone(), vec![Programme, Fund, Region, Month]), ("entitlement programme x year", TotalsFilter { basis: Basis::Entitlement, ..base.clone() }, vec![Programme, Year]), ("filtered by year asOf half", TotalsFilter { programmes: Some(vec![ProgrammeId::parse("old-age-allowance").unwrap()]), as_of: Some(700_000.min(n / 2)), ..base.clone() }, vec![Year])];
            for (name, f, g) in cases { let mut v = vec![]; let mut rows = 0; for _ in 0..9 { let t = Instant::now(); rows = totals.answer(f.clone(), g.clone()).await?.rows.len(); v.push(t.elapsed()); } v.sort(); println!("{name}: min {:?} median {:?} ({rows} rows)", v[0], v[4]); }
            println!("{}", std::fs::read_to_string("/proc/self/status")?.lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM")).collect::<Vec<_>>().join(" "));
        }
        "queries" => {
            use projections::trail::*;
            let d = DocumentNumber::parse("发2018-03-3").unwrap();
            for (n, s) in [("fund", Subject::Fund(FundId::from_uuid(u(1, 1)))), ("officer", Subject::Officer("w-017".into())), ("rare officer", Subject::Officer("w-rare".into())), ("nobody", Subject::Officer("nobody".into())), ("no fund", Subject::Fund(FundId::from_uuid(u(1, 99)))), ("store", Subject::Store(StoreId::from_uuid(u(2, 3)))), ("person", Subject::Person(PersonId::from_uuid(u(6, 77)))), ("household", Subject::Household(HouseholdId::from_uuid(u(7, 77)))), ("grant", Subject::Grant(GrantId::from_uuid(u(5, 77)))), ("document", Subject::Document(d.to_string())), ("payment", Subject::Payment(PaymentId::from_uuid(u(9, 1))))] { let t = Instant::now(); let r = of(&pool, &ledger, &s, 100, None).await?; println!("trail of {n}: {} {} {:?}", r.positions.len(), r.more, t.elapsed()); }
            let pf = payments::PaymentFilter::default();
            for (n, f) in [("all", pf.clone()), ("household", payments::PaymentFilter { household: Some(HouseholdId::from_uuid(u(7, 77))), ..pf.clone() }), ("reversed", payments::PaymentFilter { status: Some(payments::Status::Reversed), ..pf.clone() }), ("recorded", payments::PaymentFilter { status: Some(payments::Status::Recorded), ..pf.clone() }), ("region+amount", payments::PaymentFilter { regions: Some(vec!["32040407".into()]), min_amount: Some(Money::from_fen(94_000).unwrap()), ..pf.clone() }), ("2020", payments::PaymentFilter { from: Day::parse("2020-12-01").ok(), ..pf.clone() }), ("nothing", payments::PaymentFilter { regions: Some(vec!["99".into()]), ..pf.clone() })] { let t = Instant::now(); let r = payments::list(&pool, &ledger, &f, 100, None).await?; println!("payments {n}: {} {} {:?}", r.rows.len(), r.more, t.elapsed()); }
            let t = Instant::now(); let s = statements::of(&pool, &ledger, statements::Recipient::Household(HouseholdId::from_uuid(u(7, 77))), None, None).await?; println!("statement {} {} {:?}", s.payments.len(), s.total, t.elapsed());
            let t = Instant::now(); println!("funds {:?} {:?}", funds::list(&pool, &ledger).await?.first(), t.elapsed());
            println!("stores {:?}", stores::list(&pool, &ledger).await?.first());
            println!("find {:?}", payments::find(&pool, &ledger, PaymentId::from_uuid(u(9, 1))).await?);
        }
        _ => {}
    }
    Ok(())
}
