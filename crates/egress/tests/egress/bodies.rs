//! Bodies that are coded, cut, endless or larger than they say.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use signalbox_egress::{Egress, Failure, FailureKind, Request, Response};
use tokio::io::AsyncWriteExt;

use crate::support::{HOST, egress, get, policy, raw, read_head};

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// An answer of `headers` (each line ended) and `body`, delimited by the end of the connection.
async fn answer(headers: &str, body: impl AsRef<[u8]>, limit: usize) -> Result<Response, Failure> {
    let answer = [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), body.as_ref()].concat();
    let (address, _) = raw(move |mut stream| {
        let answer = answer.clone();
        async move {
            read_head(&mut stream).await;
            // Whoever has read enough hangs up.
            let _ = stream.write_all(&answer).await;
        }
    })
    .await;
    send(&egress(&[(HOST, address)]), limit).await
}

async fn send(egress: &Egress, limit: usize) -> Result<Response, Failure> {
    let request = Request { max_response: Some(limit), timeout: Some(Duration::from_secs(5)), ..get("/?s3cr3t") };
    egress.send(request, &policy(&[HOST])).await
}

fn kind(answer: Result<Response, Failure>) -> FailureKind {
    let failure = answer.unwrap_err();
    assert!(failure.request_sent && !failure.message.contains("s3cr3t"), "{failure:?}");
    failure.kind
}

#[tokio::test]
async fn the_one_coding_is_undone_in_all_its_spellings() {
    let twice = [gzip(b"plain "), gzip(b"words")].concat();
    for (headers, body) in [
        ("content-encoding: gzip\r\n", gzip(b"plain words")),
        ("Content-Encoding: GZIP\r\n", gzip(b"plain words")),
        ("content-encoding: x-gzip\r\n", gzip(b"plain words")),
        ("content-encoding: identity, gzip\r\n", gzip(b"plain words")),
        ("content-encoding: identity\r\ncontent-encoding: gzip\r\n", gzip(b"plain words")),
        ("content-encoding:\r\n", b"plain words".to_vec()),
        ("content-encoding: identity\r\n", b"plain words".to_vec()),
        // Several members make one body (RFC 1952, section 2.2).
        ("content-encoding: gzip\r\n", twice),
    ] {
        let response = answer(headers, body, 1000).await.unwrap_or_else(|failure| panic!("{headers:?}: {failure}"));
        assert_eq!(&response.body[..], b"plain words", "{headers:?}");
        assert!(!response.headers.contains_key("content-encoding"), "{headers:?}");
    }
}

#[tokio::test]
async fn what_stays_coded_is_refused() {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(b"plain words").unwrap();
    let deflated = deflated.finish().unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(b"plain words").unwrap();
    let zlib = zlib.finish().unwrap();
    for (headers, body) in [
        ("content-encoding: deflate\r\n", deflated),
        ("content-encoding: deflate\r\n", zlib),
        ("content-encoding: br\r\n", b"\x0b\x02\x80hello\x03".to_vec()),
        ("content-encoding: zstd\r\n", b"\x28\xb5\x2f\xfd".to_vec()),
        ("content-encoding: compress\r\n", b"\x1f\x9d".to_vec()),
        ("content-encoding: aes128gcm\r\n", b"x".to_vec()),
        ("content-encoding: gzipped\r\n", b"x".to_vec()),
        ("content-encoding: gzip, gzip\r\n", gzip(&gzip(b"twice"))),
        ("content-encoding: gzip\r\ncontent-encoding: gzip\r\n", gzip(&gzip(b"twice"))),
        ("content-encoding: gzip\r\ncontent-encoding: br\r\n", gzip(b"\x0b\x02\x80hello\x03")),
        ("content-encoding: identity\r\ncontent-encoding: br\r\n", b"\x0b\x02\x80hello\x03".to_vec()),
    ] {
        assert_eq!(kind(answer(headers, body, 1000).await), FailureKind::Other, "{headers:?}");
    }
}

#[tokio::test]
async fn a_coded_body_that_is_damaged_is_refused() {
    let whole = gzip(b"some plain words, some more plain words");
    let cut = whole[..whole.len() - 9].to_vec();
    let without_sum = whole[..whole.len() - 8].to_vec();
    let mut wrong_sum = whole.clone();
    let at = whole.len() - 5;
    wrong_sum[at] ^= 1;
    let followed = [&whole[..], b"and garbage"].concat();
    for (what, body) in [
        ("cut", cut),
        ("without its sum", without_sum),
        ("of another sum", wrong_sum),
        ("followed by garbage", followed),
        ("one byte", vec![0x1f]),
        ("not gzip", b"some plain words".to_vec()),
    ] {
        assert_eq!(kind(answer("content-encoding: gzip\r\n", body, 1000).await), FailureKind::Other, "{what}");
    }
}

