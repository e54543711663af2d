//! `demo`: five years of one district, recorded like anything else, verified, compared with print.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::LedgerId;
use serde::{Deserialize, Serialize};

use super::{ActingArguments, Failure, Place, close, serve, verify};
use crate::books::{Book, Books, CommandError, OpenLedger};
use crate::demo::figures;
use crate::demo::holdings;
use crate::demo::plan::{BUREAU, LEDGER, Plan, REGION, Scale};
use crate::demo::recording;
use crate::demo::table;

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Months that are paid to a person at once: 1, 3, 6, 12 or 60.
    #[arg(long, default_value = "12", value_name = "N")]
    scale: u32,
    /// Stop after the table.
    #[arg(long)]
    no_serve: bool,
    /// Address and port to serve on; loopback only.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
}

/// Says in the data directory which demo it holds, and whether all of it.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    scale: u32,
    complete: bool,
}

pub(super) async fn run(place: &Place, arguments: &DemoArguments) -> Result<(), Failure> {
    let address = serve::in_the_clear(&arguments.listen)?;
    let scale = Scale::of_months(arguments.scale)
        .ok_or_else(|| Failure::Usage("--scale: 1, 3, 6, 12, 60".to_owned()))?;
    let books = place.books().await?;
    let shown = show(&books, scale, arguments.scale).await;
    let equal = match shown {
        Ok(equal) => equal,
        Err(failure) => {
            close(books).await?;
            return Err(failure);
        }
    };
    if !equal {
        close(books).await?;
        return Err(Failure::Refused(
            "账本与公布数不符 / the ledger differs from what was published".to_owned(),
        ));
    }
    if !arguments.no_serve {
        println!("\n提供服务,按 Ctrl-C 停止 / serving, Ctrl-C stops:");
        let served = serve::listen(&books, serve::Serving::this_machine(address)).await;
        close(books).await?;
        return served;
    }
    close(books).await
}

async fn show(books: &Books, scale: Scale, months: u32) -> Result<bool, Failure> {
    load(books, scale, months).await?;
    let id = LedgerId::parse(LEDGER).map_err(|error| Failure::Usage(error.to_string()))?;
    let outcome = verify::with_progress(books, &id).await?;
    verify::print(&outcome);
    if outcome.found() > 0 {
        return Err(Failure::Refused("核验不通过 / verification failed".to_owned()));
    }
    println!();
    let comparisons = figures::compare(books).await.map_err(Failure::Usage)?;
    let equal = table::print(&comparisons);
    println!(
        "账本口径:净额,按发放日期;截至上述校验位置 / net, by day of payment, at the position verified above"
    );
    let held = holdings::count(books).await.map_err(Failure::Usage)?;
    print!("\n{}", holdings::render(&held));
    Ok(equal)
}

fn marker_path(books: &Books) -> PathBuf {
    books.directory().path().join("demo.json")
}

fn read_marker(books: &Books) -> Option<Marker> {
    let text = std::fs::read_to_string(marker_path(books)).ok()?;
    serde_json::from_str(&text).ok()
}

fn write_marker(books: &Books, marker: &Marker) -> Result<(), Failure> {
    let text = serde_json::to_string(marker).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(std::fs::write(marker_path(books), text)?)
}

async fn load(books: &Books, scale: Scale, months: u32) -> Result<(), Failure> {
    match read_marker(books) {
        Some(marker) if marker.scale != months => {
            return Err(Failure::Usage(format!(
                "此数据目录已有规模 {0} 的演示;规模 {months} 请换用另一数据目录(--data)\n\
                 this data directory holds the demo at scale {0}; scale {months} wants another one (--data)",
                marker.scale
            )));
        }
        Some(Marker { complete: true, .. }) => {
            eprintln!("演示数据已在此目录中 / the demo's data is here already");
            return Ok(());
        }
        _ => {}
    }
    let plan = Plan::new(scale).map_err(|error| Failure::Usage(error.to_string()))?;
    let book = open(books, months).await?;
    let entries = plan.entries().map_err(|error| Failure::Usage(error.to_string()))?;
    eprintln!(
        "装入 {entries} 条分录,约需磁盘 {} MB / loading {entries} entries, about {} MB on disk",
        megabytes(entries),
        megabytes(entries)
    );
    let bar = ProgressBar::new(u64::try_from(entries).unwrap_or(u64::MAX));
    let style = "记账 / recording {bar:40} {human_pos}/{human_len} {per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let officer = ActingArguments::of("demo").acting()?;
    let told = bar.clone();
    let loaded =
        recording::record(&book, &officer, plan.steps(), &move |more| told.inc(more)).await;
    bar.finish_and_clear();
    loaded.map_err(Failure::Refused)?;
    book.catch_up().await?;
    write_marker(books, &Marker { scale: months, complete: true })
}

/// What `make bench` measured: an entry with its indexes and read models, and what every scale has,
/// the months claimed and the people. PostgreSQL's own log comes on top, 4 GB at the most.
fn megabytes(entries: usize) -> usize {
    const BYTES_AN_ENTRY: usize = 3_500;
    const CLUSTER: usize = 300;
    entries
        .saturating_mul(BYTES_AN_ENTRY)
        .checked_div(1_000_000)
        .unwrap_or_default()
        .saturating_add(CLUSTER)
}

async fn open(books: &Books, months: u32) -> Result<Arc<Book>, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    match books.book(LEDGER).await {
        Ok(book) if read_marker(books).is_some() => return Ok(book),
        Ok(_) => {
            return Err(Failure::Usage(format!(
                "数据库中已有账本 {LEDGER},但不是演示数据 / the database holds a ledger {LEDGER} that is not the demo's"
            )));
        }
        Err(CommandError::Fault(fault)) => return Err(fault.into()),
        Err(CommandError::Refused(_)) => {}
    }
    write_marker(books, &Marker { scale: months, complete: false })?;
    let open = OpenLedger {
        ledger: LedgerId::parse(LEDGER).map_err(|error| usage(&error))?,
        bureau: domain::text::PlainName::parse(BUREAU).map_err(|error| usage(&error))?,
        region: domain::region::Region::parse(REGION).map_err(|error| usage(&error))?,
        origin: None,
        recovery_key: None,
        encrypt_key: false,
    };
    books.open_ledger(open).await.map_err(|error| usage(&error))?;
    books.book(LEDGER).await.map_err(|error| usage(&error))
}
