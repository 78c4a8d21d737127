//! The OpenAPI document: collected from the handlers, completed with the types of other crates.
//!
//! Types that the domain, the plugin SDK and the rules describe by JSON Schema are taken over as they are: OpenAPI 3.1
//! schemas are JSON Schemas. Fields refer to them by the functions below.

mod problems;

use crate::router;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa::{
    IntoParams,
    openapi::{
        Ref, RefOr, Schema,
        schema::{Array, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// Makes a retry safe: the same key with the same request gets the first answer.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; the extractor reads it")]
pub struct IdempotencyKey {
    /// 1 to 255 visible characters, new for each thing that is to be created. The answer is kept for 24 hours.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// Says which state is changed.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; the extractor reads it")]
pub struct IfMatch {
    /// The ETag of the state that was read.
    #[param(rename = "If-Match", example = "\"1\"")]
    if_match: String,
}

macro_rules! taken_over {
    ($($function:ident = $name:literal: $type:ty),+ $(,)?) => {
        $(pub(crate) fn $function() -> RefOr<Schema> {
            Ref::from_schema_name($name).into()
        })+

        fn taken_over() -> Vec<(&'static str, Value)> {
            vec![$(($name, schema_of::<$type>())),+]
        }
    };
}

macro_rules! or_null {
    ($($function:ident = $of:ident),+ $(,)?) => {
        $(pub(crate) fn $function() -> RefOr<Schema> {
            let null = ObjectBuilder::new().schema_type(Type::Null);
            OneOfBuilder::new().item(null).item($of()).into()
        })+
    };
}

// What an optional field has: a schema that is named by hand does not become nullable by itself.
or_null! {
    assignment_or_null = assignment,
    check_report_or_null = check_report,
    direction_or_null = direction,
    permissions_or_null = permissions,
    priority_or_null = priority,
    role_or_null = role,
    rule_definition_or_null = rule_definition,
    triage_reason_or_null = triage_reason,
}

taken_over! {
    actor = "Actor": domain::event::Actor,
    assignment = "TeamAssignment": domain::team::Assignment,
    capability = "Capability": manifest::Named,
    check_report = "CheckReport": plugin_sdk::CheckReport,
    connection_status = "ConnectionStatus": domain::connection::ConnectionStatus,
    content = "Content": plugin_sdk::Content,
    assignment_method = "AssignmentMethod": domain::conversation::AssignmentMethod,
    attribute_kind = "AttributeKind": domain::attribute::Kind,
    attribute_owner = "AttributeOwner": domain::attribute::Owner,
    conversation_status = "ConversationStatus": domain::conversation::Status,
    conversation_type = "ConversationType": domain::conversation::ConversationType,
    delivery_outcome = "DeliveryOutcome": domain::delivery::Outcome,
    delivery_status = "MessageStatus": domain::message::DeliveryStatus,
    difference = "VersionDifference": manifest::Difference,
    direction = "Direction": domain::message::Direction,
    event_kind = "EventKind": domain::event::EventKind,
    field_hints = "FieldHints": manifest::FieldHints,
    origin = "SettingOrigin": manifest::Origin,
    outbound_content = "OutboundContent": plugin_sdk::OutboundContent,
    presence = "Presence": domain::presence::Presence,
    priority = "Priority": domain::conversation::Priority,
    participant_role = "ParticipantRole": domain::conversation::ParticipantRole,
    permission = "Permission": domain::role::Permission,
    rich_message = "RichMessage": domain::rich::Rich,
    role = "Role": domain::role::RoleKey,
    rule_definition = "RuleDefinition": rules::Definition,
    second_factor_enforcement = "SecondFactorEnforcement": domain::second_factor::Enforcement,
    triage_flow = "TriageFlow": domain::triage::Flow,
    triage_reason = "TriageReason": domain::triage::Reason,
    sender_kind = "SenderKind": domain::message::SenderKind,
}

/// What is sent to a customer.
pub(crate) fn sent_content() -> RefOr<Schema> {
    one_of([outbound_content(), rich_message()])
}

/// What a message says, whichever way it went.
pub(crate) fn shown_content() -> RefOr<Schema> {
    one_of([content(), rich_message()])
}

fn one_of([one, other]: [RefOr<Schema>; 2]) -> RefOr<Schema> {
    RefOr::T(Schema::OneOf(OneOfBuilder::new().item(one).item(other).build()))
}

/// What a form is told about the fields of a schema.
pub(crate) fn list_of_hints() -> RefOr<Schema> {
    list_of(field_hints())
}

/// What a role allows.
pub(crate) fn permissions() -> RefOr<Schema> {
    list_of(permission())
}

/// What a version of a plugin may do.
pub(crate) fn list_of_capabilities() -> RefOr<Schema> {
    list_of(capability())
}

/// Where settings come from, by their JSON pointers.
pub(crate) fn origins() -> RefOr<Schema> {
    RefOr::T(Schema::Object(ObjectBuilder::new().additional_properties(Some(origin())).build()))
}

fn list_of(item: RefOr<Schema>) -> RefOr<Schema> {
    RefOr::T(Schema::Array(Array::new(item)))
}

fn schema_of<T: schemars::JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The whole document.
pub fn document() -> Value {
    let mut document = serde_json::to_value(router::described()).unwrap_or_default();
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return document;
    };
    for (name, schema) in taken_over() {
        take_over(schemas, name, schema);
    }
    problems::describe(&mut document);
    name_operations(&mut document);
    document
}

/// Gives every operation a name of its own, by its method and path: generated clients call it by that.
///
/// By themselves operations are called as their handlers are, `list` and `get` many times over.
fn name_operations(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, operations) in paths {
        let path = path.trim_start_matches("/api/v1");
        let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let noun = words.collect::<Vec<_>>().join("_");
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            operation["operationId"] = json!(format!("{method}_{noun}"));
        }
    }
}

/// Puts a schema among the components, and what it defines for itself beside it.
fn take_over(schemas: &mut Map<String, Value>, name: &str, mut schema: Value) {
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    if let Some(Value::Object(definitions)) = definitions {
        for (name, mut definition) in definitions {
            refer_to_components(&mut definition);
            let described = schemas.entry(name).or_insert_with(|| definition.clone());
            debug_assert_eq!(*described, definition, "two types have one name");
        }
    }
    refer_to_components(&mut schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("title");
    }
    schemas.insert(name.to_owned(), schema);
}

fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(target) if name == "$ref" => {
                        *target = target.replace("#/$defs/", "#/components/schemas/");
                    }
                    value => refer_to_components(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}
