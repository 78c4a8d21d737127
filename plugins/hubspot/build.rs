//! Completes the manifest with the schemas that follow from the plugin's types.

use plugin_sdk::settings::schema;

#[path = "src/model/association.rs"]
#[expect(dead_code, reason = "only the schemas are wanted")]
mod association;
#[path = "src/model/contact.rs"]
#[expect(dead_code, reason = "only the schemas are wanted")]
mod contact;
#[path = "src/model/engagement.rs"]
#[expect(dead_code, reason = "only the schemas are wanted")]
mod engagement;
#[path = "src/settings.rs"]
#[expect(dead_code, reason = "only the schemas are wanted")]
mod settings;
#[path = "src/model/ticket.rs"]
#[expect(dead_code, reason = "only the schemas are wanted")]
mod ticket;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/settings.rs");
    println!("cargo::rerun-if-changed=src/model");
    plugin_sdk::build::manifest("manifest.json", |manifest| {
        manifest["settings"] = schema::<settings::Settings>();
        manifest["endpoint_settings"] = schema::<settings::EndpointSettings>();
        for action in manifest["actions"].as_array_mut().expect("the manifest lists actions") {
            let (input, output) = match action["name"].as_str().expect("an action has a name") {
                "find_contact" => (schema::<contact::FindContact>(), schema::<contact::FoundContact>()),
                "create_contact" => (schema::<contact::ContactFields>(), schema::<contact::CreatedContact>()),
                "update_contact" => (schema::<contact::UpdateContact>(), schema::<contact::Contact>()),
                "create_ticket" => (schema::<ticket::CreateTicket>(), schema::<ticket::Ticket>()),
                "get_ticket" => (schema::<ticket::GetTicket>(), schema::<ticket::Ticket>()),
                "log_engagement" => (schema::<engagement::LogEngagement>(), schema::<engagement::LoggedEngagement>()),
                "associate" => (schema::<association::Associate>(), schema::<association::Associated>()),
                other => panic!("the action `{other}` has no types"),
            };
            action["input"] = input;
            action["output"] = output;
        }
    });
}
