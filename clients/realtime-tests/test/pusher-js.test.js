// pusher-js, as it comes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import Pusher from "pusher-js";
import { heard, once, room, say, settings, signIn } from "./signalbox.js";

let me;
const open = [];

before(async () => {
  me = await signIn();
});
after(() => open.forEach((pusher) => pusher.disconnect()));

function connect() {
  const pusher = new Pusher(me.connecting.key, settings(me));
  open.push(pusher);
  return pusher;
}

test("it connects, and hears private and presence channels", async () => {
  const id = await room(me);
  const pusher = connect();
  const conversation = pusher.subscribe(`private-conversation-${id}`);
  const inbox = pusher.subscribe("presence-inbox");
  const [begun] = await Promise.all([heard(conversation), heard(inbox)]);
  assert.match(pusher.connection.socket_id, /^\d+\.\d+$/);
  assert.equal(inbox.members.count, 1);
  assert.equal(inbox.members.me.id, me.user);
  assert.equal(typeof inbox.members.me.info.name, "string");

  const told = Promise.all([once(conversation, "message.created"), once(inbox, "message.created")]);
  const message = await say(me, id, "Grüße 🙂");
  const [{ data }] = await told;
  assert.equal(data.data.message.preview, message.preview);
  assert.deepEqual([data.stream, data.epoch, data.seq], [begun.stream, begun.epoch, begun.seq + 1]);
});

test("it is told what others say to it", async () => {
  const id = await room(me);
  const [one, other] = [connect(), connect()];
  const channels = [one, other].map((pusher) => pusher.subscribe(`presence-conversation-${id}`));
  await Promise.all(channels.map(heard));
  const typing = once(channels[1], "client-typing");
  let echoed = false;
  channels[0].bind("client-typing", (data) => (echoed ||= data.typing));
  channels[0].trigger("client-typing", { typing: true });
  const { data, metadata } = await typing;
  assert.deepEqual([data, metadata.user_id, echoed], [{ typing: true }, me.user, false]);
});

test("it signs in", async () => {
  const pusher = connect();
  pusher.signin();
  await pusher.user.signinDonePromise;
  assert.equal(pusher.user.user_data.id, me.user);
});

test("it is refused what is not for it", async () => {
  const pusher = connect();
  const channel = pusher.subscribe("private-user-00000000-0000-4000-8000-000000000000");
  await assert.rejects(heard(channel), /403/);
});

test("it connects again by itself, and what it reads then is complete", async () => {
  const id = await room(me);
  const pusher = connect();
  const channel = pusher.subscribe(`private-conversation-${id}`);
  await heard(channel);
  const again = heard(channel);
  pusher.connection.connection.close();
  await again;
  const told = once(channel, "message.created");
  await say(me, id, "after");
  assert.equal((await told).data.data.message.preview, "after");
});
