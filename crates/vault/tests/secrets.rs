//! Secrets open where they belong, with their key, unchanged; and in no other case.

use proptest::prelude::*;
use signalbox_vault::{DataKey, Error, KeyId, Keyring, MasterKey, Place, Sealed, WrappedKey};
use uuid::Uuid;

const PLACE: Place<'static> = Place { tenant: Some(Uuid::from_u128(1)), owner: "connection:7", name: "access_token" };

#[test]
fn nothing_is_printed() {
    let master = MasterKey::generate();
    let key = DataKey::generate();
    let keyring = Keyring::new(key.clone());
    let sealed = keyring.seal(&PLACE, b"hunter2");
    let opened = keyring.open(&PLACE, &sealed).unwrap();
    let printed = format!("{master:?} {key:?} {keyring:?} {sealed:?} {opened:?}");
    assert!(!printed.contains("hunter2"));
    assert!(!printed.contains(master.to_base64().as_str()));
    assert_eq!(printed.matches("[redacted]").count(), 4);
    assert_eq!(opened.expose_str(), Ok("hunter2"));
}

#[test]
fn the_same_secret_never_looks_the_same() {
    let keyring = Keyring::new(DataKey::generate());
    assert_ne!(keyring.seal(&PLACE, b"x"), keyring.seal(&PLACE, b"x"));
}

#[test]
fn a_data_key_is_rotated_row_by_row() {
    let keyring = Keyring::new(DataKey::generate());
    let old = keyring.seal(&PLACE, b"secret");
    keyring.rotate(DataKey::generate());
    let new = keyring.seal(&PLACE, b"other");
    assert!(!keyring.is_current(&old) && keyring.is_current(&new));
    assert_eq!(keyring.open(&PLACE, &old).unwrap().expose(), b"secret");

    let resealed = keyring.reseal(&PLACE, &old).unwrap();
    assert!(keyring.is_current(&resealed));
    // Once every row is sealed again, the old key is not needed.
    let only_new = Keyring::new(keyring.current());
    assert_eq!(only_new.open(&PLACE, &resealed).unwrap().expose(), b"secret");
    assert_eq!(only_new.open(&PLACE, &old), Err(Error::UnknownKey(old.key_id())));
    let elsewhere = Place { name: "refresh_token", ..PLACE };
    assert_eq!(keyring.reseal(&elsewhere, &old), Err(Error::Tampered));
}

#[test]
fn a_running_process_takes_up_keys() {
    let (before, after) = (DataKey::generate(), DataKey::generate());
    let (master, shared) = (MasterKey::generate(), Keyring::new(before.clone()));
    let old = shared.seal(&PLACE, b"secret");
    let stored = [before.wrap(&master), after.wrap(&master)];
    // First the new key opens only, then it seals.
    shared.adopt(Keyring::unwrap(&master, &stored[0], [&stored[1]]).unwrap());
    assert_eq!(shared.ids(), [before.id(), after.id()]);
    assert!(shared.is_current(&old));
    shared.adopt(Keyring::unwrap(&master, &stored[1], [&stored[0]]).unwrap());
    assert_eq!(shared.seal(&PLACE, b"x").key_id(), after.id());
    assert_eq!(shared.open(&PLACE, &old).unwrap().expose(), b"secret");
}

#[test]
fn the_master_key_is_rotated_without_touching_secrets() {
    let (old, new) = (MasterKey::generate(), MasterKey::generate());
    let (first, second) = (DataKey::generate(), DataKey::generate());
    let sealed = Sealed::seal(&first, &PLACE, b"secret");
    let stored = [first.wrap(&old), second.wrap(&old)];
    assert!(stored.iter().all(|key| key.is_under(&old) && !key.is_under(&new)));

    let stored = stored.map(|key| key.rewrap(&old, &new).unwrap());
    assert!(stored.iter().all(|key| key.is_under(&new) && !key.is_under(&old)));
    assert_eq!(stored[0].unwrap(&old).unwrap_err(), Error::WrongMasterKey);
    let keyring = Keyring::unwrap(&new, &stored[1], [&stored[0]]).unwrap();
    assert_eq!(keyring.current().id(), second.id());
    assert_eq!(keyring.open(&PLACE, &sealed).unwrap().expose(), b"secret");
}

#[test]
fn a_wrapped_key_is_bound_to_its_id() {
    let master = MasterKey::generate();
    let (a, b) = (DataKey::generate().wrap(&master), DataKey::generate().wrap(&master));
    let swapped = WrappedKey { id: a.id, bytes: b.bytes };
    assert_eq!(swapped.unwrap(&master).unwrap_err(), Error::Tampered);
}

