//! Signing in and out over HTTP, and who asks.
//!
//! | request below `/ledgers/{ledger}` | what |
//! |---|---|
//! | `POST /session` `{"officer", "password"}` | signs in; 200 with who it is, and the cookie |
//! | `GET /session` | who is signed in; 401 where nobody is |
//! | `DELETE /session` | signs out; 204 |
//! | `PUT /password` `{"officer", "newPassword", "code" or "password"}` | sets a password; 204, and every session of the officer ends |
//! | `POST /one-time-password` `{"officer", "password"}` | a secret for the officer's device |
//! | `PUT /one-time-password` `{"officer", "oneTimePassword"}` | takes it into use; from then on `"oneTimePassword"` belongs beside every `"password"` |
//!
//! A program sends `Authorization: Bearer` and its key with each request to `/graphql` instead.
//!
//! The cookie is `HttpOnly; SameSite=Strict`. Whoever brings it, or asks for one of these, must also send the
//! header `mingzhang-request` with any value: a page elsewhere cannot, without being asked first.

use std::sync::Arc;

use domain::ids::OfficerId;
use poem::http::{HeaderValue, StatusCode, header};
use poem::web::{Data, Path};
use poem::{Body, Endpoint, Middleware, Request, Response, handler};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::accept::MediaType;
use super::refusal::HttpRefusal;
use super::{Encrypted, answer};
use crate::books::{Acting, Book, Books, CommandError, Fault, UserError};
use crate::graphql::Officer;
use crate::sign_in::{
    OneTimePassword, Password, ProgramKey, Proof, Session, SessionToken, SetUpCode, one_time,
    program_key, session, set_password,
};

/// The header that no page elsewhere can send.
const OWN_PAGE: &str = "mingzhang-request";

/// The cookie's name.
const COOKIE: &str = "mingzhang-session";

/// A body of these is short.
const LONGEST_BODY: usize = 4096;

/// Finds out who asks, and hands it on with the request. Without books, nobody is ever signed in.
pub struct Sessions {
    books: Option<Books>,
}

impl Sessions {
    /// The sessions of these books.
    pub fn of(books: Books) -> Self {
        Self { books: Some(books) }
    }

    /// Nobody's.
    pub fn none() -> Self {
        Self { books: None }
    }

    pub(super) fn books(&self) -> Option<Books> {
        self.books.clone()
    }
}

impl<E: Endpoint<Output = Response>> Middleware<E> for Sessions {
    type Output = SessionsEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        SessionsEndpoint { books: self.books.clone(), inner }
    }
}

/// So many keys and cookies are looked up at the same time.
static LOOKING: Semaphore = Semaphore::const_new(64);

/// Looks a key or a cookie up: whoever invents them must not make those wait who have one.
async fn looked_up<T>(looking: impl Future<Output = Result<T, Fault>>) -> Result<T, Refused> {
    let Ok(_place) = LOOKING.try_acquire() else { return Err(HttpRefusal::Overloaded.into()) };
    Ok(looking.await?)
}

/// What [`Sessions`] makes of an endpoint.
pub struct SessionsEndpoint<E> {
    books: Option<Books>,
    inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for SessionsEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let Some(books) = &self.books else { return self.inner.call(request).await };
        if request.headers().contains_key(header::AUTHORIZATION) {
            match looked_up(program(books, &request)).await {
                Ok(Some(acting)) => request.extensions_mut().insert(Officer(acting)),
                Ok(None) => {
                    return Ok(answer::refused(MediaType::Json, HttpRefusal::NotAuthorized));
                }
                Err(why) => return Ok(answered(Err(why))),
            };
            return self.inner.call(request).await;
        }
        let token = match token_of(&request) {
            Cookie::None => return self.inner.call(request).await,
            Cookie::Unusable => None,
            Cookie::Token(token) => Some(token),
        };
        if !is_of_own_page(&request) {
            return Ok(answer::refused(MediaType::Json, HttpRefusal::CrossSite));
        }
        let resumed = match &token {
            Some(token) => looked_up(session::resume(books, token)).await,
            None => Ok(None),
        };
        match (resumed, token) {
            (Ok(Some(session)), Some(token)) => {
                request.extensions_mut().insert(Officer(session.acting.clone()));
                request.extensions_mut().insert(SignedIn { session, token });
            }
            // Whoever believes to be signed in must not act as somebody else without noticing.
            (Ok(_), _) if request.uri().path() == "/graphql" => return Ok(refused(ended().into())),
            (Ok(_), _) => {}
            (Err(why), _) => return Ok(answered(Err(why))),
        }
        self.inner.call(request).await
    }
}

/// The session of a request.
#[derive(Clone)]
struct SignedIn {
    session: Session,
    token: SessionToken,
}

