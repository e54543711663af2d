//! `serve`: the API over HTTP, on loopback only until there is a sign-in.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use poem::Server;
use poem::listener::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Place, close, officer};
use crate::books::Books;
use crate::checking::{Checking, Pace};
use crate::graphql::{self, Officer};
use crate::http;

/// How long requests under way may take once the program was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// What `serve` takes.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Address and port; loopback only.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub(super) listen: String,
}

pub(super) async fn run(place: &Place, arguments: &ServeArguments) -> Result<(), Failure> {
    let address = loopback(&arguments.listen)?;
    let books = place.books().await?;
    let served = listen(&books, address).await;
    close(books).await?;
    served
}

/// The address, if it is one that only this machine reaches.
pub(super) fn loopback(listen: &str) -> Result<SocketAddr, Failure> {
    let address: SocketAddr = listen.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        Failure::Usage(format!("“{listen}”不是地址:端口 / {listen:?} is not an address and port"))
    })?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(Failure::Usage(format!(
            "拒绝在 {address} 上提供服务:尚无登录功能,任何能连到该地址的人都可以记账,因此只能使用回环地址(如 127.0.0.1:8080)。\n\
             Refusing to listen on {address}: there is no sign-in yet, so whoever reaches that address could record payments. Use a loopback address such as 127.0.0.1:8080."
        )))
    }
}

/// Serves until the program is told to stop, then lets requests under way end.
pub(super) async fn listen(books: &Books, address: SocketAddr) -> Result<(), Failure> {
    for book in books.ledgers().await? {
        book.catch_up().await?;
    }
    let _checking = Checking::start(books.clone(), Pace::default());
    let schema = graphql::schema(books.clone(), Officer(officer(None)?));
    let acceptor = poem::listener::Listener::into_acceptor(TcpListener::bind(address)).await;
    let acceptor = acceptor.map_err(|error| Failure::Usage(format!("{address}: {error}")))?;
    let bound = poem::listener::Acceptor::local_addr(&acceptor)
        .first()
        .and_then(|bound| bound.as_socket_addr().copied())
        .unwrap_or(address);
    println!("http://{bound}/graphql");
    let stopped = stopped()?;
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(
            http::routes(schema, http::proofs(books.clone())),
            stopped,
            Some(DRAIN),
        )
        .await?;
    Ok(())
}

/// Ends when the program is told to stop, by Ctrl-C or by SIGTERM.
fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
