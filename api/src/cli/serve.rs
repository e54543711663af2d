//! `serve`: the API over HTTP, in the clear on loopback only.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use futures_util::FutureExt as _;
use ledger::clock::Clock as _;
use poem::Server;
use poem::listener::{Acceptor, AcceptorExt, BoxAcceptor, Listener, TcpListener};
use tokio::signal::unix::{SignalKind, signal};

use super::certificate::CertificateFiles;
use super::{ActingArguments, Failure, LOCAL_OPERATOR, Place, close, refused};
use crate::books::{Acting, Book, Books};
use crate::checking::{Checking, Pace};
use crate::clock::MachineClock;
use crate::database::DataDirectory;
use crate::graphql::{self, Officer};
use crate::http::{self, Limits, Reach};
use crate::sign_in::set_up_code;

/// How long requests under way may take once the program was told to stop.
pub(super) const DRAIN: Duration = Duration::from_secs(10);

/// What `serve` takes.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Address and port; others than loopback by TLS only.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub(super) listen: String,
    /// Encrypt, with a certificate of the program's own making in `DIR/tls`.
    #[arg(long)]
    tls: bool,
    /// Encrypt, with this certificate and those that lead to it, in PEM.
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    certificate: Option<PathBuf>,
    /// The certificate's private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    certificate_key: Option<PathBuf>,
    /// A name or address by which the server is addressed; may be given several times.
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// Serve nobody who is not signed in, whatever a ledger says. Always so beyond loopback and with `--host`.
    #[arg(long)]
    sign_in_always: bool,
}

/// Where and how to serve.
#[derive(Debug, Clone)]
pub(super) struct Serving {
    address: SocketAddr,
    certificate: Option<CertificateFiles>,
    reach: Reach,
    strangers: bool,
}

pub(super) async fn run(place: &Place, arguments: &ServeArguments) -> Result<(), Failure> {
    let serving = arguments.serving(place)?;
    let books = place.books().await?;
    let served = listen(&books, serving).await;
    close(books).await?;
    served
}

impl ServeArguments {
    /// In the clear on loopback only; elsewhere by TLS and under names that were given.
    fn serving(&self, place: &Place) -> Result<Serving, Failure> {
        let given = self.certificate.as_ref().zip(self.certificate_key.as_ref());
        if given.is_none() && !self.tls {
            if !self.host.is_empty() {
                let message = "--host 须与加密传输同用 / --host goes with --tls or a certificate";
                return Err(Failure::Usage(message.to_owned()));
            }
            let address = in_the_clear(&self.listen)?;
            let strangers = self.sign_in_always;
            return Ok(Serving { strangers, ..Serving::this_machine(address) });
        }
        let address = address_of(&self.listen)?;
        let elsewhere = !address.ip().is_loopback();
        if elsewhere && self.host.is_empty() {
            let message = "须用 --host 写明服务器的名称或地址 / say by --host under which name or address the server is reached";
            return Err(Failure::Usage(message.to_owned()));
        }
        let certificate = match given {
            Some((certificate, key)) => {
                CertificateFiles { certificate: certificate.clone(), key: key.clone() }
            }
            None => {
                let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
                let names: Vec<String> = self.host.iter().cloned().chain(local).collect();
                let directory = DataDirectory::open(&place.data)?;
                CertificateFiles::of_our_own(&directory, &names, MachineClock.now())?
            }
        };
        let reach = Reach::encrypted(&self.host).map_err(|wrong| {
            Failure::Usage(format!(
                "--host: “{wrong}”不是名称或地址 / {wrong:?} is no name and no address"
            ))
        })?;
        // Under a name of its own it is reached from elsewhere, by whatever way.
        let strangers = elsewhere || !self.host.is_empty() || self.sign_in_always;
        Ok(Serving { address, certificate: Some(certificate), reach, strangers })
    }
}

impl Serving {
    /// In the clear, and whoever asks is believed until a ledger requires officers.
    pub(super) fn this_machine(address: SocketAddr) -> Self {
        Self { address, certificate: None, reach: Reach::this_machine(), strangers: false }
    }

    /// In whose name whoever is not signed in asks.
    fn anybody(&self) -> Result<Officer, Failure> {
        let local = ActingArguments::of(LOCAL_OPERATOR).acting()?;
        Ok(Officer(if self.strangers { Acting::stranger(local.officer) } else { local }))
    }
}

/// The address, if it is one that only this machine reaches.
pub(super) fn in_the_clear(listen: &str) -> Result<SocketAddr, Failure> {
    only_loopback(
        listen,
        "未启用加密传输(--tls),同一网络上的人可以看到密码并冒名记账",
        "nothing is encrypted without --tls, so others on that network could read passwords and record payments",
    )
}

fn address_of(listen: &str) -> Result<SocketAddr, Failure> {
    listen.replace("localhost", "127.0.0.1").parse().map_err(|_| {
        Failure::Usage(format!("“{listen}”不是地址:端口 / {listen:?} is not an address and port"))
    })
}

/// The same for any server; the danger of another address is told in Chinese and in English.
pub(super) fn only_loopback(
    listen: &str,
    chinese: &str,
    english: &str,
) -> Result<SocketAddr, Failure> {
    let address = address_of(listen)?;
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

/// Listens in the clear, and gives the address with the port that the system chose where none was asked for.
pub(super) async fn bind(address: SocketAddr) -> Result<(impl Acceptor, SocketAddr), Failure> {
    bind_to(address, None).await
}

async fn bind_to(
    address: SocketAddr,
    certificate: Option<&CertificateFiles>,
) -> Result<(BoxAcceptor, SocketAddr), Failure> {
    let plain = TcpListener::bind(address);
    let acceptor = match certificate {
        None => plain.into_acceptor().await.map(AcceptorExt::boxed),
        Some(files) => {
            let encrypted = plain.rustls(files.read()?).into_acceptor().await;
            encrypted.map(|mut encrypted| {
                // It takes the certificate in when it is asked for a connection first, and one that waited
                // by then might be dropped: so it is asked before anybody knows that it listens.
                drop(encrypted.accept().now_or_never());
                encrypted.boxed()
            })
        }
    };
    let acceptor = acceptor.map_err(|error| Failure::Usage(format!("{address}: {error}")))?;
    let bound = acceptor
        .local_addr()
        .first()
        .and_then(|bound| bound.as_socket_addr().copied())
        .unwrap_or(address);
    Ok((acceptor, bound))
}

/// Serves until the program is told to stop, then lets requests under way end.
pub(super) async fn listen(books: &Books, serving: Serving) -> Result<(), Failure> {
    for book in books.ledgers().await? {
        book.catch_up().await?;
        book.ask_witnesses(books)?;
        tell_first_codes(&book).await?;
    }
    let _checking = Checking::start(books.clone(), Pace::default());
    let schema = graphql::schema(books.clone(), serving.anybody()?);
    // Before anybody is told that it listens: it may be told to stop at once.
    let stopped = stopped()?;
    let (acceptor, bound) = bind_to(serving.address, serving.certificate.as_ref()).await?;
    let scheme = if serving.certificate.is_some() { "https" } else { "http" };
    println!("{scheme}://{bound}/graphql");
    let below_ledgers = http::below_ledgers(books.clone());
    let sessions = http::Sessions::of(books.clone());
    let reach = serving.reach.closed(serving.strangers);
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(
            http::routes(schema, below_ledgers, sessions, reach, Limits::STANDARD),
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