/// Who shows a program's key. No browser adds this header by itself, so it needs no other beside it.
async fn program(books: &Books, request: &Request) -> Result<Option<Acting>, Fault> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION).iter();
    let text = headers.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let key = bearer.and_then(|(_, key)| ProgramKey::parse(key.trim()));
    match key {
        Some(key) if headers.next().is_none() && matches!(token_of(request), Cookie::None) => {
            program_key::show(books, &key).await
        }
        _ => Ok(None),
    }
}

/// What a request brings of a session.
enum Cookie {
    None,
    /// One that is no token; or several, of which somebody else may have put one there.
    Unusable,
    Token(SessionToken),
}

fn token_of(request: &Request) -> Cookie {
    let cookies = request.headers().get_all(header::COOKIE).iter();
    let pairs = cookies.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let mut ours = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value);
    match (ours.next(), ours.next()) {
        (None, _) => Cookie::None,
        (Some(text), None) => SessionToken::parse(text).map_or(Cookie::Unusable, Cookie::Token),
        (Some(_), Some(_)) => Cookie::Unusable,
    }
}

fn is_of_own_page(request: &Request) -> bool {
    request.headers().contains_key(OWN_PAGE)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SignInBody {
    officer: OfficerId,
    password: String,
    one_time_password: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ConfirmBody {
    officer: OfficerId,
    one_time_password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PasswordBody {
    officer: OfficerId,
    new_password: String,
    code: Option<String>,
    password: Option<String>,
    one_time_password: Option<String>,
}

/// Why somebody is not signed in.
enum Refused {
    Http(HttpRefusal),
    Command(CommandError),
}

impl From<HttpRefusal> for Refused {
    fn from(refusal: HttpRefusal) -> Self {
        Self::Http(refusal)
    }
}

impl<E: Into<CommandError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Command(error.into())
    }
}

/// Reads a short JSON body of a request that no page elsewhere can have sent.
async fn read<T: for<'a> Deserialize<'a>>(request: &Request, body: Body) -> Result<T, Refused> {
    if !is_of_own_page(request) {
        return Err(HttpRefusal::CrossSite.into());
    }
    let json = request.content_type().is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if !json {
        return Err(HttpRefusal::UnsupportedMediaType.into());
    }
    let bytes = body.into_bytes_limit(LONGEST_BODY).await;
    let bytes = bytes.map_err(|error| match error {
        poem::error::ReadBodyError::PayloadTooLarge => HttpRefusal::BodyTooLarge,
        _ => HttpRefusal::BodyIncomplete,
    })?;
    serde_json::from_slice(&bytes).map_err(|_| HttpRefusal::NotJson.into())
}

/// Does it whether or not the client stays to hear of it: an attempt that was counted is remembered.
async fn to_the_end<T: Send + 'static>(
    act: impl Future<Output = Result<T, CommandError>> + Send + 'static,
) -> Result<T, CommandError> {
    tokio::spawn(act).await.map_err(|error| Fault::configuration(&error))?
}

/// Signs in; a session that the browser brought ends.
#[handler]
pub(super) async fn sign_in(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
    body: Body,
) -> Response {
    let signed_in = async {
        let asked: SignInBody = read(request, body).await?;
        let book = books.book(&ledger).await?;
        let token = to_the_end({
            let (book, officer) = (Arc::clone(&book), asked.officer);
            let password = Password::typed(asked.password);
            let one_time = asked.one_time_password.as_deref().map(OneTimePassword::typed);
            async move { session::open(&book, &officer, password, one_time).await }
        })
        .await?;
        if let Some(before) = request.data::<SignedIn>() {
            let book = books.book(before.session.ledger.as_str()).await?;
            session::close(&book, &before.token).await?;
        }
        let session = session::resume(books, &token).await?;
        let session = session.ok_or_else(ended)?;
        let mut response = describe(&book, &session).await?;
        set_cookie(&mut response, token.as_str(), "", request);
        Ok(response)
    };
    answered(signed_in.await)
}

/// Who is signed in.
#[handler]
pub(super) async fn who(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
) -> Response {
    let told = async {
        let book = books.book(&ledger).await?;
        match request.data::<SignedIn>().filter(|signed| signed.session.ledger == *book.id()) {
            Some(signed) => describe(&book, &signed.session).await,
            None => Err(ended().into()),
        }
    };
    answered(told.await)
}

