//! `query`: a GraphQL document in this process, read models caught up first.

use std::io::Read;
use std::path::PathBuf;

use async_graphql::Variables;
use clap::Args;

use super::{ActingArguments, Failure, Place, close, sign_in};
use crate::books::{Acting, Books};
use crate::graphql::{self, Officer};

/// What `query` takes.
#[derive(Debug, Args)]
pub(super) struct QueryArguments {
    #[command(flatten)]
    acting: ActingArguments,
    /// The document's variables, a JSON object.
    #[arg(long, value_name = "JSON")]
    variables: Option<String>,
    /// The document; - for standard input.
    #[arg(value_name = "FILE|-")]
    document: PathBuf,
}

pub(super) async fn run(place: &Place, arguments: &QueryArguments) -> Result<(), Failure> {
    let acting = arguments.acting.acting()?;
    let document = read(&arguments.document)?;
    let variables = match &arguments.variables {
        None => Variables::default(),
        Some(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value @ serde_json::Value::Object(_)) => Variables::from_json(value),
            _ => {
                return Err(Failure::Usage(
                    "--variables 须为 JSON 对象 / must be a JSON object".to_owned(),
                ));
            }
        },
    };
    let books = place.books().await?;
    let answered = answer(&books, acting, &document, variables).await;
    close(books).await?;
    let (json, failed) = answered?;
    println!("{json}");
    if failed {
        Err(Failure::Refused("查询有错误 / the response has errors".to_owned()))
    } else {
        Ok(())
    }
}

async fn answer(
    books: &Books,
    acting: Acting,
    document: &str,
    variables: Variables,
) -> Result<(String, bool), Failure> {
    for book in books.ledgers().await? {
        book.catch_up().await?;
    }
    let officer = Officer(sign_in::resume(books, acting).await?);
    let schema = graphql::schema(books.clone(), officer.clone());
    let response = graphql::execute(&schema, officer, document, variables).await;
    let json =
        serde_json::to_string(&response).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok((json, !response.errors.is_empty()))
}

fn read(path: &PathBuf) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    Ok(text)
}
