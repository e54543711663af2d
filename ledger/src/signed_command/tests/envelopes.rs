//! The envelope: what is signed, and that there is one spelling.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use proptest::prelude::*;

use super::*;
use crate::signed_command::envelope::{PAYLOAD_TYPE, pre_authentication_encoding};

/// An envelope whose payload has both characters that the two alphabets of base64 differ in, and
/// padding.
fn envelope() -> Envelope {
    Envelope::sign(b"\xfb\xef\xbe\xff\xff\xff\xff".to_vec(), &officers_key()).unwrap()
}

fn text() -> String {
    String::from_utf8(envelope().print()).unwrap()
}

#[track_caller]
fn refused(spelled: &str) {
    let parsed = Envelope::parse(spelled.as_bytes());
    assert!(matches!(parsed, Err(CommandRefusal::Envelope(_))), "{spelled}: {parsed:?}");
}

#[test]
fn what_is_signed_is_what_the_specification_of_dsse_signs() {
    // The example of `protocol.md`, section "Test Vectors".
    let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
    assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    assert_eq!(pre_authentication_encoding("", b""), b"DSSEv1 0  0 ");
    // Lengths count bytes, and a payload is taken as it is.
    assert_eq!(pre_authentication_encoding("é", b"\n\xff"), b"DSSEv1 2 \xc3\xa9 2 \n\xff");
}