/// Ends the session of the cookie, and takes the cookie back.
#[handler]
pub(super) async fn sign_out(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
) -> Response {
    let out = async {
        if !is_of_own_page(request) {
            return Err(HttpRefusal::CrossSite.into());
        }
        let book = books.book(&ledger).await?;
        let signed = request.data::<SignedIn>();
        if let Some(signed) = signed.filter(|signed| signed.session.ledger == *book.id()) {
            session::close(&book, &signed.token).await?;
        }
        let mut response = super::bare(StatusCode::NO_CONTENT);
        set_cookie(&mut response, "", "; Max-Age=0", request);
        Ok(response)
    };
    answered(out.await)
}

/// Sets an officer's password by a code or by the present one.
#[handler]
pub(super) async fn change_password(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
    body: Body,
) -> Response {
    let set = async {
        let asked: PasswordBody = read(request, body).await?;
        let proof = match (asked.code, asked.password) {
            (Some(code), None) => Proof::Code(SetUpCode::typed(&code)),
            (None, Some(password)) => {
                let one_time = asked.one_time_password.as_deref().map(OneTimePassword::typed);
                Proof::Password(Password::typed(password), one_time)
            }
            _ => return Err(HttpRefusal::NotJson.into()),
        };
        let book = books.book(&ledger).await?;
        let new = Password::typed(asked.new_password);
        to_the_end(async move { set_password(&book, &asked.officer, proof, new).await }).await?;
        Ok(super::bare(StatusCode::NO_CONTENT))
    };
    answered(set.await)
}

/// Makes the secret that an officer's device makes one-time passwords of.
#[handler]
pub(super) async fn begin_one_time(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
    body: Body,
) -> Response {
    let begun = async {
        let asked: SignInBody = read(request, body).await?;
        let book = books.book(&ledger).await?;
        let one_time = asked.one_time_password.as_deref().map(OneTimePassword::typed);
        let proof = Proof::Password(Password::typed(asked.password), one_time);
        let officer = asked.officer;
        let begun = async move { one_time::begin(&book, &officer, proof).await };
        let begun = to_the_end(begun).await?;
        let told = json!({"secret": begun.secret.as_str(), "uri": begun.uri.as_str()});
        Ok(json_of(StatusCode::OK, &told))
    };
    answered(begun.await)
}

/// Takes that secret into use.
#[handler]
pub(super) async fn confirm_one_time(
    Path(ledger): Path<String>,
    Data(books): Data<&Books>,
    request: &Request,
    body: Body,
) -> Response {
    let confirmed = async {
        let asked: ConfirmBody = read(request, body).await?;
        let book = books.book(&ledger).await?;
        let shown = OneTimePassword::typed(&asked.one_time_password);
        one_time::confirm(&book, &asked.officer, &shown).await?;
        Ok(super::bare(StatusCode::NO_CONTENT))
    };
    answered(confirmed.await)
}

fn ended() -> UserError {
    let message = "尚未登录或登录已失效 / nobody is signed in, or no longer".to_owned();
    UserError::new("SIGN_IN_NEEDED", &[], message)
}

async fn describe(book: &Arc<Book>, session: &Session) -> Result<Response, Refused> {
    let Acting { officer, .. } = &session.acting;
    let roles: Vec<&str> = book.officer(officer).await?.roles().map(|role| role.as_str()).collect();
    Ok(json_of(
        StatusCode::OK,
        &json!({
            "ledger": book.id().as_str(),
            "officer": officer.as_str(),
            "roles": roles,
            "endsAt": session.ends.to_string(),
            "idleSeconds": session::idle_seconds(),
        }),
    ))
}

fn answered(outcome: Result<Response, Refused>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(Refused::Http(refusal)) => answer::refused(MediaType::Json, refusal),
        Err(Refused::Command(error)) => refused(error),
    }
}

fn refused(error: CommandError) -> Response {
    let (status, code, message) = match error {
        CommandError::Refused(error) => {
            let status = match error.code {
                "UNKNOWN_LEDGER" => StatusCode::NOT_FOUND,
                "LOCKED_OUT" => StatusCode::TOO_MANY_REQUESTS,
                "WEAK_PASSWORD" => StatusCode::UNPROCESSABLE_ENTITY,
                _ => StatusCode::UNAUTHORIZED,
            };
            (status, error.code, error.message)
        }
        CommandError::Fault(fault) => {
            tracing::error!(cause = fault.cause(), "{}", fault.public());
            (StatusCode::SERVICE_UNAVAILABLE, "INTERNAL", fault.public().to_owned())
        }
    };
    let error = json!({"message": message, "extensions": {"code": code}});
    json_of(status, &json!({ "errors": [error] }))
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type("application/json").body(body.to_string())
}

fn set_cookie(response: &mut Response, token: &str, more: &str, request: &Request) {
    let encrypted = request.data::<Encrypted>().is_some_and(|encrypted| encrypted.0);
    let secure = if encrypted { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    // A token is made of letters, digits, full stops, hyphens and underscores.
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
