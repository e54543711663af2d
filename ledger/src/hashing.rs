//! Tables in memory, hashed by a function that is random in each process and several times faster
//! than the standard library's: the writer and the verifier look up a dozen keys for every entry.

pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
pub(crate) type HashSet<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;
