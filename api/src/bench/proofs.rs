//! What proving costs: checkpoints, an export, verifying it on a machine of one's own, one proof over
//! HTTP.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::OfficerId;
use ledger::bundle::{Archive, MemberName};
use ledger::policy::Policy;
use ledger::tile::edge::TileEdge;
use ledger::tile::store as tiles;
use ledger::verify::{BundleInput, Depth, NamedNote, Offline, Trust, verify_bundle};
use poem::listener::{Acceptor as _, Listener as _, TcpListener};

use super::{now, rate, said, tell};
use crate::books::{Book, Books, DomainRules};
use crate::bundle::export;
use crate::graphql::{self, Officer};
use crate::http;

/// Proofs that are asked for, one after the other.
const PROOFS: u64 = 300;

/// Measures on one ledger of `size` entries, which were recorded at `bulk` a second.
pub(super) async fn measure(
    books: &Books,
    book: &Book,
    directory: &Path,
    (size, bulk): (u64, u64),
) -> Result<(), String> {
    checkpoints(book, size, bulk).await?;
    let bundle = directory.join("bench.zip");
    let began = now();
    export::export(book, &bundle, |_| {}).await.map_err(said)?;
    tell("export of the audit bundle", rate(size, began), "entries/s");
    let bytes = std::fs::metadata(&bundle).map_err(said)?.len();
    tell("  the file", bytes.checked_div(size).unwrap_or_default(), "bytes/entry");
    let policy = books.directory().policy(book.id());
    let began = now();
    let most = verified_elsewhere(&bundle, &policy)?;
    tell("offline verification, every signature", rate(size, began), "entries/s");
    println!("{:<58} {most:>9} MiB", "  its memory at its most");
    let began = now();
    let (archive, known) = (bundle.clone(), std::fs::read(&policy).map_err(said)?);
    let chain = tokio::task::spawn_blocking(move || chain_and_tree(&archive, &known));
    chain.await.map_err(said)??;
    tell("offline verification, chain and tree alone", rate(size, began), "entries/s");
    proof_over_http(books, book, size).await
}

/// What signing over all entries costs: reading the leaves, the tree, writing the tiles.
async fn checkpoints(book: &Book, size: u64, bulk: u64) -> Result<(), String> {
    let mut connection = book.pool().acquire().await.map_err(said)?;
    tiles::drop_all(&mut connection, book.id()).await.map_err(said)?;
    let (mut edge, mut full) = (TileEdge::empty(), Vec::new());
    let began = now();
    tiles::extend(&mut connection, book.id(), &mut edge, size, &mut full).await.map_err(said)?;
    tiles::write(&mut connection, book.id(), &full).await.map_err(said)?;
    let checkpoints = rate(size, began);
    tell("checkpoints: leaves, tree and tiles", checkpoints, "entries/s");
    let tenths = bulk.saturating_mul(1_000).checked_div(checkpoints).unwrap_or_default();
    println!("{:<58} {:>7}.{} % of five years through batches", "", tenths / 10, tenths % 10);
    Ok(())
}

/// Verifies in a process of its own, as an auditor would, and gives its most memory in MiB.
fn verified_elsewhere(bundle: &Path, policy: &Path) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(said)?;
    let mut verify = Command::new(program);
    verify.arg("verify").arg("--bundle").arg(bundle).arg("--policy").arg(policy);
    let verify = verify.env_remove("DATABASE_URL").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = verify.spawn().map_err(said)?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        most = super::machine::peak_of(&status).max(most);
        match child.try_wait().map_err(said)? {
            Some(ended) if ended.success() => return Ok(most),
            Some(ended) => return Err(format!("offline verification: {ended}")),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn chain_and_tree(bundle: &Path, policy: &[u8]) -> Result<(), String> {
    let mut archive = Archive::open(bundle).map_err(said)?;
    let manifest = archive.manifest().clone();
    let policy = Policy::parse(policy).map_err(said)?;
    let key = policy.log(&manifest.origin).ok_or("the policy names another log")?.key.clone();
    let trust = Trust { origin: manifest.origin.clone(), first_key: key.public().clone() };
    let sizes = archive.checkpoints();
    let checkpoints = sizes.into_iter().map(|size| {
        let name = MemberName::Checkpoint(size);
        NamedNote { name: name.to_string(), note: archive.text(name) }
    });
    let checkpoints = checkpoints.collect();
    let (entries, _) = archive.stream(MemberName::Entries).map_err(said)?;
    let (signatures, _) = archive.stream(MemberName::Signatures).map_err(said)?;
    let (commands, _) = archive.stream(MemberName::Commands).map_err(said)?;
    let input = BundleInput {
        ledger: manifest.ledger.clone(),
        size: manifest.size,
        entries: Box::new(entries),
        signatures: Box::new(signatures),
        commands: Box::new(commands),
        checkpoints,
        balances: archive.text(MemberName::Balances),
        kept: Vec::new(),
    };
    let offline = Offline {
        rules: Arc::new(DomainRules),
        trust,
        depth: Depth::ChainAndTree,
        scratch: &std::env::temp_dir(),
        observe: &mut |_| {},
        progress: &|_| {},
    };
    let report = verify_bundle(input, offline).map_err(said)?;
    match report.findings.first() {
        None if report.is_clean() => Ok(()),
        finding => Err(format!("{} findings: {finding:?}", report.found)),
    }
}

async fn proof_over_http(books: &Books, book: &Book, size: u64) -> Result<(), String> {
    let officer = Officer(OfficerId::parse("bench").map_err(said)?.into());
    let schema = graphql::schema(books.clone(), officer);
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.map_err(said)?;
    let address = acceptor.local_addr().first().and_then(|at| at.as_socket_addr().copied());
    let address = address.ok_or("no address")?;
    let server = poem::Server::new_with_acceptor(acceptor).run(http::routes(
        schema,
        http::below_ledgers(books.clone()),
        http::Sessions::none(),
        http::Reach::this_machine(),
        http::Limits::STANDARD,
    ));
    let server = tokio::spawn(server);
    let client = reqwest::Client::new();
    let mut began = now();
    for n in 0..=PROOFS {
        let position = n.wrapping_mul(7_919_993).checked_rem(size).unwrap_or_default();
        let document = format!(
            "{{ entry(ledger: \"{}\", position: {position}) {{ inclusionProof {{ root path }} }} }}",
            book.id()
        );
        let answer = client
            .post(format!("http://{address}/graphql"))
            .json(&serde_json::json!({ "query": document }))
            .send();
        let answer: serde_json::Value = answer.await.map_err(said)?.json().await.map_err(said)?;
        if answer.get("errors").is_some() {
            return Err(answer.to_string());
        }
        if n == 0 {
            // The first one opens the connection.
            began = now();
        }
    }
    let each = began.elapsed().as_micros().checked_div(u128::from(PROOFS)).unwrap_or_default();
    server.abort();
    println!("{:<58} {:>6}.{:03} ms", "an inclusion proof over HTTP", each / 1000, each % 1000);
    Ok(())
}
