//! What every refusal can say for itself, and the refusals that only the append can find.

mod append;

pub use append::AppendRefusal;
pub(crate) use append::programme_zh;

/// The way to a field of a GraphQL input, from the input inwards: `["recipient", "personNo"]`.
pub type FieldPath = &'static [&'static str];

/// A command that was understood and refused: an expected outcome, told to the user as data.
///
/// `Display` is the message for the clerk, Chinese first, then English after ` / `. It names the
/// data that decided, so that nobody has to look the rule up. Nothing personal is ever in it.
pub trait Refusal: std::error::Error + Send + Sync {
    /// The stable English code of the interface: `ABOVE_STANDARD`.
    fn code(&self) -> &'static str;

    /// The field of the input that the user has to change; `None` where no single one decides.
    fn field(&self) -> Option<FieldPath>;

    /// The message for the clerk, in Chinese and English.
    fn message(&self) -> String {
        self.to_string()
    }
}

/// The first field in which what is asked differs from what stands recorded under the same id;
/// `None` where it is the same command again. Each pair is (equal, field), in the order in which
/// the input declares its fields, so that the answer does not depend on chance.
pub(crate) fn first_difference(compared: &[(bool, FieldPath)]) -> Option<FieldPath> {
    compared.iter().find(|(equal, _)| !equal).map(|(_, field)| *field)
}

/// A field path as a person reads it: `recipient.personNo`.
pub(crate) fn dotted(field: FieldPath) -> String {
    field.join(".")
}

/// Like [`dotted`], for the many refusals that are about a reused id.
pub(crate) fn reused(noun_zh: &str, noun_en: &str, field: FieldPath) -> String {
    let field = dotted(field);
    format!(
        "该{noun_zh}编号已登记过其他内容,不同之处:{field} / this {noun_en} id already stands for other content; what differs: {field}"
    )
}
