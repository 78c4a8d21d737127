//! Rate limits, by a clock that the test moves.

use crate::world::{World, text};
use chrono::TimeDelta;
use signalbox_sandbox::{Limits, Rate};

#[tokio::test]
async fn one_customer_gets_a_burst_of_45_and_then_one_message_per_six_seconds() {
    let world = World::with(|config| config.limits = Limits::DOCUMENTED).await;
    for n in 0..45 {
        assert_eq!(world.send(text("burst")).await.status, 200, "message {n}");
    }
    let refused = world.send(text("too much")).await;
    assert_eq!((refused.status, refused.code()), (400, 131_056));

    let mut to_another = text("someone else");
    to_another["to"] = "16505559999".into();
    assert_eq!(world.send(to_another).await.status, 200);

    world.advance(TimeDelta::milliseconds(6001));
    assert_eq!(world.send(text("paid back")).await.status, 200);
    assert_eq!(world.send(text("again too much")).await.code(), 131_056);
}

#[tokio::test]
async fn one_number_sends_so_many_messages_a_second() {
    let rate = Rate { burst: 3.0, per_second: 3.0 };
    let world = World::with(|config| config.limits = Limits { pair: None, throughput: Some(rate) }).await;
    for _ in 0..3 {
        assert_eq!(world.send(text("ok")).await.status, 200);
    }
    let refused = world.send(text("too fast")).await;
    assert_eq!((refused.status, refused.code()), (400, 130_429));
    world.advance(TimeDelta::seconds(1));
    assert_eq!(world.send(text("ok")).await.status, 200);
}
