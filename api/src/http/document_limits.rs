//! What one GraphQL document may ask for, counted before async-graphql looks at it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest,
};
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Request, ServerError, ServerResult, async_trait};

use super::{answer, nesting};

/// An extension of the schema that refuses documents with too many aliases or selections.
///
/// async-graphql limits depth, complexity, recursion and directives, but not aliases: ten thousand
/// `a1: payment(…)` pass. And its check of the recursion depth walks a fragment again for each
/// spread, so that a chain of fragments that each spread the next one twice costs 2ⁿ steps. Here
/// both are counted as they would be executed, every fragment once.
///
/// Add it with `SchemaBuilder::extension(DocumentLimits::STANDARD)`. Refusals are request errors
/// with the codes `TOO_MANY_ALIASES`, `DOCUMENT_TOO_LARGE` and `DOCUMENT_TOO_DEEP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentLimits {
    /// The most aliases, fragments expanded.
    pub aliases: u32,
    /// The most fields and fragments selected, fragments expanded.
    pub selections: u32,
}

impl DocumentLimits {
    /// More than any page of ours or report asks for: 100 aliases, 5,000 selections.
    pub const STANDARD: Self = Self { aliases: 100, selections: 5_000 };

    /// Counts a parsed document: every operation, and every fragment once for itself.
    fn check(self, document: &ExecutableDocument) -> ServerResult<()> {
        let mut scales = Scales { document, weighed: HashMap::new() };
        let mut total = Weight::default();
        for (_, operation) in document.operations.iter() {
            total = total.plus(scales.selection_set(&operation.node.selection_set, 0)?);
        }
        for name in document.fragments.keys() {
            total = total.plus(scales.fragment(name, 0)?);
        }
        if total.aliases > self.aliases {
            let limit = self.aliases;
            let message = format!("别名超过 {limit} 个 / more than {limit} aliases");
            return Err(answer::coded(ServerError::new(message, None), "TOO_MANY_ALIASES"));
        }
        if total.selections > self.selections {
            let limit = self.selections;
            let message = format!("选择的字段超过 {limit} 个 / more than {limit} selections");
            return Err(answer::coded(ServerError::new(message, None), "DOCUMENT_TOO_LARGE"));
        }
        Ok(())
    }
}

impl ExtensionFactory for DocumentLimits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for DocumentLimits {
    /// Runs before the document is parsed by the schema; the parsed document is kept in the request,
    /// so that it is parsed once.
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(ctx, request).await?;
        if !nesting::is_bearable(&request.query) {
            return Err(too_deep());
        }
        self.check(request.parsed_query()?)?;
        Ok(request)
    }
}

fn too_deep() -> ServerError {
    let message = "查询嵌套过深 / the document nests too deeply";
    answer::coded(ServerError::new(message, None), "DOCUMENT_TOO_DEEP")
}

/// What a selection set costs when its fragments are expanded. Counts stop at the top of `u32`,
/// which is far above any limit.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    aliases: u32,
    selections: u32,
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self {
            aliases: self.aliases.saturating_add(other.aliases),
            selections: self.selections.saturating_add(other.selections),
        }
    }
}

/// Weighs each fragment once and remembers it, so that the work is linear in the document.
struct Scales<'a> {
    document: &'a ExecutableDocument,
    /// `None` while the fragment is being weighed: a spread of it inside itself weighs nothing here
    /// and is refused by validation later.
    weighed: HashMap<&'a Name, Option<Weight>>,
}

impl<'a> Scales<'a> {
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        depth: usize,
    ) -> ServerResult<Weight> {
        if depth > nesting::DEEPEST {
            return Err(too_deep());
        }
        let deeper = depth.saturating_add(1);
        let mut sum = Weight::default();
        for selection in &set.node.items {
            let (aliases, inside) = match &selection.node {
                Selection::Field(field) => (
                    u32::from(field.node.alias.is_some()),
                    self.selection_set(&field.node.selection_set, deeper)?,
                ),
                Selection::InlineFragment(fragment) => {
                    (0, self.selection_set(&fragment.node.selection_set, deeper)?)
                }
                Selection::FragmentSpread(spread) => {
                    (0, self.fragment(&spread.node.fragment_name.node, deeper)?)
                }
            };
            sum = sum.plus(inside).plus(Weight { aliases, selections: 1 });
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> ServerResult<Weight> {
        if let Some(known) = self.weighed.get(name) {
            return Ok(known.unwrap_or_default());
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Weight::default());
        };
        self.weighed.insert(name, None);
        let weight = self.selection_set(&fragment.node.selection_set, depth)?;
        self.weighed.insert(name, Some(weight));
        Ok(weight)
    }
}
