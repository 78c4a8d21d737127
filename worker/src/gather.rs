//! Doing together what is asked at nearly the same time: a statement about ten things costs little more than one about
//! one thing.

use futures::future::BoxFuture;
use std::{future::Future, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

type Question<Q, A> = (Q, oneshot::Sender<A>);

/// Collects questions and answers them in rounds. After a pause the first question does not wait at all.
pub struct Gatherer<Q, A>(mpsc::UnboundedSender<Question<Q, A>>);

impl<Q: Send + 'static, A: Send + 'static> Gatherer<Q, A> {
    /// Answers at most `most` questions at once, and begins no round sooner than `round` after the last. `answer` gives
    /// an answer per question, in their order. Ends when the gatherer is dropped.
    pub fn new<F, Fut>(round: Duration, most: usize, answer: F) -> Self
    where
        F: Fn(Vec<Q>) -> Fut + Send + 'static,
        Fut: Future<Output = Vec<A>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(rounds(receiver, round, most, move |questions| -> BoxFuture<'static, Vec<A>> {
            Box::pin(answer(questions))
        }));
        Self(sender)
    }

    /// The answer to one question.
    ///
    /// # Panics
    /// When answering panicked, as it would have if it had been asked alone.
    pub async fn ask(&self, question: Q) -> A {
        let (sender, answer) = oneshot::channel();
        let asked = self.0.send((question, sender)).is_ok();
        assert!(asked, "the task that answers lives as long as this");
        answer.await.expect("answering panicked")
    }
}

async fn rounds<Q, A>(
    mut questions: mpsc::UnboundedReceiver<Question<Q, A>>,
    round: Duration,
    most: usize,
    answer: impl Fn(Vec<Q>) -> BoxFuture<'static, Vec<A>>,
) where
    Q: Send + 'static,
    A: Send + 'static,
{
    let mut taken = Vec::with_capacity(most);
    loop {
        if questions.recv_many(&mut taken, most).await == 0 {
            return;
        }
        let begun = Instant::now();
        let (questions_taken, senders): (Vec<Q>, Vec<_>) = taken.drain(..).unzip();
        let answers = answer(questions_taken);
        // A round that takes long does not keep the next one waiting.
        tokio::spawn(async move {
            for (sender, answer) in senders.into_iter().zip(answers.await) {
                // Who asked may have gone away.
                let _ = sender.send(answer);
            }
        });
        sleep_until(begun + round).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_within_a_round_is_answered_together() {
        let rounds = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&rounds);
        let gatherer = Gatherer::new(Duration::from_millis(10), 3, move |numbers: Vec<u32>| {
            counted.fetch_add(1, Ordering::Relaxed);
            async move { numbers.into_iter().map(|number| number * 2).collect() }
        });
        let start = Instant::now();
        assert_eq!(gatherer.ask(1).await, 2);
        assert_eq!(start.elapsed(), Duration::ZERO, "the first does not wait");

        let answers = join_all((0..4).map(|number| gatherer.ask(number))).await;
        assert_eq!(answers, [0, 2, 4, 6]);
        assert_eq!(rounds.load(Ordering::Relaxed), 3, "one alone, three together, and one more");
    }

    #[tokio::test]
    #[should_panic(expected = "answering panicked")]
    async fn a_panic_reaches_who_asked() {
        let gatherer = Gatherer::<u32, u32>::new(Duration::ZERO, 1, |_| async { panic!("on purpose") });
        gatherer.ask(1).await;
    }
}
