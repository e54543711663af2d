// Compares roots, checkpoints and proofs of Mingzhang with those of golang.org/x/mod/sumdb, the code behind
// Go's checksum database: package note (C2SP signed-note) and package tlog (RFC 6962 trees).
//
//	compare_trees OURS THEIRS
//
// OURS is read: a first line of JSON that names the origin, the verifier key and the seed of the test key, then
// one line for each tree size. The leaf at position n is the decimal digits of n. All of it is checked, and
// everything once more with one bit flipped, which must be refused. Into THEIRS go lines of the same form with
// checkpoints and proofs that this program made, for Mingzhang to check. Ends with 1 at the first difference.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type about struct {
	Origin      string `json:"origin"`
	VerifierKey string `json:"verifier_key"`
	TestSeed    string `json:"test_seed"`
}

type inclusion struct {
	Position int64    `json:"position"`
	Path     []string `json:"path"`
}

type consistency struct {
	Old  int64    `json:"old"`
	Path []string `json:"path"`
}

type line struct {
	Size        int64         `json:"size"`
	Root        string        `json:"root"`
	Note        string        `json:"note"`
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
}

func require(holds bool, format string, parts ...interface{}) {
	if !holds {
		fmt.Fprintf(os.Stderr, format+"\n", parts...)
		os.Exit(1)
	}
}

func must(err error) {
	require(err == nil, "%v", err)
}

// store keeps the hashes that tlog asks to be stored, in its own numbering.
type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

func (s *store) grow(from, to int64) {
	for n := from; n < to; n++ {
		hashes, err := tlog.StoredHashes(n, leaf(n), *s)
		must(err)
		*s = append(*s, hashes...)
	}
}

// root is tlog's, but for the empty tree: tlog defines that as zeros, RFC 6962 as SHA-256 of nothing.
func (s store) root(size int64) tlog.Hash {
	if size == 0 {
		return sha256.Sum256(nil)
	}
	root, err := tlog.TreeHash(size, s)
	must(err)
	return root
}

func leaf(position int64) []byte {
	return []byte(strconv.FormatInt(position, 10))
}

func readPath(path []string) []tlog.Hash {
	hashes := make([]tlog.Hash, len(path))
	for i, text := range path {
		bytes, err := hex.DecodeString(text)
		must(err)
		require(len(bytes) == tlog.HashSize, "a hash of %d bytes", len(bytes))
		copy(hashes[i][:], bytes)
	}
	return hashes
}

func writePath(hashes []tlog.Hash) []string {
	path := make([]string, len(hashes))
	for i, hash := range hashes {
		path[i] = hex.EncodeToString(hash[:])
	}
	return path
}

// flip gives a path with one bit changed somewhere; false where there is nothing to change.
func flip(path []tlog.Hash, random *rand.Rand) ([]tlog.Hash, bool) {
	flipped := append([]tlog.Hash{}, path...)
	if len(path) == 0 {
		return nil, false
	}
	flipped[random.Intn(len(path))][random.Intn(tlog.HashSize)] ^= 1 << uint(random.Intn(8))
	return flipped, true
}

func checkNote(signed string, size int64, root tlog.Hash, origin string, key note.Verifier, random *rand.Rand) {
	opened, err := note.Open([]byte(signed), note.VerifierList(key))
	require(err == nil, "size %d: the note: %v", size, err)
	wanted := fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
	require(opened.Text == wanted, "size %d: the note says %q", size, opened.Text)
	// Two bits of the last letter of base64 before "=\n" mean nothing, and this package does not look at them.
	unread := len(signed) - 3
	for times := 0; times < 4; times++ {
		flipped := []byte(signed)
		place := random.Intn(len(flipped))
		if place == unread {
			continue
		}
		flipped[place] ^= 1 << uint(random.Intn(8))
		_, err := note.Open(flipped, note.VerifierList(key))
		require(err != nil, "size %d: a note with a bit flipped in byte %d is accepted", size, place)
	}
}

