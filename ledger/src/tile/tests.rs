#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
use std::collections::HashMap;

use super::*;
use crate::tree::definition::Definition;
use crate::tree::{ProofPlan, consistency_plan, inclusion_plan, root_plan};

fn tile(level: u8, index: u64) -> TileId {
    TileId { level, index }
}

/// Widths of the tiles of one level in a tree of that size: how many are full, then the partial one.
fn widths(level: u8, size: u64) -> (u64, u16) {
    let full = filled(level, 0, size).end;
    for index in [0, full / 2, full.saturating_sub(1)] {
        assert!(index >= full || tile(level, index).width_at(size) == 256);
    }
    assert_eq!(tile(level, full + 1).width_at(size), 0);
    (full, tile(level, full).width_at(size))
}

/// Every tile of a tree of that size, level 0 from the leaves and each other from the one below.
fn tiles(tree: &Definition, size: u64) -> HashMap<TileId, Vec<Hash>> {
    let mut tiles = HashMap::new();
    let mut hashes: Vec<Hash> = (0..size).map(|position| tree.leaf(position)).collect();
    for level in 0.. {
        for (index, chunk) in (0..).zip(hashes.chunks(256)) {
            let id = tile(level, index);
            assert_eq!(usize::from(id.width_at(size)), chunk.len());
            tiles.insert(id, chunk.to_vec());
        }
        let full = hashes.chunks_exact(256);
        hashes = full.map(|hashes| root_of(hashes).unwrap()).collect();
        if hashes.is_empty() {
            break;
        }
    }
    tiles
}

#[test]
fn trees_have_the_tiles_of_the_examples_in_the_specification() {
    assert_eq!(widths(0, 70_000), (273, 112));
    assert_eq!(widths(1, 70_000), (1, 17));
    assert_eq!(widths(2, 70_000), (0, 1));
    assert_eq!(widths(3, 70_000), (0, 0));
    assert_eq!(widths(0, 256), (1, 0));
    assert_eq!(widths(1, 256), (0, 1));
    assert_eq!(widths(0, 0), (0, 0));
    assert_eq!(widths(0, 255), (0, 255));
}

#[test]
fn paths_are_those_of_the_specification_and_are_read_back() {
    let spelled = [
        (tile(0, 1_234_067), 256, "0/x001/x234/067"),
        (tile(0, 273), 112, "0/273.p/112"),
        (tile(1, 0), 256, "1/000"),
        (tile(2, 0), 1, "2/000.p/1"),
        (tile(63, 999), 255, "63/999.p/255"),
        (tile(7, 1000), 256, "7/x001/000"),
        (tile(0, 1_000_000), 256, "0/x001/x000/000"),
        (tile(0, u64::MAX), 256, "0/x018/x446/x744/x073/x709/x551/615"),
    ];
    for (id, width, path) in spelled {
        assert_eq!(id.path(width), path);
        assert_eq!(TileId::parse(path), Some((id, width)), "{path}");
    }
}

#[test]
fn every_other_spelling_of_a_path_is_refused() {
    let refused = [
        "",
        "/",
        "0",
        "0/",
        "/000",
        "00/000",
        "-1/000",
        "+1/000",
        "64/000",
        "256/000",
        "x/000",
        "0/0",
        "0/00",
        "0/0000",
        "0/1",
        "0/x000",
        "0/x000/001",
        "0/001/234/067",
        "0/x001/x234/x067",
        "0/x001/234/067",
        "0/x01/234",
        "0/x001//067",
        "0/x001/067/",
        "0//067",
        "/0/067",
        "0/+67",
        "0/-67",
        "0/06a",
        "0/０６７",
        "0/xx01/067",
        "0/X001/067",
        "0/067 ",
        " 0/067",
        "0/067\n",
        "0/067.p",
        "0/067.p/",
        "0/067.p/0",
        "0/067.p/00",
        "0/067.p/01",
        "0/067.p/256",
        "0/067.p/257",
        "0/067.p/65537",
        "0/067.p/-1",
        "0/067.p/+1",
        "0/067.p/1/",
        "0/067.p/1.p/1",
        "0/067/.p/1",
        "0/067.p/x01",
        "tile/0/067",
        "0/x018/x446/x744/x073/x709/x551/616",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
        "0/999999999999999999999999",
    ];
    for path in refused {
        assert_eq!(TileId::parse(path), None, "{path:?}");
    }
    assert_eq!(TileId::parse(&tile(0, 5).path(0)), None);
    assert_eq!(TileId::parse(&"0/".repeat(100_000)), None);
}

