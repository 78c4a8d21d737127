//! The API over real HTTP, on a real database.

mod app;
mod auth;
mod authorization_server;
mod authorizations;
mod calls;
mod connection_settings;
mod connections;
mod conversations;
mod creation;
mod customers;
mod hooks;
mod hooks_outage;
mod isolation;
mod openapi;
mod plugins;
mod problems;
mod queue;
mod rules;
mod settings;
mod uninstall;
mod upgrades;
mod users;