func checkProofs(ours line, hashes store, random *rand.Rand) int {
	root, checked := hashes.root(ours.Size), 0
	for _, proof := range ours.Inclusion {
		path, hash := readPath(proof.Path), tlog.RecordHash(leaf(proof.Position))
		err := tlog.CheckRecord(path, ours.Size, root, proof.Position, hash)
		require(err == nil, "size %d: inclusion of %d: %v", ours.Size, proof.Position, err)
		other := tlog.RecordHash(leaf(proof.Position + 1))
		require(tlog.CheckRecord(path, ours.Size, root, proof.Position, other) != nil, "another leaf is accepted")
		if flipped, changed := flip(path, random); changed {
			err = tlog.CheckRecord(flipped, ours.Size, root, proof.Position, hash)
			require(err != nil, "size %d: inclusion of %d is accepted with a bit flipped", ours.Size, proof.Position)
		}
		checked++
	}
	for _, proof := range ours.Consistency {
		path, old := readPath(proof.Path), hashes.root(proof.Old)
		err := tlog.CheckTree(path, ours.Size, root, proof.Old, old)
		require(err == nil, "size %d: consistency with %d: %v", ours.Size, proof.Old, err)
		old[random.Intn(tlog.HashSize)] ^= 1
		require(tlog.CheckTree(path, ours.Size, root, proof.Old, old) != nil, "another old root is accepted")
		if flipped, changed := flip(path, random); changed {
			err = tlog.CheckTree(flipped, ours.Size, root, proof.Old, hashes.root(proof.Old))
			require(err != nil, "size %d: consistency with %d is accepted with a bit flipped", ours.Size, proof.Old)
		}
		checked++
	}
	return checked
}

// signer makes the test key in the form in which package note takes it.
func signer(named about) note.Signer {
	seed, err := hex.DecodeString(named.TestSeed)
	must(err)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	verifierKey, err := note.NewEd25519VerifierKey(named.Origin, public)
	must(err)
	require(verifierKey == named.VerifierKey, "the verifier key should be %s", verifierKey)
	keyID := strings.Split(verifierKey, "+")[1]
	typed := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	made, err := note.NewSigner("PRIVATE+KEY+" + named.Origin + "+" + keyID + "+" + typed)
	must(err)
	return made
}

// makeLine gives a checkpoint and proofs of this program's own, for other positions and sizes.
func makeLine(size int64, hashes store, origin string, key note.Signer, random *rand.Rand) line {
	root := hashes.root(size)
	body := fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: body}, key)
	must(err)
	made := line{Size: size, Root: hex.EncodeToString(root[:]), Note: string(signed)}
	for times := 0; times < 4 && size > 0; times++ {
		position, old := random.Int63n(size), 1+random.Int63n(size)
		record, err := tlog.ProveRecord(size, position, hashes)
		must(err)
		made.Inclusion = append(made.Inclusion, inclusion{position, writePath(record)})
		tree, err := tlog.ProveTree(size, old, hashes)
		must(err)
		made.Consistency = append(made.Consistency, consistency{old, writePath(tree)})
	}
	return made
}

func main() {
	require(len(os.Args) == 3, "compare_trees OURS THEIRS")
	ours, err := os.ReadFile(os.Args[1])
	must(err)
	theirs, err := os.Create(os.Args[2])
	must(err)
	out := bufio.NewWriter(theirs)
	encoder, decoder := json.NewEncoder(out), json.NewDecoder(bytes.NewReader(ours))
	var named about
	must(decoder.Decode(&named))
	verifier, err := note.NewVerifier(named.VerifierKey)
	must(err)
	key, random := signer(named), rand.New(rand.NewSource(6962))

	var hashes store
	size, sizes, proofs := int64(0), 0, 0
	for decoder.More() {
		var our line
		must(decoder.Decode(&our))
		require(our.Size >= size, "the sizes are not in order")
		hashes.grow(size, our.Size)
		size = our.Size
		root := hashes.root(size)
		require(our.Root == hex.EncodeToString(root[:]), "size %d: the root should be %x", size, root[:])
		checkNote(our.Note, size, root, named.Origin, verifier, random)
		proofs += checkProofs(our, hashes, random)
		must(encoder.Encode(makeLine(size, hashes, named.Origin, key, random)))
		sizes++
	}
	must(out.Flush())
	must(theirs.Close())
	fmt.Printf("%d sizes, %d proofs agree with golang.org/x/mod/sumdb\n", sizes, proofs)
}
