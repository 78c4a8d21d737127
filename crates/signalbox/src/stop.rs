//! When to stop: Ctrl-C, or a service manager's SIGTERM.

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Tells every part of the process, as often as asked, that it is time to stop.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Begins to listen. A second signal while the first is being obeyed ends the process at once.
    pub fn on_signal() -> anyhow::Result<Self> {
        let (sender, receiver) = watch::channel(false);
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::spawn(async move {
            for asked_before in [false, true] {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if asked_before {
                    eprintln!("signalbox: stopped without waiting");
                    std::process::exit(130);
                }
                sender.send_replace(true);
            }
        });
        Ok(Self(receiver))
    }

    /// Completes when it is time.
    pub async fn asked(&self) {
        let mut receiver = self.0.clone();
        // The sender lives in a task that never ends by itself.
        let _ = receiver.wait_for(|asked| *asked).await;
    }
}