#[test]
fn every_hash_of_a_tile_is_the_root_of_its_subtree_and_of_no_other() {
    for id in [tile(0, 0), tile(0, 77), tile(1, 3), tile(5, 1 << 15), tile(6, 2), tile(7, 0)] {
        for place in 0..256 {
            let subtree = id.subtree(place);
            let expected = Subtree { level: id.level * 8, index: id.index * 256 + place as u64 };
            // Level 7 has 256 places, of which a tree below 2^64 leaves fills 255.
            let exists = expected.leaves().is_some();
            assert_eq!(subtree, exists.then_some(expected));
            assert_eq!(exists, (id, place) != (tile(7, 0), 255));
            assert_eq!(TileId::of(expected), (id, place..place + 1));
        }
        assert_eq!(id.subtree(256), None);
        assert_eq!(id.subtree(usize::MAX), None);
    }
    for beyond in [tile(8, 0), tile(63, 0), tile(255, 0), tile(0, u64::MAX), tile(7, 1)] {
        assert_eq!(beyond.subtree(0), None, "{beyond:?}");
    }
}

#[test]
fn a_subtree_is_made_of_the_hashes_that_cover_the_same_leaves() {
    for level in 0..64 {
        for index in [0, 1, 2, 31, 32, 33, 255, 256, 257, 65_535, 65_536, 1 << 40, (1 << 52) - 1] {
            let subtree = Subtree { level, index };
            let Some(leaves) = subtree.leaves() else { continue };
            let (id, places) = TileId::of(subtree);
            assert_eq!(places.len(), 1 << (level % 8));
            let first = id.subtree(places.start).unwrap().leaves().unwrap();
            let last = id.subtree(places.end - 1).unwrap().leaves().unwrap();
            assert_eq!(first.start..last.end, leaves, "{subtree:?}");
            // A tree that has the subtree has these hashes, and one leaf less is too few.
            assert!(usize::from(id.width_at(leaves.end)) >= places.end);
            assert!(usize::from(id.width_at(leaves.end - 1)) < places.end);
        }
    }
}

#[test]
fn the_subtrees_of_every_plan_have_in_the_tiles_the_roots_of_the_definition() {
    let tree = Definition::numbered(65_537);
    for size in [1, 2, 254, 255, 256, 257, 511, 512, 513, 65_279, 65_535, 65_536, 65_537] {
        let tiles = tiles(&tree, size);
        let check = |plan: ProofPlan| {
            for subtree in plan.needed() {
                let (id, places) = TileId::of(*subtree);
                assert_eq!(root_of(&tiles[&id][places]), Some(tree.subtree(*subtree)));
            }
        };
        check(root_plan(size).unwrap());
        for at in [0, 1, 127, 128, 254, 255, 256, 257, 32_767, 65_280, 65_534, 65_535, 65_536] {
            inclusion_plan(at, size).into_iter().for_each(&check);
            consistency_plan(at, size).into_iter().for_each(&check);
        }
    }
}

#[test]
fn tiles_fill_when_their_last_hash_does() {
    assert_eq!(filled(0, 0, 255), 0..0);
    assert_eq!(filled(0, 255, 256), 0..1);
    assert_eq!(filled(0, 256, 511), 1..1);
    assert_eq!(filled(0, 200, 800), 0..3);
    assert_eq!(filled(1, 65_535, 65_536), 0..1);
    assert_eq!(filled(1, 0, 65_535), 0..0);
    assert_eq!(filled(6, 0, u64::MAX), 0..255);
    assert_eq!(filled(7, 0, u64::MAX), 0..0);
    assert_eq!(filled(255, 0, u64::MAX), 0..0);
    assert!(filled(0, 800, 200).is_empty());
    let mut old = 0;
    for new in [1, 250, 256, 256, 300, 1024, 1500, 70_000] {
        for level in 0..3 {
            for index in 0..300 {
                let id = tile(level, index);
                let became_full = id.width_at(old) < 256 && id.width_at(new) == 256;
                assert_eq!(filled(level, old, new).contains(&index), became_full);
            }
        }
        old = new;
    }
}

#[test]
fn a_root_is_given_over_a_power_of_two_only() {
    let tree = Definition::numbered(256);
    let leaves: Vec<Hash> = (0..256).map(|position| tree.leaf(position)).collect();
    for count in 0..=256_usize {
        let expected = count.is_power_of_two().then(|| tree.root(0..count as u64));
        assert_eq!(root_of(&leaves[..count]), expected, "{count}");
    }
}

#[test]
fn tiles_beyond_every_tree_are_empty() {
    for id in [tile(8, 0), tile(63, 0), tile(255, u64::MAX), tile(0, u64::MAX), tile(7, 1)] {
        assert_eq!(id.width_at(u64::MAX), 0, "{id:?}");
    }
    assert_eq!(tile(7, 0).width_at(u64::MAX), 255);
    let (id, places) = TileId::of(Subtree { level: 255, index: u64::MAX });
    assert_eq!((id.level, places), (31, 128..256));
}
