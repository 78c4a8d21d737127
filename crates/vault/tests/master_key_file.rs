//! The file of the master key: private, whole, and never replaced.

use signalbox_vault::{MasterKey, MasterKeyError};
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Barrier,
    thread,
};
use tempfile::TempDir;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    (folder, path)
}

fn write(path: &Path, content: impl AsRef<[u8]>, mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn it_is_made_once_and_kept() {
    let (folder, path) = folder();
    let made = MasterKey::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{}\n", made.to_base64().as_str()));
    let again = MasterKey::load_or_create(&path).unwrap();
    assert_eq!(again.to_base64(), made.to_base64());
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["master.key"], "no drafts are left");
}

#[test]
fn processes_that_race_get_the_same_key() {
    let (folder, path) = folder();
    let barrier = Barrier::new(8);
    let mut keys: Vec<String> = thread::scope(|scope| {
        let racer = || {
            barrier.wait();
            MasterKey::load_or_create(&path).unwrap().to_base64().to_string()
        };
        let racers: Vec<_> = (0..8).map(|_| scope.spawn(racer)).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    keys.dedup();
    assert_eq!(keys.len(), 1);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_file_that_others_can_use_is_refused() {
    let (_folder, path) = folder();
    for mode in [0o640, 0o604, 0o620, 0o601, 0o666, 0o777] {
        write(&path, KEY, mode);
        for result in [MasterKey::load(&path), MasterKey::load_or_create(&path)] {
            let Err(MasterKeyError::Exposed { mode: found, .. }) = result else {
                panic!("{mode:o} was accepted: {result:?}")
            };
            assert_eq!(found, mode);
        }
    }
    for mode in [0o600, 0o400, 0o700] {
        write(&path, KEY, mode);
        assert_eq!(MasterKey::load(&path).unwrap().to_base64().as_str(), KEY, "{mode:o}");
    }
}

#[test]
fn only_a_whole_key_is_read_and_nothing_is_replaced() {
    let (_folder, path) = folder();
    for good in [KEY.to_owned(), format!("{KEY}\n"), format!("{KEY}\r\n")] {
        write(&path, &good, 0o600);
        assert_eq!(MasterKey::load(&path).unwrap().to_base64().as_str(), KEY, "{good:?}");
    }
    let bad = [
        Vec::new(),
        KEY.as_bytes()[..43].to_vec(),
        format!("{KEY}AAAA").into_bytes(),
        format!(" {KEY}").into_bytes(),
        format!("{KEY}\n{KEY}\n").into_bytes(),
        vec![0xff; 32],
        vec![b'A'; 1 << 16],
    ];
    for content in bad {
        write(&path, &content, 0o600);
        let error = MasterKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, MasterKeyError::NotAKeyFile { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content, "what was there stays");
    }
}

#[test]
fn a_missing_file_or_folder_is_an_error() {
    let (folder, path) = folder();
    let missing = |result| match result {
        Err(MasterKeyError::Io { source, .. }) => source.kind() == io::ErrorKind::NotFound,
        _ => false,
    };
    assert!(missing(MasterKey::load(&path)));
    assert!(missing(MasterKey::load_or_create(&folder.path().join("no/master.key"))));
    assert!(matches!(MasterKey::load(folder.path()), Err(MasterKeyError::Exposed { .. } | MasterKeyError::Io { .. })));
}

#[test]
fn settings_are_exactly_32_bytes() {
    assert_eq!(MasterKey::from_base64(KEY).unwrap().to_base64().as_str(), KEY);
    for bad in ["", "AAAA", &KEY[..43], &format!("{KEY}\n"), "not base64 at all, but of 44 characters long"] {
        let error = MasterKey::from_base64(bad).unwrap_err();
        assert!(matches!(error, MasterKeyError::NotAKey));
        assert!(bad.is_empty() || !error.to_string().contains(bad));
    }
}
