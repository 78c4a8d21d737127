//! The sockets of the mail server.

use super::{Mailroom, conversation::Conversation};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long a client may say nothing.
const PATIENCE: Duration = Duration::from_mins(1);

/// Serves until `stop`.
pub(crate) async fn serve(listener: TcpListener, room: Arc<Mailroom>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (room, stop) = (Arc::clone(&room), stop.clone());
                tokio::spawn(async move {
                    let outcome = tokio::select! {
                        () = stop.cancelled() => Ok(()),
                        outcome = converse(stream, &room) => outcome,
                    };
                    if let Err(error) = outcome {
                        tracing::debug!(%error, "a mail client went away");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a mail client");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn converse(mut stream: TcpStream, room: &Mailroom) -> io::Result<()> {
    stream.write_all(Conversation::greeting().as_bytes()).await?;
    let mut conversation = Conversation::new(room);
    let mut buffer = [0; 8192];
    while !conversation.over {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut buffer)).await.map_err(io::Error::other)??;
        if read == 0 {
            break;
        }
        let answer = conversation.hear(&buffer[..read]);
        stream.write_all(answer.as_bytes()).await?;
    }
    stream.shutdown().await
}
