//! `set-up-code`, `set-password`, `one-time-password`, `login`, `logout`: an officer on the command line of the data directory.

use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::ids::OfficerId;
use zeroize::Zeroizing;

use super::{Failure, Place, close, refused};
use crate::books::{Acting, Book, Books, CommandError};
use crate::sign_in::{
    OneTimePassword, Password, Proof, SessionToken, SetUpCode, one_time, session, set_password,
    set_up_code,
};

/// Whom these are about.
#[derive(Debug, Args)]
pub(super) struct OfficerArguments {
    /// The ledger.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The officer.
    #[arg(long, value_name = "ID")]
    officer: String,
}

/// In whose name the log says that a code was given out on the data directory itself.
const OPERATOR: &str = "system/data-directory";

/// Gives out a code. Whoever may use the data directory may; it is remembered.
pub(super) async fn give_code(place: &Place, arguments: &OfficerArguments) -> Result<(), Failure> {
    with_book(place, arguments, async |_, book, officer| {
        let code = set_up_code::issue(&book, OPERATOR, &officer).await.map_err(refused)?;
        println!("{}", code.as_str());
        eprintln!(
            "设置码一次有效,7 天内使用,请当面交给 {officer} / good once, for a week; hand it to {officer} and to nobody else"
        );
        Ok(())
    })
    .await
}

/// Sets a password by a code.
pub(super) async fn set(place: &Place, arguments: &OfficerArguments) -> Result<(), Failure> {
    let officer = &arguments.officer;
    let code = ask(&format!("{officer} 的设置码 / set-up code of {officer}: "))?;
    let password = ask("新密码 / new password: ")?;
    if std::io::stdin().is_terminal() && ask("再次输入 / once more: ")? != password {
        let message = "两次输入的密码不一致 / the two passwords differ";
        return Err(Failure::Refused(message.to_owned()));
    }
    with_book(place, arguments, async |_, book, officer| {
        let proof = Proof::Code(SetUpCode::typed(&code));
        let new = Password::typed(password.to_string());
        set_password(&book, &officer, proof, new).await.map_err(refused)?;
        println!("密码已设置 / the password is set");
        Ok(())
    })
    .await
}

/// Signs in, and keeps the token for the commands that follow.
pub(super) async fn login(place: &Place, arguments: &OfficerArguments) -> Result<(), Failure> {
    let officer = &arguments.officer;
    let password = ask(&format!("{officer} 的密码 / password of {officer}: "))?;
    with_book(place, arguments, async |books, book, officer| {
        let typed = || Password::typed(password.to_string());
        let mut opened = session::open(&book, &officer, typed(), None).await;
        if needs_one_time(&opened) {
            let shown = Some(ask_one_time()?);
            opened = session::open(&book, &officer, typed(), shown).await;
        }
        let token = opened.map_err(refused)?;
        if let Some(before) = kept(&file_of(&books, book.id().as_str(), &officer))? {
            session::close(&book, &before).await.map_err(refused)?;
        }
        keep(&books, &officer, &token)?;
        println!("{officer} 已登录 {0} / {officer} is signed in to {0}", book.id());
        Ok(())
    })
    .await
}

/// Takes a device into use that makes one-time passwords.
pub(super) async fn set_one_time(
    place: &Place,
    arguments: &OfficerArguments,
) -> Result<(), Failure> {
    let officer = &arguments.officer;
    let password = ask(&format!("{officer} 的密码 / password of {officer}: "))?;
    with_book(place, arguments, async |_, book, officer| {
        let typed = |shown| Proof::Password(Password::typed(password.to_string()), shown);
        let mut begun = one_time::begin(&book, &officer, typed(None)).await;
        if needs_one_time(&begun) {
            begun = one_time::begin(&book, &officer, typed(Some(ask_one_time()?))).await;
        }
        let begun = begun.map_err(refused)?;
        println!("{}\n{}", begun.secret.as_str(), begun.uri.as_str());
        let shown = ask_one_time()?;
        one_time::confirm(&book, &officer, &shown).await.map_err(refused)?;
        println!("动态口令已启用 / one-time passwords are asked for from now on");
        Ok(())
    })
    .await
}

fn needs_one_time<T>(done: &Result<T, CommandError>) -> bool {
    let code = "ONE_TIME_PASSWORD_NEEDED";
    matches!(done, Err(CommandError::Refused(refused)) if refused.code == code)
}

fn ask_one_time() -> Result<OneTimePassword, Failure> {
    Ok(OneTimePassword::typed(&ask("动态口令 / one-time password: ")?))
}

/// Signs out.
pub(super) async fn logout(place: &Place, arguments: &OfficerArguments) -> Result<(), Failure> {
    with_book(place, arguments, async |books, book, officer| {
        let file = file_of(&books, book.id().as_str(), &officer);
        if let Some(token) = kept(&file)? {
            session::close(&book, &token).await.map_err(refused)?;
        }
        if file.exists() {
            std::fs::remove_file(&file)?;
        }
        println!("{officer} 已退出 {0} / {officer} is signed out of {0}", book.id());
        Ok(())
    })
    .await
}

/// Adds the ledgers that the officer signed in to by `login`, as far as these sessions still last.
pub(super) async fn resume(books: &Books, acting: Acting) -> Result<Acting, Failure> {
    let mut acting = acting;
    for book in books.ledgers().await? {
        let file = file_of(books, book.id().as_str(), &acting.officer);
        let Some(token) = kept(&file)? else { continue };
        match session::resume(books, &token).await? {
            Some(session) => acting = acting.signed_in_as(&session.acting),
            None => std::fs::remove_file(&file)?,
        }
    }
    Ok(acting)
}

async fn with_book(
    place: &Place,
    arguments: &OfficerArguments,
    act: impl AsyncFnOnce(Books, std::sync::Arc<Book>, OfficerId) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let officer = OfficerId::parse(&arguments.officer);
    let officer = officer.map_err(|error| Failure::Usage(error.to_string()))?;
    let books = place.books().await?;
    let done = match books.book(&arguments.ledger).await {
        Ok(book) => act(books.clone(), book, officer).await,
        Err(error) => Err(refused(error)),
    };
    close(books).await?;
    done
}

fn file_of(books: &Books, ledger: &str, officer: &OfficerId) -> PathBuf {
    books.directory().sessions().join(format!("{ledger}@{officer}"))
}

fn keep(books: &Books, officer: &OfficerId, token: &SessionToken) -> Result<(), Failure> {
    let folder = books.directory().sessions();
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let file = file_of(books, token.ledger().as_str(), officer);
    let mut open = std::fs::OpenOptions::new();
    let mut open = open.write(true).create(true).truncate(true).mode(0o600).open(file)?;
    open.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    Ok(open.write_all(token.as_str().as_bytes())?)
}

fn kept(file: &Path) -> Result<Option<SessionToken>, Failure> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(SessionToken::parse(&Zeroizing::new(text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What somebody types without being seen; the next line of standard input where nobody sits there.
fn ask(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(Zeroizing::new(rpassword::prompt_password(prompt)?));
    }
    let mut line = Zeroizing::new(String::new());
    if std::io::stdin().read_line(&mut line)? == 0 {
        return Err(Failure::Usage(format!("标准输入已结束 / standard input has ended: {prompt}")));
    }
    Ok(Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned()))
}