#[tokio::test]
async fn the_limit_counts_what_comes_out() {
    for (size, fits) in [(0, true), (999, true), (1000, true), (1001, false), (100_000, false)] {
        let plain = vec![b'x'; size];
        for (headers, body) in [
            (String::new(), plain.clone()),
            (format!("content-length: {size}\r\n"), plain.clone()),
            ("content-encoding: gzip\r\n".to_owned(), gzip(&plain)),
        ] {
            match answer(&headers, body, 1000).await {
                Ok(response) => assert!(fits && response.body.len() == size, "{size} {headers:?}"),
                Err(failure) => {
                    assert!(!fits && failure.kind == FailureKind::TooLarge, "{size} {headers:?}: {failure}");
                }
            }
        }
    }
}

#[tokio::test]
async fn bombs_burst_at_the_limit() {
    let large = gzip(&vec![0; 50 << 20]);
    let nested = gzip(&large);
    let many = gzip(&vec![0; 1 << 20]).repeat(50);
    for (what, bomb) in [("one member", large), ("many members", many)] {
        assert!(bomb.len() < 100_000, "{what} is small on the wire");
        assert_eq!(kind(answer("content-encoding: gzip\r\n", bomb, 200_000).await), FailureKind::TooLarge, "{what}");
    }
    // Undone once, as it says, it is small.
    assert!(answer("content-encoding: gzip\r\n", nested, 200_000).await.is_ok());
}

#[tokio::test]
async fn members_that_hold_nothing_do_not_go_on_for_ever() {
    let (address, _) = raw(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n").await.unwrap();
        let nothing = gzip(b"").repeat(100);
        while stream.write_all(&nothing).await.is_ok() {}
    })
    .await;
    assert_eq!(kind(send(&egress(&[(HOST, address)]), 100_000).await), FailureKind::TooLarge);
}

#[tokio::test]
async fn a_length_over_the_limit_is_believed_before_it_is_read() {
    // Nothing follows the head, and the connection stays open: only the announcement can tell.
    for length in ["1001", "2000000000", "9223372036854775807"] {
        let (address, _) = raw(move |mut stream| async move {
            read_head(&mut stream).await;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        assert_eq!(kind(send(&egress(&[(HOST, address)]), 1000).await), FailureKind::TooLarge, "{length}");
    }
}

#[tokio::test]
async fn a_body_ends_where_its_length_says() {
    assert_eq!(&answer("content-length: 2\r\n", "ok and more", 1000).await.unwrap().body[..], b"ok");
    assert_eq!(kind(answer("content-length: 20\r\n", "less", 1000).await), FailureKind::Interrupted);
    let chunked = "transfer-encoding: chunked\r\n";
    for (what, chunks, expected) in [
        ("sizes in any case, and extensions", "A;x=y\r\n0123456789\r\n0a\r\n0123456789\r\n0\r\n\r\n", None),
        ("trailers are dropped", "2\r\nok\r\n0\r\nx-trailer: y\r\n\r\n", None),
        ("no size", "\r\nok\r\n0\r\n\r\n", Some(FailureKind::Interrupted)),
        ("a size that is no number", "xyz\r\nok\r\n0\r\n\r\n", Some(FailureKind::Interrupted)),
        ("a negative size", "-2\r\nok\r\n0\r\n\r\n", Some(FailureKind::Interrupted)),
        ("a size beyond all sizes", "fffffffffffffffff\r\nok\r\n", Some(FailureKind::Interrupted)),
        ("no end of a chunk", "2\r\nok0\r\n\r\n", Some(FailureKind::Interrupted)),
        ("no last chunk", "2\r\nok\r\n", Some(FailureKind::Interrupted)),
    ] {
        let outcome = answer(chunked, chunks, 1000).await;
        assert_eq!(outcome.as_ref().err().map(|failure| failure.kind), expected, "{what}: {outcome:?}");
        if let Ok(response) = outcome {
            assert!(!response.headers.contains_key("x-trailer"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_body_that_drips_meets_the_wall_whatever_its_coding() {
    for (headers, start) in [
        ("", &b""[..]),
        ("content-length: 1000\r\n", b""),
        ("transfer-encoding: chunked\r\n", b"3e8\r\n"),
        ("transfer-encoding: chunked\r\n", b"3e8;x="),
        // The head of a member with a file name that does not end.
        ("content-encoding: gzip\r\n", b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"),
    ] {
        let (address, _) = raw(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes()).await.unwrap();
            stream.write_all(start).await.unwrap();
            while stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        let request = Request { timeout: Some(Duration::from_millis(200)), ..get("/") };
        let failure = egress(&[(HOST, address)]).send(request, &policy(&[HOST])).await.unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Timeout, true), "{headers:?}: {failure:?}");
    }
}
