#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use domain::ids::LedgerId;

use super::*;

/// A directory of its own for each test, removed when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = Randomness::system().uuid_for(&[]).unwrap();
        let path = std::env::temp_dir().join(format!("mingzhang-keys-{name}"));
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The keys as they can be told apart from outside: by what they make.
fn bytes(keys: &KeyRing) -> [[u8; 32]; 3] {
    let ledger = LedgerId::parse("cn-1").unwrap();
    let id = keys.client_uuid("cn-1", "payment", "1");
    let mut ids = [0; 32];
    ids[..16].copy_from_slice(id.as_bytes());
    [*keys.master, keys.lookup(&ledger, "person", "1"), ids]
}

#[test]
fn keys_once_made_are_loaded_again_and_never_overwritten() {
    let scratch = Scratch::new();
    let made = KeyRing::load_or_create(&scratch.0, &Randomness::system()).unwrap();
    let again = KeyRing::load_or_create(&scratch.0, &Randomness::system()).unwrap();
    assert_eq!(bytes(&made), bytes(&again));
    assert_eq!(bytes(&made), bytes(&KeyRing::load(&scratch.0).unwrap()));
    let error = KeyRing::create(&scratch.0, &Randomness::system()).unwrap_err();
    assert!(matches!(error, KeyError::Exist(_)));
    let texts = KeyRing::FILES.map(|name| fs::read(scratch.0.join(name)).unwrap());
    assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
}

#[test]
fn key_files_are_readable_by_their_owner_alone_and_hold_64_hex_digits() {
    let scratch = Scratch::new();
    KeyRing::create(&scratch.0, &Randomness::system()).unwrap();
    for name in KeyRing::FILES {
        let path = scratch.0.join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap().len(), 65);
    }
    assert_eq!(fs::metadata(&scratch.0).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 3, "nothing else is left behind");
}

#[test]
fn a_missing_key_is_named_with_what_is_lost_and_never_made_anew() {
    for name in KeyRing::FILES {
        let scratch = Scratch::new();
        KeyRing::create(&scratch.0, &Randomness::system()).unwrap();
        fs::remove_file(scratch.0.join(name)).unwrap();
        let error = KeyRing::load(&scratch.0).unwrap_err();
        assert!(matches!(&error, KeyError::Missing { path, .. } if path.ends_with(name)));
        assert!(error.to_string().contains("without it"));
        let error = KeyRing::load_or_create(&scratch.0, &Randomness::system()).unwrap_err();
        let KeyError::SomeMissing { missing, present, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((missing.as_slice(), present.len()), ([name].as_slice(), 2));
        assert!(error.to_string().contains(name));
    }
}

#[test]
fn a_key_that_group_or_others_may_read_is_refused() {
    let scratch = Scratch::new();
    KeyRing::create(&scratch.0, &Randomness::system()).unwrap();
    for mode in [0o640, 0o604, 0o620] {
        let path = scratch.0.join("lookup.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = KeyRing::load(&scratch.0).unwrap_err();
        assert!(matches!(&error, KeyError::OpenToOthers { mode: found, .. } if *found == mode));
        assert!(error.to_string().contains("chmod 600"));
    }
}

#[test]
fn a_key_file_of_other_content_is_refused() {
    let scratch = Scratch::new();
    KeyRing::create(&scratch.0, &Randomness::system()).unwrap();
    let path = scratch.0.join("ids.key");
    for content in ["", "00", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
        fs::write(&path, content).unwrap();
        assert!(matches!(KeyRing::load(&scratch.0), Err(KeyError::Malformed(_))), "{content}");
    }
}

#[test]
fn a_crash_while_keys_are_made_is_answered_by_the_next_program() {
    // Before the commit point: what was written counts for nothing.
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.0.join(UNFINISHED)).unwrap();
    fs::write(scratch.0.join(UNFINISHED).join("master.key"), "half").unwrap();
    KeyRing::load_or_create(&scratch.0, &Randomness::system()).unwrap();

    // After it, with one file moved: the rest is moved, and the set is the one that was made.
    let scratch = Scratch::new();
    let made = KeyRing::create(&scratch.0, &Randomness::system()).unwrap();
    fs::create_dir(scratch.0.join(FINISHED)).unwrap();
    for name in ["lookup.key", "ids.key"] {
        fs::rename(scratch.0.join(name), scratch.0.join(FINISHED).join(name)).unwrap();
    }
    assert_eq!(bytes(&KeyRing::load(&scratch.0).unwrap()), bytes(&made));
    assert!(!scratch.0.join(FINISHED).exists());
}

#[test]
fn programs_that_start_at_the_same_time_agree_on_one_set() {
    let scratch = Scratch::new();
    let rings: Vec<[[u8; 32]; 3]> = std::thread::scope(|scope| {
        let start = || bytes(&KeyRing::load_or_create(&scratch.0, &Randomness::system()).unwrap());
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(rings.iter().all(|ring| *ring == rings[0]));
}

#[test]
fn a_seed_decides_the_key_of_ids_and_no_other() {
    let (one, other) = (Scratch::new(), Scratch::new());
    let seeded = Randomness::seeded([9; 32]);
    let [one, other] =
        [one, other].map(|scratch| bytes(&KeyRing::create(&scratch.0, &seeded).unwrap()));
    assert_eq!(one[2], other[2]);
    assert_ne!(one[0], other[0]);
    assert_ne!(one[1], other[1]);
}
