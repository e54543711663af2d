//! What differs between persons, households and accounts.

use domain::identity::IdentityNumber;
use domain::ids::{AccountId, HouseholdId, PersonId};
use uuid::Uuid;

use crate::numbers::{AccountNumber, HouseholdNumber, Number};

/// One kind of subject: its table, its ids and its numbers. Implemented by [`Person`],
/// [`Household`] and [`Account`] only.
pub trait Kind: sealed::Sealed + Send + Sync + 'static {
    /// The id that stands in the chain.
    type Id: Copy + std::fmt::Debug + Eq + Ord + std::hash::Hash + Send + Sync;
    /// The number by which one is registered and found.
    type Number: Number;
    /// The kind as commitments and keyed hashes name it.
    const NAME: &'static str;
    /// The table of the rows.
    const TABLE: &'static str;
    /// The id that wraps a UUID.
    fn id(uuid: Uuid) -> Self::Id;
    /// The UUID inside an id.
    fn uuid(id: Self::Id) -> Uuid;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $marker:ident: $id:ty, $number:ty, $name:literal in $table:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $marker;

        impl sealed::Sealed for $marker {}

        impl Kind for $marker {
            type Id = $id;
            type Number = $number;
            const NAME: &'static str = $name;
            const TABLE: &'static str = $table;

            fn id(uuid: Uuid) -> $id {
                <$id>::from_uuid(uuid)
            }

            fn uuid(id: $id) -> Uuid {
                id.as_uuid()
            }
        }
    )*};
}

kinds! {
    /// Persons, found by resident identity number.
    Person: PersonId, IdentityNumber, "person" in "persons";
    /// Households, found by the bureau's own number; they have no name.
    Household: HouseholdId, HouseholdNumber, "household" in "households";
    /// Bank accounts, found by account number; the name is the holder's.
    Account: AccountId, AccountNumber, "account" in "accounts";
}

mod sealed {
    pub trait Sealed {}
}
