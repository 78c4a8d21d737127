//! The author's side of plugins: what `signalbox plugin` makes, builds, judges and replays, from outside.

mod author;
mod check;
mod javascript;
mod new;
mod reference;
mod replay;
mod tutorial;