#[test]
fn an_impostor_with_the_right_id_is_refused() {
    let master = MasterKey::generate();
    let (key, other) = (DataKey::generate(), DataKey::generate());
    let sealed = Sealed::seal(&key, &PLACE, b"secret");
    assert_eq!(sealed.open(&other, &PLACE), Err(Error::UnknownKey(key.id())));
    let mut claimed = sealed.as_bytes().to_vec();
    claimed[1..17].copy_from_slice(other.id().0.as_bytes());
    let claimed = Sealed::try_from(claimed).unwrap();
    assert_eq!(claimed.open(&other, &PLACE), Err(Error::Tampered));
    assert_eq!(other.wrap(&master).unwrap(&master).unwrap().id(), other.id());
}

#[test]
fn versions_and_lengths_are_checked() {
    let keyring = Keyring::new(DataKey::generate());
    let sealed = keyring.seal(&PLACE, b"");
    let mut newer = sealed.as_bytes().to_vec();
    newer[0] = 2;
    assert_eq!(Sealed::try_from(newer), Err(Error::UnsupportedVersion(2)));
    for length in 0..sealed.as_bytes().len() {
        let short = sealed.as_bytes()[..length].to_vec();
        assert_eq!(Sealed::try_from(short), Err(Error::Incomplete), "{length} bytes");
    }

    let master = MasterKey::generate();
    let wrapped = DataKey::generate().wrap(&master);
    let with = |bytes: Vec<u8>| WrappedKey { bytes, ..wrapped.clone() }.unwrap(&master).unwrap_err();
    let mut newer = wrapped.bytes.clone();
    newer[0] = 0;
    assert_eq!(with(newer), Error::UnsupportedVersion(0));
    for length in 0..wrapped.bytes.len() {
        let error = with(wrapped.bytes[..length].to_vec());
        assert!(matches!(error, Error::Incomplete | Error::Tampered), "{length} bytes: {error}");
    }
}

#[test]
fn bytes_of_an_earlier_release_still_open() {
    // What version 1 wrote for the keys and the place below; must open for ever.
    let master = MasterKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let id = KeyId(Uuid::from_u128(0x3128_8803_69cb_f086_1e96_3cdb_1bbb_c1e9));
    let wrapped = WrappedKey { id, bytes: from_hex(include_str!("golden/wrapped.hex")) };
    let sealed = Sealed::try_from(from_hex(include_str!("golden/sealed.hex"))).unwrap();
    let keyring = Keyring::unwrap(&master, &wrapped, []).unwrap();
    assert_eq!(keyring.open(&PLACE, &sealed).unwrap().expose_str(), Ok("a golden secret ✓"));
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.trim().as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn place() -> impl Strategy<Value = (Option<u128>, String, String)> {
    (prop::option::of(0..3_u128), "[ab:]{0,3}", "[ab:]{0,3}")
}

fn as_place(place: &(Option<u128>, String, String)) -> Place<'_> {
    Place { tenant: place.0.map(Uuid::from_u128), owner: &place.1, name: &place.2 }
}

proptest! {
    #[test]
    fn what_was_sealed_opens(
        secret in prop::collection::vec(any::<u8>(), 0..200), place in place()
    ) {
        let master = MasterKey::generate();
        let key = DataKey::generate();
        let sealed = Sealed::seal(&key, &as_place(&place), &secret);
        let stored = Sealed::try_from(sealed.as_bytes().to_vec()).unwrap();
        let keyring = Keyring::unwrap(&master, &key.wrap(&master), []).unwrap();
        let opened = keyring.open(&as_place(&place), &stored).unwrap();
        prop_assert_eq!(opened.expose(), &secret[..]);
    }

    #[test]
    fn any_flipped_bit_is_refused(
        secret in prop::collection::vec(any::<u8>(), 0..50), at in any::<prop::sample::Index>()
    ) {
        let keyring = Keyring::new(DataKey::generate());
        let mut bytes = keyring.seal(&PLACE, &secret).as_bytes().to_vec();
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let result = Sealed::try_from(bytes).and_then(|sealed| keyring.open(&PLACE, &sealed));
        prop_assert!(result.is_err(), "bit {bit} of the secret");

        let master = MasterKey::generate();
        let mut wrapped = keyring.current().wrap(&master);
        let bit = at.index(wrapped.bytes.len() * 8);
        wrapped.bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(wrapped.unwrap(&master).is_err(), "bit {bit} of the key");
    }

    #[test]
    fn no_other_place_will_do(here in place(), there in place()) {
        let keyring = Keyring::new(DataKey::generate());
        let sealed = keyring.seal(&as_place(&here), b"secret");
        let opened = keyring.open(&as_place(&there), &sealed);
        if here == there {
            prop_assert!(opened.is_ok());
        } else {
            prop_assert_eq!(opened, Err(Error::Tampered));
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let keyring = Keyring::new(DataKey::generate());
        let opened =
            Sealed::try_from(bytes.clone()).and_then(|sealed| keyring.open(&PLACE, &sealed));
        prop_assert!(opened.is_err());
        let wrapped = WrappedKey { id: keyring.current().id(), bytes };
        prop_assert!(wrapped.unwrap(&MasterKey::generate()).is_err());
    }
}