#[test]
fn an_envelope_is_spelled_in_one_way() {
    let message = b"DSSEv1 41 application/vnd.mingzhang.command.v1+json 2 {}";
    let (signature, key) = (officers_key().sign(message), id(21).fingerprint());
    let expected = format!(
        r#"{{"payloadType":"application/vnd.mingzhang.command.v1+json","payload":"e30=","signatures":[{{"keyid":"{key}","sig":"{}"}}]}}"#,
        STANDARD.encode(signature.0)
    );
    let envelope = Envelope::sign(b"{}".to_vec(), &officers_key()).unwrap();
    assert_eq!(String::from_utf8(envelope.print()).unwrap(), expected);
    assert!(is_signed(expected.as_bytes()));
    assert!(!is_signed(br#"{"nonce":"00","command":{}}"#));
    assert!(!is_signed(br#"{"payloadType" :"#));
    assert!(!is_signed(b""));
}

#[test]
fn a_signature_is_good_for_its_own_key_alone() {
    assert!(envelope().signed_by(officers_key().public()));
    assert!(!envelope().signed_by(key(22).public()));
    assert_eq!(envelope().key_id(), id(21));
}

#[test]
fn white_space_other_order_and_other_fields_are_refused() {
    let good = text();
    Envelope::parse(good.as_bytes()).unwrap();
    for (from, to) in [
        (":", ": "),
        (",", ", "),
        ("{", "{ "),
        ("[", "[\n"),
        (r#"{"payloadType""#, r#"{"more":1,"payloadType""#),
        (r#"{"keyid""#, r#"{"more":1,"keyid""#),
        ("payloadType", "payloadtype"),
        (r#""payload""#, r#""Payload""#),
        ("signatures", "signature"),
        ("keyid", "keyId"),
        (r#""sig""#, r#""signature""#),
        ("application/", r"application\/"),
        ("application", r"\u0061pplication"),
    ] {
        let spelled = good.replacen(from, to, 1);
        assert_ne!(spelled, good);
        refused(&spelled);
    }
    let (kind, rest) = good.strip_prefix('{').unwrap().split_once(',').unwrap();
    let (payload, signatures) = rest.strip_suffix('}').unwrap().split_once(',').unwrap();
    assert_eq!(format!("{{{kind},{payload},{signatures}}}"), good);
    for spelled in [
        format!("{{{payload},{kind},{signatures}}}"),
        format!("{{{kind},{signatures},{payload}}}"),
        format!("{{{kind},{payload}}}"),
        format!("{{{kind},{payload},{signatures},{signatures}}}"),
        format!("{{{kind},{payload},{signatures},\"more\":null}}"),
        format!("{good}\n"),
        format!(" {good}"),
        format!("{good}{good}"),
        String::new(),
    ] {
        refused(&spelled);
    }
}

#[test]
fn there_is_exactly_one_signature() {
    let good = text();
    let (front, list) = good.split_once('[').unwrap();
    let signature = list.strip_suffix("]}").unwrap();
    assert_eq!(format!("{front}[{signature}]}}"), good);
    refused(&format!("{front}[]}}"));
    refused(&format!("{front}[{signature},{signature}]}}"));
    refused(&format!("{front}{signature}}}"));
    refused(&format!("{front}[null]}}"));
}

#[test]
fn base64_is_standard_and_padded() {
    let (payload, signature) = (envelope().payload().to_vec(), text());
    let written = STANDARD.encode(&payload);
    assert!(written.contains('+') && written.contains('/') && written.ends_with("=="));
    for spelled in [
        URL_SAFE.encode(&payload),
        STANDARD_NO_PAD.encode(&payload),
        written.replace("w==", "x=="),
        format!("{written}="),
        format!("{written}\n"),
    ] {
        assert_ne!(spelled, written);
        refused(&text().replacen(&written, &spelled, 1));
    }
    let bytes: Vec<u8> =
        signature.split('"').rev().nth(1).map(|sig| STANDARD.decode(sig)).unwrap().unwrap();
    let written = STANDARD.encode(&bytes);
    for spelled in [
        STANDARD_NO_PAD.encode(&bytes),
        STANDARD.encode(&bytes[..63]),
        STANDARD.encode([bytes.as_slice(), b"x"].concat()),
        hex::encode(&bytes),
        String::new(),
    ] {
        refused(&text().replacen(&written, &spelled, 1));
    }
}

#[test]
fn the_payload_type_and_the_spelling_of_the_key_are_fixed() {
    let good = text();
    for other in ["application/vnd.mingzhang.command.v2+json", "application/vnd.in-toto+json", ""] {
        refused(&good.replacen(PAYLOAD_TYPE, other, 1));
    }
    let key = id(21).fingerprint().to_string();
    for spelled in [key.to_uppercase(), key[1..].to_owned(), format!("{key}0"), String::new()] {
        refused(&good.replacen(&key, &spelled, 1));
    }
}

#[test]
fn any_flipped_bit_is_refused_or_no_longer_verifies() {
    let good = signed(statement()).bytes();
    let mut verified_on = 0;
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut flipped = good.clone();
            flipped[place] ^= 1 << bit;
            if let Ok(command) = SignedCommand::read(&flipped) {
                assert!(check(&command, &named_by()).is_err(), "byte {place}, bit {bit}");
                verified_on += 1;
            }
            if let Ok(envelope) = Envelope::parse(&flipped) {
                assert!(!envelope.signed_by(officers_key().public()), "byte {place}, bit {bit}");
            }
        }
    }
    // Most are refused when they are read; those of key, signature and free text are not.
    assert!(verified_on > 300, "{verified_on}");
    assert_eq!(check(&SignedCommand::read(&good).unwrap(), &named_by()), Ok(()));
}

#[test]
fn sixteen_mebibytes_are_the_most() {
    let bytes = MOST_BYTES + 1;
    assert_eq!(Envelope::parse(&vec![b' '; bytes]), Err(CommandRefusal::TooLong { bytes }));
    let blank = Envelope::parse(&vec![b' '; MOST_BYTES]);
    assert!(matches!(blank, Err(CommandRefusal::Envelope(_))), "it is read and found wanting");
    let sealed = |payload: usize| Envelope::sign(vec![b'1'; payload], &officers_key()).unwrap();
    let around = sealed(0).print().len();
    let most = (MOST_BYTES - around) / 4 * 3;
    let longest = sealed(most);
    assert!(longest.print().len() > MOST_BYTES - 4);
    assert_eq!(Envelope::parse(&longest.print()), Ok(longest));
    let bytes = around + (most / 3 + 1) * 4;
    let longer = sealed(most + 1).print();
    assert_eq!(Envelope::parse(&longer), Err(CommandRefusal::TooLong { bytes }));
    assert_eq!(SignedCommand::read(&longer), Err(CommandRefusal::TooLong { bytes }));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn reading_and_printing_an_envelope_are_inverse(
        payload in proptest::collection::vec(any::<u8>(), 0..200), seed in any::<u8>()
    ) {
        let envelope = Envelope::sign(payload.clone(), &key(seed)).unwrap();
        let printed = envelope.print();
        let parsed = Envelope::parse(&printed).unwrap();
        prop_assert_eq!(parsed.payload(), payload);
        prop_assert!(parsed.signed_by(key(seed).public()));
        prop_assert_eq!(parsed.print(), printed);
        prop_assert_eq!(parsed, envelope);
    }

    #[test]
    fn whatever_is_read_is_printed_back_to_the_same_bytes(
        place in any::<prop::sample::Index>(), byte in any::<u8>(), inserted in any::<bool>()
    ) {
        let mut bytes = envelope().print();
        let place = place.index(bytes.len());
        if inserted { bytes.insert(place, byte) } else { bytes[place] = byte }
        if let Ok(parsed) = Envelope::parse(&bytes) {
            prop_assert_eq!(parsed.print(), bytes);
        }
    }
}
