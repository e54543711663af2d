//! `serve`: the API over HTTP, on loopback only until it is encrypted.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use poem::Server;
use poem::listener::{Acceptor, Listener, TcpListener};
use tokio::signal::unix::{SignalKind, signal};

use super::{ActingArguments, Failure, LOCAL_OPERATOR, Place, close, refused};
use crate::books::{Book, Books};
use crate::checking::{Checking, Pace};
use crate::graphql::{self, Officer};
use crate::http;
use crate::sign_in::set_up_code;

/// How long requests under way may take once the program was told to stop.
pub(super) const DRAIN: Duration = Duration::from_secs(10);

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
    only_loopback(
        listen,
        "尚无加密传输,同一网络上的人可以看到密码并冒名记账",
        "nothing is encrypted yet, so others on that network could read passwords and record payments",
    )
}

/// The same for any server; the danger of another address is told in Chinese and in English.
pub(super) fn only_loopback(
    listen: &str,
    chinese: &str,
    english: &str,
) -> Result<SocketAddr, Failure> {
    let address: SocketAddr = listen.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        Failure::Usage(format!("“{listen}”不是地址:端口 / {listen:?} is not an address and port"))
    })?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        let port = address.port();
        Err(Failure::Usage(format!(
            "拒绝在 {address} 上提供服务:{chinese},因此只能使用回环地址(如 127.0.0.1:{port})。\n\
             Refusing to listen on {address}: {english}. Use a loopback address such as 127.0.0.1:{port}."
        )))
    }
}

/// Listens, and gives the address with the port that the system chose where none was asked for.
pub(super) async fn bind(address: SocketAddr) -> Result<(impl Acceptor, SocketAddr), Failure> {
    let acceptor = TcpListener::bind(address).into_acceptor().await;
    let acceptor = acceptor.map_err(|error| Failure::Usage(format!("{address}: {error}")))?;
    let bound = acceptor
        .local_addr()
        .first()
        .and_then(|bound| bound.as_socket_addr().copied())
        .unwrap_or(address);
    Ok((acceptor, bound))
}

/// Serves until the program is told to stop, then lets requests under way end.
pub(super) async fn listen(books: &Books, address: SocketAddr) -> Result<(), Failure> {
    for book in books.ledgers().await? {
        book.catch_up().await?;
        book.ask_witnesses(books)?;
        tell_first_codes(&book).await?;
    }
    let _checking = Checking::start(books.clone(), Pace::default());
    let schema =
        graphql::schema(books.clone(), Officer(ActingArguments::of(LOCAL_OPERATOR).acting()?));
    let (acceptor, bound) = bind(address).await?;
    println!("http://{bound}/graphql");
    let stopped = stopped()?;
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(
            http::routes(
                schema,
                http::below_ledgers(books.clone()),
                http::Sessions::of(books.clone()),
            ),
            stopped,
            Some(DRAIN),
        )
        .await?;
    Ok(())
}

/// Where nobody could sign in yet, tells whoever starts the program the codes of those who give out codes.
async fn tell_first_codes(book: &Book) -> Result<(), Failure> {
    for (officer, code) in set_up_code::first_codes(book).await.map_err(refused)? {
        eprintln!(
            "账本 {0}:安全管理员 {officer} 的设置码(一次有效,7 天内)/ set-up code of the security administrator {officer} of ledger {0}, good once, for a week: {1}",
            book.id(),
            code.as_str()
        );
    }
    Ok(())
}

/// Ends when the program is told to stop, by Ctrl-C or by SIGTERM.
pub(super) fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
